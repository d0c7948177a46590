"""Create contact or account now, on the form of an open lead (issue 4, part 4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from rxcrm.models import creating
from rxcrm.models.access import Privilege
from rxcrm.models.lead import Lead
from rxcrm.models.matching import Match
from rxcrm.models.records import Act
from rxcrm.state.gate import SIGNED_IN, AppState, action, do
from rxcrm.translation import N_


@dataclass
class Known:
    """Records that are certainly what was to be created from a lead; none while nobody has to choose."""

    entity: str = ""
    lead_id: int = 0
    version: int = 0
    matches: list[Match] = field(default_factory=list)


class Creating(AppState):
    """What Create ▾ of a lead asks."""

    known: Known = Known()

    @action(SIGNED_IN)
    async def create(self, lead_id: int, version: int, entity: str, anyway: bool):
        """Make a contact or account out of a lead; where there is one already, the user is asked first."""
        name, matches = await do(create_now, lead_id, version, entity, anyway)
        self.known = Known(entity, lead_id, version, matches) if matches else Known()
        if not matches:
            self._say(N_("%(name)s was created and linked with this lead."), refresh=True, name=name)

    @action(SIGNED_IN)
    async def use(self, lead_id: int, version: int, entity: str, record_id: int):
        """Link the lead with a record that there is already."""
        self.known = Known()
        name = await do(use_existing, lead_id, version, entity, record_id)
        self._say(N_("%(name)s is linked with this lead."), refresh=True, name=name)

    @action(SIGNED_IN)
    async def dismiss(self):
        """Make nothing."""
        self.known = Known()


def create_now(act: Act, lead_id: int, version: int, entity: str, anyway: bool) -> tuple[str, list[Match]]:
    """The name of the new record, or what is certainly the same."""
    lead = act.find(Lead, lead_id, Privilege.WRITE, version)
    created = creating.create_now(act, lead, entity, anyway=anyway)
    return created.row.display_name if created.row else "", created.matches


def use_existing(act: Act, lead_id: int, version: int, entity: str, record_id: int) -> str:
    """The name of the record with which the lead is linked now."""
    lead = act.find(Lead, lead_id, Privilege.WRITE, version)
    return creating.use_existing(act, lead, entity, record_id).display_name
