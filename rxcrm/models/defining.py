"""What a view shows, as it is stored and sent: columns, filter, order, groups, totals, kind (S 7.2-7.4, 9.1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rxcrm.models.errors import BadValue, CrmError, Invalid
from rxcrm.models.fields import clean
from rxcrm.models.filters.conditions import BadFilter, read, written
from rxcrm.models.filters.sql import compiled
from rxcrm.models.found_by import findable
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.models.views import COLUMNS, KINDS, VIEWS, View, column_of
from rxcrm.translation import N_

#: Columns of one view, columns it is ordered by, and pixels of one column.
MOST_COLUMNS, MOST_SORTS, NARROWEST, WIDEST = 40, 3, 60, 1_000
#: Characters of the settings of a board, calendar or chart.
LONGEST_SETTINGS = 20_000
NAME_LENGTH, DESCRIPTION_LENGTH = 100, 500
FUNCTIONS = ("sum", "avg", "min", "max")


def definition_of(view: View) -> dict[str, Any]:
    """What a view shows, as JSON data."""
    return {
        "where": written(view.where),
        "columns": list(view.columns),
        "sort": [[key, down] for key, down in view.sort],
        "widths": dict(view.widths),
        "group": view.group,
        "totals": [list(total) for total in view.totals],
        "kind": view.kind,
        "settings": dict(view.settings),
        "pinned": list(view.pinned),
        **({"find": list(view.find)} if view.find else {}),
    }


def view_from(base: View, data: Mapping[str, Any] | None) -> View:
    """The view that stored data describe, named as `base`; what is missing in them is as there.

    Columns that are gone stay in it, so that saving it again does not lose them; lists leave them out. Raises BadFilter for
    a condition that is none.
    """
    if not data:
        return base
    return replace(
        base,
        where=read(data.get("where")),
        columns=tuple(data.get("columns") or base.columns),
        sort=tuple((key, bool(down)) for key, down in data.get("sort", ())) or base.sort,
        widths=tuple(dict(data.get("widths") or {}).items()),
        group=data.get("group", ""),
        totals=tuple((column, function) for column, function in data.get("totals", ())),
        kind=data.get("kind", "list"),
        settings=tuple(dict(data.get("settings") or {}).items()),
        pinned=tuple(data.get("pinned") or ()),
        find=tuple(data.get("find") or base.find),
    )


def checked(act: Act, entity: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The same definition, cleaned of what means nothing. Raises Invalid or BadFilter for what cannot be shown."""
    condition = read(data.get("where"))
    compiled(record_table(entity), condition, act.who)
    columns = _texts(data.get("columns"), "columns")
    known = [key for key in dict.fromkeys(columns) if column_of(entity, key)]
    if not known or len(known) > MOST_COLUMNS:
        raise Invalid({"columns": BadValue(N_("A view has 1 to %(most)s columns."), most=MOST_COLUMNS)})
    sort = {key: down is True for key, down in _pairs(data.get("sort"), "sort") if _orders(entity, key)}
    group = data.get("group", "")
    kind, settings = data.get("kind", "list"), data.get("settings") or {}
    if kind not in KINDS or not isinstance(group, str) or not isinstance(settings, Mapping):
        raise BadFilter
    if len(json.dumps(settings)) > LONGEST_SETTINGS or not all(isinstance(v, str) for v in settings.values()):
        raise BadFilter
    return {
        "where": written(condition),
        "columns": known,
        "sort": [[key, down] for key, down in list(sort.items())[:MOST_SORTS]],
        "widths": _widths(data.get("widths"), known),
        "group": group if column_of(entity, group.partition(":")[0]) else "",
        "totals": [
            [key, function]
            for key, function in _pairs(data.get("totals"), "totals")
            if function in FUNCTIONS and column_of(entity, key)
        ],
        "kind": kind,
        "settings": dict(settings),
        "pinned": [key for key in dict.fromkeys(_texts(data.get("pinned") or [], "pinned")) if key in known],
        **_find(entity, data),
    }


def _find(entity: str, data: Mapping[str, Any]) -> dict[str, list[str]]:
    """The find columns of a quick find view, as far as there are such fields; without any, nothing would ever be found."""
    if "find" not in data:
        return {}
    wanted = dict.fromkeys(_texts(data["find"], "find"))
    found = [name for name in wanted if name in findable(record_table(entity))]
    if not found:
        raise Invalid({"find": BadValue(N_("Choose at least one field that is searched."))})
    return {"find": found}


def _orders(entity: str, key: Any) -> bool:
    column = column_of(entity, key) if isinstance(key, str) else None
    return column is not None and column.sortable


def _texts(value: Any, _field: str) -> list[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
        raise BadFilter
    return list(value)


def _pairs(value: Any, _field: str) -> list[tuple[Any, Any]]:
    value = value or []
    if not isinstance(value, list | tuple) or not all(isinstance(v, list | tuple) and len(v) == 2 for v in value):
        raise BadFilter
    return [(first, second) for first, second in value]


def _widths(value: Any, columns: list[str]) -> dict[str, int]:
    if not isinstance(value or {}, Mapping):
        raise BadFilter
    found = {key: width for key, width in (value or {}).items() if key in columns and type(width) is int}
    return {key: min(max(width, NARROWEST), WIDEST) for key, width in found.items()}


def checked_name(name: str, description: str = "") -> tuple[str, str]:
    """A name and a description as they are stored. Raises Invalid."""
    name, description = clean(name), clean(description, lines=True)
    problems: dict[str, CrmError] = {}
    if not name:
        problems["name"] = BadValue(N_("Enter a name for the view."))
    elif len(name) > NAME_LENGTH:
        problems["name"] = BadValue(N_("A name can have at most %(most)s characters."), most=NAME_LENGTH)
    if len(description) > DESCRIPTION_LENGTH:
        problems["description"] = BadValue(
            N_("A description can have at most %(most)s characters."), most=DESCRIPTION_LENGTH
        )
    if problems:
        raise Invalid(problems)
    return name, description


def gone_columns(view: View) -> list[str]:
    """The columns of a view whose fields do not exist any more."""
    return [key for key in view.columns if column_of(view.entity, key) is None]


def blank(entity: str, name: str = "", key: str = "") -> View:
    """A view that nobody has shaped yet: every record, the columns of the first shipped view."""
    first = VIEWS[entity][0]
    return View(key, name, entity, read(None), first.columns or tuple(COLUMNS[entity])[:4], first.sort)
