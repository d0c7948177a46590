"""Groups of a list with counts and sums, their rows, and the totals of all of it (S 7.5)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rxcrm.models import grouping, lists
from rxcrm.models.errors import BadValue
from rxcrm.models.filters.conditions import Test, every
from rxcrm.models.lists import Ask
from rxcrm.models.people import User
from tests.office import Office, Statements

OPEN = Ask(view="open")


def told(
    office: Office, group: str, ask: Ask = OPEN, user: User | None = None, totals: str = ""
) -> list[tuple[str, int]]:
    act = office.act(user or office.sara)
    found = grouping.groups(act, ask, grouping.parse(ask.entity, group), grouping.parse_totals(ask.entity, totals))
    return [(one.label, one.count) for one in found.groups]


def rows(office: Office, group: str, key: str, ask: Ask = OPEN, **more: Any) -> list[str]:
    found = grouping.rows_of(office.act(office.sara), ask, grouping.parse(ask.entity, group), key, **more)
    return [row["name"] for row in found.rows]


def test_options_stand_in_their_order_and_the_empty_group_last(office: Office) -> None:
    for n, source in enumerate((8, 1, None, 8)):
        office.lead(last_name=f"Nr {n}", lead_source=source)
    assert told(office, "lead_source") == [("Advertisement", 1), ("Web", 2), ("(empty)", 1)]
    assert sorted(rows(office, "lead_source", "8")) == ["Nr 0", "Nr 3"]
    found = grouping.groups(office.act(office.sara), OPEN, grouping.parse("lead", "lead_source")).groups
    assert rows(office, "lead_source", found[-1].key) == ["Nr 2"]


def test_owners_stand_by_name_users_and_teams_alike(office: Office) -> None:
    office.lead(office.tom, last_name="One")
    office.lead(office.fair, last_name="Two")
    office.lead(office.olaf, last_name="Three")
    assert told(office, "owner") == [("Fair", 1), ("Olaf", 1), ("Tom", 1)]
    found = grouping.groups(office.act(office.sara), OPEN, grouping.parse("lead", "owner"))
    assert [rows(office, "owner", group.key) for group in found.groups] == [["Two"], ["Three"], ["One"]]


def test_dates_are_grouped_by_the_days_of_the_reader(office: Office) -> None:
    """Ten in the evening in UTC is the next day in Warsaw."""
    office.settle(time_zone="Europe/Warsaw")
    for day, hour in ((31, 23), (30, 12)):
        office.lead(last_name=f"May {day}", created_on=datetime(2026, 5, day, hour, tzinfo=UTC))
    office.lead(last_name="January", created_on=datetime(2026, 1, 31, 23, 30, tzinfo=UTC))
    assert [count for _, count in told(office, "created_on:day")] == [1, 1, 1]
    assert told(office, "created_on:month") == [("Jun 2026", 1), ("May 2026", 1), ("Feb 2026", 1)]
    assert told(office, "created_on:year") == [("2026", 3)]
    assert rows(office, "created_on:month", "2026-06-01") == ["May 31"]
    assert rows(office, "created_on:month", "2026-02-01") == ["January"]
    assert len(told(office, "created_on:week")) == 3 and len(told(office, "created_on:quarter")) == 2


@pytest.mark.parametrize("zone", ["UTC", "Europe/Warsaw", "America/St_Johns", "Asia/Kolkata", "Asia/Kathmandu"])
def test_every_moment_falls_on_the_day_that_the_clock_of_its_zone_shows(office: Office, zone: str) -> None:
    """Also where summer time begins and ends, and where clocks are half an hour or a quarter beside the others."""
    office.settle(time_zone=zone)
    turns = (
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
        datetime(2025, 12, 31, 18, 15, tzinfo=UTC),
    )
    moments = [
        turn + timedelta(minutes=n * 29, microseconds=-1 if n % 2 else 0) for turn in turns for n in range(-60, 60, 7)
    ]
    for n, moment in enumerate(moments):
        office.lead(last_name=f"Nr {n}", created_on=moment, budget_amount=Decimal(n))
    here = ZoneInfo(zone)
    act, wanted = office.act(office.sara), (("budget_amount", "avg"), ("budget_amount", "max"))
    for span, form in (("day", "%Y-%m-%d"), ("month", "%Y-%m-01")):
        days = [moment.astimezone(here).strftime(form) for moment in moments]
        found = grouping.groups(act, OPEN, grouping.parse("lead", f"created_on:{span}"), wanted).groups
        assert {group.key: group.count for group in found} == Counter(days)
        for group in found:
            held = [n for n, day in enumerate(days) if day == group.key]
            average, most = (Decimal(total.values[0][1]) for total in group.totals)
            assert (average, most) == (round(Decimal(sum(held)) / len(held), 2), max(held))


def test_a_date_without_a_span_is_grouped_by_months_and_what_has_none_is_last(office: Office) -> None:
    office.lead(last_name="Soon", estimated_close_date=date(2026, 6, 3))
    office.lead(last_name="Never")
    assert [count for _, count in told(office, "estimated_close_date")] == [1, 1]
    assert told(office, "estimated_close_date")[0][0] == "Jun 2026"
    assert rows(office, "estimated_close_date", "") == ["Never"]


def test_texts_that_differ_only_in_case_and_accents_are_one_group(office: Office) -> None:
    for name, city in (("One", "Łódź"), ("Two", "łódź"), ("Three", "Berlin"), ("Four", "")):
        office.lead(last_name=name, city=city)
    found = grouping.groups(office.act(office.sara), OPEN, grouping.parse("lead", "city"))
    assert [group.count for group in found.groups] == [1, 2, 1]
    assert sorted(rows(office, "city", found.groups[1].key)) == ["One", "Two"]
    assert rows(office, "city", found.groups[2].key) == ["Four"]


def test_numbers_stand_by_size_in_the_spelling_of_the_reader(office: Office) -> None:
    for n in (9, 1200, None, 30):
        office.lead(last_name=f"Nr {n}", employees=n)
    found = grouping.groups(office.act(office.sara), OPEN, grouping.parse("lead", "employees")).groups
    assert [(g.label, g.count) for g in found] == [("9", 1), ("30", 1), ("1,200", 1), ("(empty)", 1)]


def test_related_records_stand_by_name_and_hidden_ones_together(office: Office) -> None:
    office.settle(private=True)
    mine, other = office.account(name="Fabrikam"), office.account(office.olaf, name="Secret")
    office.lead(last_name="One", existing_account_id=mine.id)
    office.lead(last_name="Two", existing_account_id=other.id)
    found = told(office, "existing_account_id")
    assert found[0] == ("Fabrikam", 1) and len(found) == 2 and "Secret" not in found[1][0]
    assert rows(office, "existing_account_id", str(mine.id)) == ["One"]


def test_only_rows_that_the_reader_may_see_are_counted(office: Office) -> None:
    office.settle(private=True)
    office.lead(rating=1)
    office.lead(office.olaf, rating=1)
    assert told(office, "rating") == [("Hot", 1)]
    assert told(office, "rating", user=office.vera) == [("Hot", 2)]


def test_filter_and_search_narrow_the_groups_as_they_narrow_the_list(office: Office) -> None:
    for name, city, rating in (("Abel", "Rom", 1), ("Baker", "Rom", 3), ("Carter", "Oslo", 1)):
        office.lead(last_name=name, city=city, rating=rating)
    office.commit()
    where = every(Test("status", "eq", ("0",)), Test("city", "eq", ("Rom",)))
    assert told(office, "rating", Ask(view="open", where=where)) == [("Hot", 1), ("Cold", 1)]
    assert told(office, "rating", Ask(view="open", search="carter")) == [("Hot", 1)]


def test_the_rows_of_a_group_go_on_behind_its_last(office: Office) -> None:
    for n in range(53):
        office.lead(last_name=f"Nr {n:02}", rating=1)
    ask = Ask(view="open", sort=(("name", False),))
    first = grouping.rows_of(office.act(office.sara), ask, grouping.parse("lead", "rating"), "1")
    assert (len(first.rows), first.more_after) == (50, True)
    assert rows(office, "rating", "1", ask, after=first.last) == ["Nr 50", "Nr 51", "Nr 52"]


def test_many_groups_come_in_pages(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "GROUPS", 2)
    for n in range(5):
        office.lead(last_name=f"Nr {n}", city=f"City {n}")
        office.lead(created_on=office.now - timedelta(days=40 * n))
    act = office.act(office.sara)
    for group in ("city", "created_on:month", "owner", "rating"):
        seen, start, more = [], 0, True
        while more:
            page = grouping.groups(act, OPEN, grouping.parse("lead", group), start=start)
            seen, start, more = seen + [one.key for one in page.groups], start + 2, page.more
        assert len(seen) == len(set(seen)) > 0


def test_sums_are_kept_apart_by_currency(office: Office) -> None:
    for topic, currency, revenue in (("A", "EUR", "100.50"), ("B", "", "9.50"), ("C", "USD", "5"), ("D", "EUR", None)):
        office.opportunity(topic=topic, currency=currency, estimated_revenue=Decimal(revenue) if revenue else None)
    ask, act = Ask("opportunity", view="open"), office.act(office.sara)
    for function, euros in (("sum", "110.00"), ("avg", "55.00"), ("min", "9.50"), ("max", "100.50")):
        wanted = grouping.parse_totals("opportunity", f"estimated_revenue:{function}")
        (total,) = grouping.totals(act, ask, wanted)
        assert total.values == [["EUR", euros], ["USD", "5.00"]]
        (group,) = grouping.groups(act, ask, grouping.parse("opportunity", "owner"), wanted).groups
        assert (group.count, group.totals[0].values) == (4, total.values)


def test_averages_and_limits_are_of_each_currency_and_numbers_of_all(office: Office) -> None:
    for amount, currency, chance in (("10", "EUR", 20), ("20", "EUR", 40), ("8", "USD", 90), (None, "GBP", None)):
        office.opportunity(estimated_revenue=Decimal(amount) if amount else None, currency=currency, probability=chance)
    act, ask = office.act(office.sara), Ask("opportunity", view="open")
    wanted = tuple(("estimated_revenue", f) for f in ("avg", "min", "max"))
    found = grouping.totals(act, ask, (*wanted, ("probability", "avg")))
    assert [total.values for total in found] == [
        [["EUR", "15.00"], ["USD", "8.00"]],
        [["EUR", "10.00"], ["USD", "8.00"]],
        [["EUR", "20.00"], ["USD", "8.00"]],
        [["", "50"]],
    ]
    (group,) = grouping.groups(act, ask, grouping.parse("opportunity", "status_reason"), wanted).groups
    assert [total.values for total in group.totals] == [total.values for total in found[:3]]


def test_a_second_statement_is_only_for_several_currencies(office: Office) -> None:
    office.opportunity(estimated_revenue=Decimal(1), currency="EUR")
    office.opportunity(estimated_revenue=None, currency="USD")
    ask, wanted, spent = Ask("opportunity", view="open"), (("estimated_revenue", "sum"),), []
    for currency in ("EUR", "USD"):
        office.opportunity(estimated_revenue=Decimal(1), currency=currency)
        office.commit()
        act = office.act(office.sara)
        with Statements(office.engine) as counted:
            grouping.groups(act, ask, grouping.parse("opportunity", "status_reason"), wanted)
        spent.append(len(counted))
    assert spent[1] == spent[0] + 1


def test_a_total_of_nothing_is_empty(office: Office) -> None:
    (total,) = grouping.totals(
        office.act(office.sara), Ask("opportunity", view="open"), (("estimated_revenue", "sum"),)
    )
    assert total.values == []


@pytest.mark.parametrize("text", ["", "nonsense", "name", "rating:decade", "description", "budget_amount", "a.b.c"])
def test_what_no_list_can_be_grouped_by_is_refused(office: Office, text: str) -> None:
    with pytest.raises(BadValue):
        grouping.parse("lead", text)


@pytest.mark.parametrize("text", ["rating:sum", "budget_amount:median", "nonsense:sum", "budget_amount"])
def test_what_cannot_be_totalled_is_refused(office: Office, text: str) -> None:
    with pytest.raises(BadValue):
        grouping.parse_totals("lead", text)


@pytest.mark.parametrize("key", ["x", "1e9", "--"])
def test_keys_that_are_none_open_no_group(office: Office, key: str) -> None:
    with pytest.raises(BadValue):
        rows(office, "rating", key)


def test_groups_cost_the_same_statements_whatever_their_number(office: Office) -> None:
    spent = []
    for n in range(2):
        for i in range(5 + 5 * n):
            office.lead(last_name=f"Nr {i}", city=f"City {n} {i}", rating=i % 3 + 1)
        office.commit()
        act = office.act(office.sara)
        with Statements(office.engine) as counted:
            grouping.groups(act, OPEN, grouping.parse("lead", "city"), (("budget_amount", "sum"),))
        spent.append(len(counted))
    assert spent[0] == spent[1]


def test_the_groups_together_are_the_list(office: Office) -> None:
    for n in range(7):
        office.lead(
            last_name=f"Nr {n}",
            rating=(None, 1, 2, 3)[n % 4],
            city=("", "Rom")[n % 2],
            email=("", "Zoë@example.com")[n % 2],
            business_phone=("", "+48 22 1")[n % 2],
            employees=(None, 1200, 9)[n % 3],
        )
    act = office.act(office.sara)
    for group in ("rating", "city", "created_on:day", "owner", "lead_source", "email", "business_phone", "employees"):
        category = grouping.parse("lead", group)
        found = grouping.groups(act, OPEN, category).groups
        names = [r["id"] for g in found for r in grouping.rows_of(act, OPEN, category, g.key).rows]
        assert sorted(names) == sorted(row["id"] for row in lists.page(act, OPEN).rows)
