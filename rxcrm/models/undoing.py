"""Taking back what a verb did, from the message that told it: one entry for every kind of operation (S 3.5, 3.6, 7.8 [OURS])."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rxcrm.models import assigning, disqualifying, editing, reactivating, records, recycling
from rxcrm.models.base import Record
from rxcrm.models.errors import NotAllowed, NotFound
from rxcrm.models.merging import require_kept
from rxcrm.models.merging import undoing as merging
from rxcrm.models.operation import Operation, OperationKind
from rxcrm.models.people import User
from rxcrm.models.qualifying import undoing as qualification
from rxcrm.models.records import LARGEST_ID, Act, seen
from rxcrm.models.tables import record_table
from rxcrm.translation import N_


@dataclass(frozen=True)
class Undoable:
    """How a kind of operation is taken back, and what is said then; `done` names the record with `%(name)s`.

    `undo(act, operation)` finds the record with the privileges that it needs, refuses what cannot be taken back any
    more with a sentence, and marks the operation as undone (`journal.undo` does). Where it refuses because what was
    made has been used since (`journal.InUse`), `keep` takes back the rest and keeps that.
    """

    undo: Callable[[Act, Operation], None]
    done: str
    keep: Callable[[Act, Operation], None] | None = None
    #: Whether it removes what it made: whoever looks at that is shown the record itself.
    removes: bool = False
    #: Whether it opens the record again, which one that was merged into another must not be.
    reopens: bool = False
    #: Whether its author may take it back although he may not see the record any more: he has given it away.
    gives_away: bool = False


#: Every kind of operation that a message may offer to undo.
UNDOABLE: dict[OperationKind, Undoable] = {
    OperationKind.DISQUALIFY: Undoable(disqualifying.undo, N_("%(name)s is open again."), reopens=True),
    OperationKind.QUALIFY: Undoable(
        qualification.undo, N_("%(name)s is open again."), keep=qualification.reopen, removes=True, reopens=True
    ),
    OperationKind.MERGE: Undoable(merging.undo, N_("The merge into %(name)s was taken back.")),
    OperationKind.EDIT: Undoable(editing.undo, N_("%(name)s is as it was before.")),
    OperationKind.ASSIGN: Undoable(assigning.undo, N_("%(name)s belongs to its former owner again."), gives_away=True),
    OperationKind.REACTIVATE: Undoable(reactivating.undo, N_("%(name)s is closed again.")),
    OperationKind.DELETE: Undoable(recycling.undo, N_("%(name)s is back from the recycle bin.")),
}


@dataclass(frozen=True)
class Undone:
    """What was taken back: the record that it was about, the sentence for it, and the page to show, if another one."""

    entity: str
    id: int
    name: str
    sentence: str
    path: str = ""


def undo(act: Act, operation_id: int, *, keep: bool = False) -> Undone:
    """Take back one operation on a record that the user may see; with `keep` what it made stays.

    Raises NotFound for an operation that he may not know of, NotAllowed if somebody has taken it back already, and
    whatever its kind refuses.
    """
    operation = act.session.get(Operation, operation_id) if 0 < operation_id < LARGEST_ID else None
    how = UNDOABLE.get(OperationKind(operation.kind)) if operation else None
    row = _row(act, operation, how) if operation and how else None
    if operation is None or row is None or how is None:
        raise NotFound
    if operation.undone_on is not None:
        who = act.session.get(User, operation.undone_by_id) if operation.undone_by_id else None
        raise NotAllowed(N_("%(who)s has taken this back already."), who=who.name if who else N_("The system"))
    if how.reopens:
        require_kept(act.session, row)
    (how.keep if keep and how.keep else how.undo)(act, operation)
    path = f"{row.path}/{row.id}" if how.removes else ""
    return Undone(row.entity, row.id or 0, row.display_name, how.done, path)


def _row(act: Act, operation: Operation, how: Undoable) -> Record | None:
    """The record of an operation, as far as the user may know of it."""
    table = record_table(operation.entity)
    if how.gives_away and operation.by_id == act.who.id:
        return act.session.get(table, operation.record_id)
    return seen(act, table, operation.record_id)


def name_of(act: Act, operation_id: int) -> str:
    """What the record of an operation is called, or empty if the asker may not see it."""
    operation = act.session.get(Operation, operation_id) if 0 < operation_id < LARGEST_ID else None
    return records.name_of(act, operation.entity, operation.record_id) if operation else ""
