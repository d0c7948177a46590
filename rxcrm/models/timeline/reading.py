"""A timeline as its reader sees it: pinned, planned, and the stream of everything else, by key (S 4).

Who may read a record may read its timeline. What he may do with each entry is asked in one statement per privilege,
so that a page costs the same number of statements whatever is on it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, literal_column, or_, tuple_
from sqlalchemy import select as choose
from sqlmodel import Session, col, select

from rxcrm.models import attaching, history, tables
from rxcrm.models.access import Privilege, among, may_create, reach_of, visible
from rxcrm.models.activity import Activity, Party
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind as K
from rxcrm.models.db import BigInt, Moment
from rxcrm.models.fields import Conventions
from rxcrm.models.history import History
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.models.timeline import filters, places
from rxcrm.models.timeline.items import KINDS, Item, Reader
from rxcrm.models.timeline.placing import Bucket, parties_of
from rxcrm.models.timeline.regarding import names_of

#: Entries of a page, and planned or pinned ones shown at first.
PAGE = 20
#: More are not pinned: it is what one wants to see first.
MOST_PINNED = 100
_PARTY: Any = cast(Any, Party)
_ACTIVITY: Any = cast(Any, Activity)
_HISTORY: Any = cast(Any, History)
#: At one moment activities come after history entries, newest first before them.
_RANK = {"h": 0, "a": 1}
_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Ask:
    """What of a record's timeline is wanted. `after` is the cursor of the last entry that one has."""

    entity: str
    record_id: int
    search: str = ""
    filters: Mapping[str, list[str]] = field(default_factory=dict)
    newest_first: bool = True
    after: str = ""
    size: int = PAGE


@dataclass
class Page:
    """The next entries of the stream, and the cursor of the last one."""

    items: list[Item]
    more: bool
    cursor: str


@dataclass
class Top:
    """What stands above the stream. `planned_more` counts the planned ones that are not among them."""

    pinned: list[Item]
    planned: list[Item]
    planned_more: int


def page(act: Act, ask: Ask, since: datetime | None = None) -> Page:
    """The next page of the stream. Raises NotFound for a record that the asker may not see.

    Entries that others changed after `since` are marked as fresh.
    """
    return _page(act, ask, since, act.conventions_of(_record(act, ask)))


def _page(act: Act, ask: Ask, since: datetime | None, told_in: Conventions) -> Page:
    chosen = filters.known(ask.filters, ask.entity)
    cursor = _decode(ask.after)
    found = [("a", row) for row in _rows(act, ask, chosen, Bucket.STREAM, ask.size + 1, cursor)]
    if filters.changes_wanted(chosen, ask.search, ask.entity):
        found += [("h", row) for row in _changes(act, ask, chosen, cursor)]
    found.sort(key=lambda f: (f[1].at, _RANK[f[0]], f[1].id), reverse=ask.newest_first)
    more, found = len(found) > ask.size, found[: ask.size]
    reader = _reader(act, ask, [row for source, row in found if source == "a"], since)
    told = Told(ask, told_in, since, _hidden(act, ask, [row for source, row in found if source == "h"]))
    items = [reader.activity(row) if source == "a" else _change(act, told, row) for source, row in found]
    last = found[-1] if found else None
    return Page(items, more, _encode(last[1].at, last[0], last[1].id) if last else ask.after)


def top(act: Act, ask: Ask, since: datetime | None = None, planned: int = PAGE) -> Top:
    """Pinned entries, newest first, and planned ones by their due date: overdue, upcoming, undated."""
    _record(act, ask)
    return _top(act, ask, since, planned)


def _top(act: Act, ask: Ask, since: datetime | None, planned: int) -> Top:
    chosen = filters.known(ask.filters, ask.entity)
    pinned = _rows(act, ask, chosen, Bucket.PINNED, MOST_PINNED)
    to_do = _rows(act, ask, chosen, Bucket.PLANNED, planned + 1)
    more = 0
    if len(to_do) > planned:
        more, to_do = _count_planned(act, ask, chosen) - planned, to_do[:planned]
    reader = _reader(act, ask, [*pinned, *to_do], since)
    return Top([reader.activity(r) for r in pinned], [reader.activity(r) for r in to_do], more)


@dataclass
class Newest:
    """What a timeline shows first. `gone` are those of the entries shown before that are no longer in the stream."""

    top: Top
    page: Page
    gone: list[int]


