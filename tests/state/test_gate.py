"""Every event and every route, attacked from outside: nothing is written, nothing is told."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any, get_type_hints

import httpx
import pytest
from reflex_base.registry import RegistrationContext
from sqlmodel import Session

from rxcrm.models.access import Privilege
from rxcrm.models.lead import Lead
from rxcrm.models.login import hashed
from rxcrm.rxcrm import app
from rxcrm.state import gate
from rxcrm.web import ROUTES
from tests.office import PASSWORD, Office
from tests.server import Server
from tests.state.socket_client import SocketClient

OURS = "rxcrm___"
SECRET = "Secret topic of Vera"


def handlers() -> dict[str, Callable[..., Any]]:
    """Every event that Reflex would dispatch, ours and its own."""
    with app.set_contexts():
        return {name: found.handler.fn for name, found in RegistrationContext.get().event_handlers.items()}


def dump(server: Server) -> str:
    """The whole database as text, but for what signing in and out writes by itself."""
    connection = sqlite3.connect(f"file:{server.data / 'rxcrm.db'}?mode=ro", uri=True)
    left_out = {"login_session", "sign_in_failure", "one_time_code"}
    tables = [
        row[0]
        for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        if row[0] not in left_out and "_search" not in row[0]
    ]
    found = {t: connection.execute(f'SELECT * FROM "{t}" ORDER BY 1').fetchall() for t in tables}
    connection.close()
    return json.dumps(found, default=str)


def cookie_of(server: Server, email: str) -> str:
    answer = httpx.post(f"{server.url}/auth/login", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return f"{gate.COOKIE}={answer.cookies[gate.COOKIE]}"


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(story())


def plausible(handler: Callable[..., Any], lead: int) -> dict[str, Any]:
    """Arguments of the declared types that would do harm if the handler ran."""
    samples: dict[Any, Any] = {
        int: lead,
        str: "lead",
        bool: True,
        list[int]: [lead],
        dict[str, str]: {"topic": "pwned"},
    }
    hints = get_type_hints(handler)
    names = list(inspect.signature(handler).parameters)[1:]
    return {name: samples.get(hints.get(name), "lead") for name in names}


@pytest.fixture(scope="module")
def secret_lead(server: Server) -> int:
    """A lead of Vera's that only she and the administrator may read: the preset is private."""
    engine = server.engine()
    with Office(engine) as office:
        office.settle(private=True)
        lead = office.lead(office.vera, topic=SECRET, last_name="Hidden")
        office.commit()
        found = lead.id
    engine.dispose()
    assert found
    return found


def test_every_handler_of_ours_is_marked() -> None:
    unmarked = [
        name
        for name, fn in handlers().items()
        if name not in gate.FRAMEWORK
        and OURS in name
        and not hasattr(fn, "__rxcrm_mark__")
        and not name.endswith((".setvar", ".set_is_hydrated"))
    ]
    assert unmarked == []


def test_every_event_of_the_framework_is_known_or_refused() -> None:
    for name, fn in handlers().items():
        if name not in gate.FRAMEWORK and not hasattr(fn, "__rxcrm_mark__"):
            assert not gate.allowed(None, None), name


def test_every_argument_of_every_handler_has_a_type() -> None:
    for name, fn in handlers().items():
        if hasattr(fn, "__rxcrm_mark__"):
            hints = get_type_hints(fn)
            assert all(p in hints for p in list(inspect.signature(fn).parameters)[1:]), name
            gate.arguments_of(fn)


def test_a_stranger_gets_nothing_from_any_event(server: Server, secret_lead: int) -> None:
    before = dump(server)

    async def story() -> None:
        tab = await SocketClient(server.url).open(f"/leads/{secret_lead}", {"lead_id": str(secret_lead)})
        told = await tab.drain()
        for name, fn in handlers().items():
            told += await tab.send(name, plausible(fn, secret_lead), f"/leads/{secret_lead}", quiet=0.03)
        told += await tab.drain(1.0)
        await tab.close()
        assert SECRET not in json.dumps(told)
        assert "Hidden" not in json.dumps(told)

    run(story)
    assert dump(server) == before


