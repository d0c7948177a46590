"""Merging leads, accounts and contacts, and taking it back, on both databases (S 7.8 [OURS])."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from rxcrm.models import (
    activating,
    disqualifying,
    lists,
    matching,
    notifying,
    process,
    reactivating,
    records,
    undoing,
)
from rxcrm.models.access import Privilege, decide
from rxcrm.models.account import Account
from rxcrm.models.activity import Activity, Party
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind, LeadReason, LeadStatus, PartyRole, RecordStatus
from rxcrm.models.connection import CompetitorLink, Connection, ConnectionRole
from rxcrm.models.connections import competitors, linking, reading
from rxcrm.models.contact import Contact
from rxcrm.models.errors import Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.fields import fields_of
from rxcrm.models.lead import Lead
from rxcrm.models.matching.tables import NotDuplicate
from rxcrm.models.merging import comparing, surviving, survivor_of
from rxcrm.models.merging.comparing import SECTIONS, plan
from rxcrm.models.merging.doing import merge
from rxcrm.models.merging.undoing import MERGE_LIFE, closing_of, later, offers, undo
from rxcrm.models.operation import Operation
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.people import Share, User
from rxcrm.models.process import ProcessInstance
from rxcrm.models.tables import RECORDS
from rxcrm.models.timeline import placing, writing
from rxcrm.models.timeline import reading as timeline
from tests.failing import everything, fail_at_each_write
from tests.office import Office, Statements


def merged(office: Office, master: Record, *losers: Record, by: User | None = None, **how: Any) -> Operation:
    """Merge records as they are now into the first of them."""
    office.session.flush()
    versions = {row.id or 0: row.version for row in (master, *losers)}
    choices = {name: row.id or 0 for name, row in how.pop("choices", {}).items()}
    act = office.act(by or office.sara, how.pop("now", None))
    return merge(act, master.entity, master.id or 0, versions, choices, **how)


def taken_back(office: Office, operation: Operation, by: User | None = None, now: Any = None) -> None:
    undoing.undo(office.act(by or office.sara, now), operation.id or 0)
    office.session.expire_all()


def note(office: Office, row: Record, title: str) -> Activity:
    return writing.note(office.act(office.sara), row.entity, row.id or 0, title, "<p>Text</p>").row


def task(office: Office, row: Record, subject: str) -> Activity:
    return writing.log(office.act(office.sara), ActivityKind.TASK, {"subject": subject}, (row.entity, row.id or 0))


def role(office: Office, name: str) -> ConnectionRole:
    return office.session.scalars(select(ConnectionRole).where(col(ConnectionRole.name) == name)).one()


def names(office: Office, row: Record) -> list[tuple[str, str]]:
    return [(link.name, link.role) for link in reading.page(office.act(office.sara), row).rows]


def titles(office: Office, row: Record) -> list[str]:
    """The activities of a record's timeline."""
    found = timeline.newest(office.act(office.sara), timeline.Ask(row.entity, row.id or 0))
    return [item.title for item in (*found.top.planned, *found.page.items) if item.kind != "change"]


def fresh(office: Office, row: Record) -> Any:
    office.session.flush()
    office.session.expire_all()
    return office.session.get_one(type(row), row.id)


def commands(office: Office, row: Record, user: User) -> dict[str, str]:
    act = office.act(user)
    return offers(act, row, decide(act.session, act.who, [Privilege.WRITE], row))


# -- comparing -------------------------------------------------------------------------------------------------------


def test_the_open_record_then_the_most_complete_then_the_oldest_is_suggested(office: Office) -> None:
    closed = office.lead(
        status=LeadStatus.DISQUALIFIED,
        status_reason=LeadReason.LOST,
        email="a@x.com",
        city="Rom",
        website="https://x.it",
    )
    poor, rich = office.lead(), office.lead(email="ann@x.com")
    assert plan(office.act(office.sara), "lead", [closed.id, poor.id, rich.id]).master == rich.id
    earlier = office.lead(email="ann@x.com", created_on=office.now - timedelta(days=3))
    assert plan(office.act(office.sara), "lead", [rich.id, earlier.id]).master == earlier.id


def test_fields_stand_in_the_order_of_the_form_and_say_where_they_differ(office: Office) -> None:
    account = office.account(name="Contoso")
    one = office.lead(first_name="Ann", email="ann@x.com", budget_amount=Decimal("100"), currency="EUR")
    two = office.lead(
        first_name="Ann", city="Rom", existing_account_id=account.id, budget_amount=Decimal("100"), currency="USD"
    )
    found = plan(office.act(office.sara), "lead", [one.id, two.id])
    shown = {row.name: (row.values, row.differs, row.winner) for s in found.sections for row in s.rows}
    assert [s.title for s in found.sections][:3] == ["Contact", "Company", "Qualify"]
    assert shown["first_name"] == (["Ann", "Ann"], False, found.master)
    assert shown["email"] == (["ann@x.com", ""], True, one.id)
    assert shown["city"] == (["", "Rom"], True, two.id)
    assert shown["existing_account_id"] == (["", "Contoso"], True, two.id)
    assert shown["budget_amount"][:2] == (["€100.00", "$100.00"], True)  # the same number is not the same amount
    assert "status_reason" not in shown
    assert "fax" not in shown  # blank in both


