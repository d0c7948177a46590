"""One page of a view, by key: the same few statements whatever the page, the sort or the number of rows (S 13.14-15)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import cmp_to_key
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, text
from sqlmodel import Session

from rxcrm.models.access import visible
from rxcrm.models.base import Record
from rxcrm.models.fields import fields_of, raw
from rxcrm.models.people import Team, User
from rxcrm.models.records import Act
from rxcrm.models.searching import needle
from rxcrm.models.tables import record_table
from rxcrm.models.views import COLUMNS, Column, Moment, View, name_fields, view_of

PAGE_SIZES = (50, 100, 250)
#: Counts stop here; beyond it the page says "10,000+".
COUNT_CAP = 10_000
#: A page number in the address is honoured up to here (S 13.14); farther pages are reached by cursor.
LAST_NUMBERED_PAGE = 200
#: A term found in more rows than this is searched by walking the sort order, a rarer one by the trigram index.
RARE = 1_000


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
    backward = ask.last or bool(ask.before)
    cursor = None if ask.last else query.decode(ask.before or ask.after)
    offset = 0
    if cursor is None and not backward and 1 < ask.page <= LAST_NUMBERED_PAGE:
        offset = (ask.page - 1) * size
    keys = query.keys(size + 1, cursor, backward, offset)
    more = len(keys) > size
    keys = keys[:size]
    if backward:
        keys.reverse()
    rows = query.rows([k[-1] for k in keys], columns)
    return Page(
        view=view,
        columns=columns,
        sort=sort,
        rows=rows,
        first=query.encode(keys[0]) if keys else "",
        last=query.encode(keys[-1]) if keys else "",
        more_after=bool(ask.before) if backward else more,
        more_before=more if backward else bool(cursor or offset),
    )


def count(act: Act, ask: Ask) -> int:
    """How many rows the view holds for the asker, counted up to COUNT_CAP + 1."""
    view = view_of(ask.entity, ask.view)
    query = _Query(act, view, _known_sort(view, ask.sort), ask.search)
    return query.count(COUNT_CAP + 1)


@dataclass
class Hit:
    """One record found by global search or a look-up: its name and a second line to tell it apart."""

    id: int
    name: str
    detail: str


def find(act: Act, entity: str, term: str, limit: int = 8, among: ColumnElement[bool] | None = None) -> list[Hit]:
    """The newest visible records of any status that contain a term; `among` narrows them further."""
    table = record_table(entity)
    row = cast(Any, table)
    statement = select(row).where(row.deleted_on.is_(None), visible(act.who, table))
    if among is not None:
        statement = statement.where(among)
    if wanted := needle(term):
        statement = statement.where(_contains(act.session, table, wanted))
    found = act.session.scalars(statement.order_by(row.created_on.desc(), row.id.desc()).limit(limit))
    return [Hit(r.id, r.display_name, detail_of(r)) for r in found]


def detail_of(row: Any) -> str:
    """The line under a name: company, mail address, phone and city, as far as known."""
    parts = [
        getattr(row, n, "") for n in ("company_name", "job_title", "email", "main_phone", "business_phone", "city")
    ]
    return " · ".join(p for p in parts if p)


# -- the query -------------------------------------------------------------------------------------------------------

Key = tuple[Any, ...]


class _Query:
    """A view with its order and search term, made into statements."""

    def __init__(self, act: Act, view: View, sort: tuple[tuple[str, bool], ...], search: str) -> None:
        self.session, self.who = act.session, act.who
        self.view, self.sort = view, sort
        self.table = record_table(view.entity)
        row = cast(Any, self.table)
        self.orders = [getattr(row, COLUMNS[view.entity][key].order) for key, _ in sort]
        self.descending = [desc for _, desc in sort] + [sort[-1][1]]
        at = Moment(act.who, act.organisation, act.now)
        self.where = [row.deleted_on.is_(None), *view.where(at)]
        if view.mine:
            self.where.append(row.owner_user_id == act.who.id)
        access = visible(act.who, self.table)
        if str(access) != "true":
            self.where.append(access)
        self.needle = needle(search)

    def keys(self, limit: int, cursor: Key | None, backward: bool, offset: int) -> list[Key]:
        """Sort keys and ids of the next rows from the cursor, one statement per status, merged."""
        row = cast(Any, self.table)
        flags = [desc != backward for desc in self.descending]
        columns = [*self.orders, row.id]
        ordered = [c.desc() if f else c.asc() for c, f in zip(columns, flags, strict=True)]
        where = [*self.where, *self._searched()]
        if cursor is not None:
            where.append(_beyond(columns, cursor, flags))
        found: list[Key] = []
        for status in self.view.statuses:
            statement = select(*columns).where(row.status == int(status), *where).order_by(*ordered)
            found += [tuple(r) for r in self.session.execute(statement.limit(limit + offset))]
        if len(self.view.statuses) > 1:
            found.sort(key=cmp_to_key(lambda a, b: _compare(a, b, flags)))
        return found[offset : offset + limit]

    def rows(self, ids: list[int], columns: list[Column]) -> list[dict[str, str]]:
        """The shown columns of these rows, in this order; one statement."""
        if not ids:
            return []
        row = cast(Any, self.table)
        fields = [c.key for c in columns if c.key in fields_of(self.table)]
        names = name_fields(self.table)
        statement = (
            select(row.id, func.coalesce(User.name, Team.name, ""), *names, *(getattr(row, f) for f in fields))
            .join(User, cast(Any, User.id) == row.owner_user_id, isouter=True)
            .join(Team, cast(Any, Team.id) == row.owner_team_id, isouter=True)
            .where(row.id.in_(ids))
        )
        found = {}
        for identity, owner, *values in self.session.execute(statement):
            name = " ".join(v for v in values[: len(names)] if v)
            shown = dict(zip(fields, map(raw, values[len(names) :]), strict=True))
            found[identity] = {**shown, "id": str(identity), "name": name, "owner": owner}
        return [found[i] for i in ids if i in found]

    def count(self, cap: int) -> int:
        """Rows of all statuses, counted no farther than `cap`."""
        row = cast(Any, self.table)
        statuses = [int(s) for s in self.view.statuses]
        inner = select(literal_column("1")).select_from(self.table).where(row.status.in_(statuses), *self.where)
        if self.needle:
            inner = inner.where(_contains(self.session, self.table, self.needle))
        return self.session.scalar(select(func.count()).select_from(inner.limit(cap).subquery())) or 0

    def _searched(self) -> list[ColumnElement[bool]]:
        """The search as a condition, by the plan that fits the term's frequency (S 13.15)."""
        if not self.needle:
            return []
        if is_rare(self.session, self.table, self.needle):
            return [_contains(self.session, self.table, self.needle)]
        return [_walks_past(self.table, self.needle)]

    def encode(self, key: Key) -> str:
        """A cursor for the address: the sort it belongs to and the row's keys."""
        packed = json.dumps([[k for k, _ in self.sort], [_plain(k) for k in key]], separators=(",", ":"))
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")

    def decode(self, cursor: str) -> Key | None:
        """The keys in a cursor; None for an empty, foreign or damaged one (then the list starts at its beginning)."""
        if not cursor or len(cursor) > 2000:
            return None
        try:
            sort, keys = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            if sort != [k for k, _ in self.sort] or len(keys) != len(self.orders) + 1:
                return None
            typed = [c.type.python_type for c in self.orders]
            return (*(_typed(k, t) for k, t in zip(keys, typed, strict=False)), int(keys[-1]))
        except (ValueError, TypeError):
            return None


