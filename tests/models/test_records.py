"""The verbs that every record has: create, save, assign, bin, restore, purge (S 3.1, 3.9, 13.6)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func
from sqlmodel import select

from rxcrm.models import records
from rxcrm.models.access import Privilege
from rxcrm.models.account import Account
from rxcrm.models.choices import LeadReason, LeadStatus, Rating, Role
from rxcrm.models.contact import Contact
from rxcrm.models.errors import Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.fields import fields_of, raw
from rxcrm.models.history import History
from rxcrm.models.lead import Lead
from rxcrm.models.people import Share, Team, TeamMember, set_roles
from rxcrm.models.process import ProcessInstance, StageLog, instance_of
from rxcrm.models.records import Act, assign, bin, create, names_of, purge, restore, save
from tests.office import Office

DAY = timedelta(days=1)
TYPED = {"topic": "Forklifts", "last_name": "Doe"}


def history_of(office: Office, row: object) -> list[History]:
    where = (History.entity == row.entity, History.record_id == row.id)
    return list(office.session.exec(select(History).where(*where).order_by(History.id)))


def refused(act: Act, row: Lead, typed: dict[str, str]) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        save(act, row, typed)
    return refusal.value.by_field()


# -- create ----------------------------------------------------------------------------------------------------------


def test_a_new_lead_has_the_defaults_of_the_specification(office: Office) -> None:
    lead = create(office.act(office.sara), Lead, TYPED)
    assert (lead.status, lead.status_reason, lead.rating) == (LeadStatus.OPEN, LeadReason.NEW, Rating.WARM)
    assert (lead.owner_user_id, lead.unit_id, lead.owner_key) == (office.sara.id, office.sara.unit_id, "sara")
    assert (lead.created_on, lead.created_by_id, lead.version) == (office.now, office.sara.id, 1)
    assert lead.lead_source is lead.purchase_timeframe is lead.industry is None
    assert instance_of(office.session, lead.id).stage == "qualify"
    assert office.told(lead) == ["Sara created this record"]


def test_only_topic_and_last_name_are_required(office: Office) -> None:
    with pytest.raises(Invalid) as refusal:
        create(office.act(office.sara), Lead, {})
    assert refusal.value.by_field() == {"topic": "Topic is required.", "last_name": "Last Name is required."}


def test_an_invisible_name_is_no_name(office: Office) -> None:
    with pytest.raises(Invalid):
        create(office.act(office.sara), Lead, {**TYPED, "last_name": "\u200b\u202e\0 "})


def test_a_bad_create_names_every_field_and_writes_nothing(office: Office) -> None:
    typed = {
        "topic": "x" * 301,
        "last_name": "",
        "email": "?",
        "nonsense": "1",
        "status": "1",
        "id": "7",
        "rating": "9",
    }
    with pytest.raises(Invalid) as refusal:
        create(office.act(office.sara), Lead, typed)
    assert set(refusal.value.problems) == set(typed)
    office.session.flush()
    for table in (Lead, History, ProcessInstance):
        assert office.session.scalar(select(func.count()).select_from(table)) == 0


def test_a_team_member_may_not_create(office: Office) -> None:
    with pytest.raises(NotAllowed, match="Your role may not create"):
        create(office.act(office.tim), Lead, TYPED)


def test_a_seller_creates_for_nobody_else(office: Office) -> None:
    assert create(office.act(office.sara), Lead, TYPED, owner=office.sara)
    with pytest.raises(NotAllowed, match="only records that you own"):
        create(office.act(office.sara), Lead, TYPED, owner=office.tom)


def test_a_manager_creates_for_her_unit_and_the_vice_president_for_all(office: Office) -> None:
    assert create(office.act(office.vera), Lead, TYPED, owner=office.olaf).owner_user_id == office.olaf.id
    with pytest.raises(NotAllowed, match="your business unit"):
        create(office.act(office.mia), Lead, TYPED, owner=office.sara)


def test_nobody_creates_for_somebody_who_left_or_may_not_read(office: Office) -> None:
    office.tom.disabled = True
    set_roles(office.session, office.olaf, [])
    for owner, words in [(office.tom, "disabled"), (office.olaf, "may not read")]:
        with pytest.raises(NotAllowed, match=words):
            create(office.act(office.ada), Lead, TYPED, owner=owner)


# -- save ------------------------------------------------------------------------------------------------------------


def test_saving_writes_stamps_and_tells(office: Office) -> None:
    lead = office.lead(topic="Forklifts")
    act = office.act(office.tom, office.now + DAY)
    act.session.add(Share(entity="lead", record_id=lead.id, user_id=act.who.id, privilege="write", shared_on=act.now))
    save(act, act.find(Lead, lead.id, Privilege.WRITE, 1), {"topic": "Cranes", "annual_revenue": "1,5"})
    office.session.refresh(lead)
    assert (lead.topic, lead.annual_revenue, lead.topic_key, lead.version) == ("Cranes", Decimal("1.50"), "cranes", 2)
    assert (lead.modified_on, lead.modified_by_id) == (act.now, office.tom.id)
    assert history_of(office, lead)[-1].changes == [["topic", "Forklifts", "Cranes"], ["annual_revenue", "", "1.50"]]
    assert office.told(lead)[0] == "Tom changed Topic and Annual Revenue"


def test_saving_what_is_there_already_writes_nothing(office: Office) -> None:
    lead = create(office.act(office.sara), Lead, {**TYPED, "annual_revenue": "100", "latitude": "52.1", "rating": "1"})
    office.session.flush()
    office.session.expire(lead)
    everything = {n: raw(getattr(lead, n)) for n, spec in fields_of(Lead).items() if not spec.locked}
    save(office.act(office.sara), lead, everything)
    assert (lead.version, len(history_of(office, lead))) == (1, 1)


def test_a_bad_save_names_every_field_and_writes_nothing(office: Office) -> None:
    lead = office.lead(topic="Forklifts")
    typed = {"topic": "", "last_name": " ", "employees": "-1", "website": "x", "created_on": "2026-01-01", "zz": ""}
    assert set(refused(office.act(office.sara), lead, {**typed, "city": "Łódź"})) == set(typed)
    office.session.flush()
    office.session.refresh(lead)
    assert (lead.topic, lead.city, lead.version) == ("Forklifts", "", 1)


@pytest.mark.parametrize(
    "field", ["id", "version", "owner_user_id", "search_text", "name_key", "custom", "__class__", ""]
)
def test_what_is_no_field_cannot_be_typed(small_office: Office, field: str) -> None:
    assert set(refused(small_office.act(small_office.sara), small_office.lead(), {field: "1"})) == {field}


@pytest.mark.parametrize("status", [LeadStatus.QUALIFIED, LeadStatus.DISQUALIFIED])
def test_a_closed_lead_is_read_only(office: Office, status: LeadStatus) -> None:
    lead = office.lead(status=status)
    with pytest.raises(NotAllowed, match=f"This lead is {status.label} and read-only"):
        save(office.act(office.sara), lead, {"topic": "Cranes"})


def test_a_status_reason_fits_the_status(office: Office) -> None:
    lead = office.lead()
    assert "does not fit" in refused(office.act(office.sara), lead, {"status_reason": "4"})["status_reason"]
    assert "required" in refused(office.act(office.sara), lead, {"status_reason": ""})["status_reason"]
    save(office.act(office.sara), lead, {"status_reason": "2"})
    assert lead.status_reason == LeadReason.CONTACTED


def test_phones_are_read_in_the_leads_country(office: Office) -> None:
    lead = office.lead()
    save(office.act(office.sara), lead, {"country": "Germany", "business_phone": "030 901820"})
    assert lead.business_phone == "+49 30 901820"
    save(office.act(office.sara), lead, {"mobile_phone": "030 901821"})
    assert lead.mobile_phone == "+49 30 901821"


def test_somebody_else_may_not_save(office: Office) -> None:
    with pytest.raises(NotAllowed, match="only records that you own"):
        office.act(office.tom).find(Lead, office.lead().id, Privilege.WRITE)


def test_an_old_version_is_refused(office: Office) -> None:
    lead = office.lead()
    save(office.act(office.sara), lead, {"topic": "Cranes"})
    with pytest.raises(Stale):
        office.act(office.sara).find(Lead, lead.id, Privilege.WRITE, 1)


# -- look-ups --------------------------------------------------------------------------------------------------------


def test_a_look_up_names_a_record_and_history_keeps_its_name(office: Office) -> None:
    lead, account = office.lead(), office.account(name="Fabrikam")
    save(office.act(office.sara), lead, {"existing_account_id": str(account.id)})
    assert names_of(office.act(office.sara), lead) == {"existing_account_id": "Fabrikam"}
    change = ["existing_account_id", "", str(account.id), "", "Fabrikam"]
    assert history_of(office, lead)[-1].changes == [change]


def test_a_look_up_reaches_only_what_the_user_sees(office: Office) -> None:
    office.settle(private=True)
    lead, hidden = office.lead(), office.account(office.olaf)
    problem = refused(office.act(office.sara), lead, {"existing_account_id": str(hidden.id)})
    missing = refused(office.act(office.sara), lead, {"existing_account_id": "999999999999999999"})
    assert problem == missing == {"existing_account_id": "Existing Account? names no record that you may see."}


def test_a_hidden_look_up_has_no_name_and_may_stay(office: Office) -> None:
    office.settle(private=True)
    lead = office.lead(existing_account_id=office.account(office.olaf).id)
    assert names_of(office.act(office.sara), lead) == {"existing_account_id": ""}
    save(office.act(office.sara), lead, {"existing_account_id": str(lead.existing_account_id), "topic": "Cranes"})
    assert lead.topic == "Cranes"


def test_a_deleted_record_cannot_be_looked_up(office: Office) -> None:
    lead, account = office.lead(), office.account()
    bin(office.act(office.ada), account)
    assert refused(office.act(office.sara), lead, {"existing_account_id": str(account.id)})


def test_linking_needs_the_right_to_append(office: Office) -> None:
    account = office.account(office.olaf)
    set_roles(office.session, office.sara, [])
    set_roles(office.session, office.sara, [Role.TEAM_MEMBER])
    save(office.act(office.sara), office.lead(), {"existing_account_id": str(account.id)})
    set_roles(office.session, office.sara, [])
    assert refused(office.act(office.sara), office.lead(), {"existing_account_id": str(account.id)})


def test_an_account_is_not_its_own_parent(office: Office) -> None:
    account = office.account()
    with pytest.raises(Invalid, match="attention"):
        save(office.act(office.sara), account, {"parent_account_id": str(account.id)})


# -- assign ----------------------------------------------------------------------------------------------------------


def test_assigning_moves_owner_unit_and_key_and_tells(office: Office) -> None:
    lead = office.lead()
    assign(office.act(office.sara), lead, office.olaf)
    assert (lead.owner_user_id, lead.unit_id, lead.owner_key) == (office.olaf.id, office.olaf.unit_id, "olaf")
    assert office.told(lead)[0] == "Sara assigned this record to Olaf"
    assert lead.version == 2


def test_assigning_twice_is_harmless(office: Office) -> None:
    lead = office.lead()
    for _ in range(2):
        assign(office.act(office.sara), lead, office.olaf)
    assert (lead.version, len(history_of(office, lead))) == (2, 2)


def test_a_team_owns_what_its_members_may_read(office: Office) -> None:
    lead = office.lead()
    assign(office.act(office.sara), lead, office.fair)
    assert (lead.owner_user_id, lead.owner_team_id, lead.unit_id) == (None, office.fair.id, office.fair.unit_id)
    assert office.told(lead)[0] == "Sara assigned this record to Fair"
    assert office.act(office.tom).find(Lead, lead.id, Privilege.WRITE) is lead
    with pytest.raises(NotAllowed):
        office.act(office.sara).find(Lead, lead.id, Privilege.WRITE)
    assign(office.act(office.tom), lead, office.sara)
    assert (lead.owner_user_id, lead.owner_team_id) == (office.sara.id, None)


def test_a_team_without_readers_owns_nothing(office: Office) -> None:
    nobody = Team(name="Nobody", unit_id=office.fair.unit_id)
    office.session.add(nobody)
    office.session.flush()
    with pytest.raises(NotAllowed, match="Nobody may not read"):
        assign(office.act(office.sara), office.lead(), nobody)
    office.session.add(TeamMember(team_id=nobody.id, user_id=office.tom.id))
    office.tom.disabled = True
    office.session.flush()
    with pytest.raises(NotAllowed):
        assign(office.act(office.sara), office.lead(), nobody)


def test_who_left_or_may_not_read_owns_nothing(office: Office) -> None:
    office.tom.disabled = True
    set_roles(office.session, office.olaf, [])
    for owner, words in [(office.tom, "Tom is disabled"), (office.olaf, "Olaf may not read")]:
        with pytest.raises(NotAllowed, match=words):
            assign(office.act(office.sara), office.lead(), owner)


def test_a_closed_lead_can_be_assigned(office: Office) -> None:
    lead = office.lead(status=LeadStatus.DISQUALIFIED)
    assign(office.act(office.sara), lead, office.tom)
    assert lead.owner_user_id == office.tom.id


def test_a_seller_assigns_only_her_own(office: Office) -> None:
    lead = office.lead(office.tom)
    with pytest.raises(NotAllowed):
        office.act(office.sara).find(Lead, lead.id, Privilege.ASSIGN)
    assert office.act(office.mia).find(Lead, lead.id, Privilege.ASSIGN)


def test_a_renamed_or_moved_owner_takes_records_along(office: Office) -> None:
    lead, other = office.lead(), office.lead(office.tom)
    office.sara.name_key, office.sara.unit_id = "zara", office.olaf.unit_id
    records.rename_owner(office.session, office.sara)
    records.move_owner(office.session, office.sara)
    for row in (lead, other):
        office.session.refresh(row)
    assert (lead.owner_key, lead.unit_id, other.owner_key) == ("zara", office.olaf.unit_id, "tom")


# -- bin, restore, purge ---------------------------------------------------------------------------------------------


def test_a_deleted_lead_is_gone_and_comes_back(office: Office) -> None:
    lead, act = office.lead(), office.act(office.ada)
    bin(act, act.find(Lead, lead.id, Privilege.DELETE))
    with pytest.raises(NotFound):
        act.find(Lead, lead.id)
    assert restore(act, Lead, lead.id) is act.find(Lead, lead.id)
    assert office.told(lead)[:2] == ["Ada restored this record", "Ada moved this record to the recycle bin"]


def test_deleting_twice_is_harmless_and_restoring_twice_finds_nothing(office: Office) -> None:
    lead, act = office.lead(), office.act(office.ada)
    for _ in range(2):
        bin(act, lead)
    assert len(history_of(office, lead)) == 2
    restore(act, Lead, lead.id)
    with pytest.raises(NotFound):
        restore(act, Lead, lead.id)
    with pytest.raises(NotFound):
        restore(act, Lead, 2**70)


def test_a_seller_neither_deletes_nor_restores(office: Office) -> None:
    lead = office.lead()
    with pytest.raises(NotAllowed, match="Your role may not delete"):
        office.act(office.sara).find(Lead, lead.id, Privilege.DELETE)
    bin(office.act(office.ada), lead)
    with pytest.raises(NotFound):
        restore(office.act(office.sara), Lead, lead.id)


def test_after_thirty_days_it_is_purged_with_all_that_belongs_to_it(office: Office) -> None:
    account = office.account()
    lead, kept = office.lead(), office.lead(existing_account_id=account.id)
    office.share(lead, office.tom)
    kept.master_id = lead.id
    for row in (lead, account):
        bin(office.act(office.ada), row)
    assert purge(office.session, office.now + 30 * DAY) == 0
    assert purge(office.session, office.now + 31 * DAY) == 2
    assert purge(office.session, office.now + 31 * DAY) == 0
    office.session.expire_all()
    assert office.session.exec(select(Lead.id)).all() == [kept.id]
    assert (kept.existing_account_id, kept.master_id) == (None, None)
    assert history_of(office, kept) and not office.session.exec(select(Share)).all()
    counts = [office.session.scalar(select(func.count()).select_from(t)) for t in (ProcessInstance, StageLog, Account)]
    assert counts == [1, 1, 0]


def test_more_is_purged_than_one_statement_holds(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "PURGED_AT_ONCE", 3)
    for _ in range(7):
        bin(office.act(office.ada), office.contact())
    assert purge(office.session, office.now + 31 * DAY) == 7
    assert office.session.exec(select(Contact.id)).all() == []
