"""Values of custom fields: how one JSON column per record holds them, and how they are read and written by name (S 13.10).

A custom field is called `x_…`. What it holds lies in `Record.custom`, empty values left out: texts and days as text,
amounts in whole hundredths (as `db.Money` has them), numbers, options and ids as numbers, yes as true.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, cast

from sqlalchemy import BigInteger, Boolean, ColumnElement, Float, Text, func, literal_column, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator
from sqlmodel.main import SQLModelMetaclass

from rxcrm.models import fields
from rxcrm.models.db import Money
from rxcrm.models.fields import EMPTY, TEXTUAL, FieldSpec, Kind

PREFIX = "x_"


def is_custom(name: str) -> bool:
    """Whether this is the name of a custom field; no column's name begins so."""
    return name.startswith(PREFIX)


def empty_of(spec: FieldSpec) -> Any:
    """What a record without a value has there."""
    return "" if spec.kind in TEXTUAL else EMPTY.get(spec.kind)


def pack(spec: FieldSpec | None, value: Any) -> Any:
    """A value as JSON holds it; None for an empty one, which is left out."""
    if value is None or value == "" or value is False:
        return None
    if (spec is not None and spec.kind is Kind.MONEY) or isinstance(value, Decimal):
        return int((Decimal(value) * 100).to_integral_value())
    return value.isoformat() if isinstance(value, date) else int(value) if type(value) not in _PLAIN else value


#: What JSON holds as it is; options are numbers with a name.
_PLAIN = (str, int, float, bool)


def unpack(spec: FieldSpec | None, held: Any) -> Any:
    """The value again."""
    if spec is None:
        return held
    if held is None:
        return empty_of(spec)
    if spec.kind is Kind.MONEY:
        return Decimal(held).scaleb(-2)
    if spec.kind is Kind.DATE:
        return date.fromisoformat(held)
    return float(held) if spec.kind is Kind.DECIMAL else held


def gathered(entity: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values by the names of columns: those of custom fields are put into the one that holds them all."""
    customs = {name: pack(fields.custom_spec(entity, name), value) for name, value in values.items() if is_custom(name)}
    if not customs:
        return dict(values)
    rest = {name: value for name, value in values.items() if name not in customs}
    kept = {**(rest.get("custom") or {}), **customs}
    return rest | {"custom": {name: held for name, held in kept.items() if held is not None}}


# -- as attributes of records ----------------------------------------------------------------------------------------


class CustomValues:
    """Reads and writes the values of custom fields by attribute, as if they were columns."""

    entity: ClassVar[str]

    def __init__(self, **values: Any) -> None:
        customs = {name: values.pop(name) for name in [*values] if is_custom(name)}
        super().__init__(**values)
        for name, value in customs.items():
            setattr(self, name, value)

    if not TYPE_CHECKING:  # a name that is misspelled remains an error

        def __getattr__(self, name: str) -> Any:
            if not is_custom(name):
                return super().__getattr__(name)
            return unpack(fields.custom_spec(self.entity, name), self.custom.get(name))

    def __setattr__(self, name: str, value: Any) -> None:
        if not is_custom(name):
            super().__setattr__(name, value)
            return
        row = cast(Any, self)
        held = pack(fields.custom_spec(self.entity, name), value)
        if row.custom.get(name) != held:
            # A new mapping each time: what changes inside of one is not noticed.
            rest = {key: kept for key, kept in row.custom.items() if key != name}
            row.custom = rest if held is None else {**rest, name: held}


class RecordMeta(SQLModelMetaclass):
    """Gives the classes of records an SQL expression for every custom field, where they have a column for the others."""

    if not TYPE_CHECKING:

        def __getattr__(cls, name: str) -> Any:
            if is_custom(name) and (spec := fields.custom_spec(cls.entity, name)):
                return column_of(cls.__table__.c, spec)
            return super().__getattr__(name)


# -- as SQL ----------------------------------------------------------------------------------------------------------


class json_item(GenericFunction[Any]):
    """What a JSON column holds under a name. The name stands in the statement itself, so that indexes are recognised."""

    inherit_cache = True


@compiles(json_item)
def _item(element: Any, compiler: Any, **how: Any) -> str:
    column, name = element.clauses.clauses
    return f"json_extract({compiler.process(column, **how)}, '$.{name.name.strip(chr(39))}')"


@compiles(json_item, "postgresql")
def _item_as_text(element: Any, compiler: Any, **how: Any) -> str:
    column, name = element.clauses.clauses
    held = f"({compiler.process(column, **how)} ->> {name.name})"
    return f"{held}::{cast_to}" if (cast_to := _CASTS.get(type(element.type))) else held


class Day(TypeDecorator[date]):
    """A calendar day as JSON holds it: text that sorts as days do."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | str | None, dialect: Any) -> str | None:
        return value.isoformat() if isinstance(value, date) else value

    def process_result_value(self, value: str | None, dialect: Any) -> date | None:
        return date.fromisoformat(value) if value else None


_CASTS: dict[type, str] = {BigInteger: "bigint", Float: "double precision", Boolean: "boolean"}
_TYPES: dict[Kind, type[Any]] = {
    **dict.fromkeys((Kind.WHOLE, Kind.CHOICE, Kind.LOOKUP, Kind.MONEY), BigInteger),
    Kind.DECIMAL: Float,
    Kind.YESNO: Boolean,
}


def item(column: Any, name: str, kind: type[Any] = Text) -> ColumnElement[Any]:
    """The value under a name in a JSON column, of that type; null where there is none."""
    assert name.replace("_", "").isalnum() and name.isascii(), name
    found: Any = json_item(column, literal_column(f"'{name}'"), type_=kind())
    return cast(ColumnElement[Any], found)


def column_of(row: Any, spec: FieldSpec) -> ColumnElement[Any]:
    """The value of a custom field; `row` holds the columns of its table, or of an alias of it."""
    held = item(row.custom, spec.name, _TYPES.get(spec.kind, Text))
    if spec.kind is Kind.MONEY:
        return type_coerce(held, Money())
    if spec.kind is Kind.DATE:
        return type_coerce(held, Day())
    if spec.kind is Kind.YESNO:  # whoever has not said yes has said no, as everywhere
        return func.coalesce(held, literal_column("false", Boolean()))
    return held
