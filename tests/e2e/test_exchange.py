"""Journeys through Settings → Exchange: a mailbox by a code, an address book by a password (issue 5, part 4)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rxcrm.models.exchange import registering
from tests.e2e.conftest import DESKTOP, PHONE
from tests.exchange.conftest import PASSWORD as DAV_PASSWORD
from tests.exchange.conftest import Books, _radicale, card
from tests.exchange.graph_server import CLIENT, TENANT, Mailbox, contact, serving
from tests.office import PASSWORD, Office
from tests.server import Server


@pytest.fixture
def microsoft(tmp_path: Path) -> Iterator[Mailbox]:
    with serving(Mailbox(tmp_path)) as mailbox:
        fair = mailbox.add_folder("Trade fair")
        mailbox.put(*(contact(n) for n in range(1, 6)))
        mailbox.put(*(contact(n) for n in range(10, 13)), folder=fair)
        yield mailbox


@pytest.fixture
def radicale(tmp_path: Path) -> Iterator[Books]:
    with _radicale(tmp_path / "radicale", "") as books:
        yield books


@pytest.fixture
def connected_server(template: Path, tmp_path: Path, microsoft: Mailbox) -> Iterator[Server]:
    """A server whose Microsoft is the one of the test."""
    data = tmp_path / "data"
    data.mkdir()
    shutil.copyfile(template, data / "rxcrm.db")
    server = Server(
        data, ca_file=str(microsoft.ca_file), graph_url=f"{microsoft.url}/v1.0", login_url=microsoft.url
    ).start()
    yield server
    server.stop()


@pytest.fixture
def visit(browser: Browser, connected_server: Server) -> Iterator[Callable[..., Page]]:
    """Somebody signs in and opens the page."""
    contexts = []

    def open_page(who: str, kind: dict[str, object] = DESKTOP) -> Page:
        context = browser.new_context(base_url=connected_server.url, **kind)  # type: ignore[arg-type]
        contexts.append(context)
        answer = context.request.post("/auth/login", data={"email": f"{who}@contoso.com", "password": PASSWORD})
        assert answer.ok
        page = context.new_page()
        page.goto("/settings/exchange")
        return page

    yield open_page
    for context in contexts:
        context.close()


def registered(server: Server) -> None:
    engine = server.engine()
    with Office(engine) as office:
        registering.save(office.act(office.ada), {"tenant": TENANT, "client_id": CLIENT})
        office.commit()
    engine.dispose()


def test_an_administrator_enters_the_registration_and_a_seller_connects_his_mailbox(
    visit: Callable[..., Page], microsoft: Mailbox
) -> None:
    ada, sara = visit("ada"), visit("sara")
    expect(sara.get_by_role("button", name="Microsoft 365 mailbox")).to_be_disabled()
    expect(sara.get_by_role("navigation", name="Settings")).to_have_count(0)
    expect(sara.get_by_role("heading", name="App registration")).to_have_count(0)
    ada.get_by_role("button", name="Enter the app registration").click()
    dialog = ada.get_by_role("dialog", name="App registration")
    dialog.get_by_label("Directory (tenant) ID").fill("nonsense id")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Enter the directory (tenant) ID")).to_be_visible()
    dialog.get_by_label("Directory (tenant) ID").fill(TENANT)
    dialog.get_by_label("Application (client) ID").fill(CLIENT)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(ada.get_by_text(CLIENT)).to_be_visible()

    sara.reload()
    sara.get_by_role("button", name="Microsoft 365 mailbox").click()
    sara.get_by_role("dialog").get_by_label("Name").fill("Sara's mailbox")
    sara.get_by_role("button", name="Go on").click()
    dialog = sara.get_by_role("dialog", name="Sara's mailbox")
    expect(dialog.get_by_text("GTHK-QPMN")).to_be_visible()
    link = dialog.get_by_role("link", name="Open microsoft.com/devicelogin")
    expect(link).to_have_attribute("href", "https://microsoft.com/devicelogin")
    microsoft.typed = True
    expect(dialog.get_by_role("checkbox", name="Trade fair 3 contacts")).to_be_visible()
    dialog.get_by_role("button", name="Fetch contacts").click()
    expect(dialog.get_by_role("alert")).to_have_text("Choose at least one folder.")
    dialog.get_by_role("checkbox", name="Trade fair 3 contacts").check()
    dialog.get_by_role("button", name="Fetch 3 contacts").click()
    sara.wait_for_url(re.compile(r"/import/\d+/map"))

    ada.reload()
    others = ada.get_by_role("region", name="Sources of others")
    expect(others.get_by_role("row", name=re.compile("Sara's mailbox.*Sara"))).to_be_visible()
    expect(ada.get_by_text("sara@contoso.example")).to_have_count(0)


def test_a_sign_in_is_canceled_and_a_refused_one_says_why(
    visit: Callable[..., Page], microsoft: Mailbox, connected_server: Server
) -> None:
    registered(connected_server)
    sara = visit("sara", PHONE)
    sara.get_by_role("button", name="Microsoft 365 mailbox").click()
    sara.get_by_role("button", name="Go on").click()
    dialog = sara.get_by_role("dialog", name="Microsoft 365")
    expect(dialog.get_by_text("GTHK-QPMN")).to_be_visible()
    dialog.get_by_role("button", name="Cancel the sign-in").click()
    expect(sara.get_by_text("Not signed in")).to_be_visible()
    microsoft.declined = "authorization_declined"
    sara.get_by_role("button", name="Commands for Microsoft 365").click()
    sara.get_by_role("menuitem", name="Sign in", exact=True).click()
    expect(dialog.get_by_role("alert")).to_have_text("The sign-in was declined.")


def test_an_address_book_is_connected_fetched_and_disconnected(visit: Callable[..., Page], radicale: Books) -> None:
    radicale.book("Friends", card("1", "Ann", "Lee", "EMAIL:ann@x.example"))
    ada = visit("ada")
    ada.get_by_role("button", name="CardDAV account").click()
    dialog = ada.get_by_role("dialog", name="Connect a CardDAV account")
    dialog.get_by_label("Address of the server").fill(radicale.url)
    dialog.get_by_label("User name").fill("sara")
    dialog.get_by_label("Password").fill("wrong")
    dialog.get_by_role("button", name="Connect").click()
    dialog = ada.get_by_role("dialog", name="localhost")
    expect(dialog.get_by_role("alert")).to_have_text("localhost does not accept the user name or the password.")
    dialog.get_by_role("button", name="Edit").click()
    dialog = ada.get_by_role("dialog", name="Edit localhost")
    dialog.get_by_label("Password").fill(DAV_PASSWORD)
    dialog.get_by_role("button", name="Save").click()
    expect(ada.get_by_text("Connected", exact=True)).to_be_visible()
    ada.get_by_role("button", name="localhost", exact=True).click()
    dialog = ada.get_by_role("dialog", name="localhost")
    expect(dialog.get_by_role("checkbox", name="Friends 1 contact")).to_be_checked()
    dialog.get_by_role("button", name="Fetch 1 contact").click()
    ada.wait_for_url(re.compile(r"/import/\d+/map"))
    ada.goto("/settings/exchange")
    expect(ada.get_by_role("link", name="Choose what becomes of them")).to_be_visible()
    ada.get_by_role("button", name="Commands for localhost").click()
    ada.get_by_role("menuitem", name="Delete").click()
    ada.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(ada.get_by_text("Nothing is connected yet")).to_be_visible()


def test_on_a_phone_the_tab_of_the_page_is_in_sight(visit: Callable[..., Page]) -> None:
    tab = visit("ada", PHONE).get_by_role("navigation", name="Settings").get_by_role("link", name="Exchange")
    expect(tab).to_have_attribute("aria-current", "page")
    expect(tab).to_be_in_viewport(ratio=1)


def test_somebody_who_may_not_import_is_told_so(visit: Callable[..., Page]) -> None:
    tim = visit("tim")
    expect(tim.get_by_text("Settings are for administrators")).to_be_visible()
