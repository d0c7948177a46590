"""An administrator shapes mapping, topics, currencies and sample data; sellers and managers see it at once (issue 6, 5)."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import col, select

from rxcrm.models.contact import Contact
from rxcrm.models.lead import Lead
from tests.e2e.conftest import DESKTOP, TABLET, SignIn
from tests.office import Office


def opened(page: Page, path: str, heading: str) -> Page:
    page.goto(path)
    expect(page.get_by_role("heading", name=heading, exact=True).first).to_be_visible(timeout=30_000)
    return page


def field(page: Page, label: str) -> Locator:
    return page.get_by_role("tabpanel").get_by_label(label, exact=True)


def command(page: Page, row: str, label: str) -> None:
    page.get_by_role("button", name=f"Commands for {row}", exact=True).click()
    page.get_by_role("menuitem", name=label).click()


@pytest.mark.parametrize("size", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_a_pair_of_fields_is_added_and_the_next_qualification_copies_it(
    sign_in: SignIn, office: Office, size: dict[str, object]
) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska", company_name="Adatum", county="Mazovia")
    office.commit()
    ada = opened(sign_in("Ada", size), "/settings/qualification", "Lead qualification")
    ada.get_by_role("region", name="Field mapping").get_by_role("link", name="Field mapping").click()
    ada.get_by_role("navigation", name="Tables").get_by_role("button", name="Contact").click()
    pairs = ada.get_by_role("region", name="Field mapping")
    expect(pairs.get_by_role("row", name="Job Title")).to_be_visible()

    # What does not fit is told in a sentence, and stays to be put right.
    pairs.get_by_role("button", name="Add pair").click()
    dialog = ada.get_by_role("dialog")
    dialog.get_by_label("Field of the lead").select_option(label="Email")
    dialog.get_by_label("Goes into (Contact)").select_option(label="Department")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog.get_by_text("are not of one kind.")).to_be_visible()
    dialog.get_by_label("Field of the lead").select_option(label="County")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog).to_have_count(0)
    row = pairs.get_by_role("row", name="Department")
    expect(row).to_contain_text("County")
    expect(row).to_contain_text("Changed")
    expect(pairs.get_by_role("img", name="Currency always comes from Currency.")).to_be_visible()

    # Another one goes.
    command(ada, "Fax", "Remove")
    expect(pairs.get_by_role("row").filter(has=ada.get_by_text("Fax", exact=True))).to_have_count(0)

    sara = sign_in("Sara", size)
    sara.goto(f"/leads/{lead.id}")
    sara.get_by_role("button", name="Qualify", exact=True).first.click(timeout=30_000)
    pane = sara.get_by_role("dialog", name="Qualify lead")
    contact = pane.get_by_role("group", name="Contact")
    contact.get_by_text("more field").click()
    expect(contact).to_contain_text("Mazovia")
    pane.get_by_role("button", name="Qualify", exact=True).click()
    expect(sara).to_have_url(re.compile(r"/opportunities/\d+$"), timeout=30_000)
    made = office.session.exec(select(Contact).where(col(Contact.last_name) == "Kowalska")).one()
    assert made.department == "Mazovia"
    office.commit()  # the server must not wait

    # And back.
    pairs.get_by_role("button", name="As shipped").click()
    ada.get_by_role("dialog").get_by_role("button", name="Restore").click()
    expect(pairs.get_by_role("row").filter(has=ada.get_by_text("Fax", exact=True))).to_be_visible()
    expect(pairs.get_by_role("row", name="Department")).to_have_count(0)


def test_topics_are_composed_in_quick_create_and_in_the_form_of_a_seller(sign_in: SignIn, office: Office) -> None:
    ada, sara = sign_in("Ada"), sign_in("Sara")
    sara.goto("/leads/new")
    expect(field(sara, "Last Name")).to_be_visible(timeout=30_000)
    field(sara, "Last Name").fill("Nowak")

    opened(ada, "/settings/topics", "Topics of leads")
    pattern = ada.get_by_label("Pattern")
    pattern.fill("{Nonsense}")
    expect(ada.get_by_text("which is no field.")).to_be_visible()
    pattern.fill("")
    ada.get_by_label("Insert field").select_option(label="Company Name")
    pattern.press("End")
    pattern.press_sequentially(" / ")
    ada.get_by_label("Insert field").select_option(label="Last Name")
    expect(pattern).to_have_value("{Company Name} / {Last Name}")
    expect(ada.get_by_text("Adatum / Lee")).to_be_visible()
    ada.get_by_role("switch", name="Compose the topic").check()
    ada.get_by_role("button", name="Save").click()
    expect(ada.get_by_text("Saved")).to_be_visible()

    # The open form of the seller says what it will be, keeps what she typed, and does not ask for a topic.
    field(sara, "Company Name").fill("Contoso")
    expect(field(sara, "Topic")).to_have_accessible_description("Left empty, it becomes “Contoso / Nowak”.")
    sara.get_by_role("button", name="Save", exact=True).click()
    expect(sara).to_have_url(re.compile(r"/leads/\d+$"))
    expect(field(sara, "Topic")).to_have_value("Contoso / Nowak")

    sara.goto("/leads")
    sara.get_by_role("button", name="New record").click(timeout=30_000)
    sara.get_by_role("menuitem", name="Lead").click()
    quick = sara.get_by_role("dialog", name="Quick Create: Lead")
    quick.get_by_label("Last Name").fill("Zając")
    quick.get_by_role("button", name="Create", exact=True).click()
    expect(quick).to_have_count(0)
    assert set(office.session.exec(select(Lead.topic))) == {"Contoso / Nowak", "Zając"}


@pytest.mark.parametrize("size", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_a_rate_lets_amounts_of_another_currency_count(
    sign_in: SignIn, office: Office, size: dict[str, object]
) -> None:
    for currency, amount in (("EUR", 100), ("USD", 200)):
        office.opportunity(office.sara, currency=currency, estimated_revenue=Decimal(amount), topic=f"In {currency}")
    office.commit()
    ada = opened(sign_in("Ada", size), "/settings/currencies", "Currencies")
    expect(ada.get_by_role("region", name="Base currency")).to_contain_text("cannot be changed any more")
    ada.get_by_role("button", name="Add currency").click()
    ada.get_by_role("dialog").get_by_label("Currency").select_option("USD")
    ada.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    expect(ada.get_by_role("row", name="USD")).to_contain_text("US Dollar")

    ada.get_by_role("row", name="USD").get_by_role("button", name="No rate yet").click()
    dialog = ada.get_by_role("dialog")
    dialog.get_by_label("1 USD in EUR").fill("0")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("A rate is larger than zero.")).to_be_visible()
    dialog.get_by_label("1 USD in EUR").fill("0,92")
    dialog.get_by_role("button", name="Save").click()
    expect(ada.get_by_role("row", name="USD")).to_contain_text("1 USD = 0.92 EUR")
    command(ada, "USD", "All rates")
    expect(ada.get_by_role("dialog").get_by_role("row", name="0.92")).to_contain_text("Ada")
    ada.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    command(ada, "USD", "Delete")
    ada.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(ada.get_by_text("Records are in USD. It can be deactivated, not deleted.")).to_be_visible()

    sara = sign_in("Sara", size)
    sara.goto("/opportunities?as=board")
    expect(sara.get_by_text("In USD")).to_be_visible(timeout=30_000)
    expect(sara.get_by_title("€284.00").first).to_be_visible()


def test_sample_data_comes_and_goes(sign_in: SignIn, office: Office) -> None:
    office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    ada = opened(sign_in("Ada"), "/settings/sample-data", "Sample data")
    leads = ada.get_by_role("row", name="Leads")
    expect(leads.get_by_role("cell")).to_have_text(["1", "0"])
    ada.get_by_role("button", name="Add sample data").click()
    ada.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    expect(ada.get_by_role("status").filter(has_text="being added")).to_be_visible()
    remove = ada.get_by_role("button", name="Remove sample data")
    expect(remove).to_be_enabled(timeout=120_000)
    expect(leads.get_by_role("cell")).to_have_text(["1", "80"])

    # Somebody changes one of the records: it is named, and stays.
    ada.goto("/contacts?view=all")
    ada.get_by_role("gridcell").get_by_role("link").first.click(timeout=30_000)
    field(ada, "Job Title").fill("Chief of everything", timeout=30_000)
    ada.get_by_role("button", name="Save", exact=True).click()
    expect(ada.locator(".save-state")).to_have_text("Saved")
    opened(ada, "/settings/sample-data", "Sample data")
    remove.click()
    dialog = ada.get_by_role("dialog")
    expect(dialog.get_by_text("changed by Ada")).to_be_visible()
    dialog.get_by_role("button", name="Remove", exact=True).click()
    expect(ada.get_by_role("button", name="Add sample data")).to_be_enabled(timeout=120_000)
    expect(leads.get_by_role("cell").last).to_have_text("0")
    titles = office.session.exec(select(Contact.job_title)).all()
    assert "Chief of everything" in titles
