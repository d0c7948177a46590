"""Where uploaded files wait, and when they go: once imported, or after a week in which nobody touched them."""

from __future__ import annotations

import secrets
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from rxcrm.models.importing.books import ImportRun, RunStatus
from rxcrm.models.importing.staging import UNPACKING
from rxcrm.settings import settings

#: How long a file that nobody imports is kept, and how long one that belongs to no import: it may be about to.
KEPT, STRAY = timedelta(days=7), timedelta(days=1)
#: What the names of the files of a run end with: the file, its stage, and what SQLite lays beside that.
_PARTS = ("", ".stage", ".stage-wal", ".stage-shm", ".stage-journal")
#: Imports in these states still need their files.
_NEEDED = (RunStatus.UPLOADED.value, RunStatus.RUNNING.value)


def folder() -> Path:
    """Only the server's user may look inside."""
    path = settings().data_dir / "imports"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def scratch() -> Path:
    """A new name in the folder, for what somebody is about to fetch; what he leaves there is a stray."""
    path = folder() / secrets.token_hex(16)
    path.touch(mode=0o600)
    return path


def take_in(path: Path) -> Path:
    """The file under a random name in the folder; one that lies there already stays as it is."""
    stored = path
    if path.resolve().parent != folder().resolve():
        stored = folder() / secrets.token_hex(16)
        shutil.copyfile(path, stored)
    stored.chmod(0o600)
    return stored


def stored(run: ImportRun) -> Path:
    """The uploaded file of a run."""
    return folder() / run.stored_as


def stage_of(run: ImportRun) -> Path:
    """Where the rows of a run's file are staged."""
    return folder() / f"{run.stored_as}.stage"


def renew_stage(run: ImportRun) -> None:
    """Put what was just read (`….fresh`) in the place of an older stage, if there is something."""
    stage = stage_of(run)
    fresh = stage.with_suffix(".fresh")
    if fresh.exists():
        for ending in ("-wal", "-shm"):
            stage.with_name(stage.name + ending).unlink(missing_ok=True)
            fresh.with_name(fresh.name + ending).unlink(missing_ok=True)
        fresh.replace(stage)


def discard(run: ImportRun) -> None:
    """Remove a run's file and stage: its rows are in the database now, the rejected ones in the books."""
    if not run.stored_as:
        return
    for path in _all_of(run):
        path.unlink(missing_ok=True)


def _all_of(run: ImportRun) -> list[Path]:
    return [folder() / f"{run.stored_as}{part}" for part in _PARTS]


def sweep(session: Session, now: datetime) -> int:
    """Remove uploads that nobody has touched for a week, and what no import needs; returns how many files went.

    Changes nothing in the database: an import without its file says so to whoever opens it.
    """
    before = set(folder().iterdir())
    old = (ImportRun.status == RunStatus.UPLOADED.value, col(ImportRun.created_on) < now - KEPT)
    for run in session.exec(select(ImportRun).where(*old, col(ImportRun.stored_as) != "")):
        touched = [since for path in _all_of(run) if (since := _untouched(path, now)) is not None]
        if touched and min(touched) > KEPT:
            discard(run)
    needed = session.scalars(select(ImportRun.stored_as).where(col(ImportRun.status).in_(_NEEDED)))
    known = {f"{name}{part}" for name in needed for part in _PARTS}
    for path in before:
        since = _untouched(path, now)
        if path.name in known or since is None or since < STRAY:
            continue
        if not path.is_dir():
            path.unlink(missing_ok=True)
        elif path.name.startswith(UNPACKING):
            shutil.rmtree(path, ignore_errors=True)  # who unpacks there may just remove it too
    return sum(not path.exists() for path in before)


def _untouched(path: Path, now: datetime) -> timedelta | None:
    """For how long nobody has written to a file; None if it is not there."""
    try:
        return timedelta(seconds=now.timestamp() - path.stat().st_mtime)
    except FileNotFoundError:
        return None
