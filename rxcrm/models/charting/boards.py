"""The dashboards that come with the product (S 8.1, 8.3)."""

from __future__ import annotations

from dataclasses import dataclass

from rxcrm.models.charting.charts import Aggregate, Category, Chart, Series, to_json
from rxcrm.models.charting.figures import Drawing
from rxcrm.models.charting.tiles import Tile, TileKind
from rxcrm.models.choices import LeadStatus, OpportunityStatus
from rxcrm.models.filters.conditions import Test, every, written
from rxcrm.models.views import in_status
from rxcrm.translation import N_

_C, _R, _L = TileKind.CHART, TileKind.REPORT, TileKind.LIST
_WON = every(in_status(OpportunityStatus.WON), Test("actual_close_date", "this-month"))
_LOST = every(in_status(LeadStatus.DISQUALIFIED))


@dataclass(frozen=True)
class Shipped:
    """A dashboard of the system as it comes."""

    key: str
    label: str
    tiles: tuple[Tile, ...]


def _number(entity: str, view: str, title: str, series: Series = Series(), **more: object) -> Tile:
    chart = Chart("", title, entity, series=(series,), kind=Drawing.NUMBER)
    return Tile("", _C, title, entity, view, definition=to_json(chart), wide=3, tall=3, **more)  # type: ignore[arg-type]


def _chart(entity: str, chart: str, view: str = "all", **more: object) -> Tile:
    return Tile("", _C, entity=entity, view=view, chart=chart, **more)  # type: ignore[arg-type]


def _list(entity: str, view: str, **more: object) -> Tile:
    return Tile("", _L, entity=entity, view=view, **more)  # type: ignore[arg-type]


def _report(
    report: str, title: str = "", entity: str = "lead", wide: int = 4, tall: int = 7, drawing: str = "", **inputs: str
) -> Tile:
    return Tile("", _R, title, entity, report=report, inputs=inputs, wide=wide, tall=tall, drawing=drawing)


def _lost(title: str, by: str) -> Tile:
    split = Category("status_reason")
    chart = Chart("", title, "lead", Category(by), split=split, kind=Drawing.STACKED, top=15, where=_LOST)
    return Tile("", _C, title, "lead", "all", definition=to_json(chart), tall=8)


BOARDS: tuple[Shipped, ...] = (
    Shipped(
        "sales-activity",
        N_("Sales Activity"),
        (
            _number("lead", "my-open", N_("My open leads")),
            _number("activity", "my-today", N_("My activities due today")),
            _number("activity", "my-overdue", N_("My overdue activities")),
            _number("opportunity", "my-open", N_("My pipeline"), Series(Aggregate.SUM, "estimated_revenue")),
            _list("lead", "my-open", wide=7),
            _chart("lead", "by-source", "open", wide=5),
            _list("activity", "my-today", wide=7),
            _chart("lead", "by-rating", "open", wide=5),
            _chart("activity", "completed", wide=7),
            _chart("lead", "generation", wide=5),
        ),
    ),
    Shipped(
        "sales-performance",
        N_("Sales Performance"),
        (
            _number("opportunity", "open", N_("Open pipeline"), Series(Aggregate.SUM, "estimated_revenue")),
            _number("opportunity", "open", N_("Open opportunities")),
            _number(
                "opportunity", "all", N_("Won this month"), Series(Aggregate.SUM, "actual_revenue"), where=written(_WON)
            ),
            _report("win-rate", N_("Win rate of the last 12 months"), "opportunity", wide=3, tall=3),
            _report("sales-pipeline", "", "opportunity", wide=7, by="owner"),
            _chart("opportunity", "by-stage", wide=5),
            _chart("opportunity", "won", wide=7),
            _chart("opportunity", "decided", wide=5),
            _report("win-rate", N_("Win rate by month"), "opportunity", wide=7, by="month"),
            _report("win-rate", N_("Win rate by owner"), "opportunity", wide=5, by="owner"),
            _list("opportunity", "open", wide=12),
        ),
    ),
    Shipped(
        "lead-sources",
        N_("Lead Sources"),
        (
            _report("lead-sources", wide=12, tall=11, drawing="table"),
            _chart("lead", "by-source", wide=5, tall=8),
            _chart("lead", "by-source-and-rating", wide=7, tall=8),
            _report("funnel", N_("Funnel by source"), wide=7, tall=8, by="source"),
            _chart("lead", "generation", wide=5, tall=8),
        ),
    ),
    Shipped(
        "neglected-leads",
        N_("Neglected Leads"),
        (
            _report("neglected-leads", wide=7),
            _report("ageing", wide=5),
            _report("first-activity", wide=7),
            _chart("activity", "by-owner", wide=5),
            _list("activity", "overdue", wide=12),
        ),
    ),
    Shipped(
        "funnel",
        N_("Funnel"),
        (
            _report("funnel", wide=7, tall=8),
            _report("first-activity", N_("Time to first activity by month"), wide=5, tall=8, by="month"),
            _report("funnel", N_("Funnel by month"), wide=7, tall=8, by="month"),
            _chart("lead", "generation", wide=5, tall=8),
            _report("funnel", N_("Funnel by source"), wide=12, tall=8, by="source"),
            _report("funnel", N_("Funnel by owner"), wide=12, tall=9, drawing="table", by="owner"),
        ),
    ),
    Shipped(
        "disqualification",
        N_("Disqualification Reasons"),
        (
            _chart("lead", "disqualification", tall=8),
            _lost(N_("Reasons by source"), "lead_source"),
            _lost(N_("Reasons by owner"), "owner"),
            _list("lead", "closed", title=N_("Disqualified leads"), where=written(_LOST), wide=12, tall=8),
        ),
    ),
    Shipped(
        "team",
        N_("Team Board"),
        (
            _report("team-board", wide=12, tall=10),
            _chart("lead", "by-owner", "open"),
            _chart("activity", "by-owner"),
            _report("neglected-leads"),
            _chart("opportunity", "by-owner", wide=5),
            _report("first-activity", wide=7),
        ),
    ),
)
