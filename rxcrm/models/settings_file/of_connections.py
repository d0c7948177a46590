"""In a settings file: connection roles and which of them match."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from rxcrm.models.choices import RoleCategory
from rxcrm.models.connection import ConnectionRole, RoleMatch
from rxcrm.models.connections import roles
from rxcrm.models.errors import BadValue
from rxcrm.models.records import Act
from rxcrm.models.settings_file.parts import Desk, Items, Part, register, shipped, shipped_key
from rxcrm.models.settings_file.references import UNKNOWN
from rxcrm.models.settings_file.shapes import NAMES, flag, listing, one_of, record, text
from rxcrm.translation import N_

_CATEGORIES = {category.label: category for category in RoleCategory}
_ROLE = record(
    name=text(100),
    category=one_of(*_CATEGORIES),
    description=text(1000),
    entities=listing(one_of(*roles.CONNECTABLE), len(roles.CONNECTABLE)),
    active=flag,
    matches=NAMES,
)


def _rows(act: Act) -> dict[str, ConnectionRole]:
    """Name in a file → role: a shipped one by its key, others by category and name."""
    rows = act.session.exec(select(ConnectionRole).order_by(col(ConnectionRole.id)))
    return {_name(row): row for row in rows}


def _name(row: ConnectionRole) -> str:
    return shipped(row.shipped) if row.shipped else f"{RoleCategory(row.category).label}/{row.name}"


def _export(act: Act) -> Items:
    rows = _rows(act)
    names, matches = {row.id: name for name, row in rows.items()}, dict[int, list[str]]()
    for match in act.session.exec(select(RoleMatch).order_by(col(RoleMatch.rank), col(RoleMatch.other_id))):
        matches.setdefault(match.role_id, []).append(names[match.other_id])
    return {
        name: {
            "name": row.name,
            "category": RoleCategory(row.category).label,
            "description": row.description,
            "entities": list(row.entities),
            "active": row.active,
            "matches": matches.get(row.id or 0, []),
        }
        for name, row in rows.items()
    }


def _apply(desk: Desk, wanted: Items) -> None:
    act = desk.act
    for name, value in wanted.items():
        with desk.item(name):
            row = _rows(act).get(name)
            if row is None and shipped_key(name):
                raise BadValue(N_("There is no such role."))
            if row is None and name != f"{value['category']}/{value['name']}":
                raise BadValue(N_("The name of this entry must be category and name, with a / between them."))
            row = roles.add(act, _typed(value)) if row is None else roles.change(act, row.id or 0, _typed(value))
            (roles.activate if value["active"] else roles.deactivate)(act, row.id or 0)
    known = _rows(act)  # every role is here now that others match
    for name, value in wanted.items():
        with desk.item(name):
            ids = []
            for other in value["matches"]:
                if other in known:
                    ids.append(known[other].id or 0)
                else:
                    desk.warn(UNKNOWN, name=other)
            if name in known:
                roles.match(act.session, known[name].id or 0, ids)
    for name, value in wanted.items():
        # Matching goes both ways and adds itself to the other side: here each has its own order again.
        if name in known:
            for rank, other in enumerate(other for other in value["matches"] if other in known):
                match = act.session.get(RoleMatch, (known[name].id, known[other].id))
                if match is not None:
                    match.rank = rank
    act.session.flush()


def _typed(value: dict[str, Any]) -> dict[str, str]:
    return {
        "name": value["name"],
        "category": str(int(_CATEGORIES[value["category"]])),
        "description": value["description"],
        "entities": ",".join(value["entities"]),
    }


register(Part("connection_roles", N_("Connection roles"), 100, _export, _apply, lambda _name: _ROLE))
