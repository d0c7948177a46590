"""What a verb writes and how it is taken back as a whole, on both databases (S 3.5, 7.8 [OURS])."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import col, select

from rxcrm.models import journal, records
from rxcrm.models.activity import Activity, Party
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind
from rxcrm.models.connection import CompetitorLink, Connection
from rxcrm.models.connections import competitors, linking
from rxcrm.models.contact import Contact
from rxcrm.models.history import Event, record
from rxcrm.models.journal import Journal, latest, made_by, touched
from rxcrm.models.lead import Lead
from rxcrm.models.notification import Follow
from rxcrm.models.operation import Operation, OperationKind
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.timeline import writing
from tests.office import Office


def written(office: Office) -> Journal:
    return Journal(office.act(office.sara))


def closed(office: Office, of: Journal, row: Record, **details: Any) -> Operation:
    """The journal as it is read back from the database, not as it was held in memory."""
    operation = of.close(OperationKind.QUALIFY, row, details)
    office.session.flush()
    office.session.expire(operation)
    return operation


def undone(office: Office, operation: Operation, **how: Any) -> None:
    journal.undo(office.act(office.mia), operation, **how)
    office.session.expire_all()


def test_values_that_were_set_become_what_they_were(office: Office) -> None:
    account = office.account()
    before = {
        "existing_account_id": None,
        "budget_amount": Decimal("10.50"),
        "estimated_close_date": date(2026, 3, 1),
        "closed_on": None,
        "decision_maker": False,
        "city": "Rom",
    }
    after = {
        "existing_account_id": account.id,
        "budget_amount": None,
        "estimated_close_date": date(2027, 1, 1),
        "closed_on": office.now,
        "decision_maker": True,
        "city": "",
    }
    lead, of = office.lead(**before, custom={"a": [1]}), written(office)
    assert of.set(lead, **after, custom={"a": [2]})
    records.touch(of.act, lead)
    operation = closed(office, of, lead)
    assert {name: getattr(lead, name) for name in after} == after
    undone(office, operation)
    assert {name: getattr(lead, name) for name in before} == before
    assert lead.custom == {"a": [1]}


def test_what_does_not_change_is_not_written(office: Office) -> None:
    lead, of = office.lead(city="Rom"), written(office)
    assert not of.set(lead, city="Rom")
    assert of.entries == []


def test_values_that_somebody_changed_since_stay(office: Office) -> None:
    lead, of = office.lead(city="Rom", county="A"), written(office)
    of.set(lead, city="Milan", county="B")
    records.touch(of.act, lead)
    operation = closed(office, of, lead)
    records.save(office.act(office.tom), lead, {"city": "Turin"})
    undone(office, operation)
    assert (lead.city, lead.county) == ("Turin", "A")


def test_a_value_set_twice_goes_back_to_the_first(office: Office) -> None:
    lead, of = office.lead(city="Rom"), written(office)
    of.set(lead, city="Milan")
    of.set(lead, city="Turin")
    records.touch(of.act, lead)
    undone(office, closed(office, of, lead))
    assert lead.city == "Rom"


def test_records_that_were_made_go_to_the_recycle_bin_and_other_rows_for_good(office: Office) -> None:
    lead, of = office.lead(), written(office)
    contact = of.made(records.create(of.act, Contact, {"last_name": "Nowak"}))
    follow = Follow(user_id=office.sara.id or 0, entity="lead", record_id=lead.id or 0, since=office.now)
    office.session.add(follow)
    office.session.flush()
    of.made(follow)
    competitors.add_new(of.act, lead, "Northwind")
    of.made(office.session.scalars(select(CompetitorLink)).one())
    operation = closed(office, of, lead)
    assert made_by(operation) == [("contact", contact.id)]
    undone(office, operation)
    assert contact.deleted_on == office.now
    assert office.session.scalars(select(Follow)).all() == []
    assert office.session.scalars(select(CompetitorLink)).all() == []


def test_what_was_made_can_be_kept(office: Office) -> None:
    lead, of = office.lead(), written(office)
    contact = of.made(records.create(of.act, Contact, {"last_name": "Nowak"}))
    of.set(lead, existing_contact_id=contact.id)
    records.touch(of.act, lead)
    undone(office, closed(office, of, lead), keep_made=True)
    assert (contact.deleted_on, lead.existing_contact_id) == (None, None)


def test_what_was_made_and_is_gone_already_is_no_matter(office: Office) -> None:
    lead, of = office.lead(), written(office)
    contact = of.made(records.create(of.act, Contact, {"last_name": "Nowak"}))
    follow = Follow(user_id=office.sara.id or 0, entity="lead", record_id=lead.id or 0, since=office.now)
    office.session.add(follow)
    office.session.flush()
    of.made(follow)
    operation = closed(office, of, lead)
    office.session.delete(follow)
    records.bin(office.act(office.ada, office.now - timedelta(hours=1)), contact)
    office.session.flush()
    undone(office, operation)
    assert contact.deleted_on == office.now - timedelta(hours=1)


def test_rows_that_were_moved_go_back_each_to_its_own_place(office: Office) -> None:
    one, two, three = office.lead(), office.lead(), office.lead()
    contacts = [office.contact(originating_lead_id=lead.id) for lead in (one, two, two)]
    versions = [contact.version for contact in contacts]
    of = written(office)
    places = [col(Contact.originating_lead_id).in_([one.id, two.id])]
    assert sorted(of.move(Contact, places, originating_lead_id=three.id)) == [contact.id for contact in contacts]
    assert [contact.originating_lead_id for contact in contacts] == [three.id] * 3
    assert [contact.version for contact in contacts] == [version + 1 for version in versions]
    undone(office, closed(office, of, one))
    assert [contact.originating_lead_id for contact in contacts] == [one.id, two.id, two.id]


def test_moved_rows_that_somebody_moved_on_stay_there(office: Office) -> None:
    one, two, three = office.lead(), office.lead(), office.lead()
    moved, kept = (office.contact(originating_lead_id=one.id) for _ in range(2))
    of = written(office)
    of.move(Contact, [col(Contact.originating_lead_id) == one.id], originating_lead_id=two.id)
    operation = closed(office, of, one)
    records.save(office.act(office.sara), kept, {"originating_lead_id": str(three.id)})
    undone(office, operation)
    assert (moved.originating_lead_id, kept.originating_lead_id) == (one.id, three.id)


def test_many_rows_are_moved_in_few_statements(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "AT_ONCE", 3)
    lead, other, of = office.lead(), office.lead(), written(office)
    contacts = [office.bare(Contact, last_name="Roe", originating_lead_id=lead.id) for _ in range(10)]
    office.session.flush()
    of.move(Contact, [col(Contact.originating_lead_id) == lead.id], originating_lead_id=other.id)
    assert len(of.entries) == 1
    undone(office, closed(office, of, lead))
    assert {contact.originating_lead_id for contact in contacts} == {lead.id}


def test_a_connection_that_was_moved_has_a_new_version(office: Office) -> None:
    lead, anna, of = office.lead(), office.contact(), written(office)
    link = linking.connect(office.act(office.sara), lead, anna, None)
    version = link.version
    of.move(Connection, [col(Connection.id) == link.id], active=False)
    assert (link.active, link.version) == (False, version + 1)
    undone(office, closed(office, of, lead))
    assert link.active


def test_the_last_write_is_taken_back_first(office: Office) -> None:
    lead, of = office.lead(), written(office)
    account = of.made(office.account())
    deal = of.made(office.opportunity(account_id=account.id))
    of.set(lead, existing_account_id=account.id)
    records.touch(of.act, lead)
    operation = closed(office, of, lead)
    undone(office, operation)
    assert (account.deleted_on, deal.deleted_on, lead.existing_account_id) == (office.now, office.now, None)
    assert isinstance(deal, Opportunity)


def test_an_operation_remembers_who_undid_it_and_is_no_longer_the_latest(office: Office) -> None:
    lead = office.lead()
    first, second = closed(office, written(office), lead), closed(office, written(office), lead)
    find = (office.session, OperationKind.QUALIFY, "lead", lead.id or 0)
    assert latest(*find) is second
    undone(office, second)
    assert (second.undone_by_id, second.undone_on) == (office.mia.id, office.now)
    assert latest(*find) is first
    assert latest(office.session, OperationKind.MERGE, "lead", lead.id or 0) is None


# -- what was done since ---------------------------------------------------------------------------------------------


def made_contact(office: Office) -> tuple[Lead, Contact, Operation]:
    """A contact that an operation made from a lead, with a note and a task that it brought along."""
    lead, of = office.lead(), written(office)
    contact = of.made(records.create(of.act, Contact, {"last_name": "Nowak"}))
    of.set(lead, existing_contact_id=contact.id)
    records.touch(of.act, lead)
    brought = writing.note(of.act, "lead", lead.id or 0, "Brought", "<p>Along</p>").row
    of.move(Activity, [col(Activity.id) == brought.id], regarding_entity="contact", regarding_id=contact.id)
    of.move(Party, [col(Party.activity_id) == brought.id], entity="contact", record_id=contact.id)
    of.made(writing.log(of.act, ActivityKind.TASK, {"subject": "Call"}, ("contact", contact.id or 0)))
    record(
        office.session,
        contact,
        Event.QUALIFIED_FROM,
        by=office.sara.id or 0,
        now=office.now,
        changes=[["", "lead:1", "", ""]],
    )
    return lead, contact, closed(office, of, lead)


def test_what_the_operation_itself_wrote_is_no_use_of_it(office: Office) -> None:
    _lead, _contact, operation = made_contact(office)
    assert touched(office.act(office.sara), operation) == []


@pytest.mark.parametrize("use", ["changed", "noted", "pointed to"])
def test_each_use_of_what_was_made_is_told_with_who_and_when(office: Office, use: str) -> None:
    _lead, contact, operation = made_contact(office)
    act = office.act(office.mia, office.now + timedelta(hours=1))
    if use == "changed":
        records.save(act, contact, {"city": "Rom"})
    elif use == "noted":
        writing.note(act, "contact", contact.id or 0, "Since", "<p>Text</p>")
    else:
        records.create(act, Lead, {"topic": "A", "last_name": "B", "existing_contact_id": str(contact.id)})
    [found] = touched(office.act(office.sara), operation)
    assert (found.entity, found.id, found.name, found.who) == ("contact", contact.id, "Nowak", "Mia")
    assert found.at == act.now.isoformat()
