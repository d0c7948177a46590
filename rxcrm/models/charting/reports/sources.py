"""Lead Source Effectiveness: what becomes of the leads of each source (S 8.3)."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import BigInteger, ColumnElement, and_, case, func, select, type_coerce

from rxcrm.models import lists
from rxcrm.models.access import permitted, reach_of
from rxcrm.models.charting.charts import Category
from rxcrm.models.charting.figures import Drawing, Figures, Measure, Point, Unit, listed
from rxcrm.models.charting.foreign import money_notes
from rxcrm.models.charting.groups import condition, grouping
from rxcrm.models.charting.reports.report import Input, Report, arranged, share
from rxcrm.models.choices import LeadStatus, OpportunityStatus
from rxcrm.models.currencies import rates
from rxcrm.models.filters.conditions import Group, Related, Test, both, every
from rxcrm.models.lead import Lead
from rxcrm.models.lists import Ask
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.records import Act
from rxcrm.models.views import in_status
from rxcrm.translation import N_, gettext

YEARS = Input("years", N_("Created in the last years"), "1", most=20)
WON = Related("opportunity.originating_lead_id", every(in_status(OpportunityStatus.WON)))
QUALIFIED = in_status(LeadStatus.QUALIFIED)


def _make(act: Act, inputs: dict[str, str], where: Group) -> Figures:
    where = both(where, every(Test("created_on", "last-x-years", (inputs["years"],))))
    conditions, params = lists.conditions(act, Ask("lead", "all", where=where))
    lead, by = cast(Any, Lead).__table__, grouping(act, "lead", Category("lead_source"))
    sales, more = won_sales(act)
    statement = (
        select(
            by.key,
            func.count(),
            func.sum(case((lead.c.status == int(LeadStatus.QUALIFIED), 1), else_=0)),
            func.count(sales.c.lead),
            func.coalesce(func.sum(sales.c.revenue), 0),
            func.coalesce(func.sum(sales.c.foreign), 0),
        )
        .select_from(lead.outerjoin(sales, sales.c.lead == lead.c.id))
        .where(*conditions)
        .group_by(by.key)
    )
    rows = {row[0]: [int(n) for n in row[1:]] for row in act.session.execute(statement, {**params, **more})}
    total, revenue = (sum(row[i] for row in rows.values()) for i in (0, 3))
    named = arranged(act, by, list(rows), {key: row[0] for key, row in rows.items()})
    points = []
    for key, name in named.items():
        leads, qualified, won, earned, _ = rows[key]
        values: list[float | None] = [
            leads,
            share(leads, total),
            share(qualified, leads),
            share(won, leads),
            earned / 100,
            share(earned, revenue),
            round(earned / 100 / leads, 2),
        ]
        points.append(Point(str(key), name, values, condition(by, key)))
    return Figures(
        title=gettext(act.who.conventions.locale, REPORT.label),
        kind=Drawing.BAR.value,
        category=gettext(act.who.conventions.locale, by.spec.label),
        measures=_measures(act, where),
        points=points,
        at=act.now.isoformat(),
        groups=len(points),
        notes=money_notes(act, sum(row[4] for row in rows.values())),
        view="all",
        totals=_totals(list(rows.values())) if len(rows) > 1 else [],
    )


def _totals(rows: list[list[int]]) -> list[float | None]:
    leads, qualified, won, earned = (sum(row[at] for row in rows) for at in range(4))
    revenue_share = 100.0 if earned else None
    return [
        leads,
        100,
        share(qualified, leads),
        share(won, leads),
        earned / 100,
        revenue_share,
        round(earned / 100 / leads, 2),
    ]


def won_sales(act: Act) -> tuple[Any, dict[str, Any]]:
    """Per lead what was won from it, as far as the asker may see: revenue in hundredths of the organisation's currency.

    `foreign` counts the amounts without a rate, `won_on` is the first time that something was won.
    """
    row, reach = cast(Any, Opportunity).__table__.c, reach_of(act.who, Opportunity)
    amount: ColumnElement[Any] = row.actual_revenue
    found = (
        select(
            row.originating_lead_id.label("lead"),
            func.sum(rates.worth(act, row, "actual_revenue", hundredths(amount))).label("revenue"),
            func.count(case((rates.adds_up(act, row), None), else_=amount)).label("foreign"),
            func.min(row.closed_on).label("won_on"),
        )
        .where(
            and_(
                row.originating_lead_id.is_not(None),
                row.status == int(OpportunityStatus.WON),
                row.deleted_on.is_(None),
                permitted(reach),
            )
        )
        .group_by(row.originating_lead_id)
    )
    return found.subquery("sales"), reach.ids(act.who)


def hundredths(amount: ColumnElement[Any]) -> ColumnElement[int]:
    """An amount as it is stored."""
    return type_coerce(amount, BigInteger())


def _measures(act: Act, where: Group) -> list[Measure]:
    locale, currency = act.who.conventions.locale, act.organisation.currency
    everyone, qualified = listed("lead", where), listed("lead", both(where, every(QUALIFIED)))
    won = listed("lead", both(where, every(WON)))

    def measure(key: str, label: str, unit: Unit, rows: dict[str, Any], drawn: bool = False) -> Measure:
        money = currency if unit is Unit.MONEY else ""
        return Measure(key, gettext(locale, label), unit.value, money, drawn=drawn, **rows)

    return [
        measure("leads", N_("Leads"), Unit.COUNT, everyone, drawn=True),
        measure("share", N_("% of total leads"), Unit.PERCENT, everyone),
        measure("qualified", N_("% qualified"), Unit.PERCENT, qualified),
        measure("won", N_("% became revenue"), Unit.PERCENT, won),
        measure("revenue", N_("Revenue from won opportunities"), Unit.MONEY, won),
        measure("revenue-share", N_("% of overall revenue"), Unit.PERCENT, won),
        measure("average", N_("Average revenue per lead"), Unit.MONEY, won),
    ]


REPORT = Report(
    "lead-sources",
    N_("Lead Source Effectiveness"),
    "lead",
    _make,
    (YEARS,),
    N_("Which sources bring leads that are qualified and won, and what they earned."),
    reads=(("opportunity", "actual_revenue"), ("opportunity", "originating_lead_id")),
)
