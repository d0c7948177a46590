"""One page of a view, by key: the same few statements whatever the page, the sort or the number of rows (S 13.14-15)."""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from time import monotonic
from typing import Any, TypeVar, cast

from sqlalchemy import Column as SqlColumn
from sqlalchemy import (
    ColumnElement,
    Date,
    Float,
    Integer,
    Row,
    SmallInteger,
    select,
)

from rxcrm.models import configuration, found_by
from rxcrm.models.access import reach_of
from rxcrm.models.cells import dress, told
from rxcrm.models.db import Moment as When
from rxcrm.models.db import engine
from rxcrm.models.fields import raw
from rxcrm.models.filters.calendar import Clock
from rxcrm.models.filters.conditions import EVERYTHING, BadFilter, Group
from rxcrm.models.filters.sql import Compiled, compiled, compiled_together
from rxcrm.models.list_statements import (
    ACCESS,
    INDEX,
    RARE,
    Among,
    Plan,
    build,
    built,
    built_together,
    has_index,
    in_order,
    key_of,
    keys_of,
    layout_of,
    named_by_index,
    pattern,
    trigrams,
    where_of,
)
from rxcrm.models.merging import merged_away
from rxcrm.models.records import Act, known
from rxcrm.models.saved_view import Purpose
from rxcrm.models.saved_views import resolve
from rxcrm.models.searching import needle
from rxcrm.models.system_views import newest, view_for
from rxcrm.models.tables import record_table
from rxcrm.models.views import KINDS, VIEWS, Column, View, column_of, opened, shape_of

PAGE_SIZES = (50, 100, 250)
#: How much farther a look-up reads when its first rows hold records that were merged into others.
BEYOND_MERGED = 5
#: Counts stop here; beyond it the page says "10,000+".
COUNT_CAP = 10_000
#: A page number in the address is honoured up to here (S 13.14); farther pages are reached by cursor.
LAST_NUMBERED_PAGE = 200
#: A term in more than RARE rows is searched by walking the sort order as far as WALK rows for each status (and WALKED_PER_ROW
#: for each row skipped), and by the index after all if the page is not full by then.
WALK, WALKED_PER_ROW = 2_500, 20
#: So many seconds the first page of a view is not walked for again after it was in vain.
REMEMBERED = 300
#: More rows than any view has, and rows that `every_id` fetches at once.
ALL_ROWS, FETCHED = 2**31 - 1, 10_000
#: Who may see at most so many rows gets them by the grounds of his access, without a walk.
FEW = 1_000


@dataclass(frozen=True)
class Ask:
    """What the address of a list says. Unknown views, columns and sizes fall back to the defaults.

    `after` and `before` are cursors of the row that the page follows or precedes; `last` asks for the last page.
    """

    entity: str = "lead"
    view: str = ""
    search: str = ""
    sort: tuple[tuple[str, bool], ...] = ()
    #: Instead of the view's own condition, and instead of its columns; None and () leave it as it is.
    where: Group | None = None
    columns: tuple[str, ...] = ()
    #: Instead of the view's own groups ("" for none) and its own kind; None and "" leave them.
    group: str | None = None
    totals: tuple[tuple[str, str], ...] | None = None
    kind: str = ""
    #: Settings of that kind, over those of the view: the lanes of a board, the date of a calendar.
    settings: tuple[tuple[str, str], ...] = ()
    #: Columns that are wider or narrower than in the view, in px; and those that stay in sight, None as in the view.
    widths: tuple[tuple[str, int], ...] = ()
    pinned: tuple[str, ...] | None = None
    #: The fields that a quick find view looks through, while it is edited.
    find: tuple[str, ...] = ()
    size: int = PAGE_SIZES[0]
    page: int = 1
    after: str = ""
    before: str = ""
    last: bool = False


@dataclass
class Page:
    """Rows as the grid shows them: `rows[i]` maps a column key to raw text, with `id` beside; cursors of its ends.

    `extra[i]` has what was asked for besides, as it is held.
    """

    view: View
    columns: list[Column]
    sort: tuple[tuple[str, bool], ...]
    rows: list[dict[str, str]] = field(default_factory=list)
    first: str = ""
    last: str = ""
    more_after: bool = False
    more_before: bool = False
    extra: list[tuple[Any, ...]] = field(default_factory=list)


