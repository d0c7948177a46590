"""The bell: what the user is told, and which records he follows."""

from __future__ import annotations

import reflex as rx
from reflex.event import Event
from reflex.state import StateUpdate
from reflex_base.event.context import EventContext

from rxcrm.models import configuration, notifying
from rxcrm.models.notifying import Line
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.state import live
from rxcrm.state.gate import SIGNED_IN, AppState, action, do, look
from rxcrm.translation import N_


class Notifications(AppState):
    """The unread count, and the lines once the pane was opened."""

    unread: int = 0
    lines: list[Line] = []
    more: bool = False
    ready: bool = False

    @action(SIGNED_IN)
    async def open(self):
        """Show the newest lines."""
        await self._load()

    @action(SIGNED_IN)
    async def load_more(self):
        """Add older lines."""
        found = await look(notifying.page, self.lines[-1].id if self.lines else 0)
        self.lines, self.more = [*self.lines, *found.lines], found.more

    @action(SIGNED_IN)
    async def read(self, notification_id: int):
        """One line was opened."""
        await do(notifying.mark_read, notification_id)
        self.lines = [_as_read(line) if line.id == notification_id else line for line in self.lines]
        await self._count()

    @action(SIGNED_IN)
    async def read_all(self):
        """All that is shown was read, and what is older."""
        await do(notifying.mark_all_read, self.lines[0].id if self.lines else 0)
        self.lines = [_as_read(line) for line in self.lines]
        await self._count()

    @action(SIGNED_IN)
    async def follow(self, entity: str, record_id: int):
        """Follow a record (S 3.11)."""
        name = await do(follow_one, entity, record_id)
        self._say(N_("You will hear of every change of %(name)s."), name=name)

    @action(SIGNED_IN)
    async def unfollow(self, entity: str, record_id: int):
        """Follow a record no longer."""
        name = await do(unfollow_one, entity, record_id)
        self._say(N_("You will not hear of changes of %(name)s any more."), name=name)

    async def _hear(self, _topics: frozenset[str]) -> None:
        """Something new for this user, or something read in another tab."""
        await self._count()
        if self.ready:
            await self._load()

    async def _count(self) -> None:
        self.unread = await look(notifying.unread)

    async def _load(self) -> None:
        found = await look(notifying.page)
        self.lines, self.more, self.ready = found.lines, found.more, True


live.on_topic("user:", Notifications, "_hear")


class Greeting(rx.Middleware):
    """Whenever a page connects, it hears from then on what its user is told, and begins with the unread count.

    One that comes back (the network or the server was away) hears again of what it follows, and catches up with it.
    """

    async def preprocess(self, app: rx.App, state: rx.State, event: Event) -> StateUpdate | None:
        """Runs after the gate, before the first packet is made up."""
        if event.name.rpartition(".")[2] not in ("hydrate", "hydrate_and_load"):
            return None
        bell, token = await state.get_state(Notifications), EventContext.get().token
        live.subscribe(token, "user", {f"user:{bell.user_id}", configuration.TOPIC} if bell.user_id else ())
        if bell.user_id:
            await bell._count()
            live.resume(token, bell._heard)
        return None


def follow_one(act: Act, entity: str, record_id: int) -> str:
    """Follow a record that the user may read; its name."""
    row = act.find(record_table(entity), record_id)
    notifying.follow(act, row)
    return row.display_name


def unfollow_one(act: Act, entity: str, record_id: int) -> str:
    """Follow a record no longer; its name."""
    row = act.find(record_table(entity), record_id)
    notifying.unfollow(act, row)
    return row.display_name


def _as_read(line: Line) -> Line:
    return Line(line.id, line.kind, line.text, line.quote, line.at, line.url, True)
