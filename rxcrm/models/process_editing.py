"""What administrators do with processes: stages, steps and gates, who may use them, in which order (S 2.3, R2.16, R2.17).

No stage that records are in goes without saying where they go; what they have travelled stays in their books.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import case, func, insert, literal, or_, update
from sqlmodel import col, select

from rxcrm.models import configuration
from rxcrm.models.errors import BadValue, NotAllowed, NotFound, Stale
from rxcrm.models.forms.layout import clean_labels
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.people import User
from rxcrm.models.privileges import known_roles
from rxcrm.models.process import ProcessInstance, ProcessStatus, StageLog
from rxcrm.models.process_drawing import known_steps, roles_of, stages_of
from rxcrm.models.process_tables import ProcessDefinition, described, stored
from rxcrm.models.records import Act
from rxcrm.models.searching import fold
from rxcrm.models.shaping.options import require_administrator
from rxcrm.models.stages import FIRST, PROCESSES, Process
from rxcrm.translation import N_, gettext

#: Active processes of one table (S R2.16), and of all of them.
MOST_ACTIVE, MOST_PROCESSES = 10, 50
CHANGED = N_(
    "%(who)s changed this process while you were working on it. What you did is still here: take theirs, or put yours over it."
)


@dataclass
class ProcessRow:
    """A process in the table of the settings page: `used` counts the records that are in it or have been."""

    key: str
    entity: str
    label: str
    stages: list[str]
    roles: list[str]
    active: bool
    shipped: bool
    changed: bool
    used: int
    default: bool = False
    first: bool = False
    last: bool = False


@dataclass
class Draft:
    """A process as its editor shows it. `stages` are as stored; `counts`: stage → records that are in it now."""

    key: str
    entity: str
    version: int
    label: str
    labels: dict[str, str]
    stages: list[dict[str, Any]]
    roles: list[str]
    active: bool
    shipped: list[dict[str, Any]] | None
    counts: dict[str, int] = field(default_factory=dict)
    who: str = ""


def listed(act: Act, entity: str) -> list[ProcessRow]:
    """The processes of a table in their order. Raises NotFound."""
    require_administrator(act)
    _require_table(entity)
    used = dict(
        act.session.execute(select(ProcessInstance.process, func.count()).group_by(ProcessInstance.process)).all()
    )
    rows = {row.key: row for row in _rows(act, entity)}
    flows = _ordered(rows, entity)
    views = [
        ProcessRow(
            key=flow.key,
            entity=entity,
            label=flow.label,
            stages=[stage.label for stage in flow.stages],
            roles=[role for role in flow.roles if role in known_roles()],
            active=flow.active,
            shipped=flow.key in PROCESSES,
            changed=flow.key in rows and rows[flow.key].stages is not None,
            used=used.get(flow.key, 0),
        )
        for flow in flows
    ]
    views[0].first = views[-1].last = True
    default = next((view for view in views if view.active and not view.roles), None)
    if default:
        default.default = True
    return views


def opened(act: Act, key: str) -> Draft:
    """A process as an administrator edits it. Raises NotFound."""
    require_administrator(act)
    row = act.session.exec(select(ProcessDefinition).where(ProcessDefinition.key == key)).first()
    shipped = PROCESSES.get(key)
    if row is None and shipped is None:
        raise NotFound(N_("There is no such process."))
    entity = row.entity if row else shipped.entity if shipped else ""
    own = [stored(stage) for stage in shipped.stages] if shipped else None
    stages = row.stages if row and row.stages is not None else own or []
    who = act.session.get(User, row.modified_by_id) if row and row.modified_by_id else None
    return Draft(
        key=key,
        entity=entity,
        version=row.version if row else 0,
        label=shipped.label if shipped else "",
        labels=dict(row.labels) if row else {},
        stages=[known_steps(stage) for stage in stages if not stage.get("gone")],
        roles=[role for role in (row.roles if row else ()) if role in known_roles()],
        active=row is None or row.active,
        shipped=own,
        counts=_counts(act, key),
        who=who.name if who else "",
    )


def save(
    act: Act, key: str, version: int, wanted: Mapping[str, Any], moves: Mapping[str, str] | None = None
) -> ProcessDefinition:
    """Let a process be as the administrator has drawn it, at once and for every record in it.

    `wanted`: labels, roles, stages. A stage that records are in may go only if `moves` says to which one they go. Raises
    NotAllowed with how many there are, Stale with the name of who was faster, BadValue.
    """
    row = _locked(act, key, version)
    act.session.flush()  # keys of new stages carry the number of the row
    before = described(row)
    labels, roles = clean_labels(wanted.get("labels", {})), roles_of(wanted.get("roles", []))
    if not labels and key not in PROCESSES:
        raise BadValue(N_("Give the process a name."))
    stages = stages_of(before, wanted.get("stages"), lambda: _fresh(row))
    _require_free_name(act, row, labels)
    _clear(act, before, stages, moves or {})
    row.labels, row.roles = labels, roles
    kept = {stage["key"] for stage in stages}
    row.stages = _with_gone(row, before, stages, kept)
    if key in PROCESSES and row.stages == [stored(stage) for stage in PROCESSES[key].stages]:
        row.stages = None
    _changed(act, row)
    _follow_categories(act, described(row))
    _require_one_for_everybody(act, row.entity)
    return row


def add(act: Act, entity: str, name: Mapping[str, str]) -> ProcessDefinition:
    """A process of one's own: not active, with the stages of the shipped one under keys of their own."""
    require_administrator(act)
    _require_table(entity)
    configuration.changed(act)  # whoever else shapes something waits here
    rows = _rows(act, entity)
    if len(rows) >= MOST_PROCESSES:
        raise NotAllowed(N_("A table can have at most %(n)s processes."), n=MOST_PROCESSES)
    labels = clean_labels(name)
    if not labels:
        raise BadValue(N_("Give the process a name."))
    row = ProcessDefinition(
        entity=entity, key="", labels=labels, active=False, version=0, created_on=act.now, modified_on=act.now
    )
    row.position = max((flow.position for flow in _ordered({r.key: r for r in rows}, entity)), default=0) + 1
    _require_free_name(act, row, labels)
    act.session.add(row)
    row.key = f"new-{entity}-{act.now.timestamp()}"[:40]
    act.session.flush()
    row.key = f"p{row.id}"
    stages = []
    for stage in FIRST[entity].stages:
        texts = {"en": gettext("en", stage.label)}
        steps = [{"field": name, **({"labels": {"en": label}} if label else {})} for name, label in stage.steps]
        stages.append({**stored(stage), "key": _fresh(row), "labels": texts, "steps": steps})
    row.stages = stages
    return _changed(act, row)


