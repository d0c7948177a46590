"""Two people at one lead: what one writes the other sees, without reloading, on one server process and on two."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import TABLET, SignIn
from tests.office import Office
from tests.server import Server, build_once, furnished


@pytest.fixture
def two_servers(redis_url: str, tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    """Two server processes with one data folder and one Redis."""
    furnished(tmp_path)
    build_once()
    pair = Server(tmp_path, redis_url=redis_url), Server(tmp_path, redis_url=redis_url)
    for each in pair:
        each.start()
    yield pair
    for each in pair:
        each.stop()


def a_lead(server: Server) -> int:
    engine = server.engine()
    with Office(engine) as office:
        lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
        office.commit()
        found = lead.id or 0
    engine.dispose()
    return found


def write_note(page: Page, title: str) -> None:
    page.get_by_role("button", name="Enter a note…").click()
    page.get_by_role("textbox", name="Title", exact=True).fill(title)
    page.get_by_role("button", name="Add note").click()


def see_each_others_notes(sara: Page, tom: Page, lead: int) -> None:
    for page in (sara, tom):
        page.goto(f"/leads/{lead}")
        expect(page.get_by_role("region", name="Timeline")).to_contain_text("created this record", timeout=30_000)
    write_note(sara, "They want a demo")
    timeline = tom.get_by_role("region", name="Timeline")
    expect(timeline).to_contain_text("They want a demo")
    write_note(tom, "On Tuesday at ten")
    expect(sara.get_by_role("region", name="Timeline")).to_contain_text("On Tuesday at ten")


def test_two_browsers_see_each_others_notes(sign_in: SignIn, server: Server) -> None:
    see_each_others_notes(sign_in("Sara"), sign_in("Tom", TABLET), a_lead(server))


def test_two_browsers_at_two_server_processes_see_each_others_notes(
    sign_in: SignIn, two_servers: tuple[Server, Server]
) -> None:
    first, second = two_servers
    see_each_others_notes(sign_in("Sara", at=first), sign_in("Tom", at=second), a_lead(first))


def test_a_colleague_without_access_sees_nothing(sign_in: SignIn, server: Server, office: Office) -> None:
    office.settle(private=True)
    office.commit()
    lead = a_lead(server)
    sara, olaf = sign_in("Sara"), sign_in("Olaf")
    olaf.goto(f"/leads/{lead}")
    expect(olaf.get_by_text("you may not see it").first).to_be_visible(timeout=30_000)
    sara.goto(f"/leads/{lead}")
    write_note(sara, "Between us")
    expect(sara.get_by_role("region", name="Timeline")).to_contain_text("Between us")
    expect(olaf.get_by_text("Between us")).to_have_count(0)
