"""In a settings file: the organisation, how leads are qualified, and business units."""

from __future__ import annotations

from typing import Any

from sqlmodel import select

from rxcrm.models import administration
from rxcrm.models.errors import BadValue, Invalid
from rxcrm.models.people import BusinessUnit
from rxcrm.models.records import Act
from rxcrm.models.searching import fold
from rxcrm.models.settings_file.parts import Desk, Items, Part, register
from rxcrm.models.settings_file.shapes import Shape, flag, one_of, record, text, whole
from rxcrm.translation import N_

_WHOLE = whole(0, 31)
#: Setting → what it must look like.
ORGANISATION: dict[str, Shape] = {
    "name": text(160),
    "country": text(2),
    "language": text(10),
    "currency": text(3),
    "time_zone": text(64),
    "first_weekday": _WHOLE,
    "fiscal_month": _WHOLE,
    "fiscal_day": _WHOLE,
    "private": flag,
    "open_editing": flag,
    "share_reassigned": flag,
}
_DECIDED = one_of("seller", "automatic")
QUALIFICATION: dict[str, Shape] = {
    "qualify_account": _DECIDED,
    "qualify_contact": _DECIDED,
    "qualify_opportunity": _DECIDED,
    "qualify_several": flag,
}


def settings_part(name: str, label: str, order: int, fields: dict[str, Shape]) -> Part:
    """A part whose items are fields of the organisation."""

    def export(act: Act) -> Items:
        return {field: getattr(act.organisation, field) for field in fields}

    def apply(desk: Desk, wanted: Items) -> None:
        for field, value in wanted.items():
            with desk.item(field):
                try:
                    administration.update_organisation(desk.act, {field: typed(value)})
                except Invalid as refusal:  # its place is the item itself
                    raise refusal.problems[field] from None

    return register(Part(name, label, order, export, apply, lambda field: fields.get(field, unknown(field))))


def typed(value: Any) -> str:
    """A value as a form holds it."""
    return str(int(value)) if isinstance(value, bool) else str(value)


def unknown(name: str) -> Shape:
    """The shape of what there is not."""

    def check(_value: Any) -> Any:
        yield (), BadValue(N_("“%(name)s” is not known here."), name=name[:80])

    return check


settings_part("organisation", N_("Organisation"), 10, ORGANISATION)
settings_part("qualification", N_("Lead qualification"), 15, QUALIFICATION)

# -- units -----------------------------------------------------------------------------------------------------------

#: The name of the topmost unit, which every installation has.
TOP = "(topmost)"
_UNIT = record(parent=text(100))
_TOP = record(name=text(100))


def _units(act: Act) -> list[BusinessUnit]:
    return list(act.session.exec(select(BusinessUnit)))


def name_of_unit(unit: BusinessUnit | None) -> str:
    """What a file calls a unit."""
    return TOP if unit is None or unit.parent_id is None else unit.name


def _export_units(act: Act) -> Items:
    units = {unit.id: unit for unit in _units(act)}
    return {
        name_of_unit(unit): {"name": unit.name}
        if unit.parent_id is None
        else {"parent": name_of_unit(units.get(unit.parent_id))}
        for unit in units.values()
    }


def _apply_units(desk: Desk, wanted: Items) -> None:
    for name, value in _parents_first(wanted):
        with desk.item(name):
            units = {fold(name_of_unit(unit)): unit for unit in _units(desk.act)}
            if name == TOP:
                administration.rename_unit(desk.act, units[fold(TOP)].id or 0, value["name"])
                continue
            parent = units.get(fold(value["parent"]))
            if parent is None:
                raise BadValue(N_("There is no unit “%(name)s” for it to stand below."), name=value["parent"])
            unit = units.get(fold(name))
            if unit is None:
                administration.add_unit(desk.act, name, parent.id or 0)
            elif unit.parent_id != parent.id:
                administration.move_unit(desk.act, unit.id or 0, parent.id or 0)


def _parents_first(wanted: Items) -> list[tuple[str, Any]]:
    """The units of a file, each behind the one that it stands below; those of a circle in any order, to be refused."""
    found: dict[str, Any] = {}
    waiting = dict(wanted)
    while waiting:
        ready = [name for name in waiting if name == TOP or waiting[name]["parent"] not in waiting]
        for name in ready or [*waiting]:
            found[name] = waiting.pop(name)
    return [*found.items()]


register(
    Part(
        "business_units",
        N_("Business units"),
        20,
        _export_units,
        _apply_units,
        lambda name: _TOP if name == TOP else _UNIT,
    )
)
