"""Currencies and rates: kept by administrators, and amounts of several currencies added up in one (S Dynamics `…_base`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, literal, select

from rxcrm.models import administration, configuration, grouping, records
from rxcrm.models.boards import reading, ways
from rxcrm.models.charting import reckoning
from rxcrm.models.charting.charts import Aggregate, Category, Chart, Series
from rxcrm.models.charting.figures import Drawing
from rxcrm.models.choices import OpportunityStatus
from rxcrm.models.currencies import keeping, rates
from rxcrm.models.currencies.tables import offered
from rxcrm.models.errors import Invalid, NotAllowed, NotFound
from rxcrm.models.lists import Ask
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.people import User
from rxcrm.models.views import VIEWS
from rxcrm.state import forms
from tests.office import Office


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    configuration.reset()


def shaped(office: Office, verb: object, *args: object) -> Any:
    """Let Ada do something; whoever acts next knows of it."""
    result = verb(office.act(office.ada), *args)  # type: ignore[operator]
    office.act(office.ada)
    return result


def rate(office: Office, code: str, value: str, since: str = "2026-05-01") -> None:
    if code not in {row.code for row in keeping.listed(office.act(office.ada)).rows}:
        shaped(office, keeping.add, code)
    shaped(office, keeping.set_rate, code, {"rate": value, "since": since}, {})


def refused(office: Office, verb: object, *args: object) -> dict[str, str]:
    with pytest.raises(Invalid) as problem:
        verb(office.act(office.ada), *args)  # type: ignore[operator]
    office.act(office.ada)
    return problem.value.by_field()


# -- the list --------------------------------------------------------------------------------------------------------


def test_all_currencies_are_offered_until_one_is_added(office: Office) -> None:
    assert len(offered()) > 100
    shaped(office, keeping.add, "usd")
    assert offered() == ("EUR", "USD")  # the organisation's own comes along
    options = forms.shape("en")["fields"]["lead"]["currency"]
    assert options["options"] == [["", "---"], ["EUR", "EUR"], ["USD", "USD"]] and ["PLN", "PLN"] in options["others"]


def test_name_symbol_and_decimals_are_those_of_the_readers_language(office: Office) -> None:
    shaped(office, keeping.add, "JPY")
    base, yen = keeping.listed(office.act(office.ada)).rows
    assert (base.code, base.name, base.symbol, base.digits, base.base) == ("EUR", "Euro", "€", 2, True)
    assert (yen.code, yen.name, yen.symbol, yen.digits, yen.base) == ("JPY", "Japanese Yen", "¥", 0, False)


def test_a_record_can_have_only_what_is_offered_and_keeps_what_it_has(office: Office) -> None:
    lead = office.lead(currency="PLN")
    shaped(office, keeping.add, "USD")
    problem = refused(office, records.save, lead, {"currency": "CZK"})
    assert problem == {"currency": "Currency does not offer “CZK”."}
    records.save(office.act(office.ada), lead, {"currency": "PLN", "city": "Kraków"})
    records.save(office.act(office.ada), lead, {"currency": "USD"})
    assert (lead.currency, lead.city) == ("USD", "Kraków")


def test_what_is_in_use_is_deactivated_not_deleted(office: Office) -> None:
    lead = office.lead(currency="PLN")
    for code in ("PLN", "USD"):
        shaped(office, keeping.add, code)
    with pytest.raises(NotAllowed, match="Records are in PLN"):
        keeping.remove(office.act(office.ada), "PLN")
    office.act(office.ada)
    shaped(office, keeping.deactivate, "PLN")
    assert offered() == ("EUR", "USD")
    assert ["PLN", "PLN"] in forms.shape("en")["fields"]["lead"]["currency"]["others"]
    records.save(office.act(office.ada), lead, {"city": "Kraków"})
    shaped(office, keeping.activate, "PLN")
    shaped(office, keeping.remove, "USD")
    assert offered() == ("EUR", "PLN")


def test_the_base_currency_stays_on_the_list(office: Office) -> None:
    shaped(office, keeping.add, "USD")
    for verb in (keeping.deactivate, keeping.remove):
        with pytest.raises(NotAllowed, match="EUR is the currency in which amounts add up"):
            verb(office.act(office.ada), "EUR")
    with pytest.raises(NotAllowed):
        keeping.set_rate(office.act(office.ada), "EUR", {"rate": "1", "since": "2026-05-01"}, {})


def test_the_base_currency_is_fixed_once_a_record_holds_an_amount(office: Office) -> None:
    assert not keeping.listed(office.act(office.ada)).fixed
    administration.update_organisation(office.act(office.ada), {"currency": "PLN"})
    administration.update_organisation(office.act(office.ada), {"currency": "EUR"})
    office.lead(estimated_amount=Decimal(5))
    assert keeping.listed(office.act(office.ada)).fixed
    problem = refused(office, administration.update_organisation, {"currency": "PLN", "name": "Other"})
    assert "which add up in EUR: it cannot be changed any more" in problem["currency"]
    administration.update_organisation(office.act(office.ada), {"currency": "EUR", "name": "Other"})


def test_what_is_no_currency_or_listed_already_is_refused(small_office: Office) -> None:
    assert refused(small_office, keeping.add, "XYZ") == {"code": "Choose one of the list."}
    shaped(small_office, keeping.add, "USD")
    assert refused(small_office, keeping.add, "USD") == {"code": "USD is in the list already."}


# -- rates -----------------------------------------------------------------------------------------------------------


def test_a_rate_holds_from_its_day_on_and_the_history_stays(office: Office) -> None:
    for value, since in (("0.90", "2026-01-01"), ("0,92", "2026-05-01"), ("0.95", "2026-06-01")):
        rate(office, "USD", value, since)
    view = keeping.listed(office.act(office.ada)).rows[1]
    assert (view.rate, view.since) == ("0.92", "2026-05-01")
    assert [(r.rate, r.now, r.later, r.who) for r in view.rates] == [
        ("0.95", False, True, "Ada"),
        ("0.92", True, False, "Ada"),
        ("0.9", False, False, "Ada"),
    ]
    assert rates.in_base(office.act(office.ada), Decimal(100), "USD") == Decimal("92.00")


def test_the_day_begins_where_the_organisation_is(office: Office) -> None:
    administration.update_organisation(office.act(office.ada), {"time_zone": "Pacific/Auckland"})
    office.session.flush()
    rate(office, "USD", "0.95", "2026-05-14")
    act = office.act(office.ada, office.now.replace(hour=13))
    assert rates.today(act) == date(2026, 5, 14) and rates.in_base(act, Decimal(100), "USD") == Decimal(95)
    assert rates.in_base(office.act(office.ada, office.now.replace(hour=1)), Decimal(100), "USD") is None


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"rate": "", "since": "2026-05-01"}, "rate", "Rate is required."),
        ({"rate": "0", "since": "2026-05-01"}, "rate", "A rate is larger than zero."),
        ({"rate": "-1", "since": "2026-05-01"}, "rate", "A rate is larger than zero."),
        ({"rate": "many", "since": "2026-05-01"}, "rate", "“many” is not a number."),
        ({"rate": "0.1234567891", "since": "2026-05-01"}, "rate", "A rate can have 9 digits, 15 of them behind the point."),
        ({"rate": "1000000000", "since": "2026-05-01"}, "rate", "A rate can have 9 digits, 15 of them behind the point."),
        ({"rate": "1", "since": ""}, "since", "Choose a day."),
        ({"rate": "1", "since": "0001-01-01"}, "since", "Choose a day."),
    ],
)  # fmt: skip
def test_a_rate_that_cannot_be_is_refused(
    small_office: Office, typed: dict[str, str], field: str, sentence: str
) -> None:
    shaped(small_office, keeping.add, "USD")
    assert refused(small_office, keeping.set_rate, "USD", typed, {})[field] == sentence


def test_the_second_of_two_administrators_is_told_of_a_rate_of_the_same_day(office: Office) -> None:
    rate(office, "USD", "0.92")
    problem = refused(office, keeping.set_rate, "USD", {"rate": "0.93", "since": "2026-05-01"}, {})
    assert "Another administrator has changed this to “0.92”" in problem["rate"]
    shaped(office, keeping.set_rate, "USD", {"rate": "0.93", "since": "2026-05-01"}, {"2026-05-01": "0.92"})
    assert keeping.listed(office.act(office.ada)).rows[1].rate == "0.93"


def test_a_rate_typed_by_mistake_can_be_deleted_once(office: Office) -> None:
    rate(office, "USD", "92")
    wrong = keeping.listed(office.act(office.ada)).rows[1].rates[0]
    shaped(office, keeping.remove_rate, wrong.id)
    assert keeping.listed(office.act(office.ada)).rows[1].rates == []
    with pytest.raises(NotAllowed, match="Another administrator has deleted this meanwhile"):
        keeping.remove_rate(office.act(office.ada), wrong.id)
    with pytest.raises(NotFound):
        keeping.set_rate(office.act(office.ada), "CZK", {"rate": "1", "since": "2026-05-01"}, {})


def test_only_administrators_keep_currencies(office: Office) -> None:
    for verb, args in (
        (keeping.add, ("USD",)),
        (keeping.deactivate, ("USD",)),
        (keeping.activate, ("USD",)),
        (keeping.remove, ("USD",)),
        (keeping.set_rate, ("USD", {"rate": "1", "since": "2026-05-01"}, {})),
        (keeping.remove_rate, (1,)),
        (keeping.listed, ()),
        (keeping.used, ()),
    ):
        with pytest.raises(NotAllowed):
            verb(office.act(office.mia), *args)  # type: ignore[operator]


# -- adding up -------------------------------------------------------------------------------------------------------

RATES = st.decimals(min_value="0.000000001", max_value="999999999", allow_nan=False).map(
    lambda value: Decimal(f"{value:.9g}")
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some=st.lists(st.integers(-(10**16), 10**16), min_size=1, max_size=20), value=RATES)
def test_both_databases_convert_as_decimals_do(office: Office, some: list[int], value: Decimal) -> None:
    _p, places = rates._fraction(value)
    if not 0 < value < keeping.LARGEST or places > rates.PLACES:
        return
    for amount in some:
        exact = (Decimal(amount) * value).quantize(Decimal(1), ROUND_HALF_UP)
        if abs(exact) > 9 * 10**17:
            continue
        held = literal(amount, BigInteger())
        assert office.session.scalar(select(rates._times(held, value))) == int(exact), (amount, value)


def figures(office: Office, who: User, aggregate: Aggregate = Aggregate.SUM, by: str = "rating") -> Any:
    chart = Chart("c", "C", "lead", Category(by), (Series(aggregate, "estimated_amount"),))
    return reckoning.data(office.act(who), chart, Ask("lead"))


def leads(office: Office) -> None:
    for currency, amount, rating in (
        ("EUR", "100.00", 1), ("", "50.00", 1), ("USD", "200.00", 1), ("PLN", "400.01", 2), ("CZK", "999.00", 2),
    ):  # fmt: skip
        office.lead(currency=currency, estimated_amount=Decimal(amount), rating=rating)


def test_charts_add_up_what_has_a_rate_and_say_what_has_none(office: Office) -> None:
    leads(office)
    before = figures(office, office.sara)
    assert [point.values for point in before.points] == [[150], [0]]
    assert before.notes == ["3 amounts in other currencies than EUR are not counted."]
    rate(office, "USD", "0.92")
    rate(office, "PLN", "0.235")
    after = figures(office, office.sara)
    assert [point.values for point in after.points] == [[334], [94]]
    assert after.notes == [
        "Amounts in PLN, USD are converted to EUR.",
        "1 amount in a currency without a rate is not counted.",
    ]
    assert after.totals == [428]


def test_averages_and_extremes_are_of_converted_amounts(office: Office) -> None:
    leads(office)
    rate(office, "USD", "0.92")
    found = {
        a: figures(office, office.sara, a).points[0].values
        for a in (Aggregate.AVERAGE, Aggregate.LEAST, Aggregate.MOST)
    }
    assert found == {
        Aggregate.AVERAGE: [round(334 / 3, 6)],
        Aggregate.LEAST: [50],
        Aggregate.MOST: [184],
    }


def test_totals_of_lists_and_groups_are_one_number_where_all_have_a_rate(office: Office) -> None:
    leads(office)

    def totals() -> list[list[str]]:
        return grouping.totals(office.act(office.sara), Ask("lead"), [("estimated_amount", "sum")])[0].values

    assert totals() == [["EUR", "150.00"], ["CZK", "999.00"], ["PLN", "400.01"], ["USD", "200.00"]]
    rate(office, "USD", "0.92")
    rate(office, "PLN", "0.235")
    assert totals() == [["EUR", "428.00"], ["CZK", "999.00"]]
    rate(office, "CZK", "0.04")
    assert totals() == [["EUR", "467.96"]]


def test_what_was_won_counts_at_the_rate_of_its_day(office: Office) -> None:
    rate(office, "USD", "0.80", "2025-01-01")
    rate(office, "USD", "0.90", "2026-02-01")
    for day, amount in ((date(2024, 5, 1), 100), (date(2026, 1, 31), 100), (date(2026, 2, 1), 100), (None, 100)):
        office.opportunity(
            currency="USD",
            status=int(OpportunityStatus.WON),
            status_reason=3,
            actual_revenue=Decimal(amount),
            actual_close_date=day,
            estimated_revenue=Decimal(100),
        )
    for field, expected in (("actual_revenue", 80 + 80 + 90 + 90), ("estimated_revenue", 4 * 90)):
        chart = Chart("c", "C", "opportunity", None, (Series(Aggregate.SUM, field),), kind=Drawing.NUMBER)
        assert reckoning.data(office.act(office.sara), chart, Ask("opportunity", "all")).points[0].values == [
            expected
        ], field


def test_a_rate_of_another_base_currency_does_not_count(office: Office) -> None:
    rate(office, "USD", "0.92")
    administration.update_organisation(office.act(office.ada), {"currency": "PLN"})
    office.session.flush()
    assert rates.in_base(office.act(office.ada), Decimal(100), "USD") is None
    assert keeping.listed(office.act(office.ada)).rows[-1].rate == ""


def test_a_deactivated_currency_goes_on_counting(office: Office) -> None:
    rate(office, "USD", "0.92")
    shaped(office, keeping.deactivate, "USD")
    assert rates.in_base(office.act(office.ada), Decimal(100), "USD") == Decimal(92)


def test_columns_of_boards_add_up_too(office: Office) -> None:
    rate(office, "USD", "0.92")
    office.opportunity(currency="USD", estimated_revenue=Decimal(100))
    office.opportunity(currency="CZK", estimated_revenue=Decimal(100))
    office.opportunity(currency="", estimated_revenue=Decimal(8))
    act = office.act(office.sara)
    view = next(view for view in VIEWS["opportunity"] if view.key == "all")
    found = reading.heads(act, Ask("opportunity", "all"), view, ways.ways_of("opportunity")[0])
    assert [head.sums for head in found.values()] == [[["EUR", "100.00"], ["CZK", "100.00"]]]


def test_without_rates_nothing_costs_more(small_office: Office) -> None:
    act = small_office.act(small_office.sara)
    row = Opportunity.__table__.c  # type: ignore[attr-defined]
    held = row.estimated_revenue
    assert rates.alike(act, row, "estimated_revenue", held) is held
