"""The step Map of an import: what each column becomes, values for all rows, saved maps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import reflex as rx
from typing_extensions import TypedDict

from rxcrm.models import records
from rxcrm.models.errors import BadValue, CrmError
from rxcrm.models.fields import Kind, fields_of
from rxcrm.models.importing import wizard
from rxcrm.models.importing.books import ImportMap, Step
from rxcrm.models.importing.lookups import MADE
from rxcrm.models.importing.names import split_name
from rxcrm.models.importing.plan import LookupRule, Plan
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.state import live
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.importing import phases
from rxcrm.state.importing.steps import IMPORT, StepMixin
from rxcrm.translation import N_

#: Longest text for all rows, and most of them.
LONGEST, MOST = 2_000, 200


class Chosen(TypedDict):
    """What the page sends: fields by the indexes of their columns, values for all rows, look-ups, topic, owner, how known records are found."""

    mapping: dict[str, str]
    constants: dict[str, str]
    lookups: dict[str, dict[str, str]]
    pattern: str
    owner: int
    mode: str
    key: str


@dataclass
class ColumnRow:
    """One column of the file. `proposed` was recognised, and `because` says how; `split` is for full names."""

    index: int
    heading: str
    samples: list[str]
    proposed: str
    because: str
    split: list[list[str]] = field(default_factory=list)


@dataclass
class TargetRow:
    """Something that a column can fill. With `constant` so can a value for all rows; `lookup` names the table looked in."""

    name: str
    label: str
    required: bool
    kind: str
    special: bool
    lookup: str = ""
    creatable: bool = False
    constant: bool = False
    options: list[list[str]] = field(default_factory=list)


@dataclass
class OwnerChoice:
    """Somebody who may own what comes in."""

    id: int
    name: str
    email: str


@dataclass
class MapChoice:
    """A saved map; `fits` if this file has its headings, and its columns go elsewhere so far."""

    id: int
    name: str
    shared: bool
    mine: bool
    fits: bool


@dataclass
class MapPage:
    """The whole step; `constant_names` says what chosen records are called."""

    columns: list[ColumnRow] = field(default_factory=list)
    mapping: dict[str, str] = field(default_factory=dict)
    targets: list[TargetRow] = field(default_factory=list)
    constants: dict[str, str] = field(default_factory=dict)
    constant_names: dict[str, str] = field(default_factory=dict)
    lookups: dict[str, dict[str, str]] = field(default_factory=dict)
    topic_pattern: str = ""
    owner: int = 0
    owners: list[OwnerChoice] = field(default_factory=list)
    ruled: bool = False
    mode: str = "both"
    key: str = ""
    maps: list[MapChoice] = field(default_factory=list)


def page_of(act: Act, run_id: int) -> MapPage:
    """Everything that the step shows."""
    view, locale = wizard.map_view(act, run_id), act.who.conventions.locale
    plan, known = Plan.of(wizard.visible_run(act, run_id).plan), fields_of(record_table(view.entity))
    names: dict[str, str] = {}
    for name, value in view.constants.items():
        if name in known and known[name].kind is Kind.LOOKUP and value.isdecimal():
            names[name] = records.name_of(act, known[name].target, int(value)) or ""
    return MapPage(
        columns=[
            ColumnRow(c.index, c.heading, c.samples, c.target, c.reason(locale), _split(c.samples))
            for c in view.columns
        ],
        mapping={str(index): target for index, target in view.mapping.items()},
        targets=[_target(t, known) for t in view.targets],
        constants=view.constants,
        constant_names=names,
        lookups={name: {"by": rule.by, "make": rule.make} for name, rule in view.lookups.items()},
        topic_pattern=view.topic_pattern,
        owner=view.owner,
        owners=[OwnerChoice(*one) for one in view.owners],
        ruled=view.ruled,
        mode=plan.mode,
        key=plan.key,
        maps=[MapChoice(m.id, m.name, m.shared, m.mine, m.fits and not _in_use(act, m.id, view)) for m in view.maps],
    )


def _in_use(act: Act, map_id: int, view: wizard.MapView) -> bool:
    """Whether the columns go already where a saved map sends them."""
    kept = act.session.get_one(ImportMap, map_id)
    here = {c.heading: view.mapping[c.index] for c in view.columns if c.index in view.mapping}
    return here == {kept.headings[int(place)]: target for place, target in kept.plan["mapping"].items()}


def _split(samples: list[str]) -> list[list[str]]:
    """Samples as full names, where they could be some."""
    return [list(split_name(s)) for s in samples if not any(c.isdigit() or c == "@" for c in s)]


def _target(target: wizard.TargetView, known: dict[str, Any]) -> TargetRow:
    spec = known.get(target.name)
    return TargetRow(
        name=target.name,
        label=target.label,
        required=target.required,
        kind=target.kind,
        special=target.group == "special",
        lookup=",".join(target.lookup),
        creatable=any(entity in MADE for entity in target.lookup),
        constant=spec is not None and not spec.locked and len(target.lookup) < 2,
        options=[[o.value, o.label] for o in target.options],
    )


class MapStep(StepMixin, AppState):
    """The columns of a file. What is chosen lives in the page, and is kept with the import a moment later."""

    _step: str = "map"
    view: MapPage = MapPage()
    loaded: int = 0

    @action(IMPORT)
    async def save(self, run_id: int, chosen: Chosen):
        """Keep what was chosen so far. What is not complete yet is kept once it is."""
        parts = parts_of(chosen)
        if parts["mapping"]:
            await do(_change, run_id, parts)

    @action(IMPORT)
    async def proceed(self, run_id: int, chosen: Chosen):
        """Keep what was chosen, and go on to the values."""
        self.work.problem = ""
        phases.forget(run_id)
        try:
            await do(_complete, run_id, parts_of(chosen))
        except CrmError as refusal:
            self.work.problem = refusal.text(self.locale)
            return None
        return rx.redirect(f"/import/{run_id}/review")

    @action(IMPORT)
    async def save_map(self, run_id: int, name: str, shared: bool):
        """Keep the map under a name."""
        await do(wizard.save_map, run_id, name, shared)
        self._say(N_("The map “%(name)s” was saved."), name=name[:100])
        await self._load_maps(run_id)

    @action(IMPORT)
    async def use_map(self, run_id: int, map_id: int):
        """Do with this file what a saved map says."""
        await do(wizard.apply_map, run_id, map_id)
        await self._show()
        self._say(N_("The saved map was used."))

    @action(IMPORT)
    async def forget_map(self, run_id: int, map_id: int):
        """Delete a saved map."""
        await do(wizard.forget_map, map_id)
        await self._load_maps(run_id)

    async def _load_maps(self, run_id: int) -> None:
        """The saved maps alone: what is being chosen in the page stays."""
        self.view.maps = (await look(page_of, run_id)).maps

    async def _show(self) -> None:
        self.view = await look(page_of, self.run.id)
        self.loaded += 1


def parts_of(chosen: Chosen) -> dict[str, Any]:
    """The parts of a plan, as the page sends them. Raises BadValue for what no page sends."""
    mapping, constants, lookups = chosen["mapping"], chosen["constants"], chosen["lookups"]
    rules = [set(rule) == {"by", "make"} for rule in lookups.values()]
    texts = [*constants.values(), chosen["pattern"]]
    if not all(rules) or len(constants) > MOST or max(map(len, texts)) > LONGEST:
        raise BadValue(N_("That is too much text."))
    return {
        "mapping": {int(i): target for i, target in mapping.items() if i.isascii() and i.isdecimal() and len(i) < 6},
        "constants": {name: value for name, value in constants.items() if value.strip()},
        "lookups": {name: LookupRule(**rule) for name, rule in lookups.items()},
        "topic_pattern": chosen["pattern"][:300],
        "owner": max(0, chosen["owner"]),
        "mode": chosen["mode"],
        "key": chosen["key"],
    }


def _change(act: Act, run_id: int, parts: dict[str, Any]) -> None:
    wizard.change_plan(act, run_id, **parts)


def _complete(act: Act, run_id: int, parts: dict[str, Any]) -> None:
    """Keep the parts, and remember that the next step was reached. Raises BadValue where something is missing."""
    _change(act, run_id, parts)
    wizard.opened(act, run_id).stage.leave()
    wizard.reach(act, run_id, Step.REVIEW.value)


live.on_topic("import:", MapStep, "_hear")