def newest(act: Act, ask: Ask, since: datetime | None = None, planned: int = PAGE, known: Sequence[int] = ()) -> Newest:
    """The newest page with what stands above it; `known` are the activities that the reader has been shown."""
    how = act.conventions_of(_record(act, ask))
    top, page = _top(act, ask, since, planned), _page(act, ask, since, how)
    moved = {item.id for item in (*top.pinned, *top.planned)}
    there = still_there(act.session, known) - moved if known else set()
    return Newest(top, page, [i for i in known if i not in there])


def _record(act: Act, ask: Ask) -> Record:
    """The record of a timeline. Raises NotFound if the asker may not see it."""
    return act.find(tables.record_table(ask.entity), ask.record_id)


def facets(act: Act, ask: Ask) -> list[filters.FacetGroup]:
    """The filter pane with its counters."""
    _record(act, ask)
    return filters.facets(
        act.session, ask.entity, ask.record_id, act.now, [*standing_on(act, ask), *readable(act, ask)]
    )


def standing_on(act: Act, ask: Ask) -> list[ColumnElement[bool]]:
    """Which parties stand on a timeline: those of its record, or those of others too (rxcrm.models.timeline.places)."""
    if places.is_wide(ask.entity):
        return places.conditions(act, ask.entity, ask.record_id)
    return [_PARTY.entity == ask.entity, _PARTY.record_id == ask.record_id]


def _count_planned(act: Act, ask: Ask, chosen: filters.Chosen) -> int:
    wanted = _placed(act, ask, _Plan(Bucket.PLANNED, True, wide=places.is_wide(ask.entity))).where(
        *readable(act, ask), *filters.conditions(chosen, ask.search, act.now)
    )
    counted = choose(func.count()).select_from(wanted.order_by(None).subquery())
    return int(act.session.scalar(counted, _params(ask, filters.COUNTED, None, "a")) or 0)


def body(act: Act, activity_id: int) -> str:
    """The whole text of an entry that came shortened."""
    row = act.find(Activity, activity_id)
    return row.body or row.description


def still_there(session: Session, activity_ids: Sequence[int]) -> set[int]:
    """Which of some activities have not been deleted since they were shown."""
    wanted = select(Activity.id).where(col(Activity.id).in_(activity_ids), col(Activity.deleted_on).is_(None))
    return {found for found in session.exec(wanted) if found is not None}


def may_write(act: Act, entity: str, record_id: int) -> dict[str, str]:
    """What may be written on a record: kind → "" or the reason why not; nothing at all without the privilege (S 13.2)."""
    row = act.find(tables.record_table(entity), record_id)
    if not may_create(act.who, "activity"):
        return {}
    because = act.may(Privilege.APPEND_TO, row).because
    return dict.fromkeys(KINDS.values(), because)


# -- rows ------------------------------------------------------------------------------------------------------------

#: What an entry shows; rows of columns, since a page of records would cost several times as much.
_SHOWN = (
    *("id", "kind", "subject", "body", "description", "status", "status_reason", "start_on", "due_on", "all_day"),
    *("duration", "percent_complete", "priority", "category", "subcategory", "phone_number", "outgoing", "location"),
    *("left_voice_mail", "created_on", "created_by_id", "modified_on", "modified_by_id", "pinned", "automatic"),
    *("parent_id", "liked_by", "problem", "version", "regarding_entity", "regarding_id"),
    *("owner_user_id", "owner_team_id", "unit_id"),
)


@dataclass(frozen=True)
class _Plan:
    """What the text of a statement depends on; equal plans share one statement, built once."""

    bucket: Bucket
    newest_first: bool
    beyond: bool = False
    wide: bool = False


@lru_cache(50)
def _selected(plan: _Plan) -> Select[Any]:
    """Activities of one part of a timeline with the names of their authors, in order, by parameters."""
    wanted = (
        choose(
            *(getattr(_ACTIVITY, name) for name in _SHOWN),
            col(User.name).label("who"),
            _PARTY.at,
            _PARTY.entity.label("place_entity"),
            _PARTY.record_id.label("place_id"),
        )
        .join_from(Party, Activity, _ACTIVITY.id == _PARTY.activity_id)
        .outerjoin(User, col(User.id) == _ACTIVITY.created_by_id)
        .where(_PARTY.bucket == literal_column(str(int(plan.bucket))), _ACTIVITY.deleted_on.is_(None))
        .limit(bindparam("limit", type_=Integer))
    )
    if not plan.wide:
        wanted = wanted.where(_PARTY.entity == bindparam("entity"), _PARTY.record_id == bindparam("record_id"))
    if plan.bucket is Bucket.PLANNED:
        return wanted.order_by(_ACTIVITY.due_key, _ACTIVITY.id)
    return _along(wanted, (_PARTY.at, _PARTY.activity_id), plan)


