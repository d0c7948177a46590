"""A dashboard of eight tiles over all leads, each tile beside the bare grouping, and all of them together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bench.desk import Desk
from bench.timing import Figure, Floor, compare
from rxcrm.models import lists
from rxcrm.models.charting.charts import Aggregate, Category, Chart, Series
from rxcrm.models.charting.figures import Drawing
from rxcrm.models.charting.reckoning import data
from rxcrm.models.charting.shipped import LEADS
from rxcrm.models.lists import Ask

_SHIPPED = {chart.key: chart for chart in LEADS}
_LIVE = "lead.deleted_on IS NULL"
_OPEN = f"lead.status = 0 AND {_LIVE}"
#: Grouping a million rows takes long enough: a few runs of each side do.
_RUNS = {"warm_ups": 1, "fewest": 3, "seconds": 4.0}


@dataclass(frozen=True)
class TileStep:
    """One tile, and the grouping that would do at the least: its keys, condition and value in SQL."""

    name: str
    chart: Chart
    view: str
    keys: str
    where: str
    value: str = "count(*)"


def steps(desk: Desk) -> Iterator[TileStep]:
    """Seven charts; the eighth tile is a list."""
    yield TileStep("leads by source", _SHIPPED["by-source"], "all", "lead_source", _LIVE)
    yield TileStep("open leads by rating", _SHIPPED["by-rating"], "open", "rating", _OPEN)
    yield TileStep("lead generation by month", _SHIPPED["generation"], "all", desk.month, _LIVE)
    yield TileStep("open leads by owner, top 20", _SHIPPED["by-owner"], "open", "owner_user_id", _OPEN)
    yield TileStep(
        "by source and rating, stacked", _SHIPPED["by-source-and-rating"], "all", "lead_source, rating", _LIVE
    )
    yield TileStep(
        "disqualification reasons", _SHIPPED["disqualification"], "all", "status_reason", f"lead.status = 2 AND {_LIVE}"
    )
    average = Chart("", "", "lead", Category("industry"), (Series(Aggregate.AVERAGE, "employees"),), kind=Drawing.BAR)
    yield TileStep("average of employees by industry", average, "all", "industry", _LIVE, "avg(employees)")


def figures(desk: Desk) -> list[Figure]:
    """Each tile, then the dashboard: all eight one after another."""
    found, app, floor = [], [], []
    for step in steps(desk):
        mine, bare = _tile(desk, step)
        found.append(_figure(desk, step.name, mine, bare, _statement(step)))
        app.append(mine)
        floor.append(bare)
    rows = "SELECT * FROM lead WHERE lead.status = 0 AND lead.deleted_on IS NULL ORDER BY created_on DESC, id DESC LIMIT 51"
    app.append(lambda: desk.read(desk.busy, lambda act: lists.page(act, Ask("lead", "open"))))
    floor.append(lambda: desk.bare.all(rows))
    together = "; ".join(["all of the above", rows])
    found.append(
        _figure(desk, "a dashboard of 8 tiles", lambda: [f() for f in app], lambda: [f() for f in floor], together)
    )
    return found


def _tile(desk: Desk, step: TileStep) -> tuple[Callable[[], Any], Callable[[], Any]]:
    sql, ask = _statement(step), Ask("lead", step.view)

    def mine() -> Any:
        return desk.read(desk.busy, lambda act: data(act, step.chart, ask))

    def bare() -> Any:
        return desk.bare.all(sql)

    _agree(step, mine(), bare())
    return mine, bare


def _agree(step: TileStep, shown: Any, found: list[Any]) -> None:
    """Both sides must count the same, or the comparison is worth nothing."""
    if step.chart.top or step.value != "count(*)":
        assert shown.points, step.name
        return
    assert sum(sum(point.values) for point in shown.points) == sum(row[-1] for row in found), step.name


def _statement(step: TileStep) -> str:
    return f"SELECT {step.keys}, {step.value} FROM lead WHERE {step.where} GROUP BY {step.keys}"


def _figure(desk: Desk, name: str, app: Callable[[], Any], floor: Callable[[], Any], sql: str) -> Figure:
    mine, bare = compare(app, floor, **_RUNS)  # type: ignore[arg-type]
    first = sql.partition(";")[0]
    index = desk.bare.index(first) if first.startswith("SELECT") else "see above"
    return Figure(name, desk.database, desk.leads, mine, bare, Floor(sql, index, 0))
