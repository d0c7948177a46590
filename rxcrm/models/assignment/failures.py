"""Leads that a rule could give to nobody, for manual work (R3.35)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import and_, func, select
from sqlmodel import col

from rxcrm.models.access import Privilege
from rxcrm.models.assignment import routing, rules
from rxcrm.models.assignment.tables import LeadAssignment, Outcome
from rxcrm.models.choices import LeadStatus
from rxcrm.models.errors import NotFound
from rxcrm.models.lead import Lead
from rxcrm.models.operation import Operation
from rxcrm.models.people import Team, User
from rxcrm.models.records import Act
from rxcrm.translation import gettext

#: Leads that are listed; the others are counted.
LISTED = 50


@dataclass
class Failure:
    """A lead that nobody got: which rule failed and why, when (ISO), and to whom the lead belongs meanwhile."""

    id: int
    name: str
    topic: str
    rule: str
    reason: str
    at: str
    owner: str


@dataclass
class Failures:
    """The newest of these leads, and how many there are."""

    lines: list[Failure] = field(default_factory=list)
    count: int = 0


def listed(act: Act) -> Failures:
    """Leads that still belong to whom they fell, newest first; those closed, deleted or assigned since are done."""
    rules.require_administrator(act)
    locale, row, lead = act.who.conventions.locale, cast(Any, LeadAssignment), cast(Any, Lead)
    asked = (
        select(row, Lead, func.coalesce(col(User.name), col(Team.name)))
        .join_from(LeadAssignment, Lead, lead.id == row.lead_id)
        .join(User, col(User.id) == lead.owner_user_id, isouter=True)
        .join(Team, col(Team.id) == lead.owner_team_id, isouter=True)
        .where(_waiting())
    )
    found = act.session.execute(asked.order_by(row.at.desc(), row.lead_id.desc()).limit(LISTED)).all()
    lines = [
        Failure(
            held.lead_id,
            one.display_name,
            one.topic,
            held.rule_name,
            gettext(locale, held.reason),
            held.at.isoformat(),
            owner or "",
        )
        for held, one, owner in found
    ]
    counted = select(func.count()).select_from(LeadAssignment).join(Lead, lead.id == row.lead_id).where(_waiting())
    return Failures(lines, len(lines) if len(lines) < LISTED else act.session.scalar(counted) or 0)


def _waiting() -> Any:
    row, lead = cast(Any, LeadAssignment), cast(Any, Lead)
    owner = func.coalesce(lead.owner_user_id, 0) == func.coalesce(row.user_id, 0)
    team = func.coalesce(lead.owner_team_id, 0) == func.coalesce(row.team_id, 0)
    still = (lead.status == LeadStatus.OPEN, lead.deleted_on.is_(None), owner, team)
    return and_(row.outcome == Outcome.FAILED.value, *still)


def again(act: Act, lead_id: int) -> Operation | None:
    """Ask the rules about one of these leads once more. Raises NotAllowed where they find nobody again."""
    rules.require_administrator(act)
    return routing.route(act, act.find(Lead, lead_id, Privilege.ASSIGN))


def dismiss(act: Act, lead_id: int) -> None:
    """List a lead no more; twice is harmless. Raises NotFound for one that no rule failed for."""
    rules.require_administrator(act)
    row = act.session.get(LeadAssignment, lead_id)
    if row is None:
        raise NotFound
    if row.outcome == Outcome.FAILED.value:
        row.outcome = Outcome.SEEN.value
        act.session.flush()
