"""What happens to connections when records are created, renamed, imported or removed; who is stakeholder by rule (R5.4, R5.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import and_, bindparam, delete, func, insert, literal, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from rxcrm.models import customers
from rxcrm.models.base import Record
from rxcrm.models.choices import RoleCategory
from rxcrm.models.connection import CompetitorLink, Connection, ConnectionRole
from rxcrm.models.connections import linking, roles
from rxcrm.models.contact import Contact
from rxcrm.models.history import Event, History
from rxcrm.models.lead import Lead
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.searching import sort_key

if TYPE_CHECKING:
    from rxcrm.models.records import Act

#: The fields that make the contact of a record a stakeholder.
_DECIDING = {"lead": {"existing_contact_id", "decision_maker"}, "opportunity": {"contact_id"}}


#: The fields of which the name of a record is made.
_NAMES = {"name", "first_name", "last_name", "topic"}


def created(act: Act, row: Record) -> None:
    """A record was created: a lead may come with its decision maker, an opportunity with its contact."""
    _decide(act, row)


def saved(act: Act, row: Record, changes: Iterable[Sequence[str]]) -> None:
    """A record was saved with these changes: `[field, old, new]`."""
    changed = {change[0] for change in changes}
    if changed & _NAMES:
        renamed(act.session, row.entity, row.id or 0, row.display_name)
        customers.renamed(act.session, row.entity, row.id or 0, row.display_name)
    if changed & _DECIDING.get(row.entity, set()):
        _decide(act, row)


def saved_many(act: Act, rows: Sequence[tuple[Record, Iterable[Sequence[str]]]]) -> None:
    """The same for many records: new names in a constant number of statements."""
    names: dict[str, dict[int, str]] = {}
    deciding = []
    for row, changes in rows:
        changed = {change[0] for change in changes}
        if changed & _NAMES:
            names.setdefault(row.entity, {})[row.id or 0] = row.display_name
        if changed & _DECIDING.get(row.entity, set()):
            deciding.append(row)
    for entity, called in names.items():
        _renamed_many(act.session, entity, called)
        customers.renamed_many(act.session, entity, called)
    for row in deciding:
        _decide(act, row)


def carried(act: Act, lead: Lead, opportunities: Sequence[Opportunity]) -> None:
    """A lead was qualified: its stakeholders and competitors, and the contact of each new opportunity, go along (S 3.5.9).

    The contact becomes stakeholder unless he is one; nothing leaves the lead.
    """
    session = act.session
    stakeholder, own = roles.shipped_with_match(session, roles.STAKEHOLDER, "opportunity")
    links = session.scalars(_stakeholders(lead)).all()
    seen_from_here: list[Connection] = []
    twins: list[Connection] = []
    for row in opportunities:
        ends = [(link.other_id, link.role_id, link.other_role_id, link.other_key, link.description) for link in links]
        contact = session.get(Contact, row.contact_id) if row.contact_id else None
        if contact and stakeholder and contact.id not in {link.other_id for link in links}:
            ends.append((contact.id or 0, own.id if own else None, stakeholder.id, contact.name_key, ""))
        for other_id, role_id, other_role_id, other_key, description in ends:
            seen = {"entity": row.entity, "record_id": row.id, "role_id": role_id}
            there = {"other_entity": "contact", "other_id": other_id, "other_role_id": other_role_id}
            stamps = {"owner_user_id": act.who.id, "created_by_id": act.who.id, "created_on": act.now}
            common = {**stamps, "modified_on": act.now, "description": description}
            twin = {"entity": "contact", "record_id": other_id, "role_id": other_role_id}
            back = {"other_entity": row.entity, "other_id": row.id, "other_role_id": role_id}
            seen_from_here.append(Connection(**seen, **there, **common, other_key=other_key))
            twins.append(Connection(**twin, **back, **common, other_key=sort_key(row.display_name)))
    session.add_all(seen_from_here)
    session.flush()
    for one, other in zip(seen_from_here, twins, strict=True):
        other.twin_id = one.id
    session.add_all(twins)
    session.flush()
    for one, other in zip(seen_from_here, twins, strict=True):
        one.twin_id = other.id
    named = col(CompetitorLink.entity) == "lead", col(CompetitorLink.record_id) == lead.id
    for rival in session.scalars(select(CompetitorLink).where(*named)).all():
        session.add_all(
            CompetitorLink(
                entity=row.entity,
                record_id=row.id or 0,
                competitor_id=rival.competitor_id,
                added_on=act.now,
                added_by_id=act.who.id,
            )
            for row in opportunities
        )


def _stakeholders(row: Record) -> Any:
    """The active connections of a record to contacts that are its stakeholders."""
    role: Any = aliased(ConnectionRole)
    return (
        select(Connection)
        .join(role, role.id == col(Connection.other_role_id))
        .where(
            col(Connection.entity) == row.entity,
            col(Connection.record_id) == row.id,
            col(Connection.other_entity) == "contact",
            col(Connection.active),
            role.category == RoleCategory.STAKEHOLDER,
        )
        .order_by(col(Connection.id))
    )


def imported(session: Session, entity: str, record_ids: Sequence[int], *, by: int, now: datetime) -> None:
    """Leads or opportunities were imported: a lead's decision maker and an opportunity's contact become stakeholders.

    As `created` does for one, in a constant number of statements for all of them (R5.4, R5.5).
    """
    role, own = roles.shipped_with_match(session, roles.STAKEHOLDER, entity)
    if role is None or not record_ids:
        return
    pairs = _decided(session, entity, record_ids)
    if not pairs:
        return
    stamps = {"owner_user_id": by, "created_by_id": by, "created_on": now, "modified_on": now}
    mine = [
        {**stamps, "entity": entity, "record_id": row_id, "role_id": own.id if own else None}
        | {"other_entity": "contact", "other_id": contact_id, "other_role_id": role.id, "other_key": sort_key(called)}
        for row_id, _name, contact_id, called in pairs
    ]
    table: Any = Connection.__table__  # type: ignore[attr-defined]
    last = session.scalar(select(func.max(table.c.id))) or 0
    defaults = {c.name: c.default.arg for c in table.c if c.default is not None and c.default.is_scalar}
    session.connection().execute(insert(table), [defaults | row for row in mine])
    wanted = select(table.c.id, table.c.record_id, table.c.other_id).where(
        table.c.id > last, table.c.entity == entity, table.c.record_id.in_([row_id for row_id, *_ in pairs])
    )
    halves = {(row_id, contact_id): half for half, row_id, contact_id in session.execute(wanted)}
    twins = [
        {
            **stamps,
            "entity": "contact",
            "record_id": contact_id,
            "role_id": role.id,
            "twin_id": halves[row_id, contact_id],
        }
        | {
            "other_entity": entity,
            "other_id": row_id,
            "other_role_id": own.id if own else None,
            "other_key": sort_key(name),
        }
        for row_id, name, contact_id, _called in pairs
    ]
    session.connection().execute(insert(table), [defaults | row for row in twins])
    twin = table.alias()
    theirs = select(twin.c.id).where(twin.c.twin_id == table.c.id).scalar_subquery()
    session.execute(update(table).where(table.c.id.in_(halves.values())).values(twin_id=theirs))
    told = {"version": 1, "event": Event.CONNECTED.value, "by_id": by, "at": now, "remark": ""}
    entries: list[dict[str, Any]] = []
    for row_id, name, contact_id, called in pairs:
        about = ["connection", f"contact:{contact_id}", called, role.name]
        entries.append({**told, "entity": entity, "record_id": row_id, "changes": [about]})
        about = ["connection", f"{entity}:{row_id}", name, own.name if own else ""]
        entries.append({**told, "entity": "contact", "record_id": contact_id, "changes": [about]})
    contact: Any = Contact
    held = select(contact.id, contact.version).where(contact.id.in_({contact_id for _, _, contact_id, _ in pairs}))
    versions: dict[int, int] = {row.id: row.version for row in session.execute(held)}
    for entry in entries[1::2]:
        entry["version"] = versions[entry["record_id"]]
    session.connection().execute(insert(cast(Any, History).__table__), entries)


def _decided(session: Session, entity: str, record_ids: Sequence[int]) -> list[tuple[int, str, int, str]]:
    """Records and their deciding contacts: id and name of each; one statement."""
    contact: Any = Contact
    person = [contact.id, contact.first_name, contact.last_name]
    if entity == "lead":
        lead: Any = Lead
        asked = select(lead.id, lead.first_name, lead.last_name, *person).join(
            contact, contact.id == lead.existing_contact_id
        )
        where = [lead.id.in_(record_ids), lead.decision_maker]
    else:
        deal: Any = Opportunity
        asked = select(deal.id, deal.topic, literal(""), *person).join(contact, contact.id == deal.contact_id)
        where = [deal.id.in_(record_ids)]
    found = session.execute(asked.where(*where, contact.deleted_on.is_(None)))
    return [
        (
            row_id,
            f"{first} {last}".strip()[: 160 if entity == "lead" else 300],
            contact_id,
            f"{given} {family}".strip()[:160],
        )
        for row_id, first, last, contact_id, given, family in found
    ]


def renamed(session: Session, entity: str, record_id: int, name: str) -> None:
    """Carry a new name into the order of the connections that lead there."""
    there = and_(col(Connection.other_entity) == entity, col(Connection.other_id) == record_id)
    session.execute(update(Connection).where(there).values(other_key=sort_key(name)))


def forget(session: Session, entity: str, ids: Sequence[int]) -> None:
    """Remove the connections and competitors of records that are about to go for good."""
    here = and_(col(Connection.entity) == entity, col(Connection.record_id).in_(ids))
    there = and_(col(Connection.other_entity) == entity, col(Connection.other_id).in_(ids))
    session.execute(delete(Connection).where(or_(here, there)))
    named: Any = CompetitorLink
    session.execute(delete(CompetitorLink).where(named.entity == entity, named.record_id.in_(ids)))


def _renamed_many(session: Session, entity: str, names: Mapping[int, str]) -> None:
    """The same for many records, most of which no connection leads to."""
    table: Any = Connection.__table__  # type: ignore[attr-defined]
    ids = sorted(names)
    connected: list[int] = []
    for at in range(0, len(ids), 500):
        there = (table.c.other_entity == entity, table.c.other_id.in_(ids[at : at + 500]))
        connected += session.scalars(select(table.c.other_id).distinct().where(*there))
    if connected:
        moving = update(table).where(table.c.other_entity == entity, table.c.other_id == bindparam("which"))
        rows = [{"which": i, "called": sort_key(names[i])} for i in connected]
        session.connection().execute(moving.values(other_key=bindparam("called")), rows)


def _decide(act: Act, row: Record) -> None:
    """The contact of a lead with an identified decision maker becomes stakeholder, unless he is one (R5.4); that of an
    opportunity in any case (R5.5)."""
    contact_id = _deciding_contact(row)
    if contact_id is None:
        return
    contact = act.session.get(Contact, contact_id)
    role = roles.shipped(act.session, roles.STAKEHOLDER)
    if role is None or contact is None or contact.deleted_on is not None or _is_stakeholder(act.session, row, contact):
        return
    names = [row.display_name, linking.seen_name(act, contact)]
    _appoint(act.session, [(row, contact, names)], role, by=act.who.id, now=act.now)
    for one in (row, contact):
        act.changed(one.entity, one.id or 0)


def _deciding_contact(row: Record) -> int | None:
    """The contact whom a record makes a stakeholder."""
    if isinstance(row, Lead):
        return row.existing_contact_id if row.decision_maker else None
    return row.contact_id if isinstance(row, Opportunity) else None


def _is_stakeholder(session: Session, row: Record, contact: Contact) -> bool:
    """Whether a contact has any stakeholder's role on a record, be the connection active or not."""
    role: Any = aliased(ConnectionRole)
    asked = (
        select(col(Connection.id))
        .join(role, role.id == col(Connection.other_role_id))
        .where(
            col(Connection.entity) == row.entity,
            col(Connection.record_id) == row.id,
            col(Connection.other_entity) == "contact",
            col(Connection.other_id) == contact.id,
            role.category == RoleCategory.STAKEHOLDER,
        )
    )
    return session.scalars(asked).first() is not None


def _appoint(
    session: Session, found: list[tuple[Record, Contact, list[str]]], role: ConnectionRole, *, by: int, now: datetime
) -> None:
    """Connect records with their contacts, and tell it under these names."""
    links = linking.join(session, [(row, contact) for row, contact, _ in found], role, by=by, now=now)
    for (row, contact, names), link in zip(found, links, strict=True):
        held = (role.id, link.role_id)
        linking.tell(session, [row, contact], names, held, [(Event.CONNECTED, [])] * 2, by, now)
