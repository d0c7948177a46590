"""Keys follow their records: whatever writes a lead, account or contact, the keys under which it is found change along.

They are written when the session writes the record, so no verb can forget them. Bulk writes, which pass no session,
call `rows_written`; rows that are deleted in bulk are told to `forget` before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, bindparam, event, inspect, select, text
from sqlalchemy.orm.base import NO_VALUE
from sqlmodel import Session

from rxcrm.models.account import Account
from rxcrm.models.base import Record
from rxcrm.models.contact import Contact
from rxcrm.models.lead import Lead
from rxcrm.models.matching.facts import columns_of, facts
from rxcrm.models.matching.keys import keys_of, of_table

#: The tables whose records have keys.
MATCHED: dict[str, type[Record]] = {table.entity: table for table in (Lead, Account, Contact)}
#: What keys are made of; the account of a contact is compared but makes no key.
COLUMNS = {entity: tuple(n for n in columns_of(entity) if n != "account_id") for entity in MATCHED}

_INSERT = text("INSERT INTO match_key (key, record_id) VALUES (:key, :record_id) ON CONFLICT DO NOTHING")
_DELETE = text("DELETE FROM match_key WHERE key = :key AND record_id = :record_id")


def keys_for(entity: str, values: Mapping[str, Any]) -> set[int]:
    """The keys of a record with these values, as they stand in the table."""
    return set(of_table(entity, keys_of(facts(entity, values))))


@event.listens_for(Session, "after_flush")
def _follow(session: Session, _context: object) -> None:
    """Write what changes in the keys of everything that was just written: at most two statements."""
    gone: list[dict[str, int]] = []
    new: list[dict[str, int]] = []
    for row in session.new:
        if isinstance(row, (Lead, Account, Contact)):
            new += _rows(keys_for(row.entity, _now(row)), row.id)
    for row in session.deleted:
        if isinstance(row, (Lead, Account, Contact)):
            gone += _rows(keys_for(row.entity, _before(row)), row.id)
    for row in session.dirty:
        if isinstance(row, (Lead, Account, Contact)) and (before := _before(row)) != (now := _now(row)):
            old, keys = keys_for(row.entity, before), keys_for(row.entity, now)
            gone += _rows(old - keys, row.id)
            new += _rows(keys - old, row.id)
    if gone:
        session.connection().execute(_DELETE, gone)
    if new:
        session.connection().execute(_INSERT, new)


def _now(row: Record) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COLUMNS[row.entity]}


def _before(row: Record) -> dict[str, Any]:
    """The values as they were read from the database."""
    changed = inspect(row).committed_state
    values = {}
    for name in COLUMNS[row.entity]:
        before = changed.get(name, NO_VALUE)
        values[name] = getattr(row, name) if before is NO_VALUE else before
    return values


def _rows(keys: Iterable[int], record_id: int | None) -> list[dict[str, int]]:
    return [{"key": key, "record_id": record_id or 0} for key in keys]


def refresh(session: Session, row: Record) -> None:
    """Write the keys that a record lacks; only for rows that came into the database past the session."""
    if rows := _rows(keys_for(row.entity, _now(row)), row.id):
        session.connection().execute(_INSERT, rows)


def rows_written(
    connection: Connection,
    entity: str,
    rows: Iterable[tuple[int, Mapping[str, Any]]],
    keys: Iterable[set[int] | None] = (),
) -> None:
    """Write the keys of new records that were written in bulk: id and values of each, and its keys where known."""
    if entity not in MATCHED:
        return
    found = [
        (tagged, record_id)
        for (record_id, values), known in zip_longest(rows, keys)
        for tagged in of_table(entity, keys_of(facts(entity, values)) if known is None else known)
    ]
    if not found:
        return
    found.sort()  # along the table, which is ordered by key: several times faster than anyhow
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().executemany("INSERT OR IGNORE INTO match_key VALUES (?, ?)", found)
    else:
        connection.execute(_INSERT, [{"key": key, "record_id": record_id} for key, record_id in found])


def forget(session: Session, entity: str, ids: Sequence[int]) -> None:
    """Remove the keys of records that are about to be deleted in bulk, and what is remembered of them as pairs."""
    if entity not in MATCHED or not ids:
        return
    gone: list[dict[str, int]] = []
    for record_id, values in stored(session.connection(), entity, ids):
        gone += _rows(keys_for(entity, values), record_id)
    if gone:
        session.connection().execute(_DELETE, gone)
    for statement in _FORGET_PAIRS:
        session.execute(statement, {"entity": entity, "ids": list(ids)})


_FORGET_PAIRS = [
    text(f"DELETE FROM {table} WHERE {entity} = :entity AND {record} IN :ids").bindparams(
        bindparam("ids", expanding=True)
    )
    for table, entity, record in (
        ("not_duplicate", "entity", "record_id"),
        ("not_duplicate", "other_entity", "other_id"),
        ("duplicate_pair", "entity", "record_id"),
        ("duplicate_pair", "entity", "other_id"),
    )
]


def stored(connection: Connection, entity: str, ids: Sequence[int]) -> Iterable[tuple[int, Mapping[str, Any]]]:
    """Id and key columns of records by their ids."""
    columns = MATCHED[entity].__table__.c  # type: ignore[attr-defined]
    asked = select(columns.id, *(columns[name] for name in COLUMNS[entity])).where(columns.id.in_(ids))
    return [(row.id, dict(row._mapping)) for row in connection.execute(asked)]
