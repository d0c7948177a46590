"""Dates by day, week, month … in the user's time zone: the same spans on every database (S 7.11).

PostgreSQL knows time zones, SQLite does not: there the changes of a zone's offset are part of the statement.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton
from sqlalchemy import ColumnElement, Text, func, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from rxcrm.models.fields import Conventions
from rxcrm.models.filters.calendar import Clock, add, add_months
from rxcrm.models.filters.conditions import Test
from rxcrm.models.people import Organisation
from rxcrm.translation import N_, gettext

#: The years whose changes of summer time are known to statements; what is beyond is taken for the nearest of them.
_FIRST, _LAST = 1970, 2100
_STEP = timedelta(days=7)


class period_start(GenericFunction[str]):
    """The first day (ISO) of the span in which a day or moment lies.

    Its further arguments are constants: the span, the time zone (empty for days, which have none), the organisation's
    first weekday (0 = Monday), and by how many days and months its fiscal year is behind the calendar's.
    """

    type = Text()
    inherit_cache = True


def starts(column: Any, span: str, zone: str, organisation: Organisation) -> ColumnElement[str]:
    """`period_start` of a column; "" where that is empty. Without `zone` the column holds days."""
    days, months = _behind(organisation)
    constants = (span, ZoneInfo(zone).key if zone else "", str(organisation.first_weekday), str(days), str(months))
    return period_start(column, *(literal_column(f"'{c}'") for c in constants))


def _behind(organisation: Organisation) -> tuple[int, int]:
    """How many days and months after New Year the fiscal year begins.

    A day that its month does not have stands for the last one; of February that is the day before March.
    """
    month, day = organisation.fiscal_month, organisation.fiscal_day
    if month == 2 and day > 28:
        return -1, 2
    last = (add_months(date(2001, month, 1), 1) - timedelta(days=1)).day
    return min(day, last) - 1, month - 1


@compiles(period_start, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **how: Any) -> str:
    column, span, zone, weekday, days, months = _arguments(element, compiler, how)
    held = f"{column}, {_shift(zone, column)}" if zone else column
    if span == "day":
        return f"date({held})"
    if span == "week":
        return f"date({held}, '-6 days', 'weekday {(int(weekday) + 1) % 7}')"
    if span == "quarter":
        return f"date({held}, 'start of month', '-' || ((strftime('%m', {held}) - 1) % 3) || ' months')"
    if span == "fiscal-year":
        return f"date({held}, '{-int(days):+} days', '{-int(months):+} months', 'start of year')"
    return f"date({held}, 'start of {span}')"


@compiles(period_start)
def _on_postgresql(element: Any, compiler: Any, **how: Any) -> str:
    column, span, zone, weekday, days, months = _arguments(element, compiler, how)
    day = f"CAST({column} AT TIME ZONE '{zone}' AS DATE)" if zone else f"CAST({column} AS DATE)"
    if span == "week":
        day = f"{day} - MOD(CAST(EXTRACT(ISODOW FROM {day}) AS INTEGER) + {6 - int(weekday)}, 7)"
    elif span == "fiscal-year":
        day = f"date_trunc('year', {day} - INTERVAL '{days} days' - INTERVAL '{months} months')"
    elif span != "day":
        day = f"date_trunc('{span}', {day})"
    return f"to_char({day}, 'YYYY-MM-DD')"


def _arguments(element: Any, compiler: Any, how: dict[str, Any]) -> tuple[str, ...]:
    column, *constants = element.clauses
    return (compiler.process(column, **how), *(str(constant.name).strip("'") for constant in constants))


@lru_cache(100)
def _offsets(zone: str) -> tuple[tuple[str, int], ...]:
    """From which moment on (UTC, as SQLite stores it) a zone is how many seconds ahead; the first from ever."""
    here = ZoneInfo(zone)

    def ahead(moment: datetime) -> int:
        found = moment.astimezone(here).utcoffset()
        return int(found.total_seconds()) if found else 0

    at, end = datetime(_FIRST, 1, 1, tzinfo=UTC), datetime(_LAST, 1, 1, tzinfo=UTC)
    known = [("", ahead(at))]
    while at < end:
        after = at + _STEP
        if ahead(after) != known[-1][1]:
            least, most = at, after
            while most - least > timedelta(seconds=1):
                middle = least + (most - least) // 2
                least, most = (middle, most) if ahead(middle) == known[-1][1] else (least, middle)
            change = most.replace(microsecond=0)
            known.append((change.strftime("%Y-%m-%d %H:%M:%S.000000"), ahead(change)))
        at = after
    return tuple(known)


def _shift(zone: str, column: str) -> str:
    """By how many seconds a moment is to be moved to the zone's wall clock: a search among the zone's changes."""

    def among(changes: tuple[tuple[str, int], ...]) -> str:
        if len(changes) == 1:
            return f"'{changes[0][1]:+} seconds'"
        middle = len(changes) // 2
        return f"CASE WHEN {column} < '{changes[middle][0]}' THEN {among(changes[:middle])} ELSE {among(changes[middle:])} END"

    return among(_offsets(zone))


#: Buckets of moments: a multiple of how many seconds every offset of a zone has to be, how much of a moment as SQLite stores it names
#: the bucket, and what makes that a moment again.
_BUCKETS = ((3_600, 13, ":00:00.000000"), (600, 15, "0:00.000000"))


#: Spans that are made of whole months.
_OF_MONTHS = ("month", "quarter", "year")


def coarse(column: Any, span: str, zone: str, dialect: str) -> ColumnElement[Any] | None:
    """Something that few moments differ in and that lies within one span; None where there is no such thing.

    `starts_of` what is found is `starts` of the moment. PostgreSQL has the day or month of the zone; SQLite, which knows no
    zones, the hour or ten minutes in which the moment lies.
    """
    if dialect != "sqlite":
        unit: ColumnElement[str] = literal_column("'month'" if span in _OF_MONTHS else "'day'")
        return func.date_trunc(unit, func.timezone(literal_column(f"'{ZoneInfo(zone).key}'"), column))
    for seconds, length, _ in _BUCKETS:
        if all(ahead % seconds == 0 for _, ahead in _offsets(zone)):
            return func.substr(column, 1, literal_column(str(length)))
    return None


def starts_of(found: Any, span: str, zone: str, dialect: str, organisation: Organisation) -> ColumnElement[str]:
    """`period_start` of what `coarse` has found; "" where that is empty."""
    if dialect != "sqlite":
        start = starts(found, span, "", organisation)
    else:
        ending = next(ending for seconds, _, ending in _BUCKETS if all(a % seconds == 0 for _, a in _offsets(zone)))
        start = starts(found + literal_column(f"'{ending}'", Text()), span, zone, organisation)
    return func.coalesce(start, literal_column("''"))


# -- in Python -------------------------------------------------------------------------------------------------------


def following(first: date, span: str) -> date:
    """The first day of the span after the one that begins with `first`. Fiscal years go by the first day of their year."""
    if span == "day":
        return first + timedelta(days=1)
    if span == "quarter":
        return add_months(first, 3)
    return add(first, "years" if span == "fiscal-year" else f"{span}s", 1)


def filled(firsts: list[str], span: str, most: int) -> list[str]:
    """The spans from the first to the last of `firsts`, those between them too, as far as they are not more than `most`."""
    days = sorted(first for first in firsts if first)
    if not days:
        return []
    found, at, last = [], date.fromisoformat(days[0]), date.fromisoformat(days[-1])
    while at <= last:
        found.append(at.isoformat())
        if len(found) > most:
            return days
        at = following(at, span)
    return found


def named(first: str, span: str, how: Conventions, organisation: Organisation) -> str:
    """What a span is called."""
    day, locale = date.fromisoformat(first), how.locale.replace("-", "_")
    if span == "day":
        return str(format_date(day, "medium", locale=locale))
    if span == "week":
        return gettext(how.locale, N_("Week of %(day)s"), day=format_date(day, "medium", locale=locale))
    if span == "fiscal-year":
        plain = organisation.fiscal_month == 1 and organisation.fiscal_day == 1
        year = str(day.year) if plain else f"{day.year}/{(day.year + 1) % 100:02}"
        return gettext(how.locale, N_("Fiscal year %(year)s"), year=year)
    skeleton = {"month": "yMMM", "quarter": "yQQQ", "year": "y"}[span]
    return str(format_skeleton(skeleton, day, locale=locale))


def briefly(first: str, span: str, how: Conventions) -> str:
    """A day or week by its first day without the year, for axes; "" for longer spans, whose names are short."""
    if span not in ("day", "week") or not first:
        return ""
    return str(format_skeleton("MMMd", date.fromisoformat(first), locale=how.locale.replace("-", "_")))


def within(field: str, first: str, span: str) -> Test:
    """The test that holds for the rows of a span; without a first day, for those that have no date."""
    if not first:
        return Test(field, "null")
    if span == "day":
        return Test(field, "on", (first,))
    day = date.fromisoformat(first)
    if span == "fiscal-year":
        return Test(field, "in-fiscal-year", (str(day.year),))
    last = following(day, span) - timedelta(days=1)
    return Test(field, "between", (first, last.isoformat()))


def this_span(clock: Clock, span: str) -> str:
    """The first day of the span in which today is."""
    today = clock.today
    if span == "week":
        return clock.week.isoformat()
    if span == "fiscal-year":
        return date(clock.this_fiscal_year, 1, 1).isoformat()
    first = {"day": today, "month": today.replace(day=1), "year": today.replace(month=1, day=1)}.get(span)
    return (first or date(today.year, (today.month - 1) // 3 * 3 + 1, 1)).isoformat()
