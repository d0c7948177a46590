"""What administrators do with teams, each with all its consequences (S 9.4 R9.7, 9.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import delete as remove
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, col

from rxcrm.models import configuration, records
from rxcrm.models.administration import require_administrator
from rxcrm.models.assignment.tables import AssignmentRule, AssignmentSettings
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.fields import clean
from rxcrm.models.people import BusinessUnit, Team, TeamMember, TeamRole, User
from rxcrm.models.privileges import known_roles, role_label, roles
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.searching import sort_key
from rxcrm.models.tables import RECORDS
from rxcrm.translation import N_, gettext

NAME_LENGTH, DESCRIPTION_LENGTH = 160, 300
FIELDS = ("name", "description", "unit_id", "roles", "members")
FASTER = N_("Somebody else changed “%(name)s” meanwhile. Close this form and open it again.")


@dataclass
class TeamView:
    """A team as the settings list it: members by name, roles as messages, how many records it owns."""

    id: int
    version: int
    name: str
    description: str
    unit: str
    roles: list[str]
    members: list[str]
    records: int
    disabled: bool


@dataclass
class TeamForm:
    """What the form of a team starts with, and the names of its members by "user:3"."""

    version: int = 0
    values: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def listed(act: Act) -> list[TeamView]:
    """Every team, those at work first, then by name; for administrators."""
    require_administrator(act)
    units = {unit.id: unit.name for unit in act.session.scalars(select(BusinessUnit))}
    held, members, owned = _roles(act), _members(act), _owned(act)
    rows = act.session.scalars(select(Team).order_by(col(Team.disabled), col(Team.name_key), col(Team.id)))
    return [
        TeamView(
            id=row.id or 0,
            version=row.version,
            name=row.name,
            description=row.description,
            unit=units.get(row.unit_id, ""),
            roles=[role_label(role) for role in held.get(row.id or 0, [])],
            members=[user.name for user in members.get(row.id or 0, [])],
            records=owned.get(row.id or 0, 0),
            disabled=row.disabled,
        )
        for row in rows
    ]


def form_of(act: Act, team_id: int) -> TeamForm:
    """A team as its form shows it; for id 0 a new one in the asker's unit."""
    require_administrator(act)
    if not team_id:
        return TeamForm(values=dict.fromkeys(FIELDS, "") | {"unit_id": str(act.who.unit_id)})
    row = one(act, team_id)
    members = _members(act).get(team_id, [])
    values = {
        "name": row.name,
        "description": row.description,
        "unit_id": str(row.unit_id),
        "roles": " ".join(_roles(act).get(team_id, [])),
        "members": " ".join(str(user.id) for user in members),
    }
    return TeamForm(row.version, values, {f"user:{user.id}": user.name for user in members})


def one(act: Act, team_id: int) -> Team:
    """A team, for an administrator. Raises NotAllowed or NotFound."""
    require_administrator(act)
    row = act.session.get(Team, team_id) if 0 < team_id < LARGEST_ID else None
    if row is None:
        raise NotFound(N_("There is no such team."))
    return row


def add(act: Act, typed: Mapping[str, str]) -> Team:
    """A new team with members and roles. Raises Invalid with every problem."""
    require_administrator(act)
    configuration.lock(act)  # of two of one name that are made at once the second is refused
    row = Team(name="", unit_id=0, version=0)
    values = _checked(act, dict.fromkeys(FIELDS, "") | dict(typed), row)
    _write(act, row, values)
    return row


def change(act: Act, team_id: int, version: int, typed: Mapping[str, str]) -> Team:
    """Change what was typed; its records follow its name and its unit. Raises Invalid, and Stale if somebody was faster."""
    row = _locked(act, team_id)
    if row.version != version:
        raise Stale(FASTER, name=row.name)
    _write(act, row, _checked(act, typed, row))
    return row


def set_disabled(act: Act, team_id: int, *, disabled: bool) -> Team:
    """Give a team nothing more: no records, no shares, no leads of rules. What it has, it keeps, and so do its members.

    Raises NotAllowed while an assignment rule that is on names it.
    """
    row = _locked(act, team_id)
    if disabled and (rules := rules_naming(act, f"team:{row.id}", on=True)):
        raise NotAllowed(N_("%(name)s gets leads by %(rules)s. Change that first."), name=row.name, rules=rules)
    row.disabled, row.version = disabled, row.version + 1
    act.session.flush()
    configuration.changed(act)
    return row


def why_it_stays(act: Act, row: Team) -> NotAllowed | None:
    """Why a team cannot be deleted, or None. Records in the recycle bin count too, and rules that are off."""
    if owned := _owned(act).get(row.id or 0):
        return NotAllowed(
            N_("%(name)s owns records (%(n)s, those in the recycle bin included). Assign them to somebody else first."),
            name=row.name,
            n=owned,
        )
    if rules := rules_naming(act, f"team:{row.id}"):
        return NotAllowed(N_("%(name)s is named by %(rules)s. Change that first."), name=row.name, rules=rules)
    return None


def delete(act: Act, team_id: int) -> str:
    """Remove a team that owns nothing, with what was shared with it; its name. Raises NotAllowed with what it still holds."""
    row = _locked(act, team_id)
    if refusal := why_it_stays(act, row):
        raise refusal
    name = row.name
    owning = {cast(Any, table).__table__ for table in RECORDS.values()}
    try:
        for table in SQLModel.metadata.tables.values():
            for column in table.columns:
                if table not in owning and any(key.target_fullname == "team.id" for key in column.foreign_keys):
                    act.session.execute(remove(table).where(column == team_id))
        act.session.delete(row)
        act.session.flush()
    except IntegrityError:  # Somebody gave it a record this very moment.
        raise NotAllowed(N_("%(name)s owns records now. Assign them to somebody else first."), name=name) from None
    configuration.changed(act)
    return name


