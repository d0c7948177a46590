"""One page of a view, by key: the same few statements whatever the page, the sort or the number of rows (S 13.14-15)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any, cast

from sqlalchemy import Column as SqlColumn
from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Float,
    Integer,
    Row,
    SmallInteger,
    Text,
    and_,
    bindparam,
    column,
    false,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    union,
    union_all,
)

from rxcrm.models import configuration, found_by
from rxcrm.models.access import Reach, grounds, permitted, reach_of
from rxcrm.models.base import Record
from rxcrm.models.cells import dress, told
from rxcrm.models.db import BigInt, engine
from rxcrm.models.db import Moment as When
from rxcrm.models.fields import raw
from rxcrm.models.filters.calendar import Clock
from rxcrm.models.filters.conditions import EVERYTHING, BadFilter, Group
from rxcrm.models.filters.sql import Compiled, compiled
from rxcrm.models.filters.values import held_in, order_of, place_of, value_of, words_in
from rxcrm.models.merging import merged_away
from rxcrm.models.people import Team, User
from rxcrm.models.records import Act, known
from rxcrm.models.saved_view import Purpose
from rxcrm.models.saved_views import resolve
from rxcrm.models.searching import needle
from rxcrm.models.system_views import newest, view_for
from rxcrm.models.tables import record_table
from rxcrm.models.views import KINDS, STATUSES, VIEWS, Column, View, column_of, name_fields, opened, shape_of

#: Rows among which those of a list are besides; Compiled where rows that are looked at one by one are asked otherwise.
Among = ColumnElement[bool] | Compiled
PAGE_SIZES = (50, 100, 250)
#: How much farther a look-up reads when its first rows hold records that were merged into others.
BEYOND_MERGED = 5
#: Counts stop here; beyond it the page says "10,000+".
COUNT_CAP = 10_000
#: A page number in the address is honoured up to here (S 13.14); farther pages are reached by cursor.
LAST_NUMBERED_PAGE = 200
#: A term in at most so many rows is searched by the trigram index; a commoner one by walking the sort order as far as
#: WALK rows (and WALKED_PER_ROW for each row skipped), and by the index after all if the page is not full by then.
RARE, WALK, WALKED_PER_ROW = 200, 2_500, 20
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
        found = connection.execute(_built(plan, connection.dialect.name), query.params, execution_options=piecemeal)
        yield from (row[-1] for row in found)


def conditions(act: Act, ask: Ask) -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
    """What the rows of a view fulfil that the asker may see, with its parameters: for statements that count and add up."""
    return conditions_of(act, viewed(act, ask), ask.search)


def conditions_of(act: Act, view: View, search: str = "") -> tuple[list[ColumnElement[bool]], dict[str, Any]]:
    """The same of a view that is known already."""
    query = _Query(act, view, search)
    plan, dialect = query.plan, query.connection.dialect.name
    where = [_columns(plan.entity).status.in_(_numbers(plan.statuses)), *_fixed(plan)]
    if plan.term:
        where += [*_found(plan.entity, INDEX, dialect), *_told_by(plan)]
    if plan.reach:
        where.append(_reached(plan.entity, plan.reach))
    return where, query.params


def some(act: Act, ask: Ask, ids: Sequence[int]) -> list[dict[str, str]]:
    """These records with the columns of a view, as far as the asker may see them, whether the view holds them or not."""
    return some_of(act, replace(viewed(act, ask), where=EVERYTHING), ids)


def some_of(act: Act, view: View, ids: Sequence[int], search: str = "") -> list[dict[str, str]]:
    """Those of these records that a view holds for the asker, with its columns."""
    query = _Query(act, view, search, _columns(view.entity).id.in_(list(ids)))
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
        self.keys = _keys(view.entity, view.sort)
        self.needle = needle(search)
        self.among = among
        reach = reach_of(act.who, self.table)
        shape = shape_of(view.entity, view.where)
        self.params: dict[str, Any] = {"owner": act.who.id, **reach.ids(act.who)}
        if self.needle:
            self.params |= {"like": _pattern(self.needle), "grams": trigrams(self.needle)}
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
        if not _has_index(plan.entity, plan.sort):
            return self._run(replace(plan, by=self._others), params)
        if not plan.narrowed and self.among is None and _in_order(plan.entity, plan.sort, plan.mine):
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
        statement = _built(plan, dialect) if among is None else _build(plan, dialect, among)
        return list(self.connection.execute(statement, params).all())

    def key(self, row: Row[Any]) -> Key:
        """The sort keys of a row, its id last."""
        return tuple(row[: len(self.keys)])

    def shown(self, found: Sequence[Row[Any]]) -> list[dict[str, str]]:
        """The rows as the grid shows them."""
        layout = _layout(self.view.entity, self.view.columns, self.view.sort)
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


# -- statements ------------------------------------------------------------------------------------------------------

#: Besides walking along the sort order: by the trigram index or what else narrows the rows, or by the access rights.
INDEX, ACCESS = "index", "access"


@dataclass(frozen=True)
class Plan:
    """What the text of a list's statement depends on; equal plans share one statement, built once.

    `after` says that the keys are bounded by the parameters a0, a1 …; `bare` leaves the shown columns out,
    `walk` is how many rows of each status are looked at, 0 for all; `along` asks for all rows of the walk, whatever the
    condition; `count` asks for the number of rows instead; `term` says that there is a search term, `by` how the rows are found: by walking (""), INDEX or ACCESS. `narrowing` is the rest of the view's condition, `reach` is None
    for who may see all, and `found` for who may read all the fields by which records are found.
    """

    entity: str
    columns: tuple[str, ...]
    sort: tuple[tuple[str, bool], ...]
    statuses: tuple[int, ...]
    mine: bool = False
    narrowing: Compiled | None = None
    limit: int = 0
    backward: bool = False
    after: bool = False
    offset: bool = False
    bare: bool = False
    walk: int = 0
    along: bool = False
    count: bool = False
    term: bool = False
    found: tuple[str, ...] | None = None
    by: str = ""
    reach: Reach | None = None

    @property
    def narrowed(self) -> bool:
        """Whether rows of the view are left out, so that the page is not simply the next ones of an index."""
        return self.term or self.reach is not None or self.narrowing is not None


def _build(plan: Plan, dialect: str, among: Among | None = None) -> Any:
    """The statement of a plan, narrowed further to rows `among` some."""
    if plan.along:
        return _paging(plan, _along(plan))
    walking = not plan.by and not plan.count
    if isinstance(among, Compiled):
        among = among.walked if walking else among.where
    where = [*_fixed(plan, walking=walking), *([] if among is None else [among])]
    if plan.term:
        where += [*_found(plan.entity, plan.by, dialect), *_told_by(plan)]
    if plan.count:
        return _counting(plan, where)
    if plan.reach and plan.by == ACCESS:
        where.append(_reached(plan.entity, plan.reach))
    elif plan.reach:
        where.append(permitted(plan.reach))
    return _paging(plan, where)


def _reached(entity: str, reach: Reach) -> ColumnElement[bool]:
    """That the asker may see a row: one of those that each ground of his access finds along its own index."""
    row = _columns(entity)
    live = select(row.id).where(row.deleted_on.is_(None)).correlate(None)  # said again: the indexes hold only those
    return cast(ColumnElement[bool], row.id.in_(union(*(live.where(ground) for ground in grounds(reach)))))


#: `_build`, once for each plan.
_built = configuration.forgets(lru_cache(512)(_build))


def _paging(plan: Plan, where: list[ColumnElement[bool]]) -> Any:
    """One select per status, each along its own index and no longer than the page, merged by the database.

    By index or access it is one select instead, its order hidden from the planner: it would rather walk a sort index
    to the end than sort the few rows found.
    """
    layout = _layout(plan.entity, plan.columns, plan.sort)
    flags = [desc != plan.backward for desc in _directions(plan.sort)]
    beyond = [_beyond(layout.keys, flags)] if plan.after else []
    wanted = layout.select(bare=plan.bare)
    status, numbers = _columns(plan.entity).status, _numbers(plan.statuses)
    if plan.by:
        if not _of_any_status(plan):
            among = _hidden(status) if plan.term or plan.by == ACCESS else status
            where.append(among.in_(numbers))
        return _cut(plan, _ordered(wanted.where(*where, *beyond), [_hidden(key) for key in layout.keys], flags))
    if plan.walk:
        looked_at = wanted.add_columns(and_(*where).label("holds")).where(*_along(plan), *beyond)
        parts = [
            _holding(_ordered(looked_at.where(status == number), layout.keys, flags).limit(plan.walk))
            for number in numbers
        ]
    else:
        parts = [_ordered(wanted.where(*where, *beyond, status == number), layout.keys, flags) for number in numbers]
    if len(parts) == 1:
        return _cut(plan, parts[0])
    firsts = [select(_cut(plan, part, skip=False).subquery()) for part in parts]
    return _cut(plan, _ordered(union_all(*firsts), [column(f"c{i}") for i in range(len(flags))], flags))


def _holding(looked_at: Any) -> Any:
    """Those of some rows for which the condition holds, in their order: a condition on rows that are cut already is asked
    of one after the other, and of no more than the page needs; to order them again would ask it of all.
    """
    rows = looked_at.subquery().c
    return select(*(each for each in rows if each.name != "holds")).where(rows.holds)


def _of_any_status(plan: Plan) -> bool:
    """Whether the rows that a condition narrows need not be asked for their status: that alone can mean reading them all.

    Notes and posts, which stay out of every list, are told from other activities by it.
    """
    every = {int(status) for status in STATUSES[plan.entity]}
    return plan.by == INDEX and not plan.term and plan.entity != "activity" and set(plan.statuses) == every


def _ordered(statement: Any, keys: list[Any], descending: list[bool]) -> Any:
    return statement.order_by(*(k.desc() if down else k.asc() for k, down in zip(keys, descending, strict=True)))


def _cut(plan: Plan, statement: Any, skip: bool = True) -> Any:
    """The rows of the page; without `skip` also those before it."""
    limit = literal_column(str(plan.limit), Integer)
    if not plan.offset:
        return statement.limit(limit)
    offset: Any = bindparam("offset", type_=Integer)
    return statement.limit(limit).offset(offset) if skip else statement.limit(limit + offset)


def _counting(plan: Plan, where: list[ColumnElement[bool]]) -> Any:
    row = _columns(plan.entity)
    status = _hidden(row.status) if plan.term or plan.reach else row.status
    limit: Any = literal_column(str(plan.limit))
    found: Any = select(row.id).where(status.in_(_numbers(plan.statuses)), *where)
    if plan.reach:
        found = union(*(select(found.where(ground).limit(limit).subquery()) for ground in grounds(plan.reach)))
    return select(func.count()).select_from(found.limit(limit).subquery())


@dataclass(frozen=True)
class _Layout:
    """Which columns a page's rows have: the keys with the id last, the owner's name, parts of the name, more fields.

    `fields` are the cells of the grid, each with the place of its value.
    """

    keys: list[Any]
    columns: list[Any]
    fields: list[tuple[str, int]]
    id: int
    owner: int
    names: slice

    def select(self, bare: bool) -> Any:
        """A select of these columns, labelled c0, c1 …, or of the keys alone."""
        chosen = self.keys if bare else self.columns
        wanted = select(*(c.label(f"c{i}") for i, c in enumerate(chosen)))
        if bare:
            return wanted
        row, user, team = self.keys[-1].table.c, _table(User).c, _table(Team).c
        return wanted.outerjoin_from(row.id.table, _table(User), user.id == row.owner_user_id).outerjoin(
            _table(Team), team.id == row.owner_team_id
        )


@configuration.forgets
@lru_cache(512)
def _layout(entity: str, shown: tuple[str, ...], sort: tuple[tuple[str, bool], ...]) -> _Layout:
    row, table = _columns(entity), record_table(entity)
    keys = _keys(entity, sort)
    owner = func.coalesce(_table(User).c.name, _table(Team).c.name, literal_column("''"))
    names = [row[n.key] for n in name_fields(table)]
    fields = {key: _cell(table, key) for key in shown if key not in NOT_FIELDS}
    needed = {
        key: held_in(table, row, key)
        for name in shown
        if (c := column_of(entity, name))
        for key in c.needs
        if key not in fields
    }
    cells = {key: cell for key, cell in (fields | needed).items() if cell is not None}
    columns = [*keys, owner, *names]
    places = []
    for key, cell in cells.items():
        at = next((i for i, c in enumerate(columns) if c is cell), len(columns))
        if at == len(columns):
            columns.append(cell)
        places.append((key, at))
    return _Layout(
        keys=keys,
        columns=columns,
        fields=places,
        id=len(keys) - 1,
        owner=len(keys),
        names=slice(len(keys) + 1, len(keys) + 1 + len(names)),
    )


#: Columns that are put together from others: by the layout itself, or apart from the rows (rxcrm.models.cells).
NOT_FIELDS = frozenset({"name", "owner", "regarding", "customer"})


def _cell(table: type[Record], key: str) -> Any:
    """The value of a field in a row; None if there is no such field, or if it is one of another record."""
    place = place_of(table, key)
    return None if place is None or place.through else value_of(_columns(table.entity), place.spec)


def _table(model: Any) -> Any:
    return model.__table__


def _columns(entity: str) -> Any:
    return cast(Any, record_table(entity)).__table__.c


def _keys(entity: str, sort: tuple[tuple[str, bool], ...]) -> list[Any]:
    """The columns that order a list, the id last."""
    return [*(_key(entity, key) for key, _ in sort), _columns(entity).id]


@configuration.forgets
@lru_cache(2_000)
def _key(entity: str, key: str) -> Any:
    row, column = _columns(entity), column_of(entity, key)
    if column and column.order:
        return row[column.order]
    place = place_of(record_table(entity), key)
    assert place, "only known columns are sorted by"
    return order_of(row, place.spec)


def ordered_by(view: View) -> list[Any]:
    """The columns by which a view is ordered, each in its direction: for statements of other makers."""
    return [_key(view.entity, key).desc() if down else _key(view.entity, key) for key, down in _known_sort(view, ())]


def _has_index(entity: str, sort: tuple[tuple[str, bool], ...]) -> bool:
    """Whether an index has the rows of any status in the order of the sort."""
    column = column_of(entity, sort[0][0])
    return bool(column and column.order)


@configuration.forgets
@cache
def _in_order(entity: str, sort: tuple[tuple[str, bool], ...], mine: bool) -> bool:
    """Whether an index has the rows of the view in the order of the sort; one's own rows have it for fewer sorts."""
    first = _keys(entity, sort)[0]
    leads = ("owner_user_id", "status", first.name)
    return not mine or any(tuple(i.columns.keys())[:3] == leads for i in _columns(entity).id.table.indexes)


