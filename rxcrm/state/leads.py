"""Leads: list and form."""

from rxcrm.models import autofill
from rxcrm.models.assignment import routing
from rxcrm.models.records import Act
from rxcrm.state.gate import SIGNED_IN, AppState, action, do, look
from rxcrm.state.lists import ListMixin, address_of
from rxcrm.state.records import RecordMixin, save_form
from rxcrm.translation import N_

#: How the form of a new lead says that it is to stay with who types it, though assignment rules are on.
OWNER, MINE = "owner", "me"


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

    async def _write(self, record_id: int, version: int, typed: dict[str, str], anyway: bool) -> int:
        mine = not record_id and typed.get(OWNER) == MINE
        typed = {name: value for name, value in typed.items() if record_id or name != OWNER}

        def save(act: Act) -> int:
            act.by_rules = not mine
            return save_form(act, self._entity, record_id, version, typed, anyway, dict(self.given))

        return await do(save)

    async def _tell_saved(self, saved_id: int, seen: bool, *, new: bool) -> None:
        rule, owner = await look(routing.told, saved_id) if new else ("", "")
        if not rule:
            await super()._tell_saved(saved_id, seen, new=new)
            return
        text = N_("Saved. The assignment rule “%(rule)s” gave this lead to %(owner)s.")
        self._say(text, go="" if seen else address_of(self._entity), rule=rule, owner=owner)
