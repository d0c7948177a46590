"""The contacts, leads and opportunities on the form of the record that they belong to."""

from __future__ import annotations

from rxcrm.models import subgrids
from rxcrm.models.errors import NotFound
from rxcrm.models.records import Act
from rxcrm.models.subgrids import Shown
from rxcrm.models.tables import record_table
from rxcrm.state.gate import SIGNED_IN, AppState, action, look


class SubGrids(AppState):
    """The grids of one record. Every event names the record: a tab's state may be gone when it comes."""

    entity: str = ""
    of_id: int = 0
    grids: list[Shown] = []
    _sizes: dict[str, int] = {}

    @action(SIGNED_IN)
    async def open(self, entity: str, record_id: int):
        """Show the grids of a record; those of the same record stay as long as they were made."""
        if (entity, record_id) != (self.entity, self.of_id):
            self._sizes = {}
        await self._load(entity, record_id)

    @action(SIGNED_IN)
    async def show_more(self, entity: str, record_id: int, key: str):
        """Show more rows of one grid."""
        grid = subgrids.grid_of(entity, key)
        if (entity, record_id) != (self.entity, self.of_id):
            self._sizes = {}
        size = min(self._sizes.get(grid.key, subgrids.PAGE) * 3, subgrids.MOST)
        self._sizes = {**self._sizes, grid.key: size}
        await self._load(entity, record_id)

    async def _load(self, entity: str, record_id: int) -> None:
        self.entity, self.of_id = entity, record_id
        try:
            self.grids = await look(grids_of, entity, record_id, self._sizes) if record_id > 0 else []
        except NotFound:
            self.grids = []


def grids_of(act: Act, entity: str, record_id: int, sizes: dict[str, int]) -> list[Shown]:
    """The grids of one record that the asker may see."""
    return subgrids.of(act, act.find(record_table(entity), record_id), dict(sizes))
