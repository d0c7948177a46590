"""The timeline of a lead in a browser: writing, completing, finding, deleting, and nothing typed is lost (S 4)."""

from __future__ import annotations

import base64
import re

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from rxcrm.models.activity import Activity, Attachment
from rxcrm.models.choices import ActivityKind, ActivityReason, ActivityStatus
from rxcrm.models.lead import Lead
from rxcrm.models.timeline import writing
from tests.e2e.conftest import PHONE, SignIn
from tests.office import Office

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAIAAAAmkwkpAAAAFElEQVR4nGPUD7vAAANMDEgANwcAQv0BXSIr4YgAAAAASUVORK5CYII="
)


@pytest.fixture
def lead(office: Office) -> Lead:
    """A lead with a telephone and four notes about it."""
    row = office.lead(last_name="Ożarowska", business_phone="+48 58 555 01 00")
    for title, text in (
        ("Budget", "<p>Their CFO approved it.</p>"),
        ("Gate", "<p>Ask for Marek in Łódź.</p>"),
        ("Third", "<p>Nothing else.</p>"),
    ):
        writing.note(office.act(office.tom), "lead", row.id or 0, title, text)
    writing.log(office.act(office.sara), ActivityKind.TASK, {"subject": "Send references"}, ("lead", row.id or 0))
    office.commit()
    return row


def timeline(page: Page, lead: Lead) -> Locator:
    page.goto(f"/leads/{lead.id}")
    found = page.get_by_role("region", name="Timeline")
    expect(found.get_by_role("button", name="Enter a note…")).to_be_visible()
    return found


def entry(found: Locator, title: str) -> Locator:
    return found.get_by_role("listitem").filter(has=found.page.get_by_text(title, exact=True))


def newest(office: Office, kind: ActivityKind) -> Activity:
    office.session.expire_all()
    return office.session.exec(
        select(Activity).where(Activity.kind == int(kind)).order_by(Activity.id.desc())  # type: ignore[union-attr]
    ).first()  # type: ignore[return-value]


def test_a_note_with_a_file_and_a_mention(sign_in: SignIn, office: Office, lead: Lead) -> None:
    page = sign_in("Sara")
    found = timeline(page, lead)
    found.get_by_role("button", name="Enter a note…").click()
    expect(found.get_by_role("toolbar", name="Formatting")).to_be_visible()
    page.keyboard.type("Please look @To")
    page.get_by_role("option", name="Tom").click()
    page.keyboard.type("today")
    files = [
        {"name": "offer.txt", "mimeType": "text/plain", "buffer": b"400 forklifts"},
        {"name": "site.png", "mimeType": "image/png", "buffer": PICTURE},
    ]
    found.locator("input[type=file]").set_input_files(files)
    expect(found.get_by_role("button", name="Remove offer.txt")).to_be_visible()
    expect(found.get_by_role("textbox", name="Note").locator("img[alt='site.png']")).to_be_visible()
    page.keyboard.press("Control+Enter")
    written = found.get_by_role("listitem").filter(has_text="Please look @Tom today").first
    expect(written.get_by_role("link", name="offer.txt")).to_be_visible()
    expect(written.get_by_role("img", name="site.png")).to_be_visible()
    expect(found.get_by_role("button", name="Enter a note…")).to_be_focused()
    note = newest(office, ActivityKind.NOTE)
    assert f'data-id="user:{office.tom.id}"' in note.body
    stored = office.session.exec(select(Attachment).where(Attachment.activity_id == note.id)).all()
    assert {file.name for file in stored} == {"offer.txt", "site.png"}


def test_a_call_is_logged_and_completed_in_one_go(sign_in: SignIn, office: Office, lead: Lead) -> None:
    page = sign_in("Sara")
    found = timeline(page, lead)
    found.get_by_role("button", name="Phone Call").click()
    form = found.get_by_role("form", name="New phone call")
    expect(form.get_by_role("textbox", name="Phone Number")).to_have_value("+48 58 555 01 00")
    form.get_by_role("textbox", name="Subject").fill("")
    form.get_by_role("button", name="Save & Mark Complete").click()
    expect(form.get_by_text("Subject is required.")).to_be_visible()
    expect(form.get_by_role("textbox", name="Subject")).to_be_focused()
    page.keyboard.type("About the tender")
    form.get_by_role("button", name="Save & Mark Complete").click()
    expect(entry(found, "About the tender").get_by_text("Closed", exact=True)).to_be_visible()
    call = newest(office, ActivityKind.PHONE_CALL)
    assert (call.status, call.status_reason) == (ActivityStatus.COMPLETED, ActivityReason.CALL_MADE)


