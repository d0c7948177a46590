"""The books of an import: what came in, row by row (accepted + rejected + blank = data rows)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String, Text
from sqlmodel import Field, SQLModel

from rxcrm.models.base import identity
from rxcrm.models.db import BigInt, Json, Moment


class ImportRun(SQLModel, table=True):
    """One file being imported, or imported. `accepted` counts the rows with warnings too."""

    __tablename__ = "import_run"
    id: int | None = identity()
    entity: str = Field(sa_type=String(40))
    file_name: str = Field(sa_type=String(255))
    stored_as: str = Field(default="", sa_type=String(255))
    size: int = Field(default=0, sa_type=BigInt)
    status: str = Field(default="uploaded", sa_type=String(20))
    options: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    created_by_id: int = Field(foreign_key="user.id", index=True, sa_type=BigInt)
    created_on: datetime = Field(sa_type=Moment)
    finished_on: datetime | None = Field(default=None, sa_type=Moment)
    rows: int = Field(default=0, sa_type=Integer)
    accepted: int = Field(default=0, sa_type=Integer)
    warned: int = Field(default=0, sa_type=Integer)
    rejected: int = Field(default=0, sa_type=Integer)
    blank: int = Field(default=0, sa_type=Integer)
    message: str = Field(default="", sa_type=Text)


class ImportProblem(SQLModel, table=True):
    """One warning or rejection: the row's number as the user sees it in the file, column, value and reason."""

    __tablename__ = "import_problem"
    __table_args__ = (Index("ix_import_problem_run", "run_id", "severity", "row"),)
    id: int | None = identity()
    run_id: int = Field(foreign_key="import_run.id", sa_type=BigInt)
    row: int = Field(sa_type=Integer)
    severity: str = Field(sa_type=String(10))
    column: str = Field(default="", sa_type=Text)
    value: str = Field(default="", sa_type=Text)
    reason: str = Field(default="", sa_type=Text)


class RejectedRow(SQLModel, table=True):
    """The cells of a rejected row as they stood in the file, for downloading and mending."""

    __tablename__ = "import_rejected_row"
    __table_args__ = (Index("ix_import_rejected_row_run", "run_id", "row"),)
    id: int | None = identity()
    run_id: int = Field(foreign_key="import_run.id", sa_type=BigInt)
    row: int = Field(sa_type=Integer)
    cells: list[str] = Field(default_factory=list, sa_type=Json)
    reason: str = Field(default="", sa_type=Text)
