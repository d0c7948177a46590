"""Activities as their list, form and calendar ask for them, without a browser."""

from __future__ import annotations

from typing import Any

import pytest

from rxcrm.models.activity import Activity
from rxcrm.models.choices import ActivityKind, ActivityReason, ActivityStatus
from rxcrm.models.errors import BadValue, NotFound
from rxcrm.models.lists import Ask, page
from rxcrm.models.people import User
from rxcrm.models.timeline import form, writing
from rxcrm.state import forms
from rxcrm.state.activities import CLOSING, Activities, ActivityRecord, begun, shown
from rxcrm.state.calendar import Calendar, between
from tests.office import Office
from tests.state.desk import Desk


def task(office: Office, subject: str = "Call back", by: User | None = None, **typed: str) -> Activity:
    return writing.log(office.act(by or office.sara), ActivityKind.TASK, {"subject": subject, **typed})


def desk_of(office: Office, user: User) -> Desk:
    desk = Desk(office)
    desk.user = user
    return desk


def ticked(desk: Desk, *rows: Activity) -> Any:
    state = desk.state(Activities)
    state.rows = page(desk.office.act(desk.user), Ask(entity="activity", view="all")).rows
    state.picked = [row.id for row in rows]
    return state


def opened(desk: Desk, row: Activity) -> Any:
    state = desk.state(ActivityRecord)
    state._show(shown(desk.office.act(desk.user), row.id or 0))
    return state


# -- list ------------------------------------------------------------------------------------------------------------


def test_ticked_activities_are_completed_at_once_and_undone_at_once(small_office: Office) -> None:
    rows = [task(small_office, "one"), task(small_office, "two")]
    desk = desk_of(small_office, small_office.sara)
    ticked(desk, *rows)
    state = desk.send(Activities, "complete_picked")
    assert [row.status for row in rows] == [ActivityStatus.COMPLETED] * 2
    assert (state.done.text, state.done.ids) == ("2 activities completed.", [row.id for row in rows])
    state = desk.send(Activities, "undo")
    assert [row.status for row in rows] == [ActivityStatus.OPEN] * 2
    assert (state.notice.text, state.done.ids) == ("2 activities reopened.", [])


def test_of_several_those_that_one_may_not_change_stay_and_it_is_said_why(small_office: Office) -> None:
    mine, his = task(small_office, "mine"), task(small_office, "his", small_office.olaf)
    desk = desk_of(small_office, small_office.sara)
    ticked(desk, mine, his)
    state = desk.send(Activities, "cancel_picked")
    assert (mine.status, his.status) == (ActivityStatus.CANCELED, ActivityStatus.OPEN)
    assert state.notice.kind == "error" and "Your role reaches only" in state.notice.text
    assert state.done.ids == [mine.id]


def test_completing_twice_is_harmless(small_office: Office) -> None:
    row = task(small_office)
    desk = desk_of(small_office, small_office.sara)
    for _ in range(2):
        ticked(desk, row)
        state = desk.send(Activities, "complete_picked")
    assert row.status == ActivityStatus.COMPLETED and "read-only until it is reopened" in state.notice.text
    assert len(small_office.told(row)) == 2


# -- form ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["task", "phone_call", "appointment", "email"])
def test_every_kind_has_a_form_whose_every_field_is_described(small_office: Office, kind: str) -> None:
    found = begun(small_office.act(small_office.sara), {"kind": kind})
    assert set(found.values) <= set(forms.describe_activity())
    assert found.may["save"] == "" and found.may["complete"] == "Save this record first."
    assert ("send" in found.may) == (kind == "email")


