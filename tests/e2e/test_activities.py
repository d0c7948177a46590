"""Activities: bulk completion with undo, the form of each kind, the calendar by mouse, finger and key."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from rxcrm.models import db
from rxcrm.models.activity import Activity
from rxcrm.models.choices import ActivityKind, ActivityReason, ActivityStatus
from rxcrm.models.timeline import writing
from tests.e2e.conftest import DESKTOP, PHONE, TABLET, SignIn
from tests.office import Office

HOUR = timedelta(hours=1)
#: Pixels by which an hour is higher than what is drawn for it, and a little more: times snap downwards.
GAP = 5


def today(hour: int = 0) -> datetime:
    """An hour of today in the office's time zone, which is UTC."""
    return datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)


def task(office: Office, subject: str, **typed: str) -> Activity:
    act = office.act(office.sara, db.now())
    row = writing.log(act, ActivityKind.TASK, {"subject": subject, **typed})
    office.commit()
    return row


def meeting(office: Office, subject: str, start: datetime, hours: int = 1) -> Activity:
    typed = {"subject": subject, "start_on": start.isoformat(), "due_on": (start + hours * HOUR).isoformat()}
    row = writing.log(office.act(office.sara, db.now()), ActivityKind.APPOINTMENT, typed, None, [])
    office.commit()
    return row


def stored(office: Office, row: Activity) -> Activity:
    """What the database holds by now; the session lets go of it at once, so that the server can write."""
    office.session.expire_all()
    office.session.refresh(row)
    office.commit()
    return row


def test_several_are_completed_at_once_and_taken_back(sign_in: SignIn, office: Office) -> None:
    rows = [task(office, f"Task {i}") for i in range(3)]
    page = sign_in("Sara")
    page.goto("/activities")
    grid = page.get_by_role("grid", name="Activities")
    for i in (0, 1):
        grid.get_by_role("checkbox", name=f"Select Task {i}").check(force=True)
    page.get_by_role("button", name="Mark Complete").click()
    expect(page.get_by_text("2 activities completed.")).to_be_visible()
    expect(grid.get_by_role("link", name=re.compile("^Task"))).to_have_text(["Task 2"])
    assert [stored(office, row).status for row in rows] == [ActivityStatus.COMPLETED] * 2 + [ActivityStatus.OPEN]
    page.get_by_role("button", name="Undo").click()
    expect(grid.get_by_role("link", name=re.compile("^Task"))).to_have_count(3)


