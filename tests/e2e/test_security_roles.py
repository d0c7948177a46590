"""Security roles in a browser: a cell of the matrix, a role of one's own, and what a seller sees of it (S 9.4)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import PHONE, TABLET, SignIn
from tests.office import Office


def test_a_cell_of_the_matrix_is_set_and_a_seller_may_that_at_once(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.tom, topic="Lamps", last_name="Kowalska")
    office.commit()
    seller = sign_in("Tim")
    seller.goto(f"/leads/{lead.id}")
    expect(seller.get_by_label("Last Name", exact=True)).to_be_visible()
    admin = sign_in("Ada")
    admin.goto("/settings/users")
    admin.get_by_role("link", name="Security roles").click()
    admin.get_by_role("navigation", name="Security roles").get_by_role("link", name="Sales Team Member").click()
    expect(admin).to_have_url(re.compile("/settings/security-roles/team_member"))
    expect(admin.get_by_role("region", name="Privileges").locator("header")).to_contain_text("Sales Team Member")
    cell = admin.get_by_role("combobox", name="Leads: Read")
    cell.select_option(label="User")
    admin.get_by_role("button", name="Discard").click()
    expect(cell).to_have_value("4")
    cell.select_option(label="User")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_role("button", name="As shipped")).to_be_visible()
    expect(admin.get_by_text("Beyond what somebody may read they do nothing.").first).to_be_visible()
    seller.reload()
    expect(seller.get_by_label("Last Name", exact=True)).to_have_count(0)
    admin.get_by_role("button", name="As shipped").click()
    admin.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(cell).to_have_value("4")
    expect(admin.get_by_role("button", name="As shipped")).to_have_count(0)
    admin.get_by_role("navigation", name="Security roles").get_by_role("link", name="System Administrator").click()
    expect(cell).to_be_disabled()


@pytest.mark.parametrize("shape", [TABLET, PHONE], ids=["tablet", "phone"])
def test_a_role_of_ones_own_by_touch(sign_in: SignIn, shape: dict[str, object]) -> None:
    page = sign_in("Ada", shape)
    page.goto("/settings/security-roles")
    page.get_by_role("button", name="Add role").tap()
    dialog = page.get_by_role("dialog", name="Add role")
    dialog.get_by_role("button", name="Add role").tap()
    expect(dialog).to_contain_text("Name is required.")
    dialog.get_by_label("Name").fill("Trainee")
    dialog.get_by_label("Begin with the privileges of").select_option(label="Sales Team Member")
    dialog.get_by_role("button", name="Add role").tap()
    expect(page).to_have_url(re.compile("/settings/security-roles/role_"))
    export = page.get_by_role("switch", name="Export")
    expect(export).to_be_checked()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_have_count(0)  # that of the new role is gone
    export.tap()
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    page.goto("/settings/users")
    page.get_by_role("button", name="Add user").tap()
    expect(page.get_by_role("checkbox", name="Trainee")).to_be_visible()
    page.get_by_role("button", name="Cancel").tap()
    page.goto("/settings/security-roles")
    page.get_by_role("navigation", name="Security roles").get_by_role("link", name="Trainee").tap()
    expect(page.get_by_role("switch", name="Export")).not_to_be_checked()
    page.get_by_role("button", name="Delete", exact=True).tap()
    page.get_by_role("dialog").get_by_role("button", name="Delete").tap()
    expect(page.get_by_role("link", name="Trainee")).to_have_count(0)


def test_somebody_is_told_why_a_command_is_missing(sign_in: SignIn) -> None:
    page = sign_in("Tim")
    page.goto("/leads")
    page.get_by_role("button", name="User menu").click()
    page.get_by_role("menuitem", name="Why don't I see …?").click()
    commands = page.get_by_role("table", name="Commands")
    row = commands.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Qualify", exact=True))
    expect(row).to_contain_text("None of the user's roles grants Write on Leads.")
    expect(page.get_by_label("User", exact=True)).to_have_count(0)
    page.get_by_label("Table").select_option(label="Accounts")
    expect(commands.get_by_role("rowheader", name="Qualify")).to_have_count(0)
    expect(page.get_by_role("table", name="Fields").get_by_role("rowheader", name="Account Name")).to_be_visible()
    admin = sign_in("Ada")
    admin.goto("/why")
    expect(admin.get_by_role("table", name="Commands").get_by_role("row").nth(1)).to_contain_text("Yes")
    admin.get_by_label("User", exact=True).select_option(label="Tim")
    expect(admin.get_by_role("table", name="Commands").get_by_role("row").nth(1)).to_contain_text("No")
