"""Ageing: how old the open leads are."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import case, func, literal, select

from rxcrm.models.charting.figures import Drawing, Figures, Measure, Point, listed, narrowed
from rxcrm.models.charting.reports.journeys import leads_of
from rxcrm.models.charting.reports.report import Report
from rxcrm.models.choices import LeadStatus
from rxcrm.models.db import Moment
from rxcrm.models.filters.calendar import Clock
from rxcrm.models.filters.conditions import Group, Part, Test, both, every
from rxcrm.models.records import Act
from rxcrm.models.views import in_status
from rxcrm.translation import N_, gettext

#: Up to which age in days each class goes; the last has no end.
AGES: tuple[tuple[int | None, str], ...] = (
    (7, N_("Up to 7 days")),
    (30, N_("8 to 30 days")),
    (90, N_("31 to 90 days")),
    (180, N_("91 to 180 days")),
    (None, N_("Over 180 days")),
)


def _make(act: Act, inputs: dict[str, str], where: Group) -> Figures:
    where, clock = both(where, every(in_status(LeadStatus.OPEN))), Clock(act.who, act.now)
    lead, conditions, params, _ = leads_of(act, where, None)
    starts = [clock.today - timedelta(days=days) for days, _ in AGES if days is not None]
    age = case(
        *((lead.c.created_on >= literal(clock.start_of(day), Moment()), at) for at, day in enumerate(starts)),
        else_=len(starts),
    )
    one = select(age.label("age")).where(*conditions).subquery("one").c
    found = {
        row[0]: int(row[1]) for row in act.session.execute(select(one.age, func.count()).group_by(one.age), params)
    }
    locale, points = act.who.conventions.locale, []
    for at, (_, label) in enumerate(AGES):
        tests: list[Part] = []
        if at < len(starts):
            tests.append(Test("created_on", "on-or-after", (starts[at].isoformat(),)))
        if at:
            tests.append(Test("created_on", "on-or-before", ((starts[at - 1] - timedelta(days=1)).isoformat(),)))
        points.append(Point(str(at), gettext(locale, label), [found.get(at, 0)], narrowed(*tests)))
    return Figures(
        title=gettext(locale, REPORT.label),
        kind=Drawing.COLUMN.value,
        category=gettext(locale, N_("Age")),
        measures=[Measure("leads", gettext(locale, N_("Open Leads")), **listed("lead", where))],
        points=points,
        at=act.now.isoformat(),
        groups=len(points),
        view="all",
    )


REPORT = Report(
    "ageing",
    N_("Ageing of Open Leads"),
    "lead",
    _make,
    help=N_("How long ago the leads were created that are still open."),
)
