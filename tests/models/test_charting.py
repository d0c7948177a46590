"""Charts: what is counted, in whose time zone, in which order, and the list behind each point (S 7.11)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from rxcrm.models import lists
from rxcrm.models.access import Privilege
from rxcrm.models.charting import choosing
from rxcrm.models.charting.charts import Aggregate, BadChart, Category, Chart, Series, check, named, of_json, to_json
from rxcrm.models.charting.figures import Drawing, Figures, condition_of
from rxcrm.models.charting.reckoning import data
from rxcrm.models.choices import LeadReason, LeadSource, LeadStatus, Rating
from rxcrm.models.filters.conditions import Test, every, read
from rxcrm.models.lead import Lead
from rxcrm.models.lists import Ask
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.people import User
from tests.office import Office, Statements

ALL = Ask(entity="lead", view="all")


def chart(field: str = "", by: str = "", **more: Any) -> Chart:
    return Chart("", "Leads", more.pop("entity", "lead"), Category(field, by) if field else None, **more)


def read_off(found: Figures) -> list[tuple[str, float | None]]:
    return [(point.label, point.values[0]) for point in found.points]


def ask(office: Office, asked: Chart, who: User | None = None, over: Ask = ALL) -> Figures:
    return data(office.act(who or office.sara), asked, over)


def leads(office: Office, **each: Iterable[Any]) -> None:
    """Leads with the values of each field, one for each of them."""
    names = list(each)
    for values in zip(*each.values(), strict=True):
        office.bare(Lead, **{"topic": "T", "last_name": "Doe", **dict(zip(names, values, strict=True))})
    office.session.flush()


def agrees_with_the_list(office: Office, asked: Chart, who: User | None = None, over: Ask = ALL) -> None:
    """Each point's condition, added to the list's filter, shows as many rows as it says."""
    act = office.act(who or office.sara)
    found = data(act, asked, over)
    for point in found.points:
        for measure, value in zip(found.measures, point.values, strict=True):
            where = condition_of(measure, point)
            assert where is not None, point.label
            shown = lists.count(act, Ask(asked.entity, over.view, over.search, where=read(where)))
            assert shown == value, (point.label, measure.label)


def test_options_come_in_the_order_of_their_list_and_empty_ones_last(office: Office) -> None:
    leads(office, lead_source=[LeadSource.WEB, None, LeadSource.PARTNER, LeadSource.WEB])
    by_source = chart("lead_source", kind=Drawing.PIE)
    assert read_off(ask(office, by_source)) == [("Partner", 1), ("Web", 2), ("(empty)", 1)]
    agrees_with_the_list(office, by_source)


def test_days_are_those_of_the_user_s_time_zone_also_when_summer_time_begins(office: Office) -> None:
    # Warsaw: at 2026-03-29 01:00 UTC the offset becomes two hours.
    at = [
        datetime(2026, 3, 28, 22, 59, 59, tzinfo=UTC),  # 28 March 23:59:59
        datetime(2026, 3, 28, 23, 0, 0, tzinfo=UTC),  # 29 March 00:00
        datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC),  # 29 March 23:59:59
        datetime(2026, 3, 29, 22, 0, 0, tzinfo=UTC),  # 30 March 00:00
    ]
    leads(office, created_on=at)
    office.sara.time_zone = "Europe/Warsaw"
    by_day = chart("created_on", "day")
    assert read_off(ask(office, by_day)) == [("Mar 28, 2026", 1), ("Mar 29, 2026", 2), ("Mar 30, 2026", 1)]
    agrees_with_the_list(office, by_day)
    office.sara.time_zone = "America/New_York"  # four hours behind
    assert read_off(ask(office, by_day)) == [("Mar 28, 2026", 2), ("Mar 29, 2026", 2)]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia"])
@pytest.mark.parametrize("span", ["day", "week", "month", "quarter", "year", "fiscal-year"])
def test_every_span_agrees_with_the_list_in_every_zone(office: Office, zone: str, span: str) -> None:
    office.settle(first_weekday=6, fiscal_month=4, fiscal_day=6)
    office.sara.time_zone = zone
    days = [
        datetime(2025, 4, 5, 23, tzinfo=UTC),
        datetime(2025, 4, 6, 12, tzinfo=UTC),
        datetime(2025, 12, 31, 22, 30, tzinfo=UTC),
    ]
    leads(office, created_on=[*days, datetime(2026, 1, 1, 3, tzinfo=UTC), datetime(2026, 1, 3, 18, 15, tzinfo=UTC)])
    agrees_with_the_list(office, chart("created_on", span))


def test_weeks_begin_on_the_organisation_s_first_weekday(office: Office) -> None:
    leads(office, estimated_close_date=[date(2026, 5, 9), date(2026, 5, 10), date(2026, 5, 11)])
    by_week = chart("estimated_close_date", "week")
    assert read_off(ask(office, by_week)) == [("Week of May 4, 2026", 2), ("Week of May 11, 2026", 1)]
    office.settle(first_weekday=6)
    assert read_off(ask(office, by_week)) == [("Week of May 3, 2026", 1), ("Week of May 10, 2026", 2)]


@pytest.mark.parametrize("first", [(2, 28), (2, 29), (4, 31), (1, 1), (12, 31)])
def test_a_fiscal_year_that_begins_on_a_day_that_its_month_does_not_have(
    office: Office, first: tuple[int, int]
) -> None:
    office.settle(fiscal_month=first[0], fiscal_day=first[1])
    days = [
        date(year, month, day)
        for year in (2024, 2025)
        for month, day in ((2, 27), (2, 28), (3, 1), (4, 29), (4, 30), (12, 30), (12, 31), (1, 1))
    ]
    leads(office, estimated_close_date=[*days, date(2024, 2, 29)])
    agrees_with_the_list(office, chart("estimated_close_date", "fiscal-year"))


def test_months_without_rows_are_there_with_zero(office: Office) -> None:
    leads(office, created_on=[datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 4, 5, tzinfo=UTC)])
    by_month = chart("created_on", "month", kind=Drawing.LINE)
    assert read_off(ask(office, by_month)) == [("Jan 2026", 1), ("Feb 2026", 0), ("Mar 2026", 0), ("Apr 2026", 1)]
    agrees_with_the_list(office, by_month)


def test_top_of_dates_are_the_latest(office: Office) -> None:
    leads(office, created_on=[datetime(2026, month, 5, tzinfo=UTC) for month in (1, 2, 4, 5)])
    found = ask(office, chart("created_on", "month", top=3))
    assert read_off(found) == [("Mar 2026", 0), ("Apr 2026", 1), ("May 2026", 1)]


def test_owners_are_users_and_teams(office: Office) -> None:
    office.bare(Lead, office.tom, topic="T", last_name="Doe")
    office.bare(Lead, office.fair, topic="T", last_name="Doe")
    leads(office, topic=["A", "B"])
    by_owner = chart("owner", kind=Drawing.BAR)
    assert read_off(ask(office, by_owner)) == [("Sara", 2), ("Fair", 1), ("Tom", 1)]
    agrees_with_the_list(office, by_owner)


def test_texts_are_grouped_as_the_filter_compares_them(office: Office) -> None:
    leads(office, city=["Łódź", "lodz", "Warsaw", "", "ŁÓDŹ"])
    by_city = chart("city")
    found = ask(office, by_city)
    assert [value for _, value in read_off(found)] == [3, 1, 1]
    agrees_with_the_list(office, by_city)


def test_look_ups_are_named_as_far_as_one_may_read_them(office: Office) -> None:
    office.settle(private=True)
    mine, his = office.account(name="Fabrikam"), office.account(office.olaf, name="Secret")
    leads(office, existing_account_id=[mine.id, his.id, his.id, None])
    by_account = chart("existing_account_id")
    found = ask(office, by_account)
    assert read_off(found) == [("(records that you may not see)", 2), ("(empty)", 1), ("Fabrikam", 1)]
    assert "Secret" not in str(found) and str(his.id) not in [point.key for point in found.points]
    agrees_with_the_list(office, by_account)


def test_a_field_of_a_related_record_is_a_category_too(office: Office) -> None:
    account = office.account(name="Fabrikam", city="Oslo")
    leads(office, existing_account_id=[account.id, account.id, None])
    by_city = chart("existing_account_id.city")
    assert read_off(ask(office, by_city)) == [("Oslo", 2), ("(empty)", 1)]
    agrees_with_the_list(office, by_city)


def test_a_salesperson_of_the_private_preset_counts_his_own_and_what_is_shared_with_him(office: Office) -> None:
    office.settle(private=True)
    office.bare(Lead, office.tom, topic="T", last_name="Doe", rating=Rating.HOT)
    shared = office.lead(office.olaf, rating=Rating.COLD)
    office.share(shared, office.sara, Privilege.READ)
    leads(office, rating=[Rating.HOT, Rating.HOT])
    by_rating = chart("rating")
    assert read_off(ask(office, by_rating)) == [("Hot", 2), ("Cold", 1)]
    assert read_off(ask(office, by_rating, office.mia)) == [("Hot", 3)]
    agrees_with_the_list(office, by_rating)


def test_the_view_s_own_condition_and_search_count(office: Office) -> None:
    leads(
        office,
        topic=["Forklift", "Forklift", "Crane"],
        status=[0, 1, 0],
        status_reason=[1, 3, 1],
        lead_source=[1, 1, 1],
    )
    by_source = chart("lead_source")
    assert read_off(ask(office, by_source, over=Ask("lead", "open"))) == [("Advertisement", 2)]
    assert read_off(ask(office, by_source, over=Ask("lead", "all", "fork"))) == [("Advertisement", 2)]
    agrees_with_the_list(office, by_source, over=Ask("lead", "open", "fork"))


def test_a_chart_has_its_own_condition_too(office: Office) -> None:
    leads(office, status=[0, 2, 2], status_reason=[1, 4, 6])
    lost = chart("status_reason", where=every(Test("status", "in", (str(int(LeadStatus.DISQUALIFIED)),))))
    assert read_off(ask(office, lost)) == [(LeadReason.LOST.label, 1), (LeadReason.NO_LONGER_INTERESTED.label, 1)]
    agrees_with_the_list(office, lost)


def test_two_categories_are_stacked_and_the_limit_cuts_whole_groups(office: Office) -> None:
    leads(office, lead_source=[1, 1, 1, 8, 8, 4], rating=[1, 1, 3, 1, 2, 2])
    stacked = chart("lead_source", split=Category("rating"), kind=Drawing.STACKED, top=2)
    found = ask(office, stacked)
    assert [measure.label for measure in found.measures] == ["Hot", "Warm", "Cold"]
    assert [(p.label, p.values) for p in found.points] == [("Advertisement", [2, 0, 1]), ("Web", [1, 1, 0])]
    assert found.groups == 3
    agrees_with_the_list(office, stacked)


def test_aggregates_are_those_of_the_values_that_are_there(office: Office) -> None:
    leads(office, employees=[10, 30, None, 7], lead_source=[1, 1, 1, 8])
    every_one = tuple(
        Series(a, "employees") for a in (Aggregate.SUM, Aggregate.AVERAGE, Aggregate.LEAST, Aggregate.MOST)
    )
    found = ask(office, chart("lead_source", series=every_one))
    assert [point.values for point in found.points] == [[40, 20, 10, 30], [7, 7, 7, 7]]
    filled = chart("lead_source", series=(Series(Aggregate.FILLED, "employees"),))
    assert read_off(ask(office, filled)) == [("Advertisement", 2), ("Web", 1)]
    agrees_with_the_list(office, filled)
    texts = chart("lead_source", series=(Series(Aggregate.FILLED, "city"),))
    assert read_off(ask(office, texts)) == [("Advertisement", 0), ("Web", 0)]


def test_amounts_in_other_currencies_are_named_and_not_added(office: Office) -> None:
    for amount, currency in (("100.50", "EUR"), ("0.25", ""), ("70", "USD")):
        office.bare(Opportunity, topic="T", currency=currency, estimated_revenue=Decimal(amount), rating=1)
    office.session.flush()
    total = chart("rating", entity="opportunity", series=(Series(Aggregate.SUM, "estimated_revenue"),))
    found = ask(office, total, over=Ask("opportunity", "all"))
    assert read_off(found) == [("Hot", 100.75)]
    assert (found.measures[0].unit, found.measures[0].currency) == ("money", "EUR")
    assert found.notes == ["1 amount in another currency than EUR is not counted."]


def test_without_a_category_it_is_one_number_also_where_there_are_no_rows(office: Office) -> None:
    number = chart(kind=Drawing.NUMBER)
    assert read_off(ask(office, number)) == [("Leads", 0)]
    leads(office, topic=["A", "B"])
    assert read_off(ask(office, number)) == [("Leads", 2)]
    agrees_with_the_list(office, number)


def test_a_chart_costs_the_same_few_statements_whatever_the_rows(office: Office) -> None:
    asked = chart("owner", split=Category("created_on", "month"), kind=Drawing.STACKED)

    def cost() -> int:
        office.commit()
        act = office.act(office.sara)
        with Statements(office.engine) as statements:
            data(act, asked, ALL)
        return len(statements)

    leads(office, topic=["A"] * 3)
    few = cost()
    for owner in (office.tom, office.mia, office.olaf):
        office.bare(Lead, owner, topic="T", last_name="Doe")
    leads(office, created_on=[datetime(2026, month, 1, tzinfo=UTC) for month in range(1, 6)])
    assert cost() == few <= 3


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        ({"category": {"field": "gone", "by": ""}}, "does not exist any more"),
        ({"category": {"field": "created_on", "by": ""}}, "cannot be read"),
        ({"category": {"field": "created_on", "by": "decade"}}, "cannot be read"),
        ({"category": {"field": "description", "by": ""}}, "cannot be grouped"),
        ({"category": {"field": "existing_account_id.parent_account_id", "by": ""}}, "cannot be grouped"),
        ({"series": [{"aggregate": "sum", "field": "topic"}]}, "cannot be added up"),
        ({"series": [{"aggregate": "sum", "field": "gone"}]}, "does not exist any more"),
        ({"series": [{"aggregate": "median", "field": "employees"}]}, "cannot be read"),
        ({"series": "x"}, "cannot be read"),
        ({"entity": "user"}, "cannot be read"),
        ({"top": "many"}, "cannot be read"),
        ({"kind": "pyramid"}, "cannot be read"),
        ({"where": {"field": 1}}, "cannot be read"),
        ({"category": "rating"}, "cannot be read"),
        (
            {"split": {"field": "rating", "by": ""}, "series": [{"aggregate": "avg", "field": "employees"}]},
            "counts and sums",
        ),
    ],
)
def test_a_damaged_chart_is_refused_with_a_sentence(damaged: dict[str, Any], said: str) -> None:
    whole = to_json(chart("lead_source"))
    assert of_json(whole) == Chart("", "", "lead", Category("lead_source"))
    with pytest.raises(Exception, match=said) as refusal:
        of_json({**whole, **damaged})
    assert isinstance(refusal.value, BadChart) or "where" in damaged


# -- names, colours and totals -----------------------------------------------------------------------------------------


def test_a_chart_without_a_name_says_what_it_shows() -> None:
    def called(*args: Any, **more: Any) -> str:
        return named(chart(*args, **more), "en")

    assert called("status_reason") == "Leads by Status Reason"
    assert called("lead_source", split=Category("rating")) == "Leads by Lead Source and Rating"
    revenue = (Series(Aggregate.SUM, "estimated_revenue"),)
    assert called(entity="opportunity", series=revenue) == "Sum of Est. Revenue"


def test_options_that_mean_something_have_their_colour_and_others_have_none(office: Office) -> None:
    leads(office, rating=[Rating.HOT, Rating.COLD, None], lead_source=[LeadSource.WEB] * 3)
    found = ask(office, chart("rating"))
    assert [(p.label, p.colour) for p in found.points] == [("Hot", "red"), ("Cold", "blue"), ("(empty)", "")]
    stacked = ask(office, chart("lead_source", split=Category("rating")))
    assert [p.colour for p in stacked.points] == [""] and [m.colour for m in stacked.measures] == ["red", "blue", ""]


def test_the_total_is_of_all_groups_and_only_where_they_add_up(office: Office) -> None:
    leads(office, lead_source=[LeadSource.WEB, LeadSource.WEB, LeadSource.PARTNER], employees=[10, 20, 60])
    counted = (Series(), Series(Aggregate.AVERAGE, "employees"))
    assert ask(office, chart("lead_source", series=counted)).totals == [3, None]
    assert ask(office, chart("lead_source", top=1)).totals == []
    assert ask(office, chart("lead_source", split=Category("status"))).totals == [3]
    assert ask(office, chart()).totals == []


def test_charts_can_group_by_fields_of_the_records_that_theirs_point_to(office: Office) -> None:
    [words] = choosing.vocabulary(office.act(office.sara), "opportunity")
    offered = {option.name: option for option in words.categories}
    industry = offered["account_id.industry"]
    assert (industry.label, industry.group) == ("Industry", offered["account_id"].label)
    for name, option in offered.items():
        check(chart(name, "month" if option.dated else "", entity="opportunity"))
