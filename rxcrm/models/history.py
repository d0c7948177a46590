"""What changed, field by field: one entry per save, told in a sentence (S 9.6)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from babel.lists import format_list
from sqlalchemy import Index, Integer, String, Text, bindparam, insert
from sqlalchemy import select as choose
from sqlmodel import Field, Session, SQLModel, col, select

from rxcrm.models.base import Record, identity
from rxcrm.models.db import BigInt, Json, Moment
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import (
    MASK,
    TEXTUAL,
    Conventions,
    FieldSpec,
    Kind,
    custom_spec,
    fields_of,
    parse,
    raw,
    seal_of,
    show,
)
from rxcrm.models.people import User
from rxcrm.models.tagging.vocabulary import BETWEEN, vocabulary
from rxcrm.translation import N_, gettext, ngettext


class Event(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    ASSIGNED = "assigned"
    NOT_ASSIGNED = "not_assigned"
    DELETED = "deleted"
    RESTORED = "restored"
    IMPORTED = "imported"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    ROLE_CHANGED = "role_changed"
    CONNECTION_CHANGED = "connection_changed"
    COMPETITOR_ADDED = "competitor_added"
    COMPETITOR_REMOVED = "competitor_removed"
    QUALIFIED = "qualified"
    QUALIFIED_FROM = "qualified_from"
    UNQUALIFIED = "unqualified"
    DISQUALIFIED = "disqualified"
    REACTIVATED = "reactivated"
    DEACTIVATED = "deactivated"
    ACTIVATED = "activated"
    WON = "won"
    LOST = "lost"
    REOPENED = "reopened"
    STAGE_MOVED = "stage_moved"
    PROCESS_FINISHED = "process_finished"
    PROCESS_ABANDONED = "process_abandoned"
    PROCESS_RESUMED = "process_resumed"
    PROCESS_SWITCHED = "process_switched"
    MERGED = "merged"
    MERGED_INTO = "merged_into"
    UNMERGED = "unmerged"
    SHARED = "shared"
    UNSHARED = "unshared"
    CAMPAIGN = "campaign"


class History(SQLModel, table=True):
    """One thing that somebody did to one record. Entries are never changed or deleted singly.

    `changes` lists `[field, old, new]` in raw form; for look-ups and owners `[field, old, new, old name, new name]`.
    Entries of connections and competitors begin with `["connection", "contact:5", name, role]`: the other side; its
    name is empty if whoever did it could not see it.
    """

    __table_args__ = (Index("ix_history_timeline", "entity", "record_id", "at", "id"),)
    id: int | None = identity()
    entity: str = Field(sa_type=String(40))
    record_id: int = Field(sa_type=BigInt)
    version: int = Field(default=0)
    event: str = Field(sa_type=String(20))
    by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    at: datetime = Field(sa_type=Moment)
    changes: list[list[str]] = Field(default_factory=list, sa_type=Json)
    remark: str = Field(default="", sa_type=Text)


def write(session: Session, entries: Sequence[History]) -> int:
    """Write several entries in one statement; returns the largest of their ids."""
    rows = [entry.model_dump(exclude={"id"}) for entry in entries]
    return max(found or 0 for found in session.scalars(insert(History).returning(col(History.id)), rows))


def record(
    session: Session,
    row: Record,
    event: Event,
    *,
    by: int,
    now: datetime,
    changes: list[list[str]] | None = None,
    remark: str = "",
) -> History:
    """Write one entry about `row`; beside `write` and the bulk import the only writer of history."""
    entry = entry_of(row, event, by=by, now=now, changes=changes, remark=remark)
    session.add(entry)
    return entry


def entry_of(
    row: Record, event: Event, *, by: int, now: datetime, changes: list[list[str]] | None = None, remark: str = ""
) -> History:
    """An entry about `row` that is not written yet."""
    return History(
        entity=row.entity,
        record_id=row.id or 0,
        version=row.version,
        event=event.value,
        by_id=by,
        at=now,
        changes=changes or [],
        remark=remark,
    )


def changes_since(session: Session, row: Record, version: int) -> list[tuple[History, str]]:
    """Entries that were written after `version` was read, oldest first, with the names of their authors."""
    found = session.exec(
        select(History, User.name)
        .join(User, col(User.id) == col(History.by_id), isouter=True)
        .where(History.entity == row.entity, History.record_id == row.id, History.version > version)
        .order_by(col(History.id))
    )
    return [(entry, name or "") for entry, name in found]


def latest_of(session: Session, row: Record, *events: Event) -> tuple[str, str]:
    """Who did one of these things to a record last (empty: the system), and when (ISO); both empty if nobody did."""
    entry: Any = History
    named = [event.value for event in events]
    found = session.execute(
        choose(col(User.name), entry.at)
        .join_from(History, User, col(User.id) == entry.by_id, isouter=True)
        .where(entry.entity == row.entity, entry.record_id == row.id, entry.event.in_(named))
        .order_by(entry.at.desc(), entry.id.desc())
        .limit(1)
    ).first()
    return (found[0] or "", found[1].isoformat()) if found else ("", "")


@dataclass
class Change:
    """One field of one save, as a person reads it."""

    label: str
    old: str
    new: str


@dataclass
class Entry:
    """One save, as a person reads it: who did what, when (ISO time), and every field with old and new value."""

    id: int
    who: str
    what: str
    at: str
    changes: list[Change]
    remark: str


_WHAT = {
    Event.CREATED: N_("created this record"),
    Event.CHANGED: N_("changed %(fields)s"),
    Event.ASSIGNED: N_("assigned this record to %(owner)s"),
    Event.NOT_ASSIGNED: N_("found nobody by the assignment rule “%(name)s”. %(role)s"),
    Event.DELETED: N_("moved this record to the recycle bin"),
    Event.RESTORED: N_("restored this record"),
    Event.IMPORTED: N_("imported this record"),
    Event.CONNECTED: N_("connected %(name)s as %(role)s"),
    Event.DISCONNECTED: N_("removed the connection to %(name)s"),
    Event.ROLE_CHANGED: N_("changed the role of %(name)s to %(role)s"),
    Event.CONNECTION_CHANGED: N_("changed the connection to %(name)s"),
    Event.COMPETITOR_ADDED: N_("added %(name)s as a competitor"),
    Event.COMPETITOR_REMOVED: N_("removed %(name)s as a competitor"),
    Event.QUALIFIED: N_("qualified this lead"),
    Event.QUALIFIED_FROM: N_("created this record by qualifying %(name)s"),
    Event.UNQUALIFIED: N_("took back the qualification of this lead"),
    Event.DISQUALIFIED: N_("disqualified this lead"),
    Event.REACTIVATED: N_("reactivated this lead"),
    Event.DEACTIVATED: N_("deactivated this record"),
    Event.ACTIVATED: N_("activated this record"),
    Event.WON: N_("closed this opportunity as won"),
    Event.LOST: N_("closed this opportunity as lost"),
    Event.REOPENED: N_("reopened this opportunity"),
    Event.STAGE_MOVED: N_("moved the process to the stage %(name)s"),
    Event.PROCESS_FINISHED: N_("finished the process"),
    Event.PROCESS_ABANDONED: N_("abandoned the process"),
    Event.PROCESS_RESUMED: N_("took up the process again"),
    Event.PROCESS_SWITCHED: N_("switched to the process %(name)s"),
    Event.MERGED: N_("merged %(name)s into this record"),
    Event.MERGED_INTO: N_("merged this record into %(name)s"),
    Event.UNMERGED: N_("took back the merging with %(name)s"),
    Event.SHARED: N_("shared this record with %(name)s: %(role)s"),
    Event.CAMPAIGN: N_("recorded an activity of the campaign “%(name)s”"),
    Event.UNSHARED: N_("stopped sharing this record with %(name)s"),
}
#: The same where the other side has no role.
_WITHOUT_ROLE = {
    Event.CONNECTED: N_("connected %(name)s"),
    Event.ROLE_CHANGED: N_("removed the role of %(name)s"),
}
#: An assignment by a rule, whose name stands in the remark.
_BY_RULE = N_("assigned this record to %(owner)s by the assignment rule “%(rule)s”")
#: Entries that begin with another record, or with the rule that they speak of.
ABOUT_OTHERS = (
    Event.NOT_ASSIGNED,
    *(Event.CONNECTED, Event.DISCONNECTED, Event.ROLE_CHANGED, Event.CONNECTION_CHANGED),
    *(Event.COMPETITOR_ADDED, Event.COMPETITOR_REMOVED),
    *(Event.QUALIFIED_FROM, Event.STAGE_MOVED, Event.PROCESS_SWITCHED, Event.MERGED, Event.MERGED_INTO, Event.UNMERGED),
    *(Event.SHARED, Event.UNSHARED, Event.CAMPAIGN),
)
#: Entries that lead to another record with a history of its own.
_STORIES = (Event.QUALIFIED_FROM, Event.MERGED, Event.MERGED_INTO, Event.UNMERGED)
OWNER_LABEL = N_("Owner")
#: Changes of what is no described field, by name: `[name, old, new, old name, new name]`. A campaign was a text once.
_LABELS = {"owner": OWNER_LABEL, "competitor": N_("Competitor"), "source_campaign": N_("Source Campaign")}
#: In the place of the name of a record that the reader may not see.
HIDDEN = N_("a record")
#: Entity and id of another record that an entry names.
Other = tuple[str, int]


def entries(session: Session, table: type[Record], record_id: int, how: Conventions, limit: int = 50) -> list[Entry]:
    """The newest entries of one record, in sentences of the reader's language."""
    found = session.execute(_newest(), {"entity": table.entity, "record_id": record_id, "limit": limit})
    return [entry(table, row, row.name or "", how) for row in found]


