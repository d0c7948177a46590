"""A chart as data: what is counted or added up, by which field, and how it is drawn (S 7.11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rxcrm.models.charting.figures import Drawing
from rxcrm.models.errors import CrmError, NotFound
from rxcrm.models.fields import FieldSpec, Kind
from rxcrm.models.filters.conditions import EVERYTHING, Group, read, written
from rxcrm.models.filters.operators import OWNERS, USERS
from rxcrm.models.filters.values import filterable, place_of
from rxcrm.models.tables import RECORDS, REFERENCES, pointed_table, record_table
from rxcrm.translation import N_, gettext


class BadChart(CrmError):
    """A chart that cannot be reckoned: it was damaged, or what it speaks of is gone."""

    message = N_("This chart cannot be read. Change it, or choose another one.")


class Aggregate(StrEnum):
    """What becomes of the rows of a group (S 7.11)."""

    COUNT = "count"
    FILLED = "filled"
    SUM = "sum"
    AVERAGE = "avg"
    LEAST = "min"
    MOST = "max"

    @property
    def label(self) -> str:
        return _AGGREGATES[self]


_AGGREGATES = {
    Aggregate.COUNT: N_("Count"),
    Aggregate.FILLED: N_("Count of %(field)s"),
    Aggregate.SUM: N_("Sum of %(field)s"),
    Aggregate.AVERAGE: N_("Average of %(field)s"),
    Aggregate.LEAST: N_("Smallest %(field)s"),
    Aggregate.MOST: N_("Largest %(field)s"),
}
#: What can stand on top of each other: parts of a whole.
ADDITIVE = (Aggregate.COUNT, Aggregate.FILLED, Aggregate.SUM)
#: The spans by which dates are grouped, shortest first.
SPANS = {
    "day": N_("Day"),
    "week": N_("Week"),
    "month": N_("Month"),
    "quarter": N_("Quarter"),
    "year": N_("Year"),
    "fiscal-year": N_("Fiscal year"),
}
DATED = (Kind.DATE, Kind.MOMENT)
MEASURED = (Kind.WHOLE, Kind.DECIMAL, Kind.MONEY)
_GROUPED = (Kind.CHOICE, Kind.YESNO, Kind.CURRENCY, Kind.LOOKUP, Kind.TEXT, *DATED)
#: Series of one chart, and points that Top or Bottom may ask for.
MOST_SERIES, MOST_TOP = 4, 100


@dataclass(frozen=True)
class Category:
    """By which field the rows are grouped; `by` is the span, for dates."""

    field: str
    by: str = ""


@dataclass(frozen=True)
class Series:
    """A value of each group; all but COUNT are of a field."""

    aggregate: Aggregate = Aggregate.COUNT
    field: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart over the rows of a table: `where` narrows those of the view below it.

    Without a category it is one number. `split` divides each group further, stacked. `top` asks for the groups with the
    largest values, if negative for those with the smallest; of dates for the latest spans. `label` is a catalogue message
    for shipped charts, a text for all others.
    """

    key: str
    label: str
    entity: str
    category: Category | None = None
    series: tuple[Series, ...] = (Series(),)
    split: Category | None = None
    kind: Drawing = Drawing.COLUMN
    top: int = 0
    where: Group = EVERYTHING


def groupable(spec: FieldSpec, related: bool = False) -> bool:
    """Whether rows can be grouped by a field; by names of records only where they are the row's own look-ups."""
    if spec.kind is Kind.LOOKUP and related:
        return spec.target in (OWNERS, USERS, *REFERENCES)
    return spec.kind in _GROUPED


def categories(entity: str) -> dict[str, FieldSpec]:
    """The fields of a table by which its rows can be grouped."""
    return {
        name: spec for name, spec in filterable(pointed_table(entity)).items() if groupable(spec) and name != "name"
    }


def measures(entity: str) -> dict[str, FieldSpec]:
    """The fields of a table that can be added up."""
    return {name: spec for name, spec in filterable(record_table(entity)).items() if spec.kind in MEASURED}


