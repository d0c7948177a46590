"""Merging on its page, and taking a merge back on the form of the record that others were merged into (S 7.8)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

import reflex as rx

from rxcrm.models import journal
from rxcrm.models.access import Privilege
from rxcrm.models.errors import CrmError, Invalid, NotAllowed, Stale
from rxcrm.models.merging.comparing import FEWEST, MOST, Comparison, plan
from rxcrm.models.merging.doing import merge
from rxcrm.models.merging.undoing import Later, later, others_of
from rxcrm.models.operation import OperationKind
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.state.gate import BROKEN, SIGNED_IN, AppState, action, do, look
from rxcrm.state.numbers import number
from rxcrm.translation import N_, gettext

log = logging.getLogger("rxcrm")


@dataclass
class MergeTold:
    """The answer to one press of Merge, recognised by its token: why it was refused, and field → what is wrong there."""

    token: int = 0
    ok: bool = False
    problem: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class Unmerge:
    """What taking back a merge would do, for the question: who comes back, and what stays as somebody changed it."""

    token: int = 0
    operation: int = 0
    names: list[str] = field(default_factory=list)
    later: list[Later] = field(default_factory=list)


class Merge(AppState):
    """The records that the address of the page names, side by side. Every event names them: a tab's state may be gone."""

    comparison: Comparison = Comparison()
    missing: str = ""
    ready: bool = False
    path: str = "/"
    told: MergeTold = MergeTold()
    question: Unmerge = Unmerge()

    @action(SIGNED_IN)
    async def open(self):
        """Compare the records that the address names."""
        entity, ids = str(self.merged_table or ""), _ids(dict(self.router.url.query_parameters).get("ids", ""))
        self.told, self.missing = MergeTold(), ""
        try:
            self.path = record_table(entity).path
            self.comparison = await look(plan, entity, ids)
        except CrmError as refusal:
            self.missing, self.comparison = refusal.text(self.locale), Comparison()
        self.ready = True

    @action(SIGNED_IN)
    async def compare(self, entity: str, ids: list[int], master_id: int, fill: bool):
        """Compare again for another record to keep, with blanks filled or not."""
        self.comparison = await look(plan, entity, ids, master_id, fill=fill)

    @action(SIGNED_IN)
    async def merge(
        self, entity: str, master_id: int, versions: dict[str, int], choices: dict[str, int], fill: bool, token: int
    ):
        """Merge the records as they were compared, and go to the one that was kept."""
        ids = {int(number): version for number, version in versions.items() if number.isdecimal() and len(number) < 19}
        try:
            operation, name = await do(_merge, entity, master_id, ids, choices, fill)
        except CrmError as refusal:
            errors = refusal.by_field(self.locale) if isinstance(refusal, Invalid) else {}
            self.told = MergeTold(token, problem=refusal.text(self.locale), errors=errors)
            if isinstance(refusal, Stale):
                self.comparison = await look(plan, entity, list(ids), master_id, fill=fill)
        except Exception:
            # A defect, told in the log; the page must not wait for an answer that never comes.
            log.exception("a merge failed")
            self.told = MergeTold(token, problem=gettext(self.locale, BROKEN))
        else:
            self.told = MergeTold(token, ok=True)
            self._say(N_("Merged into %(name)s."), name=name, undo=[operation], refresh=True)
            return rx.redirect(f"{record_table(entity).path}/{master_id}")

    @action(SIGNED_IN)
    async def ask_unmerge(self, entity: str, record_id: int, token: int):
        """What taking back the newest merge into a record would do."""
        self.question = await look(_question, entity, record_id, token)


def _ids(text: str) -> list[int]:
    """The ids in an address; one more than can be merged is enough to be refused."""
    parts = text.split(",")[: MOST + 1]
    return [number(part) for part in parts if part]


def _merge(
    act: Act, entity: str, master_id: int, versions: dict[int, int], choices: dict[str, int], fill: bool
) -> tuple[int, str]:
    """The id of the operation, and what the record is called that was kept."""
    operation = merge(act, entity, master_id, versions, choices, fill_blanks=fill)
    return operation.id or 0, act.find(record_table(entity), master_id).display_name


def _question(act: Act, entity: str, record_id: int, token: int) -> Unmerge:
    row = act.find(record_table(entity), record_id, Privilege.WRITE)
    operation = journal.latest(act.session, OperationKind.MERGE, entity, row.id or 0)
    if operation is None:
        raise NotAllowed(N_("No other record was merged into %(name)s."), name=row.display_name)
    return Unmerge(token, operation.id or 0, others_of(act, operation), later(act, operation))


__all__ = ["FEWEST", "MOST", "Merge"]
