"""Share: one record opened to a user or team with some rights, beyond what their roles give (S 3.11, R3.37)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlmodel import col, select

from rxcrm.models import notifying, records
from rxcrm.models.access import Privilege, who_is
from rxcrm.models.base import Record
from rxcrm.models.errors import BadValue, NotAllowed
from rxcrm.models.history import Event, record
from rxcrm.models.people import Share, Team, User, members_of
from rxcrm.models.records import Act
from rxcrm.translation import N_

#: The rights that a share can give, in the order in which they are shown, with their names.
RIGHTS: dict[Privilege, str] = {
    Privilege.READ: N_("Read"),
    Privilege.WRITE: N_("Write"),
    Privilege.DELETE: N_("Delete"),
    Privilege.APPEND: N_("Append"),
    Privilege.ASSIGN: N_("Assign"),
    Privilege.SHARE: N_("Share"),
}
_SHARED = N_("%(who)s shared %(record)s with you.")


@dataclass
class Holder:
    """A user or team with whom a record is shared: their rights by name of the privilege, who gave them, when (ISO)."""

    kind: str
    id: int
    name: str
    rights: list[str] = field(default_factory=list)
    by: str = ""
    at: str = ""


def holders(act: Act, row: Record) -> list[Holder]:
    """Everybody with whom a record, found with SHARE, is shared, by name."""
    found: dict[tuple[str, int], Holder] = {}
    shares = _shares(act, row)
    users, teams = _names(act, shares)
    for share in shares:
        kind, number = ("team", share.team_id) if share.team_id else ("user", share.user_id or 0)
        name = (teams if share.team_id else users).get(number or 0, "")
        holder = found.setdefault((kind, number or 0), Holder(kind, number or 0, name))
        holder.rights.append(share.privilege)
        holder.by, holder.at = users.get(share.shared_by_id or 0, ""), share.shared_on.isoformat()
    for holder in found.values():
        holder.rights = [right.value for right in RIGHTS if right.value in holder.rights]
    return sorted(found.values(), key=lambda holder: holder.name.casefold())


def _shares(act: Act, row: Record) -> Sequence[Share]:
    wanted = select(Share).where(Share.entity == row.entity, Share.record_id == row.id).order_by(col(Share.id))
    return act.session.exec(wanted).all()


def _names(act: Act, shares: Sequence[Share]) -> tuple[dict[int, str], dict[int, str]]:
    """The names of the users and of the teams in shares."""
    users = {i for share in shares for i in (share.user_id, share.shared_by_id) if i}
    teams = {share.team_id for share in shares if share.team_id}
    named_users = act.session.exec(select(User.id, User.name).where(col(User.id).in_(users))) if users else ()
    named_teams = act.session.exec(select(Team.id, Team.name).where(col(Team.id).in_(teams))) if teams else ()
    return {i or 0: name for i, name in named_users}, {i or 0: name for i, name in named_teams}


def givable(act: Act, row: Record) -> list[str]:
    """The rights on a record that the asker has himself and so may give."""
    return [right.value for right in RIGHTS if act.may(right, row)]


def share(act: Act, row: Record, holder: User | Team, rights: Iterable[Privilege]) -> None:
    """Let a user or team have exactly these rights on a record that was found with SHARE, in place of those of before.

    Read goes with every other right. Nobody gives what he does not have himself; what the holder has already may stay.
    Raises NotAllowed for the owner, for somebody disabled, and for somebody whose role reads no such records; BadValue
    for no right, or one that is none.
    """
    wanted = set(rights)
    if not wanted or not wanted <= set(RIGHTS):
        raise BadValue(N_("Tick at least one right."))
    wanted.add(Privilege.READ)
    _check_holder(act, row, holder)
    held = {share.privilege: share for share in _shares(act, row) if _is(share, holder)}
    new = [right for right in RIGHTS if right in wanted and right.value not in held]
    for right in new:
        if not act.may(right, row):
            raise NotAllowed(N_("You cannot give the right “%(right)s”, which you do not have."), right=RIGHTS[right])
    lost = [share for right, share in held.items() if Privilege(right) not in wanted]
    if not new and not lost:
        return
    for gone in lost:
        act.session.delete(gone)
    grant(act, row, holder, new)
    names = ", ".join(RIGHTS[right] for right in RIGHTS if right in wanted)
    _tell_history(act, row, Event.SHARED, holder, names)
    if not held:
        _tell_holder(act, row, holder)


def revoke(act: Act, row: Record, holder: User | Team) -> None:
    """Share a record, found with SHARE, no more with a user or team. Raises NotAllowed if it is not shared with them."""
    held = [share for share in _shares(act, row) if _is(share, holder)]
    if not held:
        raise NotAllowed(N_("%(record)s is not shared with %(name)s."), record=row.display_name, name=holder.name)
    for gone in held:
        act.session.delete(gone)
    act.session.flush()
    _tell_history(act, row, Event.UNSHARED, holder, "")


def grant(act: Act, row: Record, holder: User | Team, rights: Iterable[Privilege]) -> list[Share]:
    """Write the rights themselves; asking and telling are the caller's."""
    user, team = (holder.id, None) if isinstance(holder, User) else (None, holder.id)
    given = [
        Share(
            entity=row.entity,
            record_id=row.id or 0,
            user_id=user,
            team_id=team,
            privilege=right.value,
            shared_by_id=act.who.id,
            shared_on=act.now,
        )
        for right in rights
    ]
    act.session.add_all(given)
    act.session.flush()
    return given


