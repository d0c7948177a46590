"""Business process flows: stages, steps, and where a record stands on its way (S 2.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Index, String, bindparam, delete
from sqlmodel import Field, Session, SQLModel, col, select

from rxcrm.models.base import Record, identity
from rxcrm.models.db import BigInt, Moment
from rxcrm.models.fields import fields_of
from rxcrm.translation import N_


@dataclass(frozen=True)
class Stage:
    """One circle of the bar: its name, the table whose fields its steps are, and the steps in order.

    A step is `(field, label)`; an empty label means the field's own. `required` names the steps that block the way on.
    """

    key: str
    label: str
    entity: str
    steps: tuple[tuple[str, str], ...]
    required: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Process:
    """A named sequence of stages, begun on `entity`."""

    key: str
    label: str
    entity: str
    stages: tuple[Stage, ...]

    def stage(self, key: str) -> Stage:
        return next(s for s in self.stages if s.key == key)


LEAD_TO_OPPORTUNITY = Process(
    "lead_to_opportunity",
    N_("Lead to Opportunity Sales Process"),
    "lead",
    (
        Stage(
            "qualify",
            N_("Qualify"),
            "lead",
            (
                ("existing_contact_id", ""),
                ("existing_account_id", ""),
                ("purchase_timeframe", ""),
                ("budget_amount", ""),
                ("purchase_process", ""),
                ("decision_maker", ""),
                ("description", N_("Capture Summary")),
            ),
        ),
        Stage("develop", N_("Develop"), "opportunity", ()),
        Stage("propose", N_("Propose"), "opportunity", ()),
        Stage("close", N_("Close"), "opportunity", ()),
    ),
)
PROCESSES = {p.key: p for p in (LEAD_TO_OPPORTUNITY,)}


class ProcessStatus(StrEnum):
    ACTIVE = "active"
    FINISHED = "finished"
    ABORTED = "aborted"


class ProcessInstance(SQLModel, table=True):
    """A record's way through a process; made in the same transaction as the record (S 1.7).

    `path` lists the keys of the stages travelled, separated by commas. The name is set once (S R2.13).
    """

    __tablename__ = "process_instance"
    __table_args__ = (Index("ix_process_instance_lead", "lead_id"),)
    id: int | None = identity()
    process: str = Field(sa_type=String(40))
    name: str = Field(sa_type=String(200))
    lead_id: int | None = Field(default=None, foreign_key="lead.id", sa_type=BigInt)
    opportunity_id: int | None = Field(default=None, sa_type=BigInt)
    stage: str = Field(sa_type=String(40))
    stage_entered_on: datetime = Field(sa_type=Moment)
    path: str = Field(sa_type=String(1250))
    status: str = Field(default=ProcessStatus.ACTIVE.value, sa_type=String(20))
    started_on: datetime = Field(sa_type=Moment)
    completed_on: datetime | None = Field(default=None, sa_type=Moment)


class StageLog(SQLModel, table=True):
    """One stay in one stage; time per stage is the sum of its stays (S R2.12)."""

    __tablename__ = "stage_log"
    __table_args__ = (Index("ix_stage_log_instance", "instance_id"),)
    id: int | None = identity()
    instance_id: int = Field(foreign_key="process_instance.id", sa_type=BigInt)
    stage: str = Field(sa_type=String(40))
    entered_on: datetime = Field(sa_type=Moment)
    left_on: datetime | None = Field(default=None, sa_type=Moment)


def begin(session: Session, row: Record, process: Process, *, now: datetime) -> ProcessInstance:
    """Start a process on a new record, at its first stage."""
    first = process.stages[0]
    instance = ProcessInstance(
        process=process.key,
        name=row.display_name[:200],
        lead_id=row.id,
        stage=first.key,
        stage_entered_on=now,
        path=first.key,
        started_on=now,
    )
    session.add(instance)
    session.flush()
    session.add(StageLog(instance_id=instance.id or 0, stage=first.key, entered_on=now))
    return instance


def instance_of(session: Session, lead_id: int) -> ProcessInstance | None:
    """The process of a lead, if it has one."""
    return session.exec(select(ProcessInstance).where(ProcessInstance.lead_id == lead_id)).first()


def missing(row: Record, stage: Stage) -> list[str]:
    """Required steps of a stage that are still empty; a yes/no step must be yes (S R2.8)."""
    return [name for name, _ in stage.steps if name in stage.required and _is_empty(getattr(row, name))]


def _is_empty(value: object) -> bool:
    """0 is an answer: the first option of most lists has that number."""
    return value is None or value is False or value == ""


def time_in_stages(session: Session, instance: ProcessInstance, now: datetime) -> dict[str, timedelta]:
    """Time spent in every stage visited, up to now for the active one."""
    return _time(instance, session.exec(select(StageLog).where(StageLog.instance_id == instance.id)), now)


def _time(instance: ProcessInstance, stays: Iterable[StageLog], now: datetime) -> dict[str, timedelta]:
    spent: dict[str, timedelta] = {}
    for stay in stays:
        end = stay.left_on or instance.completed_on or now
        spent[stay.stage] = spent.get(stay.stage, timedelta()) + (end - stay.entered_on)
    return spent


@dataclass
class StageView:
    """One stage as the bar shows it. State: active, done, waiting, or locked with a reason."""

    key: str
    label: str
    state: str
    seconds: int
    because: str


@dataclass
class ProcessView:
    """The bar: the process's name, since when it runs (ISO time), and its stages."""

    label: str = ""
    started_on: str = ""
    stages: list[StageView] | None = None


