"""Merging records that are ticked in a list, by mouse, keyboard and touch, and taking it back (S 7.8 [OURS])."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from rxcrm.models.choices import LeadStatus
from rxcrm.models.contact import Contact
from rxcrm.models.lead import Lead
from rxcrm.models.timeline import writing
from tests.e2e.conftest import DESKTOP, PHONE, TABLET, SignIn
from tests.office import Office


def two_leads(office: Office) -> tuple[Lead, Lead]:
    """Ann Lee, who is the more complete, and Anna Leigh with a note."""
    ann = office.lead(
        first_name="Ann", last_name="Lee", email="ann@x.com", company_name="Contoso", city="Rom", job_title="CEO"
    )
    anna = office.lead(first_name="Anna", last_name="Leigh", email="anna@x.com", budget_amount=Decimal("1200"))
    writing.note(office.act(office.sara), "lead", anna.id or 0, "About forklifts", "<p>Two of them</p>")
    office.commit()
    return ann, anna


def comparison(page: Page) -> Locator:
    return page.get_by_role("region", name="Comparison")


def reread(office: Office, row: Lead | Contact) -> Lead | Contact:
    office.session.expire_all()
    found = office.session.get_one(type(row), row.id)
    office.commit()  # what only reads holds the server's writes up, too
    return found


@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_two_ticked_leads_become_one_and_two_again(sign_in: SignIn, office: Office, size: dict[str, object]) -> None:
    ann, anna = two_leads(office)
    page = sign_in("Sara", size)
    page.goto("/leads")
    expect(page.get_by_role("link", name="Merge")).to_have_count(0)
    for name in ("Ann Lee", "Anna Leigh"):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("link", name="Merge").click()
    expect(page.get_by_role("heading", name="Merge 2 records")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/merge/lead\?ids=\d+,\d+$"))
    expect(page.get_by_role("radio", name="Keep Ann Lee")).to_be_checked()
    expect(page.get_by_text("Keeps Ann Lee and moves 1 note or post to it.")).to_be_visible()
    page.get_by_role("radio", name="Email: anna@x.com of Anna Leigh").check()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page).to_have_url(f"/leads/{ann.id}")
    expect(page.get_by_text("Merged into Ann Lee.")).to_be_visible()
    expect(page.get_by_label("Email", exact=True).first).to_have_value("anna@x.com")
    expect(page.get_by_text("About forklifts").first).to_be_visible()
    expect(page.get_by_text("merged Anna Leigh into this record").first).to_be_visible()
    story = page.get_by_role("link", name="Open Anna Leigh and its history")
    expect(story).to_have_attribute("href", f"/leads/{anna.id}")
    assert reread(office, ann).budget_amount == Decimal("1200")
    page.get_by_role("region", name="Messages").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The merge into Ann Lee was taken back.")).to_be_visible()
    expect(page.get_by_label("Email", exact=True).first).to_have_value("ann@x.com")
    assert reread(office, anna).status == LeadStatus.OPEN


def test_the_whole_of_it_by_keyboard(sign_in: SignIn, office: Office) -> None:
    ann, anna = two_leads(office)
    page = sign_in("Sara")
    page.goto(f"/merge/lead?ids={ann.id},{anna.id}")
    page.get_by_role("radio", name="Keep Ann Lee").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Keep Anna Leigh")).to_be_checked()
    expect(page.get_by_role("radio", name="Email: anna@x.com of Anna Leigh")).to_be_checked()
    expect(page.get_by_role("radio", name="City: Rom of Ann Lee")).to_be_checked()  # fills a blank
    page.get_by_role("radio", name="Email: anna@x.com of Anna Leigh").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("radio", name="Email: ann@x.com of Ann Lee")).to_be_checked()
    page.get_by_role("checkbox", name="Fill blanks from the others").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("radio", name="City: blank of Anna Leigh")).to_be_checked()
    page.get_by_role("button", name="Select all fields of Anna Leigh").press("Enter")
    expect(page.get_by_role("radio", name="Email: anna@x.com of Anna Leigh")).to_be_checked()
    page.get_by_role("button", name="Merge", exact=True).press("Enter")
    expect(page).to_have_url(f"/leads/{anna.id}")
    found = reread(office, anna)
    assert (found.email, found.city, found.first_name) == ("anna@x.com", "", "Anna")


def test_a_record_that_was_merged_away_leads_to_the_one_that_stayed_and_back(sign_in: SignIn, office: Office) -> None:
    lee, leigh = office.contact(last_name="Lee", city="Rom"), office.contact(last_name="Leigh", job_title="CEO")
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/merge/contact?ids={lee.id},{leigh.id}")
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page).to_have_url(f"/contacts/{lee.id}")
    page.goto(f"/contacts/{leigh.id}")
    banner = page.get_by_role("region", name="Closed record")
    expect(banner).to_contain_text("Merged into another record")
    banner.get_by_role("link", name="Lee").click()
    expect(page).to_have_url(f"/contacts/{lee.id}")
    page.get_by_label("Job Title").first.fill("CTO")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Saved").first).to_be_visible()
    page.get_by_role("button", name="Undo Merge").click()
    question = page.get_by_role("dialog", name="Undo the merge?")
    expect(question).to_contain_text("Leigh: as before the merge")
    expect(question.get_by_role("listitem")).to_contain_text(["Job Title Sara"])
    page.keyboard.press("Enter")
    expect(page.get_by_text("The merge into Lee was taken back.")).to_be_visible()
    expect(page.get_by_role("button", name="Undo Merge")).to_have_count(0)
    assert reread(office, lee).job_title == "CTO"


def test_equal_fields_are_hidden_until_they_are_asked_for(sign_in: SignIn, office: Office) -> None:
    ann, anna = two_leads(office)
    page = sign_in("Sara")
    page.goto(f"/merge/lead?ids={ann.id},{anna.id}")
    expect(comparison(page).get_by_role("rowheader", name="Email")).to_be_visible()
    expect(comparison(page).get_by_role("rowheader", name="Topic")).to_have_count(0)
    page.get_by_role("switch", name="Show only differences").uncheck()
    expect(comparison(page).get_by_role("rowheader", name="Topic")).to_be_visible()
    expect(comparison(page).get_by_role("radio", name="Topic")).to_have_count(0)


def test_what_cannot_be_merged_is_said(sign_in: SignIn, office: Office) -> None:
    ann, anna = two_leads(office)
    page = sign_in("Tom")
    page.goto(f"/merge/lead?ids={ann.id},{anna.id}")
    expect(page.get_by_role("heading", name="These records cannot be merged")).to_be_visible()
    expect(page.get_by_text("Ann Lee: Your role reaches only records that you own")).to_be_visible()
    page.goto(f"/merge/lead?ids={ann.id}")
    expect(page.get_by_text("Choose 2 to 5 records to merge.")).to_be_visible()
    page.goto("/merge/nonsense?ids=1,2")
    expect(page.get_by_role("heading", name="These records cannot be merged")).to_be_visible()


def test_a_choice_that_cannot_be_is_told_at_its_field(sign_in: SignIn, office: Office) -> None:
    ann = office.lead(first_name="Ann", last_name="Lee", currency="EUR", email="ann@x.com", city="Rom")
    anna = office.lead(last_name="Leigh", currency="USD", budget_amount=Decimal("100"))
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/merge/lead?ids={ann.id},{anna.id}")
    page.get_by_role("radio", name="Estimated Budget: $100.00 of Leigh").check()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(comparison(page).get_by_text("Estimated Budget is an amount in USD")).to_be_visible()
    page.get_by_role("radio", name="Currency: USD of Leigh").check()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page).to_have_url(f"/leads/{ann.id}")
