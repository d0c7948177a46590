"""The territories of the settings and their dialogs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rxcrm.models.territories as verbs
from rxcrm.models import references
from rxcrm.models.records import Act
from rxcrm.models.territories import TerritoryView
from rxcrm.models.territory import Territory
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_


class Territories(AskingMixin, AppState):
    """Every territory, those in use first."""

    rows: list[TerritoryView] = []
    #: Of the people in the open form, by "user:3".
    names: dict[str, str] = {}
    version: int = 0
    subject_name: str = ""
    stays: str = ""

    @action(ADMINISTER)
    async def open(self):
        """Show every territory."""
        self.asked = ""
        await self._load()

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the form of a new territory."""
        self.names = {}
        self._ask("add", 0, {"name": "", "description": "", "manager_id": "", "members": ""})

    @action(ADMINISTER)
    async def ask_edit(self, territory_id: int):
        """Open the form of a territory as it is now."""
        self.subject_name, self.version, values, self.names = await look(form_of, territory_id)
        self._ask("edit", territory_id, values)

    @action(ADMINISTER)
    async def ask_delete(self, territory_id: int):
        """Ask before a territory goes, or say why it stays."""
        self.subject_name, self.stays = await look(what_holds, territory_id)
        self._ask("delete", territory_id)

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Add a territory."""
        await self._change(token, N_("%(name)s was added."), verbs.add, typed)

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Change a territory that nobody has changed since its form was opened."""
        await self._change(token, N_("%(name)s was saved."), verbs.change, subject, self.version, typed)

    @action(ADMINISTER)
    async def activate(self, territory_id: int):
        """Offer a territory in look-ups again."""
        self._say(N_("%(name)s is active."), name=await do(switch, territory_id, True))
        await self._load()

    @action(ADMINISTER)
    async def deactivate(self, territory_id: int):
        """Offer a territory no more; where it is used it stays."""
        self._say(N_("%(name)s is inactive and is not offered any more."), name=await do(switch, territory_id, False))
        await self._load()

    @action(ADMINISTER)
    async def delete(self, territory_id: int):
        """Remove a territory that nothing refers to."""
        self.asked = ""
        self._say(N_("%(name)s was deleted."), name=await do(remove, territory_id))
        await self._load()

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _change(self, token: int, done: str, verb: Callable[..., Territory], *args: Any) -> None:
        if row := await self._try(token, verb, *args):
            self._say(done, name=row.name)
            await self._load()

    async def _load(self) -> None:
        self.rows, self.ready = await look(verbs.listed), True


def form_of(act: Act, territory_id: int) -> tuple[str, int, dict[str, str], dict[str, str]]:
    """Name, version and values of a territory, and the names of its people."""
    row = references.one(act, Territory, territory_id)
    return (row.name, row.version, *verbs.form_of(act, row))


def what_holds(act: Act, territory_id: int) -> tuple[str, str]:
    """The name of a territory, and why it cannot be deleted (empty if it can)."""
    row = references.one(act, Territory, territory_id)
    refusal = verbs.why_it_stays(act, row)
    return row.name, refusal.text(act.who.conventions.locale) if refusal else ""


def switch(act: Act, territory_id: int, active: bool) -> str:
    """Activate or deactivate a territory; its name."""
    row = references.one(act, Territory, territory_id)
    references.set_active(act, row, active=active)
    return row.name


def remove(act: Act, territory_id: int) -> str:
    """Delete a territory; its name."""
    return verbs.delete(act, references.one(act, Territory, territory_id))
