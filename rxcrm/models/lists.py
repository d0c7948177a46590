"""One page of a view, by key: the same few statements whatever the page, the sort or the number of rows (S 13.14-15)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, select

from rxcrm.models import configuration
from rxcrm.models.cells import dress, told
from rxcrm.models.db import engine
from rxcrm.models.filters.conditions import EVERYTHING, BadFilter, Group
from rxcrm.models.filters.sql import Compiled, compiled, compiled_together
from rxcrm.models.list_queries import Query, fetched
from rxcrm.models.list_statements import ACCESS, INDEX, Among, built, key_of, where_of
from rxcrm.models.merging import merged_away
from rxcrm.models.records import Act, known
from rxcrm.models.saved_view import Purpose
from rxcrm.models.saved_views import resolve
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
#: More rows than any view has, and rows that `every_id` fetches at once.
ALL_ROWS, FETCHED = 2**31 - 1, 10_000
#: All records of an entity whatever their status, without columns: what global search and look-ups go through.
_EVERYTHING = {entity: View("", "", entity, EVERYTHING, (), newest(entity)) for entity in VIEWS}


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
    query = Query(act, view, ask.search, among, extra=extra)
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
    shown = _page(query, found)
    shown.more_after = not ask.last if backward else more
    shown.more_before = more if backward else bool(cursor or offset)
    dress(act, view.entity, query.view.columns, shown.rows)
    return shown


def _page(query: Query, found: Sequence[Row[Any]]) -> Page:
    """Rows that were found, as a page that is not yet dressed."""
    return Page(
        view=query.view,
        columns=columns_of(query.view),
        sort=query.view.sort,
        rows=query.shown(found),
        first=query.encode(found[0]) if found else "",
        last=query.encode(found[-1]) if found else "",
        extra=query.extra(found),
    )


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
        Query(act, view, search, part.among, narrowing if rest else None, extra)
        for view, part, narrowing, rest in zip(views, parts, narrowings, rests, strict=True)
    ]
    for query in queries:
        query.known = queries[0].known
    pages = []
    for query, part, found in zip(queries, parts, fetched(queries, [p.size + 1 for p in parts]), strict=True):
        page = _page(query, found[: part.size])
        page.more_after = len(found) > part.size
        pages.append(page)
    dress(act, views[0].entity, views[0].columns, [row for page in pages for row in page.rows])
    return pages


def count(act: Act, ask: Ask) -> int:
    """How many rows the view holds for the asker, counted up to COUNT_CAP + 1."""
    return count_of(act, viewed(act, ask), ask.search)


def count_of(act: Act, view: View, search: str = "") -> int:
    """The same of a view that is known already."""
    return Query(act, view, search).count(COUNT_CAP + 1)


def every_id(act: Act, ask: Ask) -> Iterator[int]:
    """The ids of all rows of a view that the asker may see, in its order: as they are at this moment, each once.

    One statement on a connection of its own, fetched little by little; pages, cursors and `size` are not looked at.
    """
    query = Query(act, viewed(act, ask), ask.search)
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
    query = Query(act, view, search)
    return where_of(query.plan, query.connection.dialect.name), query.params


def some(act: Act, ask: Ask, ids: Sequence[int]) -> list[dict[str, str]]:
    """These records with the columns of a view, as far as the asker may see them, whether the view holds them or not."""
    return some_of(act, replace(viewed(act, ask), where=EVERYTHING), ids)


def some_of(act: Act, view: View, ids: Sequence[int], search: str = "") -> list[dict[str, str]]:
    """Those of these records that a view holds for the asker, with its columns."""
    query = Query(act, view, search, cast(Any, record_table(view.entity)).id.in_(list(ids)))
    rows = query.shown(query.run(replace(query.plan, limit=max(len(ids), 1), by=query.others)))
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
    query = Query(act, replace(_EVERYTHING[entity], where=view.where, sort=sort), term, among)
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


def _hits(act: Act, view: View, query: Query, limit: int) -> tuple[list[Hit], int]:
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


def _known_sort(view: View, asked: tuple[tuple[str, bool], ...]) -> tuple[tuple[str, bool], ...]:
    def known(sort: tuple[tuple[str, bool], ...]) -> tuple[tuple[str, bool], ...]:
        found = {key: desc for key, desc in sort if (column := column_of(view.entity, key)) and column.sortable}
        return tuple(found.items())[:3]

    return known(asked) or known(view.sort) or VIEWS[view.entity][0].sort


def ordered_by(view: View) -> list[Any]:
    """The columns by which a view is ordered, each in its direction: for statements of other makers."""
    return [
        key_of(view.entity, key).desc() if down else key_of(view.entity, key) for key, down in _known_sort(view, ())
    ]
