"""What users are told inside the product, and what they follow (S 3.11).

A notification stores a message of the catalogue and what fills it. It is read in the reader's language, and names a
record or quotes an activity only while he may see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import delete, func, or_, select, update
from sqlmodel import Session, col

from rxcrm.models.access import Privilege, may, visible, who_is
from rxcrm.models.activity import Activity
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind
from rxcrm.models.errors import NotAllowed
from rxcrm.models.history import Event, History
from rxcrm.models.notification import Follow, Notification
from rxcrm.models.people import User
from rxcrm.models.richtext import plain
from rxcrm.translation import N_, gettext

if TYPE_CHECKING:
    from rxcrm.models.records import Act

#: Several changes of one record within this time are one unread notification.
FOLDED = timedelta(minutes=10)
#: Records that one user can follow (S 3.11).
MOST_FOLLOWED = 1_000
#: Lines of one page under the bell.
PAGE = 20
#: Unread notifications are counted up to this; beyond, it is "many".
COUNTED = 100
#: How long notifications are kept: read ones, and any.
READ_LIFE, LIFE = timedelta(days=90), timedelta(days=365)
#: Characters quoted from an activity.
QUOTED = 120


class Kind(StrEnum):
    MENTION = "mention"
    REPLY = "reply"
    FOLLOW = "follow"
    ASSIGNED = "assigned"
    SHARED = "shared"
    REMINDER = "reminder"
    IMPORT = "import"
    EXPORT = "export"
    MAIL = "mail"
    BULK = "bulk"


_HAPPENED = {
    Event.CHANGED: N_("%(who)s changed %(record)s."),
    Event.ASSIGNED: N_("%(who)s assigned %(record)s to somebody else."),
    Event.DELETED: N_("%(who)s moved %(record)s to the recycle bin."),
    Event.RESTORED: N_("%(who)s restored %(record)s."),
    Event.QUALIFIED: N_("%(who)s qualified %(record)s."),
    Event.WON: N_("%(who)s closed %(record)s as won."),
    Event.LOST: N_("%(who)s closed %(record)s as lost."),
    Event.REOPENED: N_("%(who)s reopened %(record)s."),
    Event.DISQUALIFIED: N_("%(who)s disqualified %(record)s."),
    Event.REACTIVATED: N_("%(who)s reactivated %(record)s."),
}
_ADDED = {
    ActivityKind.NOTE: N_("%(who)s wrote a note about %(record)s."),
    ActivityKind.POST: N_("%(who)s posted about %(record)s."),
    ActivityKind.TASK: N_("%(who)s added a task to %(record)s."),
    ActivityKind.PHONE_CALL: N_("%(who)s added a phone call to %(record)s."),
    ActivityKind.APPOINTMENT: N_("%(who)s added an appointment to %(record)s."),
    ActivityKind.EMAIL: N_("%(who)s added an e-mail to %(record)s."),
}
_SEVERAL = N_("%(who)s changed %(record)s several times.")
_OTHERS = N_("%(who)s and others changed %(record)s.")
_GIVEN = N_("%(who)s assigned %(record)s to you.")
_GIVEN_SEVERAL = N_("%(who)s assigned several records to you.")
_GIVEN_BY_RULE = N_("%(record)s is yours by an assignment rule.")
_SEVERAL_BY_RULE = N_("Several leads are yours by assignment rules.")
_HIDDEN = N_("a record that you may not see")


# -- telling ---------------------------------------------------------------------------------------------------------


def notify(
    act: Act,
    user_id: int,
    kind: Kind,
    message: str,
    values: Mapping[str, Any],
    *,
    entity: str = "",
    record_id: int | None = None,
    activity_id: int | None = None,
) -> Notification:
    """Tell a user something. `message` is a catalogue message; its `%(record)s` is filled in when it is read."""
    line = Notification(
        user_id=user_id,
        at=act.now,
        kind=Kind(kind).value,
        message=message,
        values=dict(values),
        entity=entity,
        record_id=record_id,
        activity_id=activity_id,
    )
    act.session.add(line)
    act.topics.add(f"user:{user_id}")
    return line


def hear(act: Act, row: Record, entry: History | Activity) -> None:
    """Tell a new owner of his record, and everybody else who follows it and may read it what the actor did."""
    event = Event(entry.event) if isinstance(entry, History) else None
    told = {act.who.id}
    if event is Event.ASSIGNED and row.owner_user_id and row.owner_user_id not in told:
        told.add(row.owner_user_id)
        _give(act, row, row.owner_user_id)
    message = _HAPPENED.get(event) if event else _ADDED[ActivityKind(cast(Activity, entry).kind)]
    if message is None:
        return
    activity_id = entry.id if isinstance(entry, Activity) else None
    for user in _followers(act, row, told):
        _fold(act, row, user.id or 0, message, activity_id)


def _followers(act: Act, row: Record, told: set[int]) -> list[User]:
    """Users who follow a record and may read it, but for those who know already."""
    users = act.session.scalars(
        select(User)
        .join(Follow, col(Follow.user_id) == col(User.id))
        .where(col(Follow.entity) == row.entity, col(Follow.record_id) == row.id, ~col(User.disabled))
        .where(col(User.id).not_in(told))
    ).all()
    return [u for u in users if may(act.session, who_is(act.session, u, act.organisation), Privilege.READ, row)]


def _fold(act: Act, row: Record, user_id: int, message: str, activity_id: int | None) -> None:
    """One notification of a change, in place of an unread one of a few minutes ago about the same record."""
    who = act.who.name
    for earlier in _unread_lately(act, user_id, Kind.FOLLOW, row.entity, row.id):
        message = _SEVERAL if earlier.values.get("who") == who and earlier.message != _OTHERS else _OTHERS
        activity_id = None
        act.session.delete(earlier)
    notify(
        act, user_id, Kind.FOLLOW, message, {"who": who}, entity=row.entity, record_id=row.id, activity_id=activity_id
    )


def _give(act: Act, row: Record, user_id: int) -> None:
    """One notification of a record that is the user's now; several given by one person within minutes are one."""
    _give_some(act, row.entity, user_id, [row.id or 0], (_GIVEN, _GIVEN_SEVERAL), act.who.id)


