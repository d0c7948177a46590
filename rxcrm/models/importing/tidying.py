"""What is no longer needed of imports goes: their files, and what would be needed to undo those that are too old for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from rxcrm.models import db
from rxcrm.models.importing import files
from rxcrm.models.importing.books import ImportChange, ImportRun, RunStatus
from rxcrm.models.importing.undoing import LIFE

#: What is forgotten in one transaction, so that nobody who writes waits for long.
AT_ONCE = 5_000
#: An undo that was begun in the last moment needs what it takes back.
_SPARE = timedelta(days=1)
#: Imports in these states may still have to set records back.
_AT_WORK = (RunStatus.RUNNING.value, RunStatus.UNDOING.value)


async def tidy(now: datetime) -> None:
    """The chore of the worker: every hour."""
    await db.look(files.sweep, now)
    while await db.run(forget_changes, now) == AT_ONCE:
        pass


def forget_changes(session: Session, now: datetime) -> int:
    """Forget what imports that can no longer be undone changed, at most AT_ONCE of it; returns how much went."""
    ended = func.coalesce(col(ImportRun.finished_on), col(ImportRun.created_on))
    old = select(ImportRun.id).where(col(ImportRun.status).not_in(_AT_WORK), ended < now - LIFE - _SPARE)
    some = select(ImportChange.id).where(col(ImportChange.run_id).in_(old)).limit(AT_ONCE)
    return int(cast(Any, session.execute(delete(ImportChange).where(col(ImportChange.id).in_(some)))).rowcount)
