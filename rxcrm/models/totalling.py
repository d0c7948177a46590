"""How many rows a list has, and what its columns add up to, all together or group by group (S 7.5).

One statement reads the rows once. Amounts in other currencies than the organisation's count at their rate (rxcrm.models.currencies).
Those without a rate are no sum: where a total turns out to be of several, a second statement keeps them apart, which most
organisations never need. Moments are first counted by the hour in which
they lie: to find the day or month of every single one in the reader's time zone would cost more than all the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import BigInteger, ColumnElement, String, case, func, literal_column, or_, select, type_coerce

from rxcrm.models import lists
from rxcrm.models.access import require_readable
from rxcrm.models.charting import groups as grouped
from rxcrm.models.charting import periods
from rxcrm.models.currencies import rates
from rxcrm.models.fields import FieldSpec, Kind, fields_of
from rxcrm.models.filters.values import value_of
from rxcrm.models.lists import Ask
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table

FUNCTIONS = ("sum", "avg", "min", "max")
#: Column and function.
Wanted = tuple[str, str]
#: Function → what it is made of: of the parts of a group, these give those of the group.
_MADE_OF = {"sum": ("sum",), "avg": ("sum", "count"), "min": ("min",), "max": ("max",)}
_TOGETHER: dict[str, Any] = {"sum": func.sum, "count": func.sum, "min": func.min, "max": func.max}


@dataclass
class Total:
    """A total of a column: its value in each currency ("" where there is none), as raw text."""

    column: str
    function: str
    values: list[list[str]] = field(default_factory=list)


@dataclass
class Part:
    """Rows with one key: how many, a name that came with them, and their totals."""

    key: Any
    says: str
    count: int
    totals: list[Total]


class Reckoning:
    """What is to be counted and added up of the rows of a list; `by` says in which groups."""

    def __init__(self, act: Act, ask: Ask, wanted: Sequence[Wanted], by: grouped.Grouping | None = None) -> None:
        self.act, self.wanted, self.by = act, wanted, by
        self.table = cast(Any, record_table(ask.entity))
        self.specs = fields_of(self.table)
        for name, _ in wanted:
            require_readable(act.who, self.specs[name], self.specs[name].label)
        self.where, params = lists.conditions(act, ask)
        self.params = params | (by.params if by else {})
        self.here = act.organisation.currency
        self.money = "currency" in self._row and any(self.specs[name].kind is Kind.MONEY for name, _ in wanted)

    @property
    def _row(self) -> Any:
        return self.table.__table__.c

    def read(self, statement: Any) -> list[Part]:
        """The groups that a statement gives, with their totals; one without groups gives all rows as one."""
        rows = [tuple(row) for row in self.act.session.execute(statement, self.params)]
        found = [
            Part(k, s or "", int(n), self._totals([(least or self.here, made)])) for k, s, n, least, _, *made in rows
        ]
        mixed = {k for k, _, _, least, most, *_ in rows if least != most}
        if mixed:
            apart = self._apart(list(mixed))
            for part in found:
                part.totals = self._totals(apart[part.key]) if part.key in mixed else part.totals
        return found

    def statement(self) -> Any:
        """Key, name, count, the least and the greatest currency, and what the totals are made of, for every group."""
        coarse = self._coarse()
        if coarse is not None:
            return self._in_two_steps(coarse)
        if self.by is None:
            return self._keyed(literal_column(str(_ALL)))
        return self.by.grouped(lambda key, fulfilled: self._keyed(key, fulfilled).group_by(literal_column("k")))

    def _keyed(self, key: ColumnElement[Any], fulfilled: Sequence[ColumnElement[bool]] = ()) -> Any:
        row = self._row
        says = self.by.says if self.by and self.by.says is not None else literal_column("''")
        found = select(
            key.label("k"), says.label("s"), func.count().label("n"), *self._currencies(row), *self._made(row)
        )
        return found.select_from(self._source()).where(*self.where, *fulfilled)

    def _in_two_steps(self, coarse: ColumnElement[Any]) -> Any:
        assert self.by is not None, "only groups have steps"
        row = self._row
        parts = select(coarse.label("h"), func.count().label("n"), *self._currencies(row), *self._made(row))
        some = parts.select_from(self._source()).where(*self.where).group_by(literal_column("h")).subquery().c
        start = periods.starts_of(some.h, self.by.category.by, self._zone, self._dialect, self.act.organisation)
        made = [_TOGETHER[name](some[label]).label(label) for label, name in self._labels()]
        both = (func.min(some.c0).label("c0"), func.max(some.c1).label("c1"))
        return select(
            start.label("k"), literal_column("''").label("s"), func.sum(some.n).label("n"), *both, *made
        ).group_by(literal_column("k"))

    # -- pieces of statements ----------------------------------------------------------------------------------------

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
        return periods.coarse(value_of(self._row, self.by.spec), self.by.category.by, self._zone, self._dialect)

    def _source(self) -> Any:
        source: Any = self.table.__table__
        for there, joined in self.by.joins if self.by else ():
            source = source.outerjoin(there, joined)
        return source

    def _labels(self) -> list[tuple[str, str]]:
        """Label and aggregate of every piece of the totals."""
        return [(f"p{at}{name}", name) for at, (_, function) in enumerate(self.wanted) for name in _MADE_OF[function]]

    def _made(self, row: Any) -> list[ColumnElement[Any]]:
        return [
            getattr(func, name)(self._held(row, self.specs[column])).label(f"p{at}{name}")
            for at, (column, function) in enumerate(self.wanted)
            for name in _MADE_OF[function]
        ]

    def _held(self, row: Any, spec: FieldSpec) -> ColumnElement[Any]:
        """A value as it is added up: amounts in hundredths."""
        held: Any = value_of(row, spec)
        if spec.kind is Kind.DECIMAL:
            return cast(ColumnElement[Any], held)
        whole = cast(ColumnElement[Any], type_coerce(held, BigInteger()))
        return rates.alike(self.act, row, spec.name, whole) if spec.kind is Kind.MONEY and self.money else whole

    def _currency(self, row: Any) -> ColumnElement[Any]:
        """The currency in which the amount of a row counts, if it has one; of others it does not matter."""
        amounts = [value_of(row, self.specs[n]) for n, _ in self.wanted if self.specs[n].kind is Kind.MONEY]
        return case((or_(*(amount.is_not(None) for amount in amounts)), rates.counts_as(self.act, row)))

    def _currencies(self, row: Any) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """The least and the greatest currency: where they are the same, there is only one."""
        if not self.money:
            nothing = literal_column("''", String())
            return nothing.label("c0"), nothing.label("c1")
        currency = self._currency(row)
        return func.min(currency).label("c0"), func.max(currency).label("c1")

    # -- several currencies ------------------------------------------------------------------------------------------

    def _apart(self, keys: Sequence[Any]) -> dict[Any, list[tuple[str, list[Any]]]]:
        """Group → what its totals are made of in each currency, the organisation's own first."""
        row = self._row
        key = self.by.key if self.by else literal_column(str(_ALL))
        found = select(key.label("k"), self._currency(row).label("c"), *self._made(row)).select_from(self._source())
        found = found.where(*self.where).group_by(literal_column("k"), literal_column("c"))
        if self.by:
            found = found.where(or_(self.by.key.in_(list(keys)), self.by.key.is_(None)))
        apart: dict[Any, list[tuple[str, list[Any]]]] = {k: [] for k in keys}
        for k, c, *made in self.act.session.execute(found, self.params):
            if k in apart and c is not None:
                apart[k].append((c, made))
        for parts in apart.values():
            parts.sort(key=lambda part: (part[0] != self.here, part[0]))
        return apart

    def _totals(self, parts: Sequence[tuple[str, Sequence[Any]]]) -> list[Total]:
        """The totals of what they are made of, by currency; numbers that are no amounts have none."""
        found = []
        for at, (column, function) in enumerate(self.wanted):
            total, spec = Total(column, function), self.specs[column]
            places = [i for i, (label, _) in enumerate(self._labels()) if label.startswith(f"p{at}")]
            in_money = spec.kind is Kind.MONEY
            some = [(c, [made[i] for i in places]) for c, made in parts]
            for currency, made in some if in_money else [("", _all_of(function, [made for _, made in some]))]:
                if made[0] is not None:
                    total.values.append([currency if in_money else "", _text(spec, function, made)])
            found.append(total)
        return found


#: The key of all rows together.
_ALL = 0


def _all_of(function: str, parts: Sequence[Sequence[Any]]) -> list[Any]:
    """A number of rows in several currencies is one number all the same."""
    found: list[Any] = []
    for name, column in zip(_MADE_OF[function], zip(*parts, strict=True), strict=True):
        held = [value for value in column if value is not None]
        together: Any = {"min": min, "max": max}.get(name, sum)
        found.append(together(held) if held else None)
    return found


def _text(spec: FieldSpec, function: str, made: Sequence[Any]) -> str:
    """One number as raw text: amounts with their cents, others as short as they are."""
    number = Decimal(str(made[0]))
    if function == "avg":
        number /= int(made[1])
    if spec.kind is Kind.MONEY:
        return str((number / 100).quantize(Decimal("0.01")))
    return f"{number.quantize(Decimal('0.00001')).normalize():f}"