def give(act: Act, entity: str, user_id: int, ids: Sequence[int]) -> None:
    """Tell a user of records that an assignment rule gave him; several within minutes are one notification."""
    _give_some(act, entity, user_id, ids, (_GIVEN_BY_RULE, _SEVERAL_BY_RULE), 0)


def _give_some(act: Act, entity: str, user_id: int, ids: Sequence[int], said: tuple[str, str], by: int) -> None:
    message, record_id = (said[0], ids[0]) if len(ids) == 1 else (said[1], None)
    for earlier in _unread_lately(act, user_id, Kind.ASSIGNED, entity):
        if earlier.values.get("by") == by and earlier.record_id != ids[0]:
            message, record_id = said[1], None
            act.session.delete(earlier)
    values = {"who": act.who.name, "by": by}
    notify(act, user_id, Kind.ASSIGNED, message, values, entity=entity, record_id=record_id)


def _unread_lately(act: Act, user_id: int, kind: Kind, entity: str, record_id: int | None = None) -> list[Notification]:
    found = (
        select(Notification)
        .where(col(Notification.user_id) == user_id, col(Notification.read_on).is_(None))
        .where(col(Notification.kind) == kind.value, col(Notification.entity) == entity)
        .where(col(Notification.at) > act.now - FOLDED)
    )
    if record_id is not None:
        found = found.where(col(Notification.record_id) == record_id)
    return list(act.session.scalars(found))


# -- following -------------------------------------------------------------------------------------------------------


def follows(act: Act, row: Record) -> bool:
    """Whether the user follows a record."""
    return act.session.get(Follow, (act.who.id, row.entity, row.id)) is not None


def follow(act: Act, row: Record) -> None:
    """Let the user hear of every change of a record that he may read; twice is harmless (S 3.11)."""
    if follows(act, row):
        return
    mine = select(func.count()).select_from(Follow).where(col(Follow.user_id) == act.who.id)
    if (act.session.scalar(mine) or 0) >= MOST_FOLLOWED:
        raise NotAllowed(N_("You follow %(n)s records already. Unfollow one first."), n=MOST_FOLLOWED)
    act.session.add(Follow(user_id=act.who.id, entity=row.entity, record_id=row.id or 0, since=act.now))
    act.session.flush()


def unfollow(act: Act, row: Record) -> None:
    """Hear no more of a record; twice is harmless."""
    if found := act.session.get(Follow, (act.who.id, row.entity, row.id)):
        act.session.delete(found)
        act.session.flush()


# -- reading ---------------------------------------------------------------------------------------------------------


@dataclass
class Line:
    """One notification as its reader sees it: a sentence, what it quotes, when (ISO), the page that it leads to."""

    id: int
    kind: str
    text: str
    quote: str
    at: str
    url: str
    read: bool


@dataclass
class Page:
    """Notifications, newest first; with `more` there are older ones than the last."""

    lines: list[Line]
    more: bool