@cache
def _newest() -> Any:
    """Entries with the names of their authors: columns, since one record may have hundreds."""
    entry: Any = History
    return (
        choose(entry.id, entry.event, entry.at, entry.changes, entry.remark, col(User.name))
        .join_from(History, User, col(User.id) == entry.by_id, isouter=True)
        .where(entry.entity == bindparam("entity"), entry.record_id == bindparam("record_id"))
        .order_by(entry.at.desc(), entry.id.desc())
        .limit(bindparam("limit", type_=Integer))
    )


def others_in(table: type[Record], stored: Any) -> set[Other]:
    """The other records that an entry names: those connected, and those that look-ups pointed to."""
    listed, found = stored.changes, set()
    if Event(stored.event) in ABOUT_OTHERS:
        (_, reference, *_rest), *listed = listed
        found.add(_other(*reference.split(":")))
    for name, old, new, *_names in listed:
        spec = fields_of(table).get(name) or custom_spec(table.entity, name)
        if spec is not None and spec.kind is Kind.LOOKUP:
            found |= {_other(spec.target, value) for value in (old, new) if value}
    return found


def led_to(stored: Any) -> tuple[Other, str] | None:
    """The record, with its name, that tells the rest of an entry's story: merged into this one, or what this came from."""
    if Event(stored.event) not in _STORIES:
        return None
    _, reference, name, _ = stored.changes[0]
    return _other(*reference.split(":")), name


