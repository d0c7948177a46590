"""An administrator says who gets new leads, tries it, and a seller's lead goes there (issue 6, 5; S 3.10)."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from rxcrm.models.lead import Lead
from tests.e2e.conftest import DESKTOP, TABLET, SignIn
from tests.models.test_assignment_rules import rule
from tests.office import Office

PATH = "/settings/assignment-rules"


def choose(dialog: Locator, label: str, *names: str, tap: bool = False) -> None:
    """Find users and teams by typing, and take them."""
    box = dialog.get_by_role("combobox", name=label)
    for name in names:
        box.fill(name)
        option = dialog.get_by_role("option", name=name)
        option.tap() if tap else option.click()
        expect(dialog.get_by_role("button", name=f"Remove {name}")).to_be_visible()


def condition(dialog: Locator, field: str, operator: str, value: str) -> None:
    dialog.get_by_role("button", name="Add row").click()
    row = dialog.get_by_role("group", name="Row 1")
    row.get_by_label("Field").select_option(label=field)
    row.get_by_label("Operator").select_option(label=operator)
    row.get_by_role("textbox").fill(value)


def type_lead(page: Page, last: str, code: str, mine: bool = False) -> None:
    page.goto("/leads/new")
    expect(page.get_by_label("Topic").first).to_be_editable(timeout=30_000)
    page.get_by_label("Topic").first.fill("Lamps")
    page.get_by_label("Last Name").first.fill(last)
    page.get_by_label("ZIP/Postal Code").first.fill(code)
    if mine:
        page.get_by_role("combobox", name="Owner").select_option(label="Me (Sara)")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(re.compile(r"/leads/\d+$"))


def test_a_rule_is_built_tried_switched_on_and_gives_leads_by_turns(sign_in: SignIn, office: Office) -> None:
    for code in ("60-001", "61-002", "62-003", "80-001"):
        office.lead(office.sara, postal_code=code)
    office.commit()
    ada, sara = sign_in("Ada"), sign_in("Sara", DESKTOP)
    ada.goto(PATH)
    ada.get_by_role("button", name="Add rule").click()
    dialog = ada.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("North")
    condition(dialog, "ZIP/Postal Code", "Begins with", "6")
    dialog.get_by_role("radio", name="Several by turns").check()
    choose(dialog, "Users, teams and territories", "Tom", "Olaf")
    dialog.get_by_role("button", name="Try", exact=True).click()
    tried = dialog.get_by_role("row", name="North")
    expect(tried).to_contain_text("Tom 2")
    expect(tried).to_contain_text("Olaf 1")
    expect(dialog.get_by_role("row", name="No rule")).to_contain_text("1")
    dialog.get_by_role("button", name="Add rule").click()
    expect(dialog).to_have_count(0)
    row = ada.get_by_role("row", name="North")
    expect(row).to_contain_text("ZIP/Postal Code · Begins with · 6")
    expect(row).to_contain_text("By turns: Tom, Olaf")
    expect(row).to_contain_text("Draft")
    ada.get_by_role("switch", name="North is on").press("Space")
    expect(ada.get_by_role("switch", name="North is on")).to_be_checked()

    type_lead(sara, "Nowak", "61-001")
    expect(sara.get_by_text("The assignment rule “North” gave this lead to Tom.")).to_be_visible()
    expect(sara.get_by_role("group", name="Owner")).to_contain_text("Tom")
    expect(sara.get_by_text("by the assignment rule “North”").first).to_be_visible()
    type_lead(sara, "Kept", "61-001", mine=True)
    expect(sara.get_by_role("group", name="Owner")).to_contain_text("Sara")
    type_lead(sara, "Lis", "62-001")
    expect(sara.get_by_role("group", name="Owner")).to_contain_text("Olaf")


def test_rules_are_ordered_and_switched_by_keyboard_and_unfinished_rows_are_no_rule(
    sign_in: SignIn, office: Office
) -> None:
    rule(office, "First")
    rule(office, "Second", office.olaf)
    office.commit()
    ada = sign_in("Ada")
    ada.goto(PATH)
    names = ada.get_by_role("table", name="Assignment rules").get_by_role("rowheader")
    expect(names).to_contain_text(["First", "Second"], timeout=30_000)
    ada.get_by_role("button", name="Move First down").press("Enter")
    expect(names).to_contain_text(["Second", "First"])
    ada.get_by_role("button", name="Commands for First").press("Enter")
    ada.get_by_role("menuitem", name="Switch off").press("Enter")
    expect(ada.get_by_role("switch", name="First is on")).not_to_be_checked()
    ada.get_by_role("button", name="First", exact=True).press("Enter")
    dialog = ada.get_by_role("dialog")
    dialog.get_by_role("button", name="Add row").press("Enter")
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(dialog.get_by_text("Finish the rows of the condition, or remove them.")).to_be_visible()
    dialog.get_by_role("button", name="Remove row 2").press("Enter")
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(dialog).to_have_count(0)


def test_by_touch_limits_and_days_are_set_and_a_lead_that_nobody_got_is_run_again(
    sign_in: SignIn, office: Office
) -> None:
    rule(office, "North", office.tom, most_open="1")
    office.commit()
    ada, sara = sign_in("Ada", TABLET), sign_in("Sara", DESKTOP)
    ada.goto(PATH)
    form = ada.get_by_role("form", name="When rules are asked")
    expect(form).to_be_visible(timeout=30_000)
    choose(form, "Fall-back owner", "Mia", tap=True)
    form.get_by_role("button", name="Save").tap()
    expect(ada.get_by_text("Saved", exact=True).first).to_be_visible()

    type_lead(sara, "Nowak", "61-001")
    type_lead(sara, "Lis", "62-001")
    expect(sara.get_by_role("group", name="Owner")).to_contain_text("Mia")
    expect(sara.get_by_text("found nobody by the assignment rule “North”").first).to_be_visible()

    ada.reload()
    failed = ada.get_by_role("region", name="Leads that nobody could get")
    expect(failed.get_by_role("row", name="Lis")).to_contain_text("as many open leads as allowed")
    ada.get_by_role("table", name="People").get_by_role("button", name="Tom", exact=True).tap()
    dialog = ada.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="Saturday").tap()
    dialog.get_by_label("Open leads, at most").fill("5")
    dialog.get_by_role("button", name="Save").tap()
    expect(ada.get_by_role("table", name="People").get_by_role("row", name="Tom")).to_contain_text("5")
    ada.get_by_role("button", name="North", exact=True).tap()
    dialog.get_by_label("Open leads each, at most").fill("")
    dialog.get_by_role("button", name="Save").tap()
    expect(dialog).to_have_count(0)
    failed.get_by_role("button", name=re.compile("Commands for")).tap()
    ada.get_by_role("menuitem", name="Run the rules again").tap()
    expect(failed).to_have_count(0)
    office.session.expire_all()
    lead = office.session.exec(select(Lead).where(Lead.last_name == "Lis")).one()
    assert lead.owner_user_id == office.tom.id
