"""Exports from outside: who gets a file, who a refusal; and the page of exports (issue 5, part 3)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import delete
from sqlmodel import col, select

from rxcrm.models import db, jobs
from rxcrm.models.access import Who
from rxcrm.models.choices import Role
from rxcrm.models.exporting import runs
from rxcrm.models.exporting.wanted import CSV, Wanted
from rxcrm.models.lead import Lead
from rxcrm.models.people import UserRole
from rxcrm.settings import settings
from rxcrm.state import exporting, gate
from rxcrm.state.exporting import Exports
from tests.office import Office
from tests.server import Server
from tests.state.desk import Desk
from tests.state.test_files import client

#: Marks the leads that fill a list.
MANY = "one of many"
CSV_OF_ALL = {"entity": "lead", "view": "all", "format": "csv"}


@pytest.fixture(scope="module", autouse=True)
def leads(server: Server) -> Iterator[None]:
    """Records of two owners, and Tim without any role; afterwards the server is as the other tests expect it."""
    engine = server.engine()
    with Office(engine) as office:
        private = office.organisation.private
        office.settle(private=True)
        office.lead(office.sara, topic="Mine")
        office.lead(office.vera, topic="Secret")
        for role in office.session.exec(select(UserRole).where(UserRole.user_id == office.tim.id)):
            office.session.delete(role)
        office.commit()
        yield
        office.settle(private=private)
        office.session.add(UserRole(user_id=office.tim.id or 0, role=Role.TEAM_MEMBER.value))
        office.session.execute(delete(Lead).where(col(Lead.description) == MANY))
        office.commit()
    engine.dispose()


@pytest.fixture
def sara(server: Server) -> Iterator[httpx.Client]:
    with client(server, "sara") as found:
        yield found


def test_a_view_is_asked_for_and_fetched(sara: httpx.Client) -> None:
    answer = sara.post("/files/export", json=CSV_OF_ALL)
    assert answer.status_code == 200, answer.text
    got = sara.get(answer.json()["file"])
    text = got.content.decode("utf-8-sig")
    assert "Mine" in text and "Secret" not in text
    assert got.headers["content-type"] == "text/csv; charset=utf-8"
    assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''" + quote("All Leads "))
    assert got.headers["cache-control"] == "private, no-store"
    assert got.headers["x-content-type-options"] == "nosniff"


def test_a_wide_export_is_made_by_another_process_and_still_waited_for(server: Server) -> None:
    engine = server.engine()
    with Office(engine) as office:
        for n in range(1_001):
            office.bare(Lead, topic=f"{n}", last_name="Doe", description=MANY)
        office.commit()
    engine.dispose()
    with client(server, "sara") as sara:
        answer = sara.post("/files/export", json={**CSV_OF_ALL, "which": "all"}, timeout=60)
        assert answer.status_code == 200 and answer.json()["file"], answer.text
        assert sara.get(answer.json()["file"]).content.count(b"\r\n") > 1_001


def test_strangers_and_those_without_the_privilege_get_nothing(server: Server, sara: httpx.Client) -> None:
    made = sara.post("/files/export", json=CSV_OF_ALL).json()["file"]
    assert httpx.post(server.url + "/files/export", json=CSV_OF_ALL).status_code == 401
    assert httpx.get(server.url + made).status_code == 401
    with client(server, "tim") as tim:
        assert tim.post("/files/export", json=CSV_OF_ALL).status_code == 403
        assert tim.get(made).status_code == 403
        assert tim.get("/files/templates/lead.xlsx").status_code == 403


def test_the_file_of_somebody_else_is_not_there(server: Server, sara: httpx.Client) -> None:
    made = sara.post("/files/export", json=CSV_OF_ALL).json()["file"]
    with client(server, "vera") as vera, client(server, "ada") as ada:
        assert vera.get(made).status_code == 404
        assert ada.get(made).status_code == 200
    assert sara.get("/files/exports/999999").status_code == 404


@pytest.mark.parametrize(
    "form",
    [
        {"entity": "user"},
        {**CSV_OF_ALL, "format": "exe"},
        {**CSV_OF_ALL, "ids": "1,two"},
        {**CSV_OF_ALL, "ids": "99999999999999999999"},
        {**CSV_OF_ALL, "columns": "password_hash"},
        {**CSV_OF_ALL, "which": "secret"},
        {**CSV_OF_ALL, "delimiter": "\n"},
        {"entity": 1},
        [],
    ],
)
def test_nonsense_is_refused_with_a_sentence(sara: httpx.Client, form: object) -> None:
    answer = sara.post("/files/export", json=form)
    assert answer.status_code == 422 and answer.json()["message"]


def test_other_sites_cannot_ask(sara: httpx.Client) -> None:
    assert sara.post("/files/export", json=CSV_OF_ALL, headers={"Origin": "https://evil.example"}).status_code == 403


def test_a_template_is_fetched(sara: httpx.Client) -> None:
    got = sara.get("/files/templates/contact.xlsx?view=active")
    assert got.status_code == 200 and got.content.startswith(b"PK")
    assert quote("Template – Active Contacts.xlsx") in got.headers["content-disposition"]
    assert sara.get("/files/templates/user.xlsx").status_code == 404


# -- the page --------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(small_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("RXCRM_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    yield Desk(small_office)
    settings.cache_clear()


def test_the_page_shows_ones_own_exports_and_everybodys_to_administrators(desk: Desk) -> None:
    office = desk.office
    office.lead()
    run = runs.begin(office.act(office.sara, db.now()), Wanted(view="all", format=CSV))
    office.commit()
    runs.carry_out(run.id or 0)
    desk.user = office.sara
    shown = desk.send(Exports, "open").rows
    assert [(r.status, r.rows, r.who, r.url) for r in shown] == [("done", 1, "", f"/files/exports/{run.id}")]
    assert shown[0].size.endswith("B")
    desk.user = office.ada
    assert [r.who for r in desk.send(Exports, "open").rows] == ["Sara"]
    desk.user = office.tom
    assert desk.send(Exports, "open").rows == []


def test_an_export_is_canceled_and_a_file_deleted_from_the_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    office = desk.office
    monkeypatch.setattr(runs, "AT_ONCE", 0)
    office.lead()
    run = runs.begin(office.act(office.sara, db.now()), Wanted(view="all"))
    desk.user = office.sara
    state = desk.send(Exports, "cancel", run.id)
    assert [(r.label, r.url, r.unfinished) for r in state.rows] == [("Canceled", "", False)]
    assert db.read(jobs.unfinished) == 0
    monkeypatch.setattr(runs, "AT_ONCE", 10)
    other = runs.begin(office.act(office.sara, db.now()), Wanted(view="all"))
    office.commit()
    runs.carry_out(other.id or 0)
    state = desk.send(Exports, "forget_file", other.id)
    assert [r.url for r in state.rows] == ["", ""]


def test_the_command_is_hidden_without_the_privilege(desk: Desk) -> None:
    assert gate.rights_of(desk.office.who(desk.office.tim))["export"]
    assert not gate.rights_of(Who(1, "Nobody"))["export"]


def test_sizes_are_short() -> None:
    assert [exporting.size_of(n) for n in (0, 812, 20_480, 3_400_000, 5 * 1024**3)] == [
        *("0 B", "812 B", "20 kB", "3.2 MB", "5.0 GB")
    ]
