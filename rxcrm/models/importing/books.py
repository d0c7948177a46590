"""The books of an import: what came in, row by row (accepted + rejected + blank = data rows)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, String, Text
from sqlmodel import Field, SQLModel

from rxcrm.models.base import identity
from rxcrm.models.db import BigInt, Json, Moment
from rxcrm.models.errors import CrmError
from rxcrm.translation import N_


class RunStatus(StrEnum):
    """Where an import stands. Failed and cancelled ones left nothing behind."""

    UPLOADED = "uploaded"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return _STATUS_LABELS[self]


_STATUS_LABELS = {
    RunStatus.UPLOADED: N_("Uploaded"),
    RunStatus.RUNNING: N_("Importing"),
    RunStatus.DONE: N_("Completed"),
    RunStatus.CANCELLED: N_("Cancelled"),
    RunStatus.FAILED: N_("Failed"),
}


class ImportRun(SQLModel, table=True):
    """One file being imported, or imported. `accepted` counts the rows with warnings too.

    `options` holds sheet, mapping and topic pattern once it was carried out. `runner` names the process that carries
    it out and `beat_on` is its last sign of life, by which a crash is told from a long import. `message` says why a
    run failed.
    """

    __tablename__ = "import_run"
    id: int | None = identity()
    entity: str = Field(sa_type=String(40))
    file_name: str = Field(sa_type=String(255))
    stored_as: str = Field(default="", sa_type=String(255))
    size: int = Field(default=0, sa_type=BigInt)
    status: str = Field(default=RunStatus.UPLOADED.value, sa_type=String(20), index=True)
    options: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    created_by_id: int = Field(foreign_key="user.id", index=True, sa_type=BigInt)
    created_on: datetime = Field(sa_type=Moment)
    finished_on: datetime | None = Field(default=None, sa_type=Moment)
    runner: str = Field(default="", sa_type=String(120))
    beat_on: datetime | None = Field(default=None, sa_type=Moment)
    rows: int = Field(default=0, sa_type=Integer)
    accepted: int = Field(default=0, sa_type=Integer)
    warned: int = Field(default=0, sa_type=Integer)
    rejected: int = Field(default=0, sa_type=Integer)
    blank: int = Field(default=0, sa_type=Integer)
    message: str = Field(default="", sa_type=Text)


class ImportProblem(SQLModel, table=True):
    """One warning or rejection: the row's number as the user sees it in the file, column, value and reason.

    `reason` is a catalogue message whose places `values` fill; `text` is the sentence in a language. A warning about a
    whole column stands at the row of the headings.
    """

    __tablename__ = "import_problem"
    __table_args__ = (Index("ix_import_problem_run", "run_id", "severity", "row"),)
    id: int | None = identity()
    run_id: int = Field(foreign_key="import_run.id", sa_type=BigInt)
    row: int = Field(sa_type=Integer)
    severity: str = Field(sa_type=String(10))
    column: str = Field(default="", sa_type=Text)
    value: str = Field(default="", sa_type=Text)
    reason: str = Field(default="", sa_type=Text)
    values: dict[str, Any] = Field(default_factory=dict, sa_type=Json)

    def text(self, locale: str = "en") -> str:
        """The reason as a sentence."""
        return sentence(self.reason, self.values, locale)


class RejectedRow(SQLModel, table=True):
    """The cells of a rejected row as they stood in the file, for downloading and mending."""

    __tablename__ = "import_rejected_row"
    __table_args__ = (Index("ix_import_rejected_row_run", "run_id", "row"),)
    id: int | None = identity()
    run_id: int = Field(foreign_key="import_run.id", sa_type=BigInt)
    row: int = Field(sa_type=Integer)
    cells: list[str] = Field(default_factory=list, sa_type=Json)


def sentence(reason: str, values: dict[str, Any], locale: str = "en") -> str:
    """A problem's reason in a language."""
    return CrmError(reason, **values).text(locale)


@dataclass
class Books:
    """What came of an import: accepted (warned ones too) + rejected + blank = rows. `problems` are the first few."""

    rows: int = 0
    accepted: int = 0
    warned: int = 0
    rejected: int = 0
    blank: int = 0
    status: str = RunStatus.UPLOADED.value
    problems: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For `rxcrm import --json`: plain values only."""
        return asdict(self)