def _other(entity: str, record_id: str) -> Other:
    return entity, int(record_id) if record_id.isdecimal() else 0


def entry(
    table: type[Record], stored: Any, who: str, how: Conventions, hidden: Collection[Other] = frozenset()
) -> Entry:
    """One stored entry in the reader's language; `who` did it, the system if that is empty.

    Other records that are `hidden` from the reader are not named, though the entry keeps their names.
    """
    event = Event(stored.event)
    listed = stored.changes
    if event in ABOUT_OTHERS:
        (_, reference, name, role), *listed = listed
        name = "" if _other(*reference.split(":")) in hidden else name
        what = _WHAT[event] if role else _WITHOUT_ROLE.get(event, _WHAT[event])
        if event in (Event.STAGE_MOVED, Event.PROCESS_SWITCHED):
            name = gettext(how.locale, name)
        if event is Event.SHARED:
            rights = [gettext(how.locale, right) for right in role.split(", ")]
            role = format_list(rights, locale=how.locale.replace("-", "_"))
        values = {"name": name or gettext(how.locale, HIDDEN), "role": gettext(how.locale, role)}
    else:
        ruled = event is Event.ASSIGNED and stored.remark
        what, values = (_BY_RULE, {"rule": stored.remark}) if ruled else (_WHAT[event], {})
    changes = [_change(table, change, how, hidden) for change in listed]
    return Entry(
        id=stored.id or 0,
        who=who or gettext(how.locale, N_("The system")),
        what=gettext(
            how.locale,
            what,
            **values,
            fields=_list(tuple(c.label for c in changes), how.locale),
            owner=changes[0].new if event is Event.ASSIGNED and changes else "",
        ),
        at=stored.at.isoformat(),
        changes=changes if event is not Event.ASSIGNED else [],
        remark="" if event is Event.ASSIGNED else gettext(how.locale, stored.remark),
    )


def _change(table: type[Record], change: list[str], how: Conventions, hidden: Collection[Other]) -> Change:
    name, old, new, *names = change
    spec = fields_of(table).get(name) or custom_spec(table.entity, name)
    if not how.sees(spec) if spec else seal_of(table.entity, name) not in ("", *how.reads):
        return Change(gettext(how.locale, spec.label if spec else name), MASK, MASK)
    if spec is None:
        label = _LABELS.get(name, name)
        return Change(gettext(how.locale, label), (names or [old])[0], (names or ["", new])[-1])
    if spec.kind is Kind.LOOKUP:
        shown_names = [
            gettext(how.locale, HIDDEN) if value and _other(spec.target, value) in hidden else name
            for value, name in zip((old, new), names or (old, new), strict=False)
        ]
        return Change(gettext(how.locale, spec.label), *shown_names)
    return Change(gettext(how.locale, spec.label), shown(spec, old, how), shown(spec, new, how))


def shown(spec: FieldSpec, stored: str, how: Conventions) -> str:
    """A raw value from history as a person reads it; what can no longer be read stays as it was stored."""
    if not how.sees(spec):
        return MASK
    if spec.kind in TEXTUAL or spec.kind is Kind.CURRENCY or stored == "":
        return stored
    if spec.kind is Kind.TAGS:
        return f"{BETWEEN} ".join(vocabulary().told(stored))
    try:
        return show(spec, parse(spec, stored, Conventions(zone=how.zone)), how)
    except BadValue:
        return stored


@lru_cache(1000)
def _list(labels: tuple[str, ...], locale: str) -> str:
    if len(labels) > 4:
        rest = len(labels) - 3
        labels = (*labels[:3], ngettext(locale, "%(n)s other field", "%(n)s other fields", rest))
    return format_list(labels, locale=locale.replace("-", "_"))


def difference(table: type[Record], row: Record, values: dict[str, Any]) -> list[list[str]]:
    """`[field, old, new]` for every value that differs from what `row` holds."""
    return [
        [name, raw(getattr(row, name)), raw(value)]
        for name, value in values.items()
        if raw(getattr(row, name)) != raw(value)
    ]
