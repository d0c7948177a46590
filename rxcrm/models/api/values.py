"""Records as JSON, and JSON as what somebody would type: numbers are numbers, options their numbers, tags lists of names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import select

from rxcrm.models.base import Record
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import FieldSpec, Kind, fields_of, hidden_from
from rxcrm.models.people import Team, User
from rxcrm.models.records import Act, names_among
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
    names = _names(act, specs, rows)
    owners = _owners(act, rows)
    return [_one(act, row, specs, names, owners) for row in rows]


def _one(
    act: Act,
    row: Record,
    specs: Iterable[FieldSpec],
    names: dict[tuple[str, int], str],
    owners: dict[tuple[str, int], str],
) -> dict[str, Json]:
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
    kind, number = owner_of(row)
    return {
        "id": row.id,
        "version": row.version,
        "name": row.display_name,
        "url": f"{row.path}/{row.id}",
        "owner": {"kind": kind, "id": number, "name": owners.get((kind, number), "")},
        "fields": fields,
        "texts": texts,
    }


def owner_of(row: Record) -> tuple[str, int]:
    """Kind ("user" or "team") and number of who owns a record."""
    return ("team", row.owner_team_id) if row.owner_team_id else ("user", row.owner_user_id or 0)


def _names(act: Act, specs: Iterable[FieldSpec], rows: Sequence[Record]) -> dict[tuple[str, int], str]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for spec in specs:
        if spec.kind is Kind.LOOKUP:
            wanted[spec.target] |= {value for row in rows if (value := getattr(row, spec.name))}
    return {
        (target, number): name
        for target, ids in wanted.items()
        for number, name in names_among(act, target, ids).items()
    }


def _owners(act: Act, rows: Sequence[Record]) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    for kind, table in (("user", User), ("team", Team)):
        ids = {number for row in rows for k, number in [owner_of(row)] if k == kind}
        who = cast(Any, table)
        if ids:
            found |= {
                (kind, i): name for i, name in act.session.execute(select(who.id, who.name).where(who.id.in_(ids)))
            }
    return found


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
