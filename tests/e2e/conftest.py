"""Journeys in a browser against the production build: one server, a fresh database per test."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.office import PASSWORD, Office
from tests.server import Server, build_once, chromium, furnished

DESKTOP = {"viewport": {"width": 1440, "height": 900}}
TABLET = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}

expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    arguments = [
        "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    ]  # fmt: skip
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        yield found
        found.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("template")
    furnished(data)
    build_once()
    return data / "rxcrm.db"


@pytest.fixture(scope="session")
def running(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("running")
    shutil.copyfile(template, data / "rxcrm.db")
    server = Server(data).start()
    yield server
    server.stop()


@pytest.fixture
def server(running: Server, template: Path) -> Server:
    """The session's server, its database as the cast left it: SQLite's backup replaces every page in one transaction."""
    with closing(sqlite3.connect(template)) as fresh, closing(sqlite3.connect(running.data / "rxcrm.db")) as used:
        fresh.backup(used)
    return running


@pytest.fixture
def empty_server(template: Path, tmp_path: Path) -> Iterator[Server]:
    """A server that nobody has set up; depends on the template for the front end's build."""
    data = tmp_path / "new"
    data.mkdir()
    server = Server(data).start()
    yield server
    server.stop()


@pytest.fixture
def office(server: Server) -> Iterator[Office]:
    """The server's database, to put records in and to look at what came of it."""
    engine = server.engine()
    with Office(engine) as office:
        yield office
    engine.dispose()


SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(browser: Browser, server: Server) -> Iterator[SignIn]:
    """`sign_in("Sara")` opens a browser of hers; a defect in the page fails the test."""
    opened: list[BrowserContext] = []
    defects: list[str] = []

    def open_for(name: str, size: dict[str, object] = DESKTOP, at: Server = server) -> Page:
        context = browser.new_context(base_url=at.url, **size)  # type: ignore[arg-type]
        opened.append(context)
        answer = context.request.post(
            "/auth/login", data={"email": f"{name.lower()}@contoso.com", "password": PASSWORD}
        )
        assert answer.ok, answer.text()
        page = context.new_page()
        page.on("pageerror", lambda error: defects.append(str(error)))
        return page

    yield open_for
    for context in opened:
        context.close()
    assert defects == []


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    server = getattr(item, "funcargs", {}).get("running") or getattr(item, "funcargs", {}).get("empty_server")
    if report.failed and isinstance(server, Server):
        report.sections.append(("the server's log", server.log.read_text()[-3000:]))


def until(page: Page, found: Callable[[], object], seconds: float = 15) -> None:
    """Wait for something that no page shows; what the browser has to say arrives meanwhile."""
    ends = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < ends, "it did not come"
        page.wait_for_timeout(20)
