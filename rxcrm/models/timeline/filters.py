"""What of a timeline is asked for: groups of the filter pane with their counters, and search (S 4.6, R4.7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlmodel import Session

from rxcrm.models.activity import ACTIVE, Activity, Party
from rxcrm.models.choices import ActivityKind as K
from rxcrm.models.choices import ActivityReason, ActivityStatus
from rxcrm.models.history import History
from rxcrm.models.searching import needle
from rxcrm.models.timeline.places import SHOWN
from rxcrm.models.timeline.placing import Bucket
from rxcrm.translation import N_

_A: Any = cast(Any, Activity)
_P: Any = cast(Any, Party)
_H: Any = cast(Any, History)
#: Entries are counted no farther than this.
COUNTED = 100_000
_IN_FORCE = [int(s) for s in ACTIVE]
_CLOSED = [int(ActivityStatus.COMPLETED), int(ActivityStatus.CANCELED)]
_KINDS = [int(k) for k in (K.APPOINTMENT, K.EMAIL, K.PHONE_CALL, K.TASK)]

#: Chosen options by group: OR inside a group, AND between groups.
Chosen = Mapping[str, list[str]]
Condition = Callable[[datetime], ColumnElement[bool]]


def _within(column: Any, before: timedelta, after: timedelta) -> Condition:
    return lambda now: and_(column >= now - before, column <= now + after)


_NONE, _DAY, _WEEK, _MONTH = timedelta(), timedelta(days=1), timedelta(days=7), timedelta(days=30)


@dataclass(frozen=True)
class Option:
    """One tick box of the pane; the condition speaks of activities."""

    key: str
    label: str
    holds: Condition


@dataclass(frozen=True)
class Group:
    key: str
    label: str
    options: tuple[Option, ...]


def _is(column: Any, *values: int) -> Condition:
    return lambda now: column.in_(values)


def _stands_on(entity: str) -> Condition:
    return lambda now: _P.entity == entity


GROUPS = (
    Group(
        "type",
        N_("Record type"),
        (
            Option("notes", N_("Notes"), _is(_A.kind, int(K.NOTE))),
            Option("posts", N_("Posts"), _is(_A.kind, int(K.POST))),
            Option("activities", N_("Activities"), _is(_A.kind, *_KINDS)),
            Option("changes", N_("Field changes"), lambda now: false()),
        ),
    ),
    Group(
        "place",
        N_("Belongs to"),
        (
            Option("account", N_("Account"), _stands_on("account")),
            Option("contact", N_("Contact"), _stands_on("contact")),
            Option("opportunity", N_("Opportunity"), _stands_on("opportunity")),
            Option("lead", N_("Lead"), _stands_on("lead")),
        ),
    ),
    Group("kind", N_("Activity type"), tuple(Option(str(k), K(k).label, _is(_A.kind, k)) for k in _KINDS)),
    Group(
        "status",
        N_("Activity status"),
        (
            Option("active", N_("Active"), _is(_A.status, *_IN_FORCE)),
            Option("overdue", N_("Overdue"), lambda now: and_(_A.status.in_(_IN_FORCE), _A.due_key < now)),
            Option("closed", N_("Closed"), _is(_A.status, *_CLOSED)),
        ),
    ),
    Group(
        "reason",
        N_("Activity status reason"),
        tuple(Option(str(int(r)), r.label, _is(_A.status_reason, int(r))) for r in ActivityReason),
    ),
    Group(
        "due",
        N_("Activity due date"),
        (
            Option("next-30", N_("Next 30 days"), _within(_A.due_on, _NONE, _MONTH)),
            Option("next-7", N_("Next 7 days"), _within(_A.due_on, _NONE, _WEEK)),
            Option("next-1", N_("Next 24 hours"), _within(_A.due_on, _NONE, _DAY)),
            Option("last-1", N_("Last 24 hours"), _within(_A.due_on, _DAY, _NONE)),
            Option("last-7", N_("Last 7 days"), _within(_A.due_on, _WEEK, _NONE)),
            Option("last-30", N_("Last 30 days"), _within(_A.due_on, _MONTH, _NONE)),
        ),
    ),
    Group(
        "by",
        N_("Posts by"),
        (
            Option("auto", N_("Auto posts"), lambda now: and_(_A.kind == int(K.POST), _A.automatic.is_(True))),
            Option("users", N_("Users"), lambda now: and_(_A.kind == int(K.POST), _A.automatic.is_(False))),
        ),
    ),
    Group(
        "modified",
        N_("Modified date"),
        (
            Option("last-1", N_("Last 24 hours"), _within(_P.at, _DAY, _NONE)),
            Option("last-7", N_("Last 7 days"), _within(_P.at, _WEEK, _NONE)),
            Option("last-30", N_("Last 30 days"), _within(_P.at, _MONTH, _NONE)),
        ),
    ),
)
_SPANS = {"last-1": _DAY, "last-7": _WEEK, "last-30": _MONTH}


def known(chosen: Chosen, entity: str = "") -> dict[str, list[str]]:
    """The choices that the pane offers, without what a page made up; with `entity` only those of its timelines."""
    return {
        group.key: kept
        for group in GROUPS
        if (kept := [o.key for o in offered(group, entity) if o.key in (chosen.get(group.key) or ())])
    }


def offered(group: Group, entity: str) -> Sequence[Option]:
    """The options of a group on the timelines of a table, all of them for none."""
    if group.key != "place" or not entity:
        return group.options
    return [option for option in group.options if option.key in SHOWN.get(entity, ())]


def conditions(chosen: Chosen, search: str, now: datetime) -> list[ColumnElement[bool]]:
    """Of which activities the pane and the search box leave the timeline."""
    found = [
        or_(*(option.holds(now) for option in group.options if option.key in chosen[group.key]))
        for group in GROUPS
        if group.key in chosen
    ]
    if wanted := needle(search):
        found.append(_A.search_text.like(_pattern(wanted), escape="\\"))
    return found


def _pattern(wanted: str) -> str:
    escaped = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def changes_wanted(chosen: Chosen, search: str, entity: str) -> bool:
    """Whether field changes belong to what was asked for: they have no title, status or due date, and are the record's own."""
    if needle(search) or set(chosen) - {"place", "type", "modified"} or entity not in chosen.get("place", (entity,)):
        return False
    return "type" not in chosen or "changes" in chosen["type"]


