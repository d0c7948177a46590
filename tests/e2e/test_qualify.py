"""Qualify a lead in the pane, many on one screen, and take it back (S 3.5)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from rxcrm.models.lead import Lead
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.records import save
from tests.e2e.conftest import DESKTOP, PHONE, TABLET, SignIn
from tests.office import Office


def ann(office: Office, **values: object) -> Lead:
    known = {"topic": "Forty pallets", "first_name": "Ann", "last_name": "Lee", "company_name": "Adatum"}
    return office.lead(**{**known, "email": "ann@adatum.example", **values})


def pane(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Qualify lead")


def commands(page: Page) -> Locator:
    return page.get_by_role("toolbar", name=re.compile("Commands|Selected records"))


def ask(page: Page, lead: Lead) -> Locator:
    """Open the lead and the pane."""
    page.goto(f"/leads/{lead.id}")
    commands(page).get_by_role("button", name="Qualify", exact=True).click()
    expect(pane(page)).to_be_visible()
    return pane(page)


def block(form: Locator, name: str) -> Locator:
    return form.get_by_role("group", name=name, exact=True)


@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_qualifying_creates_all_three_and_opens_the_opportunity(
    sign_in: SignIn, office: Office, size: dict[str, object]
) -> None:
    lead = ann(office)
    office.commit()
    page = sign_in("Sara", size)
    form = ask(page, lead)
    expect(form.get_by_role("status").last).to_have_text("Creates 1 account, 1 contact, and 1 opportunity.")
    expect(block(form, "Account").get_by_label("Account Name")).to_have_value("Adatum")
    form.get_by_label("Est. Revenue").fill("12000")
    form.get_by_role("button", name="Qualify", exact=True).click()
    expect(page).to_have_url(re.compile(r"/opportunities/\d+"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Forty pallets")
    expect(page.get_by_text("Lead qualified.")).to_be_visible()
    deal = office.session.exec(select(Opportunity)).one()
    assert (str(deal.estimated_revenue), deal.originating_lead_id) == ("12000.00", lead.id)
    page.goto(f"/leads/{lead.id}")
    banner = page.get_by_role("region", name="Closed record")
    expect(banner).to_contain_text("Qualified")
    expect(banner).to_contain_text("Sara")
    expect(banner.get_by_role("link", name="Forty pallets")).to_have_attribute("href", f"/opportunities/{deal.id}")
    expect(commands(page).get_by_role("button", name="Qualify", exact=True)).to_have_count(0)


def test_a_matching_account_is_proposed_with_its_reason_and_used(sign_in: SignIn, office: Office) -> None:
    known = office.account(name="Adatum", city="Warszawa")
    lead = ann(office)
    office.commit()
    form = ask(sign_in("Sara"), lead)
    account = block(form, "Account")
    expect(account.get_by_role("radio", name="Use existing")).to_be_checked()
    expect(account.get_by_role("radiogroup", name="Matched accounts")).to_contain_text("Same company")
    expect(form.get_by_role("status").last).to_have_text("Creates 1 contact and 1 opportunity, links account Adatum.")
    form.get_by_role("button", name="Qualify", exact=True).click()
    expect(form).to_be_hidden()
    office.session.expire_all()
    assert office.session.exec(select(Opportunity)).one().account_id == known.id


def test_another_record_can_be_searched_for(sign_in: SignIn, office: Office) -> None:
    other = office.contact(first_name="Bo", last_name="Ek")
    lead = ann(office)
    office.commit()
    form = ask(sign_in("Sara"), lead)
    contact = block(form, "Contact")
    contact.get_by_role("radio", name="Use existing").check()
    contact.get_by_role("combobox", name="Another contact").fill("Ek")
    contact.get_by_role("option", name="Bo Ek").click()
    expect(form.get_by_role("status").last).to_contain_text("contact Bo Ek")
    form.get_by_role("button", name="Qualify", exact=True).click()
    expect(form).to_be_hidden()
    office.session.expire_all()
    assert office.session.exec(select(Opportunity)).one().contact_id == other.id


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(sign_in: SignIn, office: Office) -> None:
    lead = ann(office)
    office.commit()
    form = ask(sign_in("Sara"), lead)
    block(form, "Contact").get_by_label("Email").fill("nobody")
    form.get_by_label("Est. Revenue").fill("a lot")
    form.get_by_role("button", name="Qualify", exact=True).click()
    expect(block(form, "Contact").get_by_text("is not an e-mail address")).to_be_visible()
    expect(block(form, "Contact").get_by_label("Email")).to_be_focused()
    block(form, "Contact").get_by_role("radio", name="Skip").check()
    block(form, "Account").get_by_role("radio", name="Skip").check()
    expect(form.get_by_role("alert").first).to_have_text(
        "An opportunity needs a customer: choose an account or a contact."
    )
    expect(form.get_by_role("button", name="Qualify", exact=True)).to_be_disabled()
    assert office.session.exec(select(Opportunity)).all() == []


def test_several_opportunities_can_be_added_and_removed(sign_in: SignIn, office: Office) -> None:
    lead = ann(office)
    office.commit()
    form = ask(sign_in("Sara"), lead)
    form.get_by_role("button", name="New opportunity").click()
    second = form.get_by_role("group", name="Opportunity 2")
    expect(second.get_by_label("Topic")).to_be_focused()
    form.get_by_role("button", name="Qualify", exact=True).click()
    expect(second.get_by_text("Topic is required.")).to_be_visible()
    second.get_by_label("Topic").fill("Ramps")
    form.get_by_role("button", name="New opportunity").click()
    form.get_by_role("button", name="Remove opportunity 3").click()
    form.get_by_role("button", name="Qualify", exact=True).click()
    expect(form).to_be_hidden()
    office.session.expire_all()
    assert [row.topic for row in office.session.exec(select(Opportunity).order_by(Opportunity.id))] == [
        "Forty pallets",
        "Ramps",
    ]


def test_the_process_bar_has_the_same_button(sign_in: SignIn, office: Office) -> None:
    lead = ann(office)
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{lead.id}")
    bar = page.get_by_role("region", name="Lead to Opportunity Sales Process")
    bar.get_by_role("button", name="Qualify").first.click()
    card = page.get_by_role("group", name="Qualify", exact=True)
    card.get_by_label("Capture Summary").fill("Ready to buy")
    card.get_by_role("button", name="Qualify", exact=True).click()
    expect(pane(page)).to_be_visible()
    office.session.expire_all()
    assert office.session.get_one(Lead, lead.id).description == "Ready to buy", "what was typed was saved first"


def test_undo_from_the_message_and_from_the_banner(sign_in: SignIn, office: Office) -> None:
    lead = ann(office)
    office.commit()
    page = sign_in("Sara")
    form = ask(page, lead)
    form.get_by_role("button", name="Qualify", exact=True).click()
    expect(page).to_have_url(re.compile(r"/opportunities/\d+"))
    page.get_by_role("region", name="Messages").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Ann Lee is open again.")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"/leads/{lead.id}$"))
    expect(page.get_by_role("alert")).to_have_count(0)
    office.session.expire_all()
    assert office.session.get_one(Lead, lead.id).is_open
    office.commit()  # reading holds SQLite's write lock, too
    form = ask(page, lead)
    form.get_by_role("button", name="Qualify", exact=True).click()
    expect(page).to_have_url(re.compile(r"/opportunities/\d+"))
    office.session.expire_all()
    deal = office.session.exec(select(Opportunity).where(Opportunity.deleted_on == None)).one()  # noqa: E711
    save(office.act(office.vera), deal, {"topic": "Fifty pallets"})
    deal_id, address = deal.id, f"/leads/{lead.id}"
    office.commit()
    page.goto(address)
    page.get_by_role("region", name="Closed record").get_by_role("button", name="Undo").click()
    question = page.get_by_role("dialog", name="The created records are in use")
    expect(question).to_contain_text("Fifty pallets")
    expect(question).to_contain_text("Vera")
    question.get_by_role("button", name="Reopen the lead only").click()
    expect(commands(page).get_by_role("button", name="Qualify", exact=True)).to_be_visible()
    office.session.expire_all()
    assert office.session.get_one(Opportunity, deal_id).deleted_on is None


def test_many_leads_on_one_screen_with_one_conflict(sign_in: SignIn, office: Office) -> None:
    office.contact(first_name="Ann", last_name="Lee", email="ann@adatum.example")
    leads = [
        ann(office),
        office.lead(first_name="Bo", last_name="Ek", company_name="Litware"),
        ann(office, status=2, status_reason=4, first_name="Lo", last_name="St", email=""),
    ]
    office.commit()
    page = sign_in("Sara")
    page.goto("/leads?view=all")
    for row in leads:
        page.get_by_role("checkbox", name=f"Select {row.display_name}").check()
    commands(page).get_by_role("button", name="Qualify", exact=True).click()
    screen = page.get_by_role("dialog", name="Qualify 2 leads")
    expect(screen).to_contain_text("1 lead matches records that exist already")
    expect(screen.get_by_role("region", name="Not possible")).to_contain_text("Lo St")
    expect(screen.get_by_label("Contact for Ann Lee")).not_to_have_value("new")
    expect(screen.get_by_label("Contact for Bo Ek")).to_have_value("new")
    screen.get_by_role("button", name="Qualify", exact=True).click()
    result = page.get_by_role("dialog", name="Result")
    expect(result.get_by_role("list", name="Result").get_by_role("listitem")).to_have_count(3)
    expect(result).to_contain_text("Contact Ann Lee linked")
    expect(result).to_contain_text("Account Litware created")
    result.get_by_role("button", name="Close").last.click()
    expect(page.get_by_text("2 of 2 leads qualified.")).to_be_visible()
    office.session.expire_all()
    assert [office.session.get_one(Lead, row.id).status for row in leads] == [1, 1, 2]
