"""Connection roles: what a record can be to another, which of them match, and their administration (S 1.5, R5.8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, exists, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from rxcrm.models.choices import RoleCategory
from rxcrm.models.connection import Connection, ConnectionRole, RoleMatch
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound
from rxcrm.models.fields import FieldSpec, Kind, Level, parse
from rxcrm.models.searching import sort_key
from rxcrm.translation import N_, gettext

if TYPE_CHECKING:
    from rxcrm.models.records import Act

#: What can be connected; users too, for "Connect To Me".
CONNECTABLE = ("lead", "account", "contact", "opportunity", "user")
#: The role that rules and presets ask for by its shipped name.
STAKEHOLDER = "stakeholder"
#: The names under which roles ship, for the catalogue; a role that was renamed is called what it was renamed to.
SHIPPED = (
    *(N_("Stakeholder"), N_("Champion"), N_("Decision Maker"), N_("Economic Buyer"), N_("End User"), N_("Influencer")),
    *(N_("Technical Buyer"), N_("Account Manager"), N_("Delivery Professional"), N_("Industry Expert")),
    *(N_("Service Professional"), N_("Technical Sales Professional"), N_("Territory Manager"), N_("Colleague")),
    *(N_("Former Employee"), N_("Former Employer"), N_("Referral"), N_("Referred by"), N_("Parent"), N_("Child")),
    *(N_("Spouse/Partner"), N_("Friend")),
)

_NAME = FieldSpec(N_("Name"), Kind.TEXT, length=100, level=Level.REQUIRED)
_DESCRIPTION = FieldSpec(N_("Description"), Kind.MEMO, length=1000)


@dataclass
class RoleView:
    """A role as pages show it. `label` is the name in the reader's language; `matches` are ids, the default first."""

    id: int
    name: str
    label: str
    category: int
    category_label: str
    description: str
    entities: list[str]
    matches: list[int]
    matching: str
    active: bool
    stays: str


def find(session: Session, role_id: int) -> ConnectionRole:
    """A role. Raises NotFound."""
    role = session.get(ConnectionRole, role_id) if 0 < role_id < 2**63 else None
    if role is None:
        raise NotFound(N_("There is no such role."))
    return role


def shipped(session: Session, name: str) -> ConnectionRole | None:
    """The role that rules know by this name, unless an administrator has deactivated it."""
    asked = select(ConnectionRole).where(col(ConnectionRole.shipped) == name, col(ConnectionRole.active))
    return session.scalars(asked).first()


def shipped_with_match(session: Session, name: str, entity: str) -> tuple[ConnectionRole | None, ConnectionRole | None]:
    """`shipped` and its `match_of` for one kind of record, in one statement."""
    other: Any = aliased(ConnectionRole)
    asked = (
        select(ConnectionRole, other)
        .join(RoleMatch, col(RoleMatch.role_id) == col(ConnectionRole.id), isouter=True)
        .join(other, and_(other.id == col(RoleMatch.other_id), other.active), isouter=True)
        .where(col(ConnectionRole.shipped) == name, col(ConnectionRole.active))
        .order_by(col(RoleMatch.rank), other.name_key, other.id)
    )
    found = session.execute(asked).all()
    matches = (match for _, match in found if match is not None and fits(match, entity))
    return (found[0][0] if found else None), next(matches, None)


def label_of(role: ConnectionRole | None, locale: str) -> str:
    """What a role is called in a language; no role has no name."""
    return "" if role is None else gettext(locale, role.name) if role.shipped else role.name


def fits(role: ConnectionRole, entity: str) -> bool:
    """Whether something of this kind can have the role."""
    return not role.entities or entity in role.entities


def offered(act: Act, entity: str, category: int | None = None) -> list[ConnectionRole]:
    """The active roles that something of this kind can have, by category and name."""
    asked = select(ConnectionRole).where(col(ConnectionRole.active))
    if category is not None:
        asked = asked.where(col(ConnectionRole.category) == category)
    locale = act.who.conventions.locale
    found = [role for role in act.session.scalars(asked) if fits(role, entity)]
    return sorted(
        found, key=lambda role: (role.category < RoleCategory.STAKEHOLDER, role.category, _order(role, locale))
    )


