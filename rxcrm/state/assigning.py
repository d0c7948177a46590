"""Assign, on the form of a record and on several of a list (S 3.9)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from rxcrm.models import assigning
from rxcrm.models.access import Privilege
from rxcrm.models.assigning import Owner
from rxcrm.models.base import Record
from rxcrm.models.errors import CrmError
from rxcrm.models.operation import Operation
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.state.gate import BROKEN, SIGNED_IN, AppState, action, do, look
from rxcrm.state.lists import Outcome, each, tell
from rxcrm.translation import N_, gettext

log = logging.getLogger("rxcrm")


@dataclass
class Owners:
    """Who can own or be shared with, for one search, recognised by its token."""

    token: int = 0
    hits: list[Owner] = field(default_factory=list)


@dataclass
class Assigned:
    """The answer to one Assign dialog, recognised by its token: done, or what was wrong."""

    token: int = 0
    ok: bool = False
    problem: str = ""


class Assigning(AppState):
    """What the Assign dialog asks."""

    owners: Owners = Owners()
    told: Assigned = Assigned()

    @action(SIGNED_IN)
    async def search(self, entity: str, term: str, token: int):
        """Users and teams who may own records of a table."""
        self.owners = Owners(token, await look(assigning.candidates, entity, term))

    @action(SIGNED_IN)
    async def assign(self, entity: str, ids: list[int], version: int, kind: str, owner_id: int, token: int):
        """Assign one record in the version that the user saw, or several (version 0), each by its own rights."""
        try:
            if version and len(ids) == 1:
                name, new, followers, undo = await do(assign_one, entity, ids[0], version, (kind, owner_id))
                text = N_("%(name)s is assigned to %(owner)s.")
                if followers:
                    text = N_("%(name)s is assigned to %(owner)s, with %(n)s of its activities and notes.")
                self._say(text, undo=undo, refresh=True, name=name, owner=new, n=followers)
            else:
                result = await do(assign_many, entity, ids, (kind, owner_id))
                tell(self, result, N_("%(n)s record assigned."), N_("%(n)s records assigned."), refresh=True)
        except CrmError as refusal:
            self.told = Assigned(token, problem=refusal.text(self.locale))
        except Exception:
            # A defect, told in the log; the dialog must not wait for an answer that never comes.
            log.exception("assigning failed")
            self.told = Assigned(token, problem=gettext(self.locale, BROKEN))
        else:
            self.told = Assigned(token, ok=True)


def assign_one(
    act: Act, entity: str, record_id: int, version: int, to: tuple[str, int]
) -> tuple[str, str, int, list[int]]:
    """Assign one record; its name, its new owner's, how many activities follow, and the operation to take back."""
    new = assigning.owner(act, *to)
    row = act.find(record_table(entity), record_id, Privilege.ASSIGN, version)
    operation = assigning.assign_undoably(act, row, new)
    followers = operation.details["followers"] if operation else 0
    return row.display_name, new.name, followers, [operation.id or 0] if operation else []


def assign_many(act: Act, entity: str, ids: list[int], to: tuple[str, int]) -> Outcome:
    """Assign several records to one owner."""
    new = assigning.owner(act, *to)

    def verb(act: Act, row: Record) -> Operation | None:
        return assigning.assign_undoably(act, row, new)

    return each(act, entity, ids, Privilege.ASSIGN, verb)
