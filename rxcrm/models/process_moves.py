"""What people do with a process: go on, go back, finish, abandon, take it up again (S R2.3-R2.10).

Every verb takes a record that was found with WRITE and the version that the user saw: of two people who move it at the
same time one is told that the other was faster.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from babel.lists import format_list

from rxcrm.models import lifecycle, process, records
from rxcrm.models.base import Record
from rxcrm.models.errors import NotAllowed, NotYet
from rxcrm.models.fields import fields_of
from rxcrm.models.history import Event, record
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.process import ProcessInstance, ProcessStatus, Unwritten
from rxcrm.models.records import Act
from rxcrm.models.stages import FIRST, Process, Stage, flow_named, offered, sales_stage, steps_of
from rxcrm.translation import N_, gettext

UNSAVED = N_("Save this record first.")
QUALIFY_FIRST = N_("Qualify the lead to go on: the next stage belongs to the opportunity.")


def next_stage(act: Act, row: Record) -> None:
    """One stage forward; every required step of the stage must be filled (S R2.3, R2.8)."""
    instance, flow = _running(act, row)
    stage = _here(flow, instance, row)
    following = flow.after(stage.key)
    if following is None:
        raise NotAllowed(N_("%(stage)s is the last stage of this process: finish it instead."), stage=stage.label)
    if following.entity != row.entity:
        raise NotAllowed(QUALIFY_FIRST)
    _require_steps(act, row, stage)
    _go(act, row, instance, following)


def set_active(act: Act, row: Record, key: str) -> None:
    """Make a stage active again that the process has been in (S R2.5)."""
    instance, flow = _running(act, row)
    stage = next((s for s in flow.stages if s.key == key), None)
    if stage is None:
        raise NotAllowed(N_("This process has no such stage."))
    if stage.key == instance.stage:
        raise NotAllowed(N_("%(stage)s is the active stage already."), stage=stage.label)
    if stage.key not in instance.path.split(","):
        raise NotAllowed(N_("This process has not been in the stage %(stage)s yet."), stage=stage.label)
    _require_own(stage, row)
    _go(act, row, instance, stage)


def back(act: Act, row: Record) -> bool:
    """Set the preceding stage active; False at the first stage of the record, where nothing happens (S R2.6)."""
    instance, flow = _running(act, row)
    before = flow.before(_here(flow, instance, row).key)
    if before is None or before.entity != row.entity:
        return False
    set_active(act, row, before.key)
    return True


def finish(act: Act, row: Record) -> None:
    """End the process in its last stage, whose required steps must be filled (S R2.9)."""
    instance, flow = _running(act, row)
    stage = _here(flow, instance, row)
    if flow.after(stage.key) is not None:
        raise NotAllowed(N_("A process is finished from its last stage; this one is in %(stage)s."), stage=stage.label)
    _require_steps(act, row, stage)
    _end(act, instance, ProcessStatus.FINISHED)
    instance.completed_on = act.now
    _tell(act, row, Event.PROCESS_FINISHED)


def abandon(act: Act, row: Record) -> None:
    """Give the process up, in whatever stage it is (S R2.10)."""
    instance, _flow = _running(act, row)
    _end(act, instance, ProcessStatus.ABORTED)
    _tell(act, row, Event.PROCESS_ABANDONED)


def resume(act: Act, row: Record) -> None:
    """Take up an abandoned or finished process where it was; the time in between does not count (S R2.10)."""
    lifecycle.require_open(row)
    instance = _instance(act, row)
    if instance.status == ProcessStatus.ACTIVE:
        raise NotAllowed(N_("This process is active already."))
    _take_up(act, row, instance)
    _tell(act, row, Event.PROCESS_RESUMED)


def switch(act: Act, row: Record, key: str) -> None:
    """Let the record use another process (S R2.11): one that it was in goes on where it stood, any other one begins.

    The one that it leaves stands still, with its stages and times; an opportunity that begins another one does so at the stage
    of its Sales Stage, so that nothing of what was done is asked for again.
    """
    lifecycle.require_open(row)
    instance = _instance(act, row)
    if instance.process == key:
        raise NotAllowed(N_("This record is in that process already."))
    instances = process.instances_of(act.session, row.entity, row.id or 0)
    flow = next((f for f in switchable(act, row.entity, {one.process for one in instances}) if f.key == key), None)
    if flow is None:
        raise NotAllowed(N_("That process is not offered to you for these records."))
    if instance.status == ProcessStatus.ACTIVE:
        process.end_stay(act, instance, Unwritten(act.session))
    instance.current = False
    known = [one for one in instances if one.process == key]
    if known:
        known[0].current = True
        if known[0].status == ProcessStatus.ACTIVE:
            _take_up(act, row, known[0])
    else:
        process.begin(act.session, row, now=act.now, process=flow)
    act.session.flush()
    now = process.process_of(act.session, row.entity, row.id or 0)
    assert now is not None, "it has just been given one"
    if isinstance(row, Opportunity):
        row.sales_stage = sales_stage(flow_named(now.process).stage(now.stage))
    _tell(act, row, Event.PROCESS_SWITCHED, [["connection", ":", flow.label, ""]])


def switchable(act: Act, entity: str, known: Collection[str]) -> list[Process]:
    """The processes among which somebody may switch: those that are offered, and those that the record has been in (`known`).

    So an opportunity that came from a lead can go back into the process of that.
    """
    found = offered(entity, act.who.roles)
    return [*found, *(flow_named(key) for key in sorted(set(known) - {flow.key for flow in found}))]


def _take_up(act: Act, row: Record, instance: ProcessInstance) -> None:
    """Go on where a process stood; if that stage is gone, at the first one that has steps on the record."""
    flow = flow_named(instance.process)
    stage = flow.stage(instance.stage)
    if stage.gone:
        stage = next((one for one in flow.stages if one.entity == row.entity), flow.stages[0])
    path = instance.path.split(",")
    travelled = instance.path if stage.key in path else ",".join([*path, stage.key])
    process.enter(act, instance, stage.key, Unwritten(act.session), path=travelled)


#: What a page may ask for by name; beside it `set_active` names a stage, `switch` a process.
MOVES: Mapping[str, Callable[[Act, Record, str], object]] = {
    "next": lambda act, row, _stage: next_stage(act, row),
    "set_active": set_active,
    "back": lambda act, row, _stage: back(act, row),
    "finish": lambda act, row, _stage: finish(act, row),
    "abandon": lambda act, row, _stage: abandon(act, row),
    "resume": lambda act, row, _stage: resume(act, row),
    "switch": lambda act, row, key: switch(act, row, key),
}


def _running(act: Act, row: Record) -> tuple[ProcessInstance, Process]:
    """The process of an open record, if it goes on."""
    lifecycle.require_open(row)
    instance = _instance(act, row)
    if instance.status == ProcessStatus.FINISHED:
        raise NotAllowed(N_("This process is finished. Reactivate it to go on with it."))
    if instance.status == ProcessStatus.ABORTED:
        raise NotAllowed(N_("This process is abandoned. Reactivate it to go on with it."))
    return instance, flow_named(instance.process)


def _instance(act: Act, row: Record) -> ProcessInstance:
    """The process of a record; one that came without begins it now."""
    if row.entity not in FIRST:
        raise NotAllowed(N_("These records have no process."))
    if not row.id:
        raise NotAllowed(UNSAVED)
    found = process.process_of(act.session, row.entity, row.id) or process.begin(
        act.session, row, now=act.now, roles=act.who.roles
    )
    assert found is not None, "records of these tables have a process"
    return found


def _here(flow: Process, instance: ProcessInstance, row: Record) -> Stage:
    stage = flow.stage(instance.stage)
    _require_own(stage, row)
    return stage


_ELSEWHERE = {
    "lead": N_("The stage %(stage)s belongs to the lead. Move the process there."),
    "opportunity": N_("The stage %(stage)s belongs to the opportunity. Move the process there."),
}


def _require_own(stage: Stage, row: Record) -> None:
    if stage.entity != row.entity:
        raise NotAllowed(_ELSEWHERE[stage.entity], stage=stage.label)


def _require_steps(act: Act, row: Record, stage: Stage) -> None:
    """Raises NotYet, which names the required steps that are empty (S R2.8)."""
    if not (names := process.missing(row, stage)):
        return
    locale = act.who.conventions.locale
    labels = [
        gettext(locale, label or fields_of(type(row))[name].label) for name, label in steps_of(stage) if name in names
    ]
    raise NotYet(
        N_("The stage %(stage)s requires these steps first: %(fields)s."),
        names,
        stage=stage.label,
        fields=format_list(labels, locale=locale.replace("-", "_")),
    )


def _go(act: Act, row: Record, instance: ProcessInstance, stage: Stage) -> None:
    path = instance.path.split(",")
    travelled = ",".join([*path, stage.key] if stage.key not in path else path)
    process.enter(act, instance, stage.key, Unwritten(act.session), path=travelled)
    if isinstance(row, Opportunity):
        row.sales_stage = sales_stage(stage)
    _tell(act, row, Event.STAGE_MOVED, [["connection", ":", stage.label, ""]])


def _end(act: Act, instance: ProcessInstance, status: ProcessStatus) -> None:
    process.end_stay(act, instance, Unwritten(act.session))
    instance.status = status.value


def _tell(act: Act, row: Record, event: Event, changes: list[list[str]] | None = None) -> None:
    records.touch(act, row)
    record(act.session, row, event, by=act.who.id, now=act.now, changes=changes)