def view(session: Session, lead_id: int | None, now: datetime) -> ProcessView:
    """The bar of a lead; an unsaved one (None) shows the process that it will begin (S 2.1)."""
    rows = session.execute(_journey(), {"lead_id": lead_id}).all() if lead_id else []
    instance = rows[0][0] if rows else None
    process = PROCESSES[instance.process] if instance else LEAD_TO_OPPORTUNITY
    spent = _time(instance, [stay for at, stay in rows if at is instance and stay], now) if instance else {}
    active = instance.stage if instance else process.stages[0].key
    travelled = instance.path.split(",") if instance else [active]
    return ProcessView(
        label=process.label,
        started_on=instance.started_on.isoformat() if instance else "",
        stages=[
            StageView(
                key=stage.key,
                label=stage.label,
                state="active" if stage.key == active else "done" if stage.key in travelled else "locked",
                seconds=int(spent.get(stage.key, timedelta()).total_seconds()),
                because="" if stage.entity == "lead" else LOCKED,
            )
            for stage in process.stages
        ],
    )


@cache
def _journey() -> Any:
    """The processes of a lead, each with all its stays."""
    wanted: Any = select(ProcessInstance, StageLog)
    return (
        wanted.join(StageLog, col(StageLog.instance_id) == col(ProcessInstance.id), isouter=True)
        .where(col(ProcessInstance.lead_id) == bindparam("lead_id"))
        .order_by(col(ProcessInstance.id))
    )


LOCKED = N_("This stage belongs to the opportunity, which exists once the lead is qualified.")


def check_steps() -> None:
    """Every step of every stage on a known table is a described field of it; called by a test."""
    from rxcrm.models.lead import Lead

    known = fields_of(Lead)
    for process in PROCESSES.values():
        for stage in process.stages:
            if stage.entity == "lead":
                assert all(name in known for name, _ in stage.steps), stage


def forget(session: Session, lead_ids: list[int]) -> None:
    """Remove the processes of leads that are purged."""
    ids = select(ProcessInstance.id).where(col(ProcessInstance.lead_id).in_(lead_ids))
    session.execute(delete(StageLog).where(col(StageLog.instance_id).in_(ids)))
    session.execute(delete(ProcessInstance).where(col(ProcessInstance.lead_id).in_(lead_ids)))
