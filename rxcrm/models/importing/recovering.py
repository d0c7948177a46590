"""Imports and undos whose process ended in the middle: looked after at every start of the server."""

from __future__ import annotations

from sqlmodel import Session, col, select

from rxcrm.models import db, jobs
from rxcrm.models.importing import undoing
from rxcrm.models.importing.books import ImportRun, RunStatus
from rxcrm.models.importing.claims import Superseded, claim, is_alive
from rxcrm.models.importing.files import sweep
from rxcrm.models.job import Job, JobState
from rxcrm.translation import N_

CRASHED = N_("The server stopped during this import. Nothing of it was kept; upload the file again.")


def recover() -> int:
    """Look after imports whose process ended in the middle; called at every start. Returns how many there were.

    Those of the pages have a job, which goes on with them: it is due now. Those of the command line are taken back, and
    an undo is brought to its end.
    """
    gone = db.transact(_gone)
    for run_id, undone in gone:
        try:
            if undone:
                undoing.undo(run_id)
            elif runner := db.transact(claim, run_id, RunStatus.RUNNING):
                undoing.take_back(run_id, runner, RunStatus.FAILED, CRASHED)
        except Superseded:
            continue  # another server has started too, or the command line goes on itself
    db.transact(lambda session: sweep(session, db.now()))
    return len(gone)


def _gone(session: Session) -> list[tuple[int, bool]]:
    """The runs that nobody carries on: id, and whether it was being undone."""
    unfinished = (RunStatus.RUNNING.value, RunStatus.UNDOING.value)
    found = []
    for run in session.exec(select(ImportRun).where(col(ImportRun.status).in_(unfinished))).all():
        if is_alive(run, db.now()):
            continue
        job = session.get(Job, run.job_id) if run.job_id else None
        if job is None or job.state not in jobs.UNFINISHED:
            found.append((run.id or 0, run.status == RunStatus.UNDOING.value))
        elif job.state == JobState.RUNNING.value:
            job.lease_until = db.now()
    return found
