"""Export and import of settings: one file out, one in after looking through it."""

from __future__ import annotations

from rxcrm.models.errors import Stale
from rxcrm.models.records import Act
from rxcrm.models.settings_file import keeping
from rxcrm.models.settings_file.carrying import Refused, Weighed
from rxcrm.models.settings_file.keeping import Kept
from rxcrm.models.settings_file.tables import FileKind
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.settings.asking import ADMINISTER
from rxcrm.translation import N_


class SettingsFiles(AppState):
    """The page: imports that were made, and the file that is looked through (`file_id`, 0 for none)."""

    ready: bool = False
    kept: list[Kept] = []
    file_id: int = 0
    file_name: str = ""
    #: Whether the file is one from before an import.
    back: bool = False
    weighed: Weighed = Weighed()

    @action(ADMINISTER)
    async def open(self):
        """Show the imports that were made."""
        self.file_id, self.weighed = 0, Weighed()
        await self._load()

    @action(ADMINISTER)
    async def look_through(self, file_id: int):
        """Show what a kept file would change; nothing is changed yet."""
        self.weighed, self.file_name, self.back = await do(_looked_through, file_id)
        self.file_id = file_id

    @action(ADMINISTER)
    async def put_away(self):
        """Import nothing of the file."""
        self.file_id, self.weighed = 0, Weighed()

    @action(ADMINISTER)
    async def carry_out(self, file_id: int, chosen: list[str], stamps: list[str]):
        """Import the chosen parts, all of them or nothing; where something is wrong, show what."""
        try:
            await do(keeping.carry_out, file_id, chosen, dict(zip(chosen, stamps, strict=False)))
        except (Refused, Stale) as refusal:
            # Shown again as it is now, with what is wrong in just these parts.
            self.weighed, self.file_name, self.back = await do(_looked_through, file_id)
            if isinstance(refusal, Refused):
                self.weighed.problems = refusal.weighed.problems
            raise
        self.file_id, self.weighed = 0, Weighed()
        self._say(N_("The settings were imported. What was so before is kept below."))
        await self._load()

    async def _load(self) -> None:
        self.kept, self.ready = await look(keeping.listed), True


def _looked_through(act: Act, file_id: int) -> tuple[Weighed, str, bool]:
    row = keeping.find(act, file_id)
    return keeping.weigh(act, file_id), row.name, row.kind == FileKind.BEFORE.value