@pytest.mark.parametrize("entity", SECTIONS)
def test_every_field_that_can_be_chosen_has_its_place(entity: str) -> None:
    known = fields_of(RECORDS[entity])
    listed = [name for _, fields in SECTIONS[entity] for name in fields if name in known]
    assert len(listed) == len(set(listed))
    assert {name for _, fields in SECTIONS[entity] for name in fields} - set(known) <= {
        "suffix",
        "department",
        "other_phone",
    } | ({"email2", "email3"} if entity == "account" else set())


def test_it_is_counted_what_hangs_on_each_record(office: Office) -> None:
    one, two = office.account(name="One"), office.account(name="Two")
    note(office, two, "A note")
    task(office, two, "A task")
    linking.connect(office.act(office.sara), two, office.contact(), None)
    office.opportunity(account_id=two.id)
    office.lead(existing_account_id=two.id)
    office.contact(account_id=two.id)
    found = plan(office.act(office.sara), "account", [one.id, two.id])
    assert [side.counts for side in found.sides] == [
        {},
        {"activity": 1, "note": 1, "connection": 1, "opportunity": 1, "lead": 1, "contact": 1},
    ]


def test_what_the_reader_may_not_see_is_not_named(office: Office) -> None:
    office.settle(private=True)
    hidden = office.account(office.olaf, name="Secret")
    one, two = office.lead(), office.lead(existing_account_id=hidden.id)
    found = plan(office.act(office.sara), "lead", [one.id, two.id])
    shown = {row.name: row.values for s in found.sections for row in s.rows}
    assert shown["existing_account_id"] == ["", "a record"]


def test_comparing_costs_the_same_whatever_hangs_on_the_records(office: Office) -> None:
    def cost(rows: Sequence[Record]) -> int:
        act, ids = office.act(office.sara), [row.id or 0 for row in rows]
        office.session.flush()
        with Statements(office.engine) as ran:
            plan(act, "lead", ids)
        return len(ran)

    few, many = [office.lead() for _ in range(2)], [office.lead() for _ in range(2)]
    for row in many:
        row.existing_account_id = office.account().id
        note(office, row, "One")
        note(office, row, "Two")
    assert cost(few) <= 5
    assert cost(many) - cost(few) <= 1  # the names of linked records


# -- merging: values -------------------------------------------------------------------------------------------------


def test_chosen_values_win_and_the_rest_is_the_masters(office: Office) -> None:
    master = office.lead(first_name="Ann", last_name="Lee", email="ann@x.com", city="Rom")
    other = office.lead(first_name="Anna", last_name="Leigh", email="anna@x.com", job_title="CEO")
    merged(office, master, other, choices={"email": other})
    found = fresh(office, master)
    assert (found.first_name, found.last_name, found.email) == ("Ann", "Lee", "anna@x.com")
    assert (found.city, found.job_title) == ("Rom", "CEO")  # a blank is filled
    assert lists.find(office.act(office.sara), "lead", "anna@x.com")[0].id == master.id


def test_a_chosen_blank_stays_blank_and_blanks_stay_unless_they_are_to_be_filled(office: Office) -> None:
    master, other = office.lead(email="ann@x.com"), office.lead(city="Rom", job_title="CEO")
    merged(office, master, other, choices={"email": other}, fill_blanks=False)
    found = fresh(office, master)
    assert (found.email, found.city, found.job_title) == ("", "", "")


def test_no_and_zero_are_answers_that_are_not_filled(office: Office) -> None:
    master, other = office.lead(employees=0, decision_maker=False), office.lead(employees=5, decision_maker=True)
    merged(office, master, other)
    assert (fresh(office, master).employees, master.decision_maker) == (0, False)


def test_an_amount_in_another_currency_is_not_taken_over_unless_its_currency_is(office: Office) -> None:
    master, other = office.lead(currency="EUR"), office.lead(currency="USD", budget_amount=Decimal("100"))
    with pytest.raises(Invalid) as refused:
        merged(office, master, other, choices={"budget_amount": other})
    assert "USD" in refused.value.problems["budget_amount"].text()
    merged(office, master, other)
    assert fresh(office, master).budget_amount is None
    third = office.lead(currency="USD", budget_amount=Decimal("100"))
    merged(office, master, third, choices={"budget_amount": third, "currency": third})
    assert (fresh(office, master).budget_amount, master.currency) == (Decimal("100"), "USD")


