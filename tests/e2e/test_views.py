"""Views in a browser: a filter built by mouse and by keyboard, saved, shared, changed, published; on a touch tablet too."""

from __future__ import annotations

import contextlib
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import DESKTOP, PHONE, TABLET, SignIn
from tests.office import Office


@pytest.fixture
def leads(office: Office) -> Office:
    """Two hot leads of Łódź and Porto, and a cold one, Sara's and Tom's."""
    office.lead(office.sara, last_name="Hotlodz", topic="Racks", rating=1, city="Łódź", company_name="Azulejos")
    office.lead(office.sara, last_name="Hotporto", topic="Lifts", rating=1, city="Porto")
    office.lead(office.sara, last_name="Cold", topic="Belts", rating=3, city="Łódź")
    office.lead(office.tom, last_name="Toms", topic="Crane", rating=1, city="Łódź")
    office.commit()
    return office


def grid(page: Page) -> Locator:
    return page.get_by_role("grid", name="Leads")


def names(page: Page, *expected: str) -> None:
    """The list shows exactly these."""
    expect(grid(page).locator('tbody td[data-kind="link"] a')).to_have_text(list(expected))


def eventually(page: Page, *expected: str) -> None:
    """The list shows exactly these once the worker has gone through the leads."""
    for _ in range(15):
        page.get_by_role("button", name="Refresh").click()
        with contextlib.suppress(AssertionError):
            expect(grid(page).locator('tbody td[data-kind="link"] a')).to_have_text(list(expected), timeout=2_000)
            return
    names(page, *expected)


def fill_row(page: Page, field: str, operator: str) -> Locator:
    """The row that the open builder begins with."""
    row = page.get_by_role("dialog").locator(".filter-row").last
    expect(row.get_by_label("Field")).to_be_focused()
    row.get_by_label("Field").select_option(label=field)
    row.get_by_label("Operator").select_option(label=operator)
    return row


def save_as(page: Page, name: str) -> None:
    page.get_by_role("button", name="View commands").click()
    page.get_by_role("menuitem", name="Save as new view…").click()
    page.get_by_role("dialog").get_by_label("Name").fill(name)
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()


def test_a_filter_is_built_by_mouse_stands_in_the_address_and_goes_back(sign_in: SignIn, leads: Office) -> None:
    page = sign_in("Sara")
    page.goto("/leads?view=all&sort=name")
    names(page, "Cold", "Hotlodz", "Hotporto", "Toms")
    page.get_by_role("button", name="Filter", exact=True).click()
    row = fill_row(page, "Rating", "Contains values")
    row.get_by_role("button", name=re.compile("Rating")).click()
    row.get_by_role("checkbox", name="Hot").check()
    names(page, "Hotlodz", "Hotporto", "Toms")
    row.get_by_role("checkbox", name="Cold").check()
    names(page, "Cold", "Hotlodz", "Hotporto", "Toms")
    row.get_by_role("checkbox", name="Cold").uncheck()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Show|Done")).click()
    chip = page.get_by_role("button", name="Edit Rating · Contains values · Hot", exact=True)
    expect(chip).to_be_visible()
    assert "filter=" in page.url
    page.reload()
    names(page, "Hotlodz", "Hotporto", "Toms")
    page.get_by_role("button", name="Remove Rating · Contains values · Hot").click()
    names(page, "Cold", "Hotlodz", "Hotporto", "Toms")
    page.go_back()
    names(page, "Hotlodz", "Hotporto", "Toms")


