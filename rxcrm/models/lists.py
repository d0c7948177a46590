"""One page of a view, by key: the same few statements whatever the page, the sort or the number of rows (S 13.14-15)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    SmallInteger,
    Text,
    and_,
    bindparam,
    column,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    union,
    union_all,
)

from rxcrm.models.access import Reach, grounds, permitted, reach_of
from rxcrm.models.base import Record
from rxcrm.models.cells import DRESS
from rxcrm.models.db import BigInt, engine
from rxcrm.models.db import Moment as When
from rxcrm.models.fields import fields_of, raw
from rxcrm.models.merging import merged_away
from rxcrm.models.people import Team, User
from rxcrm.models.records import Act
from rxcrm.models.searching import needle
from rxcrm.models.tables import record_table
from rxcrm.models.views import COLUMNS, STATUSES, VIEWS, Column, Moment, View, name_fields, view_of

PAGE_SIZES = (50, 100, 250)
#: How much farther a look-up reads when its first rows hold records that were merged into others.
BEYOND_MERGED = 5
#: Counts stop here; beyond it the page says "10,000+".
COUNT_CAP = 10_000
#: A page number in the address is honoured up to here (S 13.14); farther pages are reached by cursor.
LAST_NUMBERED_PAGE = 200
#: A term in at most so many rows is searched by the trigram index; a commoner one by walking the sort order as far as
#: WALK rows (and WALKED_PER_ROW for each row skipped), and by the index after all if the page is not full by then.
RARE, WALK, WALKED_PER_ROW = 200, 4_000, 20
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


def page(act: Act, ask: Ask) -> Page:
    """The rows of one page that the asker may see, newest data, in a constant number of statements."""
    view = view_of(ask.entity, ask.view)
    columns = [COLUMNS[ask.entity][key] for key in view.columns]
    sort = _known_sort(view, ask.sort)
    query = _Query(act, view, sort, ask.search)
    size = ask.size if ask.size in PAGE_SIZES else PAGE_SIZES[0]
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
    if ask.entity in DRESS:
        DRESS[ask.entity](act, view.columns, rows)
    return Page(
        view=view,
        columns=columns,
        sort=sort,
        rows=rows,
        first=query.encode(found[0]) if found else "",
        last=query.encode(found[-1]) if found else "",
        more_after=not ask.last if backward else more,
        more_before=more if backward else bool(cursor or offset),
    )


def count(act: Act, ask: Ask) -> int:
    """How many rows the view holds for the asker, counted up to COUNT_CAP + 1."""
    view = view_of(ask.entity, ask.view)
    query = _Query(act, view, _known_sort(view, ask.sort), ask.search)
    return query.count(COUNT_CAP + 1)


def every_id(act: Act, ask: Ask) -> Iterator[int]:
    """The ids of all rows of a view that the asker may see, in its order: as they are at this moment, each once.

    One statement on a connection of its own, fetched little by little; pages, cursors and `size` are not looked at.
    """
    view = view_of(ask.entity, ask.view)
    query = _Query(act, view, _known_sort(view, ask.sort), ask.search)
    by = ACCESS if query.plan.reach else INDEX if query.needle else ""
    plan = replace(query.plan, limit=ALL_ROWS, bare=True, by=by)
    with engine().connect() as connection, connection.begin():  # PostgreSQL hands out row by row only within one
        piecemeal = {"stream_results": True, "max_row_buffer": FETCHED}
        found = connection.execute(_built(plan, connection.dialect.name), query.params, execution_options=piecemeal)
        yield from (row[-1] for row in found)


@dataclass
class Hit:
    """One record found by global search or a look-up: its name and a second line to tell it apart."""

    id: int
    name: str
    detail: str


def find(act: Act, entity: str, term: str, limit: int = 8, among: ColumnElement[bool] | None = None) -> list[Hit]:
    """The newest visible records of any status that contain a term; `among` narrows them further.

    Records that were merged into others are left out.
    """
    query = _Query(act, _EVERYTHING[entity], _newest(entity), term, among)
    hits, gone = _hits(act, entity, query, limit)
    if gone and len(hits) + gone == limit:
        hits, _ = _hits(act, entity, query, limit * BEYOND_MERGED)
    return hits[:limit]


def _hits(act: Act, entity: str, query: _Query, limit: int) -> tuple[list[Hit], int]:
    """The hits among the first `limit` rows, and how many more were merged away."""
    ids = [query.key(row)[-1] for row in query.fetch(limit)]
    table = cast(Any, record_table(entity))
    rows = {r.id: r for r in act.session.scalars(select(table).where(table.id.in_(ids)))} if ids else {}
    gone = merged_away(act.session, entity, rows.values())
    return [Hit(i, rows[i].display_name, detail_of(rows[i])) for i in ids if i in rows and i not in gone], len(gone)


def detail_of(row: Any) -> str:
    """The line under a name: company, mail address, phone and city, as far as known."""
    parts = [
        getattr(row, n, "") for n in ("company_name", "job_title", "email", "main_phone", "business_phone", "city")
    ]
    return " · ".join(p for p in parts if p)


# -- the query -------------------------------------------------------------------------------------------------------

Key = tuple[Any, ...]


def _newest(entity: str) -> tuple[tuple[str, bool], ...]:
    return (("created_on" if "created_on" in COLUMNS[entity] else "modified_on", True),)


#: All records of an entity whatever their status, without columns: what global search and look-ups go through.
_EVERYTHING = {entity: View("", "", entity, STATUSES[entity], ()) for entity in VIEWS}


class _Query:
    """A view with its order and search term, asked for rows."""

    def __init__(
        self,
        act: Act,
        view: View,
        sort: tuple[tuple[str, bool], ...],
        search: str,
        among: ColumnElement[bool] | None = None,
    ) -> None:
        self.connection, self.view, self.sort = act.session.connection(), view, sort
        self.table = record_table(view.entity)
        self.keys = _keys(view, sort)
        self.needle = needle(search)
        self.among = among
        reach = reach_of(act.who, self.table)
        self.params: dict[str, Any] = {"owner": act.who.id, **reach.ids(act.who)}
        if self.needle:
            self.params |= {"like": _pattern(self.needle), "grams": trigrams(self.needle)}
        if view.period is not View.period:  # only periods need the organisation, which costs a statement
            since, before = view.period(Moment(act.who, act.organisation, act.now))
            self.params |= {"since": since, "before": before}
        #: What all statements of this query have in common.
        self.plan = Plan(
            view,
            sort,
            term=bool(self.needle),
            since=self.params.get("since") is not None,
            before=self.params.get("before") is not None,
            reach=None if reach.everywhere else reach,
        )

    def fetch(self, limit: int, cursor: Key | None = None, backward: bool = False, offset: int = 0) -> list[Row[Any]]:
        """The next rows from the cursor: their keys, the id last; then owner, parts of the name and shown fields."""
        plan = replace(self.plan, limit=limit, backward=backward, after=cursor is not None, offset=offset > 0)
        params = {**self.params, **_named("a", cursor or ()), "offset": offset}
        if not plan.narrowed and self.among is None and _in_order(self.view, self.sort):
            return self._run(plan, params)
        if self.needle:
            expected = named_by_index(self.connection, self.table, self.needle)
            if expected <= RARE:
                return self._run(replace(plan, by=INDEX), params) if expected else []
        if plan.reach and self._reaches_few(plan.reach):
            return self._run(replace(plan, by=ACCESS), params)
        walked = self._walk(plan, params)
        return self._run(replace(plan, by=ACCESS if plan.reach else INDEX), params) if walked is None else walked

    def _reaches_few(self, reach: Reach) -> bool:
        """Whether the asker may see so few rows, of any status, that sorting them costs less than walking."""
        plan = Plan(_EVERYTHING[self.view.entity], _newest(self.view.entity), FEW + 1, count=True, reach=reach)
        return int(self._run(plan, self.params)[0][0]) <= FEW

    def _walk(self, plan: Plan, params: dict[str, Any]) -> list[Row[Any]] | None:
        """The rows along the sort order as far as WALK rows; None if the page was not full by then (S 13.15)."""
        everybody = replace(self.view, mine=self.view.mine and _in_order(self.view, self.sort), only=())
        bare = Plan(everybody, self.sort, 1, plan.backward, plan.after, offset=True, bare=True)
        far = {**params, "offset": WALK + WALKED_PER_ROW * params["offset"]}
        horizon = self.connection.execute(_built(bare, self.connection.dialect.name), far).first()
        if not horizon:
            return self._run(plan, params)
        found = self._run(replace(plan, until=True), params | _named("u", self.key(horizon)))
        return found if len(found) == plan.limit else None

    def count(self, cap: int) -> int:
        """Rows of all statuses, counted no farther than `cap`."""
        plan = replace(self.plan, limit=cap, count=True, by=ACCESS if self.plan.reach else INDEX)
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
        layout = _layout(self.view, self.sort)
        rows = []
        for row in found:
            cells = {key: _TEXT.get(type(v := row[at]), raw)(v) for key, at in layout.fields}
            name = " ".join(v for v in row[layout.names] if v)
            rows.append({**cells, "id": str(row[layout.id]), "name": name, "owner": row[layout.owner]})
        return rows

    def encode(self, row: Row[Any]) -> str:
        """A cursor for the address: the sort it belongs to and the row's keys."""
        packed = json.dumps([[k for k, _ in self.sort], [_plain(k) for k in self.key(row)]], separators=(",", ":"))
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")

    def decode(self, cursor: str) -> Key | None:
        """The keys in a cursor; None for an empty, foreign or damaged one (then the list starts at its beginning)."""
        if not cursor or len(cursor) > 2000:
            return None
        try:
            sort, keys = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            if sort != [k for k, _ in self.sort]:
                return None
            return tuple(_typed(k, c) for k, c in zip(keys, self.keys, strict=True))
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            return None


