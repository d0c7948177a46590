"""In a settings file: campaigns and territories, by their names."""

from __future__ import annotations

from typing import Any

from rxcrm.models import references, territories
from rxcrm.models.campaign import Campaign
from rxcrm.models.fields import FieldSpec, Kind, fields_of, raw
from rxcrm.models.records import Act
from rxcrm.models.reference import Reference
from rxcrm.models.searching import sort_key
from rxcrm.models.settings_file.parts import Desk, Items, Part, register
from rxcrm.models.settings_file.references import UNKNOWN, Directory
from rxcrm.models.settings_file.shapes import NAMES, Shape, flag, record, text
from rxcrm.models.territory import Territory
from rxcrm.translation import N_

#: What every row has besides the fields of its table.
_ACTIVE = "active"


def _carried(table: type[Reference]) -> dict[str, FieldSpec]:
    """The fields that somebody can type, options by number."""
    return {name: spec for name, spec in fields_of(table).items() if not spec.locked and spec.kind is not Kind.LOOKUP}


def _rows(act: Act, table: type[Reference]) -> dict[str, Reference]:
    """The rows by their names, as they are compared."""
    return {row.name_key: row for row in references.listed(act, table)}


def _values(row: Reference) -> dict[str, Any]:
    return {name: raw(getattr(row, name)) for name in _carried(type(row)) if name != "name"} | {_ACTIVE: row.active}


def _settle(act: Act, row: Reference, value: dict[str, Any]) -> None:
    if row.active != value[_ACTIVE]:
        references.set_active(act, row, active=value[_ACTIVE])


def _export_campaigns(act: Act) -> Items:
    return {row.name: _values(row) for row in references.listed(act, Campaign)}


def _apply_campaigns(desk: Desk, wanted: Items) -> None:
    act, here = desk.act, _rows(desk.act, Campaign)
    for name, value in wanted.items():
        with desk.item(name):
            typed = {field: text for field, text in value.items() if field != _ACTIVE}
            row = here.get(sort_key(name))
            if row is None:
                row = references.add(act, Campaign, {**typed, "name": name})
            else:
                references.change(act, row, row.version, typed)
            _settle(act, row, value)
    desk.refresh()


def _export_territories(act: Act) -> Items:
    """Who manages a territory and who works there go by their addresses."""
    names = Directory(act)
    found: Items = {}
    for row in references.listed(act, Territory):
        people, _ = territories.form_of(act, row)
        found[row.name] = _values(row) | {
            name: sorted(email for i in people[name].split() if (email := names.email(int(i))))
            for name in territories.PEOPLE
        }
    return found


def _apply_territories(desk: Desk, wanted: Items) -> None:
    act, here = desk.act, _rows(desk.act, Territory)
    for name, value in wanted.items():
        with desk.item(name):
            typed = {field: text for field, text in value.items() if field != _ACTIVE}
            for people in territories.PEOPLE:
                typed[people] = " ".join(str(i) for email in value[people] if (i := _user(desk, email)))
            row = here.get(sort_key(name))
            if row is None:
                row = territories.add(act, {**typed, "name": name})
            else:
                territories.change(act, row.id or 0, row.version, typed)
            _settle(act, row, value)
    desk.refresh()


def _user(desk: Desk, email: str) -> int | None:
    found = desk.names.user(email)
    if found is None:
        desk.warn(UNKNOWN, name=email[:200])
    return found


def _shape(table: type[Reference], **more: Shape) -> Shape:
    values = {name: text(spec.length or 30) for name, spec in _carried(table).items() if name != "name"}
    return record(None, **values, **more, **{_ACTIVE: flag})


register(Part("campaigns", N_("Campaigns"), 46, _export_campaigns, _apply_campaigns, lambda _name: _shape(Campaign)))
register(
    Part(
        "territories",
        N_("Territories"),
        47,
        _export_territories,
        _apply_territories,
        lambda _name: _shape(Territory, **dict.fromkeys(territories.PEOPLE, NAMES)),
    )
)
