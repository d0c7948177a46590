"""The life of records in the browser: disqualify and reactivate, undo from the message, delete and restore, share."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from rxcrm.models.choices import ActivityKind, LeadReason, LeadStatus
from rxcrm.models.lead import Lead
from rxcrm.models.timeline import writing
from tests.e2e.conftest import DESKTOP, PHONE, TABLET, SignIn
from tests.office import Office


def commands(page: Page) -> Locator:
    return page.get_by_role("toolbar", name=re.compile("Commands|Selected records"))


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
    page.clock.install()
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
    page.clock.fast_forward(13_000)  # longer than a message stays that nobody looks at
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


# -- delete and restore ----------------------------------------------------------------------------------------------


def test_deleting_says_what_goes_along_and_is_undone_from_the_message(sign_in: SignIn, office: Office) -> None:
    lead = office.lead()
    writing.log(office.act(office.sara), ActivityKind.TASK, {"subject": "Call back"}, ("lead", lead.id))
    office.commit()
    page = sign_in("Vera")
    page.goto(f"/leads/{lead.id}")
    commands(page).get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete")
    expect(dialog).to_contain_text("Move Doe to the recycle bin?")
    expect(dialog.get_by_role("listitem")).to_have_text(["1 activity", "1 entry of its history"])
    dialog.get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile(r"/leads$"))
    messages(page).get_by_role("button", name="Undo").click()
    expect(messages(page)).to_contain_text("Doe is back from the recycle bin.")
    page.goto("/leads?view=all")
    expect(page.get_by_role("row").filter(has_text="Doe")).to_have_count(1)


def test_whoever_deletes_an_open_lead_is_advised_to_disqualify_it(sign_in: SignIn, office: Office) -> None:
    lead = office.lead()
    office.commit()
    page = sign_in("Vera")
    page.goto(f"/leads/{lead.id}")
    commands(page).get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Delete").get_by_role("button", name="Disqualify instead").click()
    dialog = page.get_by_role("dialog", name="Disqualify Lead")
    expect(dialog.get_by_label("Status Reason")).to_have_value(str(int(LeadReason.LOST)))
    dialog.get_by_role("button", name="Disqualify").click()
    expect(banner(page)).to_contain_text("Disqualified as Lost")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_several_deleted_records_are_found_in_the_recycle_bin_and_restored(
    sign_in: SignIn, office: Office, size: dict[str, object]
) -> None:
    for name in ("Abel", "Baker", "Clark"):
        office.lead(last_name=name)
    office.commit()
    page = sign_in("Vera", size)
    page.goto("/leads?view=all")
    tick(page, "Abel", "Baker")
    commands(page).get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Delete").get_by_role("button", name="Delete").click()
    expect(messages(page)).to_contain_text("2 records moved to the recycle bin.")
    page.get_by_role("button", name="User menu").click()
    page.get_by_role("menuitem", name="Recycle bin").click()
    table = page.get_by_role("table", name="Recycle bin")
    expect(table.get_by_role("rowheader")).to_contain_text(["Baker", "Abel"])
    page.get_by_role("searchbox", name="Search the recycle bin").fill("abel")
    expect(table.get_by_role("rowheader")).to_contain_text(["Abel"])
    page.get_by_role("searchbox", name="Search the recycle bin").fill("")
    expect(table.get_by_role("rowheader")).to_have_count(2)
    table.get_by_role("checkbox", name="Select all").check()
    page.get_by_role("button", name="Restore 2 records").click()
    expect(messages(page)).to_contain_text("2 records restored.")
    expect(page.get_by_role("heading", name="The recycle bin is empty")).to_be_visible()
    page.goto("/leads?view=all")
    expect(page.get_by_role("row").filter(has_text=re.compile("Abel|Baker|Clark"))).to_have_count(3)


# -- assign and share ------------------------------------------------------------------------------------------------


def test_a_lead_is_assigned_to_a_team_found_by_its_name(sign_in: SignIn, office: Office) -> None:
    lead = office.lead()
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{lead.id}")
    commands(page).get_by_role("button", name="Assign").click()
    dialog = page.get_by_role("dialog", name="Assign")
    field = dialog.get_by_role("combobox", name="User or team")
    expect(field).to_be_focused()
    expect(dialog.get_by_role("option").first).to_contain_text("Sara")
    field.fill("fai")
    expect(dialog.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Assign")).to_be_focused()
    page.keyboard.press("Enter")
    expect(messages(page)).to_contain_text("Doe is assigned to Fair.")
    expect(page.get_by_role("group", name="Owner")).to_contain_text("Fair")
    expect(commands(page).get_by_role("button", name="Disqualify")).to_have_count(0)


def test_several_leads_are_assigned_to_me_and_those_that_refuse_are_named(sign_in: SignIn, office: Office) -> None:
    office.lead(office.tom, last_name="Abel")
    office.lead(office.olaf, last_name="Baker")
    office.commit()
    page = sign_in("Mia")
    page.goto("/leads?view=all")
    tick(page, "Abel", "Baker")
    commands(page).get_by_role("button", name="Assign").click()
    dialog = page.get_by_role("dialog", name="Assign 2 records")
    dialog.get_by_text("Me", exact=True).click()
    dialog.get_by_role("button", name="Assign").click()
    expect(messages(page)).to_contain_text("1 record assigned.")
    expect(messages(page)).to_contain_text("Baker: Your role reaches only")
    expect(page.get_by_role("row").filter(has_text="Abel")).to_contain_text("Mia")


def test_a_lead_is_shared_changed_and_taken_back(sign_in: SignIn, office: Office) -> None:
    office.settle(private=True)
    lead = office.lead()
    office.commit()
    page, other = sign_in("Sara"), sign_in("Olaf")
    other.goto(f"/leads/{lead.id}")
    expect(other.get_by_role("heading", name="Nothing to show")).to_be_visible()
    page.goto(f"/leads/{lead.id}")
    commands(page).get_by_role("button", name="Share").click()
    pane = page.get_by_role("dialog", name="Share Doe")
    expect(pane).to_contain_text("Nobody yet")
    pane.get_by_role("combobox", name="User or team").fill("olaf")
    pane.get_by_role("option", name="Olaf").click()
    ticks = pane.get_by_role("group", name="Rights of Olaf")
    expect(ticks.get_by_role("checkbox", name="Delete")).to_be_disabled()
    ticks.get_by_role("checkbox", name="Write").check()
    pane.get_by_role("button", name="Share", exact=True).click()
    shared = pane.get_by_role("region", name="Shared with")
    expect(shared).to_contain_text("Olaf")
    other.reload()
    other.get_by_label("Topic").fill("Trucks")
    commands(other).get_by_role("button", name="Save", exact=True).click()
    expect(messages(other)).to_contain_text("Saved")
    shared.get_by_role("checkbox", name="Write").click()
    expect(shared.get_by_role("checkbox", name="Write")).not_to_be_checked()
    shared.get_by_role("button", name="Stop sharing with Olaf").click()
    expect(shared).to_contain_text("Nobody yet")
    other.reload()
    expect(other.get_by_role("heading", name="Nothing to show")).to_be_visible()


# -- create contact or account now -----------------------------------------------------------------------------------


def test_a_contact_is_created_from_a_lead_that_stays_open_and_one_that_exists_is_shown_first(
    sign_in: SignIn, office: Office
) -> None:
    names = {"first_name": "Jane", "email": "jane@fabrikam.example", "company_name": "Fabrikam"}
    first, second = office.lead(**names), office.lead(**names)
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{first.id}")
    commands(page).get_by_role("button", name="Create from this lead").click()
    page.get_by_role("menuitem", name="Contact", exact=True).click()
    expect(messages(page)).to_contain_text("Jane Doe was created and linked with this lead.")
    expect(page.get_by_role("link", name="Jane Doe")).to_have_count(1)
    commands(page).get_by_role("button", name="Create from this lead").click()
    expect(page.get_by_role("menuitem", name="Contact")).to_contain_text("Jane Doe has an existing contact already.")
    page.goto(f"/leads/{second.id}")
    commands(page).get_by_role("button", name="Create from this lead").click()
    page.get_by_role("menuitem", name="Contact", exact=True).click()
    dialog = page.get_by_role("dialog", name="This contact exists already")
    dialog.get_by_role("button", name="Use Jane Doe").click()
    expect(messages(page)).to_contain_text("Jane Doe is linked with this lead.")
    office.session.expire_all()
    rows = [office.session.get_one(Lead, lead.id) for lead in (first, second)]
    assert rows[0].existing_contact_id == rows[1].existing_contact_id is not None