def test_a_planned_task_is_completed_with_one_touch(sign_in: SignIn, office: Office, lead: Lead) -> None:
    page = sign_in("Sara", PHONE)
    found = timeline(page, lead)
    found.get_by_role("button", name="Mark complete: Send references").tap()
    expect(entry(found, "Send references").get_by_text("Closed", exact=True)).to_be_visible()
    assert newest(office, ActivityKind.TASK).status == ActivityStatus.COMPLETED


def test_on_a_phone_no_time_is_clipped_at_the_edge(sign_in: SignIn, lead: Lead) -> None:
    page = sign_in("Sara", PHONE)
    found = timeline(page, lead)
    expect(found.locator(".kind-change time").first).to_be_visible()
    beyond = """times => times.map(time => time.closest(".entry").getBoundingClientRect().right - time.getBoundingClientRect().right)"""
    assert min(found.locator(".entry time").evaluate_all(beyond)) >= 0


def test_search_marks_what_it_finds_and_the_pane_filters(sign_in: SignIn, lead: Lead) -> None:
    page = sign_in("Sara")
    found = timeline(page, lead)
    expect(entry(found, "Budget")).to_be_visible()
    found.get_by_role("textbox", name="Search timeline").fill("lodz")
    expect(entry(found, "Budget")).to_have_count(0)
    expect(found.locator("mark")).to_have_text("Łódź")
    found.get_by_role("button", name="Clear search").click()
    expect(entry(found, "Budget")).to_be_visible()
    found.get_by_role("button", name="Filter").click()
    pane = found.get_by_role("group", name="Filter", exact=True)
    expect(pane.get_by_role("checkbox", name=re.compile("^Notes"))).to_be_focused()
    pane.get_by_role("checkbox", name=re.compile("^Activities")).click()
    expect(entry(found, "Budget")).to_have_count(0)
    expect(entry(found, "Send references")).to_be_visible()
    pane.get_by_role("button", name="Clear all").click()
    expect(entry(found, "Budget")).to_be_visible()


def test_a_note_is_edited_deleted_and_brought_back(sign_in: SignIn, office: Office, lead: Lead) -> None:
    writing.note(office.act(office.sara), "lead", lead.id or 0, "Mine", "<p>Old text</p>")
    office.commit()
    page = sign_in("Sara")
    found = timeline(page, lead)
    entry(found, "Mine").hover()
    found.get_by_role("button", name="Commands for Mine").click()
    page.get_by_role("menuitem", name="Edit").click()
    form = found.get_by_role("form", name="Edit note")
    form.get_by_role("textbox", name="Note").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("New text")
    form.get_by_role("button", name="Save").click()
    expect(entry(found, "Mine").get_by_text("New text")).to_be_visible()
    entry(found, "Mine").hover()
    found.get_by_role("button", name="Commands for Mine").click()
    page.get_by_role("menuitem", name="Delete").click()
    expect(entry(found, "Mine")).to_have_count(0)
    found.get_by_role("button", name="Undo").click()
    expect(entry(found, "Mine").get_by_text("New text")).to_be_visible()


def test_a_reload_keeps_what_was_typed(sign_in: SignIn, lead: Lead) -> None:
    page = sign_in("Sara")
    found = timeline(page, lead)
    found.get_by_role("button", name="Task").click()
    found.get_by_role("textbox", name="Subject").fill("Half a thought")
    page.reload()
    expect(found.get_by_role("textbox", name="Subject")).to_have_value("Half a thought")
    found.get_by_role("button", name="Save", exact=True).click()
    expect(entry(found, "Half a thought")).to_be_visible()
    page.reload()
    expect(found.get_by_role("button", name="Enter a note…")).to_be_visible()


def test_escape_asks_before_anything_is_thrown_away(sign_in: SignIn, lead: Lead) -> None:
    page = sign_in("Sara")
    found = timeline(page, lead)
    found.get_by_role("button", name="Post").click()
    page.keyboard.press("Escape")
    expect(found.get_by_role("button", name="Enter a note…")).to_be_focused()
    found.get_by_role("button", name="Post").click()
    page.keyboard.type("Hello everybody")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keep as draft").click()
    found.get_by_role("button", name="Post").click()
    expect(found.get_by_role("textbox", name="New post")).to_have_value("Hello everybody")