def check(chart: Chart) -> None:
    """Raises BadChart with the reason unless a chart can be reckoned."""
    if chart.entity not in RECORDS or not 1 <= len(chart.series) <= MOST_SERIES or abs(chart.top) > MOST_TOP:
        raise BadChart
    for category in (chart.category, chart.split):
        if category is not None:
            _check_category(chart.entity, category)
    for series in chart.series:
        _check_series(chart.entity, series)
    if chart.split and (chart.category is None or len(chart.series) > 1):
        raise BadChart(N_("A stacked chart has two categories and one value."))
    if chart.split and chart.series[0].aggregate not in ADDITIVE:
        raise BadChart(N_("Only counts and sums can be stacked."))


def _check_category(entity: str, category: Category) -> None:
    place = place_of(record_table(entity), category.field)
    if place is None:
        raise BadChart(
            N_("This chart speaks of the field “%(field)s”, which does not exist any more."), field=category.field
        )
    if not groupable(place.spec, bool(place.through)) or place.spec.name == "name":
        raise BadChart(N_("Records cannot be grouped by %(label)s."), label=place.spec.label)
    if (place.spec.kind in DATED) != (category.by in SPANS):
        raise BadChart


def _check_series(entity: str, series: Series) -> None:
    if series.aggregate is Aggregate.COUNT:
        return
    fields = filterable(record_table(entity))
    spec = fields.get(series.field)
    if spec is None:
        raise BadChart(
            N_("This chart speaks of the field “%(field)s”, which does not exist any more."), field=series.field
        )
    if spec.name in ("name", OWNERS) or (series.aggregate is not Aggregate.FILLED and spec.kind not in MEASURED):
        raise BadChart(N_("%(label)s cannot be added up."), label=spec.label)


def named(chart: Chart, locale: str) -> str:
    """What a chart is called to which nobody gave a name: "Leads by Status Reason". Only for what `check` has passed."""
    table, first = record_table(chart.entity), chart.series[0]
    what = gettext(locale, table.title_many)
    if first.aggregate is not Aggregate.COUNT:
        field = filterable(table)[first.field].label
        what = gettext(locale, first.aggregate.label, field=gettext(locale, field))
    by = [place_of(table, category.field) for category in (chart.category, chart.split) if category]
    labels = [gettext(locale, place.spec.label) for place in by if place]
    if not labels:
        return what
    if len(labels) == 1:
        return gettext(locale, N_("%(what)s by %(field)s"), what=what, field=labels[0])
    return gettext(locale, N_("%(what)s by %(field)s and %(other)s"), what=what, field=labels[0], other=labels[1])


# -- as JSON ---------------------------------------------------------------------------------------------------------


def to_json(chart: Chart) -> dict[str, Any]:
    """A chart as JSON data, for `of_json`; key and label lie beside it."""
    return {
        "entity": chart.entity,
        "category": _category_json(chart.category),
        "split": _category_json(chart.split),
        "series": [{"aggregate": s.aggregate.value, "field": s.field} for s in chart.series],
        "kind": chart.kind.value,
        "top": chart.top,
        "where": written(chart.where) if chart.where else None,
    }


def _category_json(category: Category | None) -> dict[str, str] | None:
    return {"field": category.field, "by": category.by} if category else None


def of_json(data: Any, key: str = "", label: str = "") -> Chart:
    """The chart that JSON data describe, checked. Raises BadChart, or BadFilter for its condition."""
    if not isinstance(data, Mapping):
        raise BadChart
    try:
        listed = data.get("series") or [{}]
        chart = Chart(
            key=key,
            label=label,
            entity=str(data["entity"])[:40],
            category=_category_of(data.get("category")),
            series=tuple(Series(Aggregate(s.get("aggregate", "count")), str(s.get("field", ""))[:120]) for s in listed),
            split=_category_of(data.get("split")),
            kind=Drawing(data.get("kind", "column")),
            top=int(data.get("top") or 0),
            where=read(data.get("where")),
        )
        check(chart)
    except (KeyError, ValueError, TypeError, AttributeError, NotFound):
        raise BadChart from None
    return chart


def _category_of(data: Any) -> Category | None:
    return Category(str(data["field"])[:120], str(data.get("by") or "")) if data else None
