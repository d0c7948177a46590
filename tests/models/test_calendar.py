"""The calendar (S 4.10): what lies in a range of days, and what moving it does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rxcrm.models.access import Privilege
from rxcrm.models.activity import Activity
from rxcrm.models.choices import ActivityKind, ActivityStatus, PartyRole
from rxcrm.models.errors import BadValue, Invalid, NotAllowed
from rxcrm.models.people import User
from rxcrm.models.records import bin
from rxcrm.models.timeline import calendar, form, writing
from rxcrm.models.timeline.calendar import Slot, Whose, between
from rxcrm.models.timeline.placing import PartyInput
from tests.office import Office, Statements

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
#: Wednesday, when the office's clock stands at 10:00 UTC, and the days around it.
WEDNESDAY = datetime(2026, 5, 13, tzinfo=UTC)


def plan(office: Office, kind: ActivityKind, subject: str, by: User | None = None, **typed: str) -> Activity:
    """An activity written by its verb, Sara's unless somebody else writes it."""
    parties = [PartyInput(PartyRole.FROM, "user", office.sara.id), PartyInput(PartyRole.TO, name="Anna")]
    who = parties if kind is ActivityKind.PHONE_CALL else []
    return writing.log(office.act(by or office.sara), kind, {"subject": subject, **typed}, None, who)


def meeting(office: Office, subject: str, start: str, end: str, by: User | None = None, **typed: str) -> Activity:
    return plan(office, ActivityKind.APPOINTMENT, subject, by, start_on=start, due_on=end, **typed)


def seen(
    office: Office, user: User | None = None, days: int = 1, since: datetime = WEDNESDAY, whose: Whose = Whose.MINE
) -> dict[str, Slot]:
    found = between(office.act(user or office.sara), since, since + days * DAY, whose)
    return {slot.title: slot for slot in found.slots}


def test_appointments_lie_from_start_to_end_and_all_else_at_its_due_date(office: Office) -> None:
    meeting(office, "meeting", "2026-05-13T09:00", "2026-05-13T10:30")
    plan(office, ActivityKind.TASK, "task", due_on="2026-05-13T15:00", start_on="2026-05-01T08:00")
    plan(office, ActivityKind.PHONE_CALL, "call", due_on="2026-05-13T16:00")
    plan(office, ActivityKind.TASK, "undated")
    found = seen(office)
    assert {title: (slot.start, slot.end) for title, slot in found.items()} == {
        "meeting": ("2026-05-13T09:00", "2026-05-13T10:30"),
        "task": ("2026-05-13T15:00", ""),
        "call": ("2026-05-13T16:00", ""),
    }


def test_a_range_takes_what_reaches_into_it_and_nothing_else(office: Office) -> None:
    meeting(office, "yesterday", "2026-05-12T09:00", "2026-05-12T10:00")
    meeting(office, "until midnight", "2026-05-12T22:00", "2026-05-13T00:00")
    meeting(office, "over midnight", "2026-05-12T23:00", "2026-05-13T01:00")
    meeting(office, "all week", "2026-05-11T09:00", "2026-05-15T17:00")
    meeting(office, "moment", "2026-05-13T00:00", "2026-05-13T00:00")
    meeting(office, "tomorrow", "2026-05-14T00:00", "2026-05-14T01:00")
    plan(office, ActivityKind.TASK, "first minute", due_on="2026-05-13T00:00")
    plan(office, ActivityKind.TASK, "next day", due_on="2026-05-14T00:00")
    assert set(seen(office)) == {"over midnight", "all week", "moment", "first minute"}


def test_whole_days_end_with_their_last_day(office: Office) -> None:
    fair = {"subject": "fair", "start_on": "2026-05-12T09:00", "due_on": "2026-05-13T10:00", "all_day": "1"}
    form.create(office.act(office.sara), {"kind": "appointment", **fair, "required": "[]", "organizer": "[]"})
    for since, there in ((WEDNESDAY - 2 * DAY, False), (WEDNESDAY - DAY, True), (WEDNESDAY, True)):
        assert ("fair" in seen(office, since=since)) == there, since
    assert "fair" not in seen(office, since=WEDNESDAY + DAY)
    slot = seen(office)["fair"]
    assert (slot.start, slot.end, slot.all_day) == ("2026-05-12", "2026-05-14", True)


def test_times_are_those_of_the_users_clock(office: Office) -> None:
    plan(office, ActivityKind.TASK, "late", due_on="2026-05-12T23:30:00+00:00")
    office.sara.time_zone = "Europe/Warsaw"
    office.session.flush()
    assert seen(office, since=WEDNESDAY - 2 * HOUR)["late"].start == "2026-05-13T01:30"


def test_mine_are_those_that_i_own_or_attend(office: Office) -> None:
    meeting(office, "his", "2026-05-13T09:00", "2026-05-13T10:00", office.olaf)
    typed = {"subject": "his with me", "start_on": "2026-05-13T09:00", "due_on": "2026-05-13T10:00"}
    me = [PartyInput(PartyRole.REQUIRED, "user", office.sara.id)]
    writing.log(office.act(office.olaf), ActivityKind.APPOINTMENT, typed, None, me)
    meeting(office, "mine", "2026-05-13T11:00", "2026-05-13T12:00")
    assert set(seen(office)) == {"his with me", "mine"}