def set_active(act: Act, key: str, active: bool) -> ProcessDefinition:
    """Offer a process, or stop offering it: records that are in it go on. Raises NotAllowed for the last for everybody."""
    row = _row_of(act, key)
    others = [flow for flow in _flows(act, row.entity) if flow.active and flow.key != key]
    if active and len(others) >= MOST_ACTIVE:
        raise NotAllowed(N_("A table can have at most %(n)s active processes."), n=MOST_ACTIVE)
    row.active = active
    _changed(act, row)
    _require_one_for_everybody(act, row.entity)
    return row


def move(act: Act, key: str, places: int) -> None:
    """Put a process earlier (negative) or later: new records begin the first that fits the roles of their creator."""
    row = _row_of(act, key)
    flows = _flows(act, row.entity)
    at = next(at for at, flow in enumerate(flows) if flow.key == key)
    flows.insert(min(max(at + places, 0), len(flows) - 1), flows.pop(at))
    for position, flow in enumerate(flows):
        _row_of(act, flow.key).position = position
    act.session.flush()


def arrange(act: Act, entity: str, keys: Sequence[str]) -> None:
    """Put the processes of a table into this order; those that are not named follow in their own."""
    require_administrator(act)
    _require_table(entity)
    flows = [flow.key for flow in _flows(act, entity)]
    wanted = [key for key in keys if key in flows]
    for position, key in enumerate([*wanted, *(key for key in flows if key not in wanted)]):
        _row_of(act, key).position = position
    act.session.flush()