def test_the_master_keeps_its_status_and_its_owner(office: Office) -> None:
    master = office.lead(office.tom, status=LeadStatus.QUALIFIED, status_reason=LeadReason.QUALIFIED)
    other = office.lead(office.sara)
    merged(office, master, other, by=office.mia)
    found = fresh(office, master)
    assert (found.status, found.owner_user_id) == (LeadStatus.QUALIFIED, office.tom.id)


def test_a_link_to_a_record_that_the_actor_may_not_see_cannot_be_chosen(office: Office) -> None:
    office.settle(private=True)
    hidden = office.account(office.olaf)
    master, other = office.lead(), office.lead(existing_account_id=hidden.id)
    with pytest.raises(Invalid, match="attention") as refused:
        merged(office, master, other, choices={"existing_account_id": other})
    assert list(refused.value.problems) == ["existing_account_id"]


def test_a_decision_maker_that_comes_with_the_merge_is_a_stakeholder(office: Office) -> None:
    anna = office.contact(last_name="Nowak")
    master, other = office.lead(), office.lead(existing_contact_id=anna.id, decision_maker=True)
    operation = merged(office, master, other, choices={"decision_maker": other})
    assert names(office, master) == [("Nowak", "Stakeholder")]
    taken_back(office, operation)
    assert names(office, master) == []


# -- merging: what becomes of the others -----------------------------------------------------------------------------


def test_an_open_lead_is_closed_as_canceled_and_says_where_it_went(office: Office) -> None:
    master, other = office.lead(last_name="Lee"), office.lead(last_name="Leigh")
    merged(office, master, other)
    found = fresh(office, other)
    assert (found.status, found.status_reason) == (LeadStatus.DISQUALIFIED, LeadReason.CANCELED)
    assert (found.merged, found.master_id, found.closed_on) == (True, master.id, office.now)
    assert survivor_of(office.act(office.sara), found).path == f"/leads/{master.id}"


def test_a_closed_lead_keeps_how_it_ended(office: Office) -> None:
    master = office.lead()
    other = office.lead(status=LeadStatus.QUALIFIED, status_reason=LeadReason.QUALIFIED)
    merged(office, master, other)
    assert (fresh(office, other).status, other.merged) == (LeadStatus.QUALIFIED, True)


@pytest.mark.parametrize("make", [Office.account, Office.contact], ids=["account", "contact"])
def test_an_account_or_contact_is_inactive_afterwards(office: Office, make: Callable[[Office], Any]) -> None:
    master, other = make(office), make(office)
    merged(office, master, other)
    assert (fresh(office, other).status, master.status) == (RecordStatus.INACTIVE, RecordStatus.ACTIVE)
    assert surviving(office.session, other.entity, other.id) == master.id
    assert survivor_of(office.act(office.sara), master).id == 0


def test_look_ups_and_search_find_the_survivor_alone(office: Office) -> None:
    for make in (office.lead, office.account, office.contact):
        rows = [make(email="ann@x.com") for _ in range(5)]
        merged(office, rows[0], *rows[1:])
        found = lists.find(office.act(office.sara), rows[0].entity, "ann@x.com", limit=2)
        assert [hit.id for hit in found] == [rows[0].id]


def test_a_look_up_that_was_chosen_before_the_merge_gets_the_survivor(office: Office) -> None:
    master, other, third = office.account(name="One"), office.account(name="Two"), office.account(name="Three")
    merged(office, master, other)
    merged(office, third, master)
    act = office.act(office.sara)
    contact = records.create(act, Contact, {"last_name": "Roe", "account_id": str(other.id)})
    assert contact.account_id == third.id
    with pytest.raises(Invalid, match="attention"):
        records.save(act, fresh(office, third), {"parent_account_id": str(other.id)})


def test_a_record_whose_survivor_was_purged_can_be_opened_again(office: Office) -> None:
    master, other = office.account(), office.account()
    merged(office, master, other)
    records.bin(office.act(office.ada), master)
    records.purge(office.session, office.now + timedelta(days=31))
    activating.activate(office.act(office.sara), fresh(office, other))
    assert other.status == RecordStatus.ACTIVE


def test_a_record_that_was_merged_twice_is_found_in_the_last_one(office: Office) -> None:
    first, second, third = (office.contact(last_name=name) for name in ("One", "Two", "Three"))
    merged(office, second, first)
    merged(office, third, second)
    assert surviving(office.session, "contact", first.id) == third.id
    assert survivor_of(office.act(office.sara), fresh(office, first)).name == "Three"


def test_of_a_survivor_that_the_reader_may_not_see_he_learns_nothing_but_that_there_is_one(office: Office) -> None:
    master, other = office.lead(office.tom, last_name="Secret"), office.lead(office.sara)
    merged(office, master, other, by=office.ada)
    office.settle(private=True)
    found = survivor_of(office.act(office.sara), fresh(office, other))
    assert (found.id > 0, found.name, found.path) == (True, "", "")