def _order(role: ConnectionRole, locale: str) -> tuple[bool, str]:
    return role.shipped != STAKEHOLDER, sort_key(label_of(role, locale))


def match_of(session: Session, role: ConnectionRole | None, entity: str) -> ConnectionRole | None:
    """The role that the other side, of the kind `entity`, gets when one side gets `role`: the first that fits (S 1.5)."""
    if role is None:
        return None
    asked = (
        select(ConnectionRole)
        .join(RoleMatch, col(RoleMatch.other_id) == col(ConnectionRole.id))
        .where(col(RoleMatch.role_id) == role.id, col(ConnectionRole.active))
        .order_by(col(RoleMatch.rank), col(ConnectionRole.name_key), col(ConnectionRole.id))
    )
    return next((other for other in session.scalars(asked) if fits(other, entity)), None)


# -- administration --------------------------------------------------------------------------------------------------


def require_administrator(act: Act) -> None:
    """Raises NotAllowed for everybody else."""
    if not act.who.administrator:
        raise NotAllowed(N_("Only administrators may do that."))


def listed(act: Act) -> list[RoleView]:
    """Every role with its matching ones, by category and name, for administrators."""
    require_administrator(act)
    roles = {role.id or 0: role for role in act.session.scalars(select(ConnectionRole))}
    matches: dict[int, list[int]] = defaultdict(list)
    ranked = select(RoleMatch).order_by(col(RoleMatch.rank), col(RoleMatch.other_id))
    for match in act.session.scalars(ranked):
        matches[match.role_id].append(match.other_id)
    connection = col(Connection.role_id), col(Connection.other_role_id)
    used = set(act.session.scalars(select(connection[0]).union(select(connection[1]))))
    locale = act.who.conventions.locale
    views = [
        RoleView(
            id=role_id,
            name=role.name,
            label=label_of(role, locale),
            category=role.category,
            category_label=gettext(locale, RoleCategory(role.category).label),
            description=role.description,
            entities=list(role.entities),
            matches=matches[role_id],
            matching=", ".join(label_of(roles[other], locale) for other in matches[role_id]),
            active=role.active,
            stays=gettext(locale, _why_stays(role, role_id in used)),
        )
        for role_id, role in roles.items()
    ]
    return sorted(views, key=lambda v: (v.category < RoleCategory.STAKEHOLDER, v.category, sort_key(v.label), v.id))


def _why_stays(role: ConnectionRole, used: bool) -> str:
    if used:
        return N_("This role is in use and cannot be deleted. You can deactivate it.")
    return N_("rxcrm uses this role itself; it cannot be deleted.") if role.shipped == STAKEHOLDER else ""


def add(act: Act, typed: Mapping[str, str]) -> ConnectionRole:
    """A new role. Raises Invalid with every bad value."""
    require_administrator(act)
    role = ConnectionRole(name="", category=RoleCategory.BUSINESS)
    _write(act, role, {"name": "", "category": "", **typed})
    return role


def change(act: Act, role_id: int, typed: Mapping[str, str]) -> ConnectionRole:
    """Write what was typed: name, category, description, entities and matches (ids, the default first; both by commas)."""
    require_administrator(act)
    role = find(act.session, role_id)
    _write(act, role, typed)
    return role


def _write(act: Act, role: ConnectionRole, typed: Mapping[str, str]) -> None:
    problems: dict[str, CrmError] = {}
    values: dict[str, Any] = {}
    for name, text in typed.items():
        try:
            values[name] = _READERS[name](act, text) if name in _READERS else _unknown(name)
        except CrmError as problem:
            problems[name] = problem
    others = values.pop("matches", None)
    name, category = values.get("name", role.name), values.get("category", role.category)
    if not problems and _taken(act.session, role, name, category):
        problems["name"] = BadValue(N_("There is already a role “%(name)s” in this category."), name=name)
    if problems:
        raise Invalid(problems)
    for key, value in values.items():
        setattr(role, key, value)
    role.name_key = sort_key(role.name)
    act.session.add(role)
    act.session.flush()
    if others is not None:
        match(act.session, role.id or 0, others)


