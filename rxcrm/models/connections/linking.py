"""Connecting one record to another, and everything that can be done with a connection afterwards (S 1.5, R5.2, R5.3).

Every connection is stored twice, once for each side; the verbs here keep both alike in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, col

from rxcrm.models import lifecycle
from rxcrm.models.access import Privilege, may
from rxcrm.models.base import Record
from rxcrm.models.connection import Connection, ConnectionRole
from rxcrm.models.connections import roles
from rxcrm.models.errors import BadValue, CrmError, Duplicate, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.fields import FieldSpec, Kind, parse, raw
from rxcrm.models.history import Event, record
from rxcrm.models.people import User
from rxcrm.models.searching import sort_key
from rxcrm.models.tables import record_table
from rxcrm.translation import N_

if TYPE_CHECKING:
    from rxcrm.models.records import Act

#: A side of a connection: a record, or a user ("Connect To Me").
Side = Record | User

#: What can be typed about a connection besides its role.
DETAILS = {
    "description": FieldSpec(N_("Description"), Kind.MEMO, length=2000),
    "starts_on": FieldSpec(N_("Starting"), Kind.DATE),
    "ends_on": FieldSpec(N_("Ending"), Kind.DATE),
}
ROLE_LABEL = N_("As this role")


def side(act: Act, entity: str, record_id: int) -> Side:
    """What a connection may lead to: a record or user that the asker sees and may append to (S R9.7).

    Raises NotFound, or NotAllowed with the reason.
    """
    if entity == "user":
        user = act.session.get(User, record_id) if 0 < record_id < 2**63 else None
        if user is None or user.disabled:
            raise NotFound(N_("There is no such user."))
        return user
    if entity not in roles.CONNECTABLE:
        raise NotFound
    return act.find(record_table(entity), record_id, Privilege.APPEND_TO)


def connect(
    act: Act, row: Record, other: Side, role: ConnectionRole | None, typed: Mapping[str, str] | None = None
) -> Connection:
    """Connect a record, found with APPEND, to `other`, found by `side`, which is `role` to it.

    The row's own role is the matching one. Raises NotAllowed for a closed lead, Duplicate, or Invalid for bad values.
    """
    lifecycle.require_open(row)
    if _entity(other) == row.entity and other.id == row.id:
        raise NotAllowed(N_("A record cannot be connected to itself."))
    values = _check(act, typed or {}, None)
    if role is not None:
        _check_role(role, _entity(other))
    _lock(act.session, (row, other))
    _refuse_duplicate(act, row.entity, row.id or 0, other, role)
    link = join(act.session, [(row, other)], role, by=act.who.id, now=act.now, values=values)[0]
    _tell(act, link, Event.CONNECTED)
    return link


def join(
    session: Session,
    pairs: Iterable[tuple[Record, Side]],
    role: ConnectionRole | None,
    *,
    by: int,
    now: datetime,
    values: Mapping[str, Any] | None = None,
) -> list[Connection]:
    """Both halves of each connection, without questions and without history; what the records themselves see is returned."""
    mine, theirs = [], []
    for row, other in pairs:
        own = roles.match_of(session, role, row.entity)
        common = {**(values or {}), "owner_user_id": by, "created_by_id": by, "created_on": now, "modified_on": now}
        mine.append(Connection(**common, **_ends(row, other), role_id=_id(own), other_role_id=_id(role)))
        theirs.append(Connection(**common, **_ends(other, row), role_id=_id(role), other_role_id=_id(own)))
    session.add_all([*mine, *theirs])
    session.flush()
    for one, twin in zip(mine, theirs, strict=True):
        one.twin_id, twin.twin_id = twin.id, one.id
    session.flush()
    return mine


def find(act: Act, row: Record, connection_id: int, version: int | None = None) -> Connection:
    """A connection of a record that the asker found with APPEND. Raises NotFound, or Stale if `version` has passed."""
    link = act.session.get(Connection, connection_id) if 0 < connection_id < 2**63 else None
    if link is None or (link.entity, link.record_id) != (row.entity, row.id):
        raise NotFound(N_("This connection doesn't exist any more."))
    if version is not None and link.version != version:
        raise Stale(N_("Somebody else changed this connection meanwhile."))
    lifecycle.require_open(row)
    return link


def set_role(act: Act, link: Connection, role: ConnectionRole | None) -> None:
    """Let the other side be something else; the record itself gets the matching role. Twice is harmless (R5.3)."""
    if link.other_role_id == _id(role):
        return
    other, row = (
        side_of(act.session, link.other_entity, link.other_id),
        side_of(act.session, link.entity, link.record_id),
    )
    if role is not None:
        _check_role(role, link.other_entity)
    _lock(act.session, (row, other))
    _refuse_duplicate(act, link.entity, link.record_id, other, role, apart=link)
    before = act.session.get(ConnectionRole, link.other_role_id) if link.other_role_id else None
    own = roles.match_of(act.session, role, link.entity)
    if own is None and _id(roles.match_of(act.session, before, link.entity)) != link.role_id:
        # What nobody derived from the old role was chosen, seen from the other side: it stays.
        own = act.session.get(ConnectionRole, link.role_id) if link.role_id else None
    reversed_too = own is not None and link.role_id != own.id
    _store(act, link, {"other_role_id": _id(role), "role_id": _id(own)})
    if reversed_too:
        _tell(act, link, Event.ROLE_CHANGED)
    else:
        change = [N_("Role of this record"), before.name if before else "", role.name if role else ""]
        _tell(act, link, Event.ROLE_CHANGED, twin=(Event.CONNECTION_CHANGED, [change]))


def describe(act: Act, link: Connection, typed: Mapping[str, str]) -> None:
    """Write description and dates as typed. Raises Invalid; what stays the same leaves no trace."""
    values = _check(act, typed, link)
    changed = {name: value for name, value in values.items() if getattr(link, name) != value}
    if not changed:
        return
    changes = [[DETAILS[name].label, raw(getattr(link, name)), raw(value)] for name, value in changed.items()]
    _store(act, link, changed)
    _tell(act, link, Event.CONNECTION_CHANGED, changes)


def deactivate(act: Act, link: Connection) -> None:
    """Keep a connection but show it no longer among the active ones (R5.3)."""
    _switch(act, link, False)


def activate(act: Act, link: Connection) -> None:
    """Show a deactivated connection again."""
    _switch(act, link, True)


def _switch(act: Act, link: Connection, active: bool) -> None:
    if link.active is active:
        return
    _store(act, link, {"active": active})
    words = (N_("Inactive"), N_("Active"))
    _tell(act, link, Event.CONNECTION_CHANGED, [[N_("Status"), words[not active], words[active]]])


def remove(act: Act, link: Connection) -> None:
    """Take a connection away, on both sides."""
    _tell(act, link, Event.DISCONNECTED)
    for half in _halves(act.session, link):
        act.session.delete(half)
    _flush(act.session)


def side_of(session: Session, entity: str, record_id: int) -> Side:
    """A side of a connection that exists, whoever asks."""
    table = cast(Any, User if entity == "user" else record_table(entity))
    return cast(Side, session.get_one(table, record_id))


def name_of(one: Side) -> str:
    """What a side is called."""
    return one.name if isinstance(one, User) else one.display_name


# -- how -------------------------------------------------------------------------------------------------------------


def _entity(one: Side) -> str:
    return "user" if isinstance(one, User) else one.entity


def _id(role: ConnectionRole | None) -> int | None:
    return role.id if role else None


def _ends(one: Side, other: Side) -> dict[str, Any]:
    return {
        "entity": _entity(one),
        "record_id": one.id,
        "other_entity": _entity(other),
        "other_id": other.id,
        "other_key": sort_key(name_of(other)),
    }


def _check_role(role: ConnectionRole, entity: str) -> None:
    """Raises Invalid for a role that is not offered for this kind of record."""
    if not role.active or not roles.fits(role, entity):
        raise Invalid({"role": BadValue(N_("The role “%(name)s” is not offered here."), name=role.name)})


def _check(act: Act, typed: Mapping[str, str], link: Connection | None) -> dict[str, Any]:
    values: dict[str, Any] = {}
    problems: dict[str, CrmError] = {}
    for name, text in typed.items():
        try:
            if name not in DETAILS:
                raise BadValue(N_("There is no field “%(name)s” to fill in."), name=name[:80])
            values[name] = parse(DETAILS[name], text, act.who.conventions)
        except CrmError as problem:
            problems[name] = problem
    starts, ends = (values.get(name, getattr(link, name, None)) for name in ("starts_on", "ends_on"))
    if starts and ends and ends < starts:
        problems["ends_on"] = BadValue(N_("A connection cannot end before it begins."))
    if problems:
        raise Invalid(problems)
    return values


def _lock(session: Session, sides: Iterable[Side]) -> None:
    """Let nobody else connect these two meanwhile; always in one order, so that nobody waits for ever."""
    for one in sorted(sides, key=lambda s: (_entity(s), s.id or 0)):
        key = cast(Any, type(one)).id
        session.execute(select(key).where(key == one.id).with_for_update())


def _refuse_duplicate(
    act: Act, entity: str, record_id: int, other: Side, role: ConnectionRole | None, apart: Connection | None = None
) -> None:
    same = select(Connection).where(
        col(Connection.entity) == entity,
        col(Connection.record_id) == record_id,
        col(Connection.other_entity) == _entity(other),
        col(Connection.other_id) == other.id,
        col(Connection.other_role_id).is_not_distinct_from(_id(role)),
    )
    found = [link for link in act.session.scalars(same) if link is not apart]
    if not found:
        return
    values = {"name": seen_name(act, other), "role": roles.label_of(role, act.who.conventions.locale)}
    if not any(link.active for link in found):
        raise Duplicate(
            N_("There is already such a connection to %(name)s, but it is deactivated. Activate it instead."), **values
        )
    if role is None:
        raise Duplicate(N_("%(name)s is already connected."), **values)
    raise Duplicate(N_("%(name)s is already connected as %(role)s."), **values)


def _halves(session: Session, link: Connection) -> list[Connection]:
    twin = session.get(Connection, link.twin_id) if link.twin_id else None
    return [link] if twin is None else [link, twin]


def _store(act: Act, link: Connection, values: Mapping[str, Any]) -> None:
    """Write values seen from `link` into both halves."""
    crossed = {"role_id": "other_role_id", "other_role_id": "role_id"}
    for number, half in enumerate(_halves(act.session, link)):
        for name, value in values.items():
            setattr(half, crossed.get(name, name) if number else name, value)
        half.modified_on = act.now
    _flush(act.session)


def _flush(session: Session) -> None:
    try:
        session.flush()
    except StaleDataError:
        raise Stale(N_("Somebody else changed this connection meanwhile.")) from None


def seen_name(act: Act, one: Side) -> str:
    """A side's name, or nothing if the asker may not see it."""
    return name_of(one) if isinstance(one, User) or may(act.session, act.who, Privilege.READ, one) else ""


