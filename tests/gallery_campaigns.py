"""Pictures of campaigns, territories and teams, of which the sample data has some; the team is made once."""

from __future__ import annotations

from playwright.sync_api import Page


def campaigns(page: Page) -> None:
    page.goto("/settings/campaigns")
    page.get_by_role("table", name="Campaigns").wait_for()


def campaign_form(page: Page) -> None:
    campaigns(page)
    page.get_by_role("button", name="Spring fair for warehouse technology", exact=True).click()
    page.get_by_role("dialog").wait_for()


def campaign(page: Page) -> None:
    page.goto("/leads?view=campaign")
    page.get_by_role("grid", name="Leads").get_by_role("link").first.wait_for()
    page.goto("/campaigns/1")
    page.locator(".figure").first.wait_for()


def campaign_leads(page: Page) -> None:
    page.goto("/leads?view=campaign")
    page.get_by_role("grid", name="Leads").get_by_role("link").first.wait_for()


def campaign_activity(page: Page) -> None:
    page.goto("/leads?view=open")
    page.get_by_role("grid", name="Leads").get_by_role("checkbox").nth(1).check(force=True)
    page.get_by_role("button", name="Record campaign activity").click()
    page.get_by_role("dialog").get_by_role("combobox", name="Campaign").click()
    page.get_by_role("dialog").get_by_role("option").first.wait_for()


def territories(page: Page) -> None:
    page.goto("/settings/territories")
    page.get_by_role("table", name="Territories").wait_for()


def territory_form(page: Page) -> None:
    territories(page)
    page.get_by_role("button", name="Overseas", exact=True).click()
    page.get_by_role("dialog").wait_for()


def teams(page: Page) -> None:
    page.goto("/settings/teams")
    page.get_by_role("button", name="Add team").wait_for()
    page.locator(".empty, table").first.wait_for()
    if page.get_by_role("row", name="Key accounts").count() == 0:
        page.get_by_role("button", name="Add team").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Name", exact=True).fill("Key accounts")
        dialog.get_by_label("Description").fill("Those with more than one site")
        for name in ("Kenji Morita", "Claire Fontaine"):
            dialog.get_by_role("combobox", name="Members").fill(name)
            dialog.get_by_role("option", name=name).click()
        dialog.get_by_role("button", name="Add team").click()
        page.get_by_role("row", name="Key accounts").wait_for()
        page.reload()
    page.get_by_role("row", name="Key accounts").wait_for()


def team_form(page: Page) -> None:
    teams(page)
    page.get_by_role("button", name="Key accounts", exact=True).click()
    page.get_by_role("dialog").wait_for()


SCENES = {
    "campaigns": campaigns,
    "campaign-form": campaign_form,
    "campaign": campaign,
    "campaign-leads": campaign_leads,
    "campaign-activity": campaign_activity,
    "territories": territories,
    "territory-form": territory_form,
    "teams": teams,
    "team-form": team_form,
}
