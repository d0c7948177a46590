"""The worker: takes jobs that are due and lets their handlers do them, some at a time, beside the pages of this process.

Several processes may run one each; the job table sees to it that no two take the same job.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import time
import uuid
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta

from rxcrm.models import db, jobs, reindexing, reminders
from rxcrm.models.bulk import doing
from rxcrm.models.bulk import work as bulk
from rxcrm.models.exchange import accounts
from rxcrm.models.exchange import working as exchange
from rxcrm.models.exporting import background as exporting
from rxcrm.models.exporting import runs
from rxcrm.models.importing import running, tidying, undoing
from rxcrm.models.importing import work as importing
from rxcrm.models.job import Job
from rxcrm.models.mail import receiving, sending
from rxcrm.models.matching import sweeping
from rxcrm.models.sampling import work as sampling
from rxcrm.models.scoring import work as scoring
from rxcrm.models.shaping import customs, indexing
from rxcrm.settings import settings

log = logging.getLogger("rxcrm")

#: Jobs done at once by one process.
AT_ONCE = 4
#: Of these at most so many may be of a long kind, so that a reminder or a letter never waits for hours.
LONG_AT_ONCE = 2
#: Seconds between looks for work that another process has put off, or whose time has come.
LOOKS = 1.0
#: Seconds between a worker's signs of life for a job.
LIVES = jobs.LEASE.total_seconds() / 4
#: Seconds that running jobs get to end when the server stops.
GRACE = 5.0
#: Seconds of rest after the database could not be asked.
REST = 5.0
#: Seconds between the sweeps of old jobs, and of what imports leave.
SWEEPS = 3600.0

#: The handlers are registered by these modules.
HANDLERS = (
    importing,
    reminders,
    sending,
    receiving,
    sweeping,
    exchange,
    exporting,
    bulk,
    indexing,
    scoring,
    reindexing,
    sampling,
)
#: Kinds of which one job may take an hour.
LONG = frozenset({running.KIND, undoing.KIND, runs.KIND, accounts.FETCH, doing.KIND, doing.UNDO_KIND, reindexing.KIND})


class Worker:
    """One loop that takes, and a task for each job taken."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()[:20]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.tasks: set[asyncio.Task[None]] = set()
        self._long: set[asyncio.Task[None]] = set()
        self.stopping = False
        self._called = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._chores: dict[str, float] = {}

    def wake(self) -> None:
        """Look for work now; from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop of a server that is just stopping
            self._loop.call_soon_threadsafe(self._called.set)

    async def run(self) -> None:
        """Take what is due until canceled."""
        while not self.stopping:
            self._called.clear()
            try:
                await self._do_chores()
                await self._take_all()
            except Exception:
                # Nothing may end the loop, least of all a database that restarts.
                log.exception("the worker could not look for work")
                await asyncio.sleep(REST)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._called.wait(), LOOKS)

    async def _do_chores(self) -> None:
        """What must be done from time to time, each by whichever process comes first."""
        if self._is_time("sweep", SWEEPS):
            await db.run(jobs.sweep, db.now())
            await db.run(customs.purge, db.now())
            await db.run(bulk.sweep, db.now())
            await db.run(scoring.chores, db.now())
            await tidying.tidy(db.now())
        seconds = max(settings().imap_seconds, 10)
        if settings().imap_url and self._is_time(receiving.KIND, min(seconds / 4, 30)):
            await db.run(jobs.repeat, receiving.KIND, timedelta(seconds=seconds), db.now())

    def _is_time(self, chore: str, seconds: float) -> bool:
        now, last = time.monotonic(), self._chores.get(chore)
        if last is not None and now - last < seconds:
            return False
        self._chores[chore] = now
        return True

    async def _take_all(self) -> None:
        while len(self.tasks) < AT_ONCE and not self.stopping:
            enough = LONG if len(self._long) >= LONG_AT_ONCE else frozenset[str]()
            if not await db.look(jobs.is_due, db.now(), enough):
                return
            job, topics = await db.run(jobs.take, self.name, db.now(), enough)
            await tell(topics)
            if job is None:
                return
            task = asyncio.create_task(self._do(job), name=f"job {job.id} ({job.kind})")
            self.tasks.add(task)
            if job.kind in LONG:
                self._long.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        self._long.discard(task)
        self._called.set()
        if not task.cancelled() and (error := task.exception()):
            # How it ended could not be written down: its lease passes, and it runs again.
            log.error("%s was left behind", task.get_name(), exc_info=error)

    async def _do(self, job: Job) -> None:
        """One job from beginning to end, with signs of life in between."""
        work = asyncio.create_task(_handle(job))
        pulse = asyncio.create_task(self._live(job, work))
        try:
            await asyncio.shield(work)
            await self._write_down(job, None)
        except asyncio.CancelledError:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            if self.stopping:
                await db.run(jobs.release, job.id or 0, self.name, db.now())
                raise
            # Otherwise somebody canceled the job, or it was taken away: both are written down already.
        except Exception as error:
            if not isinstance(error, jobs.Retry | jobs.GiveUp):
                log.exception("job %s (%s) went wrong", job.id, job.kind)
            await self._write_down(job, error)
        finally:
            pulse.cancel()

    async def _write_down(self, job: Job, error: Exception | None) -> None:
        number = job.id or 0
        if error is None:
            mine = await db.run(jobs.finish, number, self.name, db.now())
            await tell({jobs.topic(job)} if mine else ())
        else:
            await tell(await db.run(jobs.fail, number, self.name, error, db.now()))

    async def _live(self, job: Job, work: asyncio.Task[None]) -> None:
        while True:
            await asyncio.sleep(LIVES)
            try:
                mine = await db.run(jobs.extend, job.id or 0, self.name, db.now())
            except Exception:
                log.exception("the lease of job %s could not be extended", job.id)
                continue
            if not mine:
                work.cancel()
                return

    async def stop(self) -> None:
        """Take nothing more, let running jobs end for a moment, then give back what has not."""
        self.stopping = True
        self.wake()
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=GRACE)
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def _handle(job: Job) -> None:
    kind = jobs.KINDS.get(job.kind)
    if kind is None:
        raise jobs.GiveUp(jobs.UNKNOWN_KIND)
    await kind.handle(job)


async def tell(topics: Iterable[str]) -> None:
    """Let open tabs know, after the commit."""
    if found := set(topics):
        from rxcrm.state import live  # the states are only there once the application is

        # The page of all jobs hears of each.
        live.publish(found | ({"jobs:all"} if any(t.startswith("job:") for t in found) else set()))


@contextlib.asynccontextmanager
async def working() -> AsyncIterator[None]:
    """The worker of this process, for as long as the application runs."""
    worker = Worker()
    jobs.wakers.add(worker.wake)
    previous, jobs.tell = jobs.tell, tell
    task = asyncio.create_task(worker.run(), name="worker")
    try:
        yield
    finally:
        jobs.wakers.discard(worker.wake)
        await worker.stop()
        jobs.tell = previous
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
