"""Views that people keep for themselves and share: find, save, share, hand on, remove (S 7.2, R9.1, R9.4).

A system view belongs to nobody; administrators change it (rxcrm.models.publishing).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from typing import Any, cast

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select

from rxcrm.models.access import Privilege
from rxcrm.models.defining import blank, checked, checked_name, view_from
from rxcrm.models.errors import BadValue, CrmError, NotAllowed, NotFound, Stale
from rxcrm.models.filters.conditions import BadFilter
from rxcrm.models.people import Team, TeamMember, User, UserRole
from rxcrm.models.privileges import known_roles, role_label
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.saved_view import SavedView, ViewShare
from rxcrm.models.searching import sort_key
from rxcrm.models.system_views import edited_view, id_of, key_of, offered, system_view
from rxcrm.models.tables import record_table
from rxcrm.models.view_choices import first_of
from rxcrm.models.views import View
from rxcrm.translation import N_

GONE = N_("The view that this address names doesn't exist any more, or it is not shared with you.")
DAMAGED = N_("The filter of this view cannot be read any more. Clear it, or choose another view.")
CHANGED = N_("%(who)s changed this view while you were changing it. Look at it again before you save.")
#: Personal views that one user may have for one table, and how many users, teams and roles one is shared with.
MOST_VIEWS, MOST_SHARES = 200, 100


class NameTaken(CrmError):
    """The user has a view of this name already; the page asks whether to replace it. Nothing was written."""

    message = N_("You already have a view called “%(name)s”. Replace it?")

    def __init__(self, row: SavedView) -> None:
        self.view_id, self.version = row.id or 0, row.version
        super().__init__(name=row.name)


@dataclass
class Found:
    """The view that an address names, with its row if somebody saved it; `problem` says why it is not the one named."""

    view: View
    row: SavedView | None = None
    problem: str = ""


def resolve(act: Act, entity: str, key: str) -> Found:
    """The view of a key; without key the one with which the asker begins, which also stands in for what is gone.

    System views cost no statement, a saved one costs one, and so does finding out with what somebody begins.
    """
    if key and (found := _found(act, entity, key)):
        return found
    found = _found(act, entity, first_of(act, entity)) or Found(offered(entity)[0].view)
    found.problem = GONE if key else found.problem
    return found


def _found(act: Act, entity: str, key: str) -> Found | None:
    if listed := system_view(entity, key) or (edited_view(entity, key) if act.who.administrator else None):
        return Found(listed.view)
    row = seen(act, id_of(key))
    return shown(row) if row and row.entity == entity else None


def shown(row: SavedView) -> Found:
    """The view of a row; `problem` if its filter is damaged."""
    base = changed(blank(row.entity, row.name, key_of(row.id or 0)), id=row.id or 0)
    try:
        return Found(view_from(base, row.definition), row)
    except BadFilter:
        return Found(view_from(base, {**(row.definition or {}), "where": None}), row, DAMAGED)


def seen(act: Act, view_id: int) -> SavedView | None:
    """A personal view that the asker owns or that is shared with him; None otherwise."""
    if not 0 < view_id < LARGEST_ID:
        return None
    wanted = select(SavedView).where(SavedView.id == view_id, visible_to(act))
    return act.session.exec(wanted).first()


def visible_to(act: Act) -> ColumnElement[bool]:
    """The personal views that the asker may use."""
    shared = select(ViewShare.view_id).where(shared_with(act))
    return or_(
        col(SavedView.owner_id) == act.who.id,
        (col(SavedView.owner_id).is_not(None)) & col(SavedView.active) & col(SavedView.id).in_(shared),
    )


def shared_with(act: Act) -> ColumnElement[bool]:
    """The shares that reach the asker."""
    return or_(
        col(ViewShare.user_id) == act.who.id,
        col(ViewShare.team_id).in_(sorted(act.who.team_ids)),
        col(ViewShare.role).in_(sorted(act.who.roles)),
    )


def find(act: Act, view_id: int, version: int | None = None, *, change: bool = False) -> SavedView:
    """A view that the asker may see. With `change` he must be allowed to change it, in the `version` that he knows.

    Raises NotFound, NotAllowed, Stale with the name of who was faster.
    """
    row = seen(act, view_id)
    if row is None:
        raise NotFound(N_("This view doesn't exist any more, or it is not shared with you."))
    if change:
        act.session.refresh(row, with_for_update=True)
        if not may_change(act, row):
            raise NotAllowed(N_("You may use this view, but not change it. Save it as a view of your own."))
        require_version(act, row, version)
    return row


def require_version(act: Act, row: SavedView, version: int | None) -> None:
    """Raises Stale if somebody changed the view since that version."""
    if version is not None and row.version != version:
        who = act.session.get(User, row.modified_by_id) if row.modified_by_id else None
        raise Stale(CHANGED, who=who.name if who else N_("Somebody else"))


def may_change(act: Act, row: SavedView) -> bool:
    """Whether the asker may change a view that he sees: it is his, or shared with him for that."""
    if row.owner_id == act.who.id:
        return True
    wanted = select(ViewShare.id).where(ViewShare.view_id == row.id, col(ViewShare.change), shared_with(act))
    return row.owner_id is not None and act.session.exec(wanted).first() is not None


def _owned(act: Act, view_id: int) -> SavedView:
    row = find(act, view_id)
    if row.owner_id != act.who.id:
        raise NotAllowed(N_("Only the owner of this view can do that."))
    return row


# -- verbs -----------------------------------------------------------------------------------------------------------


def save_as(
    act: Act, entity: str, name: str, definition: Mapping[str, Any], description: str = "", *, replace: int = 0
) -> SavedView:
    """Keep what is shown as a new view of one's own. `replace` is the version of the view of that name to be replaced.

    Raises NameTaken if there is one and `replace` was not asked for, Stale if it has changed meanwhile, Invalid, BadFilter.
    """
    entity = record_table(entity).entity
    if not act.who.holds(Privilege.READ, entity):
        raise NotFound
    name, description = checked_name(name, description)
    definition = checked(act, entity, definition)
    act.session.get_one(
        User, act.who.id, with_for_update=True
    )  # of two tabs that take one name at once the second asks
    mine = _mine(act, entity)
    known = next((row for row in mine if row.name_key == sort_key(name)), None)
    if known is not None:
        if not replace:
            raise NameTaken(known)
        require_version(act, known, replace)
        known.definition, known.description, known.active = definition, description or known.description, True
        return _touched(act, known)
    if len(mine) >= MOST_VIEWS:
        raise NotAllowed(N_("You have %(most)s views of this table. Delete one first."), most=MOST_VIEWS)
    row = SavedView(
        entity=entity,
        name=name,
        name_key=sort_key(name),
        description=description,
        owner_id=act.who.id,
        definition=definition,
        created_on=act.now,
        modified_on=act.now,
        modified_by_id=act.who.id,
    )
    act.session.add(row)
    act.session.flush()
    act.topics.add(f"views:{row.id}")
    return row


def _mine(act: Act, entity: str) -> Sequence[SavedView]:
    return act.session.exec(select(SavedView).where(SavedView.owner_id == act.who.id, SavedView.entity == entity)).all()


def save(act: Act, view_id: int, version: int, definition: Mapping[str, Any]) -> SavedView:
    """Save over a view that one may change. Raises NotAllowed, Stale, Invalid, BadFilter."""
    row = find(act, view_id, version, change=True)
    row.definition = checked(act, row.entity, definition)
    return _touched(act, row)


def rename(act: Act, view_id: int, version: int, name: str, description: str) -> SavedView:
    """Give a view that one may change another name and description. Raises NameTaken if the owner has one of that name."""
    row = find(act, view_id, version, change=True)
    name, description = checked_name(name, description)
    taken = select(SavedView).where(
        SavedView.owner_id == row.owner_id,
        SavedView.entity == row.entity,
        SavedView.name_key == sort_key(name),
        SavedView.id != row.id,
    )
    if act.session.exec(taken).first():
        raise BadValue(N_("Another view is called “%(name)s”."), name=name)
    row.name, row.name_key, row.description = name, sort_key(name), description
    return _touched(act, row)


def activate(act: Act, view_id: int, active: bool) -> SavedView:
    """Take a view of one's own out of use, also for those with whom it is shared; or bring it back."""
    row = _owned(act, view_id)
    row.active = active
    return _touched(act, row)


