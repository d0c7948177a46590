"""Exporting from a list: the dialog, the file, the page of exports; what was exported comes back unchanged."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rxcrm.models.exporting import runs
from rxcrm.models.lead import Lead
from tests.e2e.conftest import DESKTOP, PHONE, TABLET, SignIn
from tests.office import Office


def leads(office: Office, n: int = 3) -> None:
    for i in range(n):
        office.lead(office.sara, topic=f"Topic {i:03}", first_name="Anna", last_name=f"Nr{i:03}")
    office.commit()


def ask(page: Page, what: str = "Export this view…") -> None:
    page.get_by_role("toolbar", name="Commands").get_by_role("button", name="Export").click()
    page.get_by_role("menuitem", name=what).click()


def saved(page: Page, folder: Path) -> list[list[str]]:
    dialog = page.get_by_role("dialog", name="Export")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Export").click()
    expect(dialog).to_be_hidden()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.reader(text))


@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE])
def test_a_view_is_saved_as_it_stands_on_the_screen(
    sign_in: SignIn, office: Office, tmp_path: Path, size: dict[str, object]
) -> None:
    leads(office)
    page = sign_in("Sara", size)
    page.goto("/leads?view=open&sort=-topic&q=topic")
    page.get_by_role("grid").get_by_role("link").first.wait_for()
    ask(page)
    dialog = page.get_by_role("dialog", name="Export")
    expect(dialog.get_by_role("radio", name="All rows of “Open Leads” (3)")).to_be_checked()
    dialog.get_by_role("radio", name="Text with delimiters (.csv)").check()
    dialog.get_by_role("combobox", name="Delimiter").select_option(label="Comma")
    found = saved(page, tmp_path)
    assert found[0][:3] == ["Name", "Topic", "Company Name"]
    assert [row[1] for row in found[1:]] == ["Topic 002", "Topic 001", "Topic 000"]


@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE])
def test_past_exports_tell_how_much_they_hold(sign_in: SignIn, office: Office, size: dict[str, object]) -> None:
    leads(office)
    page = sign_in("Sara", size)
    asked = {"entity": "lead", "view": "open", "format": "csv", "which": "shown"}
    assert page.request.post("/files/export", data=asked).ok
    page.goto("/exports")
    row = page.get_by_role("table", name="Exports").get_by_role("row").filter(has_text="Open Leads")
    expect(row.get_by_text("this minute").filter(visible=True)).to_have_count(1)
    expect(row.get_by_text(re.compile(r"\d B")).filter(visible=True)).to_have_count(1)
    expect(row.get_by_role("link", name=re.compile("^Open Leads"))).to_be_visible()
    if size is not PHONE:
        link = page.get_by_role("navigation", name="Site map").get_by_role("link", name="Exports")
        expect(link).to_have_attribute("aria-current", "page")


def test_ticked_rows_and_moved_columns(sign_in: SignIn, office: Office, tmp_path: Path) -> None:
    leads(office)
    page = sign_in("Sara")
    page.goto("/leads?view=open&sort=topic")
    grid = page.get_by_role("grid")
    grid.get_by_role("columnheader", name="Topic").get_by_role("button", name="Topic", exact=True).focus()
    page.keyboard.press("Alt+ArrowLeft")
    grid.get_by_role("checkbox", name="Select Anna Nr002").click()
    grid.get_by_role("checkbox", name="Select Anna Nr000").click()
    ask(page, "Export the selected rows…")
    dialog = page.get_by_role("dialog", name="Export")
    expect(dialog.get_by_role("radio", name="The 2 selected rows")).to_be_checked()
    dialog.get_by_role("radio", name=".csv").check()
    found = saved(page, tmp_path)
    assert found[0][:2] == ["Topic", "Name"]
    assert [row[0] for row in found[1:]] == ["Topic 000", "Topic 002"]


def test_the_menu_works_by_keyboard(sign_in: SignIn, office: Office) -> None:
    leads(office)
    page = sign_in("Sara")
    page.goto("/contacts")
    button = page.get_by_role("toolbar", name="Commands").get_by_role("button", name="Export")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Export this view…")).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Export")
    expect(dialog.get_by_role("radio", name="vCards (.vcf)")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_templates_come_from_the_same_menu(sign_in: SignIn, office: Office) -> None:
    page = sign_in("Sara")
    page.goto("/accounts")
    page.get_by_role("toolbar", name="Commands").get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Template of this view").click()
    assert download.value.suggested_filename == "Template – Active Accounts.xlsx"


def test_a_large_export_is_made_in_the_background_and_the_bell_rings(
    sign_in: SignIn, office: Office, tmp_path: Path
) -> None:
    rows = [
        {"topic": f"Topic {i}", "last_name": "Nr", "created_on": office.now, "modified_on": office.now}
        for i in range(runs.AT_ONCE + 1)
    ]
    owned = {"owner_user_id": office.sara.id, "unit_id": office.sara.unit_id, "status_reason": 1}
    office.session.connection().execute(Lead.__table__.insert(), [{**row, **owned} for row in rows])  # type: ignore[attr-defined]
    office.commit()
    page = sign_in("Sara")
    page.goto("/leads?view=open")
    page.get_by_role("grid").get_by_role("link").first.wait_for()
    ask(page)
    dialog = page.get_by_role("dialog", name="Export")
    dialog.get_by_role("radio", name=".csv").check()
    dialog.get_by_role("button", name="Export").click()
    expect(dialog.get_by_role("status")).to_contain_text("made in the background")
    dialog.get_by_role("button", name="Show my exports").click()
    table = page.get_by_role("table", name="Exports")
    expect(table.get_by_text("Completed")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Notifications, 1 unread")).to_be_visible()
    with page.expect_download() as download:
        table.get_by_role("link", name="Download Open Leads").click()
    download.value.save_as(tmp_path / "leads.csv")
    assert len((tmp_path / "leads.csv").read_text(encoding="utf-8-sig").splitlines()) == runs.AT_ONCE + 2
    table.get_by_role("button", name="Commands for Open Leads").click()
    page.get_by_role("menuitem", name="Delete the file").click()
    expect(table.get_by_role("link", name="Download Open Leads")).to_be_hidden()
