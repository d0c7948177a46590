"""Reactivate Lead: a qualified or disqualified lead is open again, and can be qualified anew (S 3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlmodel import select

from rxcrm.models import history, journal, lifecycle, notifying, process, records
from rxcrm.models.access import Decision, Privilege, visible
from rxcrm.models.base import Record
from rxcrm.models.choices import LeadStatus
from rxcrm.models.errors import CrmError, NotAllowed
from rxcrm.models.history import Event
from rxcrm.models.journal import Journal
from rxcrm.models.lead import Lead
from rxcrm.models.operation import Operation, OperationKind
from rxcrm.models.records import Act
from rxcrm.models.tables import RECORDS
from rxcrm.translation import N_

#: Tables whose records may have come from a lead.
CREATED = ("account", "contact", "opportunity")


def reactivate(act: Act, lead: Lead, writes: Journal | None = None) -> list[Record]:
    """Open a closed lead, found with WRITE, again (S R3.27); its process goes back to Qualify (S R2.15).

    Returns the records that came from the lead, as far as the asker may see them: they stay, and stay linked. Raises
    NotAllowed for an open lead and for one that was merged into another. `writes` remembers what was done.
    """
    require_closed(lead)
    reason = lifecycle.open_reasons("lead")[0]
    values = {"status": int(LeadStatus.OPEN), "status_reason": int(reason)}
    changes = history.difference(Lead, lead, values)
    writes = writes or Journal(act)
    writes.set(lead, **values, closed_on=None)
    records.touch(act, lead)
    process.park_on_lead(act, lead, writes)
    entry = history.record(act.session, lead, Event.REACTIVATED, by=act.who.id, now=act.now, changes=changes)
    notifying.hear(act, lead, entry)
    return created_from(act, lead)


def reactivate_undoably(act: Act, lead: Lead) -> Operation:
    """`reactivate`, as an operation that can be taken back."""
    writes = Journal(act)
    reactivate(act, lead, writes)
    return writes.close(OperationKind.REACTIVATE, lead)


def undo(act: Act, operation: Operation) -> None:
    """Close a lead again as it was closed before it was reactivated, its process included.

    Raises NotAllowed if it was closed or reactivated anew since.
    """
    lead = act.find(Lead, operation.record_id, Privilege.WRITE)
    latest = journal.latest(act.session, OperationKind.REACTIVATE, "lead", operation.record_id)
    if not lifecycle.is_open(lead) or latest is None or latest.id != operation.id:
        raise NotAllowed(N_("%(name)s has been changed since and stays as it is."), name=lead.display_name)
    before = {"status": lead.status, "status_reason": lead.status_reason}
    journal.undo(act, operation)
    changes = [[name, str(was), str(getattr(lead, name))] for name, was in before.items()]
    remark = N_("The reactivation was taken back.")
    event = Event.QUALIFIED if lead.status == LeadStatus.QUALIFIED else Event.DISQUALIFIED
    entry = history.record(act.session, lead, event, by=act.who.id, now=act.now, changes=changes, remark=remark)
    notifying.hear(act, lead, entry)


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
