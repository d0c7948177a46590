"""Reactivate Lead: a qualified or disqualified lead is open again, and can be qualified anew (S 3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlmodel import select

from rxcrm.models import history, lifecycle, notifying, process, records
from rxcrm.models.access import Decision, Privilege, visible
from rxcrm.models.base import Record
from rxcrm.models.choices import LeadStatus
from rxcrm.models.errors import CrmError, NotAllowed
from rxcrm.models.history import Event
from rxcrm.models.lead import Lead
from rxcrm.models.records import Act
from rxcrm.models.tables import RECORDS
from rxcrm.translation import N_

#: Tables whose records may have come from a lead.
CREATED = ("account", "contact", "opportunity")


def reactivate(act: Act, lead: Lead) -> list[Record]:
    """Open a closed lead, found with WRITE, again (S R3.27); its process goes back to Qualify (S R2.15).

    Returns the records that came from the lead, as far as the asker may see them: they stay, and stay linked. Raises
    NotAllowed for an open lead and for one that was merged into another.
    """
    require_closed(lead)
    reason = lifecycle.open_reasons("lead")[0]
    values = {"status": int(LeadStatus.OPEN), "status_reason": int(reason)}
    changes = history.difference(Lead, lead, values)
    for name, value in {**values, "closed_on": None}.items():
        setattr(lead, name, value)
    records.touch(act, lead)
    process.park_on_lead(act, lead)
    entry = history.record(act.session, lead, Event.REACTIVATED, by=act.who.id, now=act.now, changes=changes)
    notifying.hear(act, lead, entry)
    return created_from(act, lead)


def require_closed(lead: Lead) -> None:
    """Raises NotAllowed for a lead that cannot be reactivated."""
    if lifecycle.is_open(lead):
        raise NotAllowed(N_("%(name)s is open; there is nothing to reactivate."), name=lead.display_name)
    if lead.merged:
        raise NotAllowed(
            N_("%(name)s was merged into another lead. Take the merging back to use it again."), name=lead.display_name
        )


def created_from(act: Act, lead: Lead) -> list[Record]:
    """The accounts, contacts and opportunities that name a lead as their origin and that the asker may see."""
    found: list[Record] = []
    for entity in CREATED:
        table = RECORDS[entity]
        columns = cast(Any, table)
        wanted = select(table).where(
            columns.originating_lead_id == lead.id, columns.deleted_on.is_(None), visible(act.who, table)
        )
        found += act.session.exec(wanted.order_by(columns.id))
    return found


def offers(act: Act, row: Record, may: Mapping[Privilege, Decision]) -> dict[str, str]:
    """Reactivate Lead on closed leads, for those who may change them."""
    if not isinstance(row, Lead) or not may[Privilege.WRITE] or lifecycle.is_open(row):
        return {}
    try:
        require_closed(row)
    except CrmError as refusal:
        return {"reactivate": refusal.text(act.who.conventions.locale)}
    return {"reactivate": ""}
