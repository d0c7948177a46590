"""Exports one by one: begun, carried out, canceled, fetched, forgotten. The list of them tells who took what out."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any, cast

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from rxcrm.models import db, jobs, lists, notifying
from rxcrm.models.access import Who
from rxcrm.models.acting import act_as
from rxcrm.models.errors import CrmError, NotAllowed, NotFound
from rxcrm.models.exporting.making import Made, Stopped, file_name, make, may_export
from rxcrm.models.exporting.tables import UNFINISHED, ExportRun, ExportStatus
from rxcrm.models.exporting.wanted import Wanted, checked, restored, settled
from rxcrm.models.job import Job, JobState
from rxcrm.models.people import User
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.settings import settings
from rxcrm.translation import N_

#: The kind of job that makes large exports.
KIND = "export"
#: Up to so many rows a file is made while one waits for it.
AT_ONCE = lists.COUNT_CAP
#: How long files are kept, and how long it is remembered who exported what.
KEPT, REMEMBERED = timedelta(days=7), timedelta(days=365)
#: How long anybody may wait for a file that is made at once.
WAITED = timedelta(hours=1)
#: Exports of one page, and seconds between two notes of their progress.
SHOWN, NOTED = 200, 0.5

BROKEN = N_("The export stopped before its end. The log of the server has the details.")
READY = N_("Your export “%(name)s” is ready.")
FAILED = N_("Your export “%(name)s” failed.")


def folder() -> Path:
    """Only the server's user may look inside."""
    path = settings().data_dir / "exports"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def topics_of(run: ExportRun) -> set[str]:
    """Who hears of an export: its maker, and administrators who look at the page."""
    return {f"exports:{run.created_by_id}", "exports:all"}


# -- beginning -------------------------------------------------------------------------------------------------------


def begin(act: Act, wanted: Wanted) -> ExportRun:
    """Remember a request; with more than AT_ONCE rows a job makes the file, else the caller does (`carry_out`).

    Raises NotAllowed, NotFound or BadValue.
    """
    may_export(act.who)
    wanted = settled(act, checked(wanted))
    total = len(wanted.ids) or lists.count(act, wanted.ask)
    run = ExportRun(
        entity=wanted.entity,
        format=wanted.format,
        wanted=wanted.stored(),
        file_name=file_name(act.who, wanted, act.now),
        total=total,
        created_by_id=act.who.id,
        created_on=act.now,
    )
    act.session.add(run)
    act.session.flush()
    if total > AT_ONCE:
        run.job_id = jobs.enqueue(act.session, KIND, {"run_id": run.id}, now=act.now, by=act.who.id).id
        act.session.flush()
    act.topics |= topics_of(run)
    return run


# -- carrying out ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Begun:
    who: Who
    wanted: Wanted
    path: Path


def carry_out(run_id: int) -> None:
    """Make the file of an export that waits, or whose maker died; one that was canceled leaves nothing.

    A refusal is written down; anything else leaves no file and is raised.
    """
    begun = db.transact(_take, run_id)
    if begun is None:
        return
    token = begun.path.name
    try:
        made = make(begun.who, begun.wanted, begun.path, db.now(), _progress(run_id, token))
        size = begun.path.stat().st_size
        if not db.transact(_finish, run_id, token, made, size):
            begun.path.unlink(missing_ok=True)
    except Stopped:
        begun.path.unlink(missing_ok=True)
    except CrmError as refusal:
        begun.path.unlink(missing_ok=True)
        db.transact(_refuse, run_id, token, refusal)
    except BaseException:
        begun.path.unlink(missing_ok=True)
        raise


def _take(session: Session, run_id: int) -> _Begun | None:
    run = session.exec(select(ExportRun).where(ExportRun.id == run_id).with_for_update()).first()
    if run is None or run.status not in UNFINISHED:
        return None
    if run.stored_as:  # of somebody who died in the midst of it
        (folder() / run.stored_as).unlink(missing_ok=True)
    run.status, run.position = ExportStatus.RUNNING.value, 0
    run.stored_as = f"{secrets.token_hex(16)}.{run.format}"
    path = folder() / run.stored_as
    path.touch(mode=0o600)
    return _Begun(act_as(session, run.created_by_id, db.now()).who, restored(run.wanted), path)


def _progress(run_id: int, token: str) -> Callable[[int, int], bool]:
    noted = monotonic()

    def note(done: int, total: int) -> bool:
        nonlocal noted
        if monotonic() - noted < NOTED:
            return True
        noted = monotonic()
        return db.transact(_change, run_id, token, position=done, total=total)

    return note


def _change(session: Session, /, run_id: int, token: str, **values: Any) -> bool:
    """Change a running export; False if it was canceled or somebody else makes it now."""
    mine = (col(ExportRun.id) == run_id, col(ExportRun.stored_as) == token)
    running = col(ExportRun.status) == ExportStatus.RUNNING.value
    return bool(cast(Any, session.execute(update(ExportRun).where(*mine, running).values(**values))).rowcount)


def _finish(session: Session, run_id: int, token: str, made: Made, size: int) -> bool:
    now = db.now()
    done = {"status": ExportStatus.DONE.value, "finished_on": now, "size": size, "cut": made.cut}
    if not _change(session, run_id, token, position=made.rows, total=made.rows, **done):
        return False
    _tell_maker(session, run_id, READY, now)
    return True


def _refuse(session: Session, run_id: int, token: str, refusal: CrmError) -> None:
    now = db.now()
    told = {"message": refusal.message, "values": {k: str(v) for k, v in refusal.values.items()}}
    failed = {"status": ExportStatus.FAILED.value, "finished_on": now, "message": told, "stored_as": ""}
    if _change(session, run_id, token, **failed):
        _tell_maker(session, run_id, FAILED, now)


