"""Administration of the rules: looked at, switched on and off, made and changed (S R3.12, R3.13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlmodel import Session, col

from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound
from rxcrm.models.fields import TEXTUAL, Kind, clean, custom_spec, fields_of
from rxcrm.models.matching.criteria import FINDING, GRADED, LABELS, OF_PERSONS, PLAIN, Compare, Criterion
from rxcrm.models.matching.facts import TABLES
from rxcrm.models.matching.tables import DuplicateRule
from rxcrm.models.matching.upkeep import MATCHED
from rxcrm.translation import N_, gettext

if TYPE_CHECKING:
    from rxcrm.models.records import Act

#: Active rules between two tables (S R3.13 bounds those of one table; ours compare it with three).
MOST_ACTIVE = 5
#: Criteria of one rule that the form has places for.
PLACES = 3
#: Between which tables duplicates are looked for.
BETWEEN = (("lead", "lead"), ("lead", "contact"), ("lead", "account"), ("contact", "contact"), ("account", "account"))
#: Characters of "same first characters".
FEWEST, MOST = 1, 100


@dataclass
class RuleView:
    """A rule in the table of the settings."""

    id: int
    version: int
    name: str
    description: str
    base: str
    matching: str
    tables: str
    criteria: list[str]
    stored: list[dict[str, str]] = field(default_factory=list)
    score: int = 80
    certain: bool = False
    exclude_inactive: bool = False
    active: bool = True
    shipped: bool = False


def require_administrator(act: Act) -> None:
    """Raises NotAllowed for everybody else."""
    if not act.who.administrator:
        raise NotAllowed(N_("Only administrators may do that."))


def find(session: Session, rule_id: int) -> DuplicateRule:
    """A rule by its id. Raises NotFound."""
    found = session.get(DuplicateRule, rule_id) if 0 < rule_id < 2**63 else None
    if found is None:
        raise NotFound
    return found


def listed(act: Act) -> list[RuleView]:
    """Every rule, in the order in which they are asked, for administrators."""
    require_administrator(act)
    locale = act.who.conventions.locale
    asked = select(DuplicateRule).order_by(col(DuplicateRule.position), col(DuplicateRule.id))
    return [_view(rule, locale) for rule in act.session.scalars(asked)]


def _view(rule: DuplicateRule, locale: str) -> RuleView:
    criteria = [Criterion.of(stored) for stored in rule.criteria]
    between = N_("%(base)s – %(matching)s")
    title = {entity: gettext(locale, MATCHED[entity].title) for entity in TABLES}
    return RuleView(
        id=rule.id or 0,
        version=rule.version,
        name=gettext(locale, rule.name),
        description=rule.description,
        base=rule.base,
        matching=rule.matching,
        tables=gettext(locale, between, base=title[rule.base], matching=title[rule.matching]),
        criteria=[_said(criterion, rule, locale) for criterion in criteria],
        stored=[_typed(criterion) for criterion in criteria],
        score=rule.score,
        certain=rule.certain,
        exclude_inactive=rule.exclude_inactive,
        active=rule.active,
        shipped=bool(rule.shipped),
    )


def _said(criterion: Criterion, rule: DuplicateRule, locale: str) -> str:
    if criterion.compare not in PLAIN:
        return gettext(locale, LABELS[criterion.compare])
    one, other = _label(rule.base, criterion.field, locale), _label(rule.matching, criterion.other, locale)
    sentence = {
        Compare.EXACT: N_("Same %(one)s and %(other)s"),
        Compare.FIRST: N_("Same first %(count)s characters of %(one)s and %(other)s"),
        Compare.LAST: N_("Same last %(count)s characters of %(one)s and %(other)s"),
    }[criterion.compare]
    return gettext(locale, sentence, one=one, other=other, count=criterion.count)


def _label(entity: str, name: str, locale: str) -> str:
    """What a field is called; a rule over one that is out of use is not asked, and says so."""
    spec = fields_of(MATCHED[entity]).get(name)
    if spec is None:
        unused = custom_spec(entity, name)
        label = gettext(locale, unused.label) if unused else name
        return gettext(locale, N_("%(label)s (out of use: the rule is not asked)"), label=label)
    return gettext(locale, spec.label)


def _typed(criterion: Criterion) -> dict[str, str]:
    return {
        "compare": criterion.compare.value,
        "field": criterion.field,
        "other": criterion.other,
        "count": str(criterion.count or ""),
        "percent": str(criterion.percent or ""),
        "ignore_blank": "1" if criterion.ignore_blank else "0",
    }


#: When duplicates are looked for (S R3.15).
MOMENTS = ("detect_on_create", "detect_on_update", "detect_on_import")


def moments(act: Act) -> dict[str, str]:
    """When duplicates are looked for, as switches."""
    require_administrator(act)
    return {name: "1" if getattr(act.organisation, name) else "0" for name in MOMENTS}


def choose_moments(act: Act, typed: Mapping[str, str]) -> None:
    """Change when duplicates are looked for."""
    require_administrator(act)
    for name, text in typed.items():
        if name not in MOMENTS or text not in ("0", "1"):
            raise Invalid({name: BadValue(N_("Choose one of the list."))})
        setattr(act.organisation, name, text == "1")
    act.session.flush()


# -- changing --------------------------------------------------------------------------------------------------------


def add(act: Act, typed: Mapping[str, str]) -> DuplicateRule:
    """A new rule, inactive until it is switched on. Raises Invalid with every bad value."""
    require_administrator(act)
    last = act.session.scalar(select(func.max(col(DuplicateRule.position)))) or 0
    rule = DuplicateRule(name="", base="lead", matching="lead", active=False, position=last + 1)
    _write(rule, typed)
    act.session.add(rule)
    act.session.flush()
    return rule


def change(act: Act, rule_id: int, typed: Mapping[str, str]) -> DuplicateRule:
    """Write what was typed into a rule; one that is active stays so and is asked anew from now on."""
    require_administrator(act)
    rule = find(act.session, rule_id)
    between = (rule.base, rule.matching)
    _write(rule, typed)
    if rule.active and (rule.base, rule.matching) != between:
        _require_room(act.session, rule)
    act.session.flush()
    return rule


def activate(act: Act, rule_id: int) -> DuplicateRule:
    """Ask a rule from now on. Raises NotAllowed if five between its tables are asked already (S R3.13)."""
    require_administrator(act)
    rule = find(act.session, rule_id)
    if not rule.active:
        _require_room(act.session, rule)
        rule.active = True
        act.session.flush()
    return rule


def deactivate(act: Act, rule_id: int) -> DuplicateRule:
    """Ask a rule no more; it stays."""
    require_administrator(act)
    rule = find(act.session, rule_id)
    rule.active = False
    act.session.flush()
    return rule


def remove(act: Act, rule_id: int) -> str:
    """Delete a rule; returns its name. Those that ship with the product stay: they can be switched off."""
    require_administrator(act)
    rule = find(act.session, rule_id)
    if rule.shipped:
        raise NotAllowed(N_("This rule ships with rxcrm. It cannot be deleted, only switched off."))
    act.session.delete(rule)
    act.session.flush()
    return rule.name


def _require_room(session: Session, rule: DuplicateRule) -> None:
    row = DuplicateRule
    same = (col(row.active), col(row.base) == rule.base, col(row.matching) == rule.matching, col(row.id) != rule.id)
    if (session.scalar(select(func.count()).select_from(row).where(*same)) or 0) >= MOST_ACTIVE:
        raise NotAllowed(
            N_("%(most)s rules between these tables are on already. Switch one of them off first."), most=MOST_ACTIVE
        )


def _write(rule: DuplicateRule, typed: Mapping[str, str]) -> None:
    """Check and set everything that a form of a rule holds; what it does not hold stays."""
    problems: dict[str, CrmError] = {}
    now = {
        "name": rule.name,
        "description": rule.description,
        "between": f"{rule.base} {rule.matching}",
        "score": str(rule.score),
        "certain": "1" if rule.certain else "0",
        "exclude_inactive": "1" if rule.exclude_inactive else "0",
        **_places(rule),
        **typed,
    }
    name = clean(now["name"])
    if not name:
        problems["name"] = BadValue(N_("%(label)s is required."), label=N_("Name"))
    elif len(name) > 100:
        problems["name"] = BadValue(N_("A name can have at most %(length)s characters."), length=100)
    between = tuple(now["between"].split())
    if between not in BETWEEN:
        problems["between"] = BadValue(N_("Choose one of the list."))
        between = BETWEEN[0]
    score = _number(now["score"])
    if not 1 <= score <= 99:
        problems["score"] = BadValue(N_("Between %(low)s and %(high)s."), low=1, high=99)
    criteria = [c for n in range(1, PLACES + 1) if (c := _criterion(now, n, between, problems))]
    if not criteria and not problems:
        problems["compare1"] = BadValue(N_("A rule needs at least one condition."))
    elif criteria and not problems and not any(c.compare in FINDING for c in criteria):
        problems["compare1"] = BadValue(
            N_(
                "At least one condition must compare e-mail addresses, phone numbers, names, companies or websites:"
                " by these records are found, fields only narrow that down."
            )
        )
    if problems:
        raise Invalid(problems)
    if len(criteria) == 1:
        # Two blanks are no sign of anything where nothing else is asked (S R3.13).
        criteria = [Criterion.of(criteria[0].stored() | {"ignore_blank": True})]
    rule.name, rule.description = name, clean(now["description"])[:1000]
    rule.base, rule.matching = between
    rule.score, rule.certain = score, now["certain"] == "1"
    rule.exclude_inactive = now["exclude_inactive"] == "1"
    rule.criteria = [criterion.stored() for criterion in criteria]
    rule.version += 1


def _places(rule: DuplicateRule) -> dict[str, str]:
    """The criteria as the form has them: compare1, field1, …"""
    found: dict[str, str] = {}
    for n, stored in enumerate(rule.criteria[:PLACES], start=1):
        found |= {f"{name}{n}": value for name, value in _typed(Criterion.of(stored)).items()}
    return found


def _criterion(
    now: Mapping[str, str], n: int, between: tuple[str, ...], problems: dict[str, CrmError]
) -> Criterion | None:
    """The criterion at a place of the form; None if the place is empty or wrong, which `problems` then tells."""
    text = now.get(f"compare{n}", "")
    if not text:
        return None
    if text not in set(Compare):
        problems[f"compare{n}"] = BadValue(N_("Choose one of the list."))
        return None
    compare = Compare(text)
    if compare in OF_PERSONS and "account" in between:
        problems[f"compare{n}"] = BadValue(N_("Accounts have no first and last name."))
    if compare is Compare.WEIGHED and between == ("lead", "account"):
        problems[f"compare{n}"] = BadValue(
            N_("A lead is a person and an account is none: compare companies or websites.")
        )
    percent = count = 0
    if compare in GRADED:
        percent = _number(now.get(f"percent{n}", "") or "85")
        if not 50 <= percent <= 100:
            problems[f"percent{n}"] = BadValue(N_("Between %(low)s and %(high)s."), low=50, high=100)
    if compare not in PLAIN:
        return Criterion(compare, percent=percent)
    sides = {"field": between[0], "other": between[1]}
    names = {part: now.get(f"{part}{n}", "") for part in sides}
    for part, entity in sides.items():
        if names[part] not in choices(entity):
            problems[f"{part}{n}"] = BadValue(N_("Choose one of the list."))
    if compare in (Compare.FIRST, Compare.LAST):
        count = _number(now.get(f"count{n}", ""))
        if not FEWEST <= count <= MOST:
            problems[f"count{n}"] = BadValue(N_("Between %(low)s and %(high)s."), low=FEWEST, high=MOST)
    return Criterion(
        compare, names["field"], names["other"], count, ignore_blank=now.get(f"ignore_blank{n}", "1") == "1"
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else -1


def choices(entity: str) -> dict[str, str]:
    """Fields of a table that a plain criterion may compare, with their labels: texts, and numbers that administrators ask for."""
    return {
        name: spec.label
        for name, spec in fields_of(MATCHED[entity]).items()
        if (spec.kind in TEXTUAL and spec.length) or (spec.custom and spec.kind is Kind.WHOLE)
    }