def _directions(sort: tuple[tuple[str, bool], ...]) -> list[bool]:
    return [*(desc for _, desc in sort), sort[-1][1]]


def _numbers(statuses: tuple[int, ...]) -> list[ColumnElement[int]]:
    """The statuses as literals, for the planner to reckon with; without any, one that no record has."""
    return [literal_column(str(status), Integer) for status in statuses or (-1,)]


def _fixed(plan: Plan, *, walking: bool = False) -> list[ColumnElement[bool]]:
    """The conditions of every list: not deleted, and what the view asks for besides a status."""
    row, narrowed = _columns(plan.entity), []
    if plan.narrowing:
        narrowed = [plan.narrowing.walked if walking else plan.narrowing.where]
    return [row.deleted_on.is_(None), *([_own(row)] if plan.mine else []), *narrowed]


def _along(plan: Plan) -> list[ColumnElement[bool]]:
    """What of a plan an index in the order of its sort knows: the rows among which a walk looks for those of the page."""
    row, first = _columns(plan.entity), _keys(plan.entity, plan.sort)[0]
    mine = plan.mine and _in_order(plan.entity, plan.sort, mine=True)
    within = plan.narrowing.within.get(first.name, ()) if plan.narrowing else ()
    return [row.deleted_on.is_(None), *([_own(row)] if mine else []), *within]


