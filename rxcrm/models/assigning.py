"""Assign: a record gets another owner, a user or a team, and takes along what its former owner has to do (S 3.9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlmodel import col, select

from rxcrm.models import history, journal, notifying, records, sharing
from rxcrm.models.access import Privilege
from rxcrm.models.access import holders as readers_of
from rxcrm.models.activity import Activity
from rxcrm.models.base import Record
from rxcrm.models.errors import NotAllowed, NotFound
from rxcrm.models.history import Event, History
from rxcrm.models.journal import Journal
from rxcrm.models.operation import Operation, OperationKind
from rxcrm.models.people import Share, Team, TeamMember, User
from rxcrm.models.records import Act, owner_of
from rxcrm.models.searching import fold
from rxcrm.models.tables import record_table
from rxcrm.translation import N_

#: Users and teams listed for one search.
LISTED = 12


@dataclass
class Owner:
    """Somebody who can own records, or with whom they can be shared: a user or a team."""

    kind: str
    id: int
    name: str
    detail: str


def candidates(act: Act, entity: str, term: str = "") -> list[Owner]:
    """Users and teams who may own records of a table and whose name or address contains a term: oneself first, then by name.

    Owners read what they own, so only working users whose roles read such records are listed, and teams with one.
    """
    wanted = fold(term[:200])
    readers = readers_of(act.session, act.organisation, Privilege.READ, entity)
    users = [
        user
        for user in act.session.exec(select(User).where(col(User.disabled).is_(False)).order_by(col(User.name_key)))
        if user.id in readers
    ]
    working = {user.id for user in users}
    members: dict[int, set[int]] = {}
    for team_id, user_id in act.session.exec(select(TeamMember.team_id, TeamMember.user_id)):
        if user_id in working:
            members.setdefault(team_id, set()).add(user_id)
    teams = [
        team
        for team in act.session.exec(select(Team).order_by(col(Team.name_key)))
        if team.id in members and wanted in team.name_key and not team.disabled
    ]
    users = [user for user in users if wanted in user.name_key or wanted in user.email]
    users.sort(key=lambda user: (user.id != act.who.id, user.name_key))
    found = [Owner("user", user.id or 0, user.name, user.email) for user in users]
    found += [Owner("team", team.id or 0, team.name, "") for team in teams]
    return found[:LISTED]


def owner(act: Act, kind: str, number: int) -> User | Team:
    """The user or team with an id from the browser. Raises NotFound for one that there is not."""
    found: User | Team | None = None
    if 0 < number < records.LARGEST_ID and kind == "user":
        found = act.session.get(User, number)
    elif 0 < number < records.LARGEST_ID and kind == "team":
        found = act.session.get(Team, number)
    if found is None:
        raise NotFound
    return found


def assign(act: Act, row: Record, new: User | Team, writes: Journal | None = None, rule: str = "") -> int:
    """Give a record, found with ASSIGN, to a user or team who may read such records; returns how many activities follow.

    The activities, notes and posts that regard it and belong to its former owner follow, each with an entry in its own
    history (S 1.1.4); nobody is notified of them singly. Where the organisation wants it, the former owner keeps his
    access by a share; the new one needs his no more. `writes` remembers all of it; `rule` is the name of the rule that chose.
    """
    before = owner_of(act.session, row)
    if before.id == new.id and isinstance(before, type(new)):
        return 0
    writes, owned = writes or Journal(act), _owned(row)
    records.assign(act, row, new, rule)
    writes.noted(row, owned)
    followers = _follow(act, row, before, new, writes)
    held = Share.user_id if isinstance(new, User) else Share.team_id
    own = select(Share).where(Share.entity == row.entity, Share.record_id == row.id, held == new.id)
    for superfluous in act.session.exec(own).all():
        writes.removed(superfluous)
    if act.organisation.share_reassigned:
        for share in sharing.keep_access(act, row, before):
            writes.made(share)
    act.session.flush()
    return len(followers)


#: What ownership writes into a record (rxcrm.models.records.own).
_OWNED = ("owner_user_id", "owner_team_id", "unit_id", "owner_key")


def _owned(row: Record) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _OWNED}


def assign_undoably(act: Act, row: Record, new: User | Team, rule: str = "") -> Operation | None:
    """`assign`, as an operation that can be taken back; None if the record belonged to the new owner already."""
    before = owner_of(act.session, row)
    writes = Journal(act)
    followers = assign(act, row, new, writes, rule)
    if not writes.entries:
        return None
    details = {"from": _spelled(before), "to": _spelled(new), "followers": followers}
    return writes.close(OperationKind.ASSIGN, row, details)


def _spelled(owner: User | Team) -> list[Any]:
    return ["user" if isinstance(owner, User) else "team", owner.id]


def undo(act: Act, operation: Operation) -> None:
    """Give a record back to its former owner, with the activities that followed and the shares as they were.

    Whoever assigned it may do that as long as nobody has touched the record since; others need ASSIGN. Raises NotAllowed
    if it belongs to somebody else by now, or if the former owner may not own such records any more.
    """
    table = record_table(operation.entity)
    row = act.session.get(table, operation.record_id)
    if row is None or row.deleted_on is not None:
        raise NotFound
    if operation.by_id != act.who.id or _touched(act, operation):
        row = act.find(table, operation.record_id, Privilege.ASSIGN)
    now = owner_of(act.session, row)
    if _spelled(now) != operation.details["to"]:
        raise NotAllowed(N_("%(name)s has been changed since and stays as it is."), name=row.display_name)
    former = owner(act, *operation.details["from"])
    records.require_owner(act, row.entity, former)
    back = journal.undo(act, operation)
    for entity, record_id in back:
        one = act.session.get(record_table(entity), record_id)
        if one is None:
            continue
        records.own(one, former)  # his unit and name may have changed meanwhile
        change = ["owner", str(now.id), str(former.id), now.name, former.name]
        entry = history.record(act.session, one, Event.ASSIGNED, by=act.who.id, now=act.now, changes=[change])
        if one is row:
            notifying.hear(act, row, entry)
    act.session.flush()


def _touched(act: Act, operation: Operation) -> bool:
    """Whether anything happened to the record after it was assigned."""
    entry = cast(Any, History)
    newer = select(entry.id).where(
        entry.entity == operation.entity,
        entry.record_id == operation.record_id,
        entry.id > operation.details["history"],
    )
    return act.session.exec(newer.limit(1)).first() is not None


def _follow(act: Act, row: Record, before: User | Team, new: User | Team, writes: Journal) -> list[Activity]:
    """Assign what regards a record along with it; deleted activities too, since they may come back."""
    if isinstance(row, Activity):
        return []
    holder = Activity.owner_user_id if isinstance(before, User) else Activity.owner_team_id
    wanted = select(Activity).where(
        Activity.regarding_entity == row.entity, Activity.regarding_id == row.id, holder == before.id
    )
    change = ["owner", str(before.id), str(new.id), before.name, new.name]
    found = list(act.session.exec(wanted).all())
    for one in found:
        owned = _owned(one)
        records.own(one, new)
        writes.noted(one, owned)
        history.record(act.session, one, Event.ASSIGNED, by=act.who.id, now=act.now, changes=[change])
        act.changed(one.entity, one.id)
    act.session.flush()
    return found
