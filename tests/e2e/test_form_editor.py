"""An administrator shapes the form of a lead; a seller who is typing in it sees that without reloading (issue 6, 5)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from rxcrm.models.forms.tables import Form
from rxcrm.models.lead import Lead
from tests.e2e.conftest import DESKTOP, TABLET, SignIn
from tests.office import Office


def editor(page: Page, path: str = "/settings/forms/lead") -> Locator:
    page.goto(path)
    found = page.get_by_role("region", name="Editor of the form")
    expect(found.get_by_role("tab", name="Summary")).to_be_visible(timeout=30_000)
    return found


def section(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def publish(page: Page) -> None:
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="The form was published").first).to_be_visible()


def drag(page: Page, source: Locator, target: Locator) -> None:
    """Onto the upper edge of the target: before it."""
    source.scroll_into_view_if_needed()
    one, two = source.bounding_box(), target.bounding_box()
    assert one and two
    page.mouse.move(one["x"] + 12, one["y"] + one["height"] / 2)
    page.mouse.down()
    page.mouse.move(two["x"] + 60, two["y"] + two["height"] + 4, steps=6)
    page.mouse.move(two["x"] + 60, two["y"] + 4, steps=4)
    page.mouse.up()


@pytest.mark.parametrize("size", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_a_seller_who_is_typing_sees_the_form_change_and_loses_nothing(
    sign_in: SignIn, office: Office, size: dict[str, object]
) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska", email="a@b.pl", website="https://b.pl")
    office.commit()
    sara, ada = sign_in("Sara", size), sign_in("Ada")
    sara.goto(f"/leads/{lead.id}")
    topic = sara.get_by_label("Topic").first
    expect(topic).to_have_value("Lamps", timeout=30_000)
    topic.fill("Lamps and shades")

    page = editor(ada)
    contact = section(ada, "Contact")
    # A field that is not on the form comes by its button into the chosen section; another one leaves.
    contact.get_by_role("button", name="Contact").click()
    ada.get_by_role("button", name="Add Salutation").click()
    expect(contact.get_by_role("button", name="Salutation")).to_have_attribute("aria-pressed", "true")
    contact.get_by_role("button", name="Email", exact=True).click()
    panel = page.get_by_role("region", name="Field Email")
    panel.get_by_label("Label").fill("Work address")
    ada.get_by_role("region", name="Field Work address").get_by_role("switch", name="Required").check()
    section(ada, "Company").get_by_role("button", name="Website").click()
    ada.get_by_role("button", name="Take off the form").click()
    contact.get_by_role("button", name="Topic, required").click()
    expect(ada.get_by_role("button", name="Take off the form")).to_be_disabled()
    publish(ada)

    expect(sara.get_by_label("Work address")).to_have_value("a@b.pl")
    expect(sara.get_by_label("Website")).to_have_count(0)
    expect(topic).to_have_value("Lamps and shades")
    sara.get_by_label("Salutation").fill("Ms.")
    sara.get_by_label("Work address").fill("")
    sara.get_by_role("button", name="Save", exact=True).click()
    expect(sara.get_by_text("Work address is required.").first).to_be_visible()
    sara.get_by_label("Work address").fill("c@d.pl")
    sara.get_by_role("button", name="Save", exact=True).click()
    expect(sara.get_by_role("status").filter(has_text="Saved").first).to_be_visible()
    office.session.expire_all()
    stored = office.session.exec(select(Lead)).one()
    assert (stored.topic, stored.salutation, stored.email) == ("Lamps and shades", "Ms.", "c@d.pl")
    assert stored.website == "https://b.pl"


def test_fields_sections_and_tabs_move_by_drag_and_by_keyboard_and_a_draft_is_seen_by_nobody(
    sign_in: SignIn, office: Office
) -> None:
    ada = sign_in("Ada")
    editor(ada)
    contact, company = section(ada, "Contact"), section(ada, "Company")
    drag(ada, contact.get_by_role("button", name="Email", exact=True), contact.get_by_role("button", name="Topic"))
    names = contact.get_by_role("listitem")
    expect(names.first).to_have_text("Email")
    drag(ada, contact.get_by_role("button", name="Email", exact=True), company.get_by_role("button", name="Website"))
    expect(company.get_by_role("listitem").nth(1)).to_have_text("Email")
    company.get_by_role("button", name="Email", exact=True).press("Alt+ArrowUp")
    expect(company.get_by_role("listitem").first).to_have_text("Email")
    ada.get_by_role("button", name="Move Email down").click()
    expect(company.get_by_role("listitem").nth(1)).to_have_text("Email")
    ada.get_by_label("Section", exact=True).select_option(label="Summary › Contact")
    expect(contact.get_by_role("listitem").last).to_have_text("Email")
    ada.get_by_role("button", name="Undo", exact=True).click()
    expect(company.get_by_role("listitem").nth(1)).to_have_text("Email")
    # A tab of one's own, first of all, with the timeline in it.
    ada.get_by_role("button", name="Add tab").click()
    ada.get_by_label("Name", exact=True).fill("Talks")
    ada.get_by_role("tab", name="Talks").press("Alt+ArrowLeft")
    ada.get_by_role("tab", name="Summary").click()
    section(ada, "Timeline").get_by_role("button", name="Timeline").click()
    ada.get_by_label("Place", exact=True).select_option(label="Talks › Column 1")
    ada.get_by_role("button", name="Save draft").click()
    expect(ada.get_by_role("status").filter(has_text="Draft").first).to_be_visible()
    office.session.expire_all()
    assert office.session.exec(select(Form)).one().layout is None
    office.commit()
    editor(ada)
    expect(section(ada, "Company").get_by_role("listitem").nth(1)).to_have_text("Email")
    publish(ada)
    lead = office.lead(office.sara, topic="Lamps", last_name="Doe")
    office.commit()
    sara = sign_in("Sara", TABLET)
    sara.goto(f"/leads/{lead.id}")
    sara.get_by_role("tab", name="Talks").click(timeout=30_000)
    expect(sara.get_by_role("tabpanel", name="Talks").get_by_text("Enter a note")).to_be_visible()


def test_a_field_is_dragged_with_a_finger(sign_in: SignIn) -> None:
    page = sign_in("Ada", TABLET)
    editor(page)
    contact = section(page, "Contact")
    one = contact.get_by_role("button", name="Job Title").locator("[data-grip]").bounding_box()
    two = contact.get_by_role("button", name="Topic").bounding_box()
    assert one and two
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, x: float, y: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    x, y = one["x"] + one["width"] / 2, one["y"] + one["height"] / 2
    touch("touchStart", x, y)
    for part in (0.2, 0.5, 0.8, 1.0):
        touch("touchMove", x + 30 * part, y + (two["y"] + 3 - y) * part)
    touch("touchEnd", 0, 0)
    expect(contact.get_by_role("listitem").first).to_have_text("Job Title")


def test_a_role_gets_its_own_form_and_the_administrator_sees_it_as_that_role(sign_in: SignIn, office: Office) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    ada = sign_in("Ada")
    ada.goto("/settings/forms")
    ada.get_by_role("button", name="Add form").click(timeout=30_000)
    dialog = ada.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Call centre")
    dialog.get_by_role("button", name="Add form").click()
    expect(dialog.get_by_text("Choose at least one role")).to_be_visible()
    dialog.get_by_label("Salesperson").check()
    dialog.get_by_role("button", name="Add form").click()
    expect(ada.get_by_role("heading", name="Call centre")).to_be_visible(timeout=30_000)
    company = section(ada, "Company")
    company.get_by_role("button", name="Company", exact=True).click()
    ada.get_by_role("button", name="Remove the section").click()
    expect(company).to_have_count(0)
    ada.get_by_label("Preview as").select_option(label="Salesperson")
    preview = ada.get_by_role("group", name="Preview")
    expect(preview.get_by_text("Contact", exact=True).first).to_be_visible()
    expect(preview.get_by_text("Company", exact=True)).to_have_count(0)
    ada.get_by_label("Preview as").select_option(label="Sales Manager")
    expect(ada.get_by_text("Sales Manager gets the form")).to_be_visible()
    publish(ada)
    sara, mia = sign_in("Sara"), sign_in("Mia")
    for page, sections in ((sara, 0), (mia, 1)):
        page.goto(f"/leads/{lead.id}")
        expect(page.get_by_label("Topic").first).to_have_value("Lamps", timeout=30_000)
        expect(section(page, "Company")).to_have_count(sections)


def test_of_two_administrators_at_once_the_second_one_is_told_and_loses_nothing(
    sign_in: SignIn, office: Office
) -> None:
    one, two = sign_in("Ada"), sign_in("Ada")
    for page in (one, two):
        editor(page)
    section(one, "Contact").get_by_role("button", name="Email", exact=True).click()
    one.get_by_role("button", name="Take off the form").click()
    publish(one)
    section(two, "Company").get_by_role("button", name="Website").click()
    two.get_by_role("button", name="Take off the form").click()
    two.get_by_role("button", name="Publish", exact=True).click()
    alert = two.get_by_role("alert").filter(has_text="Ada changed this form while you were working on it")
    expect(alert).to_be_visible()
    expect(section(two, "Company").get_by_role("button", name="Website")).to_have_count(0)
    alert.get_by_role("button", name="Publish mine over it").click()
    expect(two.get_by_role("status").filter(has_text="The form was published").first).to_be_visible()
    one.get_by_role("link", name="Back to the forms").click()
    expect(one.get_by_role("row", name="Form for everybody")).to_be_visible()
    office.session.expire_all()
    stored = office.session.exec(select(Form)).one()
    names = [place["field"] for part in (stored.layout or {})["tabs"][0]["columns"][0] for place in part["fields"]]
    assert "email" in names and "website" not in names


def test_leaving_the_editor_with_unsaved_changes_asks(sign_in: SignIn, office: Office) -> None:
    ada = sign_in("Ada")
    editor(ada)
    section(ada, "Contact").get_by_role("button", name="Email", exact=True).click()
    ada.get_by_role("button", name="Take off the form").click()
    ada.get_by_role("link", name="Back to the forms").click()
    dialog = ada.get_by_role("dialog", name="Unsaved changes")
    dialog.get_by_role("button", name="Keep editing").click()
    expect(section(ada, "Contact").get_by_role("button", name="Email", exact=True)).to_have_count(0)
    ada.get_by_role("link", name="Back to the forms").click()
    dialog.get_by_role("button", name="Discard").click()
    expect(ada.get_by_role("row", name="Form for everybody")).to_be_visible()