def test_a_user_without_the_privilege_changes_nothing_and_learns_nothing(server: Server, secret_lead: int) -> None:
    cookie = cookie_of(server, "olaf@contoso.com")
    before = dump(server)

    async def story() -> None:
        tab = await SocketClient(server.url, cookie).open(f"/leads/{secret_lead}", {"lead_id": str(secret_lead)})
        told = await tab.drain()
        for name, fn in handlers().items():
            if name.rpartition(".")[2] in ("quick_create", "save"):
                continue  # creating records of his own is his right: the next test takes them
            told += await tab.send(name, plausible(fn, secret_lead), f"/leads/{secret_lead}", quiet=0.05)
        told += await tab.drain(1.0)
        await tab.close()
        assert SECRET not in json.dumps(told)

    run(story)
    assert dump(server) == before


def test_saving_or_linking_a_hidden_record_is_refused(server: Server, secret_lead: int) -> None:
    cookie = cookie_of(server, "olaf@contoso.com")
    before = dump(server)

    async def story() -> None:
        tab = await SocketClient(server.url, cookie).open("/leads")
        await tab.drain()
        save = next(n for n in handlers() if "lead_record" in n and n.endswith(".save"))
        told = await tab.send(
            save, {"record_id": secret_lead, "version": 1, "typed": {"topic": "pwned"}, "token": 1}, "/leads"
        )
        told += await tab.send(
            save,
            {"record_id": 0, "version": 0, "typed": {"topic": "x", "last_name": "y", "owner_user_id": "1"}, "token": 2},
        )
        await tab.close()
        assert SECRET not in json.dumps(told)

    run(story)
    assert dump(server) == before


def test_a_team_member_may_not_write_delete_or_assign(server: Server, secret_lead: int) -> None:
    engine = server.engine()
    with Office(engine) as office:
        lead = office.lead(office.sara, topic="Sara's", last_name="Lead")
        office.commit()
        assert lead.id
    engine.dispose()
    cookie = cookie_of(server, "tim@contoso.com")
    before = dump(server)

    async def story() -> None:
        tab = await SocketClient(server.url, cookie).open(f"/leads/{lead.id}", {"lead_id": str(lead.id)})
        await tab.drain()
        for name, fn in handlers().items():
            if "record" in name or "leads" in name:
                await tab.send(name, plausible(fn, lead.id or 0), f"/leads/{lead.id}", quiet=0.05)
        await tab.drain(1.0)
        await tab.close()

    run(story)
    assert dump(server) == before


@pytest.mark.parametrize("wrong", [{"$ne": 1}, ["x"], None, 1.5, {"a": {"b": 1}}, "9" * 400])
def test_arguments_of_the_wrong_type_are_refused(server: Server, wrong: object) -> None:
    cookie = cookie_of(server, "sara@contoso.com")
    before = dump(server)

    async def story() -> None:
        tab = await SocketClient(server.url, cookie).open("/leads")
        await tab.drain()
        save = next(n for n in handlers() if "lead_record" in n and n.endswith(".save"))
        refused = "not understood"
        assert await tab.told(refused, save, {"record_id": wrong, "version": 1, "typed": {}, "token": 1})
        assert await tab.told(refused, save, {"record_id": 0, "version": 0, "typed": wrong, "token": 1})
        assert await tab.told(refused, save, {"record_id": 0, "version": 0, "typed": {}, "token": 1, "more": wrong})
        await tab.close()

    run(story)
    assert dump(server) == before


def test_over_long_text_from_a_raw_client_writes_nothing(server: Server) -> None:
    cookie = cookie_of(server, "sara@contoso.com")
    before = dump(server)

    async def story() -> None:
        tab = await SocketClient(server.url, cookie).open("/leads")
        await tab.drain()
        save = next(n for n in handlers() if "lead_record" in n and n.endswith(".save"))
        typed = {"topic": "x" * 301, "last_name": "Long"}
        assert await tab.told("at most 300", save, {"record_id": 0, "version": 0, "typed": typed, "token": 1})
        await tab.close()

    run(story)
    assert dump(server) == before


def test_a_stolen_tab_token_shows_nothing_to_a_stranger_or_another_user(server: Server, secret_lead: int) -> None:
    async def story() -> None:
        mine = await SocketClient(server.url, cookie_of(server, "vera@contoso.com")).open(
            f"/leads/{secret_lead}", {"lead_id": str(secret_lead)}
        )
        assert await mine.told(SECRET)
        await mine.close()
        for cookie in ("", cookie_of(server, "olaf@contoso.com")):
            thief = await SocketClient(server.url, cookie, token=mine.token).open("/leads")
            told = await thief.drain(0.6)
            assert SECRET not in json.dumps(told)
            await thief.close()

    run(story)


