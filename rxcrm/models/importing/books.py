"""The books of an import: what came in, row by row (accepted + rejected + blank = data rows)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Index, Integer, String, Text
from sqlmodel import Field, SQLModel

from rxcrm.models.base import identity
from rxcrm.models.db import BigInt, Json, Moment
from rxcrm.models.errors import CrmError
from rxcrm.translation import N_


class RunStatus(StrEnum):
    """Where an import stands. Failed, cancelled and undone ones left nothing behind."""

    UPLOADED = "uploaded"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"

    @property
    def label(self) -> str:
        return _STATUS_LABELS[self]


_STATUS_LABELS = {
    RunStatus.UPLOADED: N_("Uploaded"),
    RunStatus.RUNNING: N_("Importing"),
    RunStatus.DONE: N_("Completed"),
    RunStatus.CANCELLED: N_("Cancelled"),
    RunStatus.FAILED: N_("Failed"),
    RunStatus.UNDOING: N_("Being undone"),
    RunStatus.UNDONE: N_("Undone"),
}


class Step(StrEnum):
    """The steps of the wizard, as they stand in the address."""

    UPLOAD = "upload"
    MAP = "map"
    REVIEW = "review"
    PREVIEW = "preview"
    RUN = "run"
    RESULT = "result"


class ImportRun(SQLModel, table=True):
    """One file being imported, or imported: created + updated + skipped + rejected + blank = rows (of `total`).

    `step` is the farthest step that its user has reached. `source` is what the reader found, `plan` what the user chose
    (rxcrm.models.importing.plan). `position` is the number of the last row that is in the books, where a run goes on
    after a restart; `runner` names whoever carries it out now. `message` says why a run failed.
    """

    __tablename__ = "import_run"
    id: int | None = identity()
    entity: str = Field(sa_type=String(40))
    file_name: str = Field(sa_type=String(255))
    stored_as: str = Field(default="", sa_type=String(255))
    size: int = Field(default=0, sa_type=BigInt)
    status: str = Field(default=RunStatus.UPLOADED.value, sa_type=String(20), index=True)
    step: str = Field(default=Step.UPLOAD.value, sa_type=String(20))
    source: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    plan: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    created_by_id: int = Field(foreign_key="user.id", index=True, sa_type=BigInt)
    created_on: datetime = Field(sa_type=Moment)
    started_on: datetime | None = Field(default=None, sa_type=Moment)
    finished_on: datetime | None = Field(default=None, sa_type=Moment)
    undone_on: datetime | None = Field(default=None, sa_type=Moment)
    undone_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    job_id: int | None = Field(default=None, sa_type=BigInt)
    runner: str = Field(default="", sa_type=String(120))
    beat_on: datetime | None = Field(default=None, sa_type=Moment)
    cancelling: bool = Field(default=False, sa_type=Boolean)
    total: int = Field(default=0, sa_type=Integer)
    position: int = Field(default=0, sa_type=Integer)
    rows: int = Field(default=0, sa_type=Integer)
    created: int = Field(default=0, sa_type=Integer)
    updated: int = Field(default=0, sa_type=Integer)
    skipped: int = Field(default=0, sa_type=Integer)
    warned: int = Field(default=0, sa_type=Integer)
    rejected: int = Field(default=0, sa_type=Integer)
    blank: int = Field(default=0, sa_type=Integer)
    message: str = Field(default="", sa_type=Text)
    values: dict[str, Any] = Field(default_factory=dict, sa_type=Json)

    @property
    def accepted(self) -> int:
        """Rows that became a record or changed one."""
        return self.created + self.updated


class ImportChange(SQLModel, table=True):
    """An existing record that an import updated, with what it held before: `[field, before, after]` as `journal` packs them.

    `version` is the record's after the update: as long as it has that, nobody has changed it since.
    """

    __tablename__ = "import_change"
    __table_args__ = (Index("ix_import_change_run", "run_id", "id"),)
    id: int | None = identity()
    run_id: int = Field(foreign_key="import_run.id", sa_type=BigInt)
    row: int = Field(sa_type=Integer)
    entity: str = Field(sa_type=String(40))
    record_id: int = Field(sa_type=BigInt)
    version: int = Field(sa_type=Integer)
    before: dict[str, Any] = Field(default_factory=dict, sa_type=Json)


class ImportLink(SQLModel, table=True):
    """A look-up of a record of a run that names another `row` of the same file, `wanted`; it waits until all rows are in.

    With an empty `field`: what a row became that others name. `heading` and `value` are what the file says. The entries go
    as the run fills the look-ups.
    """

    __tablename__ = "import_link"
    __table_args__ = (Index("ix_import_link_run", "run_id", "field", "row"),)
    id: int | None = identity()
    run_id: int = Field(foreign_key="import_run.id", sa_type=BigInt)
    row: int = Field(sa_type=Integer)
    record_id: int = Field(sa_type=BigInt)
    field: str = Field(default="", sa_type=String(64))
    wanted: int = Field(default=0, sa_type=Integer)
    heading: str = Field(default="", sa_type=Text)
    value: str = Field(default="", sa_type=Text)


class ImportedFrom(SQLModel, table=True):
    """What a record is called in the system that it was imported from, so that a later import finds it again.

    `source` is that name, cut to what an index can hold.
    """

    __tablename__ = "imported_from"
    __table_args__ = (Index("ix_imported_from_record", "entity", "record_id"),)
    entity: str = Field(primary_key=True, sa_type=String(40))
    source: str = Field(primary_key=True, sa_type=String(255))
    record_id: int = Field(sa_type=BigInt)
    run_id: int = Field(sa_type=BigInt)


class ImportMap(SQLModel, table=True):
    """A saved map: what the columns of files with these headings become; offered when a file has the same ones.

    `signature` stands for the set of headings; `shared` ones are seen by everybody who may import.
    """

    __tablename__ = "import_map"
    __table_args__ = (Index("ix_import_map_entity", "entity", "signature"),)
    id: int | None = identity()
    name: str = Field(sa_type=String(100))
    entity: str = Field(sa_type=String(40))
    signature: str = Field(sa_type=String(64))
    headings: list[str] = Field(default_factory=list, sa_type=Json)
    plan: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    shared: bool = Field(default=False, sa_type=Boolean)
    created_by_id: int = Field(foreign_key="user.id", sa_type=BigInt)
    created_on: datetime = Field(sa_type=Moment)
    used_on: datetime = Field(sa_type=Moment)


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
    """The cells of a row that became nothing as they stood in the file, for downloading and mending; `skipped` or rejected."""

    __tablename__ = "import_rejected_row"
    __table_args__ = (Index("ix_import_rejected_row_run", "run_id", "row"),)
    id: int | None = identity()
    run_id: int = Field(foreign_key="import_run.id", sa_type=BigInt)
    row: int = Field(sa_type=Integer)
    cells: list[str] = Field(default_factory=list, sa_type=Json)
    skipped: bool = Field(default=False, sa_type=Boolean)


def sentence(reason: str, values: dict[str, Any], locale: str = "en") -> str:
    """A problem's reason in a language."""
    return CrmError(reason, **values).text(locale)


@dataclass
class Books:
    """What came of an import: created + updated + skipped + rejected + blank = rows. `problems` are the first few.

    `warned` counts those of the created and updated rows of which something had to be left out or read differently.
    """

    rows: int = 0
    created: int = 0
    updated: int = 0
    skipped: int = 0
    warned: int = 0
    rejected: int = 0
    blank: int = 0
    status: str = RunStatus.UPLOADED.value
    problems: list[dict[str, Any]] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        """Rows that became a record or changed one."""
        return self.created + self.updated

    @property
    def balance(self) -> bool:
        """Whether every row is somewhere."""
        return self.accepted + self.skipped + self.rejected + self.blank == self.rows

    def as_json(self) -> dict[str, Any]:
        """For `rxcrm import --json`: plain values only."""
        return {**asdict(self), "accepted": self.accepted}
