"""Work that outlives a tab: put off, taken by a worker, tried again, given up, seen by administrators.

A piece of work is enqueued in the transaction that wants it done, so there is never one without the other. It is done
at least once: what its worker did not finish before it died runs again, so a handler looks first what is left to do.
"""

from __future__ import annotations

import json
import random
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import delete, event, func, text, update
from sqlmodel import Session, col, select

from rxcrm.models import db
from rxcrm.models.errors import CrmError
from rxcrm.models.job import Job, JobState
from rxcrm.translation import N_

#: How long a worker may be silent before it is taken for dead; it says more often that it lives.
LEASE = timedelta(seconds=60)
#: Tries before a job counts as failed.
MOST_ATTEMPTS = 8
#: Seconds before the second try; every further wait is twice as long, up to the longest.
FIRST_WAIT, LONGEST_WAIT = 10.0, 3600.0
#: How long ended jobs are kept: those that did what they should, and those that did not.
DONE_KEPT, FAILED_KEPT = timedelta(days=7), timedelta(days=90)

UNFINISHED = (JobState.WAITING.value, JobState.RUNNING.value)

DIED = N_("The server stopped while working on this.")
UNEXPECTED = N_("Something unexpected went wrong (%(error)s). The log of the server has the details.")
UNKNOWN_KIND = N_("This server does not know this kind of work.")


class Retry(CrmError):
    """Raised by a handler: not now, perhaps later. The sentence says why."""


class GiveUp(CrmError):
    """Raised by a handler: never, however often it is tried. The sentence says why."""


# -- what can be done ------------------------------------------------------------------------------------------------

Handler = Callable[[Job], Awaitable[None]]
#: Called in the transaction in which a job fails for good or is canceled; returns topics to be told.
Ended = Callable[[Session, Job, datetime], set[str]]


@dataclass(frozen=True)
class Kind:
    """A kind of work: its name for people, who does it, and who cleans up when it will not be done."""

    label: str
    handle: Handler
    ended: Ended | None = None


KINDS: dict[str, Kind] = {}


def handler(kind: str, label: str = "", ended: Ended | None = None) -> Callable[[Handler], Handler]:
    """Let a coroutine do the jobs of a kind."""

    def register(fn: Handler) -> Handler:
        KINDS[kind] = Kind(label or kind, fn, ended)
        return fn

    return register


# -- putting off -----------------------------------------------------------------------------------------------------

#: Called in whatever thread commits a transaction that put something off; the worker of this process adds itself.
wakers: set[Callable[[], None]] = set()


def enqueue(
    session: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    due_on: datetime | None = None,
    key: str = "",
    by: int | None = None,
) -> Job:
    """Put a piece of work off until `due_on` (else: as soon as possible), in this transaction.

    With a `key` only one of this kind and key waits: the later call moves it to its own time and payload.
    """
    due = due_on or now
    job = _waiting(session, kind, key) if key else None
    if job is None:
        job = Job(kind=kind, key=key, payload=dict(payload), by_id=by, due_on=due, created_on=now)
        session.add(job)
    else:
        job.payload, job.due_on, job.by_id = dict(payload), due, by
    session.flush()
    if due <= now:
        _wake_after_commit(session)
    return job


def _waiting(session: Session, kind: str, key: str) -> Job | None:
    if session.get_bind().dialect.name == "postgresql":
        # Nothing to lock exists yet: two transactions would both find none waiting, and both add one.
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": f"job {kind} {key}"})
    return session.exec(
        select(Job).where(Job.kind == kind, Job.key == key, Job.state == JobState.WAITING.value).with_for_update()
    ).first()


def _wake_after_commit(session: Session) -> None:
    if not event.contains(session, "after_commit", _wake):
        event.listen(session, "after_commit", _wake)


def _wake(session: Session) -> None:
    if not session.in_nested_transaction():  # the end of a savepoint is no commit yet
        for waker in list(wakers):
            waker()


def withdraw(session: Session, kind: str, key: str, now: datetime) -> None:
    """Call off what waits under a key, if anything does."""
    waiting = (col(Job.kind) == kind, col(Job.key) == key, col(Job.state) == JobState.WAITING.value)
    session.execute(update(Job).where(*waiting).values(state=JobState.CANCELED.value, finished_on=now))


