"""Where leads and opportunities stand on their way through a process, and for how long (S 2.3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from sqlalchemy import Boolean, Index, String, and_, bindparam, delete, func, update
from sqlmodel import Field, Session, SQLModel, col, select

from rxcrm.models.base import Record, identity
from rxcrm.models.db import BigInt, Moment
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.stages import FIRST, OPPORTUNITY_SALES, Process, Stage, first_for, flow_named, sales_stage, steps_of

if TYPE_CHECKING:
    from rxcrm.models.records import Act

T = TypeVar("T", bound=SQLModel)


class ProcessStatus(StrEnum):
    ACTIVE = "active"
    FINISHED = "finished"
    ABORTED = "aborted"


class ProcessInstance(SQLModel, table=True):
    """A record's way through a process; made in the same transaction as the record (S 1.7).

    `path` lists the keys of the stages travelled, separated by commas. The name is set once (S R2.13).
    """

    __tablename__ = "process_instance"
    __table_args__ = (
        Index("ix_process_instance_lead", "lead_id"),
        Index("ix_process_instance_opportunity", "opportunity_id"),
        Index("ix_process_instance_stage", "stage", "lead_id"),
    )
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
    #: Whether it is the one that its record uses: a record keeps the others that it has been in (S R2.11).
    current: bool = Field(default=True, sa_type=Boolean)


class StageLog(SQLModel, table=True):
    """One stay in one stage; time per stage is the sum of its stays (S R2.12)."""

    __tablename__ = "stage_log"
    __table_args__ = (Index("ix_stage_log_instance", "instance_id"),)
    id: int | None = identity()
    instance_id: int = Field(foreign_key="process_instance.id", sa_type=BigInt)
    stage: str = Field(sa_type=String(40))
    entered_on: datetime = Field(sa_type=Moment)
    left_on: datetime | None = Field(default=None, sa_type=Moment)


def begin(
    session: Session, row: Record, *, now: datetime, roles: Collection[str] = (), process: Process | None = None
) -> ProcessInstance | None:
    """Start a process on a record, at its first stage: the first that somebody with these roles may use, if none is named.

    None for a table without processes. An opportunity whose process stayed with its lead begins at the stage that it had
    reached.
    """
    if row.entity not in FIRST:
        return None
    process = process or first_for(row.entity, roles)
    travelled = reached(process, row.sales_stage if isinstance(row, Opportunity) else 0)
    first = travelled[-1]
    instance = ProcessInstance(
        process=process.key,
        name=row.display_name[:200],
        lead_id=row.id if row.entity == "lead" else None,
        opportunity_id=row.id if row.entity == "opportunity" else None,
        stage=first.key,
        stage_entered_on=now,
        path=",".join(stage.key for stage in travelled),
        started_on=now,
    )
    session.add(instance)
    session.flush()
    session.add(StageLog(instance_id=instance.id or 0, stage=first.key, entered_on=now))
    return instance


def reached(process: Process, sales: int | None) -> tuple[Stage, ...]:
    """The stages up to the first one of the Sales Stage that a record has reached, or of the last one before that."""
    known = [int(stage.category) for stage in process.stages]
    before = [category for category in known if category <= (sales or 0)]
    return process.stages[: known.index(max(before)) + 1 if before else 1]


def instance_of(session: Session, lead_id: int) -> ProcessInstance | None:
    """The process of a lead, if it has one."""
    return process_of(session, "lead", lead_id)


def process_of(session: Session, entity: str, record_id: int) -> ProcessInstance | None:
    """The process that a lead or opportunity uses, if it has one: of several the one that it was switched to last."""
    return session.exec(
        select(ProcessInstance)
        .where(_names(entity) == record_id)
        .order_by(col(ProcessInstance.current).desc(), col(ProcessInstance.id))
        .limit(1)
    ).first()


def instances_of(session: Session, entity: str, record_id: int) -> list[ProcessInstance]:
    """Every process that a lead or opportunity has been in; each keeps where it stood (S R2.11)."""
    return list(
        session.exec(select(ProcessInstance).where(_names(entity) == record_id).order_by(col(ProcessInstance.id)))
    )


def _names(entity: str) -> Any:
    """The column of a process that names a lead or an opportunity."""
    columns: Any = ProcessInstance
    return {"lead": columns.lead_id, "opportunity": columns.opportunity_id}[entity]


# -- from the lead to the opportunity and back ------------------------------------------------------------------------


class Writes(Protocol):
    """How a verb that can be undone makes its writes (rxcrm.models.journal.Journal)."""

    def made(self, row: T) -> T: ...

    def set(self, row: SQLModel, **values: Any) -> bool: ...

    def move(self, table: type[SQLModel], where: Iterable[Any], **values: Any) -> list[int]: ...


class Unwritten:
    """Writes of a verb that nobody takes back as a whole."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def made(self, row: T) -> T:
        return row

    def set(self, row: SQLModel, **values: Any) -> bool:
        for name, value in values.items():
            setattr(row, name, value)
        return True

    def move(self, table: type[SQLModel], where: Iterable[Any], **values: Any) -> list[int]:
        self.session.execute(
            update(table).where(*where).values(**values), execution_options={"synchronize_session": "fetch"}
        )
        return []


