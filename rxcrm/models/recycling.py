"""The recycle bin: what is deleted lies there for 30 days and comes back with everything that regards it (S 3.8, 13.6)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, exists, false, func, or_
from sqlmodel import col, select

from rxcrm.models import found_by, records
from rxcrm.models.access import REGARDED, Privilege, visible
from rxcrm.models.activity import Activity, Attachment
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind
from rxcrm.models.connection import Connection
from rxcrm.models.errors import NotAllowed
from rxcrm.models.filters.values import words_in
from rxcrm.models.history import History
from rxcrm.models.journal import Journal
from rxcrm.models.lists import detail_of
from rxcrm.models.operation import Operation, OperationKind
from rxcrm.models.people import User
from rxcrm.models.records import BIN_LIFE, Act
from rxcrm.models.searching import needle
from rxcrm.models.tables import RECORDS, record_table
from rxcrm.translation import N_

#: Records per page of the bin.
PAGE = 50
#: Ids per statement: databases bound the number of values in one.
MOST = 1_000


def delete(act: Act, row: Record) -> Operation:
    """Move a record, found with DELETE, to the recycle bin; the operation can be undone from the message."""
    if row.deleted_on is not None:
        raise NotAllowed(N_("%(name)s is in the recycle bin already."), name=row.display_name)
    records.bin(act, row)
    return Journal(act).close(OperationKind.DELETE, row)


def undo(act: Act, operation: Operation) -> None:
    """Bring back what one deletion took. Raises NotFound for a record that is not in the bin, or not the user's to delete."""
    records.restore(act, record_table(operation.entity), operation.record_id)
    operation.undone_on, operation.undone_by_id = act.now, act.who.id
    act.session.flush()


# -- what goes along -------------------------------------------------------------------------------------------------


@dataclass
class Along:
    """How much goes along when records are deleted: the confirmation says it (S 3.8 [OURS])."""

    records: int = 0
    activities: int = 0
    notes: int = 0
    attachments: int = 0
    connections: int = 0
    history: int = 0


def along(act: Act, entity: str, ids: Sequence[int]) -> Along:
    """What goes along with those of some records that the asker may delete; the others are not counted."""
    table = cast(Any, record_table(entity))
    wanted = select(table.id).where(
        table.id.in_(list(ids)[:MOST]), table.deleted_on.is_(None), visible(act.who, table, Privilege.DELETE)
    )
    found = list(act.session.scalars(wanted))
    if not found:
        return Along()
    regards = (
        col(Activity.regarding_entity) == entity,
        col(Activity.regarding_id).in_(found),
        col(Activity.deleted_on).is_(None),
    )
    kinds = dict(
        act.session.execute(select(Activity.kind, func.count()).where(*regards).group_by(col(Activity.kind))).all()
    )
    written = sum(kinds.get(int(kind), 0) for kind in (ActivityKind.NOTE, ActivityKind.POST))
    files = select(func.count()).select_from(Attachment).join(Activity, col(Attachment.activity_id) == col(Activity.id))
    return Along(
        records=len(found),
        activities=sum(kinds.values()) - written,
        notes=written,
        attachments=act.session.scalar(files.where(*regards)) or 0,
        connections=_count(act, Connection, entity, found),
        history=_count(act, History, entity, found),
    )


def _count(act: Act, table: Any, entity: str, ids: list[int]) -> int:
    counted = select(func.count()).select_from(table).where(table.entity == entity, table.record_id.in_(ids))
    return act.session.scalar(counted) or 0


# -- what lies there -------------------------------------------------------------------------------------------------


@dataclass
class Binned:
    """A record in the bin: who put it there and when (ISO), and for how many days it can still be restored."""

    key: str
    entity: str
    id: int
    name: str
    detail: str
    who: str
    at: str
    days_left: int


@dataclass
class Bin:
    """A page of the bin, and whether there is more."""

    rows: list[Binned]
    more: bool


def page(act: Act, entity: str = "", term: str = "", after: str = "") -> Bin:
    """What the asker may restore, latest first; of one table, with a term in it, behind a key of an earlier page.

    Activities that went with the record that they regard are not listed: they come back with it.
    """
    found: list[tuple[int, Record]] = []
    last = _find(act, after)
    for rank, (name, table) in enumerate(RECORDS.items()):
        if entity in ("", name):
            found += [(rank, row) for row in _of_table(act, table, rank, term, last)]
    found.sort(key=lambda one: one[1].id or 0, reverse=True)
    found.sort(key=lambda one: one[0])
    found.sort(key=_when, reverse=True)
    rows = [row for _, row in found]
    return Bin(_shown(act, rows[:PAGE]), len(rows) > PAGE)


def _when(one: tuple[int, Record]) -> float:
    return one[1].deleted_on.timestamp() if one[1].deleted_on else 0.0


def _find(act: Act, key: str) -> tuple[int, Record] | None:
    """The record behind a key ("lead:5"), with the rank of its table."""
    entity, _, number = key.partition(":")
    if entity not in RECORDS or not (number.isascii() and number.isdecimal() and len(number) < 18):
        return None
    row = act.session.get(RECORDS[entity], int(number))
    return (list(RECORDS).index(entity), row) if row is not None and row.deleted_on is not None else None


def _of_table(act: Act, table: type[Record], rank: int, term: str, last: tuple[int, Record] | None) -> Sequence[Record]:
    columns = cast(Any, table)
    where: list[ColumnElement[bool]] = [
        columns.deleted_on.is_not(None),
        columns.deleted_on >= act.now - BIN_LIFE,
        visible(act.who, table, Privilege.DELETE),
    ]
    if looked_for := needle(term):
        where.append(columns.search_text.contains(looked_for, autoescape=True))
        if (seen := found_by.readable(table, act.who.conventions)) is not None:
            row = columns.__table__.c
            texts = [text for name in seen for text in words_in(table, row, name)]
            where.append(or_(false(), *(text.contains(looked_for, autoescape=True) for text in texts)))
    if table is Activity:
        where.append(_alone())
    if last is not None:
        at = last[1].deleted_on
        same: Any = columns.deleted_on == at
        if rank == last[0]:
            same = and_(same, columns.id < last[1].id)
        where.append(columns.deleted_on < at if rank < last[0] else or_(columns.deleted_on < at, same))
    wanted = select(table).where(*where).order_by(columns.deleted_on.desc(), columns.id.desc())
    return act.session.scalars(wanted.limit(PAGE + 1)).all()


def _alone() -> ColumnElement[bool]:
    """Activities that regard nothing in the bin."""
    activity = cast(Any, Activity)
    gone = []
    for entity in REGARDED:
        table = cast(Any, record_table(entity))
        binned = exists().where(table.id == activity.regarding_id, table.deleted_on.is_not(None)).correlate(Activity)
        gone.append(and_(activity.regarding_entity == entity, binned))
    return ~or_(*gone)


def _shown(act: Act, rows: list[Record]) -> list[Binned]:
    by = {row.deleted_by_id for row in rows if row.deleted_by_id}
    names = {u.id: u.name for u in act.session.scalars(select(User).where(col(User.id).in_(by)))} if by else {}
    return [
        Binned(
            key=f"{row.entity}:{row.id}",
            entity=row.entity,
            id=row.id or 0,
            name=row.display_name,
            detail=detail_of(act, row),
            who=names.get(row.deleted_by_id, ""),
            at=row.deleted_on.isoformat(),
            days_left=max(0, math.ceil((row.deleted_on + BIN_LIFE - act.now) / timedelta(days=1))),
        )
        for row in rows
        if row.deleted_on is not None
    ]
