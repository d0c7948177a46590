"""What the process bar of a form shows: the stages, the time in each, and what can be done next (S 2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rxcrm.models import lifecycle
from rxcrm.models.base import Record
from rxcrm.models.choices import LeadStatus
from rxcrm.models.lead import Lead
from rxcrm.models.process import ProcessInstance, ProcessStatus, StageLog, journey, time_of
from rxcrm.models.process_moves import UNSAVED, switchable
from rxcrm.models.records import Act, seen
from rxcrm.models.stages import FIRST, Process, Stage, first_for, flow_named, steps_of
from rxcrm.models.tables import record_table
from rxcrm.translation import N_, worded

LOCKED = N_("This stage belongs to the opportunity, which exists once the lead is qualified.")
ON_LEAD = N_("The steps of this stage are on the lead.")
ON_OPPORTUNITY = N_("The steps of this stage are on the opportunity.")
NO_OPPORTUNITY = N_("This lead was qualified without an opportunity: its process stays at Qualify.")


@dataclass
class StageView:
    """One stage as the bar shows it.

    State: active, done, visited (left for an earlier one), ahead, or locked: its record does not exist yet. Where the
    steps are on another record, `because` says so and `path` leads there, if the reader may see it. `required` are the
    steps that block the way on, `move` what the button below the steps does: qualify, next, finish, set_active or
    nothing; `why` is the reason for which it cannot.
    """

    key: str
    label: str
    state: str
    seconds: int
    because: str = ""
    path: str = ""
    #: Field and label of each; an empty label means the field's own.
    steps: list[list[str]] = field(default_factory=list)
    required: list[str] = field(default_factory=list)
    move: str = ""
    why: str = ""


@dataclass
class ProcessView:
    """The bar: the process's name, since when it runs (ISO time) and for how long in all (seconds), and its stages.

    Status: empty for a record that is not saved, active, finished, aborted, or ended with the record's own end. `moves`
    are the commands of the Process menu, empty or with the reason why not; `switches` are the processes to which the record
    can be switched, key and label; `note` is a sentence for the reader.
    """

    label: str = ""
    status: str = ""
    started_on: str = ""
    seconds: int = 0
    note: str = ""
    stages: list[StageView] | None = None
    moves: dict[str, str] = field(default_factory=dict)
    switches: list[list[str]] = field(default_factory=list)


def unsaved(act: Act, entity: str) -> ProcessView:
    """The bar of a record that is not saved yet: the process that it will begin (S 2.1)."""
    if entity not in FIRST:
        return ProcessView()
    flow, locale = first_for(entity, act.who.roles), act.who.conventions.locale
    stages = [_stage(locale, flow.stages, stage, entity, None, {}) for stage in flow.stages]
    stages[0].move, stages[0].why = _move(flow, flow.stages[0], entity), UNSAVED
    return ProcessView(label=worded(locale, flow.label), stages=stages)


def view(act: Act, row: Record) -> ProcessView:
    """The bar of a saved record, empty for tables without a process. Time stands still once the record is closed."""
    if row.entity not in FIRST:
        return ProcessView()
    instance, stays, known = journey(act.session, row.entity, row.id or 0)
    locale = act.who.conventions.locale
    flow = flow_named(instance.process) if instance else first_for(row.entity, act.who.roles)
    shown = flow.shown(instance.path.split(",") if instance else ())
    other = _other(act, row, instance)
    now = _until(act, other if other and row.entity == "lead" else row)
    spent = time_of(instance, stays, now) if instance else {}
    stages = [_stage(locale, shown, stage, row.entity, instance, spent) for stage in shown]
    bar = ProcessView(label=worded(locale, flow.label), stages=stages)
    _point(row, shown, other, stages)
    _offer(row, flow, shown, instance, bar)
    if lifecycle.is_open(row):
        bar.switches = [
            [one.key, worded(locale, one.label)] for one in switchable(act, row.entity, known) if one.key != flow.key
        ]
    if instance:
        bar.started_on = instance.started_on.isoformat()
        bar.status = "ended" if instance.status == ProcessStatus.ACTIVE and now < act.now else instance.status
        bar.seconds = _seconds((instance.completed_on or _left(instance, stays) or now) - instance.started_on)
        if isinstance(row, Lead) and row.status == LeadStatus.QUALIFIED and instance.opportunity_id is None:
            bar.note = NO_OPPORTUNITY
    return bar


def _other(act: Act, row: Record, instance: ProcessInstance | None) -> Record | None:
    """The lead of an opportunity or the opportunity of a lead, if the reader may see it."""
    entity = "opportunity" if row.entity == "lead" else "lead"
    other_id = getattr(instance, f"{entity}_id", None)
    found = seen(act, record_table(entity), other_id) if other_id else None
    return found if found and found.deleted_on is None else None


def _until(act: Act, row: Record) -> datetime:
    """Until when time counts: now, or when the record in which the process is was closed."""
    closed: datetime | None = getattr(row, "closed_on", None)
    return act.now if lifecycle.is_open(row) or closed is None else min(closed, act.now)


def _left(instance: ProcessInstance, stays: list[StageLog]) -> datetime | None:
    """When an abandoned process was left."""
    ends = [stay.left_on for stay in stays if stay.left_on]
    return max(ends) if ends and instance.status == ProcessStatus.ABORTED else None


def _stage(
    locale: str,
    shown: Sequence[Stage],
    stage: Stage,
    entity: str,
    instance: ProcessInstance | None,
    spent: dict[str, timedelta],
) -> StageView:
    steps = [[name, worded(locale, label)] for name, label in steps_of(stage)] if stage.entity == entity else []
    return StageView(
        key=stage.key,
        label=worded(locale, stage.label),
        state=_state(shown, stage, entity, instance),
        seconds=_seconds(spent.get(stage.key, timedelta())),
        steps=steps,
        required=sorted(stage.required.intersection(name for name, _ in steps)),
    )


def _state(shown: Sequence[Stage], stage: Stage, entity: str, instance: ProcessInstance | None) -> str:
    order = [one.key for one in shown]
    active = instance.stage if instance else order[0]
    if instance and instance.status == ProcessStatus.FINISHED:
        return "done"
    if stage.key == active:
        return "active"
    if order.index(stage.key) < order.index(active):
        return "done"
    if stage.entity == "opportunity" and entity == "lead" and not (instance and instance.opportunity_id):
        return "locked"
    return "visited" if instance and stage.key in instance.path.split(",") else "ahead"


def _point(row: Record, shown: Sequence[Stage], other: Record | None, stages: list[StageView]) -> None:
    """Say of stages on another record where they are, with its address."""
    for stage, view_of in zip(shown, stages, strict=True):
        if stage.entity == row.entity:
            continue
        view_of.because = LOCKED if view_of.state == "locked" else ON_LEAD if stage.entity == "lead" else ON_OPPORTUNITY
        view_of.path = f"{other.path}/{other.id}" if other else ""


def _offer(
    row: Record, flow: Process, shown: Sequence[Stage], instance: ProcessInstance | None, bar: ProcessView
) -> None:
    """The buttons of the stages and the commands of the menu, with the reasons of those that cannot."""
    status = instance.status if instance else ProcessStatus.ACTIVE
    active = instance.stage if instance else flow.stages[0].key
    path = instance.path.split(",") if instance else [active]
    running = status == ProcessStatus.ACTIVE
    bar.moves = {"abandon": ""} if running else {"resume": ""}
    for stage, view_of in zip(shown, bar.stages or [], strict=True):
        if not running or stage.entity != row.entity:
            continue
        if stage.key == active:
            view_of.move = _move(flow, stage, row.entity)
        elif stage.key in path and not stage.gone:
            view_of.move = "set_active"


def _move(flow: Process, stage: Stage, entity: str) -> str:
    """What goes on from the active stage: the same action as the command Qualify where the lead ends (S R2.4)."""
    following = flow.after(stage.key)
    if following is None:
        return "finish"
    return "next" if following.entity == entity else "qualify"


def _seconds(span: timedelta) -> int:
    return max(0, int(span.total_seconds()))
