"""What the text of a look-up column names: one record that the importer may attach to, or one that is to be made (S 6.4, 8.).

Rows are asked for in batches: `prime` looks every distinct text up at once, `find` answers from what is known then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import and_, bindparam, or_, select, union_all
from sqlmodel import Session

from rxcrm.models import db
from rxcrm.models.access import Privilege, Who, may_create, visible
from rxcrm.models.choices import Choice, RecordStatus
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import FieldSpec, clean, fields_of, parse_email
from rxcrm.models.importing import sources
from rxcrm.models.importing.names import split_name
from rxcrm.models.importing.plan import ANYTHING, CREATE_ALWAYS, EMAIL, ID, MATCH, NAME, LookupRule
from rxcrm.models.importing.siblings import Later, Siblings
from rxcrm.models.importing.specials import tables_of
from rxcrm.models.lifecycle import REASONS
from rxcrm.models.operation import is_kept
from rxcrm.models.searching import sort_key
from rxcrm.models.tables import REFERENCES, pointed_table, record_table
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
    will carry the look-ups. With a session it reads there, else in units of its own. A look-up to that very table may name
    a row of the file (`siblings`); the records that the run `run_id` made of its rows are then left out, so that it makes
    no difference which row comes first.
    """

    def __init__(
        self,
        who: Who,
        rules: Mapping[str, LookupRule],
        entity: str = "",
        session: Session | None = None,
        run_id: int = 0,
    ) -> None:
        self.who, self.rules, self.session = who, rules, session
        self.entity, self.run_id = entity, run_id
        self.siblings: Siblings | None = None
        self.may_attach = not entity or who.holds(Privilege.APPEND, entity)
        #: (table, by what) → text → the records that it names.
        self._known: dict[tuple[str, str], dict[str, list[_Hit]]] = defaultdict(dict)
        self._pending: dict[tuple[str, ...], Pending] = {}

    def prime(self, spec: FieldSpec, texts: Iterable[str]) -> None:
        """Look some texts up at once: one statement for each table that the look-up may lead to.

        What named nothing before is asked again: the rows before these may have become records meanwhile.
        """
        rule = self.rules.get(spec.name, LookupRule())
        if rule.make == CREATE_ALWAYS:
            return
        each = dict.fromkeys(t for text in texts if (t := clean(text)))
        for entity in tables_of(spec):
            known = self._known[entity, rule.by]
            wanted = [text for text in each if not known.get(text)]
            for at in range(0, len(wanted), AT_ONCE):
                self._ask(entity, rule.by, wanted[at : at + AT_ONCE])

    def find(self, spec: FieldSpec, text: str) -> int | Link | Pending | Later:
        """The record that a text names; a `Link` if the look-up leads to several tables, a `Pending` if it is to be made.

        `Later` if it names rows of the same file.

        Raises BadValue, with a sentence for each: no record, several, none that may be made.
        """
        text = clean(text)
        if not self.may_attach:
            raise BadValue(NOT_ATTACHED)
        rule, tables = self.rules.get(spec.name, LookupRule()), tables_of(spec)
        if rule.make == CREATE_ALWAYS:
            return self._make(spec, tables, text)
        found: list[_Hit] = []
        for entity in tables:
            known = self._known[entity, rule.by]
            if text not in known:
                self._ask(entity, rule.by, [text])
            found += known[text]
        hits = _best(found)
        if len(hits) == 1:
            return hits[0].id if len(tables) == 1 else Link(hits[0].entity, hits[0].id)
        said = {"value": text[:80], "label": spec.label}
        if hits:
            raise BadValue(SEVERAL, count=len(hits), **said)
        if self.siblings and tables == (self.entity,) and (rows := self.siblings.named(rule, text)):
            return Later(text, tuple(rows))
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
        rows = self._read(_found, self.who, entity, set(), set(), {_id(number)}, 0)
        if not rows or not self.may_attach:
            raise BadValue(NONE if self.may_attach else NOT_ATTACHED, value=typed[:80], label=spec.label)
        return rows[0].id if len(tables) == 1 else Link(entity, rows[0].id)

    # -- looking up --

    def _ask(self, entity: str, by: str, texts: Sequence[str]) -> None:
        """Read what some texts name in one table: one statement, for ids two. By name first, then by e-mail address."""
        keys = {text: _name_keys(entity, text) for text in texts} if by in (ANYTHING, NAME) else {}
        mails = {text: text.lower() for text in texts if "@" in text} if by in (ANYTHING, EMAIL) else {}
        named = self._read(sources.known, entity, texts) if by == ID else {}
        ids = ({_id(text) for text in texts} | set(named.values())) - {0} if by == ID else set()
        by_name: dict[str, list[_Hit]] = defaultdict(list)
        by_mail: dict[str, list[_Hit]] = defaultdict(list)
        by_id: dict[int, _Hit] = {}
        asked = ({key for some in keys.values() for key in some}, set(mails.values()), ids)
        made_by = self.run_id if entity == self.entity and self.siblings else 0
        for row in self._read(_found, self.who, entity, *asked, made_by) if any(asked) else ():
            hit = _Hit(entity, row.id, row.status == _first_status(entity))
            for key in {row.name_key, getattr(row, "other_key", row.name_key)}:
                by_name[key].append(hit)
            # The key of an address is folded: "josé@" has that of "jose@".
            by_mail[str(getattr(row, "email", "")).lower()].append(hit)
            by_id[row.id] = hit
        known = self._known[entity, by]
        for text in texts:
            hits = next((found for key in keys.get(text, ()) if (found := by_name.get(key))), [])
            if not hits and text in mails:
                hits = by_mail.get(mails[text], [])
            if by == ID:
                hits = [by_id[i] for i in dict.fromkeys((_id(text), named.get(text, 0))) if i in by_id]
            known[text] = hits

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
    return int(next(iter(_statuses(entity))))


