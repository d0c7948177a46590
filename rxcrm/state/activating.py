"""Activate and Deactivate accounts and contacts (S 1.2, 1.3)."""

from __future__ import annotations

from rxcrm.models import activating
from rxcrm.models.access import Privilege
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.state.gate import SIGNED_IN, AppState, action, do
from rxcrm.translation import N_


class Activation(AppState):
    """What the commands of accounts and contacts ask."""

    @action(SIGNED_IN)
    async def activate(self, entity: str, record_id: int, version: int):
        """Make an inactive record active again."""
        name = await do(set_active, entity, record_id, version, True)
        self._say(N_("%(name)s is active again."), refresh=True, name=name)

    @action(SIGNED_IN)
    async def deactivate(self, entity: str, record_id: int, version: int):
        """Make an active record inactive."""
        name = await do(set_active, entity, record_id, version, False)
        self._say(N_("%(name)s is inactive."), refresh=True, name=name)


def set_active(act: Act, entity: str, record_id: int, version: int, active: bool) -> str:
    """Activate or deactivate one record; its name."""
    row = act.find(record_table(entity), record_id, Privilege.WRITE, version)
    (activating.activate if active else activating.deactivate)(act, row)
    return row.display_name
