"""The operators of a filter, by the kind of field (S 7.4). Their keys are those of FetchXML."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from rxcrm.models.fields import TEXTUAL, FieldSpec, Kind
from rxcrm.translation import N_


class Takes(StrEnum):
    """What stands behind an operator: nothing, one value, two, several, or a number of units (X)."""

    NOTHING = ""
    ONE = "one"
    TWO = "two"
    SEVERAL = "several"
    NUMBER = "number"


@dataclass(frozen=True)
class Operator:
    """A comparison: its label is a catalogue message."""

    key: str
    label: str
    takes: Takes = Takes.ONE


_DATA = (
    Operator("not-null", N_("Contains data"), Takes.NOTHING),
    Operator("null", N_("Does not contain data"), Takes.NOTHING),
)
_EQUAL = (Operator("eq", N_("Equals")), Operator("ne", N_("Does not equal")))
_AMONG = (
    Operator("in", N_("Contains values"), Takes.SEVERAL),
    Operator("not-in", N_("Does not contain values"), Takes.SEVERAL),
)
#: Of a field that holds several values at once (S 7.4, multi-select choice); "all of" is ours.
SEVERAL = (
    Operator("contain-values", N_("Contains any of"), Takes.SEVERAL),
    Operator("contain-all-values", N_("Contains all of"), Takes.SEVERAL),
    Operator("not-contain-values", N_("Does not contain any of"), Takes.SEVERAL),
    *_DATA,
)
_ONE_OF = (Operator("in", N_("In"), Takes.SEVERAL), Operator("not-in", N_("Not in"), Takes.SEVERAL))
TEXT = (
    *_EQUAL,
    Operator("like", N_("Contains")),
    Operator("not-like", N_("Does not contain")),
    Operator("begins-with", N_("Begins with")),
    Operator("not-begin-with", N_("Does not begin with")),
    Operator("ends-with", N_("Ends with")),
    Operator("not-end-with", N_("Does not end with")),
    *_DATA,
)
NUMBER = (
    *_EQUAL,
    Operator("gt", N_("Is greater than")),
    Operator("ge", N_("Is greater than or equal to")),
    Operator("lt", N_("Is less than")),
    Operator("le", N_("Is less than or equal to")),
    Operator("between", N_("Is between"), Takes.TWO),
    *_DATA,
)
CHOICE = (*_AMONG, *_EQUAL, *_DATA)
YESNO = (*_EQUAL, *_DATA)
LOOKUP = (*_EQUAL, *_ONE_OF, *_DATA)
#: Besides those of a look-up, where its table has a hierarchy.
HIERARCHY = (Operator("under", N_("Under")), Operator("not-under", N_("Not under")))
OWNER = (
    Operator("eq-userid", N_("Equals current user"), Takes.NOTHING),
    Operator("ne-userid", N_("Does not equal current user"), Takes.NOTHING),
    Operator("eq-userteams", N_("Equals current user's teams"), Takes.NOTHING),
    Operator("eq-useroruserteams", N_("Equals current user or user's teams"), Takes.NOTHING),
    Operator("eq-useroruserhierarchy", N_("Equals current user or user's reporting hierarchy"), Takes.NOTHING),
    Operator(
        "eq-useroruserhierarchyandteams",
        N_("Equals current user and his teams, or user's reporting hierarchy and their teams"),
        Takes.NOTHING,
    ),
    *_EQUAL,
    *_ONE_OF,
)
#: Somebody who did something: always one user, or nobody.
PERSON = (*OWNER[:2], *_EQUAL, *_ONE_OF, *_DATA)

_PERIODS = (
    Operator("yesterday", N_("Yesterday"), Takes.NOTHING),
    Operator("today", N_("Today"), Takes.NOTHING),
    Operator("tomorrow", N_("Tomorrow"), Takes.NOTHING),
    Operator("last-seven-days", N_("Last 7 days"), Takes.NOTHING),
    Operator("next-seven-days", N_("Next 7 days"), Takes.NOTHING),
    Operator("last-week", N_("Last week"), Takes.NOTHING),
    Operator("this-week", N_("This week"), Takes.NOTHING),
    Operator("next-week", N_("Next week"), Takes.NOTHING),
    Operator("last-month", N_("Last month"), Takes.NOTHING),
    Operator("this-month", N_("This month"), Takes.NOTHING),
    Operator("next-month", N_("Next month"), Takes.NOTHING),
    Operator("last-year", N_("Last year"), Takes.NOTHING),
    Operator("this-year", N_("This year"), Takes.NOTHING),
    Operator("next-year", N_("Next year"), Takes.NOTHING),
)
_HOURS = (
    Operator("last-x-hours", N_("Last X hours"), Takes.NUMBER),
    Operator("next-x-hours", N_("Next X hours"), Takes.NUMBER),
)
_SPANS = (
    Operator("last-x-days", N_("Last X days"), Takes.NUMBER),
    Operator("next-x-days", N_("Next X days"), Takes.NUMBER),
    Operator("last-x-weeks", N_("Last X weeks"), Takes.NUMBER),
    Operator("next-x-weeks", N_("Next X weeks"), Takes.NUMBER),
    Operator("last-x-months", N_("Last X months"), Takes.NUMBER),
    Operator("next-x-months", N_("Next X months"), Takes.NUMBER),
    Operator("last-x-years", N_("Last X years"), Takes.NUMBER),
    Operator("next-x-years", N_("Next X years"), Takes.NUMBER),
)
_OLDER_THAN_HOURS = (
    Operator("olderthan-x-minutes", N_("Older than X minutes"), Takes.NUMBER),
    Operator("olderthan-x-hours", N_("Older than X hours"), Takes.NUMBER),
)
_OLDER = (
    Operator("olderthan-x-days", N_("Older than X days"), Takes.NUMBER),
    Operator("olderthan-x-weeks", N_("Older than X weeks"), Takes.NUMBER),
    Operator("olderthan-x-months", N_("Older than X months"), Takes.NUMBER),
    Operator("olderthan-x-years", N_("Older than X years"), Takes.NUMBER),
)
_FISCAL = (
    Operator("in-fiscal-year", N_("In fiscal year")),
    Operator("in-fiscal-period-and-year", N_("In fiscal period")),
    Operator("last-fiscal-year", N_("Last fiscal year"), Takes.NOTHING),
    Operator("this-fiscal-year", N_("This fiscal year"), Takes.NOTHING),
    Operator("next-fiscal-year", N_("Next fiscal year"), Takes.NOTHING),
    Operator("last-fiscal-period", N_("Last fiscal period"), Takes.NOTHING),
    Operator("this-fiscal-period", N_("This fiscal period"), Takes.NOTHING),
    Operator("next-fiscal-period", N_("Next fiscal period"), Takes.NOTHING),
    Operator("last-x-fiscal-years", N_("Last X fiscal years"), Takes.NUMBER),
    Operator("next-x-fiscal-years", N_("Next X fiscal years"), Takes.NUMBER),
    Operator("last-x-fiscal-periods", N_("Last X fiscal periods"), Takes.NUMBER),
    Operator("next-x-fiscal-periods", N_("Next X fiscal periods"), Takes.NUMBER),
)
_ON = (
    Operator("on", N_("On")),
    Operator("on-or-after", N_("On or after")),
    Operator("on-or-before", N_("On or before")),
    Operator("between", N_("Is between"), Takes.TWO),
)
#: Of a day, which has no hours.
DATE = (*_ON, *_PERIODS, *_SPANS, *_OLDER, *_FISCAL, *_DATA)
#: Of a point in time.
MOMENT = (*_ON, *_PERIODS, *_HOURS, *_SPANS, *_OLDER_THAN_HOURS, *_OLDER, *_FISCAL, *_DATA)

#: Tables whose records stand under each other, and the field that says under which.
PARENTS = {"account": "parent_account_id"}
#: What a look-up of people points to: whoever can own records, or users alone.
OWNERS, USERS = "owner", "user"
#: The largest X.
MOST_UNITS = 10_000


def options_of(spec: FieldSpec) -> dict[int, str]:
    """The options that a field may hold, by number, with their labels."""
    return {int(option): option.label for option in spec.options or ()}


@cache
def operators_of(spec: FieldSpec) -> dict[str, Operator]:
    """The operators for a field, by key, in the order of a menu."""
    return {operator.key: operator for operator in _family(spec)}


def _family(spec: FieldSpec) -> tuple[Operator, ...]:
    if spec.kind in TEXTUAL:
        return TEXT
    if spec.kind is Kind.LOOKUP:
        if spec.target == OWNERS:
            return OWNER
        if spec.target == USERS:
            return PERSON
        return (*LOOKUP[:4], *HIERARCHY, *_DATA) if spec.target in PARENTS else LOOKUP
    return {
        Kind.CHOICE: CHOICE,
        Kind.CURRENCY: CHOICE,
        Kind.YESNO: YESNO,
        Kind.TAGS: SEVERAL,
        Kind.DATE: DATE,
        Kind.MOMENT: MOMENT,
    }.get(spec.kind, NUMBER)