def _own(row: Any) -> ColumnElement[bool]:
    return cast(ColumnElement[bool], row.owner_user_id == bindparam("owner", type_=BigInt))


def _beyond(keys: list[Any], descending: list[bool]) -> ColumnElement[bool]:
    """Rows beyond a cursor: by one comparison of rows, which an index answers, unless directions are mixed."""
    bounds = [bindparam(f"a{i}", type_=k.type) for i, k in enumerate(keys)]
    if len(set(descending)) == 1:
        return tuple_(*keys) < tuple_(*bounds) if descending[0] else tuple_(*keys) > tuple_(*bounds)
    ways = [
        and_(
            *(k == b for k, b in zip(keys[:i], bounds[:i], strict=True)),
            keys[i] < bounds[i] if down else keys[i] > bounds[i],
        )
        for i, down in enumerate(descending)
    ]
    first = keys[0] <= bounds[0] if descending[0] else keys[0] >= bounds[0]
    return and_(first, or_(*ways))


def _hidden(column: Any) -> ColumnElement[Any]:
    """The column's value as an expression that no index holds."""
    return func.coalesce(column, column)


# -- substring search ------------------------------------------------------------------------------------------------


def _pattern(wanted: str) -> str:
    escaped = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _found(entity: str, by: str, dialect: str) -> list[ColumnElement[bool]]:
    """The search as conditions: the words themselves, and on SQLite the rows that its trigram index names."""
    row = _columns(entity)
    looked_at = row.search_text if by == INDEX else _hidden(row.search_text)
    exact = looked_at.like(bindparam("like", type_=Text), escape="\\")
    if dialect != "sqlite" or by != INDEX:
        return [exact]
    index = f"{entity}_search"
    match: Any = select(literal_column("rowid")).select_from(text(index)).where(text(f"{index} MATCH :grams"))
    return [row.id.in_(match), exact]


