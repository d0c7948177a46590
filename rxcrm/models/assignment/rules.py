"""Administration of assignment rules: made, changed, ordered, switched on and off, and what holds for all of them (S 3.10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from rxcrm.models import configuration
from rxcrm.models.assignment.giving import Desk, spelled
from rxcrm.models.assignment.tables import (
    AssignmentRule,
    AssignmentSettings,
    How,
    Rule,
    State,
    Working,
    rule_of,
)
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.fields import clean
from rxcrm.models.filters import conditions
from rxcrm.models.filters.conditions import BadFilter, Group, parsed, written
from rxcrm.models.filters.sql import compiled
from rxcrm.models.filters.wording import names_in, problems, sentence, words_of
from rxcrm.models.lead import Lead
from rxcrm.models.people import Team, User
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.searching import fold
from rxcrm.models.territory import Territory
from rxcrm.translation import N_, gettext

#: Rules in all, targets of one, and the largest limit of open leads.
MOST_RULES, MOST_TARGETS, LARGEST_LIMIT = 200, 200, 1_000_000
NAME_LENGTH = 100
DAMAGED = N_("The condition of this rule cannot be read any more. Build it again.")
NOBODY_LEFT = N_(
    "Nobody could get a lead by this rule: choose people who read leads, work on some day and may have open leads."
)
TAKES_ALL = N_("Takes every lead: the rules below it are not asked.")
#: How the leads of a rule are shared out among its people; the names go in.
_SHARED = {
    How.ONE: N_("%(names)s"),
    How.TURNS: N_("By turns: %(names)s"),
    How.LOAD: N_("Fewest open leads: %(names)s"),
}
_DAYS = {
    Working.ANY: "",
    Working.TODAY: N_("Only who works on the day"),
    Working.SOON: N_("Who works on the day, or next"),
}


@dataclass
class RuleView:
    """A rule in the table of the settings, in the administrator's words.

    `problem` is a sentence about why it is never asked or finds nobody, `note` one that is worth knowing. `values` is what
    the form of the rule shows; `names` are those of users, teams and records in it, by "user:3".
    """

    id: int
    name: str
    state: str
    condition: str
    targets: str
    limits: list[str] = field(default_factory=list)
    problem: str = ""
    note: str = ""
    values: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def require_administrator(act: Act) -> None:
    """Raises NotAllowed for everybody else."""
    if not act.who.administrator:
        raise NotAllowed(N_("Only administrators may do that."))


def listed(act: Act) -> list[RuleView]:
    """Every rule in the order in which they are asked, for administrators."""
    require_administrator(act)
    desk, views = Desk(act), list[RuleView]()
    everything = False
    for row in ordered(act):
        view = _view(act, desk, row)
        if row.state == State.ON.value and not view.problem:
            view.note = gettext(act.who.conventions.locale, TAKES_ALL) if not view.condition and not everything else ""
            everything = everything or not view.condition
        views.append(view)
    if views and views[-1].note:
        views[-1].note = ""  # there is none below it
    return views


def ordered(act: Act) -> Sequence[AssignmentRule]:
    """Every rule, in the order in which they are asked."""
    asked = select(AssignmentRule).order_by(col(AssignmentRule.position), col(AssignmentRule.id))
    return act.session.scalars(asked).all()


def _view(act: Act, desk: Desk, row: AssignmentRule) -> RuleView:
    rule, locale = rule_of(row), act.who.conventions.locale
    names = names_of(act, rule.targets)
    view = RuleView(row.id or 0, row.name, row.state, "", "")
    if rule.condition is None:
        view.problem = gettext(locale, DAMAGED)
    else:
        view.condition = sentence(act, Lead.entity, rule.condition)
        view.problem = " ".join(problems(words_of(act, Lead.entity, rule.condition)))
        names |= names_in(act, Lead.entity, rule.condition)
    if not view.problem and not may_give(desk, rule):
        view.problem = gettext(locale, NOBODY_LEFT)
    listed_names = ", ".join(names.get(target) or gettext(locale, N_("(gone)")) for target in rule.targets)
    view.targets = gettext(locale, _SHARED[rule.how], names=listed_names)
    view.limits = [gettext(locale, _DAYS[rule.working])] if rule.working else []
    if rule.most_open is not None:
        view.limits.append(gettext(locale, N_("At most %(n)s open leads each"), n=rule.most_open))
    view.names = names
    view.values = {
        "name": row.name,
        "version": str(row.version),
        "condition": conditions.spelled(rule.condition or Group()),
        "how": rule.how.value,
        "targets": " ".join(rule.targets),
        "working": rule.working.value,
        "most_open": str(rule.most_open or ""),
    }
    return view


def names_of(act: Act, targets: Sequence[str]) -> dict[str, str]:
    """The names of users and teams by "user:3"; those that are gone have none."""
    found: dict[str, str] = {}
    for kind, table in (("user", User), ("team", Team), ("territory", Territory)):
        ids = [number for k, number in map(spelled, targets) if k == kind]
        if ids:
            asked = select(col(table.id), col(table.name)).where(col(table.id).in_(ids))
            found |= {f"{kind}:{i}": name for i, name in act.session.execute(asked)}
    return found


def may_give(desk: Desk, rule: Rule) -> bool:
    """Whether anybody at all could get a lead by a rule, on some day and with some room."""
    if rule.how is How.ONE and rule.targets and rule.targets[0].startswith("team:"):
        return desk.owner(rule.targets[0]) is not None
    return any(
        (rule.working is Working.ANY or desk.days(user)) and desk.limit(user, rule) != 0
        for user in desk.people(rule.targets)
    )


# -- changing --------------------------------------------------------------------------------------------------------


def add(act: Act, typed: Mapping[str, str]) -> AssignmentRule:
    """A new rule at the end, a draft until it is switched on. Raises Invalid with every problem at once."""
    require_administrator(act)
    configuration.changed(act)
    rows = ordered(act)
    if len(rows) >= MOST_RULES:
        raise NotAllowed(N_("There can be at most %(n)s assignment rules."), n=MOST_RULES)
    row = AssignmentRule(name="", created_on=act.now, modified_on=act.now, modified_by_id=act.who.id)
    fill(act, row, typed, rows)
    row.position = max((other.position for other in rows), default=0) + 1
    act.session.add(row)
    act.session.flush()
    return row


def change(act: Act, rule_id: int, typed: Mapping[str, str]) -> AssignmentRule:
    """Change a rule, from its next lead on. Raises Invalid, and Stale if somebody changed it since `version` was read."""
    row = _find(act, rule_id)
    if "version" in typed and typed["version"] != str(row.version):
        raise Stale
    before = row.model_dump(exclude={"id"})
    try:
        fill(act, row, typed, ordered(act))
        if row.state == State.ON.value:
            _require_able(act, row, "targets")
    except CrmError:
        for name, value in before.items():
            setattr(row, name, value)
        raise
    row.version += 1
    row.modified_on, row.modified_by_id = act.now, act.who.id
    act.session.flush()
    return row


def move(act: Act, rule_id: int, places: int) -> None:
    """Move a rule up (negative) or down: the first that fits a lead decides."""
    row = _find(act, rule_id)
    rows = list(ordered(act))
    at = rows.index(row)
    rows.insert(min(max(at + places, 0), len(rows) - 1), rows.pop(at))
    for position, each in enumerate(rows, 1):
        each.position = position
    act.session.flush()


def activate(act: Act, rule_id: int) -> AssignmentRule:
    """Ask a rule from now on. Raises NotAllowed for one by which nobody could get a lead, BadFilter for one that cannot be asked."""
    row = _find(act, rule_id)
    rule = rule_of(row)
    if rule.condition is None:
        raise NotAllowed(DAMAGED)
    compiled(Lead, rule.condition, act.who)
    _require_able(act, row)
    row.state = State.ON.value
    act.session.flush()
    return row


def deactivate(act: Act, rule_id: int) -> AssignmentRule:
    """Ask a rule no more; it stays where it is."""
    row = _find(act, rule_id)
    if row.state == State.ON.value:
        row.state = State.OFF.value
    act.session.flush()
    return row


def remove(act: Act, rule_id: int) -> str:
    """Delete a rule; returns its name. Leads keep who got them by it."""
    row = _find(act, rule_id)
    act.session.delete(row)
    act.session.flush()
    return row.name


def _find(act: Act, rule_id: int) -> AssignmentRule:
    """A rule that is about to be changed; whoever else changes something waits. Raises NotFound."""
    require_administrator(act)
    configuration.changed(act)
    found = act.session.get(AssignmentRule, rule_id, populate_existing=True) if 0 < rule_id < LARGEST_ID else None
    if found is None:
        raise NotFound
    return found


def _require_able(act: Act, row: AssignmentRule, place: str = "") -> None:
    """Raises NotAllowed, or Invalid at a place of the form, for a rule by which nobody could get a lead."""
    if not may_give(Desk(act), rule_of(row)):
        raise Invalid({place: BadValue(NOBODY_LEFT)}) if place else NotAllowed(NOBODY_LEFT)


def fill(act: Act, row: AssignmentRule, typed: Mapping[str, str], others: Sequence[AssignmentRule] = ()) -> None:
    """Check what the form of a rule holds, and put it into the rule. Raises Invalid with every problem at once."""
    problems_: dict[str, CrmError] = {}
    name = clean(typed.get("name", row.name))
    if not name:
        problems_["name"] = BadValue(N_("%(label)s is required."), label=N_("Name"))
    elif len(name) > NAME_LENGTH:
        problems_["name"] = BadValue(N_("A name can have at most %(length)s characters."), length=NAME_LENGTH)
    elif fold(name) in {fold(other.name) for other in others if other.id != row.id}:
        problems_["name"] = BadValue(N_("Another rule has this name."))
    condition = dict(row.condition)
    if "condition" in typed:
        try:
            condition = _condition(act, typed["condition"])
        except BadFilter as problem:
            problems_["condition"] = problem
    how = _one_of(How, typed.get("how", row.how), "how", problems_)
    working = _one_of(Working, typed.get("working", row.working), "working", problems_)
    targets = list(dict.fromkeys(typed["targets"].split())) if "targets" in typed else list(row.targets)
    if unfit := _bad_targets(act, how, targets):
        problems_["targets"] = unfit
    most_open = row.most_open
    if "most_open" in typed:
        most_open = limit_of(typed["most_open"], "most_open", problems_)
    if problems_:
        raise Invalid(problems_)
    row.name, row.condition, row.how, row.targets = name, condition, how.value, targets
    row.working, row.most_open = working.value, most_open


def _condition(act: Act, text: str) -> dict[str, Any]:
    found = parsed(text)
    compiled(Lead, found, act.who)
    return written(found)


def _one_of(choices: Any, text: str, name: str, problems_: dict[str, CrmError]) -> Any:
    try:
        return choices(text)
    except ValueError:
        problems_[name] = BadValue(N_("Choose one of the list."))
        return next(iter(choices))


def _bad_targets(act: Act, how: How, targets: Sequence[str]) -> BadValue | None:
    if not targets:
        return BadValue(N_("Choose who gets the leads."))
    if len(targets) > MOST_TARGETS:
        return BadValue(N_("A rule can name at most %(n)s users and teams."), n=MOST_TARGETS)
    if how is How.ONE and (len(targets) > 1 or targets[0].startswith("territory:")):
        return BadValue(N_("Choose one user or team, or let several share the leads."))
    if set(targets) - set(names_of(act, targets)):
        return BadValue(N_("One of these users and teams is gone. Remove it."))
    return None


def limit_of(text: str, name: str, problems_: dict[str, CrmError], least: int = 1) -> int | None:
    """A limit of open leads; None where nothing was typed."""
    text = clean(text)
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and least <= int(text[:9]) <= LARGEST_LIMIT and len(text) < 10):
        problems_[name] = BadValue(N_("Between %(low)s and %(high)s."), low=least, high=LARGEST_LIMIT)
        return None
    return int(text)


# -- for all rules ---------------------------------------------------------------------------------------------------


def settings_of(act: Act) -> dict[str, str]:
    """What holds for all rules, as the form shows it; the name of the fall-back owner under `fallback_name`."""
    require_administrator(act)
    held = _settings(act)
    name = names_of(act, [held.fallback]).get(held.fallback, "")
    found = {"fallback": held.fallback if name else "", "fallback_name": name}
    return found | {"typed": "1" if held.typed else "0", "imported": "1" if held.imported else "0"}


def _settings(act: Act) -> AssignmentSettings:
    return act.session.scalars(select(AssignmentSettings)).one()


def choose(act: Act, typed: Mapping[str, str]) -> None:
    """Change what holds for all rules: about which leads they are asked, and who gets those that nobody could get."""
    require_administrator(act)
    configuration.changed(act)
    held = _settings(act)
    for name in ("typed", "imported"):
        if typed.get(name, "0") not in ("0", "1"):
            raise Invalid({name: BadValue(N_("Choose one of the list."))})
        if name in typed:
            setattr(held, name, typed[name] == "1")
    if "fallback" in typed:
        fallback = typed["fallback"]
        if fallback and Desk(act).owner(fallback) is None:
            raise Invalid({"fallback": BadValue(N_("Choose somebody who may own leads."))})
        held.fallback = fallback
    act.session.flush()
