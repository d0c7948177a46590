"""Column security: an administrator secures a field, everybody's open pages show a lock, a profile opens it again."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from rxcrm.models import configuration
from rxcrm.models.column_security import profiles
from rxcrm.models.lead import Lead
from tests.e2e.conftest import PHONE, TABLET, SignIn
from tests.office import Office

MAIL = "zanzibar@hidden.example"
WHY = "Secured: no column security profile lets you see this field."


def a_lead(office: Office, **values: object) -> Lead:
    lead = office.lead(office.sara, **{"first_name": "Jane", "email": MAIL, **values})
    lead.refresh_keys()
    office.commit()
    return lead


def secure(office: Office, *keys: str) -> None:
    profiles.secure(office.act(office.ada), keys)
    office.commit()
    configuration.reset()


def field(page: Page, label: str) -> Locator:
    return page.get_by_role("main").get_by_role("textbox", name=label, exact=True)


def cell(page: Page, row: str, column: str) -> Locator:
    return page.get_by_role("row", name=row).locator(f'[data-column="{column}"]')


def test_a_field_is_secured_and_opened_again_while_others_look_at_it(sign_in: SignIn, office: Office) -> None:
    lead = a_lead(office)
    sara, ada = sign_in("Sara"), sign_in("Ada")
    sara.goto(f"/leads/{lead.id}")
    expect(field(sara, "Email").first).to_have_value(MAIL)
    listed = sara.context.new_page()
    listed.goto("/leads?view=open&columns=name,email,topic&sort=email")
    expect(cell(listed, "Jane Doe", "email")).to_have_text(MAIL)

    ada.goto("/settings/column-security")
    form = ada.get_by_role("form", name="Secured fields")
    form.get_by_role("searchbox", name="Search fields").fill("email")
    form.get_by_role("switch", name="Leads · Email", exact=True).check()
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Only administrators see it: no profile opens it.")).to_be_visible()
    expect(form.get_by_text(re.compile("Qualifying a lead copies it to .*Contact · Email"))).to_be_visible()

    # Both of Sara's pages, without loading them again: a lock, and nothing of the address anywhere.
    lock = field(sara, "Email").first
    expect(lock).to_have_attribute("aria-readonly", "true")
    expect(lock).to_have_accessible_description(WHY)
    expect(cell(listed, "Jane Doe", "email")).to_contain_text("********")
    expect(
        listed.get_by_role("columnheader", name="Email").get_by_role("button", name="Email", exact=True)
    ).to_have_count(0)
    assert MAIL not in sara.content() and MAIL not in listed.content()
    # Saving something else works.
    sara.get_by_role("main").get_by_label("Topic", exact=True).first.fill("Lamps")
    sara.get_by_role("button", name="Save", exact=True).click()
    expect(sara.get_by_text("Saved").first).to_be_visible()
    office.session.expire_all()
    assert office.session.exec(select(Lead.topic, Lead.email)).one() == ("Lamps", MAIL)
    office.commit()

    ada.get_by_role("button", name="Add profile").click()
    dialog = ada.get_by_role("dialog", name="Add profile")
    dialog.get_by_label("Name").fill("Mail room")
    dialog.get_by_role("button", name="Add profile").click()
    form = ada.get_by_role("form", name="Column security profile")
    form.get_by_role("checkbox", name="Update Leads · Email").check()
    expect(form.get_by_role("checkbox", name="Read Leads · Email")).to_be_checked()
    form.get_by_role("checkbox", name="Update Leads · Email").uncheck()
    form.get_by_role("searchbox", name="Search users and teams").fill("sar")
    form.get_by_role("checkbox", name="Sara").check()
    form.get_by_role("button", name="Save").click()
    expect(ada.get_by_role("navigation", name="Column security").get_by_text("1 member")).to_be_visible()

    readable = field(sara, "Email").first
    expect(readable).to_have_value(MAIL)
    expect(readable).to_be_disabled()
    expect(readable).to_have_accessible_description(re.compile("lets you change this field"))
    expect(cell(listed, "Jane Doe", "email")).to_have_text(MAIL)


def test_a_filter_by_a_secured_field_is_refused_and_why_tells_the_reason(sign_in: SignIn, office: Office) -> None:
    a_lead(office)
    secure(office, "lead.email")
    sara = sign_in("Sara")
    where = '{"all":[{"field":"email","operator":"like","values":["zanz"]}]}'
    sara.goto(f"/leads?view=open&filter={where}")
    expect(sara.get_by_text("which is secured").first).to_be_visible()
    expect(sara.get_by_role("row", name="Jane Doe")).to_have_count(0)
    sara.goto("/leads?view=open&q=zanzibar")
    expect(sara.get_by_role("row", name="Jane Doe")).to_have_count(0)
    sara.goto("/why")
    row = sara.get_by_role("row").filter(has=sara.get_by_role("rowheader", name="Email", exact=True))
    expect(row).to_contain_text("Column security: no profile lets anybody but administrators see it.")


def test_on_a_tablet_locks_are_touched_in_lists_previews_and_a_merge(sign_in: SignIn, office: Office) -> None:
    first = a_lead(office)
    second = office.lead(office.sara, first_name="Janet", topic="Racks", estimated_amount=None)
    office.commit()
    secure(office, "lead.email")
    sara = sign_in("Sara", TABLET)
    sara.goto("/leads?view=open&columns=name,email,topic")
    expect(cell(sara, "Jane Doe", "email")).to_contain_text("********")
    cell(sara, "Jane Doe", "email").tap()
    sara.keyboard.press(" ")
    preview = sara.get_by_role("complementary", name="Preview")
    expect(preview.get_by_title(WHY).first).to_contain_text("********")
    sara.goto(f"/merge/lead?ids={first.id},{second.id}")
    sara.get_by_role("switch", name="Show only differences").tap()
    row = sara.get_by_role("row", name=re.compile("^Email Secured"))
    expect(row.get_by_title(WHY)).to_have_count(2)
    expect(row.get_by_role("radio")).to_have_count(0)
    sara.get_by_role("button", name="Merge", exact=True).tap()
    expect(sara.get_by_text(re.compile("^Merged into"))).to_be_visible()
    assert MAIL not in sara.content()

    ada = sign_in("Ada", TABLET)
    ada.goto("/settings/column-security")
    form = ada.get_by_role("form", name="Secured fields")
    form.get_by_role("button", name="Opportunities").tap()
    form.get_by_role("switch", name="Actual Revenue").tap()
    form.get_by_role("button", name="Save").tap()
    form.get_by_role("button", name=re.compile("^Secured")).tap()
    expect(form.get_by_role("switch", name="Opportunities · Actual Revenue")).to_be_checked()
    expect(form.get_by_role("switch", name="Leads · Email")).to_be_checked()


def test_the_page_fits_a_phone(sign_in: SignIn, office: Office) -> None:
    secure(office, "lead.email", "account.credit_limit")
    ada = sign_in("Ada", PHONE)
    ada.goto("/settings/column-security")
    form = ada.get_by_role("form", name="Secured fields")
    expect(form.get_by_role("switch").first).to_be_visible()
    wide = ada.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


def test_nobody_else_gets_there(sign_in: SignIn) -> None:
    page = sign_in("Sara")
    page.goto("/settings/column-security")
    expect(page.get_by_role("heading", name="Settings are for administrators")).to_be_visible()