def test_the_list_marks_what_is_overdue_and_leads_to_what_it_regards(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(first_name="Anna", last_name="Doe")
    typed = {"subject": "Late", "due_on": (db.now() - 2 * HOUR).isoformat()}
    writing.log(office.act(office.sara, db.now()), ActivityKind.TASK, typed, ("lead", lead.id or 0))
    office.commit()
    page = sign_in("Sara")
    page.goto("/activities")
    row = page.get_by_role("row", name="Late")
    expect(row.get_by_text("Overdue")).to_be_visible()
    row.get_by_role("link", name="Anna Doe").click()
    expect(page).to_have_url(re.compile(f"/leads/{lead.id}$"))
    expect(page.get_by_role("heading", name="Anna Doe")).to_be_visible()


def test_a_task_is_made_from_the_menu_on_a_lead_and_regards_it(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(first_name="Anna", last_name="Doe")
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{lead.id}")
    expect(page.get_by_role("heading", name="Anna Doe")).to_be_visible()
    page.get_by_role("button", name="New record").click()
    page.get_by_role("menuitem", name="Task").click()
    expect(page.get_by_role("combobox", name="Regarding")).to_have_value("Anna Doe")
    page.get_by_role("textbox", name="Subject").fill("Prepare the offer")
    page.get_by_label("Due Date").fill("2030-05-13T15:30")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(re.compile(r"/activities/\d+$"))
    expect(page.get_by_role("heading", name="Prepare the offer")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Due Date")).to_have_value("2030-05-13T15:30")
    page.get_by_role("button", name="Mark Complete").click()
    expect(page.locator(".banner", has_text="This activity is Completed and read-only")).to_be_visible()
    page.get_by_role("button", name="Reopen").click()
    expect(page.get_by_role("textbox", name="Subject")).to_be_enabled()


def test_a_call_names_who_is_called_and_is_closed_with_a_reason(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(first_name="Anna", last_name="Doe", business_phone="+48 22 123 45 67")
    office.contact(first_name="Bob", last_name="Roe")
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/activities/new?kind=phone_call&regarding=lead:{lead.id}")
    expect(page.get_by_label("Phone Number")).to_have_value("+48 22 123 45 67")
    page.get_by_role("textbox", name="Subject").fill("Ring Anna")
    page.get_by_role("combobox", name="Call To").fill("Bob")
    page.get_by_role("option", name="Bob Roe").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(re.compile(r"/activities/\d+$"))
    page.reload()
    for name in ("Anna Doe", "Bob Roe"):
        expect(page.get_by_role("button", name=f"Remove {name}")).to_be_visible()
    page.get_by_role("button", name="Close Activity").click()
    dialog = page.get_by_role("dialog", name="Close Activity")
    dialog.get_by_label("Status Reason").select_option(label="Received")
    dialog.get_by_role("button", name="Close Activity").click()
    expect(page.locator(".banner", has_text="read-only until it is reopened")).to_be_visible()
    expect(page.get_by_label("Status Reason")).to_have_value(str(int(ActivityReason.CALL_RECEIVED)))


def test_the_end_of_an_appointment_keeps_its_distance(sign_in: SignIn) -> None:
    page = sign_in("Sara")
    page.goto("/activities/new?kind=appointment&start=2030-05-13T09:00&end=2030-05-13T10:30")
    expect(page.get_by_label("End Time")).to_have_value("2030-05-13T10:30")
    page.get_by_label("Start Time").fill("2030-05-14T11:00")
    expect(page.get_by_label("End Time")).to_have_value("2030-05-14T12:30")
    page.get_by_role("textbox", name="Subject").fill("Demo")
    page.get_by_label("End Time").fill("2030-05-14T10:00")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("An appointment cannot end before it starts.")).to_be_visible()
    page.get_by_label("All Day Event").select_option(label="Yes")
    expect(page.get_by_label("Start Time")).to_have_value("2030-05-14")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(re.compile(r"/activities/\d+$"))


def test_a_mail_is_written_and_kept_as_a_draft_without_a_server(sign_in: SignIn, office: Office) -> None:
    page = sign_in("Sara")
    page.goto("/activities/new?kind=email")
    page.get_by_role("textbox", name="Subject").fill("Our offer")
    page.get_by_role("combobox", name="To", exact=True).fill("anna@example.com")
    page.get_by_role("combobox", name="To", exact=True).press("Enter")
    page.get_by_role("textbox", name="Message").click()
    page.keyboard.type("Dear Anna")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(re.compile(r"/activities/\d+$"))
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    row = office.session.get(Activity, int(page.url.rsplit("/", 1)[1]))
    office.commit()
    assert row and row.body == "<p>Dear Anna</p>" and row.status == ActivityStatus.OPEN


# -- calendar --------------------------------------------------------------------------------------------------------


def slot(page: Page, subject: str):  # type: ignore[no-untyped-def]
    return page.locator("[data-slot]").filter(has_text=subject).first


def test_an_appointment_is_dragged_to_another_time_and_back(sign_in: SignIn, office: Office) -> None:
    row = meeting(office, "Demo", today(9))
    page = sign_in("Sara", DESKTOP)
    page.goto("/activities/calendar?view=day")
    box = slot(page, "Demo").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + box["height"] + GAP, steps=8)
    page.mouse.up()
    expect(page.get_by_text("Demo was moved.")).to_be_visible()
    assert stored(office, row).start_on == today(10)
    page.get_by_role("button", name="Undo").click()
    expect(slot(page, "Demo")).to_have_accessible_name(re.compile("9:00"))
    assert stored(office, row).start_on == today(9)


def test_an_appointment_is_moved_by_key_and_opened(sign_in: SignIn, office: Office) -> None:
    row = meeting(office, "Demo", today(9))
    page = sign_in("Sara")
    page.goto("/activities/calendar?view=day")
    slot(page, "Demo").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(slot(page, "Demo")).to_have_accessible_name(re.compile("9:30"))
    assert stored(office, row).start_on == today(9) + HOUR / 2
    slot(page, "Demo").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/activities/{row.id}$"))


def hold(page: Page, x: float, y: float, to: tuple[float, float]) -> None:
    """A long press of a finger that then draws to another place."""
    touch = page.context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    page.wait_for_timeout(700)
    for step in range(1, 9):
        point = {"x": x + (to[0] - x) * step / 8, "y": y + (to[1] - y) * step / 8}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        page.wait_for_timeout(30)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_moves_an_appointment_and_draws_a_new_one(sign_in: SignIn, office: Office) -> None:
    row = meeting(office, "Demo", today(9))
    page = sign_in("Sara", TABLET)
    page.goto("/activities/calendar?view=day")
    box = slot(page, "Demo").bounding_box()
    assert box
    x, y, hour = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["height"] + GAP
    hold(page, x, y, (x, y + hour))
    expect(page.get_by_text("Demo was moved.")).to_be_visible()
    assert stored(office, row).start_on == today(10)
    hold(page, x, y + 2.6 * hour, (x, y + 3.4 * hour))
    expect(page).to_have_url(re.compile(r"/activities/new\?kind=appointment&start="))
    expect(page.get_by_role("heading", name="New Appointment")).to_be_visible()


@pytest.mark.parametrize("view", ["Month", "Week", "Day", "List"])
def test_every_view_shows_what_is_due_and_a_tap_opens_it(sign_in: SignIn, office: Office, view: str) -> None:
    row = task(office, "Visit", due_on=today(12).isoformat())
    page = sign_in("Sara", TABLET)
    page.goto("/activities/calendar")
    page.get_by_role("group", name="View").get_by_role("button", name=view).click()
    slot(page, "Visit").tap()
    expect(page).to_have_url(re.compile(f"/activities/{row.id}$"))
    page.go_back()
    expect(page.get_by_role("button", name=view, pressed=True)).to_be_visible()


def test_a_phone_begins_with_the_list(sign_in: SignIn, office: Office) -> None:
    task(office, "Visit", due_on=today(12).isoformat())
    page = sign_in("Sara", PHONE)
    page.goto("/activities/calendar")
    expect(page.get_by_role("button", name="List", pressed=True)).to_be_visible()
    expect(slot(page, "Visit")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_teams_calendar_shows_colleagues(sign_in: SignIn, office: Office) -> None:
    task(office, "Visit", due_on=today(12).isoformat())
    page = sign_in("Tom")
    page.goto("/activities/calendar?view=week")
    expect(page.get_by_role("button", name="Today")).to_be_visible()
    expect(slot(page, "Visit")).to_have_count(0)
    page.get_by_label("Whose activities").select_option(label="My team's activities")
    expect(slot(page, "Visit")).to_be_visible()
