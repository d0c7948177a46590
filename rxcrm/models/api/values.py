"""Records as JSON, and JSON as what somebody would type: numbers are numbers, options their numbers, tags lists of names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rxcrm.models.base import Record
from rxcrm.models.cells import Link, link_of_owner, names_of_links
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import FieldSpec, Kind, fields_of, hidden_from
from rxcrm.models.records import Act
from rxcrm.models.tables import RECORDS
from rxcrm.models.tagging.vocabulary import BETWEEN, vocabulary
from rxcrm.translation import N_, gettext

#: A value of JSON; numbers with a point arrive as Decimal.
Json = Any

NO_TEXT = N_("%(label)s is a text.")
NO_NUMBER = N_("%(label)s is a number.")
NO_TRUTH = N_("%(label)s is true or false.")
NO_ID = N_("%(label)s is the number of a record, or null.")
NO_OPTION = N_("%(label)s is the number of an option, or null.")
NO_DAY = N_("%(label)s is a date: a text as ISO 8601 has it.")
NO_TAGS = N_("%(label)s is a list of names.")

#: Where a table's records are, below the address of the interface: "leads" → "lead".
PLACES = {table.path.strip("/"): entity for entity, table in RECORDS.items()}


def told(act: Act, rows: Sequence[Record], only: Collection[str] = ()) -> list[dict[str, Json]]:
    """Records of one table as JSON: `fields` with their values, `texts` with the words for options and look-ups.

    Fields that the asker may not see are left out; so are, where `only` names some, all others.
    """
    if not rows:
        return []
    table = type(rows[0])
    hidden = hidden_from(act.who.conventions, table)
    specs = [s for n, s in fields_of(table).items() if n not in hidden and (not only or n in only)]
    links = {(spec.target, n) for spec in specs for row in rows if spec.target and (n := getattr(row, spec.name))}
    names = names_of_links(act, links | {link_of_owner(row) for row in rows})
    return [_one(act, row, specs, names) for row in rows]


def _one(act: Act, row: Record, specs: Iterable[FieldSpec], names: Mapping[Link, str]) -> dict[str, Json]:
    fields, texts = {}, {}
    for spec in specs:
        value = getattr(row, spec.name)
        fields[spec.name] = written(spec, value)
        if value is None:
            continue
        if spec.kind is Kind.CHOICE and spec.options:
            texts[spec.name] = gettext(act.who.conventions.locale, spec.options.label(int(value)))
        elif spec.kind is Kind.LOOKUP:
            texts[spec.name] = names.get((spec.target, value), "")
    owner = link_of_owner(row)
    return {
        "id": row.id,
        "version": row.version,
        "name": row.display_name,
        "url": f"{row.path}/{row.id}",
        "owner": {"kind": owner[0], "id": owner[1], "name": names.get(owner, "")},
        "fields": fields,
        "texts": texts,
    }


def written(spec: FieldSpec, value: Any) -> Json:
    """A stored value as JSON has it."""
    if spec.kind is Kind.TAGS:
        return vocabulary().names(value or "")
    if isinstance(value, Decimal):
        return float(value)  # money: to the cent below 90,000,000,000,000
    return value.isoformat() if isinstance(value, date | datetime) else value


def typed(spec: FieldSpec, value: Json) -> str:
    """What somebody would type for a value of JSON; null empties a field. Raises BadValue for one of another type."""
    if value is None:
        return ""
    return _TYPED.get(spec.kind, _text)(spec, value)


def _text(spec: FieldSpec, value: Json) -> str:
    if not isinstance(value, str):
        raise BadValue(NO_TEXT, label=spec.label)
    return value


def _number(spec: FieldSpec, value: Json) -> str:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise BadValue(NO_NUMBER, label=spec.label)
    return _plain(spec, value)


def _plain(spec: FieldSpec, value: int | Decimal) -> str:
    """The digits of a number; 1e999999 would have a million of them."""
    if isinstance(value, Decimal) and (not value.is_finite() or abs(value.adjusted()) > 30):
        raise BadValue(NO_NUMBER, label=spec.label)
    if not isinstance(value, Decimal):
        return str(value)
    digits = format(value, "f")
    # Where people write 1.234 for a thousand and more, 1.2340 is still a little over one.
    return f"{digits}0" if digits[-4:-3] == "." else digits


def _truth(spec: FieldSpec, value: Json) -> str:
    if not isinstance(value, bool):
        raise BadValue(NO_TRUTH, label=spec.label)
    return "1" if value else "0"


def _whole(problem: str) -> Callable[[FieldSpec, Json], str]:
    def whole(spec: FieldSpec, value: Json) -> str:
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadValue(problem, label=spec.label)
        return str(value)

    return whole


def _day(spec: FieldSpec, value: Json) -> str:
    if not isinstance(value, str):
        raise BadValue(NO_DAY, label=spec.label)
    return value


def _tags(spec: FieldSpec, value: Json) -> str:
    if not isinstance(value, list) or not all(isinstance(name, str) and BETWEEN not in name for name in value):
        raise BadValue(NO_TAGS, label=spec.label)
    return BETWEEN.join(["", *value])


_TYPED: dict[Kind, Callable[[FieldSpec, Json], str]] = {
    Kind.MONEY: _number,
    Kind.WHOLE: _number,
    Kind.DECIMAL: _number,
    Kind.YESNO: _truth,
    Kind.CHOICE: _whole(NO_OPTION),
    Kind.LOOKUP: _whole(NO_ID),
    Kind.DATE: _day,
    Kind.MOMENT: _day,
    Kind.TAGS: _tags,
}
