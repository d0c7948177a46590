"""The timeline of whatever record the page shows: read by key, written in place, live (S 4)."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rxcrm.models import db, naming, records
from rxcrm.models.access import REGARDED, Privilege
from rxcrm.models.activity import Activity
from rxcrm.models.errors import CrmError, Invalid, NotFound
from rxcrm.models.mail import sending
from rxcrm.models.records import Act
from rxcrm.models.timeline import composing, filters, form, places, reading, visits, writing
from rxcrm.models.timeline.composing import Stored
from rxcrm.models.timeline.filters import FacetGroup
from rxcrm.models.timeline.items import Item
from rxcrm.models.timeline.reading import Ask, Newest
from rxcrm.state import live
from rxcrm.state.gate import BROKEN, SIGNED_IN, AppState, action, asker, do, look
from rxcrm.state.naming import Candidates
from rxcrm.translation import N_

log = logging.getLogger("rxcrm")

#: Planned entries shown once somebody asks for all of them.
ALL_PLANNED = 500
#: Answers that a tab can ask for again.
REMEMBERED = 50
_generations = itertools.count(1)


@dataclass
class Answer:
    """The answer to one thing written, recognised by its token; `id` and `key` are those of the entry."""

    token: int = 0
    ok: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    id: int = 0
    key: str = ""


@dataclass
class Older:
    """One more page of the stream. A new generation means another record, filter, search or order."""

    generation: int = 0
    index: int = 0
    items: list[Item] = field(default_factory=list)


@dataclass
class Opened:
    """The whole text of an entry that came shortened."""

    key: str = ""
    body: str = ""


@dataclass
class Filled:
    """A template filled in for the record of the page."""

    token: int = 0
    subject: str = ""
    body: str = ""


class Timeline(AppState):
    """One timeline per tab. `items` is the newest page, older ones come one at a time in `older`."""

    entity: str = ""
    record_id: int = 0
    ready: bool = False
    pinned: list[Item] = []
    planned: list[Item] = []
    planned_more: int = 0
    items: list[Item] = []
    older: Older = Older()
    more: bool = False
    gone: list[str] = []
    facets: list[FacetGroup] = []
    filters: dict[str, list[str]] = {}
    search: str = ""
    newest_first: bool = True
    missed: int = 0
    since: str = ""
    may: dict[str, str] = {}
    defaults: dict[str, Any] = {}
    answer: Answer = Answer()
    opened: Opened = Opened()
    candidates: Candidates = Candidates()
    filled: Filled = Filled()
    _since: str = ""
    _cursor: str = ""
    _known: list[int] = []
    #: The topics whose news change what is shown.
    _watched: list[str] = []
    #: Token → entry, for what was written lately from this tab.
    _stored: dict[int, int] = {}
    _all_planned: bool = False
    _counting: bool = False

    # -- reading -----------------------------------------------------------------------------------------------------

    @action(SIGNED_IN)
    async def open(self, entity: str, record_id: int):
        """Show the timeline of a record, as its reader likes it; from now on it is kept up to date."""
        if (entity, record_id) != (self.entity, self.record_id):
            self.pinned, self.planned, self.items, self.ready, self.search = [], [], [], False, ""
        self.entity, self.record_id, self.facets = entity, record_id, []
        self._all_planned = self._counting = False
        # Heard before it is read, so that what is saved in between is not missed.
        self._hear_of("timeline", [f"{entity}:{record_id}"])
        found = await look(_opening, entity, record_id, self.search)
        db.later(visits.remember, asker().who.id, entity, record_id, db.now())
        self._watched = found.watched
        self._hear_of("timeline", found.watched)
        self.filters, self.newest_first = found.filters, found.newest_first
        self.may, self.defaults, self.missed = found.may, found.defaults, found.missed
        self._since = self.since = found.since
        self._begin(found.newest)
        if self.filters:  # what is held back is named above the list
            yield
            self.facets = await look(reading.facets, self._ask())

    @action(SIGNED_IN)
    async def count(self, on: bool):
        """The filter pane was opened, or closed: its counters are reckoned only while somebody looks at them."""
        self._counting = on
        await self._count_again()

    @action(SIGNED_IN)
    async def ask(self, search: str, filters: dict[str, list[str]], newest_first: bool):
        """Search, filter or turn round; the pane and the order are remembered."""
        self.search = search[:200]
        self.filters, self.newest_first = await do(composing.remember, filters, newest_first)
        await self._read(new=True)

    @action(SIGNED_IN)
    async def load_more(self):
        """The next page of the stream."""
        await self._load_more()

    async def _load_more(self) -> None:
        found = await look(reading.page, self._ask(after=self._cursor), _moment(self._since))
        self._cursor, self.more = found.cursor, found.more
        self.older = Older(self.older.generation, self.older.index + 1, found.items)
        self._known = [*self._known, *_ids(found.items)]

    @action(SIGNED_IN)
    async def show_planned(self):
        """All planned entries, not just the first ones."""
        self._all_planned = True
        await self._read()

    @action(SIGNED_IN)
    async def refresh(self):
        """Read everything again."""
        await self._read(new=True)
        await self._count_again()

    @action(SIGNED_IN)
    async def seen(self):
        """What was missed has been looked at."""
        self.missed, self.since, self._since = 0, "", ""
        await self._read()

    @action(SIGNED_IN)
    async def expand(self, key: str):
        """The whole text of a long entry."""
        activity_id = int(key[1:]) if key[:1] == "a" and key[1:].isascii() and key[1:].isdecimal() else 0
        self.opened = Opened(key, await look(reading.body, activity_id))

    async def _catch_up(self, topics: frozenset[str]) -> None:
        """Somebody changed the record or its timeline, or one of the others that it shows."""
        if not topics.isdisjoint(self._watched):
            try:
                await self._catch_up_end()
                await self._count_again()
            except NotFound:
                self.items, self.pinned, self.planned, self.may = [], [], [], {}

    async def _catch_up_end(self) -> None:
        """Read again; with the newest below and all pages loaded, what is new is the next page."""
        await self._read()
        if not self.newest_first and not self.more and self.older.index:
            await self._load_more()

    async def _count_again(self) -> None:
        if self._counting:
            self.facets = await look(reading.facets, self._ask())

    async def _read(self, new: bool = False) -> None:
        if not self.entity or self.record_id < 1:
            return
        planned = ALL_PLANNED if self._all_planned else reading.PAGE
        found = await look(reading.newest, self._ask(), _moment(self._since), planned, [] if new else self._known)
        self._begin(found) if new else self._go_on(found)

    def _begin(self, found: Newest) -> None:
        """Show a stream from its beginning."""
        self.older, self.gone, self._known = Older(next(_generations)), [], []
        self._go_on(found)

    def _go_on(self, found: Newest) -> None:
        """Show what is new in a stream whose older pages stay. What is as it was is not sent again."""
        top, page = found.top, found.page
        self.planned_more, self.ready = top.planned_more, True
        if top.pinned != self.pinned:
            self.pinned = top.pinned
        if top.planned != self.planned:
            self.planned = top.planned
        if page.items != self.items:
            self.items = page.items
        if (gone := [f"a{i}" for i in found.gone]) != self.gone:
            self.gone = gone
        if not self.older.index:
            self._cursor, self.more = page.cursor, page.more
        self._known = list(dict.fromkeys([*self._known, *_ids(page.items)]))

    def _ask(self, after: str = "") -> Ask:
        return Ask(self.entity, self.record_id, self.search, self.filters, self.newest_first, after)

    # -- writing -----------------------------------------------------------------------------------------------------

    @action(SIGNED_IN)
    async def write_note(self, token: int, activity_id: int, version: int, title: str, body: str, files: list[int]):
        """A new note (id 0), or another text for one."""
        where = (self.entity, self.record_id)
        await self._write(token, lambda: do(composing.note, where, activity_id, version, title, body, files[:50]))

    @action(SIGNED_IN)
    async def write_post(self, token: int, text: str, parent_id: int):
        """A post, or with a parent a reply."""
        await self._write(token, lambda: do(composing.post, (self.entity, self.record_id), text, parent_id))

    @action(SIGNED_IN)
    async def log(
        self, token: int, kind: str, typed: dict[str, str], parties: list[dict[str, str]], files: list[int], then: str
    ):
        """A new task, call, appointment or e-mail; `then` may be complete or send."""
        where = (self.entity, self.record_id)
        await self._write(token, lambda: do(composing.log, where, kind, typed, parties, files[:50], then))

    async def _write(self, token: int, unit: Callable[[], Awaitable[Stored]]) -> None:
        if stored := self._stored.get(token):
            # Sent again because the first answer was lost on its way: it is answered again, not written again.
            self.answer = Answer(token, True, {}, stored, f"a{stored}")
            return
        try:
            written = await unit()
        except Invalid as refusal:
            self.answer = Answer(token, errors=refusal.by_field(self.locale))
            self._refuse(refusal)
        except CrmError as refusal:
            self.answer = Answer(token)
            self._refuse(refusal)
        except Exception:
            # A defect, told in the log; the composer must not wait for an answer that never comes.
            log.exception("writing into a timeline failed")
            self.answer = Answer(token)
            self._say(BROKEN, "error")
        else:
            self.answer = Answer(token, True, {}, written.id, f"a{written.id}")
            self._stored = {**dict(list(self._stored.items())[-REMEMBERED:]), token: written.id}
            if written.remark:
                self._refuse(written.remark)
            await self._catch_up_end()

    @action(SIGNED_IN)
    async def complete(self, activity_id: int, version: int, reason: int):
        """Mark an activity as done, with a reason or the usual one (0)."""
        given = composing.reason_of(reason)
        await self._change(activity_id, version, lambda act, row: writing.complete(act, row, given))
        self._say(N_("Marked as completed."))

    @action(SIGNED_IN)
    async def cancel(self, activity_id: int, version: int):
        """Close an activity that will not be done."""
        await self._change(activity_id, version, writing.cancel)
        self._say(N_("The activity was canceled."))

    @action(SIGNED_IN)
    async def reopen(self, activity_id: int, version: int):
        """Take up a closed activity again."""
        await self._change(activity_id, version, writing.reopen)

    @action(SIGNED_IN)
    async def send(self, activity_id: int, version: int):
        """Send a draft."""
        await self._change(activity_id, version, sending.send)

    @action(SIGNED_IN)
    async def pin(self, activity_id: int, on: bool):
        """Keep an entry on top, or let it go."""
        await do(_pin, activity_id, on)
        await self._read()

    @action(SIGNED_IN)
    async def like(self, activity_id: int):
        """Like a post, or no more."""
        await do(lambda act: writing.like(act, act.find(Activity, activity_id)))
        await self._read()

    @action(SIGNED_IN)
    async def delete(self, activity_id: int, version: int):
        """Move an entry to the recycle bin."""
        await do(_delete, activity_id, version)
        self.gone = [f"a{activity_id}"]
        await self._read()
        self.gone = list(dict.fromkeys([*self.gone, f"a{activity_id}"]))

    @action(SIGNED_IN)
    async def undo_delete(self, activity_id: int):
        """Bring an entry back that was just deleted."""
        await do(records.restore, Activity, activity_id)
        await self._read(new=True)

    async def _change(self, activity_id: int, version: int, verb: Any) -> None:
        await do(lambda act: verb(act, act.find(Activity, activity_id, Privilege.WRITE, version)))
        await self._read()

    @action(SIGNED_IN)
    async def use_template(self, template_id: int, token: int):
        """Subject and text of a template, filled in for the record."""
        subject, body = await look(composing.fill, template_id, self.entity, self.record_id)
        self.filled = Filled(token, subject, body)

    # -- naming ------------------------------------------------------------------------------------------------------

    @action(SIGNED_IN)
    async def mention(self, term: str, token: int):
        """Users who can be mentioned."""
        self.candidates = Candidates(token, await look(naming.users, term[:100], 8, others=True))

    @action(SIGNED_IN)
    async def refer(self, term: str, token: int):
        """Records that can be named."""
        self.candidates = Candidates(token, await look(naming.records, term[:100], REGARDED, 4))

    @action(SIGNED_IN)
    async def party(self, term: str, token: int):
        """People and records who can take part in an activity."""
        self.candidates = Candidates(token, await look(form.candidates, term[:100], True))


for _entity in REGARDED:
    live.on_topic(f"{_entity}:", Timeline, "_catch_up")


# -- units of work ---------------------------------------------------------------------------------------------------


def _ids(items: list[Item]) -> list[int]:
    return [item.id for item in items if item.kind != "change"]


def _moment(iso: str) -> datetime | None:
    return datetime.fromisoformat(iso) if iso else None


@dataclass
class _Opening:
    """Everything that a timeline begins with, read at once."""

    since: str
    filters: dict[str, list[str]]
    newest_first: bool
    may: dict[str, str]
    defaults: dict[str, Any]
    newest: Newest
    missed: int
    watched: list[str]


def _opening(act: Act, entity: str, record_id: int, search: str) -> _Opening:
    before = visits.last(act, entity, record_id)
    liked, newest_first = composing.liked(act)
    chosen = filters.known(liked, entity)
    return _Opening(
        since=before.isoformat() if before else "",
        filters=chosen,
        newest_first=newest_first,
        may=reading.may_write(act, entity, record_id),
        defaults=composing.defaults(act, entity, record_id),
        newest=reading.newest(act, Ask(entity, record_id, search, chosen, newest_first), before),
        missed=visits.missed(act, entity, record_id, before),
        watched=places.watched(act, entity, record_id),
    )


def _pin(act: Act, activity_id: int, on: bool) -> None:
    writing.pin(act, act.find(Activity, activity_id), on)


def _delete(act: Act, activity_id: int, version: int) -> None:
    records.bin(act, act.find(Activity, activity_id, Privilege.DELETE, version))
