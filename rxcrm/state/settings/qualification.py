"""How leads are qualified: what the seller decides, and what happens by itself (S 3.5.3)."""

from __future__ import annotations

from rxcrm.models import administration
from rxcrm.models.qualifying.planning import AUTOMATIC, SELLER
from rxcrm.models.records import Act
from rxcrm.state.gate import AppState, action, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_

#: Who decides about a table.
DECIDES = [[SELLER, N_("Seller decides")], [AUTOMATIC, N_("Automatic")]]
_TABLES = ("qualify_account", "qualify_contact", "qualify_opportunity")


def qualification_values(act: Act) -> dict[str, str]:
    """The settings as the form shows them."""
    administration.require_administrator(act)
    chosen = {name: str(getattr(act.organisation, name)) for name in _TABLES}
    return chosen | {"qualify_several": str(int(act.organisation.qualify_several))}


class QualificationSettings(AskingMixin, AppState):
    """The form of the qualification."""

    @action(ADMINISTER)
    async def open(self):
        """Show what was chosen."""
        self.values, self.ready = await look(qualification_values), True

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Change what was typed; the next qualification follows it."""
        if await self._try(token, administration.update_organisation, typed):
            self._say(N_("Saved"))
            self.values = await look(qualification_values)

    @action(ADMINISTER)
    async def without_asking(self):
        """The preset: account, contact and opportunity are created without a question."""
        if await self._try(0, administration.update_organisation, dict.fromkeys(_TABLES, AUTOMATIC)):
            self._say(N_("Saved"))
            self.values = await look(qualification_values)
