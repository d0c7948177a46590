"""What a rule of the score may ask: of the lead itself, the same for everybody who looks at it.

Points stand in a column that everybody sees alike. So no rule asks who is looking, and none looks at other records, which
not every reader of the lead may read. The score itself is no condition of its own.
"""

from __future__ import annotations

from dataclasses import replace

from rxcrm.models.fields import Kind
from rxcrm.models.filters.conditions import BadFilter, Group, Part, Related, Test
from rxcrm.models.filters.describing import Description, describe_filters
from rxcrm.models.filters.sql import compiled
from rxcrm.models.filters.values import place_of
from rxcrm.models.lead import Lead
from rxcrm.models.records import Act
from rxcrm.models.scoring.reckoning import NOBODY
from rxcrm.translation import N_

#: Fields that would make a score depend on itself.
NOT_ASKED = ("score", "estimate")
#: Operators that depend on who looks, or on other records than the lead.
NOT_COMPARED = frozenset(
    {
        "eq-userid",
        "ne-userid",
        "eq-userteams",
        "eq-useroruserteams",
        "eq-useroruserhierarchy",
        "eq-useroruserhierarchyandteams",
        "under",
        "not-under",
    }
)
#: Operators on dates that mean the same days whenever they are asked; all others move with the clock.
FIXED = frozenset(
    {"on", "on-or-after", "on-or-before", "between", "in-fiscal-year", "in-fiscal-period-and-year", "not-null", "null"}
)

OF_OTHERS = N_("Rules of the score look at the lead itself, not at other records.")
OF_ITSELF = N_("The score cannot depend on itself.")
OF_READER = N_("The score is the same for everybody and cannot depend on who looks at it.")
EMPTY = N_("Say for which leads the points are: add at least one condition.")


def description(act: Act) -> Description:
    """What the builder of a rule's condition offers."""
    whole = describe_filters(act, "lead")
    table = whole.tables["lead"]
    fields = [replace(f, through=False) for f in table.fields if f.name not in NOT_ASKED]
    families = {f.family for f in fields}
    operators = {
        family: [operator for operator in found if operator[0] not in NOT_COMPARED]
        for family, found in whole.operators.items()
        if family in families
    }
    return Description("lead", {"lead": replace(table, fields=fields, relations=[])}, operators)


def check(condition: Group) -> None:
    """Raises BadFilter with a sentence for a condition that no rule can have, or that cannot be asked any more."""
    if not condition:
        raise BadFilter(EMPTY)
    _check(condition)
    compiled(Lead, condition, NOBODY)


def _check(part: Part) -> None:
    if isinstance(part, Group):
        for inner in part.parts:
            _check(inner)
    elif isinstance(part, Related) or "." in part.field:
        raise BadFilter(OF_OTHERS)
    elif part.field in NOT_ASKED:
        raise BadFilter(OF_ITSELF)
    elif part.operator in NOT_COMPARED:
        raise BadFilter(OF_OTHERS if part.operator.endswith("under") else OF_READER)


def problem(condition: Group) -> BadFilter | None:
    """Why a stored condition cannot be asked any more, if so."""
    try:
        check(condition)
    except BadFilter as refusal:
        return refusal
    return None


def is_timed(part: Part) -> bool:
    """Whether the answer changes by time alone, as that of "created in the last 7 days" does."""
    if isinstance(part, Group):
        return any(is_timed(inner) for inner in part.parts)
    if not isinstance(part, Test) or not (place := place_of(Lead, part.field)):
        return False
    return place.spec.kind in (Kind.DATE, Kind.MOMENT) and part.operator not in FIXED
