"""Why a lead has its score: every rule that holds and every value that counts, with what it adds (issue 6, 6).

Reckoned anew from the lead as it stands, so that the reasons are right also while lists are still being brought up to date.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import case, literal_column, select

from rxcrm.models.choices import LeadStatus
from rxcrm.models.fields import hidden_from
from rxcrm.models.filters.conditions import Test, tests
from rxcrm.models.filters.wording import words_of
from rxcrm.models.lead import Lead
from rxcrm.models.records import Act
from rxcrm.models.scoring import features, learning, reckoning, rules
from rxcrm.models.scoring.reckoning import LEAST, MOST, Reckoning
from rxcrm.models.scoring.rules import Progress
from rxcrm.models.scoring.tables import Rule, scoring
from rxcrm.translation import N_, gettext


@dataclass
class Reason:
    """What adds how much: points of a rule, or percent of the estimate. `of` tells of which field it is a value."""

    text: str
    amount: int
    of: str = ""


@dataclass
class Card:
    """Score and estimate of one lead with their reasons, the weightiest first.

    `scored` says that there are rules at all. `total` is the sum of the points, which the score cuts off at 0 and 100.
    `estimate` is 0 where there is none; `why` says why not: "closed", "few" (not enough closed leads), "off" or "".
    `base` is the share of won leads in percent, from which the estimate starts.
    """

    id: int = 0
    scored: bool = False
    score: int = 0
    total: int = 0
    points: list[Reason] = field(default_factory=list)
    estimate: int = 0
    base: int = 0
    effects: list[Reason] = field(default_factory=list)
    why: str = ""
    progress: Progress = field(default_factory=Progress)


def card(act: Act, lead_id: int) -> Card:
    """Score and estimate of a lead that the asker may read. Raises NotFound."""
    row = act.find(Lead, lead_id)
    how = reckoning.reckoning()
    held, values = _facts(act, how, lead_id)
    points = [_reason(act, rule) for (rule, _), holds in zip(how.rules, held, strict=True) if holds]
    total = sum(reason.amount for reason in points)
    found = Card(
        id=lead_id,
        scored=bool(how.rules),
        score=min(max(total, LEAST), MOST),
        total=total,
        points=sorted(points, key=lambda reason: -abs(reason.amount)),
        progress=rules.progress(act) if scoring() else Progress(),
    )
    if how.model is None:
        found.why = "few" if act.organisation.score_learns else "off"
    elif row.status != LeadStatus.OPEN:
        found.why = "closed"
    else:
        _estimate(act, found, how, row, values)
    return found


SECURED = N_("A field that you may not see")
#: Operators that go without saying where the value is told.
_PLAIN = ("eq", "in")


def _reason(act: Act, rule: Rule) -> Reason:
    """A rule as a reader is told it: in the administrator's words, or "Trade Show" of "Lead Source".

    Of one that asks for what he may not see he is told the points alone, as the score shows them anyway (S 9.3).
    """
    hidden = hidden_from(act.who.conventions, Lead)
    if any(test.field in hidden for test in tests(rule.where)):
        return Reason(gettext(act.who.conventions.locale, SECURED), rule.points)
    if rule.label:
        return Reason(rule.label, rule.points)
    words, parts = words_of(act, "lead", rule.where), rule.where.parts
    if len(parts) == 1 and isinstance(test := parts[0], Test):
        row = words.parts[0]
        plain = test.operator in _PLAIN and row.values
        return Reason(row.values if plain else f"{row.operator} {row.values}".strip(), rule.points, row.field)
    return Reason(words.text(act.who.conventions.locale), rule.points)


def _facts(act: Act, how: Reckoning, lead_id: int) -> tuple[list[bool], dict[str, str | None]]:
    """Which rules hold, and the values that the estimate looks at: one statement."""
    if not scoring():
        return [], {}
    wanted: list[Any] = [case((found.where, literal_column("1")), else_=literal_column("0")) for _, found in how.rules]
    wanted += [features.value_in(feature) for feature in how.features]
    asked = select(*(column.label(f"c{i}") for i, column in enumerate(wanted)))
    if not wanted:
        return [], {}
    asked = asked.where(cast(Any, Lead).__table__.c.id == lead_id)
    row = act.session.connection().execute(asked, how.params(act.session, act.now)).one()
    at = len(how.rules)
    keys = [feature.key for feature in how.features]
    return [bool(held) for held in row[:at]], dict(zip(keys, row[at:], strict=True))


def _estimate(act: Act, found: Card, how: Reckoning, row: Lead, values: dict[str, str | None]) -> None:
    assert how.model, "asked only where something was learned"
    locale = act.who.conventions.locale
    known = {feature.key: feature for feature in how.features}
    hidden = hidden_from(act.who.conventions, Lead)
    effects = how.model.effects(values)
    taught = learning.newest(act.session)
    found.estimate = how.model.estimate(values)
    found.base = round(100 * taught.won / (taught.won + taught.lost)) if taught else 0
    for key, effect in sorted(effects.items(), key=lambda item: -abs(item[1])):
        value = values[key]
        if effect and value is not None:
            feature = known[key]
            if hidden & {feature.key, *feature.fields}:
                found.effects.append(Reason(gettext(locale, SECURED), effect))
                continue
            # Texts are compared without case and accents, and shown as the lead has them.
            text = getattr(row, key) if key == "country" else features.word(feature, value, locale)
            found.effects.append(Reason(text, effect, "" if feature.asks_presence else feature.label))
