"""What tables there are for whom, as programs are told: fields with kinds, options and bounds, custom ones too (design: one description)."""

from __future__ import annotations

from rxcrm.models.access import Privilege
from rxcrm.models.api.values import Json
from rxcrm.models.base import Record
from rxcrm.models.fields import FieldSpec, Kind, fields_of, hidden_from
from rxcrm.models.records import Act
from rxcrm.models.tables import RECORDS
from rxcrm.models.view_offers import offers
from rxcrm.translation import gettext

PRIVILEGES = (Privilege.CREATE, Privilege.WRITE, Privilege.DELETE, Privilege.ASSIGN)


def tables(act: Act) -> list[dict[str, Json]]:
    """The tables that the asker may read: place in the interface, label, what he may do, views, fields in words of his language."""
    return [_table(act, table) for entity, table in RECORDS.items() if act.who.holds(Privilege.READ, entity)]


def _table(act: Act, table: type[Record]) -> dict[str, Json]:
    locale, entity = act.who.conventions.locale, table.entity
    hidden = hidden_from(act.who.conventions, table)
    return {
        "table": entity,
        "path": table.path.strip("/"),
        "label": gettext(locale, table.title_many),
        "may": [p.value for p in PRIVILEGES if act.who.holds(p, entity)],
        "views": [{"key": view.key, "label": gettext(locale, view.label)} for view in offers(act, entity).views],
        "fields": [_field(act, spec) for name, spec in fields_of(table).items() if name not in hidden],
    }


def _field(act: Act, spec: FieldSpec) -> dict[str, Json]:
    locale = act.who.conventions.locale
    found: dict[str, Json] = {
        "name": spec.name,
        "label": gettext(locale, spec.label),
        "kind": spec.kind.value,
        "required": spec.required,
        "nullable": not (spec.required or spec.always),
        "read_only": spec.locked or act.who.refusal(spec) is not None,
        "custom": spec.custom,
    }
    if spec.length:
        found["length"] = spec.length
    if spec.kind in (Kind.WHOLE, Kind.DECIMAL, Kind.MONEY):
        found["minimum"], found["maximum"] = float(spec.low), float(spec.high)
    if spec.options:
        found["options"] = [
            {"value": int(option), "label": gettext(locale, option.label), "active": option.active}
            for option in spec.options
        ]
    if spec.target:
        found["target"] = spec.target
    if spec.help:
        found["help"] = spec.help
    return found