def test_a_filter_is_built_by_keyboard_with_a_group(sign_in: SignIn, leads: Office) -> None:
    page = sign_in("Sara")
    page.goto("/leads?view=all&sort=name")
    names(page, "Cold", "Hotlodz", "Hotporto", "Toms")
    grid(page).locator("tbody td a").first.focus()
    page.keyboard.press("f")
    panel = page.get_by_role("dialog", name="Filter")
    expect(panel).to_be_visible()
    expect(panel.get_by_label("Field")).to_be_focused()
    panel.get_by_role("button", name="Remove row 1").press("Enter")
    panel.get_by_role("button", name="Add group").press("Enter")
    group = panel.get_by_role("group", name="Any of these")
    group.get_by_label("Field").focus()
    page.keyboard.type("City")
    page.keyboard.press("Tab")
    expect(group.get_by_label("Operator")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("porto")
    names(page, "Hotporto")
    group.get_by_role("button", name="Add row").press("Enter")
    group.get_by_label("Field").last.focus()
    page.keyboard.type("Topic")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("bel")
    names(page, "Cold", "Hotporto")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("size", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_a_view_is_saved_shared_with_a_team_seen_changed_and_discarded(
    sign_in: SignIn, leads: Office, size: dict[str, object]
) -> None:
    page = sign_in("Sara", size)
    page.goto('/leads?view=all&sort=name&filter={"all":[{"field":"rating","operator":"eq","values":["1"]}]}')
    names(page, "Hotlodz", "Hotporto", "Toms")
    expect(page.locator(".view-picker .dot")).to_be_visible()
    page.get_by_role("button", name="Save as new").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Hot ones")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Hot ones"))
    expect(page.locator(".view-picker .dot")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"view=v\d+$"))
    page.get_by_role("button", name="View commands").click()
    page.get_by_role("menuitem", name="Share…").click()
    pane = page.get_by_role("dialog")
    pane.get_by_label("User, team or role").fill("Fair")
    pane.get_by_role("option", name="Fair").click()
    expect(pane.get_by_text("Fair")).to_be_visible()
    pane.get_by_role("button", name="Close").click()

    other = sign_in("Tom", size)
    other.goto("/leads")
    other.get_by_role("button", name="My Open Leads").click()
    other.get_by_role("option", name=re.compile("Hot ones")).click()
    expect(grid(other).locator('tbody td[data-kind="link"] a')).to_have_count(3)
    other.get_by_role("button", name=re.compile("^Remove Rating")).click()
    expect(grid(other).locator('tbody td[data-kind="link"] a')).to_have_count(4)
    expect(other.locator(".view-picker .dot")).to_be_visible()
    expect(other.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    other.get_by_role("button", name="Discard").click()
    expect(grid(other).locator('tbody td[data-kind="link"] a')).to_have_count(3)

    page.get_by_role("button", name=re.compile("^Remove Rating")).click()
    page.get_by_role("button", name="Save", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 other people use this view")
    expect(dialog).to_contain_text("Filter: every record (before: Rating · Equals · Hot)")
    dialog.get_by_role("button", name="Save for all").click()
    expect(page.locator(".view-picker .dot")).to_have_count(0)
    names(page, "Cold", "Hotlodz", "Hotporto", "Toms")


def test_a_view_keeps_its_pinned_columns_and_is_handed_over(sign_in: SignIn, leads: Office) -> None:
    page = sign_in("Sara")
    page.goto("/leads?view=all&sort=name&columns=name,topic,city")
    page.get_by_role("button", name="View commands").click()
    expect(page.get_by_role("menuitem", name="Hand over…")).to_have_count(0)
    page.keyboard.press("Escape")
    grid(page).get_by_role("columnheader", name="City").get_by_role("button", name="Column options").click()
    page.get_by_role("menuitemradio", name="Pin").click()
    save_as(page, "Pinned")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Pinned"))
    expect(page).to_have_url(re.compile(r"view=v\d+$"))
    heads = grid(page).locator("thead th[data-label]")
    expect(heads).to_have_text([re.compile("Name"), re.compile("City"), re.compile("Topic")])
    expect(grid(page).locator("thead th.pinned")).to_have_text(re.compile("City"))
    page.get_by_role("button", name="View commands").click()
    page.get_by_role("menuitem", name="Hand over…").click()
    dialog = page.get_by_role("dialog", name="Hand over Pinned")
    dialog.get_by_label("New owner").fill("Tom")
    dialog.get_by_role("option", name="Tom").click()
    dialog.get_by_role("checkbox", name="I still use and change it").uncheck()
    dialog.get_by_role("button", name="Hand over", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^My Open Leads"))

    other = sign_in("Tom")
    other.goto("/leads")
    other.get_by_role("button", name="My Open Leads").click()
    other.get_by_role("group", name="My views").get_by_role("option", name="Pinned").click()
    expect(grid(other).locator("thead th.pinned")).to_have_text(re.compile("City"))


def test_a_name_that_is_taken_asks(sign_in: SignIn, leads: Office) -> None:
    page = sign_in("Sara")
    page.goto("/leads?view=all&sort=name&columns=name,city")
    save_as(page, "Mine")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Mine"))
    page.goto("/leads?view=all&sort=name&columns=name,topic")
    save_as(page, "MINE")
    expect(page.get_by_role("dialog")).to_contain_text("You already have a view called “Mine”. Replace it?")
    page.get_by_role("dialog").get_by_role("button", name="Replace").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(grid(page).get_by_role("columnheader", name="Topic")).to_be_visible()
    expect(grid(page).get_by_role("columnheader", name="City")).to_have_count(0)


def test_columns_are_added_moved_and_reset(sign_in: SignIn, leads: Office) -> None:
    page = sign_in("Sara")
    page.goto("/leads?view=open&sort=name")
    page.get_by_role("button", name="Columns").click()
    panel = page.get_by_role("dialog", name="Columns")
    panel.get_by_label("Search fields").fill("job")
    panel.get_by_role("button", name="Job Title").first.click()
    expect(grid(page).get_by_role("columnheader", name=re.compile("Job Title"))).to_be_visible()
    panel.get_by_role("button", name="Move Topic up").click()
    expect(panel.get_by_role("list", name="Columns shown").get_by_role("listitem").first).to_contain_text("Topic")
    panel.get_by_role("button", name="Remove Company Name").click()
    expect(grid(page).get_by_role("columnheader", name=re.compile("Company Name"))).to_have_count(0)
    panel.get_by_role("button", name="Back to the columns of the view").click()
    expect(grid(page).get_by_role("columnheader", name=re.compile("Company Name"))).to_be_visible()


def test_a_filter_over_a_field_that_is_gone_says_so_and_shows_nothing(sign_in: SignIn, leads: Office) -> None:
    page = sign_in("Sara")
    page.goto('/leads?view=all&filter={"all":[{"field":"shoe_size","operator":"eq","values":["1"]}]}')
    expect(page.get_by_role("alert")).to_contain_text("which does not exist any more")
    names(page)
    page.get_by_role("button", name="Remove (a field that is gone)").click()
    expect(grid(page).locator('tbody td[data-kind="link"] a')).to_have_count(4)


def test_an_administrator_publishes_a_system_view(sign_in: SignIn, leads: Office) -> None:
    sara = sign_in("Sara")
    sara.goto("/leads?view=open&sort=name")
    names(sara, "Cold", "Hotlodz", "Hotporto", "Toms")
    page = sign_in("Ada")
    page.goto("/settings/views")
    page.get_by_role("link", name="Open Leads", exact=True).click()
    editor = page.get_by_role("complementary", name="Editor of the view")
    expect(editor).to_be_visible()
    editor.get_by_role("textbox", name="Name", exact=True).fill("Open and hot")
    editor.locator("summary", has_text="Filter").click()
    editor.get_by_role("button", name="Add row").first.click()
    row = editor.locator(".filter-row").last
    row.get_by_label("Field").select_option(label="Rating")
    row.get_by_label("Operator").select_option(label="Equals")
    row.get_by_label("Rating", exact=True).select_option(label="Hot")
    expect(grid(page).locator('tbody td[data-kind="link"] a')).to_have_count(3)
    editor.get_by_label("Preview as").select_option(label="Salesperson")
    expect(page).to_have_url(re.compile("as_role=salesperson"))
    editor.get_by_role("button", name="Save draft").click()
    expect(editor.get_by_role("button", name="Publish")).to_be_enabled()
    sara.reload()
    names(sara, "Cold", "Hotlodz", "Hotporto", "Toms")
    editor.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("^Open and hot"))
    sara.reload()
    names(sara, "Hotlodz", "Hotporto", "Toms")
    expect(sara.get_by_role("heading", level=1)).to_have_text(re.compile("^Open and hot"))


def test_an_administrator_makes_a_view_and_chooses_by_what_leads_are_found(sign_in: SignIn, leads: Office) -> None:
    leads.lead(leads.sara, last_name="Silent", topic="Cranes", description="Wants a quotation")
    leads.commit()
    page = sign_in("Ada")
    page.goto("/settings/views")
    page.get_by_role("button", name="New view").click()
    dialog = page.get_by_role("dialog", name="New view")
    dialog.get_by_label("Name").fill("Ours")
    dialog.get_by_role("button", name="Create").click()
    editor = page.get_by_role("complementary", name="Editor of the view")
    expect(editor.get_by_role("textbox", name="Name", exact=True)).to_have_value("Ours")
    expect(editor.get_by_text("Draft", exact=True)).to_be_visible()
    editor.get_by_role("button", name="Close the editor").click()
    expect(page).to_have_url(re.compile("/settings/views"))
    expect(page.get_by_role("row", name=re.compile("^Ours")).get_by_text("Draft")).to_be_visible()

    page.get_by_role("link", name="Quick find view").click()
    expect(editor.get_by_role("checkbox", name="Company Name")).to_be_checked()
    editor.get_by_role("checkbox", name="Description").check()
    expect(editor.get_by_text("Not saved")).to_be_visible()
    editor.get_by_role("button", name="Save draft").click()
    editor.get_by_role("button", name="Publish").click()
    expect(page).to_have_url(re.compile("/settings/views"))
    expect(page.get_by_role("row", name=re.compile("^Quick find view")).get_by_text("Changed")).to_be_visible()
    sara = sign_in("Sara")
    sara.goto("/leads?view=all&q=quotation")
    eventually(sara, "Silent")


def test_on_a_touch_tablet_the_builder_comes_from_below(sign_in: SignIn, leads: Office) -> None:
    page = sign_in("Sara", TABLET)
    page.goto("/leads?view=all&sort=name")
    page.get_by_role("button", name="Filter", exact=True).tap()
    panel = page.get_by_role("dialog", name="Filter")
    box = panel.bounding_box()
    assert box and box["width"] > 1000 and box["y"] > 50
    row = fill_row(page, "City", "Contains")
    row.get_by_label("City", exact=True).fill("porto")
    names(page, "Hotporto")
    for button in row.get_by_role("button").all():
        size = button.bounding_box()
        assert size and size["height"] >= 44
    panel.get_by_role("button", name=re.compile("Show")).tap()
    expect(page.get_by_role("button", name="Edit City · Contains · porto")).to_be_visible()
    page.get_by_role("button", name="Remove City · Contains · porto").tap()
    expect(grid(page).locator('tbody td[data-kind="link"] a')).to_have_count(4)


@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_the_head_of_a_list_never_makes_the_page_wider_than_the_screen(
    sign_in: SignIn, leads: Office, size: dict[str, object]
) -> None:
    page = sign_in("Sara", size)
    parts = ",".join('{"field":"topic","operator":"not-like","values":["%s"]}' % (letter * 30) for letter in "abcdef")
    page.goto(f'/leads?view=all&filter={{"all":[{parts}]}}')
    expect(page.locator(".filter-bar .chip")).to_have_count(6)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
