"""What became of a record that was merged away, for pages and look-ups that still know it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from rxcrm.models import journal, lifecycle, records
from rxcrm.models.base import Record
from rxcrm.models.errors import NotAllowed
from rxcrm.models.operation import Operation, OperationKind
from rxcrm.models.records import Act
from rxcrm.models.tables import RECORDS
from rxcrm.translation import N_

#: The tables whose records can be merged.
MERGEABLE = ("lead", "account", "contact")
#: Merges of merges that are followed; nobody gets that far.
_FARTHEST = 100


@dataclass
class Survivor:
    """The record that another one was merged into; its name and path are empty if the reader may not see it."""

    id: int = 0
    name: str = ""
    path: str = ""


def surviving(session: Session, entity: str, record_id: int) -> int:
    """The id of the record that this one lives on in: its own unless it was merged away, through merges of merges."""
    for _ in range(_FARTHEST):
        master = _master_of(session, entity, record_id)
        if not master or session.get(RECORDS[entity], master) is None:
            break
        record_id = master
    return record_id


def _master_of(session: Session, entity: str, record_id: int) -> int:
    """The record that this one was merged into, 0 if it was not."""
    if entity not in MERGEABLE:
        return 0
    found = journal.latest(session, OperationKind.MERGED_AWAY, entity, record_id)
    return int(found.details["master"]) if found else 0


def survivor_of(act: Act, row: Record) -> Survivor:
    """Where a record that was merged away lives on, as far as the reader may see; id 0 for one that was not.

    Records that can still be edited cost no statement: what is merged away is closed.
    """
    if row.entity not in MERGEABLE or lifecycle.is_open(row):
        return Survivor()
    master = surviving(act.session, row.entity, row.id or 0)
    if master == row.id:
        return Survivor()
    name = records.name_of(act, row.entity, master)
    return Survivor(master, name, f"{row.path}/{master}" if name else "")


def require_kept(session: Session, row: Record) -> None:
    """Raises NotAllowed for a record that was merged away: only taking back the merge opens it again.

    One whose survivor has been purged has nothing left to go back from.
    """
    master = _master_of(session, row.entity, row.id or 0)
    other = session.get(RECORDS[row.entity], master) if master else None
    if other is not None:
        raise NotAllowed(
            N_("%(name)s was merged into %(master)s. Undo the merge there to get it back."),
            name=row.display_name,
            master=other.display_name,
        )


def merged_away(session: Session, entity: str, rows: Iterable[Any]) -> set[int]:
    """Which of some records were merged into others; nothing is asked if all of them can be edited."""
    closed = [row.id for row in rows if not lifecycle.is_open(row)] if entity in MERGEABLE else []
    if not closed:
        return set()
    wanted = select(col(Operation.record_id)).where(
        col(Operation.entity) == entity,
        col(Operation.record_id).in_(closed),
        col(Operation.kind) == OperationKind.MERGED_AWAY.value,
        col(Operation.undone_on).is_(None),
    )
    return set(session.scalars(wanted))
