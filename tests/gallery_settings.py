"""Pictures of address suggestions, of a settings file that is looked through, and of API keys; only keys are saved."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import Page


def address_suggestions(page: Page) -> None:
    page.goto("/settings/addresses")
    page.get_by_role("radio", name="Azure Maps").check()


def settings_file(page: Page) -> None:
    """What a file of another installation would change, with one thing wrong and one left out."""
    page.goto("/settings/file")
    page.get_by_role("link", name="Download the settings").wait_for()
    found = page.request.get("/files/settings").json()
    settings = found["settings"]
    settings["organisation"] |= {"fiscal_month": 4, "currency": "XXX"}
    settings["mail_templates"] |= {
        "After the fair": {"entity": "lead", "subject": "Good to meet you", "body": "<p>…</p>", "active": True}
    }
    settings["duplicates"]["(all)"]["detect_on_import"] = False
    settings["working_days"] |= {"wanda@example.com": {"days": [0, 1, 2], "most_open": 20}}
    body = json.dumps(found | {"organisation": "Northwind"}).encode()
    file = {"name": "Northwind-settings.json", "mimeType": "application/json", "buffer": body}
    page.get_by_label("Choose a file").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_text("Show what changes (Duplicates)").click()


def api_keys(page: Page) -> None:
    """Two keys; the first picture makes them."""
    page.goto("/settings/api-keys")
    page.locator("table.api-keys, .empty h2").first.wait_for()
    for name, user, only in (("Web form", "Ada", False), ("Monthly report", "a", True)):
        if not page.get_by_role("row", name=name).count():
            fill_in_key(page, name, user, only)
            page.get_by_role("dialog").get_by_role("button", name="Add API key").click()
            page.get_by_role("button", name="Copy key").wait_for()
            page.get_by_role("button", name="Done").click()
            page.get_by_role("dialog").get_by_role("alert").get_by_role("button", name="Close").click()
            page.get_by_role("row", name=name).wait_for()


def fill_in_key(page: Page, name: str, user: str, only: bool) -> None:
    page.get_by_role("button", name="Add API key").click()
    dialog = page.get_by_role("dialog", name="Add API key")
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_role("combobox", name="Acts as").fill(user)
    page.get_by_role("listbox").get_by_role("option").first.click()
    if only:
        dialog.get_by_role("switch", name="Only read").click()


def api_key(page: Page) -> None:
    api_keys(page)
    fill_in_key(page, "Trade fair app", "Ada", False)


SCENES: dict[str, Callable[[Page], None]] = {
    "address-suggestions": address_suggestions,
    "settings-file": settings_file,
    "api-keys": api_keys,
    "api-key": api_key,
}
