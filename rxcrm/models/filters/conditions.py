"""A filter as data: tests of fields, joined by AND and OR in groups within groups (S 7.4).

Conditions are frozen, so that equal ones share one statement. As JSON a test is `{"field", "operator", "values"}`, a group
`{"all": […]}` or `{"any": […]}`, and a relation `{"related", "missing", "where": group}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rxcrm.models.errors import CrmError
from rxcrm.translation import N_

#: Levels of groups and relations within each other, parts in all, values of one test and in all, characters of a value.
DEEPEST, MOST, MOST_VALUES, VALUES_IN_ALL, LONGEST = 10, 200, 500, 2_000, 300
#: Characters of a whole condition as text.
LONGEST_TEXT = 100_000
#: What no database stores: zeros, and halves of characters.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class BadFilter(CrmError):
    """A filter that cannot be understood: because it was damaged, or because what it speaks of is gone."""

    message = N_("This filter cannot be read. Clear it, or choose another view.")


@dataclass(frozen=True)
class Test:
    """One row of the filter: a field, an operator, and as many values as that takes.

    `field` is the name of a field, or "lookup.field" for one of the record that a look-up points to. `values` are raw, as
    a form control holds them: numbers of options, ids, ISO dates.
    """

    __test__ = False  # for pytest

    field: str
    operator: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """All of the parts, or any of them. Without parts it holds for every record."""

    parts: tuple[Test | Group | Related, ...] = ()
    any: bool = False

    def __bool__(self) -> bool:
        return bool(self.parts)


@dataclass(frozen=True)
class Related:
    """There is a related record for which `where` holds; or, if `missing`, there is none."""

    relation: str
    where: Group = Group()
    missing: bool = False


Part = Test | Group | Related
EVERYTHING = Group()


def every(*parts: Part) -> Group:
    """All of these."""
    return Group(parts)


def either(*parts: Part) -> Group:
    """Any of these."""
    return Group(parts, any=True)


def both(first: Group, second: Group) -> Group:
    """What one and the other let through."""
    if not first or not second:
        return first or second
    parts = [part for group in (first, second) for part in ([group] if group.any else group.parts)]
    return Group(tuple(parts))


def tests(condition: Part) -> Iterator[Test]:
    """Every test of a condition, those of related records left out."""
    if isinstance(condition, Test):
        yield condition
    elif isinstance(condition, Group):
        for part in condition.parts:
            yield from tests(part)


def read(data: Any) -> Group:
    """The group that JSON data describe. Raises BadFilter for anything else, also for one that is too deep or too long."""
    room = [MOST, VALUES_IN_ALL]
    return _group(data, DEEPEST, room) if data else EVERYTHING


def parsed(text: str) -> Group:
    """The group that JSON text describes, as it stands in an address. Raises BadFilter."""
    if len(text) > LONGEST_TEXT:
        raise BadFilter
    try:
        return read(json.loads(text)) if text else EVERYTHING
    except (ValueError, RecursionError):
        raise BadFilter from None


def spelled(condition: Group) -> str:
    """A condition as short JSON text, for `parsed`."""
    return json.dumps(written(condition), separators=(",", ":"), ensure_ascii=False)


def _part(data: Any, depth: int, room: list[int]) -> Part:
    room[0] -= 1
    if not isinstance(data, Mapping) or depth < 0 or room[0] < 0:
        raise BadFilter
    if "field" in data:
        values = data.get("values", [])
        if not isinstance(values, list | tuple) or len(values) > MOST_VALUES:
            raise BadFilter
        room[1] -= len(values)
        if room[1] < 0:
            raise BadFilter
        return Test(_word(data["field"]), _word(data.get("operator")), tuple(_word(v, LONGEST) for v in values))
    if "related" in data:
        where = _group(data.get("where") or {"all": []}, depth - 1, room)
        return Related(_word(data["related"]), where, data.get("missing") is True)
    return _group(data, depth - 1, room)


def _group(data: Any, depth: int, room: list[int]) -> Group:
    if not isinstance(data, Mapping) or depth < 0 or len({"all", "any"} & set(data)) != 1:
        raise BadFilter
    parts = data.get("all", data.get("any"))
    if not isinstance(parts, list | tuple):
        raise BadFilter
    return Group(tuple(_part(part, depth, room) for part in parts), "any" in data)


def _word(value: Any, longest: int = 120) -> str:
    if not isinstance(value, str) or len(value) > longest or _UNSTORABLE.search(value):
        raise BadFilter
    return value


def written(condition: Part) -> dict[str, Any]:
    """A condition as JSON data, for `read`."""
    if isinstance(condition, Test):
        return {"field": condition.field, "operator": condition.operator, "values": list(condition.values)}
    if isinstance(condition, Related):
        return {
            "related": condition.relation,
            "missing": condition.missing,
            "where": written(condition.where),
        }
    return {"any" if condition.any else "all": [written(part) for part in condition.parts]}
