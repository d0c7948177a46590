"""What administrators do with users and business units, each with all its consequences (S 9.4, 9.5, 13.5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import func, or_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from rxcrm.models import login, people, records, setup
from rxcrm.models.choices import Role
from rxcrm.models.currencies import keeping
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound
from rxcrm.models.login import LoginSession
from rxcrm.models.people import BusinessUnit, Organisation, Team, User, UserRole, subtree
from rxcrm.models.privileges import known_roles, roles
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.searching import fold, sort_key
from rxcrm.models.tables import POINTED
from rxcrm.models.territory import Territory
from rxcrm.translation import N_


def require_administrator(act: Act) -> None:
    """Raises NotAllowed for everybody else."""
    if not act.who.administrator:
        raise NotAllowed(N_("Only administrators may do that."))


def update_organisation(act: Act, typed: Mapping[str, str]) -> Organisation:
    """Change what the organisation chose. Raises Invalid with every bad value."""
    require_administrator(act)
    if "currency" in typed:
        keeping.require_free_base(act, typed)
    return setup.update_organisation(act.session, typed)


# -- users -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """What the form of a user holds, read from what was typed."""

    name: str = ""
    email: str = ""
    roles: list[str] = field(default_factory=list)
    unit_id: int = 0
    manager_id: int | None = None
    territory_id: int | None = None


def find_user(act: Act, user_id: int) -> User:
    """A user, for an administrator. Raises NotAllowed or NotFound."""
    require_administrator(act)
    user = act.session.get(User, user_id) if 0 < user_id < LARGEST_ID else None
    if user is None:
        raise NotFound(N_("There is no such user."))
    return user


def person_of(session: Session, user: User) -> Person:
    """What the form of a user starts with."""
    held = set(session.exec(select(UserRole.role).where(UserRole.user_id == user.id)))
    return Person(
        user.name,
        user.email,
        [role for role in roles() if role in held],
        user.unit_id,
        user.manager_id,
        user.territory_id,
    )


def add_user(act: Act, typed: Mapping[str, str]) -> tuple[User, str]:
    """A new user and the token of the link with which he chooses his password. Raises Invalid with every problem."""
    require_administrator(act)
    wanted = _read(typed, Person())
    user = people.add_user(
        act.session,
        email=wanted.email,
        name=wanted.name,
        unit_id=wanted.unit_id,
        roles=wanted.roles,
        manager_id=wanted.manager_id,
        now=act.now,
    )
    _place(act, user, wanted.territory_id)
    return user, login.new_password_link(act.session, user, act.now)


def change_user(act: Act, user_id: int, typed: Mapping[str, str]) -> User:
    """Change of a user what was typed; his records follow his name and his unit. Raises Invalid with every problem."""
    user = find_user(act, user_id)
    before = person_of(act.session, user)
    wanted = _read(typed, before)
    problems: dict[str, CrmError] = {}
    address, name = "", ""
    try:
        asked = {name: value for name, value in vars(wanted).items() if name != "territory_id"}
        address, name = people.check_user(act.session, known=user, **asked)
    except Invalid as refusal:
        problems |= refusal.problems
    if Role.ADMINISTRATOR in before.roles and Role.ADMINISTRATOR not in wanted.roles and "roles" not in problems:
        try:
            people.keep_an_administrator(act.session, user)
            if user.id == act.who.id:
                raise NotAllowed(N_("You cannot take this role from yourself. Ask another administrator."))
        except NotAllowed as refusal:
            problems["roles"] = refusal
    if problems:
        raise Invalid(problems)
    renamed, moved = name != user.name, wanted.unit_id != user.unit_id
    user.name, user.name_key, user.email = name, sort_key(name), address
    user.unit_id, user.manager_id = wanted.unit_id, wanted.manager_id
    _place(act, user, wanted.territory_id)
    people.flush_user(act.session)
    if wanted.roles != before.roles:
        people.set_roles(act.session, user, wanted.roles)
    if renamed:
        records.rename_owner(act.session, user)
    if moved:
        records.move_owner(act.session, user)
    return user


def _place(act: Act, user: User, territory_id: int | None) -> None:
    """Let a user work in a territory, or in none. Raises Invalid for one that there is not, or that is not offered."""
    if territory_id == user.territory_id:
        return
    found = act.session.get(Territory, territory_id) if territory_id and 0 < territory_id < LARGEST_ID else None
    if territory_id is not None and (found is None or not found.active):
        raise Invalid({"territory_id": BadValue(N_("Choose one of the list."))})
    user.territory_id = territory_id
    act.session.flush()


def disable_user(act: Act, user_id: int) -> User:
    """Lock a user out at once; his records stay his. Raises NotAllowed for oneself and the last administrator."""
    user = find_user(act, user_id)
    login.disable(act.session, user, by=act.who)
    return user


def enable_user(act: Act, user_id: int) -> User:
    """Let a user in again."""
    user = find_user(act, user_id)
    login.enable(user)
    return user


def reset_password(act: Act, user_id: int) -> tuple[User, str]:
    """The token of a one-time link; until it is used the old password works (S 13.5). Raises NotAllowed if disabled."""
    user = find_user(act, user_id)
    if user.disabled:
        raise NotAllowed(N_("%(name)s is disabled. Enable the account first."), name=user.name)
    return user, login.new_password_link(act.session, user, act.now)


def sign_out_user(act: Act, user_id: int) -> User:
    """End every session of a user."""
    user = find_user(act, user_id)
    login.sign_out_everywhere(act.session, user_id)
    return user


def _read(typed: Mapping[str, str], known: Person) -> Person:
    """What was typed over what was there. Ids that are none become -1; unknown roles are refused here."""
    values: dict[str, Any] = dict(vars(known))
    for name, text in typed.items():
        if name in ("name", "email"):
            values[name] = text
        elif name == "roles":
            values[name] = _roles(text)
        elif name == "unit_id":
            values[name] = _id(text)
        elif name in ("manager_id", "territory_id"):
            values[name] = _id(text) if text else None
        else:
            raise Invalid({name: BadValue(N_("There is no field “%(name)s” to fill in."), name=name[:80])})
    return Person(**values)


def _id(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else -1


def _roles(text: str) -> list[str]:
    wanted = set(text.split())
    if wanted - known_roles():
        raise Invalid({"roles": BadValue(N_("Choose one of the list."))})
    return [role for role in roles() if role in wanted]


@dataclass
class Listed:
    """A user in the list. `signed_in` is when he did so last, if ever; `sessions` are those that are open now."""

    id: int
    name: str
    email: str
    roles: list[str]
    unit: str
    manager: str
    disabled: bool
    invited: bool
    signed_in: datetime | None
    sessions: int


def list_users(act: Act, term: str = "", limit: int = 200) -> list[Listed]:
    """Users by name, those who work here first; a term is looked for in name and e-mail address."""
    require_administrator(act)
    boss = aliased(User)
    query = (
        select(User, BusinessUnit.name, boss.name)
        .join(BusinessUnit, col(BusinessUnit.id) == col(User.unit_id))
        .outerjoin(boss, col(boss.id) == col(User.manager_id))
        .order_by(col(User.disabled), col(User.name_key), col(User.id))
        .limit(limit)
    )
    if wanted := fold(term):
        found = [
            col(User.name_key).contains(wanted, autoescape=True),
            col(User.email).contains(wanted, autoescape=True),
        ]
        query = query.where(or_(*found))
    rows = list(act.session.exec(query))
    ids = [user.id for user, _unit, _boss in rows]
    held: dict[int, set[str]] = defaultdict(set)
    for user_id, role in act.session.exec(
        select(UserRole.user_id, UserRole.role).where(col(UserRole.user_id).in_(ids))
    ):
        held[user_id].add(role)
    open_sessions: dict[int, int] = dict(
        act.session.exec(
            select(LoginSession.user_id, func.count())
            .where(col(LoginSession.user_id).in_(ids), col(LoginSession.expires_on) > act.now)
            .group_by(col(LoginSession.user_id))
        ).all()
    )
    return [
        Listed(
            id=user.id or 0,
            name=user.name,
            email=user.email,
            roles=[role for role in roles() if role in held[user.id or 0]],
            unit=unit,
            manager=manager or "",
            disabled=user.disabled,
            invited=not user.password_hash,
            signed_in=user.signed_in_on,
            sessions=open_sessions.get(user.id or 0, 0),
        )
        for user, unit, manager in rows
    ]


# -- business units --------------------------------------------------------------------------------------------------


@dataclass
class Branch:
    """A unit in the tree: how deep it stands, and how many users are in it, disabled ones included."""

    id: int
    name: str
    parent_id: int
    depth: int
    users: int


def tree(act: Act) -> list[Branch]:
    """Every unit, each directly followed by the units below it, by name."""
    require_administrator(act)
    members: dict[int, int] = dict(
        act.session.exec(select(User.unit_id, func.count()).group_by(col(User.unit_id))).all()
    )
    below: dict[int | None, list[BusinessUnit]] = defaultdict(list)
    for unit in sorted(act.session.exec(select(BusinessUnit)), key=lambda u: sort_key(u.name)):
        below[unit.parent_id].append(unit)

    def walk(parent: int | None, depth: int) -> Iterator[Branch]:
        for unit in below[parent]:
            unit_id = unit.id or 0
            yield Branch(unit_id, unit.name, parent or 0, depth, members.get(unit_id, 0))
            yield from walk(unit_id, depth + 1)

    return list(walk(None, 0))


def find_unit(act: Act, unit_id: int) -> BusinessUnit:
    """A unit, for an administrator. Raises NotAllowed or NotFound."""
    require_administrator(act)
    unit = act.session.get(BusinessUnit, unit_id) if 0 < unit_id < LARGEST_ID else None
    if unit is None:
        raise NotFound(N_("There is no such unit."))
    return unit


def add_unit(act: Act, name: str, parent_id: int) -> BusinessUnit:
    """A new unit below another. Raises Invalid."""
    require_administrator(act)
    return people.add_unit(act.session, name, parent_id)


def rename_unit(act: Act, unit_id: int, name: str) -> BusinessUnit:
    """Give a unit another name. Raises Invalid."""
    unit = find_unit(act, unit_id)
    people.rename_unit(act.session, unit, name)
    return unit


def move_unit(act: Act, unit_id: int, parent_id: int) -> BusinessUnit:
    """Hang a unit, with everything below it, below another. Raises Invalid or NotAllowed."""
    unit = find_unit(act, unit_id)
    # Locked: of two units that move below each other at once the second is refused.
    act.session.exec(select(BusinessUnit.id).with_for_update()).all()
    try:
        people.move_unit(act.session, unit, parent_id)
    except NotFound:
        raise Invalid({"parent_id": BadValue(N_("Choose one of the list."))}) from None
    return unit


def parents_for(act: Act, unit: BusinessUnit) -> list[Branch]:
    """The units that a unit may be moved below: all but itself and what is below it."""
    own = subtree(act.session, unit.id or 0)
    return [branch for branch in tree(act) if branch.id not in own]


def why_unit_stays(session: Session, unit: BusinessUnit) -> NotAllowed | None:
    """Why a unit cannot be deleted, or None. Disabled users and records in the recycle bin count too."""
    if unit.parent_id is None:
        return NotAllowed(N_("The topmost unit cannot be deleted."))

    def some(table: Any, column: Any) -> bool:
        return session.exec(select(table.id).where(column == unit.id).limit(1)).first() is not None

    if some(BusinessUnit, BusinessUnit.parent_id):
        return NotAllowed(N_("%(name)s has units below it. Move or delete those first."), name=unit.name)
    if some(User, User.unit_id):
        return NotAllowed(N_("%(name)s has users, and disabled ones count. Move them first."), name=unit.name)
    if some(Team, Team.unit_id):
        return NotAllowed(N_("%(name)s has teams. Move them to another unit first."), name=unit.name)
    if any(some(table, cast(Any, table).unit_id) for table in POINTED.values()):
        return NotAllowed(N_("%(name)s has records. Assign them to users of another unit first."), name=unit.name)
    return None


def delete_unit(act: Act, unit_id: int) -> str:
    """Remove an empty unit and return its name. Raises NotAllowed with what it still holds."""
    unit = find_unit(act, unit_id)
    if refusal := why_unit_stays(act.session, unit):
        raise refusal
    act.session.delete(unit)
    try:
        act.session.flush()
    except IntegrityError:  # Somebody put something into it this very moment.
        raise NotAllowed(N_("%(name)s is not empty any more."), name=unit.name) from None
    return unit.name