def test_the_banner_of_a_record_that_was_merged_away_leads_to_the_survivor_and_back(office: Office) -> None:
    master, other = office.contact(last_name="Lee"), office.contact(last_name="Leigh")
    operation = merged(office, master, other)
    told = closing_of(office.act(office.sara), fresh(office, other))
    assert told is not None
    assert (told.who, told.at) == ("Sara", office.now.isoformat())
    assert [(link.name, link.path) for link in told.links] == [("Lee", f"/contacts/{master.id}")]
    assert told.undo == operation.id
    by_tom = closing_of(office.act(office.tom), fresh(office, other))
    assert by_tom is not None and by_tom.undo == 0
    assert closing_of(office.act(office.sara), master) is None


def test_only_taking_back_the_merge_opens_what_was_merged_away(office: Office) -> None:
    act = office.act(office.sara)
    master, other = office.account(name="One"), office.account(name="Two")
    merged(office, master, other)
    with pytest.raises(NotAllowed, match="Two was merged into One"):
        activating.activate(act, fresh(office, other))
    lead, lost = office.lead(last_name="Lee"), office.lead(last_name="Leigh")
    disqualified = disqualifying.disqualify(act, lost, LeadReason.LOST)
    merged(office, lead, lost)
    with pytest.raises(NotAllowed, match="merged"):
        reactivating.reactivate(act, fresh(office, lost))
    with pytest.raises(NotAllowed, match="Leigh was merged into Lee"):
        undoing.undo(act, disqualified.id or 0)


def test_what_was_merged_away_is_no_duplicate_of_anything(office: Office) -> None:
    act = office.act(office.sara)
    for make in (office.lead, office.account, office.contact):
        master, other = make(email="ann@x.com"), make(email="ann@x.com")
        alike = make(email="ann@x.com")
        merged(office, master, other)
        assert [match.id for match in matching.like(act, alike, alike.entity)] == [master.id]


# -- merging: what moves ---------------------------------------------------------------------------------------------


def test_notes_and_activities_stand_on_the_masters_timeline(office: Office) -> None:
    master, one, two = office.lead(), office.lead(), office.lead()
    note(office, master, "Mine")
    note(office, one, "A note")
    task(office, two, "A task")
    operation = merged(office, master, one, two)
    assert sorted(titles(office, master)) == ["A note", "A task", "Mine"]
    assert titles(office, one) == []
    taken_back(office, operation)
    assert (titles(office, master), titles(office, one), titles(office, two)) == (["Mine"], ["A note"], ["A task"])


def test_an_activity_that_both_took_part_in_is_shown_once(office: Office) -> None:
    master, other = office.contact(last_name="Lee"), office.contact(last_name="Leigh")
    call = task(office, office.lead(), "A call")
    parties = [placing.PartyInput(PartyRole.TO, "contact", row.id) for row in (master, other)]
    placing.place(office.session, call, parties)
    operation = merged(office, master, other)
    assert titles(office, master) == ["A call"]
    writing.complete(office.act(office.sara), office.session.get_one(Activity, call.id))
    taken_back(office, operation)
    assert titles(office, other) == titles(office, master) == ["A call"]
    parts = office.session.scalars(select(Party).where(col(Party.entity) == "contact"))
    assert {party.bucket for party in parts} == {int(placing.Bucket.STREAM)}


def test_connections_go_over_with_both_halves(office: Office) -> None:
    master, other, anna = (
        office.lead(last_name="Lee"),
        office.lead(last_name="Leigh"),
        office.contact(last_name="Nowak"),
    )
    linking.connect(office.act(office.sara), other, anna, role(office, "Stakeholder"))
    operation = merged(office, master, other)
    assert (names(office, master), names(office, other)) == ([("Nowak", "Stakeholder")], [])
    assert names(office, anna) == [("Lee", "")]
    taken_back(office, operation)
    assert (names(office, master), names(office, other)) == ([], [("Nowak", "Stakeholder")])
    assert names(office, anna) == [("Leigh", "")]


def test_a_connection_that_the_master_has_already_or_that_would_lead_to_itself_is_deactivated(office: Office) -> None:
    master, other, anna = office.account(name="One"), office.account(name="Two"), office.contact(last_name="Nowak")
    for row in (master, other):
        linking.connect(office.act(office.sara), row, anna, None)
    linking.connect(office.act(office.sara), other, anna, role(office, "Stakeholder"))
    linking.connect(office.act(office.sara), master, other, None)
    operation = merged(office, master, other)
    assert names(office, master) == [("Nowak", ""), ("Nowak", "Stakeholder")]
    assert [name for name, _ in names(office, anna)] == ["One", "One"]
    taken_back(office, operation)
    assert sorted(names(office, other)) == [("Nowak", ""), ("Nowak", "Stakeholder"), ("One", "")]
    assert sorted(names(office, master)) == [("Nowak", ""), ("Two", "")]
    assert all(link.active for link in office.session.scalars(select(Connection)))