#: What the other record's history tells where it is not the same.
Told = tuple[Event, list[list[str]]]


def _tell(
    act: Act, link: Connection, event: Event, changes: list[list[str]] | None = None, twin: Told | None = None
) -> None:
    """One entry in the history of each record, and word to those who look at them."""
    sides = [side_of(act.session, *end) for end in ((link.entity, link.record_id), (link.other_entity, link.other_id))]
    names = [seen_name(act, one) for one in sides]
    held = (link.other_role_id, link.role_id)
    tell(act.session, sides, names, held, [(event, changes or []), twin or (event, changes or [])], act.who.id, act.now)
    for one in sides:
        act.changed(_entity(one), one.id or 0)


def tell(
    session: Session,
    sides: list[Side],
    names: list[str],
    held: tuple[int | None, int | None],
    told: list[Told],
    by: int,
    now: datetime,
) -> None:
    """Write to each record's history what happened with the other; `held` is what the other one is to each of them.

    `names` are what the sides are called, empty for one that whoever did it may not see.
    """
    for row, other, name, role_id, (event, changes) in zip(
        sides, reversed(sides), reversed(names), held, told, strict=True
    ):
        if isinstance(row, User):
            continue
        role = session.get(ConnectionRole, role_id) if role_id else None
        about = ["connection", f"{_entity(other)}:{other.id}", name, role.name if role else ""]
        record(session, row, event, by=by, now=now, changes=[about, *changes])
