"""Work that outlives a tab: one row per piece, taken by a worker (rxcrm.models.jobs has the verbs)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Integer, String, Text
from sqlmodel import Field, SQLModel

from rxcrm.models.base import identity
from rxcrm.models.db import BigInt, Json, Moment


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"


class Job(SQLModel, table=True):
    """A piece of work of some `kind`, due at `due_on`; `key` keeps a second one of the same kind and key from waiting.

    A running job belongs to the worker `taken_by` until `lease_until`; when that passes, the worker is taken for dead
    and the job runs again. `done` of `total` is its progress. `problem` says why the last attempt failed.
    """

    __table_args__ = (
        Index("ix_job_due", "state", "due_on", "id"),
        Index("ix_job_kind", "kind", "state", "key"),
    )
    id: int | None = identity()
    kind: str = Field(sa_type=String(40))
    key: str = Field(default="", sa_type=String(120))
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    state: str = Field(default=JobState.WAITING.value, sa_type=String(20))
    due_on: datetime = Field(sa_type=Moment)
    attempts: int = Field(default=0, sa_type=Integer)
    taken_by: str = Field(default="", sa_type=String(60))
    lease_until: datetime | None = Field(default=None, sa_type=Moment)
    done: int = Field(default=0, sa_type=Integer)
    total: int = Field(default=0, sa_type=Integer)
    problem: str = Field(default="", sa_type=Text)
    created_on: datetime = Field(sa_type=Moment)
    finished_on: datetime | None = Field(default=None, sa_type=Moment)
