"""Which field of a lead goes where when it is qualified: the pairs of one table, and their dialogs (S 3.5.7)."""

from __future__ import annotations

from rxcrm.models import configuration
from rxcrm.models.qualifying import pairing
from rxcrm.models.qualifying.pairing import TARGETS, PairsView, PairView
from rxcrm.models.tables import RECORDS
from rxcrm.state import live
from rxcrm.state.gate import AppState, action, asker, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_

TABLES = [[entity, RECORDS[entity].title] for entity in TARGETS]


class FieldMappings(AskingMixin, AppState):
    """The pairs of one table. A dialog is about the target `field`, which came from `_seen` when it was opened."""

    shown: PairsView = PairsView()
    field: str = ""
    field_label: str = ""
    _seen: str = ""

    @action(ADMINISTER)
    async def open(self):
        """Show the pairs of the table that the address names."""
        self.asked = ""
        await self._load(self.router.url.query_parameters.get("table", "") or self.shown.entity)

    @action(ADMINISTER)
    async def choose(self, entity: str):
        """Show the pairs of another table."""
        self.asked = ""
        await self._load(entity)

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the form of a new pair."""
        self.field = self.field_label = ""
        self._ask("add", 0, {"target": "", "source": ""})

    @action(ADMINISTER)
    async def ask_change(self, target: str):
        """Open the form in which a pair gets another source."""
        if pair := await self._about(target):
            self._ask("change", 0, {"target": target, "source": pair.source})

    @action(ADMINISTER)
    async def ask_restore(self):
        """Ask before the pairs of a table are as they were shipped."""
        self._ask("restore")

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Copy one more field."""
        await self._write(token, pairing.add, typed.get("source", ""), typed.get("target", ""))

    @action(ADMINISTER)
    async def change(self, subject: int, typed: dict[str, str], token: int):
        """Copy another field of the lead into the same one."""
        await self._write(token, pairing.change, self.field, typed.get("source", self._seen), self._seen)

    @action(ADMINISTER)
    async def remove(self, target: str, source: str):
        """Copy nothing into a field any more; `source` is what the asker saw there."""
        label = next((pair.target_label for pair in self.shown.pairs if pair.target == target), target)
        try:
            await do(pairing.remove, self.shown.entity, target, source)
        finally:
            await self._load(self.shown.entity)
        self._say(N_("Nothing is copied into %(name)s any more."), name=label)

    @action(ADMINISTER)
    async def restore(self):
        """Take every change of a table back."""
        self.asked = ""
        await do(pairing.restore, self.shown.entity)
        await self._load(self.shown.entity)
        self._say(N_("The mapping is as it was shipped."))

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _write(self, token: int, verb: object, *args: str) -> None:
        await self._try(token, verb, self.shown.entity, *args)
        await self._load(self.shown.entity)
        if self.told.ok:
            self._say(N_("Saved"))
        elif self.field and (pair := await self._about(self.field)):
            self.values = {"target": pair.target, "source": pair.source}

    async def _about(self, target: str) -> PairView | None:
        """A pair as it is now; None if another administrator has just removed it, and the page shows it no more."""
        await self._load(self.shown.entity)
        pair = next((pair for pair in self.shown.pairs if pair.target == target), None)
        if pair:
            self.field, self.field_label, self._seen = target, pair.target_label, pair.source
        return pair

    async def _load(self, entity: str) -> None:
        self.shown, self.ready = await look(pairing.listed, entity), True

    async def _hear(self, _topics: frozenset[str]) -> None:
        """Another administrator has changed something: the page shows it, an open form stays as it is."""
        here = self.router.url.path.rstrip("/") == "/settings/qualification/mapping"
        if here and self.ready and self.shown.number != configuration.current().number and asker().who.administrator:
            await self._load(self.shown.entity)


live.on_topic(configuration.TOPIC, FieldMappings, "_hear")