def viewed(act: Act, ask: Ask) -> View:
    """The view that is asked for, changed as the address says; what is unknown or hidden from the asker is left out."""
    return opened(changed(resolve(act, ask.entity, ask.view).view, ask), act.who)


@configuration.forgets
@lru_cache(512)
def changed(view: View, ask: Ask) -> View:
    """A view as the address changes it."""
    known = [key for key in dict.fromkeys(ask.columns or view.columns) if column_of(view.entity, key)]
    return replace(
        view,
        columns=tuple(known) or VIEWS[view.entity][0].columns,
        sort=_known_sort(view, ask.sort),
        where=view.where if ask.where is None else ask.where,
        group=view.group if ask.group is None else ask.group,
        totals=view.totals if ask.totals is None else ask.totals,
        kind=ask.kind if ask.kind in KINDS else view.kind,
        widths=tuple({**dict(view.widths), **dict(ask.widths)}.items()),
        settings=tuple({**dict(view.settings), **dict(ask.settings)}.items()),
        pinned=tuple(key for key in (view.pinned if ask.pinned is None else ask.pinned) if key in known),
        find=ask.find or view.find,
    )


def everything(entity: str) -> View:
    """All records of a table, whatever their status, the newest first; without columns."""
    return _EVERYTHING[entity]


def columns_of(view: View) -> list[Column]:
    """The columns of a view, as far as their fields exist."""
    return [column for key in view.columns if (column := column_of(view.entity, key))]


def page(act: Act, ask: Ask) -> Page:
    """The rows of one page that the asker may see, newest data, in a constant number of statements."""
    return page_of(act, viewed(act, ask), ask)


def page_of(
    act: Act, view: View, ask: Ask, among: Among | None = None, size: int = 0, extra: tuple[str, ...] = ()
) -> Page:
    """The same of a view that is known already, narrowed to rows `among` some; `size` is any number of rows.

    `extra` names columns of the table whose values come beside the rows.
    """
    query = _Query(act, view, ask.search, among, extra=extra)
    size = size or (ask.size if ask.size in PAGE_SIZES else PAGE_SIZES[0])
    cursor = None if ask.last else query.decode(ask.before or ask.after)
    backward = ask.last or bool(ask.before and cursor)
    offset = 0
    if cursor is None and not backward and 1 < ask.page <= LAST_NUMBERED_PAGE:
        offset = (ask.page - 1) * size
    found = query.fetch(size + 1, cursor, backward, offset)
    more = len(found) > size
    found = found[:size]
    if backward:
        found.reverse()
    shown = query.page(found)
    shown.more_after = not ask.last if backward else more
    shown.more_before = more if backward else bool(cursor or offset)
    dress(act, view.entity, query.view.columns, shown.rows)
    return shown


@dataclass(frozen=True)
class Part:
    """A view and how many of its rows are wanted; `among` narrows it further."""

    view: View
    size: int
    among: Compiled | None = None


def first_pages(act: Act, parts: Sequence[Part], search: str = "", extra: tuple[str, ...] = ()) -> list[Page]:
    """The first page of each of several views, with as many statements as for one of them.

    They are views of the same table with the same columns in the same order: lanes of a board.
    """
    if not parts:
        return []
    views = [opened(part.view, act.who) for part in parts]
    rests = [shape_of(view.entity, view.where).rest for view in views]
    table = record_table(views[0].entity)
    narrowings = compiled_together(table, rests, act.who) if any(rests) else [None] * len(parts)
    queries = [
        _Query(act, view, search, part.among, narrowing if rest else None, extra)
        for view, part, narrowing, rest in zip(views, parts, narrowings, rests, strict=True)
    ]
    for query in queries:
        query.known = queries[0].known
    pages = []
    for query, part, found in zip(queries, parts, _fetched(queries, [p.size + 1 for p in parts]), strict=True):
        page = query.page(found[: part.size])
        page.more_after = len(found) > part.size
        pages.append(page)
    dress(act, views[0].entity, views[0].columns, [row for page in pages for row in page.rows])
    return pages


