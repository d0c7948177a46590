"""Importing in a browser: who owns the rows, and numbers as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import func, select

from rxcrm.models.lead import Lead
from tests.e2e.conftest import DESKTOP, PHONE, TABLET, SignIn
from tests.models.import_files import HEAD, csv_file
from tests.office import Office


def upload(page: Page, file: Path) -> None:
    """Come to the page of a file's columns."""
    page.goto("/import")
    page.get_by_label("Choose a file").set_input_files(file)
    expect(page.get_by_label("Field for Last Name")).to_have_value("last_name")


@pytest.mark.parametrize("shape", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_rows_without_an_owner_go_to_whom_the_importer_chose(
    sign_in: SignIn, office: Office, tmp_path: Path, shape: dict[str, object]
) -> None:
    sara = office.sara.id
    office.commit()  # an open transaction here would keep the import waiting
    page = sign_in("Mia", shape)
    upload(page, csv_file(tmp_path, [HEAD, *([f"Forklift {n}", "Ana", "Sousa"] for n in range(1234))]))
    owner = page.get_by_role("combobox", name="Owner of rows without one")
    expect(owner).to_have_accessible_description("No column goes to Owner: takes every row.")
    expect(owner.locator("option")).to_have_text(
        ["Me (Mia)", "Sara (sara@contoso.com)", "Tim (tim@contoso.com)", "Tom (tom@contoso.com)"]
    )
    owner.select_option(label="Sara (sara@contoso.com)")
    page.reload()
    expect(owner).to_have_value(str(sara))
    page.get_by_role("button", name="Check").click()
    figures = page.locator("dl.books .figure")
    expect(figures.first).to_contain_text("1,234")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("link", name="Show the leads")).to_be_visible()
    expect(figures.nth(1)).to_contain_text("1,234")
    owned = select(func.count()).select_from(Lead).where(Lead.owner_user_id == sara)
    assert office.session.exec(owned).one() == 1234
    page.get_by_role("link", name="All imports").click()
    expect(page.get_by_role("row").filter(has_text="leads.csv")).to_contain_text("1,234")


def test_whoever_may_not_choose_sees_why(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("Sara")
    upload(page, csv_file(tmp_path, [HEAD, ["Forklifts", "Ana", "Sousa"]]))
    owner = page.get_by_role("combobox", name="Owner of rows without one")
    expect(owner).to_be_disabled()
    expect(owner).to_have_accessible_description("There is nobody else whom you may choose.")
