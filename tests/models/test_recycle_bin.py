"""Delete, the recycle bin, and restoring with everything that belongs to a record (S 3.8, 13.6)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from rxcrm.models import records, undoing
from rxcrm.models.access import Privilege
from rxcrm.models.activity import Activity
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind
from rxcrm.models.connection import Connection, ConnectionRole
from rxcrm.models.connections import linking, reading
from rxcrm.models.contact import Contact
from rxcrm.models.errors import NotAllowed, NotFound
from rxcrm.models.lead import Lead
from rxcrm.models.recycling import Along, along, delete, page
from rxcrm.models.timeline import writing
from tests.office import Office, Statements

DAY = timedelta(days=1)


def full_lead(office: Office, **values: object) -> tuple[Lead, Contact]:
    """A lead with a task, a note, a post, a stakeholder and his contact."""
    lead, contact = office.lead(**values), office.contact(first_name="Anna", last_name="Nowak")
    act = office.act(office.sara)
    writing.log(act, ActivityKind.TASK, {"subject": "Call back"}, ("lead", lead.id))
    writing.note(act, "lead", lead.id, "Plan", "Visit them")
    writing.post(act, "lead", lead.id, "Good news")
    role = office.session.exec(select(ConnectionRole).where(ConnectionRole.name == "Stakeholder")).one()
    linking.connect(act, lead, contact, role)
    return lead, contact


def names(office: Office, user: object, *asked: str) -> list[str]:
    return [row.name for row in page(office.act(user), *asked).rows]


# -- what goes along -------------------------------------------------------------------------------------------------


def test_the_confirmation_counts_what_goes_along(office: Office) -> None:
    lead, _ = full_lead(office)
    counted = along(office.act(office.vera), "lead", [lead.id])
    assert counted == Along(records=1, activities=1, notes=2, attachments=0, connections=1, history=2)


def test_several_records_are_counted_together_and_those_of_others_not_at_all(office: Office) -> None:
    leads = [full_lead(office, owner=office.mia)[0], office.lead(office.mia), office.lead(office.olaf)]
    ids = [lead.id for lead in leads]
    with Statements(office.engine) as statements:
        counted = along(office.act(office.mia), "lead", ids)
    assert (counted.records, counted.activities, counted.notes, counted.history) == (2, 1, 2, 3)
    assert along(office.act(office.sara), "lead", ids) == Along()
    assert len(statements) < 12


# -- delete and restore ----------------------------------------------------------------------------------------------


def test_a_restored_record_has_its_activities_connections_and_history_again(office: Office) -> None:
    lead, contact = full_lead(office)
    before = along(office.act(office.vera), "lead", [lead.id])
    delete(office.act(office.vera), lead)
    assert reading.page(office.act(office.sara), contact).rows == []
    assert office.session.exec(select(Activity).where(Activity.deleted_on == None)).all() == []  # noqa: E711
    records.restore(office.act(office.vera), Lead, lead.id)
    after = along(office.act(office.vera), "lead", [lead.id])
    assert after == Along(**{**vars(before), "history": before.history + 2})
    assert [link.name for link in reading.page(office.act(office.sara), contact).rows] == ["Doe"]
    assert [link.name for link in reading.stakeholders(office.act(office.sara), lead).rows] == ["Anna Nowak"]
    assert office.told(lead)[:2] == ["Vera restored this record", "Vera moved this record to the recycle bin"]


def test_what_was_deleted_before_its_record_stays_in_the_bin(office: Office) -> None:
    lead, _ = full_lead(office)
    note = office.session.exec(select(Activity).where(Activity.kind == int(ActivityKind.NOTE))).one()
    records.bin(office.act(office.sara, office.now - DAY), note)
    delete(office.act(office.vera), lead)
    records.restore(office.act(office.vera), Lead, lead.id)
    assert note.deleted_on is not None and names(office, office.sara) == ["Plan"]


@pytest.mark.parametrize("entity", ["account", "contact", "opportunity"])
def test_links_to_a_deleted_record_show_nothing_and_come_back_with_it(office: Office, entity: str) -> None:
    row = getattr(office, entity)()
    if entity == "opportunity":
        row = office.account(name="Held")
        holder: Record = office.opportunity(account_id=row.id)
        field = "account_id"
    else:
        holder, field = office.lead(**{f"existing_{entity}_id": row.id}), f"existing_{entity}_id"
    delete(office.act(office.vera), row)
    with pytest.raises(NotFound):
        office.act(office.vera).find(type(row), row.id)
    assert getattr(holder, field) == row.id
    records.restore(office.act(office.vera), type(row), row.id)
    link = records.links_of(office.act(office.sara), holder)[field]
    assert link is row and link.deleted_on is None


def test_a_deletion_is_undone_from_its_message(office: Office) -> None:
    lead, _ = full_lead(office)
    operation = delete(office.act(office.vera), lead)
    done = undoing.undo(office.act(office.vera), operation.id)
    assert (lead.deleted_on, done.name) == (None, "Doe")
    assert along(office.act(office.vera), "lead", [lead.id]).activities == 1
    with pytest.raises(NotAllowed, match="Vera has taken this back already"):
        undoing.undo(office.act(office.vera), operation.id)


def test_whoever_may_not_delete_cannot_undo_a_deletion(office: Office) -> None:
    operation = delete(office.act(office.vera), office.lead())
    with pytest.raises(NotFound):
        undoing.undo(office.act(office.sara), operation.id)


def test_deleting_twice_says_so(office: Office) -> None:
    lead = office.lead()
    delete(office.act(office.vera), lead)
    with pytest.raises(NotAllowed, match="Doe is in the recycle bin already"):
        delete(office.act(office.vera), lead)


def test_a_purged_record_leaves_no_operation(office: Office) -> None:
    operation = delete(office.act(office.vera), office.lead())
    assert records.purge(office.session, office.now + 31 * DAY) == 1
    office.session.expire_all()
    with pytest.raises(NotFound):
        undoing.undo(office.act(office.vera), operation.id)


# -- the bin ---------------------------------------------------------------------------------------------------------


def test_the_bin_lists_what_one_may_restore_latest_first(office: Office) -> None:
    for days, row in ((3, office.lead(last_name="Old")), (1, office.account(name="Young")), (2, office.contact())):
        delete(office.act(office.vera, office.now - days * DAY), row)
    shown = page(office.act(office.vera)).rows
    assert [(row.name, row.entity, row.who, row.days_left) for row in shown] == [
        ("Young", "account", "Vera", 29),
        ("Roe", "contact", "Vera", 28),
        ("Old", "lead", "Vera", 27),
    ]
    assert names(office, office.sara) == []


def test_a_manager_sees_in_the_bin_what_her_unit_owned(office: Office) -> None:
    delete(office.act(office.vera), office.lead(office.mia, last_name="Hers"))
    delete(office.act(office.vera), office.lead(office.olaf, last_name="Foreign"))
    assert names(office, office.mia) == ["Hers"]


def test_activities_that_went_with_a_record_are_not_listed_beside_it(office: Office) -> None:
    lead, _ = full_lead(office)
    delete(office.act(office.vera), lead)
    assert names(office, office.vera) == ["Doe"]
    assert names(office, office.sara) == []


def test_the_bin_is_searched_by_table_and_term(office: Office) -> None:
    for row in (office.lead(last_name="Łódź"), office.account(name="Lodz Ltd"), office.lead(last_name="Roe")):
        delete(office.act(office.vera), row)
    assert set(names(office, office.vera, "", "lodz")) == {"Łódź", "Lodz Ltd"}
    assert names(office, office.vera, "lead", "lodz") == ["Łódź"]
    assert names(office, office.vera, "", "100%") == []


def test_what_is_older_than_30_days_is_offered_no_more(office: Office) -> None:
    delete(office.act(office.vera, office.now - 31 * DAY), office.lead())
    assert names(office, office.vera) == []


def test_pages_follow_each_other_without_gap_or_repetition(office: Office) -> None:
    rows = [office.bare(Lead, last_name=f"L{n}", topic="x") for n in range(60)]
    rows += [office.bare(Contact, last_name=f"C{n}") for n in range(60)]
    office.session.flush()
    for n, row in enumerate(rows):
        row.deleted_on, row.deleted_by_id = office.now - timedelta(minutes=n % 2), office.vera.id
    office.session.flush()
    seen: list[str] = []
    after = ""
    while True:
        found = page(office.act(office.vera), after=after)
        seen += [row.key for row in found.rows]
        if not found.more:
            break
        after = found.rows[-1].key
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize("key", ["", "lead", "lead:", "lead:x", "lead:-1", "nobody:1", "lead:" + "9" * 30])
def test_a_key_that_is_none_begins_at_the_first_page(office: Office, key: str) -> None:
    delete(office.act(office.vera), office.lead())
    assert [row.name for row in page(office.act(office.vera), after=key).rows] == ["Doe"]


def test_the_bin_costs_the_same_for_ten_and_twenty_rows(office: Office) -> None:
    counts = []
    for _ in range(2):
        for _ in range(10):
            delete(office.act(office.vera), office.lead())
        act = office.act(office.vera)
        with Statements(office.engine) as statements:
            page(act)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 6


def test_found_with_delete_only_by_those_who_may(office: Office) -> None:
    lead = office.lead()
    with pytest.raises(NotAllowed):
        office.act(office.sara).find(Lead, lead.id, Privilege.DELETE)
    assert office.session.exec(select(Connection)).all() == []
