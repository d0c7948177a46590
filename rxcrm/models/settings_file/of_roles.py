"""In a settings file: security roles and what each may."""

from __future__ import annotations

from sqlmodel import select

from rxcrm.models import security_roles
from rxcrm.models.choices import Role
from rxcrm.models.errors import BadValue
from rxcrm.models.people import SecurityRole
from rxcrm.models.privileges import Privilege, place_of, roles
from rxcrm.models.records import Act
from rxcrm.models.searching import fold, sort_key
from rxcrm.models.settings_file.parts import AS_SHIPPED, Desk, Items, Part, register, shipped, shipped_key
from rxcrm.models.settings_file.shapes import Shape, mapping, record, shipped_or, text, whole
from rxcrm.translation import N_

_GRANTS = mapping(whole(0, 4), 200)
_SHIPPED = shipped_or(record(grants=_GRANTS))
_OWN = record(description=text(security_roles.DESCRIPTION_LENGTH), grants=_GRANTS)


def _shape(name: str) -> Shape:
    return _SHIPPED if shipped_key(name) else _OWN


def _export(act: Act) -> Items:
    # System Administrator can never be changed, and is no part of a file.
    found: Items = {shipped(role.value): AS_SHIPPED for role in Role if role is not Role.ADMINISTRATOR}
    for row in act.session.exec(select(SecurityRole)):
        if row.key in set(Role):
            if row.grants:
                found[shipped(row.key)] = {"grants": dict(row.grants)}
        else:
            found[row.name] = {"description": row.description, "grants": dict(row.grants)}
    return found


def _apply(desk: Desk, wanted: Items) -> None:
    act = desk.act
    for name, value in wanted.items():
        with desk.item(name):
            key = shipped_key(name)
            if value == AS_SHIPPED:
                security_roles.restore(act, key)
                continue
            if not key:
                known = {fold(spec.label): spec.key for spec in roles().values() if spec.custom}
                typed = {"name": name, "description": value["description"]}
                key = known.get(fold(name), "")
                if key:
                    security_roles.rename(act, key, typed)
                else:
                    key = security_roles.add(act, typed).key
                desk.refresh()
            for cell in value["grants"]:
                place = place_of(cell)
                if place is None or place[1] is Privilege.ADMINISTER:
                    raise BadValue(N_("There is no privilege “%(name)s”."), name=cell[:60])
            row = act.session.get(SecurityRole, key) or SecurityRole(key=key)
            security_roles.require_changeable(act, key)
            row.grants, row.version = dict(value["grants"]), row.version + 1
            row.name_key = row.name_key or sort_key(row.name)
            act.session.add(row)


register(Part("security_roles", N_("Security roles"), 30, _export, _apply, _shape))
