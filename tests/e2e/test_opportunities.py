"""Opportunities in a browser: stage by stage to won, lost, reopened; what belongs to an account (S 1.4, 2.3)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from rxcrm.models import process
from rxcrm.models.connections import competitors
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.timeline import writing
from tests.e2e.conftest import DESKTOP, PHONE, SignIn
from tests.office import Office


def deal(office: Office, **values: object) -> Opportunity:
    account = office.account(name="Fabrikam GmbH")
    made = office.opportunity(
        topic="Forklifts", account_id=account.id, **{"estimated_revenue": Decimal(48_000), **values}
    )
    office.commit()
    return made


def show(page: Page, row: Opportunity) -> None:
    page.goto(f"/opportunities/{row.id}")
    expect(page.get_by_role("heading", name=row.topic, level=1)).to_be_visible()


def bar(page: Page) -> Locator:
    return page.get_by_role("region", name="Opportunity Sales Process")


def stage(page: Page, name: str) -> Locator:
    """The card of a stage."""
    return page.get_by_role("group", name=name, exact=True)


def command(page: Page, name: str) -> Locator:
    return page.get_by_role("toolbar", name="Commands").get_by_role("button", name=name)


def active(page: Page) -> Locator:
    return bar(page).locator('[aria-current="step"]')


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_opportunity_goes_stage_by_stage_and_is_won(
    sign_in: SignIn, office: Office, size: dict[str, object]
) -> None:
    row = deal(office)
    page = sign_in("Sara", size)
    show(page, row)
    expect(active(page)).to_contain_text("Qualify")
    bar(page).get_by_role("button", name="Qualify").click()
    # What is typed is saved before the process moves (S R2.3).
    stage(page, "Qualify").get_by_label("Budget Amount").fill("40000")
    stage(page, "Qualify").get_by_role("button", name="Next Stage").click()
    for name in ("Develop", "Propose"):
        expect(active(page)).to_contain_text(name)
        stage(page, name).get_by_role("button", name="Next Stage").click()
    expect(active(page)).to_contain_text("Close")
    stage(page, "Close").get_by_role("button", name="Finish").click()
    expect(bar(page)).to_contain_text("Completed in")
    stage(page, "Close").get_by_role("button", name="Close", exact=True).click()
    command(page, "Close as Won").click()
    dialog = page.get_by_role("dialog", name="Close as Won")
    expect(dialog.get_by_label("Actual Revenue (EUR)")).to_have_value("48000.00")
    dialog.get_by_label("Actual Revenue (EUR)").fill("47500")
    dialog.get_by_label("Description").fill("Signed on the spot")
    dialog.get_by_role("button", name="Close as Won").click()
    banner = page.get_by_role("region", name="Closed record")
    expect(banner).to_contain_text("Closed as Won: €47,500.00")
    expect(banner).to_contain_text("Signed on the spot")
    expect(page.get_by_label("Topic").first).to_be_disabled()
    expect(command(page, "Close as Won")).to_have_count(0)
    page.goto("/opportunities?view=closed")
    expect(page.get_by_role("grid", name="Opportunities")).to_contain_text("€47,500.00")
    office.session.expire_all()
    assert office.session.get(Opportunity, row.id).budget_amount == 40_000


def test_a_lost_opportunity_names_who_got_it_and_is_reopened(sign_in: SignIn, office: Office) -> None:
    row = deal(office)
    competitors.add_new(office.act(office.sara), row, "Rival Ltd")
    office.commit()
    page = sign_in("Sara")
    show(page, row)
    command(page, "Close as Lost").click()
    dialog = page.get_by_role("dialog", name="Close as Lost")
    dialog.get_by_label("Competitor", exact=True).select_option(label="Rival Ltd")
    dialog.get_by_label("Close Date").fill("2099-01-01")
    dialog.get_by_role("button", name="Close as Lost").click()
    expect(dialog.get_by_text("Actual Close Date cannot lie in the future.")).to_be_visible()
    dialog.get_by_label("Close Date").fill("2026-05-12")
    dialog.get_by_role("button", name="Close as Lost").click()
    banner = page.get_by_role("region", name="Closed record")
    expect(banner).to_contain_text("Closed as Lost: Out-Sold, to Rival Ltd")
    banner.get_by_role("button", name="Reopen Opportunity").click()
    expect(banner).to_have_count(0)
    expect(command(page, "Close as Lost")).to_be_visible()
    expect(page.get_by_label("Topic").first).to_be_enabled()


def test_the_dialog_closes_by_escape_and_nothing_is_written(sign_in: SignIn, office: Office) -> None:
    row = deal(office)
    page = sign_in("Sara")
    show(page, row)
    command(page, "Close as Won").click()
    dialog = page.get_by_role("dialog", name="Close as Won")
    expect(dialog.get_by_label("Actual Revenue (EUR)")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(command(page, "Close as Won")).to_be_focused()


def test_a_process_is_abandoned_and_reactivated_and_goes_back(sign_in: SignIn, office: Office) -> None:
    row = deal(office)
    page = sign_in("Sara")
    show(page, row)
    bar(page).get_by_role("button", name="Qualify").click()
    stage(page, "Qualify").get_by_role("button", name="Next Stage").click()
    expect(active(page)).to_contain_text("Develop")
    bar(page).get_by_role("button", name="Qualify").click()
    stage(page, "Qualify").get_by_role("button", name="Set Active").click()
    expect(active(page)).to_contain_text("Qualify")
    for entry, told in (("Abandon", "Abandoned after"), ("Reactivate", "Active for")):
        bar(page).get_by_role("button", name="Process").click()
        page.get_by_role("menuitem", name=entry).click()
        expect(bar(page)).to_contain_text(told)


def test_an_account_shows_its_sales_and_begins_a_new_one(sign_in: SignIn, office: Office) -> None:
    row = deal(office, estimated_close_date=date(2026, 7, 1))
    page = sign_in("Sara")
    page.goto(f"/accounts/{row.account_id}")
    card = page.get_by_role("region", name="Opportunities")
    expect(card).to_contain_text("€48,000.00 · Jul 1, 2026 · Sara")
    card.get_by_role("link", name="New Opportunity").click()
    expect(page.get_by_role("heading", name="New Opportunity", level=1)).to_be_visible()
    expect(page.get_by_label("Account", exact=True).first).to_have_value("Fabrikam GmbH")
    page.get_by_label("Topic").first.fill("Racks")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved").first).to_be_visible()
    page.goto(f"/accounts/{row.account_id}")
    expect(card.get_by_role("link", name="Racks")).to_be_visible()


def test_quick_create_makes_an_opportunity_with_its_customer(sign_in: SignIn, office: Office) -> None:
    deal(office)
    page = sign_in("Sara")
    page.goto("/opportunities")
    page.get_by_role("button", name="New record").click()
    page.get_by_role("menuitem", name="Opportunity").click()
    dialog = page.get_by_role("dialog", name="Quick Create: Opportunity")
    dialog.get_by_label("Topic").fill("Racks")
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(dialog.get_by_text("An opportunity needs a customer")).to_be_visible()
    dialog.get_by_label("Account", exact=True).fill("fabri")
    dialog.get_by_role("option", name="Fabrikam GmbH").click()
    dialog.get_by_label("Est. Revenue").fill("12000")
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("grid", name="Opportunities")).to_contain_text("€12,000.00")


def test_an_opportunity_shows_its_leads_notes_marked_and_can_hide_them(sign_in: SignIn, office: Office) -> None:
    lead = office.lead()
    row = deal(office, originating_lead_id=lead.id)
    process.advance_to_opportunity(office.act(office.sara), lead, row)
    writing.note(office.act(office.sara), "lead", lead.id or 0, "First call", "<p>They need eight</p>")
    office.commit()
    page = sign_in("Sara")
    show(page, row)
    timeline = page.get_by_role("region", name="Timeline")
    entry = timeline.locator(".entry", has_text="First call")
    expect(entry.get_by_role("link", name="from lead")).to_have_attribute("href", f"/leads/{lead.id}")
    expect(entry.get_by_role("button", name="Commands")).to_have_count(0)
    timeline.get_by_role("button", name="Filter", exact=True).click()
    timeline.get_by_role("group", name="Belongs to").get_by_label("Opportunity").check()
    expect(entry).to_have_count(0)
    bar = page.get_by_role("region", name="Lead to Opportunity Sales Process")
    bar.get_by_role("button", name="Qualify").click()
    page.get_by_role("group", name="Qualify", exact=True).get_by_role("link", name="Open the lead").click()
    expect(page.get_by_role("heading", name="Doe", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Filter", exact=True)).to_be_visible()


def test_an_inactive_account_is_read_only_until_it_is_activated(sign_in: SignIn, office: Office) -> None:
    row = deal(office)
    page = sign_in("Sara")
    page.goto(f"/accounts/{row.account_id}")
    command(page, "Deactivate").click()
    banner = page.get_by_role("region", name="Closed record")
    expect(banner).to_contain_text("Inactive, and read-only until it is activated")
    banner.get_by_role("button", name="Activate").click()
    expect(command(page, "Deactivate")).to_be_visible()
