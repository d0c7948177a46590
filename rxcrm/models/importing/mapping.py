"""Which column of a file is which field: recognised by name, shown with samples, changeable (issue part 8, S 6.4)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rxcrm.models import configuration
from rxcrm.models.access import Who
from rxcrm.models.base import Record
from rxcrm.models.column_security.rights import NOT_CREATED
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import FieldSpec, Kind, parse_number
from rxcrm.models.importing.aliases import Source, aliases_of
from rxcrm.models.importing.recognising import constants_of as constants_of
from rxcrm.models.importing.recognising import entity_of as entity_of
from rxcrm.models.importing.specials import (
    DUE_TIME,
    FULL_NAME,
    MODIFIED_ON,
    OWNER,
    RECORD_ID,
    ROW_CHECKSUM,
    SOURCE_ID,
    START_TIME,
    STATUS,
    open_fields,
    required_fields,
    special_targets,
    specs_of,
)
from rxcrm.models.importing.spelling import normal as normal
from rxcrm.models.importing.words import options
from rxcrm.models.searching import fold
from rxcrm.models.tables import record_table
from rxcrm.translation import N_, gettext, languages

SAMPLES = 3

BY_LABEL = N_("Label of the field")
BY_COLUMN = N_("Column name of Dynamics 365")
BY_EXPORT = N_("Export of %(program)s")
BY_OURS = N_("Hidden column of an export")
BY_HABIT = N_("Common spelling")
BY_VALUES = N_("Name and values of the column")
NEVER_GUESSED = N_("Ids, passwords and card numbers are never guessed onto a field.")
TAKEN = N_("“%(heading)s” already fills this field.")
NAME_PARTS = N_("First and last name have columns of their own.")


@dataclass(frozen=True)
class Target:
    """Something that a column can fill: a field of the table, or one of the special targets.

    `entity` names the tables to which a look-up leads, separated by commas.
    """

    name: str
    label: str
    required: bool
    kind: str
    entity: str = ""


@dataclass
class Proposal:
    """One column of the file. `because` says how the target was recognised, or why there is none.

    `values` fill the places of `because`; it is a catalogue message, as labels are.
    """

    index: int
    heading: str
    samples: list[str]
    target: str = ""
    because: str = ""
    values: dict[str, str] = field(default_factory=dict)

    def reason(self, locale: str = "en") -> str:
        """`because` in a language."""
        return gettext(locale, self.because, **self.values) if self.because else ""


#: Headings that are never guessed onto a field, by the words in them.
_SECRET = re.compile(
    r"\b(id|ids|guid|uuid|password|passwort|kennwort|passwd|pwd|pin|token|secret|api ?key|card ?number|credit ?card|kreditkarte|cvv|cvc|iban|bic|swift|ssn"
    r"|social security.*|tax ?id|vat ?id|passport|license ?number|external ?id|record ?id)\b"
)
_NOT_ALNUM = re.compile(r"[\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_GUID = re.compile(r"^\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?$")
#: Special targets that no everyday heading means: only those of our own exports do.
_OURS = frozenset({RECORD_ID, ROW_CHECKSUM, MODIFIED_ON, SOURCE_ID})
#: What has a default, or can be told of all rows at once where it has none.
_ASKED_ANYWAY = {"activity": frozenset({"kind", "subject"})}


def targets(entity: str, who: Who | None = None) -> list[Target]:
    """Everything to which a column can be mapped, by somebody or anybody: fields first, in the order of the table.

    Secured fields are offered to whom a profile lets fill them in, on new records or on those there are (S 9.3).
    """
    asked = _ASKED_ANYWAY.get(entity, frozenset())
    table = record_table(entity)
    needed = {s.name for s in required_fields(table)} | asked
    offered = [s for s in open_fields(table) if who is None or may_import(who, s)]
    found = [Target(s.name, s.label, s.name in needed and _asks(who, s), s.kind.value, s.target) for s in offered]
    return found + [Target(s.name, s.label, False, _kind(s), s.target) for s in special_targets(entity)]


def may_import(who: Who, spec: FieldSpec) -> bool:
    """Whether imports of somebody can fill a field at all."""
    return who.may_fill(spec, new=True) or who.may_fill(spec)


def _asks(who: Who | None, spec: FieldSpec) -> bool:
    return who is None or who.may_fill(spec, new=True)


def _kind(spec: FieldSpec) -> str:
    return {OWNER: "lookup", STATUS: "choice"}.get(spec.name, spec.kind.value)


def check(entity: str, width: int, mapping: dict[int, str], who: Who | None = None) -> dict[int, str]:
    """The columns that are mapped at all. Raises BadValue for an unknown column or target, or one used twice.

    So does a secured field that `who` may not fill in.
    """
    known = {t.name for t in targets(entity)}
    require_importable(entity, mapping.values(), who)
    chosen = {index: target for index, target in sorted(mapping.items()) if target}
    for index, target in chosen.items():
        if not 0 <= index < width or target not in known:
            raise BadValue(
                N_("There is no column %(index)s or no field “%(name)s”."), index=index + 1, name=target[:80]
            )
    if len(set(chosen.values())) < len(chosen):
        raise BadValue(N_("Two columns are mapped to one field. Choose one of them."))
    if not chosen:
        raise BadValue(N_("No column is mapped to a field, so there is nothing to import."))
    return chosen


def require_importable(entity: str, names: Iterable[str], who: Who | None) -> None:
    """Raises BadValue for a secured field that no import of `who` may fill."""
    specs = specs_of(record_table(entity))
    for name in names:
        if who and (spec := specs.get(name)) and not may_import(who, spec):
            raise BadValue(NOT_CREATED, label=spec.label)


def propose(entity: str, headings: list[str], samples: list[list[str]], who: Who | None = None) -> list[Proposal]:
    """A target for every column that is recognised; of two columns for one field the better match wins."""
    table = record_table(entity)
    proposals = [Proposal(i, h, samples[i][:SAMPLES]) for i, h in enumerate(headings)]
    known = {t.name for t in targets(entity, who)}
    ranked: list[tuple[float, int, str, str, dict[str, str]]] = []
    program = _likely(entity, headings)
    for proposal in proposals:
        if ours := _ours(table, proposal):
            ranked.append((0, proposal.index, ours, BY_OURS, {}))
            continue
        if is_secret(proposal.heading):
            proposal.because = NEVER_GUESSED
            continue
        for rank, target, because, values in _matches(table, proposal, program):
            if target in known:
                ranked.append((rank, proposal.index, target, because, values))
    taken: dict[str, str] = {}
    for _, index, target, because, values in sorted(ranked, key=lambda r: r[:2]):
        proposal = proposals[index]
        if proposal.target:
            continue
        if target in taken:
            proposal.because, proposal.values = proposal.because or TAKEN, proposal.values or {"heading": taken[target]}
            continue
        proposal.target, proposal.because, proposal.values = target, because, values
        taken[target] = proposal.heading
    _settle_names(proposals, taken)
    _settle_times(proposals, taken)
    return proposals


def _ours(table: type[Record], proposal: Proposal) -> str:
    """What a hidden column of our own exports fills (S 6.2). Dynamics' own exports have its ids there instead."""
    target = _hidden(table).get(normal(proposal.heading), "")
    if target == RECORD_ID and proposal.samples and all(_GUID.match(s) for s in proposal.samples):
        return SOURCE_ID
    if not target and " ".join(proposal.heading.lower().split()) == "source id":
        return SOURCE_ID
    return target


