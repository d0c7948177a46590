"""Taking back what an import wrote: because it was cancelled or failed, or within 30 days because somebody asks for it (S R6.5).

Records that it created go; records that it updated hold again what they held before. What people changed or attached
since is listed, and kept unless they say otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from rxcrm.models import db, jobs, notifying
from rxcrm.models.acting import act_as
from rxcrm.models.base import Record
from rxcrm.models.errors import NotAllowed
from rxcrm.models.importing import linking, reverting, writing
from rxcrm.models.importing.books import ImportChange, ImportRun, RunStatus
from rxcrm.models.importing.claims import claim, hold
from rxcrm.models.importing.edited import LISTED, Edited, described, edited
from rxcrm.models.importing.files import discard
from rxcrm.models.importing.reverting import ALSO, REACHED
from rxcrm.models.job import Job
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.models.tables import RECORDS, record_table
from rxcrm.translation import N_

__all__ = ["LIFE", "Edited", "UndoView", "begin", "kept", "start", "take_back", "undo", "undo_view"]

#: How long an import can be undone.
LIFE = timedelta(days=30)
KIND = "import_undo"
#: Among the values of a run: the status that it ends with; which records were kept, `[table, id]` each.
ENDS, WHICH = "ends", "kept"

TOO_LATE = N_("An import can be undone for %(days)s days; this one is older.")
NOT_DONE = N_("Only an import that is complete can be undone.")
NOT_YOURS = N_("Only %(name)s or an administrator can undo this import.")
UNDONE = N_("The import of %(name)s was undone.")
KEPT = N_("%(count)s records that were used or changed since were kept.")

Progress = Callable[[int, int], None]


@dataclass
class UndoView:
    """What undoing would do: records to remove, records to set back, those that were edited since; until when (ISO)."""

    created: int
    updated: int
    edited: list[Edited] = field(default_factory=list)
    more: bool = False
    until: str = ""
    why_not: str = ""
    values: dict[str, Any] = field(default_factory=dict)


# -- asking ----------------------------------------------------------------------------------------------------------


def undo_view(act: Act, run: ImportRun) -> UndoView:
    """What undoing an import would do; `why_not` is the message of why it cannot be."""
    until = (run.finished_on or run.created_on) + LIFE
    try:
        require(act, run)
    except NotAllowed as refusal:
        return UndoView(0, 0, until=until.isoformat(), why_not=refusal.message, values=dict(refusal.values))
    created = sum(
        act.session.scalar(select(func.count()).select_from(t).where(_made(t, run.id or 0))) or 0
        for t in RECORDS.values()
    )
    updated = act.session.scalar(
        select(func.count(func.distinct(ImportChange.record_id))).where(ImportChange.run_id == run.id)
    )
    found = edited(act, run.id or 0)
    return UndoView(created, updated or 0, found[:LISTED], len(found) > LISTED, until.isoformat())


def require(act: Act, run: ImportRun) -> None:
    """Raises NotAllowed where an import cannot be undone (any more), or not by this user."""
    if run.status != RunStatus.DONE.value:
        raise NotAllowed(NOT_DONE)
    if (run.finished_on or run.created_on) + LIFE < act.now:
        raise NotAllowed(TOO_LATE, days=LIFE.days)
    if run.created_by_id != act.who.id and not act.who.administrator:
        raise NotAllowed(NOT_YOURS, name=act.session.get_one(User, run.created_by_id).name)


def _made(table: type[Record], run_id: int) -> Any:
    columns = cast(Any, table)
    return (columns.import_id == run_id) & columns.deleted_on.is_(None)


def kept(act: Act, run: ImportRun) -> list[Edited]:
    """The first records that an undo or a cancel has kept, because they were used or changed, or may not be changed."""
    places: list[list[Any]] = run.values.get(WHICH, [])
    found: list[Edited] = []
    for entity in dict.fromkeys(entity for entity, _ in places):
        found += described(act, record_table(entity), run.id or 0, {i for e, i in places if e == entity})
    return found


# -- undoing ---------------------------------------------------------------------------------------------------------


def begin(act: Act, run: ImportRun, *, also_edited: bool) -> None:
    """Mark an import as being undone; with `also_edited` what was edited since is to be taken back too."""
    act.session.refresh(run, with_for_update=True)
    require(act, run)
    run.status, run.undone_by_id, run.values = RunStatus.UNDOING.value, act.who.id, {ALSO: also_edited}
    run.job_id, run.runner, run.beat_on = None, "", None
    act.session.flush()


def start(act: Act, run: ImportRun, *, also_edited: bool) -> Job:
    """Let an import be undone in the background."""
    begin(act, run, also_edited=also_edited)
    job = jobs.enqueue(act.session, KIND, {"run": run.id}, now=act.now, by=act.who.id, key=f"run {run.id}")
    run.job_id = job.id
    act.session.flush()
    act.changed("import", run.id)
    return job


def undo(run_id: int, *, progress: Progress | None = None, stop: Callable[[], bool] | None = None) -> int:
    """Undo an import that is marked as being undone; goes on where it was. Returns how many records were kept.

    Raises Superseded if somebody else undoes it by now, Interrupted if `stop` said so: whoever comes next goes on.
    """
    runner = db.transact(claim, run_id, RunStatus.UNDOING)
    if not runner:
        return 0
    run = db.read(lambda session: session.get_one(ImportRun, run_id))
    total = max(run.created + run.updated, 1)

    def count(done: int) -> None:
        if progress:
            progress(min(done, total), total)

    reached = reverting.take_back(run_id, runner, RunStatus.UNDOING, count, stop)
    db.transact(_undone, run_id, runner, reached)
    return reached.kept


def _undone(session: Session, run_id: int, runner: str, reached: reverting.Reached) -> None:
    hold(session, run_id, runner, RunStatus.UNDOING)
    session.execute(delete(ImportChange).where(col(ImportChange.run_id) == run_id))
    run = session.get_one(ImportRun, run_id)
    run.status, run.undone_on = RunStatus.UNDONE.value, db.now()
    run.message, run.values = (KEPT, _counted(reached)) if reached.kept else ("", {})
    by = run.undone_by_id or run.created_by_id
    notifying.notify(
        act_as(session, by, db.now()),
        by,
        notifying.Kind.IMPORT,
        UNDONE,
        {"name": run.file_name},
        entity="import",
        record_id=run_id,
    )


def _counted(reached: reverting.Reached) -> dict[str, Any]:
    return {"count": reached.kept, WHICH: reached.which}


# -- cancelled, failed -----------------------------------------------------------------------------------------------


def take_back(
    run_id: int,
    runner: str,
    status: RunStatus,
    message: str = "",
    values: dict[str, Any] | None = None,
    stop: Callable[[], bool] | None = None,
) -> None:
    """Take back everything that a run wrote so far, in short transactions, and close it.

    What it is to become is written down first, so that whoever comes next finishes what was begun here. What people have
    used or changed meanwhile is kept. Raises Superseded if somebody else carries the run out by now, Interrupted if `stop`
    said so.
    """
    db.transact(_mark, run_id, runner, status, message, values or {})
    reached = reverting.take_back(run_id, runner, RunStatus.RUNNING, stop=stop)
    db.transact(_close_run, run_id, runner, status, reached)


def _mark(session: Session, run_id: int, runner: str, status: RunStatus, message: str, values: dict[str, Any]) -> None:
    hold(session, run_id, runner, RunStatus.RUNNING)
    run = session.get_one(ImportRun, run_id)
    if not run.values.get(ENDS):
        run.message, run.values = message, {**values, ENDS: status.value}


def _close_run(session: Session, run_id: int, runner: str, status: RunStatus, reached: reverting.Reached) -> None:
    hold(session, run_id, runner, RunStatus.RUNNING)
    writing.forget_books(session, run_id)
    session.execute(delete(ImportChange).where(col(ImportChange.run_id) == run_id))
    linking.forget(session, run_id)
    run = session.get_one(ImportRun, run_id)
    run.status, run.finished_on = status.value, db.now()
    run.values = _without(run.values, ENDS, REACHED)
    if reached.kept and not run.message:
        run.message, run.values = KEPT, _counted(reached)
    run.rows = run.created = run.updated = run.skipped = run.warned = run.rejected = run.blank = run.position = 0
    discard(run)


def _without(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}
