"""The views of the system as administrators left them: shipped ones, changed ones, their own (S 7.1, 9.1).

They are part of the configuration, so that no list needs a statement for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from rxcrm.models import configuration
from rxcrm.models.defining import blank, view_from
from rxcrm.models.filters.conditions import EVERYTHING, BadFilter
from rxcrm.models.found_by import SHIPPED as FOUND_BY
from rxcrm.models.saved_view import Purpose
from rxcrm.models.views import COLUMNS, VIEWS, View
from rxcrm.translation import N_

#: What look-ups, global search and the tables within forms show, as shipped: the columns after the name tell records apart.
_TOLD = {
    "lead": ("name", "company_name", "job_title", "email", "business_phone", "city"),
    "account": ("name", "email", "main_phone", "city"),
    "contact": ("name", "job_title", "email", "business_phone", "city"),
    "opportunity": ("name", "customer", "estimated_close_date"),
    "activity": ("name", "kind", "due_on"),
}
_PURPOSES = {
    Purpose.LOOKUP: N_("Look-up view"),
    Purpose.FIND: N_("Quick find view"),
    Purpose.ASSOCIATED: N_("Associated view"),
}


@dataclass(frozen=True)
class SystemView:
    """A view of the system. `id` is that of its row, 0 for a shipped view as it came; `version` that of the row.

    `shipped` ones can be reset, but not deleted; `published` is false for one that so far is only a draft.
    """

    view: View
    shipped: bool
    purpose: Purpose = Purpose.LIST
    id: int = 0
    version: int = 0
    description: str = ""
    hidden: bool = False
    drafted: bool = False
    published: bool = True
    changed: bool = False
    position: int = 0

    @property
    def key(self) -> str:
        return self.view.key


def key_of(view_id: int) -> str:
    """How a saved view is named in an address."""
    return f"v{view_id}"


def id_of(key: str) -> int:
    """The number of a saved view in an address; 0 for any other text."""
    number = key[1:]
    return int(number) if key[:1] == "v" and number.isascii() and number.isdecimal() and len(number) <= 18 else 0


@configuration.forgets
@cache
def all_of(entity: str) -> tuple[SystemView, ...]:
    """Every view of the system for a table in the order of the selector, drafts and hidden ones too."""
    rows = {row["key"] or key_of(row["id"]): row for row in configuration.current().part("views").get(entity, ())}
    shipped = [SystemView(view, True, position=i) for i, view in enumerate(VIEWS[entity])]
    shipped += [SystemView(view, True, purpose) for purpose, view in _purposes(entity).items()]
    found = [_with(listed, rows.pop(listed.key, None)) for listed in shipped]
    found += [_with(SystemView(blank(entity, row["name"], key), False), row) for key, row in rows.items()]
    return tuple(sorted(found, key=lambda listed: (listed.purpose != Purpose.LIST, listed.position)))


def _purposes(entity: str) -> dict[Purpose, View]:
    found_by = {Purpose.FIND: FOUND_BY[entity]}
    return {
        purpose: View(
            purpose.value, label, entity, EVERYTHING, _TOLD[entity], newest(entity), find=found_by.get(purpose, ())
        )
        for purpose, label in _PURPOSES.items()
    }


def newest(entity: str) -> tuple[tuple[str, bool], ...]:
    """The order that shows the newest records first."""
    return (("created_on" if "created_on" in COLUMNS[entity] else "modified_on", True),)


def _with(listed: SystemView, row: Any) -> SystemView:
    """A view as its row says."""
    if row is None:
        return listed
    view = replace(listed.view, id=row["id"], label=row["name"] or listed.view.label)
    try:
        view = view_from(view, row["definition"])
    except BadFilter:  # damaged in the table: what was shipped, or nothing, is better than no list at all
        view = replace(view, where=EVERYTHING)
    return SystemView(
        view,
        listed.shipped,
        Purpose(row["purpose"]) if not listed.shipped else listed.purpose,
        row["id"],
        row["version"],
        row["description"],
        row["hidden"],
        row["drafted"],
        listed.shipped or row["definition"] is not None,
        row["definition"] is not None or row["name"] not in ("", listed.view.label),
        row["position"],
    )


def offered(entity: str) -> list[SystemView]:
    """The views of the selector, in its order; at least one."""
    found = [v for v in all_of(entity) if v.purpose is Purpose.LIST and v.published and not v.hidden]
    return found or [SystemView(VIEWS[entity][0], True)]


def system_view(entity: str, key: str) -> SystemView | None:
    """A published view of the system, also a hidden one: an address may still name it."""
    return next((v for v in all_of(entity) if v.key == key and v.published and v.purpose is Purpose.LIST), None)


def edited_view(entity: str, key: str) -> SystemView | None:
    """A view of the system as administrators edit it in its list: of every purpose, published or not."""
    return next((v for v in all_of(entity) if v.key == key), None)


def view_for(entity: str, purpose: Purpose) -> View:
    """The view of look-ups, of global search or of the tables within forms."""
    return next(v.view for v in all_of(entity) if v.purpose is purpose and v.shipped)


def default_key(entity: str, roles: Iterable[str]) -> str:
    """The key of the system view with which people of these roles begin."""
    chosen = configuration.current().part("view_defaults")
    known = {v.key for v in offered(entity)}
    for role in [*sorted(roles), ""]:
        if (key := chosen.get((entity, role))) in known:
            return str(key)
    return offered(entity)[0].key


def changed_view(entity: str, purpose: Purpose) -> View | None:
    """The view of a purpose if administrators have changed it; None for the one that was shipped."""
    return next((v.view for v in all_of(entity) if v.purpose is purpose and v.shipped and v.changed), None)
