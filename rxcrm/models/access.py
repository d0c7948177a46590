"""Who may do what: one table of depths, from which the SQL filter and the yes/no with its reason both come (S 9.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, bindparam, false, or_, select, true
from sqlmodel import Session
from sqlmodel import select as choose

from rxcrm.models import configuration
from rxcrm.models.base import Owned, Record
from rxcrm.models.column_security.rights import NONE, NOT_CREATED, NOT_READ, NOT_UPDATED, Columns, columns_of
from rxcrm.models.column_security.tables import PART as SECURED
from rxcrm.models.db import BigInt, one_of
from rxcrm.models.errors import BadValue, NotAllowed
from rxcrm.models.fields import Conventions, FieldSpec, Sealed
from rxcrm.models.people import Organisation, Share, TeamMember, TeamRole, User, UserRole, subtree
from rxcrm.models.privileges import GRANTS as GRANTS
from rxcrm.models.privileges import ON_RECORDS as ON_RECORDS
from rxcrm.models.privileges import REFERENCES, granted, known_roles
from rxcrm.models.privileges import Depth as Depth
from rxcrm.models.privileges import Privilege as Privilege
from rxcrm.translation import N_

#: Tables whose records have a timeline: who may read a record may read what regards it.
REGARDED = ("lead", "account", "contact", "opportunity")


@dataclass(frozen=True)
class Decision:
    """A yes or no with its reason; the reason of a yes is empty."""

    allowed: bool
    because: str = ""

    def __bool__(self) -> bool:
        return self.allowed


YES = Decision(True)


@dataclass(frozen=True)
class Who:
    """The acting user with everything that access depends on, read once per unit of work."""

    id: int
    name: str
    email: str = ""
    unit_id: int = 0
    roles: frozenset[str] = frozenset()
    units_below: frozenset[int] = frozenset()
    team_ids: frozenset[int] = frozenset()
    private: bool = False
    open_editing: bool = False
    conventions: Conventions = field(default_factory=Conventions)
    #: What he may do with secured fields; `conventions` knows which of them he may read, too.
    columns: Columns = NONE

    def depth(self, entity: str, privilege: Privilege) -> Depth:
        """The highest depth that any role gives (S R9.7)."""
        if entity in REFERENCES:
            open_to_all = privilege in (Privilege.READ, Privilege.APPEND_TO)
            return Depth.ORG if open_to_all or self.administrator else Depth.NONE
        table = granted(self.private, self.open_editing)
        held = (table[role].get((entity, privilege), Depth.NONE) for role in self.roles if role in table)
        return max(held, default=Depth.NONE)

    def holds(self, privilege: Privilege, entity: str = "") -> bool:
        """Does any role give this privilege at all?"""
        return self.depth(entity, privilege) > Depth.NONE

    @property
    def administrator(self) -> bool:
        return self.holds(Privilege.ADMINISTER)

    def may_read(self, what: Sealed) -> bool:
        """Whether he may see a field, or ask, sort or count by it (S 9.3)."""
        return self.conventions.sees(what)

    def may_fill(self, spec: FieldSpec, *, new: bool = False) -> bool:
        """Whether he may type into a field, of a `new` record or of one that there is."""
        return not spec.secured or spec.secured in (self.columns.creates if new else self.columns.updates)

    def refusal(self, spec: FieldSpec, *, new: bool = False) -> BadValue | None:
        """Why `may_fill` says no; None if it says yes."""
        return None if self.may_fill(spec, new=new) else BadValue(NOT_CREATED if new else NOT_UPDATED, label=spec.label)

    def units(self, depth: Depth) -> frozenset[int]:
        return self.units_below if depth is Depth.DEEP else frozenset({self.unit_id})


def who_is(session: Session, user: User, org: Organisation) -> Who:
    """The user's roles (direct and through teams), teams and units. From here on the configuration is the latest one."""
    configuration.see(session, org.configuration)
    teams = frozenset(session.exec(choose(TeamMember.team_id).where(TeamMember.user_id == user.id)))
    held = set(session.exec(choose(UserRole.role).where(UserRole.user_id == user.id)))
    if teams:
        held |= set(session.exec(choose(TeamRole.role).where(cast(Any, TeamRole.team_id).in_(teams))))
    who = Who(
        id=user.id or 0,
        name=user.name,
        email=user.email,
        unit_id=user.unit_id,
        roles=frozenset(held & known_roles()),
        units_below=subtree(session, user.unit_id),
        team_ids=teams,
        private=org.private,
        open_editing=org.open_editing,
        conventions=user.conventions(org),
    )
    return with_columns(who) if configuration.current().part(SECURED) else who


def with_columns(who: Who) -> Who:
    """The same user with what he, his teams and his roles may do with secured fields."""
    columns = columns_of(who.id, who.team_ids, administrator=who.administrator)
    return replace(who, columns=columns, conventions=replace(who.conventions, reads=columns.reads))