def test_no_cookie_and_no_private_variable_reaches_the_page(server: Server) -> None:
    cookie = cookie_of(server, "sara@contoso.com")

    async def story() -> None:
        tab = await SocketClient(server.url, cookie).open("/leads")
        told = json.dumps(await tab.drain(1.0))
        await tab.close()
        token = cookie.partition("=")[2]
        assert token not in told
        assert hashed(token) not in told

    run(story)


def test_a_settings_page_that_is_loaded_anew_begins_with_no_dialog_of_an_earlier_visit(server: Server) -> None:
    async def story() -> None:
        cookie, path = cookie_of(server, "ada@contoso.com"), "/settings/sample-data"
        asking = next(name for name in handlers() if name.endswith("sample_data.ask_remove"))
        tab = await SocketClient(server.url, cookie).open(path)
        assert await tab.told('"staff"')  # the page has been read
        assert await tab.told('"asked_rx_state_": "remove"', asking, path=path)
        await tab.close()
        again = await SocketClient(server.url, cookie, token=tab.token).open(path, anew=True)
        first = json.dumps(await asyncio.wait_for(again.inbox.get(), 15))
        assert '"asked_rx_state_": "remove"' not in first and '"staff"' in first
        shown = json.loads(first)["delta"]
        (page,) = (values for name, values in shown.items() if name.endswith("sample_data"))
        assert (page["ready_rx_state_"], page["asked_rx_state_"]) == (False, "")
        await again.close()

    run(story)


def test_a_socket_from_another_site_is_refused(server: Server) -> None:
    async def story() -> None:
        tab = SocketClient(server.url, cookie_of(server, "sara@contoso.com"), origin="https://evil.example")
        with pytest.raises(Exception, match=r"(?i)unexpected|refused|403|connect"):
            await tab.open("/leads")

    run(story)


def test_a_session_that_was_ended_everywhere_is_refused_at_once(server: Server) -> None:
    cookie = cookie_of(server, "tom@contoso.com")
    other = cookie_of(server, "tom@contoso.com")

    async def story() -> None:
        tab = await SocketClient(server.url, cookie).open("/leads")
        await tab.drain()
        ended = httpx.post(f"{server.url}/auth/everywhere", headers={"Cookie": other})
        assert ended.status_code == 200
        load = next(n for n in handlers() if n.endswith("____leads.open"))
        assert await tab.told("/login", load, {}, "/leads")
        await tab.close()

    run(story)


# -- HTTP ------------------------------------------------------------------------------------------------------------


def paths() -> list[tuple[str, str]]:
    return [(method, route.path) for route in ROUTES for method in sorted(route.methods or ()) if method != "HEAD"]