# -- checking and writing --------------------------------------------------------------------------------------------


def _locked(act: Act, team_id: int) -> Team:
    """A team that nobody else changes until this unit of work ends."""
    require_administrator(act)
    configuration.lock(act)
    row = one(act, team_id)
    act.session.refresh(row)
    return row


def _checked(act: Act, typed: Mapping[str, str], row: Team) -> dict[str, Any]:
    problems: dict[str, CrmError] = {}
    values: dict[str, Any] = {}
    for name, text in typed.items():
        try:
            if name not in FIELDS:
                raise BadValue(N_("There is no field “%(name)s” to fill in."), name=name[:80])
            values[name] = _CHECKS[name](act, row, text)
        except CrmError as problem:
            problems[name] = problem
    if problems:
        raise Invalid(problems)
    return values


def _name(act: Act, row: Team, text: str) -> str:
    name = clean(text)
    if not name:
        raise BadValue(N_("%(label)s is required."), label=N_("Name"))
    if len(name) > NAME_LENGTH:
        raise BadValue(N_("A name can have at most %(most)s characters."), most=NAME_LENGTH)
    same = (col(Team.name_key) == sort_key(name)[:120], col(Team.id) != (row.id or 0))
    if act.session.scalar(select(col(Team.id)).where(*same).limit(1)):
        raise BadValue(N_("Another team has this name."))
    return name


def _description(_act: Act, _row: Team, text: str) -> str:
    description = clean(text)
    if len(description) > DESCRIPTION_LENGTH:
        raise BadValue(N_("A description can have at most %(most)s characters."), most=DESCRIPTION_LENGTH)
    return description


def _unit(act: Act, _row: Team, text: str) -> int:
    number = _id(text)
    if act.session.get(BusinessUnit, number) is None:
        raise BadValue(N_("Choose one of the list."))
    return number


def _role_keys(_act: Act, _row: Team, text: str) -> list[str]:
    wanted = set(text.split())
    if wanted - known_roles():
        raise BadValue(N_("Choose one of the list."))
    return [role for role in roles() if role in wanted]


def _member_ids(act: Act, row: Team, text: str) -> list[int]:
    known = {user.id for user in _members(act).get(row.id or 0, [])}
    ids = [_id(word) for word in dict.fromkeys(text.split())]
    found = {user.id: user for user in act.session.scalars(select(User).where(col(User.id).in_(ids)))}
    if any(i not in found or (found[i].disabled and i not in known) for i in ids):
        raise BadValue(N_("One of these users is gone or disabled. Remove them."))
    return ids


_CHECKS = {"name": _name, "description": _description, "unit_id": _unit, "roles": _role_keys, "members": _member_ids}


def _id(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else -1


def _write(act: Act, row: Team, values: Mapping[str, Any]) -> None:
    renamed = values.get("name", row.name) != row.name
    moved = values.get("unit_id", row.unit_id) != row.unit_id
    for name in ("name", "description", "unit_id"):
        if name in values:
            setattr(row, name, values[name])
    row.name_key, row.version = sort_key(row.name)[:120], row.version + 1
    act.session.add(row)
    act.session.flush()
    if renamed:
        records.rename_owner(act.session, row)
    if moved:
        records.move_owner(act.session, row)
    if "roles" in values:
        act.session.execute(remove(TeamRole).where(col(TeamRole.team_id) == row.id))
        act.session.add_all(TeamRole(team_id=row.id or 0, role=role) for role in values["roles"])
    if "members" in values:
        act.session.execute(remove(TeamMember).where(col(TeamMember.team_id) == row.id))
        act.session.add_all(TeamMember(team_id=row.id or 0, user_id=i) for i in values["members"])
    act.session.flush()
    # Members may see and do other things now: open tabs look again.
    configuration.changed(act)


# -- what belongs to teams -------------------------------------------------------------------------------------------


def _roles(act: Act) -> dict[int, list[str]]:
    held: dict[int, set[str]] = {}
    for one_of in act.session.scalars(select(TeamRole)):
        held.setdefault(one_of.team_id, set()).add(one_of.role)
    return {team_id: [role for role in roles() if role in named] for team_id, named in held.items()}


def _members(act: Act) -> dict[int, list[User]]:
    """Team → its members by name, disabled ones included."""
    found: dict[int, list[User]] = {}
    joined = select(col(TeamMember.team_id), User).join(User, col(User.id) == col(TeamMember.user_id))
    for team_id, user in act.session.execute(joined.order_by(col(User.name_key))):
        found.setdefault(team_id, []).append(user)
    return found


def _owned(act: Act) -> dict[int, int]:
    """Team → how many records it owns, those in the recycle bin included."""
    found: dict[int, int] = {}
    for table in RECORDS.values():
        owner = cast(Any, table).owner_team_id
        for team_id, n in act.session.execute(select(owner, func.count()).where(owner.is_not(None)).group_by(owner)):
            found[team_id] = found.get(team_id, 0) + n
    return found


def rules_naming(act: Act, named: str, *, on: bool = False) -> str:
    """The assignment rules that name a target ("team:5"), in words: those that are `on` or all, and the fall-back owner."""
    locale = act.who.conventions.locale
    found = [
        gettext(locale, N_("the assignment rule “%(rule)s”"), rule=rule.name)
        for rule in act.session.scalars(select(AssignmentRule).order_by(col(AssignmentRule.position)))
        if named in rule.targets and (rule.state == "on" or not on)
    ]
    if any(held.fallback == named for held in act.session.scalars(select(AssignmentSettings))):
        found.append(gettext(locale, N_("the setting for leads that no rule could give to anybody")))
    return ", ".join(found)
