"""A view asked for rows: along the order of its list, or in another way where few rows hold what is asked for (S 13.15)."""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import repeat
from time import monotonic
from typing import Any, TypeVar, cast

from sqlalchemy import Column as SqlColumn
from sqlalchemy import Date, Float, Integer, Row, SmallInteger

from rxcrm.models import configuration, found_by
from rxcrm.models.access import reach_of
from rxcrm.models.db import Moment
from rxcrm.models.fields import raw
from rxcrm.models.filters.calendar import Clock
from rxcrm.models.filters.conditions import EVERYTHING
from rxcrm.models.filters.sql import Compiled, compiled
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
    keys_of,
    layout_of,
    named_by_index,
    pattern,
    trigrams,
)
from rxcrm.models.records import Act
from rxcrm.models.searching import needle
from rxcrm.models.system_views import newest
from rxcrm.models.tables import record_table
from rxcrm.models.views import View, opened, shape_of

#: A term in more than RARE rows is searched by walking the sort order as far as WALK rows for each status (and WALKED_PER_ROW
#: for each row skipped), and by the index after all if the page is not full by then.
WALK, WALKED_PER_ROW = 2_500, 20
#: So many seconds the first page of a view is not walked for again after it was in vain.
REMEMBERED = 300
#: Who may see at most so many rows gets them by the grounds of his access, without a walk.
FEW = 1_000

Key = tuple[Any, ...]
T = TypeVar("T")


class Query:
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
        found = self.run(way, params)
        if not way.walk or len(found) == limit or not self.run(_beyond(way), params):
            return found
        return self.run(self.after_all(way), params)

    def way(self, plan: Plan, offset: int = 0) -> Plan | None:
        """How the rows are looked for first; None if it is known that there are none.

        Along the sort order only so far: what is asked of the column that comes first in it says where the walk begins and
        ends. If the page is not full by then and more rows follow, they are looked for `after_all` in the other way (S 13.15).
        """
        if not has_index(plan.entity, plan.sort):
            return replace(plan, by=self.others)
        if not plan.narrowed and self.among is None and in_order(plan.entity, plan.sort, plan.mine):
            return plan
        if self.needle:
            expected = self._once("named", lambda: named_by_index(self.connection, self.table, self.needle))
            if expected <= RARE:
                return replace(plan, by=INDEX) if expected else None
        if plan.reach and self._once("few", self._reaches_few):
            return replace(plan, by=ACCESS)
        if self._begins(plan) and monotonic() < self._walks().in_vain_until:
            return replace(plan, by=self.others)
        rows = WALK * len(plan.statuses) + WALKED_PER_ROW * offset
        if plan.offset:  # one statement for several pages
            rows = 1 << rows.bit_length()
        return replace(plan, walk=rows)

    def after_all(self, walk: Plan) -> Plan:
        """The other way, after a walk in vain; for a while the first page is looked for in this way at once."""
        if self._begins(walk):
            self._walks().in_vain_until = monotonic() + REMEMBERED
        return replace(walk, walk=0, by=self.others)

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
    def others(self) -> str:
        """How the rows are found when not along the sort order."""
        return ACCESS if self.plan.reach else INDEX

    def _reaches_few(self) -> bool:
        """Whether the asker may see so few rows, of any status, that sorting them costs less than walking."""
        entity = self.view.entity
        statuses = shape_of(entity, EVERYTHING).statuses
        plan = Plan(entity, (), newest(entity), statuses, limit=FEW + 1, count=True, reach=self.plan.reach)
        return int(self.run(plan)[0][0]) <= FEW

    def count(self, cap: int) -> int:
        """Rows of all statuses, counted no farther than `cap`."""
        plan = replace(self.plan, limit=cap, count=True, by=self.others)
        return int(self.run(plan)[0][0])

    def run(self, plan: Plan, params: dict[str, Any] | None = None) -> list[Row[Any]]:
        """The rows of a plan of this query."""
        dialect, among = self.connection.dialect.name, self.among
        asked_again = among is None or isinstance(among, Compiled)
        statement = built(plan, dialect, among) if asked_again else build(plan, dialect, among)
        return list(self.connection.execute(statement, self.params if params is None else params).all())

    def key(self, row: Row[Any]) -> Key:
        """The sort keys of a row, its id last."""
        return tuple(row[: len(self.keys)])

    def shown(self, found: Sequence[Row[Any]]) -> list[dict[str, str]]:
        """The rows as the grid shows them."""
        if not found:
            return []
        layout, held = self.layout, list(zip(*found, strict=True))
        keys = (*(key for key, _ in layout.fields), "id", "name", "owner")
        names = (" ".join([part for part in parts if part]) for parts in zip(*held[layout.names], strict=True))
        texts = (*(_texts(held[at]) for _, at in layout.fields), _texts(held[layout.id]), names, held[layout.owner])
        return [*map(dict, map(zip, repeat(keys), zip(*texts, strict=True)))]

    def extra(self, found: Sequence[Row[Any]]) -> list[tuple[Any, ...]]:
        """What was asked for beside the grid, row by row."""
        return [tuple(row[self.layout.extra]) for row in found] if self.plan.extra else []

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


def fetched(queries: Sequence[Query], limits: Sequence[int]) -> list[list[Row[Any]]]:
    """The first rows of each of several queries that have their columns and order in common; see `Query.fetch`."""
    found: list[list[Row[Any]]] = [[] for _ in queries]
    ways = {i: way for i, query in enumerate(queries) if (way := query.way(replace(query.plan, limit=limits[i])))}
    _run_together(queries, ways, found)
    short = {i: way for i, way in ways.items() if way.walk and len(found[i]) < limits[i]}
    more = [list[Row[Any]]() for _ in queries]
    _run_together(queries, {i: _beyond(way) for i, way in short.items()}, more)
    _run_together(queries, {i: queries[i].after_all(way) for i, way in short.items() if more[i]}, found)
    return found


def _run_together(queries: Sequence[Query], plans: Mapping[int, Plan], found: list[list[Row[Any]]]) -> None:
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


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _typed(value: Any, column: Any) -> Any:
    """A key that no database stumbles over. Raises ValueError, TypeError, AttributeError or OverflowError."""
    if isinstance(column.type, Moment):
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
