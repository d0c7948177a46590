"""The form: errors at the field, guard, drafts, two people on one lead, process bar in step, look-ups."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from rxcrm.models import db, records
from rxcrm.models.access import Privilege
from rxcrm.models.lead import Lead
from tests.e2e.conftest import DESKTOP, TABLET, SignIn
from tests.office import Office


def field(page: Page, label: str):  # type: ignore[no-untyped-def]
    return page.get_by_role("tabpanel").get_by_label(label, exact=True)


def saved(page: Page) -> None:
    expect(page.locator(".save-state")).to_have_text("Saved")


def tab(page: Page) -> Page:
    """Another tab of the same browser; both let themselves be reloaded and closed."""
    other = page.context.new_page()
    for each in (page, other):
        each.on("dialog", lambda dialog: dialog.accept())
    return other


def drafts(page: Page) -> dict[str, str]:
    """The City of every draft that this browser keeps, by key."""
    kept = page.evaluate("Object.entries(localStorage).filter(([key]) => key.startsWith('rxcrm:draft:'))")
    return {key: json.loads(draft)["edits"]["city"] for key, draft in kept}


def deleted_by_ada(office: Office, lead: Lead) -> None:
    act = office.act(office.ada, db.now())
    records.bin(act, act.find(Lead, lead.id or 0, Privilege.DELETE))
    office.commit()


def test_only_topic_and_last_name_stop_the_save(sign_in: SignIn) -> None:
    page = sign_in("Sara")
    page.goto("/leads/new")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Topic is required.")).to_be_visible()
    expect(page.get_by_text("Last Name is required.")).to_be_visible()
    expect(field(page, "Topic")).to_be_focused()
    field(page, "Topic").fill("Lamps")
    field(page, "Last Name").fill("Kowalska")
    page.keyboard.press("Control+s")
    expect(page).to_have_url(re.compile(r"/leads/\d+$"))
    saved(page)
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("created this record")


def test_save_and_close_returns_to_the_list_that_one_came_from(sign_in: SignIn, office: Office) -> None:
    office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    page = sign_in("Sara")
    page.goto("/leads?view=open&q=lamps")
    page.get_by_role("link", name="Kowalska").click()
    field(page, "Job Title").fill("Buyer")
    page.get_by_role("button", name="Save & Close").click()
    expect(page.get_by_role("searchbox", name="Search this view")).to_have_value("lamps")


def test_bad_values_are_named_at_their_fields_and_stay(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{lead.id}")
    page.get_by_role("tab", name="Details").click()
    field(page, "Annual Revenue").fill("a lot")
    page.get_by_role("tab", name="Summary").click()
    field(page, "Topic").fill("x" * 301)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("at most 300 characters; this has 301")).to_be_visible()
    field(page, "Topic").fill("Lamps <script>alert(1)</script>")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("“a lot” is not a number.")).to_be_visible()
    expect(field(page, "Annual Revenue")).to_be_focused()
    expect(field(page, "Annual Revenue")).to_have_value("a lot")
    field(page, "Annual Revenue").fill("1,250,000.50")
    page.get_by_role("button", name="Save", exact=True).click()
    saved(page)
    field(page, "Annual Revenue").blur()
    expect(field(page, "Annual Revenue")).to_have_value("€1,250,000.50")
    page.get_by_role("tab", name="Summary").click()
    expect(field(page, "Topic")).to_have_value("Lamps <script>alert(1)</script>")


def test_leaving_with_unsaved_changes_asks(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    page = sign_in("Sara")
    page.goto("/leads")
    page.get_by_role("link", name="Kowalska").click()
    field(page, "City").fill("Kraków")
    page.get_by_role("link", name="Accounts").click()
    dialog = page.get_by_role("dialog", name="Unsaved changes")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page).to_have_url(re.compile(f"/leads/{lead.id}"))
    expect(field(page, "City")).to_have_value("Kraków")
    page.go_back()
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="My Open Leads")).to_be_visible()
    office.session.expire_all()
    assert office.session.get_one(Lead, lead.id).city == "Kraków"
    page.get_by_role("link", name="Kowalska").click()
    field(page, "City").fill("Gdynia")
    page.get_by_role("link", name="Contacts").click()
    dialog.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("heading", name="Active Contacts")).to_be_visible()


def test_a_draft_survives_a_reload_and_can_be_dropped(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska", city="Gdynia")
    office.commit()
    page = sign_in("Sara")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"/leads/{lead.id}")
    field(page, "City").fill("Kraków")
    page.reload()
    expect(page.get_by_text("is here again")).to_be_visible()
    expect(field(page, "City")).to_have_value("Kraków")
    page.get_by_role("button", name="Discard").click()
    expect(field(page, "City")).to_have_value("Gdynia")


def test_two_people_saving_one_lead_lose_nothing(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    sara, mia = sign_in("Sara"), sign_in("Mia")
    for page in (sara, mia):
        page.goto(f"/leads/{lead.id}")
        expect(field(page, "Topic")).to_have_value("Lamps")
    field(mia, "Topic").fill("Mia's lamps")
    field(mia, "City").fill("Gdynia")
    mia.get_by_role("button", name="Save", exact=True).click()
    saved(mia)
    field(sara, "Topic").fill("Sara's lamps")
    field(sara, "Job Title").fill("Buyer")
    sara.get_by_role("button", name="Save", exact=True).click()
    conflict = sara.get_by_role("alert").filter(has_text="Mia changed this record")
    expect(conflict).to_contain_text("Mia set City to “Gdynia”")
    expect(conflict).to_contain_text("Mia's lamps")
    expect(conflict).to_contain_text("Sara's lamps")
    office.session.expire_all()
    assert office.session.get_one(Lead, lead.id).topic == "Mia's lamps"
    office.commit()
    conflict.get_by_label("Yours").check()
    conflict.get_by_role("button", name="Save").click()
    saved(sara)
    expect(conflict).to_have_count(0)
    office.session.expire_all()
    found = office.session.get_one(Lead, lead.id)
    assert (found.topic, found.city, found.job_title) == ("Sara's lamps", "Gdynia", "Buyer")


def test_two_tabs_on_one_lead_keep_a_draft_each(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    one = sign_in("Sara")
    two = tab(one)
    for page, city in ((one, "Kraków"), (two, "Gdynia")):
        page.goto(f"/leads/{lead.id}")
        field(page, "City").fill(city)
    for page, city in ((one, "Kraków"), (two, "Gdynia")):
        page.reload()
        expect(page.get_by_text("is here again")).to_be_visible()
        expect(field(page, "City")).to_have_value(city)
    two.get_by_role("button", name="Save", exact=True).click()
    saved(two)
    assert list(drafts(two).values()) == ["Kraków"]
    one.reload()
    expect(field(one, "City")).to_have_value("Kraków")


@pytest.mark.parametrize("locks", [True, False], ids=["with locks", "over plain HTTP"])
def test_only_the_draft_of_a_tab_that_is_gone_is_adopted(sign_in: SignIn, office: Office, locks: bool) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    one = sign_in("Sara")
    if not locks:
        one.context.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })")
    two, three = tab(one), tab(one)
    one.goto(f"/leads/{lead.id}")
    field(one, "City").fill("Kraków")
    two.goto(f"/leads/{lead.id}")
    expect(field(two, "City")).to_have_value("")
    two.goto("/leads")
    expect(two.get_by_role("heading", name="My Open Leads")).to_be_visible()
    (key,) = drafts(two)
    one.close()
    three.goto(f"/leads/{lead.id}")
    expect(three.get_by_text("is here again")).to_be_visible()
    expect(field(three, "City")).to_have_value("Kraków")
    assert list(drafts(three).values()) == ["Kraków"]
    assert key not in drafts(three)
    three.get_by_role("button", name="Save", exact=True).click()
    saved(three)
    assert drafts(three) == {}


def test_a_duplicated_tab_has_a_draft_of_its_own(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    one = sign_in("Sara")
    one.goto(f"/leads/{lead.id}")
    field(one, "City").fill("Kraków")
    with one.expect_popup() as opened:
        one.evaluate("void window.open(location.href)")  # copies sessionStorage, as duplicating a tab does
    two = opened.value
    expect(field(two, "City")).to_have_value("")
    field(two, "City").fill("Gdynia")
    field(one, "City").fill("Łódź")
    assert sorted(drafts(one).values()) == ["Gdynia", "Łódź"]


def test_drafts_expire_after_thirty_days(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    page = sign_in("Sara")
    page.goto("/leads")
    for days, city in ((31, "Kraków"), (29, "Gdynia")):
        draft = {"version": 1, "edits": {"city": city}, "names": {}, "at": (db.now() - timedelta(days)).isoformat()}
        key = f"rxcrm:draft:{office.sara.id}:lead:{lead.id}:gone-{days}"
        page.evaluate("([key, draft]) => localStorage.setItem(key, draft)", [key, json.dumps(draft)])
    page.goto(f"/leads/{lead.id}")
    expect(field(page, "City")).to_have_value("Gdynia")
    assert list(drafts(page).values()) == ["Gdynia"]


@pytest.mark.parametrize("found_by", ["Save", "Refresh"])
def test_a_lead_deleted_while_i_type_becomes_a_new_one(sign_in: SignIn, office: Office, found_by: str) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska", annual_revenue="1250.50")
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{lead.id}")
    field(page, "City").fill("Kraków")
    deleted_by_ada(office, lead)
    page.get_by_role("button", name=found_by, exact=True).click()
    told = page.get_by_role("alert", name="Ada deleted this record on")
    expect(told).to_contain_text("What you typed is still here")
    expect(told.get_by_role("button")).to_be_in_viewport()
    expect(field(page, "City")).to_have_value("Kraków")
    expect(page.locator(".save-state")).to_have_text("Deleted")
    expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Accounts").click()
    page.get_by_role("dialog", name="Unsaved changes").get_by_role("button", name="Save").click()
    expect(told.get_by_role("button")).to_be_focused()
    expect(page).to_have_url(re.compile(f"/leads/{lead.id}$"))
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(told).to_be_visible()
    expect(field(page, "City")).to_have_value("Kraków")
    told.get_by_role("button", name="Create a new lead from it").click()
    expect(told).to_have_count(0)
    expect(page).not_to_have_url(re.compile(f"/leads/{lead.id}$"))
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("created this record")
    saved(page)
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('rxcrm:draft:'))") == []
    found = office.session.get_one(Lead, int(page.url.rsplit("/", 1)[1]))
    assert (found.topic, found.last_name, found.city, found.annual_revenue) == (
        "Lamps",
        "Kowalska",
        "Kraków",
        Decimal("1250.50"),
    )


def test_a_lead_taken_from_me_while_i_type_does_not_tell_by_whom(sign_in: SignIn, office: Office) -> None:
    office.settle(private=True)
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{lead.id}")
    field(page, "City").fill("Kraków")
    act = office.act(office.ada)
    records.assign(act, act.find(Lead, lead.id or 0, Privilege.ASSIGN), office.olaf)
    office.commit()
    page.get_by_role("button", name="Save", exact=True).click()
    told = page.get_by_role("alert").filter(has_text="you may no longer see it")
    expect(told).to_be_visible()
    expect(told).not_to_contain_text("Ada")
    expect(field(page, "City")).to_have_value("Kraków")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.get_by_role("paragraph").filter(has_text="doesn't exist, or you may not see it")).to_be_visible()
    assert "Lamps" not in page.content()


def test_a_command_that_cannot_be_used_yet_says_why_by_keyboard_and_touch(sign_in: SignIn) -> None:
    why = "Save this record first."
    page = sign_in("Vera")
    page.goto("/leads/new")
    assign = page.get_by_role("button", name="Assign")
    expect(assign).to_have_attribute("aria-disabled", "true")
    expect(assign).to_have_accessible_description(why)
    page.get_by_role("button", name="Refresh").focus()
    page.keyboard.press("Tab")
    expect(assign).to_be_focused()
    tip = page.get_by_role("tooltip")
    expect(tip).to_have_text(why)
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)
    page.keyboard.press("Enter")
    expect(tip).to_be_visible()
    expect(page.get_by_role("status").filter(has_text=why)).to_have_count(1)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Delete").hover()
    expect(tip).to_have_count(2)
    page.mouse.move(700, 500)
    expect(tip).to_have_count(1)
    touched = sign_in("Vera", TABLET)
    touched.goto("/leads/new")
    touched.get_by_role("button", name="Assign").tap(force=True)
    expect(touched.get_by_role("tooltip")).to_have_text(why)
    field(touched, "Topic").tap()
    expect(touched.get_by_role("tooltip")).to_have_count(0)


@pytest.mark.parametrize("size", [DESKTOP, TABLET], ids=["1440", "1024"])
def test_a_pinned_card_hides_nothing_of_the_header(sign_in: SignIn, office: Office, size: dict[str, object]) -> None:
    lead = office.lead(office.sara, topic="Lamps", first_name="Maria Magdalena", last_name="Kowalska-Wiśniewska")
    office.commit()
    page = sign_in("Sara", size)
    page.goto(f"/leads/{lead.id}")
    page.get_by_role("region", name="Lead to Opportunity Sales Process").get_by_role("button", name="Qualify").click()
    card = page.get_by_role("group", name="Qualify", exact=True)
    card.get_by_role("button", name="Pin").click()
    edge = (card.bounding_box() or {})["x"]
    for part in page.locator(".record-header .field, .record-header h1, .process li button").all():
        box = part.bounding_box() or {}
        assert box["x"] + box["width"] <= edge, part


def test_the_process_bar_and_the_form_move_together(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{lead.id}")
    bar = page.get_by_role("region", name="Lead to Opportunity Sales Process")
    bar.get_by_role("button", name="Qualify").click()
    card = page.get_by_role("group", name="Qualify", exact=True)
    page.get_by_role("tab", name="Details").click()
    card.get_by_label("Capture Summary").fill("Wants warm light")
    expect(field(page, "Description")).to_have_value("Wants warm light")
    field(page, "Description").fill("Wants cold light")
    expect(card.get_by_label("Capture Summary")).to_have_value("Wants cold light")
    card.get_by_label("Purchase Timeframe").select_option(label="This Quarter")
    card.get_by_label("Identify Decision Maker").select_option(label="completed")
    card.get_by_role("button", name="Pin").click()
    page.get_by_role("button", name="Save", exact=True).click()
    saved(page)
    page.reload()
    expect(card.get_by_label("Purchase Timeframe")).to_have_value("1")
    card.get_by_role("button", name="Close").click()
    bar.get_by_role("button", name="Develop").click()
    expect(page.get_by_role("group", name="Develop", exact=True)).to_contain_text("once the lead is qualified")


def test_choosing_an_account_fills_only_empty_fields(sign_in: SignIn, office: Office) -> None:
    office.account(office.sara, name="Fabrikam", website="https://fabrikam.example", city="Łódź", country="Poland")
    office.commit()
    page = sign_in("Sara")
    page.goto("/leads/new")
    field(page, "City").fill("Gdynia")
    page.get_by_role("region", name="Lead to Opportunity Sales Process").get_by_role("button", name="Qualify").click()
    card = page.get_by_role("group", name="Qualify", exact=True)
    card.get_by_role("combobox", name="Existing Account?").click()
    page.get_by_role("option", name="Fabrikam").click()
    expect(field(page, "Company Name")).to_have_value("Fabrikam")
    expect(field(page, "Country/Region")).to_have_value("Poland")
    expect(field(page, "City")).to_have_value("Gdynia")


def test_after_saving_a_look_up_lists_matches_first_and_all_on_demand(sign_in: SignIn, office: Office) -> None:
    office.contact(office.sara, first_name="Ewa", last_name="Kowalska", email="ewa@example.com")
    office.contact(office.sara, first_name="Jan", last_name="Nowak")
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska", email="ewa@example.com")
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{lead.id}")
    page.get_by_role("region", name="Lead to Opportunity Sales Process").get_by_role("button", name="Qualify").click()
    card = page.get_by_role("group", name="Qualify", exact=True)
    card.get_by_role("combobox", name="Existing Contact?").click()
    expect(page.get_by_role("option", name="Ewa Kowalska")).to_be_visible()
    expect(page.get_by_role("option", name="Jan Nowak")).to_have_count(0)
    page.get_by_role("option", name="Show all").click()
    expect(page.get_by_role("option", name="Jan Nowak")).to_be_visible()
    page.keyboard.press("Escape")
    card.get_by_role("combobox", name="Existing Contact?").click()
    page.get_by_role("option", name="New Contact").click()
    dialog = page.get_by_role("dialog", name="Quick Create: Contact")
    dialog.get_by_label("Last Name").fill("Zielińska")
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(card.get_by_role("combobox", name="Existing Contact?")).to_have_value("Zielińska")


def test_commands_without_the_privilege_are_hidden_and_the_form_is_read_only(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.vera, topic="Lamps", last_name="Kowalska")
    office.commit()
    page = sign_in("Tim")
    page.goto(f"/leads/{lead.id}")
    expect(field(page, "Topic")).to_be_disabled()
    expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)
    expect(page.get_by_role("button", name="Assign")).to_have_count(0)
    # He may write activities, but make no leads, accounts or contacts.
    page.get_by_role("button", name="New record").click()
    expect(page.get_by_role("menuitem", name="Task")).to_be_visible()
    for hidden in ("Lead", "Account", "Contact"):
        expect(page.get_by_role("menuitem", name=hidden)).to_have_count(0)


def test_a_hidden_lead_is_not_told_apart_from_none(sign_in: SignIn, office: Office) -> None:
    office.settle(private=True)
    lead = office.lead(office.vera, topic="Secret", last_name="Hidden")
    office.commit()
    page = sign_in("Olaf")
    for address in (f"/leads/{lead.id}", "/leads/999999", "/leads/abc", "/leads/-1", f"/leads/{10**30}"):
        page.goto(address)
        expect(page.get_by_text("doesn't exist, or you may not see it")).to_be_visible()
    assert "Secret" not in page.content()


def test_assigning_and_deleting_from_the_form(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    page = sign_in("Vera")
    page.goto(f"/leads/{lead.id}")
    page.get_by_role("button", name="Assign").click()
    dialog = page.get_by_role("dialog", name="Assign")
    dialog.get_by_role("option", name="Tom").click()
    dialog.get_by_role("button", name="Assign").click()
    expect(page.get_by_role("group", name="Owner")).to_contain_text("Tom")
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("assigned this record to Tom")
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog", name="Delete")
    expect(dialog).to_contain_text("entries of its history")
    dialog.get_by_role("button", name="Delete").click()
    expect(page).to_have_url(re.compile(r"/leads/?$"))


def test_refreshing_under_unsaved_changes_does_not_overwrite_a_colleague(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{lead.id}")
    field(page, "Topic").fill("Sara's lamps")
    office.session.expire_all()
    act = office.act(office.mia)
    records.save(act, act.find(Lead, lead.id or 0, Privilege.WRITE, 1), {"topic": "Mia's lamps"})
    office.commit()
    page.get_by_role("button", name="Refresh").click()
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("Mia changed Topic")
    page.get_by_role("button", name="Save", exact=True).click()
    conflict = page.get_by_role("alert").filter(has_text="Mia changed this record")
    conflict.get_by_label("Mia").check()
    expect(field(page, "Topic")).to_have_value("Mia's lamps")
    conflict.get_by_label("Yours").check()
    expect(field(page, "Topic")).to_have_value("Sara's lamps")
    conflict.get_by_label("Mia").check()
    conflict.get_by_role("button", name="Save").click()
    expect(conflict).to_have_count(0)
    saved(page)


def test_typing_after_tab_replaces_a_number(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska", annual_revenue="1000", employees="1500")
    office.commit()
    page = sign_in("Sara")
    page.goto(f"/leads/{lead.id}")
    page.get_by_role("tab", name="Details").click()
    field(page, "Annual Revenue").focus()
    page.keyboard.type("25")
    page.keyboard.press("Tab")
    page.keyboard.type("16")
    expect(field(page, "Annual Revenue")).to_have_value("25")
    expect(field(page, "No. of Employees")).to_have_value("16")


def test_enter_before_the_answer_picks_nothing(sign_in: SignIn, office: Office) -> None:
    office.account(office.sara, name="Adatum")
    office.account(office.sara, name="Fabrikam")
    office.commit()
    page = sign_in("Sara")
    page.goto("/leads/new")
    page.get_by_role("region", name="Lead to Opportunity Sales Process").get_by_role("button", name="Qualify").click()
    box = page.get_by_role("group", name="Qualify", exact=True).get_by_role("combobox", name="Existing Account?")
    box.click()
    expect(page.get_by_role("option", name="Adatum")).to_be_visible()
    page.keyboard.type("Fab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("option", name="Fabrikam")).to_be_visible()
    page.keyboard.press("Enter")
    expect(box).to_have_value("Fabrikam")
    expect(field(page, "Company Name")).to_have_value("Fabrikam")
    box.click()
    page.keyboard.type("x")
    page.keyboard.press("Backspace")
    page.keyboard.press("Tab")
    expect(box).to_have_value("")


def test_deleting_a_lead_with_unsaved_changes_asks_once(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.ada, topic="Lamps", last_name="Kowalska")
    office.commit()
    page = sign_in("Ada")
    page.goto(f"/leads/{lead.id}")
    field(page, "City").fill("Kraków")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Delete").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="My Open Leads")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('rxcrm:draft:'))") == []


def test_quick_create_closed_by_accident_keeps_what_was_typed(sign_in: SignIn) -> None:
    page = sign_in("Sara")
    page.goto("/leads")
    page.get_by_role("button", name="New record").click()
    page.get_by_role("menuitem", name="Lead").click()
    page.get_by_role("textbox", name="Topic").fill("Lamps")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="New record").click()
    page.get_by_role("menuitem", name="Lead").click()
    expect(page.get_by_role("textbox", name="Topic")).to_have_value("Lamps")


def test_a_new_lead_keeps_the_currency_that_it_showed(sign_in: SignIn) -> None:
    page = sign_in("Sara")
    page.goto("/leads/new")
    field(page, "Topic").fill("Lamps")
    field(page, "Last Name").fill("Kowalska")
    page.get_by_role("button", name="Save", exact=True).click()
    saved(page)
    page.get_by_role("tab", name="Details").click()
    expect(field(page, "Currency")).to_have_value("EUR")


@pytest.mark.parametrize("event", ["lead_record.save", "timeline.open"])
def test_what_a_broken_connection_swallowed_is_sent_again(sign_in: SignIn, office: Office, event: str) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    page = sign_in("Sara")
    swallowed: list[str | bytes] = []

    def carry(browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()

        def send(message: str | bytes) -> None:
            if not swallowed and event in str(message):
                swallowed.append(message)
            else:
                server.send(message)

        browser.on_message(send)

    page.route_web_socket(re.compile("_event"), carry)
    page.goto(f"/leads/{lead.id}")
    page.get_by_label("City", exact=True).fill("Kraków")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("changed City", timeout=30_000)
    assert len(swallowed) == 1
