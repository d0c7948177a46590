"""The connections of a record as its readers may see them, in the order of the other side's name (S R5.1, R5.6)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col

from rxcrm.models.access import visible
from rxcrm.models.base import Record
from rxcrm.models.choices import RecordStatus, RoleCategory
from rxcrm.models.connection import Connection, ConnectionRole
from rxcrm.models.connections.linking import Side, name_of
from rxcrm.models.connections.roles import CONNECTABLE, label_of
from rxcrm.models.fields import raw
from rxcrm.models.people import User
from rxcrm.models.tables import record_table

if TYPE_CHECKING:
    from rxcrm.models.records import Act

PAGE = 50
#: More stakeholders than anybody reads; those beyond are under Related → Connections.
MOST_STAKEHOLDERS = 200


@dataclass
class Link:
    """A connection seen from one record: the other side, what it is (`role`), what the record is to it (`own_role`).

    Dates are ISO or empty. `inactive` says that the other record itself is.
    """

    id: int
    version: int
    entity: str
    record_id: int
    name: str
    role_id: int
    role: str
    own_role: str
    stakeholder: bool
    description: str
    starts_on: str
    ends_on: str
    active: bool
    inactive: bool


@dataclass
class Links:
    """Connections, whether there are more, and how many others lead to records that the reader may not see."""

    rows: list[Link]
    more: bool
    hidden: int


def stakeholders(act: Act, row: Record) -> Links:
    """The contacts that are stakeholders of a record found with READ: active, by name (R5.1)."""
    role: Any = aliased(ConnectionRole)
    chosen = [
        *_of(row, True),
        col(Connection.other_entity) == "contact",
        exists().where(role.id == col(Connection.other_role_id), role.category == RoleCategory.STAKEHOLDER),
    ]
    return _read(act, chosen, MOST_STAKEHOLDERS)


def sales_team(act: Act, row: Record) -> Links:
    """The users who sell together: active connections with a role of the category Sales Team, by name (R5.7)."""
    role: Any = aliased(ConnectionRole)
    chosen = [
        *_of(row, True),
        col(Connection.other_entity) == "user",
        exists().where(role.id == col(Connection.other_role_id), role.category == RoleCategory.SALES_TEAM),
    ]
    return _read(act, chosen, MOST_STAKEHOLDERS, count_hidden=False)


def page(act: Act, row: Record, *, active: bool = True, after: int = 0, size: int = PAGE) -> Links:
    """Connections of every kind of a record found with READ, from the one that follows `after` (an id) on."""
    chosen = _of(row, active)
    if after and (last := act.session.get(Connection, after)):
        here = tuple_(col(Connection.other_key), col(Connection.id))
        chosen.append(here > tuple_(last.other_key, last.id))
    return _read(act, chosen, size, count_hidden=not after)


def _of(row: Record, active: bool) -> list[ColumnElement[bool]]:
    return [
        col(Connection.entity) == row.entity,
        col(Connection.record_id) == row.id,
        col(Connection.active).is_(active),
    ]


def _read(act: Act, chosen: list[ColumnElement[bool]], size: int, count_hidden: bool = True) -> Links:
    seen, live = _others(act)
    ordered = (
        select(Connection).where(*chosen, seen).order_by(col(Connection.other_key), col(Connection.id)).limit(size + 1)
    )
    found = list(act.session.scalars(ordered))
    hidden = 0
    if count_hidden:
        counted = select(func.count()).select_from(Connection).where(*chosen, live, not_(seen))
        hidden = act.session.scalar(counted) or 0
    return Links(_shown(act, found[:size]), len(found) > size, hidden)


def _others(act: Act) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Conditions on the other side: the asker sees it; it is there at all, and not in the recycle bin."""
    seen: list[ColumnElement[bool]] = [col(Connection.other_entity) == "user"]
    live = list(seen)
    for entity in CONNECTABLE:
        if entity == "user":
            continue
        table: Any = record_table(entity)
        here = exists().where(table.id == Connection.other_id, table.deleted_on.is_(None)).correlate(Connection)
        live.append(and_(col(Connection.other_entity) == entity, here))
        seen.append(and_(col(Connection.other_entity) == entity, here.where(visible(act.who, table))))
    return or_(*seen), or_(*live)


def _shown(act: Act, links: list[Connection]) -> list[Link]:
    """Links with the names of their other sides: one statement per kind of record, however many there are."""
    locale = act.who.conventions.locale
    others = _sides(act, links)
    wanted = {i for link in links for i in (link.role_id, link.other_role_id) if i}
    found = act.session.scalars(select(ConnectionRole).where(col(ConnectionRole.id).in_(wanted))) if wanted else ()
    held = {role.id: role for role in found}
    return [
        Link(
            id=link.id or 0,
            version=link.version,
            entity=link.other_entity,
            record_id=link.other_id,
            name=name_of(other),
            role_id=link.other_role_id or 0,
            role=label_of(role := held.get(link.other_role_id), locale),
            own_role=label_of(held.get(link.role_id), locale),
            stakeholder=role is not None and role.category == RoleCategory.STAKEHOLDER,
            description=link.description,
            starts_on=raw(link.starts_on),
            ends_on=raw(link.ends_on),
            active=link.active,
            inactive=_is_inactive(other),
        )
        for link in links
        if (other := others.get((link.other_entity, link.other_id))) is not None
    ]


def _sides(act: Act, links: list[Connection]) -> dict[tuple[str, int], Side]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for link in links:
        wanted[link.other_entity].add(link.other_id)
    found: dict[tuple[str, int], Side] = {}
    for entity, ids in wanted.items():
        table: Any = User if entity == "user" else record_table(entity)
        found |= {(entity, one.id): one for one in act.session.scalars(select(table).where(table.id.in_(ids)))}
    return found


def _is_inactive(other: Side) -> bool:
    return other.disabled if isinstance(other, User) else getattr(other, "status", 0) != RecordStatus.ACTIVE