#: `raw` of the commonest types, without its questions.
_TEXT: dict[type, Callable[[Any], str]] = {str: str, int: str, datetime: datetime.isoformat}


def _known_sort(view: View, asked: tuple[tuple[str, bool], ...]) -> tuple[tuple[str, bool], ...]:
    known = COLUMNS[view.entity]
    sort = {key: desc for key, desc in asked if key in known and known[key].order}
    return tuple(sort.items())[:3] or view.sort


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _typed(value: Any, column: Any) -> Any:
    """A key that no database stumbles over. Raises ValueError, TypeError, AttributeError or OverflowError."""
    if isinstance(column.type, When):
        return datetime.fromisoformat(value).astimezone(UTC)
    if isinstance(column.type, Integer):
        return _whole(value, 15 if isinstance(column.type, SmallInteger) else 63)
    if b"\0" in value.encode():
        raise ValueError
    return value


def _whole(value: Any, bits: int) -> int:
    if type(value) is not int or not 0 <= value < 2**bits:
        raise ValueError
    return value


def _named(prefix: str, key: Key) -> dict[str, Any]:
    return {f"{prefix}{i}": value for i, value in enumerate(key)}


# -- statements ------------------------------------------------------------------------------------------------------

#: Besides walking along the sort order: by the trigram index or what else narrows the rows, or by the access rights.
INDEX, ACCESS = "index", "access"


