"""The tables of the settings in a browser: when somebody signed in last, also after he has signed out."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import SignIn


def test_the_table_of_users_says_when_somebody_signed_in_last(sign_in: SignIn) -> None:
    assert sign_in("Sara").context.request.post("/auth/logout").ok
    page = sign_in("Ada")
    page.goto("/settings/users")
    table = page.get_by_role("table", name="Users")
    expect(table.get_by_role("columnheader", name="Last signed in")).to_be_visible()
    for name in ("Ada", "Sara"):
        when = table.get_by_role("row").filter(has_text=f"{name.lower()}@contoso.com").locator("time")
        expect(when).to_contain_text("20")
    expect(table.get_by_role("row").filter(has_text="tom@contoso.com")).to_contain_text("Never")
    page.get_by_role("link", name="Business units").click()
    units = page.get_by_role("table", name="Business units")
    expect(units.get_by_role("row").filter(has_text="North")).to_contain_text("3 users")
    page.get_by_role("button", name="Commands for North").click()
    expect(page.get_by_role("menuitem", name="Rename")).to_be_visible()
