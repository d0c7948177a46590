"""Privileges, how far they reach, and what each security role is granted: the matrix of S 9.4, and what administrators
made of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import lru_cache

from sqlmodel import Session, select

from rxcrm.models import configuration
from rxcrm.models.choices import Role
from rxcrm.models.people import SecurityRole


class Privilege(StrEnum):
    CREATE = "create"
    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    APPEND = "append"
    APPEND_TO = "append_to"
    ASSIGN = "assign"
    SHARE = "share"
    # Privileges without a depth: any depth above NONE means yes (S R9.8).
    IMPORT = "import"
    EXPORT = "export"
    CHOOSE_OWNER = "choose_owner"
    ADMINISTER = "administer"


class Depth(IntEnum):
    """How far a privilege reaches: own records, those of one's unit, of the units below too, or all (S R9.6)."""

    NONE = 0
    USER = 1
    UNIT = 2
    DEEP = 3
    ORG = 4


#: Privileges that need a record to act on; the others are asked for with `holds`.
ON_RECORDS = (
    Privilege.READ,
    Privilege.WRITE,
    Privilege.DELETE,
    Privilege.APPEND,
    Privilege.APPEND_TO,
    Privilege.ASSIGN,
    Privilege.SHARE,
)
BY_TABLE = (Privilege.CREATE, *ON_RECORDS)
_N, _U, _B, _D, _O = Depth.NONE, Depth.USER, Depth.UNIT, Depth.DEEP, Depth.ORG

#: The matrix of S 9.4 (preset "open"): Create, Read, Write, Delete, Append, Append To, Assign, Share.
_OPEN: dict[Role, tuple[Depth, ...]] = {
    Role.SALESPERSON: (_U, _O, _U, _N, _U, _O, _U, _U),
    Role.SALES_MANAGER: (_B, _O, _D, _B, _D, _O, _D, _D),
    Role.VICE_PRESIDENT: (_O,) * 8,
    Role.TEAM_MEMBER: (_N, _O, _N, _N, _U, _O, _N, _N),
    Role.ADMINISTRATOR: (_O,) * 8,
}
#: The same for activities, notes and posts: everybody may write his own, on records that he may append to (S R9.9).
_ACTIVITIES: dict[Role, tuple[Depth, ...]] = _OPEN | {
    Role.SALESPERSON: (_U, _O, _U, _U, _U, _O, _U, _U),
    Role.TEAM_MEMBER: (_U, _O, _U, _U, _U, _O, _N, _N),
}
#: What the preset "private" changes (S 13.1).
_PRIVATE_READ = {Role.SALESPERSON: _U, Role.SALES_MANAGER: _D}

SPECIAL: dict[Role, frozenset[Privilege]] = {
    Role.SALESPERSON: frozenset({Privilege.IMPORT, Privilege.EXPORT}),
    Role.SALES_MANAGER: frozenset({Privilege.IMPORT, Privilege.EXPORT, Privilege.CHOOSE_OWNER}),
    Role.VICE_PRESIDENT: frozenset({Privilege.IMPORT, Privilege.EXPORT, Privilege.CHOOSE_OWNER}),
    Role.TEAM_MEMBER: frozenset({Privilege.EXPORT}),
    Role.ADMINISTRATOR: frozenset({Privilege.IMPORT, Privilege.EXPORT, Privilege.CHOOSE_OWNER, Privilege.ADMINISTER}),
}

#: Tables that the matrix speaks of, with their rows of depths.
MATRIX = {"lead": _OPEN, "account": _OPEN, "contact": _OPEN, "opportunity": _OPEN, "activity": _ACTIVITIES}


def _grants(private: bool, open_editing: bool) -> dict[str, dict[tuple[str, Privilege], Depth]]:
    table: dict[str, dict[tuple[str, Privilege], Depth]] = {}
    for role in _OPEN:
        table[role] = {("", privilege): Depth.ORG for privilege in SPECIAL[role]}
        for entity, matrix in MATRIX.items():
            row = dict(zip(BY_TABLE, matrix[role], strict=True))
            if private:
                row[Privilege.READ] = _PRIVATE_READ.get(role, row[Privilege.READ])
            if open_editing and role in (Role.SALESPERSON, Role.SALES_MANAGER):
                row[Privilege.WRITE] = row[Privilege.READ]
            table[role] |= {(entity, privilege): depth for privilege, depth in row.items()}
    return table


#: Tables that everybody may see and attach to, and only administrators write (rxcrm.models.reference).
REFERENCES = frozenset({"campaign", "territory"})


#: `GRANTS[private, open_editing][role][entity, privilege]` → depth. The entity of a special privilege is "".
GRANTS = {(p, e): _grants(p, e) for p in (False, True) for e in (False, True)}


Grants = Mapping[tuple[str, Privilege], Depth]


@dataclass(frozen=True)
class RoleSpec:
    """A security role as it is now: a shipped one, changed or not, or one that administrators made (`custom`).

    `chosen` are the grants that an administrator chose; of a shipped role they win over the shipped ones.
    """

    key: str
    label: str
    custom: bool = False
    description: str = ""
    version: int = 0
    chosen: Grants = field(default_factory=dict)


@configuration.reads("security_roles")
def _shaped(session: Session) -> dict[str, RoleSpec]:
    """Every role that somebody has shaped, in the order of their names."""
    rows = session.exec(select(SecurityRole).order_by(SecurityRole.name_key, SecurityRole.key))
    return {row.key: _spec(row) for row in rows}


def _spec(row: SecurityRole) -> RoleSpec:
    shipped = Role(row.key) if row.key in set(Role) else None
    chosen = {place: Depth(depth) for text, depth in row.grants.items() if (place := place_of(text)) is not None}
    return RoleSpec(row.key, shipped.label if shipped else row.name, not shipped, row.description, row.version, chosen)


def place_of(text: str) -> tuple[str, Privilege] | None:
    """Table and privilege of a cell of the matrix, written `lead.read` or, where there is no table, `import`."""
    entity, _dot, name = text.rpartition(".")
    if entity:
        return (entity, Privilege(name)) if entity in MATRIX and name in BY_TABLE else None
    return ("", Privilege(name)) if name in set(Privilege) - set(BY_TABLE) else None


def written(place: tuple[str, Privilege]) -> str:
    """The other way round."""
    entity, privilege = place
    return f"{entity}.{privilege.value}" if entity else privilege.value


@configuration.forgets
@lru_cache(maxsize=1)
def roles() -> dict[str, RoleSpec]:
    """Every role by its key: the shipped ones first, then the others by name."""
    shaped: Mapping[str, RoleSpec] = configuration.current().part("security_roles")
    found = {role.value: shaped.get(role.value, RoleSpec(role.value, role.label)) for role in Role}
    return found | {key: spec for key, spec in shaped.items() if spec.custom}


def known_roles() -> frozenset[str]:
    """The keys of all roles."""
    return frozenset(roles())


def role_label(key: str) -> str:
    """What a role is called, as a message; its key if there is none such any more."""
    spec = roles().get(key)
    return spec.label if spec else key


@configuration.forgets
@lru_cache(maxsize=4)
def granted(private: bool, open_editing: bool) -> Mapping[str, Grants]:
    """Role → table and privilege → depth, with these presets of the organisation (S 13.1)."""
    shipped = GRANTS[private, open_editing]
    if not configuration.current().part("security_roles"):
        return shipped
    return {
        key: {**shipped.get(key, {}), **spec.chosen} if not spec.custom else spec.chosen
        for key, spec in roles().items()
    }
