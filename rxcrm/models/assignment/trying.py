"""Try on past leads: what the rules would have done with the last leads, before anybody relies on them (issue 6, part 5).

Leads are looked at as they are today: those that are closed by now burden nobody. Days are those on which they came in.
Everybody begins with the open leads that he has besides them. Nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select

from rxcrm.models.assignment import rules
from rxcrm.models.assignment.giving import Desk
from rxcrm.models.assignment.routing import match
from rxcrm.models.assignment.tables import AssignmentRule, Rule, State, rule_of
from rxcrm.models.choices import LeadStatus
from rxcrm.models.errors import BadValue, Invalid
from rxcrm.models.lead import Lead
from rxcrm.models.records import Act
from rxcrm.translation import N_, gettext

#: How many past leads can be chosen, and the most.
SIZES = (100, 500, 2_000)
USUAL, MOST = 500, 2_000


@dataclass
class Share:
    """Somebody, and how many of the leads he would have got."""

    name: str
    leads: int


@dataclass
class RuleTrial:
    """What one rule would have taken, who would have got it, and for how many it finds nobody (with the first reason)."""

    id: int
    name: str
    state: str
    taken: int = 0
    shares: list[Share] = field(default_factory=list)
    failed: int = 0
    why: str = ""


@dataclass
class Trial:
    """What the rules would have done with the last leads: how many there were, since when (ISO), and for how many no rule is."""

    leads: int = 0
    since: str = ""
    rules: list[RuleTrial] = field(default_factory=list)
    none: int = 0
    fallback: str = ""


def trial(act: Act, count: int = USUAL, edited: Mapping[str, str] | None = None, rule_id: int = 0) -> Trial:
    """Try the rules that are on and the drafts on the last leads.

    `edited` is the form of a rule as it is typed: in the place of the one with `rule_id`, at the end for a new one. Raises
    Invalid for what cannot be tried.
    """
    rules.require_administrator(act)
    if not 0 < count <= MOST:
        raise Invalid({"count": BadValue(N_("Between %(low)s and %(high)s."), low=1, high=MOST)})
    asked = _asked(act, edited, rule_id)
    lead = cast(Any, Lead)
    columns = select(lead.id, lead.created_on, lead.status == LeadStatus.OPEN)
    last = columns.where(lead.deleted_on.is_(None)).order_by(lead.id.desc()).limit(count)
    came: dict[int, tuple[datetime, bool]] = {i: (at, is_open) for i, at, is_open in act.session.execute(last)}
    matched = match(act, [rule for _, rule in asked], list(came), closed=True)
    desk = Desk(act, came)
    parts = {rule.id: RuleTrial(rule.id, rule.name, state) for state, rule in asked}
    got: dict[int, Counter[str]] = {rule_id: Counter() for rule_id in parts}
    for lead_id, (at, is_open) in reversed(came.items()):
        if (rule := matched.get(lead_id)) is None:
            continue
        part, given = parts[rule.id], desk.give(rule, lead_id, at, open=is_open)
        part.taken += 1
        if given.owner is not None:
            got[rule.id][given.owner.name] += 1
        else:
            part.failed += 1
            part.why = part.why or gettext(act.who.conventions.locale, given.reason)
    for part in parts.values():
        part.shares = [Share(name, leads) for name, leads in got[part.id].most_common()]
    since = min(at for at, _ in came.values()).isoformat() if came else ""
    fallback = rules.settings_of(act)["fallback_name"]
    return Trial(len(came), since, list(parts.values()), len(came) - len(matched), fallback)


def _asked(act: Act, edited: Mapping[str, str] | None, rule_id: int) -> list[tuple[str, Rule]]:
    """The rules to be tried with their states, the edited one among them; none of it is kept."""
    stored = rules.ordered(act)
    found = [(row.state, rule_of(row)) for row in stored if row.state != State.OFF.value or row.id == rule_id]
    if edited is None:
        return found
    row = AssignmentRule(id=rule_id, name="", created_on=act.now, modified_on=act.now)
    rules.fill(act, row, {**edited, "name": edited.get("name", "").strip() or N_("This rule")})
    state = next((other.state for other in stored if other.id == rule_id), State.DRAFT.value)
    mine = (State.ON.value if state == State.ON.value else State.DRAFT.value, rule_of(row))
    at = next((n for n, (_, rule) in enumerate(found) if rule.id == rule_id), None)
    return [*found, mine] if at is None else [*found[:at], mine, *found[at + 1 :]]
