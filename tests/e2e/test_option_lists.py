"""An administrator shapes a list and adds a field; a seller with the form open sees both without reloading (issue 6, 5)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from rxcrm.models.lead import Lead
from tests.e2e.conftest import DESKTOP, TABLET, SignIn
from tests.office import Office


def add_option(page: Page, label: str, colour: str = "Teal") -> None:
    page.get_by_role("button", name="Add option").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Label").fill(label)
    dialog.get_by_role("group", name="Colour").get_by_text(colour).click()
    dialog.get_by_role("button", name="Add option").click()
    expect(dialog).to_have_count(0)


def add_field(page: Page, kind: str, label: str, **more: str) -> None:
    page.get_by_role("button", name="Add field").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Label").fill(label)
    dialog.get_by_label("Kind").select_option(kind)
    for name, text in more.items():
        dialog.get_by_label(name, exact=True).fill(text)
    dialog.get_by_role("button", name="Add field").click()
    expect(dialog).to_have_count(0)


@pytest.mark.parametrize("size", [DESKTOP, TABLET], ids=["desktop", "tablet"])
def test_a_seller_with_the_form_open_sees_a_new_lead_source_and_a_new_field(
    sign_in: SignIn, office: Office, size: dict[str, object]
) -> None:
    lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
    office.commit()
    sara, ada = sign_in("Sara", size), sign_in("Ada")
    sara.goto(f"/leads/{lead.id}")
    topic = sara.get_by_label("Topic").first
    expect(topic).to_have_value("Lamps", timeout=30_000)
    topic.fill("Lamps and shades")

    ada.goto("/settings/option-lists")
    expect(ada.get_by_role("row", name="Advertisement")).to_be_visible(timeout=30_000)
    add_option(ada, "Podcast")
    expect(ada.get_by_role("row", name="Podcast")).to_be_visible()
    ada.goto("/settings/fields")
    add_field(ada, "choice", "Size", Options="Small\nLarge", Help="How big the deal is.")
    add_field(ada, "text", "Region")

    source = sara.get_by_label("Lead Source").first
    source.select_option(label="Podcast")
    sara.get_by_role("tab", name="Details").click()
    more = sara.get_by_role("region", name="More")
    more.get_by_label("Size").select_option(label="Large")
    expect(more.get_by_label("Size")).to_have_accessible_description("How big the deal is.")
    more.get_by_label("Region").fill("Süd")
    sara.get_by_role("button", name="Save", exact=True).click()
    expect(sara.get_by_role("status").filter(has_text="Saved").first).to_be_visible()
    office.session.expire_all()
    stored = office.session.exec(select(Lead)).one()
    assert (stored.topic, stored.lead_source) == ("Lamps and shades", 1000)
    assert stored.custom == {"x_size": 2, "x_region": "Süd"}


def test_a_renamed_option_and_a_new_reason_show_in_the_open_list_and_menu(sign_in: SignIn, office: Office) -> None:
    office.lead(office.sara, topic="Lamps", last_name="Kowalska", lead_source=8)
    office.commit()
    sara, ada = sign_in("Sara"), sign_in("Ada")
    sara.goto("/leads?view=open")
    expect(sara.get_by_role("gridcell", name="Web").or_(sara.get_by_role("cell", name="Web")).first).to_be_visible(
        timeout=30_000
    )
    ada.goto("/settings/option-lists")
    ada.get_by_role("button", name="Web", exact=True).click()
    dialog = ada.get_by_role("dialog")
    dialog.get_by_label("Label").fill("Website")
    dialog.get_by_role("button", name="Save").click()
    expect(sara.get_by_text("Website").first).to_be_visible()
    ada.get_by_role("navigation", name="Option lists").get_by_role("button", name="Status Reason (Lead)").click()
    ada.get_by_role("button", name="Add option").click()
    dialog.get_by_label("Label").fill("Too small")
    dialog.get_by_label("Status").select_option(label="Disqualified")
    dialog.get_by_role("button", name="Add option").click()
    expect(dialog).to_have_count(0)
    sara.get_by_role("link", name="Kowalska").first.click()
    sara.get_by_role("button", name="Disqualify").first.click()
    sara.get_by_role("menuitem", name="Too small").click()
    expect(sara.get_by_role("dialog").get_by_label("Status Reason")).to_have_value("1000")


def test_options_move_and_go_out_of_use_by_keyboard(sign_in: SignIn, office: Office) -> None:
    ada = sign_in("Ada")
    ada.goto("/settings/option-lists?list=Rating")
    expect(ada.get_by_role("row").nth(1)).to_contain_text("Hot", timeout=30_000)
    ada.get_by_role("button", name="Move Hot down").focus()
    ada.keyboard.press("Enter")
    expect(ada.get_by_role("row").nth(2)).to_contain_text("Hot")
    expect(ada.get_by_role("button", name="Move Hot down")).to_be_focused()
    ada.get_by_role("button", name="Move Hot", exact=True).press("End")
    expect(ada.get_by_role("row").nth(3)).to_contain_text("Hot")
    expect(ada.get_by_role("status").filter(has_text="Hot is number 3 of 3.")).to_have_count(1)
    ada.get_by_role("button", name="Commands for Cold").focus()
    ada.keyboard.press("Enter")
    ada.get_by_role("menuitem", name="Deactivate").press("Enter")
    expect(ada.get_by_role("row", name="Cold")).to_contain_text("Not offered")


@pytest.mark.parametrize("size", [DESKTOP, TABLET], ids=["mouse", "touch"])
def test_options_are_dragged_into_another_order(sign_in: SignIn, office: Office, size: dict[str, object]) -> None:
    ada = sign_in("Ada", size)
    ada.goto("/settings/option-lists?list=Rating")
    names = ada.locator("tr[data-row]")
    expect(names).to_have_count(3, timeout=30_000)
    grips = [ada.get_by_role("button", name=f"Move {name}", exact=True).bounding_box() for name in ("Cold", "Hot")]
    assert all(grips)
    x, start, end = grips[0]["x"] + 8, grips[0]["y"] + 8, grips[1]["y"] - 4  # type: ignore[index]
    steps = [start + (end - start) * i / 8 for i in range(1, 9)]
    if size is TABLET:
        touch = ada.context.new_cdp_session(ada)
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": start}]})
        for y in steps:
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y}]})
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    else:
        ada.mouse.move(x, start)
        ada.mouse.down()
        for y in steps:
            ada.mouse.move(x, y)
        ada.mouse.up()
    expect(names.first).to_contain_text("Cold")
    ada.reload()
    expect(names.first).to_contain_text("Cold")


def test_an_option_that_records_hold_is_deactivated_instead_of_deleted(sign_in: SignIn, office: Office) -> None:
    ada = sign_in("Ada")
    ada.goto("/settings/option-lists")
    expect(ada.get_by_role("row", name="Advertisement")).to_be_visible(timeout=30_000)
    add_option(ada, "Podcast")
    office.lead(office.sara, last_name="Kowalska", lead_source=1000)
    office.commit()
    ada.get_by_role("button", name="Commands for Podcast").click()
    ada.get_by_role("menuitem", name="Delete").click()
    dialog = ada.get_by_role("dialog", name="Delete Podcast")
    expect(dialog).to_contain_text("1 record holds this option, so it cannot be deleted.")
    dialog.get_by_role("button", name="Deactivate instead").click()
    expect(ada.get_by_role("row", name="Podcast")).to_contain_text("Not offered")
