"""A field of one's own: made by an administrator, seen by a seller without reloading, filled, filtered, exported (issue 6, 5)."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rxcrm.models.lead import Lead
from tests.e2e.conftest import DESKTOP, TABLET, SignIn
from tests.e2e.test_option_lists import add_field
from tests.office import Office


def command(page: Page, name: str, what: str) -> None:
    page.get_by_role("button", name=f"Commands for {name}").click()
    page.get_by_role("menuitem", name=what).click()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".save-state")).to_have_text("Saved")


def stored(office: Office, lead: Lead) -> dict[str, object]:
    office.session.expire_all()
    found = dict(office.session.get_one(Lead, lead.id).custom)
    office.commit()  # what only reads holds the server's writes up, too
    return found


@pytest.mark.parametrize("size", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_a_field_of_ones_own_from_the_settings_to_the_file(
    sign_in: SignIn, office: Office, tmp_path: Path, size: dict[str, object]
) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.lead(office.sara, topic="Belts", last_name="Nowak")
    office.commit()
    ada, sara = sign_in("Ada"), sign_in("Sara", size)

    # Sara types, while Ada makes two fields.
    sara.goto(f"/leads/{lead.id}")
    topic = sara.get_by_label("Topic").first
    expect(topic).to_have_value("Lamps", timeout=30_000)
    topic.fill("Lamps and shades")
    ada.goto("/settings/fields")
    expect(ada.get_by_role("heading", name="No fields of your own yet")).to_be_visible(timeout=30_000)
    add_field(ada, "choice", "Size", Options="Small\nLarge")
    add_field(ada, "whole", "Sites", **{"Smallest value": "1", "Largest value": "500", "Help": "How many they have."})
    expect(ada.get_by_role("row", name="Sites")).to_contain_text("Whole number")

    # They stand in her form at once, beside what she has typed, and are checked.
    sara.get_by_role("tab", name="Details").click()
    more = sara.get_by_role("region", name="More")
    more.get_by_label("Size").select_option(label="Large")
    more.get_by_label("Sites").fill("501")
    sara.get_by_role("button", name="Save", exact=True).click()
    expect(more.get_by_text("Sites must be between 1 and 500.")).to_be_visible()
    more.get_by_label("Sites").fill("12")
    save(sara)
    assert stored(office, lead) == {"x_size": 2, "x_sites": 12}

    # The order of the administrator, also by the keyboard.
    ada.get_by_role("button", name="Move Sites", exact=True).press("Home")
    expect(ada.locator("tr[data-row]").first).to_contain_text("Sites")
    expect(more.locator("label").first).to_have_text("Sites")

    # Filtered and exported.
    sara.goto("/leads?view=open&sort=name&columns=name,x_size,x_sites")
    grid = sara.get_by_role("grid", name="Leads")
    expect(grid.get_by_role("row", name="Kowalska")).to_contain_text("Large")
    sara.get_by_role("button", name="Filter", exact=True).click()
    row = sara.get_by_role("dialog").locator(".filter-row").last
    row.get_by_label("Field").select_option(label="Sites")
    row.get_by_label("Operator").select_option(label="Is greater than")
    row.get_by_role("textbox").fill("10")
    sara.get_by_role("dialog").get_by_role("button", name=re.compile("Show|Done")).click()
    expect(grid.locator('tbody td[data-kind="link"] a')).to_have_text([re.compile("Kowalska")])
    sara.get_by_role("toolbar", name="Commands").get_by_role("button", name="Export").click()
    sara.get_by_role("menuitem", name="Export this view…").click()
    dialog = sara.get_by_role("dialog", name="Export")
    dialog.get_by_role("radio", name="Text with delimiters (.csv)").check()
    dialog.get_by_role("combobox", name="Delimiter").select_option(label="Comma")
    with sara.expect_download() as download:
        dialog.get_by_role("button", name="Export").click()
    file = tmp_path / "leads.csv"
    download.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [(found["Size"], found["Sites"]) for found in rows] == [("Large", "12")]


def test_a_field_that_goes_while_somebody_types_keeps_the_text_until_it_is_back(
    sign_in: SignIn, office: Office
) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    ada, sara = sign_in("Ada"), sign_in("Sara")
    ada.goto("/settings/fields")
    expect(ada.get_by_role("heading", name="No fields of your own yet")).to_be_visible(timeout=30_000)
    add_field(ada, "text", "Region")
    sara.goto(f"/leads/{lead.id}")
    sara.get_by_role("tab", name="Details").click()
    sara.get_by_role("region", name="More").get_by_label("Region").fill("South of the river")
    sara.get_by_role("tab", name="Summary").click()
    sara.get_by_label("Topic").first.fill("Shades")
    command(ada, "Region", "Deactivate")
    told = sara.get_by_role("alert", name="Not saved")
    expect(told).to_contain_text("“Region” is out of use now. What you typed there is not saved:")
    expect(told).to_contain_text("South of the river")
    save(sara)
    sara.reload()
    expect(told).to_contain_text("South of the river")
    command(ada, "Region", "Activate")
    expect(told).to_have_count(0)
    sara.get_by_role("tab", name="Details").click()
    expect(sara.get_by_role("region", name="More").get_by_label("Region")).to_have_value("South of the river")
    save(sara)
    assert stored(office, lead) == {"x_region": "South of the river"}


def test_two_administrators_at_one_field_learn_of_each_other(sign_in: SignIn, office: Office) -> None:
    ada, other = sign_in("Ada"), sign_in("Ada")
    for page in (ada, other):
        page.goto("/settings/fields")
        expect(page.get_by_role("heading", name="No fields of your own yet")).to_be_visible(timeout=30_000)
    add_field(ada, "text", "Region")
    form = other.get_by_role("dialog", name="Edit Region")
    other.get_by_role("button", name="Region", exact=True).click()
    form.get_by_label("Help").fill("Mine")
    ada.get_by_role("button", name="Region", exact=True).click()
    ada.get_by_role("dialog").get_by_label("Help").fill("Theirs")
    ada.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(ada.get_by_role("dialog")).to_have_count(0)
    form.get_by_role("button", name="Save").click()
    expect(form).to_contain_text(
        "Another administrator has changed this to “Theirs” meanwhile. Save again to replace it."
    )
    expect(form.get_by_label("Help")).to_have_value("Mine")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
