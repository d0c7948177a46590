"""The life of records in the browser: disqualify and reactivate, undo from the message, delete and restore, share."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from rxcrm.models.choices import LeadReason, LeadStatus
from rxcrm.models.lead import Lead
from tests.e2e.conftest import DESKTOP, PHONE, TABLET, SignIn
from tests.office import Office


def commands(page: Page) -> Locator:
    return page.get_by_role("toolbar", name="Commands")


def messages(page: Page) -> Locator:
    return page.get_by_role("region", name="Messages")


def banner(page: Page) -> Locator:
    return page.get_by_role("region", name="Closed record")


def disqualify(page: Page, reason: str) -> Locator:
    """Choose a reason from the menu; the dialog that opens."""
    commands(page).get_by_role("button", name="Disqualify").click()
    page.get_by_role("menu", name="Disqualify").get_by_role("menuitem", name=reason).click()
    return page.get_by_role("dialog")


def tick(page: Page, *names: str) -> None:
    for name in names:
        row = page.get_by_role("row").filter(has_text=name)
        row.get_by_role("checkbox").check()


# -- disqualify and reactivate ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_a_lead_is_disqualified_with_a_comment_and_reactivated_from_its_banner(
    sign_in: SignIn, office: Office, size: dict[str, object]
) -> None:
    lead = office.lead(first_name="Jane")
    office.commit()
    page = sign_in("Sara", size)
    page.goto(f"/leads/{lead.id}")
    dialog = disqualify(page, "Cannot Contact")
    expect(dialog.get_by_label("Status Reason")).to_have_value(str(int(LeadReason.CANNOT_CONTACT)))
    expect(dialog.get_by_role("button", name="Disqualify")).to_be_focused()
    dialog.get_by_label("Comment").fill("Nobody answers")
    dialog.get_by_text("in 90 days").click()
    dialog.get_by_role("button", name="Disqualify").click()
    expect(messages(page)).to_contain_text("Jane Doe is disqualified.")
    expect(banner(page)).to_contain_text("Disqualified as Cannot Contact")
    expect(banner(page)).to_contain_text("Nobody answers")
    for gone in ("Save", "Disqualify", "Qualify"):
        expect(commands(page).get_by_role("button", name=gone, exact=True)).to_have_count(0)
    expect(page.get_by_text("Disqualified as Cannot Contact: Nobody answers")).to_have_count(1)
    expect(page.get_by_text("Take up again: Jane Doe").first).to_be_attached()
    banner(page).get_by_role("button", name="Reactivate Lead").click()
    expect(messages(page)).to_contain_text("Jane Doe is open again.")
    expect(banner(page)).to_have_count(0)
    expect(commands(page).get_by_role("button", name="Disqualify")).to_be_visible()


def test_enter_after_the_reason_is_enough_and_undo_is_reached_by_keyboard(sign_in: SignIn, office: Office) -> None:
    lead = office.lead()
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{lead.id}")
    commands(page).get_by_role("button", name="Disqualify").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Disqualify")).to_be_focused()
    page.keyboard.press("Enter")
    expect(banner(page)).to_contain_text("Disqualified as Cannot Contact")
    undo = messages(page).get_by_role("button", name="Undo")
    undo.focus()
    page.wait_for_timeout(13_000)  # longer than a message stays that nobody looks at
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    expect(messages(page)).to_contain_text("Doe is open again.")
    expect(banner(page)).to_have_count(0)
    office.session.expire_all()
    assert office.session.get_one(Lead, lead.id).status == LeadStatus.OPEN


def test_what_was_typed_is_saved_before_the_lead_is_closed(sign_in: SignIn, office: Office) -> None:
    lead = office.lead()
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{lead.id}")
    page.get_by_label("Topic").fill("Ten trucks")
    disqualify(page, "Lost").get_by_role("button", name="Disqualify").click()
    expect(banner(page)).to_contain_text("Disqualified as Lost")
    office.session.expire_all()
    row = office.session.get_one(Lead, lead.id)
    assert (row.topic, row.status) == ("Ten trucks", LeadStatus.DISQUALIFIED)


def test_escape_leaves_the_lead_as_it_is(sign_in: SignIn, office: Office) -> None:
    lead = office.lead()
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{lead.id}")
    disqualify(page, "Lost")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(banner(page)).to_have_count(0)


def test_an_open_opportunity_disables_the_command_and_its_reason_is_told(sign_in: SignIn, office: Office) -> None:
    lead = office.lead()
    office.opportunity(topic="Ten trucks", originating_lead_id=lead.id)
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{lead.id}")
    button = commands(page).get_by_role("button", name="Disqualify")
    button.click(force=True)  # Playwright waits for buttons with aria-disabled
    expect(page.get_by_role("tooltip").filter(has_text="Ten trucks")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_several_leads_are_disqualified_the_lost_one_stays_and_all_are_undone(sign_in: SignIn, office: Office) -> None:
    leads = [office.lead(last_name=name) for name in ("Abel", "Baker", "Clark")]
    leads.append(office.lead(last_name="Gone", status=2, status_reason=int(LeadReason.CANCELED)))
    office.commit()
    page = sign_in("Sara")
    page.goto("/leads?view=all")
    tick(page, "Abel", "Baker", "Gone")
    dialog = disqualify(page, "No Longer Interested")
    expect(dialog).to_contain_text("Disqualify 3 leads")
    dialog.get_by_role("button", name="Disqualify").click()
    expect(messages(page)).to_contain_text("2 leads disqualified.")
    expect(messages(page)).to_contain_text("Gone is Disqualified already")
    row = page.get_by_role("row").filter(has_text="Abel")
    expect(row).to_contain_text("No Longer Interested")
    expect(page.get_by_role("row").filter(has_text="Gone")).to_contain_text("Canceled")
    messages(page).get_by_role("button", name="Undo").click()
    expect(messages(page)).to_contain_text("2 records are as they were before.")
    expect(row).to_contain_text("New")
    office.session.expire_all()
    assert [office.session.get_one(Lead, lead.id).status_reason for lead in leads] == [1, 1, 1, 7]


def test_closed_leads_are_reactivated_from_the_list(sign_in: SignIn, office: Office) -> None:
    office.lead(last_name="Abel", status=2, status_reason=4)
    office.lead(last_name="Baker", status=1, status_reason=3)
    office.commit()
    page = sign_in("Sara")
    page.goto("/leads?view=closed")
    tick(page, "Abel", "Baker")
    expect(commands(page).get_by_role("button", name="Disqualify")).to_have_count(0)
    commands(page).get_by_role("button", name="Reactivate Lead").click()
    expect(messages(page)).to_contain_text("2 leads reactivated.")
    expect(page.get_by_role("row").filter(has_text=re.compile("Abel|Baker"))).to_have_count(0)
