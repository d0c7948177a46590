"""Duplicates: the panel while typing, the dialog on saving, View duplicates, the page of pairs, the rules."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import PHONE, SignIn
from tests.office import Office


def field(page: Page, label: str):  # type: ignore[no-untyped-def]
    return page.get_by_role("tabpanel").get_by_label(label, exact=True)


def an_existing_lead(office: Office) -> int:
    lead = office.lead(first_name="Regina", last_name="Murphy", company_name="Contoso Inc.", email="regina@contoso.com")
    office.commit()
    return lead.id or 0


def a_new_lead(page: Page, **values: str) -> None:
    page.goto("/leads/new")
    for label, text in {"Topic": "Lamps", **values}.items():
        field(page, label.replace("_", " ")).fill(text)


def test_who_it_may_be_already_is_shown_while_a_lead_is_typed(sign_in: SignIn, office: Office) -> None:
    an_existing_lead(office)
    office.contact(first_name="Regina", last_name="Murphy", email="REGINA@contoso.com")
    office.commit()
    page = sign_in("Sara")
    a_new_lead(page, First_Name="Regina", Last_Name="Merphy")
    panel = page.get_by_role("complementary", name=re.compile("possible duplicate"))
    expect(panel).to_have_count(0)
    field(page, "Company Name").fill("Contoso")
    expect(panel).to_contain_text("Regina Murphy")
    expect(panel).to_contain_text("Similar name")
    expect(panel).to_contain_text("Very likely")
    field(page, "Email").fill("regina@contoso.com")
    expect(panel).to_contain_text("2 possible duplicates")
    expect(panel.get_by_role("listitem").nth(1)).to_contain_text("Contact")
    panel.get_by_role("button").click()
    expect(panel.get_by_role("list")).to_be_hidden()
    assert panel.get_by_role("link", include_hidden=True).first.get_attribute("target") == "_blank"


def test_on_a_phone_the_panel_is_folded_until_one_wants_it(sign_in: SignIn, office: Office) -> None:
    an_existing_lead(office)
    page = sign_in("Sara", PHONE)
    a_new_lead(page, Last_Name="Murphy", Email="regina@contoso.com")
    head = page.get_by_role("button", name="1 possible duplicate")
    expect(head).to_have_attribute("aria-expanded", "false")
    head.tap()
    expect(page.get_by_role("link", name="Regina Murphy")).to_be_visible()


def test_cancel_keeps_what_was_typed_and_ignore_saves_it(sign_in: SignIn, office: Office) -> None:
    existing = an_existing_lead(office)
    page = sign_in("Sara")
    a_new_lead(page, First_Name="Regina", Last_Name="Murphy", Email="regina@contoso.com")
    page.keyboard.press("Control+s")
    dialog = page.get_by_role("dialog", name="Duplicates detected")
    mine = dialog.get_by_role("table", name="The record that you are saving")
    expect(mine).to_contain_text("Regina Murphy")
    theirs = dialog.get_by_role("table", name="Possible duplicates")
    expect(theirs.get_by_role("link", name="Regina Murphy")).to_have_attribute("href", f"/leads/{existing}")
    expect(theirs).to_contain_text("Same e-mail address")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    expect(page).to_have_url(re.compile("/leads/new$"))
    expect(field(page, "Email")).to_have_value("regina@contoso.com")
    page.keyboard.press("Control+s")
    dialog.get_by_role("button", name="Ignore and save").click()
    expect(page).to_have_url(re.compile(r"/leads/\d+$"))
    expect(page.locator(".save-state")).to_have_text("Saved")
    field(page, "Job Title").fill("Buyer")
    page.keyboard.press("Control+s")
    expect(page.locator(".save-state")).to_have_text("Saved")
    expect(dialog).to_be_hidden()


def test_not_a_duplicate_is_remembered(sign_in: SignIn, office: Office) -> None:
    an_existing_lead(office)
    other = office.lead(first_name="Rita", last_name="Murphy", email="regina@contoso.com")
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{other.id}")
    page.get_by_role("button", name="View duplicates").click()
    pane = page.get_by_role("dialog", name="Duplicates of Rita Murphy")
    expect(pane.get_by_role("link", name="Merge with Regina Murphy")).to_have_attribute(
        "href", re.compile(rf"/merge/lead\?ids={other.id},\d+$")
    )
    pane.get_by_role("button", name="Regina Murphy is not a duplicate").click()
    expect(pane).to_contain_text("Nothing like this was found.")
    pane.get_by_role("button", name="Close").click()
    page.reload()
    page.get_by_role("button", name="View duplicates").click()
    expect(pane).to_contain_text("Nothing like this was found.")


def test_a_whole_table_is_searched_in_the_background(sign_in: SignIn, office: Office) -> None:
    an_existing_lead(office)
    office.lead(first_name="Regina", last_name="Merphy", company_name="Contoso")
    office.lead(first_name="Olga", last_name="Nowak", company_name="Fabrikam")
    office.commit()
    page = sign_in("Mia")
    page.goto("/duplicates")
    page.get_by_role("button", name="Search now").click()
    table = page.get_by_role("table", name="Pairs that may be one")
    expect(table.get_by_role("row")).to_have_count(2)
    expect(table).to_contain_text("Regina Merphy")
    expect(page.get_by_text("Searched")).to_be_visible()
    table.get_by_role("button", name="Regina Murphy and Regina Merphy are not duplicates").click()
    expect(page.get_by_text("No duplicates were found.")).to_be_visible()


def test_an_administrator_switches_a_rule_off_and_is_told_what_is_wrong_with_another(
    sign_in: SignIn, office: Office
) -> None:
    page = sign_in("Ada")
    page.goto("/settings/duplicates")
    row = page.get_by_role("row").filter(has_text="Leads with the same phone number")
    row.get_by_role("button", name="Commands for Leads with the same phone number").click()
    page.get_by_role("menuitem", name="Switch off").click()
    expect(row).to_contain_text("Off")
    page.get_by_role("button", name="Add rule").click()
    form = page.get_by_role("dialog", name="Add rule")
    form.get_by_label("Name", exact=True).fill("Same topic")
    form.get_by_label("Comparison").first.select_option("exact")
    form.locator("summary").first.click()
    form.get_by_label("Field", exact=True).first.select_option("topic")
    form.get_by_label("Field of the other table").first.select_option("topic")
    form.get_by_role("button", name="Add rule").click()
    expect(form).to_contain_text("At least one condition must compare")
    form.get_by_label("Comparison").first.select_option("company")
    form.get_by_role("button", name="Add rule").click()
    expect(page.get_by_role("row").filter(has_text="Same topic")).to_contain_text("Off")