def advance_to_opportunity(
    act: Act, lead: Record, opportunity: Opportunity, journal: Writes | None = None, *, fresh: bool = False
) -> ProcessInstance:
    """The lead was qualified: its own process goes on in this opportunity, at Develop (S R2.14).

    The process that the opportunity began by itself goes; of several opportunities only the primary one comes here
    (S 13.24). An abandoned process is taken up again. A `fresh` opportunity has begun none.
    """
    session, write = act.session, journal or Unwritten(act.session)
    instance, stays = _standing(session, lead.id or 0)
    instance = instance or begin(session, lead, now=act.now, roles=act.who.roles)
    assert instance is not None, "leads have a process"
    if not fresh:
        own = _names("opportunity") == opportunity.id
        _drop(session, session.exec(select(ProcessInstance).where(own, ProcessInstance.id != instance.id)).all())
    first = next((s for s in flow_named(instance.process).stages if s.entity == "opportunity"), None)
    for stay in stays:
        write.set(stay, left_on=act.now)
    if first is None:
        return _end_on_lead(act, instance, opportunity, write)
    path = f"{instance.path},{first.key}"
    enter(act, instance, first.key, write, ended=bool(stays), opportunity_id=opportunity.id, path=path)
    write.set(opportunity, sales_stage=sales_stage(first))
    session.flush()
    return instance


def _end_on_lead(act: Act, instance: ProcessInstance, opportunity: Opportunity, write: Writes) -> ProcessInstance:
    """A process of leads alone is finished by the qualification; the opportunity begins one of its own. Returns that one."""
    write.set(instance, status=ProcessStatus.FINISHED.value, completed_on=act.now)
    own = begin(act.session, opportunity, now=act.now, roles=act.who.roles)
    assert own is not None, "opportunities have a process"
    write.made(own)
    for stay in act.session.exec(select(StageLog).where(col(StageLog.instance_id) == own.id)):
        write.made(stay)
    write.set(opportunity, sales_stage=sales_stage(flow_named(own.process).stage(own.stage)))
    act.session.flush()
    return own


def _standing(session: Session, lead_id: int) -> tuple[ProcessInstance | None, list[StageLog]]:
    """The process of a lead with the stay in its stage, in one statement."""
    running = and_(col(StageLog.instance_id) == col(ProcessInstance.id), col(StageLog.left_on).is_(None))
    asked: Any = select(ProcessInstance, StageLog)
    asked = asked.join(StageLog, running, isouter=True).where(ProcessInstance.lead_id == lead_id)
    found = session.exec(asked.order_by(col(ProcessInstance.current).desc(), col(ProcessInstance.id))).all()
    return (found[0][0], [stay for one, stay in found if stay and one is found[0][0]]) if found else (None, [])


def park_on_lead(act: Act, lead: Record, journal: Writes | None = None) -> ProcessInstance | None:
    """The lead was taken up again: its process goes back to Qualify by itself (S R2.15); twice is harmless.

    The opportunity keeps its stage, the time spent and the path travelled, in a process of its own from now on.
    """
    session, write = act.session, journal or Unwritten(act.session)
    instance = instance_of(session, lead.id or 0)
    if instance is None:
        return None
    first = flow_named(instance.process).stages[0]
    finished = instance.status == ProcessStatus.FINISHED
    if instance.opportunity_id:
        _part(act, instance, write)
    if instance.stage != first.key or instance.opportunity_id or finished:
        enter(act, instance, first.key, write, opportunity_id=None, path=first.key, current=True)
        session.flush()
    return instance


def enter(
    act: Act, instance: ProcessInstance, stage: str, write: Writes, *, ended: bool = False, **values: Any
) -> None:
    """Leave the stage in which a process is and enter another: its stay ends and a new one begins (S R2.12).

    `ended` says that the stay has been ended already.
    """
    if not ended:
        end_stay(act, instance, write)
    write.set(
        instance,
        **{"stage": stage, "stage_entered_on": act.now, "status": "active", "completed_on": None, **values},
    )
    stay = StageLog(instance_id=instance.id or 0, stage=stage, entered_on=act.now)
    act.session.add(stay)
    act.session.flush()
    write.made(stay)


