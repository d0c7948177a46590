"""Qualifying several leads: one review of all, one transaction for each (S 3.5.4, R3.21 [OURS]).

Leads of one company that are qualified together share the account that the first of them creates, and so do copies of
one person: what was created in this run and certainly matches is used instead of created again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlmodel import col, select

from rxcrm.models import matching
from rxcrm.models.access import Privilege, among
from rxcrm.models.errors import CrmError, Invalid, NotAllowed, NotFound
from rxcrm.models.lead import Lead
from rxcrm.models.qualifying import doing
from rxcrm.models.qualifying.doing import Choice, Part, Result, Way, refuse_closed
from rxcrm.models.qualifying.planning import Proposal, proposals
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.translation import N_, gettext

#: A record by its table and id.
Key = tuple[str, int]


@dataclass
class Line:
    """What became of one lead: the records that were made or used, or in words why nothing was done."""

    lead_id: int
    name: str
    topic: str
    problem: str = ""
    results: list[Result] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    operation_id: int = 0

    @property
    def made(self) -> list[Key]:
        return [(result.entity, result.id) for result in self.results if result.made]


@dataclass
class Review:
    """The leads that can be qualified, each with its preset choice, and those that cannot, with the reason."""

    proposals: list[Proposal]
    refused: list[Line]


@dataclass(frozen=True)
class Chosen:
    """The choice for one lead of many."""

    account: Part
    contact: Part
    deal: bool


def review(act: Act, lead_ids: list[int]) -> Review:
    """What would happen with each lead; the matches of all are found in few statements."""
    wanted = [i for i in dict.fromkeys(lead_ids) if 0 < i < LARGEST_ID]
    rows = act.session.exec(select(Lead).where(col(Lead.id).in_(wanted), col(Lead.deleted_on).is_(None))).all()
    seen = among(act.session, act.who, Privilege.READ, rows, "lead")
    visible = {row.id: row for row in rows if row.id in seen}
    leads, refused = [], []
    for lead_id in wanted:
        lead = visible.get(lead_id)
        try:
            if lead is None:
                raise NotFound
            if not (decision := act.may(Privilege.WRITE, lead)):
                raise NotAllowed(decision.because)
            refuse_closed(act, lead)
        except CrmError as refusal:
            refused.append(_line(lead_id, lead, refusal.text(act.who.conventions.locale)))
        else:
            leads.append(lead)
    return Review(proposals(act, leads), refused)


def _line(lead_id: int, lead: Lead | None, problem: str) -> Line:
    return Line(lead_id, lead.display_name if lead else "", lead.topic if lead else "", problem)


def one(act: Act, found: Proposal, chosen: Chosen, made: Collection[Key]) -> Line:
    """Qualify one lead as chosen; `made` are the records that this run has created so far."""
    lead = act.find(Lead, found.lead_id, Privilege.WRITE)
    account, contact = (
        _shared(act, lead, entity, part, made)
        for entity, part in (("account", chosen.account), ("contact", chosen.contact))
    )
    choice = Choice(account, contact, ({},) if chosen.deal else ())
    outcome = doing.qualify(act, found.lead_id, found.version, choice)
    return Line(found.lead_id, found.name, found.topic, "", outcome.results, outcome.notes, outcome.operation_id)


def _shared(act: Act, lead: Lead, entity: str, part: Part, made: Collection[Key]) -> Part:
    """A new record that this run has created already for another lead is used again."""
    if part.way is not Way.NEW or not made:
        return part
    near = matching.like(act, lead, entity)
    same = next((m for m in near if m.certain and (m.entity, m.id) in made), None)
    return Part(Way.EXISTING, same.id) if same else part


def refused(act: Act, found: Proposal, refusal: CrmError) -> Line:
    """The line of a lead that was not qualified; nothing of it was written."""
    locale = act.who.conventions.locale
    text = " ".join(refusal.by_field(locale).values()) if isinstance(refusal, Invalid) else refusal.text(locale)
    return Line(found.lead_id, found.name, found.topic, text)


def left_out(found: Proposal, locale: str) -> Line:
    """The line of a lead that was not reached before somebody cancelled."""
    return Line(found.lead_id, found.name, found.topic, gettext(locale, N_("Not qualified: you cancelled.")))
