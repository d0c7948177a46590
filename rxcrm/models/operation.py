"""Verbs that can be taken back as a whole, with what each of them wrote (S 3.5, 7.8 [OURS])."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Index, String, select
from sqlmodel import Field, SQLModel, col

from rxcrm.models.base import identity
from rxcrm.models.db import BigInt, Json, Moment


class OperationKind(StrEnum):
    QUALIFY = "qualify"
    DISQUALIFY = "disqualify"
    MERGE = "merge"
    #: On each record that a merge closed: `details` name the operation and the record that it went into.
    MERGED_AWAY = "merged_away"
    DELETE = "delete"
    EDIT = "edit"
    ASSIGN = "assign"
    REACTIVATE = "reactivate"
    #: One command on many records: it stands on no record, and its parts name it in their `details` (rxcrm.models.bulk).
    BULK = "bulk"


class Operation(SQLModel, table=True):
    """One verb carried out on one record: the lead that was qualified, the record that others were merged into.

    `journal` is everything that it wrote (rxcrm.models.journal); `details` is what its own module wants to remember.
    """

    __table_args__ = (Index("ix_operation_record", "entity", "record_id", "id"),)
    id: int | None = identity()
    kind: str = Field(sa_type=String(20))
    entity: str = Field(sa_type=String(40))
    record_id: int = Field(sa_type=BigInt)
    by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    at: datetime = Field(sa_type=Moment)
    undone_on: datetime | None = Field(default=None, sa_type=Moment)
    undone_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    journal: list[Any] = Field(default_factory=list, sa_type=Json)
    details: dict[str, Any] = Field(default_factory=dict, sa_type=Json)


def is_kept(entity: str, record_id: Any) -> ColumnElement[bool]:
    """The condition that no merge has closed the record of this id, a column of its table."""
    gone = select(col(Operation.id)).where(
        col(Operation.entity) == entity,
        col(Operation.record_id) == record_id,
        col(Operation.kind) == OperationKind.MERGED_AWAY.value,
        col(Operation.undone_on).is_(None),
    )
    return ~gone.exists()
