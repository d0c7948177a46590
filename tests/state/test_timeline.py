"""The timeline's handlers, without a browser: what they answer, refuse and keep."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rxcrm.models import db, records
from rxcrm.models.activity import Activity
from rxcrm.models.choices import ActivityKind, ActivityReason
from rxcrm.models.timeline import writing
from rxcrm.state import gate
from rxcrm.state.timeline import Timeline
from tests.office import Office
from tests.state.desk import Desk


class Page(Desk):
    """Sara's tab with the timeline of a lead."""

    def __init__(self, office: Office, **lead: Any) -> None:
        super().__init__(office)
        self.user, self.lead = office.sara, office.lead(email="doe@example.com", business_phone="123", **lead)

    def open(self) -> Timeline:
        """Everything that opening the page does, the counters too."""
        state, who, lead_id = self.state(Timeline), self.office.who(self.user), self.lead.id
        self.office.commit()

        async def run() -> None:
            gate._asker.set(gate.Asker(who, "", "Contoso", 0))
            async for _ in Timeline.event_handlers["open"].fn(state, "lead", lead_id):
                pass
            await db.settled()

        asyncio.run(run())
        self.office.session.expire_all()
        return state

    def tell(self, handler: str, *args: Any) -> Timeline:
        return self.send(Timeline, handler, *args)

    def heard_of_a_note(self, title: str) -> None:
        """Tom writes a note, and the news of it reach the tab."""
        writing.note(self.office.act(self.office.tom), "lead", self.lead.id or 0, title, "")
        self.catch_up()

    def catch_up(self) -> None:
        who, state = self.office.who(self.user), self.state(Timeline)
        self.office.commit()

        async def run() -> None:
            gate._asker.set(gate.Asker(who, "", "Contoso", 0))
            await state._catch_up(frozenset({f"lead:{self.lead.id}"}))

        asyncio.run(run())


@pytest.fixture
def page(office: Office) -> Page:
    return Page(office)


def test_opening_shows_what_may_be_written_and_what_it_begins_with(page: Page) -> None:
    state = page.open()
    assert state.ready and set(state.may) == {"note", "post", "task", "phone_call", "appointment", "email"}
    assert (state.defaults["phone_number"], state.defaults["party"]["address"]) == ("123", "doe@example.com")
    assert state.facets == []  # until somebody opens the filter pane


def test_opening_waits_for_nobody_who_writes(page: Page) -> None:
    """A long import holds SQLite's write lock; whoever only reads must not notice."""
    state, who, lead_id = page.state(Timeline), page.office.who(page.user), page.lead.id
    page.office.commit()

    async def run() -> float:
        gate._asker.set(gate.Asker(who, "", "Contoso", 0))
        begun = asyncio.get_running_loop().time()
        async for _ in Timeline.event_handlers["open"].fn(state, "lead", lead_id):
            pass
        taken = asyncio.get_running_loop().time() - begun
        writer.rollback()
        await db.settled()
        return taken

    with page.office.engine.execution_options(writes=True).connect() as writer:
        writer.exec_driver_sql("SELECT 1")
        assert asyncio.run(run()) < 10  # seconds; SQLite itself gives up after 15
    assert state.ready


def test_a_written_note_is_there_and_answers_its_token(page: Page) -> None:
    page.open()
    state = page.tell("write_note", 7, 0, 0, "", "<p>Hello</p>", [])
    assert (state.answer.token, state.answer.ok) == (7, True)
    assert state.items[0].key == state.answer.key and state.items[0].excerpt == "Hello"


def test_a_refused_note_says_why_at_its_field(page: Page) -> None:
    page.open()
    state = page.tell("write_note", 8, 0, 0, "", "", [])
    assert (state.answer.ok, state.answer.errors) == (False, {"body": "A note needs a text, a title or a file."})


def test_a_note_that_somebody_changed_meanwhile_is_not_overwritten(page: Page) -> None:
    row = writing.note(page.office.act(page.office.sara), "lead", page.lead.id or 0, "First", "").row
    page.open()
    version = row.version
    writing.edit_note(page.office.act(page.office.sara), row, "Second", "")
    state = page.tell("write_note", 9, row.id, version, "Third", "", [])
    assert not state.answer.ok and "changed this record" in state.notice.text
    assert page.office.session.get_one(Activity, row.id).subject == "Second"


