"""One page of a view, by key: the same few statements whatever the page, the sort or the number of rows (S 13.14-15)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, cast

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

from rxcrm.models import found_by
from rxcrm.models.access import Reach, reach_of
from rxcrm.models.cells import dress, told
from rxcrm.models.db import Moment as When
from rxcrm.models.db import engine
from rxcrm.models.fields import raw
from rxcrm.models.filters.calendar import Clock
from rxcrm.models.filters.conditions import EVERYTHING, BadFilter, Group
from rxcrm.models.filters.sql import compiled
from rxcrm.models.list_statements import (
    ACCESS,
    INDEX,
    RARE,
    Among,
    Plan,
    build,
    built,
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
#: A term in more than RARE rows is searched by walking the sort order as far as WALK rows of each status (and WALKED_PER_ROW
#: for each row skipped), and by the index after all if the page is not full by then.
WALK, WALKED_PER_ROW = 2_500, 20
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
    """Rows as the grid shows them: `rows[i]` maps a column key to raw text, with `id` beside; cursors of its ends."""

    view: View
    columns: list[Column]
    sort: tuple[tuple[str, bool], ...]
    rows: list[dict[str, str]] = field(default_factory=list)
    first: str = ""
    last: str = ""
    more_after: bool = False
    more_before: bool = False


def viewed(act: Act, ask: Ask) -> View:
    """The view that is asked for, changed as the address says; what is unknown or hidden from the asker is left out."""
    return opened(changed(resolve(act, ask.entity, ask.view).view, ask), act.who)


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


def page_of(act: Act, view: View, ask: Ask, among: Among | None = None, size: int = 0) -> Page:
    """The same of a view that is known already, narrowed to rows `among` some; `size` is any number of rows."""
    view = opened(view, act.who)
    columns = columns_of(view)
    query = _Query(act, view, ask.search, among)
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
    rows = query.shown(found)
    dress(act, ask.entity, view.columns, rows)
    return Page(
        view=view,
        columns=columns,
        sort=view.sort,
        rows=rows,
        first=query.encode(found[0]) if found else "",
        last=query.encode(found[-1]) if found else "",
        more_after=not ask.last if backward else more,
        more_before=more if backward else bool(cursor or offset),
    )


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


#: All records of an entity whatever their status, without columns: what global search and look-ups go through.
_EVERYTHING = {entity: View("", "", entity, EVERYTHING, (), newest(entity)) for entity in VIEWS}


class _Query:
    """A view with its order and search term, asked for rows."""

    def __init__(self, act: Act, view: View, search: str, among: Among | None = None) -> None:
        view = opened(view, act.who)
        self.connection, self.view = act.session.connection(), view
        self.table = record_table(view.entity)
        self.keys = keys_of(view.entity, view.sort)
        self.needle = needle(search)
        self.among = among
        reach = reach_of(act.who, self.table)
        shape = shape_of(view.entity, view.where)
        self.params: dict[str, Any] = {"owner": act.who.id, **reach.ids(act.who)}
        if self.needle:
            self.params |= {"like": pattern(self.needle), "grams": trigrams(self.needle)}
        narrowing = None
        if shape.rest:  # only a condition needs the organisation, which costs a statement
            narrowing = compiled(self.table, shape.rest, act.who)
            self.params |= narrowing.params(Clock(act.who, act.now))
        #: What all statements of this query have in common.
        self.plan = Plan(
            view.entity,
            view.columns,
            view.sort,
            shape.statuses,
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
        if not has_index(plan.entity, plan.sort):
            return self._run(replace(plan, by=self._others), params)
        if not plan.narrowed and self.among is None and in_order(plan.entity, plan.sort, plan.mine):
            return self._run(plan, params)
        if self.needle:
            expected = named_by_index(self.connection, self.table, self.needle)
            if expected <= RARE:
                return self._run(replace(plan, by=INDEX), params) if expected else []
        if plan.reach and self._reaches_few(plan.reach):
            return self._run(replace(plan, by=ACCESS), params)
        walked = self._walk(plan, params)
        return self._run(replace(plan, by=self._others), params) if walked is None else walked

    @property
    def _others(self) -> str:
        """How the rows are found when not along the sort order."""
        return ACCESS if self.plan.reach else INDEX

    def _reaches_few(self, reach: Reach) -> bool:
        """Whether the asker may see so few rows, of any status, that sorting them costs less than walking."""
        everything = _EVERYTHING[self.view.entity]
        statuses = shape_of(everything.entity, everything.where).statuses
        plan = Plan(everything.entity, (), everything.sort, statuses, limit=FEW + 1, count=True, reach=reach)
        return int(self._run(plan, self.params)[0][0]) <= FEW

    def _walk(self, plan: Plan, params: dict[str, Any]) -> list[Row[Any]] | None:
        """The rows among the next ones along the sort order; None if the page was not full by then and more follow (S 13.15).

        What is asked of the column that comes first in the order says where the walk begins and ends.
        """
        rows = WALK + WALKED_PER_ROW * params["offset"]
        if plan.offset:  # one statement for several pages
            rows = 1 << rows.bit_length()
        found = self._run(replace(plan, walk=rows), params)
        if len(found) == plan.limit:
            return found
        beyond = replace(plan, columns=(), limit=1, offset=True, bare=True, along=True)
        return None if self._run(beyond, {**params, "offset": rows}) else found

    def count(self, cap: int) -> int:
        """Rows of all statuses, counted no farther than `cap`."""
        plan = replace(self.plan, limit=cap, count=True, by=self._others)
        return int(self._run(plan, self.params)[0][0])

    def _run(self, plan: Plan, params: dict[str, Any]) -> list[Row[Any]]:
        dialect, among = self.connection.dialect.name, self.among
        statement = built(plan, dialect) if among is None else build(plan, dialect, among)
        return list(self.connection.execute(statement, params).all())

    def key(self, row: Row[Any]) -> Key:
        """The sort keys of a row, its id last."""
        return tuple(row[: len(self.keys)])

    def shown(self, found: Sequence[Row[Any]]) -> list[dict[str, str]]:
        """The rows as the grid shows them."""
        layout = layout_of(self.view.entity, self.view.columns, self.view.sort)
        rows = []
        for row in found:
            cells = {key: _TEXT.get(type(v := row[at]), raw)(v) for key, at in layout.fields}
            name = " ".join(v for v in row[layout.names] if v)
            rows.append({**cells, "id": str(row[layout.id]), "name": name, "owner": row[layout.owner]})
        return rows

    def encode(self, row: Row[Any]) -> str:
        """A cursor for the address: the sort it belongs to and the row's keys."""
        packed = json.dumps([[k for k, _ in self.view.sort], [_plain(k) for k in self.key(row)]], separators=(",", ":"))
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


#: `raw` of the commonest types, without its questions.
_TEXT: dict[type, Callable[[Any], str]] = {str: str, int: str, datetime: datetime.isoformat}


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