def _tell_maker(session: Session, run_id: int, message: str, now: datetime) -> None:
    """Ring the bell for an export that its maker does not wait for."""
    run = session.get_one(ExportRun, run_id)
    if run.job_id is not None:
        act = act_as(session, run.created_by_id, now)
        values = {"name": run.file_name}
        notifying.notify(
            act, run.created_by_id, notifying.Kind.EXPORT, message, values, entity="export", record_id=run_id
        )


# -- ending otherwise ------------------------------------------------------------------------------------------------


def cancel(act: Act, run_id: int) -> ExportRun:
    """Call off an export that waits or runs. Raises NotFound, or NotAllowed for one that has ended."""
    run = find(act, run_id, lock=True)
    if run.status not in UNFINISHED:
        raise NotAllowed(N_("This export has ended already."))
    _end(run, ExportStatus.CANCELED, act.now)
    job = act.session.exec(select(Job).where(Job.id == run.job_id).with_for_update()).first() if run.job_id else None
    if job is not None and job.state in jobs.UNFINISHED:
        act.topics |= jobs.end(act.session, job, JobState.CANCELED, act.now)
    act.topics |= topics_of(run)
    return run


def job_ended(session: Session, job: Job, now: datetime) -> set[str]:
    """The job of an export failed for good or was canceled: so is the export. Returns the topics to be told."""
    run = session.get(ExportRun, int(job.payload.get("run_id", 0)))
    if run is None or run.status not in UNFINISHED:
        return set()
    canceled = job.state == JobState.CANCELED.value
    _end(run, ExportStatus.CANCELED if canceled else ExportStatus.FAILED, now)
    if not canceled:
        problem = jobs.problem_of(job) or CrmError()
        run.message = {"message": problem.message, "values": {k: str(v) for k, v in problem.values.items()}}
        _tell_maker(session, run.id or 0, FAILED, now)
    return topics_of(run) | {f"user:{run.created_by_id}"}


def give_up(session: Session, run_id: int) -> None:
    """Write down that an export for which somebody waited went wrong."""
    run = session.get(ExportRun, run_id)
    if run is not None and run.status in UNFINISHED:
        _end(run, ExportStatus.FAILED, db.now())
        run.message = {"message": BROKEN, "values": {}}


def _end(run: ExportRun, status: ExportStatus, now: datetime) -> None:
    discard(run)
    run.status, run.finished_on = status.value, now


def discard(run: ExportRun) -> None:
    """Remove the file of an export."""
    if run.stored_as:
        (folder() / run.stored_as).unlink(missing_ok=True)
        run.stored_as = ""


def forget_file(act: Act, run_id: int) -> ExportRun:
    """Remove the file of an export that is done before its time; that it was made stays in the list."""
    run = find(act, run_id, lock=True)
    if run.status in UNFINISHED:
        raise NotAllowed(N_("This export is not done yet. Cancel it instead."))
    discard(run)
    act.topics |= topics_of(run)
    return run


def sweep(session: Session, now: datetime) -> int:
    """Remove files that are older than a week, and what is left of very old exports; returns how many files went."""
    old = select(ExportRun).where(col(ExportRun.created_on) < now - KEPT, col(ExportRun.stored_as) != "")
    gone = 0
    for run in session.exec(old.where(col(ExportRun.status).not_in(UNFINISHED))):
        discard(run)
        gone += 1
    # Nobody waits any more for what a server was making at once when it stopped.
    left = select(ExportRun.id).where(col(ExportRun.status).in_(UNFINISHED), col(ExportRun.job_id).is_(None))
    for run_id in session.exec(left.where(col(ExportRun.created_on) < now - WAITED)):
        give_up(session, run_id or 0)
    session.flush()
    session.execute(delete(ExportRun).where(col(ExportRun.created_on) < now - REMEMBERED))
    known = set(session.scalars(select(ExportRun.stored_as).where(col(ExportRun.stored_as) != "")))
    for path in folder().iterdir():
        lasted = now.timestamp() - path.stat().st_mtime
        if path.name not in known and lasted > timedelta(days=1).total_seconds():
            path.unlink(missing_ok=True)
            gone += 1
    return gone


# -- looking ---------------------------------------------------------------------------------------------------------


def find(act: Act, run_id: int, lock: bool = False) -> ExportRun:
    """An export of the asker's, any for administrators. Raises NotFound."""
    may_export(act.who)
    wanted = select(ExportRun).where(ExportRun.id == run_id)
    found = act.session.exec(wanted.with_for_update() if lock else wanted).first() if 0 < run_id < LARGEST_ID else None
    if found is None or not (found.created_by_id == act.who.id or act.who.administrator):
        raise NotFound(N_("There is no such export, or it is not yours."))
    return found


def download(act: Act, run_id: int) -> tuple[ExportRun, Path]:
    """An export that is done, and its file. Raises NotFound where there is none (any more)."""
    run = find(act, run_id)
    path = folder() / run.stored_as
    fresh = run.created_on >= act.now - KEPT
    if run.status != ExportStatus.DONE.value or not run.stored_as or not fresh or not path.is_file():
        raise NotFound(N_("The file of this export is not there, or not there any more: files are kept for 7 days."))
    return run, path


def listed(act: Act) -> list[tuple[ExportRun, str]]:
    """The last exports of the asker, or of everybody for administrators, each with its maker's name."""
    may_export(act.who)
    wanted = select(ExportRun, User.name).join(User, col(User.id) == col(ExportRun.created_by_id))
    if not act.who.administrator:
        wanted = wanted.where(col(ExportRun.created_by_id) == act.who.id)
    found = act.session.exec(wanted.order_by(col(ExportRun.id).desc()).limit(SHOWN))
    return [(run, name) for run, name in found]