@functools.cache
def _hidden(table: type[Record]) -> dict[str, str]:
    named = {RECORD_ID: table.title, ROW_CHECKSUM: "Row Checksum", MODIFIED_ON: "Modified On"}
    return {
        normal(f"(Do Not Modify) {label}"): target
        for target, english in named.items()
        for label in (english, *(gettext(language, english) for language in languages()))
    }


def is_secret(heading: str) -> bool:
    """Does the heading name an id, a password or an account number?"""
    words = _NOT_ALNUM.sub(" ", fold(_HUMP.sub(" ", heading))).strip()
    return bool(_SECRET.search(words)) and normal(heading) not in _OWNERS


#: Ids by name, yet what they hold can be matched to a person or is text in that program's export.
_OWNERS = frozenset(
    {"ownerid", "hubspotownerid", "userid", "stateid", "countryid", "stageid", "sourceid", "campaignid"}
    | {
        "parentid",
        "industryid",
        "partnerid",
        "lostreasonid",
        "activitytypeid",
        "iddecisionmakers",
        "partnerids",
        "currencyid",
    }
)


def _matches(
    table: type[Record], proposal: Proposal, program: _Program | None
) -> Iterable[tuple[float, str, str, dict[str, str]]]:
    """(rank, target, by what, values) of everything that the heading may mean; lower ranks are better."""
    name = normal(proposal.heading)
    if name == "title" and _are_salutations(proposal.samples):
        yield 0, "salutation", BY_HABIT, {}
    label = _labels(table).get(name)
    if label and (amount := _amount_for(table, label, proposal.samples)):
        yield 2.5, amount, BY_VALUES, {}
        return
    if program and (alias := _aliases(program.source).get(name)):
        if alias[0] == label:
            yield 1, label, BY_LABEL, {}
        elif program.certain:
            yield 1 + alias[1] / 100, alias[0], BY_EXPORT, {"program": program.source.name}
        else:
            yield 1 + alias[1] / 100, alias[0], BY_HABIT, {}
    if label:
        yield 2, label, BY_LABEL, {}
    if target := _columns(table).get(name):
        yield 3, target, BY_COLUMN, {}
    elif (field := _names(table).get(name)) is not None:
        yield 3, field, BY_HABIT, {}
    for rank, source in enumerate(aliases_of(table.entity), 4):
        if alias := _aliases(source).get(name):
            yield rank + alias[1] / 100, alias[0], BY_HABIT, {}