def hand_over(act: Act, view_id: int, owner: User, *, keep: bool = False) -> SavedView:
    """Give a view of one's own to another user; whoever wants to `keep` it still uses and changes it as one shared with him.

    Raises NotAllowed if the other one is disabled or has a view of that name.
    """
    row = _owned(act, view_id)
    if owner.disabled:
        raise NotAllowed(N_("%(name)s is disabled and cannot own views."), name=owner.name)
    taken = select(SavedView.id).where(
        SavedView.owner_id == owner.id, SavedView.entity == row.entity, SavedView.name_key == row.name_key
    )
    if owner.id != act.who.id and act.session.exec(taken).first():
        raise NotAllowed(N_("%(name)s already has a view of this name."), name=owner.name)
    if owner.id == act.who.id:
        return row
    # Whoever owns a view needs no share of it.
    own = select(ViewShare).where(ViewShare.view_id == row.id, ViewShare.user_id == owner.id)
    for share in act.session.exec(own):
        act.session.delete(share)
    if keep:
        act.session.add(ViewShare(view_id=row.id or 0, user_id=act.who.id, change=True))
    row.owner_id = owner.id
    return _touched(act, row)


def remove(act: Act, view_id: int) -> SavedView:
    """Delete a view of one's own for good; for those with whom it was shared it is gone too."""
    row = _owned(act, view_id)
    for share in act.session.exec(select(ViewShare).where(ViewShare.view_id == row.id)):
        act.session.delete(share)
    act.session.flush()
    act.session.delete(row)
    act.topics.add(f"views:{row.id}")
    return row