@lru_cache(10)
def _changed(plan: _Plan) -> Select[Any]:
    """History entries with the names of their authors, in order, by parameters."""
    entry = _HISTORY
    wanted = (
        choose(entry.id, entry.event, entry.at, entry.by_id, entry.changes, entry.remark, col(User.name).label("who"))
        .join_from(History, User, col(User.id) == entry.by_id, isouter=True)
        .where(entry.entity == bindparam("entity"), entry.record_id == bindparam("record_id"))
        .limit(bindparam("limit", type_=Integer))
    )
    return _along(wanted, (entry.at, entry.id), plan)


def _along(wanted: Select[Any], keys: tuple[Any, Any], plan: _Plan) -> Select[Any]:
    """In the order of the keys, from the parameters `at` and `last` on where the plan says so."""
    if plan.beyond:
        bound = tuple_(bindparam("at", type_=Moment), bindparam("last", type_=BigInt))
        wanted = wanted.where(tuple_(*keys) < bound if plan.newest_first else tuple_(*keys) > bound)
    return wanted.order_by(*(k.desc() if plan.newest_first else k.asc() for k in keys))


def _rows(act: Act, ask: Ask, chosen: filters.Chosen, bucket: Bucket, limit: int, cursor: _Cursor | None = None) -> Any:
    """Rows of one part that pass the pane and the search box."""
    newest_first = ask.newest_first or bucket is not Bucket.STREAM
    plan = _Plan(bucket, newest_first, cursor is not None, places.is_wide(ask.entity))
    wanted = _placed(act, ask, plan).where(*readable(act, ask), *filters.conditions(chosen, ask.search, act.now))
    return act.session.execute(wanted, _params(ask, limit, cursor, "a")).all()


def _placed(act: Act, ask: Ask, plan: _Plan) -> Select[Any]:
    """The statement of a plan for the record asked for."""
    return _selected(plan).where(*standing_on(act, ask)) if plan.wide else _selected(plan)


def readable(act: Act, ask: Ask) -> list[ColumnElement[bool]]:
    """Which activities of a record's timeline its reader may see: all that regard it; of others, in which it merely
    takes part, those that he may read by himself. Who may read all activities needs no condition.
    """
    if reach_of(act.who, Activity).everywhere:
        return []
    regards_it = and_(_ACTIVITY.regarding_entity == ask.entity, _ACTIVITY.regarding_id == ask.record_id)
    return [or_(regards_it, *places.regards_any(act, ask.entity, ask.record_id), visible(act.who, Activity))]


def _changes(act: Act, ask: Ask, chosen: filters.Chosen, cursor: _Cursor | None) -> Any:
    wanted = _changed(_Plan(Bucket.STREAM, ask.newest_first, cursor is not None))
    if since := filters.changed_since(chosen, act.now):
        wanted = wanted.where(_HISTORY.at >= since)
    return act.session.execute(wanted, _params(ask, ask.size + 1, cursor, "h")).all()


# -- by key ----------------------------------------------------------------------------------------------------------

_Cursor = tuple[datetime, str, int]


def _params(ask: Ask, limit: int, cursor: _Cursor | None, source: str) -> dict[str, Any]:
    params: dict[str, Any] = {"entity": ask.entity, "record_id": ask.record_id, "limit": limit}
    if cursor:
        at, last_source, last = cursor
        if source != last_source:
            # At the cursor's own moment: all of this source are still to come, or none.
            to_come = (_RANK[source] < _RANK[last_source]) == ask.newest_first
            last = _LARGEST if to_come == ask.newest_first else 0
        params |= {"at": at, "last": last}
    return params


def _encode(at: datetime, source: str, row_id: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), source, row_id]).encode()).decode()


def _decode(cursor: str) -> _Cursor | None:
    """What `_encode` made; None for anything else, which starts at the beginning."""
    if not cursor or len(cursor) > 200:
        return None
    try:
        at, source, row_id = json.loads(base64.urlsafe_b64decode(cursor))
        if source not in _RANK or type(row_id) is not int or not 0 <= row_id < 2**63:
            return None
        return datetime.fromisoformat(at).astimezone(UTC), source, row_id
    except (ValueError, TypeError, OverflowError):
        return None


