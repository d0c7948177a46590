"""Currencies and exchange rates: the list, and the dialogs of its entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rxcrm.models import configuration
from rxcrm.models.currencies import keeping
from rxcrm.models.currencies.keeping import CurrenciesView, CurrencyView, RateView
from rxcrm.state import live
from rxcrm.state.gate import AppState, action, asker, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_


class CurrencySettings(AskingMixin, AppState):
    """The currencies of the organisation. A dialog is about the one called `code`."""

    shown: CurrenciesView = CurrenciesView()
    code: str = ""
    history: list[RateView] = []
    #: The rates by their days as the form began: what another administrator has set since is not replaced unasked.
    _seen: dict[str, str] = {}

    @action(ADMINISTER)
    async def open(self):
        """Show the currencies."""
        self.asked = ""
        await self._load()

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the form of another currency."""
        await self._load()
        self.code = ""
        self._ask("add", 0, {"code": self.shown.free[0][0] if self.shown.free else ""})

    @action(ADMINISTER)
    async def ask_rate(self, code: str):
        """Open the form of a new rate, which holds from today on."""
        if found := await self._about(code):
            self._ask("rate", 0, {"rate": found.rate, "since": self.shown.today})

    @action(ADMINISTER)
    async def ask_history(self, code: str):
        """Show every rate of a currency."""
        if await self._about(code):
            self._ask("history")

    @action(ADMINISTER)
    async def ask_remove(self, code: str):
        """Ask before a currency goes."""
        if await self._about(code):
            self._ask("remove")

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Offer another currency."""
        if code := await self._try(token, keeping.add, typed.get("code", "")):
            self._say(N_("%(code)s is offered now. Give it a rate, and its amounts add up."), code=code)
        await self._load()

    @action(ADMINISTER)
    async def set_rate(self, subject: int, typed: dict[str, str], token: int):
        """Let a rate hold from a day on."""
        await self._try(token, keeping.set_rate, self.code, typed, self._seen)
        await self._about(self.code)
        if self.told.ok:
            self._say(N_("Saved. Totals, charts and boards follow at once."))

    @action(ADMINISTER)
    async def remove_rate(self, rate_id: int):
        """Delete a rate that was typed by mistake."""
        try:
            await do(keeping.remove_rate, rate_id)
        finally:
            await self._about(self.code)

    @action(ADMINISTER)
    async def activate(self, code: str):
        """Offer a currency again."""
        await self._do(keeping.activate, code)

    @action(ADMINISTER)
    async def deactivate(self, code: str):
        """Offer a currency no more."""
        await self._do(keeping.deactivate, code)

    @action(ADMINISTER)
    async def remove(self):
        """Take a currency off the list, unless records are in it."""
        self.asked = ""
        await self._do(keeping.remove, self.code)

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _do(self, verb: Callable[..., Any], code: str) -> None:
        try:
            await do(verb, code)
        finally:
            await self._load()

    async def _about(self, code: str) -> CurrencyView | None:
        """A currency as it is now; None if another administrator has just deleted it."""
        await self._load()
        found = next((row for row in self.shown.rows if row.code == code), None)
        if found:
            self.code, self.history = code, found.rates
            self._seen = {rate.since: rate.rate for rate in found.rates}
        return found

    async def _load(self) -> None:
        self.shown, self.ready = await look(keeping.listed), True

    async def _hear(self, _topics: frozenset[str]) -> None:
        """Another administrator has changed something: the page shows it, an open form stays as it is."""
        here = self.router.url.path.rstrip("/") == "/settings/currencies"
        if here and self.ready and self.shown.number != configuration.current().number and asker().who.administrator:
            await self._load()


live.on_topic(configuration.TOPIC, CurrencySettings, "_hear")
