"""News on its way: one user writes a note, and as many open tabs of the same lead show it."""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import urllib.request
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from time import perf_counter

from rxcrm.models import db
from rxcrm.state.timeline import Timeline
from tests.office import PASSWORD, Office
from tests.server import Server, build_once, furnished
from tests.state.socket_client import SocketClient, place

TABS, RUNS = 50, 5


@dataclass
class Push:
    """Milliseconds from the writer's event until a tab has the note: its own, the median tab, and the last."""

    own: float
    median: float
    last: float


def run(tabs: int = TABS) -> list[Push]:
    """Start a server, open the tabs and write some notes."""
    build_once()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        furnished(data)
        lead = _lead(data)
        server = Server(data).start()
        try:
            return asyncio.run(_measure(server.url, _sign_in(server.url), lead, tabs))
        finally:
            server.stop()


def terminal(found: list[Push], tabs: int = TABS) -> str:
    """The medians of all runs in one line."""
    own, middle, last = (statistics.median(getattr(p, name) for p in found) for name in ("own", "median", "last"))
    return (
        f"A note reaches its writer after {own:.0f} ms, the median of {tabs} other tabs after {middle:.0f} ms,"
        f" the last after {last:.0f} ms (medians of {len(found)} notes)."
    )


def _lead(data: Path) -> int:
    engine = db.make_engine(f"sqlite:///{data / 'rxcrm.db'}")
    with Office(engine) as office:
        lead = office.lead()
        office.commit()
        found = lead.id or 0
    engine.dispose()
    return found


def _sign_in(url: str) -> str:
    form = json.dumps({"email": "sara@contoso.com", "password": PASSWORD}).encode()
    asked = urllib.request.Request(f"{url}/auth/login", form, {"content-type": "application/json"})
    with urllib.request.urlopen(asked) as answer:
        cookie = SimpleCookie(answer.headers["set-cookie"])
    return "; ".join(f"{name}={morsel.value}" for name, morsel in cookie.items())


async def _measure(url: str, cookie: str, lead: int, count: int) -> list[Push]:
    name = f"{Timeline.get_full_name()}."
    clients = [SocketClient(url, cookie) for _ in range(count + 1)]
    for client in clients:
        await client.open(f"/leads/{lead}")
        await client.send(f"{name}open", {"entity": "lead", "record_id": lead}, f"/leads/{lead}")
    writer, *others = clients
    pushes = []
    for number in range(RUNS + 1):
        text = f"note number {number} of the bench"
        for client in clients:
            await client.drain(0.05)
        begun = perf_counter()
        waiting = [asyncio.create_task(_until(client, text, begun)) for client in clients]
        payload = {"token": 1_000_000 + number, "activity_id": 0, "version": 0, "title": text, "body": "", "files": []}
        event = {"name": f"{name}write_note", "payload": payload, "router_data": place(f"/leads/{lead}")}
        await writer.client.emit("event", event, namespace="/_event")
        own, *rest = await asyncio.gather(*waiting)
        if number:  # the first is the warm-up
            pushes.append(Push(own, statistics.median(rest), max(rest)))
    for client in [writer, *others]:
        await client.close()
    return pushes


async def _until(client: SocketClient, text: str, begun: float) -> float:
    """Milliseconds until the server tells this tab the text."""
    while True:
        said = await asyncio.wait_for(client.inbox.get(), 60)
        if text in json.dumps(said, ensure_ascii=False):
            return (perf_counter() - begun) * 1000
