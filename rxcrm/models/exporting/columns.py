"""The columns of an export: which ones, what they are called, and how a stored value becomes what a cell holds.

A cell holds a text, a number (int, float, Decimal), a date, a naive datetime in the reader's zone, or nothing (None).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rxcrm.models.access import Who
from rxcrm.models.base import Record
from rxcrm.models.exporting.wanted import AGAIN, ALL, Wanted
from rxcrm.models.fields import Conventions, FieldSpec, Kind, fields_of
from rxcrm.models.filters.operators import OWNERS, USERS
from rxcrm.models.filters.values import Place, hidden_in, place_of
from rxcrm.models.importing.mapping import targets
from rxcrm.models.tables import record_table
from rxcrm.models.tagging.vocabulary import BETWEEN, vocabulary
from rxcrm.models.views import COLUMNS, name_fields, view_of
from rxcrm.translation import N_, gettext

#: Begins the headings of the three columns that a file needs to come back as an update (S 6.2); in every language alike.
MARK = "(Do Not Modify)"
OWNER, REGARDING, CUSTOMER, NAME = "owner", "regarding", "customer", "name"
_LABELS = {OWNER: N_("Owner"), REGARDING: N_("Regarding"), CUSTOMER: N_("Potential Customer")}

#: What the three columns of an update fill: those are no columns of the record.
_OF_UPDATES = {"record_id", "row_checksum", "modified_on"}
#: Characters that no XML and so no workbook can hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("\r\n?")


@dataclass(frozen=True)
class Column:
    """One column of a file. `kind` is that of the field; `choices` are the words that its cells may hold.

    `needs` are the columns of the table from which its values are made; `make` turns them into values, row by row.
    `link` names the table looked up: then `make` gives (table, id) pairs, whose names are read apart. `related` is a field of
    the record that a look-up points to: `needs` names that look-up, and `make` gets what the reader may see there.
    """

    key: str
    heading: str
    kind: Kind
    needs: tuple[str, ...]
    make: Callable[[Sequence[tuple[Any, ...]]], list[Any]]
    choices: tuple[str, ...] = ()
    spec: FieldSpec | None = None
    width: int = 160
    link: bool = False
    #: The column of the table that holds the currency of an amount.
    currency: str = ""
    related: Place | None = None


@dataclass(frozen=True)
class Scheme:
    """All columns of one export, and what is said about them."""

    table: type[Record]
    columns: tuple[Column, ...]
    how: Conventions
    special: tuple[str, str, str]

    @property
    def needs(self) -> list[str]:
        """The columns of the table that are read, each once."""
        return list(dict.fromkeys(n for c in self.columns for n in (*c.needs, *([c.currency] if c.currency else []))))


def scheme(wanted: Wanted, who: Who, owners: Mapping[str, Mapping[int, str]]) -> Scheme:
    """The columns that somebody wants, in their order, without those that he may not see (S 9.3).

    `owners` are the names of users and teams by id.
    """
    keys = _keys(wanted, who, record_table(wanted.entity))
    return keyed(wanted.entity, readable(who, wanted.entity, keys), who.conventions, owners)


def readable(who: Who, entity: str, keys: Iterable[str]) -> list[str]:
    """The columns among some that somebody may see."""
    wanted = list(keys)
    hidden = hidden_in(who, record_table(entity), wanted)
    return [key for key in wanted if key not in hidden]


def keyed(entity: str, keys: Iterable[str], how: Conventions, owners: Mapping[str, Mapping[int, str]]) -> Scheme:
    """Columns by their keys."""
    table = record_table(entity)
    made = [_column(table, key, how, owners) for key in keys]
    special = (f"{MARK} {table.title}", f"{MARK} Row Checksum", f"{MARK} Modified On")
    return Scheme(table, tuple(_told_apart(made)), how, special)


def _keys(wanted: Wanted, who: Who, table: type[Record]) -> list[str]:
    if wanted.which == ALL:
        extra = {"activity": REGARDING, "opportunity": CUSTOMER}.get(table.entity)
        return [*([extra] if extra else []), *in_order(table), OWNER]
    if wanted.which == AGAIN:
        return importable(wanted.entity, who)
    return [*wanted.columns] or list(view_of(wanted.entity, wanted.view).columns)


def importable(entity: str, who: Who | None = None) -> list[str]:
    """The columns from which an import, of somebody or anybody, can make the same record again, in the order of the table."""
    table = record_table(entity)
    known = {t.name for t in targets(entity, who)} - _OF_UPDATES
    found = [name for name in in_order(table) if name in known]
    extra = [REGARDING] if entity == "activity" and REGARDING in known else []
    kind = ["kind"] if entity == "activity" and "kind" not in found else []
    return [*kind, *found, *extra, OWNER]


def in_order(table: type[Record]) -> list[str]:
    """The fields of a table: first its own, then those that it shares with others, at last what the system writes."""
    specs = fields_of(table)
    own = [name for name in specs if name in table.__annotations__]
    shared = [name for name in specs if name not in own]
    stamps = [name for name in shared if specs[name].locked]
    return [*own, *(name for name in shared if name not in stamps), *stamps]


def _told_apart(columns: list[Column]) -> list[Column]:
    """Headings that differ: of two alike the later one gets the name of its field."""
    taken: set[str] = set()
    found = []
    for column in columns:
        heading = column.heading
        if heading.lower() in taken:
            heading = f"{heading} ({column.key})"
        taken.add(heading.lower())
        found.append(replace(column, heading=heading))
    return found


# -- one column ------------------------------------------------------------------------------------------------------


def _column(table: type[Record], key: str, how: Conventions, owners: Mapping[str, Mapping[int, str]]) -> Column:
    specs, shown = fields_of(table), COLUMNS[table.entity].get(key)
    width = shown.width if shown else 160
    label = shown.label if shown else _LABELS.get(key, "")
    names = tuple(column.key for column in name_fields(table))
    if key == NAME and len(names) == 1 and names[0] in specs:
        key = names[0]  # the list calls it the record's name; it is this field
    if spec := specs.get(key):
        return _field(table, spec, gettext(how.locale, spec.label), how, width)
    if (place := place_of(table, key)) and key not in (NAME, OWNER):
        return _reached(place, key, how, owners, width)
    heading = gettext(how.locale, label)
    if key == OWNER:
        return Column(OWNER, heading, Kind.TEXT, ("owner_user_id", "owner_team_id"), _owner(owners), width=width)
    if key == REGARDING:
        return Column(key, heading, Kind.LOOKUP, ("regarding_entity", "regarding_id"), list, width=width, link=True)
    if key == CUSTOMER:
        return Column(key, heading, Kind.LOOKUP, ("account_id", "contact_id"), _customer, width=width, link=True)
    return Column(key, heading, Kind.TEXT, names, _joined, width=width)


def _reached(place: Place, key: str, how: Conventions, owners: Mapping[str, Mapping[int, str]], width: int) -> Column:
    """Who made or changed a record, what follows from it, or a field of one that it points to: "Existing Account? City"."""
    heading = gettext(how.locale, place.spec.label)
    if place.lookup:
        heading = f"{gettext(how.locale, place.lookup.label)} {heading}"
    needs = (place.through or (f"{place.spec.name}_id" if place.spec.target == USERS else place.spec.name),)
    related = place if place.through else None
    if place.spec.target == USERS:
        return Column(key, heading, Kind.TEXT, needs, _words(owners.get("user", {})), width=width, related=related)
    if place.spec.target == OWNERS:
        return Column(key, heading, Kind.TEXT, needs, _owner(owners), width=width, related=related)
    if place.spec.name == NAME and NAME not in fields_of(place.table):
        return Column(key, heading, Kind.TEXT, needs, _joined, width=width, related=related)
    found = _field(place.table, place.spec, heading, how, width)
    return replace(found, key=key, heading=heading, needs=needs, choices=(), currency="", related=related)


def _field(table: type[Record], spec: FieldSpec, heading: str, how: Conventions, width: int) -> Column:
    needs = (spec.name,)
    if spec.kind is Kind.CHOICE and spec.options:
        words = {int(o): gettext(how.locale, o.label) for o in spec.options}
        offered = () if spec.locked else tuple(dict.fromkeys(words[int(o)] for o in spec.options.offered))
        return Column(spec.name, heading, spec.kind, needs, _words(words), offered, spec, width)
    if spec.kind is Kind.YESNO:
        no, yes = (gettext(how.locale, word) for word in spec.words)
        return Column(spec.name, heading, spec.kind, needs, _words({False: no, True: yes}), (yes, no), spec, width)
    if spec.kind is Kind.TAGS:
        return Column(spec.name, heading, spec.kind, needs, _tags, (), spec, max(width, 220))
    if spec.kind is Kind.LOOKUP:
        return Column(spec.name, heading, spec.kind, needs, _linked(spec.target), (), spec, width, link=True)
    if spec.kind is Kind.MOMENT:
        return Column(spec.name, heading, spec.kind, needs, _moments(how), (), spec, width)
    if spec.kind is Kind.MONEY:
        currency = "currency" if "currency" in fields_of(table) else ""
        return Column(spec.name, heading, spec.kind, needs, _plain, (), spec, width, currency=currency)
    if spec.kind in (Kind.WHOLE, Kind.DECIMAL, Kind.DATE):
        return Column(spec.name, heading, spec.kind, needs, _plain, (), spec, width)
    return Column(
        spec.name, heading, spec.kind, needs, _texts, (), spec, max(width, 220) if spec.kind is Kind.MEMO else width
    )


Rows = Sequence[tuple[Any, ...]]


def writable(text: str) -> str:
    """A text as every format can hold it: without what XML forbids, its lines ended alike."""
    if text.isascii() and text.isprintable():
        return text
    return _UNWRITABLE.sub("", _BREAKS.sub("\n", text))


def _plain(rows: Rows) -> list[Any]:
    return [value for (value,) in rows]


def _texts(rows: Rows) -> list[Any]:
    return [writable(value) if value else "" for (value,) in rows]


def _tags(rows: Rows) -> list[Any]:
    known = vocabulary()
    return [writable(f"{BETWEEN} ".join(known.names(value))) if value else "" for (value,) in rows]


def _joined(rows: Rows) -> list[Any]:
    return [writable(" ".join(part for part in parts if part)) for parts in rows]


def _words(words: Mapping[Any, str]) -> Callable[[Rows], list[Any]]:
    known = {value: writable(word) for value, word in words.items()}
    return lambda rows: [known.get(value, "") for (value,) in rows]


def _moments(how: Conventions) -> Callable[[Rows], list[Any]]:
    zone = UTC if how.zone == "UTC" else ZoneInfo(how.zone)

    def local(value: datetime) -> datetime:
        return value.astimezone(zone).replace(tzinfo=None, microsecond=0)

    return lambda rows: [value and local(value) for (value,) in rows]


def _owner(owners: Mapping[str, Mapping[int, str]]) -> Callable[[Rows], list[Any]]:
    users = {i: writable(name) for i, name in owners.get("user", {}).items()}
    teams = {i: writable(name) for i, name in owners.get("team", {}).items()}
    return lambda rows: [teams.get(team, "") if team else users.get(user, "") for user, team in rows]


def _linked(target: str) -> Callable[[Rows], list[Any]]:
    return lambda rows: [(target, value) if value else None for (value,) in rows]


def _customer(rows: Rows) -> list[Any]:
    """The account, else the contact (S 1.4)."""
    return [("account", a) if a else ("contact", c) if c else None for a, c in rows]