def test_a_new_activity_is_saved_with_what_its_address_asked_for(small_office: Office) -> None:
    lead = small_office.lead(first_name="Anna", last_name="Doe")
    desk = desk_of(small_office, small_office.sara)
    given = begun(small_office.act(small_office.sara), {"kind": "phone_call", "regarding": f"lead:{lead.id}"}).values
    state = desk.send(ActivityRecord, "save", 0, 0, {**given, "subject": "Ring Anna"}, 7)
    assert (state.saved.token, state.saved.ok, state.saved.errors) == (7, True, {})
    assert (state.names, state.title, state.kind) == ({"regarding": "Anna Doe"}, "Ring Anna", 2)
    assert [(card.path, card.name) for card in state.cards] == [(f"/leads/{lead.id}", "Anna Doe")]


@pytest.mark.parametrize(
    "typed, errors",
    [
        ({"subject": "", "due_on": "soon"}, {"subject": "Subject is required.", "due_on": "“soon” is not a date."}),
        ({"subject": "x", "due_on": "2026-05-13T09:00"}, {"due_on": "An appointment cannot end before it starts."}),
        ({"subject": "x", "due_on": ""}, {"due_on": "End Time is required."}),
    ],
)
def test_bad_fields_are_told_at_their_places(small_office: Office, typed: dict[str, str], errors: Any) -> None:
    desk = desk_of(small_office, small_office.sara)
    state = desk.send(ActivityRecord, "save", 0, 0, {"kind": "3", "start_on": "2026-05-13T10:00", **typed}, 7)
    assert not state.saved.ok and dict(state.saved.errors) == errors


def test_somebody_elses_change_is_shown_beside_mine(small_office: Office) -> None:
    row = task(small_office)
    desk = desk_of(small_office, small_office.sara)
    opened(desk, row)
    form.save(small_office.act(small_office.ada), row, {"subject": "Her subject"})
    state = desk.send(ActivityRecord, "save", row.id, 1, {"subject": "Mine"}, 7)
    assert state.saved.stale and [(c.who, c.theirs) for c in state.conflicts] == [("Ada", "Her subject")]


def test_a_completed_activity_is_read_only_until_it_is_reopened(small_office: Office) -> None:
    row = task(small_office)
    desk = desk_of(small_office, small_office.sara)
    opened(desk, row)
    state = desk.send(ActivityRecord, "complete")
    assert state.locked == "This activity is Completed and read-only until it is reopened."
    assert state.may["save"] == state.may["complete"] == state.locked and state.may["reopen"] == ""
    state = desk.send(ActivityRecord, "reopen")
    assert (state.locked, state.may["complete"], bool(state.may["reopen"])) == ("", "", True)


def test_closing_asks_for_a_reason_that_fits(small_office: Office) -> None:
    row = task(small_office)
    desk = desk_of(small_office, small_office.sara)
    opened(desk, row)
    assert desk.send(ActivityRecord, "ask_close").closing
    canceled, reason = int(ActivityStatus.CANCELED), int(ActivityReason.TASK_CANCELED)
    state = desk.send(ActivityRecord, "close", canceled, int(ActivityReason.CALL_CANCELED))
    assert (row.status, state.closing) == (ActivityStatus.OPEN, False)
    desk.send(ActivityRecord, "close", canceled, reason)
    assert (row.status, row.status_reason) == (canceled, reason)


def test_nobody_says_by_hand_that_a_mail_was_sent() -> None:
    assert CLOSING[ActivityKind.EMAIL][ActivityStatus.COMPLETED] == (ActivityReason.EMAIL_COMPLETED,)
    assert set(CLOSING) == {ActivityKind.TASK, ActivityKind.PHONE_CALL, ActivityKind.APPOINTMENT, ActivityKind.EMAIL}


def test_who_may_only_read_is_offered_no_command_that_changes(small_office: Office) -> None:
    row = task(small_office, by=small_office.olaf)
    found = shown(small_office.act(small_office.sara), row.id or 0)
    assert not {"save", "complete", "close", "reopen", "delete", "assign"} & set(found.may) and found.locked


def test_a_note_has_no_form(small_office: Office) -> None:
    lead = small_office.lead()
    note = writing.note(small_office.act(small_office.sara), "lead", lead.id or 0, "", "<p>Hello</p>").row
    with pytest.raises(NotFound):
        shown(small_office.act(small_office.sara), note.id or 0)
    with pytest.raises(BadValue):
        begun(small_office.act(small_office.sara), {"kind": "note"})


