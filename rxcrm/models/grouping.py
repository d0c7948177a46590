"""Groups of a list with counts and sums, and the totals of all of it: over the same rows and rights as the list (S 7.5).

One aggregate statement gives a page of groups with their totals. The rows of a group are pages of the list itself,
narrowed by a condition, so that nothing is read of a group that nobody opens. What a group is, is said where charts say
it (rxcrm.models.charting.groups), what is added up in rxcrm.models.totalling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import func, select

from rxcrm.models import lists
from rxcrm.models.charting import groups as grouped
from rxcrm.models.charting.charts import DATED, MEASURED, Category
from rxcrm.models.charting.charts import groupable as charted
from rxcrm.models.custom import is_custom
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import FieldSpec, Kind, fields_of
from rxcrm.models.filters.conditions import both, read
from rxcrm.models.filters.values import filterable
from rxcrm.models.lists import Ask
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.models.totalling import FUNCTIONS, Part, Reckoning, Total, Wanted
from rxcrm.translation import N_

#: Groups of one page, and rows of a group that are read at once.
GROUPS, ROWS = 50, 50
#: How far apart the groups of a date can be.
SPANS = ("day", "week", "month", "quarter", "year")
NO_GROUPS = N_("A list cannot be grouped by “%(name)s”.")
NO_TOTAL = N_("“%(name)s” cannot be totalled.")


@dataclass
class Group:
    """Rows that have one value: `key` finds them again, `label` is in the reader's language."""

    key: str
    label: str
    count: int
    totals: list[Total] = field(default_factory=list)


@dataclass
class Groups:
    """A page of groups of a list; with `more` there are others behind them."""

    groups: list[Group] = field(default_factory=list)
    more: bool = False


def groupable(spec: FieldSpec) -> bool:
    """Whether rows can stand in groups of a field: all but long texts and amounts, which are hardly ever the same."""
    return spec.name != "name" and (charted(spec) or spec.kind is Kind.WHOLE or spec.kind in grouped.TEXTS)


def parse(entity: str, text: str) -> Category:
    """What `group=created_on:month` in an address means; a date without a span is grouped by months. Raises BadValue."""
    name, _, span = text.partition(":")
    spec = filterable(record_table(entity)).get(name)
    if spec is None and is_custom(name):
        raise BadValue(N_("The field by which this list is grouped does not exist any more."))
    if spec is None or not groupable(spec) or (span and span not in SPANS):
        raise BadValue(NO_GROUPS, name=text[:80])
    return Category(name, (span or "month") if spec.kind in DATED else "")


def parse_totals(entity: str, text: str) -> tuple[Wanted, ...]:
    """What `totals=estimated_revenue:sum` in an address means, one total for each column. Raises BadValue."""
    found: dict[str, str] = {}
    for part in filter(None, text.split(",")):
        name, _, function = part.partition(":")
        spec = fields_of(record_table(entity)).get(name)
        if spec is None or spec.kind not in MEASURED or function not in FUNCTIONS:
            raise BadValue(NO_TOTAL, name=part[:80])
        found[name] = function
    return tuple(found.items())


# -- groups ----------------------------------------------------------------------------------------------------------


def groups(act: Act, ask: Ask, category: Category, wanted: Sequence[Wanted] = (), *, start: int = 0) -> Groups:
    """A page of the groups of a list, from the one at `start`: dates the newest first, options in their order, else by name."""
    by = grouped.grouping(act, ask.entity, category)
    reckoning = Reckoning(act, ask, wanted, by)
    if by.listed or by.people or by.dated:  # few of them: their order is not the database's
        found = {part.key: part for part in reckoning.read(reckoning.statement())}
        names = grouped.labels(act, by, list(found), {})
        page = [found[key] for key in _ordered(by, list(found), names)[start : start + GROUPS + 1]]
    else:
        page = reckoning.read(_cut(reckoning.statement(), by, start))
        names = grouped.labels(act, by, [part.key for part in page], {part.key: part.says for part in page})
    return Groups([_group(part, names) for part in page[:GROUPS]], len(page) > GROUPS)


def _group(part: Part, names: dict[Any, str]) -> Group:
    return Group(str(part.key), names[part.key], part.count, part.totals)


def _ordered(by: grouped.Grouping, keys: list[Any], names: dict[Any, str]) -> list[Any]:
    if by.dated:
        return sorted(keys, reverse=True)  # the empty one last: "" is the least
    order = grouped.ordered(by, keys)
    return sorted(order, key=lambda k: (k == grouped.NOTHING, names[k].casefold())) if by.people else order


def _cut(statement: Any, by: grouped.Grouping, start: int) -> Any:
    """A page of many groups: the empty one last."""
    inner = statement.subquery().c
    k, s = inner.k, inner.s
    numbered = by.spec.kind is Kind.WHOLE
    last = k == grouped.NOTHING if numbered else func.coalesce(func.nullif(s, ""), "") == ""
    order = [last, *([] if numbered or by.spec.kind in grouped.TEXTS else [func.lower(s)]), k]
    return select(*inner).order_by(*order).limit(GROUPS + 1).offset(start)


def rows_of(act: Act, ask: Ask, category: Category, key: str, after: str = "", size: int = ROWS) -> lists.Page:
    """The rows of one group, in the order of the list: those behind the cursor `after`. Raises BadValue for no such group."""
    by = grouped.grouping(act, ask.entity, category)
    parts = grouped.condition(by, _typed(by, key))
    if parts is None:
        raise BadValue(NO_GROUPS, name=key[:80])
    where = both(lists.viewed(act, ask).where, read({"all": [parts]}))
    return lists.page(act, replace(ask, where=where, after=after, before="", page=1, last=False, size=size))


def _typed(by: grouped.Grouping, key: str) -> Any:
    """A key as the database gave it. Raises BadValue."""
    if by.dated or by.spec.kind is Kind.CURRENCY or by.spec.kind in grouped.TEXTS:
        return key[:300]
    try:
        return int(key[:20])
    except ValueError:
        raise BadValue(NO_GROUPS, name=key[:80]) from None


def totals(act: Act, ask: Ask, wanted: Sequence[Wanted]) -> list[Total]:
    """The totals of all rows of a list that the asker may see."""
    reckoning = Reckoning(act, ask, wanted)
    return reckoning.read(reckoning.statement())[0].totals if wanted else []
