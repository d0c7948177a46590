"""Processes of our own for long work: they know the same database and data folder, and none outlives whoever waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator

from rxcrm.models import db
from rxcrm.settings import settings


def environment() -> dict[str, str]:
    """What a child inherits: everything, and where this process keeps its data, whatever it was told that by."""
    url = db.engine().url.render_as_string(hide_password=False)
    return {**os.environ, "RXCRM_DATABASE_URL": url, "RXCRM_DATA_DIR": str(settings().data_dir.resolve())}


@contextlib.asynccontextmanager
async def child(module: str, *arguments: str, talks: bool = False, patience: float = 0) -> AsyncIterator[Process]:
    """`python -m MODULE ARGUMENTS`, which has ended when the block does.

    One that `talks` writes to its standard output, and stops when its standard input ends; it gets `patience` seconds to
    do so. Every other one is killed if it still runs then.
    """
    ends = PIPE if talks else DEVNULL
    command = (sys.executable, "-m", module, *arguments)
    process = await asyncio.create_subprocess_exec(*command, env=environment(), stdin=ends, stdout=ends)
    try:
        yield process
    finally:
        if process.stdin:
            process.stdin.close()
        if process.returncode is None and patience:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), patience)
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
