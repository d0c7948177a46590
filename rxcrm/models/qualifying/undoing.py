"""Take a qualification back: the lead is open again, what was created goes, if nobody has used it since (S 3.5 [OURS])."""

from __future__ import annotations

from rxcrm.models import history, journal, reactivating
from rxcrm.models.access import Privilege
from rxcrm.models.choices import LeadStatus
from rxcrm.models.errors import NotAllowed, NotFound
from rxcrm.models.fields import raw
from rxcrm.models.history import Event
from rxcrm.models.journal import InUse
from rxcrm.models.lead import Lead
from rxcrm.models.operation import Operation, OperationKind
from rxcrm.models.records import Act
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
    if touches := journal.touched(act.session, operation):
        raise InUse(touches)
    before = {name: raw(getattr(lead, name)) for name in ("status", "status_reason")}
    journal.undo(act, operation)
    changes = [[name, held, raw(getattr(lead, name))] for name, held in before.items()]
    history.record(act.session, lead, Event.UNQUALIFIED, by=act.who.id, now=act.now, changes=changes)


def reopen(act: Act, operation: Operation) -> None:
    """Open the lead again and keep the records that its qualification created; they stay linked (S R3.27)."""
    lead = act.find(Lead, operation.record_id, Privilege.WRITE)
    if operation.undone_on is not None:
        raise NotAllowed(N_("There is no qualification of this lead to take back."))
    reactivating.reactivate(act, lead)
    operation.undone_on, operation.undone_by_id = act.now, act.who.id
    act.session.flush()