def _known_sort(view: View, asked: tuple[tuple[str, bool], ...]) -> tuple[tuple[str, bool], ...]:
    known = COLUMNS[view.entity]
    sort = {key: desc for key, desc in asked if key in known and known[key].order}
    return tuple(sort.items())[:3] or view.sort


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _typed(value: Any, kind: type) -> Any:
    if kind is datetime:
        return datetime.fromisoformat(value)
    if not isinstance(value, kind):
        raise TypeError
    return value


def _beyond(columns: list[Any], cursor: Key, descending: list[bool]) -> ColumnElement[bool]:
    """Rows after the cursor in lexicographic order of mixed directions, led by a bound that the index can use."""
    first, value = columns[0], cursor[0]
    bound = first <= value if descending[0] else first >= value
    ways = []
    for i, (column, key, down) in enumerate(zip(columns, cursor, descending, strict=True)):
        same = [c == k for c, k in zip(columns[:i], cursor[:i], strict=True)]
        ways.append(and_(*same, column < key if down else column > key))
    return and_(bound, or_(*ways))


def _compare(a: Key, b: Key, descending: list[bool]) -> int:
    for x, y, down in zip(a, b, descending, strict=True):
        if x != y:
            return (-1 if x < y else 1) * (-1 if down else 1)
    return 0


# -- substring search ------------------------------------------------------------------------------------------------


def _pattern(wanted: str) -> str:
    escaped = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _walks_past(table: type[Record], wanted: str) -> ColumnElement[bool]:
    """The condition alone: for common terms, tested along the sort index until the page is full."""
    return cast(Any, table).search_text.like(_pattern(wanted), escape="\\")


def _contains(session: Session, table: type[Record], wanted: str) -> ColumnElement[bool]:
    """The condition led by the trigram index: for rare terms."""
    exact = _walks_past(table, wanted)
    if session.get_bind().dialect.name != "sqlite":
        return exact
    index = f"{table.entity}_search"
    match = text(f"{index} MATCH :grams").bindparams(grams=trigrams(wanted))
    return and_(cast(Any, table).id.in_(select(literal_column("rowid")).select_from(text(index)).where(match)), exact)


def trigrams(wanted: str) -> str:
    """The FTS5 expression "every trigram of the term occurs"."""
    grams = dict.fromkeys(wanted[i : i + 3] for i in range(len(wanted) - 2))
    return " ".join('"' + g.replace('"', '""') + '"' for g in grams)


def is_rare(session: Session, table: type[Record], wanted: str) -> bool:
    """Whether the trigram index finds at most RARE candidates; looked at no farther than that."""
    if session.get_bind().dialect.name == "sqlite":
        found = session.scalar(
            text(
                f"SELECT count(*) FROM (SELECT 1 FROM {table.entity}_search"
                f" WHERE {table.entity}_search MATCH :grams LIMIT :cap)"
            ),
            {"grams": trigrams(wanted), "cap": RARE + 1},
        )
        return bool((found or 0) <= RARE)
    # PostgreSQL: the same question to the GIN index, which may stop early at a fuzzy limit.
    session.execute(text(f"SET LOCAL gin_fuzzy_search_limit = {RARE * 4}"))
    session.execute(text("SET LOCAL enable_seqscan = off"))
    found = session.scalar(
        text(f"SELECT count(*) FROM (SELECT 1 FROM {table.entity} WHERE search_text LIKE :p ESCAPE '\\' LIMIT :cap) t"),
        {"p": _pattern(wanted), "cap": RARE + 1},
    )
    session.execute(text("SET LOCAL gin_fuzzy_search_limit = 0"))
    session.execute(text("SET LOCAL enable_seqscan = on"))
    return bool((found or 0) <= RARE)
