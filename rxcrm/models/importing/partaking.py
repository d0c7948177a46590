"""Activities on their way in: their status by kind, who takes part in them, and what is to be reminded of (S 1.6, 4).

What `rxcrm.models.timeline.writing` does for one activity is done here for many at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import getaddresses
from typing import Any, cast

from sqlalchemy import delete
from sqlmodel import Session, col, or_, select

from rxcrm.models import records, reminders
from rxcrm.models.access import REGARDED, Who
from rxcrm.models.activity import ACTIVITY_REASONS, Activity, Party
from rxcrm.models.choices import ActivityKind as K
from rxcrm.models.choices import ActivityReason as R
from rxcrm.models.choices import ActivityStatus as S
from rxcrm.models.choices import PartyRole
from rxcrm.models.cleaning import clean
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import FieldSpec, Kind
from rxcrm.models.importing.checked import Checked
from rxcrm.models.importing.lookups import Link, Lookups
from rxcrm.models.importing.specials import PEOPLE
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.models.timeline.guests import MOST, ROLE_OF, ROLES
from rxcrm.models.timeline.placing import PartyInput, parties_of, place_new
from rxcrm.models.timeline.writing import REGARDING_LABEL

#: How people are looked up: among the records that the importer may see.
_ANYBODY = FieldSpec("", Kind.LOOKUP, "people", target="contact,lead,account")
_BETWEEN = re.compile(r"\s*[;\n]\s*")
#: Closed by itself for want of a better word: a call or mail that came in was received.
_RECEIVED = {R.CALL_MADE: R.CALL_RECEIVED, R.EMAIL_SENT: R.EMAIL_RECEIVED}


def shape(values: dict[str, Any], closed: bool) -> None:
    """Status, reason and text as an activity of this kind has them; people are no columns."""
    for name in PEOPLE:
        values.pop(name, None)
    kind = K(values["kind"])
    reasons = ACTIVITY_REASONS.get(kind)
    if reasons is None:
        values["status"], values["status_reason"], values["closed_on"] = int(S.NONE), None, None
        return
    if not closed:
        values["closed_on"] = None
        reason = values["status_reason"]
        active = [(s, r) for s, each in reasons.items() if s in (S.OPEN, S.SCHEDULED) for r in each]
        status, reason = next(((s, r) for s, r in active if r == reason), active[0])
        values["status"], values["status_reason"] = int(status), int(reason)
    elif not values["outgoing"]:
        reason = values["status_reason"]
        values["status_reason"] = int(_RECEIVED.get(reason, reason))
    if kind is K.TASK and values["status"] == S.COMPLETED:
        values["percent_complete"] = 100


# -- who takes part --------------------------------------------------------------------------------------------------


@dataclass
class _Known:
    """What the parties of a batch are called: users by address and id, records by table and id."""

    by_mail: dict[str, User] = field(default_factory=dict)
    by_id: dict[int, User] = field(default_factory=dict)
    records: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)


def gather(session: Session, who: Who, rows: Sequence[Checked]) -> list[list[PartyInput]]:
    """Who takes part in each activity, named and with an address; a constant number of statements for all of them.

    People whom the file names are looked up by e-mail address or name; whoever is not found takes part as he is named.
    Where it names nobody, the usual ones do: the owner, and the record that the activity regards.
    """
    told = [_told(row.values or {}) for row in rows]
    people = {person for each in told for _, person in each}
    known = _Known()
    _read_users(session, known, {mail for _, mail in people if mail}, {row.owner.user_id for row in rows})
    links = _look_up(session, who, known, people)
    regarded = {_regards(row.values or {}) for row in rows} - {None}
    _read_records(session, known, {*links.values(), *cast(set[Link], regarded)})
    return [_parties(known, links, row, each) for row, each in zip(rows, told, strict=True)]


def _told(values: Mapping[str, Any]) -> list[tuple[PartyRole, tuple[str, str]]]:
    """Everybody whom a row names: role, name and address."""
    roles = ROLES.get(K(values["kind"]), ())
    named = [(ROLE_OF[name], values[name]) for name in PEOPLE if values.get(name)]
    return [(role, person) for role, text in named if role in roles for person in people_of(text)][:MOST]


def people_of(text: str) -> list[tuple[str, str]]:
    """Names and addresses in a list of people, as mail programs and calendars write it.

    >>> people_of("Ana Sousa <ana@x.pt>; Bob"), people_of("a@x.pt, b@x.pt")
    ([('Ana Sousa', 'ana@x.pt'), ('Bob', '')], [('', 'a@x.pt'), ('', 'b@x.pt')])
    """
    found: list[tuple[str, str]] = []
    for piece in _BETWEEN.split(text):
        pairs = getaddresses([piece]) if "@" in piece else [(piece, "")]
        for name, address in pairs:
            name, address = clean(name)[:160], clean(address).lower()[:254]
            if name or "@" in address:
                found.append((name, address if "@" in address else ""))
    return list(dict.fromkeys(found))


def _read_users(session: Session, known: _Known, mails: set[str], ids: set[int]) -> None:
    asked = or_(col(User.email).in_(sorted(mails)), col(User.id).in_(sorted(ids)))
    for user in session.scalars(select(User).where(asked)):
        known.by_id[user.id or 0] = user
        known.by_mail[user.email.lower()] = user


def _look_up(session: Session, who: Who, known: _Known, people: Iterable[tuple[str, str]]) -> dict[str, Link]:
    """The records that names and addresses mean; one of several is none."""
    texts = {mail or name for name, mail in people if mail not in known.by_mail}
    lookups = Lookups(who, {}, session=session)
    lookups.prime(_ANYBODY, texts)
    found: dict[str, Link] = {}
    for text in texts:
        try:
            found[text] = cast(Link, lookups.find(_ANYBODY, text))
        except BadValue:
            continue  # whoever is not known takes part by name
    return found


def _regards(values: Mapping[str, Any]) -> Link | None:
    number = values.get("regarding_id")
    return Link(values["regarding_entity"], number) if number else None


def _read_records(session: Session, known: _Known, links: set[Link]) -> None:
    """What records are called and their addresses: one statement for each table."""
    for entity in REGARDED:
        ids = sorted(link.record_id for link in links if link.entity == entity)
        if not ids:
            continue
        table: Any = record_table(entity)
        names = [getattr(table, n) for n in ("name", "topic", "first_name", "last_name") if hasattr(table, n)]
        if entity == "lead":
            names = [table.first_name, table.last_name]
        mail = [table.email] if hasattr(table, "email") else []
        for record_id, *cells in session.execute(select(table.id, *names, *mail).where(table.id.in_(ids))):
            words = cells[: len(names)]
            name = " ".join(words).strip()[:160] if len(names) > 1 else words[0]
            known.records[entity, record_id] = (name, cells[-1] if mail else "")


def _parties(
    known: _Known, links: Mapping[str, Link], row: Checked, told: Sequence[tuple[PartyRole, tuple[str, str]]]
) -> list[PartyInput]:
    values = row.values or {}
    kind, outgoing = K(values["kind"]), values.get("outgoing", True)
    named = [_named(known, links, role, *person) for role, person in told]
    me = known.by_id.get(row.owner.user_id)
    own = [("user", me.id, me.name, me.email)] if me else []
    link = _regards(values)
    them: list[tuple[str, int | None, str, str]] = []
    if link:
        them = [(link.entity, link.record_id, *known.records.get((link.entity, link.record_id), ("", "")))]
    elif kind is K.PHONE_CALL and values.get("phone_number"):
        them = [("", None, values["phone_number"], "")]
    usual = _usual(kind, outgoing, own, them)
    if kind is K.PHONE_CALL:
        # A call has two ends: the one that the file does not name is the usual one.
        missing = {PartyRole.FROM, PartyRole.TO} - {party.role for party in named}
        named = [*(p for p in usual if p.role in missing), *named]
    chosen = named or usual
    each: dict[Any, PartyInput] = {}
    for p in chosen:
        each.setdefault((p.role, p.entity, p.record_id, p.address or p.name if not p.entity else ""), p)
    return list(each.values())


def _usual(
    kind: K, outgoing: bool, own: list[tuple[str, int | None, str, str]], them: list[tuple[str, int | None, str, str]]
) -> list[PartyInput]:
    """As `rxcrm.models.timeline.guests.usual`, the owner in the place of the author."""
    if kind is K.APPOINTMENT:
        pairs = [(PartyRole.ORGANIZER, own), (PartyRole.REQUIRED, them)]
    elif kind is K.PHONE_CALL and not outgoing:
        pairs = [(PartyRole.FROM, them), (PartyRole.TO, own)]
    elif kind in (K.PHONE_CALL, K.EMAIL):
        pairs = [(PartyRole.FROM, own), (PartyRole.TO, them)]
    else:
        pairs = []
    return [PartyInput(role, *one) for role, people in pairs for one in people]


def _named(known: _Known, links: Mapping[str, Link], role: PartyRole, name: str, address: str) -> PartyInput:
    if user := known.by_mail.get(address):
        return PartyInput(role, "user", user.id, user.name, user.email)
    if link := links.get(address or name):
        shown, mail = known.records.get((link.entity, link.record_id), (name, address))
        return PartyInput(role, link.entity, link.record_id, shown, address or mail)
    return PartyInput(role, "", None, name or address, address)


def told(act: Act, row: Activity, changes: list[list[str]]) -> list[list[str]]:
    """The changes of an activity as its history tells them: what it regards by name, its text not at all."""
    moved = {name: (old, new) for name, old, new in changes if name in ("regarding_entity", "regarding_id")}
    rest = [change for change in changes if change[0] not in (*moved, "body")]
    if not moved:
        return rest
    entities = moved.get("regarding_entity", (row.regarding_entity, row.regarding_entity))
    ids = moved.get("regarding_id", (str(row.regarding_id or ""), str(row.regarding_id or "")))
    ends = list(zip(entities, ids, strict=True))
    names = [records.name_of(act, entity, int(number)) if entity and number else "" for entity, number in ends]
    return [[REGARDING_LABEL, *(f"{entity}:{number}" if number else "" for entity, number in ends), *names], *rest]


def follow(session: Session, rows: Sequence[Activity]) -> None:
    """Bring the timelines of activities that were changed in bulk up to date; three statements for all of them."""
    ids = [row.id or 0 for row in rows]
    stored = parties_of(session, ids)
    session.execute(delete(Party).where(col(Party.activity_id).in_(ids)))
    placed = [
        (
            row,
            row.id or 0,
            [_again(party) for party in stored.get(row.id or 0, []) if party.role != PartyRole.REGARDING],
        )
        for row in rows
    ]
    place_new(session, placed)


def _again(party: Party) -> PartyInput:
    return PartyInput(PartyRole(party.role), party.entity, party.record_id, party.name, party.address)


def write(session: Session, placed: Iterable[tuple[Any, int, Sequence[PartyInput]]], now: datetime) -> None:
    """Put new activities on the timelines of all who take part, and remind of what is still to come."""
    placed = list(placed)
    place_new(session, placed)
    open_ones = [
        (i, draft.remind_on, draft.owner_user_id) for draft, i, _ in placed if draft.is_open and draft.remind_on
    ]
    reminders.schedule_new(session, open_ones, now)