def count(act: Act, ask: Ask) -> int:
    """How many rows the view holds for the asker, counted up to COUNT_CAP + 1."""
    return count_of(act, viewed(act, ask), ask.search)


def count_of(act: Act, view: View, search: str = "") -> int:
    """The same of a view that is known already."""
    return _Query(act, view, search).count(COUNT_CAP + 1)


def every_id(act: Act, ask: Ask) -> Iterator[int]:
    """The ids of all rows of a view that the asker may see, in its order: as they are at this moment, each once.

    One statement on a connection of its own, fetched little by little; pages, cursors and `size` are not looked at.
    """
    query = _Query(act, viewed(act, ask), ask.search)
    by = ACCESS if query.plan.reach else INDEX if query.needle else ""
    plan = replace(query.plan, limit=ALL_ROWS, bare=True, by=by)
    with engine().connect() as connection, connection.begin():  # PostgreSQL hands out row by row only within one
        piecemeal = {"stream_results": True, "max_row_buffer": FETCHED}
        found = connection.execute(built(plan, connection.dialect.name), query.params, execution_options=piecemeal)
        yield from (row[-1] for row in found)


def conditions(act: Act, ask: Ask) -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
    """What the rows of a view fulfil that the asker may see, with its parameters: for statements that count and add up."""
    return conditions_of(act, viewed(act, ask), ask.search)


def conditions_of(act: Act, view: View, search: str = "") -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
    """The same of a view that is known already."""
    query = _Query(act, view, search)
    return where_of(query.plan, query.connection.dialect.name), query.params


def some(act: Act, ask: Ask, ids: Sequence[int]) -> list[dict[str, str]]:
    """These records with the columns of a view, as far as the asker may see them, whether the view holds them or not."""
    return some_of(act, replace(viewed(act, ask), where=EVERYTHING), ids)


def some_of(act: Act, view: View, ids: Sequence[int], search: str = "") -> list[dict[str, str]]:
    """Those of these records that a view holds for the asker, with its columns."""
    query = _Query(act, view, search, cast(Any, record_table(view.entity)).id.in_(list(ids)))
    rows = query.shown(query._run(replace(query.plan, limit=max(len(ids), 1), by=query._others), query.params))
    dress(act, view.entity, view.columns, rows)
    return rows


@dataclass
class Hit:
    """One record found by global search or a look-up: its name and a second line to tell it apart."""

    id: int
    name: str
    detail: str


def find(
    act: Act,
    entity: str,
    term: str,
    limit: int = 8,
    among: Among | None = None,
    purpose: Purpose = Purpose.FIND,
) -> list[Hit]:
    """The visible records that contain a term, as the view of that purpose lets them through and orders them.

    As shipped: of any status, the newest first. `among` narrows them further. Those that were merged into others are left out.
    Global search, which goes through every table, leaves out one whose view asks for a field that the asker may not see.
    """
    view = view_for(entity, purpose)
    if purpose is Purpose.FIND and not _may_ask(act, view):
        return []
    sort = _known_sort(view, ())
    query = _Query(act, replace(_EVERYTHING[entity], where=view.where, sort=sort), term, among)
    hits, gone = _hits(act, view, query, limit)
    if gone and len(hits) + gone == limit:
        hits, _ = _hits(act, view, query, limit * BEYOND_MERGED)
    return hits[:limit]


def _may_ask(act: Act, view: View) -> bool:
    """Whether the condition of a view can be asked for somebody."""
    try:
        compiled(record_table(view.entity), shape_of(view.entity, view.where).rest, act.who)
    except BadFilter:
        return False
    return True


