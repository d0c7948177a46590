"""The list of imports: one's own, and those of others that one may see."""

from __future__ import annotations

from rxcrm.models.importing import wizard
from rxcrm.models.records import Act
from rxcrm.state import live
from rxcrm.state.gate import AppState, action, look
from rxcrm.state.importing.phases import topic
from rxcrm.state.importing.steps import IMPORT, RunRow, row_of

#: Imports under way whose progress the list follows.
FOLLOWED = 20


def past_runs(act: Act) -> list[RunRow]:
    """The newest imports that the asker may see."""
    return [row_of(act, run, name) for run, name in wizard.recent(act)]


class Imports(AppState):
    """The list of imports, kept up to date while it is open."""

    past: list[RunRow] = []
    ready: bool = False

    @action(IMPORT)
    async def open(self):
        """Show the imports."""
        await self._load()

    async def _load(self) -> None:
        self.past, self.ready = await look(past_runs), True
        busy = [topic(run.id) for run in self.past if run.status in ("running", "undoing")]
        self._hear_of("import", busy[:FOLLOWED])

    async def _hear(self, _topics: frozenset[str]) -> None:
        """One of them went on or ended; who has left the page need not know."""
        if self.router.url.path.rstrip("/") == "/import":
            await self._load()


live.on_topic("import:", Imports, "_hear")
