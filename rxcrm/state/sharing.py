"""Share: with whom a record is shared, given, changed and taken back (S 3.11)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from rxcrm.models import assigning, sharing
from rxcrm.models.access import Privilege
from rxcrm.models.errors import BadValue, CrmError
from rxcrm.models.records import Act
from rxcrm.models.sharing import Holder
from rxcrm.models.tables import record_table
from rxcrm.state.gate import BROKEN, SIGNED_IN, AppState, action, do, look
from rxcrm.translation import N_, gettext

log = logging.getLogger("rxcrm")


@dataclass
class Shares:
    """With whom a record is shared, and which rights the asker may give; recognised by the record."""

    entity: str = ""
    id: int = 0
    holders: list[Holder] = field(default_factory=list)
    givable: list[str] = field(default_factory=list)


@dataclass
class Told:
    """The answer to one change, recognised by its token: done, or what was wrong."""

    token: int = 0
    ok: bool = False
    problem: str = ""


class Sharing(AppState):
    """What the Share pane asks."""

    shares: Shares = Shares()
    told: Told = Told()

    @action(SIGNED_IN)
    async def open(self, entity: str, record_id: int):
        """Show with whom a record is shared."""
        self.shares, self.told = await look(shares_of, entity, record_id), Told()

    @action(SIGNED_IN)
    async def share(self, entity: str, record_id: int, kind: str, holder_id: int, rights: list[str], token: int):
        """Let a user or team have exactly these rights on a record; none takes the share back."""
        try:
            name = await do(share_one, entity, record_id, (kind, holder_id), rights)
        except CrmError as refusal:
            self.told = Told(token, problem=refusal.text(self.locale))
        except Exception:
            # A defect, told in the log; the pane must not wait for an answer that never comes.
            log.exception("sharing failed")
            self.told = Told(token, problem=gettext(self.locale, BROKEN))
        else:
            await self._read_again(entity, record_id)
            self.told = Told(token, ok=True)
            text = N_("Shared with %(name)s.") if rights else N_("No longer shared with %(name)s.")
            self._say(text, refresh=True, name=name)

    async def _read_again(self, entity: str, record_id: int) -> None:
        """Show who has it now; whoever took his own right to share away sees nobody."""
        try:
            self.shares = await look(shares_of, entity, record_id)
        except CrmError:
            self.shares = Shares(entity, record_id)


def shares_of(act: Act, entity: str, record_id: int) -> Shares:
    """With whom a record is shared, for somebody who may share it."""
    row = act.find(record_table(entity), record_id, Privilege.SHARE)
    return Shares(entity, record_id, sharing.holders(act, row), sharing.givable(act, row))


def share_one(act: Act, entity: str, record_id: int, holder: tuple[str, int], rights: list[str]) -> str:
    """Share a record, or no more without rights; the name of the user or team."""
    row = act.find(record_table(entity), record_id, Privilege.SHARE)
    found = assigning.owner(act, *holder)
    if rights:
        sharing.share(act, row, found, [_right(right) for right in rights])
    else:
        sharing.revoke(act, row, found)
    return found.name


def _right(name: str) -> Privilege:
    try:
        return Privilege(name)
    except ValueError:
        raise BadValue(N_("Tick at least one right.")) from None
