"""Pictures of address suggestions and of a settings file that is looked through; nothing of both is saved."""

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


SCENES: dict[str, Callable[[Page], None]] = {
    "address-suggestions": address_suggestions,
    "settings-file": settings_file,
}
