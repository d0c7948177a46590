"""What the text of a look-up column names: one record that the importer may attach to, or one that is to be made (S 6.4, 8.).

Rows are asked for in batches: `prime` looks every distinct text up at once, `find` answers from what is known then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session

from rxcrm.models import db
from rxcrm.models.access import Privilege, Who, may_create, visible
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import FieldSpec, clean, fields_of, parse_email
from rxcrm.models.importing import sources
from rxcrm.models.importing.names import split_name
from rxcrm.models.importing.plan import ANYTHING, CREATE_ALWAYS, EMAIL, ID, MATCH, NAME, LookupRule
from rxcrm.models.importing.specials import tables_of
from rxcrm.models.lifecycle import REASONS
from rxcrm.models.operation import is_kept
from rxcrm.models.searching import sort_key
from rxcrm.models.tables import record_table
from rxcrm.translation import N_

T = TypeVar("T")

NONE = N_("“%(value)s” names no record; %(label)s stays empty.")
SEVERAL = N_("“%(value)s” names %(count)s records; %(label)s stays empty.")
NOT_HERE = N_("“%(value)s” names no record, and a record of that kind is not made from a name alone.")
NOT_YOU = N_("“%(value)s” names no record, and your role may not create one.")
NOT_ATTACHED = N_("Your role may not attach these records to others.")
#: Tables in which a look-up can make the record that it does not find.
MADE = ("account", "contact")
#: Texts that one statement asks for.
AT_ONCE = 1_000
#: Ids have no more digits than this.
_ID_DIGITS = 18


class Link(NamedTuple):
    """A record of one of several tables, as a look-up over all of them finds it."""

    entity: str
    record_id: int


@dataclass(frozen=True)
class Pending:
    """A record that is to be made: its table and first values. Equal ones become one record."""

    entity: str
    values: tuple[tuple[str, str], ...]

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it apart: case and accents do not."""
        return (self.entity, *(f"{name}={sort_key(value)}" for name, value in self.values))


class _Hit(NamedTuple):
    entity: str
    id: int
    active: bool


