"""One row per export: who took which records out, when, and where the file is while it is kept."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, String
from sqlmodel import Field, SQLModel

from rxcrm.models.base import identity
from rxcrm.models.db import BigInt, Json, Moment
from rxcrm.translation import N_


class ExportStatus(StrEnum):
    """Where an export stands. Only one that is done has a file."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELED = "canceled"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    ExportStatus.WAITING: N_("Waiting"),
    ExportStatus.RUNNING: N_("Exporting"),
    ExportStatus.DONE: N_("Completed"),
    ExportStatus.CANCELED: N_("Canceled"),
    ExportStatus.FAILED: N_("Failed"),
}
#: An export that still may bring forth a file.
UNFINISHED = (ExportStatus.WAITING.value, ExportStatus.RUNNING.value)


class ExportRun(SQLModel, table=True):
    """One export. `wanted` is what was asked for (rxcrm.models.exporting.wanted.Wanted); `position` of `total` its progress.

    `stored_as` names the file while it is kept; it is empty before and after. `cut` counts cells whose text was longer
    than a cell of the format holds. `message` says why it failed: a message of the catalogue with its values.
    """

    __tablename__ = "export_run"
    __table_args__ = (Index("ix_export_run_maker", "created_by_id", "id"), Index("ix_export_run_made", "created_on"))
    id: int | None = identity()
    entity: str = Field(sa_type=String(40))
    format: str = Field(sa_type=String(10))
    wanted: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    file_name: str = Field(default="", sa_type=String(255))
    stored_as: str = Field(default="", sa_type=String(80))
    size: int = Field(default=0, sa_type=BigInt)
    status: str = Field(default=ExportStatus.WAITING.value, sa_type=String(20))
    total: int = Field(default=0, sa_type=Integer)
    position: int = Field(default=0, sa_type=Integer)
    cut: int = Field(default=0, sa_type=Integer)
    message: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    job_id: int | None = Field(default=None, sa_type=BigInt)
    created_by_id: int = Field(foreign_key="user.id", sa_type=BigInt)
    created_on: datetime = Field(sa_type=Moment)
    finished_on: datetime | None = Field(default=None, sa_type=Moment)
