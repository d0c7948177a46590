"""Moving the process of a lead or opportunity (S 2.3)."""

from __future__ import annotations

from rxcrm.models.access import Privilege
from rxcrm.models.errors import NotAllowed
from rxcrm.models.process_moves import MOVES
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.state.gate import SIGNED_IN, AppState, action, do
from rxcrm.translation import N_

_DONE = {
    "finish": N_("The process is finished."),
    "abandon": N_("The process is abandoned."),
    "resume": N_("The process goes on."),
    "switch": N_("The record is in another process now."),
}


class ProcessMoves(AppState):
    """What the process bar of a form asks."""

    @action(SIGNED_IN)
    async def move(self, entity: str, record_id: int, version: int, move: str, stage: str):
        """Move the process of the record that the user saw in this version; `stage` names one for Set Active, a process for Switch Process."""
        await do(move_one, entity, record_id, version, move, stage)
        if said := _DONE.get(move):
            self._say(said)


def move_one(act: Act, entity: str, record_id: int, version: int, move: str, stage: str) -> None:
    """One move of the process of one record."""
    row = act.find(record_table(entity), record_id, Privilege.WRITE, version)
    if move not in MOVES:
        raise NotAllowed
    MOVES[move](act, row, stage)
