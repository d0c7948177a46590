"""Administration of the score: for which leads there are how many points (issue 6, 6)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlmodel import col

from rxcrm.models import configuration
from rxcrm.models.administration import require_administrator
from rxcrm.models.cleaning import clean
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.filters.conditions import BadFilter, parsed, read, written
from rxcrm.models.filters.wording import sentence
from rxcrm.models.records import Act
from rxcrm.models.scoring import asking, work
from rxcrm.models.scoring.tables import ScoreRule
from rxcrm.translation import N_

#: Rules that there can be, points of one, characters of its label.
MOST_RULES, MOST_POINTS, LABEL_LENGTH = 100, 100, 100


@dataclass
class RuleView:
    """A rule in the table of the settings: what it is called, what it asks in words, and why it cannot be asked, if so.

    `condition` is the condition as JSON text, `label` what the administrator calls the rule, if anything.
    """

    id: int
    version: int
    label: str
    words: str
    points: int
    active: bool
    condition: str
    problem: str = ""


@dataclass
class Progress:
    """How far all scores are brought up to date; `total` is 0 while that waits for its turn."""

    underway: bool = False
    done: int = 0
    total: int = 0


@dataclass
class Board:
    """Every rule, and whether their scores are being brought up to date."""

    rules: list[RuleView] = field(default_factory=list)
    progress: Progress = field(default_factory=Progress)


def board(act: Act) -> Board:
    """The rules in their order, for administrators."""
    require_administrator(act)
    asked = select(ScoreRule).order_by(col(ScoreRule.position), col(ScoreRule.id))
    return Board([_view(act, row) for row in act.session.scalars(asked)], progress(act))


def progress(act: Act) -> Progress:
    """Whether scores are being brought up to date, for everybody who sees scores."""
    job = work.underway(act.session)
    return Progress(True, job.done, job.total) if job else Progress()


def _view(act: Act, row: ScoreRule) -> RuleView:
    locale = act.who.conventions.locale
    words, why = "", ""
    try:
        condition = read(row.condition)
        words = sentence(act, "lead", condition)
        asking.check(condition)
    except BadFilter as refusal:
        why = refusal.text(locale)
    return RuleView(
        id=row.id or 0,
        version=row.version,
        label=row.label,
        words=words,
        points=row.points,
        active=row.active,
        condition=json.dumps(row.condition, ensure_ascii=False),
        problem=why,
    )


def add(act: Act, typed: Mapping[str, str]) -> ScoreRule:
    """A new rule from label, points, condition (JSON) and active. Raises Invalid with every bad value."""
    require_administrator(act)
    configuration.changed(act)
    if (act.session.scalar(select(func.count()).select_from(ScoreRule)) or 0) >= MOST_RULES:
        raise NotAllowed(
            N_("There can be at most %(most)s rules. Delete one that is no longer needed."), most=MOST_RULES
        )
    last = act.session.scalar(select(func.max(col(ScoreRule.position)))) or 0
    row = ScoreRule(position=last + 1, created_on=act.now, modified_on=act.now)
    _write(act, row, typed)
    act.session.add(row)
    return _changed(act, row)


def change(act: Act, rule_id: int, version: int, typed: Mapping[str, str]) -> ScoreRule:
    """Write what was typed into a rule. Raises Stale if somebody else was faster, Invalid for bad values."""
    require_administrator(act)
    configuration.changed(act)
    row = _find(act, rule_id)
    if row.version != version:
        raise Stale
    _write(act, row, typed)
    return _changed(act, row)


def switch(act: Act, rule_id: int, active: bool) -> ScoreRule:
    """Let a rule give points, or none for a while. Twice is harmless."""
    require_administrator(act)
    configuration.changed(act)
    row = _find(act, rule_id)
    if row.active == active:
        return row
    row.active = active
    return _changed(act, row)


def remove(act: Act, rule_id: int) -> None:
    """Delete a rule; its points are gone from every lead."""
    require_administrator(act)
    configuration.changed(act)
    row = _find(act, rule_id)
    act.session.delete(row)
    work.bring_up_to_date(act.session, act.now, act.who.id)
    act.topics.add(work.TOPIC)


def recount(act: Act) -> None:
    """Have all scores brought up to date, should anybody doubt them."""
    require_administrator(act)
    work.bring_up_to_date(act.session, act.now, act.who.id)
    act.topics.add(work.TOPIC)


def _find(act: Act, rule_id: int) -> ScoreRule:
    row = act.session.get(ScoreRule, rule_id) if 0 < rule_id < 2**63 else None
    if row is None:
        raise NotFound(N_("There is no such rule any more."))
    return row


def _changed(act: Act, row: ScoreRule) -> ScoreRule:
    row.version += row.id is not None
    row.modified_on, row.modified_by_id = act.now, act.who.id
    act.session.flush()
    work.bring_up_to_date(act.session, act.now, act.who.id)
    act.topics.add(work.TOPIC)
    return row


def _write(act: Act, row: ScoreRule, typed: Mapping[str, str]) -> None:
    """Check and set what a form holds; what it does not hold stays."""
    problems: dict[str, CrmError] = {}
    if "label" in typed:
        row.label = clean(typed["label"])
        if len(row.label) > LABEL_LENGTH:
            problems["label"] = BadValue(N_("A label can have at most %(length)s characters."), length=LABEL_LENGTH)
    if "points" in typed or row.id is None:
        points = _points(typed.get("points", ""))
        if points is None:
            problems["points"] = BadValue(
                N_("A whole number from %(low)s to %(high)s, but not 0."), low=f"−{MOST_POINTS}", high=MOST_POINTS
            )
        row.points = points or 0
    if typed.get("unfinished", "0") != "0":
        problems["condition"] = BadValue(N_("A row of the condition is not finished: finish or remove it."))
    elif "condition" in typed or row.id is None:
        try:
            condition = parsed(typed.get("condition", ""))
            asking.check(condition)
            row.condition = written(condition)
        except BadFilter as refusal:
            problems["condition"] = BadValue(refusal.message, **refusal.values)
    if "active" in typed:
        row.active = typed["active"] == "1"
    if problems:
        raise Invalid(problems)


def _points(text: str) -> int | None:
    """The points that somebody typed: "10", "+10", "-5", "−5"; None for anything else."""
    plain = clean(text).replace("−", "-").replace(" ", "")
    sign, digits = (-1, plain[1:]) if plain.startswith("-") else (1, plain.removeprefix("+"))
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 3):
        return None
    return sign * int(digits) if 0 < int(digits) <= MOST_POINTS else None
