"""Live updates: what one changes reaches the tabs of others within a second, as each may see it, on one process and on two."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import Session, select

from rxcrm import serve
from rxcrm.models import login, notifying
from rxcrm.models.lead import Lead
from rxcrm.models.people import User
from rxcrm.settings import settings
from tests.office import Office
from tests.server import Server, build_once, furnished
from tests.state.socket_client import SocketClient
from tests.state.test_gate import cookie_of, handlers

#: Seconds within which a colleague sees a change (issue 3, part 5).
PROMPTLY = 1.0


def event(ending: str) -> str:
    """The full name of a handler."""
    return next(name for name in handlers() if name.endswith(ending))


def unread(n: int) -> str:
    return f'"unread_rx_state_": {n}'


async def heard(tab: SocketClient, wanted: str, within: float = PROMPTLY) -> bool:
    """Whether a tab is told something, without having asked, within some seconds."""
    deadline = asyncio.get_running_loop().time() + within
    while (left := deadline - asyncio.get_running_loop().time()) > 0:
        try:
            said = await asyncio.wait_for(tab.inbox.get(), left)
        except TimeoutError:
            return False
        if wanted in json.dumps(said, ensure_ascii=False):
            return True
    return False


def a_followed_lead(server: Server, *followers: str) -> int:
    """A lead of Sara's that these people follow; nobody has a notification."""
    engine = server.engine()
    with Office(engine) as office:
        lead = office.lead(office.sara, topic="Lamps", last_name="Kowalska")
        for name in followers:
            act = office.act(office.user(name))
            notifying.follow(act, lead)
            notifying.mark_all_read(act, 10**9)
        office.commit()
        found = lead.id or 0
    engine.dispose()
    return found


#: The version of each lead of each server, as far as these tests have changed it.
VERSIONS: dict[tuple[Path, int], int] = {}


async def change(server: Server, tab: SocketClient, lead_id: int, **typed: str) -> None:
    """Save a lead as the user of a tab; nothing is waited for."""
    key = server.data, lead_id
    version = VERSIONS[key] = VERSIONS.get(key, 0) + 1
    payload = {"record_id": lead_id, "version": version, "typed": typed, "token": version}
    place = {"pathname": "/", "asPath": "/", "query": {}}
    said = {"name": event("lead_record.save"), "payload": payload, "router_data": place}
    await tab.client.emit("event", said, namespace="/_event")


async def opened(server: Server, *names: str) -> list[SocketClient]:
    """A quiet tab for each of these people."""
    tabs = [await SocketClient(server.url, cookie_of(server, f"{n.lower()}@contoso.com")).open("/leads") for n in names]
    for tab in tabs:
        assert await heard(tab, "is_hydrated", 15)
        await tab.drain(0.5)
    return tabs


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(story())


def settle(server: Server, private: bool) -> None:
    engine = server.engine()
    with Office(engine) as office:
        office.settle(private=private)
        office.commit()
    engine.dispose()


@pytest.fixture
def open_office(server: Server) -> Iterator[Server]:
    """The server with the preset "open"."""
    settle(server, private=False)
    yield server
    settle(server, private=True)


# -- one process -----------------------------------------------------------------------------------------------------


def test_a_tab_that_was_cut_off_catches_up_and_hears_again(open_office: Server) -> None:
    lead_id = a_followed_lead(open_office)

    async def story() -> None:
        sara, tom = await opened(open_office, "Sara", "Tom")
        assert await tom.told("ready", event("timeline.open"), {"entity": "lead", "record_id": lead_id})
        await tom.close()
        await change(open_office, sara, lead_id, city="Gdynia")
        await sara.drain(0.5)
        back = await SocketClient(open_office.url, cookie_of(open_office, "tom@contoso.com"), tom.token).open("/leads")
        assert await heard(back, "Gdynia", 15)
        await change(open_office, sara, lead_id, city="Sopot")
        assert await heard(back, "Sopot")
        for tab in (sara, back):
            await tab.close()

    run(story)


def test_a_change_reaches_a_followers_open_tab_within_a_second(open_office: Server) -> None:
    lead_id = a_followed_lead(open_office, "Tom")

    async def story() -> None:
        sara, tom = await opened(open_office, "Sara", "Tom")
        await change(open_office, sara, lead_id, city="Łódź")
        assert await heard(tom, unread(1))
        assert not await heard(sara, unread(1), 0.3)
        for tab in (sara, tom):
            await tab.close()

    run(story)


