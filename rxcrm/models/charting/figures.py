"""What a chart or report comes to: points with their values, and the rows behind each of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rxcrm.models.filters.conditions import Group, Part, Test, every, written
from rxcrm.models.filters.operators import OWNERS
from rxcrm.models.tables import record_table
from rxcrm.translation import N_


class Unit(StrEnum):
    """What a value counts: records, a plain number, an amount of money, per cent (0 to 100), or seconds."""

    COUNT = "count"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    SECONDS = "seconds"


class Drawing(StrEnum):
    """How figures are drawn (S 7.11). A table draws nothing but its rows."""

    COLUMN = "column"
    BAR = "bar"
    STACKED = "stacked"
    LINE = "line"
    AREA = "area"
    PIE = "pie"
    DOUGHNUT = "doughnut"
    FUNNEL = "funnel"
    TAG = "tag"
    NUMBER = "number"
    TABLE = "table"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Drawing.COLUMN: N_("Column"),
    Drawing.BAR: N_("Bar"),
    Drawing.STACKED: N_("Stacked column"),
    Drawing.LINE: N_("Line"),
    Drawing.AREA: N_("Area"),
    Drawing.PIE: N_("Pie"),
    Drawing.DOUGHNUT: N_("Doughnut"),
    Drawing.FUNNEL: N_("Funnel"),
    Drawing.TAG: N_("Tags"),
    Drawing.NUMBER: N_("Number"),
    Drawing.TABLE: N_("Table"),
}


@dataclass
class Measure:
    """A column of values: its label in the reader's language, its unit, and the list whose rows it counts.

    `where` is the condition of those rows, as JSON; None where no list shows them. `drawn` says whether the drawing shows
    it; the table shows all. `colour` is one of choices.COLOURS, empty where the drawing chooses.
    """

    key: str
    label: str
    unit: str = Unit.COUNT.value
    currency: str = ""
    path: str = ""
    where: dict[str, Any] | None = None
    drawn: bool = True
    colour: str = ""


@dataclass
class Point:
    """A row of values, one for each measure; `where` narrows the measures' rows to those of this point.

    None as a value means that there is nothing to reckon it from; None as `where` that no filter can tell its rows.
    """

    key: str
    label: str
    values: list[float | None]
    where: dict[str, Any] | None = None
    #: A shorter label for the narrow places of an axis; empty where there is none.
    short: str = ""
    colour: str = ""


@dataclass
class Asked:
    """What a report was asked with, in the reader's language: a number up to `most`, or one of `options` (key, label)."""

    name: str
    label: str
    value: str
    most: int = 0
    options: list[list[str]] = field(default_factory=list)


@dataclass
class Figures:
    """A chart or report as it is at the moment `at` (ISO). Labels are in the reader's language.

    `groups` is how many points there would be without a limit, `notes` are sentences about what is not counted. `view` and
    `search` stay in the address of the list to which a point leads. `totals` stand below the table, one for each measure;
    empty where adding up means nothing. `nested` says that the rows of each point are among those of the point before.
    `asked` are the inputs of a report, which its reader may give otherwise.
    """

    title: str
    kind: str
    category: str
    measures: list[Measure]
    points: list[Point]
    at: str
    groups: int = 0
    notes: list[str] = field(default_factory=list)
    view: str = ""
    search: str = ""
    totals: list[float | None] = field(default_factory=list)
    nested: bool = False
    asked: list[Asked] = field(default_factory=list)


def condition_of(measure: Measure, point: Point) -> dict[str, Any] | None:
    """The filter that shows the rows behind one value; None if none can."""
    if measure.where is None or point.where is None:
        return None
    return {"all": [part for part in (measure.where, point.where) if part.get("all", [part])]}


def listed(entity: str, where: Group) -> dict[str, Any]:
    """`path` and `where` of a measure that counts rows of a table."""
    return {"path": record_table(entity).path, "where": written(where)}


def narrowed(*parts: Part) -> dict[str, Any]:
    """The `where` of a point."""
    return written(parts[0] if len(parts) == 1 else every(*parts))


def owned_by(key: int) -> Test | None:
    """The condition of an owner's key: users count up, teams down (`groups.owner_key`). None for nobody."""
    if key == NOTHING:
        return None
    return Test(OWNERS, "eq", (f"user:{key}" if key > 0 else f"team:{-key}",))


#: The keys of rows without a value, and of those whose related record the reader may not see.
NOTHING, HIDDEN = -(10**15), -(10**15) + 1
EMPTY = N_("(empty)")
UNSEEN = N_("(records that you may not see)")
