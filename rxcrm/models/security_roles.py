"""What administrators do to security roles: change the matrix, add roles of their own, go back to what was shipped (S 9.4).

The shipped matrix depends on the presets of the organisation. What is set for a role wins over it; a role of one's own
has nothing but what was set. System Administrator stays as it is, so that nobody can lock everybody out.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, func
from sqlmodel import col, select

from rxcrm.models import configuration
from rxcrm.models.administration import require_administrator
from rxcrm.models.choices import Role
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.fields import clean
from rxcrm.models.people import SecurityRole, TeamRole, UserRole
from rxcrm.models.privileges import (
    BY_TABLE,
    MATRIX,
    ON_RECORDS,
    Depth,
    Grants,
    Privilege,
    RoleSpec,
    granted,
    place_of,
    roles,
    written,
)
from rxcrm.models.records import Act
from rxcrm.models.searching import sort_key
from rxcrm.translation import N_, gettext

NAME_LENGTH, DESCRIPTION_LENGTH = 100, 300
#: Privileges that are there or not, without a depth; ADMINISTER belongs to System Administrator alone.
YES_OR_NO = (Privilege.IMPORT, Privilege.EXPORT, Privilege.CHOOSE_OWNER)
#: Privileges that do nothing where their user may not read the record.
_NEED_READING = tuple(privilege for privilege in ON_RECORDS if privilege is not Privilege.READ)
LABELS = {
    Privilege.CREATE: N_("Create"),
    Privilege.READ: N_("Read"),
    Privilege.WRITE: N_("Write"),
    Privilege.DELETE: N_("Delete"),
    Privilege.APPEND: N_("Append"),
    Privilege.APPEND_TO: N_("Append To"),
    Privilege.ASSIGN: N_("Assign"),
    Privilege.SHARE: N_("Share"),
    Privilege.IMPORT: N_("Import"),
    Privilege.EXPORT: N_("Export"),
    Privilege.CHOOSE_OWNER: N_("Choose the owner"),
}
_KEPT = N_("System Administrator keeps every privilege, so that somebody can always change the others.")


@dataclass
class RoleView:
    """A role as its page shows it: what it may, cell by cell, with the presets of now (`{"lead.read": "4"}`).

    `changed` says that a shipped role differs from what was shipped, `fixed` that it cannot be changed, `users` how many
    have it themselves, `teams` how many teams. `advice` are sentences about grants that have no effect.
    """

    key: str = ""
    label: str = ""
    description: str = ""
    custom: bool = False
    fixed: bool = False
    changed: bool = False
    version: int = 0
    users: int = 0
    teams: int = 0
    cells: dict[str, str] = field(default_factory=dict)
    advice: list[str] = field(default_factory=list)


def listed(act: Act) -> list[RoleView]:
    """Every role: the shipped ones first, then the others by name. Raises NotAllowed for others than administrators."""
    require_administrator(act)
    session, table = act.session, granted(act.organisation.private, act.organisation.open_editing)
    users: dict[str, int] = dict(session.exec(select(UserRole.role, func.count()).group_by(UserRole.role)).all())
    teams: dict[str, int] = dict(session.exec(select(TeamRole.role, func.count()).group_by(TeamRole.role)).all())
    return [
        RoleView(
            key=spec.key,
            label=gettext(act.who.conventions.locale, spec.label),
            description=spec.description,
            custom=spec.custom,
            fixed=spec.key == Role.ADMINISTRATOR,
            changed=not spec.custom and bool(spec.chosen),
            version=spec.version,
            users=users.get(spec.key, 0),
            teams=teams.get(spec.key, 0),
            cells=cells_of(table[spec.key]),
            advice=_advice(table[spec.key], act.who.conventions.locale),
        )
        for spec in roles().values()
    ]


def cells_of(grants: Grants) -> dict[str, str]:
    """Every cell of the matrix with its depth; of what has none, "1" or "0"."""
    cells = {
        written((entity, privilege)): str(int(grants.get((entity, privilege), Depth.NONE)))
        for entity in MATRIX
        for privilege in BY_TABLE
    }
    return cells | {p.value: str(int(grants.get(("", p), Depth.NONE) > Depth.NONE)) for p in YES_OR_NO}


def _advice(grants: Grants, locale: str) -> list[str]:
    """A privilege on a record that its user may not read cannot be used: say so rather than grant more than was asked."""
    from rxcrm.models.tables import record_table  # the tables know of access

    found = []
    for entity in MATRIX:
        read = grants.get((entity, Privilege.READ), Depth.NONE)
        beyond = [LABELS[p] for p in _NEED_READING if grants.get((entity, p), Depth.NONE) > read]
        if beyond:
            text = N_(
                "%(table)s: %(privileges)s reach further than Read. Beyond what somebody may read they do nothing."
            )
            names = ", ".join(gettext(locale, label) for label in beyond)
            found.append(
                gettext(locale, text, table=gettext(locale, record_table(entity).title_many), privileges=names)
            )
    return found


def add(act: Act, typed: Mapping[str, str]) -> SecurityRole:
    """A new role: `name`, `description`, and `like`, the role of which it gets every privilege. Raises Invalid."""
    require_administrator(act)
    problems: dict[str, CrmError] = {}
    name, description = _described(typed, problems)
    like = typed.get("like", "")
    if like and (like not in roles() or like == Role.ADMINISTRATOR):
        problems["like"] = BadValue(N_("Choose one of the list."))
    if problems:
        raise Invalid(problems)
    grants = granted(act.organisation.private, act.organisation.open_editing)[like] if like else {}
    row = SecurityRole(
        key=f"role_{secrets.token_hex(6)}",
        name=name,
        name_key=sort_key(name),
        description=description,
        grants={written(place): int(depth) for place, depth in grants.items()},
        version=1,
    )
    act.session.add(row)
    act.session.flush()
    configuration.changed(act)
    return row


def _described(typed: Mapping[str, str], problems: dict[str, CrmError], known: str = "") -> tuple[str, str]:
    name, description = clean(typed.get("name", "")), clean(typed.get("description", ""))
    taken = {sort_key(spec.label) for spec in roles().values() if spec.key != known}
    if not name:
        problems["name"] = BadValue(N_("%(label)s is required."), label=N_("Name"))
    elif len(name) > NAME_LENGTH:
        problems["name"] = BadValue(N_("A name can have at most %(most)s characters."), most=NAME_LENGTH)
    elif sort_key(name) in taken:
        problems["name"] = BadValue(N_("Another role has this name."))
    if len(description) > DESCRIPTION_LENGTH:
        problems["description"] = BadValue(
            N_("A description can have at most %(most)s characters."), most=DESCRIPTION_LENGTH
        )
    return name, description


def rename(act: Act, key: str, typed: Mapping[str, str]) -> SecurityRole:
    """Another name or description for a role that administrators made. Raises Invalid, NotAllowed, NotFound."""
    spec = require_changeable(act, key)
    if not spec.custom:
        raise NotAllowed(N_("This role ships with rxcrm and keeps its name."))
    problems: dict[str, CrmError] = {}
    name, description = _described({"name": spec.label, "description": spec.description} | dict(typed), problems, key)
    if problems:
        raise Invalid(problems)
    row = _row(act, key)
    row.name, row.name_key, row.description = name, sort_key(name), description
    return _touched(act, row)


def change(act: Act, key: str, version: int, cells: Mapping[str, str]) -> SecurityRole:
    """Set cells of the matrix, as `RoleView.cells` writes them; whoever has the role may that from now on.

    Raises Stale if somebody else changed the role since `version`, NotAllowed for System Administrator, BadValue.
    """
    spec = require_changeable(act, key)
    row = _row(act, key)
    if row.version != version:
        raise Stale(N_("Somebody else changed this role meanwhile. Reload the page to see it as it is now."))
    org = act.organisation
    shipped = {} if spec.custom else granted_as_shipped(key, org.private, org.open_editing)
    grants = dict(row.grants)
    for text, typed in cells.items():
        place, depth = place_of(text), _depth(text, typed)
        if place is None or place[1] is Privilege.ADMINISTER:
            raise BadValue(N_("There is no privilege “%(name)s”."), name=text[:60])
        if not spec.custom and shipped.get(place, Depth.NONE) == depth:
            grants.pop(text, None)
        else:
            grants[text] = int(depth)
    row.grants = grants
    return _touched(act, row)


def granted_as_shipped(key: str, private: bool, open_editing: bool) -> Grants:
    """What a shipped role was granted before anybody changed it."""
    from rxcrm.models.privileges import GRANTS

    return GRANTS[private, open_editing][Role(key)]


def _depth(text: str, typed: str) -> Depth:
    if text in {privilege.value for privilege in YES_OR_NO}:
        if typed in ("0", "1"):
            return Depth.ORG if typed == "1" else Depth.NONE
    elif typed in {str(int(depth)) for depth in Depth}:
        return Depth(int(typed))
    raise BadValue(N_("Choose one of the list."))


def restore(act: Act, key: str) -> RoleSpec:
    """Give a shipped role again what it was shipped with."""
    spec = require_changeable(act, key)
    if spec.custom:
        raise NotAllowed(N_("This role did not ship with rxcrm."))
    act.session.execute(delete(SecurityRole).where(col(SecurityRole.key) == key))
    configuration.changed(act)
    return spec


def remove(act: Act, key: str) -> str:
    """Delete a role that administrators made and that nobody has any more; its name."""
    spec = require_changeable(act, key)
    if not spec.custom:
        raise NotAllowed(N_("This role ships with rxcrm. Take it from its users instead of deleting it."))
    row = _row(act, key)
    users = act.session.scalar(select(func.count()).where(UserRole.role == key)) or 0
    teams = act.session.scalar(select(func.count()).where(TeamRole.role == key)) or 0
    if users or teams:
        raise NotAllowed(
            N_("%(name)s is held by %(users)s users and %(teams)s teams. Give them another role first."),
            name=row.name,
            users=users,
            teams=teams,
        )
    act.session.delete(row)
    act.session.flush()
    configuration.changed(act)
    return row.name


def require_changeable(act: Act, key: str) -> RoleSpec:
    """A role that may be changed. Raises NotAllowed for System Administrator, who must always be there, and NotFound."""
    require_administrator(act)
    if key not in roles():
        raise NotFound(N_("There is no such role."))
    if key == Role.ADMINISTRATOR:
        raise NotAllowed(_KEPT)
    return roles()[key]


def _row(act: Act, key: str) -> SecurityRole:
    """The row of a role, locked; a new one for a shipped role that nobody has changed yet."""
    # The organisation's row stands for the whole configuration: of two administrators at once the second one waits.
    configuration.lock(act)
    row = act.session.get(SecurityRole, key, populate_existing=True)
    return row or SecurityRole(key=key)


def _touched(act: Act, row: SecurityRole) -> SecurityRole:
    row.version += 1
    act.session.add(row)
    act.session.flush()
    configuration.changed(act)
    return row