def test_what_is_sent_again_after_a_lost_answer_is_written_once(page: Page) -> None:
    page.open()
    first = page.tell("write_note", 5, 0, 0, "", "<p>Once</p>", []).answer
    again = page.tell("write_note", 5, 0, 0, "", "<p>Once</p>", []).answer
    assert (again.ok, again.key) == (True, first.key)
    assert [i.excerpt for i in page.state(Timeline).items if i.kind == "note"] == ["Once"]


def test_what_is_new_below_appears_when_the_oldest_come_first(page: Page) -> None:
    for n in range(25):
        writing.note(page.office.act(page.office.sara), "lead", page.lead.id or 0, f"Note {n}", "")
    page.open()
    page.tell("ask", "", {}, False)
    assert not page.tell("load_more").more
    state = page.tell("write_note", 6, 0, 0, "Last", "", [])
    assert [i.title for i in state.older.items] == ["Last"] and state.older.index == 2


def test_an_activity_of_another_kind_is_not_edited_as_a_note(page: Page) -> None:
    row = writing.log(page.office.act(page.office.sara), 1, {"subject": "x"}, ("lead", page.lead.id or 0))  # type: ignore[arg-type]
    page.open()
    assert not page.tell("write_note", 1, row.id, row.version, "y", "", []).answer.ok


def test_a_call_is_logged_and_completed_in_one_go(page: Page) -> None:
    page.open()
    state = page.tell("log", 3, "phone_call", {"subject": "Offer", "phone_number": "123"}, [], [], "complete")
    assert state.answer.ok and state.planned == []
    assert (state.items[0].kind, state.items[0].status, state.items[0].tag) == ("phone_call", "Made", "closed")


def test_a_mail_that_cannot_be_sent_is_kept_as_a_draft_with_the_reason(page: Page) -> None:
    page.open()
    state = page.tell("log", 4, "email", {"subject": "Offer", "body": "<p>Dear</p>"}, [], [], "send")
    assert state.answer.ok and "no mail server is set up" in state.notice.text
    assert [(i.title, i.status) for i in state.planned] == [("Offer", "Draft")]


@pytest.mark.parametrize("kind", ["note", "post", "fax", ""])
def test_only_activities_are_logged(page: Page, kind: str) -> None:
    page.open()
    assert not page.tell("log", 5, kind, {"subject": "x"}, [], [], "").answer.ok


def test_posted_parties_of_nonsense_are_refused(page: Page) -> None:
    page.open()
    for party in ({}, {"role": "king"}, {"role": "to", "entity": "lead", "id": "9" * 40}, {"role": "to", "id": "x"}):
        assert not page.tell("log", 6, "phone_call", {"subject": "x"}, [party], [], "").answer.ok


def test_completing_takes_a_reason_of_its_kind_only(page: Page) -> None:
    row = writing.log(page.office.act(page.office.sara), 2, {"subject": "x"}, ("lead", page.lead.id or 0))  # type: ignore[arg-type]
    page.open()
    state = page.tell("complete", row.id, row.version, int(ActivityReason.TASK_COMPLETED))
    assert "has no option" in state.notice.text
    page.tell("complete", row.id, row.version, 99)
    assert page.office.session.get_one(Activity, row.id).is_open


def test_pages_follow_one_another_without_being_sent_again(page: Page) -> None:
    for n in range(45):
        writing.note(page.office.act(page.office.sara), "lead", page.lead.id or 0, f"Note {n}", "")
    state = page.open()
    first, generation = [i.key for i in state.items], state.older.generation
    state = page.tell("load_more")
    second = [i.key for i in state.older.items]
    assert (state.older.generation, state.older.index, len(second)) == (generation, 1, 20)
    state = page.tell("load_more")
    third = [i.key for i in state.older.items]
    assert not state.more and len({*first, *second, *third}) == 46
    assert [i.key for i in state.items] == first


