"""Long work of imports beside the server: in a thread where it is short, in a process of its own where it is long.

A pass over many rows keeps a processor busy; in a process of its own nobody who opens a list meanwhile waits for it.
The child says how far it is on its standard output, a line of JSON each; it stops when its standard input ends, which
happens when the server asks for it and when the server is gone.

    python -m rxcrm.models.importing.work RUN PHASE
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from rxcrm.models import configuration, db, jobs
from rxcrm.models.assignment import routing
from rxcrm.models.children import child
from rxcrm.models.errors import CrmError
from rxcrm.models.importing import examining, running, undoing, weighing
from rxcrm.models.importing.books import ImportRun, RunStatus
from rxcrm.models.importing.claims import Interrupted, Superseded
from rxcrm.models.job import Job
from rxcrm.translation import N_

log = logging.getLogger("rxcrm")

#: Imports of more rows than this go to a process of their own.
LONG = 2_000
#: Seconds that a process gets to stop where it can go on later.
PATIENCE = 10
EXAMINE, WEIGH, RUN, UNDO = "examine", "weigh", "run", "undo"

#: Called with rows done and rows in all.
Report = Callable[[int, int], Awaitable[None]]


class Stopped(Exception):
    """The work was told to stop before it was done."""


class Busy(CrmError):
    message = N_("The import could not go on just now; it is tried again.")


def do(run_id: int, phase: str, progress: Callable[[int, int], None], stop: Callable[[], bool]) -> None:
    """One phase of an import from beginning to end, here and now. Raises Stopped if it was told to stop."""
    if phase in (RUN, UNDO):
        try:
            if phase == RUN:
                running.carry_out(run_id, progress=progress, interrupted=stop)
            else:
                undoing.undo(run_id, progress=progress, stop=stop)
        except Interrupted:
            raise Stopped from None
    else:
        run = db.read(lambda session: session.get_one(ImportRun, run_id))
        who = db.read(running.importer_of, run)
        done: Any = (examining.examine if phase == EXAMINE else weighing.weigh)(run, who, progress, stop)
        if not done:
            raise Stopped


async def carry_on(run_id: int, phase: str, rows: int, report: Report) -> None:
    """Do a phase, saying how far it is. When this is cancelled, so is the work; a run can be taken up again."""
    if rows > LONG:
        await _in_process(run_id, phase, report)
    else:
        await _in_thread(run_id, phase, report)


async def _in_thread(run_id: int, phase: str, report: Report) -> None:
    stop = threading.Event()
    reached: list[tuple[int, int]] = []
    work = asyncio.ensure_future(
        asyncio.to_thread(do, run_id, phase, lambda done, total: reached.append((done, total)), stop.is_set)
    )
    try:
        while not work.done():
            await asyncio.wait([work], timeout=0.2)
            if reached:
                await report(*reached[-1])
                reached.clear()
        await work
    except asyncio.CancelledError:
        stop.set()
        with contextlib.suppress(Stopped, Superseded, CrmError):
            await work
        raise


async def _in_process(run_id: int, phase: str, report: Report) -> None:
    said: dict[str, Any] = {}
    async with child("rxcrm.models.importing.work", str(run_id), phase, talks=True, patience=PATIENCE) as process:
        assert process.stdout is not None
        async for line in process.stdout:
            said = json.loads(line)
            if "done" in said:
                await report(said["done"], said["total"])
    _raise(said, process.returncode)


def _raise(said: dict[str, Any], code: int | None) -> None:
    """Nothing if the child said that it is done; else what went wrong there."""
    if said.get("end") == "done":
        return
    if said.get("end") == "refused":
        raise CrmError(str(said["message"]), **said.get("values", {}))
    if said.get("end") == "superseded":
        raise Superseded
    log.error("the work of an import ended with %s", code)
    raise Busy


def _child() -> int:
    """The process of its own."""
    run_id, phase = int(sys.argv[1]), sys.argv[2]
    stop = threading.Event()

    def watch() -> None:
        # Read past Python's own buffer, whose lock would be held when the process ends.
        while os.read(0, 1):
            pass
        stop.set()

    threading.Thread(target=watch, daemon=True).start()

    def say(**words: Any) -> None:
        print(json.dumps(words, default=str), flush=True)

    db.read(configuration.refresh)
    try:
        do(run_id, phase, lambda done, total: say(done=done, total=total), stop.is_set)
    except Stopped:
        say(end="stopped")
    except Superseded:
        say(end="superseded")
    except CrmError as refusal:
        say(end="refused", message=refusal.message, values={k: str(v) for k, v in refusal.values.items()})
    else:
        say(end="done")
    return 0


# -- jobs ------------------------------------------------------------------------------------------------------------


def _ended(session: Session, job: Job, now: datetime) -> set[str]:
    """A job will not be done, yet its import must not stay half done: another one takes it back, or goes on undoing it."""
    run = session.get(ImportRun, int(job.payload["run"]), with_for_update=True)
    if run is None or run.status not in (RunStatus.RUNNING.value, RunStatus.UNDOING.value):
        return set()
    if run.status == RunStatus.RUNNING.value and not run.values.get(undoing.ENDS):
        run.message, run.values = running.STOPPED, {undoing.ENDS: RunStatus.FAILED.value}
    run.runner = ""  # whoever is still at it writes nothing more
    if not job.payload.get("again"):
        payload = {"run": run.id, "again": True}
        run.job_id = jobs.enqueue(session, job.kind, payload, now=now, by=job.by_id).id
    return {f"import:{run.id}"}


@jobs.handler(running.KIND, N_("Import"), ended=_ended)
async def _run(job: Job) -> None:
    await _job(job, RUN, RunStatus.RUNNING)


@jobs.handler(undoing.KIND, N_("Undo of an import"), ended=_ended)
async def _undo(job: Job) -> None:
    await _job(job, UNDO, RunStatus.UNDOING)


async def _job(job: Job, phase: str, status: RunStatus) -> None:
    """A phase that its import is in; one that has left it needs no work any more."""
    run = await db.look(lambda session: session.get(ImportRun, int(job.payload["run"])))
    if run is None or run.status != status.value:
        return
    topic = f"import:{run.id}"
    shaped = await db.look(configuration.number)

    async def report(done: int, total: int) -> None:
        await jobs.report(job, done, total)
        await jobs.tell({topic})

    try:
        await carry_on(run.id or 0, phase, run.total, report)
    except Superseded:
        return  # another worker goes on with it
    except Busy as busy:
        raise jobs.Retry(busy.message) from None
    except OperationalError as problem:
        log.warning("the database could not be reached: %s", type(problem).__name__)
        raise jobs.Retry(Busy.message) from None
    except CrmError as refusal:
        raise jobs.GiveUp(refusal.message, **refusal.values) from None
    finally:
        given = await db.look(routing.receivers, run.id or 0) if phase == RUN else set()
        told = {f"user:{user_id}" for user_id in given}
        if await db.look(configuration.number) != shaped:  # tags came into being
            told.add(configuration.TOPIC)
        await jobs.tell({topic, f"user:{run.created_by_id}", *told})


if __name__ == "__main__":
    sys.exit(_child())
