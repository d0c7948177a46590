"""Charts beside lists and dashboards: drill-down, what one makes for oneself, tablet with touch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from rxcrm.models.choices import LeadSource, Rating
from tests.e2e.conftest import PHONE, TABLET, SignIn
from tests.office import Office


@pytest.fixture
def leads(office: Office) -> None:
    """Three old ones of the Web (two hot) and one of a partner, Sara's; one of the Web, Tom's. Two are not rated."""
    now = datetime.now(UTC)
    for rating in (Rating.HOT, Rating.HOT, Rating.COLD):
        office.lead(lead_source=LeadSource.WEB, rating=rating, created_on=now - timedelta(days=40))
    office.lead(lead_source=LeadSource.PARTNER, rating=None, created_on=now)
    office.lead(office.tom, lead_source=LeadSource.WEB, rating=None, created_on=now)
    office.commit()


def rows(page: Page, count: int) -> None:
    """So many leads are listed; phones show no headings."""
    listed = page.get_by_role("grid", name="Leads").get_by_role("row").filter(has=page.get_by_role("link"))
    expect(listed).to_have_count(count)


def tile_of(page: Page, name: str) -> Locator:
    """A tile, not the table in it."""
    return page.locator(".tile").and_(page.get_by_role("region", name=name, exact=True))


def titles(page: Page, *wanted: str) -> None:
    expect(page.locator(".tiles h2")).to_have_text(list(wanted))


def test_a_slice_drills_down_into_the_list_and_back_undoes_it(sign_in: SignIn, leads: None) -> None:
    page = sign_in("Sara")
    page.goto("/leads?view=open")
    rows(page, 5)
    page.get_by_role("button", name="Show chart").click()
    pane = page.get_by_role("complementary", name="Charts")
    pane.get_by_role("link", name="Web: 4").click()
    rows(page, 4)
    pane.get_by_role("combobox", name="Chart").select_option(label="Leads by Rating")
    hot = pane.get_by_role("link", name="Hot: 2")
    hot.focus()
    page.keyboard.press("Enter")
    rows(page, 2)
    address = page.url
    page.go_back()
    rows(page, 4)
    page.goto(address)
    rows(page, 2)
    expect(pane.get_by_role("combobox", name="Chart")).to_have_value("by-rating")


def test_a_chart_is_a_table_too_and_arrows_go_from_mark_to_mark(sign_in: SignIn, leads: None) -> None:
    page = sign_in("Sara")
    page.goto("/leads?view=open&as=charts")
    pane = page.get_by_role("complementary", name="Charts")
    pane.get_by_role("link", name="Partner: 1").focus()
    expect(page.locator(".chart-tip")).to_contain_text("Partner")
    page.keyboard.press("ArrowRight")
    expect(pane.get_by_role("link", name="Web: 4")).to_be_focused()
    expect(page.locator(".chart-tip")).to_contain_text("Web")
    pane.get_by_role("button", name="Show data").click()
    table = pane.get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(4)
    expect(table.get_by_role("row").last).to_have_text("Total5")
    table.get_by_role("link", name="Web, Leads: 4").click()
    rows(page, 4)


def test_a_personal_chart_is_made_with_a_filter_of_its_own_and_deleted(sign_in: SignIn, leads: None) -> None:
    page = sign_in("Sara")
    page.goto("/leads?view=open&as=charts")
    pane = page.get_by_role("complementary", name="Charts")
    expect(pane.get_by_role("link", name="Web: 4")).to_be_visible()
    pane.get_by_role("button", name="More about this chart").click()
    page.get_by_role("menuitem", name="New chart").click()
    dialog = page.get_by_role("dialog", name="New chart")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Name is required.")).to_be_visible()
    dialog.get_by_label("Name").fill("By owner")
    dialog.get_by_label("Group by").select_option(label="Owner")
    dialog.get_by_label("Divide by").select_option(label="Lead Source")
    preview = dialog.get_by_role("region", name="Preview")
    expect(preview.get_by_role("link", name="Sara: 1, Partner")).to_be_visible()
    dialog.get_by_role("button", name="Filter the rows").click()
    dialog.get_by_role("combobox", name="Field").select_option(label="Rating")
    dialog.get_by_label("Operator").select_option(label="Contains data")
    expect(preview.get_by_role("link", name="Sara: 3, Web")).to_be_visible()
    expect(preview.get_by_role("link", name="Sara: 1, Partner")).to_have_count(0)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(pane.get_by_role("link", name="Sara: 3")).to_be_visible()
    pane.get_by_role("button", name="More about this chart").click()
    page.get_by_role("menuitem", name="Delete chart").click()
    pane.get_by_role("button", name="Delete", exact=True).click()
    expect(pane.get_by_role("combobox", name="Chart")).to_have_value("by-source")


def test_a_dashboard_leads_from_a_number_to_its_list(sign_in: SignIn, leads: None) -> None:
    page = sign_in("Sara")
    page.goto("/dashboards")
    expect(page.get_by_role("heading", name="Sales Activity", level=1)).to_be_visible()
    page.get_by_role("link", name="My open leads: 4").click()
    rows(page, 4)
    page.goto("/dashboards?dashboard=lead-sources")
    report = tile_of(page, "Lead Source Effectiveness")
    expect(report.get_by_role("columnheader", name="% became revenue")).to_be_visible()
    report.get_by_role("link", name="Web, Leads: 4").click()
    rows(page, 4)
    page.go_back()
    pie = tile_of(page, "Leads by Source")
    pie.get_by_role("button", name="Show data").click()
    expect(pie.get_by_role("row")).to_have_count(4)


def test_a_report_is_asked_otherwise_and_its_table_sorted(sign_in: SignIn, leads: None) -> None:
    page = sign_in("Sara")
    page.goto("/dashboards?dashboard=neglected-leads")
    late = tile_of(page, "Neglected Leads")
    expect(late.get_by_text("Days without activity: 14")).to_be_visible()
    expect(late.get_by_role("link", name="Sara: 3")).to_be_visible()
    late.get_by_role("button", name="Ask Neglected Leads otherwise").click()
    dialog = page.get_by_role("dialog", name="Neglected Leads")
    dialog.get_by_label("Days without activity").fill("60")
    dialog.get_by_role("button", name="Show").click()
    expect(late.get_by_text("Days without activity: 60")).to_be_visible()
    expect(late.get_by_text("Nothing to show yet.")).to_be_visible()
    page.goto("/dashboards?dashboard=team")
    board = tile_of(page, "Team Board")
    board.get_by_role("columnheader", name="Open leads").get_by_role("button").click()
    expect(board.get_by_role("columnheader", name="Open leads")).to_have_attribute("aria-sort", "descending")
    expect(board.get_by_role("row").nth(1)).to_contain_text("Sara")


def test_the_title_switches_and_one_begins_with_what_one_chose(sign_in: SignIn, leads: None) -> None:
    page = sign_in("Mia")
    page.goto("/dashboards")
    page.get_by_role("button", name="Sales Activity").click()
    page.get_by_role("option", name="Team Board").click()
    expect(tile_of(page, "Team Board").get_by_role("link", name="Sara, Open leads: 4")).to_be_visible()
    page.get_by_role("button", name="More about this dashboard").click()
    page.get_by_role("menuitem", name="Open this one first").click()
    expect(page.get_by_text("This dashboard opens first from now on.")).to_be_visible()
    page.goto("/dashboards")
    expect(page.get_by_role("heading", name="Team Board", level=1)).to_be_visible()


def begin(page: Page, *charts: str) -> None:
    """A dashboard of one's own with these charts, still being edited."""
    page.goto("/dashboards")
    page.get_by_role("button", name="New dashboard").click()
    dialog = page.get_by_role("dialog", name="New dashboard")
    dialog.get_by_label("Name").fill("My week")
    dialog.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="My week", level=1)).to_be_visible()
    page.get_by_role("button", name="Edit").first.click()
    for chart in charts:
        page.get_by_role("button", name="Add tile").first.click()
        tile = page.get_by_role("dialog", name="Add tile")
        tile.get_by_label("Chart", exact=True).select_option(label=chart)
        tile.get_by_role("button", name="Add tile").click()
        expect(tile).to_be_hidden()
    titles(page, *charts)


