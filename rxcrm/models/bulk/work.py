"""Bulk commands on the job table: batch by batch, each in a transaction of its own, until they are done or called off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col

from rxcrm.models import db, jobs
from rxcrm.models.access import who_is
from rxcrm.models.bulk import books, doing
from rxcrm.models.job import Job
from rxcrm.models.operation import Operation, OperationKind
from rxcrm.models.people import User, organisation
from rxcrm.models.records import BIN_LIFE, Act
from rxcrm.translation import N_

#: Seconds of rest between two batches, in which others write.
REST = 0.02
DISABLED = N_("%(name)s is disabled; the change was stopped.")


def _act(session: Session, job: Job, now: datetime) -> Act:
    """The unit of work of whoever gave the command, with the rights that he has now."""
    user, org = session.get_one(User, job.by_id), organisation(session)
    assert org is not None, "no job before the set-up"
    if user.disabled:
        raise jobs.GiveUp(DISABLED, name=user.name)
    return Act(session, who_is(session, user, org), now)


async def _through(job: Job, one: Callable[[Act], tuple[int, bool]], total: int) -> None:
    """One batch after the other; open tabs hear of each."""

    def batch(session: Session) -> tuple[int, bool, set[str]]:
        act = _act(session, job, db.now())
        position, ended = one(act)
        return position, ended, act.topics

    while True:
        position, ended, topics = await db.run(batch)
        await jobs.report(job, position, total)
        await jobs.tell(topics)
        if ended:
            return
        await asyncio.sleep(REST)


def _ended(session: Session, job: Job, _now: datetime) -> set[str]:
    """A job will not be done: its books say so, and what it did can be taken back."""
    operation = session.get(Operation, int(job.payload["bulk"]))
    if operation is None or operation.details["state"] not in (books.RUNNING, books.UNDOING):
        return set()
    operation.details = {**operation.details, "state": books.FAILED}
    return {doing.topic(operation)}


@jobs.handler(doing.KIND, N_("Change of many records"), ended=_ended)
async def _run(job: Job) -> None:
    ids = [int(i) for i in job.payload["ids"]]
    await _through(job, lambda act: doing.step(act, int(job.payload["bulk"]), ids), len(ids))


@jobs.handler(doing.UNDO_KIND, N_("Undo of a change of many records"), ended=_ended)
async def _undo(job: Job) -> None:
    def total(session: Session) -> int:
        found = session.get(Operation, int(job.payload["bulk"]))
        return int(found.details["done"]) if found else 0

    await _through(job, lambda act: doing.step_back(act, int(job.payload["bulk"])), await db.look(total))


def sweep(session: Session, now: datetime) -> int:
    """Remove the books of bulk commands that are too old to be taken back; returns how many."""
    old = (col(Operation.kind) == OperationKind.BULK.value, col(Operation.at) < now - BIN_LIFE)
    done: Any = session.execute(delete(Operation).where(*old))
    return int(done.rowcount)