def require_readable(who: Who, what: Sealed, label: str) -> None:
    """Raises NotAllowed with its name for a field that `who` may not see, before anything is asked about it."""
    if not who.may_read(what):
        raise NotAllowed(NOT_READ, label=label)


def holders(session: Session, org: Organisation, privilege: Privilege, entity: str = "") -> frozenset[int]:
    """The ids of all users of whom `Who.holds` would say yes, disabled ones included; two questions for all of them."""
    table = granted(org.private, org.open_editing)
    roles = [role for role, grants in table.items() if grants.get((entity, privilege), Depth.NONE) > Depth.NONE]
    directly = choose(UserRole.user_id).where(cast(Any, UserRole.role).in_(roles))
    teams = choose(TeamRole.team_id).where(cast(Any, TeamRole.role).in_(roles))
    through_teams = choose(TeamMember.user_id).where(cast(Any, TeamMember.team_id).in_(teams))
    return frozenset([*session.exec(directly), *session.exec(through_teams)])


def visible(who: Who, table: type[Record], privilege: Privilege = Privilege.READ) -> ColumnElement[bool]:
    """The rows of a table on which `who` may use `privilege`, as a SQL condition."""
    reach = reach_of(who, table, privilege)
    return _any_of(_grounds(reach, reach.ids(who)))


@dataclass(frozen=True)
class Reach:
    """All that the text of an access condition depends on: askers of equal reach share statements, not ids.

    `through` are the reaches into the records that a row may regard: who may read one of them may read the row.
    """

    table: type[Record]
    privilege: Privilege
    depth: Depth
    in_teams: bool
    through: tuple[Reach, ...] = ()

    @property
    def everywhere(self) -> bool:
        return self.depth is Depth.ORG

    @property
    def units(self) -> str:
        """The name of the parameter that holds the units within reach."""
        return f"asker_units_{self.table.entity}"

    def ids(self, who: Who) -> dict[str, Any]:
        """The parameters of `grounds`, for one asker."""
        reaches = (self, *self.through)
        units = {reach.units: sorted(who.units(reach.depth)) for reach in reaches}
        return {"asker": who.id, "asker_teams": sorted(who.team_ids), **units}


def reach_of(who: Who, table: type[Record], privilege: Privilege = Privilege.READ) -> Reach:
    """How far `privilege` reaches."""
    through: tuple[Reach, ...] = ()
    if table.entity == "activity" and privilege is Privilege.READ:
        through = tuple(reach_of(who, _table(entity)) for entity in REGARDED)
    return Reach(table, privilege, who.depth(table.entity, privilege), bool(who.team_ids), through)


def _table(entity: str) -> type[Record]:
    from rxcrm.models.tables import record_table  # the tables need this module first

    return record_table(entity)


def grounds(reach: Reach) -> list[ColumnElement[bool]]:
    """The several grounds on which an asker may use a privilege on a row, his ids left open as parameters.

    Each may have an index; all of them together have none.
    """
    return _grounds(reach, _named(reach))


def permitted(reach: Reach) -> ColumnElement[bool]:
    """`visible`, with the asker's ids left open as parameters, for statements that are built once."""
    return _any_of(grounds(reach))


def _named(reach: Reach) -> dict[str, Any]:
    """Parameters in the place of `Reach.ids`."""
    units = {r.units: bindparam(r.units, type_=BigInt, expanding=True) for r in (reach, *reach.through)}
    return {
        "asker": bindparam("asker", type_=BigInt),
        "asker_teams": bindparam("asker_teams", type_=BigInt, expanding=True),
        **units,
    }


