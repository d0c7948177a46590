"""The tiles of a dashboard: a chart or number over a view, a report, or the first rows of a view (S 8.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from rxcrm.models import lists
from rxcrm.models.charting.charts import BadChart, Chart, named, of_json
from rxcrm.models.charting.figures import Drawing, Figures
from rxcrm.models.charting.reckoning import data
from rxcrm.models.charting.reports import REPORTS
from rxcrm.models.charting.saved import chart_of
from rxcrm.models.errors import NotFound
from rxcrm.models.fields import clean
from rxcrm.models.filters.conditions import Group, both, read, written
from rxcrm.models.lists import Ask, Page
from rxcrm.models.records import Act
from rxcrm.models.saved_views import resolve
from rxcrm.models.tables import RECORDS
from rxcrm.translation import N_, gettext

#: Tiles of a dashboard, and rows that a list may show.
MOST_TILES, MOST_ROWS = 20, 20
#: Columns of a dashboard's grid, and within which bounds a tile is wide (in columns) and tall (in rows of 44 pixels).
COLUMNS, NARROWEST, LOWEST, TALLEST = 12, 2, 3, 20


class TileKind(StrEnum):
    CHART = "chart"
    REPORT = "report"
    LIST = "list"


@dataclass(frozen=True)
class Tile:
    """One tile, `wide` columns of the grid (of 12) and `tall` rows of it.

    A chart is one of the system's by its key, or a `definition` of its own (charts.to_json), so that whoever may read the
    dashboard can read it; `drawing` draws it in another way. `where` narrows the rows of the `view` (JSON).
    """

    id: str
    kind: TileKind
    title: str = ""
    entity: str = "lead"
    view: str = ""
    chart: str = ""
    definition: dict[str, Any] | None = field(default=None, hash=False)
    drawing: str = ""
    report: str = ""
    inputs: dict[str, str] = field(default_factory=dict, hash=False)
    where: dict[str, Any] | None = field(default=None, hash=False)
    wide: int = 4
    tall: int = 7
    rows: int = 10

    def titled(self, act: Act) -> str:
        """The title: its own, else that of what it shows."""
        locale = act.who.conventions.locale
        if self.title:
            return gettext(locale, self.title)
        if self.kind is TileKind.REPORT:
            return gettext(locale, REPORTS[self.report].label)
        if self.kind is TileKind.LIST:
            return gettext(locale, lists.viewed(act, Ask(self.entity, self.view)).label)
        return gettext(locale, self._chart(act).label)

    def _chart(self, act: Act) -> Chart:
        if self.definition is not None:
            chart = of_json(self.definition, label=self.title)
            return chart if self.title else replace(chart, label=named(chart, act.who.conventions.locale))
        return chart_of(act, self.entity, self.chart)

    def figures(self, act: Act) -> Figures:
        """What a chart or report comes to at this moment. Raises BadChart, BadFilter, NotFound."""
        where = read(self.where)
        if self.kind is TileKind.REPORT:
            found = REPORTS[self.report].figures(act, self.inputs, where)
        else:
            found = data(act, self._chart(act), self._ask(act, where))
        title = gettext(act.who.conventions.locale, self.title)
        return replace(found, kind=self.drawing or found.kind, title=title or found.title)

    def page(self, act: Act) -> Page:
        """The first rows of a list."""
        found = lists.page(act, self._ask(act, read(self.where)))
        found.rows = found.rows[: self.rows]
        return found

    def _ask(self, act: Act, where: Group) -> Ask:
        ask = Ask(self.entity, self.view or "all")
        if problem := resolve(act, self.entity, ask.view).problem:
            # Somebody's own view: who may not see it must not take other rows for it.
            raise NotFound(problem)
        return replace(ask, where=both(lists.viewed(act, ask).where, where)) if where else ask


def to_json(tile: Tile) -> dict[str, Any]:
    """A tile as JSON data, for `read_all`."""
    return {**asdict(tile), "kind": tile.kind.value}


def read_all(data: Any) -> tuple[Tile, ...]:
    """The tiles that JSON data describe, checked. Raises BadChart, or BadFilter for a condition."""
    if not isinstance(data, Sequence) or isinstance(data, str) or len(data) > MOST_TILES:
        raise BadChart(N_("A dashboard can have at most %(n)s tiles."), n=MOST_TILES)
    return tuple(_read(part, at) for at, part in enumerate(data))


def _read(data: Any, at: int) -> Tile:
    if not isinstance(data, Mapping):
        raise BadChart
    try:
        tile = Tile(
            id=f"t{at + 1}",
            kind=TileKind(data["kind"]),
            title=clean(str(data.get("title") or ""))[:100],
            entity=str(data.get("entity") or "lead"),
            view=str(data.get("view") or "")[:40],
            chart=str(data.get("chart") or "")[:40],
            definition=dict(data["definition"]) if data.get("definition") else None,
            drawing=Drawing(data["drawing"]).value if data.get("drawing") else "",
            report=str(data.get("report") or "")[:40],
            inputs={str(k)[:40]: str(v)[:40] for k, v in dict(data.get("inputs") or {}).items()},
            where=written(read(data["where"])) if data.get("where") else None,
            wide=min(max(int(data.get("wide") or 4), NARROWEST), COLUMNS),
            tall=min(max(int(data.get("tall") or 7), LOWEST), TALLEST),
            rows=min(max(int(data.get("rows") or 10), 1), MOST_ROWS),
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        raise BadChart from None
    if (
        tile.entity not in RECORDS
        or (tile.kind is TileKind.REPORT and tile.report not in REPORTS)
        or len(tile.inputs) > 10
    ):
        raise BadChart
    if tile.definition is not None:
        of_json(tile.definition)
    return tile
