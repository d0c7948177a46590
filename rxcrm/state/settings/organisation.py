"""The organisation: conventions and access."""

from __future__ import annotations

from rxcrm.models import administration
from rxcrm.models.records import Act
from rxcrm.state.gate import AppState, action, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.state.shell import Shell
from rxcrm.translation import N_

#: The presets of the role table (S 13.1).
PRESETS = [
    ["0", N_("Open"), N_("Everybody reads every record. Whether one may change it depends on the role.")],
    [
        "1",
        N_("Private"),
        N_("A salesperson reads own and shared records, a sales manager those of the unit and of the units below it."),
    ],
]

_FIELDS = (
    "name",
    "country",
    "language",
    "currency",
    "time_zone",
    "first_weekday",
    "fiscal_month",
    "fiscal_day",
    "private",
    "open_editing",
    "share_reassigned",
)


def organisation_values(act: Act) -> dict[str, str]:
    """The organisation as its form shows it."""
    administration.require_administrator(act)
    found = {name: getattr(act.organisation, name) for name in _FIELDS}
    return {name: str(int(value)) if isinstance(value, bool) else str(value) for name, value in found.items()}


class OrganisationSettings(AskingMixin, AppState):
    """The form of the organisation."""

    @action(ADMINISTER)
    async def open(self):
        """Show what was chosen."""
        await self._load()

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Change what was typed; rights follow at once, and the frame shows it with the next event."""
        if not await self._try(token, administration.update_organisation, typed):
            return None
        self._say(N_("Saved"))
        await self._load()
        return Shell.enter

    async def _load(self) -> None:
        self.values, self.ready = await look(organisation_values), True