def test_an_open_pane_shows_the_new_line(open_office: Server) -> None:
    lead_id = a_followed_lead(open_office, "Tom")

    async def story() -> None:
        sara, tom = await opened(open_office, "Sara", "Tom")
        await tom.send(event("notifications.open"))
        await change(open_office, sara, lead_id, city="Łódź")
        assert await heard(tom, "Sara changed Kowalska.")
        for tab in (sara, tom):
            await tab.close()

    run(story)


def test_whoever_may_not_see_the_record_hears_nothing(open_office: Server) -> None:
    lead_id = a_followed_lead(open_office, "Tom", "Olaf")
    settle(open_office, private=True)
    engine = open_office.engine()
    with Office(engine) as office:
        office.share(office.session.get_one(Lead, lead_id), office.tom)
        office.commit()
    engine.dispose()

    async def story() -> None:
        sara, tom, olaf = await opened(open_office, "Sara", "Tom", "Olaf")
        await olaf.send(event("notifications.open"))
        await change(open_office, sara, lead_id, city="Łódź")
        assert await heard(tom, unread(1))
        assert await olaf.drain(0.5) == []
        for tab in (sara, tom, olaf):
            await tab.close()

    run(story)


def test_what_is_read_in_one_tab_is_read_in_the_others(open_office: Server) -> None:
    lead_id = a_followed_lead(open_office, "Tom")

    async def story() -> None:
        sara, one, two = await opened(open_office, "Sara", "Tom", "Tom")
        await change(open_office, sara, lead_id, city="Łódź")
        assert await heard(one, unread(1)) and await heard(two, unread(1))
        await one.send(event("notifications.open"))
        await one.send(event("notifications.read_all"))
        assert await heard(two, unread(0))
        for tab in (sara, one, two):
            await tab.close()

    run(story)


def test_a_page_that_connects_begins_with_what_came_meanwhile(open_office: Server) -> None:
    lead_id = a_followed_lead(open_office, "Tom")

    async def story() -> None:
        (sara,) = await opened(open_office, "Sara")
        await change(open_office, sara, lead_id, city="Łódź")
        await sara.drain(0.5)
        tom = await SocketClient(open_office.url, cookie_of(open_office, "tom@contoso.com")).open("/leads")
        assert await heard(tom, unread(1), 15)
        for tab in (sara, tom):
            await tab.close()

    run(story)


def test_a_tab_whose_user_signed_out_or_was_locked_out_is_told_nothing(open_office: Server) -> None:
    lead_id = a_followed_lead(open_office, "Tom", "Mia", "Vera")

    async def story() -> None:
        sara, vera = await opened(open_office, "Sara", "Vera")
        cookies = {name: cookie_of(open_office, f"{name}@contoso.com") for name in ("tom", "mia")}
        tom = await SocketClient(open_office.url, cookies["tom"]).open("/leads")
        mia = await SocketClient(open_office.url, cookies["mia"]).open("/leads")
        for tab in (tom, mia):
            await tab.drain(1.0)
        httpx.post(f"{open_office.url}/auth/logout", headers={"Cookie": cookies["tom"]})
        engine = open_office.engine()
        with Office(engine) as office:
            login.disable(office.session, office.mia, by=office.who(office.ada))
            office.commit()
        await change(open_office, sara, lead_id, city="Łódź")
        assert await heard(vera, unread(1))
        assert await tom.drain(0.4) == []
        assert await mia.drain(0.4) == []
        with Office(engine) as office:
            login.enable(office.mia)
            office.commit()
        engine.dispose()
        for tab in (sara, vera, tom, mia):
            await tab.close()

    run(story)


def test_closed_tabs_are_no_burden_to_the_others(open_office: Server) -> None:
    lead_id = a_followed_lead(open_office, "Tom", "Vera")

    async def story() -> None:
        sara, tom, vera = await opened(open_office, "Sara", "Tom", "Vera")
        await tom.close()
        await change(open_office, sara, lead_id, city="Łódź")
        assert await heard(vera, unread(1))
        for tab in (sara, vera):
            await tab.close()

    run(story)
    assert "could not be brought up to date" not in open_office.log.read_text()


