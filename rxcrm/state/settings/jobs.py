"""Work that was put off: what failed, what is being done, what waits."""

from __future__ import annotations

from rxcrm.models import job_board
from rxcrm.models.job_board import Entry
from rxcrm.state import live
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_

#: News of any job; the worker tells it.
ALL = "jobs:all"


class Jobs(AskingMixin, AppState):
    """The table of jobs, kept up to date while it is open."""

    rows: list[Entry] = []
    counts: dict[str, int] = {}
    more: bool = False
    ended: bool = False
    subject_name: str = ""

    @action(ADMINISTER)
    async def open(self):
        """Show what failed, runs or waits."""
        self.asked, self.ended = "", False
        self._hear_of("jobs", {ALL})
        await self._load()

    @action(ADMINISTER)
    async def show_ended(self, ended: bool):
        """Show what is done and canceled too, or no longer."""
        self.ended = ended
        await self._load()

    @action(ADMINISTER)
    async def retry(self, job_id: int):
        """Let a job be tried again."""
        await do(job_board.retry, job_id)
        self._say(N_("It is being tried again."))
        await self._load()

    @action(ADMINISTER)
    async def ask_cancel(self, job_id: int):
        """Ask before a job is called off."""
        found = next((row for row in self.rows if row.id == job_id), None)
        if found:
            self.subject_name = found.label
            self._ask("cancel", job_id)

    @action(ADMINISTER)
    async def cancel(self, job_id: int):
        """Call a job off."""
        self.asked = ""
        await do(job_board.cancel, job_id)
        self._say(N_("It was canceled."))
        await self._load()

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _hear(self, _topics: frozenset[str]) -> None:
        """A job began, went on or ended; who has left the page need not know."""
        if self.router.url.path.rstrip("/") == "/settings/jobs":
            await self._load()

    async def _load(self) -> None:
        board = await look(job_board.listed, ended=self.ended)
        self.rows, self.counts, self.more, self.ready = board.entries, board.counts, board.more, True


live.on_topic("jobs:", Jobs, "_hear")
