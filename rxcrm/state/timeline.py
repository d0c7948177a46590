"""The timeline of whatever record the page shows: read by key, written in place, live (S 4)."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlmodel import select

from rxcrm.models import db, lists, records
from rxcrm.models.access import Privilege
from rxcrm.models.activity import Activity
from rxcrm.models.choices import ActivityKind, ActivityReason, PartyRole
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotFound
from rxcrm.models.lists import Hit
from rxcrm.models.mail import sending, servers, templates
from rxcrm.models.people import User, working_users
from rxcrm.models.records import Act
from rxcrm.models.searching import fold
from rxcrm.models.tables import record_table
from rxcrm.models.timeline import filters, reading, writing
from rxcrm.models.timeline.filters import FacetGroup
from rxcrm.models.timeline.guests import FIELD_OF
from rxcrm.models.timeline.items import KINDS, Item
from rxcrm.models.timeline.placing import PartyInput
from rxcrm.models.timeline.reading import Ask, Page, Top
from rxcrm.state import live
from rxcrm.state.gate import BROKEN, SIGNED_IN, AppState, action, asker, do, look
from rxcrm.translation import N_

log = logging.getLogger("rxcrm")

#: Planned entries shown once somebody asks for all of them.
ALL_PLANNED = 500
#: Answers that a tab can ask for again.
REMEMBERED = 50
#: Tables whose records can be named with # or take part in an activity.
NAMED = ("lead", "contact", "account")
_KIND_OF = {name: kind for kind, name in KINDS.items()}
_ROLE_OF = {name: role for role, name in FIELD_OF.items()}
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
class Candidate:
    """Somebody or something that can be named."""

    entity: str
    id: int
    name: str
    detail: str


@dataclass
class Candidates:
    token: int = 0
    hits: list[Candidate] = field(default_factory=list)


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
    #: Token → entry, for what was written lately from this tab.
    _stored: dict[int, int] = {}
    _all_planned: bool = False

    # -- reading -----------------------------------------------------------------------------------------------------

    @action(SIGNED_IN)
    async def open(self, entity: str, record_id: int):
        """Show the timeline of a record, as its reader likes it; from now on it is kept up to date."""
        if (entity, record_id) != (self.entity, self.record_id):
            self.pinned, self.planned, self.items, self.ready = [], [], [], False
            self.search, self.facets = "", []
        self.entity, self.record_id, self._all_planned = entity, record_id, False
        since, self.filters, self.newest_first = await look(_before, entity, record_id)
        db.later(reading.visit, asker().who.id, entity, record_id, db.now())
        self._since = self.since = since
        self.may, self.defaults = await look(_composer, entity, record_id)
        live.subscribe(self.router.session.client_token, "timeline", [f"{entity}:{record_id}"])
        await self._read(new=True)
        self.missed = await look(_missed, entity, record_id, since)
        yield
        self.facets = await look(_facets, entity, record_id)

    @action(SIGNED_IN)
    async def ask(self, search: str, filters: dict[str, list[str]], newest_first: bool):
        """Search, filter or turn round; the pane and the order are remembered."""
        self.search = search[:200]
        self.filters, self.newest_first = await do(_remember, filters, newest_first)
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
        self.facets = await look(_facets, self.entity, self.record_id)

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
        """Somebody changed the record or its timeline."""
        if f"{self.entity}:{self.record_id}" in topics:
            try:
                await self._catch_up_end()
                self.facets = await look(_facets, self.entity, self.record_id)
            except NotFound:
                self.items, self.pinned, self.planned, self.may = [], [], [], {}

    async def _catch_up_end(self) -> None:
        """Read again; with the newest below and all pages loaded, what is new is the next page."""
        await self._read()
        if not self.newest_first and not self.more and self.older.index:
            await self._load_more()

    async def _read(self, new: bool = False) -> None:
        if not self.entity or self.record_id < 1:
            return
        top, page, gone = await look(
            _first_page, self._ask(), _moment(self._since), ALL_PLANNED if self._all_planned else 0, self._known
        )
        self.pinned, self.planned, self.planned_more = top.pinned, top.planned, top.planned_more
        if new:
            self.older, self.gone, self._known = Older(next(_generations)), [], []
        else:
            self.gone = [f"a{i}" for i in gone]
        if new or not self.older.index:
            self._cursor, self.more = page.cursor, page.more
        self.items, self.ready = page.items, True
        self._known = list(dict.fromkeys([*self._known, *_ids(page.items)]))

    def _ask(self, after: str = "") -> Ask:
        return Ask(
            self.entity,
            self.record_id,
            search=self.search,
            filters=self.filters,
            newest_first=self.newest_first,
            after=after,
        )

    # -- writing -----------------------------------------------------------------------------------------------------

    @action(SIGNED_IN)
    async def write_note(self, token: int, activity_id: int, version: int, title: str, body: str, files: list[int]):
        """A new note (id 0), or another text for one."""
        where = (self.entity, self.record_id)
        await self._write(token, lambda: do(_note, where, activity_id, version, title, body, files[:50]))

    @action(SIGNED_IN)
    async def write_post(self, token: int, text: str, parent_id: int):
        """A post, or with a parent a reply."""
        await self._write(token, lambda: do(_post, self.entity, self.record_id, text, parent_id))

    @action(SIGNED_IN)
    async def log(
        self, token: int, kind: str, typed: dict[str, str], parties: list[dict[str, str]], files: list[int], then: str
    ):
        """A new task, call, appointment or e-mail; `then` may be complete or send."""
        where = (self.entity, self.record_id)
        await self._write(token, lambda: do(_log, where, kind, typed, parties, files[:50], then))

    async def _write(self, token: int, unit: Callable[[], Awaitable[tuple[int, CrmError | None]]]) -> None:
        if stored := self._stored.get(token):
            # Sent again because the first answer was lost on its way: it is answered again, not written again.
            self.answer = Answer(token, True, {}, stored, f"a{stored}")
            return
        try:
            activity_id, remark = await unit()
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
            self.answer = Answer(token, True, {}, activity_id, f"a{activity_id}")
            self._stored = {**dict(list(self._stored.items())[-REMEMBERED:]), token: activity_id}
            if remark:
                self._refuse(remark)
            await self._catch_up_end()

    @action(SIGNED_IN)
    async def complete(self, activity_id: int, version: int, reason: int):
        """Mark an activity as done, with a reason or the usual one (0)."""
        await self._change(activity_id, version, lambda act, row: writing.complete(act, row, _reason(reason)))
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
        await do(_undo_delete, activity_id)
        await self._read(new=True)

    async def _change(self, activity_id: int, version: int, verb: Any) -> None:
        await do(lambda act: verb(act, act.find(Activity, activity_id, Privilege.WRITE, version)))
        await self._read()

    @action(SIGNED_IN)
    async def use_template(self, template_id: int, token: int):
        """Subject and text of a template, filled in for the record."""
        subject, body = await look(_fill, template_id, self.entity, self.record_id)
        self.filled = Filled(token, subject, body)

    # -- naming ------------------------------------------------------------------------------------------------------

    @action(SIGNED_IN)
    async def mention(self, term: str, token: int):
        """Users who can be mentioned."""
        self.candidates = Candidates(token, await look(_users, term[:100]))

    @action(SIGNED_IN)
    async def refer(self, term: str, token: int):
        """Records that can be named."""
        self.candidates = Candidates(token, await look(_records, term[:100]))

    @action(SIGNED_IN)
    async def party(self, term: str, token: int):
        """People and records who can take part in an activity."""
        self.candidates = Candidates(token, await look(_people, term[:100]))


live.on_topic("lead:", Timeline, "_catch_up")
live.on_topic("account:", Timeline, "_catch_up")
live.on_topic("contact:", Timeline, "_catch_up")


# -- units of work ---------------------------------------------------------------------------------------------------


def _ids(items: list[Item]) -> list[int]:
    return [item.id for item in items if item.kind != "change"]


def _moment(iso: str) -> datetime | None:
    return datetime.fromisoformat(iso) if iso else None


def _before(act: Act, entity: str, record_id: int) -> tuple[str, dict[str, list[str]], bool]:
    """When the asker was here last (ISO), and how he likes his timelines. Raises NotFound for a hidden record."""
    act.find(record_table(entity), record_id)
    before = reading.last_visit(act, entity, record_id)
    liked = cast(dict[str, Any], act.session.get_one(User, act.who.id).preferences.get("timeline") or {})
    return (
        before.isoformat() if before else "",
        filters.known(liked.get("filters", {})),
        liked.get("newest_first", True),
    )


def _remember(act: Act, chosen: dict[str, list[str]], newest_first: bool) -> tuple[dict[str, list[str]], bool]:
    user, kept = act.session.get_one(User, act.who.id), filters.known(chosen)
    liked = {"filters": kept, "newest_first": newest_first}
    if user.preferences.get("timeline") != liked:
        user.preferences = {**user.preferences, "timeline": liked}
        act.session.add(user)
    return kept, newest_first


def _composer(act: Act, entity: str, record_id: int) -> tuple[dict[str, str], dict[str, Any]]:
    """What may be written, and what new activities begin with (S 1.6)."""
    row: Any = act.find(record_table(entity), record_id)
    party = {"entity": entity, "id": record_id, "name": row.display_name, "address": getattr(row, "email", "")}
    phone = getattr(row, "business_phone", "") or getattr(row, "main_phone", "") or getattr(row, "mobile_phone", "")
    return reading.may_write(act, entity, record_id), {
        "party": party,
        "me": {"entity": "user", "id": act.who.id, "name": act.who.name, "address": act.who.email},
        "phone_number": phone,
        "subject": getattr(row, "topic", "") or row.display_name,
        "templates": [{"id": t.id, "name": t.name} for t in templates.usable(act, entity)]
        if entity in templates.WRITTEN_TO
        else [],
        "mail": servers.smtp() is not None,
    }


def _missed(act: Act, entity: str, record_id: int, since: str) -> int:
    return reading.missed(act, entity, record_id, _moment(since))


def _facets(act: Act, entity: str, record_id: int) -> list[FacetGroup]:
    act.find(record_table(entity), record_id)
    return filters.facets(act.session, entity, record_id, act.now, reading.readable(act, Ask(entity, record_id)))


def _first_page(
    act: Act, ask: Ask, since: datetime | None, planned: int, known: list[int]
) -> tuple[Top, Page, list[int]]:
    """The newest page with what stands above it, and which of the entries shown before have been deleted."""
    top = reading.top(act, ask, since, planned or reading.PAGE)
    page = reading.page(act, ask, since)
    there = reading.still_there(act.session, known) if known else set()
    # What is pinned or planned now has left the stream.
    moved = {item.id for item in (*top.pinned, *top.planned)}
    return top, page, [i for i in known if i not in there or i in moved]


def _note(
    act: Act, where: tuple[str, int], activity_id: int, version: int, title: str, body: str, files: list[int]
) -> tuple[int, CrmError | None]:
    if activity_id:
        row = act.find(Activity, activity_id, Privilege.WRITE, version)
        if row.kind != ActivityKind.NOTE:
            raise NotFound
        written = writing.edit_note(act, row, title, body, files)
    else:
        written = writing.note(act, *where, title, body, files)
    remark = BadValue(_UNTOLD, names=", ".join(written.untold)) if written.untold else None
    return written.row.id or 0, remark


_UNTOLD = N_("Saved. %(names)s cannot see this record and was not told.")


def _post(act: Act, entity: str, record_id: int, text: str, parent_id: int) -> tuple[int, None]:
    return writing.post(act, entity, record_id, text, parent_id or None).id or 0, None


def _log(
    act: Act,
    where: tuple[str, int],
    kind: str,
    typed: dict[str, str],
    parties: list[dict[str, str]],
    files: list[int],
    then: str,
) -> tuple[int, CrmError | None]:
    if kind not in _KIND_OF or _KIND_OF[kind] in (ActivityKind.NOTE, ActivityKind.POST):
        raise NotFound
    named = [_party(p) for p in parties[:500]]
    row = writing.log(act, _KIND_OF[kind], typed, where, named or None, files, planned=then != "complete")
    if then == "complete":
        writing.complete(act, row)
    elif then == "send":
        try:
            # What cannot be sent is kept as a draft, with the reason.
            with act.session.begin_nested():
                sending.send(act, row)
        except CrmError as refusal:
            return row.id or 0, refusal
    return row.id or 0, None


def _party(posted: dict[str, str]) -> PartyInput:
    role, number = _ROLE_OF.get(posted.get("role", "")), posted.get("id", "")
    if role is None:
        raise NotFound
    record_id = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else None
    entity = posted.get("entity", "")
    return PartyInput(role, entity, record_id or None, posted.get("name", ""), posted.get("address", ""))


def _reason(number: int) -> ActivityReason | None:
    if number == 0:
        return None
    try:
        return ActivityReason(number)
    except ValueError:
        raise BadValue(N_("%(label)s has no option “%(value)s”."), label=N_("Status Reason"), value=number) from None


def _fill(act: Act, template_id: int, entity: str, record_id: int) -> tuple[str, str]:
    return templates.fill(act, templates.find(act, template_id), entity, record_id)


def _pin(act: Act, activity_id: int, on: bool) -> None:
    writing.pin(act, act.find(Activity, activity_id), on)


def _delete(act: Act, activity_id: int, version: int) -> None:
    records.bin(act, act.find(Activity, activity_id, Privilege.DELETE, version))


def _undo_delete(act: Act, activity_id: int) -> None:
    records.restore(act, Activity, activity_id)


# -- candidates ------------------------------------------------------------------------------------------------------


def _users(act: Act, term: str) -> list[Candidate]:
    """Working users whose name contains a term, or whose address begins with it; the asker is left out."""
    wanted = fold(term)
    found = [
        user
        for user in working_users(act.session)
        if user.id != act.who.id and (wanted in user.name_key or user.email.startswith(wanted))
    ]
    return [Candidate("user", u.id or 0, u.name, u.email) for u in found[:8]]


def _records(act: Act, term: str, entities: tuple[str, ...] = NAMED) -> list[Candidate]:
    return [_candidate(entity, hit) for entity in entities for hit in lists.find(act, entity, term, limit=4)][:10]


def _candidate(entity: str, hit: Hit) -> Candidate:
    return Candidate(entity, hit.id, hit.name, hit.detail)


def _people(act: Act, term: str) -> list[Candidate]:
    """Records with their mail address as detail, then users."""
    found = _records(act, term)
    for entity in NAMED:
        ids = [c.id for c in found if c.entity == entity]
        if ids:
            table: Any = record_table(entity)
            addresses = dict(act.session.execute(select(table.id, table.email).where(table.id.in_(ids))).all())
            for candidate in found:
                if candidate.entity == entity:
                    candidate.detail = addresses.get(candidate.id) or candidate.detail
    return [*found, *_users(act, term)]


def role_labels() -> dict[str, str]:
    """Role of a party → its label, for the composer."""
    return {name: PartyRole(role).label for role, name in FIELD_OF.items()}
