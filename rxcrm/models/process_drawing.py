"""What an administrator has drawn of a process, checked: its stages, their steps and gates (S R2.16)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rxcrm.models.choices import OpportunityStage
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import custom_spec, fields_of
from rxcrm.models.forms.layout import clean_labels
from rxcrm.models.privileges import known_roles
from rxcrm.models.stages import FIRST, PROCESSES, Process
from rxcrm.models.tables import record_table
from rxcrm.translation import N_

#: What a process can have at most (S R2.16).
MOST_STAGES, MOST_STEPS = 30, 30
#: A sentence for what no editor sends.
ODD = N_("That is no process that could be used. Reload the page and try again.")


def roles_of(held: Any) -> list[str]:
    """The roles that may use a process. Raises BadValue."""
    if not isinstance(held, list) or not all(isinstance(role, str) for role in held):
        raise BadValue(ODD)
    if unknown := [role for role in held if role not in known_roles()]:
        raise BadValue(N_("“%(value)s” is no role."), value=unknown[0][:40])
    return sorted(set(held))


def stages_of(before: Process, held: Any, fresh: Callable[[], str]) -> list[dict[str, Any]]:
    """The stages of a process as they are stored; new ones get a `fresh` key. Raises BadValue with the first thing that is wrong."""
    if not isinstance(held, list) or not all(isinstance(stage, Mapping) for stage in held):
        raise BadValue(ODD)
    if not 1 <= len(held) <= MOST_STAGES:
        raise BadValue(N_("A process has 1 to %(n)s stages."), n=MOST_STAGES)
    known = {stage.key: stage for stage in before.every or before.stages}
    found = []
    for stage in held:
        key = stage.get("key", "")
        old = known.get(key) if isinstance(key, str) else None
        entity = old.entity if old else stage.get("entity")
        if entity not in FIRST or (before.entity == "opportunity" and entity != "opportunity"):
            raise BadValue(ODD)
        labels = clean_labels(stage.get("labels", {}))
        if not labels and not (old and old.key in _shipped(before.key)):
            raise BadValue(N_("Give every stage a name."))
        made = {
            "key": old.key if old else fresh(),
            "entity": entity,
            "category": _category(stage.get("category", 0)),
            "steps": _steps(entity, stage.get("steps", [])),
        }
        found.append({**made, **({"labels": labels} if labels else {})})
    tables = [str(stage["entity"]) for stage in found]
    if tables != sorted(tables):  # "lead" comes before "opportunity"
        raise BadValue(N_("The stages of the lead come first, those of the opportunity behind them."))
    if before.entity == "lead" and tables[0] != "lead":
        raise BadValue(N_("A process of leads begins with a stage of the lead."))
    if len({stage["key"] for stage in found}) < len(found):
        raise BadValue(ODD)
    return found


def _shipped(key: str) -> set[str]:
    return {stage.key for stage in PROCESSES[key].stages} if key in PROCESSES else set()


def _category(held: Any) -> int:
    if not isinstance(held, int) or isinstance(held, bool) or held not in [int(one) for one in OpportunityStage]:
        raise BadValue(ODD)
    return held


def _steps(entity: str, held: Any) -> list[dict[str, Any]]:
    if not isinstance(held, list) or not all(isinstance(step, Mapping) for step in held):
        raise BadValue(ODD)
    if len(held) > MOST_STEPS:
        raise BadValue(N_("A stage can have at most %(n)s steps."), n=MOST_STEPS)
    specs, found, seen = fields_of(record_table(entity)), [], set()
    for step in held:
        name = step.get("field")
        if not isinstance(name, str) or not (spec := specs.get(name) or custom_spec(entity, name)):
            raise BadValue(N_("There is no field “%(name)s”."), name=str(name)[:80])
        if name in seen:
            raise BadValue(N_("%(label)s stands in a stage twice."), label=spec.label)
        seen.add(name)
        labels = clean_labels(step.get("labels", {}))
        required = step.get("required") is True
        if required and spec.locked:
            raise BadValue(N_("%(label)s cannot be required: only the system writes it."), label=spec.label)
        found.append(
            {"field": name, **({"labels": labels} if labels else {}), **({"required": True} if required else {})}
        )
    return found


def known_steps(stage: Mapping[str, Any]) -> dict[str, Any]:
    """A stored stage without the steps whose field was deleted for good."""
    entity = stage["entity"]
    specs = fields_of(record_table(entity))
    steps = [s for s in stage["steps"] if s["field"] in specs or custom_spec(entity, s["field"])]
    return {**stage, "steps": steps}
