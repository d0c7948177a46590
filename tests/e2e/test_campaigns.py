"""A campaign from the settings to the leads that heard of it, and a team by touch (issue 6, 5; S 1.1, 7.1, 9.5)."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, TABLET, SignIn
from tests.e2e.test_assignment_rules import choose
from tests.office import Office


def add_campaign(page: Page, name: str) -> None:
    page.goto("/settings/campaigns")
    page.get_by_role("button", name="Add campaign").click()
    dialog = page.get_by_role("dialog", name="Add campaign")
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_label("Channel").select_option(label="Event")
    dialog.get_by_label("Planned Start").fill("2026-05-01")
    dialog.get_by_label("Planned End").fill("2026-04-01")
    dialog.get_by_role("button", name="Add campaign").click()
    expect(dialog).to_contain_text("Planned End lies before the start.")
    dialog.get_by_label("Planned End").fill("2026-05-03")
    dialog.get_by_role("button", name="Add campaign").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("row", name=re.compile(name))).to_contain_text("Event")


def test_a_seller_chooses_a_campaign_sees_its_leads_and_records_that_they_heard_of_it(
    sign_in: SignIn, office: Office
) -> None:
    leads = [office.lead(topic="Lamps", last_name=name) for name in ("Kowalska", "Nowak")]
    office.commit()
    add_campaign(sign_in("Ada"), "Spring Fair")
    page = sign_in("Sara", DESKTOP)
    page.goto(f"/leads/{leads[0].id}")
    page.get_by_role("tab", name="Details").click()
    field = page.get_by_role("combobox", name="Source Campaign")
    field.fill("spr")
    page.get_by_role("option", name=re.compile("Spring Fair")).click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("region", name="Messages").get_by_role("status")).to_contain_text("Saved")
    page.goto("/leads?view=campaign")
    row = page.get_by_role("row", name=re.compile("Kowalska"))
    expect(row).to_contain_text("Spring Fair")
    expect(page.get_by_role("row", name=re.compile("Nowak"))).to_have_count(0)
    row.get_by_role("link", name="Spring Fair").click()
    expect(page.get_by_role("heading", name=re.compile("Spring Fair"))).to_be_visible()
    page.get_by_role("region", name="What came of it").get_by_role("link", name=re.compile("^1 ?Leads")).click()
    expect(page).to_have_url(re.compile("filter="))
    expect(page.get_by_role("row", name=re.compile("Kowalska"))).to_be_visible()
    page.goto("/leads?view=no-campaign-activities")
    expect(page.get_by_role("row", name=re.compile("Nowak"))).to_be_visible()
    page.get_by_role("row", name=re.compile("Nowak")).get_by_role("checkbox").check()
    page.get_by_role("toolbar", name="Selected records").get_by_role("button", name="Record campaign activity").click()
    dialog = page.get_by_role("dialog", name="Record campaign activity")
    dialog.get_by_role("button", name=re.compile("Record it on 1 lead")).click()
    expect(dialog).to_contain_text("Choose a campaign.")
    dialog.get_by_role("combobox", name="Campaign").fill("fair")
    dialog.get_by_role("option", name=re.compile("Spring Fair")).click()
    dialog.get_by_role("button", name=re.compile("Record it on 1 lead")).click()
    expect(page.get_by_text("Campaign activity recorded on 1 lead.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Nowak"))).to_have_count(0)
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_role("row", name=re.compile("Nowak"))).to_be_visible()


def test_a_team_and_a_territory_by_touch(sign_in: SignIn, office: Office) -> None:
    page = sign_in("Ada", TABLET)
    page.goto("/settings/teams")
    page.get_by_role("button", name="Add team").tap()
    dialog = page.get_by_role("dialog", name="Add team")
    dialog.get_by_label("Name", exact=True).fill("Key accounts")
    choose(dialog, "Members", "Sara", tap=True)
    dialog.get_by_role("checkbox", name="Sales Manager").tap()
    dialog.get_by_role("button", name="Add team").tap()
    expect(dialog).to_be_hidden()
    row = page.get_by_role("row", name=re.compile("Key accounts"))
    expect(row).to_contain_text("Sara")
    row.get_by_role("button", name="Commands for Key accounts").tap()
    page.get_by_role("menuitem", name="Delete").tap()
    page.get_by_role("dialog", name="Delete").get_by_role("button", name="Delete").tap()
    expect(row).to_have_count(0)
    page.goto("/settings/territories")
    page.get_by_role("button", name="Add territory").tap()
    dialog = page.get_by_role("dialog", name="Add territory")
    dialog.get_by_label("Name", exact=True).fill("North")
    choose(dialog, "Manager", "Mia", tap=True)
    choose(dialog, "Members", "Tom", tap=True)
    dialog.get_by_role("button", name="Add territory").tap()
    expect(dialog).to_be_hidden()
    row = page.get_by_role("row", name=re.compile("North"))
    expect(row).to_contain_text("Tom")
    row.get_by_role("button", name="Commands for North").tap()
    page.get_by_role("menuitem", name="Delete").tap()
    expect(page.get_by_role("dialog", name="North cannot be deleted yet")).to_contain_text("Users: 1")
