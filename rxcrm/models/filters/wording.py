"""A condition in words, row by row, as chips above a list and as sentences about it: "Rating · equals · Hot"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as made
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlmodel import col, select

from rxcrm.models.base import Record
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import Conventions, FieldSpec, Kind, parse_number, show
from rxcrm.models.filters.conditions import BadFilter, Group, Part, Related, Test
from rxcrm.models.filters.operators import OWNERS, USERS, Operator, Takes, operators_of, options_of
from rxcrm.models.filters.sql import compiled
from rxcrm.models.filters.values import place_of, relations_of
from rxcrm.models.people import Team, User
from rxcrm.models.records import Act
from rxcrm.models.tables import POINTED, record_table
from rxcrm.models.tagging.vocabulary import vocabulary
from rxcrm.models.timeline.regarding import names_of
from rxcrm.translation import N_, gettext

FIELD_GONE = N_("(a field that is gone)")
RELATION_GONE = N_("(records that are gone)")
OPTION_GONE = N_("(an option that is gone)")
TAG_GONE = N_("(a tag that is gone)")
RECORD_GONE = N_("(a record that is gone or that you may not see)")
NO_SUCH_OPERATOR = N_("(a comparison that is gone)")
CONTAINS, LACKS = N_("Contains data"), N_("Does not contain data")
#: Values that are named one by one; the others are counted.
NAMED = 4
_X = re.compile(r"\bX\b")


@dataclass
class Words:
    """One row of a filter in the user's language.

    A test has `field`, `operator` and `values`; a relation has `parts` besides, a group nothing else. `any` says how parts
    are joined. `problem` is a sentence about what cannot be asked any more.
    """

    field: str = ""
    operator: str = ""
    values: str = ""
    parts: list[Words] = made(default_factory=list)
    any: bool = False
    problem: str = ""

    def text(self, locale: str = "en") -> str:
        """The row as one text."""
        own = " · ".join(part for part in (self.field, self.operator, self.values) if part)
        if not self.parts:
            return own
        joint = gettext(locale, N_("or") if self.any else N_("and"))
        within = f" {joint} ".join(
            f"({p.text(locale)})" if p.parts and not p.field else p.text(locale) for p in self.parts
        )
        return f"{own}: {within}" if own else within


def words_of(act: Act, entity: str, condition: Group) -> Words:
    """A whole condition in words; the rows that stand for chips are its `parts`. One statement for each kind of names."""
    return _Speaker(act, names_in(act, entity, condition)).group(record_table(entity), condition)


def sentence(act: Act, entity: str, condition: Group) -> str:
    """A condition as one text; empty if it lets everything through."""
    return words_of(act, entity, condition).text(act.who.conventions.locale)


def names_in(act: Act, entity: str, condition: Group) -> dict[str, str]:
    """The names of all users, teams and records whose ids stand in a condition: "user:3", "account:5" → name.

    Records that the asker may not see have none.
    """
    places = set(_places(record_table(entity), condition))
    found: dict[str, str] = {}
    for kind, table in (("user", User), ("team", Team)):
        ids = [i for place, i in places if place == kind]
        if ids:
            row = cast(Any, table)
            asked = select(row.id, row.name).where(col(row.id).in_(ids))
            found |= {f"{kind}:{i}": name for i, name in act.session.exec(asked)}
    records = [place for place in places if place[0] in POINTED]
    found |= {f"{other}:{i}": name for (other, i), name in (names_of(act, records) if records else {}).items()}
    return found


def _places(table: type[Record], part: Part) -> Iterator[tuple[str, int]]:
    if isinstance(part, Group):
        for inner in part.parts:
            yield from _places(table, inner)
    elif isinstance(part, Related):
        if relation := relations_of(table.entity).get(part.relation):
            yield from _places(record_table(relation.entity), part.where)
    elif (place := place_of(table, part.field)) and place.spec.kind is Kind.LOOKUP:
        yield from (key for value in part.values if (key := _named(place.spec, value)))


def _named(spec: FieldSpec, value: str) -> tuple[str, int] | None:
    """Which user, team or record a value of a look-up names."""
    kind, _, number = value.rpartition(":")
    if not (number.isascii() and number.isdecimal() and len(number) <= 18):
        return None
    return (kind or ("user" if spec.target in (OWNERS, USERS) else spec.target)), int(number)


class _Speaker:
    """Says conditions in the language of the asker."""

    def __init__(self, act: Act, names: dict[str, str]) -> None:
        self.act, self.names, self.how = act, names, act.who.conventions

    def say(self, message: str, **values: Any) -> str:
        return gettext(self.how.locale, message, **values)

    def part(self, table: type[Record], part: Part) -> Words:
        if isinstance(part, Group):
            return self.group(table, part)
        return self.related(table, part) if isinstance(part, Related) else self.test(table, part)

    def group(self, table: type[Record], group: Group) -> Words:
        return Words(parts=[self.part(table, part) for part in group.parts], any=group.any)

    def related(self, table: type[Record], part: Related) -> Words:
        relation = relations_of(table.entity).get(part.relation)
        operator = self.say(LACKS if part.missing else CONTAINS)
        if relation is None:
            return Words(self.say(RELATION_GONE), operator, problem=self.problem(table, part))
        inner = self.group(record_table(relation.entity), part.where)
        return Words(
            relation_label(self.how, relation.entity, relation.label, relation.by), operator, "", inner.parts, inner.any
        )

    def test(self, table: type[Record], test: Test) -> Words:
        place = place_of(table, test.field)
        if place is None:
            return Words(self.say(FIELD_GONE), problem=self.problem(table, test))
        label = self.say(place.spec.label)
        if place.through:
            through = place_of(table, place.through)
            assert through, "a place is reached through a look-up"
            label = f"{self.say(through.spec.label)} · {label}"
        operator = operators_of(place.spec).get(test.operator)
        if operator is None:
            return Words(label, self.say(NO_SUCH_OPERATOR), problem=self.problem(table, test))
        words, values = self.say(operator.label), ""
        if operator.takes is Takes.NUMBER:
            words = _X.sub(test.values[0] if test.values else "…", words)
        elif operator.takes is not Takes.NOTHING:
            values = self.listed([self.value(place.spec, operator, value) for value in test.values], operator)
        return Words(label, words, values, problem=self.problem(table, test))

    def listed(self, values: list[str], operator: Operator) -> str:
        if operator.takes is Takes.TWO and len(values) == 2:
            return self.say(N_("%(first)s and %(last)s"), first=values[0], last=values[1])
        more = len(values) - NAMED
        shown = ", ".join(values[:NAMED])
        return self.say(N_("%(names)s and %(n)s more"), names=shown, n=more) if more > 0 else shown

    def value(self, spec: FieldSpec, operator: Operator, value: str) -> str:
        if operator.key == "in-fiscal-period-and-year":
            year, _, quarter = value.partition("-")
            return self.say(N_("quarter %(quarter)s of %(year)s"), quarter=quarter, year=year)
        if operator.key == "in-fiscal-year":
            return value
        if spec.kind is Kind.CHOICE:
            label = options_of(spec).get(int(value)) if value.isdecimal() else None
            return self.say(label or OPTION_GONE)
        if spec.kind is Kind.TAGS:
            known = vocabulary()
            meant = known.meaning(int(value)) if value.isdecimal() else 0
            return known.name(meant) if known.all_of(meant) else self.say(TAG_GONE)
        if spec.kind is Kind.YESNO:
            return self.say(spec.words[value == "1"])
        if spec.kind is Kind.LOOKUP:
            named = _named(spec, value)
            return self.names.get(f"{named[0]}:{named[1]}" if named else "") or self.say(RECORD_GONE)
        return _written(spec, value, self.how)

    def problem(self, table: type[Record], part: Part) -> str:
        """Why a row cannot be asked; empty if it can."""
        try:
            compiled(table, Group((part,)), self.act.who)
        except BadFilter as refusal:
            return refusal.text(self.how.locale)
        return ""


def relation_label(how: Conventions, entity: str, label: str, by: str) -> str:
    """What related records are called: "Opportunities (Originating Lead)"."""
    table = gettext(how.locale, record_table(entity).title_many)
    return f"{table} ({gettext(how.locale, label)})" if by else table


def _written(spec: FieldSpec, value: str, how: Conventions) -> str:
    """A number or a date as the user writes it; what is none, as it was typed."""
    try:
        if spec.kind in (Kind.WHOLE, Kind.DECIMAL, Kind.MONEY):
            number = parse_number(value)
            return show(FieldSpec("", Kind.DECIMAL), Decimal(number), how)
        if spec.kind in (Kind.DATE, Kind.MOMENT):
            return show(FieldSpec("", Kind.DATE), date.fromisoformat(value[:10]), how)
    except (BadValue, ValueError):
        pass
    return value


def problems(words: Words) -> list[str]:
    """Every sentence about what cannot be asked, each once."""
    found = [words.problem] if words.problem else []
    for part in words.parts:
        found += problems(part)
    return list(dict.fromkeys(found))
