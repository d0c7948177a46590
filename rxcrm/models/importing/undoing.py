"""Taking back what an import wrote: because it was cancelled, failed, or its process ended in the middle."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime, timedelta

from sqlmodel import Session, select

from rxcrm.models import db
from rxcrm.models.importing import writing
from rxcrm.models.importing.books import ImportRun, RunStatus
from rxcrm.models.importing.files import discard, sweep
from rxcrm.models.tables import record_table
from rxcrm.translation import N_

#: A run whose process has not shown itself for so long has no process any more.
SILENCE = timedelta(minutes=10)
_TOKEN = secrets.token_hex(4)


def undo(run_id: int, status: RunStatus, message: str) -> None:
    """Remove what a run wrote, in short transactions, and close it."""
    entity = db.read(lambda session: session.get_one(ImportRun, run_id).entity)
    while db.transact(writing.remove_some, record_table(entity), run_id):
        pass
    db.transact(_close_run, run_id, status, message)


def _close_run(session: Session, run_id: int, status: RunStatus, message: str) -> None:
    writing.forget_books(session, run_id)
    run = session.get_one(ImportRun, run_id)
    run.status, run.message, run.finished_on = status.value, message, db.now()
    run.rows = run.accepted = run.warned = run.rejected = run.blank = 0
    discard(run)


def recover(session: Session) -> int:
    """Clean up after imports whose process ended in the middle; called at every start. Returns how many there were."""
    running = session.exec(select(ImportRun).where(ImportRun.status == RunStatus.RUNNING.value)).all()
    gone = [run for run in running if not _alive(run, db.now())]
    for run in gone:
        while writing.remove_some(session, record_table(run.entity), run.id or 0):
            pass
        message = N_("The server stopped during this import. Nothing of it was kept; upload the file again.")
        _close_run(session, run.id or 0, RunStatus.FAILED, message)
    sweep(session, db.now())
    return len(gone)


def this_process() -> str:
    """The name under which this process carries out imports."""
    return f"{socket.gethostname()[:80]}:{os.getpid()}:{_TOKEN}"


def _alive(run: ImportRun, now: datetime) -> bool:
    """Is the process of a run still at work? Another host's only shows by its beats."""
    if run.beat_on is None or now - run.beat_on > SILENCE:
        return False
    host, _, rest = run.runner.rpartition(":")[0].rpartition(":")
    token = run.runner.rpartition(":")[2]
    if host != socket.gethostname()[:80]:
        return True
    if not rest.isdecimal() or int(rest) == os.getpid():
        return token == _TOKEN
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