def _statuses(entity: str) -> Iterable[Choice]:
    """The statuses of a table's records, the one in which they live first."""
    return RecordStatus if entity in REFERENCES else REASONS[entity]


def _found(
    session: Session, who: Who, entity: str, names: set[str], mails: set[str], ids: set[int], not_of: int
) -> Sequence[Any]:
    """Who has one of these names, addresses or ids: one statement, in parts of which each walks along its index.

    The records that the run `not_of` made are left out.
    """
    table = pointed_table(entity)
    if (mail := fields_of(table).get("email")) and not who.may_read(mail):
        mails = set()  # whom an address names would tell whose it is
    row = cast(Any, table)
    mine: tuple[Any, ...] = (
        visible(who, table),
        visible(who, table, Privilege.APPEND_TO),
        row.deleted_on.is_(None),
        *([] if entity in REFERENCES else [is_kept(entity, row.id)]),
    )
    if not_of:
        mine += (or_(row.import_id.is_(None), row.import_id != not_of),)
    asked = {"names": sorted(names), "mails": sorted({sort_key(mail) for mail in mails}), "ids": sorted(ids)}
    query, conditions = _columns(entity)
    parts = [query.where(condition, *mine) for name, condition in conditions if asked[name]]
    if not parts:
        return []
    used = {name: values for name, values in asked.items() if values and any(name == n for n, _ in conditions)}
    found = session.execute(union_all(*parts) if len(parts) > 1 else parts[0], used)
    return list({each.id: each for each in found}.values())


@cache
def _columns(entity: str) -> tuple[Any, list[tuple[str, Any]]]:
    """The columns that tell a record of a table, and the conditions by which it is found."""
    row: Any = pointed_table(entity)
    names: Any = bindparam("names", expanding=True)
    mails: Any = bindparam("mails", expanding=True)
    ids: Any = bindparam("ids", expanding=True)
    # The indexes of names begin with the status (rxcrm.models.base.sorted_by): with all of them it is found by.
    any_status = row.status.in_([int(status) for status in _statuses(entity)])
    conditions: list[tuple[str, Any]] = [("ids", row.id.in_(ids))]
    if entity == "opportunity":
        columns = [row.id, row.status, row.topic_key.label("name_key")]
        conditions.append(("names", and_(any_status, row.topic_key.in_(names))))
    elif entity in REFERENCES:
        columns = [row.id, row.status, row.name_key]
        conditions.append(("names", and_(any_status, row.name_key.in_(names))))
    else:
        columns = [row.id, row.status, row.name_key, row.email]
        conditions += [("names", and_(any_status, row.name_key.in_(names))), ("mails", row.email_key.in_(mails))]
    if entity == "lead":
        columns.append(row.topic_key.label("other_key"))
        conditions.append(("names", and_(any_status, row.topic_key.in_(names))))
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
