"""Notes which records come into being, so that exactly those can be taken out again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from sqlalchemy import event, func, inspect, select, update
from sqlmodel import Session, SQLModel, col

from rxcrm.models.base import Record
from rxcrm.models.history import History
from rxcrm.models.people import BusinessUnit, User
from rxcrm.models.sampling.tables import UNIT, USER, SampleRecord
from rxcrm.models.tables import RECORDS

#: Ids per statement: databases bound the number of values in one.
AT_ONCE = 500


@contextmanager
def noted(session: Session) -> Iterator[None]:
    """Whatever records, users and units a block makes are sample data; what was taken back in it is none."""
    made: list[SQLModel] = []

    def note(flushed: Session, _context: object) -> None:
        made.extend(row for row in flushed.new if isinstance(row, Record | User | BusinessUnit))

    event.listen(session, "after_flush", note)
    try:
        yield
        session.flush()
    finally:
        event.remove(session, "after_flush", note)
    rows = [row for row in made if inspect(row).persistent]
    session.add_all(SampleRecord(entity=_name(row), record_id=cast(Any, row).id) for row in rows)
    session.flush()


def _name(row: SQLModel) -> str:
    return row.entity if isinstance(row, Record) else USER if isinstance(row, User) else UNIT


def settle(session: Session) -> None:
    """All of it is in: what people change from now on is theirs."""
    session.flush()
    newest = session.scalar(select(func.max(History.id))) or 0
    for entity, table in RECORDS.items():
        columns = cast(Any, table)
        version = select(columns.version).where(columns.id == col(SampleRecord.record_id)).scalar_subquery()
        session.execute(
            update(SampleRecord)
            .where(col(SampleRecord.entity) == entity)
            .values(version=func.coalesce(version, 0), history=newest),
            execution_options={"synchronize_session": False},
        )
    session.expire_all()


def is_in(session: Session) -> bool:
    """Whether there is any sample data."""
    return session.scalar(select(col(SampleRecord.record_id)).limit(1)) is not None


def ids_in(session: Session) -> dict[str, list[int]]:
    """Table → the ids of its sample records, "user" and "unit" among the tables."""
    found: dict[str, list[int]] = {}
    ordered = select(col(SampleRecord.entity), col(SampleRecord.record_id)).order_by(col(SampleRecord.record_id))
    for entity, record_id in session.execute(ordered):
        found.setdefault(entity, []).append(record_id)
    return found
