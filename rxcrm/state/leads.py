"""Leads: list and form."""

from rxcrm.models import autofill
from rxcrm.state.gate import SIGNED_IN, AppState, action, look
from rxcrm.state.lists import ListMixin
from rxcrm.state.records import RecordMixin


class Leads(ListMixin, AppState):
    """The list of leads."""

    _entity: str = "lead"


class LeadRecord(RecordMixin, AppState):
    """The form of one lead."""

    _entity: str = "lead"
    _parameter: str = "lead_id"
    filled: dict[str, object] = {}

    @action(SIGNED_IN)
    async def fill(self, chosen: str, record_id: int, current: dict[str, str], token: int):
        """What choosing an existing account or contact fills into empty fields (S 3.2)."""
        values = await look(autofill.fill, chosen, record_id, current)
        self.filled = {"field": chosen, "token": token, "values": values}
