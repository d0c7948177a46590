"""Who carries an import out, or takes it back: whoever claimed it last; each of his transactions asks whether that still holds."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import update
from sqlmodel import Session, col

from rxcrm.models import db
from rxcrm.models.importing.books import ImportRun, RunStatus

#: A run without a job (the command line) that has not shown itself for so long has no process any more.
SILENCE = timedelta(minutes=10)
#: Characters of a host's name that a claim holds.
_HOST = 60


class Superseded(Exception):
    """Somebody else carries this run out by now."""


class Interrupted(Exception):
    """The server stops: whoever comes next goes on with this run."""


def claim(session: Session, run_id: int, status: RunStatus) -> str:
    """The name under which this process works on a run from now on; empty if the run is not in that status."""
    runner = f"{socket.gethostname()[:_HOST]}:{os.getpid()}:{secrets.token_hex(8)}"
    where = (col(ImportRun.id) == run_id, col(ImportRun.status) == status.value)
    claimed = session.execute(update(ImportRun).where(*where).values(runner=runner, beat_on=db.now()))
    return runner if cast(Any, claimed).rowcount == 1 else ""


def hold(session: Session, run_id: int, runner: str, status: RunStatus, **values: Any) -> bool:
    """Show that a claim is alive, and enter `values`; says whether somebody asked to stop. Raises Superseded if it is lost."""
    mine = (
        col(ImportRun.id) == run_id,
        col(ImportRun.runner) == runner,
        col(ImportRun.status) == status.value,
    )
    held = update(ImportRun).where(*mine).values(beat_on=db.now(), **values).returning(col(ImportRun.cancelling))
    cancelling = session.execute(held, execution_options={"synchronize_session": False}).scalar()
    if cancelling is None:
        raise Superseded
    return bool(cancelling)


def is_alive(run: ImportRun, now: datetime) -> bool:
    """Is the process of a run still at work? Another host's only shows by its beats."""
    if run.beat_on is None or now - run.beat_on > SILENCE:
        return False
    host, _, pid = run.runner.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname()[:_HOST]:
        return bool(host)
    if not pid.isdecimal() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