def test_a_mail_without_a_server_stays_a_draft_and_it_is_said(small_office: Office) -> None:
    act = small_office.act(small_office.sara)
    values = form.blank(act, ActivityKind.EMAIL, {}).values
    to = '[{"entity": "", "id": "", "name": "Anna", "address": "anna@example.com"}]'
    row = form.create(act, {**values, "kind": "email", "subject": "Offer", "to": to})
    desk = desk_of(small_office, small_office.sara)
    opened(desk, row)
    state = desk.send(ActivityRecord, "send")
    assert row.status == ActivityStatus.OPEN and state.notice.kind == "error"


def test_a_look_up_offers_people_or_records_that_one_may_see(small_office: Office) -> None:
    small_office.settle(private=True)
    small_office.lead(last_name="Sandor")
    small_office.lead(small_office.olaf, last_name="Sanchez")
    desk = desk_of(small_office, small_office.sara)
    state = desk.send(ActivityRecord, "look_up", "party", "sa", 0, 3)
    assert [(hit.entity, hit.name) for hit in state.looked_up.hits] == [("user", "Sara"), ("lead", "Sandor")]
    state = desk.send(ActivityRecord, "look_up", "regarding", "sa", 0, 4)
    assert [(hit.entity, hit.name) for hit in state.looked_up.hits] == [("lead", "Sandor")]


# -- calendar --------------------------------------------------------------------------------------------------------


def test_the_calendar_shows_the_range_that_was_asked_for(small_office: Office) -> None:
    task(small_office, "visit", due_on="2026-05-13T15:00")
    desk = desk_of(small_office, small_office.sara)
    state = desk.send(Calendar, "ask", "2026-05-11", "2026-05-18", "mine")
    assert [slot.title for slot in state.shown.slots] == ["visit"]
    assert (state.shown.since, state.shown.before, state.shown.whose) == ("2026-05-11", "2026-05-18", "mine")


def test_a_move_answers_with_what_undoes_it(small_office: Office) -> None:
    row = task(small_office, "visit", due_on="2026-05-13T15:00")
    desk = desk_of(small_office, small_office.sara)
    desk.send(Calendar, "ask", "2026-05-11", "2026-05-18", "mine")
    state = desk.send(Calendar, "move", row.id, row.version, "2026-05-14T16:00", "", False, 5)
    assert (state.moved.token, state.moved.ok, state.moved.text) == (5, True, "visit was moved.")
    assert state.shown.slots[0].start == "2026-05-14T16:00"
    back = state.moved
    state = desk.send(Calendar, "move", back.id, back.version, back.start, back.end, back.all_day, 6)
    assert state.shown.slots[0].start == "2026-05-13T15:00"


def test_a_refused_move_says_why_and_moves_nothing(small_office: Office) -> None:
    row = task(small_office, "his", small_office.olaf, due_on="2026-05-13T15:00")
    desk = desk_of(small_office, small_office.sara)
    state = desk.send(Calendar, "move", row.id, row.version, "2026-05-14T16:00", "", False, 5)
    assert (state.moved.token, state.moved.ok) == (5, False) and state.notice.kind == "error"
    mine = task(small_office, "mine", due_on="2026-05-13T15:00")
    state = desk.send(Calendar, "move", mine.id, mine.version + 1, "2026-05-14T16:00", "", False, 6)
    assert not state.moved.ok and mine.due_on and mine.due_on.day == 13


@pytest.mark.parametrize("since, before", [("", ""), ("x", "y"), ("2026-05-13", ""), ("0001-01-01", "9999-12-31")])
def test_a_range_that_is_none_is_empty(small_office: Office, since: str, before: str) -> None:
    task(small_office, "visit", due_on="2026-05-13T15:00")
    assert between(small_office.act(small_office.sara), since, before, "everybody").slots == []
