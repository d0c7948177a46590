"""Relative dates in the user's time zone: which days "last week" or "older than 6 months" are (S 7.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rxcrm.models.access import Who
from rxcrm.models.errors import BadValue
from rxcrm.models.filters.operators import MOST_UNITS
from rxcrm.translation import N_

#: Months of a fiscal period: quarters.
PERIOD = 3
_EARLIEST, _LATEST = date(1, 1, 2), date(9998, 12, 30)


@dataclass(frozen=True)
class Clock:
    """What relative dates depend on: who asks, with how his organisation counts weeks and years, and when."""

    who: Who
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.who.conventions.zone)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """Midnight of a day in the user's time zone."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    @property
    def week(self) -> date:
        """First day of this week, by the organisation's first weekday (0 = Monday)."""
        today = self.today
        return today - timedelta(days=(today.weekday() - self.who.conventions.first_weekday) % 7)

    def fiscal_year(self, starting: int) -> tuple[date, date]:
        """First day of the fiscal year that starts in a year, and of the one after."""
        return self._fiscal_start(starting), self._fiscal_start(starting + 1)

    @property
    def this_fiscal_year(self) -> int:
        """The year in which this fiscal year started."""
        return self.today.year - (self.today < self._fiscal_start(self.today.year))

    def fiscal_period(self, starting: int, number: int) -> tuple[date, date]:
        """First day of a quarter (from 1) of the fiscal year that starts in a year, and of the quarter after."""
        first = self._fiscal_start(starting)
        return add_months(first, PERIOD * (number - 1)), add_months(first, PERIOD * number)

    @property
    def this_fiscal_period(self) -> tuple[int, int]:
        """The fiscal year and quarter of today."""
        year = self.this_fiscal_year
        return year, max(n for n in range(1, 12 // PERIOD + 1) if self.fiscal_period(year, n)[0] <= self.today)

    def _fiscal_start(self, year: int) -> date:
        how = self.who.conventions
        return _day(min(max(year, 1), 9998), how.fiscal_month, how.fiscal_day)


#: From when on (inclusive) until when (exclusive): days, or moments where hours matter; None leaves that side open.
Bound = date | datetime | None
Bounds = tuple[Bound, Bound]


def _day(year: int, month: int, day: int) -> date:
    """That day, or the last one of a shorter month."""
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


def add_months(day: date, months: int) -> date:
    """The same day some months later; the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9998:
        return _EARLIEST if year < 1 else _LATEST
    return _day(year, month + 1, day.day)


def add(day: date, unit: str, count: int) -> date:
    """A day so many "days", "weeks", "months" or "years" later."""
    if unit in ("months", "years"):
        return add_months(day, count * (12 if unit == "years" else 1))
    try:
        return day + timedelta(days=count * (7 if unit == "weeks" else 1))
    except OverflowError:
        return _EARLIEST if count < 0 else _LATEST


_NEIGHBOURS = {"last": -1, "this": 0, "next": 1, "yesterday": -1, "today": 0, "tomorrow": 1}
_DAY = timedelta(days=1)


def bounds(operator: str, values: tuple[str, ...], clock: Clock) -> Bounds:
    """Between which days or moments an operator looks, at this moment.

    Raises BadValue for values that are no dates or numbers, KeyError for an operator that is not about dates.
    """
    if operator in ("on", "on-or-after", "on-or-before", "between"):
        first, last = _date(values[0]), _date(values[-1])
        return (
            None if operator == "on-or-before" else first,
            None if operator == "on-or-after" else last + _DAY,
        )
    if operator in ("yesterday", "today", "tomorrow"):
        day = clock.today + _NEIGHBOURS[operator] * _DAY
        return day, day + _DAY
    if operator == "in-fiscal-year":
        return clock.fiscal_year(number(values[0], 9000))
    if operator == "in-fiscal-period-and-year":
        year, _, quarter = values[0].partition("-")
        return clock.fiscal_period(number(year, 9000), number(quarter, 12 // PERIOD))
    if operator in ("last-seven-days", "next-seven-days"):
        return _span(operator.split("-")[0], "days", 7, clock)
    direction, _, unit = operator.partition("-")
    if unit.startswith("x-"):
        return _counted(direction, unit.removeprefix("x-"), number(values[0]), clock)
    return _whole(_NEIGHBOURS[direction], unit, clock)


def _whole(which: int, unit: str, clock: Clock) -> Bounds:
    """The week, month, year, fiscal year or period before, around or after today."""
    if unit == "week":
        first = add(clock.week, "weeks", which)
        return first, first + 7 * _DAY
    if unit == "month":
        first = add_months(clock.today.replace(day=1), which)
        return first, add_months(first, 1)
    if unit == "year":
        first = clock.today.replace(month=1, day=1, year=clock.today.year + which)
        return first, add_months(first, 12)
    if unit == "fiscal-year":
        return clock.fiscal_year(clock.this_fiscal_year + which)
    if unit == "fiscal-period":
        year, quarter = clock.this_fiscal_period
        return clock.fiscal_period(year, quarter + which)
    raise KeyError(unit)


def _counted(direction: str, unit: str, count: int, clock: Clock) -> Bounds:
    if unit in ("minutes", "hours"):
        span = timedelta(**{unit: count})
        if direction == "olderthan":
            return None, clock.now - span
        return (clock.now - span, clock.now) if direction == "last" else (clock.now, clock.now + span)
    if direction == "olderthan":
        day = add(clock.today, unit, -count)
        local = clock.now.astimezone(clock.zone)
        return None, datetime.combine(day, local.time(), clock.zone).astimezone(UTC)
    if unit.startswith("fiscal"):
        return _fiscal(direction, unit, count, clock)
    return _span(direction, unit, count, clock)


def _span(direction: str, unit: str, count: int, clock: Clock) -> Bounds:
    """The last so many days up to now, from their beginning; or the next ones from now to their end."""
    if direction == "last":
        return add(clock.today, unit, -count), clock.now
    return clock.now, add(clock.today, unit, count) + _DAY


def _fiscal(direction: str, unit: str, count: int, clock: Clock) -> Bounds:
    """The so many whole fiscal years or periods before this one, or after it."""
    sign = -1 if direction == "last" else 1
    near, far = sorted((sign, sign * count))
    if unit == "fiscal-years":
        return clock.fiscal_year(clock.this_fiscal_year + near)[0], clock.fiscal_year(clock.this_fiscal_year + far)[1]
    year, quarter = clock.this_fiscal_period
    return clock.fiscal_period(year, quarter + near)[0], clock.fiscal_period(year, quarter + far)[1]


def _date(value: str) -> date:
    try:
        found = date.fromisoformat(value[:10])
    except ValueError:
        raise BadValue(N_("“%(value)s” is not a date."), value=value[:80]) from None
    return min(max(found, _EARLIEST), _LATEST)


def number(value: str, most: int = MOST_UNITS) -> int:
    """How many units are meant: 0 to `most`. Raises BadValue."""
    if value.isascii() and value.isdecimal() and len(value) < 7 and int(value) <= most:
        return int(value)
    raise BadValue(N_("“%(value)s” is not a number from 0 to %(most)s."), value=value[:80], most=most)
