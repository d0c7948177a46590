"""Which column of a file is which field: recognised by name, shown with samples, changeable (issue part 8, S 6.4)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rxcrm.models.base import Record
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import FieldSpec, Kind, fields_of
from rxcrm.models.importing.aliases import ALIASES, Source
from rxcrm.models.searching import fold
from rxcrm.models.tables import record_table
from rxcrm.translation import N_, gettext, languages

FULL_NAME, OWNER, CREATED_ON, STATUS = "full_name", "owner", "created_on", "status"
SAMPLES = 3

BY_LABEL = N_("Label of the field")
BY_COLUMN = N_("Column name of Dynamics 365")
BY_EXPORT = N_("Export of %(program)s")
BY_HABIT = N_("Common spelling")
NEVER_GUESSED = N_("Ids, passwords and card numbers are never guessed onto a field.")
TAKEN = N_("“%(heading)s” already fills this field.")
NAME_PARTS = N_("First and last name have columns of their own.")


@dataclass(frozen=True)
class Target:
    """Something that a column can fill: a field of the table, or one of the special targets."""

    name: str
    label: str
    required: bool
    kind: str


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


_SPECIAL = {
    FULL_NAME: (N_("Full Name"), "text"),
    OWNER: (N_("Owner"), "lookup"),
    CREATED_ON: (N_("Created On"), "moment"),
    STATUS: (N_("Status"), "choice"),
}
#: Headings that are never guessed onto a field, by the words in them.
_SECRET = re.compile(
    r"\b(id|ids|guid|uuid|password|passwort|kennwort|passwd|pwd|pin|token|secret|api ?key|card ?number|credit ?card|kreditkarte|cvv|cvc|iban|bic|swift|ssn"
    r"|social security.*|tax ?id|vat ?id|passport|license ?number|external ?id|record ?id)\b"
)
_NOT_ALNUM = re.compile(r"[\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def normal(heading: str) -> str:
    """A heading without case, accents, spaces and punctuation: `E-Mail 1 - Value` → `email1value`."""
    return _NOT_ALNUM.sub("", fold(heading))


def targets(entity: str) -> list[Target]:
    """Everything that a column can be mapped to, fields first in the order of the table."""
    table = record_table(entity)
    # A required option has a default, so a file need not bring it.
    found = [
        Target(s.name, s.label, s.required and s.kind is not Kind.CHOICE, s.kind.value) for s in _open_fields(table)
    ]
    specials = [OWNER, CREATED_ON, *([FULL_NAME, STATUS] if "last_name" in fields_of(table) else [STATUS])]
    return found + [Target(name, _SPECIAL[name][0], False, _SPECIAL[name][1]) for name in specials]


def _open_fields(table: type[Record]) -> list[FieldSpec]:
    return [s for s in fields_of(table).values() if not s.locked]


def check(entity: str, width: int, mapping: dict[int, str]) -> dict[int, str]:
    """The columns that are mapped at all. Raises BadValue for an unknown column or target, or one used twice."""
    known = {t.name for t in targets(entity)}
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


def propose(entity: str, headings: list[str], samples: list[list[str]]) -> list[Proposal]:
    """A target for every column that is recognised; of two columns for one field the better match wins."""
    table = record_table(entity)
    proposals = [Proposal(i, h, samples[i][:SAMPLES]) for i, h in enumerate(headings)]
    known = {t.name for t in targets(entity)}
    ranked: list[tuple[float, int, str, str, dict[str, str]]] = []
    sources = _likely(headings)
    for proposal in proposals:
        if is_secret(proposal.heading):
            proposal.because = NEVER_GUESSED
            continue
        for rank, target, because, values in _matches(table, proposal, sources):
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
    return proposals


def is_secret(heading: str) -> bool:
    """Does the heading name an id, a password or an account number?"""
    words = _NOT_ALNUM.sub(" ", fold(_HUMP.sub(" ", heading))).strip()
    return bool(_SECRET.search(words)) and normal(heading) not in _OWNERS


#: Ids by name, yet what they hold can be matched to a person or is text in that program's export.
_OWNERS = frozenset(
    {"ownerid", "hubspotownerid", "userid", "stateid", "countryid", "stageid", "sourceid", "campaignid"}
)


def _matches(
    table: type[Record], proposal: Proposal, sources: list[Source]
) -> Iterable[tuple[float, str, str, dict[str, str]]]:
    """(rank, target, by what, values) of everything that the heading may mean; lower ranks are better."""
    name = normal(proposal.heading)
    if name == "title" and _are_salutations(proposal.samples):
        yield 0, "salutation", BY_HABIT, {}
    favourite = sources[0] if sources else None
    label = _labels(table).get(name)
    if favourite and (alias := _aliases(favourite).get(name)):
        if alias[0] == label:
            yield 1, label, BY_LABEL, {}
        else:
            yield 1 + alias[1] / 100, alias[0], BY_EXPORT, {"program": favourite.name}
    if label:
        yield 2, label, BY_LABEL, {}
    if target := _columns(table).get(name):
        yield 3, target, BY_COLUMN, {}
    for rank, source in enumerate(ALIASES, 4):
        if alias := _aliases(source).get(name):
            values = {"program": source.name} if source.name else {}
            yield rank + alias[1] / 100, alias[0], BY_EXPORT if values else BY_HABIT, values


def _are_salutations(samples: list[str]) -> bool:
    known = {
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "dr",
        "prof",
        "herr",
        "frau",
        "hr",
        "fr",
        "sr",
        "sra",
        "pan",
        "pani",
        "m",
        "mme",
    }
    return bool(samples) and all(normal(s) in known for s in samples)


def _likely(headings: list[str]) -> list[Source]:
    """The program whose names cover the most headings, if it stands out by words of its own."""
    names = {normal(h) for h in headings}
    scores = [(len(names & set(_aliases(s))), s) for s in ALIASES if s.name]
    best = max(score for score, _ in scores)
    leaders = [s for score, s in scores if score == best and score >= 3]
    return leaders[:1] if len(leaders) == 1 else []


def _aliases(source: Source) -> dict[str, tuple[str, int]]:
    return _KNOWN[id(source)]


#: Source → normal heading → target and place among the target's headings: the first fits best.
_KNOWN = {
    id(s): {normal(h): (target, place) for target, headings in s.fields.items() for place, h in enumerate(headings)}
    for s in ALIASES
}


@functools.cache
def _labels(table: type[Record]) -> dict[str, str]:
    """Normal label in every language → field; English wins."""
    found: dict[str, str] = {}
    named = {s.name: s.label for s in _open_fields(table)} | {name: label for name, (label, _) in _SPECIAL.items()}
    for language in languages():
        for name, label in named.items():
            found.setdefault(normal(gettext(language, label)), name)
    return found


@functools.cache
def _columns(table: type[Record]) -> dict[str, str]:
    """Name of the field here or in Dynamics → field."""
    found = {normal(s.column): s.name for s in _open_fields(table) if s.column}
    return found | {normal(s.name): s.name for s in _open_fields(table)}


def _settle_names(proposals: list[Proposal], taken: dict[str, str]) -> None:
    """A column called just "Name" holds what the others leave: the last name, the first, both, or nothing new."""
    for proposal in proposals:
        if proposal.target == FULL_NAME and {"first_name", "last_name"} & set(taken):
            if {"first_name", "last_name"} <= set(taken):
                proposal.target, proposal.because, proposal.values = "", NAME_PARTS, {}
            else:
                proposal.target = "last_name" if "first_name" in taken else "first_name"
