"""The table of processes that administrators shape, and how they become part of the configuration (S 2.3)."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Integer, String, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from rxcrm.models import configuration
from rxcrm.models.base import identity
from rxcrm.models.choices import OpportunityStage
from rxcrm.models.db import BigInt, Json, MaybeJson, Moment
from rxcrm.models.forms.layout import words
from rxcrm.models.stages import PROCESSES, Process, Stage


class ProcessDefinition(SQLModel, table=True):
    """A process as administrators have shaped it; a row with the key of a shipped one changes that.

    `stages` are `{"key", "labels", "entity", "category", "steps": [{"field", "labels", "required"}], "gone"}` in order; None
    for the shipped ones. A stage that is `gone` is kept for the records that have been in it. `next_stage` is a number that
    no stage has had yet, `version` counts changes.
    """

    __tablename__ = "process_definition"
    __table_args__ = (UniqueConstraint("key"),)
    id: int | None = identity()
    version: int = Field(default=1, sa_type=Integer)
    entity: str = Field(sa_type=String(40))
    key: str = Field(sa_type=String(40))
    labels: dict[str, str] = Field(default_factory=dict, sa_type=Json)
    stages: list[dict[str, Any]] | None = Field(default=None, sa_type=MaybeJson)
    roles: list[str] = Field(default_factory=list, sa_type=Json)
    active: bool = Field(default=True, sa_type=Boolean)
    position: int = Field(default=0, sa_type=Integer)
    next_stage: int = Field(default=1, sa_type=Integer)
    created_on: datetime = Field(sa_type=Moment)
    modified_on: datetime = Field(sa_type=Moment)
    modified_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)


@configuration.reads("processes")
def _processes(session: Session) -> dict[str, Any]:
    """`by_key`: every process that somebody has shaped; `stamp` changes whenever one of them does."""
    rows = list(session.exec(select(ProcessDefinition).order_by(col(ProcessDefinition.id))))
    if not rows:
        return {}
    told = repr([(row.key, row.version, row.active, row.position) for row in rows])
    return {"by_key": {row.key: described(row) for row in rows}, "stamp": zlib.crc32(told.encode())}


def described(row: ProcessDefinition) -> Process:
    """A process as the bar and the verbs read it."""
    shipped = PROCESSES.get(row.key)
    every = (
        shipped.stages if row.stages is None and shipped else tuple(_stage(held, shipped) for held in row.stages or ())
    )
    return Process(
        key=row.key,
        label=words(row.labels, shipped.label if shipped else row.key),
        entity=row.entity,
        stages=tuple(stage for stage in every if not stage.gone),
        every=every,
        roles=frozenset(row.roles),
        active=row.active,
        position=row.position,
    )


def _stage(held: Mapping[str, Any], shipped: Process | None) -> Stage:
    """A stored stage; without labels it and its steps are called as those of the shipped one with the same key."""
    before = next((stage for stage in shipped.stages if stage.key == held["key"]), None) if shipped else None
    texts = dict(before.steps) if before else {}
    return Stage(
        key=held["key"],
        label=words(held.get("labels", {}), before.label if before else held["key"]),
        entity=held["entity"],
        steps=tuple(
            (step["field"], words(step.get("labels", {}), texts.get(step["field"], ""))) for step in held["steps"]
        ),
        required=frozenset(step["field"] for step in held["steps"] if step.get("required")),
        category=OpportunityStage(held.get("category", 0)),
        gone=bool(held.get("gone")),
    )


def stored(stage: Stage) -> dict[str, Any]:
    """A shipped stage as it is stored once somebody changes its process: without labels, so that it stays translated."""
    return {
        "key": stage.key,
        "entity": stage.entity,
        "category": int(stage.category),
        "steps": [{"field": name, **({"required": True} if name in stage.required else {})} for name, _ in stage.steps],
    }