def _amount_for(table: type[Record], name: str, samples: list[str]) -> str:
    """The field for an amount that a column holds although it has the name of an options field: "Budget" with 5,000."""
    spec = specs_of(table)[name]
    if spec.kind is not Kind.CHOICE or spec.options is None or not samples:
        return ""
    known = options(spec.options)
    if any(normal(sample) in known for sample in samples) or not all(map(_is_amount, samples)):
        return ""
    words = set(fold(spec.label).split())
    amounts = [s.name for s in open_fields(table) if s.kind is Kind.MONEY and words <= set(fold(s.label).split())]
    return amounts[0] if len(amounts) == 1 else ""


def _is_amount(text: str) -> bool:
    try:
        parse_number(text)
    except BadValue:
        return False
    return True


_SALUTATIONS = frozenset(
    ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "herr", "frau", "hr", "fr", "sr", "sra", "pan", "pani", "m", "mme"]
)


def _are_salutations(samples: list[str]) -> bool:
    return bool(samples) and all(normal(s) in _SALUTATIONS for s in samples)


@dataclass(frozen=True)
class _Program:
    """The program that a file seems to come from; `certain` if several of its headings are peculiar to that program."""

    source: Source
    certain: bool


#: So many headings that no other program knows tell where a file comes from.
_PECULIAR = 2


def _likely(entity: str, headings: list[str]) -> _Program | None:
    """The program whose names cover the most headings, if it stands out by words of its own."""
    names = {normal(h) for h in headings}
    scores = [(len(names & set(_aliases(s))), s) for s in aliases_of(entity) if s.name]
    best = max(score for score, _ in scores)
    leaders = [s for score, s in scores if score == best and score >= 3]
    if len(leaders) != 1:
        return None
    return _Program(leaders[0], len(names & _peculiar(entity, leaders[0])) >= _PECULIAR)


@functools.cache
def _peculiar(entity: str, source: Source) -> frozenset[str]:
    """The headings that a program alone uses: no other program does, and they are no label of ours."""
    others = {name for other in aliases_of(entity) if other is not source for name in _aliases(other)}
    return frozenset(_aliases(source)) - others - set(_labels(record_table(entity)))


@functools.cache
def _aliases(source: Source) -> dict[str, tuple[str, int]]:
    """Normal heading → target and place among the target's headings: the first fits best."""
    found: dict[str, tuple[str, int]] = {}
    for target, headings in source.fields.items():
        found |= {normal(h): (target, place) for place, h in enumerate(headings)}
    return found


@configuration.forgets
@functools.cache
def _labels(table: type[Record]) -> dict[str, str]:
    """Normal label in every language → field; English wins."""
    found: dict[str, str] = {}
    named = {s.name: s.label for s in (*open_fields(table), *special_targets(table.entity)) if s.name not in _OURS}
    for language in languages():
        for name, label in named.items():
            found.setdefault(normal(gettext(language, label)), name)
    return found


@configuration.forgets
@functools.cache
def _columns(table: type[Record]) -> dict[str, str]:
    """Name of the column in Dynamics → field."""
    return {normal(s.column): s.name for s in open_fields(table) if s.column}


@functools.cache
def _names(table: type[Record]) -> dict[str, str]:
    """Name of the field here → field."""
    return {normal(s.name): s.name for s in open_fields(table)}


def _settle_names(proposals: list[Proposal], taken: dict[str, str]) -> None:
    """A column called just "Name" holds what the others leave: the last name, the first, both, or nothing new."""
    for proposal in proposals:
        if proposal.target == FULL_NAME and {"first_name", "last_name"} & set(taken):
            if {"first_name", "last_name"} <= set(taken):
                proposal.target, proposal.because, proposal.values = "", NAME_PARTS, {}
            else:
                proposal.target = "last_name" if "first_name" in taken else "first_name"


def _settle_times(proposals: list[Proposal], taken: dict[str, str]) -> None:
    """A column called "Start Time" is the time of day only beside one with the day."""
    for time, moment in ((START_TIME, "start_on"), (DUE_TIME, "due_on")):
        if time in taken and moment not in taken:
            for proposal in proposals:
                if proposal.target == time:
                    proposal.target = moment
                    taken[moment] = proposal.heading