def test_an_active_connection_wins_over_the_masters_deactivated_one(office: Office) -> None:
    master, other, anna = office.lead(), office.lead(), office.contact(last_name="Nowak")
    linking.deactivate(office.act(office.sara), linking.connect(office.act(office.sara), master, anna, None))
    linking.connect(office.act(office.sara), other, anna, None)
    merged(office, master, other)
    assert names(office, master) == [("Nowak", "")]


def test_competitors_followers_and_shares_are_the_masters_too(office: Office) -> None:
    master, other = office.lead(), office.lead()
    for row in (master, other):
        competitors.add_new(office.act(office.sara), row, "Northwind")
    competitors.add_new(office.act(office.sara), other, "Tailspin")
    notifying.follow(office.act(office.tom), other)
    office.share(other, office.olaf, Privilege.WRITE)
    operation = merged(office, master, other)
    assert [c.name for c in competitors.of(office.act(office.sara), master)] == ["Northwind", "Tailspin"]
    assert notifying.follows(office.act(office.tom), master)
    assert office.act(office.olaf).may(Privilege.WRITE, master)
    taken_back(office, operation)
    assert [c.name for c in competitors.of(office.act(office.sara), master)] == ["Northwind"]
    assert not notifying.follows(office.act(office.tom), master)
    assert not office.act(office.olaf).may(Privilege.WRITE, master)
    assert len(office.session.scalars(select(CompetitorLink)).all()) == 3


def test_what_is_no_duplicate_of_the_other_is_none_of_the_master(office: Office) -> None:
    master, other, third, anna = office.lead(), office.lead(), office.lead(), office.contact()
    act = office.act(office.sara)
    for pair in ((other, third), (anna, other), (master, third), (master, other)):
        matching.not_duplicates(act, *pair)
    operation = merged(office, master, other)
    pairs = {(p.entity, p.record_id, p.other_entity, p.other_id) for p in office.session.scalars(select(NotDuplicate))}
    assert ("contact", anna.id, "lead", master.id) in pairs
    assert len(pairs) == 5
    taken_back(office, operation)
    assert len(office.session.scalars(select(NotDuplicate)).all()) == 4


def test_nobody_is_let_in_by_a_merge_of_somebody_who_may_not_share_the_master(office: Office) -> None:
    master, other = office.lead(office.tom), office.lead(office.sara)
    office.share(master, office.sara, Privilege.WRITE)
    office.share(other, office.olaf, Privilege.WRITE)
    merged(office, master, other, by=office.sara)
    assert not office.act(office.olaf).may(Privilege.WRITE, master)


def test_every_look_up_that_pointed_to_the_others_points_to_the_master(office: Office) -> None:
    pointing: dict[str, dict[type[Record], str]] = {
        "account": {
            Lead: "existing_account_id",
            Contact: "account_id",
            Opportunity: "account_id",
            Account: "parent_account_id",
        },
        "contact": {Lead: "existing_contact_id", Account: "primary_contact_id", Opportunity: "contact_id"},
        "lead": {Account: "originating_lead_id", Contact: "originating_lead_id", Opportunity: "originating_lead_id"},
    }
    makers: dict[type[Record], Any] = {
        Lead: office.lead, Contact: office.contact, Account: office.account, Opportunity: office.opportunity
    }  # fmt: skip
    tables = {"account": Account, "contact": Contact, "lead": Lead}
    for entity, columns in pointing.items():
        asked = {t.entity: s.name for t in RECORDS.values() for s in records.lookups_of(t) if s.target == entity}
        assert asked == {table.entity: name for table, name in columns.items()}, "a look-up that no test knows"
        master, other = makers[tables[entity]](), makers[tables[entity]]()
        rows = [makers[table](**{name: other.id}) for table, name in columns.items()]
        operation = merged(office, master, other)
        for row, name in zip(rows, columns.values(), strict=True):
            assert getattr(fresh(office, row), name) == master.id
            assert office.told(row)[0].startswith("Sara changed")
        taken_back(office, operation)
        for row, name in zip(rows, columns.values(), strict=True):
            assert getattr(fresh(office, row), name) == other.id
            assert len([line for line in office.told(row) if line.startswith("Sara changed")]) == 2


def test_opportunities_are_ordered_by_the_name_of_their_new_customer(office: Office) -> None:
    master, other = office.account(name="Alpha"), office.account(name="Omega")
    deal = office.opportunity(account_id=other.id)
    operation = merged(office, master, other)
    assert fresh(office, deal).customer_key == "alpha"
    taken_back(office, operation)
    assert fresh(office, deal).customer_key == "omega"


def test_a_lead_keeps_its_own_process_and_one_without_takes_over_that_of_the_other(office: Office) -> None:
    master, other = office.lead(), office.lead()
    own, its = (process.instance_of(office.session, row.id or 0) for row in (master, other))
    merged(office, master, other)
    assert process.instance_of(office.session, master.id or 0) is own
    assert process.instance_of(office.session, other.id or 0) is its
    bare, third = office.bare(Lead, topic="A", last_name="B"), office.lead()
    merged(office, bare, third)
    lead_ids = select(ProcessInstance.lead_id)
    assert bare.id in set(office.session.scalars(lead_ids))
    assert third.id not in set(office.session.scalars(lead_ids))


