"""Pictures of option lists and custom fields. The fields are made once, for opportunities: no other scene shows their details."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

#: Label → kind and what else is typed.
FIELDS: dict[str, tuple[str, dict[str, str]]] = {
    "Delivery area": ("choice", {"Options": "North\nSouth\nOverseas", "Help": "Decides who plans the transport."}),
    "Number of sites": ("whole", {"Smallest value": "1", "Largest value": "500"}),
    "Contract ends on": ("date", {"Help": "Of the contract with whoever delivers today."}),
    "Special wishes": ("memo", {}),
    "Recommended by": ("lookup", {}),
}


def option_lists(page: Page) -> None:
    page.goto("/settings/option-lists?list=LeadSource")
    page.get_by_role("table", name="Lead Source").wait_for()


def reasons(page: Page) -> None:
    page.goto("/settings/option-lists?list=LeadReason")
    page.get_by_role("table", name="Status Reason (Lead)").wait_for()


def option(page: Page) -> None:
    """The dialog of a new reason, half filled in."""
    reasons(page)
    page.get_by_role("button", name="Add option").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Label").fill("Too small for us")
    dialog.get_by_label("Status", exact=True).select_option(label="Disqualified")
    dialog.get_by_role("group", name="Colour").get_by_text("Grey").click()


def custom_fields(page: Page) -> None:
    page.goto("/settings/fields?table=opportunity")
    page.get_by_role("heading", name="Custom fields").wait_for()
    if page.get_by_role("row", name="Recommended by").count() == 0:
        for label, (kind, more) in FIELDS.items():
            page.get_by_role("button", name="Add field").click()
            dialog = page.get_by_role("dialog")
            dialog.get_by_label("Label").fill(label)
            dialog.get_by_label("Kind").select_option(kind)
            for name, text in more.items():
                dialog.get_by_label(name, exact=True).fill(text)
            dialog.get_by_role("button", name="Add field").click()
            page.get_by_role("row", name=label).wait_for()
        page.reload()
    page.get_by_role("row", name="Recommended by").wait_for()


def custom_field(page: Page) -> None:
    """The dialog of a new choice, half filled in."""
    custom_fields(page)
    page.get_by_role("button", name="Add field").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Label").fill("Loading bay")
    dialog.get_by_label("Kind").select_option("choice")
    dialog.get_by_label("Options").fill("At the ramp\nFrom the side\nBy crane")


def own_fields(page: Page) -> None:
    """What a seller sees of them."""
    custom_fields(page)
    page.goto("/opportunities?view=open")
    page.get_by_role("grid", name="Opportunities").get_by_role("link").first.click()
    page.locator(".record-title h1").wait_for()
    page.get_by_role("tab", name="Details").click()
    page.get_by_role("region", name="More").scroll_into_view_if_needed()


SCENES: dict[str, Callable[[Page], None]] = {
    "option-lists": option_lists,
    "status-reasons": reasons,
    "option": option,
    "custom-fields": custom_fields,
    "custom-field": custom_field,
    "own-fields": own_fields,
}
