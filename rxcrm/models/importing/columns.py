"""One cell → one stored value, by the kind of its field. A converter raises BadValue; what follows is the row's affair."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from rxcrm.models.errors import BadValue
from rxcrm.models.fields import EMPTY, TEXTUAL, Conventions, FieldSpec, Kind, parse, region_of
from rxcrm.models.importing.grid import Exact
from rxcrm.models.importing.habits import Habits, decimal_sign, order_of, read_date, read_moment
from rxcrm.models.importing.plan import Plan
from rxcrm.models.importing.spelling import normal
from rxcrm.models.importing.words import options, yesno
from rxcrm.models.tagging.vocabulary import BETWEEN, vocabulary
from rxcrm.translation import N_

#: (text of the cell, region of the row's phone numbers) → stored value.
Converter = Callable[[str, str], Any]
#: (look-up field, text) → id of the record that the text names, or something that stands for one to be made.
Finder = Callable[[FieldSpec, str], Any]

DATES = (Kind.DATE, Kind.MOMENT)
NUMBERS = (Kind.MONEY, Kind.WHOLE, Kind.DECIMAL)
AMBIGUOUS_DATES = N_("Day and month of these dates could be swapped; they were read in the order %(order)s.")
ORDERS = {"dmy": N_("day, month, year"), "mdy": N_("month, day, year"), "ymd": N_("year, month, day")}


@dataclass(frozen=True)
class Column:
    """A mapped column: where it stands, what it is called in the file, what it fills, how its cells are read."""

    index: int
    heading: str
    target: str
    spec: FieldSpec
    convert: Converter
    doubt: dict[str, str] | None = None

    @property
    def empty(self) -> Any:
        return "" if self.spec.kind in TEXTUAL else EMPTY.get(self.spec.kind)


def column(
    index: int, heading: str, target: str, spec: FieldSpec, habits: Habits, how: Conventions, find: Finder, plan: Plan
) -> Column:
    """A column with the converter for its kind and habits; what the plan says of the column wins over its habits."""
    doubt = None
    if spec.kind in DATES:
        chosen = plan.orders.get(index, "")
        order = chosen or habits.decided(order_of(how))
        doubt = {"order": ORDERS.get(order, order)} if habits.ambiguous and not chosen else None
        convert = _dates(spec, order, how)
    elif spec.kind in NUMBERS:
        convert = _numbers(spec, plan.points.get(index) or habits.decided(decimal_sign(how)), how)
    elif spec.kind is Kind.CHOICE:
        convert = _choices(spec, numbers=normal(heading) == spec.column)
    elif spec.kind is Kind.YESNO:
        convert = _words(spec)
    elif spec.kind is Kind.TAGS:
        convert = _tags
    elif spec.kind is Kind.LOOKUP:
        convert = _links(spec, find)
    else:
        convert = _texts(spec, how)
    return Column(index, heading, target, spec, convert, doubt)


def _texts(spec: FieldSpec, how: Conventions) -> Converter:
    if spec.kind is not Kind.PHONE:
        return lambda text, region: parse(spec, text, how)

    @functools.cache
    def of(region: str) -> Conventions:
        return replace(how, region=region)

    return lambda text, region: parse(spec, text, of(region))


def _choices(spec: FieldSpec, numbers: bool) -> Converter:
    """By label in any language; by number only where the heading is the name that Dynamics gives the column."""
    assert spec.options is not None
    known = options(spec.options)
    if numbers:
        known = known | {str(int(option)): int(option) for option in spec.options}

    def convert(text: str, region: str) -> int:
        found = known.get(normal(text))
        if found is None:
            raise BadValue(
                N_("“%(value)s” is not an option of %(label)s; the field stays empty."),
                value=text[:80],
                label=spec.label,
            )
        return found

    return convert


def _words(spec: FieldSpec) -> Converter:
    known = yesno(spec)

    def convert(text: str, region: str) -> bool:
        found = known.get(normal(text) or text.strip())
        if found is None:
            raise BadValue(N_("“%(value)s” is neither yes nor no."), value=text[:80])
        return found

    return convert


def _numbers(spec: FieldSpec, point: str, how: Conventions) -> Converter:
    # The parser takes its decimal sign from a language; these two stand for the sign that the column uses.
    typed = replace(how, locale="en" if point == "." else "de")
    exact = replace(how, locale="en")

    def convert(text: str, region: str) -> Any:
        if not isinstance(text, Exact):
            return parse(spec, text, typed)
        if spec.kind is Kind.MONEY and "." in text:
            # A typed cell holds what a formula left there; its third decimal is no slip of a pen.
            text = format(_decimal(text).quantize(Decimal("0.01"), ROUND_HALF_UP), "f")
        return parse(spec, text, exact)

    return convert


def _dates(spec: FieldSpec, order: str, how: Conventions) -> Converter:
    zone = ZoneInfo(how.zone)

    def convert(text: str, region: str) -> Any:
        if spec.kind is Kind.DATE:
            found: Any = read_date(text, order)
        elif found := read_moment(text, order):
            found = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
        if found is None or not 1000 <= found.year <= 9998:
            raise BadValue(N_("“%(value)s” is not a date; the field stays empty."), value=text[:80])
        return found

    return convert


def _tags(text: str, region: str) -> str:
    """Names between semicolons or on lines of their own; those that are not there yet stand behind the numbers."""
    return vocabulary().parse(BETWEEN + BETWEEN.join(text.splitlines()))


def _links(spec: FieldSpec, find: Finder) -> Converter:
    return lambda text, region: find(spec, text)


@functools.lru_cache(maxsize=4096)
def region(country: str, otherwise: str) -> str:
    """The phone region of a row's country."""
    return region_of(country, otherwise) if country else otherwise


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise BadValue(N_("“%(value)s” is not a number."), value=text[:80]) from None
