"""Getting in, being kept out, coming back."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect
from sqlmodel import delete

from rxcrm.models.login import LoginSession
from tests.e2e.conftest import SignIn, until
from tests.office import PASSWORD, Office
from tests.server import Server


def test_a_wrong_password_is_refused_and_a_right_one_leads_back(browser: Browser, server: Server) -> None:
    context = browser.new_context(base_url=server.url)
    page = context.new_page()
    page.goto("/leads?view=all")
    expect(page).to_have_url(re.compile("/login"))
    page.get_by_label("E-mail").fill("sara@contoso.com")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("is wrong")
    expect(page.get_by_label("E-mail")).to_have_value("sara@contoso.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="All Leads")).to_be_visible()
    context.close()


def test_signing_out_ends_the_session(sign_in: SignIn) -> None:
    page = sign_in("Sara")
    page.goto("/leads")
    page.get_by_role("button", name="User menu").click()
    page.get_by_role("menuitem", name="Sign out", exact=True).click()
    expect(page).to_have_url(re.compile("/login"))
    page.goto("/leads")
    expect(page).to_have_url(re.compile("/login"))


def until_forgotten(page: Page) -> None:
    """Wait until the server believes this browser's session no longer: it does so for some seconds without asking."""
    until(page, lambda: page.request.get("/files/import/1/rejected").status == 401, seconds=20)


def test_what_was_typed_survives_a_session_that_expired(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{lead.id}")
    page.get_by_label("Job Title", exact=True).fill("Buyer")
    office.session.execute(delete(LoginSession))
    office.commit()
    until_forgotten(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(re.compile("/login"))
    page.get_by_label("E-mail").fill("sara@contoso.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(f"/leads/{lead.id}"))
    expect(page.get_by_label("Job Title", exact=True)).to_have_value("Buyer")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("changed Job Title")


def test_what_was_typed_survives_a_restart_of_the_server(sign_in: SignIn, office: Office, server: Server) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{lead.id}")
    page.get_by_label("Job Title", exact=True).fill("Buyer")
    server.stop()
    expect(page.get_by_text("Connection lost.")).to_be_visible(timeout=30_000)
    page.get_by_label("City", exact=True).fill("Kraków")
    server.start()
    expect(page.get_by_text("Connection lost.")).to_be_hidden(timeout=60_000)
    expect(page.get_by_label("Job Title", exact=True)).to_have_value("Buyer")
    page.get_by_role("button", name="Save", exact=True).click()
    history = page.get_by_role("region", name="Timeline")
    expect(history).to_contain_text("changed Job Title and City", timeout=30_000)