def _hits(act: Act, view: View, query: _Query, limit: int) -> tuple[list[Hit], int]:
    """The hits among the first `limit` rows, and how many more were merged away."""
    ids = [query.key(row)[-1] for row in query.fetch(limit)]
    table = cast(Any, record_table(view.entity))
    rows = {r.id: r for r in act.session.scalars(select(table).where(table.id.in_(ids)))} if ids else {}
    gone = merged_away(act.session, view.entity, rows.values())
    details = told(act, view, list(rows.values()))
    return [Hit(i, rows[i].display_name, details[i]) for i in ids if i in rows and i not in gone], len(gone)


def detail_of(act: Act, row: Any) -> str:
    """The line under a name: company, mail address, phone and city, as far as known to the asker."""
    parts = [known(act, row, n) for n in ("company_name", "job_title", "email", "main_phone", "business_phone", "city")]
    return " · ".join(p for p in parts if p)


# -- the query -------------------------------------------------------------------------------------------------------

Key = tuple[Any, ...]
T = TypeVar("T")


#: All records of an entity whatever their status, without columns: what global search and look-ups go through.
_EVERYTHING = {entity: View("", "", entity, EVERYTHING, (), newest(entity)) for entity in VIEWS}


class _Query:
    """A view with its order and search term, asked for rows."""

    def __init__(
        self,
        act: Act,
        view: View,
        search: str,
        among: Among | None = None,
        narrowing: Compiled | None = None,
        extra: tuple[str, ...] = (),
    ) -> None:
        view = opened(view, act.who)
        self.connection, self.view = act.session.connection(), view
        self.table = record_table(view.entity)
        self.keys = keys_of(view.entity, view.sort)
        self.needle = needle(search)
        self.among, self.asker = among, act.who.id
        #: What the search term and the asker's access come to, the same for all queries of one page.
        self.known: dict[str, Any] = {}
        reach = reach_of(act.who, self.table)
        shape = shape_of(view.entity, view.where)
        self.params: dict[str, Any] = {"owner": act.who.id, **({} if reach.everywhere else reach.ids(act.who))}
        if self.needle:
            self.params |= {"like": pattern(self.needle), "grams": trigrams(self.needle)}
        if shape.rest:
            narrowing = narrowing or compiled(self.table, shape.rest, act.who)
            self.params |= narrowing.params(Clock(act.who, act.now))
        self.layout = layout_of(view.entity, view.columns, view.sort, extra)
        #: What all statements of this query have in common.
        self.plan = Plan(
            view.entity,
            view.columns,
            view.sort,
            shape.statuses,
            extra,
            shape.mine,
            narrowing,
            term=bool(self.needle),
            found=found_by.readable(self.table, act.who.conventions) if self.needle else None,
            reach=None if reach.everywhere else reach,
        )

    def fetch(self, limit: int, cursor: Key | None = None, backward: bool = False, offset: int = 0) -> list[Row[Any]]:
        """The next rows from the cursor: their keys, the id last; then owner, parts of the name and shown fields."""
        plan = replace(self.plan, limit=limit, backward=backward, after=cursor is not None, offset=offset > 0)
        params = {**self.params, **{f"a{i}": key for i, key in enumerate(cursor or ())}, "offset": offset}
        way = self.way(plan, offset)
        if way is None:
            return []
        found = self._run(way, params)
        if not way.walk or len(found) == limit or not self._run(_beyond(way), params):
            return found
        return self._run(self.after_all(way), params)

    def way(self, plan: Plan, offset: int = 0) -> Plan | None:
        """How the rows are looked for first; None if it is known that there are none.

        Along the sort order only so far: what is asked of the column that comes first in it says where the walk begins and
        ends. If the page is not full by then and more rows follow, they are looked for `after_all` in the other way (S 13.15).
        """
        if not has_index(plan.entity, plan.sort):
            return replace(plan, by=self._others)
        if not plan.narrowed and self.among is None and in_order(plan.entity, plan.sort, plan.mine):
            return plan
        if self.needle:
            expected = self._once("named", lambda: named_by_index(self.connection, self.table, self.needle))
            if expected <= RARE:
                return replace(plan, by=INDEX) if expected else None
        if plan.reach and self._once("few", self._reaches_few):
            return replace(plan, by=ACCESS)
        if self._begins(plan) and monotonic() < self._walks().in_vain_until:
            return replace(plan, by=self._others)
        rows = WALK * len(plan.statuses) + WALKED_PER_ROW * offset
        if plan.offset:  # one statement for several pages
            rows = 1 << rows.bit_length()
        return replace(plan, walk=rows)

    def after_all(self, walk: Plan) -> Plan:
        """The other way, after a walk in vain; for a while the first page is looked for in this way at once."""
        if self._begins(walk):
            self._walks().in_vain_until = monotonic() + REMEMBERED
        return replace(walk, walk=0, by=self._others)

    def _begins(self, plan: Plan) -> bool:
        """Whether a plan is about the first page, and one that is asked for again."""
        again = self.among is None or isinstance(self.among, Compiled)
        return again and not (plan.after or plan.offset or plan.backward)

    def _walks(self) -> _Walks:
        return _walks_of(self.plan, self.among, self.asker, self.needle)

    def _once(self, what: str, ask: Callable[[], T]) -> T:
        """What was asked already for one of the queries that share it, or is asked now."""
        if what not in self.known:
            self.known[what] = ask()
        return cast(T, self.known[what])

    @property
    def _others(self) -> str:
        """How the rows are found when not along the sort order."""
        return ACCESS if self.plan.reach else INDEX

    def _reaches_few(self) -> bool:
        """Whether the asker may see so few rows, of any status, that sorting them costs less than walking."""
        everything = _EVERYTHING[self.view.entity]
        statuses = shape_of(everything.entity, everything.where).statuses
        plan = Plan(everything.entity, (), everything.sort, statuses, limit=FEW + 1, count=True, reach=self.plan.reach)
        return int(self._run(plan, self.params)[0][0]) <= FEW

    def count(self, cap: int) -> int:
        """Rows of all statuses, counted no farther than `cap`."""
        plan = replace(self.plan, limit=cap, count=True, by=self._others)
        return int(self._run(plan, self.params)[0][0])

    def _run(self, plan: Plan, params: dict[str, Any]) -> list[Row[Any]]:
        dialect, among = self.connection.dialect.name, self.among
        asked_again = among is None or isinstance(among, Compiled)
        statement = built(plan, dialect, among) if asked_again else build(plan, dialect, among)
        return list(self.connection.execute(statement, params).all())

    def key(self, row: Row[Any]) -> Key:
        """The sort keys of a row, its id last."""
        return tuple(row[: len(self.keys)])

    def page(self, found: Sequence[Row[Any]]) -> Page:
        """The rows as a page, not yet dressed."""
        return Page(
            view=self.view,
            columns=columns_of(self.view),
            sort=self.view.sort,
            rows=self.shown(found),
            first=self.encode(found[0]) if found else "",
            last=self.encode(found[-1]) if found else "",
            extra=[tuple(row[self.layout.extra]) for row in found] if self.plan.extra else [],
        )

    def shown(self, found: Sequence[Row[Any]]) -> list[dict[str, str]]:
        """The rows as the grid shows them."""
        if not found:
            return []
        layout, held = self.layout, list(zip(*found, strict=True))
        keys = (*(key for key, _ in layout.fields), "id", "name", "owner")
        names = (" ".join([part for part in parts if part]) for parts in zip(*held[layout.names], strict=True))
        texts = (*(_texts(held[at]) for _, at in layout.fields), _texts(held[layout.id]), names, held[layout.owner])
        return [dict(zip(keys, row, strict=True)) for row in zip(*texts, strict=True)]

    def encode(self, row: Row[Any]) -> str:
        """A cursor for the address: the sort it belongs to and the row's keys."""
        packed = _PACKED.encode([[k for k, _ in self.view.sort], [_plain(k) for k in self.key(row)]])
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")

    def decode(self, cursor: str) -> Key | None:
        """The keys in a cursor; None for an empty, foreign or damaged one (then the list starts at its beginning)."""
        if not cursor or len(cursor) > 2000:
            return None
        try:
            sort, keys = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            if sort != [k for k, _ in self.view.sort]:
                return None
            return tuple(_typed(k, c) for k, c in zip(keys, self.keys, strict=True))
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            return None


