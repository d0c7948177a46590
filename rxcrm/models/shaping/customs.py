"""Custom fields as administrators make them: add, change, order, deactivate, delete and bring back (S 13.10)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import func, select
from sqlmodel import Session, col

from rxcrm.models import configuration
from rxcrm.models.base import Record
from rxcrm.models.custom import PREFIX, item
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound
from rxcrm.models.fields import Kind, Level, clean, fields_of, parse_number, point_of, raw
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.searching import fold
from rxcrm.models.shaping import indexing, meanwhile, options
from rxcrm.models.shaping.tables import KINDS, MOST_DECIMAL, MOST_MONEY, MOST_WHOLE, ChoiceList, CustomField
from rxcrm.models.tables import RECORDS, record_table
from rxcrm.translation import N_, languages

#: Tables that can have custom fields.
SHAPED = ("lead", "account", "contact", "opportunity", "activity")
#: What their look-ups can point to.
TARGETS = ("lead", "account", "contact", "opportunity")
#: How long a deleted field can be brought back, with its values.
FIELD_LIFE = timedelta(days=30)
#: Fields of one table, those in use and those that are not; characters of texts.
MOST_FIELDS = 200
TEXT_LENGTH, LONGEST_TEXT, MEMO_LENGTH, LONGEST_MEMO, HELP_LENGTH, NAME_LENGTH = 100, 4_000, 2_000, 100_000, 500, 50
#: Kinds that have bounds, and how far they can reach.
NUMBERS = {Kind.WHOLE: MOST_WHOLE, Kind.MONEY: MOST_MONEY, Kind.DECIMAL: MOST_DECIMAL}
_LENGTHS = {Kind.TEXT: (TEXT_LENGTH, LONGEST_TEXT), Kind.MEMO: (MEMO_LENGTH, LONGEST_MEMO)}


def add(act: Act, entity: str, typed: Mapping[str, str]) -> CustomField:
    """A new field, in forms, lists, filters, imports and exports from now on. Raises Invalid with every problem at once.

    `typed`: kind, label or label_<language>, name (else made of the label), level, help, length, low, high, target,
    filterable, and `options` of a choice, one label per line.
    """
    options.require_administrator(act)
    problems: dict[str, CrmError] = {}
    if entity not in SHAPED:
        raise NotFound
    configuration.changed(act)  # whoever else shapes something waits here
    known = list(act.session.scalars(select(CustomField).where(col(CustomField.entity) == entity)))
    if len(known) >= MOST_FIELDS:
        raise NotAllowed(N_("A table can have at most %(n)s custom fields."), n=MOST_FIELDS)
    kind = next((kind for kind in KINDS if kind.value == typed.get("kind")), None)
    if kind is None:
        problems["kind"] = BadValue(N_("Choose one of the list."))
        raise Invalid(problems)
    row = CustomField(entity=entity, name="", kind=kind.value, label="", created_on=act.now, created_by_id=act.who.id)
    if kind is Kind.LOOKUP:
        row.target = typed.get("target", "")
        if row.target not in TARGETS:
            problems["target"] = BadValue(N_("Choose one of the list."))
    _read(act, row, typed, problems)
    row.name = _name(entity, clean(typed.get("name", "")) or row.label, known, typed, problems)
    labels = [text for text in clean(typed.get("options", ""), lines=True).split("\n") if clean(text)]
    if kind is Kind.CHOICE:
        _check_options(labels, problems)
    if problems:
        raise Invalid(problems)
    row.position = max((other.position for other in known), default=0) + 1
    act.session.add(row)
    if kind is Kind.CHOICE:
        numbered: list[dict[str, Any]] = [
            {"value": n, "label": clean(text), "labels": {}, "colour": "", "active": True, "status": None}
            for n, text in enumerate(labels, 1)
        ]
        old = act.session.get(ChoiceList, row.list_key)
        if old is not None:
            act.session.delete(old)
            act.session.flush()
        act.session.add(ChoiceList(key=row.list_key, options=numbered, next_value=len(numbered) + 1))
    act.session.flush()
    if row.filterable:
        indexing.ask(act.session, row, act.now, act.who.id)
    return row


def change(act: Act, field_id: int, typed: Mapping[str, str], seen: Mapping[str, str] | None = None) -> CustomField:
    """Change what a field is called and allows; its kind, name and target stay. Raises Invalid.

    A shorter length or narrower bounds hold for what is typed from now on; what is stored stays. `seen` is what the form
    began with, `as_typed` then: what somebody else has changed since is not replaced unasked.
    """
    row = _find(act, field_id)
    if problems := meanwhile.conflicts(typed, seen or {}, as_typed(row), {}):
        raise Invalid(problems)
    filterable = row.filterable
    _read(act, row, typed, problems)
    if problems:
        act.session.expire(row)
        raise Invalid(problems)
    act.session.flush()
    if row.filterable != filterable:
        indexing.ask(act.session, row, act.now, act.who.id)
    return row


def move(act: Act, field_id: int, places: int) -> None:
    """Move a field up (negative) or down among those of its table that are not deleted."""
    row = _find_kept(act, field_id)
    rows = _in_order(act, row)
    at = rows.index(row)
    rows.insert(min(max(at + places, 0), len(rows) - 1), rows.pop(at))
    _number(act, rows)


def place(act: Act, field_id: int, before: int) -> None:
    """Put a field before another one of its table; at the end for 0, or if that one is gone meanwhile."""
    row = _find_kept(act, field_id)
    rows = [each for each in _in_order(act, row) if each.id != row.id]
    rows.insert(next((at for at, each in enumerate(rows) if each.id == before), len(rows)), row)
    _number(act, rows)


def _in_order(act: Act, row: CustomField) -> list[CustomField]:
    """The fields of its table that are not deleted."""
    of_table = (col(CustomField.entity) == row.entity, col(CustomField.deleted_on).is_(None))
    ordered = select(CustomField).where(*of_table).order_by(col(CustomField.position), col(CustomField.id))
    return list(act.session.scalars(ordered))


def _number(act: Act, rows: list[CustomField]) -> None:
    for position, each in enumerate(rows, 1):
        each.position = position
    act.session.flush()


def deactivate(act: Act, field_id: int) -> CustomField:
    """Take a field out of forms, lists, filters, imports and exports; records keep what they hold in it."""
    row = _find(act, field_id)
    row.active = False
    act.session.flush()
    return row


def activate(act: Act, field_id: int) -> CustomField:
    """Bring a field back, with what the records held in it; one that was deleted too, within 30 days."""
    row = _find(act, field_id)
    row.active, row.deleted_on = True, None
    act.session.flush()
    if row.filterable:
        indexing.ask(act.session, row, act.now, act.who.id)
    return row


def delete(act: Act, field_id: int) -> tuple[CustomField, bool]:
    """Delete a field: at once if no record holds a value, else it can be brought back with its values for 30 days.

    Returns the field, and whether it is gone for good.
    """
    row = _find(act, field_id)
    if not holders(act.session, row):
        _forget(act.session, row)
        indexing.ask(act.session, row, act.now, act.who.id)
        return row, True
    row.active, row.deleted_on = False, act.now
    act.session.flush()
    return row, False


def find(act: Act, field_id: int) -> CustomField:
    """A field by its id. Raises NotAllowed for one that is gone."""
    options.require_administrator(act)
    row = act.session.get(CustomField, field_id, populate_existing=True) if 0 < field_id < LARGEST_ID else None
    if row is None:
        raise NotAllowed(meanwhile.FIELD_GONE)
    return row


def as_typed(row: CustomField) -> dict[str, str]:
    """A field as its form shows it: label_<language>, level, help, filterable, length, low, high."""
    numbers = {"length": row.length or "", "low": row.low, "high": row.high}
    return {
        **{f"label_{code}": row.labels.get(code) or row.label for code in languages()},
        "level": row.level,
        "help": row.help,
        "filterable": "1" if row.filterable else "0",
        **{name: raw(number) for name, number in numbers.items()},
    }


def holders(session: Session, row: CustomField) -> int:
    """How many records hold a value in a field, those in the recycle bin included."""
    table = cast(Any, record_table(row.entity)).__table__.c
    return session.scalar(select(func.count()).where(item(table.custom, row.name).is_not(None))) or 0


#: Records from which a value is taken in one statement.
_AT_ONCE = 1_000


def purge(session: Session, now: datetime) -> int:
    """Remove fields that were deleted 30 days ago, with their values; returns how many went. A job of every hour."""
    over = list(session.scalars(select(CustomField).where(col(CustomField.deleted_on) < now - FIELD_LIFE)))
    for row in over:
        _empty(session, record_table(row.entity), row.name)
        if row.filterable:
            indexing.ask(session, row, now)
        _forget(session, row)
    return len(over)


def _empty(session: Session, table: type[Record], name: str) -> None:
    columns = cast(Any, table).__table__.c
    wanted = select(columns.id, columns.custom, columns.folded).where(item(columns.custom, name).is_not(None))
    rows: Any = cast(Any, table).__table__
    while found := session.execute(wanted.limit(_AT_ONCE)).all():
        for record_id, custom, folded in found:
            values: dict[str, Any] = {"custom": {key: held for key, held in custom.items() if key != name}}
            if folded and name in folded:
                values["folded"] = {key: held for key, held in folded.items() if key != name} or None
            session.execute(rows.update().where(rows.c.id == record_id).values(**values))


def _forget(session: Session, row: CustomField) -> None:
    if (held := session.get(ChoiceList, row.list_key)) is not None:
        session.delete(held)
    session.delete(row)
    session.flush()


# -- what was typed --------------------------------------------------------------------------------------------------


def _find(act: Act, field_id: int) -> CustomField:
    """A field that is about to be changed."""
    options.require_administrator(act)
    configuration.changed(act)
    return find(act, field_id)


def _find_kept(act: Act, field_id: int) -> CustomField:
    """A field that is about to be changed, and that nobody has deleted meanwhile."""
    row = _find(act, field_id)
    if row.deleted_on is not None:
        raise NotAllowed(meanwhile.FIELD_GONE)
    return row


def _read(act: Act, row: CustomField, typed: Mapping[str, str], problems: dict[str, CrmError]) -> None:
    """Put what was typed into a field, problems by name."""
    kind = Kind(row.kind)
    row.label, row.labels = options.read_labels(typed, row.label, row.labels, "", problems)
    if not row.label:
        problems["label" if "label" in typed else f"label_{languages()[0]}"] = BadValue(
            N_("%(label)s is required."), label=N_("Label")
        )
    elif _is_taken(row):
        problems["label" if "label" in typed else f"label_{languages()[0]}"] = BadValue(
            N_("Another field of this table has this label.")
        )
    row.help = clean(typed.get("help", row.help))
    if len(row.help) > HELP_LENGTH:
        problems["help"] = BadValue(N_("The help can have at most %(n)s characters."), n=HELP_LENGTH)
    level = typed.get("level", row.level)
    if level not in [each.value for each in Level]:
        problems["level"] = BadValue(N_("Choose one of the list."))
    else:
        row.level = "" if kind is Kind.YESNO else level  # it always has a value, so none can be asked for
    if "filterable" in typed:
        row.filterable = typed["filterable"] == "1"
    if kind in _LENGTHS:
        _read_length(row, kind, typed, problems)
    if kind in NUMBERS:
        _read_bounds(act, row, kind, typed, problems)


def _is_taken(row: CustomField) -> bool:
    """Whether a field of the table has the label: two alike could not be told apart in imports and lists."""
    names = {fold(spec.label) for name, spec in fields_of(record_table(row.entity)).items() if name != row.name}
    return fold(row.label) in names


def _read_length(row: CustomField, kind: Kind, typed: Mapping[str, str], problems: dict[str, CrmError]) -> None:
    usual, most = _LENGTHS[kind]
    text = clean(typed.get("length", "")) or str(row.length or usual)
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= most):
        sentence = N_("%(label)s must be between %(low)s and %(high)s.")
        problems["length"] = BadValue(sentence, label=N_("Length"), low=1, high=most)
    else:
        row.length = int(text)


def _read_bounds(
    act: Act, row: CustomField, kind: Kind, typed: Mapping[str, str], problems: dict[str, CrmError]
) -> None:
    most, point = Decimal(NUMBERS[kind]), point_of(act.who.conventions.locale)
    for name, label in (("low", N_("Smallest value")), ("high", N_("Largest value"))):
        if name not in typed:
            continue
        text = clean(typed[name])
        try:
            bound = parse_number(text, point) if text else None
        except BadValue as problem:
            problems[name] = problem
            continue
        if bound is not None and not -most <= bound <= most:
            sentence = N_("%(label)s must be between %(low)s and %(high)s.")
            problems[name] = BadValue(sentence, label=label, low=-most, high=most)
        elif bound is not None and bound != bound.quantize(Decimal(1 if kind is Kind.WHOLE else "0.01")):
            problems[name] = BadValue(
                N_("%(label)s must be a whole number.")
                if kind is Kind.WHOLE
                else N_("%(label)s can have at most two decimals."),
                label=label,
            )
        else:
            setattr(row, name, bound)
    if row.low is not None and row.high is not None and row.low > row.high:
        problems["high"] = BadValue(N_("The largest value is smaller than the smallest."))


_ODD = re.compile(r"[^a-z0-9]+")


def _name(
    entity: str,
    wanted: str,
    known: list[CustomField],
    typed: Mapping[str, str],
    problems: dict[str, CrmError],
) -> str:
    """A name like `x_delivery_area`, that no field of the table has or had: values of old ones may still be there."""
    core = _ODD.sub("_", fold(wanted.removeprefix(PREFIX))).strip("_")[:NAME_LENGTH] or "field"
    name, taken = f"{PREFIX}{core}", {other.name for other in known} | set(fields_of(RECORDS[entity]))
    if clean(typed.get("name", "")):
        if name in taken:
            problems["name"] = BadValue(N_("Another field of this table has this name."))
        return name
    number = 2
    while name in taken:
        name, number = f"{PREFIX}{core}_{number}", number + 1
    return name


def _check_options(labels: list[str], problems: dict[str, CrmError]) -> None:
    if not labels:
        problems["options"] = BadValue(N_("Enter at least one option, each on a line of its own."))
    elif len({fold(text) for text in labels}) < len(labels):
        problems["options"] = BadValue(N_("Two options have the same label."))
    elif len(labels) > options.MOST_OPTIONS:
        problems["options"] = BadValue(N_("A list can have at most %(n)s options."), n=options.MOST_OPTIONS)
    elif any(len(clean(text)) > options.LABEL_LENGTH for text in labels):
        problems["options"] = BadValue(N_("A label can have at most %(n)s characters."), n=options.LABEL_LENGTH)
