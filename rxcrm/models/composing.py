"""The topic of a new lead that nobody typed, composed of its other fields where administrators have said how (S 3.12).

The pattern is written as for imports: `{Company Name} - {First Name} {Last Name}`. It is off as shipped; where nothing
can be composed, Topic is required as ever.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, select

from rxcrm.models import configuration
from rxcrm.models.access import Privilege
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed
from rxcrm.models.fields import Conventions, FieldSpec, Kind, clean, fields_of, parse, show
from rxcrm.models.importing.topics import PRESET, Segment, composer, segments_of
from rxcrm.models.lead import Lead
from rxcrm.models.people import Organisation
from rxcrm.models.searching import fold
from rxcrm.models.shaping import meanwhile
from rxcrm.translation import N_, gettext

if TYPE_CHECKING:
    from rxcrm.models.records import Act

#: Characters of a pattern.
PATTERN_LENGTH = 300
#: A look-up's table and id → the name of the record, for whoever asks.
Name = Callable[[str, int], str]


@configuration.reads("topic")
def _pattern(session: Session) -> str:
    """The pattern that new leads follow, empty where they follow none."""
    row = session.exec(select(Organisation.compose_topic, Organisation.topic_pattern)).first()
    return row[1] if row and row[0] else ""


def pattern() -> str:
    """The pattern that new leads follow; empty if there is none, or if it names a field that there is not any more."""
    return _working(configuration.current().part("topic") or "")[0]


def preset() -> str:
    """The pattern with which imports begin: that of the organisation, else the shipped one (S 13.17)."""
    return pattern() or PRESET


@configuration.forgets
@functools.cache
def _working(text: str) -> tuple[str, Callable[[Callable[[str], str]], str] | None]:
    try:
        return (text, composer(Lead, text)) if text else ("", None)
    except BadValue:
        return "", None


def parts() -> list[Segment]:
    """The pattern as the browser reads it; empty if there is none."""
    return segments_of(Lead, pattern()) if pattern() else []


def composed(row: Lead, typed: Mapping[str, str], how: Conventions, name: Name) -> str:
    """The topic of a new lead with these defaults, in which this was typed; empty where nothing can be composed."""
    compose = _working(pattern())[1]
    if compose is None:
        return ""
    specs = fields_of(Lead)
    return compose(lambda field: _told(specs[field], _value(specs[field], row, typed, how), how, name))


def _value(spec: FieldSpec, row: Lead, typed: Mapping[str, str], how: Conventions) -> Any:
    if spec.name not in typed:
        return getattr(row, spec.name)
    try:
        return parse(spec, typed[spec.name], how)
    except BadValue:  # the field itself says so
        return None


def _told(spec: FieldSpec, value: Any, how: Conventions, name: Name) -> str:
    if value is None or value == "" or value is False:
        return ""
    return name(spec.target, int(value)) if spec.kind is Kind.LOOKUP else clean(show(spec, value, how))


def with_topic(row: Lead, typed: Mapping[str, str], how: Conventions, name: Name) -> Mapping[str, str]:
    """What was typed, with a composed topic where it has none and one can be composed."""
    if clean(typed.get("topic", "")) or not pattern():
        return typed
    code = clean(typed.get("currency", "")).upper()
    topic = composed(row, typed, replace(how, currency=code or how.currency), name)
    return {**typed, "topic": topic} if topic else typed


# -- the page --------------------------------------------------------------------------------------------------------


@dataclass
class Examples:
    """What leads would be called by a pattern that somebody is typing, or in a sentence what is wrong with it."""

    pattern: str = ""
    problem: str = ""
    topics: list[str] = field(default_factory=list)


#: A lead that nobody knows, for the preview.
_SOMEBODY = {
    "first_name": "Ann",
    "last_name": "Lee",
    "company_name": "Adatum",
    "job_title": N_("Head of Purchasing"),
    "city": "Kraków",
    "country": "Poland",
    "email": "ann.lee@adatum.example",
    "industry": "6",
    "lead_source": "8",
    "rating": "1",
}
#: The same one before anybody has asked for the company and the first name.
_LESS = {"last_name": "Lee", "email": "ann.lee@adatum.example", "country": "Poland"}
NOTHING = N_("(nothing to compose: Topic must be typed)")


def settings_of(act: Act) -> dict[str, str]:
    """The settings as their form shows them; where nobody has chosen a pattern yet, the one that is proposed."""
    require_administrator(act)
    return _as_typed(act.organisation)


def _as_typed(row: Organisation) -> dict[str, str]:
    return {"compose_topic": "1" if row.compose_topic else "0", "topic_pattern": row.topic_pattern or PRESET}


def examples(act: Act, text: str) -> Examples:
    """What two made-up leads would be called by a pattern. Raises NotAllowed for who is no administrator."""
    require_administrator(act)
    locale = act.who.conventions.locale
    try:
        compose = composer(Lead, text)
    except BadValue as problem:
        return Examples(text, problem.text(locale))
    specs, how = fields_of(Lead), act.who.conventions
    found = []
    for known in (_SOMEBODY, _LESS):
        row = Lead()
        typed = {name: gettext(locale, value) for name, value in known.items()}

        def told(name: str, row: Lead = row, typed: dict[str, str] = typed) -> str:
            return _told(specs[name], _value(specs[name], row, typed, how), how, lambda *_: "")

        found.append(compose(told) or gettext(locale, NOTHING))
    return Examples(text, "", found)


def places(act: Act) -> list[list[str]]:
    """What a pattern can name: `[{Label}, Label]` of every field of a lead, by label in the reader's language."""
    require_administrator(act)
    locale = act.who.conventions.locale
    labels = {gettext(locale, spec.label) for spec in fields_of(Lead).values() if spec.name != "topic"}
    return [[f"{{{label}}}", label] for label in sorted(labels, key=fold)]


def choose(act: Act, typed: Mapping[str, str], seen: Mapping[str, str]) -> Organisation:
    """Turn the composing on or off, or change its pattern. `seen` is what the form began with.

    Raises Invalid for a pattern that does not work, or one that another administrator has changed since.
    """
    require_administrator(act)
    configuration.changed(act)  # whoever else shapes something waits here
    row = act.organisation
    act.session.refresh(row)
    problems: dict[str, CrmError] = meanwhile.conflicts(typed, seen, _as_typed(row), {"compose_topic": meanwhile.ON})
    text = clean(typed.get("topic_pattern", row.topic_pattern or PRESET))
    if len(text) > PATTERN_LENGTH:
        problems["topic_pattern"] = BadValue(N_("A pattern can have at most %(n)s characters."), n=PATTERN_LENGTH)
    try:
        composer(Lead, text)
        if any(name == "topic" and is_field for one in segments_of(Lead, text) for name, is_field in one.parts):
            problems["topic_pattern"] = BadValue(N_("The topic cannot be composed of itself."))
    except BadValue as problem:
        problems["topic_pattern"] = problem
    if problems:
        raise Invalid(problems)
    row.topic_pattern = text
    if "compose_topic" in typed:
        row.compose_topic = typed["compose_topic"] == "1"
    act.session.flush()
    return row


def require_administrator(act: Act) -> None:
    """Raises NotAllowed for everybody else."""
    if not act.who.holds(Privilege.ADMINISTER):
        raise NotAllowed
