"""A raw client of Reflex's event socket: says whatever a browser, or an attacker, could say."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any, Self

import socketio

HYDRATE = "reflex___state____state.hydrate_and_load"


class SocketClient:
    """One tab. `cookie` is the Cookie header of the handshake, `token` the tab's client token."""

    def __init__(self, url: str, cookie: str = "", token: str = "", origin: str = "") -> None:
        self.url, self.token = url, token or str(uuid.uuid4())
        self.headers = {k: v for k, v in {"Cookie": cookie, "Origin": origin}.items() if v}
        self.client = socketio.AsyncClient(reconnection=False)
        self.inbox: asyncio.Queue[Any] = asyncio.Queue()
        self.client.on("event", self._receive, namespace="/_event")
        self.client.on("new_token", lambda *_: None, namespace="/_event")
        self.client.on("state_mismatch", lambda *_: None, namespace="/_event")

    async def _receive(self, data: Any) -> None:
        await self.inbox.put(data)

    async def open(self, path: str = "/", query: dict[str, str] | None = None, *, anew: bool = False) -> Self:
        """Connect as a page does that comes back after it lost its connection, or that is loaded `anew`."""
        payload = {"hashes": [""]} if anew else {}
        first = {"event": {"name": HYDRATE, "payload": payload, "router_data": place(path, query)}}
        await self.client.connect(
            f"{self.url}/?token={self.token}",
            socketio_path="/_event",
            transports=["websocket"],
            namespaces=["/_event"],
            headers=self.headers,
            auth=first,
            wait_timeout=10,
        )
        return self

    async def send(
        self, name: str, payload: dict[str, Any] | None = None, path: str = "/", quiet: float = 0.25
    ) -> list[Any]:
        """Send an event and return everything that comes back until it is quiet."""
        event = {"name": name, "payload": payload or {}, "router_data": place(path)}
        await self.client.emit("event", event, namespace="/_event")
        return await self.drain(quiet)

    async def drain(self, quiet: float = 0.25) -> list[Any]:
        """Everything that arrives until it is quiet."""
        found = []
        while True:
            try:
                found.append(await asyncio.wait_for(self.inbox.get(), quiet))
            except TimeoutError:
                return found

    async def told(self, wanted: str, name: str = "", payload: dict[str, Any] | None = None, path: str = "/") -> bool:
        """Whether the server says `wanted` within 15 s, after an event if one is named; for answers that must come."""
        if name:
            event = {"name": name, "payload": payload or {}, "router_data": place(path)}
            await self.client.emit("event", event, namespace="/_event")
        deadline = asyncio.get_running_loop().time() + 15
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            try:
                said = await asyncio.wait_for(self.inbox.get(), left)
            except TimeoutError:
                break
            if wanted in json.dumps(said, ensure_ascii=False):
                return True
        return False

    async def close(self) -> None:
        await self.client.disconnect()


def place(path: str, query: dict[str, str] | None = None) -> dict[str, Any]:
    """Where a page says that it is."""
    text = "&".join(f"{k}={v}" for k, v in (query or {}).items())
    return {"pathname": path, "asPath": f"{path}?{text}" if text else path, "query": query or {}}
