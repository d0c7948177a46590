"""Large exports on the job table: made by a process of their own, so that nobody waits for a page meanwhile."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

from sqlmodel import Session

from rxcrm.models import db, jobs
from rxcrm.models.exporting import runs
from rxcrm.models.exporting.tables import UNFINISHED, ExportRun
from rxcrm.models.job import Job
from rxcrm.models.jobs import handler, report
from rxcrm.settings import settings
from rxcrm.translation import N_

#: Seconds between two looks at how far the process is.
LOOKS = 0.5


@handler(runs.KIND, N_("Export"), ended=runs.job_ended)
async def _export(job: Job) -> None:
    """Let a process make the file, and tell how far it is."""
    await in_process(int(job.payload["run_id"]), job)


async def in_process(run_id: int, job: Job | None = None) -> None:
    """Make the file of an export in another process. Raises jobs.Retry if that dies."""
    process = await asyncio.to_thread(_start, run_id)
    told = -1
    try:
        while process.poll() is None:
            await asyncio.sleep(LOOKS if job else LOOKS / 10)
            if job and (run := await db.look(_run, run_id)) and run.position != told:
                told = run.position
                await report(job, run.position, run.total)
                await jobs.tell(runs.topics_of(run))
    finally:
        if process.poll() is None:
            process.kill()
            await asyncio.to_thread(process.wait)
    run = await db.look(_run, run_id)
    if run is None:
        return
    await jobs.tell({*runs.topics_of(run), f"user:{run.created_by_id}"})
    if run.status in UNFINISHED:
        raise jobs.Retry(runs.BROKEN)


def _start(run_id: int) -> subprocess.Popen[bytes]:
    url = db.engine().url.render_as_string(hide_password=False)
    place = {"RXCRM_DATABASE_URL": url, "RXCRM_DATA_DIR": str(settings().data_dir.resolve())}
    command = [sys.executable, "-m", "rxcrm.models.exporting.work", str(run_id)]
    return subprocess.Popen(command, env={**os.environ, **place}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def _run(session: Session, run_id: int) -> ExportRun | None:
    return session.get(ExportRun, run_id)