def end_stay(act: Act, instance: ProcessInstance, write: Writes) -> None:
    """End the stay in the stage in which a process is."""
    running = (col(StageLog.instance_id) == instance.id, col(StageLog.left_on).is_(None))
    for stay in act.session.exec(select(StageLog).where(*running)):
        write.set(stay, left_on=act.now)


def _part(act: Act, instance: ProcessInstance, write: Writes) -> None:
    """Give the opportunity a process of its own, with the stays in its stages; the lead keeps the old one."""
    session = act.session
    opportunity = session.get(Opportunity, instance.opportunity_id)
    flow, usual = flow_named(instance.process), flow_named(OPPORTUNITY_SALES.key)
    own = [stage.key for stage in flow.every or flow.stages if stage.entity == "opportunity"]
    stays = (col(StageLog.instance_id) == instance.id, col(StageLog.stage).in_(own))
    began = session.scalar(select(func.min(StageLog.entered_on)).where(*stays))
    made = ProcessInstance(
        process=usual.key if usual.has(instance.stage) else flow.key,
        name=opportunity.display_name[:200] if opportunity else instance.name,
        opportunity_id=instance.opportunity_id,
        stage=instance.stage,
        stage_entered_on=instance.stage_entered_on,
        path=instance.path,
        status=instance.status,
        started_on=began or instance.started_on,
        completed_on=instance.completed_on,
        current=instance.current,
    )
    session.add(made)
    session.flush()
    write.made(made)
    write.move(StageLog, stays, instance_id=made.id)


def _drop(session: Session, instances: Iterable[ProcessInstance]) -> None:
    if ids := [one.id for one in instances]:
        session.execute(delete(StageLog).where(col(StageLog.instance_id).in_(ids)))
        session.execute(delete(ProcessInstance).where(col(ProcessInstance.id).in_(ids)))


def missing(row: Record, stage: Stage) -> list[str]:
    """Required steps of a stage that are still empty; a yes/no step must be yes (S R2.8)."""
    return [name for name, _ in steps_of(stage) if name in stage.required and _is_empty(getattr(row, name))]


def _is_empty(value: object) -> bool:
    """0 is an answer: the first option of most lists has that number."""
    return value is None or value is False or value == ""


def time_in_stages(session: Session, instance: ProcessInstance, now: datetime) -> dict[str, timedelta]:
    """Time spent in every stage visited, up to now for the active one."""
    return time_of(instance, session.exec(select(StageLog).where(StageLog.instance_id == instance.id)), now)


def time_of(instance: ProcessInstance, stays: Iterable[StageLog], now: datetime) -> dict[str, timedelta]:
    """The same from stays that have been read."""
    spent: dict[str, timedelta] = {}
    for stay in stays:
        end = stay.left_on or instance.completed_on or now
        spent[stay.stage] = spent.get(stay.stage, timedelta()) + (end - stay.entered_on)
    return spent


def journey(
    session: Session, entity: str, record_id: int
) -> tuple[ProcessInstance | None, list[StageLog], frozenset[str]]:
    """The process that a lead or opportunity uses, all its stays, and the keys of every process that it has been in; in one statement."""
    rows = session.execute(_journey(entity), {"record_id": record_id}).all()
    instance = rows[0][0] if rows else None
    stays = [stay for at, stay in rows if at is instance and stay]
    return instance, stays, frozenset(at.process for at, _stay in rows)


@cache
def _journey(entity: str) -> Any:
    wanted: Any = select(ProcessInstance, StageLog)
    columns: Any = ProcessInstance
    return (
        wanted.join(StageLog, col(StageLog.instance_id) == columns.id, isouter=True)
        .where(_names(entity) == bindparam("record_id"))
        .order_by(columns.current.desc(), columns.id)
    )


def forget(session: Session, entity: str, ids: list[int]) -> None:
    """Remove records that are purged from their processes, and the processes that are about nothing any more."""
    if entity not in FIRST:
        return
    columns, named = cast(Any, ProcessInstance), _names(entity)
    session.execute(update(ProcessInstance).where(named.in_(ids)).values({named.key: None}))
    empty = select(ProcessInstance.id).where(columns.lead_id.is_(None), columns.opportunity_id.is_(None))
    session.execute(delete(StageLog).where(col(StageLog.instance_id).in_(empty)))
    session.execute(delete(ProcessInstance).where(columns.id.in_(empty)))
