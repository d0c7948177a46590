"""What one tab changes, other open tabs show: topics → tabs, each brought up to date as its own user.

Whoever changes something publishes the names of what he changed after his commit: `lead:5`, `user:7`. Every process
attends to the tabs whose sockets it holds; with Redis the names travel to the other processes too. Only names travel:
what a tab shows is read anew, as whoever is signed in there at that moment.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import json
import logging
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

import reflex as rx
from redis.asyncio import Redis
from redis.exceptions import RedisError
from reflex_base.event.context import EventContext

from rxcrm.settings import settings

log = logging.getLogger("rxcrm")

#: Tabs that a process attends to at the same time; the others wait a moment.
AT_ONCE = 16
#: Seconds after which a tab that cannot be brought up to date is left as it is.
PATIENCE = 30.0
#: Seconds between attempts to reach Redis.
PAUSE = 1.0

#: Holds a tab's state as whoever is signed in there now (`gate.visiting`); None if that is nobody any more.
Visit = Callable[[rx.App, str, str], AbstractAsyncContextManager[rx.State | None]]


@dataclass(frozen=True)
class _Listener:
    prefix: str
    state: type[rx.State]
    method: str


@dataclass
class _Tab:
    """An open tab: the Cookie header of its socket, its topics by group, and those of which there is news."""

    cookies: str = ""
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    news: set[str] = field(default_factory=set)
    attended: bool = False

    @property
    def topics(self) -> frozenset[str]:
        return frozenset().union(*self.groups.values())


_listeners: list[_Listener] = []
_tabs: dict[str, _Tab] = {}
_tabs_of: dict[str, set[str]] = defaultdict(set)
_pump: Pump | None = None


def on_topic(prefix: str, state: type[rx.State], method: str) -> None:
    """From now on `await state.method(topics)` runs in every tab that subscribed to a topic of which there is news.

    `topics` is a frozenset of those that begin with `prefix`; of several changes in short order a tab hears once. The
    method runs as the tab's user, so `gate.look` shows him what he may see; the tab is sent what it assigns.
    """
    _listeners.append(_Listener(prefix, state, method))


def subscribe(token: str, group: str, topics: Iterable[str]) -> None:
    """Let a tab hear of these topics, in place of those that it had in this group. Called while it handles an event."""
    if not token:
        return
    tab = _tabs.setdefault(token, _Tab())
    tab.cookies = _cookies()
    before, tab.groups[group] = tab.topics, frozenset(topics)
    for topic in before - tab.topics:
        _leave(topic, token)
    for topic in tab.topics - before:
        _tabs_of[topic].add(token)


def resume(token: str, groups: Mapping[str, Iterable[str]]) -> None:
    """A tab is back that followed these topics, by group: it hears of them again, and what it missed counts as news."""
    for group, topics in groups.items():
        subscribe(token, group, topics)
    if _pump is not None and (missed := frozenset(topic for topics in groups.values() for topic in topics)):
        _pump.catch_up(token, missed)


def publish(topics: Iterable[str]) -> None:
    """Tell every open tab, here and in other processes, that there is news of these topics. Call it after the commit."""
    if _pump is not None and (named := frozenset(topics)):
        _pump.publish(named)


def _cookies() -> str:
    try:
        data = EventContext.get().router_data or {}
    except LookupError:  # no event: a test that calls the handler itself
        return ""
    return str(data.get("headers", {}).get("cookie", ""))


def _leave(topic: str, token: str) -> None:
    _tabs_of[topic].discard(token)
    if not _tabs_of[topic]:
        del _tabs_of[topic]


def _forget(token: str) -> None:
    if tab := _tabs.pop(token, None):
        for topic in tab.topics:
            _leave(topic, token)


class Pump:
    """Carries news to the tabs of this process, and with Redis to and from the other processes."""

    def __init__(self, app: rx.App, visit: Visit) -> None:
        self.app, self.visit = app, visit
        self.loop = asyncio.get_running_loop()
        # What runs from here must not inherit the event of whoever published: his tab, his cookie.
        self.context = contextvars.copy_context()
        self.slots = asyncio.Semaphore(AT_ONCE)
        self.tasks: set[asyncio.Task[None]] = set()
        self.outbox: asyncio.Queue[frozenset[str]] | None = None

    def publish(self, topics: frozenset[str]) -> None:
        self.loop.call_soon_threadsafe(self._take, topics, context=self.context)

    def _take(self, topics: frozenset[str]) -> None:
        self.deliver(topics)
        if self.outbox is not None:
            self.outbox.put_nowait(topics)

    def deliver(self, topics: frozenset[str]) -> None:
        """Begin to bring the tabs up to date that hear of these topics; those whose socket is gone are forgotten."""
        wanted = {token for topic in topics for token in _tabs_of.get(topic, ())}
        open_tabs = self._open_tabs() if wanted else {}
        for token in wanted:
            if token not in open_tabs:
                _forget(token)
                continue
            self._bring_news(_tabs[token], token, topics)

    def catch_up(self, token: str, topics: frozenset[str]) -> None:
        """Begin to bring one tab up to date; called in the server's own thread."""
        if tab := _tabs.get(token):
            self.context.copy().run(self._bring_news, tab, token, topics)

    def _bring_news(self, tab: _Tab, token: str, topics: frozenset[str]) -> None:
        tab.news |= topics & tab.topics
        if not tab.attended:
            tab.attended = True
            self.spawn(self._attend(token, tab))

    def _open_tabs(self) -> Any:
        return self.app.event_namespace.token_to_sid if self.app.event_namespace else {}

    def spawn(self, work: Any) -> None:
        task = self.loop.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _attend(self, token: str, tab: _Tab) -> None:
        # News that comes while the tab is being attended to is told together, afterwards.
        while tab.news:
            async with self.slots:
                topics, tab.news = frozenset(tab.news), set()
                await self._bring_up_to_date(token, tab.cookies, topics)
        tab.attended = False

    async def _bring_up_to_date(self, token: str, cookies: str, topics: frozenset[str]) -> None:
        try:
            async with asyncio.timeout(PATIENCE), self.visit(self.app, token, cookies) as root:
                if root is None:
                    _forget(token)
                    return
                for listener in _listeners:
                    if mine := frozenset(t for t in topics if t.startswith(listener.prefix)):
                        state = await root.get_state(listener.state)
                        await getattr(state, listener.method)(mine)
        except Exception:
            # A defect or a database that is away, told in the log: the other tabs must not wait for this one.
            log.exception("a tab could not be brought up to date")

    async def sweep(self) -> None:
        """Forget closed tabs of whose topics there is never any news."""
        while True:
            await asyncio.sleep(600)
            open_tabs = self._open_tabs()
            for token in [token for token in _tabs if token not in open_tabs]:
                _forget(token)