@dataclass(frozen=True)
class Plan:
    """What the text of a list's statement depends on; equal plans share one statement, built once.

    `after` and `until` say that the keys are bounded by the parameters a0, a1 … and u0, u1 …; `bare` leaves the
    shown columns out; `count` asks for the number of rows instead; `term` says that there is a search term, `by` how
    the rows are found: by walking (""), INDEX or ACCESS. `since` and `before` bound the view's date by parameters of that
    name; `reach` is None for who may see all.
    """

    view: View
    sort: tuple[tuple[str, bool], ...]
    limit: int = 0
    backward: bool = False
    after: bool = False
    until: bool = False
    offset: bool = False
    bare: bool = False
    count: bool = False
    term: bool = False
    by: str = ""
    since: bool = False
    before: bool = False
    reach: Reach | None = None

    @property
    def narrowed(self) -> bool:
        """Whether rows of the view are left out, so that the page is not simply the next ones of an index."""
        return self.term or self.since or self.before or self.reach is not None or bool(self.view.only)


def _build(plan: Plan, dialect: str, among: ColumnElement[bool] | None = None) -> Any:
    """The statement of a plan, narrowed further to rows `among` some."""
    where = [*_fixed(plan), *([] if among is None else [among])]
    if plan.term:
        where += _found(plan.view.entity, plan.by, dialect)
    if plan.count:
        return _counting(plan, where)
    if plan.reach and plan.by == ACCESS:
        row = _columns(plan.view.entity)
        live = select(row.id).where(row.deleted_on.is_(None)).correlate(None)  # said again: the indexes hold only those
        where.append(row.id.in_(union(*(live.where(ground) for ground in grounds(plan.reach)))))
    elif plan.reach:
        where.append(permitted(plan.reach))
    return _paging(plan, where)


#: `_build`, once for each plan.
_built = lru_cache(512)(_build)


