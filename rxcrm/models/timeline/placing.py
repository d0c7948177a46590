"""Where an activity stands on the timelines of everybody who takes part in it: the only writer of parties."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import cache
from typing import Any, cast

from sqlalchemy import bindparam, case, delete, insert, update
from sqlmodel import Session, col, select

from rxcrm.models.activity import Activity, Attachment, Party
from rxcrm.models.base import Record
from rxcrm.models.choices import PartyRole
from rxcrm.models.notification import Follow, Notification, Visit

_PARTY: Any = cast(Any, Party)
_ACTIVITY: Any = cast(Any, Activity)


class Bucket(IntEnum):
    """The part of a timeline that shows an activity. Hidden: shown by another part of the same record, or as a reply."""

    STREAM = 0
    PLANNED = 1
    PINNED = 2
    HIDDEN = 9


@dataclass(frozen=True)
class PartyInput:
    """Who takes part, and as what: a record (`entity`, `record_id`), a user, or a bare mail address."""

    role: PartyRole
    entity: str = ""
    record_id: int | None = None
    name: str = ""
    address: str = ""


def bucket_of(row: Activity) -> Bucket:
    """Pinned ones first, what is still to be done next, everything else in the order of time."""
    if row.is_reply:
        return Bucket.HIDDEN
    if row.pinned:
        return Bucket.PINNED
    return Bucket.PLANNED if row.is_open else Bucket.STREAM


def place(session: Session, row: Activity, parties: Sequence[PartyInput] | None = None) -> None:
    """Bring the parties of a flushed activity up to date; with `parties` they replace those of before.

    The record that it regards is always a party, and the one that its own timeline shows.
    """
    if parties is None:
        bucket = bucket_of(row)
        moved = case((_PARTY.bucket == int(Bucket.HIDDEN), int(Bucket.HIDDEN)), else_=int(bucket))
        session.execute(
            update(Party).where(_PARTY.activity_id == row.id).values(at=row.modified_on, bucket=moved),
            execution_options={"synchronize_session": False},
        )
        return
    session.execute(delete(Party).where(_PARTY.activity_id == row.id))
    session.add_all(Party(**part) for part in parts(row, row.id or 0, parties))
    session.flush()


def place_new(session: Session, placed: Iterable[tuple[Activity, int, Sequence[PartyInput]]]) -> None:
    """Write the parties of activities that were written in bulk: each with its id, and with whom it has; one statement.

    An activity may be anything with its attributes.
    """
    rows = [part for row, activity_id, parties in placed for part in parts(row, activity_id, parties)]
    if rows:
        session.connection().execute(insert(_PARTY.__table__), rows)


def parts(row: Activity, activity_id: int, parties: Sequence[PartyInput]) -> list[dict[str, Any]]:
    """The parties of an activity as they are stored, what it regards first."""
    bucket = bucket_of(row)
    shown: set[tuple[str, int]] = set()
    found = []
    for party in [*_regarding(row), *parties]:
        target = (party.entity, party.record_id or 0)
        first = bool(party.record_id) and target not in shown
        shown.add(target)
        found.append(
            {
                "activity_id": activity_id,
                "role": int(party.role),
                "entity": party.entity,
                "record_id": party.record_id,
                "name": party.name[:160],
                "address": party.address[:254],
                "at": row.modified_on,
                "bucket": int(bucket if first else Bucket.HIDDEN),
            }
        )
    return found


def _regarding(row: Activity) -> list[PartyInput]:
    if not row.regarding_id:
        return []
    return [PartyInput(PartyRole.REGARDING, row.regarding_entity, row.regarding_id)]


def parties_of(session: Session, activity_ids: Iterable[int]) -> dict[int, list[Party]]:
    """Everybody in several activities, in the order in which they were named; one statement."""
    found: dict[int, list[Party]] = {}
    for party in session.scalars(_taking_part(), {"ids": list(activity_ids)}):
        found.setdefault(party.activity_id, []).append(party)
    return found


@cache
def _taking_part() -> Any:
    return select(Party).where(_PARTY.activity_id.in_(bindparam("ids", expanding=True))).order_by(_PARTY.id)


def touched_by(session: Session, row: Activity) -> list[tuple[str, int]]:
    """Every record on whose timeline this activity stands."""
    pairs = session.execute(
        select(Party.entity, Party.record_id)
        .where(Party.activity_id == row.id, col(Party.record_id).is_not(None), Party.entity != "user")
        .distinct()
    )
    return [(entity, record_id) for entity, record_id in pairs]


# -- deleted with the record that they regard ------------------------------------------------------------------------


def regarding(session: Session, entity: str, record_ids: Sequence[int]) -> list[int]:
    """The ids of the activities that regard some records, deleted ones too."""
    wanted = select(Activity.id).where(
        Activity.regarding_entity == entity, col(Activity.regarding_id).in_(list(record_ids))
    )
    return [found for found in session.exec(wanted) if found is not None]


def bin_regarding(session: Session, row: Record) -> None:
    """What regards a record goes to the recycle bin with it, marked by the same moment."""
    _mark(session, row, _ACTIVITY.deleted_on.is_(None), row.deleted_on, row.deleted_by_id)


def restore_regarding(session: Session, row: Record) -> None:
    """What went to the recycle bin with a record comes back with it; what was deleted before stays there."""
    _mark(session, row, _ACTIVITY.deleted_on == row.deleted_on, None, None)


def _mark(session: Session, row: Record, which: Any, when: datetime | None, by: int | None) -> None:
    session.execute(
        update(Activity)
        .where(_ACTIVITY.regarding_entity == row.entity, _ACTIVITY.regarding_id == row.id, which)
        .values(deleted_on=when, deleted_by_id=by, version=_ACTIVITY.version + 1),
        execution_options={"synchronize_session": "fetch"},
    )


def forget(session: Session, entity: str, record_ids: Sequence[int]) -> None:
    """Take records that go for good off the timelines: as parties they stay with their names."""
    session.execute(
        update(Party)
        .where(_PARTY.entity == entity, _PARTY.record_id.in_(record_ids))
        .values(entity="", record_id=None, bucket=int(Bucket.HIDDEN)),
        execution_options={"synchronize_session": False},
    )
    for table in (Follow, Visit, Notification):
        columns = cast(Any, table)
        session.execute(delete(table).where(columns.entity == entity, columns.record_id.in_(record_ids)))


def forget_activities(session: Session, activity_ids: Sequence[int]) -> None:
    """Remove what belongs to activities that go for good. Their files' bytes are swept once nothing names them."""
    for table in (Party, Attachment, Notification):
        session.execute(delete(table).where(cast(Any, table).activity_id.in_(activity_ids)))