def repeat(session: Session, kind: str, every: timedelta, now: datetime) -> None:
    """Let a job of this kind be due, unless one is unfinished or the last one was due less than `every` ago.

    The same row serves again and again, so that something done every minute does not fill the table.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": f"job {kind}"})
    last = session.exec(select(Job).where(Job.kind == kind).order_by(col(Job.id).desc()).limit(1)).first()
    if last is None:
        enqueue(session, kind, {}, now=now)
    elif last.state not in UNFINISHED and last.due_on <= now - every:
        _begin_anew(last, now)
        session.flush()


def _begin_anew(job: Job, now: datetime) -> None:
    job.state, job.due_on, job.finished_on = JobState.WAITING.value, now, None
    job.attempts = job.done = job.total = 0
    job.taken_by, job.lease_until = "", None


# -- what a worker does ----------------------------------------------------------------------------------------------


def due(now: datetime) -> Any:
    """The condition under which a job is to be taken: its time has come, or its worker died."""
    waits = (col(Job.state) == JobState.WAITING.value) & (col(Job.due_on) <= now)
    orphaned = (col(Job.state) == JobState.RUNNING.value) & (col(Job.lease_until) < now)
    return waits | orphaned


def is_due(session: Session, now: datetime, without: Collection[str] = ()) -> bool:
    """Whether there is anything to take, of other kinds than those: a question that locks nothing."""
    others = col(Job.kind).not_in(without)
    return session.exec(select(Job.id).where(due(now), others).limit(1)).first() is not None


def take(session: Session, worker: str, now: datetime, without: Collection[str] = ()) -> tuple[Job | None, set[str]]:
    """The next job, now running under this worker's lease, and topics to be told; no other worker can take it too.

    Jobs of the kinds `without` wait: this worker has enough of them. One that died with its worker for the last time allowed is not taken but failed.
    """
    topics: set[str] = set()
    while True:
        # Rows that another worker is just taking are passed over; SQLite lets one writer in at a time anyway.
        job = session.exec(
            select(Job)
            .where(due(now), col(Job.kind).not_in(without))
            .order_by(col(Job.due_on), col(Job.id))
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if job is None:
            return None, topics
        topics.add(topic(job))
        if job.state == JobState.RUNNING.value:
            job.problem = _told(CrmError(DIED))
            if job.attempts >= MOST_ATTEMPTS:
                topics |= _end(session, job, JobState.FAILED, now)
                continue
        job.state, job.taken_by, job.lease_until = JobState.RUNNING.value, worker, now + LEASE
        job.attempts, job.done, job.total = job.attempts + 1, 0, 0
        session.flush()
        return job, topics


def extend(session: Session, job_id: int, worker: str, now: datetime) -> bool:
    """Keep a job for another while; False if it is no longer this worker's, and whoever works on it should stop."""
    return _change(session, job_id, worker, lease_until=now + LEASE)


def progress(session: Session, job_id: int, worker: str, done: int, total: int) -> bool:
    """Say how far a job is."""
    return _change(session, job_id, worker, done=done, total=total)


def finish(session: Session, job_id: int, worker: str, now: datetime) -> bool:
    """A job is done; False if it was no longer this worker's."""
    return _change(
        session, job_id, worker, state=JobState.DONE.value, finished_on=now, lease_until=None, taken_by="", problem=""
    )


def release(session: Session, job_id: int, worker: str, now: datetime) -> bool:
    """Give a job back untouched because the server stops; the try does not count."""
    return _change(
        session,
        job_id,
        worker,
        state=JobState.WAITING.value,
        due_on=now,
        lease_until=None,
        taken_by="",
        attempts=Job.attempts - 1,
    )


def _change(session: Session, job_id: int, worker: str, **values: Any) -> bool:
    """Change a running job if it is still this worker's."""
    mine = (col(Job.id) == job_id, col(Job.taken_by) == worker, col(Job.state) == JobState.RUNNING.value)
    return bool(cast(Any, session.execute(update(Job).where(*mine).values(**values))).rowcount)