def _touched(act: Act, row: SavedView) -> SavedView:
    row.version += 1
    row.modified_on, row.modified_by_id = act.now, act.who.id
    act.session.add(row)
    act.session.flush()
    act.topics.add(f"views:{row.id}")
    return row


# -- sharing ---------------------------------------------------------------------------------------------------------


@dataclass
class Reader:
    """Who else uses a view: `kind` is "user", "team" or "role", `id` a number or the key of the role."""

    kind: str
    id: str
    name: str = ""
    change: bool = False


def readers(act: Act, row: SavedView) -> list[Reader]:
    """With whom a view is shared, by name."""
    shares = act.session.exec(select(ViewShare).where(ViewShare.view_id == row.id)).all()
    users = _names(act, User, [share.user_id for share in shares if share.user_id])
    teams = _names(act, Team, [share.team_id for share in shares if share.team_id])
    found = []
    for share in shares:
        if share.user_id:
            found.append(Reader("user", str(share.user_id), users.get(share.user_id, ""), share.change))
        elif share.team_id:
            found.append(Reader("team", str(share.team_id), teams.get(share.team_id, ""), share.change))
        else:
            found.append(Reader("role", share.role, role_label(share.role), share.change))
    return sorted(found, key=lambda reader: (reader.kind, reader.name.casefold()))


def _names(act: Act, table: type[User] | type[Team], ids: Sequence[int]) -> dict[int, str]:
    row = cast(Any, table)
    return {i: name for i, name in act.session.exec(select(row.id, row.name).where(row.id.in_(ids)))}  # noqa: C416


def share(act: Act, view_id: int, wanted: Iterable[Reader]) -> SavedView:
    """Share a view of one's own with exactly these users, teams and roles. Raises NotAllowed, BadValue."""
    row = _owned(act, view_id)
    new = {(reader.kind, reader.id): _share_of(act, row, reader) for reader in wanted}
    if len(new) > MOST_SHARES:
        raise NotAllowed(N_("A view can be shared with at most %(most)s users, teams and roles."), most=MOST_SHARES)
    for share in act.session.exec(select(ViewShare).where(ViewShare.view_id == row.id)):
        act.session.delete(share)
    act.session.flush()
    act.session.add_all(new.values())
    return _touched(act, row)


def _share_of(act: Act, row: SavedView, reader: Reader) -> ViewShare:
    share = ViewShare(view_id=row.id or 0, change=reader.change)
    number = int(reader.id) if reader.id.isascii() and reader.id.isdecimal() and len(reader.id) <= 18 else 0
    user = act.session.get(User, number) if reader.kind == "user" else None
    team = act.session.get(Team, number) if reader.kind == "team" else None
    if user:
        share.user_id = user.id
    elif team:
        share.team_id = team.id
    elif reader.kind == "role" and reader.id in known_roles():
        share.role = reader.id
    else:
        raise BadValue(N_("“%(value)s” is no user, team or role."), value=f"{reader.kind}:{reader.id}"[:80])
    return share


def people_of(act: Act, row: SavedView) -> set[int]:
    """The working users besides the asker who use a view: its owner and everybody with whom it is shared."""
    shares = act.session.exec(select(ViewShare).where(ViewShare.view_id == row.id)).all()
    teams = [s.team_id for s in shares if s.team_id]
    roles = [s.role for s in shares if s.role]
    found: set[int | None] = {s.user_id for s in shares} | {row.owner_id}
    found.update(act.session.exec(select(TeamMember.user_id).where(col(TeamMember.team_id).in_(teams))).all())
    found.update(act.session.exec(select(UserRole.user_id).where(col(UserRole.role).in_(roles))).all())
    working = select(User.id).where(col(User.id).in_(found - {act.who.id, None}), col(User.disabled).is_(False))
    return {user_id or 0 for user_id in act.session.exec(working)}