class Lookups:
    """Finds records by name, e-mail address or id (ours, or that of the source), among those that a user may see and attach to.

    `rules` say by what, and what to do if there is none, by the name of the look-up; `entity` is the table whose records
    will carry the look-ups. With a session it reads there, else in units of its own.
    """

    def __init__(
        self, who: Who, rules: Mapping[str, LookupRule], entity: str = "", session: Session | None = None
    ) -> None:
        self.who, self.rules, self.session = who, rules, session
        self.may_attach = not entity or who.holds(Privilege.APPEND, entity)
        self._names: dict[str, dict[str, list[_Hit]]] = defaultdict(dict)
        self._mails: dict[str, dict[str, list[_Hit]]] = defaultdict(dict)
        self._ids: dict[str, dict[int, list[_Hit]]] = defaultdict(dict)
        self._sources: dict[str, dict[str, list[_Hit]]] = defaultdict(dict)
        self._pending: dict[tuple[str, ...], Pending] = {}

    def prime(self, spec: FieldSpec, texts: Iterable[str]) -> None:
        """Look some texts up at once: one statement for each table that the look-up may lead to.

        What named nothing before is asked again: the rows before these may have become records meanwhile.
        """
        rule = self.rules.get(spec.name, LookupRule())
        if rule.make == CREATE_ALWAYS:
            return
        wanted = list(dict.fromkeys(t for text in texts if (t := clean(text))))
        for entity in tables_of(spec):
            for known in (self._names[entity], self._mails[entity], self._sources[entity]):
                for key in [key for key, hits in cast(Any, known).items() if not hits]:
                    del known[key]
            for at in range(0, len(wanted), AT_ONCE):
                self._ask(entity, rule.by, wanted[at : at + AT_ONCE])

    def find(self, spec: FieldSpec, text: str) -> int | Link | Pending:
        """The record that a text names; a `Link` if the look-up leads to several tables, a `Pending` if it is to be made.

        Raises BadValue, with a sentence for each: no record, several, none that may be made.
        """
        text = clean(text)
        if not self.may_attach:
            raise BadValue(NOT_ATTACHED)
        rule, tables = self.rules.get(spec.name, LookupRule()), tables_of(spec)
        if rule.make == CREATE_ALWAYS:
            return self._make(spec, tables, text)
        for entity in tables:
            self._ask(entity, rule.by, [text])
        hits = _best([hit for entity in tables for hit in self._hits(entity, rule.by, text)])
        if len(hits) == 1:
            return hits[0].id if len(tables) == 1 else Link(hits[0].entity, hits[0].id)
        said = {"value": text[:80], "label": spec.label}
        if hits:
            raise BadValue(SEVERAL, count=len(hits), **said)
        if rule.make == MATCH:
            raise BadValue(NONE, **said)
        return self._make(spec, tables, text)

    def known(self, spec: FieldSpec, typed: str) -> int | Link:
        """The record with an id that somebody chose from a list ("5", or "account:5" where there are several tables).

        Raises BadValue for one that he may not see or attach to.
        """
        entity, _, number = typed.rpartition(":")
        tables = tables_of(spec)
        entity = entity or tables[0]
        if entity not in tables or not _id(number):
            raise BadValue(NONE, value=typed[:80], label=spec.label)
        rows = self._read(_found, self.who, entity, set(), set(), {_id(number)})
        if not rows or not self.may_attach:
            raise BadValue(NONE if self.may_attach else NOT_ATTACHED, value=typed[:80], label=spec.label)
        return rows[0].id if len(tables) == 1 else Link(entity, rows[0].id)

    # -- looking up --

    def _hits(self, entity: str, by: str, text: str) -> list[_Hit]:
        """What a text names in one table: by name first, then by e-mail address."""
        if by == ID:
            return [*self._ids[entity].get(_id(text), []), *self._sources[entity].get(text, [])]
        found: list[_Hit] = []
        if by in (ANYTHING, NAME):
            keys = _name_keys(entity, text)
            found = next((hits for key in keys if (hits := self._names[entity].get(key))), [])
        if not found and by in (ANYTHING, EMAIL):
            found = self._mails[entity].get(text.lower(), [])
        return found

    def _ask(self, entity: str, by: str, texts: Sequence[str]) -> None:
        """Read what some texts name in one table, as far as it is not known yet: one statement, for ids two."""
        names: set[str] = set()
        mails: set[str] = set()
        ids: set[int] = set()
        named: dict[str, int] = {}
        if by == ID:
            fresh = [text for text in texts if text not in self._sources[entity]]
            self._sources[entity] |= {text: [] for text in fresh}
            named = self._read(sources.known, entity, fresh) if fresh else {}
            ids = ({_id(text) for text in fresh} | set(named.values())) - {0}
        for text in texts:
            if by in (ANYTHING, NAME):
                names |= set(_name_keys(entity, text)) - self._names[entity].keys()
            if by in (ANYTHING, EMAIL) and "@" in text and text.lower() not in self._mails[entity]:
                mails.add(text.lower())
        if not (names or mails or ids):
            return
        self._names[entity] |= {key: [] for key in names}
        self._mails[entity] |= {mail: [] for mail in mails}
        by_source: dict[int, list[str]] = defaultdict(list)
        for text, number in named.items():
            by_source[number].append(text)
        own = {_id(text) for text in texts} - {0} if by == ID else set()
        for row in self._read(_found, self.who, entity, names, mails, ids):
            hit = _Hit(entity, row.id, row.status == _first_status(entity))
            for key in {row.name_key, getattr(row, "other_key", row.name_key)} & names:
                self._names[entity][key].append(hit)
            # The key of an address is folded: "josé@" has that of "jose@".
            if (mail := str(getattr(row, "email", "")).lower()) in mails:
                self._mails[entity][mail].append(hit)
            if row.id in own:
                self._ids[entity][row.id] = [hit]
            for text in by_source.get(row.id, ()):
                self._sources[entity][text].append(hit)

    def _read(self, fn: Callable[..., T], *args: Any) -> T:
        return fn(self.session, *args) if self.session else db.read(fn, *args)

    # -- making --

    def _make(self, spec: FieldSpec, tables: Sequence[str], text: str) -> Pending:
        entity = next((e for e in tables if e in MADE), "")
        said = {"value": text[:80]}
        if not entity:
            raise BadValue(NOT_HERE, **said)
        if not may_create(self.who, entity):
            raise BadValue(NOT_YOU, **said)
        pending = Pending(entity, _firm(text) if entity == "account" else _person(text))
        return self._pending.setdefault(pending.key, pending)


