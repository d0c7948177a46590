"""From an empty database to work: set up, import a real export, find, correct, save."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import DESKTOP, TABLET
from tests.e2e.test_import import books, card, goes_to, proceed
from tests.server import Server

EXPORT = Path(__file__).parents[3] / "shared" / "data" / "salesforce-demo-leads.csv"


@pytest.fixture(params=[DESKTOP, TABLET], ids=["desktop", "tablet"])
def page(request: pytest.FixtureRequest, browser: Browser, empty_server: Server) -> Page:
    context = browser.new_context(base_url=empty_server.url, **request.param)
    request.addfinalizer(context.close)
    return context.new_page()


def test_set_up_import_search_edit_save(page: Page, empty_server: Server) -> None:
    if not EXPORT.exists():
        pytest.fail("../shared is missing") if os.environ.get("CI") == "true" else pytest.skip("../shared is missing")
    code = re.search(r"\d{4}-\d{4}-\d{4}", empty_server.log.read_text())
    assert code
    page.goto("/")
    expect(page).to_have_url(re.compile("/setup"))
    page.get_by_label("Set-up code").fill("0000-0000-0000")
    page.get_by_label("Organisation").fill("Northwind")
    page.get_by_label("Country").select_option("PL")
    page.get_by_label("Currency").select_option("PLN")
    page.get_by_label("Name", exact=True).fill("Ada Nowak")
    page.get_by_label("E-mail").fill("ada@northwind.example")
    page.get_by_label("Password").fill("a long enough one")
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_text("This is not the code that the server printed")).to_be_visible()
    expect(page.get_by_label("Organisation")).to_have_value("Northwind")
    page.get_by_label("Set-up code").fill(code.group())
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", name="My Open Leads")).to_be_visible()

    page.get_by_role("navigation", name="Site map").get_by_role("link", name="Import").click()
    page.get_by_label("Choose files").set_input_files(EXPORT)
    expect(page.get_by_role("region", name="First rows of the file")).to_be_visible()
    expect(page.get_by_label("Table", exact=True)).to_have_value("lead")
    proceed(page, "map")
    expect(goes_to(page, "Company")).to_have_value("Company Name")
    proceed(page, "review")
    proceed(page, "preview")
    expect(card(page, "Create")).to_contain_text("22")
    page.get_by_role("button", name="Import 22 rows").click()
    expect(page).to_have_url(re.compile(r"/import/\d+/result$"))
    expect(page.get_by_role("heading", name="All 22 rows came in")).to_be_visible()
    assert books(page) == {"Created": "22", "Updated": "0", "Skipped": "0", "Rejected": "0", "Blank": "0", "Rows": "22"}
    page.get_by_role("link", name="View the records").click()
    grid = page.get_by_role("grid", name="Leads")
    expect(grid.get_by_role("link")).to_have_count(22)

    page.get_by_role("searchbox", name="Search this view").fill("BOXER")
    expect(grid.get_by_role("link")).to_have_count(1)
    expect(page).to_have_url(re.compile("q=BOXER"))
    grid.get_by_role("link", name="Bertha Boxer").click()
    expect(page.get_by_role("heading", name="Bertha Boxer")).to_be_visible()
    page.get_by_label("Job Title", exact=True).fill("Director")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text=re.compile("^Saved$")).first).to_be_visible()
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("changed Job Title")
    page.reload()
    expect(page.get_by_label("Job Title", exact=True)).to_have_value("Director")
    page.go_back()
    expect(page.get_by_role("searchbox", name="Search this view")).to_have_value("BOXER")
    expect(grid.get_by_role("link")).to_have_count(1)


def test_a_second_set_up_is_refused(browser: Browser, server: Server) -> None:
    context = browser.new_context(base_url=server.url)
    answer = context.request.post("/auth/setup", data={"organisation": "x", "name": "x", "email": "x@y.example"})
    assert answer.status == 422
    assert "set up already" in answer.json()["message"]
    context.close()
