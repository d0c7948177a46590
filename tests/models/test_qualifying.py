"""One open lead becomes account, contact and opportunities: all of it or nothing (S 3.5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from rxcrm.models import closing, history, journal, process, records
from rxcrm.models.access import GRANTS, Depth, Privilege
from rxcrm.models.account import Account
from rxcrm.models.base import Record
from rxcrm.models.choices import LeadReason, LeadStatus, OpportunityStatus, RecordStatus, Role
from rxcrm.models.connection import CompetitorLink, Connection
from rxcrm.models.connections import competitors, linking, roles
from rxcrm.models.contact import Contact
from rxcrm.models.errors import Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.journal import InUse
from rxcrm.models.lead import Lead
from rxcrm.models.merging import doing
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.qualifying import commands, mapping, planning, undoing
from rxcrm.models.qualifying.doing import Choice, Part, Way, qualify
from rxcrm.models.records import Act, save
from tests.failing import fail_at_each_write
from tests.office import Office, Statements

NEW, SKIP = Part(Way.NEW), Part(Way.SKIP)
ALL = Choice(NEW, NEW, ({},))


def existing(row: Record) -> Part:
    return Part(Way.EXISTING, row.id or 0)


def do(office: Office, lead: Lead, choice: Choice = ALL, act: Act | None = None) -> dict[str, Any]:
    """Qualify and return what came of it, by table; of several opportunities a list."""
    outcome = qualify(act or office.act(office.sara), lead.id or 0, lead.version, choice)
    office.session.flush()
    found: dict[str, Any] = {"outcome": outcome, "opportunities": []}
    tables = {"account": Account, "contact": Contact, "opportunity": Opportunity}
    for result in outcome.results:
        row = office.session.get_one(tables[result.entity], result.id)
        if result.entity == "opportunity":
            found["opportunities"].append(row)
        found.setdefault(result.entity, row)
    return found


def ann(office: Office, **values: Any) -> Lead:
    """A lead that knows enough for all three."""
    known = {
        "topic": "Forty pallets",
        "first_name": "Ann",
        "last_name": "Lee",
        "company_name": "Adatum",
        "email": "ann@adatum.example",
        "business_phone": "+48 22 555 01 01",
        "website": "https://www.adatum.example",
        "city": "Warszawa",
        "currency": "PLN",
    }
    return office.lead(**{**known, **values})


# -- what comes of it ------------------------------------------------------------------------------------------------


def test_the_mapping_copies_between_fields_of_one_kind() -> None:
    mapping.check()


def test_all_three_are_created_and_point_at_each_other(office: Office) -> None:
    lead = ann(office)
    made = do(office, lead)
    account, contact, deal = made["account"], made["contact"], made["opportunity"]
    assert (account.name, account.website, account.city) == ("Adatum", "https://www.adatum.example", "Warszawa")
    assert account.email == ""  # it is the person's
    assert (contact.full_name, contact.email, contact.business_phone) == (
        "Ann Lee",
        "ann@adatum.example",
        "+48 22 555 01 01",
    )
    assert (deal.topic, deal.currency) == ("Forty pallets", "PLN")
    assert (contact.account_id, account.primary_contact_id) == (account.id, contact.id)
    assert (deal.account_id, deal.contact_id) == (account.id, contact.id)
    assert {row.originating_lead_id for row in (account, contact, deal)} == {lead.id}
    assert (lead.existing_account_id, lead.existing_contact_id) == (account.id, contact.id)


def test_the_lead_is_qualified_and_tells_so(office: Office) -> None:
    lead = ann(office)
    made = do(office, lead)
    assert (lead.status, lead.status_reason) == (LeadStatus.QUALIFIED, LeadReason.QUALIFIED)
    assert lead.closed_on == office.now
    assert office.told(lead)[0] == "Sara qualified this lead"
    assert office.told(made["account"])[0] == "Sara created this record by qualifying Ann Lee"


def test_new_records_belong_to_the_owner_of_the_lead(office: Office) -> None:
    made = do(office, ann(office, owner=office.tom), act=office.act(office.vera))
    assert {made[n].owner_user_id for n in ("account", "contact", "opportunity")} == {office.tom.id}
    assert made["account"].created_by_id == office.vera.id


def test_a_lead_of_a_team_makes_records_of_the_team(office: Office) -> None:
    made = do(office, ann(office, owner=office.fair), act=office.act(office.olaf))
    assert {made[n].owner_team_id for n in ("account", "contact", "opportunity")} == {office.fair.id}


def test_without_company_only_a_contact_is_created(office: Office) -> None:
    lead = ann(office, company_name="")
    made = do(office, lead, planning.decided(planning.proposal(office.act(office.sara), lead.id or 0)))
    assert "account" not in made
    assert made["opportunity"].contact_id == made["contact"].id and made["opportunity"].account_id is None


def test_an_account_gets_the_mail_address_where_no_contact_goes_with_it(office: Office) -> None:
    assert do(office, ann(office), Choice(NEW, SKIP, ({},)))["account"].email == "ann@adatum.example"


def test_a_new_contact_joins_the_chosen_account_and_becomes_its_primary_one(office: Office) -> None:
    account = office.account(name="Fabrikam")
    made = do(office, ann(office), Choice(existing(account), NEW, ({},)))
    assert made["contact"].account_id == account.id
    assert account.primary_contact_id == made["contact"].id
    assert account.name == "Fabrikam"


def test_an_account_keeps_the_primary_contact_that_it_has(office: Office) -> None:
    boss = office.contact()
    account = office.account(primary_contact_id=boss.id)
    do(office, ann(office), Choice(existing(account), NEW, ()))
    assert account.primary_contact_id == boss.id


def test_a_chosen_contact_belongs_to_the_new_account_unless_it_has_one(office: Office) -> None:
    free, bound = office.contact(), office.contact(account_id=office.account().id)
    before = bound.account_id
    assert do(office, ann(office), Choice(NEW, existing(free), ()))["account"].id == free.account_id
    do(office, ann(office), Choice(NEW, existing(bound), ()))
    assert bound.account_id == before


def test_two_existing_records_make_the_account_the_customer_and_nobody_primary(office: Office) -> None:
    account, contact = office.account(), office.contact(account_id=office.account().id)
    made = do(office, ann(office), Choice(existing(account), existing(contact), ({},)))
    assert (made["opportunity"].account_id, account.primary_contact_id) == (account.id, None)


def test_a_chosen_contact_wins_over_typed_names(office: Office) -> None:
    contact = office.contact(first_name="Anna", last_name="Leigh", email="")
    made = do(office, ann(office), Choice(SKIP, existing(contact), ({},)))
    assert made["contact"] is contact and contact.full_name == "Anna Leigh" and contact.email == ""


def test_existing_records_are_filled_only_where_they_are_empty_and_only_on_request(office: Office) -> None:
    contact = office.contact(first_name="Anna", last_name="Leigh")
    do(office, ann(office), Choice(SKIP, existing(contact), (), fill=True))
    assert (contact.full_name, contact.email) == ("Anna Leigh", "ann@adatum.example")
    assert any("changed" in line for line in office.told(contact))


def test_up_to_five_opportunities_can_be_made_and_the_first_goes_on_with_the_process(office: Office) -> None:
    lead = ann(office)
    deals = ({}, {"topic": "Racks", "estimated_revenue": "1200.50"}, {"topic": "Ramps"})
    made = do(office, lead, Choice(NEW, NEW, deals))
    assert [row.topic for row in made["opportunities"]] == ["Forty pallets", "Racks", "Ramps"]
    own = process.instance_of(office.session, lead.id or 0)
    assert own is not None and (own.opportunity_id, own.stage) == (made["opportunity"].id, "develop")
    others = office.session.exec(
        select(process.ProcessInstance).where(
            col(process.ProcessInstance.opportunity_id).in_([r.id for r in made["opportunities"][1:]])
        )
    ).all()
    assert [one.process for one in others] == ["opportunity_sales"] * 2
    with pytest.raises(Invalid) as refusal:
        do(office, ann(office), Choice(NEW, NEW, ({},) * 6))
    assert "At most 5 opportunities" in refusal.value.by_field()["deals"]


def test_an_organisation_can_allow_one_opportunity_only(office: Office) -> None:
    office.settle(qualify_several=False)
    with pytest.raises(Invalid):
        do(office, ann(office), Choice(NEW, NEW, ({}, {})))


def test_qualified_without_an_opportunity_the_process_stays_at_qualify(office: Office) -> None:
    lead = ann(office)
    do(office, lead, Choice(NEW, NEW, ()))
    own = process.instance_of(office.session, lead.id or 0)
    assert own is not None and (own.stage, own.opportunity_id) == ("qualify", None)


def test_stakeholders_and_competitors_go_along(office: Office) -> None:
    lead, boss = ann(office), office.contact(last_name="Boss")
    act = office.act(office.sara)
    linking.connect(act, lead, boss, roles.shipped(act.session, "champion"))
    rival = competitors.add_new(act, lead, "Litware")
    made = do(office, lead)
    links = office.session.exec(
        select(Connection).where(Connection.entity == "opportunity", Connection.record_id == made["opportunity"].id)
    ).all()
    assert {link.other_id for link in links} == {boss.id, made["contact"].id}
    assert all(office.session.get_one(Connection, link.twin_id).record_id == link.other_id for link in links)
    assert office.session.get(CompetitorLink, ("opportunity", made["opportunity"].id, rival.id)) is not None


# -- what is refused -------------------------------------------------------------------------------------------------


def test_an_opportunity_without_a_customer_is_refused(office: Office) -> None:
    with pytest.raises(Invalid) as refusal:
        do(office, ann(office), Choice(SKIP, SKIP, ({},)))
    assert refusal.value.by_field()["deals"] == "An opportunity needs a customer: choose an account or a contact."


def test_an_account_needs_a_company_name(office: Office) -> None:
    with pytest.raises(Invalid) as refusal:
        do(office, ann(office, company_name=""), Choice(NEW, NEW, ()))
    assert "Company Name" in refusal.value.by_field()["account"]


def test_what_is_typed_for_new_records_is_checked_field_by_field(office: Office) -> None:
    choice = Choice(
        Part(Way.NEW, typed={"name": ""}), Part(Way.NEW, typed={"email": "nobody"}), ({"estimated_revenue": "lots"},)
    )
    with pytest.raises(Invalid) as refusal:
        do(office, ann(office), choice)
    assert set(refusal.value.problems) == {"account.name", "contact.email", "deals.0.estimated_revenue"}


def test_a_closed_lead_says_who_closed_it_and_when(office: Office) -> None:
    lead = ann(office)
    do(office, lead, act=office.act(office.vera))
    with pytest.raises(NotAllowed, match=r"Vera closed this lead on .*26.*: it is Qualified\. Reactivate it"):
        do(office, lead)


def test_what_has_changed_since_the_pane_was_opened_is_not_qualified_unseen(office: Office) -> None:
    lead = ann(office)
    version = lead.version
    save(office.act(office.sara), lead, {"topic": "Fifty pallets"})
    with pytest.raises(Stale):
        qualify(office.act(office.sara), lead.id or 0, version, ALL)


def test_missing_privileges_are_named(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = ann(office)
    act = office.act(office.sara)
    narrow = GRANTS[False, False][Role.SALESPERSON] | {("account", Privilege.CREATE): Depth.NONE}
    monkeypatch.setitem(GRANTS[False, False], Role.SALESPERSON, narrow)
    with pytest.raises(NotAllowed, match=r"privileges that this qualification needs: Create \(Account\)\."):
        do(office, lead, act=act)
    assert do(office, lead, Choice(SKIP, NEW, ({},)), act=act)["contact"].id, "what is allowed still works"


def test_a_record_that_the_user_may_not_see_cannot_be_chosen(office: Office) -> None:
    office.settle(private=True)
    hidden = office.account(owner=office.olaf)
    with pytest.raises(Invalid) as refusal:
        do(office, ann(office), Choice(existing(hidden), NEW, ({},)))
    assert isinstance(refusal.value.problems["account"], NotFound)


def test_an_inactive_record_cannot_be_chosen(office: Office) -> None:
    gone = office.contact(status=int(RecordStatus.INACTIVE), status_reason=2)
    with pytest.raises(Invalid) as refusal:
        do(office, ann(office), Choice(NEW, existing(gone), ()))
    assert "inactive" in refusal.value.by_field()["contact"]


def test_somebody_elses_lead_is_not_qualified(office: Office) -> None:
    with pytest.raises(NotAllowed):
        do(office, ann(office, owner=office.olaf))


def test_a_qualification_that_fails_at_any_of_its_writes_leaves_no_trace(office: Office) -> None:
    lead, account = ann(office), office.account()
    linking.connect(office.act(office.sara), lead, office.contact(), roles.shipped(office.session, roles.STAKEHOLDER))
    choice, version = Choice(existing(account), NEW, ({}, {}), fill=True), lead.version
    assert fail_at_each_write(office, lambda act: qualify(act, lead.id or 0, version, choice)) >= 12


def test_an_undo_that_fails_at_any_of_its_writes_leaves_no_trace(office: Office) -> None:
    lead, account = ann(office), office.account()
    do(office, lead, Choice(existing(account), NEW, ({}, {}), fill=True))

    def take_back(act: Act) -> None:
        operation = undoing.of(act, act.find(Lead, lead.id or 0))
        assert operation is not None
        undoing.undo(act, operation)

    assert fail_at_each_write(office, take_back) >= 8


def test_a_qualification_takes_few_statements(office: Office) -> None:
    lead = ann(office)
    office.commit()
    act = office.act(office.sara)
    assert act.organisation
    with Statements(office.engine) as statements:
        qualify(act, lead.id or 0, lead.version, ALL)
    assert len(statements) <= 21, "\n".join(statements.ran)


# -- taking it back --------------------------------------------------------------------------------------------------


def test_undo_opens_the_lead_and_removes_what_was_created(office: Office) -> None:
    lead, account = ann(office), office.account()
    made = do(office, lead, Choice(existing(account), NEW, ({}, {})))
    operation = undoing.of(office.act(office.sara), lead)
    assert operation is not None
    undoing.undo(office.act(office.sara), operation)
    assert (lead.status, lead.status_reason, lead.closed_on) == (LeadStatus.OPEN, LeadReason.NEW, None)
    assert (lead.existing_account_id, lead.existing_contact_id) == (None, None)
    assert all(row.deleted_on for row in (made["contact"], *made["opportunities"]))
    assert account.deleted_on is None and account.primary_contact_id is None
    own = process.instance_of(office.session, lead.id or 0)
    assert own is not None and (own.stage, own.opportunity_id) == ("qualify", None)
    assert office.told(lead)[0] == "Sara took back the qualification of this lead"
    assert do(office, lead)["outcome"].results, "it can be qualified again"


def test_what_somebody_has_used_since_is_named_and_stays(office: Office) -> None:
    lead = ann(office)
    made = do(office, lead)
    save(office.act(office.vera), made["account"], {"city": "Gdynia"})
    operation = undoing.of(office.act(office.sara), lead)
    assert operation is not None
    with pytest.raises(InUse) as refusal:
        undoing.undo(office.act(office.sara), operation)
    assert [(t.name, t.who) for t in refusal.value.touches] == [("Adatum", "Vera")]
    assert lead.status == LeadStatus.QUALIFIED and made["account"].deleted_on is None
    undoing.reopen(office.act(office.sara), operation)
    assert lead.is_open and made["account"].deleted_on is None
    again = planning.proposal(office.act(office.sara), lead.id or 0)
    assert (again.account.way, again.account.id) == ("existing", made["account"].id), "what was created is preset"


def test_an_activity_or_a_link_counts_as_use(office: Office) -> None:
    lead = ann(office)
    made = do(office, lead)
    office.contact(account_id=made["account"].id, owner=office.tom)
    operation = undoing.of(office.act(office.sara), lead)
    assert operation is not None
    with pytest.raises(InUse) as refusal:
        undoing.undo(office.act(office.sara), operation)
    assert {t.name for t in refusal.value.touches} == {"Adatum"}


def test_twice_taken_back_is_refused(office: Office) -> None:
    lead = ann(office)
    do(office, lead)
    operation = undoing.of(office.act(office.sara), lead)
    assert operation is not None
    undoing.undo(office.act(office.sara), operation)
    with pytest.raises(NotAllowed, match="This lead is Open"):
        undoing.undo(office.act(office.sara), operation)


# -- what the pane proposes ------------------------------------------------------------------------------------------


def test_a_matching_contact_is_proposed_with_the_reason(office: Office) -> None:
    contact = office.contact(first_name="Ann", last_name="Lee", email="ANN@adatum.example", owner=office.tom)
    found = planning.proposal(office.act(office.sara), ann(office).id or 0)
    assert [one.id for one in found.contact.found] == [contact.id]
    assert found.contact.found[0].reasons and found.contact.found[0].certain
    assert (found.contact.way, found.contact.id) == ("existing", contact.id)


def test_a_contact_that_the_user_may_not_see_is_never_proposed(office: Office) -> None:
    office.settle(private=True)
    office.contact(first_name="Ann", last_name="Lee", email="ann@adatum.example", owner=office.olaf)
    found = planning.proposal(office.act(office.sara), ann(office).id or 0)
    assert found.contact.found == [] and found.contact.way == "new"


def test_what_the_lead_points_to_is_preset(office: Office) -> None:
    contact = office.contact(account_id=office.account(name="Fabrikam").id)
    found = planning.proposal(office.act(office.sara), ann(office, existing_contact_id=contact.id).id or 0)
    assert (found.contact.way, found.contact.id) == ("existing", contact.id)
    assert (found.account.way, found.account.id) == ("existing", contact.account_id), "he brings his account"


def test_beside_a_chosen_contact_without_account_none_is_created_unasked(office: Office) -> None:
    contact = office.contact()
    found = planning.proposal(office.act(office.sara), ann(office, existing_contact_id=contact.id).id or 0)
    assert (found.account.way, found.account.no_new) == ("skip", "")


def test_without_company_name_the_account_is_skipped_and_says_why(office: Office) -> None:
    found = planning.proposal(office.act(office.sara), ann(office, company_name="").id or 0)
    assert found.account.way == "skip" and "Company Name" in found.account.no_new


def test_all_three_without_asking_is_a_setting(office: Office) -> None:
    office.settle(qualify_account="automatic", qualify_contact="automatic", qualify_opportunity="automatic")
    lead = ann(office)
    assert not planning.proposal(office.act(office.sara), lead.id or 0).questions
    office.contact(first_name="Ann", last_name="Lee", email="ann@adatum.example")
    assert planning.proposal(office.act(office.sara), lead.id or 0).questions, "a certain match is asked about"


# -- the form --------------------------------------------------------------------------------------------------------


def test_the_banner_tells_when_by_whom_and_what_came_of_it(office: Office) -> None:
    lead = ann(office)
    do(office, lead)
    told = commands.closing_of(office.act(office.sara), lead)
    assert told is not None and (told.title, told.who) == ("Qualified", "Sara")
    assert [link.name for link in told.links] == ["Forty pallets", "Adatum", "Ann Lee"]
    assert told.undo


def test_history_of_the_qualification_can_be_read_in_full(office: Office) -> None:
    lead = ann(office)
    do(office, lead)
    entry = history.entries(office.session, Lead, lead.id or 0, office.who(office.sara).conventions)[0]
    assert {(c.label, c.new) for c in entry.changes} >= {("Status", "Qualified"), ("Existing Account?", "Adatum")}


# -- merged meanwhile ------------------------------------------------------------------------------------------------


def merged(office: Office, kept: Record, lost: Record) -> None:
    doing.merge(office.act(office.vera), kept.entity, kept.id or 0, {r.id or 0: r.version for r in (kept, lost)}, {})
    office.session.flush()


def test_the_pane_stays_valid_when_the_record_that_opened_it_was_merged_away(office: Office) -> None:
    kept, lost = ann(office), ann(office, topic="Forty-one pallets")
    merged(office, kept, lost)
    found = planning.proposal(office.act(office.sara), lost.id or 0)
    assert (found.lead_id, "was merged into" in found.notice) == (kept.id, True)


def test_a_chosen_record_that_was_merged_away_is_the_one_that_it_lives_on_in(office: Office) -> None:
    kept, lost = office.account(name="Adatum"), office.account(name="Adatum Ltd")
    merged(office, kept, lost)
    assert do(office, ann(office), Choice(existing(lost), NEW, ({},)))["opportunity"].account_id == kept.id


# -- what a review found ---------------------------------------------------------------------------------------------


def test_whoever_did_not_qualify_the_lead_needs_the_rights_on_what_it_made(office: Office) -> None:
    lead = ann(office, owner=office.sara)
    do(office, lead)
    records.assign(office.act(office.vera), lead, office.olaf)
    operation = undoing.of(office.act(office.olaf), lead)
    assert operation is not None
    with pytest.raises(NotAllowed):
        undoing.undo(office.act(office.olaf), operation)
    told = commands.closing_of(office.act(office.olaf), lead)
    assert told is not None and told.undo == 0
    undoing.undo(office.act(office.vera), operation)
    assert lead.is_open


def test_what_goes_back_on_existing_records_is_told_in_their_history(office: Office) -> None:
    contact, lead = office.contact(first_name="", last_name="Lee"), ann(office)
    deal = office.opportunity(contact_id=contact.id)
    do(office, lead, Choice(SKIP, existing(contact), (), fill=True))
    assert deal.customer_key == "ann lee", "a new name is carried into the order of opportunities"
    operation = undoing.of(office.act(office.sara), lead)
    assert operation is not None
    undoing.undo(office.act(office.sara), operation)
    entry = history.entries(office.session, Contact, contact.id or 0, office.who(office.sara).conventions)[0]
    assert ("First Name", "Ann", "") in {(c.label, c.old, c.new) for c in entry.changes}
    assert deal.customer_key == "lee"


def test_amounts_are_not_copied_into_another_currency(office: Office) -> None:
    account, lead = office.account(currency="EUR"), ann(office, annual_revenue=1_000_000, budget_amount=5_000)
    do(office, lead, Choice(existing(account), SKIP, (), fill=True))
    assert account.annual_revenue is None and account.city == "Warszawa"
    other = ann(office, budget_amount=5_000)
    deal = do(office, other, Choice(NEW, NEW, ({"currency": "EUR", "estimated_revenue": "900"},)))["opportunity"]
    assert (deal.budget_amount, deal.estimated_revenue) == (None, 900)


def test_a_record_that_the_asker_may_not_see_is_not_named_as_used(office: Office) -> None:
    office.settle(private=True)
    lead = ann(office)
    made = do(office, lead)
    for right in (Privilege.READ, Privilege.WRITE):
        office.share(lead, office.tom, right)
    save(office.act(office.vera), made["opportunity"], {"topic": "SECRET project"})
    operation = undoing.of(office.act(office.sara), lead)
    assert operation is not None
    assert [t.name for t in journal.touched(office.act(office.tom), operation)] == ["a record"]


def test_an_opportunity_whose_customer_was_purged_can_still_be_closed(office: Office) -> None:
    account = office.account()
    deal = office.opportunity(account_id=account.id)
    records.bin(office.act(office.vera), account)
    office.session.flush()
    records.purge(office.session, office.now + timedelta(days=31))
    office.session.expire_all()
    row = office.session.get_one(Opportunity, deal.id)
    assert (row.account_id, row.customer_key) == (None, "")
    with pytest.raises(Invalid):
        save(office.act(office.sara), row, {"topic": "Fewer pallets"})
    act = office.act(office.sara)
    closing.win(act, row, closing.draft(act, row, OpportunityStatus.WON).values)
    assert row.status == OpportunityStatus.WON
