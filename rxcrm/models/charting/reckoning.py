"""What a chart comes to: one statement over the rows of a view that the asker may see, whatever their number (S 7.11)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import BigInteger, ColumnElement, Float, case, func, literal_column, select, type_coerce
from sqlalchemy import cast as sql_cast

from rxcrm.models import lists
from rxcrm.models.access import require_readable
from rxcrm.models.charting import periods
from rxcrm.models.charting.charts import ADDITIVE, SPANS, Aggregate, Chart, Series, check
from rxcrm.models.charting.figures import Figures, Measure, Point, Unit, listed, narrowed
from rxcrm.models.charting.foreign import money_notes
from rxcrm.models.charting.groups import Grouping, Key, colours, condition, grouping, labels, ordered
from rxcrm.models.currencies import rates
from rxcrm.models.fields import Kind
from rxcrm.models.filters.conditions import Group, Test, both
from rxcrm.models.filters.values import filterable, value_of
from rxcrm.models.lists import Ask
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.translation import N_, gettext

#: Points of one chart, and parts that are stacked.
MOST_POINTS, MOST_PARTS = 400, 30
_ONE = literal_column("0", BigInteger())


def data(act: Act, chart: Chart, ask: Ask) -> Figures:
    """The chart over the rows that `ask` shows, changed as it says; in a constant number of statements.

    Raises BadChart for what cannot be reckoned, BadFilter for a condition that cannot be read, NotAllowed for a field that
    the asker may not see.
    """
    check(chart)
    where = both(lists.viewed(act, ask).where, chart.where)
    # The view's own rows are part of the condition now: it need not be looked for once more.
    found = _Reckoning(act, chart, replace(ask, entity=chart.entity, view="all", where=where), where).figures()
    return replace(found, view=ask.view)


@dataclass
class _Row:
    """A group: its keys and names, how many rows, and for each series how many values there are and what they come to."""

    key: Key
    part: Key
    said: str
    part_said: str
    rows: int
    values: list[float | None]
    left_out: int
    groups: int


class _Reckoning:
    """One chart, asked once."""

    def __init__(self, act: Act, chart: Chart, ask: Ask, where: Group) -> None:
        self.act, self.chart, self.ask, self.where = act, chart, ask, where
        self.table = cast(Any, record_table(chart.entity)).__table__
        self.fields = filterable(record_table(chart.entity))
        for series in chart.series:
            if series.aggregate is not Aggregate.COUNT:
                require_readable(act.who, self.fields[series.field], self.fields[series.field].label)
        self.by = grouping(act, chart.entity, chart.category) if chart.category else None
        self.split = grouping(act, chart.entity, chart.split) if chart.split else None
        self.locale = act.who.conventions.locale
        self._cut: list[str] = []

    def figures(self) -> Figures:
        rows = list(self._rows())
        said = {row.key: row.said for row in rows}
        keys = self._keys(rows)
        named = labels(self.act, self.by, keys, said) if self.by else {0: gettext(self.locale, self.chart.label)}
        measures, values = self._stacked(rows) if self.split else self._side_by_side(rows)
        tones = colours(self.by, keys) if self.by else {}
        points = [
            Point(str(key), named[key], values(key), self._where(key), self._short(key), tones.get(key, ""))
            for key in keys
        ]
        groups = self._groups(rows, len(points))
        return Figures(
            title=gettext(self.locale, self.chart.label),
            kind=self.chart.kind.value,
            category=self._category(),
            measures=measures,
            points=points,
            at=self.act.now.isoformat(),
            groups=groups,
            notes=[*self._notes(rows), *self._cut],
            view=self.ask.view,
            search=self.ask.search,
            totals=self._totals(points) if groups == len(points) else [],
        )

    def _totals(self, points: Sequence[Point]) -> list[float | None]:
        """The sums below the table, where every group is shown; averages and the like have none."""
        summed = [s.aggregate in ADDITIVE for s in self.chart.series] * (
            len(points[0].values) if self.split and points else 1
        )
        if len(points) < 2 or not any(summed):
            return []
        columns = zip(*(point.values for point in points), strict=True)
        return [
            round(sum(value or 0 for value in column), 6) if added else None
            for column, added in zip(columns, summed, strict=True)
        ]

    # -- the statement ---------------------------------------------------------------------------------------------

    def _rows(self) -> Iterator[_Row]:
        where, params = lists.conditions(self.act, self.ask)
        for way in (self.by, self.split):
            params |= way.params if way else {}
        groups = self._grouped(where).subquery()
        # Ranks that are equal for all parts of a group, so that a limit cuts whole groups.
        totals = select(groups, self._weight(groups.c).label("weight")).subquery()
        ranks = select(totals, func.dense_rank().over(order_by=self._ranked(totals.c)).label("rank")).subquery()
        whole = select(ranks, func.max(ranks.c.rank).over().label("groups")).subquery()
        found = select(whole).where(whole.c.rank <= self._limit).order_by(whole.c.rank, whole.c.p)
        for row in self.act.session.execute(found, params).mappings():
            if not row["n"] and not self.by:
                yield _Row(0, 0, "", "", 0, [0 if s.aggregate in ADDITIVE else None for s in self.chart.series], 0, 1)
                return
            values = [self._value(s, row, i) for i, s in enumerate(self.chart.series)]
            left_out = sum(int(row[f"o{i}"] or 0) for i, s in enumerate(self.chart.series) if self._in_money(s))
            yield _Row(row["k"], row["p"], row["ks"], row["ps"], row["n"], values, left_out, int(row["groups"]))

    def _grouped(self, where: Sequence[ColumnElement[bool]]) -> Any:
        """Keys, names and values of every group; moments in two steps where that is the same."""
        source = self.table
        for way in (self.by, self.split):
            for there, joined in way.joins if way else ():
                source = source.outerjoin(there, joined)
        coarse = self._coarse()
        # Named apart from the key that is made of it: what is grouped by would be taken for the column beneath.
        name, part = ("k", "p") if coarse is None else ("h", "q")
        made = [
            (f"{kind}{i}", kind, column) for i, s in enumerate(self.chart.series) for kind, column in self._values(s)
        ]

        def by_key(key: ColumnElement[Any], fulfilled: Sequence[ColumnElement[bool]] = ()) -> Any:
            wanted = select(
                key.label(name),
                (self.split.key if self.split else _ONE).label(part),
                *(self._said(way).label(said) for way, said in ((self.by, "ks"), (self.split, "ps"))),
                func.count().label("n"),
                *(column.label(label) for label, _, column in made),
            )
            groups: list[ColumnElement[Any]] = [
                literal_column(each) for each, way in ((name, self.by), (part, self.split)) if way
            ]
            return wanted.select_from(source).where(*where, *fulfilled).group_by(*groups)

        if coarse is None:
            return self.by.grouped(by_key) if self.by else by_key(_ONE)
        found = by_key(coarse)
        assert self.chart.category, "moments are a category"
        some = found.subquery().c
        span, organisation = self.chart.category.by, self.act.organisation
        together = [
            (self._reckons(self.chart.series[int(label[1:])]) if kind == "v" else func.sum)(some[label]).label(label)
            for label, kind, _ in made
        ]
        names = (func.max(some.ks).label("ks"), func.max(some.ps).label("ps"))
        whole = select(
            periods.starts_of(some.h, span, self._zone, self._dialect, organisation).label("k"),
            (some.q if self.split else _ONE).label("p"),
            *names,
            func.sum(some.n).label("n"),
            *together,
        )
        return whole.group_by(literal_column("k"), *([literal_column("p")] if self.split else []))

    @property
    def _dialect(self) -> str:
        return self.act.session.get_bind().dialect.name

    @property
    def _zone(self) -> str:
        return self.act.who.conventions.zone

    def _coarse(self) -> ColumnElement[Any] | None:
        """What moments are grouped by first; see `periods.coarse`."""
        if self.by is None or self.by.spec.kind is not Kind.MOMENT or self.by.joins:
            return None
        return periods.coarse(value_of(self.table.c, self.by.spec), self.by.category.by, self._zone, self._dialect)

    @staticmethod
    def _reckons(series: Series) -> Any:
        """What becomes of the values of a group."""
        return {Aggregate.LEAST: func.min, Aggregate.MOST: func.max}.get(series.aggregate, func.sum)

    @staticmethod
    def _said(way: Grouping | None) -> ColumnElement[Any]:
        return literal_column("''") if way is None or way.says is None else way.says

    def _values(self, series: Series) -> list[tuple[str, ColumnElement[Any]]]:
        """How many values a group has (c), their sum, smallest or largest (v), how many without a rate (o)."""
        if series.aggregate is Aggregate.COUNT:
            return []
        spec = self.fields[series.field]
        row = self.table.c
        if series.aggregate is Aggregate.FILLED:
            held = (
                func.nullif(value_of(row, spec), "")
                if spec.length or spec.kind is Kind.CURRENCY
                else value_of(row, spec)
            )
            return [("c", func.count(held))]
        held = value_of(row, spec)
        if spec.kind is not Kind.DECIMAL:
            held = type_coerce(held, BigInteger())
        foreign: ColumnElement[Any] | None = None
        if spec.kind is Kind.MONEY and "currency" in row:
            foreign = func.count(case((rates.adds_up(self.act, row), None), else_=held))
            held = rates.worth(self.act, row, series.field, held)
        found: list[tuple[str, ColumnElement[Any]]] = [("c", func.count(held)), ("v", self._reckons(series)(held))]
        return [*found, ("o", foreign if foreign is not None else _ONE)] if spec.kind is Kind.MONEY else found

    def _in_money(self, series: Series) -> bool:
        summed = series.aggregate not in (Aggregate.COUNT, Aggregate.FILLED)
        return summed and self.fields[series.field].kind is Kind.MONEY

    def _weight(self, c: Any) -> Any:
        """What the groups are ranked by: their first value, over all parts."""
        aggregate = self.chart.series[0].aggregate
        if aggregate is Aggregate.COUNT:
            value: Any = c.n
        elif aggregate is Aggregate.FILLED:
            value = c.c0
        elif aggregate is Aggregate.AVERAGE:
            value = sql_cast(c.v0, Float()) / func.nullif(c.c0, 0)
        else:
            value = c.v0
        if self.split:
            value = func.sum(value).over(partition_by=c.k)
        return value

    def _ranked(self, c: Any) -> list[Any]:
        """The order in which a limit takes the groups: the latest dates, options as listed, else the largest values."""
        if self.by is None:
            return [c.k]
        if self.by.dated:
            return [c.k.desc()]
        if self.by.listed and not self.chart.top:
            return [c.k]
        nothing = case((c.weight.is_(None), 1), else_=0)
        return [nothing, c.weight.asc() if self.chart.top < 0 else c.weight.desc(), c.k]

    @property
    def _limit(self) -> int:
        return abs(self.chart.top) or MOST_POINTS

    # -- what it means ---------------------------------------------------------------------------------------------

    def _value(self, series: Series, row: Any, i: int) -> float | None:
        if series.aggregate is Aggregate.COUNT:
            return int(row["n"])
        if series.aggregate is Aggregate.FILLED:
            return int(row[f"c{i}"])
        spec, held, count = self.fields[series.field], row[f"v{i}"], int(row[f"c{i}"])
        if not count:
            return 0 if series.aggregate is Aggregate.SUM else None
        number = Decimal(str(held)) / (100 if spec.kind is Kind.MONEY else 1)
        if series.aggregate is Aggregate.AVERAGE:
            number /= count
        return _plain(number)

    def _keys(self, rows: Sequence[_Row]) -> list[Key]:
        keys: list[Key] = list(dict.fromkeys(row.key for row in rows))
        if self.by is None:
            return [0]
        if self.by.dated:
            span = self.chart.category.by if self.chart.category else ""
            empty = [key for key in keys if not key]
            spans = periods.filled([key for key in keys if key], span, MOST_POINTS)
            return [*spans[-self._limit :], *empty]
        return keys if self.chart.top else ordered(self.by, keys)

    def _groups(self, rows: Sequence[_Row], shown: int) -> int:
        """How many groups there are; the latest spans of time that were asked for are all of them."""
        if self.by and self.by.dated and self.chart.top:
            return shown
        return max(max((row.groups for row in rows), default=0), shown)

    def _side_by_side(self, rows: Sequence[_Row]) -> tuple[list[Measure], Any]:
        found = {row.key: row.values for row in rows}
        without = [0 if s.aggregate in ADDITIVE else None for s in self.chart.series]
        return [self._measure(i, s) for i, s in enumerate(self.chart.series)], lambda key: list(found.get(key, without))

    def _stacked(self, rows: Sequence[_Row]) -> tuple[list[Measure], Any]:
        assert self.split
        totals: dict[Key, float] = {}
        for row in rows:
            totals[row.part] = totals.get(row.part, 0) + abs(row.values[0] or 0)
        parts = sorted(totals, key=lambda part: -totals[part])[:MOST_PARTS]
        if len(totals) > MOST_PARTS:
            said = N_("Only the %(n)s largest parts of %(all)s are shown.")
            self._cut = [gettext(self.locale, said, n=MOST_PARTS, all=len(totals))]
        parts = ordered(self.split, parts)
        named = labels(self.act, self.split, parts, {row.part: row.part_said for row in rows})
        tones = colours(self.split, parts)
        found = {(row.key, row.part): row.values[0] for row in rows}
        measures = []
        for part in parts:
            whole = self._measure(0, self.chart.series[0])
            narrower = condition(self.split, part)
            inside = {"all": [*_parts(whole.where), narrower]} if narrower and whole.where else None
            measures.append(replace(whole, key=str(part), label=named[part], where=inside, colour=tones[part]))
        return measures, lambda key: [found.get((key, part), 0) for part in parts]

    def _measure(self, i: int, series: Series) -> Measure:
        where, label, unit, currency = self.where, series.aggregate.label, Unit.COUNT, ""
        if series.aggregate is not Aggregate.COUNT:
            spec = self.fields[series.field]
            label = gettext(self.locale, label, field=gettext(self.locale, spec.label))
            if series.aggregate is Aggregate.FILLED:
                where = both(where, Group((Test(series.field, "not-null"),)))
            elif spec.kind is Kind.MONEY:
                unit, currency = Unit.MONEY, self.act.organisation.currency
            else:
                unit = Unit.NUMBER
        else:
            label = gettext(self.locale, self._rows_named())
        return Measure(str(i), label, unit.value, currency, **listed(self.chart.entity, where))

    def _rows_named(self) -> str:
        return record_table(self.chart.entity).title_many

    def _category(self) -> str:
        if self.by is None or self.chart.category is None:
            return ""
        label = gettext(self.locale, self.by.spec.label)
        if not self.by.dated:
            return label
        return gettext(
            self.locale,
            N_("%(field)s by %(span)s"),
            field=label,
            span=gettext(self.locale, SPANS[self.chart.category.by]),
        )

    def _short(self, key: Key) -> str:
        dated = self.by and self.by.dated and self.chart.category
        return (
            periods.briefly(key, self.chart.category.by, self.act.who.conventions)
            if dated and self.chart.category
            else ""
        )

    def _where(self, key: Key) -> dict[str, Any] | None:
        return condition(self.by, key) if self.by else narrowed(Group())

    def _notes(self, rows: Sequence[_Row]) -> list[str]:
        if not any(self._in_money(series) for series in self.chart.series):
            return []
        return money_notes(self.act, sum(row.left_out for row in rows))


def _parts(where: dict[str, Any]) -> list[dict[str, Any]]:
    return list(where["all"]) if "all" in where else [where]


def _plain(number: Decimal) -> float:
    """A number for the browser: whole where it is."""
    return int(number) if number == number.to_integral_value() else float(round(number, 6))


__all__ = ["MOST_POINTS", "data"]
