"""The business units: the tree and its dialogs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rxcrm.models import administration
from rxcrm.models.administration import Branch
from rxcrm.models.records import Act
from rxcrm.state.gate import AppState, action, do, forget, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin, unit_options
from rxcrm.translation import N_


@dataclass
class UnitForm:
    """What the dialogs of a unit need: its name, where it may stand, and why it cannot be deleted (or empty)."""

    name: str
    parent_id: int
    parents: list[list[str]]
    stays: str


def unit_form(act: Act, unit_id: int) -> UnitForm:
    """A unit as its dialogs show it."""
    unit = administration.find_unit(act, unit_id)
    refusal = administration.why_unit_stays(act.session, unit)
    return UnitForm(
        name=unit.name,
        parent_id=unit.parent_id or 0,
        parents=unit_options(administration.parents_for(act, unit)),
        stays=refusal.text(act.who.conventions.locale) if refusal else "",
    )


class Units(AskingMixin, AppState):
    """The tree of business units and its dialogs."""

    rows: list[Branch] = []
    parents: list[list[str]] = []
    subject_name: str = ""
    stays: str = ""

    @action(ADMINISTER)
    async def open(self):
        """Show the tree."""
        self.asked = ""
        await self._load()

    @action(ADMINISTER)
    async def ask_add(self, parent_id: int):
        """Open the form of a new unit; it begins below the one that was pointed at, or the topmost."""
        self.parents = unit_options(await look(administration.tree))
        self._ask("add", values={"name": "", "parent_id": str(parent_id or self.parents[0][0])})

    @action(ADMINISTER)
    async def ask_rename(self, unit_id: int):
        """Open the form with the name."""
        await self._ask_about("rename", unit_id)

    @action(ADMINISTER)
    async def ask_move(self, unit_id: int):
        """Open the form with the units below which it may stand."""
        await self._ask_about("move", unit_id)

    @action(ADMINISTER)
    async def ask_delete(self, unit_id: int):
        """Ask before a unit goes, or say why it stays."""
        await self._ask_about("delete", unit_id)

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Add a unit."""
        await self._change(token, N_("%(name)s was added."), add_unit, typed)

    @action(ADMINISTER)
    async def rename(self, subject: int, typed: dict[str, str], token: int):
        """Give a unit another name."""
        await self._change(token, N_("%(name)s was saved."), rename_unit, subject, typed)

    @action(ADMINISTER)
    async def move(self, subject: int, typed: dict[str, str], token: int):
        """Hang a unit below another."""
        await self._change(token, N_("%(name)s was moved."), move_unit, subject, typed)

    @action(ADMINISTER)
    async def delete(self, unit_id: int):
        """Remove an empty unit."""
        self.asked = ""
        name = await do(administration.delete_unit, unit_id)
        forget()
        self._say(N_("%(name)s was deleted."), name=name)
        await self._load()

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _change(self, token: int, done: str, verb: Callable[..., str], *args: Any) -> None:
        if name := await self._try(token, verb, *args):
            self._say(done, name=name)
            await self._load()

    async def _load(self) -> None:
        self.rows, self.ready = await look(administration.tree), True

    async def _ask_about(self, what: str, unit_id: int) -> None:
        form = await look(unit_form, unit_id)
        self.parents, self.stays, self.subject_name = form.parents, form.stays, form.name
        self._ask(what, unit_id, {"name": form.name, "parent_id": str(form.parent_id)})


def add_unit(act: Act, typed: dict[str, str]) -> str:
    """The name of the unit that was added."""
    return administration.add_unit(act, typed.get("name", ""), _number(typed.get("parent_id", ""))).name


def rename_unit(act: Act, unit_id: int, typed: dict[str, str]) -> str:
    """The new name; a form in which nothing was changed changes nothing."""
    if "name" not in typed:
        return administration.find_unit(act, unit_id).name
    return administration.rename_unit(act, unit_id, typed["name"]).name


def move_unit(act: Act, unit_id: int, typed: dict[str, str]) -> str:
    """The name of the unit that was moved."""
    if "parent_id" not in typed:
        return administration.find_unit(act, unit_id).name
    return administration.move_unit(act, unit_id, _number(typed["parent_id"])).name


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else -1