def _fetched(queries: Sequence[_Query], limits: Sequence[int]) -> list[list[Row[Any]]]:
    """The first rows of each of several queries that have their columns and order in common; see `_Query.fetch`."""
    found: list[list[Row[Any]]] = [[] for _ in queries]
    ways = {i: way for i, query in enumerate(queries) if (way := query.way(replace(query.plan, limit=limits[i])))}
    _run_together(queries, ways, found)
    short = {i: way for i, way in ways.items() if way.walk and len(found[i]) < limits[i]}
    more = [list[Row[Any]]() for _ in queries]
    _run_together(queries, {i: _beyond(way) for i, way in short.items()}, more)
    _run_together(queries, {i: queries[i].after_all(way) for i, way in short.items() if more[i]}, found)
    return found


def _run_together(queries: Sequence[_Query], plans: Mapping[int, Plan], found: list[list[Row[Any]]]) -> None:
    """Replace what is found of some queries by the rows of these plans."""
    if not plans:
        return
    connection = queries[0].connection
    params: dict[str, Any] = {}
    for i in plans:
        params |= queries[i].params
    statement = built_together(tuple((plans[i], queries[i].among) for i in plans), connection.dialect.name)
    rows = defaultdict(list)
    for row in connection.execute(statement, params).all():
        rows[row[-1]].append(row)
    for place, i in enumerate(plans):
        found[i] = rows[place]


