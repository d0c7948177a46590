"""Qualify one lead in the side pane, or many on one screen (S 3.5)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from rxcrm.models import lists, naming
from rxcrm.models.bulk.selection import ids_of
from rxcrm.models.errors import CrmError, Invalid, NotAllowed, NotFound
from rxcrm.models.lead import Lead
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.qualifying import doing, many, planning
from rxcrm.models.qualifying.doing import Choice, Outcome, Part, Way
from rxcrm.models.qualifying.many import Line, Review
from rxcrm.models.qualifying.planning import Block, Proposal
from rxcrm.models.records import Act
from rxcrm.state.bulk import selection_of
from rxcrm.state.gate import BROKEN, SIGNED_IN, AppState, action, do, look
from rxcrm.state.naming import Candidates
from rxcrm.state.numbers import number
from rxcrm.translation import N_, gettext

log = logging.getLogger("rxcrm")

#: Existing records that a look-up of the pane lists.
CANDIDATES = 8
_NOTHING = Proposal(0, 0, "", "", "", *([Block("", "", 0, False, "", [], {})] * 2), [], False, "", 0)


@dataclass
class Told:
    """The answer to one Qualify, recognised by its token: done, or what is wrong, by block or field."""

    token: int = 0
    ok: bool = False
    errors: dict[str, str] = field(default_factory=dict)


class Qualify(AppState):
    """The side pane of one lead (S 3.5.4)."""

    proposal: Proposal = _NOTHING
    #: The token of the page that asked for the pane: one that is loaded again does not open it again.
    asked: int = 0
    told: Told = Told()
    found: Candidates = Candidates()

    @action(SIGNED_IN)
    async def ask(self, lead_id: int, token: int):
        """Open the pane; where the organisation decides everything and nothing is in doubt, qualify at once."""
        found = await look(planning.proposal, lead_id)
        if found.questions:
            self.proposal, self.told, self.asked = found, Told(), token
            return None
        return self._done(await do(doing.qualify, lead_id, found.version, planning.decided(found)))

    @action(SIGNED_IN)
    async def qualify(
        self,
        lead_id: int,
        version: int,
        account: dict[str, str],
        contact: dict[str, str],
        deals: list[dict[str, str]],
        fill: bool,
        token: int,
    ):
        """Carry out what the pane shows; `way` and `id` of a part say which, its other entries are fields of a new one."""
        choice = Choice(part_of(account), part_of(contact), tuple(_deal(typed) for typed in deals), fill)
        try:
            outcome = await do(doing.qualify, lead_id, version, choice)
        except Invalid as refusal:
            self.told = Told(token, errors=refusal.by_field(self.locale))
        except CrmError as refusal:
            await self._refuse_pane(lead_id, token, refusal)
        except Exception:
            # A defect, told in the log; the pane must not wait for an answer that never comes.
            log.exception("a qualification failed")
            self.told = Told(token, errors={"": gettext(self.locale, BROKEN)})
        else:
            self.told = Told(token, ok=True)
            return self._done(outcome)
        return None

    async def _refuse_pane(self, lead_id: int, token: int, refusal: CrmError) -> None:
        """Say why, and bring the pane up to date: somebody may have changed, closed or merged the lead meanwhile."""
        try:
            self.proposal = await look(planning.proposal, lead_id)
        except CrmError as closed:
            refusal = closed
        self.told = Told(token, errors={"": refusal.text(self.locale)})

    @action(SIGNED_IN)
    async def search(self, entity: str, term: str, token: int):
        """Existing accounts or contacts that can be used; the newest ones for no term."""
        self.found = Candidates(token, await look(usable, entity, term[:200]))

    def _done(self, outcome: Outcome) -> Any:
        """Open the primary opportunity, or show the lead as it is now (S 3.5.4)."""
        notes = "".join(f" {note}" for note in outcome.notes)
        self._say(N_("Lead qualified.%(notes)s"), undo=[outcome.operation_id], refresh=True, notes=notes)
        page = f"{Opportunity.path}/{outcome.primary}" if outcome.primary else f"{Lead.path}/{outcome.lead_id}"
        return rx.redirect(page)


class QualifyMany(AppState):
    """Many leads at once: a choice per lead on one screen, then one transaction per lead (S 3.5.4 [OURS])."""

    review: Review = Review([], [])
    asked: int = 0
    running: bool = False
    finished: int = 0
    results: list[Line] = []
    _stopped: bool = False

    @action(SIGNED_IN)
    async def ask(self, lead_ids: list[int], token: int):
        """Show the ticked leads with what is preset for each; those that cannot be qualified say why."""
        self.review = await look(many.review, lead_ids[: max(lists.PAGE_SIZES)])
        self.results, self.finished, self.asked = [], 0, token

    @action(SIGNED_IN)
    async def ask_selected(self, lead_ids: list[int], everything: bool, query: str, token: int):
        """The same for the ticked leads, or for everything that the list of this address holds."""
        found = await look(ids_of, selection_of("lead", lead_ids, {}, query, everything))
        if len(found) > (most := max(lists.PAGE_SIZES)):
            raise NotAllowed(N_("At most %(n)s leads can be qualified at once."), n=most)
        self.review = await look(many.review, found)
        self.results, self.finished, self.asked = [], 0, token

    @action(SIGNED_IN, background=True)
    async def run(self, choices: list[dict[str, str]]):
        """Qualify one lead after the other as chosen; what is refused stays as it is, and the list says why."""
        made: set[tuple[str, int]] = set()
        async with self:
            if self.running:
                return
            self.running, self._stopped, self.results, self.finished = True, False, [], 0
            known = {found.lead_id: found for found in self.review.proposals}
        wanted = [(known.get(number(chosen.get("lead", ""))), chosen) for chosen in choices[: max(lists.PAGE_SIZES)]]
        try:
            for found, chosen in wanted:
                if found is None:
                    continue
                async with self:
                    stopped = self._stopped
                line = many.left_out(found, self.locale) if stopped else await _one(found, _chosen(chosen), made)
                made |= set(line.made)
                async with self:
                    self.results = [*self.results, line]
                    self.finished = len(self.results)
        finally:
            async with self:
                self.running = False
                self._tell()

    def _tell(self) -> None:
        """How many came through, with an Undo for all of them."""
        done = [line.operation_id for line in self.results if line.operation_id]
        text = N_("%(done)s of %(all)s leads qualified.")
        self._say(text, undo=done, refresh=True, done=len(done), all=len(self.results))

    @action(SIGNED_IN)
    async def cancel(self):
        """Stop after the lead that is being qualified now."""
        self._stopped = True


async def _one(found: Proposal, choice: many.Chosen, made: set[tuple[str, int]]) -> Line:
    """One lead in a transaction of its own; a refusal becomes its line, and so does a defect."""
    try:
        return await do(many.one, found, choice, made)
    except CrmError as refusal:
        return await look(many.refused, found, refusal)
    except Exception:
        log.exception("qualifying one of many leads failed")
        return await look(many.refused, found, CrmError(BROKEN))


def _chosen(chosen: dict[str, str]) -> many.Chosen:
    return many.Chosen(
        part_of(_prefixed(chosen, "account")), part_of(_prefixed(chosen, "contact")), chosen.get("deal") == "1"
    )


def offered_fields() -> dict[str, tuple[str, ...]]:
    """Table → the fields that the pane offers for a new record."""
    return planning.OFFERED


def part_of(typed: dict[str, str]) -> Part:
    """What the pane says about the account or the contact."""
    way = typed.get("way", "")
    fields = {name: text for name, text in typed.items() if name not in ("way", "id")}
    offered = {name for names in planning.OFFERED.values() for name in names}
    return Part(
        Way(way) if way in set(Way) else Way.SKIP,
        number(typed.get("id", "")),
        {name: text for name, text in fields.items() if name in offered} if way == Way.NEW else {},
    )


def _deal(typed: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in typed.items() if name in planning.OFFERED["opportunity"]}


def _prefixed(chosen: dict[str, str], name: str) -> dict[str, str]:
    return {"way": chosen.get(f"{name}_way", ""), "id": chosen.get(f"{name}_id", "")}


def usable(act: Act, entity: str, term: str) -> list[naming.Candidate]:
    """Accounts or contacts by a term; others are none of the pane's business."""
    if entity not in ("account", "contact"):
        raise NotFound
    return naming.records(act, term, (entity,), CANDIDATES)
