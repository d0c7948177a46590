"""Tags in a browser: on a record, on many with undo, as a filter, on a touch tablet, and as administrators keep them."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from rxcrm.models import configuration
from rxcrm.models.lead import Lead
from rxcrm.models.tagging.vocabulary import vocabulary
from tests.e2e.conftest import TABLET, SignIn
from tests.office import Office


def many(office: Office, n: int) -> list[Lead]:
    found = [office.lead(office.sara, topic=f"Topic {i}", first_name="Anna", last_name=f"Nr{i}") for i in range(n)]
    office.commit()
    return found


def cell(page: Page, row: str) -> Locator:
    return page.get_by_role("row", name=row).locator('[data-column="tags"]')


def names(office: Office, lead: Lead) -> list[str]:
    office.session.expire_all()
    configuration.reset()
    office.who(office.sara)
    found = vocabulary().names(office.session.get_one(Lead, lead.id).tags)
    office.commit()  # what only reads holds the server's writes up, too
    configuration.reset()
    return found


def test_many_are_tagged_taken_back_and_found_by_their_tags(sign_in: SignIn, office: Office) -> None:
    leads = many(office, 3)
    page, mia = sign_in("Sara"), sign_in("Mia")
    page.goto("/leads?view=all&sort=name&columns=name,topic,tags")
    mia.goto(f"/leads/{leads[2].id}")
    expect(mia.get_by_role("heading", level=1)).to_have_text("Anna Nr2", timeout=30_000)
    page.get_by_role("checkbox", name="Select Anna Nr0").check()
    page.get_by_role("checkbox", name="Select Anna Nr1").check()
    page.keyboard.press("t")
    dialog = page.get_by_role("dialog", name="Add tags")
    box = dialog.get_by_role("combobox", name="Tags to add")
    expect(box).to_be_focused()
    box.fill("Trade fair")
    expect(dialog.get_by_role("option", name="Create “Trade fair”")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    box.fill("VIP")
    dialog.get_by_role("option", name="Create “VIP”").click()
    page.keyboard.press("Backspace")
    expect(dialog.get_by_role("button", name="Remove VIP")).to_have_count(0)
    dialog.get_by_role("button", name="Tag 2 records").click()
    expect(dialog).to_have_count(0)
    expect(cell(page, "Anna Nr0")).to_have_text("Trade fair")
    expect(cell(page, "Anna Nr1")).to_have_text("Trade fair")
    expect(cell(page, "Anna Nr2")).to_have_text("")
    page.get_by_role("status").filter(has_text="2 records tagged.").get_by_role("button", name="Undo").click()
    expect(cell(page, "Anna Nr0")).to_have_text("")
    assert names(office, leads[0]) == []

    # A cell in its place, with a tag that is there by now.
    cell(page, "Anna Nr0").dblclick()
    editor = page.get_by_role("dialog", name="Edit Tags of Anna Nr0")
    editor.get_by_role("combobox", name="Tags").fill("fair")
    editor.get_by_role("option", name="Trade fair").click()
    editor.get_by_role("button", name="Save").click()
    expect(cell(page, "Anna Nr0")).to_have_text("Trade fair")

    page.get_by_role("button", name="Filter", exact=True).click()
    row = page.get_by_role("dialog").locator(".filter-row").last
    row.get_by_label("Field").select_option(label="Tags")
    row.get_by_label("Operator").select_option(label="Contains any of")
    row.get_by_role("combobox", name="Tags").fill("tra")
    row.get_by_role("option", name="Trade fair").click()
    expect(page.get_by_role("grid", name="Leads").locator('td[data-kind="link"] a')).to_have_text(["Anna Nr0"])
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Show|Done")).click()
    expect(page.get_by_role("button", name="Edit Tags · Contains any of · Trade fair", exact=True)).to_be_visible()
    page.reload()
    expect(cell(page, "Anna Nr0")).to_have_text("Trade fair")

    # Whoever has a record open is offered what others have made.
    mia.get_by_role("combobox", name="Tags").click()
    expect(mia.get_by_role("option", name="Trade fair")).to_be_visible()
    page.get_by_role("checkbox", name="Select Anna Nr0").check()
    page.get_by_role("button", name="Remove tags…").click()
    dialog = page.get_by_role("dialog", name="Remove tags")
    dialog.get_by_role("combobox").click()
    dialog.get_by_role("option", name="Trade fair").click()
    dialog.get_by_role("button", name="Remove from 1 record").click()
    expect(page.get_by_role("grid", name="Leads").locator('td[data-kind="link"] a')).to_have_count(0)
    assert names(office, leads[0]) == []

    # The palette leads to what has a tag.
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Find records and commands").fill("trade")
    page.get_by_role("option", name="Trade fair Leads").click()
    expect(page.get_by_role("button", name="Edit Tags · Contains any of · Trade fair", exact=True)).to_be_visible()


def test_a_record_is_tagged_by_touch(sign_in: SignIn, office: Office) -> None:
    lead = many(office, 1)[0]
    page = sign_in("Sara", TABLET)
    page.goto(f"/leads/{lead.id}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Anna Nr0", timeout=30_000)
    box = page.get_by_role("combobox", name="Tags")
    box.tap()
    expect(page.get_by_text("There are no tags yet. Type a name to make one.")).to_be_visible()
    box.fill("VIP")
    page.get_by_role("option", name="Create “VIP”").tap()
    box.fill("Trade fair")
    page.get_by_role("option", name="Create “Trade fair”").tap()
    expect(page.get_by_role("status").filter(has_text="Unsaved changes")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.get_by_role("status").filter(has_text="Saved").first).to_be_visible()
    assert names(office, lead) == ["Trade fair", "VIP"]
    expect(page.get_by_text("changed Tags")).to_be_visible()
    page.get_by_role("button", name="Remove VIP").tap()
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.get_by_role("button", name="Remove VIP")).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="Saved").first).to_be_visible()
    page.goto("/leads?view=all&columns=name,tags")
    expect(cell(page, "Anna Nr0")).to_have_text("Trade fair")
    page.get_by_role("checkbox", name="Select Anna Nr0").tap()
    page.get_by_role("button", name="Add tags…").tap()
    dialog = page.get_by_role("dialog", name="Add tags")
    dialog.get_by_role("combobox").tap()
    dialog.get_by_role("option", name="VIP").tap()
    dialog.get_by_role("button", name="Tag 1 record").tap()
    expect(cell(page, "Anna Nr0")).to_contain_text("VIP")
    assert names(office, lead) == ["Trade fair", "VIP"]


def test_an_administrator_renames_merges_and_deletes_and_others_see_it(sign_in: SignIn, office: Office) -> None:
    leads = many(office, 2)
    sara, ada = sign_in("Sara"), sign_in("Ada")
    sara.goto(f"/leads/{leads[0].id}")
    box = sara.get_by_role("combobox", name="Tags")
    for name in ("VIP", "Key"):
        box.fill(name)
        sara.keyboard.press("Enter")
    sara.keyboard.press("Control+s")
    expect(sara.get_by_role("status").filter(has_text="Saved").first).to_be_visible()

    ada.goto("/settings/tags")
    expect(ada.get_by_role("row", name=re.compile("VIP"))).to_contain_text("1", timeout=30_000)
    ada.get_by_role("button", name="VIP", exact=True).click()
    dialog = ada.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Best customer")
    dialog.get_by_role("group", name="Colour").get_by_text("Red").click()
    dialog.get_by_role("button", name="Save").click()
    expect(sara.get_by_role("button", name="Remove Best customer")).to_be_visible()

    ada.get_by_role("button", name="Commands for Key").click()
    ada.get_by_role("menuitem", name="Merge into…").click()
    dialog = ada.get_by_role("dialog", name="Merge Key")
    dialog.get_by_label("Merge into").select_option(label="Best customer")
    dialog.get_by_role("button", name="Merge", exact=True).click()
    expect(ada.get_by_role("region", name="Deleted and merged")).to_contain_text("Merged into Best customer")
    expect(sara.get_by_role("button", name="Remove Key")).to_have_count(0)

    ada.get_by_role("button", name="Commands for Best customer").click()
    ada.get_by_role("menuitem", name="Delete").click()
    dialog = ada.get_by_role("dialog", name="Delete Best customer")
    expect(dialog).to_contain_text("1 record has this tag")
    dialog.get_by_role("button", name="Delete").click()
    expect(sara.get_by_role("button", name="Remove Best customer")).to_have_count(0)
    ada.get_by_role("button", name="Bring Best customer back").click()
    expect(ada.get_by_role("button", name="Bring Best customer back")).to_have_count(0)
    ada.get_by_role("button", name="Bring Key back").click()
    expect(ada.get_by_role("region", name="Deleted and merged")).to_have_count(0)
    assert names(office, leads[0]) == ["Best customer", "Key"]

    ada.get_by_role("switch", name="Only administrators create tags").check()
    ada.get_by_role("region", name="New tags").page.get_by_role("button", name="Save").click()
    expect(ada.get_by_role("status").filter(has_text="Saved").first).to_be_visible()
    box.fill("Something new")
    expect(sara.get_by_text("Nothing found.")).to_be_visible()
