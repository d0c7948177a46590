"""Disqualify and Reactivate, on the form of a lead and on several of a list (S 3.6, 3.7)."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from rxcrm.models import disqualifying, reactivating
from rxcrm.models.access import Privilege
from rxcrm.models.errors import CrmError
from rxcrm.models.lead import Lead
from rxcrm.models.operation import Operation
from rxcrm.models.records import Act
from rxcrm.state.gate import BROKEN, SIGNED_IN, AppState, action, do
from rxcrm.state.lists import Outcome, each, tell
from rxcrm.translation import N_, gettext

log = logging.getLogger("rxcrm")


@dataclass
class Closed:
    """The answer to one Disqualify dialog, recognised by its token: done, or what was wrong."""

    token: int = 0
    ok: bool = False
    problem: str = ""


class Lifecycle(AppState):
    """What the commands of a lead's life ask."""

    told: Closed = Closed()

    @action(SIGNED_IN)
    async def disqualify(
        self, lead_ids: list[int], version: int, reason: int, comment: str, remind_in: int, token: int
    ):
        """Disqualify one lead in the version that the user saw, or several (version 0), each by its own rights."""
        try:
            if version and len(lead_ids) == 1:
                name, operation_id = await do(disqualify_one, lead_ids[0], version, reason, comment, remind_in)
                self._say(N_("%(name)s is disqualified."), undo=[operation_id], refresh=True, name=name)
            else:
                result = await do(disqualify_many, lead_ids, reason, comment, remind_in)
                tell(self, result, N_("%(n)s lead disqualified."), N_("%(n)s leads disqualified."), refresh=True)
        except CrmError as refusal:
            self.told = Closed(token, problem=refusal.text(self.locale))
        except Exception:
            # A defect, told in the log; the dialog must not wait for an answer that never comes.
            log.exception("disqualifying failed")
            self.told = Closed(token, problem=gettext(self.locale, BROKEN))
        else:
            self.told = Closed(token, ok=True)

    @action(SIGNED_IN)
    async def reactivate(self, lead_id: int, version: int):
        """Open one closed lead again; what came from it stays linked, and the message says so (S R3.27)."""
        name, created, undo = await do(reactivate_one, lead_id, version)
        if created:
            text = N_("%(name)s is open again. Still linked with it: %(created)s.")
            self._say(text, "info", undo=[undo], refresh=True, name=name, created=", ".join(created))
        else:
            self._say(N_("%(name)s is open again."), undo=[undo], refresh=True, name=name)

    @action(SIGNED_IN)
    async def reactivate_many(self, lead_ids: list[int]):
        """Open several closed leads again, each by its own rights."""
        result = await do(each, "lead", lead_ids, Privilege.WRITE, reactivating.reactivate_undoably)
        tell(self, result, N_("%(n)s lead reactivated."), N_("%(n)s leads reactivated."), refresh=True)


def disqualify_one(act: Act, lead_id: int, version: int, reason: int, comment: str, remind_in: int) -> tuple[str, int]:
    """Disqualify one lead; its name and the operation."""
    lead = act.find(Lead, lead_id, Privilege.WRITE, version)
    operation = disqualifying.disqualify(act, lead, reason, comment, remind_in)
    return lead.display_name, operation.id or 0


def disqualify_many(act: Act, lead_ids: list[int], reason: int, comment: str, remind_in: int) -> Outcome:
    """Disqualify several leads for one reason."""

    def verb(act: Act, lead: Lead) -> Operation:
        return disqualifying.disqualify(act, lead, reason, comment, remind_in)

    return each(act, "lead", lead_ids, Privilege.WRITE, verb)


def reactivate_one(act: Act, lead_id: int, version: int) -> tuple[str, list[str], int]:
    """Reactivate one lead; its name, what came from it, and the operation."""
    lead = act.find(Lead, lead_id, Privilege.WRITE, version)
    operation = reactivating.reactivate_undoably(act, lead)
    created = [row.display_name for row in reactivating.created_from(act, lead)]
    return lead.display_name, created, operation.id or 0