# -- merging: what is told -------------------------------------------------------------------------------------------


def test_history_keeps_both_stories(office: Office) -> None:
    master, other = office.lead(last_name="Lee"), office.lead(last_name="Leigh", city="Rom")
    records.save(office.act(office.sara), other, {"job_title": "CEO"})
    operation = merged(office, master, other)
    assert office.told(master)[0] == "Sara merged Leigh into this record"
    assert office.told(other)[:2] == ["Sara merged this record into Lee", "Sara changed Job Title"]
    taken_back(office, operation)
    assert office.told(master)[0] == "Sara took back the merging with Leigh"
    assert office.told(other)[0] == "Sara took back the merging with Lee"


def test_the_timeline_of_each_leads_to_the_history_of_the_other(office: Office) -> None:
    master, other = office.lead(last_name="Lee"), office.lead(office.tom, last_name="Leigh")
    merged(office, master, other, by=office.ada)

    def links(row: Record) -> list[Any]:
        found = timeline.page(office.act(office.sara), timeline.Ask(row.entity, row.id or 0))
        return [item.regarding for item in found.items if item.kind == "change" and item.regarding]

    assert links(master) == [{"entity": "lead", "id": other.id, "name": "Leigh"}]
    assert links(other) == [{"entity": "lead", "id": master.id, "name": "Lee"}]
    office.settle(private=True)
    assert links(master) == []


def test_the_merge_tells_open_tabs_of_all_records(office: Office) -> None:
    master, other, deal = office.account(), office.account(), None
    deal = office.opportunity(account_id=other.id)
    act = office.act(office.sara)
    merge(act, "account", master.id or 0, {master.id or 0: 1, other.id or 0: 1}, {})
    assert {f"account:{master.id}", f"account:{other.id}", f"opportunity:{deal.id}"} <= act.topics


# -- refusals --------------------------------------------------------------------------------------------------------


def test_two_to_five_different_records_are_merged(office: Office) -> None:
    leads = [office.lead() for _ in range(6)]
    ids = [lead.id or 0 for lead in leads]
    act = office.act(office.sara)
    with pytest.raises(NotAllowed, match="2 to 5"):
        plan(act, "lead", ids)
    with pytest.raises(NotAllowed, match="2 to 5"):
        plan(act, "lead", ids[:1])
    with pytest.raises(NotAllowed, match="with itself"):
        plan(act, "lead", [ids[0], ids[0]])
    with pytest.raises(NotAllowed, match="which of the records to keep"):
        merge(act, "lead", ids[0], {ids[1]: 1, ids[2]: 1}, {})
    merged(office, *leads[:5])


def test_only_leads_accounts_and_contacts_are_merged(office: Office) -> None:
    one, two = office.opportunity(), office.opportunity()
    for entity in ("opportunity", "activity", "user", "nonsense"):
        with pytest.raises(NotAllowed, match="Only leads, accounts and contacts"):
            plan(office.act(office.ada), entity, [one.id, two.id])


def test_ids_of_another_table_are_records_that_do_not_exist(office: Office) -> None:
    lead, contact = office.lead(), office.contact()
    with pytest.raises(NotFound):
        merge(office.act(office.sara), "lead", lead.id or 0, {lead.id or 0: 1, (contact.id or 0) + 999: 1}, {})
    for nonsense in (0, -1, 2**70):
        with pytest.raises(NotFound):
            plan(office.act(office.sara), "lead", [lead.id, nonsense])


def test_each_record_must_be_the_actors_to_change(office: Office) -> None:
    mine, his = office.lead(office.sara), office.lead(office.tom, last_name="Lee")
    with pytest.raises(NotAllowed, match=r"^Lee: Your role reaches only records that you own"):
        plan(office.act(office.sara), "lead", [mine.id, his.id])
    for master, other in ((mine, his), (his, mine)):
        with pytest.raises(NotAllowed, match="Lee"):
            merged(office, master, other)
    office.settle(private=True)
    with pytest.raises(NotFound):
        merged(office, mine, his)


def test_a_deleted_record_and_one_that_was_merged_away_are_refused_by_name(office: Office) -> None:
    master, other, third = office.lead(), office.lead(last_name="Leigh"), office.lead(last_name="Bin")
    merged(office, master, other)
    for rows in ((master, other), (other, master)):
        with pytest.raises(NotAllowed, match="Leigh has been merged into another record already"):
            merged(office, *rows)
    records.bin(office.act(office.ada), third)
    with pytest.raises(NotAllowed, match="Bin is in the recycle bin"):
        merged(office, master, third)


