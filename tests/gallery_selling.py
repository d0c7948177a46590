"""Scenes of the gallery: boards and calendars, and the settings by which leads are shared out, scored, shown and protected."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page


def board(path: str) -> Callable[[Page], None]:
    """The records of a list as cards."""

    def show(page: Page) -> None:
        page.goto(path)
        page.locator(
            ".board-card[data-card]:visible, .fc-event:visible, .month-card:visible, .day-record:visible, .calendar-sheet:visible"
        ).first.wait_for()

    return show


def assignment_rules(page: Page) -> None:
    """Two rules, made at the first visit."""
    page.goto("/settings/assignment-rules")
    page.get_by_role("button", name="Add rule").wait_for()
    if page.get_by_role("row", name="North").count() == 0:
        for name, code in (("North", "6"), ("South", "3")):
            page.get_by_role("button", name="Add rule").click()
            dialog = page.get_by_role("dialog")
            dialog.get_by_label("Name", exact=True).fill(name)
            _condition(page, "ZIP/Postal Code", "Begins with", code)
            dialog.get_by_role("combobox", name="User or team").fill("a")
            dialog.get_by_role("listbox").get_by_role("option").first.click()
            dialog.get_by_role("button", name="Add rule").click()
            dialog.wait_for(state="hidden")
    page.get_by_role("row", name="South").wait_for()


def assignment_rule(page: Page) -> None:
    assignment_rules(page)
    page.get_by_role("button", name="Add rule").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Trade fairs")
    _condition(page, "Company Name", "Contains", "Wood")
    dialog.get_by_role("radio", name="Several by turns").check()


def lead_score(page: Page) -> None:
    """Two rules, made at the first visit."""
    page.goto("/settings/lead-score")
    page.get_by_role("button", name="Add rule").wait_for()
    if page.get_by_role("row", name="Company is known").count() == 0:
        for points, reason, field in (
            ("18", "Company is known", "Company Name"),
            ("12", "Can be rung", "Business Phone"),
        ):
            page.get_by_role("button", name="Add rule").click()
            dialog = page.get_by_role("dialog")
            dialog.get_by_label("Points").fill(points)
            dialog.get_by_label("Reason").fill(reason)
            row = dialog.get_by_role("group", name="Row 1")
            row.get_by_label("Field").select_option(label=field)
            row.get_by_label("Operator").select_option(label="Contains data")
            dialog.get_by_role("button", name="Add rule").click()
            dialog.wait_for(state="hidden")
    page.get_by_role("row", name="Can be rung").wait_for()


def why_this_score(page: Page) -> None:
    lead_score(page)
    page.goto("/leads?view=open&sort=name")
    page.get_by_role("grid", name="Leads").get_by_role("link").first.click()
    page.get_by_role("group", name="Score").get_by_role("button").click()
    page.get_by_role("dialog", name="Why this score?").wait_for()


def form_editor(page: Page) -> None:
    page.goto("/settings/forms/lead")
    editor = page.get_by_role("region", name="Editor of the form")
    editor.get_by_role("tab", name="Summary").wait_for()
    editor.get_by_role("button", name="Company Name").first.click()


def process_editor(page: Page) -> None:
    page.goto("/settings/processes/opportunity_sales")
    page.get_by_role("region", name="Stage Develop", exact=True).wait_for()


def shown(path: str) -> Callable[[Page], None]:
    def show(page: Page) -> None:
        page.goto(path)
        page.locator("main h1, main h2").first.wait_for()
        page.locator("main table, main form").first.wait_for()

    return show


def _condition(page: Page, field: str, operator: str, value: str) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Add row").click()
    row = dialog.get_by_role("group", name="Row 1")
    row.get_by_label("Field").select_option(label=field)
    row.get_by_label("Operator").select_option(label=operator)
    row.get_by_role("textbox").fill(value)


SCENES: dict[str, Callable[[Page], None]] = {
    "board": board("/leads?view=open&as=board&lanes=rating"),
    "board-stages": board("/opportunities?view=open&as=board"),
    "close-dates": board("/opportunities?view=all&as=calendar"),
    "assignment-rules": assignment_rules,
    "assignment-rule": assignment_rule,
    "lead-score": lead_score,
    "why-this-score": why_this_score,
    "forms": shown("/settings/forms"),
    "form-editor": form_editor,
    "processes": shown("/settings/processes"),
    "process-editor": process_editor,
    "security-roles": shown("/settings/security-roles"),
    "why": shown("/why"),
}