def shipped_stages(key: str) -> list[dict[str, Any]]:
    """The stages that a process came with, as they are stored. Raises NotFound."""
    if key not in PROCESSES:
        raise NotFound(N_("There is no such process."))
    return [stored(stage) for stage in PROCESSES[key].stages]


def restore(act: Act, key: str, version: int) -> ProcessDefinition:
    """Let a shipped process be as it came. Raises NotAllowed as `save` does, where records are in stages that would go."""
    if key not in PROCESSES:
        raise NotAllowed(N_("This process did not come with rxcrm: there is nothing to go back to."))
    return save(act, key, version, {"labels": {}, "roles": [], "stages": shipped_stages(key)})


def delete(act: Act, key: str) -> str:
    """Delete a process that no record was ever in; its name. Raises NotAllowed."""
    if key in PROCESSES:
        raise NotAllowed(N_("Processes that came with rxcrm cannot be deleted. Deactivate it instead."))
    row = _row_of(act, key)
    flow = described(row)
    if act.session.exec(select(ProcessInstance.id).where(ProcessInstance.process == key).limit(1)).first():
        raise NotAllowed(N_("Records are in %(name)s or have been. Deactivate it instead."), name=flow.label)
    act.session.delete(row)
    act.session.flush()
    _require_one_for_everybody(act, row.entity)
    return flow.label


# -- rows ------------------------------------------------------------------------------------------------------------


def _require_table(entity: str) -> None:
    if entity not in FIRST:
        raise NotFound(N_("These records have no process."))


def _rows(act: Act, entity: str) -> list[ProcessDefinition]:
    found = select(ProcessDefinition).where(ProcessDefinition.entity == entity).order_by(col(ProcessDefinition.id))
    return list(act.session.exec(found.execution_options(populate_existing=True)))


def _ordered(rows: Mapping[str, ProcessDefinition], entity: str) -> list[Process]:
    known = {**PROCESSES, **{key: described(row) for key, row in rows.items()}}
    return sorted((flow for flow in known.values() if flow.entity == entity), key=lambda flow: flow.position)


def _flows(act: Act, entity: str) -> list[Process]:
    """Every process of a table in its order, as it is in this unit of work."""
    return _ordered({row.key: row for row in _rows(act, entity)}, entity)


def _row_of(act: Act, key: str) -> ProcessDefinition:
    """The row of a process that is about to be changed; a shipped one gets one at its first change."""
    require_administrator(act)
    configuration.changed(act)  # whoever else shapes something waits here
    found = select(ProcessDefinition).where(ProcessDefinition.key == key)
    row = act.session.exec(found.execution_options(populate_existing=True)).first()
    if row is None:
        if key not in PROCESSES:
            raise NotFound(N_("There is no such process."))
        row = ProcessDefinition(
            entity=PROCESSES[key].entity, key=key, version=0, created_on=act.now, modified_on=act.now
        )
        act.session.add(row)
    return row


def _locked(act: Act, key: str, version: int) -> ProcessDefinition:
    """The process in the version that the administrator saw."""
    row = _row_of(act, key)
    if row.version != version:
        who = act.session.get(User, row.modified_by_id) if row.modified_by_id else None
        raise Stale(CHANGED, who=who.name if who else N_("Somebody else"))
    return row


def _changed(act: Act, row: ProcessDefinition) -> ProcessDefinition:
    row.version += 1
    row.modified_on, row.modified_by_id = act.now, act.who.id
    act.session.add(row)
    act.session.flush()
    return row


def _fresh(row: ProcessDefinition) -> str:
    """A key that no stage of any process has or had, as boards tell lanes apart by them."""
    row.next_stage, number = row.next_stage + 1, row.next_stage
    return f"{row.key if row.key not in PROCESSES else f'{row.entity[0]}{row.id}'}s{number}"


def _require_one_for_everybody(act: Act, entity: str) -> None:
    """Raises NotAllowed unless there is an active process without roles: every new record begins one."""
    if not any(flow.active and not flow.roles for flow in _flows(act, entity)):
        raise NotAllowed(N_("One active process must be for everybody: new records begin it."))


def _require_free_name(act: Act, row: ProcessDefinition, labels: Mapping[str, str]) -> None:
    names = {fold(gettext("en", flow.label)) for flow in _flows(act, row.entity) if flow.key != row.key}
    if any(fold(text) in names for text in labels.values()):
        raise BadValue(N_("Another process of this table has this name."))


