"""Map: what the columns of a file become, and every other choice that is made before its rows are looked at (S 6.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rxcrm.models.access import Who, require_readable
from rxcrm.models.assignment import routing
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import fields_of, parse
from rxcrm.models.importing import mapping as maps
from rxcrm.models.importing import saved_maps
from rxcrm.models.importing.books import ImportRun
from rxcrm.models.importing.examining import Option, options_of
from rxcrm.models.importing.finding import open_run
from rxcrm.models.importing.intake import SAMPLED, samples_of
from rxcrm.models.importing.mapping import Proposal, Target
from rxcrm.models.importing.opening import owner_of, stage_of
from rxcrm.models.importing.owners import Owners, possible_owners
from rxcrm.models.importing.plan import LookupRule, Plan
from rxcrm.models.importing.specials import RECORD_ID, SOURCE_ID, specs_of, tables_of
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.translation import N_, gettext


@dataclass
class TargetView:
    """Something that a column or a constant can fill; `group` is required, field or special."""

    name: str
    label: str
    required: bool
    kind: str
    group: str
    lookup: list[str] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)


@dataclass
class MapView:
    """What the columns become, and everything else that is asked before the rows are looked at."""

    run_id: int
    entity: str
    columns: list[Proposal] = field(default_factory=list)
    mapping: dict[int, str] = field(default_factory=dict)
    targets: list[TargetView] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)
    lookups: dict[str, LookupRule] = field(default_factory=dict)
    topic_pattern: str = ""
    owner: int = 0
    owners: list[tuple[int, str, str]] = field(default_factory=list)
    #: Whether assignment rules choose an owner for rows that name none, unless the plan names one.
    ruled: bool = False
    missing: list[str] = field(default_factory=list)
    maps: list[saved_maps.SavedMap] = field(default_factory=list)


def map_view(act: Act, run_id: int) -> MapView:
    """The columns with samples and what they become."""
    run = open_run(act, run_id)
    plan, locale = Plan.of(run.plan), act.who.conventions.locale
    with stage_of(run) as stage:
        headings = stage.source.headings
        samples = samples_of(stage.rows(most=SAMPLED), len(headings))
    columns = maps.propose(run.entity, headings, samples, act.who)
    targets = [_target_view(run.entity, t, locale) for t in maps.targets(run.entity, act.who)]
    return MapView(
        run_id=run_id,
        entity=run.entity,
        columns=columns,
        mapping=plan.mapping,
        targets=targets,
        constants=plan.constants,
        lookups=plan.lookups,
        topic_pattern=plan.topic_pattern,
        owner=plan.owner,
        owners=[(u.id or 0, u.name, u.email) for u in possible_owners(act.session, act.who, run.entity)],
        ruled=routing.rules_imports(run.entity),
        missing=[gettext(locale, label) for label in missing(run.entity, plan, act.who)],
        maps=saved_maps.offered(act, run.entity, headings),
    )


def _target_view(entity: str, target: Target, locale: str) -> TargetView:
    table = record_table(entity)
    spec = specs_of(table).get(target.name)
    group = "required" if target.required else "field" if target.name in fields_of(table) else "special"
    lookup = list(tables_of(spec)) if spec else []
    options = options_of(spec, locale) if spec else []
    return TargetView(target.name, gettext(locale, target.label), target.required, target.kind, group, lookup, options)


def missing(entity: str, plan: Plan, who: Who | None = None) -> list[str]:
    """The labels of what has to be mapped before anything can be created."""
    filled = {*plan.mapping.values(), *(name for name, value in plan.constants.items() if value)}
    if "full_name" in filled:
        filled.add("last_name")
    if plan.topic_pattern:
        filled.add("topic")
    if plan.mode == "update" or {RECORD_ID, SOURCE_ID} & filled:
        return []
    return [t.label for t in maps.targets(entity, who) if t.required and t.name not in filled]


def change_plan(act: Act, run_id: int, **parts: Any) -> ImportRun:
    """Choose parts of the plan anew. Raises BadValue for what cannot be chosen."""
    run = open_run(act, run_id)
    plan = Plan.of(run.plan)
    for name, value in parts.items():
        setattr(plan, name, value)
    plan.mapping = {index: target for index, target in plan.mapping.items() if target}
    plan.require_known()
    if "mapping" in parts:
        maps.check(run.entity, len(run.source.get("headings", [])), plan.mapping, act.who)
        if "fixes" not in parts:
            plan.fixes = {place: fixes for place, fixes in plan.fixes.items() if _same(run, plan, place)}
        plan.lookups = {n: rule for n, rule in plan.lookups.items() if n in plan.mapping.values()}
    if plan.owner and "owner" in parts:
        Owners(act.who, run.entity, owner_of(act.session, plan))
    if "constants" in parts:
        _check_constants(act, run.entity, plan)
    if plan.key and plan.key not in plan.mapping.values():
        plan.key = ""
    require_key(act.who, run.entity, plan)
    run.plan = plan.as_json()
    act.session.flush()
    return run


def require_key(who: Who, entity: str, plan: Plan) -> None:
    """Raises NotAllowed for records that are to be found by a field which `who` may not see: he would find out what it holds."""
    if spec := fields_of(record_table(entity)).get(plan.key):
        require_readable(who, spec, spec.label)


def choose(act: Act, run_id: int, plan: Plan) -> ImportRun:
    """Choose a whole plan at once; how the file was read stays. Raises BadValue for what cannot be carried out."""
    run = open_run(act, run_id)
    parts = {name: value for name, value in vars(plan).items() if name not in ("entity", "read")}
    change_plan(act, run_id, **parts)
    return run


def _same(run: ImportRun, plan: Plan, place: int) -> bool:
    """Whether a column still goes where it went, so that what was mended in it still means the same."""
    return Plan.of(run.plan).mapping.get(place) == plan.mapping.get(place)


def _check_constants(act: Act, entity: str, plan: Plan) -> None:
    known = specs_of(record_table(entity))
    for name, typed in plan.constants.items():
        if (spec := known.get(name)) is None or spec.locked:
            raise BadValue(N_("There is no field “%(name)s” to fill."), name=name[:80])
        parse(spec, typed, act.who.conventions)
    maps.require_importable(entity, plan.constants, act.who)
