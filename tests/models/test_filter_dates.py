"""Relative dates in the user's time zone, with a clock that stands still (S 7.4)."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from rxcrm.models.errors import BadValue
from rxcrm.models.filters.calendar import Clock, bounds
from tests.office import Office


def clock(office: Office, now: str, zone: str, **chosen: int) -> Clock:
    office.settle(time_zone=zone, **chosen)
    return Clock(office.who(office.sara), datetime.fromisoformat(now))


@pytest.mark.parametrize(
    "zone, day, start",
    [
        ("America/Santiago", "2025-09-07", "2025-09-07T04:00:00+00:00"),  # Midnight does not exist on this day.
        ("America/Havana", "2025-11-02", "2025-11-02T04:00:00+00:00"),  # Midnight comes twice: the first counts.
        ("Asia/Kathmandu", "2026-05-13", "2026-05-12T18:15:00+00:00"),
        ("Europe/Warsaw", "2026-03-29", "2026-03-28T23:00:00+00:00"),
    ],
)
def test_a_day_begins_at_its_first_moment_whatever_the_clocks_do(
    small_office: Office, zone: str, day: str, start: str
) -> None:
    at = clock(small_office, f"{day}T12:00:00+00:00", zone)
    assert at.start_of(datetime.fromisoformat(day).date()).isoformat() == start


@pytest.mark.parametrize(
    "first_weekday, week", [(0, "2026-05-11"), (6, "2026-05-10"), (5, "2026-05-09"), (2, "2026-05-13")]
)
def test_the_week_begins_where_the_organisation_says(small_office: Office, first_weekday: int, week: str) -> None:
    at = clock(small_office, "2026-05-13T10:00:00+00:00", "UTC", first_weekday=first_weekday)
    assert at.week.isoformat() == week


@pytest.mark.parametrize(
    "now, month, day, first, following",
    [
        ("2026-05-13", 1, 1, "2026-01-01", "2027-01-01"),
        ("2026-05-13", 5, 13, "2026-05-13", "2027-05-13"),
        ("2026-05-13", 5, 14, "2025-05-14", "2026-05-14"),
        ("2028-02-29", 2, 29, "2028-02-29", "2029-02-28"),
        ("2027-02-28", 2, 29, "2027-02-28", "2028-02-29"),
        ("2026-05-13", 4, 31, "2026-04-30", "2027-04-30"),
    ],
)
def test_the_fiscal_year(small_office: Office, now: str, month: int, day: int, first: str, following: str) -> None:
    at = clock(small_office, f"{now}T10:00:00+00:00", "UTC", fiscal_month=month, fiscal_day=day)
    assert [d.isoformat() for d in at.fiscal_year(at.this_fiscal_year)] == [first, following]


@pytest.mark.parametrize(
    "operator, values, first, last",
    [
        # It is Wednesday 13 May 2026, 10:00 in UTC and 12:00 in Warsaw; the fiscal year begins on 1 April.
        ("on", ("2026-05-01",), "2026-05-01", "2026-05-02"),
        ("on-or-after", ("2026-05-01",), "2026-05-01", None),
        ("on-or-before", ("2026-05-01",), None, "2026-05-02"),
        ("between", ("2026-05-01", "2026-05-03"), "2026-05-01", "2026-05-04"),
        ("yesterday", (), "2026-05-12", "2026-05-13"),
        ("today", (), "2026-05-13", "2026-05-14"),
        ("tomorrow", (), "2026-05-14", "2026-05-15"),
        ("last-seven-days", (), "2026-05-06", "2026-05-13T10:00:00+00:00"),
        ("next-seven-days", (), "2026-05-13T10:00:00+00:00", "2026-05-21"),
        ("last-week", (), "2026-05-04", "2026-05-11"),
        ("this-week", (), "2026-05-11", "2026-05-18"),
        ("next-week", (), "2026-05-18", "2026-05-25"),
        ("last-month", (), "2026-04-01", "2026-05-01"),
        ("this-month", (), "2026-05-01", "2026-06-01"),
        ("next-month", (), "2026-06-01", "2026-07-01"),
        ("last-year", (), "2025-01-01", "2026-01-01"),
        ("this-year", (), "2026-01-01", "2027-01-01"),
        ("next-year", (), "2027-01-01", "2028-01-01"),
        ("last-x-hours", ("3",), "2026-05-13T07:00:00+00:00", "2026-05-13T10:00:00+00:00"),
        ("next-x-hours", ("3",), "2026-05-13T10:00:00+00:00", "2026-05-13T13:00:00+00:00"),
        ("last-x-days", ("0",), "2026-05-13", "2026-05-13T10:00:00+00:00"),
        ("last-x-weeks", ("2",), "2026-04-29", "2026-05-13T10:00:00+00:00"),
        ("last-x-months", ("3",), "2026-02-13", "2026-05-13T10:00:00+00:00"),
        ("next-x-years", ("1",), "2026-05-13T10:00:00+00:00", "2027-05-14"),
        ("olderthan-x-minutes", ("30",), None, "2026-05-13T09:30:00+00:00"),
        ("olderthan-x-hours", ("10",), None, "2026-05-13T00:00:00+00:00"),
        # Noon in Warsaw on either side of the change of clocks.
        ("olderthan-x-days", ("10",), None, "2026-05-03T10:00:00+00:00"),
        ("olderthan-x-months", ("3",), None, "2026-02-13T11:00:00+00:00"),
        ("olderthan-x-months", ("6",), None, "2025-11-13T11:00:00+00:00"),
        ("in-fiscal-year", ("2025",), "2025-04-01", "2026-04-01"),
        ("in-fiscal-period-and-year", ("2026-4",), "2027-01-01", "2027-04-01"),
        ("last-fiscal-year", (), "2025-04-01", "2026-04-01"),
        ("this-fiscal-year", (), "2026-04-01", "2027-04-01"),
        ("next-fiscal-year", (), "2027-04-01", "2028-04-01"),
        ("last-fiscal-period", (), "2026-01-01", "2026-04-01"),
        ("this-fiscal-period", (), "2026-04-01", "2026-07-01"),
        ("next-fiscal-period", (), "2026-07-01", "2026-10-01"),
        ("last-x-fiscal-years", ("2",), "2024-04-01", "2026-04-01"),
        ("next-x-fiscal-years", ("2",), "2027-04-01", "2029-04-01"),
        ("last-x-fiscal-periods", ("2",), "2025-10-01", "2026-04-01"),
        ("next-x-fiscal-periods", ("2",), "2026-07-01", "2027-01-01"),
    ],
)
def test_an_operator_looks_between_two_days_or_moments(
    small_office: Office, operator: str, values: tuple[str, ...], first: str | None, last: str | None
) -> None:
    at = clock(small_office, "2026-05-13T10:00:00+00:00", "Europe/Warsaw", fiscal_month=4)
    assert [end and end.isoformat() for end in bounds(operator, values, at)] == [first, last]


def test_months_end_where_they_are_shorter(small_office: Office) -> None:
    at = clock(small_office, "2026-05-31T10:00:00+00:00", "UTC")
    assert bounds("last-x-months", ("3",), at)[0] == date(2026, 2, 28)


@pytest.mark.parametrize(
    "operator, unit", [("last-x-years", "10000"), ("next-x-weeks", "10000"), ("next-x-years", "9999")]
)
def test_the_calendar_ends_somewhere(small_office: Office, operator: str, unit: str) -> None:
    at = clock(small_office, "2026-05-13T10:00:00+00:00", "Pacific/Kiritimati")
    for end in bounds(operator, (unit,), at):
        assert isinstance(end, datetime) or at.start_of(end)


@pytest.mark.parametrize(
    "operator, value",
    [
        ("on", "yesterday"),
        ("on", ""),
        ("last-x-days", "-1"),
        ("last-x-days", "10001"),
        ("last-x-days", "²"),
        ("in-fiscal-year", "x"),
    ],
)
def test_what_is_no_date_or_number_is_refused(small_office: Office, operator: str, value: str) -> None:
    with pytest.raises(BadValue):
        bounds(operator, (value,), clock(small_office, "2026-05-13T10:00:00+00:00", "UTC"))
