"""A key is made in the settings, a program brings a lead with it, sellers see it come, and the key is revoked (docs/api.md)."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, TABLET, SignIn
from tests.office import Office


def add_key(page: Page, name: str, user: str) -> str:
    """A key as the page shows it, this once."""
    page.goto("/settings/api-keys")
    page.get_by_role("button", name="Add API key").click()
    dialog = page.get_by_role("dialog", name="Add API key")
    dialog.get_by_role("button", name="Add API key").click()
    expect(dialog).to_contain_text("Choose a user as whom the program acts.")
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_role("combobox", name="Acts as").fill(user)
    page.get_by_role("option", name=re.compile(user)).click()
    dialog.get_by_role("button", name="Add API key").click()
    shown = page.get_by_role("dialog", name=f"API key of {name}")
    secret = shown.get_by_role("textbox", name="API key").input_value()
    shown.get_by_role("button", name="Done").click()
    expect(shown.get_by_role("alert")).to_contain_text("You have not copied the key")
    shown.get_by_role("button", name="Keep open").click()
    shown.get_by_role("button", name="Copy key").click()
    shown.get_by_role("button", name="Done").click()
    expect(shown).to_be_hidden()
    return secret


@pytest.mark.parametrize("device", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_a_program_with_a_key_brings_a_lead_and_is_refused_once_the_key_is_revoked(
    sign_in: SignIn, office: Office, device: dict[str, object]
) -> None:
    office.commit()
    page = sign_in("Ada", device)
    name = "Web form"
    secret = add_key(page, name, "Sara")
    page.context.grant_permissions(["clipboard-read"])
    assert page.evaluate("navigator.clipboard.readText()") == secret
    row = page.get_by_role("row", name=re.compile(name))
    expect(row).to_contain_text("Sara")
    expect(row).to_contain_text(secret[:8])

    address = page.url.split("/settings")[0] + "/api/v1/leads"
    program = httpx.Client(headers={"Authorization": f"Bearer {secret}"})
    made = program.post(address, json={"fields": {"topic": "Asked on the web", "last_name": "Webb"}})
    assert made.status_code == 201, made.text
    seller = sign_in("Sara", DESKTOP)
    seller.goto("/leads")
    seller.get_by_role("row", name=re.compile("Webb")).get_by_role("link", name="Webb").click()
    timeline = seller.get_by_role("region", name="Timeline")
    expect(timeline).to_contain_text("created this record")
    changed = program.patch(f"{address}/{made.json()['id']}", json={"fields": {"city": "Bonn"}})
    assert changed.status_code == 200, changed.text
    expect(timeline).to_contain_text("City")

    page.reload()
    expect(row).not_to_contain_text("never")
    row.get_by_role("button", name=f"Commands for {name}").click()
    page.get_by_role("menuitem", name="Revoke").click()
    question = page.get_by_role("dialog", name="Revoke")
    expect(question).to_contain_text("Programs that use it are refused at once")
    question.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("heading", name="No API keys yet")).to_be_visible()
    assert program.get(address).status_code == 401