def test_a_personal_dashboard_is_built_shared_and_seen_by_another(sign_in: SignIn, leads: None) -> None:
    page = sign_in("Sara")
    begin(page, "Leads by Source", "Leads by Rating")
    page.get_by_role("button", name="Arrange Leads by Rating").click()
    page.get_by_role("menuitem", name="Move forward").click()
    titles(page, "Leads by Rating", "Leads by Source")
    page.get_by_role("button", name="Change Leads by Source").click()
    tile = page.get_by_role("dialog", name="Change tile")
    tile.get_by_label("Title").fill("Hot sources")
    tile.get_by_role("button", name="Filter the rows").click()
    tile.get_by_role("combobox", name="Field").select_option(label="Rating")
    tile.get_by_label("Operator").select_option(label="Contains data")
    expect(tile.get_by_role("link", name="Web: 3")).to_be_visible()
    tile.get_by_role("button", name="Apply").click()
    expect(tile_of(page, "Hot sources").get_by_role("link", name="Web: 3")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Edit").first).to_be_visible()
    titles(page, "Leads by Rating", "Hot sources")
    page.get_by_role("button", name="More about this dashboard").click()
    page.get_by_role("menuitem", name="Share").click()
    sharing = page.get_by_role("dialog", name="Share this dashboard")
    sharing.get_by_label("Add a user, team or role").fill("tom")
    sharing.get_by_role("option", name="Tom").click()
    sharing.get_by_role("button", name="Save").click()
    expect(sharing).to_be_hidden()
    other = sign_in("Tom")
    other.goto(page.url)
    expect(other.get_by_role("heading", name="My week", level=1)).to_be_visible()
    titles(other, "Leads by Rating", "Hot sources")
    expect(other.get_by_role("button", name="Edit")).to_have_count(0)


def test_tiles_are_dragged_drawn_larger_and_moved_by_keyboard(sign_in: SignIn, leads: None) -> None:
    page = sign_in("Sara")
    charts = ("Leads by Source", "Leads by Rating", "Leads by Owner")
    begin(page, *charts)
    first, last = tile_of(page, charts[0]), tile_of(page, charts[2])
    drag(page, first.locator(".grip"), last)
    titles(page, charts[1], charts[2], charts[0])
    drag(page, tile_of(page, charts[0]).locator(".grip"), tile_of(page, charts[1]), escape=True)
    titles(page, charts[1], charts[2], charts[0])
    corner = last.get_by_role("button", name="Resize Leads by Owner: 4 of 12 columns wide, 7 rows tall")
    box, column = corner.bounding_box(), (page.locator(".tiles").bounding_box() or {})["width"] / 12
    assert box
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 10 + 2 * column, box["y"] + 10 + 44, steps=6)
    page.mouse.up()
    grown = last.get_by_role("button", name="Resize Leads by Owner: 6 of 12 columns wide, 8 rows tall")
    grown.focus()
    page.keyboard.press("ArrowLeft")
    expect(last.get_by_role("button", name="Resize Leads by Owner: 5 of 12 columns wide, 8 rows tall")).to_be_focused()
    last.get_by_role("button", name="Move Leads by Owner").focus()
    page.keyboard.press("ArrowLeft")
    titles(page, charts[2], charts[1], charts[0])
    expect(last.get_by_role("button", name="Move Leads by Owner, place 1 of 3")).to_be_focused()
    page.get_by_role("navigation").get_by_role("link", name="Leads").first.click()
    page.get_by_role("dialog", name="Discard your changes?").get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Edit").first).to_be_visible()
    page.reload()
    titles(page, charts[2], charts[1], charts[0])
    expect(last).to_have_attribute("data-wide", "5")


