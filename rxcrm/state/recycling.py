"""The recycle bin: what one may restore, found and brought back (S 3.8, 13.6)."""

from __future__ import annotations

from rxcrm.models import lists, records, recycling
from rxcrm.models.errors import CrmError
from rxcrm.models.records import Act
from rxcrm.models.recycling import Bin, Binned
from rxcrm.models.tables import RECORDS, record_table
from rxcrm.state.gate import SIGNED_IN, AppState, action, do, look
from rxcrm.state.lists import Outcome, tell
from rxcrm.state.numbers import number
from rxcrm.translation import N_

#: Name, label and label of many of every table whose records can lie in the bin.
TABLES = [(table.entity, table.title, table.title_many) for table in RECORDS.values()]


class RecycleBin(AppState):
    """The page of the recycle bin."""

    rows: list[Binned] = []
    more: bool = False
    entity: str = ""
    term: str = ""
    ready: bool = False

    @action(SIGNED_IN)
    async def open(self):
        """Show what may be restored, latest first."""
        self.entity = self.term = ""
        await self._load()

    @action(SIGNED_IN)
    async def refresh(self):
        """Read the page anew."""
        await self._load()

    @action(SIGNED_IN)
    async def search(self, entity: str, term: str):
        """Show what is of one table, or of all (empty), with a term in it."""
        self.entity, self.term = entity if entity in RECORDS else "", term[:200]
        await self._load()

    @action(SIGNED_IN)
    async def show_more(self):
        """Append the next page."""
        after = self.rows[-1].key if self.rows else ""
        found = await look(recycling.page, self.entity, self.term, after)
        self.rows, self.more = [*self.rows, *found.rows], found.more

    @action(SIGNED_IN)
    async def restore(self, keys: list[str]):
        """Bring records back with everything that went along; what refuses stays and is named with the reason."""
        result = await do(restore_many, keys)
        tell(self, result, N_("%(n)s record restored."), N_("%(n)s records restored."))
        await self._load()

    async def _load(self) -> None:
        found: Bin = await look(recycling.page, self.entity, self.term)
        self.rows, self.more, self.ready = found.rows, found.more, True


def restore_many(act: Act, keys: list[str]) -> Outcome:
    """Restore several records, each as a whole or not at all."""
    outcome = Outcome()
    for key in keys[: max(lists.PAGE_SIZES)]:
        entity, _, spelled = key.partition(":")
        try:
            with act.session.begin_nested():
                records.restore(act, record_table(entity), number(spelled))
        except CrmError as refusal:
            outcome.refused.append(refusal.text(act.who.conventions.locale))
        else:
            outcome.done += 1
    return outcome