def changed_since(chosen: Chosen, now: datetime) -> datetime | None:
    """From when on field changes are wanted."""
    spans = [_SPANS[key] for key in chosen.get("modified", ())]
    return now - max(spans) if spans else None


@dataclass
class Facet:
    """One option of the pane with the number of entries that it would show."""

    key: str
    label: str
    count: int


@dataclass
class FacetGroup:
    key: str
    label: str
    options: list[Facet]


#: Reasons are offered where the data has them; the other groups are always whole.
_ONLY_PRESENT = {"reason"}


def facets(
    session: Session, entity: str, record_id: int, now: datetime, among: Sequence[ColumnElement[bool]] = ()
) -> list[FacetGroup]:
    """The filter pane of a record with its counters `among` what its reader sees, whatever is chosen in it."""
    counted = [(g, o) for g in GROUPS for o in offered(g, entity) if o.key != "changes"]
    numbers = session.execute(
        select(*(func.count().filter(option.holds(now)) for _, option in counted))
        .select_from(Party)
        .join(Activity, _A.id == _P.activity_id)
        .where(
            _P.bucket != int(Bucket.HIDDEN),
            _A.deleted_on.is_(None),
            *among,
        )
    ).one()
    changes = session.scalar(
        select(func.count()).select_from(History).where(_H.entity == entity, _H.record_id == record_id)
    )
    count = {(g.key, o.key): int(n) for (g, o), n in zip(counted, numbers, strict=True)}
    count["type", "changes"] = int(changes or 0)
    return [
        FacetGroup(
            group.key,
            group.label,
            [
                Facet(o.key, o.label, n)
                for o in offered(group, entity)
                if (n := count[group.key, o.key]) or group.key not in _ONLY_PRESENT
            ],
        )
        for group in GROUPS
        if offered(group, entity)
    ]
