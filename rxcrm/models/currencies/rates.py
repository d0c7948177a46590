"""Amounts of several currencies in one: exactly, and alike on both databases.

What is in another currency than the organisation's own counts at the rate that holds today, what was won at the rate of
the day on which it was closed. Where there is no rate an amount has no value here, and whoever adds up says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, String, case, func, literal, literal_column, or_

from rxcrm.models import configuration
from rxcrm.models.currencies.tables import Known, Rate
from rxcrm.models.records import Act

#: Digits that count, and decimals, of a rate: with more of them products would not fit into 64 bits.
DIGITS, PLACES = 9, 15
#: Rates of one currency that a statement tells apart; older amounts count at the oldest of them.
_MOST = 40
#: Amounts whose rate is that of another day than today: field → the day.
_DAYS = {"actual_revenue": "actual_close_date"}
_TENS = 10**7
_LARGEST = 9 * 10**18


def known() -> Known:
    """The currencies as administrators have shaped them."""
    return configuration.current().part("currencies") or Known()


def today(act: Act) -> date:
    """The day on which the organisation is."""
    return act.now.astimezone(ZoneInfo(act.organisation.time_zone)).date()


def rated(act: Act) -> dict[str, tuple[Rate, ...]]:
    """Currency → its rates that hold today or held before, the newest first; only currencies that have one."""
    return _until(act.organisation.currency, today(act))


def of_today(base: str, zone: str, now: datetime) -> dict[str, str]:
    """Currency → its rate today as text, where nobody acts and only the conventions of a user are known."""
    return {code: f"{found[0].value:f}" for code, found in _until(base, now.astimezone(ZoneInfo(zone)).date()).items()}


def _until(base: str, day: date) -> dict[str, tuple[Rate, ...]]:
    found = {
        code: tuple(rate for rate in rates if rate.since <= day)
        for (code, of), rates in (known().rates or {}).items()
        if of == base != code
    }
    return {code: rates for code, rates in sorted(found.items()) if rates}


def in_base(act: Act, amount: Decimal, code: str) -> Decimal | None:
    """An amount in the organisation's currency at today's rate, to the cent; None without a rate."""
    if code in ("", act.organisation.currency):
        return amount
    rates = rated(act).get(code)
    return (amount * rates[0].value).quantize(Decimal("0.01"), ROUND_HALF_UP) if rates else None


# -- the same in statements ------------------------------------------------------------------------------------------


def adds_up(act: Act, row: Any) -> ColumnElement[bool]:
    """Whether the amounts of a row count: they are in the organisation's currency, or there is a rate."""
    return cast(ColumnElement[bool], row.currency.in_(("", act.organisation.currency, *rated(act))))


def worth(act: Act, row: Any, name: str, held: ColumnElement[Any]) -> ColumnElement[Any]:
    """An amount of a row, `held` in hundredths, in hundredths of the organisation's currency; null without a rate."""
    own = row.currency.in_(("", act.organisation.currency))
    return case((own, held), *_converted(act, row, name, held))


def _converted(act: Act, row: Any, name: str, held: Any) -> list[tuple[Any, Any]]:
    """For every currency with a rate: whether a row is in it, and what its amount is worth."""
    day = row[_DAYS[name]] if name in _DAYS and _DAYS[name] in row else None
    return [(row.currency == code, _of_the_day(held, rates, day)) for code, rates in rated(act).items()]


def alike(act: Act, row: Any, name: str, held: ColumnElement[Any]) -> ColumnElement[Any]:
    """An amount of a row in the currency that it `counts_as`; without a rate it stays what it is."""
    whens = _converted(act, row, name, held)
    return case(*whens, else_=held) if whens else held


def counts_as(act: Act, row: Any) -> ColumnElement[Any]:
    """The currency in which the amounts of a row are added up: the organisation's own wherever they can be converted."""
    own = literal_column(f"'{act.organisation.currency}'", String())
    plain = func.coalesce(func.nullif(row.currency, ""), own)
    codes = list(rated(act))
    return case((row.currency.in_(codes), own), else_=plain) if codes else cast(ColumnElement[Any], plain)


def _of_the_day(held: Any, rates: Sequence[Rate], day: Any) -> Any:
    if day is None or len(rates) == 1:
        return _times(held, rates[0].value)
    some = rates[:_MOST]
    whens = [(or_(day.is_(None), day >= some[0].since), _times(held, some[0].value))]
    whens += [(day >= rate.since, _times(held, rate.value)) for rate in some[1:]]
    return case(*whens, else_=_times(held, some[-1].value))


def _times(held: Any, rate: Decimal) -> Any:
    """Hundredths times a rate, rounded half away from zero, in whole numbers that never exceed 64 bits.

    With rate = p / 10**d the amount is taken apart into tens of millions and the rest: both products fit, and division
    cuts towards zero on both databases.
    """
    p, d = _fraction(rate)
    tens, rest = (held // _number(_TENS)) * _number(p), (held % _number(_TENS)) * _number(p)
    half = case((held < 0, _number(-(10**d) // 2)), else_=_number(10**d // 2)) if d else _number(0)
    if d >= 7:
        q = 10 ** (d - 7)
        return tens // _number(q) + ((tens % _number(q)) * _number(_TENS) + rest + half) // _number(10**d)
    most = int(_LARGEST / rate)
    product = tens * _number(10 ** (7 - d)) + (rest + half) // _number(10**d)
    return case((held.between(_number(-most), _number(most)), product)) if most < _LARGEST // 1000 else product


def _number(value: int) -> Any:
    return literal(value, BigInteger())


def _fraction(rate: Decimal) -> tuple[int, int]:
    """A rate as p / 10**d.

    >>> _fraction(Decimal("0.9200")), _fraction(Decimal("150"))
    ((92, 2), (150, 0))
    """
    _sign, digits, exponent = rate.normalize().as_tuple()
    p = int("".join(map(str, digits)))
    places = -cast(int, exponent)
    return (p, places) if places >= 0 else (p * 10**-places, 0)
