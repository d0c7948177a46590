"""The reports of S 8.3 and ours, with numbers reckoned by hand. Now is Wednesday, 13 May 2026, 10:00 UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from rxcrm.models import lists, records
from rxcrm.models.activity import Activity
from rxcrm.models.charting.figures import Figures, condition_of
from rxcrm.models.charting.reports import REPORTS
from rxcrm.models.choices import ActivityKind, ActivityStatus, LeadReason, LeadSource, OpportunityStatus
from rxcrm.models.filters.conditions import read
from rxcrm.models.lead import Lead
from rxcrm.models.lists import Ask
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.people import Team, User
from tests.office import Office, Statements

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def report(office: Office, key: str, who: User | None = None, **inputs: Any) -> Figures:
    office.session.flush()
    return REPORTS[key].figures(office.act(who or office.sara), inputs)


def table(found: Figures) -> dict[str, list[float | None]]:
    return {point.label: point.values for point in found.points}


def lead(office: Office, owner: User | Team | None = None, **values: Any) -> Lead:
    made = office.bare(Lead, owner, **{"topic": "T", "last_name": "Doe", "created_on": office.now - HOUR, **values})
    office.session.flush()
    return made


def qualified(office: Office, owner: User | None = None, **values: Any) -> Lead:
    return lead(office, owner, status=1, status_reason=3, closed_on=values.pop("closed_on", office.now), **values)


def won(office: Office, of: Lead, amount: str, owner: User | None = None, **values: Any) -> Opportunity:
    return office.bare(
        Opportunity,
        owner,
        topic="T",
        originating_lead_id=of.id,
        **{
            "currency": "EUR",
            "status": OpportunityStatus.WON,
            "status_reason": 3,
            "closed_on": office.now,
            "actual_close_date": office.now.date(),
            "actual_revenue": Decimal(amount),
            **values,
        },
    )


def activity(
    office: Office, of: Lead, kind: ActivityKind = ActivityKind.PHONE_CALL, at: datetime | None = None, **values: Any
) -> Activity:
    """A completed activity, made, changed and closed at one moment."""
    at = at or office.now
    made = {"status": ActivityStatus.COMPLETED, "closed_on": at, "created_on": at, "modified_on": at}
    return office.bare(
        Activity, kind=int(kind), subject="S", regarding_entity="lead", regarding_id=of.id, **{**made, **values}
    )


def agrees(office: Office, found: Figures, counted: tuple[int, ...] = (0,)) -> None:
    """The lists behind the counts show as many rows."""
    for point in found.points:
        for at in counted:
            measure = found.measures[at]
            where = condition_of(measure, point)
            if where is None:
                continue
            entity = {"/leads": "lead", "/opportunities": "opportunity", "/activities": "activity"}[measure.path]
            act = office.act(office.sara)
            assert lists.count(act, Ask(entity, "all", where=read(where))) == point.values[at], (
                point.label,
                measure.label,
            )


# -- Lead Source Effectiveness -----------------------------------------------------------------------------------------


def test_lead_source_effectiveness_has_the_columns_of_the_report(office: Office) -> None:
    web = [lead(office, lead_source=LeadSource.WEB) for _ in range(2)]
    web += [qualified(office, lead_source=LeadSource.WEB) for _ in range(2)]
    partner = qualified(office, lead_source=LeadSource.PARTNER)
    lead(office)
    lead(office, lead_source=LeadSource.WEB, created_on=office.now - 400 * DAY)  # more than a year ago
    won(office, web[2], "300.00")
    won(office, web[2], "100.00")  # two of one lead: it became revenue once
    won(office, partner, "600.00")
    won(office, web[3], "999.00", status=OpportunityStatus.LOST)
    found = report(office, "lead-sources", years=1)
    assert [m.label for m in found.measures] == [
        "Leads", "% of total leads", "% qualified", "% became revenue", "Revenue from won opportunities",
        "% of overall revenue", "Average revenue per lead",
    ]  # fmt: skip
    assert table(found) == {
        "Partner": [1, 16.7, 100.0, 100.0, 600.0, 60.0, 600.0],
        "Web": [4, 66.7, 50.0, 25.0, 400.0, 40.0, 100.0],
        "(empty)": [1, 16.7, 0.0, 0.0, 0.0, 0.0, 0.0],
    }
    agrees(office, found)
    assert table(report(office, "lead-sources", years=2))["Web"][0] == 5


def test_revenue_in_another_currency_is_named_and_not_added(office: Office) -> None:
    one = qualified(office, lead_source=LeadSource.WEB)
    won(office, one, "100.00", currency="USD")
    found = report(office, "lead-sources")
    assert table(found)["Web"][3:5] == [100.0, 0.0]
    assert found.notes == ["1 amount in another currency than EUR is not counted."]


def test_a_salesperson_of_the_private_preset_reads_of_his_own_leads_and_sales_only(office: Office) -> None:
    office.settle(private=True)
    mine = qualified(office, lead_source=LeadSource.WEB)
    won(office, mine, "100.00")
    won(office, mine, "5000.00", office.olaf)
    theirs = qualified(office, office.olaf, lead_source=LeadSource.WEB)
    won(office, theirs, "900.00", office.olaf)
    assert table(report(office, "lead-sources"))["Web"][:1] == [1]
    assert table(report(office, "lead-sources"))["Web"][4] == 100.0
    assert table(report(office, "lead-sources", office.vera))["Web"][4] == 6000.0


# -- neglected leads ---------------------------------------------------------------------------------------------------


def test_neglected_leads_are_open_old_enough_and_without_activity_or_note_for_the_days_asked(office: Office) -> None:
    old = {"created_on": office.now - 30 * DAY}
    untouched, busy, noted = (lead(office, **old) for _ in range(3))
    lead(office)  # new
    qualified(office, **old)  # closed
    lead(office, office.tom, **old)
    long_ago = lead(office, office.tom, **old)
    activity(office, busy, at=office.now - 3 * DAY)
    activity(office, noted, ActivityKind.NOTE, at=office.now - 3 * DAY, status=ActivityStatus.NONE)
    activity(office, long_ago, at=office.now - 20 * DAY)
    activity(
        office, untouched, ActivityKind.POST, at=office.now - DAY, status=ActivityStatus.NONE
    )  # the system writes too
    found = report(office, "neglected-leads", days=14)
    assert table(found) == {"Tom": [2], "Sara": [1]}
    agrees(office, found)
    assert table(report(office, "neglected-leads", days=25)) == {"Sara": [1], "Tom": [1]}
    assert table(report(office, "neglected-leads", days="nonsense")) == {"Tom": [2], "Sara": [1]}


# -- pipeline ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("owner", {"Tom": [500.0, 1], "Sara": [300.0, 2]}),
        ("stage", {"Qualify": [300.0, 2], "Propose": [500.0, 1]}),
        ("month", {"May 2026": [600.0, 2], "Jun 2026": [200.0, 1]}),
        ("rating", {"Hot": [500.0, 1], "Warm": [300.0, 2]}),
        ("account", {"Fabrikam": [800.0, 3]}),
        ("product", {"Tom": [500.0, 1], "Sara": [300.0, 2]}),
    ],
)
def test_the_sales_pipeline_is_grouped_by_what_is_asked_for(
    office: Office, by: str, expected: dict[str, list[float]]
) -> None:
    account = office.account().id
    common = {"account_id": account, "currency": "EUR", "topic": "T"}
    may, june = date(2026, 5, 20), date(2026, 6, 1)
    office.bare(Opportunity, estimated_revenue=Decimal(100), estimated_close_date=may, **common)
    office.bare(Opportunity, estimated_revenue=Decimal(200), estimated_close_date=june, **common)
    office.bare(
        Opportunity,
        office.tom,
        estimated_revenue=Decimal(500),
        estimated_close_date=may,
        sales_stage=2,
        rating=1,
        **common,
    )
    office.bare(Opportunity, estimated_revenue=Decimal(999), status=2, status_reason=5, **common)
    found = report(office, "sales-pipeline", by=by)
    assert table(found) == expected
    agrees(office, found, (1,))


# -- the funnel --------------------------------------------------------------------------------------------------------


def funnel(office: Office) -> list[Lead]:
    """Six leads, two hours apart from each other in what happened to them."""
    start = office.now - 20 * DAY
    new = lead(office, created_on=start, lead_source=LeadSource.WEB)
    called = lead(office, created_on=start, lead_source=LeadSource.WEB)
    activity(office, called, at=start + 2 * HOUR)
    activity(office, called, at=start + 9 * HOUR)
    activity(office, new, at=start + HOUR, status=ActivityStatus.OPEN, closed_on=None)  # planned, not done
    marked = office.lead(created_on=start, lead_source=LeadSource.PARTNER)
    act = office.act(office.sara, start + 4 * HOUR)
    records.save(act, marked, {"status_reason": str(int(LeadReason.CONTACTED))})
    bought = qualified(office, created_on=start, closed_on=start + 10 * DAY, lead_source=LeadSource.PARTNER)
    activity(office, bought, ActivityKind.EMAIL, at=start + 6 * HOUR)
    won(office, bought, "10.00", closed_on=start + 12 * DAY)
    no_talk = qualified(office, created_on=start, closed_on=start + 8 * DAY, lead_source=LeadSource.PARTNER)
    lost = lead(office, created_on=start, status=2, status_reason=4, closed_on=start + DAY)
    return [new, called, marked, bought, no_talk, lost]


def test_the_funnel_counts_each_stage_and_how_long_the_way_was(office: Office) -> None:
    funnel(office)
    found = report(office, "funnel")
    assert table(found) == {
        "Created": [6, 100.0, None, None],
        "Contacted": [4, 66.7, 66.7, 4 * 3600.0],  # 2, 4 and 6 hours
        "Qualified": [2, 33.3, 50.0, 10 * 86400.0 - 6 * 3600],  # one was qualified without a talk
        "Won": [1, 16.7, 50.0, 2 * 86400.0],
    }
    agrees(office, found)


def test_the_funnel_by_source_owner_and_month(office: Office) -> None:
    funnel(office)
    found = report(office, "funnel", by="source")
    assert {label: values[:4] for label, values in table(found).items()} == {
        "Partner": [3, 3, 2, 1],
        "Web": [2, 1, 0, 0],
        "(empty)": [1, 0, 0, 0],
    }
    assert table(found)["Partner"][4:7] == [66.7, 33.3, 5 * 3600.0]  # 4 and 6 hours
    agrees(office, found, (0, 2, 3))
    assert list(table(report(office, "funnel", by="owner"))) == ["Sara"]
    by_month = report(office, "funnel", by="month")
    assert list(table(by_month)) == ["Apr 2026"]
    agrees(office, by_month, (0, 2, 3))


def test_leads_created_before_the_months_asked_are_not_in_the_funnel(office: Office) -> None:
    lead(office, created_on=office.now - 100 * DAY)
    assert table(report(office, "funnel", months=2))["Created"] == [0, None, None, None]
    assert table(report(office, "funnel", months=4))["Created"][0] == 1


def test_the_funnel_of_a_private_salesperson_is_his_own(office: Office) -> None:
    office.settle(private=True)
    funnel(office)
    assert table(report(office, "funnel", office.olaf))["Created"][0] == 0
    assert table(report(office, "funnel", office.mia))["Created"][0] == 6


# -- time to first activity --------------------------------------------------------------------------------------------


def test_the_median_time_to_first_activity_is_of_those_that_have_one(office: Office) -> None:
    start = office.now - 5 * DAY
    for hours in (1, 3, 10, 20):
        one = lead(office, created_on=start)
        activity(office, one, ActivityKind.TASK, at=start + hours * HOUR, status=ActivityStatus.OPEN, closed_on=None)
        activity(office, one, ActivityKind.NOTE, at=start + 30 * HOUR, status=ActivityStatus.NONE)
    lead(office, created_on=start)
    alone = lead(office, office.tom, created_on=start)
    activity(office, alone, ActivityKind.POST, at=start + HOUR, status=ActivityStatus.NONE)
    found = report(office, "first-activity")
    assert table(found) == {"Sara": [6.5 * 3600, 5, 4, 1], "Tom": [None, 1, 0, 1]}
    agrees(office, found, (1, 2, 3))
    assert table(report(office, "first-activity", by=""))["All leads"] == [6.5 * 3600, 6, 4, 2]


# -- ageing, reasons ---------------------------------------------------------------------------------------------------


def test_open_leads_are_counted_by_age_in_days_of_the_reader(office: Office) -> None:
    office.sara.time_zone = "Europe/Warsaw"
    midnight = datetime(2026, 5, 5, 22, tzinfo=UTC)  # in Warsaw the 6th begins, seven days ago
    for at in (office.now, midnight, midnight - timedelta(seconds=1), office.now - 60 * DAY, office.now - 400 * DAY):
        lead(office, created_on=at)
    qualified(office, created_on=office.now - 60 * DAY)
    found = report(office, "ageing")
    assert [p.values[0] for p in found.points] == [2, 1, 1, 0, 1]
    agrees(office, found)


# -- the team board ----------------------------------------------------------------------------------------------------


def test_the_team_board_tells_of_each_seller_what_is_open_late_and_achieved(office: Office) -> None:
    old = lead(office, created_on=office.now - 40 * DAY)
    lead(office)
    lead(office, office.tom)
    done = qualified(office, closed_on=office.now - 2 * DAY)
    qualified(office, closed_on=office.now - 40 * DAY)
    late = {"status": ActivityStatus.OPEN, "closed_on": None, "at": office.now - 20 * DAY}
    activity(office, old, due_on=office.now - HOUR, **late)
    activity(office, old, due_on=office.now + HOUR, **late)
    activity(office, done, at=office.now - DAY)
    won(office, done, "70.00")
    won(office, done, "5.00", actual_close_date=date(2026, 4, 30))
    office.bare(Opportunity, topic="T", currency="EUR", estimated_revenue=Decimal(40))
    found = report(office, "team-board", office.mia)
    board = table(found)
    assert [m.key for m in found.measures] == ["open", "neglected", "overdue", "done", "qualified", "pipeline", "won"]
    assert board["Sara"] == [2, 1, 1, 1, 1, 40.0, 70.0]
    assert board["Tom"] == [1, 0, 0, 0, 0, 0, 0]
    assert board["Mia"] == board["Olaf"] == [0] * 7
    agrees(office, found, (0, 1, 2, 3, 4))


def test_the_team_board_of_a_private_salesperson_is_himself(office: Office) -> None:
    office.settle(private=True)
    lead(office)
    lead(office, office.tom)
    assert list(table(report(office, "team-board"))) == ["Sara"]
    assert list(table(report(office, "team-board", office.mia))) == ["Mia", "Sara", "Tom"]


def test_a_report_says_with_what_it_was_asked(office: Office) -> None:
    found = report(office, "neglected-leads", days="30")
    assert [(a.name, a.value, a.most) for a in found.asked] == [("days", "30", 3650)]
    found = report(office, "funnel", months="no number", by="owner")
    assert [(a.name, a.value) for a in found.asked] == [("months", "12"), ("by", "owner")]
    assert ["owner", "Owner"] in found.asked[1].options


# -- the win rate ------------------------------------------------------------------------------------------------------


def decided(office: Office, owner: User | None = None, amount: int = 0, on: date | None = None, **values: Any) -> None:
    """An opportunity that was won for an amount, or lost."""
    won_or_lost = {"status": OpportunityStatus.WON, "status_reason": 3, "actual_revenue": Decimal(amount)}
    lost = {"status": OpportunityStatus.LOST, "status_reason": 5}
    common = {"topic": "T", "currency": "EUR", "closed_on": office.now, "actual_close_date": on or office.now.date()}
    office.bare(Opportunity, owner, **{**common, **(won_or_lost if amount else lost), **values})


def test_the_win_rate_is_of_what_was_decided_and_adds_up_what_was_won(office: Office) -> None:
    assert table(report(office, "win-rate")) == {"Win Rate": [None, 0, 0, 0]}
    decided(office, amount=70)
    decided(office, amount=30)
    decided(office)
    decided(office, office.tom)
    office.bare(Opportunity, topic="T", currency="EUR")  # still open
    decided(office, on=date(2024, 1, 1))  # too long ago
    found = report(office, "win-rate")
    assert table(found) == {"Win Rate": [50.0, 2, 2, 100]} and found.kind == "number"
    agrees(office, found, (1, 2))
    by_owner = report(office, "win-rate", by="owner")
    assert table(by_owner) == {"Sara": [66.7, 2, 1, 100], "Tom": [0.0, 0, 1, 0]}
    assert by_owner.totals == [50.0, 2, 2, 100]
    agrees(office, by_owner, (1, 2))


def test_a_month_without_decisions_stands_between_those_with_some(office: Office) -> None:
    decided(office, amount=10, on=date(2026, 2, 27))
    decided(office, on=date(2026, 4, 1))
    found = report(office, "win-rate", by="month")
    assert table(found) == {"Feb 2026": [100.0, 1, 0, 10], "Mar 2026": [None, 0, 0, 0], "Apr 2026": [0.0, 0, 1, 0]}
    agrees(office, found, (1, 2))


def test_won_amounts_in_other_currencies_count_as_won_but_not_as_revenue(office: Office) -> None:
    decided(office, amount=10, currency="PLN")
    found = report(office, "win-rate")
    assert table(found) == {"Win Rate": [100.0, 1, 0, 0]}
    assert found.notes == ["1 amount in another currency than EUR is not counted."]


# -- totals ------------------------------------------------------------------------------------------------------------


def test_below_a_table_stands_what_its_rows_come_to(office: Office) -> None:
    funnel(office)
    assert report(office, "funnel", by="source").totals[:6] == [6, 4, 2, 1, 33.3, 16.7]
    sources = report(office, "lead-sources")
    assert sources.totals[:3] == [6, 100, 33.3] and sources.totals[4] == 10
    team = report(office, "team-board", office.mia)
    assert team.totals == [sum(p.values[i] or 0 for p in team.points) for i in range(7)]


# -- all of them -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", REPORTS)
def test_a_report_costs_the_same_statements_whatever_the_rows_and_works_without_any(office: Office, key: str) -> None:
    def cost() -> int:
        office.commit()
        act = office.act(office.mia)
        with Statements(office.engine) as statements:
            REPORTS[key].figures(act, {"by": "owner"})
        return len(statements)

    cost()
    funnel(office)
    few = cost()
    funnel(office)
    lead(office, office.tom)
    lead(office, office.fair)
    assert cost() == few <= 10
