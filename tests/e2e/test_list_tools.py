"""The list as a power tool: cells edited in place, many at once and back, all results, groups, preview, palette, keys."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from rxcrm.models import records
from rxcrm.models.lead import Lead
from tests.e2e.conftest import PHONE, TABLET, SignIn
from tests.office import Office


def many(office: Office, n: int = 5, **values: object) -> list[Lead]:
    found = [
        office.lead(office.sara, **{"topic": f"Topic {i:03}", "first_name": "Anna", "last_name": f"Nr{i:03}", **values})
        for i in range(n)
    ]
    office.commit()
    return found


def cell(page: Page, row: str, column: str):  # type: ignore[no-untyped-def]
    return page.get_by_role("row", name=row).locator(f'[data-column="{column}"]')


def stored(office: Office, lead: Lead) -> Lead:
    office.session.expire_all()
    found = office.session.get_one(Lead, lead.id)
    office.commit()  # what only reads holds the server's writes up, too
    return found


def ratings(office: Office) -> set[int]:
    office.session.expire_all()
    found = set(office.session.exec(select(Lead.rating)))
    office.commit()
    return found


# -- one cell --------------------------------------------------------------------------------------------------------


def test_a_cell_is_edited_in_its_place_by_mouse_and_by_keyboard(sign_in: SignIn, office: Office) -> None:
    lead = many(office)[0]
    page = sign_in("Sara")
    page.goto("/leads?view=open&sort=topic")
    cell(page, "Anna Nr000", "topic").dblclick()
    editor = page.get_by_role("dialog", name="Edit Topic of Anna Nr000")
    expect(editor.get_by_label("Topic")).to_have_value("Topic 000")
    editor.get_by_label("Topic").fill("Lamps")
    page.keyboard.press("Enter")
    expect(editor).to_be_hidden()
    expect(cell(page, "Anna Nr000", "topic")).to_contain_text("Lamps")
    expect(cell(page, "Anna Nr000", "topic")).to_have_class(re.compile("stored"))
    assert stored(office, lead).topic == "Lamps"
    cell(page, "Anna Nr001", "rating").focus()
    page.keyboard.press("e")
    editor = page.get_by_role("dialog", name="Edit Rating of Anna Nr001")
    editor.get_by_label("Rating").select_option(label="Hot")
    page.keyboard.press("Enter")
    expect(cell(page, "Anna Nr001", "rating")).to_contain_text("Hot")
    cell(page, "Anna Nr002", "topic").focus()
    page.keyboard.press("Enter")
    editor = page.get_by_role("dialog", name="Edit Topic of Anna Nr002")
    editor.get_by_label("Topic").fill("Never mind")
    page.keyboard.press("Escape")
    expect(editor).to_be_hidden()
    expect(cell(page, "Anna Nr002", "topic")).to_have_text("Topic 002")


def test_a_bad_value_stays_in_the_cell_with_its_reason(sign_in: SignIn, office: Office) -> None:
    lead = many(office)[0]
    page = sign_in("Sara")
    page.goto("/leads?view=open&sort=topic")
    cell(page, "Anna Nr000", "topic").dblclick()
    editor = page.get_by_role("dialog", name="Edit Topic of Anna Nr000")
    editor.get_by_label("Topic").fill("")
    page.keyboard.press("Enter")
    expect(editor.get_by_role("alert")).to_have_text("Topic is required.")
    page.keyboard.press("Escape")
    assert stored(office, lead).topic == "Topic 000"


def test_whoever_was_faster_is_told_and_nothing_is_lost(sign_in: SignIn, office: Office) -> None:
    lead = many(office)[0]
    page = sign_in("Sara")
    page.goto("/leads?view=open&sort=topic")
    cell(page, "Anna Nr000", "topic").dblclick()
    editor = page.get_by_role("dialog", name="Edit Topic of Anna Nr000")
    editor.get_by_label("Topic").fill("Mine")
    records.save(office.act(office.mia), stored(office, lead), {"topic": "Theirs"})
    office.commit()
    page.keyboard.press("Enter")
    expect(editor.get_by_text("Mia was faster: it is “Theirs” now.")).to_be_visible()
    expect(editor.get_by_label("Topic")).to_have_value("Mine")
    editor.get_by_role("button", name="Keep mine").click()
    expect(cell(page, "Anna Nr000", "topic")).to_contain_text("Mine")
    assert stored(office, lead).topic == "Mine"


def test_what_one_may_not_change_says_so(sign_in: SignIn, office: Office) -> None:
    office.lead(office.olaf, first_name="Olafs", last_name="Lead", topic="His")
    office.commit()
    page = sign_in("Sara")
    page.goto("/leads?view=all")
    cell(page, "Olafs Lead", "topic").dblclick()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Your role reaches only")
    page.get_by_role("dialog").get_by_role("button", name="Close").click()


# -- many ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [None, TABLET], ids=["desktop", "tablet"])
def test_many_are_edited_at_once_and_taken_back(
    sign_in: SignIn, office: Office, size: dict[str, object] | None
) -> None:
    rows = many(office, 3, city="Rom")
    foreign = office.lead(office.olaf, first_name="Olafs", last_name="Lead", city="Rom")
    office.commit()
    page = sign_in("Sara", size) if size else sign_in("Sara")
    page.goto("/leads?view=open&sort=name")
    page.get_by_label("Select all").check()
    bar = page.get_by_role("toolbar", name="Selected records")
    expect(bar).to_contain_text("4 selected")
    bar.get_by_role("button", name="Edit").click()
    form = page.get_by_role("dialog", name="Edit 4 records")
    form.get_by_label("Rating", exact=True).select_option(label="Hot")
    form.get_by_label("Search fields").fill("city")
    form.get_by_label("Empty this field: City").check()
    form.get_by_role("button", name="Change 4 records").click()
    expect(form).to_be_hidden()
    message = page.get_by_role("region", name="Messages")
    expect(message).to_contain_text("3 records changed.")
    expect(message).to_contain_text("Olafs Lead: Your role reaches only")
    assert [(stored(office, r).rating, r.city) for r in rows] == [(1, "")] * 3
    assert stored(office, foreign).city == "Rom"
    message.get_by_role("button", name="Undo").click()
    expect(message).to_contain_text("3 records are as they were before.")
    assert [stored(office, r).city for r in rows] == ["Rom"] * 3


def test_required_fields_cannot_be_emptied_and_nothing_filled_in_is_a_sentence(sign_in: SignIn, office: Office) -> None:
    many(office, 2)
    page = sign_in("Sara")
    page.goto("/leads?view=open&sort=name")
    page.get_by_label("Select all").check()
    page.keyboard.press("e")
    form = page.get_by_role("dialog", name="Edit 2 records")
    expect(form.get_by_label("Empty this field: Topic")).to_have_count(0)
    form.get_by_role("button", name="Change 2 records").click()
    expect(form.get_by_role("alert")).to_have_text("Fill in at least one field.")


def test_everything_beyond_the_page_is_changed_as_a_job_with_its_books(sign_in: SignIn, office: Office) -> None:
    many(office, 230)
    page = sign_in("Sara")
    page.goto("/leads?view=open&sort=name")
    page.get_by_label("Select all").check()
    bar = page.get_by_role("toolbar", name="Selected records")
    bar.get_by_role("button", name="Select all 230 in this view").click()
    expect(bar).to_contain_text("All 230 selected")
    page.keyboard.press("e")
    form = page.get_by_role("dialog", name="Edit 230 records")
    form.get_by_label("Rating", exact=True).select_option(label="Hot")
    form.get_by_role("button", name="Change 230 records").click()
    message = page.get_by_role("region", name="Messages")
    expect(message).to_contain_text("230 records changed.", timeout=30_000)
    assert ratings(office) == {1}
    page.get_by_role("button", name="Past changes").click()
    books = page.get_by_role("dialog", name="Past changes")
    expect(books).to_contain_text("230 changed")
    books.get_by_role("button", name="Undo").click()
    expect(books).to_contain_text("Taken back", timeout=30_000)
    assert 1 not in ratings(office)


def test_a_range_is_ticked_by_shift_and_let_go_by_escape(sign_in: SignIn, office: Office) -> None:
    many(office, 6)
    page = sign_in("Sara")
    page.goto("/leads?view=open&sort=name")
    page.get_by_label("Select Anna Nr001").click()
    page.get_by_label("Select Anna Nr004").click(modifiers=["Shift"])
    bar = page.get_by_role("toolbar", name="Selected records")
    expect(bar).to_contain_text("4 selected")
    page.keyboard.press("Escape")
    expect(bar).to_have_count(0)
    page.get_by_role("link", name="Anna Nr002").focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(bar).to_contain_text("3 selected")


def test_assigning_many_can_be_undone(sign_in: SignIn, office: Office) -> None:
    rows = many(office, 3)
    page = sign_in("Vera")
    page.goto("/leads?view=open&sort=name")
    page.get_by_label("Select all").check()
    page.keyboard.press("a")
    dialog = page.get_by_role("dialog", name="Assign 3 records")
    dialog.get_by_role("option", name="Tom").click()
    dialog.get_by_role("button", name="Assign").click()
    message = page.get_by_role("region", name="Messages")
    expect(message).to_contain_text("3 records assigned.")
    message.get_by_role("button", name="Undo").click()
    expect(message).to_contain_text("3 records are as they were before.")
    assert {stored(office, row).owner_user_id for row in rows} == {office.sara.id}


# -- columns, groups, totals -----------------------------------------------------------------------------------------


def test_a_column_is_sorted_hidden_and_pinned_from_its_menu(sign_in: SignIn, office: Office) -> None:
    many(office, 2)
    page = sign_in("Sara")
    page.goto("/leads?view=open")
    head = page.get_by_role("columnheader", name="Rating")
    head.hover()
    head.get_by_role("button", name="Column options").click()
    page.get_by_role("menuitem", name="Sort descending").or_(
        page.get_by_role("menuitemradio", name="Sort descending")
    ).click()
    expect(page).to_have_url(re.compile("sort=-rating"))
    head.get_by_role("button", name="Column options").click()
    page.get_by_role("menuitemradio", name="Pin").click()
    expect(page.get_by_role("columnheader").nth(2)).to_contain_text("Rating")
    head.get_by_role("button", name="Column options").click()
    page.get_by_role("menuitem", name="Hide").or_(page.get_by_role("menuitemradio", name="Hide")).click()
    expect(page.get_by_role("columnheader", name="Rating")).to_have_count(0)
    expect(page).to_have_url(re.compile("columns="))


def test_a_column_is_dragged_to_another_place_and_pulled_wider(sign_in: SignIn, office: Office) -> None:
    many(office, 2)
    page = sign_in("Sara")
    page.goto("/leads?view=open")
    heads = page.get_by_role("columnheader")
    expect(heads.nth(7)).to_contain_text("Owner")
    page.get_by_role("columnheader", name="Owner").drag_to(
        page.get_by_role("columnheader", name="Topic"), target_position={"x": 8, "y": 16}
    )
    expect(heads.nth(2)).to_contain_text("Owner")
    page.get_by_role("columnheader", name="Owner").drag_to(
        page.get_by_role("columnheader", name="Rating"), target_position={"x": 78, "y": 16}
    )
    expect(heads.nth(6)).to_contain_text("Owner")
    topic = page.get_by_role("columnheader", name="Topic")
    before = topic.bounding_box()
    assert before
    edge = before["x"] + before["width"] - 4
    page.mouse.move(edge, before["y"] + 16)
    page.mouse.down()
    page.mouse.move(edge + 60, before["y"] + 16, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"topic%3A\d+|topic:\d+"))
    after = topic.bounding_box()
    assert after and after["width"] > before["width"] + 20


def test_what_cannot_be_grouped_says_so_and_is_shown_without(sign_in: SignIn, office: Office) -> None:
    many(office, 2)
    page = sign_in("Sara")
    page.goto("/leads?view=open&group=nonsense")
    expect(page.get_by_role("alert")).to_contain_text("A list cannot be grouped by “nonsense”.")
    page.get_by_role("button", name="Show it without groups").click()
    expect(page.get_by_role("link", name="Anna Nr000")).to_be_visible()


@pytest.mark.parametrize("size", [None, TABLET], ids=["desktop", "tablet"])
def test_rows_stand_in_groups_that_open_and_stay_open(
    sign_in: SignIn, office: Office, size: dict[str, object] | None
) -> None:
    many(office, 3, rating=1)
    office.lead(office.sara, first_name="Cold", last_name="One", rating=3)
    office.commit()
    page = sign_in("Sara", size) if size else sign_in("Sara")
    page.goto("/leads?view=open")
    head = page.get_by_role("columnheader", name="Rating")
    head.hover()
    head.get_by_role("button", name="Column options").click()
    page.get_by_role("menuitemradio", name="Group by this column").click()
    hot = page.get_by_role("button", name=re.compile("Hot.*3 records"))
    cold = page.get_by_role("button", name=re.compile("Cold.*1 record"))
    expect(hot).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("link", name="Anna Nr000")).to_be_visible()
    expect(page.get_by_role("link", name="Cold One")).to_have_count(0)
    cold.click()
    expect(page.get_by_role("link", name="Cold One")).to_be_visible()
    hot.click()
    expect(page.get_by_role("link", name="Anna Nr000")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("link", name="Cold One")).to_be_visible()
    expect(page.get_by_role("link", name="Anna Nr000")).to_have_count(0)


def test_a_sum_stands_below_its_column(sign_in: SignIn, office: Office) -> None:
    from decimal import Decimal

    for n in (1, 2):
        office.opportunity(office.sara, topic=f"Deal {n}", currency="EUR", estimated_revenue=Decimal(100 * n))
    office.commit()
    page = sign_in("Sara")
    page.goto("/opportunities?view=open")
    head = page.get_by_role("columnheader", name="Est. Revenue")
    head.hover()
    head.get_by_role("button", name="Column options").click()
    page.get_by_role("menuitemradio", name="Sum").click()
    expect(page.locator("tfoot")).to_contain_text("€300.00")


# -- preview, palette, keys ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [None, TABLET], ids=["desktop", "tablet"])
def test_the_preview_follows_the_rows(sign_in: SignIn, office: Office, size: dict[str, object] | None) -> None:
    many(office, 3, city="Rom")
    page = sign_in("Sara", size) if size else sign_in("Sara")
    page.goto("/leads?view=open&sort=name")
    page.get_by_role("link", name="Anna Nr000").focus()
    page.keyboard.press("Space")
    preview = page.get_by_role("complementary", name="Preview")
    expect(preview.get_by_role("heading", name="Anna Nr000")).to_be_visible()
    expect(preview).to_contain_text("Rom")
    expect(preview).to_contain_text("created this record")
    page.keyboard.press("ArrowDown")
    expect(preview.get_by_role("heading", name="Anna Nr001")).to_be_visible()
    page.keyboard.press("Escape")
    expect(preview).to_have_count(0)
    cell(page, "Anna Nr002", "status_reason").click()
    expect(preview.get_by_role("heading", name="Anna Nr002")).to_be_visible()
    preview.get_by_role("button", name="Edit City").click()
    page.get_by_role("dialog", name="Edit City of Anna Nr002").get_by_label("City").fill("Oslo")
    page.keyboard.press("Enter")
    expect(preview).to_contain_text("Oslo")
    preview.get_by_role("link", name="Open").click()
    expect(page).to_have_url(re.compile(r"/leads/\d+"))


def test_on_a_tablet_a_field_is_edited_in_its_place_by_touch(sign_in: SignIn, office: Office) -> None:
    lead = many(office, 3)[1]
    page = sign_in("Sara", TABLET)
    page.goto("/leads?view=open&sort=name")
    cell(page, "Anna Nr001", "status_reason").tap()
    preview = page.get_by_role("complementary", name="Preview")
    expect(preview.get_by_role("heading", name="Anna Nr001")).to_be_visible()
    preview.get_by_role("button", name="Edit Topic").tap()
    editor = page.get_by_role("dialog", name="Edit Topic of Anna Nr001")
    editor.get_by_label("Topic").fill("")
    editor.get_by_role("button", name="Save").tap()
    expect(editor.get_by_text("Topic is required.")).to_be_visible()
    editor.get_by_label("Topic").fill("Lamps")
    editor.get_by_role("button", name="Save").tap()
    expect(editor).to_be_hidden()
    expect(cell(page, "Anna Nr001", "topic")).to_contain_text("Lamps")
    assert stored(office, lead).topic == "Lamps"


def test_on_a_phone_a_tap_opens_the_record_and_one_beside_the_box_ticks_it(sign_in: SignIn, office: Office) -> None:
    many(office, 2)
    page = sign_in("Sara", PHONE)
    page.goto("/leads?view=open&sort=name")
    page.get_by_role("row", name="Anna Nr000").locator("td.tick").tap(position={"x": 4, "y": 4})
    expect(page.get_by_role("toolbar", name="Selected records")).to_contain_text("1 selected")
    page.get_by_role("button", name="Clear the selection").tap()
    cell(page, "Anna Nr001", "topic").tap()
    expect(page.get_by_role("heading", name="Anna Nr001")).to_be_visible()


def test_the_palette_finds_records_and_gives_commands(sign_in: SignIn, office: Office) -> None:
    many(office, 2)
    office.account(office.sara, name="Kowalska & Co")
    office.commit()
    page = sign_in("Sara")
    page.goto("/leads?view=open")
    expect(page.get_by_role("link", name="Anna Nr000")).to_be_visible()
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Find records and commands")
    expect(box).to_be_focused()
    box.fill("kowal")
    expect(page.get_by_role("option", name="Kowalska & Co")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Kowalska & Co")).to_be_visible()
    page.keyboard.press("Control+k")
    box.fill("contacts")
    expect(page.get_by_role("option", name="Contacts")).to_contain_text("G C")
    page.get_by_role("option", name="Contacts").click()
    page.keyboard.press("Control+k")  # also while the page is still arriving
    expect(page.locator('[role="grid"][aria-label="Contacts"]')).to_be_attached()
    box.fill("new lead")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Quick Create: Lead")).to_be_visible()


def test_keys_go_where_they_say_and_never_while_one_types(sign_in: SignIn, office: Office) -> None:
    many(office, 2)
    page = sign_in("Sara")
    page.goto("/leads?view=open&sort=name")
    expect(page.get_by_role("link", name="Anna Nr000")).to_be_visible()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("Find records and commands")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Anna Nr000")).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Anna Nr001")).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_role("toolbar", name="Selected records")).to_contain_text("1 selected")
    page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Search this view")
    expect(search).to_be_focused()
    page.keyboard.type("game")
    expect(search).to_have_value("game")
    search.fill("")
    search.blur()
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page.get_by_role("grid", name="Opportunities")).to_be_visible()
    expect(page.get_by_role("heading", name="My Open Opportunities")).to_be_visible()  # the page has arrived
    page.keyboard.press("c")
    expect(page.get_by_role("dialog", name="Quick Create: Opportunity")).to_be_visible()
