"""In a settings file: processes with their stages, steps and gates, who may use them, and their order."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from rxcrm.models import process_editing
from rxcrm.models.choices import OpportunityStage
from rxcrm.models.errors import BadValue
from rxcrm.models.process_drawing import MOST_STAGES, MOST_STEPS, known_steps
from rxcrm.models.process_tables import ProcessDefinition, described
from rxcrm.models.records import Act
from rxcrm.models.searching import fold
from rxcrm.models.settings_file.of_organisation import unknown
from rxcrm.models.settings_file.parts import AS_SHIPPED, Desk, Items, Part, known_labels, register, shipped, shipped_key
from rxcrm.models.settings_file.references import Directory
from rxcrm.models.settings_file.shapes import (
    LABELS,
    NAMES,
    Shape,
    flag,
    listing,
    maybe,
    one_of,
    record,
    shipped_or,
    text,
    whole,
)
from rxcrm.models.stages import FIRST, PROCESSES
from rxcrm.translation import N_, gettext

_STEP = record(optional={"labels": LABELS, "required": flag}, field=text(120))
_STAGE = record(
    optional={"labels": LABELS, "key": text(40)},
    entity=one_of(*FIRST),
    category=whole(0, max(int(stage) for stage in OpportunityStage)),
    steps=listing(_STEP, MOST_STEPS),
)
_PROCESS = record(labels=LABELS, roles=listing(text(120), 200), active=flag, stages=maybe(listing(_STAGE, MOST_STAGES)))
_TABLE = record(order=NAMES)


def _shape(name: str) -> Shape:
    entity, _, process = name.partition("/")
    if entity not in FIRST:
        return unknown(name)
    return _TABLE if not process else shipped_or(_PROCESS) if shipped_key(process) else _PROCESS


def _rows(act: Act) -> dict[str, ProcessDefinition]:
    asked = select(ProcessDefinition).order_by(col(ProcessDefinition.id))
    return {row.key: row for row in act.session.exec(asked.execution_options(populate_existing=True))}


def _name(row: ProcessDefinition) -> str:
    return shipped(row.key) if row.key in PROCESSES else gettext("en", described(row).label)


def _ordered(act: Act, entity: str) -> list[tuple[str, str]]:
    """(name in a file, key) of the processes of a table in their order."""
    rows = _rows(act)
    known = {key: flow for key, flow in PROCESSES.items() if flow.entity == entity}
    known |= {key: described(row) for key, row in rows.items() if row.entity == entity}
    flows = sorted(known.values(), key=lambda flow: flow.position)
    return [(shipped(flow.key) if flow.key in PROCESSES else gettext("en", flow.label), flow.key) for flow in flows]


def _export(act: Act) -> Items:
    found: Items = {f"{flow.entity}/{shipped(key)}": AS_SHIPPED for key, flow in PROCESSES.items()}
    names = Directory(act)
    for row in _rows(act).values():
        told = {
            "labels": dict(row.labels),
            "roles": names.roles_out(row.roles),
            "active": row.active,
            "stages": None if row.stages is None else [_stage_out(row, s) for s in row.stages if not s.get("gone")],
        }
        if row.key not in PROCESSES or told != {"labels": {}, "roles": [], "active": True, "stages": None}:
            found[f"{row.entity}/{_name(row)}"] = told
    for entity in FIRST:
        found[entity] = {"order": [name for name, _key in _ordered(act, entity)]}
    return found


def _stage_out(row: ProcessDefinition, held: dict[str, Any]) -> dict[str, Any]:
    """A stage without the key that it has on this installation alone."""
    stage = known_steps(held)
    told = {"entity": stage["entity"], "category": stage.get("category", 0), "steps": stage["steps"]}
    if stage.get("labels"):
        told["labels"] = stage["labels"]
    if row.key in PROCESSES and any(known.key == stage["key"] for known in PROCESSES[row.key].stages):
        told["key"] = stage["key"]
    return told


def _apply(desk: Desk, wanted: Items) -> None:
    act = desk.act
    # Those that are for everybody come first: one of them there must always be.
    for name, value in sorted(wanted.items(), key=lambda pair: _is_narrow(pair[1])):
        entity, _, process = name.partition("/")
        if not process:
            continue
        with desk.item(name):
            key = shipped_key(process)
            if key and (key not in PROCESSES or PROCESSES[key].entity != entity):
                raise BadValue(N_("There is no such process."))
            told = {"labels": {}, "roles": [], "active": True, "stages": None} if value == AS_SHIPPED else value
            _process_in(desk, entity, process, key, told)
    for entity, value in wanted.items():
        if "/" not in entity:
            with desk.item(entity):
                known = dict(_ordered(act, entity))
                first = [known[name] for name in dict.fromkeys(value["order"]) if name in known]
                process_editing.arrange(act, entity, first)


def _is_narrow(value: Any) -> bool:
    return isinstance(value, dict) and "active" in value and (not value["active"] or bool(value["roles"]))


def _process_in(desk: Desk, entity: str, name: str, key: str, told: dict[str, Any]) -> None:
    act, rows = desk.act, _rows(desk.act)
    labels, roles = known_labels(desk, told["labels"]), desk.names.roles(told["roles"])
    if key:
        row = rows.get(key)
    else:
        row = next((r for r in rows.values() if r.entity == entity and fold(_name(r)) == fold(name)), None)
        row = row or process_editing.add(act, entity, labels or {"en": name})
    if told["stages"] is None and not key:
        raise BadValue(N_("A process has 1 to %(n)s stages."), n=MOST_STAGES)
    key = key or (row.key if row else "")
    stages = process_editing.shipped_stages(key) if told["stages"] is None else _stages_in(desk, row, told["stages"])
    if not told["active"] and row is not None and row.active:
        row = process_editing.set_active(act, key, False)
    elif told["active"] and row is not None and not row.active:
        row = process_editing.set_active(act, key, True)
    made = process_editing.save(
        act, key, row.version if row else 0, {"labels": labels, "roles": roles, "stages": stages}
    )
    if made.active != told["active"]:
        process_editing.set_active(act, key, told["active"])


def _stages_in(desk: Desk, row: ProcessDefinition | None, told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The stages of a file with the keys that they have here: shipped ones by theirs, others by what they are called."""
    here = described(row).stages if row else ()
    named = {(stage.entity, fold(gettext("en", stage.label))): stage.key for stage in here}
    found = []
    for stage in told:
        labels = known_labels(desk, stage.get("labels", {}))
        label = labels.get("en") or next(iter(labels.values()), "")
        key = stage.get("key") or named.pop((stage["entity"], fold(label)), "")
        steps = [{**step, "labels": known_labels(desk, step.get("labels", {}))} for step in stage["steps"]]
        found.append({**stage, "key": key, "labels": labels, "steps": steps})
    return found


register(Part("processes", N_("Processes"), 65, _export, _apply, _shape))
