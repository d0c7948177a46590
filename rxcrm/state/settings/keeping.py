"""What administrators keep a list of (campaigns, territories, teams): shown, added, changed, deleted, each with its dialog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlmodel import SQLModel

from rxcrm.models import references
from rxcrm.models.errors import CrmError
from rxcrm.models.records import Act
from rxcrm.state.gate import action, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_


@dataclass(frozen=True)
class Verbs:
    """What can be done with one kind: all of them, one by its number, and what is done with that; `why_it_stays` is a refusal or None."""

    listed: Callable[[Act], list[Any]]
    one: Callable[[Act, int], Any]
    add: Callable[..., SQLModel]
    change: Callable[..., SQLModel]
    why_it_stays: Callable[[Act, Any], CrmError | None]
    delete: Callable[[Act, Any], str]


class KeptMixin(AskingMixin, mixin=True):
    """Every one of a kind, those in use first, in `rows`.

    A leaf state gives `_verbs`, and in `_begin(what, subject)` opens its form: of one as it is now, or of a new one for 0.
    """

    version: int = 0
    subject_name: str = ""
    stays: str = ""

    @action(ADMINISTER)
    async def open(self):
        """Show all there are."""
        self.asked = ""
        await self._load()

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the form of a new one."""
        await self._begin("add", 0)

    @action(ADMINISTER)
    async def ask_edit(self, subject: int):
        """Open the form of one as it is now."""
        await self._begin("edit", subject)

    @action(ADMINISTER)
    async def ask_delete(self, subject: int):
        """Ask before one goes, or say why it stays."""
        self.subject_name, self.stays = await look(what_holds, self._verbs(), subject)
        self._ask("delete", subject)

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Add one."""
        return await self._change(token, N_("%(name)s was added."), self._verbs().add, typed)

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Change one that nobody has changed since its form was opened."""
        verb = self._verbs().change
        return await self._change(token, N_("%(name)s was saved."), verb, subject, self.version, typed)

    @action(ADMINISTER)
    async def delete(self, subject: int):
        """Remove one that nothing refers to."""
        self.asked = ""
        self._say(N_("%(name)s was deleted."), name=await do(remove, self._verbs(), subject))
        await self._load()

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _change(self, token: int, done: str, verb: Callable[..., Any], *args: Any) -> Any:
        """Do it and say so; what a leaf state wants done besides."""
        if row := await self._try(token, verb, *args):
            self._say(done, name=row.name)
            await self._load()
            return self._besides()
        return None

    def _besides(self) -> Any:
        return None

    async def _load(self) -> None:
        self.rows, self.ready = await look(self._verbs().listed), True


class ReferenceMixin(KeptMixin, mixin=True):
    """What records refer to, which can be offered no more without going."""

    @action(ADMINISTER)
    async def activate(self, subject: int):
        """Offer one in look-ups again."""
        self._say(N_("%(name)s is active."), name=await do(switch, self._verbs(), subject, True))
        await self._load()

    @action(ADMINISTER)
    async def deactivate(self, subject: int):
        """Offer one no more; where it is used it stays."""
        name = await do(switch, self._verbs(), subject, False)
        self._say(N_("%(name)s is inactive and is not offered any more."), name=name)
        await self._load()


def what_holds(act: Act, verbs: Verbs, subject: int) -> tuple[str, str]:
    """The name of one, and why it cannot be deleted (empty if it can)."""
    row = verbs.one(act, subject)
    refusal = verbs.why_it_stays(act, row)
    return row.name, refusal.text(act.who.conventions.locale) if refusal else ""


def remove(act: Act, verbs: Verbs, subject: int) -> str:
    """Delete one; its name."""
    return verbs.delete(act, verbs.one(act, subject))


def switch(act: Act, verbs: Verbs, subject: int, active: bool) -> str:
    """Activate or deactivate one; its name."""
    row = verbs.one(act, subject)
    references.set_active(act, row, active=active)
    return str(row.name)
