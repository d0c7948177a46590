"""Stakeholders on the lead's form and connections under Related, by mouse, keyboard and touch (S 5)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from rxcrm.models.connection import Connection, ConnectionRole
from rxcrm.models.connections import linking
from rxcrm.models.contact import Contact
from rxcrm.models.lead import Lead
from tests.e2e.conftest import DESKTOP, PHONE, TABLET, SignIn
from tests.office import Office


def card(page: Page) -> Locator:
    return page.get_by_role("region", name="Stakeholders")


def pane(page: Page, name: str) -> Locator:
    return page.get_by_role("dialog", name=name)


def hits(form: Locator, name: str = "") -> Locator:
    """What the search of a pane has found."""
    return form.get_by_role("listbox").get_by_role("option", name=name)


def related(page: Page, section: str) -> Locator:
    page.get_by_role("tab", name="Related").click()
    return page.get_by_role("region", name=section)


def choose(page: Page, button: Locator, entry: str) -> None:
    button.click()
    page.get_by_role("menuitem", name=entry, exact=True).click()


def stakeholder(office: Office, lead: Lead, *names: str) -> list[Contact]:
    role = office.session.exec(select(ConnectionRole).where(ConnectionRole.name == "Stakeholder")).one()
    found = []
    for name in names:
        found.append(office.contact(first_name=name, last_name="Nowak"))
        linking.connect(office.act(office.sara), lead, found[-1], role)
    office.commit()
    return found


@pytest.mark.parametrize("size", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_a_decision_maker_becomes_stakeholder_with_the_save(
    sign_in: SignIn, office: Office, size: dict[str, object]
) -> None:
    lead = office.lead(existing_contact_id=office.contact(first_name="Anna", last_name="Kowalska").id)
    office.commit()
    page = sign_in("Sara", size)
    page.goto(f"/leads/{lead.id}")
    expect(card(page)).to_contain_text("Nobody yet")
    bar = page.get_by_role("region", name="Lead to Opportunity Sales Process")
    bar.get_by_role("button", name="Qualify").click()
    page.get_by_label("Identify Decision Maker").last.select_option("1")
    page.keyboard.press("Control+s")
    expect(card(page).get_by_role("link", name="Anna Kowalska")).to_be_visible()
    expect(card(page).get_by_label("Role of Anna Kowalska")).to_have_value(
        str(office.session.exec(select(ConnectionRole.id).where(ConnectionRole.name == "Stakeholder")).one())
    )


@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_a_new_contact_is_a_stakeholder_at_once(sign_in: SignIn, office: Office, size: dict[str, object]) -> None:
    lead = office.lead()
    office.commit()
    page = sign_in("Sara", size)
    page.goto(f"/leads/{lead.id}")
    card(page).get_by_role("button", name="New Contact").click()
    form = pane(page, "New Contact")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_label("Last Name")).to_be_focused()
    expect(form.get_by_text("Last Name is required.")).to_be_visible()
    form.get_by_label("First Name").fill("Ewa")
    form.get_by_label("Last Name").fill("Lis")
    form.get_by_label("As this role").select_option(label="Champion")
    form.get_by_label("Description").fill("Opens doors")
    form.get_by_label("Last Name").press("Enter")
    expect(form).to_be_hidden()
    row = card(page).get_by_role("row").filter(has_text="Ewa Lis")
    expect(row).to_contain_text("Opens doors")
    card(page).get_by_role("link", name="Ewa Lis").click()
    expect(page.get_by_role("heading", name="Ewa Lis")).to_be_visible()
    table = related(page, "Connections")
    expect(table.get_by_role("link", name="Doe")).to_be_visible()
    expect(table).to_contain_text("This record: Champion")


def test_a_known_contact_is_found_by_keyboard_and_not_connected_twice(sign_in: SignIn, office: Office) -> None:
    lead = office.lead()
    for name in ("Anna", "Berta"):
        office.contact(first_name=name, last_name="Nowak")
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{lead.id}")
    for again in (False, True):
        card(page).get_by_role("button", name="New Connection").focus()
        page.keyboard.press("Enter")
        form = pane(page, "New Connection")
        expect(form.get_by_role("combobox", name="Name")).to_be_focused()
        expect(hits(form)).to_have_count(2)
        page.keyboard.type("bert")
        expect(hits(form)).to_have_count(1)
        page.keyboard.press("Enter")
        expect(form.get_by_role("button", name="Choose another than Berta Nowak")).to_be_focused()
        page.keyboard.press("Control+s")
        if again:
            expect(form.get_by_role("alert")).to_have_text("Berta Nowak is already connected as Stakeholder.")
            page.keyboard.press("Escape")
        expect(form).to_be_hidden()
        expect(card(page).get_by_role("link")).to_have_count(1)


@pytest.mark.parametrize("size", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_a_role_is_changed_in_place(sign_in: SignIn, office: Office, size: dict[str, object]) -> None:
    lead = office.lead()
    (anna,) = stakeholder(office, lead, "Anna")
    page = sign_in("Sara", size)
    page.goto(f"/leads/{lead.id}")
    role = card(page).get_by_label("Role of Anna Nowak")
    role.select_option(label="Decision Maker")
    expect(page.get_by_role("region", name="Messages")).to_contain_text("Saved")
    page.goto(f"/contacts/{anna.id}")
    expect(related(page, "Connections")).to_contain_text("This record: Decision Maker")


@pytest.mark.parametrize("size", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_a_stakeholder_is_edited_deactivated_and_removed(
    sign_in: SignIn, office: Office, size: dict[str, object]
) -> None:
    lead = office.lead()
    stakeholder(office, lead, "Anna")
    page = sign_in("Sara", size)
    page.goto(f"/leads/{lead.id}")
    commands = card(page).get_by_role("button", name="Commands for Anna Nowak")
    choose(page, commands, "Edit")
    form = pane(page, "Edit connection")
    form.get_by_label("Description").fill("Signs")
    form.get_by_label("Starting").fill("2026-05-02")
    form.get_by_label("Ending").fill("2026-05-01")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("A connection cannot end before it begins.")).to_be_visible()
    form.get_by_label("Ending").fill("")
    form.get_by_role("button", name="Save").click()
    expect(card(page)).to_contain_text("Signs")
    choose(page, commands, "Deactivate")
    expect(card(page)).to_contain_text("Nobody yet")
    table = related(page, "Connections")
    table.get_by_label("Show", exact=True).select_option(label="Deactivated connections")
    choose(page, table.get_by_role("button", name="Commands for Anna Nowak"), "Activate")
    expect(table).to_contain_text("No connection is deactivated.")
    page.get_by_role("tab", name="Summary").click()
    choose(page, commands, "Remove")
    question = pane(page, "Remove")
    question.get_by_role("button", name="Remove").click()
    expect(card(page)).to_contain_text("Nobody yet")
    office.session.rollback()
    assert office.session.exec(select(Connection)).all() == []


@pytest.mark.parametrize("size", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_one_connects_a_lead_to_oneself_and_to_an_account(
    sign_in: SignIn, office: Office, size: dict[str, object]
) -> None:
    lead = office.lead()
    office.account(name="Fabrikam")
    office.commit()
    page = sign_in("Sara", size)
    page.goto(f"/leads/{lead.id}")
    table = related(page, "Connections")
    choose(page, table.get_by_role("button", name="Connect", exact=True), "To Me")
    form = pane(page, "Connect to me")
    expect(form).to_contain_text("Sara")
    form.get_by_label("As this role").select_option(label="Industry Expert")
    form.get_by_role("button", name="Save").click()
    expect(table.get_by_role("row", name="Sara")).to_contain_text("User")
    choose(page, table.get_by_role("button", name="Connect", exact=True), "To Another")
    form = pane(page, "Connect to another")
    form.get_by_label("Type").select_option(label="Account")
    hits(form, "Fabrikam").click()
    form.get_by_role("button", name="Save").click()
    expect(table.get_by_role("link", name="Fabrikam")).to_be_visible()
    expect(card(page)).to_have_count(0)  # on another tab; neither of the two is a stakeholder
    page.get_by_role("tab", name="Summary").click()
    expect(card(page)).to_contain_text("Nobody yet")


def test_six_stakeholders_are_shown_and_the_others_when_asked_for(sign_in: SignIn, office: Office) -> None:
    lead = office.lead()
    stakeholder(office, lead, *(f"N{n}" for n in range(8)))
    page = sign_in("Sara")
    page.goto(f"/leads/{lead.id}")
    expect(card(page).get_by_role("link")).to_have_count(6)
    card(page).get_by_role("button", name="Show all (8)").click()
    expect(card(page).get_by_role("link")).to_have_count(8)
    card(page).get_by_role("link", name="N0 Nowak").focus()
    page.keyboard.press("ArrowDown")
    expect(card(page).get_by_role("link", name="N1 Nowak")).to_be_focused()


def test_a_new_lead_and_a_strangers_lead_offer_no_connecting(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.tom)
    stakeholder(office, lead, "Anna")
    page = sign_in("Sara")
    page.goto("/leads/new")
    expect(card(page).get_by_role("button", name="New Connection")).to_have_attribute("aria-disabled", "true")
    expect(card(page).get_by_role("button", name="New Connection")).to_have_accessible_description(
        "Save this record first."
    )
    page.goto(f"/leads/{lead.id}")
    expect(card(page).get_by_role("link", name="Anna Nowak")).to_be_visible()
    expect(card(page).get_by_role("button")).to_have_count(0)
    expect(card(page).get_by_role("combobox")).to_have_count(0)


def test_competitors_are_named_once_and_chosen_again(sign_in: SignIn, office: Office) -> None:
    one, two = office.lead(), office.lead()
    office.commit()
    page = sign_in("Sara")
    for lead, choosing in ((one, False), (two, True)):
        page.goto(f"/leads/{lead.id}")
        table = related(page, "Competitors")
        table.get_by_role("button", name="Add Competitor").click()
        form = pane(page, "Add Competitor")
        if choosing:
            hits(form, "Acme").click()
        else:
            form.get_by_role("combobox", name="Name").fill("Acme")
            form.get_by_label("Website").fill("acme.com")
        form.get_by_role("button", name="Save").click()
        expect(table.get_by_role("link", name="acme.com")).to_be_visible()
    table.get_by_role("button", name="Remove Acme").click()
    expect(table).to_contain_text("No competitor is known yet.")


def test_an_administrator_adds_a_role_that_sellers_then_give(sign_in: SignIn, office: Office) -> None:
    lead = office.lead()
    stakeholder(office, lead, "Anna")
    page = sign_in("Ada")
    page.goto("/settings")
    page.get_by_role("link", name="Connection roles").click()
    page.get_by_role("button", name="Add role").click()
    form = pane(page, "Add role")
    form.get_by_label("Name").fill("Sponsor")
    form.get_by_role("button", name="Add role").click()
    expect(page.get_by_role("row", name="Sponsor")).to_contain_text("Stakeholder")
    page.get_by_role("button", name="Commands for Stakeholder").click()
    expect(page.get_by_role("menuitem", name="Delete")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Escape")
    seller = sign_in("Sara")
    seller.goto(f"/leads/{lead.id}")
    card(seller).get_by_label("Role of Anna Nowak").select_option(label="Sponsor")
    expect(seller.get_by_role("region", name="Messages")).to_contain_text("Saved")
