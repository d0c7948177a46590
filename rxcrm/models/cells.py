"""Cells of a list that are read apart from its rows: what other records and people hold, as far as the reader may see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, cast

from sqlalchemy import select

from rxcrm.models import configuration
from rxcrm.models.access import visible
from rxcrm.models.base import Record
from rxcrm.models.fields import MASK, Kind, raw, show
from rxcrm.models.filters.operators import OWNERS, USERS
from rxcrm.models.filters.values import Place, hidden_in, place_of, value_of
from rxcrm.models.people import Team, User
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.models.tagging.vocabulary import vocabulary
from rxcrm.models.timeline.regarding import dress as regarded
from rxcrm.models.timeline.regarding import names_of, path_of
from rxcrm.models.views import View

Rows = list[dict[str, str]]


def _customers(act: Act, columns: Collection[str], rows: Rows) -> None:
    """Give opportunities the name and address of their customer: the account, else the contact (S 1.4)."""
    places = []
    for row in rows:
        account, contact = int(row.get("account_id", "") or 0), int(row.get("contact_id", "") or 0)
        places.append(("account", account) if account else ("contact", contact))
    names = names_of(act, places)
    for row, place in zip(rows, places, strict=True):
        if place in names:
            row["customer"], row["customer_path"] = names[place], path_of(place)


#: Table → what completes the rows of its lists; one statement, whatever the number of rows.
_DRESS: dict[str, Callable[[Act, Collection[str], Rows], None]] = {"activity": regarded, "opportunity": _customers}


def dress(act: Act, entity: str, keys: Sequence[str], rows: Rows) -> None:
    """Put into the cells of a page what other records hold, and the names of records and people.

    Ids that only served to find them are taken out: nobody learns the id of a record that he may not see. Columns that
    the reader may not see hold MASK in every row.
    """
    hidden = hidden_in(act.who, record_table(entity), keys)
    parts = _parts(entity, tuple(key for key in keys if key not in hidden) if hidden else tuple(keys))
    _complete(act, parts, rows)
    spare, masked = _needed(entity, tuple(keys)).difference(parts.keys), dict.fromkeys(hidden, MASK)
    for row in rows if spare or masked else ():
        for name in spare:
            row.pop(name, None)
        row |= masked


@dataclass(frozen=True)
class _Parts:
    """The columns of a list, and which of them hold links, tags and fields of related records."""

    entity: str
    keys: tuple[str, ...]
    links: dict[str, Place]
    tags: list[str]
    related: dict[str, Place]


@configuration.forgets
@lru_cache(512)
def _parts(entity: str, keys: tuple[str, ...]) -> _Parts:
    places = {key: place for key in keys if (place := place_of(record_table(entity), key))}
    links = {key: place for key, place in places.items() if place.spec.kind is Kind.LOOKUP and key != "owner"}
    tags = [key for key, place in places.items() if place.spec.kind is Kind.TAGS]
    return _Parts(entity, keys, links, tags, {key: place for key, place in places.items() if place.through})


@configuration.forgets
@lru_cache(512)
def _needed(entity: str, keys: tuple[str, ...]) -> frozenset[str]:
    """The ids that the rows hold for the sake of other columns."""
    through = (place.through for key in keys if (place := place_of(record_table(entity), key)) and place.through)
    return frozenset((*through, *(("account_id", "contact_id") if entity == "opportunity" else ())))


def _complete(act: Act, parts: _Parts, rows: Rows) -> None:
    if parts.entity in _DRESS:
        _DRESS[parts.entity](act, parts.keys, rows)
    if parts.related:
        _related(act, parts.related, rows)
    for key in parts.tags:
        for row in rows:
            row[key] = vocabulary().shown(held) if (held := row.get(key)) else ""
    _named(act, parts.links, rows)


def _related(act: Act, columns: dict[str, Place], rows: Rows) -> None:
    """Fields of the records that look-ups point to: one statement for each look-up."""
    by_lookup: dict[str, dict[str, Place]] = defaultdict(dict)
    for key, place in columns.items():
        by_lookup[place.through][key] = place
    for through, wanted in by_lookup.items():
        ids = {int(row[through]) for row in rows if row.get(through)}
        table = next(iter(wanted.values())).table
        there = cast(Any, table).__table__.c
        values = [value_of(there, place.spec) for place in wanted.values()]
        asked = select(there.id, *values).where(there.id.in_(ids), there.deleted_on.is_(None), visible(act.who, table))
        found = {row[0]: row[1:] for row in act.session.execute(asked)} if ids else {}
        for row in rows:
            held = found.get(int(row.get(through) or 0), ("",) * len(wanted))
            row |= {key: raw(value) for key, value in zip(wanted, held, strict=True)}


def _named(act: Act, lookups: dict[str, Place], rows: Rows) -> None:
    """Names and addresses in the place of ids."""
    if not lookups:
        return
    people = {key for key, place in lookups.items() if place.spec.target == USERS}
    wanted = {(lookups[key].spec.target, int(row[key])) for key in lookups for row in rows if row.get(key)}
    users = {i for target, i in wanted if target == USERS}
    asked = select(cast(Any, User).id, cast(Any, User).name).where(cast(Any, User).id.in_(users))
    names: dict[int, str] = dict(act.session.execute(asked).tuples().all()) if users else {}
    records = names_of(act, wanted - {(USERS, i) for i in users})
    for row in rows:
        for key, place in lookups.items():
            held = int(row.get(key) or 0)
            if key in people:
                row[key] = names.get(held, "")
            elif name := records.get((place.spec.target, held)):
                row[key], row[f"{key}_path"] = name, path_of((place.spec.target, held))
            else:
                row[key] = ""


#: What stands for a person or a record in a text: its table and number.
Link = tuple[str, int]


def told(act: Act, view: View, records: Sequence[Any]) -> dict[int, str]:
    """Record → the line under its name: what the view's columns hold besides it, as far as known and visible."""
    return {i: " · ".join(texts) for i, texts in texts_of(act, view.entity, view.columns, records).items()}