@contextlib.asynccontextmanager
async def pumping(app: rx.App, visit: Visit) -> AsyncIterator[None]:
    """Runs the pump of this process as long as the server runs."""
    global _pump
    _pump = pump = Pump(app, visit)
    pump.spawn(pump.sweep())
    redis = None
    if url := settings().redis_url:
        redis = Redis.from_url(url, health_check_interval=15, socket_keepalive=True)
        _connect(pump, redis)
    try:
        yield
    finally:
        _pump = None
        for task in list(pump.tasks):
            task.cancel()
        await asyncio.gather(*pump.tasks, return_exceptions=True)
        if redis is not None:
            await redis.aclose()


# -- between processes -----------------------------------------------------------------------------------------------


def _connect(pump: Pump, redis: Redis) -> None:
    # Channels are not kept apart by Redis' databases: one per installation, as the keys of Reflex are.
    channel = f"rxcrm:live:{redis.connection_pool.connection_kwargs.get('db', 0)}"
    me = secrets.token_hex(8)
    pump.outbox = asyncio.Queue()
    pump.spawn(_tell(pump.outbox, redis, channel, me))
    pump.spawn(_listen(pump, redis, channel, me))


async def _tell(outbox: asyncio.Queue[frozenset[str]], redis: Redis, channel: str, me: str) -> None:
    """Send what is published here to the other processes, together what came together, again until it is sent."""
    while True:
        topics = set(await outbox.get())
        while not outbox.empty():
            topics |= outbox.get_nowait()
        message = json.dumps([me, sorted(topics)])
        while True:
            try:
                await redis.publish(channel, message)
                break
            except (RedisError, OSError) as problem:
                log.warning("Redis does not take news for other processes: %s", problem)
                await asyncio.sleep(PAUSE)


async def _listen(pump: Pump, redis: Redis, channel: str, me: str) -> None:
    """Hear what other processes publish. After a break, whatever may have been missed counts as news."""
    missed = False
    while True:
        try:
            async with redis.pubsub(ignore_subscribe_messages=True) as heard:
                await heard.subscribe(channel)
                if missed:
                    pump.deliver(frozenset(_tabs_of))
                async for message in heard.listen():
                    sender, topics = json.loads(message["data"])
                    if sender != me:
                        pump.deliver(frozenset(topics))
        except (RedisError, OSError) as problem:
            log.warning("Redis does not bring news of other processes: %s", problem)
        missed = True
        await asyncio.sleep(PAUSE)