def test_the_teams_are_those_of_my_unit_and_everybodys_those_that_i_may_see(office: Office) -> None:
    for user in (office.sara, office.tom, office.olaf):
        plan(office, ActivityKind.TASK, user.name, user, due_on="2026-05-13T15:00")
    assert set(seen(office)) == {"Sara"}
    assert set(seen(office, whose=Whose.TEAM)) == {"Sara", "Tom"}
    assert set(seen(office, whose=Whose.ALL)) == {"Sara", "Tom", "Olaf"}
    office.settle(private=True)
    assert set(seen(office, whose=Whose.ALL)) == {"Sara"}
    assert set(seen(office, office.mia, whose=Whose.ALL)) == {"Sara", "Tom"}


def test_completed_ones_stay_and_canceled_and_deleted_ones_do_not(office: Office) -> None:
    done, off, gone, late = (
        plan(office, ActivityKind.TASK, subject, due_on="2026-05-13T08:00")
        for subject in ("done", "off", "gone", "late")
    )
    act = office.act(office.sara)
    writing.complete(act, done)
    writing.cancel(act, off)
    bin(act, gone)
    plan(office, ActivityKind.TASK, "soon", due_on="2026-05-13T11:00")
    found = seen(office)
    assert {title: slot.state for title, slot in found.items()} == {"done": "closed", "late": "overdue", "soon": "open"}
    assert not found["done"].movable and found["late"].movable
    assert late.status == ActivityStatus.OPEN


def test_what_one_may_not_change_cannot_be_moved(office: Office) -> None:
    plan(office, ActivityKind.TASK, "his", office.olaf, due_on="2026-05-13T15:00")
    assert not seen(office, whose=Whose.ALL)["his"].movable
    assert seen(office, office.ada, whose=Whose.ALL)["his"].movable


def test_a_slot_names_what_it_regards_if_one_may_see_that(office: Office) -> None:
    lead = office.lead(first_name="Anna", last_name="Doe")
    typed = {"subject": "visit", "due_on": "2026-05-13T15:00"}
    writing.log(office.act(office.sara), ActivityKind.TASK, typed, ("lead", lead.id or 0))
    slot = seen(office)["visit"]
    assert (slot.regarding, slot.path, slot.owner) == ("Anna Doe", f"/leads/{lead.id}", "Sara")


def test_a_range_costs_two_statements_however_much_lies_in_it(office: Office) -> None:
    def cost(n: int) -> int:
        for i in range(n):
            lead = office.lead(last_name=str(i))
            typed = {"subject": f"{n} {i}", "due_on": "2026-05-13T15:00"}
            writing.log(office.act(office.sara), ActivityKind.TASK, typed, ("lead", lead.id or 0))
        act = office.act(office.sara)
        with Statements(office.engine) as statements:
            assert between(act, WEDNESDAY, WEDNESDAY + DAY).slots
        return len(statements)

    assert cost(5) == cost(10) == 2


def test_more_than_fits_is_said(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar, "CAP", 2)
    for i in range(3):
        plan(office, ActivityKind.TASK, f"task {i}", due_on=f"2026-05-13T1{i}:00")
    found = between(office.act(office.sara), WEDNESDAY, WEDNESDAY + DAY)
    assert ([slot.title for slot in found.slots], found.more) == (["task 0", "task 1"], True)


# -- moving ----------------------------------------------------------------------------------------------------------


def move(office: Office, row: Activity, start: str, end: str = "", all_day: bool = False) -> Slot:
    act = office.act(office.sara)
    found = form.find(act, row.id or 0, Privilege.WRITE, row.version)
    calendar.move(act, found, start, end, all_day)
    return calendar.slot_of(act, found)


def test_a_moved_appointment_has_its_new_start_and_end_in_one_entry_of_history(office: Office) -> None:
    row = meeting(office, "meeting", "2026-05-13T09:00", "2026-05-13T10:30")
    slot = move(office, row, "2026-05-14T11:00", "2026-05-14T12:30")
    assert (slot.start, slot.end, row.duration) == ("2026-05-14T11:00", "2026-05-14T12:30", 90)
    assert all(label in office.told(row)[0] for label in ("Start Date", "Due Date"))


def test_moving_there_and_back_leaves_it_where_it_was(office: Office) -> None:
    row = meeting(office, "meeting", "2026-05-13T09:00", "2026-05-13T10:30")
    before = calendar.slot_of(office.act(office.sara), row)
    move(office, row, "2026-05-15", "2026-05-17", all_day=True)
    assert row.all_day
    after = move(office, row, before.start, before.end, before.all_day)
    assert (after.start, after.end, after.all_day) == (before.start, before.end, before.all_day)