def _taken(session: Session, role: ConnectionRole, name: str, category: int) -> bool:
    same = select(col(ConnectionRole.id)).where(
        col(ConnectionRole.name_key) == sort_key(name), col(ConnectionRole.category) == category
    )
    return any(other != role.id for other in session.scalars(same))


def _name(act: Act, text: str) -> str:
    if not (name := parse(_NAME, text, act.who.conventions)):
        raise BadValue(N_("%(label)s is required."), label=_NAME.label)
    return str(name)


def _category(_act: Act, text: str) -> int:
    if text not in {str(category.value) for category in RoleCategory}:
        raise BadValue(N_("%(label)s is required."), label=N_("Category"))
    return int(text)


def _entities(_act: Act, text: str) -> list[str]:
    chosen = [entity for entity in CONNECTABLE if entity in text.split(",")]
    return [] if len(chosen) == len(CONNECTABLE) else chosen


def _matches(act: Act, text: str) -> list[int]:
    ids = [int(part) for part in text.split(",") if part.isascii() and part.isdecimal() and len(part) < 18]
    return [find(act.session, role_id).id or 0 for role_id in dict.fromkeys(ids)]


def _unknown(name: str) -> Any:
    raise BadValue(N_("There is no field “%(name)s” to fill in."), name=name[:80])


_READERS = {
    "name": _name,
    "category": _category,
    "description": lambda act, text: parse(_DESCRIPTION, text, act.who.conventions),
    "entities": _entities,
    "matches": _matches,
}


def match(session: Session, role_id: int, others: Iterable[int]) -> None:
    """Let a role match others in this order; matching goes both ways, so the others match it too, after what they had."""
    kept = list(others)
    old = {m.other_id: m for m in session.scalars(select(RoleMatch).where(col(RoleMatch.role_id) == role_id))}
    gone = [other for other in old if other not in kept]
    session.execute(
        delete(RoleMatch).where(
            or_(
                (col(RoleMatch.role_id) == role_id) & col(RoleMatch.other_id).in_(gone),
                (col(RoleMatch.other_id) == role_id) & col(RoleMatch.role_id).in_(gone),
            )
        )
    )
    for rank, other in enumerate(kept):
        if other in old:
            old[other].rank = rank
        else:
            session.add(RoleMatch(role_id=role_id, other_id=other, rank=rank))
    session.flush()
    for other in kept:
        if session.get(RoleMatch, (other, role_id)) is None:
            ranks = session.scalars(select(col(RoleMatch.rank)).where(col(RoleMatch.role_id) == other))
            session.add(RoleMatch(role_id=other, other_id=role_id, rank=max(ranks, default=-1) + 1))
            session.flush()


def deactivate(act: Act, role_id: int) -> ConnectionRole:
    """Offer a role no more; connections that have it keep it."""
    return _switch(act, role_id, False)


def activate(act: Act, role_id: int) -> ConnectionRole:
    """Offer a role again."""
    return _switch(act, role_id, True)


def _switch(act: Act, role_id: int, active: bool) -> ConnectionRole:
    require_administrator(act)
    role = find(act.session, role_id)
    role.active = active
    act.session.flush()
    return role


def remove(act: Act, role_id: int) -> str:
    """Delete a role that no connection has; its name. Raises NotAllowed for one that is in use (R5.8)."""
    require_administrator(act)
    role = find(act.session, role_id)
    held = or_(col(Connection.role_id) == role_id, col(Connection.other_role_id) == role_id)
    if because := _why_stays(role, bool(act.session.scalar(select(exists().where(held))))):
        raise NotAllowed(because)
    either = or_(col(RoleMatch.role_id) == role_id, col(RoleMatch.other_id) == role_id)
    act.session.execute(delete(RoleMatch).where(either))
    act.session.delete(role)
    act.session.flush()
    return role.name
