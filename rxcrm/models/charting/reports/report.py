"""What a report is: a name, what it asks its reader for, and how its figures come about (S 8.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rxcrm.models.access import require_readable
from rxcrm.models.charting import periods
from rxcrm.models.charting.charts import Category
from rxcrm.models.charting.figures import Asked, Figures
from rxcrm.models.charting.groups import Grouping, Key, grouping, labels, ordered
from rxcrm.models.charting.reckoning import MOST_POINTS
from rxcrm.models.fields import fields_of
from rxcrm.models.filters.conditions import Group, Test, both
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.translation import N_, gettext


@dataclass(frozen=True)
class Input:
    """What a report wants to know: a number from 1 to `most`, or one of `options` (key → label)."""

    name: str
    label: str
    default: str
    most: int = 0
    options: Mapping[str, str] | None = None

    def shown(self, act: Act, value: str) -> Asked:
        """How the reader sees it, with the value that was given."""
        locale = act.who.conventions.locale
        options = [[key, gettext(locale, label)] for key, label in (self.options or {}).items()]
        return Asked(self.name, gettext(locale, self.label), value, self.most, options)

    def read(self, values: Mapping[str, Any]) -> str:
        """The value that was given, or the default for nonsense."""
        value = str(values.get(self.name, self.default))
        if self.options is not None:
            return value if value in self.options else self.default
        return (
            value
            if value.isascii() and value.isdecimal() and len(value) < 5 and 1 <= int(value) <= self.most
            else self.default
        )


@dataclass(frozen=True)
class Report:
    """One report; `make(act, inputs, where)` reckons it over the leads (or whatever its table holds) that pass `where`.

    It `reads` these fields, table and name, beside those by which it groups: who may not see them has no such report.
    """

    key: str
    label: str
    entity: str
    make: Callable[[Act, dict[str, str], Group], Figures]
    inputs: tuple[Input, ...] = ()
    help: str = ""
    reads: tuple[tuple[str, str], ...] = ()

    def figures(self, act: Act, values: Mapping[str, Any], where: Group = Group()) -> Figures:
        """The report as it is now, with what was given for its inputs. Raises NotAllowed for a field that the asker may not see."""
        for entity, name in self.reads:
            spec = fields_of(record_table(entity))[name]
            require_readable(act.who, spec, spec.label)
        given = {i.name: i.read(values) for i in self.inputs}
        return replace(self.make(act, given, where), asked=[i.shown(act, given[i.name]) for i in self.inputs])


#: By what the leads of several reports can be grouped.
LEADS_BY = {
    "": N_("All together"),
    "source": N_("Lead Source"),
    "owner": N_("Owner"),
    "month": N_("Month"),
}
_CATEGORIES = {
    "source": Category("lead_source"),
    "owner": Category("owner"),
    "month": Category("created_on", "month"),
}
MONTHS = Input("months", N_("Created in the last months"), "12", most=120)
BY = Input("by", N_("Group by"), "", options=LEADS_BY)


def by_of(act: Act, by: str) -> Grouping | None:
    """The grouping of leads that an input BY asks for."""
    return grouping(act, "lead", _CATEGORIES[by]) if by else None


def created_within(months: str, where: Group) -> Group:
    """Leads that were created in the last so many months."""
    return both(where, Group((Test("created_on", "last-x-months", (months,)),)))


def arranged(act: Act, by: Grouping, keys: list[Key], rows: Mapping[Key, int]) -> dict[Key, str]:
    """The groups in their order, the largest first where they have none of their own, with their names.

    Between the first and the last month are those too in which there was nothing.
    """
    if by.dated:
        keys = [
            *periods.filled([key for key in keys if key], by.category.by, MOST_POINTS),
            *(key for key in keys if not key),
        ]
    named = labels(act, by, keys, {})
    if by.dated or by.listed:
        return {key: named[key] for key in ordered(by, keys)}
    return {key: named[key] for key in sorted(keys, key=lambda key: (-rows[key], named[key]))}


def share(part: float, whole: float) -> float | None:
    """Per cent to one decimal; None of nothing.

    >>> share(1, 3), share(0, 0)
    (33.3, None)
    """
    return round(100 * part / whole, 1) if whole else None
