"""The funnel: of the leads that came, how many were contacted, qualified, won, and how long each step took."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from rxcrm.models.charting.figures import Drawing, Figures, Measure, Point, Unit, listed, narrowed
from rxcrm.models.charting.groups import condition
from rxcrm.models.charting.reports.journeys import journeys
from rxcrm.models.charting.reports.medians import median, placed
from rxcrm.models.charting.reports.report import BY, MONTHS, Report, arranged, by_of, created_within, share
from rxcrm.models.charting.reports.sources import QUALIFIED, WON
from rxcrm.models.filters.conditions import Group, both, either, every
from rxcrm.models.records import Act
from rxcrm.translation import N_, gettext

_TIMES = ("to_contacted", "to_qualified", "to_won")
STAGES = {
    "created": N_("Created"),
    "contacted": N_("Contacted"),
    "qualified": N_("Qualified"),
    "won": N_("Won"),
}


def _make(act: Act, inputs: dict[str, str], where: Group) -> Figures:
    where, by = created_within(inputs["months"], where), by_of(act, inputs["by"])
    every_lead, params = journeys(act, where, by)
    one = every_lead.subquery("one").c
    timed = (
        select(one.g, one.contacted, one.qualified, one.won, *(c for t in _TIMES for c in placed(t, one.g, one[t])))
        .subquery("timed")
        .c
    )
    statement = select(
        timed.g,
        func.count(),
        *(func.sum(timed[stage]) for stage in ("contacted", "qualified", "won")),
        *(median(timed, name) for name in _TIMES),
    ).group_by(timed.g)
    found = {
        row[0]: tuple(None if v is None else float(v) for v in row[1:])
        for row in act.session.execute(statement, params)
    }
    locale = act.who.conventions.locale
    shown = Figures(
        title=gettext(locale, REPORT.label),
        kind=(Drawing.COLUMN if by else Drawing.FUNNEL).value,
        category=gettext(locale, by.spec.label if by else N_("Stage")),
        measures=[],
        points=[],
        at=act.now.isoformat(),
        view="all",
    )
    if by is None:
        shown.nested = True
        _by_stage(act, shown, where, next(iter(found.values()), (0, 0, 0, 0, None, None, None)))
        return shown
    named = arranged(act, by, list(found), {key: int(row[0] or 0) for key, row in found.items()})
    shown.measures = _columns(act, where)
    nothing = (0.0, 0.0, 0.0, 0.0, None, None, None)
    shown.points = [
        Point(str(key), name, _values(found.get(key, nothing)), condition(by, key)) for key, name in named.items()
    ]
    shown.groups = len(shown.points)
    shown.totals = _totals([point.values for point in shown.points])
    return shown


def _by_stage(act: Act, shown: Figures, where: Group, row: tuple[float | None, ...]) -> None:
    """The stages themselves as points."""
    locale, counts = act.who.conventions.locale, [int(n or 0) for n in row[:4]]
    everyone = listed("lead", where)
    shown.measures = [
        Measure("leads", gettext(locale, N_("Leads")), **everyone),
        Measure("of-created", gettext(locale, N_("% of created")), Unit.PERCENT.value, drawn=False),
        Measure("of-before", gettext(locale, N_("% of the stage before")), Unit.PERCENT.value, drawn=False),
        Measure("time", gettext(locale, N_("Median time since the stage before")), Unit.SECONDS.value, drawn=False),
    ]
    wheres: list[dict[str, Any] | None] = [narrowed(Group()), None, narrowed(either(QUALIFIED, WON)), narrowed(WON)]
    for at, (stage, label) in enumerate(STAGES.items()):
        before = counts[at - 1] if at else 0
        time = row[3 + at] if at else None
        values = [counts[at], share(counts[at], counts[0]), share(counts[at], before) if at else None, time]
        shown.points.append(Point(stage, gettext(locale, label), values, wheres[at]))
    shown.groups = len(shown.points)


def _values(row: tuple[float | None, ...]) -> list[float | None]:
    created, contacted, qualified, won = (int(n or 0) for n in row[:4])
    return [created, contacted, qualified, won, share(qualified, created), share(won, created), *row[4:]]


def _totals(rows: list[list[float | None]]) -> list[float | None]:
    """What stands below the table; medians cannot be added up."""
    if len(rows) < 2:
        return []
    created, contacted, qualified, won = (sum(row[at] or 0 for row in rows) for at in range(4))
    return [created, contacted, qualified, won, share(qualified, created), share(won, created), *(None for _ in _TIMES)]


def _columns(act: Act, where: Group) -> list[Measure]:
    locale = act.who.conventions.locale
    qualified, won = (
        listed("lead", both(where, Group((either(QUALIFIED, WON),)))),
        listed("lead", both(where, every(WON))),
    )
    return [
        Measure("created", gettext(locale, N_("Created")), **listed("lead", where)),
        Measure("contacted", gettext(locale, N_("Contacted"))),
        Measure("qualified", gettext(locale, N_("Qualified")), **qualified),
        Measure("won", gettext(locale, N_("Won")), **won),
        Measure("qualified-share", gettext(locale, N_("% qualified")), Unit.PERCENT.value, drawn=False, **qualified),
        Measure("won-share", gettext(locale, N_("% won")), Unit.PERCENT.value, drawn=False, **won),
        *(
            Measure(key, gettext(locale, label), Unit.SECONDS.value, drawn=False)
            for key, label in (
                ("to-contacted", N_("Median time to contact")),
                ("to-qualified", N_("Median time from contact to qualification")),
                ("to-won", N_("Median time from qualification to win")),
            )
        ),
    ]


REPORT = Report(
    "funnel",
    N_("Lead Funnel"),
    "lead",
    _make,
    (MONTHS, BY),
    N_("Of the leads created, how many were contacted, qualified and won, and how long each step took."),
    reads=(("opportunity", "originating_lead_id"),),
)
