"""By what a board has its lanes: a field with options, the owner, or the stage of the process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, String, and_, func, literal, select

from rxcrm.models import configuration, lifecycle
from rxcrm.models.access import Who
from rxcrm.models.charting import groups as grouped
from rxcrm.models.charting.charts import Category
from rxcrm.models.charting.figures import EMPTY, NOTHING
from rxcrm.models.choices import Choice, LeadStatus, OpportunityStage, OpportunityStatus
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import Kind, fields_of
from rxcrm.models.filters.conditions import EVERYTHING, Group, Test, both, every, read
from rxcrm.models.filters.sql import Compiled, there_is
from rxcrm.models.process import ProcessInstance
from rxcrm.models.records import Act
from rxcrm.models.stages import Stage, first_for, processes, stages_of
from rxcrm.models.tables import record_table
from rxcrm.models.views import View, shape_of
from rxcrm.translation import N_

#: Lanes by the stage of the process; all others are named as their field.
STAGE, OWNER = "stage", "owner"
#: Lanes in which open opportunities stand until they are won or lost.
FORECAST = "forecast_category"
#: Tables with boards, and the ways that are named first; a board begins with the first of them.
WAYS = {
    "lead": ("status_reason", "rating", OWNER, STAGE),
    "opportunity": (STAGE, FORECAST, "status_reason", "rating", OWNER),
}
#: What dropping a card does that closes its record: a dialog asks first.
QUALIFY, DISQUALIFY, WON, LOST = "qualify", "disqualify", "won", "lost"
#: Table → status → the dialog that leads there.
CLOSING: dict[str, dict[Choice, str]] = {
    "lead": {LeadStatus.QUALIFIED: QUALIFY, LeadStatus.DISQUALIFIED: DISQUALIFY},
    "opportunity": {OpportunityStatus.WON: WON, OpportunityStatus.LOST: LOST},
}
NO_LANES = N_("A board cannot have lanes by “%(name)s”.")
NO_LANE = N_("This board has no such lane (any more).")


@dataclass(frozen=True)
class Way:
    """A way to have lanes: its key in the address, and what it is called."""

    key: str
    label: str


@dataclass(frozen=True)
class Place:
    """A lane as the way has it: `key` finds its rows, `closes` names the dialog that a dropped card opens.

    A `target` takes cards and shows none: its records are not in the view. A lane that is `optional` is left out
    while it is empty.
    """

    key: str
    label: str
    colour: str = ""
    closes: str = ""
    reason: str = ""
    target: bool = False
    optional: bool = False


def ways_of(entity: str, who: Who | None = None) -> list[Way]:
    """By what a board of a table can have lanes, for somebody or anybody, the usual ways first. Empty for tables without boards."""
    if entity not in WAYS:
        return []
    specs = {n: s for n, s in fields_of(record_table(entity)).items() if who is None or who.may_read(s)}
    listed = [n for n, s in specs.items() if s.kind is Kind.CHOICE and not s.locked and not s.custom]
    made = [n for n, s in specs.items() if s.kind is Kind.CHOICE and not s.locked and s.custom]
    labels = {STAGE: N_("Process stage"), OWNER: N_("Owner")}
    keys = dict.fromkeys([*WAYS[entity], *made, *listed])
    return [Way(key, labels.get(key) or specs[key].label) for key in keys if key in labels or key in specs]


def way_of(entity: str, key: str, who: Who | None = None) -> Way:
    """The way of that key; without key the usual one. Raises BadValue for a field that is gone, hidden or has no options."""
    ways = ways_of(entity, who)
    found = next((way for way in ways if way.key == key), None) if key else ways[0] if ways else None
    if found is None:
        raise BadValue(NO_LANES, name=key[:80])
    return found


# -- lanes -----------------------------------------------------------------------------------------------------------


def places(entity: str, way: Way, view: View) -> list[Place]:
    """The lanes of a board, whatever stands in them; those of owners are told by the rows (rxcrm.models.boards.reading)."""
    if way.key == STAGE:
        return [*_stages(entity, view), *_targets(entity, view, also=entity == "opportunity")]
    if way.key == "status_reason":
        return [*_reasons(entity, view), *_targets(entity, view)]
    spec = fields_of(record_table(entity))[way.key]
    found = [Place(str(int(o)), o.label, o.colour, optional=not o.active) for o in spec.options or ()]
    if not spec.always:
        found.append(Place(str(NOTHING), EMPTY, optional=True))
    return [*found, *_targets(entity, view, also=True)] if way.key == FORECAST else found


def _reasons(entity: str, view: View) -> list[Place]:
    """The reasons of the statuses that the view shows; those of a closed record open the dialog that closes it."""
    shown = shape_of(entity, view.where).statuses
    return [
        Place(
            str(int(o)),
            o.label,
            o.colour,
            CLOSING[entity].get(status, ""),
            str(int(o)),
            optional=not o.active,
        )
        for status, options in lifecycle.every_reason(entity).items()
        if int(status) in shown
        for o in options
    ]


def _targets(entity: str, view: View, also: bool = False) -> list[Place]:
    """The ways to close a record whose lanes the view does not show; `also` where it shows closed records elsewhere."""
    shown = shape_of(entity, view.where).statuses
    if int(next(iter(lifecycle.REASONS[entity]))) not in shown:
        return []  # nothing here is open, so there is nothing to close
    reasons = lifecycle.reasons_of(entity)
    return [
        Place(f"close-{closes}", status.label, "", closes, str(int(reasons[status][0])), target=True)
        for status, closes in CLOSING[entity].items()
        if also or int(status) not in shown
    ]


def flow_of(entity: str) -> list[Stage]:
    """The stages of a table by which a board has its lanes; those that no record enters any more come last."""
    found = {stage.key: stage for stage in stages_of(entity)}
    for flow in processes().values():
        if flow.entity == entity:
            for stage in flow.every or flow.stages:
                found.setdefault(stage.key, replace(stage, gone=True))
    return list(found.values())


def _stages(entity: str, view: View) -> list[Place]:
    if entity == "opportunity":  # its Sales Stage follows the process, whichever that is
        return [Place(str(int(stage)), stage.label) for stage in OpportunityStage]
    closed = int(LeadStatus.QUALIFIED) in shape_of(entity, view.where).statuses
    return [
        Place(stage.key, stage.label, closes="" if stage.entity == entity else QUALIFY, optional=stage.gone)
        for stage in flow_of(entity)
        if closed or stage.entity == entity
    ]


# -- as SQL ----------------------------------------------------------------------------------------------------------


SelectBy = Callable[[ColumnElement[Any], Sequence[ColumnElement[bool]]], Any]


@dataclass
class Keyed:
    """The lane of each row as SQL, with what it needs."""

    key: ColumnElement[Any]
    joins: list[tuple[Any, ColumnElement[bool]]] = field(default_factory=list)
    params: dict[str, Any] = field(default_factory=dict)
    #: How a statement by lanes is put together; see Grouping.grouped.
    grouped: Callable[[SelectBy], Any] | None = None

    def statement(self, select_by: SelectBy) -> Any:
        """A statement by lanes, made of their key and what the rows fulfil besides."""
        return self.grouped(select_by) if self.grouped else select_by(self.key, ())


def keyed(act: Act, entity: str, way: Way) -> Keyed:
    """How the rows of a table are told apart by their lanes."""
    if way.key == STAGE and entity == "lead":
        process, row = _processes(), _columns(entity)
        first = literal(first_for(entity).stages[0].key, String)
        return Keyed(
            func.coalesce(process.c.stage, first), [(process, and_(process.c.lead_id == row.id, process.c.current))]
        )
    by = grouped.grouping(act, entity, Category(_field(way)))
    return Keyed(by.key, by.joins, by.params, by.grouped)


@dataclass(frozen=True)
class Within:
    """What narrows a view to one lane: a condition, and rows among which they are."""

    where: Group
    among: Compiled | None = None


def within(act: Act, entity: str, way: Way, keys: Sequence[str]) -> list[Within]:
    """What narrows a view to each of some lanes. Raises BadValue for no such lane."""
    if way.key == STAGE and entity == "lead":
        return [Within(EVERYTHING, _in_stage(key)) for key in keys]
    by = grouped.grouping(act, entity, Category(_field(way)))
    return [Within(_condition(entity, way, by, key)) for key in keys]


def _condition(entity: str, way: Way, by: grouped.Grouping, key: str) -> Group:
    parts = grouped.condition(by, number(key))
    if parts is None:
        raise BadValue(NO_LANE)
    condition = read({"all": [parts]})
    if way.key == "status_reason":  # its status besides: the indexes know that
        status = next((s for s, reasons in lifecycle.every_reason(entity).items() if number(key) in reasons), None)
        if status is not None:
            condition = both(every(Test("status", "eq", (str(int(status)),))), condition)
    return condition


@configuration.forgets
@lru_cache(64)
def _in_stage(key: str) -> Compiled:
    """Leads whose process is in a stage. Raises BadValue for none."""
    process, row = _processes(), _columns("lead")
    if all(stage.key != key for stage in flow_of("lead")):
        raise BadValue(NO_LANE)
    mine = select(process.c.id).where(process.c.lead_id == row.id, process.c.current).correlate(row.id.table)
    if key == first_for("lead").stages[0].key:  # also what has no process yet
        elsewhere = mine.where(process.c.stage != key)
        return Compiled(~elsewhere.exists(), [("", ~there_is(elsewhere))])
    here = mine.where(process.c.stage == key)
    return Compiled(here.exists(), [("", there_is(here))])


def number(key: str) -> int:
    """The key of a lane as the database holds it. Raises BadValue."""
    try:
        return int(key[:20])
    except ValueError:
        raise BadValue(NO_LANE) from None


def _field(way: Way) -> str:
    return "sales_stage" if way.key == STAGE else way.key


def _columns(entity: str) -> Any:
    return cast(Any, record_table(entity)).__table__.c


def _processes() -> Any:
    return cast(Any, ProcessInstance).__table__
