"""The bell in a browser: a change made in another browser shows without a reload; keyboard and touch (issue 3, part 3)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from rxcrm.models import notifying
from rxcrm.models.notifying import Kind
from tests.e2e.conftest import DESKTOP, PHONE, TABLET, SignIn
from tests.office import Office


def test_a_follower_sees_a_change_made_in_another_browser(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    tom, sara = sign_in("Tom"), sign_in("Sara")
    tom.goto(f"/leads/{lead.id}")
    tom.get_by_role("button", name="Follow", exact=True).click()
    expect(tom.get_by_text("You will hear of every change of Kowalska.")).to_be_visible()
    expect(tom.get_by_role("button", name="Unfollow")).to_be_visible()
    tom.goto("/leads")
    bell = tom.get_by_role("banner").get_by_role("button", name="Notifications")
    expect(bell).to_have_accessible_name("Notifications")
    sara.goto(f"/leads/{lead.id}")
    sara.get_by_label("Job Title", exact=True).fill("Buyer")
    sara.get_by_role("button", name="Save", exact=True).click()
    expect(bell).to_have_accessible_name("Notifications, 1 unread")
    bell.click()
    pane = tom.get_by_role("dialog", name="Notifications")
    line = pane.get_by_role("link", name="Sara changed Kowalska.")
    expect(line).to_be_visible()
    line.click()
    expect(pane).not_to_be_visible()
    expect(tom).to_have_url(re.compile(rf"/leads/{lead.id}$"))
    expect(tom.get_by_label("Job Title", exact=True)).to_have_value("Buyer")
    expect(bell).to_have_accessible_name("Notifications")


@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_the_pane_works_by_keyboard_and_touch(sign_in: SignIn, office: Office, size: dict[str, object]) -> None:
    for i in range(25):
        notifying.notify(office.act(office.ada), office.sara.id or 0, Kind.MAIL, f"Line {i}.", {})
        office.session.flush()
    office.commit()
    page = sign_in("Sara", size)
    page.goto("/leads")
    bell = page.get_by_role("banner").get_by_role("button", name="Notifications, 25 unread")
    if size is DESKTOP:
        bell.focus()
        page.keyboard.press("Enter")
    else:
        bell.tap()
    pane = page.get_by_role("dialog", name="Notifications")
    expect(pane.get_by_role("listitem")).to_have_count(20)
    pane.get_by_role("button", name="Show more").click()
    expect(pane.get_by_role("listitem")).to_have_count(25)
    expect(pane.get_by_role("button", name="Line 4.")).to_be_focused()
    pane.get_by_role("button", name="Mark all as read").click()
    expect(pane.get_by_role("button", name="Mark all as read")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(pane).not_to_be_visible()
    expect(page.get_by_role("banner").get_by_role("button", name="Notifications")).to_have_accessible_name(
        "Notifications"
    )


def test_a_new_lead_cannot_be_followed_yet(sign_in: SignIn) -> None:
    page = sign_in("Sara")
    page.goto("/leads/new")
    follow = page.get_by_role("button", name="Follow", exact=True)
    expect(follow).to_have_attribute("aria-disabled", "true")
    follow.focus()
    expect(page.get_by_role("tooltip", name="Save this record first.")).to_be_visible()