def _best(hits: list[_Hit]) -> list[_Hit]:
    """Of several records of one name those that are still open or active: what was merged away or closed gives way."""
    each = list(dict.fromkeys(hits))
    return [hit for hit in each if hit.active] or each if len(each) > 1 else each


def _id(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _ID_DIGITS else 0


def _name_keys(entity: str, text: str) -> list[str]:
    """Under which keys a record of this name may stand: as it is written, and as first and last name."""
    keys = [sort_key(text)]
    if entity in ("lead", "contact"):
        _, first, last = split_name(text)
        keys.append(sort_key(f"{first} {last}".strip()))
    return [key for key in dict.fromkeys(keys) if key]


def _first_status(entity: str) -> int:
    return int(next(iter(REASONS[entity])))


def _found(session: Session, who: Who, entity: str, names: set[str], mails: set[str], ids: set[int]) -> Sequence[Any]:
    table = record_table(entity)
    query, conditions = _columns(entity)
    asked = {"names": names, "mails": {sort_key(mail) for mail in mails}, "ids": ids}
    wanted = [condition for name, condition in conditions if asked[name]]
    used = {name: sorted(cast(Any, values)) for name, values in asked.items() if values}
    row = cast(Any, table)
    mine = (
        visible(who, table),
        visible(who, table, Privilege.APPEND_TO),
        row.deleted_on.is_(None),
        is_kept(entity, row.id),
    )
    known = {name: values for name, values in used.items() if any(name == n for n, _ in conditions)}
    return session.execute(query.where(or_(*wanted), *mine), known).all() if wanted else []


@cache
def _columns(entity: str) -> tuple[Any, list[tuple[str, Any]]]:
    """The columns that tell a record of a table, and the conditions by which it is found."""
    row: Any = record_table(entity)
    names: Any = bindparam("names", expanding=True)
    mails: Any = bindparam("mails", expanding=True)
    ids: Any = bindparam("ids", expanding=True)
    conditions = [("ids", row.id.in_(ids))]
    if entity == "opportunity":
        columns = [row.id, row.status, row.topic_key.label("name_key")]
        conditions.append(("names", row.topic_key.in_(names)))
    else:
        columns = [row.id, row.status, row.name_key, row.email]
        conditions += [("names", row.name_key.in_(names)), ("mails", row.email_key.in_(mails))]
    if entity == "lead":
        columns.append(row.topic_key.label("other_key"))
        conditions.append(("names", row.topic_key.in_(names)))
    return select(*columns), conditions


def _firm(text: str) -> tuple[tuple[str, str], ...]:
    """The first values of an account that is called so. Raises BadValue for an address, which is no name of a company."""
    if "@" in text:
        raise BadValue(NOT_HERE, value=text[:80])
    return (("name", _fitting("account", "name", text)),)


def _person(text: str) -> tuple[tuple[str, str], ...]:
    """The first values of a contact of this name or e-mail address."""
    if "@" in text:
        address = parse_email(text)
        name = address.partition("@")[0]
        return ("last_name", _fitting("contact", "last_name", name)), ("email", address)
    _, first, last = split_name(text)
    values = [("first_name", first), ("last_name", last)]
    return tuple((name, _fitting("contact", name, value)) for name, value in values if value)


def _fitting(entity: str, name: str, value: str) -> str:
    """A value that its field can hold. Raises BadValue."""
    spec = fields_of(record_table(entity))[name]
    if len(value) > spec.length:
        message = N_("%(label)s can have at most %(length)s characters; this has %(count)s.")
        raise BadValue(message, label=spec.label, length=spec.length, count=len(value))
    return value
