"""The organisation, its units, users and teams, and what they share with each other (S 9.4, 9.5, 13.4)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Boolean, Index, Integer, String
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col, select

from rxcrm.models.base import identity
from rxcrm.models.choices import Role
from rxcrm.models.db import BigInt, Json, MaybeJson, Moment
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound
from rxcrm.models.fields import Conventions, clean, parse_email
from rxcrm.models.searching import sort_key
from rxcrm.translation import N_


class Organisation(SQLModel, table=True):
    """The one row that says how this installation writes, counts and shares (S 13.12)."""

    id: int | None = identity()
    name: str = Field(sa_type=String(160))
    country: str = Field(default="US", sa_type=String(2))
    language: str = Field(default="en", sa_type=String(10))
    currency: str = Field(default="USD", sa_type=String(3))
    time_zone: str = Field(default="UTC", sa_type=String(64))
    first_weekday: int = Field(default=0, sa_type=Integer)  # 0 = Monday … 6 = Sunday
    fiscal_month: int = Field(default=1, sa_type=Integer)
    fiscal_day: int = Field(default=1, sa_type=Integer)
    private: bool = Field(default=False, sa_type=Boolean)
    open_editing: bool = Field(default=False, sa_type=Boolean)
    #: Per table that a qualification may create: whether the seller decides or it happens by itself (S 3.5.3).
    qualify_account: str = Field(default="seller", sa_type=String(10))
    qualify_contact: str = Field(default="seller", sa_type=String(10))
    qualify_opportunity: str = Field(default="seller", sa_type=String(10))
    qualify_several: bool = Field(default=True, sa_type=Boolean)  # more than one opportunity of one lead
    #: Whether the topic of a new lead is composed where nobody types one, and of what (S 3.12).
    compose_topic: bool = Field(default=False, sa_type=Boolean)
    topic_pattern: str = Field(default="", sa_type=String(300))
    #: When duplicates are looked for (S R3.15).
    detect_on_create: bool = Field(default=True, sa_type=Boolean)
    detect_on_update: bool = Field(default=True, sa_type=Boolean)
    detect_on_import: bool = Field(default=True, sa_type=Boolean)
    #: "Share reassigned records with original owner" (S R3.29).
    share_reassigned: bool = Field(default=False, sa_type=Boolean)
    #: Whether the chance of a lead is estimated from closed ones, and from which of their fields; None for the usual ones.
    score_learns: bool = Field(default=True, sa_type=Boolean)
    score_fields: list[str] | None = Field(default=None, sa_type=MaybeJson)
    #: Whether nobody else makes new tags by using them (rxcrm.models.tagging).
    tags_by_administrators: bool = Field(default=False, sa_type=Boolean)
    #: Counts what administrators have shaped (rxcrm.models.configuration).
    configuration: int = Field(default=0, sa_type=Integer)
    created_on: datetime = Field(sa_type=Moment)

    @property
    def conventions(self) -> Conventions:
        """How this organisation writes where nobody in particular is spoken to."""
        return Conventions(
            self.language,
            self.time_zone,
            self.country,
            self.currency,
            self.first_weekday,
            self.fiscal_month,
            self.fiscal_day,
        )


class BusinessUnit(SQLModel, table=True):
    """A node of the tree of units; every user is in exactly one (S 9.5)."""

    __tablename__ = "business_unit"
    id: int | None = identity()
    name: str = Field(sa_type=String(100))
    parent_id: int | None = Field(default=None, foreign_key="business_unit.id", index=True, sa_type=BigInt)


class User(SQLModel, table=True):
    """Somebody who signs in. Disabled users keep their records and lose their sessions."""

    id: int | None = identity()
    email: str = Field(sa_type=String(254), unique=True)
    name: str = Field(sa_type=String(160))
    name_key: str = Field(default="", sa_type=String(120), index=True)
    password_hash: str = Field(default="", sa_type=String(255))
    unit_id: int = Field(foreign_key="business_unit.id", index=True, sa_type=BigInt)
    manager_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    #: Where the user sells (rxcrm.models.territories keeps it).
    territory_id: int | None = Field(default=None, index=True, sa_type=BigInt)
    language: str = Field(default="", sa_type=String(10))
    time_zone: str = Field(default="", sa_type=String(64))
    disabled: bool = Field(default=False, sa_type=Boolean)
    created_on: datetime = Field(sa_type=Moment)
    signed_in_on: datetime | None = Field(default=None, sa_type=Moment)  # the last time
    preferences: dict[str, object] = Field(default_factory=dict, sa_type=Json)

    def conventions(self, organisation: Organisation) -> Conventions:
        """How this user writes numbers, dates and phone numbers."""
        common = organisation.conventions
        return replace(common, locale=self.language or common.locale, zone=self.time_zone or common.zone)


class UserRole(SQLModel, table=True):
    """A role that a user holds directly; rights are the union of all roles (S R9.7)."""

    __tablename__ = "user_role"
    user_id: int = Field(foreign_key="user.id", primary_key=True, sa_type=BigInt)
    role: str = Field(primary_key=True, sa_type=String(40))


class SecurityRole(SQLModel, table=True):
    """A security role as administrators have shaped it; a shipped one without a row here is as it was shipped (S 9.4).

    `grants` maps cells of the matrix to depths (0 to 4): `{"lead.read": 4, "import": 0}`. Of a shipped role only those
    that were set, of another one all that it has. `name` and `description` are those of roles that did not ship.
    """

    __tablename__ = "security_role"
    key: str = Field(primary_key=True, sa_type=String(40))
    name: str = Field(default="", sa_type=String(100))
    name_key: str = Field(default="", sa_type=String(120))
    description: str = Field(default="", sa_type=String(300))
    grants: dict[str, int] = Field(default_factory=dict, sa_type=Json)
    version: int = Field(default=0, sa_type=Integer)


class Team(SQLModel, table=True):
    """Users who own records together. A disabled team keeps what it has, and gets nothing more."""

    id: int | None = identity()
    version: int = Field(default=1, sa_type=Integer)
    name: str = Field(sa_type=String(160))
    name_key: str = Field(default="", sa_type=String(120))
    description: str = Field(default="", sa_type=String(300))
    unit_id: int = Field(foreign_key="business_unit.id", index=True, sa_type=BigInt)
    disabled: bool = Field(default=False, sa_type=Boolean)


class TeamMember(SQLModel, table=True):
    __tablename__ = "team_member"
    team_id: int = Field(foreign_key="team.id", primary_key=True, sa_type=BigInt)
    user_id: int = Field(foreign_key="user.id", primary_key=True, index=True, sa_type=BigInt)


class TeamRole(SQLModel, table=True):
    """A role that every member of a team holds."""

    __tablename__ = "team_role"
    team_id: int = Field(foreign_key="team.id", primary_key=True, sa_type=BigInt)
    role: str = Field(primary_key=True, sa_type=String(40))


class Share(SQLModel, table=True):
    """One record opened to a user or team with some privileges, beyond what roles give (S 3.11)."""

    __table_args__ = (
        Index("ix_share_user", "user_id", "entity", "privilege", "record_id"),
        Index("ix_share_team", "team_id", "entity", "privilege", "record_id"),
        Index("ix_share_record", "entity", "record_id"),
    )
    id: int | None = identity()
    entity: str = Field(sa_type=String(40))
    record_id: int = Field(sa_type=BigInt)
    user_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    team_id: int | None = Field(default=None, foreign_key="team.id", sa_type=BigInt)
    privilege: str = Field(sa_type=String(20))
    shared_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    shared_on: datetime = Field(sa_type=Moment)


def organisation(session: Session) -> Organisation | None:
    """The organisation, or None before the set-up."""
    return session.exec(select(Organisation).limit(1)).first()


def members_of(session: Session, team: Team) -> list[User]:
    """The members of a team who can sign in."""
    return list(
        session.exec(
            select(User)
            .join(TeamMember, col(TeamMember.user_id) == col(User.id))
            .where(TeamMember.team_id == team.id, col(User.disabled).is_(False))
        )
    )


def subtree(session: Session, unit_id: int) -> frozenset[int]:
    """Ids of a unit and every unit below it."""
    children: dict[int | None, list[int]] = {}
    for child, parent in session.exec(select(BusinessUnit.id, BusinessUnit.parent_id)):
        children.setdefault(parent, []).append(child or 0)
    found, waiting = set(), [unit_id]
    while waiting:
        unit = waiting.pop()
        if unit not in found:
            found.add(unit)
            waiting += children.get(unit, [])
    return frozenset(found)


def add_user(
    session: Session,
    *,
    email: str,
    name: str,
    unit_id: int,
    roles: Sequence[str],
    now: datetime,
    manager_id: int | None = None,
) -> User:
    """A new user without a password: he gets a one-time link or the caller sets one. Raises Invalid."""
    address, name = check_user(session, email=email, name=name, unit_id=unit_id, roles=roles, manager_id=manager_id)
    user = User(
        email=address, name=name, name_key=sort_key(name), unit_id=unit_id, manager_id=manager_id, created_on=now
    )
    session.add(user)
    flush_user(session)
    set_roles(session, user, roles)
    return user


def check_user(
    session: Session,
    *,
    email: str,
    name: str,
    unit_id: int,
    roles: Sequence[str],
    manager_id: int | None = None,
    known: User | None = None,
) -> tuple[str, str]:
    """The normalised address and name; raises Invalid naming every problem of the whole form of a user at once."""
    problems: dict[str, CrmError] = {}
    address = ""
    try:
        address, name = check_person(session, email, name, known)
    except Invalid as refusal:
        problems |= refusal.problems
    if not roles:
        problems["roles"] = BadValue(N_("Choose at least one role."))
    if session.get(BusinessUnit, unit_id) is None:
        problems["unit_id"] = BadValue(N_("Choose one of the list."))
    if manager_id is not None and manager_id != (known and known.manager_id):
        try:
            _check_manager(session, manager_id, known)
        except BadValue as problem:
            problems["manager_id"] = problem
    if problems:
        raise Invalid(problems)
    return address, name


def _check_manager(session: Session, manager_id: int, of: User | None) -> None:
    """A manager works here and does not report to the one whom he manages, over however many others."""
    manager = session.get(User, manager_id)
    if manager is None or manager.disabled:
        raise BadValue(N_("Choose one of the list."))
    seen: set[int | None] = set()
    above: User | None = manager
    while of and above and above.id not in seen:
        if above.id == of.id:
            raise BadValue(N_("%(name)s cannot be his own manager, directly or over others."), name=of.name)
        seen.add(above.id)
        above = session.get(User, above.manager_id) if above.manager_id else None


def flush_user(session: Session) -> None:
    """Write users; of two who take one address at once the second is refused."""
    try:
        session.flush()
    except IntegrityError:
        raise Invalid({"email": BadValue(N_("Another user has this e-mail address."))}) from None


def check_person(session: Session, email: str, name: str, known: User | None = None) -> tuple[str, str]:
    """The normalised address and name of a user; raises Invalid naming every problem."""
    problems: dict[str, BadValue] = {}
    address, name = clean(email).lower(), clean(name)
    try:
        address = parse_email(address).lower()
    except BadValue as problem:
        problems["email"] = problem
    taken = session.exec(select(User.id).where(User.email == address)).first()
    if taken and (known is None or taken != known.id):
        problems["email"] = BadValue(N_("Another user has this e-mail address."))
    if not name:
        problems["name"] = BadValue(N_("%(label)s is required."), label=N_("Name"))
    elif len(name) > 160:
        problems["name"] = BadValue(N_("A name can have at most 160 characters."))
    if problems:
        raise Invalid(dict(problems))
    return address, name


def set_roles(session: Session, user: User, roles: Sequence[str]) -> None:
    """Replace a user's direct roles. The last working administrator cannot lose that role."""
    if Role.ADMINISTRATOR not in roles:
        keep_an_administrator(session, user)
    for held in session.exec(select(UserRole).where(UserRole.user_id == user.id)):
        session.delete(held)
    session.flush()
    session.add_all(UserRole(user_id=user.id or 0, role=str(role)) for role in dict.fromkeys(roles))
    session.flush()


