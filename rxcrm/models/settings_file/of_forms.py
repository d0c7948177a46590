"""In a settings file: forms, as they are published; what is only drafted is nobody's but its author's."""

from __future__ import annotations

from sqlmodel import col, select

from rxcrm.models.errors import BadValue
from rxcrm.models.forms import editing
from rxcrm.models.forms.layout import written
from rxcrm.models.forms.shipped import SHIPPED
from rxcrm.models.forms.tables import MAIN, Form
from rxcrm.models.records import Act
from rxcrm.models.searching import fold
from rxcrm.models.settings_file.of_organisation import unknown
from rxcrm.models.settings_file.parts import AS_SHIPPED, Desk, Items, Part, known_labels, register, shipped
from rxcrm.models.settings_file.references import Directory
from rxcrm.models.settings_file.shapes import NAMES, Shape, anything, flag, listing, record, shipped_or, text
from rxcrm.translation import N_

_MAIN = shipped_or(record(layout=anything))
_OWN = record(layout=anything, roles=listing(text(120), 200), active=flag)
_TABLE = record(order=NAMES)
_NAME = shipped(MAIN)


def _shape(name: str) -> Shape:
    entity, _, form = name.partition("/")
    return unknown(name) if entity not in SHIPPED else _TABLE if not form else _MAIN if form == _NAME else _OWN


def _rows(act: Act, entity: str = "") -> list[Form]:
    asked = select(Form).order_by(Form.entity, col(Form.position), col(Form.id))
    found = act.session.exec(asked.where(Form.entity == entity) if entity else asked)
    return [row for row in found if row.entity in SHIPPED]


def _export(act: Act) -> Items:
    found: Items = {f"{entity}/{_NAME}": AS_SHIPPED for entity in SHIPPED}
    for row in _rows(act):
        if row.key == MAIN and row.layout is not None:
            found[f"{row.entity}/{_NAME}"] = {"layout": row.layout}
        elif row.key != MAIN and row.published:
            found.setdefault(row.entity, {"order": []})["order"].append(row.name)
            roles = Directory(act).roles_out(row.roles)
            found[f"{row.entity}/{row.name}"] = {"layout": row.layout, "roles": roles, "active": row.active}
    return found


def _apply(desk: Desk, wanted: Items) -> None:
    act = desk.act
    for name, value in wanted.items():
        entity, _, form = name.partition("/")
        if not form:
            continue
        with desk.item(name):
            rows = _rows(act, entity)
            if form == _NAME:
                row = next((row for row in rows if row.key == MAIN), None)
                layout = written(SHIPPED[entity]) if value == AS_SHIPPED else _known(desk, value["layout"])
                _publish(act, entity, row, {"layout": layout})
                continue
            roles = desk.names.roles(value["roles"])
            row = next((row for row in rows if row.key != MAIN and fold(row.name) == fold(form)), None)
            if row is None:
                row = editing.add(act, entity, form, roles)
                row.draft = None
            row = _publish(act, entity, row, {"name": form, "roles": roles, "layout": _known(desk, value["layout"])})
            row.active = value["active"]
    for entity, value in wanted.items():
        if "/" not in entity:
            with desk.item(entity):
                rows = [row for row in _rows(act, entity) if row.key != MAIN]
                order = {fold(called): at for at, called in enumerate(value["order"])}
                rows.sort(key=lambda row: order.get(fold(row.name), len(order)))
                for position, row in enumerate(rows, 1):
                    row.position = position


def _publish(act: Act, entity: str, row: Form | None, wanted: dict[str, object]) -> Form:
    """Publish what the file says; a draft that somebody has begun stays."""
    draft = row.draft if row else None
    made = editing.publish(act, entity, (row.id or 0) if row else 0, row.version if row else 0, wanted)
    made.draft = draft
    return made


def _known(desk: Desk, layout: object) -> object:
    """A layout without labels in languages that are not installed here. Raises BadValue for what is none at all."""
    if isinstance(layout, dict):
        found = {name: _known(desk, value) for name, value in layout.items()}
        if "labels" in found:
            if not isinstance(found["labels"], dict):
                raise BadValue(N_("An object is expected here."))
            found["labels"] = known_labels(desk, found["labels"])
        return found
    return [_known(desk, each) for each in layout] if isinstance(layout, list) else layout


register(Part("forms", N_("Forms"), 60, _export, _apply, _shape))