def test_changes_in_short_order_are_told_together(open_office: Server) -> None:
    lead_id = a_followed_lead(open_office, "Tom")

    async def story() -> None:
        sara, tom = await opened(open_office, "Sara", "Tom")
        for i in range(10):
            await change(open_office, sara, lead_id, city=f"City {i}")
        told = await tom.drain(1.0)
        assert unread(1) in json.dumps(told)
        assert unread(2) not in json.dumps(told)
        assert len(told) <= 10
        for tab in (sara, tom):
            await tab.close()

    run(story)


# -- two processes on one Redis --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_servers(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    """Two server processes with one data folder and one Redis."""
    data: Path = tmp_path_factory.mktemp("two")
    furnished(data)
    build_once()
    pair = Server(data, redis_url=redis_url), Server(data, redis_url=redis_url)
    for each in pair:
        each.start()
    yield pair
    for each in pair:
        each.stop()


def test_a_change_in_one_process_reaches_a_tab_of_the_other_within_a_second(two_servers: tuple[Server, Server]) -> None:
    first, second = two_servers
    lead_id = a_followed_lead(first, "Tom", "Vera")

    async def story() -> None:
        (sara, vera), (tom,) = await opened(first, "Sara", "Vera"), await opened(second, "Tom")
        await tom.send(event("notifications.open"))
        await change(first, sara, lead_id, city="Łódź")
        assert await heard(tom, "Sara changed Kowalska.")
        assert await heard(vera, unread(1))
        for tab in (sara, vera, tom):
            await tab.close()

    run(story)


def test_a_tab_of_the_other_process_is_told_only_what_its_user_may_see(two_servers: tuple[Server, Server]) -> None:
    first, second = two_servers
    lead_id = a_followed_lead(first, "Tom", "Olaf")
    settle(first, private=True)
    engine = first.engine()
    with Office(engine) as office:
        office.share(office.session.get_one(Lead, lead_id), office.tom)
        office.commit()
    engine.dispose()

    async def story() -> None:
        (sara,), (tom, olaf) = await opened(first, "Sara"), await opened(second, "Tom", "Olaf")
        await change(first, sara, lead_id, city="Łódź")
        assert await heard(tom, unread(1))
        assert await olaf.drain(0.5) == []
        for tab in (sara, tom, olaf):
            await tab.close()

    run(story)
    settle(first, private=False)


def test_one_server_with_two_workers_carries_news_between_them(redis_url: str, tmp_path: Path) -> None:
    furnished(tmp_path)
    build_once()
    server = Server(tmp_path, redis_url=redis_url.replace("/0", "/1"), workers="2").start()
    try:
        lead_id = a_followed_lead(server, "Tom")

        async def story() -> None:
            # Sockets land on either worker: of eight tabs hardly all are where the change is made.
            sara, *toms = await opened(server, "Sara", *["Tom"] * 8)
            await change(server, sara, lead_id, city="Łódź")
            assert all(await asyncio.gather(*(heard(tab, unread(1)) for tab in toms)))
            for tab in (sara, *toms):
                await tab.close()

        run(story)
    finally:
        server.stop()


# -- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"WORKERS": "2"}, "RXCRM_REDIS_URL"),
        ({"REDIS_URL": "http://localhost"}, "must begin with redis://"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "does not answer"),
        ({"ATTACHMENT_MEGABYTES": "129"}, "between 1 and 128"),
        ({"ATTACHMENT_MEGABYTES": "0"}, "between 1 and 128"),
    ],
)
def test_settings_that_do_not_work_are_refused_before_the_start(
    chosen: dict[str, str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in chosen.items():
        monkeypatch.setenv(f"RXCRM_{name}", value)
    settings.cache_clear()
    try:
        with pytest.raises(serve.CannotStart, match=sentence):
            serve.check_settings()
    finally:
        settings.cache_clear()


def test_everybody_of_these_tests_is_there(two_servers: tuple[Server, Server]) -> None:
    engine = two_servers[0].engine()
    with Session(engine) as session:
        assert {"Sara", "Tom", "Olaf", "Vera", "Mia"} <= set(session.exec(select(User.name)))
    engine.dispose()
