"""Close an opportunity as won or lost, and reopen it (S 1.4)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from rxcrm.models import closing
from rxcrm.models.access import Privilege
from rxcrm.models.choices import OpportunityStatus
from rxcrm.models.closing import Draft
from rxcrm.models.errors import CrmError, Invalid, NotFound
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.records import Act
from rxcrm.state.gate import BROKEN, SIGNED_IN, AppState, action, do, look
from rxcrm.translation import N_, gettext

log = logging.getLogger("rxcrm")
_VERBS = {OpportunityStatus.WON: closing.win, OpportunityStatus.LOST: closing.lose}
_SAID = {
    OpportunityStatus.WON: N_("%(name)s is closed as won."),
    OpportunityStatus.LOST: N_("%(name)s is closed as lost."),
}


@dataclass
class Sold:
    """The answer to one closing dialog, recognised by its token: done, or what was wrong, by field ("" for all)."""

    token: int = 0
    ok: bool = False
    errors: dict[str, str] = field(default_factory=dict)


class Sale(AppState):
    """What the closing dialogs and Reopen Opportunity ask."""

    draft: Draft = Draft(0, {}, [], [])
    asking: bool = False
    told: Sold = Sold()

    @action(SIGNED_IN)
    async def ask(self, opportunity_id: int, status: int):
        """Open the dialog Close as Won (1) or Close as Lost (2) with its preset values."""
        self.draft = await look(draft_of, opportunity_id, status)
        self.told, self.asking = Sold(), True

    @action(SIGNED_IN)
    async def close(self, opportunity_id: int, version: int, status: int, typed: dict[str, str], token: int):
        """Close the opportunity in the version that the user saw."""
        try:
            name = await do(close_one, opportunity_id, version, status, typed)
        except Invalid as refusal:
            self.told = Sold(token, errors=refusal.by_field(self.locale))
        except CrmError as refusal:
            self.told = Sold(token, errors={"": refusal.text(self.locale)})
        except Exception:
            # A defect, told in the log; the dialog must not wait for an answer that never comes.
            log.exception("closing an opportunity failed")
            self.told = Sold(token, errors={"": gettext(self.locale, BROKEN)})
        else:
            self.told, self.asking = Sold(token, ok=True), False
            self._say(_SAID[OpportunityStatus(status)], refresh=True, name=name)

    @action(SIGNED_IN)
    async def reopen(self, opportunity_id: int, version: int):
        """Open a closed opportunity again."""
        name = await do(reopen_one, opportunity_id, version)
        self._say(N_("%(name)s is open again."), refresh=True, name=name)

    @action(SIGNED_IN)
    async def dismiss(self):
        """Close the dialog."""
        self.asking = False


def _status(number: int) -> OpportunityStatus:
    """The status in which a dialog leaves an opportunity; raises NotFound for any other number."""
    status = next((status for status in _VERBS if int(status) == number), None)
    if status is None:
        raise NotFound
    return status


def draft_of(act: Act, opportunity_id: int, status: int) -> Draft:
    """What the dialog of one opportunity begins with."""
    return closing.draft(act, act.find(Opportunity, opportunity_id, Privilege.WRITE), _status(status))


def close_one(act: Act, opportunity_id: int, version: int, status: int, typed: dict[str, str]) -> str:
    """Close one opportunity; its name."""
    verb = _VERBS[_status(status)]
    opportunity = act.find(Opportunity, opportunity_id, Privilege.WRITE, version)
    verb(act, opportunity, typed)
    return opportunity.display_name


def reopen_one(act: Act, opportunity_id: int, version: int) -> str:
    """Reopen one opportunity; its name."""
    opportunity = act.find(Opportunity, opportunity_id, Privilege.WRITE, version)
    closing.reopen(act, opportunity)
    return opportunity.display_name