def _beyond(walk: Plan) -> Plan:
    """The first of the rows that a walk has not looked at any more."""
    return replace(walk, columns=(), extra=(), limit=1, offset=False, bare=True, along=True)


@dataclass
class _Walks:
    """Until when walks are known to find no full page, by the clock of this process."""

    in_vain_until: float = 0.0


@configuration.forgets
@lru_cache(2_000)
def _walks_of(plan: Plan, among: Compiled | None, asker: int, term: str) -> _Walks:
    return _Walks()


_PACKED = json.JSONEncoder(separators=(",", ":"))
#: `raw` of the commonest types, without its questions.
_TEXT: dict[type, Callable[[Any], str]] = {str: str, int: str}


def _texts(values: Iterable[Any]) -> Iterable[str]:
    """`raw` of a column: at once where all of it is of one type, as most columns are."""
    types = set(map(type, values))
    return map(_TEXT.get(types.pop(), raw) if len(types) == 1 else raw, values)


def _known_sort(view: View, asked: tuple[tuple[str, bool], ...]) -> tuple[tuple[str, bool], ...]:
    def known(sort: tuple[tuple[str, bool], ...]) -> tuple[tuple[str, bool], ...]:
        found = {key: desc for key, desc in sort if (column := column_of(view.entity, key)) and column.sortable}
        return tuple(found.items())[:3]

    return known(asked) or known(view.sort) or VIEWS[view.entity][0].sort


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(value: Any, column: Any) -> Any:
    """A key that no database stumbles over. Raises ValueError, TypeError, AttributeError or OverflowError."""
    if isinstance(column.type, When):
        return datetime.fromisoformat(value).astimezone(UTC)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    if isinstance(column.type, Integer):
        bits = 15 if isinstance(column.type, SmallInteger) else 63
        # Keys and ids are never negative; amounts may be.
        return _whole(value, 0 if isinstance(column, SqlColumn) else -(2**bits), 2**bits)
    if isinstance(column.type, Float):
        return float(value)
    if b"\0" in value.encode():
        raise ValueError
    return value


def _whole(value: Any, least: int, beyond: int) -> int:
    if type(value) is not int or not least <= value < beyond:
        raise ValueError
    return value


def ordered_by(view: View) -> list[Any]:
    """The columns by which a view is ordered, each in its direction: for statements of other makers."""
    return [
        key_of(view.entity, key).desc() if down else key_of(view.entity, key) for key, down in _known_sort(view, ())
    ]