def keep_an_administrator(session: Session, leaving: User) -> None:
    """Raises NotAllowed if without `leaving` nobody could administer. Locks, so that two cannot leave at once."""
    holders = session.exec(
        select(User.id)
        .join(UserRole)
        .where(UserRole.role == Role.ADMINISTRATOR.value, col(User.disabled).is_(False))
        .with_for_update()
    ).all()
    if holders == [leaving.id]:
        raise NotAllowed(N_("%(name)s is the only administrator. Make somebody else one first."), name=leaving.name)


def add_unit(session: Session, name: str, parent_id: int) -> BusinessUnit:
    """A new unit below another. Raises Invalid."""
    problems: dict[str, CrmError] = {}
    try:
        name = check_unit_name(session, name)
    except BadValue as problem:
        problems["name"] = problem
    if session.get(BusinessUnit, parent_id) is None:
        problems["parent_id"] = BadValue(N_("Choose one of the list."))
    if problems:
        raise Invalid(problems)
    unit = BusinessUnit(name=name, parent_id=parent_id)
    session.add(unit)
    session.flush()
    return unit


def rename_unit(session: Session, unit: BusinessUnit, name: str) -> None:
    """Give a unit another name; the root too. Raises Invalid."""
    try:
        unit.name = check_unit_name(session, name, unit)
    except BadValue as problem:
        raise Invalid({"name": problem}) from None