def test_a_record_that_somebody_changed_since_it_was_compared_is_refused_by_name(office: Office) -> None:
    master, other = office.lead(last_name="Lee"), office.lead(last_name="Leigh")
    versions = {master.id or 0: master.version, other.id or 0: other.version}
    records.save(office.act(office.sara), other, {"city": "Rom"})
    with pytest.raises(Stale, match="changed Leigh meanwhile"):
        merge(office.act(office.sara), "lead", master.id or 0, versions, {})


def test_merging_twice_is_refused_the_second_time(office: Office) -> None:
    master, other = office.lead(), office.lead()
    versions = {master.id or 0: 1, other.id or 0: 1}
    merge(office.act(office.sara), "lead", master.id or 0, versions, {})
    with pytest.raises(NotAllowed, match="already"):
        merge(office.act(office.sara), "lead", master.id or 0, versions, {})


def test_an_account_never_comes_to_stand_above_itself(office: Office) -> None:
    top, other = office.account(name="Top"), office.account(name="Bottom")
    between = office.account(name="Between", parent_account_id=other.id)
    top.parent_account_id = between.id
    for master, loser in ((top, other), (other, top)):
        with pytest.raises(Invalid) as refused:
            merged(office, master, loser, choices={"parent_account_id": top})
        assert "above itself" in refused.value.problems["parent_account_id"].text()
    merged(office, top, other, choices={"parent_account_id": other})
    assert fresh(office, top).parent_account_id is None
    assert fresh(office, between).parent_account_id == top.id


@pytest.mark.parametrize("kept", [0, 1], ids=["parent", "child"])
def test_a_parent_and_its_child_can_be_merged_either_way(office: Office, kept: int) -> None:
    parent = office.account(name="Parent", parent_account_id=office.account(name="Holding").id)
    child = office.account(name="Child", parent_account_id=parent.id)
    pair = [parent, child]
    found = plan(office.act(office.sara), "account", [parent.id, child.id])
    [row] = [row for s in found.sections for row in s.rows if row.name == "parent_account_id"]
    assert row.winner == parent.id
    merged(office, pair[kept], pair[1 - kept])
    assert fresh(office, pair[kept]).parent_account_id == parent.parent_account_id


def test_choices_that_name_no_field_or_no_record_here_are_refused(office: Office) -> None:
    master, other, third = office.lead(), office.lead(), office.lead()
    with pytest.raises(Invalid) as refused:
        merged(
            office, master, other, choices={"status": other, "owner_user_id": other, "nonsense": other, "email": third}
        )
    assert set(refused.value.problems) == {"status", "owner_user_id", "nonsense", "email"}


# -- all or nothing --------------------------------------------------------------------------------------------------


def furnished(office: Office) -> tuple[Account, Account]:
    """Two accounts with something of every kind that moves."""
    master, other = office.account(name="Alpha"), office.account(name="Omega", city="Rom")
    anna = office.contact(last_name="Nowak", account_id=other.id)
    office.opportunity(account_id=other.id)
    office.lead(existing_account_id=other.id)
    note(office, other, "A note")
    call = task(office, other, "A call")
    placing.place(office.session, call, [placing.PartyInput(PartyRole.TO, "account", master.id)])
    for row in (master, other):
        linking.connect(office.act(office.sara), row, anna, None)
    linking.connect(office.act(office.sara), other, anna, role(office, "Stakeholder"))
    notifying.follow(office.act(office.tom), other)
    office.share(other, office.olaf)
    office.commit()
    return master, other


def test_a_merge_that_fails_at_any_of_its_writes_leaves_no_trace(office: Office) -> None:
    master, other = furnished(office)
    versions = {master.id or 0: master.version, other.id or 0: other.version}
    made = fail_at_each_write(office, lambda act: merge(act, "account", master.id or 0, versions, {}))
    assert made >= 15


def test_an_undo_that_fails_at_any_of_its_writes_leaves_no_trace(office: Office) -> None:
    operation = merged(office, *furnished(office))
    office.commit()
    operation_id = operation.id or 0
    made = fail_at_each_write(office, lambda act: undoing.undo(act, operation_id))
    assert made >= 15


def test_what_a_merge_costs_grows_by_a_fixed_number_of_statements_for_each_record(office: Office) -> None:
    def cost(records: int, each: int) -> int:
        master, *losers = [office.lead() for _ in range(records)]
        for loser in losers:
            for number in range(each):
                note(office, loser, f"Note {number}")
                office.contact(originating_lead_id=loser.id)
        office.session.flush()
        with Statements(office.engine) as ran:
            merged(office, master, *losers)
        return len(ran)

    assert cost(2, 1) <= 55
    assert cost(2, 10) == cost(2, 1)
    assert cost(4, 1) - cost(3, 1) == cost(3, 1) - cost(2, 1) <= 10


# -- taking it back --------------------------------------------------------------------------------------------------


