"""What lists can do besides showing rows, as their pages ask: cells, groups, totals, preview, palette, bulk commands."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import select

from rxcrm.models import jobs, records
from rxcrm.models.bulk import doing
from rxcrm.models.choices import LeadReason
from rxcrm.models.lead import Lead
from rxcrm.models.operation import Operation
from rxcrm.models.people import User
from rxcrm.state.assigning import Assigning
from rxcrm.state.bulk import Bulk, query_of
from rxcrm.state.lifecycle import Lifecycle
from rxcrm.state.list_tools import ListTools
from rxcrm.state.qualifying import QualifyMany
from rxcrm.state.undoing import Undoing
from tests.office import Office
from tests.state.desk import Desk

LOST = int(LeadReason.LOST)


def desk_of(office: Office, user: User) -> Desk:
    desk = Desk(office)
    desk.user = user
    return desk


def fresh(office: Office, row: Lead) -> Lead:
    office.session.expire_all()
    return office.session.get_one(Lead, row.id)


# -- one cell --------------------------------------------------------------------------------------------------------


def test_a_cell_is_edited_and_its_row_comes_back_as_the_list_shows_it(office: Office) -> None:
    lead, desk = office.lead(rating=3), desk_of(office, office.sara)
    begun = desk.send(ListTools, "begin_cell", "lead", lead.id, "rating", 1).begun
    assert (begun.token, begun.value, begun.version, begun.locked) == (1, "3", lead.version, "")
    state = desk.send(ListTools, "store_cell", "lead", lead.id, begun.version, "rating", "1", "view=open", 2)
    assert (state.stored.token, state.stored.ok, state.stored.row["rating"]) == (2, True, "1")
    assert state.stored.row["name"] == "Doe" and fresh(office, lead).rating == 1


def test_a_look_up_begins_with_its_name(office: Office) -> None:
    account = office.account(name="Fabrikam")
    lead = office.lead(existing_account_id=account.id)
    begun = desk_of(office, office.sara).send(ListTools, "begin_cell", "lead", lead.id, "existing_account_id", 1).begun
    assert (begun.value, begun.name) == (str(account.id), "Fabrikam")


def test_a_bad_value_is_told_in_the_cell_and_nothing_is_written(office: Office) -> None:
    lead, desk = office.lead(topic="Lamps", email="a@example.com"), desk_of(office, office.sara)
    wrong = (("email", "nobody", "is not an e-mail address"), ("topic", " ", "Topic is required."))
    for token, (name, value, why) in enumerate(wrong, 1):
        state = desk.send(ListTools, "store_cell", "lead", lead.id, lead.version, name, value, "", token)
        assert not state.stored.ok and why in state.stored.problem
    assert (fresh(office, lead).email, lead.topic) == ("a@example.com", "Lamps")


def test_a_cell_that_nobody_answered_is_sent_again_and_stored_once(office: Office) -> None:
    lead, desk = office.lead(rating=3), desk_of(office, office.sara)
    sent = ("store_cell", "lead", lead.id, lead.version, "rating", "1", "view=open", 5)
    first = desk.send(ListTools, *sent).stored
    again = desk.send(ListTools, *sent).stored
    assert first.ok and (again.ok, again.row["rating"]) == (True, "1")
    assert fresh(office, lead).version == 2


def test_who_was_faster_with_the_same_cell_is_told_with_his_value(office: Office) -> None:
    lead, desk = office.lead(rating=2), desk_of(office, office.sara)
    version = lead.version
    records.save(office.act(office.mia), lead, {"rating": "3"})
    stored = desk.send(ListTools, "store_cell", "lead", lead.id, version, "rating", "1", "", 1).stored
    assert (stored.ok, stored.faster, stored.who, stored.theirs, stored.raw) == (False, True, "Mia", "Cold", "3")
    assert fresh(office, lead).rating == 3
    stored = desk.send(ListTools, "store_cell", "lead", lead.id, stored.version, "rating", "1", "", 2).stored
    assert stored.ok and fresh(office, lead).rating == 1


def test_who_was_faster_with_another_cell_is_in_nobodys_way(office: Office) -> None:
    lead, desk = office.lead(rating=2), desk_of(office, office.sara)
    version = lead.version
    records.save(office.act(office.mia), lead, {"city": "Rom"})
    assert desk.send(ListTools, "store_cell", "lead", lead.id, version, "rating", "1", "", 1).stored.ok
    assert (fresh(office, lead).rating, lead.city) == (1, "Rom")


@pytest.mark.parametrize("name", ["created_on", "owner", "nonsense", "name"])
def test_what_is_no_field_of_the_form_is_not_edited(office: Office, name: str) -> None:
    begun = desk_of(office, office.sara).send(ListTools, "begin_cell", "lead", office.lead().id, name, 1).begun
    assert begun.locked == "This field is edited on the form of the record."


def test_closed_and_foreign_records_say_why_they_are_not_edited(office: Office) -> None:
    closed = office.lead(status=2, status_reason=LOST)
    foreign = office.lead(office.olaf)
    desk = desk_of(office, office.sara)
    assert "read-only" in desk.send(ListTools, "begin_cell", "lead", closed.id, "topic", 1).begun.locked
    assert "reaches only" in desk.send(ListTools, "begin_cell", "lead", foreign.id, "topic", 1).begun.locked
    stored = desk.send(ListTools, "store_cell", "lead", foreign.id, foreign.version, "topic", "Mine", "", 2).stored
    assert not stored.ok and fresh(office, foreign).topic == "Forklifts"


def test_activities_are_edited_on_their_forms(office: Office) -> None:
    desk = desk_of(office, office.sara)
    assert desk.send(ListTools, "begin_cell", "activity", 1, "subject", 1).begun.locked
    assert not desk.send(ListTools, "store_cell", "activity", 1, 1, "subject", "x", "", 1).stored.ok


# -- groups, totals, preview, palette --------------------------------------------------------------------------------


def test_groups_and_their_rows_follow_the_address(office: Office) -> None:
    for n in range(3):
        office.lead(last_name=f"Nr {n}", rating=1 if n else 3)
    desk = desk_of(office, office.sara)
    state = desk.send(ListTools, "group", "lead", "view=open&group=rating", 0, 1)
    assert [(g.label, g.count) for g in state.grouped.groups] == [("Hot", 2), ("Cold", 1)]
    state = desk.send(ListTools, "open_group", "lead", "view=open&group=rating", "1", "", 2)
    assert (len(state.opened.rows), state.opened.more) == (2, False)
    assert set(state.opened.rows[0]) >= {"id", "name", "topic"}


@pytest.mark.parametrize("query", ["group=nonsense", "group=created_on:decade", "group=-", ""])
def test_what_no_list_is_grouped_by_is_a_sentence(office: Office, query: str) -> None:
    state = desk_of(office, office.sara).send(ListTools, "group", "lead", query, 0, 1)
    assert "cannot be grouped" in state.grouped.problem
    state = desk_of(office, office.sara).send(ListTools, "open_group", "lead", query, "1", "", 1)
    assert state.opened.problem


def test_totals_follow_the_address_and_minus_wants_none(office: Office) -> None:
    office.opportunity(estimated_revenue=Decimal("10.50"), currency="EUR")
    desk = desk_of(office, office.sara)
    state = desk.send(ListTools, "total", "opportunity", "view=open&totals=estimated_revenue:sum", 1)
    assert state.summed.totals[0].values == [["EUR", "10.50"]]
    assert desk.send(ListTools, "total", "opportunity", "view=open&totals=-", 2).summed.totals == []
    assert desk.send(ListTools, "total", "opportunity", "totals=topic:sum", 3).summed.problem


def test_the_preview_shows_key_fields_and_the_last_three_things_that_happened(office: Office) -> None:
    lead = office.lead(last_name="Abel", city="Rom", rating=1, email="abel@example.com")
    for city in ("Oslo", "Berlin", "Wien", "Paris"):
        records.save(office.act(office.sara), lead, {"city": city})
    glance = desk_of(office, office.sara).send(ListTools, "peek", "lead", lead.id, 1).peeked.glance
    assert (glance.name, glance.owner, glance.path) == ("Abel", "Sara", f"/leads/{lead.id}")
    lines = {line.label: line.text for line in glance.lines}
    assert (lines["City"], lines["Rating"], lines["Email"]) == ("Paris", "Hot", "abel@example.com")
    assert len(glance.entries) == 3 and {e.who for e in glance.entries} == {"Sara"}
    assert set(glance.may) == {"edit", "assign"} and glance.locked == ""


@pytest.mark.parametrize("entity", ["account", "contact", "opportunity"])
def test_every_table_has_a_preview(office: Office, entity: str) -> None:
    row = getattr(office, entity)()
    glance = desk_of(office, office.mia).send(ListTools, "peek", entity, row.id, 1).peeked.glance
    assert glance.name == row.display_name and glance.entries


def test_nobody_looks_at_what_he_may_not_see(office: Office) -> None:
    office.settle(private=True)
    hidden = office.lead(office.olaf, last_name="Hidden")
    state = desk_of(office, office.sara).send(ListTools, "peek", "lead", hidden.id, 1)
    assert "doesn't exist" in state.peeked.problem and state.peeked.glance.name == ""
    office.commit()
    assert desk_of(office, office.sara).send(ListTools, "find", "hidden", 2).found.hits == []


def test_the_palette_finds_records_of_all_tables(office: Office) -> None:
    office.lead(last_name="Kowalska")
    office.contact(last_name="Kowalska")
    office.account(name="Kowalska & Co")
    state = desk_of(office, office.sara).send(ListTools, "find", "kowalsk", 1)
    assert {hit.title for hit in state.found.hits} == {"Lead", "Contact", "Account"}
    assert all(hit.path.rpartition("/")[2].isdecimal() for hit in state.found.hits)
    assert desk_of(office, office.sara).send(ListTools, "find", "  ", 2).found.hits == []


def test_the_palette_shows_first_whose_name_begins_with_the_term(office: Office) -> None:
    office.lead(last_name="Conti")
    office.contact(last_name="O'Conconi", first_name="Conrad")
    for n in range(6):
        office.lead(last_name=f"Nr {n}", company_name="Falcon Ltd")
    found = desk_of(office, office.sara).send(ListTools, "find", "CON", 1).found.hits
    assert [hit.name for hit in found[:2]] == ["Conti", "Conrad O'Conconi"]
    assert len(found) == 5 and {hit.entity for hit in found[2:]} == {"lead"}


# -- commands on many ------------------------------------------------------------------------------------------------


def run(desk: Desk, command: str, rows: list[Any], query: str = "", everything: bool = False, **given: str) -> Any:
    ids = [row.id for row in rows]
    return desk.send(Bulk, "run", command, "lead", ids, {}, query, everything, given, 7)


def test_the_message_of_an_edit_counts_names_and_offers_undo(office: Office) -> None:
    rows = [office.lead(last_name=name, rating=3) for name in ("Abel", "Baker")]
    foreign = office.lead(office.olaf, last_name="Foreign")
    desk = desk_of(office, office.sara)
    state = run(desk, "edit", [*rows, foreign], rating="1")
    lines = state.notice.text.split("\n")
    assert (state.told.token, state.told.ok, lines[0]) == (7, True, "2 records changed.")
    assert lines[1].startswith("Foreign: Your role") and state.notice.refresh and len(state.notice.undo) == 1
    state = desk.send(Bulk, "undo", *state.notice.undo)
    assert state.notice.text == "2 records are as they were before."
    assert [fresh(office, row).rating for row in rows] == [3, 3]


def test_a_command_that_nobody_answered_is_sent_again_and_done_once(office: Office) -> None:
    lead, desk = office.lead(rating=3), desk_of(office, office.sara)
    run(desk, "edit", [lead], rating="1")
    state = run(desk, "edit", [lead], rating="1")
    assert (state.told.token, state.told.ok) == (7, True)
    assert len(office.session.exec(select(Operation).where(Operation.kind == "bulk")).all()) == 1


def test_undo_in_the_message_knows_a_command_on_many(office: Office) -> None:
    from rxcrm.models.bulk import books

    lead, desk = office.lead(city="Rom"), desk_of(office, office.sara)
    state = run(desk, "edit", [lead], city="Oslo")
    assert books.is_bulk(office.act(office.sara), state.notice.undo[0])
    assert not books.is_bulk(office.act(office.sara), 10**9)


def test_what_is_wrong_with_a_form_is_told_by_field_and_keeps_it_open(office: Office) -> None:
    state = run(desk_of(office, office.sara), "edit", [office.lead()], topic=" ")
    assert not state.told.ok and state.told.errors == {"topic": "Topic is required and cannot be emptied."}


def test_all_that_a_list_holds_is_meant_by_its_address(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doing, "AT_ONCE", 10)
    rows = [office.lead(last_name=f"Nr {n}", city="Rom" if n else "Oslo") for n in range(4)]
    desk = desk_of(office, office.sara)
    state = run(desk, "edit", [], "?view=open&q=rom", everything=True, rating="1")
    assert state.notice.text.startswith("3 records changed.")
    assert [fresh(office, row).rating == 1 for row in rows] == [False, True, True, True]


def test_many_are_put_off_and_can_be_followed_and_called_off(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doing, "AT_ONCE", 2)
    for n in range(5):
        office.lead(last_name=f"Nr {n}")
    desk = desk_of(office, office.sara)
    state = run(desk, "edit", [], "view=open", everything=True, rating="1")
    assert state.notice.text == "5 records are being worked on. You can go on meanwhile."
    (one,) = desk.send(Bulk, "follow").running
    assert (one.state, one.total, one.position) == ("running", 5, 0)
    state = desk.send(Bulk, "cancel", one.id)
    assert state.notice.text.startswith("0 records changed.") or "0 record" in state.notice.text
    assert desk.send(Bulk, "follow").running == []
    assert [past.state for past in desk.send(Bulk, "open", "lead").past] == ["canceled"]
    assert jobs.unfinished(office.session) == 1  # it finds nothing left to do


def test_the_versions_of_the_moment_guard_an_edit(office: Office) -> None:
    lead, desk = office.lead(), desk_of(office, office.sara)
    assert desk.send(Bulk, "prepare", "lead", [lead.id], 3).prepared.versions == {str(lead.id): lead.version}
    seen = {str(lead.id): lead.version}
    records.save(office.act(office.mia), lead, {"rating": "3"})
    state = desk.send(Bulk, "run", "edit", "lead", [lead.id], seen, "", False, {"rating": "1"}, 4)
    assert "Mia changed Rating meanwhile." in state.notice.text and fresh(office, lead).rating == 3


@pytest.mark.parametrize("command", ["", "explode", "undo"])
def test_commands_that_there_are_not_are_refused(office: Office, command: str) -> None:
    assert not run(desk_of(office, office.sara), command, [office.lead()]).told.ok


def test_an_undo_of_somebody_else_finds_nothing(office: Office) -> None:
    lead = office.lead(city="Rom")
    state = run(desk_of(office, office.sara), "edit", [lead], city="Oslo")
    other = desk_of(office, office.mia).send(Bulk, "undo", *state.notice.undo)
    assert other.notice.kind == "error" and fresh(office, lead).city == "Oslo"


def test_assigning_and_reactivating_can_be_undone_from_their_messages(office: Office) -> None:
    lead, desk = office.lead(), desk_of(office, office.sara)
    state = desk.send(Assigning, "assign", "lead", [lead.id], lead.version, "user", office.tom.id, 1)
    state = desk.send(Undoing, "undo", state.notice.undo)
    assert state.notice.text == "Doe belongs to its former owner again."
    assert fresh(office, lead).owner_user_id == office.sara.id
    closed = office.lead(last_name="Closed", status=2, status_reason=LOST)
    state = desk.send(Lifecycle, "reactivate", closed.id, closed.version)
    state = desk.send(Undoing, "undo", state.notice.undo)
    assert state.notice.text == "Closed is closed again." and fresh(office, closed).status == 2


def test_all_leads_of_a_list_are_reviewed_before_they_are_qualified(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        office.lead(last_name=f"Nr {n}", company_name="Fabrikam")
    desk = desk_of(office, office.sara)
    state = desk.send(QualifyMany, "ask_selected", [], True, "view=open", 9)
    assert (state.asked, len(state.review.proposals)) == (9, 3)
    monkeypatch.setattr("rxcrm.models.lists.PAGE_SIZES", (2,))
    state = desk.send(QualifyMany, "ask_selected", [], True, "view=open", 10)
    assert state.notice.text == "At most 2 leads can be qualified at once." and state.asked == 9


def test_an_address_is_read_as_the_browser_has_it() -> None:
    assert query_of("?view=open&q=a%26b&sort=-name") == {"view": "open", "q": "a&b", "sort": "-name"}
    assert query_of("") == {}