def test_an_appointment_without_an_end_lasts_half_an_hour_or_a_day(office: Office) -> None:
    row = meeting(office, "meeting", "2026-05-13T09:00", "2026-05-13T10:30")
    assert move(office, row, "2026-05-14T11:00").end == "2026-05-14T11:30"
    assert move(office, row, "2026-05-15", all_day=True).end == "2026-05-16"


def test_a_task_keeps_its_time_of_day_on_another_day_and_its_start_comes_along(office: Office) -> None:
    row = plan(office, ActivityKind.TASK, "task", due_on="2026-05-13T15:00", start_on="2026-05-12T08:00")
    assert move(office, row, "2026-05-10").start == "2026-05-10T15:00"
    assert row.start_on == datetime(2026, 5, 9, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("nonsense", ["", "tomorrow", "2026-13-45", "99999-01-01T00:00"])
def test_nonsense_is_no_time(office: Office, nonsense: str) -> None:
    row = plan(office, ActivityKind.TASK, "task", due_on="2026-05-13T15:00")
    with pytest.raises(BadValue):
        move(office, row, nonsense)


def test_a_closed_activity_stays_where_it_is(office: Office) -> None:
    row = plan(office, ActivityKind.TASK, "task", due_on="2026-05-13T15:00")
    writing.complete(office.act(office.sara), row)
    with pytest.raises(NotAllowed, match="read-only"):
        move(office, row, "2026-05-14T15:00")


# -- the form --------------------------------------------------------------------------------------------------------


def blank(office: Office, kind: ActivityKind, **given: str) -> dict[str, str]:
    return form.blank(office.act(office.sara), kind, given).values


def test_a_new_call_is_from_me_to_the_record_at_its_number(office: Office) -> None:
    lead = office.lead(first_name="Anna", last_name="Doe", business_phone="+48 22 1", email="a@example.com")
    values = blank(office, ActivityKind.PHONE_CALL, regarding=f"lead:{lead.id}")
    assert '"name": "Sara"' in values["from"] and '"name": "Anna Doe"' in values["to"]
    assert (values["phone_number"], values["regarding"]) == ("+48 22 1", f"lead:{lead.id}")


def test_a_new_appointment_begins_with_the_next_half_hour_or_where_one_selected(office: Office) -> None:
    values = blank(office, ActivityKind.APPOINTMENT)
    assert (values["start_on"], values["due_on"]) == ("2026-05-13T10:30:00+00:00", "2026-05-13T11:00:00+00:00")
    values = blank(office, ActivityKind.APPOINTMENT, start="2026-06-01T08:00", end="2026-06-01T09:15")
    assert (values["start_on"], values["due_on"]) == ("2026-06-01T08:00:00+00:00", "2026-06-01T09:15:00+00:00")
    values = blank(office, ActivityKind.APPOINTMENT, start="2026-06-01", end="2026-06-03", all_day="1")
    assert (values["due_on"], values["all_day"]) == ("2026-06-03T00:00:00+00:00", "1")


@pytest.mark.parametrize("regarding", ["", "lead", "lead:", "lead:x", "lead:99999", "user:1", "lead:5:6", "activity:1"])
def test_an_address_that_names_no_record_begins_without_one(office: Office, regarding: str) -> None:
    assert blank(office, ActivityKind.TASK, regarding=regarding)["regarding"] == ""


def test_what_the_form_holds_can_be_saved_and_is_shown_again(office: Office) -> None:
    lead, contact = office.lead(last_name="Doe"), office.contact(last_name="Roe")
    act = office.act(office.sara)
    values = form.blank(act, ActivityKind.PHONE_CALL, {"regarding": f"lead:{lead.id}"}).values
    row = form.create(act, {**values, "subject": "Ring"})
    assert form.filled(act, row).values["to"] == values["to"]
    person = f'[{{"entity": "contact", "id": "{contact.id}", "name": "", "address": ""}}]'
    form.save(act, row, {"to": person, "regarding": f"contact:{contact.id}", "subject": "Ring again"})
    shown = form.filled(act, row)
    assert '"name": "Roe"' in shown.values["to"] and shown.values["from"] == values["from"]
    assert (shown.values["regarding"], shown.names["regarding"]) == (f"contact:{contact.id}", "Roe")
    assert "Regarding and Subject" in office.told(row)[0]


@pytest.mark.parametrize(
    "nonsense", ["{", "5", '["x"]', '[{"entity": "activity", "id": "1"}]', '[{"id": []}]', "[" * 9999]
)
def test_nonsense_in_a_field_of_people_is_refused_with_a_sentence(office: Office, nonsense: str) -> None:
    typed: dict[str, Any] = {"kind": "2", "subject": "Ring", "to": nonsense}
    with pytest.raises(Invalid) as refusal:
        form.create(office.act(office.sara), typed)
    assert "to" in refusal.value.by_field("en")


def test_somebody_without_right_to_create_gets_no_blank_form(office: Office) -> None:
    assert blank(office, ActivityKind.TASK)
    with pytest.raises(BadValue):
        form.parse_kind("note")
