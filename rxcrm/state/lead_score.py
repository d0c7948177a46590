"""The score of the lead that is open, with its reasons; it follows when rules change."""

from __future__ import annotations

from rxcrm.models.errors import CrmError
from rxcrm.models.scoring import reasons, work
from rxcrm.models.scoring.reasons import Card
from rxcrm.state import live
from rxcrm.state.gate import SIGNED_IN, AppState, action, look


class LeadScore(AppState):
    """What the header of a lead shows of its score."""

    card: Card = Card()

    @action(SIGNED_IN)
    async def ask(self, record_id: int):
        """Show the score of a lead, and go on showing it as it changes."""
        self._hear_of("score", {work.TOPIC, f"lead:{record_id}"})
        await self._show(record_id)

    async def _hear(self, topics: frozenset[str]) -> None:
        """Rules have changed, or somebody has changed the lead; who has left it need not know."""
        here = self.router.url.path.rstrip("/") == f"/leads/{self.card.id}"
        if here and topics & {work.TOPIC, f"lead:{self.card.id}"}:
            await self._show(self.card.id)

    async def _show(self, record_id: int) -> None:
        try:
            found = await look(reasons.card, record_id)
        except CrmError:  # gone, or not his to read any more: the form says so
            found = Card()
        if found != self.card:
            self.card = found


live.on_topic(work.TOPIC, LeadScore, "_hear")
live.on_topic("lead:", LeadScore, "_hear")