def _grounds(reach: Reach, ids: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    """Conditions with ids, or with parameters for them."""
    if reach.everywhere:
        return [true()]
    row, share = cast(Any, reach.table), cast(Any, Share)
    found: list[ColumnElement[bool]] = []
    if reach.depth > Depth.NONE:
        found.append(row.owner_user_id == ids["asker"])
        holder = share.user_id == ids["asker"]
        if reach.in_teams:
            found.append(row.owner_team_id.in_(ids["asker_teams"]))
            holder = or_(holder, share.team_id.in_(ids["asker_teams"]))
        if reach.depth >= Depth.UNIT:
            found.append(row.unit_id.in_(ids[reach.units]))
        shared = select(share.record_id).where(
            share.entity == reach.table.entity, share.privilege == reach.privilege.value, holder
        )
        found.append(row.id.in_(shared))
    for regarded in reach.through:
        some = select(cast(Any, regarded.table).id).where(_any_of(_grounds(regarded, ids)))
        found.append(and_(row.regarding_entity == regarded.table.entity, row.regarding_id.in_(some)))
    return found or [false()]


def _any_of(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    return or_(*conditions) if len(conditions) > 1 else conditions[0]


def may(session: Session, who: Who, privilege: Privilege, record: Record) -> Decision:
    """Whether `who` may use `privilege` on one record, and if not, why; agrees with `visible` row by row."""
    return decide(session, who, (privilege,), record)[privilege]


def decide(session: Session, who: Who, privileges: Iterable[Privilege], record: Record) -> dict[Privilege, Decision]:
    """`may` for several privileges at once, for which the record's shares are read at most once."""
    found: dict[Privilege, Decision] = {}
    shared: frozenset[str] | None = None
    for privilege in privileges:
        depth = who.depth(record.entity, privilege)
        if depth is Depth.NONE:
            found[privilege] = Decision(False, _BECAUSE_ROLE[privilege])
        elif depth is Depth.ORG or _owns(who, record, depth):
            found[privilege] = YES
        else:
            shared = _shared(session, who, record) if shared is None else shared
            found[privilege] = YES if privilege in shared else Decision(False, _BECAUSE_DEPTH[depth])
        if privilege is Privilege.READ and not found[privilege] and _reads_regarded(session, who, record):
            found[privilege] = YES
    return found


def among(session: Session, who: Who, privilege: Privilege, rows: Iterable[Owned], entity: str) -> set[int]:
    """Which of some records `who` may use `privilege` on: `may` for many rows, with at most one statement.

    For READ of activities it is not: that depends on what they regard.
    """
    depth = who.depth(entity, privilege)
    if depth is Depth.NONE:
        return set()
    rows = list(rows)
    allowed = {row.id or 0 for row in rows if depth is Depth.ORG or _owns(who, row, depth)}
    if others := [row.id for row in rows if row.id not in allowed]:
        ids = {"entity": entity, "privilege": privilege.value, "ids": others}
        shares = session.execute(_shares_of(), ids)
        allowed |= {record_id for record_id, user, team in shares if user == who.id or team in who.team_ids}
    return allowed


@cache
def _shares_of() -> Any:
    share = cast(Any, Share)
    return select(share.record_id, share.user_id, share.team_id).where(
        share.entity == bindparam("entity"),
        share.privilege == bindparam("privilege"),
        one_of(share.record_id, "ids"),
    )


def _reads_regarded(session: Session, who: Who, record: Record) -> bool:
    """Whether this is an activity that regards a record which `who` may read."""
    entity, record_id = getattr(record, "regarding_entity", ""), getattr(record, "regarding_id", None)
    regarded = session.get(_table(entity), record_id) if entity and record_id else None
    return regarded is not None and bool(may(session, who, Privilege.READ, regarded))


def require(session: Session, who: Who, privilege: Privilege, record: Record) -> None:
    """Raises NotAllowed with the reason unless `may` says yes."""
    if not (decision := may(session, who, privilege, record)):
        raise NotAllowed(decision.because)


def may_create(who: Who, entity: str) -> Decision:
    """Whether `who` may make records of a table (that he will own)."""
    return YES if who.holds(Privilege.CREATE, entity) else Decision(False, _BECAUSE_ROLE[Privilege.CREATE])


def may_own(who: Who, entity: str, privilege: Privilege, owner: User) -> Decision:
    """Whether `privilege` reaches far enough for a record of `owner`: to create one for him or to assign one to him."""
    depth = who.depth(entity, privilege)
    if depth is Depth.ORG or (depth > Depth.NONE and owner.id == who.id):
        return YES
    if depth >= Depth.UNIT and owner.unit_id in who.units(depth):
        return YES
    return Decision(False, _BECAUSE_ROLE[privilege] if depth is Depth.NONE else _BECAUSE_DEPTH[depth])


def _owns(who: Who, record: Owned, depth: Depth) -> bool:
    if record.owner_user_id == who.id or record.owner_team_id in who.team_ids:
        return True
    return depth >= Depth.UNIT and record.unit_id in who.units(depth)


def _shared(session: Session, who: Who, record: Record) -> frozenset[str]:
    """The privileges that shares of one record give."""
    rows = session.execute(_shares(), {"entity": record.entity, "record_id": record.id})
    return frozenset(privilege for privilege, user, team in rows if user == who.id or team in who.team_ids)


@cache
def _shares() -> Any:
    share = cast(Any, Share)
    return select(share.privilege, share.user_id, share.team_id).where(
        share.entity == bindparam("entity"), share.record_id == bindparam("record_id")
    )


_BECAUSE_ROLE = {
    Privilege.CREATE: N_("Your role may not create these records."),
    Privilege.READ: N_("Your role may not read these records."),
    Privilege.WRITE: N_("Your role may not change these records."),
    Privilege.DELETE: N_("Your role may not delete these records."),
    Privilege.APPEND: N_("Your role may not attach these records to others."),
    Privilege.APPEND_TO: N_("Your role may not attach anything to these records."),
    Privilege.ASSIGN: N_("Your role may not assign these records."),
    Privilege.SHARE: N_("Your role may not share these records."),
}
_BECAUSE_DEPTH = {
    Depth.USER: N_("Your role reaches only records that you own or that were shared with you."),
    Depth.UNIT: N_("Your role reaches only records of your business unit."),
    Depth.DEEP: N_("Your role reaches only records of your business unit and the units below it."),
}
