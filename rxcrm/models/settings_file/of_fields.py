"""In a settings file: custom fields, with the options of those that are choices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlmodel import col, select

from rxcrm.models.errors import BadValue
from rxcrm.models.fields import Kind, Level, raw
from rxcrm.models.records import Act
from rxcrm.models.settings_file.of_options import LIST, list_in, list_out
from rxcrm.models.settings_file.of_organisation import unknown
from rxcrm.models.settings_file.parts import Desk, Items, Part, known_labels, register
from rxcrm.models.settings_file.shapes import LABELS, NAMES, Shape, amount, flag, maybe, one_of, record, text, whole
from rxcrm.models.shaping import customs
from rxcrm.models.shaping.options import LABEL_LENGTH
from rxcrm.models.shaping.tables import KINDS, ChoiceList, CustomField
from rxcrm.translation import N_

_FIELD = record(
    optional={"options": LIST},
    kind=one_of(*(kind.value for kind in KINDS)),
    label=text(LABEL_LENGTH),
    labels=LABELS,
    help=text(customs.HELP_LENGTH),
    length=whole(0, customs.LONGEST_MEMO),
    low=maybe(amount),
    high=maybe(amount),
    target=one_of("", *customs.TARGETS),
    level=one_of(*(level.value for level in Level)),
    filterable=flag,
    active=flag,
)
_TABLE = record(order=NAMES)


def _shape(name: str) -> Shape:
    entity, _, field = name.partition("/")
    return unknown(name) if entity not in customs.SHAPED else _FIELD if field else _TABLE


def _rows(act: Act, entity: str = "") -> list[CustomField]:
    """The fields that are not deleted, in order."""
    asked = select(CustomField).where(col(CustomField.deleted_on).is_(None))
    if entity:
        asked = asked.where(CustomField.entity == entity)
    return list(act.session.exec(asked.order_by(CustomField.entity, col(CustomField.position), col(CustomField.id))))


def _export(act: Act) -> Items:
    found: Items = {}
    for row in _rows(act):
        found.setdefault(row.entity, {"order": []})["order"].append(row.name)
        found[f"{row.entity}/{row.name}"] = _field_out(act, row)
    return found


def _field_out(act: Act, row: CustomField) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("kind", "label", "help", "length", "target", "level", "filterable")}
    told |= {"labels": dict(row.labels), "active": row.active}
    told |= {name: None if (bound := getattr(row, name)) is None else raw(bound) for name in ("low", "high")}
    if row.kind == Kind.CHOICE.value and (held := act.session.get(ChoiceList, row.list_key)):
        told["options"] = list_out(held)
    return told


def _apply(desk: Desk, wanted: Items) -> None:
    act = desk.act
    for name, value in wanted.items():
        entity, _, field = name.partition("/")
        if field:
            with desk.item(name):
                _field_in(desk, entity, field, value)
                desk.refresh()  # what follows must not take its name or label
    for name, value in wanted.items():
        if "/" not in name:
            with desk.item(name):
                rows = {row.name: row for row in _rows(act, name)}
                first = [field for field in dict.fromkeys(value["order"]) if field in rows]
                for position, field in enumerate([*first, *(field for field in rows if field not in first)], 1):
                    rows[field].position = position


def _field_in(desk: Desk, entity: str, field: str, value: dict[str, Any]) -> None:
    act, kind = desk.act, Kind(value["kind"])
    labels = known_labels(desk, value["labels"])
    typed = {"label": value["label"], "help": value["help"], "level": value["level"]}
    typed["filterable"] = "1" if value["filterable"] else "0"
    if value["length"]:
        typed["length"] = str(value["length"])
    asked = select(CustomField).where(CustomField.entity == entity, CustomField.name == field)
    row = act.session.exec(asked.execution_options(populate_existing=True)).first()
    made = row is None
    if row is None:
        # One option, in whose place those of the file are put below.
        more = {"kind": kind.value, "name": field, "target": value["target"], "options": "—"}
        row = customs.add(act, entity, {**typed, **more})
        if row.name != field:
            raise BadValue(N_("“%(name)s” is no name of a custom field."), name=field[:80])
    elif row.kind != kind.value or row.target != value["target"]:
        raise BadValue(N_("There is a field of this name here, and it is of another kind."))
    else:
        if row.deleted_on is not None:
            customs.activate(act, row.id or 0)
        customs.change(act, row.id or 0, typed)
    row.labels = labels
    row.low, row.high = _bounds(kind, value)
    if kind is Kind.CHOICE:
        held = act.session.get(ChoiceList, row.list_key, populate_existing=True)
        assert held is not None, "a choice has its list"
        if "options" not in value:
            raise BadValue(N_("“%(name)s” is missing here."), name="options")
        if made:
            held.options, held.next_value = [], 1
        list_in(desk, held, value["options"])
    if row.active != value["active"]:
        (customs.activate if value["active"] else customs.deactivate)(act, row.id or 0)


def _bounds(kind: Kind, value: dict[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    low, high = (None if value[name] is None else Decimal(value[name]) for name in ("low", "high"))
    if kind not in customs.NUMBERS:
        return None, None
    most = Decimal(customs.NUMBERS[kind])
    for bound in (low, high):
        if bound is not None and not -most <= bound <= most:
            sentence = N_("%(label)s must be between %(low)s and %(high)s.")
            raise BadValue(sentence, label=value["label"], low=-most, high=most)
    if low is not None and high is not None and low > high:
        raise BadValue(N_("The largest value is smaller than the smallest."))
    return low, high


register(Part("custom_fields", N_("Fields"), 50, _export, _apply, _shape))
