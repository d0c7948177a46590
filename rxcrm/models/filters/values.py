"""What a filter may speak of, and where the database holds it: fields, owners, what look-ups point to (S 7.4, 9.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Float,
    Text,
    case,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from rxcrm.models import configuration, custom
from rxcrm.models.base import Record
from rxcrm.models.db import Moment
from rxcrm.models.fields import TEXTUAL, FieldSpec, Kind, fields_of, seal_of
from rxcrm.models.filters.operators import OWNERS, USERS
from rxcrm.models.people import User
from rxcrm.models.searching import EDGE
from rxcrm.models.tables import pointed_table
from rxcrm.translation import N_

if TYPE_CHECKING:
    from rxcrm.models.access import Who

#: What every record has besides its own fields: who owns, made and changed it.
_PEOPLE = {
    "owner": FieldSpec(N_("Owner"), Kind.LOOKUP, name="owner", column="ownerid", target=OWNERS, always=True),
    "created_by": FieldSpec(N_("Created By"), Kind.LOOKUP, name="created_by", column="createdby", target=USERS),
    "modified_by": FieldSpec(N_("Modified By"), Kind.LOOKUP, name="modified_by", column="modifiedby", target=USERS),
}
_PERSON_COLUMNS = {"created_by": "created_by_id", "modified_by": "modified_by_id"}
#: When a lead or an opportunity was qualified, disqualified, won or lost; forms show it in words.
_CLOSED = FieldSpec(N_("Closed On"), Kind.MOMENT, name="closed_on", locked=True)
#: What the rules of the score and the estimate make of a lead (rxcrm.models.scoring); nobody types them.
_SCORED = {
    "score": FieldSpec(N_("Score"), Kind.WHOLE, name="score", column="leadscore", locked=True, always=True),
    "estimate": FieldSpec(N_("Estimate"), Kind.WHOLE, name="estimate", column="leadestimate", locked=True),
}
#: Where the owner of a record sells (S 8.3); nobody types it, it follows the owner.
_TERRITORY = {
    "sales_territory": FieldSpec(
        N_("Sales Territory"), Kind.LOOKUP, name="sales_territory", target="territory", locked=True
    )
}
_SOLD = ("lead", "account", "contact", "opportunity")
#: What a record is called, where that is put together from several fields.
_NAME = FieldSpec(N_("Name"), Kind.TEXT, name="name", column="fullname", length=160)
_NAMED_BY_PEOPLE = ("lead", "contact")


def filterable(table: type[Record]) -> dict[str, FieldSpec]:
    """The fields of a table that a filter may test, by name."""
    name = {"name": _NAME} if table.entity in _NAMED_BY_PEOPLE else {}
    closed = {"closed_on": _CLOSED} if "closed_on" in cast(Any, table).__table__.c else {}
    scored = _SCORED if table.entity == "lead" else {}
    return name | closed | fields_of(table) | scored | _sold_in(table) | _PEOPLE


def _sold_in(table: type[Record]) -> dict[str, FieldSpec]:
    return _TERRITORY if table.entity in _SOLD else {}


@dataclass(frozen=True)
class Place:
    """A field, and the look-up of the record through which it is reached; "" for one of the record itself."""

    table: type[Record]
    spec: FieldSpec
    through: str = ""
    lookup: FieldSpec | None = None

    @property
    def seals(self) -> tuple[str, ...]:
        """The secured fields that one must be allowed to read to see this one: itself, and the look-up that leads to it."""
        return (*(self.lookup.seals if self.lookup else ()), *self.spec.seals)


@configuration.forgets
@lru_cache(4_000)
def place_of(table: type[Record], field: str) -> Place | None:
    """Where "rating" or "existing_account_id.city" is to be found; None if there is no such field (any more)."""
    through, _, name = field.rpartition(".")
    if not through:
        spec = filterable(table).get(name)
        return Place(table, spec) if spec else None
    lookup = fields_of(table).get(through) or _sold_in(table).get(through)
    if lookup is None or lookup.kind is not Kind.LOOKUP:
        return None
    target = pointed_table(lookup.target)
    spec = filterable(target).get(name)
    return Place(target, spec, through, lookup) if spec else None


def hidden_in(who: Who, table: type[Record], keys: Iterable[str]) -> set[str]:
    """Which of these columns ("rating", "existing_account_id.city") somebody may not see (S 9.3)."""
    if not configuration.current().part("secured"):
        return set()
    return {key for key in keys if (place := place_of(table, key)) and not who.may_read(place)}


@dataclass(frozen=True)
class Relation:
    """Records that point to one: `entity` is their table, `by` their look-up; "" for activities that regard it."""

    key: str
    label: str
    entity: str
    by: str = ""

    @property
    def seals(self) -> tuple[str, ...]:
        """The look-up, if it is secured: who may not read it must not learn what points where."""
        return (seal,) if self.by and (seal := seal_of(self.entity, self.by)) else ()


@configuration.forgets
@cache
def relations_of(entity: str) -> dict[str, Relation]:
    """What can be asked "contains data" or "does not contain data" for, besides fields (S 7.4)."""
    from rxcrm.models.access import REGARDED
    from rxcrm.models.tables import RECORDS

    found = []
    if entity in REGARDED:
        found.append(Relation("activities", N_("Activities"), "activity"))
    for other, table in RECORDS.items():
        for spec in fields_of(table).values():
            if spec.target == entity and other != "activity":
                found.append(Relation(f"{other}.{spec.name}", spec.label, other, spec.name))
    return {relation.key: relation for relation in found}


# -- as SQL ----------------------------------------------------------------------------------------------------------


class ascii_lower(GenericFunction[str]):
    """Lower case of the letters A to Z alone, the same on every database and in every locale."""

    type = Text()
    inherit_cache = True


@compiles(ascii_lower)
def _lower(element: Any, compiler: Any, **how: Any) -> str:
    return f"lower({compiler.process(element.clauses, **how)})"


@compiles(ascii_lower, "postgresql")
def _lower_by_code(element: Any, compiler: Any, **how: Any) -> str:
    return f'lower({compiler.process(element.clauses, **how)} COLLATE "C")'


def value_of(row: Any, spec: FieldSpec) -> ColumnElement[Any]:
    """The stored value of a field; `row` holds the columns of its table, or of an alias of it."""
    if spec.custom:
        return custom.column_of(row, spec)
    if spec.name in _TERRITORY:
        return _territory_of_owner(row)
    return cast(ColumnElement[Any], row[_PERSON_COLUMNS.get(spec.name, spec.name)])


def _territory_of_owner(row: Any) -> ColumnElement[Any]:
    """The territory in which the user works who owns a row; none for what a team owns."""
    owner = cast(Any, User).__table__.alias()
    found = select(owner.c.territory_id).where(owner.c.id == row.owner_user_id).correlate(row.owner_user_id.table)
    return found.scalar_subquery()


def held_in(table: type[Record], row: Any, name: str) -> ColumnElement[Any]:
    """What a column, a custom field or the owner's territory of a row is, by its name."""
    return cast(ColumnElement[Any], row[name]) if name in row else value_of(row, filterable(table)[name])


