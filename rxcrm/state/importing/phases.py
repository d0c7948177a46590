"""Work of an import that ends before its page can be shown: reading the file, checking its values, comparing its rows.

It goes on when the tab is closed; every tab that shows the import follows it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from rxcrm.models.errors import CrmError
from rxcrm.models.importing import work
from rxcrm.state import live
from rxcrm.translation import N_

log = logging.getLogger("rxcrm")

#: Seconds between two pieces of news for the tabs, and for which a page rather waits than shows that it waits.
NEWS, PATIENCE = 0.25, 0.4
BUSY = N_("This import is being worked on. Wait a moment.")
BROKEN = N_("Something went wrong on the server. Its log has the details; nothing was written.")

#: Work that reports how far it is, and ends when it is cancelled.
Doing = Callable[[work.Report], Awaitable[object]]


@dataclass
class Work:
    """What a page shows of the work on its import: nothing if `kind` is empty. `problem` is why the last one ended."""

    kind: str = ""
    done: int = 0
    total: int = 0
    problem: str = ""


@dataclass
class Phase:
    """One piece of work, under way or ended."""

    run_id: int
    kind: str
    done: int = 0
    total: int = 0
    stopped: bool = False
    refusal: CrmError | None = None
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def under_way(self) -> bool:
        return self.task is not None and not self.task.done()


#: The work of this process by the id of its import; one that ended stays until the next one if it was refused.
PHASES: dict[int, Phase] = {}


def topic(run_id: int) -> str:
    """The name under which there is news of an import."""
    return f"import:{run_id}"


def work_on(run_id: int, locale: str, kind: str) -> Work:
    """What is being done with an import here and now; else why the last work of a kind was refused."""
    phase = PHASES.get(run_id)
    if phase is None:
        return Work()
    if phase.under_way:
        return Work(phase.kind, phase.done, phase.total)
    return Work(problem=phase.refusal.text(locale) if phase.refusal and phase.kind == kind else "")


def stop(run_id: int) -> None:
    """Call the work on an import off."""
    if (phase := PHASES.get(run_id)) and phase.task is not None and phase.under_way:
        phase.stopped = True
        phase.task.cancel()


async def begin(run_id: int, kind: str, doing: Doing) -> Phase:
    """Begin some work, and wait for it a moment. What is being done already is not begun twice."""
    phase = PHASES.get(run_id)
    if phase is not None and phase.under_way:
        if phase.kind != kind:
            raise CrmError(BUSY)
    else:
        phase = PHASES[run_id] = Phase(run_id, kind)
        phase.task = asyncio.create_task(_do(phase, doing))
    if phase.task is not None:
        await asyncio.wait([phase.task], timeout=PATIENCE)
    return phase


async def _do(phase: Phase, doing: Doing) -> None:
    told = time.monotonic()

    async def report(done: int, total: int) -> None:
        nonlocal told
        phase.done, phase.total = done, total
        if (now := time.monotonic()) - told > NEWS:
            told = now
            live.publish({topic(phase.run_id)})

    try:
        await doing(report)
    except (asyncio.CancelledError, work.Stopped):
        if not phase.stopped:
            raise
    except CrmError as refusal:
        phase.refusal = refusal
    except Exception:
        log.exception("the work on import %s (%s) failed", phase.run_id, phase.kind)
        phase.refusal = CrmError(BROKEN)
    finally:
        if phase.refusal is None and PHASES.get(phase.run_id) is phase:
            del PHASES[phase.run_id]
        # After this task has ended, so that whoever hears of it finds it ended.
        asyncio.get_running_loop().call_soon(live.publish, {topic(phase.run_id)})


def forget(run_id: int) -> None:
    """Whether the last work on an import was refused does not matter any more."""
    if (phase := PHASES.get(run_id)) and not phase.under_way:
        del PHASES[run_id]


async def settled(run_id: int) -> None:
    """Wait until nothing is being done with an import here."""
    if (phase := PHASES.get(run_id)) and phase.task is not None:
        await asyncio.wait([phase.task])
