"""Option lists and status reasons: which there are, the options of one of them, and their dialogs (S 9.8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rxcrm.models import configuration
from rxcrm.models.choices import COLOURS
from rxcrm.models.shaping import listing, options
from rxcrm.models.shaping.listing import Doom, ListGroup, ListView, OptionView
from rxcrm.state import live
from rxcrm.state.choices import LANGUAGES
from rxcrm.state.gate import AppState, action, asker, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_

#: Colours for a menu.
COLOUR_CHOICES = [[key, label] for key, label in COLOURS.items()]
#: The fields of a form in which the labels stand: one for each language that there is.
LABELS = [(f"label_{code}", name) for code, name in LANGUAGES]


class OptionLists(AskingMixin, AppState):
    """The lists on the left, the options of the chosen one on the right."""

    groups: list[ListGroup] = []
    shown: ListView = ListView()
    subject_name: str = ""
    statuses: list[list[str]] = []
    doom: Doom = Doom()
    #: What the open form began with: what another administrator has changed since is not replaced unasked.
    _seen: dict[str, str] = {}

    @action(ADMINISTER)
    async def open(self):
        """Show every list, and the one that the address names."""
        self.asked = ""
        await self._load(self.router.url.query_parameters.get("list", "") or self.shown.key)

    @action(ADMINISTER)
    async def choose(self, key: str):
        """Show the options of another list."""
        self.asked = ""
        await self._load(key)

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the form of a new option."""
        self.subject_name = self.shown.label
        first = self.statuses[0][0] if self.statuses else ""
        self._ask("add", 0, {"colour": "", "default": "0", "status": first})

    @action(ADMINISTER)
    async def ask_edit(self, value: int):
        """Open the form of an option as it is now."""
        await self._ask_about("edit", value)

    @action(ADMINISTER)
    async def ask_delete(self, value: int):
        """Ask before an option goes; one that records hold can only be deactivated."""
        self.doom = await look(listing.doom_of, self.shown.key, value)
        await self._ask_about("delete", value)

    @action(ADMINISTER)
    async def ask_restore(self):
        """Ask before a list is as it was shipped again."""
        self._ask("restore")

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Add an option at the end."""
        if await self._try(token, options.add, self.shown.key, typed):
            await self._load(self.shown.key)
            self._say(N_("Saved"))

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Rename or colour an option, or make it the default."""
        await self._try(token, options.change, self.shown.key, subject, typed, self._seen)
        await self._load(self.shown.key)
        if self.told.ok:
            self._say(N_("Saved"))
        elif (found := self._option(subject)) is not None:
            self._seen = typed_of(found)

    @action(ADMINISTER)
    async def move(self, value: int, places: int):
        """Move an option up or down."""
        await self._do(options.move, value, places)

    @action(ADMINISTER)
    async def place(self, value: int, before: int):
        """Put an option before another one, or at the end."""
        await self._do(options.place, value, before)

    @action(ADMINISTER)
    async def activate(self, value: int):
        """Offer an option again."""
        await self._do(options.activate, value)

    @action(ADMINISTER)
    async def deactivate(self, value: int):
        """Offer an option no more; records that have it keep it."""
        self.asked = ""
        await self._do(options.deactivate, value)

    @action(ADMINISTER)
    async def delete(self, value: int):
        """Delete an option that no record has."""
        self.asked = ""
        name = await do(options.remove, self.shown.key, value)
        await self._load(self.shown.key)
        self._say(N_("%(name)s was deleted."), name=name)

    @action(ADMINISTER)
    async def restore(self):
        """Take every change of a list back."""
        self.asked = ""
        await self._do(options.restore)
        self._say(N_("The list is as it was shipped."))

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _do(self, verb: Callable[..., Any], *args: Any) -> None:
        await do(verb, self.shown.key, *args)
        await self._load(self.shown.key)

    async def _load(self, key: str) -> None:
        self.groups = await look(listing.listed)
        known = [link.key for group in self.groups for link in group.lists]
        self.shown = await look(listing.one, key if key in known else known[0])
        self.statuses = [[str(one.status), one.label] for one in self.shown.sections if one.label]
        self.ready = True

    async def _hear(self, _topics: frozenset[str]) -> None:
        """Another administrator has changed something: the page shows it, an open form stays as it is."""
        here = self.router.url.path.rstrip("/") == "/settings/option-lists"
        if here and self.ready and self.shown.number != configuration.current().number and asker().who.administrator:
            await self._load(self.shown.key)

    async def _ask_about(self, what: str, value: int) -> None:
        await self._load(self.shown.key)
        found = self._option(value)
        if found is not None:
            self.subject_name, self._seen = found.label, typed_of(found)
            self._ask(what, value, self._seen)

    def _option(self, value: int) -> OptionView | None:
        return next((option for option in self.shown.options if option.value == value), None)


live.on_topic(configuration.TOPIC, OptionLists, "_hear")


def typed_of(option: OptionView) -> dict[str, str]:
    """An option as its form shows it."""
    labels = {f"label_{language}": text for language, text in option.labels.items()}
    return {**labels, "colour": option.colour, "default": "1" if option.default else "0"}
