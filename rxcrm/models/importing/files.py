"""Where uploaded files wait, and when they go: once imported, or after a week."""

from __future__ import annotations

import secrets
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from rxcrm.models.importing.books import ImportRun, RunStatus
from rxcrm.settings import settings

#: How long a file that nobody imports is kept.
KEPT = timedelta(days=7)


def folder() -> Path:
    """Only the server's user may look inside."""
    path = settings().data_dir / "imports"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
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


def discard(run: ImportRun) -> None:
    """Remove a run's file and stage: its rows are in the database now, the rejected ones in the books."""
    if not run.stored_as:
        return
    stage = stage_of(run)
    for path in (stored(run), stage, stage.with_name(stage.name + "-wal"), stage.with_name(stage.name + "-shm")):
        path.unlink(missing_ok=True)


def sweep(session: Session, now: datetime) -> None:
    """Remove the files of uploads that nobody has imported for a week."""
    old = select(ImportRun).where(ImportRun.status == RunStatus.UPLOADED.value, col(ImportRun.created_on) < now - KEPT)
    for run in session.exec(old):
        discard(run)
