"""A bulk command from its beginning to its end: a few records at once, many of them batch by batch as a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import col, select

from rxcrm.models import jobs, notifying, undoing
from rxcrm.models.bulk import books
from rxcrm.models.bulk.books import CANCELED, DONE, RUNNING, UNDOING, UNDONE
from rxcrm.models.bulk.commands import Batch, Given, Result, command
from rxcrm.models.bulk.selection import Selection
from rxcrm.models.errors import CrmError, NotAllowed
from rxcrm.models.operation import Operation, OperationKind
from rxcrm.models.records import Act
from rxcrm.translation import N_

#: Records that are done while the user waits, and in one transaction of a job.
AT_ONCE = 200
KIND, UNDO_KIND = "bulk", "bulk_undo"
NOTHING = N_("No record is selected.")
TAKEN_BACK = N_("This has been taken back already.")
STILL_RUNNING = N_("This is still running. Cancel it first.")


def begin(act: Act, selection: Selection, ids: Sequence[int], what: str, given: Given) -> Operation:
    """Carry out a command on the records with these ids (`selection.ids_of`), or put it off as a job if they are many.

    Raises whatever the command refuses before anything is done: a field that cannot be emptied, an unknown owner.
    """
    how = command(what)
    if not ids:
        raise NotAllowed(NOTHING)
    how.require(act, selection.entity, given)
    operation = Operation(
        kind=OperationKind.BULK.value,
        entity=selection.entity,
        record_id=0,
        by_id=act.who.id,
        at=act.now,
        details=books.opened(what, dict(given), len(ids)),
    )
    act.session.add(operation)
    act.session.flush()
    if len(ids) <= AT_ONCE:
        _batch(act, operation, ids, selection.versions)
        _keep(operation, state=DONE)
    else:
        payload = {"bulk": operation.id, "ids": list(ids)}
        job = jobs.enqueue(act.session, KIND, payload, now=act.now, by=act.who.id)
        _keep(operation, job=job.id)
    act.topics.add(topic(operation))
    return operation


def topic(operation: Operation) -> str:
    """Where the progress of somebody's bulk commands is told."""
    return f"bulk:{operation.by_id}"


def _keep(operation: Operation, **changes: Any) -> None:
    operation.details = {**operation.details, **changes}
    flag_modified(operation, "details")


def _batch(act: Act, operation: Operation, ids: Sequence[int], versions: Mapping[int, int]) -> None:
    batch = Batch(operation.id or 0, operation.entity, ids, operation.details["given"], versions)
    results = command(operation.details["command"]).carry_out(act, batch)
    _keep(operation, **books.entered(operation.details, results))
    act.session.flush()


def step(act: Act, operation_id: int, ids: Sequence[int]) -> tuple[int, bool]:
    """The next batch of a job; how far it is, and whether that was the last. What is stored as done is never done twice."""
    operation = books.find(act, operation_id, lock=True)
    kept = operation.details
    if kept["state"] != RUNNING:
        return kept["position"], True
    some = ids[kept["position"] : kept["position"] + AT_ONCE]
    if some:
        _batch(act, operation, some, {})
    ended = operation.details["position"] >= len(ids)
    if ended:
        _keep(operation, state=DONE)
        _notify(act, operation, FINISHED)
    act.topics.add(topic(operation))
    return operation.details["position"], ended


FINISHED = N_("Your change of %(total)s records is finished: %(done)s done, %(refused)s left as they were.")
FINISHED_UNDO = N_("Your change of %(total)s records was taken back: %(back)s are as they were before.")


def _notify(act: Act, operation: Operation, message: str) -> None:
    kept = operation.details
    values = {name: kept[name] for name in ("total", "done", "refused", "back")}
    notifying.notify(act, operation.by_id or 0, notifying.Kind.BULK, message, values, entity=operation.entity)


def cancel(act: Act, operation_id: int) -> Operation:
    """Stop a command after the batch that is being done; what it has done until now stays, and can be taken back."""
    operation = books.find(act, operation_id, lock=True)
    if operation.details["state"] not in (RUNNING, UNDOING):
        raise NotAllowed(N_("This has ended already."))
    _keep(operation, state=CANCELED)
    act.topics.add(topic(operation))
    return operation


# -- back ------------------------------------------------------------------------------------------------------------


@dataclass
class Back:
    """What an undo did: records that are as they were before, and those that stay as they are, with the reason."""

    done: int
    refused: list[Result]
    later: bool = False


def undo(act: Act, operation_id: int) -> Back:
    """Take a bulk command back, each record by its own rights; many of them as a job (`later`)."""
    operation = books.find(act, operation_id, lock=True)
    if operation.details["state"] in (RUNNING, UNDOING):
        raise NotAllowed(STILL_RUNNING)
    if operation.undone_on is not None:
        raise NotAllowed(TAKEN_BACK)
    act.topics.add(topic(operation))
    if operation.details["done"] > AT_ONCE:
        _keep(operation, state=UNDOING, cursor=operation.details["last"] + 1, refused=0, reasons=[])
        jobs.enqueue(act.session, UNDO_KIND, {"bulk": operation.id}, now=act.now, by=act.who.id)
        return Back(0, [], later=True)
    parts = _parts(act, operation, operation.details["last"] + 1, AT_ONCE)
    return _back(act, operation, parts, last=True)


def _parts(act: Act, operation: Operation, before: int, most: int) -> list[Operation]:
    """What the command did to single records and nobody has taken back, the newest first."""
    wanted = select(Operation).where(
        col(Operation.id) > operation.id,
        col(Operation.id) < before,
        col(Operation.undone_on).is_(None),
        cast(Any, Operation).details["bulk"].as_integer() == operation.id,
    )
    return list(act.session.exec(wanted.order_by(col(Operation.id).desc()).limit(most)).all())


def _back(act: Act, operation: Operation, parts: Sequence[Operation], *, last: bool) -> Back:
    back = Back(0, [])
    for part in parts:
        try:
            with act.session.begin_nested():
                undoing.undo(act, part.id or 0)
        except CrmError as refusal:
            back.refused.append(Result(part.record_id, refusal=refusal))
        else:
            back.done += 1
    kept = operation.details
    reasons = [books.stored(r.id, r.refusal) for r in back.refused if r.refusal]
    before = [] if last and kept["state"] != UNDOING else kept["reasons"]
    _keep(
        operation,
        back=kept["back"] + back.done,
        refused=(kept["refused"] if kept["state"] == UNDOING else 0) + len(back.refused),
        reasons=[*before, *reasons][: books.KEPT],
        cursor=min((part.id or 0 for part in parts), default=0),
    )
    if last:
        _keep(operation, state=UNDONE)
        operation.undone_on, operation.undone_by_id = act.now, act.who.id
    act.session.flush()
    return back


def step_back(act: Act, operation_id: int) -> tuple[int, bool]:
    """The next batch of an undo that is done as a job."""
    operation = books.find(act, operation_id, lock=True)
    if operation.details["state"] != UNDOING:
        return operation.details["back"], True
    parts = _parts(act, operation, operation.details["cursor"], AT_ONCE)
    ended = len(parts) < AT_ONCE
    _back(act, operation, parts, last=ended)
    if ended:
        _notify(act, operation, FINISHED_UNDO)
    act.topics.add(topic(operation))
    return operation.details["back"], ended
