"""The Undo of a message: takes back what one command did, to one record or to many."""

from __future__ import annotations

from dataclasses import dataclass, field

from rxcrm.models import lists, undoing
from rxcrm.models.bulk import books
from rxcrm.models.errors import CrmError
from rxcrm.models.journal import InUse, Touch
from rxcrm.models.records import Act
from rxcrm.state.bulk import Bulk
from rxcrm.state.gate import SIGNED_IN, AppState, action, do, look
from rxcrm.translation import N_, gettext, ngettext


class Undoing(AppState):
    """What the Undo of messages asks."""

    #: What was made and has been used since, and the operation about which the user is asked.
    used: list[Touch] = []
    asked: int = 0

    @action(SIGNED_IN)
    async def undo(self, operation_ids: list[int]):
        """Take back operations, each by its own rights; what refuses stays as it is and is named with the reason.

        Where what one operation made has been used since, the user is asked whether to keep that.
        """
        if len(operation_ids) == 1 and await look(books.is_bulk, operation_ids[0]):
            return Bulk.undo(operation_ids[0])
        if len(operation_ids) == 1:
            await self._take_back(operation_ids[0], False)
            return None
        taken = await do(take_back, operation_ids[: max(lists.PAGE_SIZES)])
        text = taken.sentence
        if taken.refused:
            text = " ".join(part for part in (text, *taken.refused) if part)
        self._say(text, "error" if taken.refused else "success", refresh=True)
        return None

    @action(SIGNED_IN)
    async def keep(self, operation_id: int):
        """Take back one operation and keep the records that it made."""
        await self._take_back(operation_id, True)

    @action(SIGNED_IN)
    async def dismiss(self):
        """Leave everything as it is."""
        self.used, self.asked = [], 0

    async def _take_back(self, operation_id: int, keep: bool) -> None:
        try:
            done = await do(undoing.undo, operation_id, keep=keep)
        except InUse as refusal:
            self.used, self.asked = refusal.touches, operation_id
            return
        self.used, self.asked = [], 0
        self._say(done.sentence, refresh=True, go=done.path, name=done.name)


@dataclass
class Taken:
    """What was taken back, in one sentence, and in words what was not."""

    sentence: str = ""
    refused: list[str] = field(default_factory=list)


def take_back(act: Act, operation_ids: list[int]) -> Taken:
    """Undo several operations, each as a whole or not at all."""
    locale, done, taken = act.who.conventions.locale, [], Taken()
    # The newest first: what it made may stand on what an older one made.
    for operation_id in sorted(set(operation_ids), reverse=True):
        try:
            with act.session.begin_nested():
                done.append(undoing.undo(act, operation_id))
        except CrmError as refusal:
            name = undoing.name_of(act, operation_id)
            taken.refused.append(gettext(locale, N_("%(name)s: %(why)s"), name=name, why=refusal.text(locale)))
    if len(done) == 1:
        taken.sentence = gettext(locale, done[0].sentence, name=done[0].name)
    elif done:
        one, many = N_("%(n)s record is as it was before."), N_("%(n)s records are as they were before.")
        taken.sentence = ngettext(locale, one, many, len(done))
    return taken