def plain_of(row: Any, spec: FieldSpec) -> ColumnElement[str]:
    """The text of a field without case and accents (S 13.13): what `searching.plain` gives for it."""
    if spec.name == "name" and "name" not in row:
        return cast(ColumnElement[str], row.name_key)
    text = func.coalesce(value_of(row, spec), literal_column("''"))
    folded = custom.item(row.folded, spec.name) if spec.custom else row.folded[spec.name].as_string()
    return func.coalesce(folded, ascii_lower(text))


#: What is left out of a number before it is searched for by its digits.
_PUNCTUATION = " ()+-./\u00a0"


def words_in(table: type[Record], row: Any, name: str) -> list[ColumnElement[str]]:
    """What a find column holds, field by field and spelled as a search term is (searching.needle): as a text with an edge
    before it, and as the digits in it."""
    if name == "customer":
        texts: list[Any] = [row.customer_key]
    elif name == "name":  # the surname again: a term of one or two letters finds beginnings alone
        first, last = (plain_of(row, fields_of(table)[part]) for part in ("first_name", "last_name"))
        texts = [first + literal_column("' '") + last, last]
    else:
        texts = [plain_of(row, fields_of(table)[name])]
    found = []
    for text in texts:
        digits: Any = text
        for sign in _PUNCTUATION:
            digits = func.replace(digits, literal(sign), literal(""))
        found += [literal(EDGE) + text, literal(EDGE) + digits]
    return found


def order_of(row: Any, spec: FieldSpec) -> ColumnElement[Any]:
    """What a list is ordered by: never null, so that pages can be told apart by it; empty values come first."""
    if spec.target == OWNERS:
        return cast(ColumnElement[Any], row.owner_key)
    if spec.name == "name" and "name" not in row:
        return cast(ColumnElement[Any], row.name_key)
    if spec.kind in TEXTUAL or spec.kind is Kind.CURRENCY:
        return func.substr(plain_of(row, spec), 1, 120)
    value = value_of(row, spec)
    if spec.kind is Kind.YESNO:
        return case((value, 1), else_=0)
    if spec.kind is Kind.MOMENT:
        return func.coalesce(value, literal(datetime(1, 1, 1, tzinfo=UTC), Moment()))
    if spec.kind is Kind.DATE:
        if spec.custom:
            return func.coalesce(type_coerce(value, Text()), literal_column("''"))
        return func.coalesce(value, literal(date(1, 1, 1), Date()))
    if spec.kind is Kind.DECIMAL:
        return func.coalesce(value, literal(-1e18, Float()))
    return func.coalesce(type_coerce(value, BigInteger()), literal_column(str(-(10**18)), BigInteger()))