@pytest.mark.parametrize(("method", "path"), paths())
def test_every_route_is_marked_and_refuses_other_sites(server: Server, method: str, path: str) -> None:
    route = next(r for r in ROUTES if r.path == path)
    assert hasattr(route.endpoint, "__rxcrm_mark__")
    before = dump(server)
    url = server.url + re.sub(r"\{[^}]*\}", "1", path)
    for headers in ({}, {"Cookie": f"{gate.COOKIE}=forged"}, {"Origin": "https://evil.example"}):
        answer = httpx.request(
            method, url, headers=headers, content=b'{"email": "ada@contoso.com"}' if method == "POST" else None
        )
        if route.endpoint.__rxcrm_mark__ != gate.PUBLIC:
            assert answer.status_code in (401, 403), (path, answer.text)
        if method != "GET" and "Origin" in headers:
            assert answer.status_code == 403
        assert "Traceback" not in answer.text
    assert dump(server) == before


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{", b'{"email": 1}', b'{"email": {"$ne": 1}}', b"[" * 5000, b"x" * 70_000, b"\xff\xfe"],
)
def test_sign_in_answers_any_body_with_a_sentence(server: Server, body: bytes) -> None:
    answer = httpx.post(f"{server.url}/auth/login", content=body)
    assert answer.status_code == 422
    assert answer.json()["message"]


def test_importing_needs_the_privilege(server: Server) -> None:
    cookie = cookie_of(server, "tim@contoso.com")
    before = dump(server)
    answer = httpx.post(
        f"{server.url}/files/import", headers={"Cookie": cookie, "x-file-name": "a.csv"}, content=b"a,b\n1,2\n"
    )
    assert answer.status_code == 403
    assert dump(server) == before


def test_the_books_of_somebody_elses_import_are_hidden(server: Server) -> None:
    """From those who do not read every lead anyway."""
    sent = httpx.post(
        f"{server.url}/files/import",
        headers={"Cookie": cookie_of(server, "sara@contoso.com"), "x-file-name": "..%2F..%2Fetc%2Fpasswd"},
        content=b"Topic,Last Name\na,b\n",
    )
    assert sent.status_code == 200, sent.text
    (run_id,) = sent.json()["imports"]
    engine = server.engine()
    with Office(engine) as office:
        office.settle(private=True)
        office.commit()
    engine.dispose()
    answer = httpx.get(
        f"{server.url}/files/import/{run_id}/rejected", headers={"Cookie": cookie_of(server, "olaf@contoso.com")}
    )
    assert answer.status_code == 422
    assert "etc" not in answer.text


def test_the_rows_that_did_not_come_in_are_streamed_and_no_copy_stays(server: Server) -> None:
    cookie = cookie_of(server, "sara@contoso.com")
    sent = httpx.post(
        f"{server.url}/files/import", headers={"Cookie": cookie, "x-file-name": "a.csv"}, content=b"Topic\na\n"
    )
    (run_id,) = sent.json()["imports"]
    kept = set((server.data / "imports").iterdir())
    for asker, status in ((cookie, 200), (cookie_of(server, "tim@contoso.com"), 403)):
        answer = httpx.get(f"{server.url}/files/import/{run_id}/rejected", headers={"Cookie": asker})
        assert answer.status_code == status, answer.text
        assert ("rejected" in answer.headers.get("content-disposition", "")) == (status == 200)
    assert set((server.data / "imports").iterdir()) == kept


def test_every_route_of_the_server_is_known(server: Server) -> None:
    """Reflex's own routes are these; a new one must be looked at before it is let through."""
    assert app._api
    assert {getattr(route, "path", "") for route in app._api.routes} == {"/ping", "/_health", "/_event"}
    before = dump(server)
    for path in ("/ping", "/_health"):
        for method in ("GET", "POST", "PUT", "DELETE"):
            answer = httpx.request(method, server.url + path)
            assert answer.status_code in (200, 405), (method, path)
            assert "rxcrm.db" not in answer.text
    foreign = httpx.get(f"{server.url}/_event/?EIO=4&transport=polling", headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert dump(server) == before


def test_reflexs_own_upload_and_unknown_paths_give_nothing(server: Server) -> None:
    for path in ("/_upload", "/_upload/x", "/_upload/../data/rxcrm.db", "/data/rxcrm.db", "/assets/../rxconfig.py"):
        answer = httpx.post(server.url + path, content=b"x")
        assert answer.status_code in (403, 404, 405), path
        assert (
            httpx.get(server.url + path).status_code in (403, 404)
            or "<!DOCTYPE html" in httpx.get(server.url + path).text
        )


def test_every_page_carries_the_security_headers(server: Server) -> None:
    headers = httpx.get(f"{server.url}/login/").headers
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert "unsafe-eval" not in headers["content-security-policy"]


def test_the_session_cookie_is_out_of_reach_of_scripts(server: Server) -> None:
    answer = httpx.post(f"{server.url}/auth/login", json={"email": "ada@contoso.com", "password": PASSWORD})
    header = answer.headers["set-cookie"].lower()
    assert "httponly" in header and "samesite=lax" in header


def test_a_leads_secret_is_in_no_public_file(server: Server) -> None:
    from rxcrm.serve import WEB

    assert not [p for p in (WEB / "build" / "client").rglob("*.js") if SECRET in p.read_text(errors="ignore")]


def test_only_known_marks_exist() -> None:
    for name, fn in handlers().items():
        mark = getattr(fn, "__rxcrm_mark__", None)
        assert mark is None or mark in (gate.PUBLIC, gate.SIGNED_IN) or Privilege(mark), name


def test_the_office_of_these_tests_has_the_secret(server: Server, secret_lead: int) -> None:
    engine = server.engine()
    with Session(engine) as session:
        assert session.get_one(Lead, secret_lead).topic == SECRET
    engine.dispose()