def keep_access(act: Act, row: Record, former: User | Team) -> list[Share]:
    """Share a reassigned record with its former owner, who keeps his access (S R3.29); what he holds already stays.

    Returns the shares that this took.
    """
    held = {share.privilege for share in _shares(act, row) if _is(share, former)}
    missing = [right for right in RIGHTS if right.value not in held]
    if not missing or former.disabled:
        return []
    given = grant(act, row, former, missing)
    _tell_history(act, row, Event.SHARED, former, ", ".join(RIGHTS.values()))
    return given


def _is(share: Share, holder: User | Team) -> bool:
    return (share.user_id if isinstance(holder, User) else share.team_id) == holder.id


def _check_holder(act: Act, row: Record, holder: User | Team) -> None:
    owns = row.owner_user_id if isinstance(holder, User) else row.owner_team_id
    if owns == holder.id:
        raise NotAllowed(N_("%(name)s owns this record and needs no share."), name=holder.name)
    if holder.disabled:
        raise NotAllowed(
            N_("%(name)s is disabled; nothing can be shared with him.")
            if isinstance(holder, User)
            else N_("%(name)s is disabled; nothing can be shared with this team."),
            name=holder.name,
        )
    readers = [holder] if isinstance(holder, User) else members_of(act.session, holder)
    if not any(who_is(act.session, user, act.organisation).holds(Privilege.READ, row.entity) for user in readers):
        raise NotAllowed(
            N_("The roles of %(name)s may not read such records at all; a share would change nothing."),
            name=holder.name,
        )


def _tell_history(act: Act, row: Record, event: Event, holder: User | Team, rights: str) -> None:
    """One entry of the record's history; open tabs read the record again."""
    kind = "user" if isinstance(holder, User) else "team"
    change = ["connection", f"{kind}:{holder.id}", holder.name, rights]
    record(act.session, row, event, by=act.who.id, now=act.now, changes=[change])
    records.tell(act, row)


def _tell_holder(act: Act, row: Record, holder: User | Team) -> None:
    users = [holder] if isinstance(holder, User) else members_of(act.session, holder)
    for user in users:
        if user.id != act.who.id:
            notifying.notify(
                act,
                user.id or 0,
                notifying.Kind.SHARED,
                _SHARED,
                {"who": act.who.name},
                entity=row.entity,
                record_id=row.id,
            )