def _told_by(plan: Plan) -> list[ColumnElement[bool]]:
    """That the term is in a field which the asker may read: what is searched holds all of them together (S 9.3)."""
    if plan.found is None:
        return []
    row, table = _columns(plan.entity), record_table(plan.entity)
    like = bindparam("like", type_=Text)
    texts = [text for name in plan.found for text in words_in(table, row, name)]
    return [or_(false(), *(text.like(like, escape="\\") for text in texts))]


def trigrams(wanted: str) -> str:
    """The FTS5 expression "every trigram of the term occurs"."""
    grams = dict.fromkeys(wanted[i : i + 3] for i in range(len(wanted) - 2))
    return " ".join('"' + g.replace('"', '""') + '"' for g in grams)


def named_by_index(connection: Connection, table: type[Record], wanted: str) -> int:
    """How many rows the trigram index names for a term, counted to RARE + 1; on PostgreSQL what its planner expects."""
    if connection.dialect.name == "sqlite":
        index = f"{table.entity}_search"
        some = f"SELECT 1 FROM {index} WHERE {index} MATCH :grams LIMIT {RARE + 1}"
        return int(connection.scalar(text(f"SELECT count(*) FROM ({some})"), {"grams": trigrams(wanted)}) or 0)
    like = f"SELECT 1 FROM {table.entity} WHERE search_text LIKE :like ESCAPE '\\'"
    plan = connection.scalar(text(f"EXPLAIN (FORMAT JSON) {like}"), {"like": _pattern(wanted)})
    return max(1, int(plan[0]["Plan"]["Plan Rows"]))