def _with_gone(
    row: ProcessDefinition, before: Process, stages: list[dict[str, Any]], kept: set[str]
) -> list[dict[str, Any]]:
    """The stages with those that are gone, each behind the one that it followed: records that were in them show them."""
    held = {stage["key"]: stage for stage in row.stages or []}
    found, last = list(stages), ""
    for stage in before.every or before.stages:
        if stage.key in kept:
            last = stage.key
            continue
        at = next((n for n, one in enumerate(found) if one["key"] == last), -1) + 1
        found.insert(at, {**(held.get(stage.key) or stored(stage)), "gone": True})
        last = stage.key
    return found


# -- records on their way --------------------------------------------------------------------------------------------


def _counts(act: Act, key: str) -> dict[str, int]:
    """Stage → how many records are in it, also those that use another process meanwhile."""
    instance = ProcessInstance
    asked = select(instance.stage, func.count()).where(
        instance.process == key, instance.status == ProcessStatus.ACTIVE.value
    )
    return {str(stage): int(n) for stage, n in act.session.execute(asked.group_by(instance.stage)).all()}


def _clear(act: Act, before: Process, stages: list[dict[str, Any]], moves: Mapping[str, str]) -> None:
    """Move records out of the stages that go. Raises NotAllowed where nobody said where to, BadValue for a wrong place."""
    kept = {stage["key"]: stage for stage in stages}
    for key, n in _counts(act, before.key).items():
        if key in kept:
            continue
        stage, to = before.stage(key), moves.get(key, "")
        if not to:
            raise NotAllowed(
                N_("Records in the stage %(stage)s: %(n)s. Say to which stage they go, or keep it."),
                stage=stage.label,
                n=n,
            )
        if to not in kept or kept[to]["entity"] != stage.entity:
            raise BadValue(N_("They can only go to a stage of this process with steps on the same table."))
        _move_all(act, before.key, key, to)


def _move_all(act: Act, process: str, old: str, new: str) -> None:
    """Everything that is in one stage goes to another, in four statements however many there are; its stays tell it."""
    one: Any = ProcessInstance
    stay: Any = StageLog
    here = (one.process == process, one.stage == old, one.status == ProcessStatus.ACTIVE.value)
    ids = select(one.id).where(*here)
    running = (stay.instance_id.in_(ids), stay.left_on.is_(None))
    quiet = {"synchronize_session": False}
    standing = select(stay.instance_id).where(*running)
    act.session.execute(
        insert(StageLog).from_select(
            ["instance_id", "stage", "entered_on"],
            select(one.id, literal(new), literal(act.now, type_=stay.entered_on.type)).where(one.id.in_(standing)),
        )
    )
    act.session.execute(
        update(StageLog).where(*running, stay.stage == old).values(left_on=act.now), execution_options=quiet
    )
    known = or_(one.path == new, one.path.like(f"{new},%"), one.path.like(f"%,{new}"), one.path.like(f"%,{new},%"))
    travelled = case((known, one.path), else_=one.path + f",{new}")
    values = {"stage": new, "stage_entered_on": act.now, "path": travelled}
    act.session.execute(update(ProcessInstance).where(*here).values(**values), execution_options=quiet)
    act.session.expire_all()


def _follow_categories(act: Act, flow: Process) -> None:
    """The Sales Stage of every open opportunity says what its stage says now."""
    one: Any = ProcessInstance
    deal: Any = Opportunity.__table__  # type: ignore[attr-defined]
    for stage in flow.stages:
        if stage.entity != "opportunity":
            continue
        here = select(one.opportunity_id).where(
            one.process == flow.key,
            one.stage == stage.key,
            one.current,
            one.status == ProcessStatus.ACTIVE.value,
            one.opportunity_id.is_not(None),
        )
        wrong = (deal.c.id.in_(here), deal.c.status == 0, func.coalesce(deal.c.sales_stage, -1) != int(stage.category))
        act.session.execute(update(deal).where(*wrong).values(sales_stage=int(stage.category)))
    act.session.expire_all()