def check_unit_name(session: Session, name: str, known: BusinessUnit | None = None) -> str:
    """The cleaned name of a unit. Names are unique, whatever their case and accents: people choose units by name."""
    name = clean(name)
    if not name:
        raise BadValue(N_("%(label)s is required."), label=N_("Name"))
    if len(name) > 100:
        raise BadValue(N_("The name of a unit can have at most 100 characters."))
    # Locked, so that of two units that take one name at once the second is refused.
    for unit in session.exec(select(BusinessUnit).with_for_update()):
        if sort_key(unit.name) == sort_key(name) and unit is not known:
            raise BadValue(N_("Another unit has this name."))
    return name


def move_unit(session: Session, unit: BusinessUnit, parent_id: int) -> None:
    """Hang a unit below another; the root stays, and no unit may stand below itself."""
    if unit.parent_id is None:
        raise NotAllowed(N_("The topmost unit cannot be moved."))
    if session.get(BusinessUnit, parent_id) is None:
        raise NotFound
    if parent_id in subtree(session, unit.id or 0):
        raise NotAllowed(N_("A unit cannot stand below itself."))
    unit.parent_id = parent_id


def working_users(session: Session) -> list[User]:
    """Users who are not disabled, by name."""
    return list(session.exec(select(User).where(User.disabled == False).order_by(User.name_key)))  # noqa: E712
