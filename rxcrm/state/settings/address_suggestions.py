"""Where suggestions of addresses come from, and whether that works (S R3.8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rxcrm.models.addresses import choosing
from rxcrm.models.addresses.suggesting import within
from rxcrm.models.addresses.tables import SourceKind
from rxcrm.models.errors import CrmError, Invalid
from rxcrm.state.gate import AppState, action, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_, gettext

#: Key, name and explanation of every source.
KINDS = [
    [SourceKind.OFF.value, N_("Off"), N_("Nothing is suggested. Addresses are typed.")],
    [
        SourceKind.RECORDS.value,
        N_("Addresses already in the system"),
        N_("Of leads, accounts and contacts that the user may read. Nothing leaves this server."),
    ],
    [
        SourceKind.PHOTON.value,
        N_("A Photon server of your own"),
        N_("Made for suggestions while somebody types, with data of OpenStreetMap."),
    ],
    [
        SourceKind.NOMINATIM.value,
        N_("A Nominatim server of your own"),
        N_("Data of OpenStreetMap; finds whole words only. It is asked at most once a second."),
    ],
    [
        SourceKind.AZURE.value,
        N_("Azure Maps"),
        N_("A service of Microsoft that is paid per request. What is typed goes there."),
    ],
]


@dataclass
class Tried:
    """What came of trying a server, recognised by its token; `found` are street and place of each suggestion."""

    token: int = 0
    ok: bool = False
    text: str = ""
    found: list[list[str]] = field(default_factory=list)
    milliseconds: int = 0


class AddressSettings(AskingMixin, AppState):
    """The form of the source, and its trial."""

    has_key: bool = False
    tried: Tried = Tried()
    _version: int = 0

    @action(ADMINISTER)
    async def open(self):
        """Show what was chosen; the key stays on the server."""
        self.tried = Tried()
        await self._load()

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Change what was typed; every open form follows."""
        if await self._try(token, choosing.choose, typed, self._version):
            self._say(N_("Saved"))
            await self._load()

    @action(ADMINISTER)
    async def try_out(self, typed: dict[str, str], token: int):
        """Ask the server that was typed, once, and show what came back; nothing is stored."""
        try:
            plan = await look(choosing.prepare, typed)
            trial = await within(lambda: choosing.carry_out(plan))
        except Invalid as refusal:
            self.tried = Tried(token, text=" ".join(refusal.by_field(self.locale).values()))
            return
        except CrmError as refusal:
            self.tried = Tried(token, text=refusal.text(self.locale))
            return
        except TimeoutError:
            text = N_("No answer came in time. Try again, or look whether the server is overloaded.")
            self.tried = Tried(token, text=gettext(self.locale, text))
            return
        self.tried = _told(token, trial)

    async def _load(self) -> None:
        found = await look(choosing.shown)
        self.values = {"kind": found.kind, "url": found.url, "key": "", "forget": "0"}
        self.has_key, self._version, self.ready = found.has_key, found.version, True


def _told(token: int, trial: Any) -> Tried:
    found = [[each.street1, each.detail] for each in trial.found]
    return Tried(token, trial.ok, trial.text, found, trial.milliseconds)