def _paging(plan: Plan, where: list[ColumnElement[bool]]) -> Any:
    """One select per status, each along its own index and no longer than the page, merged by the database.

    By index or access it is one select instead, its order hidden from the planner: it would rather walk a sort index
    to the end than sort the few rows found.
    """
    layout = _layout(plan.view, plan.sort)
    flags = [desc != plan.backward for desc in _directions(plan.sort)]
    if plan.after:
        where.append(_beyond(layout.keys, "a", flags))
    if plan.until:
        where.append(_beyond(layout.keys, "u", [not flag for flag in flags]))
    wanted = layout.select(bare=plan.bare).where(*where)
    status, numbers = _columns(plan.view.entity).status, _numbers(plan.view)
    if plan.by:
        among = _hidden(status) if plan.term or plan.by == ACCESS else status
        return _cut(plan, _ordered(wanted.where(among.in_(numbers)), [_hidden(key) for key in layout.keys], flags))
    parts = [_ordered(wanted.where(status == number), layout.keys, flags) for number in numbers]
    if len(parts) == 1:
        return _cut(plan, parts[0])
    firsts = [select(_cut(plan, part, skip=False).subquery()) for part in parts]
    return _cut(plan, _ordered(union_all(*firsts), [column(f"c{i}") for i in range(len(flags))], flags))


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
    row = _columns(plan.view.entity)
    status = _hidden(row.status) if plan.term or plan.reach else row.status
    limit: Any = literal_column(str(plan.limit))
    found: Any = select(row.id).where(status.in_(_numbers(plan.view)), *where)
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
        row, user, team = self.keys[0].table.c, _table(User).c, _table(Team).c
        return wanted.outerjoin_from(row.id.table, _table(User), user.id == row.owner_user_id).outerjoin(
            _table(Team), team.id == row.owner_team_id
        )


@cache
def _layout(view: View, sort: tuple[tuple[str, bool], ...]) -> _Layout:
    row, table = _columns(view.entity), record_table(view.entity)
    keys = _keys(view, sort)
    owner = func.coalesce(_table(User).c.name, _table(Team).c.name, literal_column("''"))
    names = [row[n.key] for n in name_fields(table)]
    needs = [key for c in view.columns for key in COLUMNS[view.entity][c].needs]
    shown = list(dict.fromkeys([*(key for key in view.columns if key in fields_of(table)), *needs]))
    columns = [*keys, owner, *names, *(row[key] for key in shown if row[key] not in set(keys))]
    return _Layout(
        keys=keys,
        columns=columns,
        fields=[(key, next(i for i, c in enumerate(columns) if c is row[key])) for key in shown],
        id=len(keys) - 1,
        owner=len(keys),
        names=slice(len(keys) + 1, len(keys) + 1 + len(names)),
    )


def _table(model: Any) -> Any:
    return model.__table__


def _columns(entity: str) -> Any:
    return _table(record_table(entity)).c


def _keys(view: View, sort: tuple[tuple[str, bool], ...]) -> list[Any]:
    """The columns that order a list, the id last."""
    row = _columns(view.entity)
    return [*(row[COLUMNS[view.entity][key].order] for key, _ in sort), row.id]


@cache
def _in_order(view: View, sort: tuple[tuple[str, bool], ...]) -> bool:
    """Whether an index has the rows of the view in the order of the sort; one's own rows have it for fewer sorts."""
    first = _keys(view, sort)[0]
    leads = ("owner_user_id", "status", first.name)
    return not view.mine or any(tuple(i.columns.keys())[:3] == leads for i in first.table.indexes)


def _directions(sort: tuple[tuple[str, bool], ...]) -> list[bool]:
    return [*(desc for _, desc in sort), sort[-1][1]]


def _numbers(view: View) -> list[ColumnElement[int]]:
    """The statuses as literals, for the planner to reckon with."""
    return [literal_column(str(int(status)), Integer) for status in view.statuses]


def _fixed(plan: Plan) -> list[ColumnElement[bool]]:
    """The conditions of every list: not deleted, and mine, of a period or of a kind where the view says so."""
    row, mine = _columns(plan.view.entity), bindparam("owner", type_=BigInt)
    dated = row[plan.view.dated]
    return [
        row.deleted_on.is_(None),
        *([row.owner_user_id == mine] if plan.view.mine else []),
        *([dated >= bindparam("since", type_=When)] if plan.since else []),
        *([dated < bindparam("before", type_=When)] if plan.before else []),
        *(row[name] == literal_column(str(number), Integer) for name, number in plan.view.only),
    ]


def _beyond(keys: list[Any], prefix: str, descending: list[bool]) -> ColumnElement[bool]:
    """Rows beyond a key: by one comparison of rows, which an index answers, unless directions are mixed."""
    bounds = [bindparam(f"{prefix}{i}", type_=k.type) for i, k in enumerate(keys)]
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
