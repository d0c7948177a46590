"""What happened to a record, in sentences (S 9.6)."""

from __future__ import annotations

from datetime import timedelta

from rxcrm.models.fields import Conventions
from rxcrm.models.history import Change, Event, entries, record
from rxcrm.models.lead import Lead
from rxcrm.models.records import assign, save
from tests.office import Office


def test_a_save_is_one_entry_with_every_field_old_and_new(office: Office) -> None:
    lead = office.lead(rating=2)
    account = office.account(name="Fabrikam")
    typed = {
        "rating": "1",
        "annual_revenue": "1234,5",
        "do_not_email": "1",
        "last_campaign_date": "2026-05-01",
        "existing_account_id": str(account.id),
        "description": "Two\nlines",
    }
    save(office.act(office.sara, office.now + timedelta(hours=1)), lead, typed)
    newest, _created = entries(office.session, Lead, lead.id, Conventions("en", "UTC", "US", "EUR"))
    assert newest.changes == [
        Change("Rating", "Warm", "Hot"),
        Change("Annual Revenue", "", "€1,234.50"),
        Change("Do not allow Emails", "Allow", "Do Not Allow"),
        Change("Last Campaign Date", "", "May 1, 2026"),
        Change("Existing Account?", "", "Fabrikam"),
        Change("Description", "", "Two\nlines"),
    ]
    assert newest.at == (office.now + timedelta(hours=1)).isoformat()
    assert newest.what == "changed Rating, Annual Revenue, Do not allow Emails, and 3 other fields"


def test_the_newest_entries_come_first_and_no_more_than_asked(office: Office) -> None:
    lead = office.lead()
    for city in ("Łódź", "Kraków", "Gdynia"):
        save(office.act(office.sara), lead, {"city": city})
    found = entries(office.session, Lead, lead.id, Conventions(), limit=2)
    assert [e.changes[0].new for e in found] == ["Gdynia", "Kraków"]


def test_an_assignment_names_the_owner_in_its_sentence(office: Office) -> None:
    lead = office.lead()
    assign(office.act(office.sara), lead, office.fair)
    newest = entries(office.session, Lead, lead.id, Conventions())[0]
    assert (newest.what, newest.changes) == ("assigned this record to Fair", [])


def test_what_can_no_longer_be_read_is_shown_as_it_was_stored(office: Office) -> None:
    lead = office.lead()
    changes = [
        ["rating", "77", "?"],
        ["gone_field", "a", "b"],
        ["annual_revenue", "x" * 200, ""],
        ["topic", "%(n)s", "%"],
    ]
    record(office.session, lead, Event.CHANGED, by=office.sara.id, now=office.now, changes=changes)
    newest = entries(office.session, Lead, lead.id, Conventions())[0]
    assert [(c.old, c.new) for c in newest.changes] == [("77", "?"), ("a", "b"), ("x" * 200, ""), ("%(n)s", "%")]


def test_history_without_an_author_is_the_systems(office: Office) -> None:
    lead = office.lead()
    entry = record(office.session, lead, Event.IMPORTED, by=office.sara.id, now=office.now, remark="100% done")
    entry.by_id = None
    office.session.flush()
    newest = entries(office.session, Lead, lead.id, Conventions())[0]
    assert (newest.who, newest.what, newest.remark) == ("The system", "imported this record", "100% done")


def test_records_of_other_tables_with_the_same_number_keep_their_own_history(office: Office) -> None:
    lead = office.lead()
    account = office.account()
    assert len(entries(office.session, Lead, lead.id, Conventions())) == 1
    assert len(office.told(account)) == 1
    assert entries(office.session, Lead, 10**18, Conventions()) == []
