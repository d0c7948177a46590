"""The list: address, keyboard, sorting, paging, choosing, commands by right."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import WebSocketRoute, expect

from tests.e2e.conftest import PHONE, TABLET, SignIn, until
from tests.office import Office


def many(office: Office, n: int = 60) -> None:
    for i in range(n):
        office.lead(
            office.sara, topic=f"Topic {i:03}", first_name="Anna", last_name=f"Nr{i:03}", email=f"a{i}@example.com"
        )
    office.commit()


def test_back_reload_and_a_sent_link_show_the_same(sign_in: SignIn, office: Office) -> None:
    many(office)
    page = sign_in("Sara")
    page.goto("/leads")
    grid = page.get_by_role("grid", name="Leads")
    expect(grid.get_by_role("row")).to_have_count(51)
    grid.get_by_role("button", name="Topic", exact=True).click()
    expect(grid.get_by_role("columnheader", name="Topic")).to_have_attribute("aria-sort", "ascending")
    expect(grid.get_by_role("link").first).to_have_text("Anna Nr000")
    page.get_by_role("button", name="Next page").click()
    expect(grid.get_by_role("row")).to_have_count(11)
    expect(page.get_by_role("navigation", name="Pages")).to_contain_text("51 – 60 of 60")
    sent = page.url
    page.reload()
    expect(grid.get_by_role("link").first).to_have_text("Anna Nr050")
    page.go_back()
    expect(grid.get_by_role("link").first).to_have_text("Anna Nr000")
    other = sign_in("Sara")
    other.goto(sent)
    expect(other.get_by_role("grid", name="Leads").get_by_role("link").first).to_have_text("Anna Nr050")


def test_the_last_page_and_back_to_the_first(sign_in: SignIn, office: Office) -> None:
    many(office, 120)
    page = sign_in("Sara")
    page.goto("/leads?sort=topic")
    grid = page.get_by_role("grid", name="Leads")
    page.get_by_role("button", name="Last page").click()
    expect(grid.get_by_role("link").last).to_have_text("Anna Nr119")
    page.get_by_role("button", name="Previous page").click()
    expect(grid.get_by_role("link").last).to_have_text("Anna Nr069")
    page.get_by_role("button", name="First page").click()
    expect(grid.get_by_role("link").first).to_have_text("Anna Nr000")


def test_the_grid_works_by_keyboard(sign_in: SignIn, office: Office) -> None:
    many(office, 5)
    page = sign_in("Sara")
    page.goto("/leads?sort=topic")
    grid = page.get_by_role("grid", name="Leads")
    grid.get_by_role("link", name="Anna Nr000").focus()
    page.keyboard.press("ArrowDown")
    expect(grid.get_by_role("link", name="Anna Nr001")).to_be_focused()
    page.keyboard.press("x")
    expect(grid.get_by_role("row", name="Anna Nr001")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Anna Nr001")).to_be_visible()


def test_shift_click_adds_a_sort_key(sign_in: SignIn, office: Office) -> None:
    many(office, 3)
    page = sign_in("Sara")
    page.goto("/leads?view=open")
    grid = page.get_by_role("grid", name="Leads")
    grid.get_by_role("button", name="Rating", exact=True).click()
    expect(grid.get_by_role("columnheader", name="Rating")).to_have_attribute("aria-sort", "ascending")
    grid.get_by_role("button", name="Name", exact=True).click(modifiers=["Shift"])
    expect(page).to_have_url(re.compile(r"sort=rating(%2C|,)name"))


def test_columns_can_be_made_wider_and_moved_and_stay_so(sign_in: SignIn, office: Office) -> None:
    many(office, 2)
    page = sign_in("Sara")
    page.goto("/leads")
    grid = page.get_by_role("grid", name="Leads")
    headers = grid.get_by_role("columnheader")
    expect(headers.nth(2)).to_contain_text("Topic")
    grid.get_by_role("button", name="Topic", exact=True).focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(headers.nth(3)).to_contain_text("Topic")
    page.reload()
    expect(headers.nth(3)).to_contain_text("Topic")


def test_a_view_is_found_by_typing_its_name(sign_in: SignIn, office: Office) -> None:
    many(office, 2)
    page = sign_in("Sara")
    page.goto("/leads")
    page.get_by_role("button", name="My Open Leads").click()
    page.get_by_label("Search views").fill("fiscal")
    page.get_by_role("option", name="All leads in current fiscal year").click()
    expect(page.get_by_role("heading", name="All leads in current fiscal year")).to_be_visible()
    expect(page).to_have_url(re.compile("view=fiscal-year"))


def test_what_is_typed_before_the_list_has_arrived_is_searched(sign_in: SignIn, office: Office) -> None:
    many(office, 2)
    page = sign_in("Sara")
    held: list[tuple[WebSocketRoute, str | bytes]] = []
    late = [True]

    def slowly(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def tell(said: str | bytes) -> None:
            if late and (held or '"head_rx_state_":{"key":"my-open"' in str(said)):
                held.append((route, said))
            else:
                route.send(said)

        server.on_message(tell)

    page.route_web_socket(re.compile("_event"), slowly)
    page.goto("/leads")
    box = page.get_by_role("searchbox", name="Search this view")
    expect(box).to_be_visible()
    until(page, lambda: held)  # the view was told, and arrives only with what follows
    box.fill("nowhere")
    late.clear()
    for route, said in held:
        route.send(said)
    expect(page.get_by_text("No record here contains “nowhere”.")).to_be_visible()
    expect(box).to_have_value("nowhere")


def test_a_search_without_a_hit_says_what_to_do(sign_in: SignIn, office: Office) -> None:
    many(office, 2)
    page = sign_in("Sara")
    page.goto("/leads")
    page.get_by_role("searchbox", name="Search this view").fill("nowhere to be found")
    expect(page.get_by_text("No record here contains “nowhere to be found”.")).to_be_visible()
    page.get_by_role("button", name="Clear the search").click()
    expect(page.get_by_role("grid", name="Leads").get_by_role("link")).to_have_count(2)


def test_ticked_leads_are_assigned_and_deleted_by_right(sign_in: SignIn, office: Office) -> None:
    many(office, 3)
    page = sign_in("Vera")
    page.goto("/leads?view=open&sort=name")
    page.get_by_label("Select Anna Nr000").check()
    page.get_by_role("button", name="Assign").click()
    dialog = page.get_by_role("dialog", name="Assign")
    dialog.get_by_role("option", name="Tom").click()
    dialog.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("1 record assigned.")).to_be_visible()
    expect(page.get_by_role("row", name="Anna Nr000")).to_contain_text("Tom")
    page.get_by_label("Select Anna Nr001").check()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Delete").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("moved to the recycle bin.")).to_be_visible()
    expect(page.get_by_role("row", name="Anna Nr001")).to_have_count(0)


def test_the_global_search_finds_a_lead_by_phone_digits(sign_in: SignIn, office: Office) -> None:
    office.lead(office.vera, topic="Lamps", first_name="João", last_name="Silva", business_phone="+48 22 123 45 67")
    office.commit()
    page = sign_in("Sara")
    page.goto("/leads")
    box = page.get_by_role("combobox", name="Search leads")
    box.fill("123-45-67")
    expect(page.get_by_role("option", name="João Silva")).to_be_visible()
    box.fill("JOAO")
    expect(page.get_by_role("option", name="João Silva")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="João Silva")).to_be_visible()


def test_quick_create_makes_a_lead_from_anywhere(sign_in: SignIn) -> None:
    page = sign_in("Sara")
    page.goto("/accounts")
    page.get_by_role("button", name="New record").click()
    page.get_by_role("menuitem", name="Lead").click()
    dialog = page.get_by_role("dialog", name="Quick Create: Lead")
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(dialog.get_by_text("Topic is required.")).to_be_visible()
    dialog.get_by_label("Topic").fill("Lamps")
    dialog.get_by_label("Last Name").fill("Kowalska")
    dialog.get_by_label("Email").fill("not an address")
    dialog.get_by_role("button", name="Create and open").click()
    expect(dialog.get_by_text("is not an e-mail address")).to_be_visible()
    dialog.get_by_label("Email").fill("ewa@example.com")
    dialog.get_by_role("button", name="Create and open").click()
    expect(page.get_by_role("heading", name="Kowalska")).to_be_visible()


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_the_list_and_a_lead_work_by_touch(sign_in: SignIn, office: Office, size: dict[str, object]) -> None:
    many(office, 3)
    page = sign_in("Sara", size)
    page.goto("/leads?sort=topic")
    page.get_by_role("link", name="Anna Nr000").tap()
    expect(page.get_by_role("heading", name="Anna Nr000")).to_be_visible()
    page.get_by_label("Job Title", exact=True).fill("Buyer")
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("changed Job Title")
