"""What a lead's form offers and tells about its qualification (S 2.4, 2.5)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import col, select

from rxcrm.models import records
from rxcrm.models.access import Decision, Privilege, visible
from rxcrm.models.base import Record
from rxcrm.models.choices import LeadStatus
from rxcrm.models.errors import NotAllowed
from rxcrm.models.fields import fields_of
from rxcrm.models.lead import Lead
from rxcrm.models.lifecycle import Closing, Link
from rxcrm.models.operation import Operation
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.people import User
from rxcrm.models.qualifying import undoing
from rxcrm.models.records import Act
from rxcrm.translation import N_, gettext


def offers(act: Act, row: Record, may: Mapping[Privilege, Decision]) -> dict[str, str]:
    """Qualify on open leads, for those who may change them."""
    return {"qualify": ""} if isinstance(row, Lead) and row.is_open and may[Privilege.WRITE] else {}


def closing_of(act: Act, row: Record) -> Closing | None:
    """A qualified lead: when, by whom, what came of it, and the way back for those who may change it (S 3.5.9)."""
    if not isinstance(row, Lead) or row.status != LeadStatus.QUALIFIED:
        return None
    operation = undoing.of(act, row)
    who = act.session.get(User, operation.by_id) if operation and operation.by_id else None
    at = operation.at if operation else row.closed_on
    deals = _opportunities(act, row)
    linked = [other for other in records.links_of(act, row).values() if other and other.deleted_on is None]
    title = N_("Qualified") if deals else N_("Qualified without an opportunity")
    return Closing(
        title=gettext(act.who.conventions.locale, title),
        who=who.name if who else "",
        at=at.isoformat() if at else "",
        links=[Link(other.display_name, f"{other.path}/{other.id}") for other in (*deals, *linked)],
        undo=(operation.id or 0) if operation and _may_undo(act, row, operation) else 0,
    )


def _may_undo(act: Act, lead: Lead, operation: Operation) -> bool:
    try:
        undoing.require(act, operation)
    except NotAllowed:
        return False
    return bool(act.may(Privilege.WRITE, lead))


def _opportunities(act: Act, lead: Lead) -> list[Opportunity]:
    """The opportunities that came of a lead, as far as the asker may see them; the first one continues the process."""
    if not act.who.may_read(fields_of(Opportunity)["originating_lead_id"]):
        return []
    wanted = select(Opportunity).where(
        col(Opportunity.originating_lead_id) == lead.id,
        col(Opportunity.deleted_on).is_(None),
        visible(act.who, Opportunity),
    )
    return list(act.session.exec(wanted.order_by(col(Opportunity.id))))
