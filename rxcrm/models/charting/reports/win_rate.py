"""The win rate: of the opportunities that were decided, how many were won, and what they earned (S 8.1)."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import case, func, literal_column, select

from rxcrm.models import lists
from rxcrm.models.charting.charts import Category
from rxcrm.models.charting.figures import Drawing, Figures, Measure, Point, Unit, listed, narrowed
from rxcrm.models.charting.foreign import money_notes
from rxcrm.models.charting.groups import condition, grouping
from rxcrm.models.charting.reports.report import Input, Report, arranged, share
from rxcrm.models.charting.reports.sources import hundredths
from rxcrm.models.choices import OpportunityStatus
from rxcrm.models.currencies import rates
from rxcrm.models.filters.conditions import Group, Test, both, every
from rxcrm.models.lists import Ask
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.records import Act
from rxcrm.models.views import in_status
from rxcrm.translation import N_, gettext

_WON, _LOST = every(in_status(OpportunityStatus.WON)), every(in_status(OpportunityStatus.LOST))
_NOTHING = [0, 0, 0, 0]
_DECIDED = in_status(OpportunityStatus.WON, OpportunityStatus.LOST)
BY: dict[str, tuple[str, Category | None]] = {
    "": (N_("All together"), None),
    "owner": (N_("Owner"), Category("owner")),
    "month": (N_("Month"), Category("actual_close_date", "month")),
}


def _make(act: Act, inputs: dict[str, str], where: Group) -> Figures:
    where = both(where, every(_DECIDED, Test("actual_close_date", "last-x-months", (inputs["months"],))))
    category = BY[inputs["by"]][1]
    by = grouping(act, "opportunity", category) if category else None
    conditions, params = lists.conditions(act, Ask("opportunity", "all", where=where))
    row, key = cast(Any, Opportunity).__table__.c, by.key if by else literal_column("0")
    won = row.status == int(OpportunityStatus.WON)
    statement = select(
        key,
        func.count(),
        func.sum(case((won, 1), else_=0)),
        func.sum(case((won, rates.worth(act, row, "actual_revenue", hundredths(row.actual_revenue))))),
        func.count(case((won & ~rates.adds_up(act, row), row.actual_revenue))),
    )
    # Without a category it is one number, and there is one even if nothing was decided.
    statement = statement.where(*conditions).group_by(key) if by else statement.where(*conditions)
    rows = {found[0]: [int(n or 0) for n in found[1:]] for found in act.session.execute(statement, params)}
    locale = act.who.conventions.locale
    named = arranged(act, by, list(rows), {k: r[0] for k, r in rows.items()}) if by else dict.fromkeys(rows, "")
    points = [
        Point(
            str(k),
            label or gettext(locale, REPORT.label),
            _values(rows.get(k, _NOTHING)),
            condition(by, k) if by else narrowed(Group()),
        )
        for k, label in named.items()
    ]
    kind = Drawing.NUMBER if by is None else Drawing.COLUMN if by.dated else Drawing.BAR
    return Figures(
        title=gettext(locale, REPORT.label),
        kind=kind.value,
        category=gettext(locale, by.spec.label) if by else "",
        measures=_measures(act, where),
        points=points,
        at=act.now.isoformat(),
        groups=len(points),
        notes=money_notes(act, sum(r[3] for r in rows.values())),
        view="all",
        totals=_values([sum(column) for column in zip(*rows.values(), strict=True)]) if len(rows) > 1 else [],
    )


def _values(row: list[int]) -> list[float | None]:
    decided, won, earned, _ = row
    return [share(won, decided), won, decided - won, earned / 100]


def _measures(act: Act, where: Group) -> list[Measure]:
    locale, currency = act.who.conventions.locale, act.organisation.currency

    def measure(key: str, label: str, unit: Unit, rows: Group, drawn: bool = False) -> Measure:
        money = currency if unit is Unit.MONEY else ""
        return Measure(key, gettext(locale, label), unit.value, money, drawn=drawn, **listed("opportunity", rows))

    return [
        measure("rate", N_("% won"), Unit.PERCENT, where, drawn=True),
        measure("won", N_("Won"), Unit.COUNT, both(where, _WON)),
        measure("lost", N_("Lost"), Unit.COUNT, both(where, _LOST)),
        measure("revenue", N_("Actual Revenue"), Unit.MONEY, both(where, _WON)),
    ]


REPORT = Report(
    "win-rate",
    N_("Win Rate"),
    "opportunity",
    _make,
    (
        Input("months", N_("Closed in the last months"), "12", most=120),
        Input("by", N_("Group by"), "", options={key: label for key, (label, _) in BY.items()}),
    ),
    N_("Of the opportunities that were won or lost, how many were won, and what they earned."),
    reads=(("opportunity", "actual_revenue"), ("opportunity", "actual_close_date")),
)
