"""The calendar (S 4.10): what lies in a range of days, and moving it there; a constant number of statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true

from rxcrm.models.access import Privilege, visible
from rxcrm.models.activity import ACTIVE, Activity, Party
from rxcrm.models.choices import ActivityKind, ActivityStatus
from rxcrm.models.errors import BadValue
from rxcrm.models.people import Team, User
from rxcrm.models.records import Act
from rxcrm.models.timeline import writing
from rxcrm.models.timeline.form import USUAL_LENGTH
from rxcrm.models.timeline.regarding import is_overdue, names_of, path_of
from rxcrm.translation import N_

#: So many activities are shown at once; of more, the first ones.
CAP = 500
#: The longest range that is looked at.
LONGEST = timedelta(days=400)
#: Nothing is planned before or after.
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9990, 1, 1, tzinfo=UTC)

_ROW: Any = cast(Any, Activity)
_PARTY: Any = cast(Any, Party)
_SHOWN = (*ACTIVE, ActivityStatus.COMPLETED)


class Whose(StrEnum):
    """Whose activities are shown: those that I own or attend, those of my business unit and teams, all that I may see."""

    MINE = "mine"
    TEAM = "team"
    ALL = "all"


@dataclass
class Slot:
    """An activity in the calendar. Times are wall-clock time of the user's zone (`2026-05-13T10:00`), days if `all_day`.

    `end` is that of an appointment, exclusive for whole days; empty for what is only due at `start`. `state` is open,
    overdue or closed; `movable` says whether the user may move it.
    """

    id: int
    version: int
    kind: int
    title: str
    start: str
    end: str
    all_day: bool
    state: str
    movable: bool
    owner: str
    regarding: str = ""
    path: str = ""


@dataclass
class Span:
    """The activities of a range; `more` says that it holds more than are shown."""

    slots: list[Slot] = field(default_factory=list)
    more: bool = False


def between(act: Act, since: datetime, before: datetime, whose: Whose = Whose.MINE) -> Span:
    """What is open or completed and lies in a range: appointments by start and end, all others by due date."""
    if not EARLIEST <= since <= LATEST:
        return Span()
    before = min(before, since + LONGEST)
    rows = act.session.execute(_statement(act, since, before, whose)).all()
    found = rows[:CAP]
    places = [(row.regarding_entity, row.regarding_id or 0) for row in found]
    names = names_of(act, places)
    slots = [_slot(act, row) for row in found]
    for slot, place in zip(slots, places, strict=True):
        if place in names:
            slot.regarding, slot.path = names[place], path_of(place)
    return Span(slots, more=len(rows) > CAP)


def _statement(act: Act, since: datetime, before: datetime, whose: Whose) -> Any:
    meeting = _ROW.kind == int(ActivityKind.APPOINTMENT)
    last_day = since - timedelta(days=1)  # a whole day is stored by its beginning
    return (
        _columns(act)
        .where(
            _ROW.deleted_on.is_(None),
            _ROW.status.in_([int(status) for status in _SHOWN]),
            _ROW.due_key >= last_day,
            or_(
                and_(~meeting, _ROW.due_key >= since, _ROW.due_key < before),
                and_(
                    meeting,
                    _ROW.start_on < before,
                    or_(_ROW.due_key > since, _ROW.start_on >= since, and_(_ROW.all_day, _ROW.due_key > last_day)),
                ),
            ),
            _belonging_to(act, whose),
            visible(act.who, Activity),
        )
        .order_by(_ROW.due_key, _ROW.id)
        .limit(CAP + 1)
    )


def _columns(act: Act) -> Any:
    """What a slot is made of, and whether the asker may move it."""
    return (
        select(
            _ROW.id, _ROW.version, _ROW.kind, _ROW.subject, _ROW.start_on, _ROW.due_on, _ROW.all_day, _ROW.status,
            _ROW.regarding_entity, _ROW.regarding_id,
            func.coalesce(cast(Any, User.name), cast(Any, Team.name)).label("owner"),
            case((visible(act.who, Activity, Privilege.WRITE), 1), else_=0).label("writable"),
        )
        .outerjoin_from(Activity, User, cast(Any, User.id) == _ROW.owner_user_id)
        .outerjoin(Team, cast(Any, Team.id) == _ROW.owner_team_id)
    )  # fmt: skip


def _belonging_to(act: Act, whose: Whose) -> ColumnElement[bool]:
    mine: ColumnElement[bool] = _ROW.owner_user_id == act.who.id
    attended = select(_PARTY.activity_id).where(_PARTY.entity == "user", _PARTY.record_id == act.who.id)
    if whose is Whose.MINE:
        return or_(mine, and_(_ROW.kind == int(ActivityKind.APPOINTMENT), _ROW.id.in_(attended)))
    if whose is Whose.TEAM:
        return or_(mine, _ROW.unit_id == act.who.unit_id, _ROW.owner_team_id.in_(sorted(act.who.team_ids)))
    return true()


def _slot(act: Act, row: Any) -> Slot:
    zone = act.who.conventions.zone
    meeting = row.kind == int(ActivityKind.APPOINTMENT)
    start = row.start_on if meeting else row.due_on
    end = row.due_on if meeting else None
    if end and row.all_day:
        end += timedelta(days=1)
    closed = row.status not in ACTIVE
    overdue = is_overdue(row.status, row.due_on, row.all_day, act.now, zone)
    return Slot(
        id=row.id,
        version=row.version,
        kind=row.kind,
        title=row.subject,
        start=_wall(start, zone, row.all_day),
        end=_wall(end, zone, row.all_day),
        all_day=row.all_day,
        state="closed" if closed else "overdue" if overdue else "open",
        movable=bool(row.writable) and not closed,
        owner=row.owner or "",
    )


def slot_of(act: Act, row: Activity) -> Slot:
    """A stored activity as the calendar shows it."""
    found = act.session.execute(_columns(act).where(_ROW.id == row.id)).one()
    return _slot(act, found)


def move(act: Act, row: Activity, start: str, end: str, all_day: bool) -> Activity:
    """Give an activity, found with WRITE and its version, another time, as the calendar spells it in `Slot`.

    Without an end an appointment lasts half an hour or a whole day. What is only due keeps its time of day where a day
    alone is given, and its start date moves along. Raises as `writing.change`.
    """
    zone = ZoneInfo(act.who.conventions.zone)
    to, until = _read(start, zone), _read(end, zone) if end else None
    if row.kind == int(ActivityKind.APPOINTMENT):
        if all_day:
            until = until - timedelta(days=1) if until else to
        typed = {"start_on": to, "due_on": max(to, until or to + USUAL_LENGTH)}
        return writing.change(act, row, {**_spelled(typed), "all_day": "1" if all_day else "0"})
    if row.due_on and len(start) == len("2026-05-13"):
        to = datetime.combine(to.date(), row.due_on.astimezone(zone).time(), zone)
    typed = {"due_on": to}
    if row.start_on and row.due_on:
        typed["start_on"] = row.start_on + (to - row.due_on)
    return writing.change(act, row, _spelled(typed))


def _read(text: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.fromisoformat(text[:19]).replace(tzinfo=zone)
    except ValueError:
        raise BadValue(N_("“%(value)s” is not a date."), value=text[:80]) from None


def _spelled(typed: Mapping[str, datetime]) -> dict[str, str]:
    return {name: moment.isoformat() for name, moment in typed.items()}


def _wall(moment: datetime | None, zone: str, day: bool) -> str:
    """A moment as the user's clock or calendar shows it; empty for none."""
    if moment is None:
        return ""
    here = moment.astimezone(ZoneInfo(zone))
    return here.date().isoformat() if day else here.replace(tzinfo=None).isoformat(timespec="minutes")
