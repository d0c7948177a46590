"""What happens to connections when records are created, renamed, imported or removed; the decision maker's rule (R5.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from rxcrm.models.base import Record
from rxcrm.models.choices import RoleCategory
from rxcrm.models.connection import CompetitorLink, Connection, ConnectionRole
from rxcrm.models.connections import linking, roles
from rxcrm.models.contact import Contact
from rxcrm.models.history import Event
from rxcrm.models.lead import Lead
from rxcrm.models.searching import sort_key

if TYPE_CHECKING:
    from rxcrm.models.records import Act

#: The fields that make the contact of a lead a stakeholder.
_DECIDING = {"existing_contact_id", "decision_maker"}


def created(act: Act, row: Record) -> None:
    """A record was created: a lead may come with its decision maker."""
    _decide(act, row)


def saved(act: Act, row: Record, changes: Iterable[Sequence[str]]) -> None:
    """A record was saved with these changes: `[field, old, new]`."""
    changed = {change[0] for change in changes}
    if changed & {"name", "first_name", "last_name"}:
        renamed(act.session, row.entity, row.id or 0, row.display_name)
    if changed & _DECIDING:
        _decide(act, row)


def imported(session: Session, lead_ids: Sequence[int], *, by: int, now: datetime) -> None:
    """Leads were imported: those that came with a decision maker get him as stakeholder."""
    role = roles.shipped(session, roles.STAKEHOLDER)
    if role is None or not lead_ids:
        return
    both = (
        select(Lead, Contact)
        .join(Contact, col(Contact.id) == col(Lead.existing_contact_id))
        .where(col(Lead.id).in_(lead_ids), col(Lead.decision_maker), col(Contact.deleted_on).is_(None))
    )
    pairs = [(lead, contact, [lead.display_name, contact.display_name]) for lead, contact in session.execute(both)]
    _appoint(session, pairs, role, by=by, now=now)


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


def _decide(act: Act, row: Record) -> None:
    """An existing contact and an identified decision maker: the contact becomes stakeholder, unless he is one (R5.4)."""
    if not isinstance(row, Lead) or not row.decision_maker or not row.existing_contact_id:
        return
    contact = act.session.get(Contact, row.existing_contact_id)
    role = roles.shipped(act.session, roles.STAKEHOLDER)
    if role is None or contact is None or contact.deleted_on is not None or _is_stakeholder(act.session, row, contact):
        return
    names = [row.display_name, linking.seen_name(act, contact)]
    _appoint(act.session, [(row, contact, names)], role, by=act.who.id, now=act.now)
    for one in (row, contact):
        act.changed(one.entity, one.id or 0)


def _is_stakeholder(session: Session, lead: Lead, contact: Contact) -> bool:
    """Whether a contact has any stakeholder's role on a lead, be the connection active or not."""
    role: Any = aliased(ConnectionRole)
    asked = (
        select(col(Connection.id))
        .join(role, role.id == col(Connection.other_role_id))
        .where(
            col(Connection.entity) == "lead",
            col(Connection.record_id) == lead.id,
            col(Connection.other_entity) == "contact",
            col(Connection.other_id) == contact.id,
            role.category == RoleCategory.STAKEHOLDER,
        )
    )
    return session.scalars(asked).first() is not None


def _appoint(
    session: Session, found: list[tuple[Lead, Contact, list[str]]], role: ConnectionRole, *, by: int, now: datetime
) -> None:
    """Connect leads with their contacts, and tell it under these names."""
    links = linking.join(session, [(lead, contact) for lead, contact, _ in found], role, by=by, now=now)
    for (lead, contact, names), link in zip(found, links, strict=True):
        held = (role.id, link.role_id)
        linking.tell(session, [lead, contact], names, held, [(Event.CONNECTED, [])] * 2, by, now)