# -- entries ---------------------------------------------------------------------------------------------------------


def _reader(act: Act, ask: Ask, rows: Sequence[Any], since: datetime | None) -> Reader:
    """What is needed to show some activities, read in a constant number of statements."""
    ids = [row.id for row in rows]
    answers = _answers(act, [row.id for row in rows if row.kind == K.POST])
    everything = [*rows, *(answer for some in answers.values() for answer in some)]
    return Reader(
        act=act,
        entity=ask.entity,
        record_id=ask.record_id,
        since=since,
        files=attaching.files_of(act.session, ids) if ids else {},
        parties=parties_of(act.session, ids) if ids else {},
        answers=answers,
        writable=among(act.session, act.who, Privilege.WRITE, everything, "activity"),
        deletable=among(act.session, act.who, Privilege.DELETE, everything, "activity"),
        names=_names(act, ask, rows),
    )


def _answers(act: Act, post_ids: Sequence[int]) -> dict[int, list[Any]]:
    """The replies to some posts, oldest first."""
    found: dict[int, list[Any]] = {}
    if post_ids:
        for row in act.session.execute(_replies(), {"posts": list(post_ids)}):
            found.setdefault(row.parent_id, []).append(row)
    return found


@cache
def _replies() -> Any:
    return (
        choose(*(getattr(_ACTIVITY, name) for name in _SHOWN), col(User.name).label("who"))
        .join_from(Activity, User, col(User.id) == _ACTIVITY.created_by_id, isouter=True)
        .where(
            _ACTIVITY.parent_id.in_(bindparam("posts", expanding=True)),
            _ACTIVITY.kind == int(K.POST),
            _ACTIVITY.deleted_on.is_(None),
        )
        .order_by(_ACTIVITY.id)
        .limit(500)
    )


def _names(act: Act, ask: Ask, rows: Sequence[Any]) -> dict[tuple[str, int], str]:
    """What other records are called that some activities regard or come from, as far as the reader may see them."""
    regarded = {(row.regarding_entity, row.regarding_id) for row in rows if row.regarding_id}
    stands_on = {(row.place_entity, row.place_id) for row in rows}
    return names_of(act, (regarded | stands_on) - {(ask.entity, ask.record_id)})


@dataclass(frozen=True)
class Told:
    """How the history of a record is told to one reader: which other records are hidden from him, what is new to him."""

    ask: Ask
    how: Conventions
    since: datetime | None
    hidden: frozenset[history.Other]


def _hidden(act: Act, ask: Ask, entries: Sequence[Any]) -> frozenset[history.Other]:
    """The records that some history entries name and the reader may not see; nothing is asked of who may see all."""
    table = tables.record_table(ask.entity)
    named: dict[str, set[int]] = {}
    for entity, record_id in (other for entry in entries for other in history.others_in(table, entry)):
        named.setdefault(entity, set()).add(record_id)
    found: set[history.Other] = set()
    for entity, ids in named.items():
        other: Any = tables.RECORDS.get(entity)
        if other is None or reach_of(act.who, other).everywhere:
            continue
        seen = set(act.session.scalars(choose(other.id).where(other.id.in_(ids), visible(act.who, other))))
        found |= {(entity, record_id) for record_id in ids - seen}
    return frozenset(found)


def _change(act: Act, told: Told, entry: Any) -> Item:
    table = tables.record_table(told.ask.entity)
    line = history.entry(table, entry, entry.who or "", told.how, told.hidden)
    return Item(
        key=f"h{entry.id}",
        id=entry.id,
        kind="change",
        title="",
        who=line.who,
        who_id=entry.by_id or 0,
        at=line.at,
        created=line.at,
        what=line.what,
        changes=line.changes,
        excerpt=line.remark,
        fresh=bool(told.since and entry.at > told.since and entry.by_id != act.who.id),
        regarding=_led_to(told, entry),
    )


def _led_to(told: Told, entry: Any) -> dict[str, Any]:
    """The record whose own history goes on where an entry ends, unless the reader may not see it."""
    found = history.led_to(entry)
    if found is None or found[0] in told.hidden:
        return {}
    (entity, record_id), name = found
    return {"entity": entity, "id": record_id, "name": name}