def test_a_deleted_entry_is_gone_and_undo_brings_it_back(page: Page) -> None:
    row = writing.note(page.office.act(page.office.sara), "lead", page.lead.id or 0, "Here", "").row
    page.open()
    state = page.tell("delete", row.id, row.version)
    assert f"a{row.id}" in state.gone and all(i.id != row.id for i in state.items if i.kind == "note")
    state = page.tell("undo_delete", row.id)
    assert any(i.title == "Here" for i in state.items) and state.gone == []


def test_the_filter_is_remembered_with_its_user(page: Page) -> None:
    page.open()
    page.tell("ask", "", {"type": ["notes"], "invented": ["x"]}, False)
    page.root = type(page.root)(_reflex_internal_init=True)  # type: ignore[call-arg]
    state = page.open()
    assert (state.filters, state.newest_first) == ({"type": ["notes"]}, False)
    # What is held back is named above the list, so the names of the filters are needed at once.
    assert [g.key for g in state.facets] == ["type", "kind", "status", "reason", "due", "by", "modified"]


def test_the_counters_are_reckoned_while_the_pane_is_open(page: Page) -> None:
    def notes() -> int:
        return next(o.count for g in page.state(Timeline).facets for o in g.options if o.key == "notes")

    page.open()
    page.tell("count", True)
    assert notes() == 0
    page.heard_of_a_note("First")
    assert notes() == 1
    page.tell("count", False)
    page.heard_of_a_note("Second")
    assert notes() == 1
    page.tell("count", True)
    assert notes() == 2


def test_what_is_as_it_was_is_not_sent_again(page: Page) -> None:
    task = writing.log(
        page.office.act(page.office.sara), ActivityKind.TASK, {"subject": "x"}, ("lead", page.lead.id or 0)
    )
    state = page.open()
    state._clean()
    page.heard_of_a_note("News")
    assert {"pinned", "planned", "facets", "gone", "older"}.isdisjoint(state.dirty_vars) and "items" in state.dirty_vars
    state._clean()
    page.tell("complete", task.id, task.version, 0)
    assert {"planned", "items"} <= state.dirty_vars and "pinned" not in state.dirty_vars
    state._clean()
    page.tell("show_planned")
    assert state.dirty_vars.isdisjoint({"pinned", "planned", "items", "facets", "gone", "older"})


def test_an_old_entry_that_was_pinned_is_back_in_its_place_when_it_is_let_go(page: Page) -> None:
    rows = [
        writing.note(page.office.act(page.office.sara), "lead", page.lead.id or 0, str(n), "").row for n in range(25)
    ]
    page.open()
    page.tell("load_more")
    assert page.tell("pin", rows[0].id, True).gone == [f"a{rows[0].id}"]
    assert page.tell("pin", rows[0].id, False).gone == []


def test_users_and_records_are_found_for_naming(page: Page) -> None:
    page.open()
    assert [c.name for c in page.tell("mention", "to", 1).candidates.hits] == ["Tom"]
    assert "Doe" in [c.name for c in page.tell("refer", "doe", 2).candidates.hits]
    assert page.tell("party", "sar", 3).candidates.hits[0].entity == "user"
    assert page.tell("party", "doe", 4).candidates.hits[0].detail == "doe@example.com · 123"


def test_a_hidden_record_has_no_timeline(page: Page) -> None:
    page.office.settle(private=True)
    page.user = page.office.olaf
    state = page.open()
    assert not state.ready and state.items == [] and "may not see it" in state.notice.text


def test_a_colleague_without_access_gets_nothing_when_it_changes(page: Page) -> None:
    office = page.office
    page.user = office.olaf
    page.open()
    office.settle(private=True)
    writing.note(office.act(office.sara), "lead", page.lead.id or 0, "Secret", "")
    page.catch_up()
    state = page.state(Timeline)
    assert state.items == [] and state.may == {}


def test_a_deleted_lead_leaves_no_timeline_behind(page: Page) -> None:
    page.open()
    records.bin(page.office.act(page.office.vera), page.lead)
    state = page.tell("write_note", 1, 0, 0, "Late", "", [])
    assert not state.answer.ok
