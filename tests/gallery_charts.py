"""Scenes of the gallery: charts beside lists, dashboards, and what describes them."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page


def loaded(page: Page) -> None:
    """Every tile shows what it has to show."""
    page.locator(".tile").first.wait_for()
    page.wait_for_function("() => !document.querySelector('.tile-skeleton, .tile .busy')")


def board(key: str) -> Callable[[Page], None]:
    def show(page: Page) -> None:
        page.goto(f"/dashboards?dashboard={key}")
        loaded(page)

    return show


def pane(page: Page) -> None:
    page.goto("/leads?view=open&as=charts&chart=by-source-and-rating")
    page.locator(".charts-pane .chart").wait_for()
    page.get_by_role("grid", name="Leads").get_by_role("link").first.wait_for()


def editing(page: Page) -> None:
    board("sales-performance")(page)
    page.get_by_role("button", name="Edit", exact=True).click()
    page.locator(".corner").first.wait_for()
    loaded(page)


def tile(page: Page) -> None:
    """A tile with a filter of its own, as it is described."""
    editing(page)
    page.get_by_role("button", name="Add tile").first.click()
    dialog = page.get_by_role("dialog", name="Add tile")
    dialog.get_by_label("Divide by").select_option(label="Rating")
    dialog.get_by_role("button", name="Filter the rows").click()
    dialog.get_by_role("combobox", name="Field").select_option(label="Created On")
    dialog.get_by_label("Operator").select_option(label="This year")
    dialog.locator(".chart-preview .mark").first.wait_for()
    dialog.locator(".chart-preview .chart-body:not(.busy)").wait_for()


SCENES: dict[str, Callable[[Page], None]] = {
    "charts": pane,
    "dashboard": board("sales-activity"),
    "dashboard-performance": board("sales-performance"),
    "dashboard-sources": board("lead-sources"),
    "dashboard-funnel": board("funnel"),
    "dashboard-team": board("team"),
    "dashboard-edit": editing,
    "tile": tile,
}
