"""How long leads wait for the first activity or note about them."""

from __future__ import annotations

from sqlalchemy import func, select

from rxcrm.models.charting.figures import Drawing, Figures, Measure, Point, Unit, listed, narrowed
from rxcrm.models.charting.groups import condition
from rxcrm.models.charting.reports.journeys import first_attention, leads_of
from rxcrm.models.charting.reports.medians import elapsed, median, placed
from rxcrm.models.charting.reports.report import LEADS_BY, MONTHS, Input, Report, arranged, by_of, created_within
from rxcrm.models.charting.shipped import ATTENTION
from rxcrm.models.filters.conditions import Group, Related, Test, both, every
from rxcrm.models.records import Act
from rxcrm.translation import N_, gettext


def _make(act: Act, inputs: dict[str, str], where: Group) -> Figures:
    where, by = created_within(inputs["months"], where), by_of(act, inputs["by"])
    lead, conditions, params, key = leads_of(act, where, by)
    first = select(key.label("g"), lead.c.created_on.label("created_on"), first_attention(lead.c).label("at")).where(
        *conditions
    )
    one = first.subquery("one").c
    timed = select(one.g, one.at, *placed("time", one.g, elapsed(one.created_on, one.at))).subquery("timed").c
    statement = select(timed.g, func.count(), func.count(timed.at), median(timed, "time")).group_by(timed.g)
    found = {row[0]: (int(row[1]), int(row[2]), row[3]) for row in act.session.execute(statement, params)}
    locale = act.who.conventions.locale
    counts = {key: row[0] for key, row in found.items()}
    named = arranged(act, by, list(found), counts) if by else {key: gettext(locale, N_("All leads")) for key in found}
    touched = Related("activities", every(Test("kind", "in", ATTENTION)))
    untouched = Related("activities", touched.where, missing=True)
    measures = [
        Measure(
            "time",
            gettext(locale, N_("Median time to first activity")),
            Unit.SECONDS.value,
            **listed("lead", both(where, every(touched))),
        ),
        Measure("leads", gettext(locale, N_("Leads")), drawn=False, **listed("lead", where)),
        Measure(
            "touched",
            gettext(locale, N_("With an activity")),
            drawn=False,
            **listed("lead", both(where, every(touched))),
        ),
        Measure(
            "untouched",
            gettext(locale, N_("Without any")),
            drawn=False,
            **listed("lead", both(where, every(untouched))),
        ),
    ]
    points = []
    for group, name in named.items():
        leads, with_one, time = found.get(group, (0, 0, None))
        narrower = condition(by, group) if by else narrowed(Group())
        points.append(
            Point(
                str(group), name, [None if time is None else float(time), leads, with_one, leads - with_one], narrower
            )
        )
    return Figures(
        title=gettext(locale, REPORT.label),
        kind=(Drawing.COLUMN if by and by.dated else Drawing.BAR).value,
        category=gettext(locale, by.spec.label if by else N_("Leads")),
        measures=measures,
        points=points,
        at=act.now.isoformat(),
        groups=len(points),
        view="all",
    )


REPORT = Report(
    "first-activity",
    N_("Time to First Activity"),
    "lead",
    _make,
    (MONTHS, Input("by", N_("Group by"), "owner", options=LEADS_BY)),
    N_("How long leads waited until somebody wrote an activity or note about them."),
)
