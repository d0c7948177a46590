"""The team board: what each seller has before him, what is late, and what he has achieved this month."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import case, func, literal_column, select

from rxcrm.models import lists
from rxcrm.models.access import Depth, Privilege, Who
from rxcrm.models.charting.figures import Drawing, Figures, Measure, Point, Unit, listed, narrowed, owned_by
from rxcrm.models.charting.foreign import money_notes
from rxcrm.models.charting.groups import owner_key, people_named
from rxcrm.models.charting.reports.report import Input, Report
from rxcrm.models.charting.reports.sources import hundredths
from rxcrm.models.charting.shipped import neglected
from rxcrm.models.choices import ActivityStatus, LeadStatus, OpportunityStatus, Role
from rxcrm.models.currencies import rates
from rxcrm.models.filters.conditions import Group, Test, both, every
from rxcrm.models.lists import Ask
from rxcrm.models.people import User, UserRole
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.models.views import in_status
from rxcrm.translation import N_, gettext

_TO_DO = in_status(ActivityStatus.OPEN, ActivityStatus.SCHEDULED)
_NOW = Test("due_on", "olderthan-x-minutes", ("0",))


def _when(field: str, operator: str) -> Test:
    return Test(field, operator)


#: Key, label, table, condition, and the amount that is added up ("" counts rows).
_WON = every(in_status(OpportunityStatus.WON), _when("actual_close_date", "this-month"))
_SALE = every(in_status(OpportunityStatus.OPEN))
COLUMNS: tuple[tuple[str, str, str, Group, str], ...] = (
    ("open", N_("Open leads"), "lead", every(in_status(LeadStatus.OPEN)), ""),
    ("neglected", N_("Neglected leads"), "lead", neglected(14).where, ""),
    ("overdue", N_("Overdue activities"), "activity", every(_TO_DO, _NOW), ""),
    (
        "done",
        N_("Activities completed this week"),
        "activity",
        every(in_status(ActivityStatus.COMPLETED), _when("closed_on", "this-week")),
        "",
    ),
    (
        "qualified",
        N_("Qualified this month"),
        "lead",
        every(in_status(LeadStatus.QUALIFIED), _when("closed_on", "this-month")),
        "",
    ),
    ("pipeline", N_("Open pipeline"), "opportunity", _SALE, "estimated_revenue"),
    ("won", N_("Won this month"), "opportunity", _WON, "actual_revenue"),
)
#: People who sell, and are shown also when they have nothing.
_SELLERS = (Role.SALESPERSON, Role.SALES_MANAGER)


def _make(act: Act, inputs: dict[str, str], where: Group) -> Figures:
    values: dict[int, list[float | None]] = {}
    left_out = 0
    for at, column in enumerate(_columns(inputs)):
        for key, value, foreign in _by_owner(act, *column[2:]):
            values.setdefault(key, [0] * len(COLUMNS))[at] = value
            left_out += foreign
    owners = {key for key in values if owned_by(key)} | _team_of(act)
    names = people_named(act, sorted(owners))
    shown = sorted((key for key in owners if key in names), key=lambda key: (key < 0, names[key].casefold(), key))
    points = [
        Point(str(key), names[key], values.get(key, [0] * len(COLUMNS)), narrowed(owner))
        for key in shown
        if (owner := owned_by(key))
    ]
    return Figures(
        title=gettext(act.who.conventions.locale, REPORT.label),
        kind=Drawing.TABLE.value,
        category=gettext(act.who.conventions.locale, N_("Seller")),
        measures=[_measure(act, *column) for column in _columns(inputs)],
        points=points,
        at=act.now.isoformat(),
        groups=len(shown),
        notes=money_notes(act, left_out),
        view="all",
        totals=[sum(column) for column in zip(*(map(_plain, point.values) for point in points), strict=True)]
        if len(points) > 1
        else [],
    )


def _plain(value: float | None) -> float:
    return value or 0


def _columns(inputs: dict[str, str]) -> tuple[tuple[str, str, str, Group, str], ...]:
    late = neglected(int(inputs["days"])).where
    return tuple((*c[:3], late, c[4]) if c[0] == "neglected" else c for c in COLUMNS)


def _by_owner(act: Act, entity: str, where: Group, amount: str) -> list[tuple[int, float, int]]:
    """Owner, number of rows or sum, and how many amounts are in other currencies."""
    conditions, params = lists.conditions(act, Ask(entity, "all", where=where))
    row = cast(Any, record_table(entity)).__table__.c
    reckoned: list[Any] = [func.count(), literal_column("0")]
    if amount:
        counted = rates.adds_up(act, row)
        worth = rates.worth(act, row, amount, hundredths(row[amount]))
        reckoned = [func.sum(worth), func.count(case((counted, None), else_=row[amount]))]
    key = owner_key(row)
    found = act.session.execute(select(key, *reckoned).where(*conditions).group_by(key), params)
    return [(k, int(n or 0) / 100 if amount else int(n), int(foreign or 0)) for k, n, foreign in found]


def _measure(act: Act, key: str, label: str, entity: str, where: Group, amount: str) -> Measure:
    unit, currency = (Unit.MONEY, act.organisation.currency) if amount else (Unit.COUNT, "")
    rows = listed(entity, both(lists.viewed(act, Ask(entity, "all")).where, where))
    return Measure(key, gettext(act.who.conventions.locale, label), unit.value, currency, **rows)


def _team_of(act: Act) -> set[int]:
    """The sellers in the units that the asker reads whole: they are listed also when they have nothing at all."""
    units = _units(act.who)
    if units is not None and not units:
        return set()
    user, role = cast(Any, User).__table__.c, cast(Any, UserRole).__table__.c
    sellers = select(role.user_id).where(role.role.in_([r.value for r in _SELLERS]))
    found = select(user.id).where(user.disabled.is_(False), user.id.in_(sellers))
    return set(act.session.scalars(found if units is None else found.where(user.unit_id.in_(sorted(units)))))


def _units(who: Who) -> frozenset[int] | None:
    """None stands for all of them."""
    depth = who.depth("lead", Privilege.READ)
    if depth is Depth.ORG:
        return None
    return who.units(depth) if depth >= Depth.UNIT else frozenset()


REPORT = Report(
    "team-board",
    N_("Team Board"),
    "lead",
    _make,
    (Input("days", N_("Days without activity"), "14", most=3650),),
    N_("What each seller has before him, what is late, and what was achieved this month."),
    reads=(
        ("opportunity", "estimated_revenue"),
        ("opportunity", "actual_revenue"),
        ("opportunity", "actual_close_date"),
    ),
)
