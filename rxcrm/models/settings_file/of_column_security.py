"""In a settings file: which fields are secured, and the profiles that open them again."""

from __future__ import annotations

from sqlmodel import col, select

from rxcrm.models.column_security import profiles
from rxcrm.models.column_security.tables import GRANTS, ColumnProfile, ColumnProfileMember, SecuredField
from rxcrm.models.records import Act
from rxcrm.models.searching import sort_key
from rxcrm.models.settings_file.parts import ALL, Desk, Items, Part, register
from rxcrm.models.settings_file.references import Directory
from rxcrm.models.settings_file.shapes import NAMES, Shape, listing, mapping, one_of, record, text
from rxcrm.translation import N_

_PROFILE = record(
    description=text(profiles.DESCRIPTION_LENGTH), grants=mapping(listing(one_of(*GRANTS))), members=NAMES
)
_ALL = record(secured=NAMES)


def _shape(name: str) -> Shape:
    return _ALL if name == ALL else _PROFILE


def _export(act: Act) -> Items:
    names = Directory(act)
    found: Items = {}
    for row in act.session.exec(select(ColumnProfile).order_by(col(ColumnProfile.name_key))):
        members = act.session.exec(select(ColumnProfileMember).where(ColumnProfileMember.profile_id == row.id))
        told = (names.owner_out(f"user:{m.user_id}" if m.user_id else f"team:{m.team_id}") for m in members)
        found[row.name] = {
            "description": row.description,
            "grants": {key: list(granted) for key, granted in sorted(row.grants.items())},
            "members": sorted(filter(None, told)),
        }
    return found | {ALL: {"secured": sorted(_secured(act))}}


def _secured(act: Act) -> set[str]:
    return {f"{row.entity}.{row.name}" for row in act.session.exec(select(SecuredField))}


def _apply(desk: Desk, wanted: Items) -> None:
    act = desk.act
    if ALL in wanted:
        with desk.item(ALL):
            secured = set(wanted[ALL]["secured"])
            profiles.secure(act, sorted(secured))
            profiles.release(act, sorted(_secured(act) - secured))
    for name, value in wanted.items():
        if name == ALL:
            continue
        with desk.item(name):
            known = act.session.exec(select(ColumnProfile).where(ColumnProfile.name_key == sort_key(name))).first()
            typed = {"name": name, "description": value["description"]}
            row = known or profiles.add(act, typed)
            members = [target.split(":") for member in value["members"] if (target := desk.names.owner(member))]
            grants = {key: " ".join(granted) for key, granted in value["grants"].items()}
            profiles.change(act, row.id or 0, row.version, typed, grants, [(kind, int(i)) for kind, i in members])


register(Part("column_security", N_("Column security"), 98, _export, _apply, _shape))
