"""The rows of an export: which ones is settled when it begins, what they hold is read in short batches.

So every row of the list comes once and in its place, whoever works on it meanwhile; one that is deleted, or taken out of
the reader's sight, before it was read is left out.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import bindparam, select
from sqlmodel import Session

from rxcrm.models import configuration, db
from rxcrm.models.access import Reach, Who, permitted, reach_of, visible
from rxcrm.models.db import BigInt
from rxcrm.models.exporting.columns import Column, Scheme, writable
from rxcrm.models.exporting.wanted import Wanted
from rxcrm.models.filters.operators import OWNERS
from rxcrm.models.filters.values import filterable, value_of
from rxcrm.models.lists import every_id
from rxcrm.models.people import Team, User
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.models.timeline.regarding import names_of
from rxcrm.models.views import STATUSES

#: Rows read in one short transaction.
BATCH = 2_000


@dataclass(frozen=True)
class Batch:
    """Some rows, column by column: `values[c][r]`. `currencies[c][r]` are those of the amounts in column `c`."""

    ids: list[int]
    modified: list[datetime]
    values: list[list[Any]]
    currencies: dict[int, list[str]]

    def __len__(self) -> int:
        return len(self.ids)

    def part(self, start: int, end: int) -> Batch:
        """The rows from `start` up to `end`."""
        return Batch(
            self.ids[start:end],
            self.modified[start:end],
            [values[start:end] for values in self.values],
            {at: codes[start:end] for at, codes in self.currencies.items()},
        )


def row_ids(who: Who, wanted: Wanted, now: datetime) -> array[int]:
    """The ids of the rows wanted, in their order; eight bytes for each."""
    if wanted.ids:
        return array("q", dict.fromkeys(wanted.ids))
    return db.read(lambda session: array("q", every_id(Act(session, who, now), wanted.ask)))


def owner_names(session: Session) -> dict[str, dict[int, str]]:
    """The names of everybody who can own records, by id."""
    return {
        "user": _named(session, User),
        "team": _named(session, Team),
    }


def _named(session: Session, table: Any) -> dict[int, str]:
    return {i: name for i, name in session.execute(select(table.id, table.name))}  # noqa: C416


def currencies_of(session: Session, scheme: Scheme, ids: array[int]) -> set[str]:
    """The currencies of the amounts to come, the organisation's included; those of all records where there are many."""
    names = {column.currency for column in scheme.columns if column.currency}
    if not names:
        return set()
    row = cast(Any, scheme.table)
    asked = select(*(getattr(row, name) for name in sorted(names))).distinct()
    if len(ids) <= BATCH:
        asked = asked.where(row.id.in_(ids.tolist()))
    return {code for found in session.execute(asked) for code in found if code} | {scheme.how.currency}


def batches(who: Who, wanted: Wanted, scheme: Scheme, ids: array[int], now: datetime) -> Iterator[Batch]:
    """What the rows hold, BATCH by BATCH; hidden look-ups have no name."""
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH].tolist()
        yield db.read(lambda session: _batch(Act(session, who, now), wanted.entity, scheme, some))  # noqa: B023


def _batch(act: Act, entity: str, scheme: Scheme, ids: list[int]) -> Batch:
    needs = scheme.needs
    reach = reach_of(act.who, scheme.table)
    statement = _statement(entity, tuple(needs), None if reach.everywhere else reach)
    found = {row[0]: row for row in act.session.execute(statement, {"ids": ids, **reach.ids(act.who)})}
    rows = [found[i] for i in ids if i in found]
    place = {name: at for at, name in enumerate(needs, 2)}
    values = [_related(act, column, rows, place) or _values(column, rows, place) for column in scheme.columns]
    _name_links(act, scheme, values)
    currencies = {
        c: [row[place[column.currency]] or scheme.how.currency for row in rows]
        for c, column in enumerate(scheme.columns)
        if column.currency
    }
    return Batch([row[0] for row in rows], [row[1] for row in rows], values, currencies)


@configuration.forgets
@lru_cache(200)
def _statement(entity: str, needs: tuple[str, ...], reach: Reach | None) -> Any:
    row = cast(Any, record_table(entity))
    statuses = [int(status) for status in STATUSES[entity]]
    where = [
        row.id.in_(bindparam("ids", type_=BigInt, expanding=True)),
        row.deleted_on.is_(None),
        row.status.in_(statuses),
        *([] if reach is None else [permitted(reach)]),
    ]
    columns, specs = row.__table__.c, filterable(row)
    held = (columns[name] if name in columns else value_of(columns, specs[name]) for name in needs)
    return select(columns.id, columns.modified_on, *held).where(*where)


def _values(column: Column, rows: list[Any], place: dict[str, int]) -> list[Any]:
    if len(column.needs) == 1:
        at = place[column.needs[0]]
        return column.make([(row[at],) for row in rows])
    wanted = [place[name] for name in column.needs]
    return column.make([tuple(row[at] for at in wanted) for row in rows])


def _related(act: Act, column: Column, rows: list[Any], place: dict[str, int]) -> list[Any]:
    """What the records that a look-up points to hold, as far as the reader may see them; one statement for each column."""
    if column.related is None:
        return []
    table, spec = column.related.table, column.related.spec
    there, at = cast(Any, table).__table__.c, place[column.needs[0]]
    if spec.target == OWNERS:
        held = [there.owner_user_id, there.owner_team_id]
    elif spec.name == "name" and "name" not in there:
        held = [there.first_name, there.last_name]
    else:
        held = [value_of(there, spec)]
    ids = {row[at] for row in rows if row[at]}
    asked = select(there.id, *held).where(there.id.in_(ids), there.deleted_on.is_(None), visible(act.who, table))
    found = {row[0]: tuple(row[1:]) for row in act.session.execute(asked)} if ids else {}
    return column.make([found.get(row[at], (None,) * len(held)) for row in rows])


def _name_links(act: Act, scheme: Scheme, values: list[list[Any]]) -> None:
    """Put names in the places of tables and ids: one statement for all columns, and only what the reader may see."""
    links = [at for at, column in enumerate(scheme.columns) if column.link]
    places = {(entity, i) for at in links for pair in values[at] if pair for entity, i in [pair] if entity and i}
    names = {place: writable(name) for place, name in names_of(act, places).items()} if places else {}
    for at in links:
        values[at] = [names.get(tuple(pair), "") if pair else "" for pair in values[at]]