def drag(page: Page, grip: Locator, over: Locator, *, escape: bool = False) -> None:
    """Drags a tile past the middle of another one."""
    at, to = grip.bounding_box(), over.bounding_box()
    assert at and to
    page.mouse.move(at["x"] + 8, at["y"] + 8)
    page.mouse.down()
    page.mouse.move(at["x"] + 30, at["y"] + 20, steps=3)
    end = to["x"] + (to["width"] * 0.8 if to["x"] > at["x"] else to["width"] * 0.2)
    page.mouse.move(end, to["y"] + to["height"] / 2, steps=8)
    expect(page.locator(".tile.held")).to_have_count(1)
    if escape:
        page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".tile.held")).to_have_count(0)


def test_a_chart_is_saved_as_picture_and_as_data(sign_in: SignIn, leads: None, tmp_path: Path) -> None:
    page = sign_in("Sara")
    page.goto("/dashboards?dashboard=lead-sources")
    tile = tile_of(page, "Leads by Source")
    expect(tile.get_by_role("link", name="Web: 4")).to_be_visible()
    for entry, ending, begins in (
        ("Save as picture (PNG)", ".png", b"\x89PNG"),
        ("Save as drawing (SVG)", ".svg", b"<svg xmlns"),
        ("Data as Excel file", ".xlsx", b"PK"),
        ("Data as CSV file", ".csv", b"\xef\xbb\xbfLead Source,Leads"),
    ):
        tile.get_by_role("button", name="More about Leads by Source").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=entry).click()
        download.value.save_as(tmp_path / "file")
        assert download.value.suggested_filename.endswith(ending)
        assert (tmp_path / "file").read_bytes().startswith(begins)


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_dashboards_and_charts_by_touch(sign_in: SignIn, leads: None, size: dict[str, object]) -> None:
    page = sign_in("Sara", size)
    page.goto("/dashboards?dashboard=lead-sources")
    tile = tile_of(page, "Leads by Source")
    expect(tile.get_by_role("link", name="Web: 4")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    menu = tile.get_by_role("button", name="More about Leads by Source").bounding_box()
    assert menu and menu["height"] >= 44 and menu["width"] >= 44
    tile.locator(".legend li", has_text="Web").tap()
    rows(page, 4)
    page.goto("/leads?view=open&as=charts")
    pane = page.get_by_role("complementary", name="Charts")
    expect(pane.get_by_role("link", name="Web: 4")).to_be_visible()
    grid, beside = page.locator(".list").bounding_box(), pane.bounding_box()
    assert grid and beside
    if size is TABLET:
        assert beside["x"] >= grid["x"] + grid["width"] - 1
    else:
        assert grid["y"] >= beside["y"] + beside["height"] - 1
    pane.locator(".legend li", has_text="Partner").tap()
    rows(page, 1)


def test_a_tile_is_moved_by_a_finger_on_a_tablet(sign_in: SignIn, leads: None) -> None:
    page = sign_in("Sara", TABLET)
    charts = ("Leads by Source", "Leads by Rating")
    begin(page, *charts)
    at, to = tile_of(page, charts[0]).locator(".grip").bounding_box(), tile_of(page, charts[1]).bounding_box()
    assert at and to
    start, end = (at["x"] + 20, at["y"] + 20), (to["x"] + to["width"] * 0.8, to["y"] + to["height"] / 2)
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    touch("touchStart", start)
    for part in range(1, 11):
        touch("touchMove", tuple(a + (b - a) * part / 10 for a, b in zip(start, end, strict=True)))  # type: ignore[arg-type]
    expect(page.locator(".tile.held")).to_have_count(1)
    titles(page, charts[1], charts[0])
    touch("touchEnd")
    expect(page.locator(".tile.held")).to_have_count(0)
