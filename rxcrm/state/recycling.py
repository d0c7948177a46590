"""Deleting with the counts of what goes along, and the recycle bin (S 3.8, 13.6)."""

from __future__ import annotations

from dataclasses import dataclass, field

from rxcrm.models import lists, records, recycling
from rxcrm.models.access import Privilege
from rxcrm.models.errors import CrmError
from rxcrm.models.records import Act
from rxcrm.models.recycling import Along, Bin, Binned
from rxcrm.models.tables import RECORDS, record_table
from rxcrm.state.gate import SIGNED_IN, AppState, action, do, look
from rxcrm.state.lists import Outcome, each, tell
from rxcrm.translation import N_


@dataclass
class Asked:
    """The records about which the Delete dialog asks, and what goes along; no ids while it is closed."""

    entity: str = ""
    ids: list[int] = field(default_factory=list)
    #: Id → version that the user saw; empty for a list.
    version: int = 0
    name: str = ""
    along: Along = field(default_factory=Along)


class Recycling(AppState):
    """Delete, on forms and lists, and the page of the recycle bin."""

    asked: Asked = Asked()
    #: The record that was deleted last from its form, which has nothing to save any more.
    rows: list[Binned] = []
    more: bool = False
    entity: str = ""
    term: str = ""
    ready: bool = False

    @action(SIGNED_IN)
    async def ask(self, entity: str, ids: list[int], version: int):
        """Open the dialog that says what goes along."""
        self.asked = await look(asked_about, entity, ids, version)

    @action(SIGNED_IN)
    async def dismiss(self):
        """Close the dialog."""
        self.asked = Asked()

    @action(SIGNED_IN)
    async def delete_picked(self):
        """Move the records that were asked about to the recycle bin, each by its own rights."""
        asked, self.asked = self.asked, Asked()
        result = await do(delete_many, asked.entity, asked.ids)
        one, many = N_("%(n)s record moved to the recycle bin."), N_("%(n)s records moved to the recycle bin.")
        tell(self, result, one, many, refresh=True)

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


def asked_about(act: Act, entity: str, ids: list[int], version: int) -> Asked:
    """What the dialog says of some records; of one found with DELETE also its name."""
    ids = ids[: max(lists.PAGE_SIZES)]
    one = len(ids) == 1 and version > 0
    name = act.find(record_table(entity), ids[0], Privilege.DELETE).display_name if one else ""
    return Asked(entity, ids, version, name, recycling.along(act, entity, ids))


def delete_many(act: Act, entity: str, ids: list[int]) -> Outcome:
    """Move several records to the recycle bin."""
    return each(act, entity, ids, Privilege.DELETE, recycling.delete)


def restore_many(act: Act, keys: list[str]) -> Outcome:
    """Restore several records, each as a whole or not at all."""
    outcome = Outcome()
    for key in keys[: max(lists.PAGE_SIZES)]:
        entity, _, number = key.partition(":")
        try:
            with act.session.begin_nested():
                record_id = int(number) if number.isascii() and number.isdecimal() and len(number) < 18 else 0
                records.restore(act, record_table(entity), record_id)
        except CrmError as refusal:
            outcome.refused.append(refusal.text(act.who.conventions.locale))
        else:
            outcome.done += 1
    return outcome
