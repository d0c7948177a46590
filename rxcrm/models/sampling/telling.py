"""The sample story told by one person in an organisation of its own: piece by piece, and nobody else's record is touched."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime

from rxcrm.models import sample_sales, sample_work
from rxcrm.models.currencies.tables import offered
from rxcrm.models.demo import BUSY, Story, sheet
from rxcrm.models.errors import CrmError
from rxcrm.models.lead import Lead
from rxcrm.models.records import Act
from rxcrm.models.sample import ACCOUNTS, LEADS, STAFF
from rxcrm.models.sampling.tables import SampleRecord


class OwnStory(Story):
    """All is done by one person, and belongs to him. What the rules of the organisation do not allow is `left_out`.

    Territories and campaigns are the organisation's own to draw up: this story brings none.
    """

    left_out = 0

    def __init__(self, act: Act) -> None:
        super().__init__(act)
        self.users |= {name: self.users[self.me] for members in STAFF.values() for name, _role in members}

    def chapters(self) -> list[Callable[[], None]]:
        """The story in pieces, each for a transaction of its own, to which `turn_to` turns."""
        customers, leads = sheet(ACCOUNTS), sheet(LEADS)
        found: list[Callable[[], None]] = [
            functools.partial(self._customer, n, line) for n, line in enumerate(customers)
        ]
        found += [functools.partial(self._lead, n, line) for n, line in enumerate(leads)]
        return found + [functools.partial(self._go_on, n) for n in range(len(leads))]

    def turn_to(self, act: Act) -> None:
        """Go on in another transaction of the same person."""
        self.act, self.session, self.organisation = act, act.session, act.organisation
        self.known = dict.fromkeys(self.users, act)

    def _go_on(self, n: int) -> None:
        """What became of the n-th newest lead."""
        newest_first = sorted(self.leads, reverse=True)
        lead = self.session.get(Lead, newest_first[n][1]) if n < len(newest_first) else None
        if lead is None or not lead.is_open:  # it was left out, or somebody was faster
            return
        if n < BUSY:
            self._gently(lambda: sample_work.tell(n, lead, lead.created_on, self.act.now, self._mine))
        else:
            self._gently(lambda: sample_sales.tell(n - BUSY, lead, self.act.now, self._mine, self._is_ours))

    def _mine(self, when: datetime) -> Act:
        return self._as(self.me, when)

    def _is_ours(self, entity: str, record_id: int) -> bool:
        return self.session.get(SampleRecord, (entity, record_id)) is not None

    def _currency(self, code: str) -> str:
        return code if code in offered() else ""

    def _gently(self, step: Callable[[], object]) -> bool:
        try:
            with self.session.begin_nested():
                step()
        except CrmError:
            self.left_out += 1
            return False
        return True