#: Hands topics to the open tabs; the worker puts its own in the place of this one.
async def _to_nobody(_topics: Iterable[str]) -> None:
    """Without a worker there are no tabs that wait for anything."""


tell: Callable[[Iterable[str]], Awaitable[None]] = _to_nobody


async def report(job: Job, done: int, total: int) -> None:
    """Say from within a handler how far a job is, to the tabs too."""
    if await db.run(progress, job.id or 0, job.taken_by, done, total):
        await tell({topic(job)})


def fail(
    session: Session, job_id: int, worker: str, error: Exception, now: datetime, luck: float | None = None
) -> set[str]:
    """A try went wrong: the job waits longer each time, and has failed after the last one or a GiveUp.

    `luck` (0 … 1, else random) spreads the waiting so that what failed together does not come back together.
    Returns the topics to be told.
    """
    job = session.exec(select(Job).where(Job.id == job_id).with_for_update()).first()
    if job is None or job.taken_by != worker or job.state != JobState.RUNNING.value:
        return set()
    job.problem = _told(error)
    if isinstance(error, GiveUp) or job.attempts >= MOST_ATTEMPTS:
        return _end(session, job, JobState.FAILED, now)
    job.state, job.taken_by, job.lease_until = JobState.WAITING.value, "", None
    job.due_on = now + wait_after(job.attempts, random.random() if luck is None else luck)
    session.flush()
    return {topic(job)}


def wait_after(attempts: int, luck: float) -> timedelta:
    """How long a job waits after so many tries: twice as long each time, and up to half more by luck.

    >>> [wait_after(n, 0).total_seconds() for n in (1, 2, 3, 20)]
    [10.0, 20.0, 40.0, 3600.0]
    """
    base = min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)
    return timedelta(seconds=base * (1 + luck / 2))


def end(session: Session, job: Job, state: JobState, now: datetime) -> set[str]:
    """A locked job will not be done: failed or canceled. Returns the topics to be told."""
    return _end(session, job, state, now)


def _end(session: Session, job: Job, state: JobState, now: datetime) -> set[str]:
    job.state, job.finished_on, job.lease_until, job.taken_by = state.value, now, None, ""
    session.flush()
    kind = KINDS.get(job.kind)
    return {topic(job)} | (kind.ended(session, job, now) if kind and kind.ended else set())


def again(session: Session, job: Job, now: datetime) -> None:
    """A locked job that failed or was canceled waits again, with all its tries."""
    _begin_anew(job, now)
    session.flush()
    _wake_after_commit(session)


def sweep(session: Session, now: datetime) -> int:
    """Remove what ended long ago; returns how many went."""
    ended = (col(Job.state) == JobState.DONE.value) & (col(Job.finished_on) < now - DONE_KEPT) | col(Job.state).in_(
        [JobState.FAILED.value, JobState.CANCELED.value]
    ) & (col(Job.finished_on) < now - FAILED_KEPT)
    return int(cast(Any, session.execute(delete(Job).where(ended))).rowcount)


def unfinished(session: Session) -> int:
    """How many jobs wait or run."""
    return session.exec(select(func.count()).select_from(Job).where(col(Job.state).in_(UNFINISHED))).one()


def topic(job: Job) -> str:
    """Where the progress of a job is told."""
    return f"job:{job.id}"


# -- why it did not work ---------------------------------------------------------------------------------------------


def _told(error: Exception) -> str:
    """A problem as it is stored: a message of the catalogue with its values. What others raise may hold secrets."""
    refusal = error if isinstance(error, CrmError) else CrmError(UNEXPECTED, error=type(error).__name__)
    return json.dumps({"message": refusal.message, "values": {k: str(v) for k, v in refusal.values.items()}})


def problem_of(job: Job) -> CrmError | None:
    """Why the last try went wrong, if it did."""
    return read_problem(json.loads(job.problem)) if job.problem else None


def read_problem(stored: Mapping[str, Any]) -> CrmError | None:
    """A stored problem, to be shown in the reader's language."""
    return CrmError(str(stored["message"]), **stored.get("values", {})) if stored.get("message") else None
