"""The statements behind lists: equal questions share one, built once; where its rows come from is part of the question (S 13.15)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
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
    true,
    tuple_,
    union,
    union_all,
)

from rxcrm.models import configuration
from rxcrm.models.access import Reach, grounds, permitted
from rxcrm.models.base import Record
from rxcrm.models.db import BigInt, Moment, iso
from rxcrm.models.filters.sql import Compiled
from rxcrm.models.filters.values import held_in, order_of, place_of, value_of, words_in
from rxcrm.models.people import Team, User
from rxcrm.models.tables import record_table
from rxcrm.models.views import STATUSES, column_of, name_fields

#: Rows among which those of a list are besides; Compiled where rows that are looked at one by one are asked otherwise.
Among = ColumnElement[bool] | Compiled

#: A term in at most so many rows is searched by the trigram index.
RARE = 200
#: Besides walking along the sort order: by the trigram index or what else narrows the rows, or by the access rights.
INDEX, ACCESS = "index", "access"


@dataclass(frozen=True)
class Plan:
    """What the text of a list's statement depends on; equal plans share one statement, built once.

    `after` says that the keys are bounded by the parameters a0, a1 …; `bare` leaves the shown columns out, `walk` is how
    many rows are looked at, 0 for all; `along` asks for the rows behind those of the walk, whatever the condition;
    `count` asks for the number of rows instead; `term` says that there is a search term, `by` how the rows are found: by
    walking (""), INDEX or ACCESS. `narrowing` is the rest of the view's condition, `reach` is None for who may see all,
    and `found` for who may read all the fields by which records are found.
    """

    entity: str
    columns: tuple[str, ...]
    sort: tuple[tuple[str, bool], ...]
    statuses: tuple[int, ...]
    extra: tuple[str, ...] = ()
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
        besides = self.narrowing is not None and bool(self.narrowing.besides(self.led_by))
        return self.term or self.reach is not None or besides

    @property
    def led_by(self) -> tuple[str, ...]:
        """The columns with which an index in the order of the sort begins: its first one, behind the owner if there is such."""
        first = str(keys_of(self.entity, self.sort)[0].name)
        return (first, "owner_user_id") if in_order(self.entity, self.sort, True) else (first,)


def build(plan: Plan, dialect: str, among: Among | None = None) -> Any:
    """The statement of a plan, narrowed further to rows `among` some."""
    if plan.along:
        return _paging(plan, _along(plan), dialect)
    where = [*_fixed(plan), *(_each(among) if plan.walk else _at_once(among))]
    if plan.term:
        where += [*_found(plan.entity, plan.by, dialect), *_told_by(plan)]
    if plan.count:
        return _counting(plan, where)
    if plan.reach and plan.by == ACCESS:
        where.append(_reached(plan.entity, plan.reach))
    elif plan.reach:
        where.append(permitted(plan.reach))
    return _paging(plan, where, dialect)


def where_of(plan: Plan, dialect: str) -> list[ColumnElement[bool]]:
    """What the rows of a plan fulfil: for statements that count and add up."""
    where = [_columns(plan.entity).status.in_(_numbers(plan.statuses)), *_fixed(plan)]
    if plan.term:
        where += [*_found(plan.entity, INDEX, dialect), *_told_by(plan)]
    if plan.reach:
        where.append(_reached(plan.entity, plan.reach))
    return where


def _reached(entity: str, reach: Reach) -> ColumnElement[bool]:
    """That the asker may see a row: one of those that each ground of his access finds along its own index."""
    row = _columns(entity)
    live = select(row.id).where(row.deleted_on.is_(None)).correlate(None)  # said again: the indexes hold only those
    return cast(ColumnElement[bool], row.id.in_(union(*(live.where(ground) for ground in grounds(reach)))))


#: `build`, once for each plan.
built = configuration.forgets(lru_cache(512)(build))


@configuration.forgets
@lru_cache(128)
def built_together(plans: tuple[tuple[Plan, Compiled | None], ...], dialect: str) -> Any:
    """The statements of several plans as one: the rows of each in their order, with its place among the plans last."""
    parts = (build(plan, dialect, among).subquery() for plan, among in plans)
    return union_all(*(select(part, _number(i).label("plan")) for i, part in enumerate(parts)))


def _paging(plan: Plan, where: list[ColumnElement[bool]], dialect: str) -> Any:
    """The rows of a page in their order, from one select per status, each along its own index, merged by the database.

    By index or access it is one select instead, its order hidden from the planner: it would rather walk a sort index
    to the end than sort the few rows found.
    """
    layout = layout_of(plan.entity, plan.columns, plan.sort, plan.extra)
    flags = [desc != plan.backward for desc in _directions(plan.sort)]
    wanted = layout.inner(bare=plan.bare)
    if plan.after:
        wanted = wanted.where(_beyond(layout.keys, flags))
    status, numbers = _columns(plan.entity).status, _numbers(plan.statuses)
    if plan.by:
        if not _of_any_status(plan):
            among = _hidden(status) if plan.term or plan.by == ACCESS else status
            where.append(among.in_(numbers))
        return layout.outer(
            _cut(plan, _ordered(wanted.where(*where), map(_hidden, layout.keys), flags)), bare=plan.bare
        )
    if plan.walk and not plan.along:
        wanted = wanted.add_columns(and_(true(), *where).label("holds")).where(*_along(plan))
        walked = _merged([wanted.where(status == n) for n in numbers], layout, flags, dialect, _number(plan.walk))
        return layout.outer(_cut(plan, _holding(walked)), bare=plan.bare)
    parts = [wanted.where(*where, status == n) for n in numbers]
    return layout.outer(_cut(plan, _merged(parts, layout, flags, dialect, _reach_of_page(plan))), bare=plan.bare)


def _merged(parts: list[Any], layout: Layout, flags: list[bool], dialect: str, limit: Any) -> Any:
    """Rows of several indexes in one order, no more than `limit`, each read when its turn comes.

    SQLite merges selects that it may order itself; PostgreSQL those that come ordered, and no longer than what is wanted.
    """
    if len(parts) == 1:
        return _ordered(parts[0], layout.keys, flags).limit(limit)
    if dialect != "sqlite":
        parts = [select(_ordered(part, layout.keys, flags).limit(limit).subquery()) for part in parts]
    return _ordered(union_all(*parts), [column(f"c{i}") for i in range(len(flags))], flags).limit(limit)


def _holding(walked: Any) -> Any:
    """Those of some rows for which the condition holds, in their order: it is asked of one after the other, and of no more
    than the page needs; to order them again would ask it of all.
    """
    rows = walked.subquery().c
    return select(*(each for each in rows if each.name != "holds")).where(rows.holds)


def _of_any_status(plan: Plan) -> bool:
    """Whether the rows that a condition narrows need not be asked for their status: that alone can mean reading them all.

    Notes and posts, which stay out of every list, are told from other activities by it.
    """
    every = {int(status) for status in STATUSES[plan.entity]}
    return plan.by == INDEX and not plan.term and plan.entity != "activity" and set(plan.statuses) == every


def _ordered(statement: Any, keys: Iterable[Any], descending: list[bool]) -> Any:
    return statement.order_by(*(k.desc() if down else k.asc() for k, down in zip(keys, descending, strict=True)))


def _cut(plan: Plan, statement: Any) -> Any:
    """The rows of the page, without those before it."""
    cut = statement.limit(_number(plan.limit))
    return cut if (skipped := _skipped(plan)) is None else cut.offset(skipped)


def _reach_of_page(plan: Plan) -> Any:
    """How many rows there are up to the end of the page."""
    skipped = _skipped(plan)
    return _number(plan.limit) if skipped is None else _number(plan.limit) + skipped


def _skipped(plan: Plan) -> Any:
    """How many rows are before the page; None for the first one."""
    if plan.along:
        return _number(plan.walk)
    return bindparam("offset", type_=Integer) if plan.offset else None


def _number(number: int) -> Any:
    """A number for the planner to reckon with."""
    return literal_column(str(number), Integer)


def _counting(plan: Plan, where: list[ColumnElement[bool]]) -> Any:
    row = _columns(plan.entity)
    status = _hidden(row.status) if plan.term or plan.reach else row.status
    limit = _number(plan.limit)
    found: Any = select(row.id).where(status.in_(_numbers(plan.statuses)), *where)
    if plan.reach:
        found = union(*(select(found.where(ground).limit(limit).subquery()) for ground in grounds(plan.reach)))
    return select(func.count()).select_from(found.limit(limit).subquery())


@dataclass(frozen=True)
class Layout:
    """Which columns a page's rows have: the keys with the id last, the owner's name, parts of the name, more fields.

    `fields` are the cells of the grid, each with the place of its value; `extra` are the places of what was asked for besides.
    """

    keys: list[Any]
    columns: list[Any]
    fields: list[tuple[str, int]]
    id: int
    owner: int
    names: slice
    extra: slice

    def inner(self, bare: bool) -> Any:
        """A select of these columns, labelled c0, c1 …, or of the keys alone; the ids of owners in the place of names."""
        if bare:
            return select(*(key.label(f"c{i}") for i, key in enumerate(self.keys)))
        row = self.keys[-1].table.c
        held = (c.label(f"c{i}") for i, c in enumerate(self.columns) if i != self.owner)
        return select(*held, row.owner_user_id.label("user_id"), row.owner_team_id.label("team_id"))

    def outer(self, page: Any, bare: bool) -> Any:
        """The rows of a page with the names of their owners: they are looked up when it is known which rows they are."""
        if bare:
            return page
        rows, user, team = page.subquery().c, _table(User).c, _table(Team).c
        named = func.coalesce(
            select(user.name).where(user.id == rows.user_id).scalar_subquery(),
            select(team.name).where(team.id == rows.team_id).scalar_subquery(),
            literal_column("''"),
        )
        told = (named if i == self.owner else _told(rows[f"c{i}"]) for i in range(len(self.columns)))
        return select(*(each.label(f"c{i}") for i, each in enumerate(told)))


def _told(held: Any) -> Any:
    """A column of a page: moments as text, for nobody reckons with them."""
    return iso(held) if isinstance(held.type, Moment) else held


@configuration.forgets
@lru_cache(512)
def layout_of(
    entity: str, shown: tuple[str, ...], sort: tuple[tuple[str, bool], ...], extra: tuple[str, ...] = ()
) -> Layout:
    """The columns of a page; `extra` names columns of the table that are no fields of the grid."""
    row, table = _columns(entity), record_table(entity)
    keys = keys_of(entity, sort)
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
    columns = [*keys, None, *names]
    places = []
    for key, cell in cells.items():
        at = next((i for i, c in enumerate(columns) if c is cell), len(columns))
        if at == len(columns):
            columns.append(cell)
        places.append((key, at))
    return Layout(
        keys=keys,
        columns=[*columns, *(row[name] for name in extra)],
        fields=places,
        id=len(keys) - 1,
        owner=len(keys),
        names=slice(len(keys) + 1, len(keys) + 1 + len(names)),
        extra=slice(len(columns), len(columns) + len(extra)),
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


def keys_of(entity: str, sort: tuple[tuple[str, bool], ...]) -> list[Any]:
    """The columns that order a list, the id last."""
    return [*(key_of(entity, key) for key, _ in sort), _columns(entity).id]


@configuration.forgets
@lru_cache(2_000)
def key_of(entity: str, key: str) -> Any:
    row, column = _columns(entity), column_of(entity, key)
    if column and column.order:
        return row[column.order]
    place = place_of(record_table(entity), key)
    assert place, "only known columns are sorted by"
    return order_of(row, place.spec)


def has_index(entity: str, sort: tuple[tuple[str, bool], ...]) -> bool:
    """Whether an index has the rows of any status in the order of the sort."""
    column = column_of(entity, sort[0][0])
    return bool(column and column.order)


@configuration.forgets
@cache
def in_order(entity: str, sort: tuple[tuple[str, bool], ...], mine: bool) -> bool:
    """Whether an index has the rows of the view in the order of the sort; one's own rows have it for fewer sorts."""
    first = keys_of(entity, sort)[0]
    leads = ("owner_user_id", "status", first.name)
    return not mine or any(tuple(i.columns.keys())[:3] == leads for i in _columns(entity).id.table.indexes)


