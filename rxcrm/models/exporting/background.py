"""Large exports on the job table: made by a process of their own, so that nobody waits for a page meanwhile."""

from __future__ import annotations

import asyncio

from sqlmodel import Session

from rxcrm.models import db, jobs
from rxcrm.models.children import child
from rxcrm.models.exporting import runs
from rxcrm.models.exporting.tables import UNFINISHED, ExportRun
from rxcrm.models.job import Job
from rxcrm.models.jobs import handler, report
from rxcrm.translation import N_

#: Seconds between two looks at how far the process is.
LOOKS = 0.5


@handler(runs.KIND, N_("Export"), ended=runs.job_ended)
async def _export(job: Job) -> None:
    """Let a process make the file, and tell how far it is."""
    await in_process(int(job.payload["run_id"]), job)


async def in_process(run_id: int, job: Job | None = None) -> None:
    """Make the file of an export in another process. Raises jobs.Retry if that dies."""
    told = -1
    async with child("rxcrm.models.exporting.work", str(run_id)) as process:
        while process.returncode is None:
            await asyncio.sleep(LOOKS if job else LOOKS / 10)
            if job and (run := await db.look(_run, run_id)) and run.position != told:
                told = run.position
                await report(job, run.position, run.total)
                await jobs.tell(runs.topics_of(run))
    run = await db.look(_run, run_id)
    if run is None:
        return
    await jobs.tell({*runs.topics_of(run), f"user:{run.created_by_id}"})
    if run.status in UNFINISHED:
        raise jobs.Retry(runs.BROKEN)


def _run(session: Session, run_id: int) -> ExportRun | None:
    return session.get(ExportRun, run_id)
