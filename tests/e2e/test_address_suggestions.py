"""An administrator names a server of addresses; sellers complete streets by keyboard and touch, and type on when it fails (S R3.8)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, TABLET, SignIn
from tests.models.geocoder import PHOTON, Geocoder, serving
from tests.office import Office


@pytest.fixture
def geocoder() -> Iterator[Geocoder]:
    with serving() as found:
        yield found


def choose_photon(page: Page, url: str) -> None:
    """The settings of a Photon server, tested and saved."""
    page.goto("/settings/addresses")
    expect(page.get_by_role("radio", name="Off")).to_be_checked(timeout=30_000)
    expect(page.get_by_label("Address of the server")).to_be_hidden()
    page.get_by_role("radio", name="A Photon server of your own").check()
    page.get_by_label("Address of the server").fill(url)
    test = page.get_by_role("region", name="Test")
    test.get_by_role("button", name="Test").click()
    expect(test.get_by_role("status")).to_contain_text("It works.")
    expect(test.get_by_role("listitem").first).to_contain_text("Unter den Linden 77")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()


def test_an_administrator_tests_a_server_and_a_seller_completes_a_street(
    sign_in: SignIn, office: Office, geocoder: Geocoder
) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska", city="Poznań")
    office.commit()
    sara, ada = sign_in("Sara", DESKTOP), sign_in("Ada")
    sara.goto(f"/leads/{lead.id}")
    street = sara.get_by_label("Street 1")
    expect(street).to_have_value("", timeout=30_000)
    expect(sara.get_by_role("combobox", name="Street 1")).to_have_count(0)
    choose_photon(ada, geocoder.url)

    # The form that was open all the time offers addresses now.
    street = sara.get_by_role("combobox", name="Street 1")
    street.press_sequentially("unter den linden 5")
    options = sara.get_by_role("listbox", name="Suggestions for Street 1").get_by_role("option")
    expect(options).to_have_count(3)
    expect(street).to_have_attribute("aria-expanded", "true")
    expect(sara.get_by_role("link", name="© OpenStreetMap contributors")).to_be_visible()
    expect(street).to_be_focused()
    street.press("ArrowDown")
    street.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(options.nth(1)).to_have_text("Unter den Linden 504564 Böhlen, Sachsen, Germany")
    street.press("Enter")
    expect(street).to_have_value("Unter den Linden 5")
    expect(sara.get_by_label("City")).to_have_value("Böhlen")
    expect(sara.get_by_label("ZIP/Postal Code")).to_have_value("04564")
    expect(sara.get_by_label("Country/Region")).to_have_value("Germany")
    expect(street).to_be_focused()

    # What stood there before comes back.
    sara.get_by_role("status").filter(has_text="Filled in").get_by_role("button", name="Undo").click()
    expect(sara.get_by_label("City")).to_have_value("Poznań")
    expect(street).to_have_value("unter den linden 5")
    street.press("ArrowDown")
    expect(options).to_have_count(3)
    street.press("Escape")
    expect(options).to_have_count(0)
    street.press("ArrowDown")
    options.first.click()
    sara.get_by_role("button", name="Save", exact=True).click()
    expect(sara.locator(".save-state")).to_have_text("Saved")
    expect(sara.get_by_label("Street 1")).to_have_value("Unter den Linden 77")
    office.session.expire_all()
    office.session.refresh(lead)
    assert (lead.street1, lead.city, lead.postal_code) == ("Unter den Linden 77", "Berlin", "10117")
    office.commit()

    # A server that fails is no reason not to type.
    geocoder.answers(b"<html>", 500)
    street.fill("Somewhere else 1")
    expect(sara.get_by_text("No suggestions at the moment.")).to_be_visible()
    expect(options).to_have_count(0)
    street.press("Tab")
    expect(street).not_to_be_focused()
    sara.get_by_role("button", name="Save", exact=True).click()
    expect(sara.locator(".save-state")).to_have_text("Saved")
    ada.get_by_role("region", name="Test").get_by_role("button", name="Test").click()
    expect(ada.get_by_role("region", name="Test").get_by_role("status")).to_contain_text("answers with an error (500)")


def test_on_a_tablet_quick_create_completes_a_street_by_touch_and_late_answers_disturb_nobody(
    sign_in: SignIn, office: Office, geocoder: Geocoder
) -> None:
    choose_photon(sign_in("Ada"), geocoder.url)
    sara = sign_in("Sara", TABLET)
    sara.goto("/accounts")
    sara.get_by_role("button", name="New record").tap(timeout=30_000)
    sara.get_by_role("menuitem", name="Account").tap()
    dialog = sara.get_by_role("dialog", name="Quick Create: Account")
    dialog.get_by_label("Account Name").fill("Adlon")
    street = dialog.get_by_role("combobox", name="Street 1")
    # An answer that comes when somebody is elsewhere opens nothing and takes no focus.
    geocoder.answers(PHOTON, wait=1.0)
    with sara.expect_request(re.compile("/data/addresses")):
        street.press_sequentially("unter den")
    with sara.expect_event("requestfailed", lambda request: "/data/addresses" in request.url):
        dialog.get_by_label("Website").tap()
    expect(dialog.get_by_label("Website")).to_be_focused()
    expect(dialog.get_by_role("listbox")).to_have_count(0)
    geocoder.answers(PHOTON)
    street.tap()
    street.press_sequentially(" linden")
    option = dialog.get_by_role("option").first
    expect(option).to_be_visible()
    box = option.bounding_box()
    assert box and box["height"] >= 44
    option.tap()
    expect(dialog.get_by_label("City")).to_have_value("Berlin")
    dialog.get_by_role("button", name="Create", exact=True).tap()
    expect(dialog).to_have_count(0)
