"""Take a qualification back: the lead is open again, what was created goes, if nobody has used it since (S 3.5 [OURS])."""

from __future__ import annotations

from rxcrm.models import access, history, journal, reactivating, records
from rxcrm.models.access import Privilege
from rxcrm.models.choices import LeadStatus
from rxcrm.models.errors import NotAllowed, NotFound
from rxcrm.models.history import Event
from rxcrm.models.journal import InUse
from rxcrm.models.lead import Lead
from rxcrm.models.operation import Operation, OperationKind
from rxcrm.models.records import Act
from rxcrm.models.tables import RECORDS
from rxcrm.translation import N_


def of(act: Act, lead: Lead) -> Operation | None:
    """The qualification of a lead that can still be taken back."""
    if lead.status != LeadStatus.QUALIFIED:
        return None
    return journal.latest(act.session, OperationKind.QUALIFY, "lead", lead.id or 0)


def undo(act: Act, operation: Operation) -> None:
    """Reopen the lead and remove exactly what its qualification created: the records go to the recycle bin.

    Raises NotFound, NotAllowed for a lead that is not qualified any more, InUse if what was created has been used since;
    then nothing is written.
    """
    lead = act.find(Lead, operation.record_id, Privilege.WRITE)
    if operation.undone_on is not None or lead.status != LeadStatus.QUALIFIED:
        raise NotAllowed(
            N_("This lead is %(status)s: there is no qualification to take back."),
            status=LeadStatus(lead.status).label,
        )
    if of(act, lead) is not operation:
        raise NotFound
    require(act, operation)
    if touches := journal.touched(act, operation):
        raise InUse(touches)
    for (entity, record_id), changes in journal.undo(act, operation).items():
        row = act.session.get_one(RECORDS[entity], record_id)
        event = Event.UNQUALIFIED if row is lead else Event.CHANGED
        named = records.with_names(act, row, changes)
        history.record(act.session, row, event, by=act.who.id, now=act.now, changes=named)


def require(act: Act, operation: Operation) -> None:
    """Whoever qualified the lead may take it back; others need the rights on what it made and changed.

    Raises NotAllowed with the reason.
    """
    if operation.by_id == act.who.id:
        return
    for entity, record_id in journal.made_by(operation):
        row = act.session.get(RECORDS[entity], record_id)
        if row and row.deleted_on is None:
            access.require(act.session, act.who, Privilege.DELETE, row)
    for entity, record_id in journal.set_by(operation) - {(operation.entity, operation.record_id)}:
        row = act.session.get(RECORDS[entity], record_id)
        if row and row.deleted_on is None and (entity, record_id) not in journal.made_by(operation):
            access.require(act.session, act.who, Privilege.WRITE, row)


def reopen(act: Act, operation: Operation) -> None:
    """Open the lead again and keep the records that its qualification created; they stay linked (S R3.27)."""
    lead = act.find(Lead, operation.record_id, Privilege.WRITE)
    if operation.undone_on is not None:
        raise NotAllowed(N_("There is no qualification of this lead to take back."))
    reactivating.reactivate(act, lead)
    operation.undone_on, operation.undone_by_id = act.now, act.who.id
    act.session.flush()
