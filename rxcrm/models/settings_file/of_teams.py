"""In a settings file: teams by their names, with unit, roles and members; what they own is no setting."""

from __future__ import annotations

from typing import Any

from sqlmodel import select

from rxcrm.models import teams
from rxcrm.models.errors import BadValue
from rxcrm.models.people import BusinessUnit, Team
from rxcrm.models.records import Act
from rxcrm.models.searching import fold
from rxcrm.models.settings_file.of_organisation import name_of_unit
from rxcrm.models.settings_file.parts import Desk, Items, Part, register
from rxcrm.models.settings_file.references import UNKNOWN, Directory
from rxcrm.models.settings_file.shapes import NAMES, flag, record, text
from rxcrm.translation import N_

_TEAM = record(description=text(teams.DESCRIPTION_LENGTH), unit=text(100), roles=NAMES, members=NAMES, disabled=flag)


def _rows(act: Act) -> dict[str, Team]:
    """The teams by their names, as they are compared."""
    return {fold(row.name): row for row in act.session.exec(select(Team).order_by(Team.name_key))}


def _units(act: Act) -> dict[str, BusinessUnit]:
    return {name_of_unit(unit): unit for unit in act.session.exec(select(BusinessUnit))}


def _export(act: Act) -> Items:
    names, units = Directory(act), {str(unit.id): name for name, unit in _units(act).items()}
    found: Items = {}
    for row in _rows(act).values():
        held = teams.form_of(act, row.id or 0).values
        found[row.name] = {
            "description": row.description,
            "unit": units.get(held["unit_id"], ""),
            "roles": names.roles_out(held["roles"].split()),
            "members": sorted(email for i in held["members"].split() if (email := names.email(int(i)))),
            "disabled": row.disabled,
        }
    return found


def _apply(desk: Desk, wanted: Items) -> None:
    act, here = desk.act, _rows(desk.act)
    units = {fold(name): unit for name, unit in _units(act).items()}
    for name, value in wanted.items():
        with desk.item(name):
            typed = {"name": name, "description": value["description"], **_places(desk, units, value)}
            row = here.get(fold(name))
            row = teams.change(act, row.id or 0, row.version, typed) if row else teams.add(act, typed)
            if row.disabled != value["disabled"]:
                teams.set_disabled(act, row.id or 0, disabled=value["disabled"])
    desk.refresh()


def _places(desk: Desk, units: dict[str, BusinessUnit], value: dict[str, Any]) -> dict[str, str]:
    """Unit, roles and members as the form of a team has them. Who is not here is left out and told."""
    unit = units.get(fold(value["unit"]))
    if unit is None:
        raise BadValue(N_("There is no unit “%(name)s”."), name=value["unit"])
    members = []
    for email in value["members"]:
        user = desk.names.user(email)
        if user is None:
            desk.warn(UNKNOWN, name=email[:200])
        else:
            members.append(str(user))
    roles = desk.names.roles(value["roles"])
    return {"unit_id": str(unit.id), "roles": " ".join(roles), "members": " ".join(members)}


register(Part("teams", N_("Teams"), 35, _export, _apply, lambda _name: _TEAM))