def test_everything_is_as_it_was(office: Office) -> None:
    master, other = furnished(office)
    before = everything(office.engine)
    operation = merged(office, master, other, choices={"name": other})
    office.commit()
    taken_back(office, operation)
    office.commit()
    after = everything(office.engine)
    for table in ("party", "share", "follow", "notification", "competitor_link", "process_instance", "stage_log"):
        assert after[table] == before[table], table
    found = fresh(office, other)
    assert (found.name, found.status, found.city) == ("Omega", RecordStatus.ACTIVE, "Rom")
    assert (fresh(office, master).name, master.city) == ("Alpha", "")
    assert surviving(office.session, "account", other.id) == other.id


def test_a_lead_is_open_again(office: Office) -> None:
    master, other = office.lead(), office.lead()
    taken_back(office, merged(office, master, other))
    found = fresh(office, other)
    assert (found.status, found.status_reason, found.closed_on) == (LeadStatus.OPEN, LeadReason.NEW, None)
    assert (found.merged, found.master_id) == (False, None)


def test_values_changed_since_stay_and_are_named_with_who_changed_them(office: Office) -> None:
    master, other = office.lead(), office.lead(city="Rom", job_title="CEO")
    operation = merged(office, master, other)
    assert later(office.act(office.sara), operation) == []
    records.save(office.act(office.mia), fresh(office, master), {"city": "Milan", "email": "ann@x.com"})
    assert [(one.label, one.who) for one in later(office.act(office.sara), operation)] == [("City", "Mia")]
    taken_back(office, operation)
    assert (fresh(office, master).city, master.job_title, master.email) == ("Milan", "", "ann@x.com")


def test_what_came_to_the_master_since_stays_there(office: Office) -> None:
    master, other = office.lead(), office.lead()
    note(office, other, "Before")
    operation = merged(office, master, other)
    note(office, master, "Since")
    taken_back(office, operation)
    assert (titles(office, master), titles(office, other)) == (["Since"], ["Before"])


def test_what_somebody_pointed_elsewhere_since_stays_there(office: Office) -> None:
    master, other, third = office.account(), office.account(), office.account()
    contact = office.contact(account_id=other.id)
    operation = merged(office, master, other)
    records.save(office.act(office.sara), fresh(office, contact), {"account_id": str(third.id)})
    taken_back(office, operation)
    assert fresh(office, contact).account_id == third.id


def test_it_is_offered_for_thirty_days_to_who_may_write(office: Office) -> None:
    master, other = office.lead(), office.lead()
    operation = merged(office, master, other)
    assert commands(office, master, office.sara) == {"unmerge": ""}
    assert commands(office, master, office.tom) == {}  # no privilege: hidden (S 13.2)
    assert commands(office, other, office.sara) == {}
    act = office.act(office.sara, office.now + MERGE_LIFE + timedelta(seconds=1))
    assert offers(act, master, decide(act.session, act.who, [Privilege.WRITE], master)) == {}
    with pytest.raises(NotAllowed, match="more than 30 days ago"):
        undo(act, operation)
    taken_back(office, operation, now=office.now + MERGE_LIFE)
    assert commands(office, fresh(office, master), office.sara) == {}


def test_it_is_refused_twice_and_to_who_may_not_write(office: Office) -> None:
    operation = merged(office, office.lead(), office.lead())
    with pytest.raises(NotAllowed, match="own"):
        taken_back(office, operation, by=office.tom)
    taken_back(office, operation)
    with pytest.raises(NotAllowed, match="Sara has taken this back already"):
        taken_back(office, operation)


def test_later_merges_are_taken_back_first(office: Office) -> None:
    master, one, two, last = (office.lead(last_name=name) for name in ("Lee", "One", "Two", "Last"))
    first, second = merged(office, master, one), merged(office, master, two)
    with pytest.raises(NotAllowed, match="Two came later"):
        taken_back(office, first)
    third = merged(office, last, master)
    with pytest.raises(NotAllowed, match="Lee was merged into Last"):
        taken_back(office, second)
    for operation in (third, second, first):
        taken_back(office, operation)
    assert not any(fresh(office, row).merged for row in (master, one, two))


def test_a_record_in_the_recycle_bin_is_restored_first(office: Office) -> None:
    master, other = office.lead(), office.lead(last_name="Leigh")
    operation = merged(office, master, other)
    records.bin(office.act(office.ada), fresh(office, other))
    with pytest.raises(NotAllowed, match="Leigh is in the recycle bin"):
        taken_back(office, operation)


def test_records_that_were_taken_apart_can_be_merged_again(office: Office) -> None:
    one, two = office.contact(), office.contact()
    taken_back(office, merged(office, one, two))
    merged(office, fresh(office, two), fresh(office, one))
    assert surviving(office.session, "contact", one.id) == two.id
    assert comparing.find(office.act(office.sara), "contact", two.id or 0) is two
    assert len(office.session.scalars(select(Share)).all()) == 0