def texts_of(
    act: Act, entity: str, keys: Sequence[str], records: Sequence[Any], known: Mapping[Link, str] = MappingProxyType({})
) -> dict[int, list[str]]:
    """Record → what it holds in these columns, in words; its name and what is empty or not visible are left out.

    Fields of related records are too: in a line nobody would know whose they are. Names that are `known` are not read.
    """
    table = record_table(entity)
    hidden = hidden_in(act.who, table, keys)
    keys = [key for key in keys if key not in hidden]
    links = {key: link for key in keys if (link := _link_of(table, key))}
    wanted = {named for link in links.values() for record in records if (named := link(record))[1]}
    names = {**known, **names_of_links(act, wanted - known.keys())}
    found: dict[int, list[str]] = {}
    for record in records:
        texts = []
        for key in keys:
            place = place_of(table, key)
            if key in links:
                texts.append(names.get(links[key](record), ""))
            elif place and not place.through and key != "name":
                texts.append(show(place.spec, getattr(record, key), act.conventions_of(record)))
        found[record.id] = [text for text in texts if text]
    return found


def link_of_owner(row: Any) -> Link:
    """The user or team that owns a record."""
    return ("team", row.owner_team_id) if row.owner_team_id else ("user", row.owner_user_id or 0)


def _link_of(table: type[Record], key: str) -> Callable[[Any], Link] | None:
    """How a column that names somebody or something is read off a record; None for any other."""
    if key == "customer":
        return lambda row: ("account", row.account_id) if row.account_id else ("contact", row.contact_id or 0)
    place = place_of(table, key)
    if place is None or place.through or place.spec.kind is not Kind.LOOKUP:
        return None
    target = place.spec.target
    if target == OWNERS:
        return link_of_owner
    column = f"{key}_id" if target == USERS else key
    return lambda row: (target, getattr(row, column) or 0)


def names_of_links(act: Act, links: Collection[Link]) -> dict[Link, str]:
    """The names of people and of those records that the asker may see."""
    found: dict[Link, str] = {}
    for kind, table in (("user", User), ("team", Team)):
        ids = sorted(number for target, number in links if target == kind)
        row = cast(Any, table)
        if ids:
            found |= {
                (kind, i): name for i, name in act.session.execute(select(row.id, row.name).where(row.id.in_(ids)))
            }
    records = {link for link in links if link[0] not in ("user", "team")}
    return found | (names_of(act, records) if records else {})