def _directions(sort: tuple[tuple[str, bool], ...]) -> list[bool]:
    return [*(desc for _, desc in sort), sort[-1][1]]


def _numbers(statuses: tuple[int, ...]) -> list[ColumnElement[int]]:
    """The statuses as literals, for the planner to reckon with; without any, one that no record has."""
    return [_number(status) for status in statuses or (-1,)]


def _fixed(plan: Plan) -> list[ColumnElement[bool]]:
    """The conditions of every list: not deleted, and what the view asks for besides a status.

    Of the rows of a walk only what is not said of all of them.
    """
    if plan.walk:
        mine = plan.mine and not in_order(plan.entity, plan.sort, mine=True)
        besides = plan.narrowing.besides(plan.led_by) if plan.narrowing else []
        return [*([_own(_columns(plan.entity))] if mine else []), *besides]
    row = _columns(plan.entity)
    return [row.deleted_on.is_(None), *([_own(row)] if plan.mine else []), *_at_once(plan.narrowing)]


def _at_once(among: Among | None) -> list[ColumnElement[bool]]:
    """A condition for the database to begin with."""
    return [] if among is None else [among.where] if isinstance(among, Compiled) else [among]


def _each(among: Among | None) -> list[ColumnElement[bool]]:
    """A condition for rows that are looked at one after the other."""
    return [part for _, part in among.walked] if isinstance(among, Compiled) else _at_once(among)


def _along(plan: Plan) -> list[ColumnElement[bool]]:
    """What of a plan an index in the order of its sort knows: the rows among which a walk looks for those of the page."""
    row = _columns(plan.entity)
    mine = plan.mine and in_order(plan.entity, plan.sort, mine=True)
    within = plan.narrowing.within(plan.led_by) if plan.narrowing else []
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


def pattern(wanted: str) -> str:
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
    plan = connection.scalar(text(f"EXPLAIN (FORMAT JSON) {like}"), {"like": pattern(wanted)})
    return max(1, int(plan[0]["Plan"]["Plan Rows"]))
