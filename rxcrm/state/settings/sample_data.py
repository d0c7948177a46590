"""Sample data in and out: the numbers, what is being done, and what somebody has used since."""

from __future__ import annotations

from dataclasses import replace

from rxcrm.models.records import Act
from rxcrm.models.sampling import work
from rxcrm.models.sampling.removing import Kept
from rxcrm.models.sampling.work import View
from rxcrm.state import live
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_

PATH = "/settings/sample-data"
#: Used records that the question names; of more only the number is told.
NAMED = 30


class SampleData(AskingMixin, AppState):
    """The page, and the question before anything is removed."""

    view: View = View()
    used: list[Kept] = []
    used_all: int = 0

    @action(ADMINISTER)
    async def open(self):
        """Show the numbers, and follow what is being done."""
        self.asked = ""
        self._hear_of("sample data", {work.TOPIC, "jobs:all"})
        await self._load()

    @action(ADMINISTER)
    async def ask_add(self):
        """Ask before the sample data comes in."""
        self._ask("add")

    @action(ADMINISTER)
    async def ask_remove(self):
        """Ask before the sample data goes, and name what somebody has used since."""
        found = await look(work.used)
        self.used, self.used_all = found[:NAMED], len(found)
        await self._load()
        self._ask("remove", 0, {"everything": "0"})

    @action(ADMINISTER)
    async def add(self):
        """Have it added in the background."""
        self.asked = ""
        try:
            await do(work.add)
        finally:
            await self._load()

    @action(ADMINISTER)
    async def remove(self, subject: int, typed: dict[str, str], token: int):
        """Have it removed in the background; what somebody has used only where that was wanted."""
        await self._try(token, work.remove, typed.get("everything") == "1")
        await self._load()

    @action(ADMINISTER)
    async def cancel(self):
        """Call off what is being done."""
        adding = self.view.doing == work.ADD
        await do(work.cancel)
        await self._load()
        self._say(N_("Canceled. What was added goes again.") if adding else N_("Canceled. What is gone stays gone."))

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _load(self) -> None:
        self.view, self.ready = await look(work.view), True

    async def _hear(self, topics: frozenset[str]) -> None:
        """The work goes on or has ended; who has left the page need not know."""
        if self.router.url.path.rstrip("/") != PATH or not self.ready:
            return
        if work.TOPIC in topics or not self.view.doing:
            await self._load()
        else:
            doing, done, total = await look(_progress)
            if doing != self.view.doing:
                await self._load()
            elif done != self.view.done:
                self.view = replace(self.view, done=done, total=total)


live.on_topic(work.TOPIC, SampleData, "_hear")
live.on_topic("jobs:", SampleData, "_hear")


def _progress(act: Act) -> tuple[str, int, int]:
    """What is being done and how far it is: a page asks often."""
    job = work.underway(act.session)
    return (job.kind, job.done, job.total) if job else ("", 0, 0)