def unread(act: Act) -> int:
    """How many notifications the user has not read, counted up to COUNTED."""
    mine = _mine(act).where(col(Notification.read_on).is_(None)).limit(COUNTED)
    return act.session.scalar(select(func.count()).select_from(mine.subquery())) or 0


def page(act: Act, before: int = 0) -> Page:
    """The newest notifications, or those that are older than the one with the id `before`."""
    wanted = select(Notification).where(col(Notification.user_id) == act.who.id)
    if before:
        wanted = wanted.where(col(Notification.id) < before)
    found = list(act.session.scalars(wanted.order_by(col(Notification.id).desc()).limit(PAGE + 1)))
    names, quotes = _names(act, found[:PAGE]), _quotes(act, found[:PAGE])
    return Page([_line(act, one, names, quotes) for one in found[:PAGE]], len(found) > PAGE)


def mark_read(act: Act, notification_id: int) -> None:
    """One notification of the user's is read now; another's is left alone."""
    _mark(act, col(Notification.id) == notification_id)


def mark_all_read(act: Act, up_to: int) -> None:
    """All notifications of the user's are read now, but for those newer than the newest that he has seen."""
    _mark(act, col(Notification.id) <= up_to)


def _mark(act: Act, which: Any) -> None:
    mine = (col(Notification.user_id) == act.who.id, col(Notification.read_on).is_(None))
    done = act.session.execute(update(Notification).where(*mine, which).values(read_on=act.now))
    if cast(Any, done).rowcount:
        act.topics.add(f"user:{act.who.id}")


def _mine(act: Act) -> Any:
    return select(col(Notification.id)).where(col(Notification.user_id) == act.who.id)


def _names(act: Act, found: list[Notification]) -> dict[tuple[str, int], str]:
    """What the records are called that these notifications are about, those left out that the user may not see."""
    from rxcrm.models.tables import RECORDS

    names: dict[tuple[str, int], str] = {}
    for entity in sorted({n.entity for n in found if n.record_id} & set(RECORDS)):
        table = RECORDS[entity]
        ids = {n.record_id for n in found if n.entity == entity}
        rows = act.session.scalars(select(table).where(cast(Any, table).id.in_(ids), visible(act.who, table)))
        names |= {(entity, row.id or 0): row.display_name for row in rows}
    return names


def _quotes(act: Act, found: list[Notification]) -> dict[int, str]:
    """The beginning of each activity that the user may see."""
    ids = {n.activity_id for n in found if n.activity_id}
    if not ids:
        return {}
    rows = act.session.scalars(
        select(Activity).where(
            col(Activity.id).in_(ids), col(Activity.deleted_on).is_(None), visible(act.who, Activity)
        )
    )
    return {row.id or 0: _beginning(row) for row in rows}


def _beginning(row: Activity) -> str:
    text = " ".join((row.subject or plain(row.body or row.description)).split())
    return text if len(text) <= QUOTED else text[: QUOTED - 1].rstrip() + "…"


def _line(act: Act, one: Notification, names: dict[tuple[str, int], str], quotes: dict[int, str]) -> Line:
    locale = act.who.conventions.locale
    name = names.get((one.entity, one.record_id or 0), "")
    values = {**one.values, "record": name or gettext(locale, _HIDDEN)}
    return Line(
        id=one.id or 0,
        kind=one.kind,
        text=gettext(locale, one.message, **values),
        quote=quotes.get(one.activity_id or 0, ""),
        at=one.at.isoformat(),
        url=_url(one, bool(name)),
        read=one.read_on is not None,
    )


def _url(one: Notification, seen: bool) -> str:
    """The page of the record; the list where there are several; nothing for a record that the user may not see."""
    from rxcrm.models.tables import RECORDS  # the tables need this module first

    table = RECORDS.get(one.entity)
    if one.entity == "export":
        return "/exports"
    start = "/import" if one.entity == "import" else table.path if table else ""
    if not start or one.record_id is None:
        return start
    if not seen and one.entity != "import":  # an import answers for itself
        return ""
    return f"{start}/{one.record_id}" + (f"#a{one.activity_id}" if one.activity_id else "")


# -- forgetting ------------------------------------------------------------------------------------------------------


def sweep(session: Session, now: datetime) -> int:
    """Remove notifications that nobody will look for any more; returns how many."""
    line = Notification
    old = or_(
        col(line.at) < now - LIFE,
        col(line.read_on).is_not(None) & (col(line.at) < now - READ_LIFE),
    )
    return int(cast(Any, session.execute(delete(line).where(old))).rowcount)
