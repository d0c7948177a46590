"""The form of one activity (S 1.6): beside its plain fields it holds who takes part and what it regards, as texts.

A field of parties holds a JSON list of `{entity, id, name, address}`; `regarding` holds `lead:5`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from rxcrm.models import naming
from rxcrm.models.access import REGARDED, Privilege, may_create
from rxcrm.models.activity import ACTIVITY_REASONS, Activity, Party
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind as K
from rxcrm.models.choices import PartyRole
from rxcrm.models.custom import is_custom
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound
from rxcrm.models.fields import fields_of, raw
from rxcrm.models.naming import Candidate
from rxcrm.models.records import Act, known, name_of
from rxcrm.models.tables import record_table
from rxcrm.models.timeline import guests, writing
from rxcrm.models.timeline.items import ACTIVITIES
from rxcrm.models.timeline.placing import PartyInput, parties_of
from rxcrm.models.timeline.regarding import Place
from rxcrm.translation import N_

#: How long an appointment lasts unless one says otherwise.
USUAL_LENGTH = timedelta(minutes=30)
_NOBODY = "[]"


@dataclass
class Filled:
    """What a form holds: texts by field, and what its look-ups are called."""

    values: dict[str, str]
    names: dict[str, str] = field(default_factory=dict)


def find(act: Act, record_id: int, privilege: Privilege = Privilege.READ, version: int | None = None) -> Activity:
    """A task, phone call, appointment or e-mail; notes and posts have no form. Raises as `Act.find`."""
    row = act.find(Activity, record_id, privilege, version)
    if row.kind not in ACTIVITY_REASONS:
        raise NotFound
    return row


# -- shown -----------------------------------------------------------------------------------------------------------


def filled(act: Act, row: Activity) -> Filled:
    """The form of a stored activity."""
    found = Filled(_texts(row))
    parties = parties_of(act.session, [row.id or 0]).get(row.id or 0, [])
    for role in guests.ROLES[K(row.kind)]:
        found.values[guests.FIELD_OF[role]] = _spelled(_told(act, p) for p in parties if p.role == role)
    if row.regarding_id and (name := name_of(act, row.regarding_entity, row.regarding_id)):
        found.values["regarding"], found.names["regarding"] = _spell((row.regarding_entity, row.regarding_id)), name
    return found


def _told(act: Act, party: Party) -> PartyInput:
    """Somebody who takes part, without an address that the reader may not see."""
    address = party.address if guests.sees_address(act, party.entity) else ""
    return PartyInput(PartyRole(party.role), party.entity, party.record_id, party.name or address, address)


def blank(act: Act, kind: K, given: Mapping[str, str]) -> Filled:
    """The form of a new activity: the usual parties, the number to call, an appointment's next half hour (S 1.6).

    `given` is what an address asks for: `regarding`, `start`, `end`, `all_day`; what is no such thing is left out.
    """
    if not (decision := may_create(act.who, Activity.entity)):
        raise NotAllowed(decision.because)
    regarded = _asked_for(act, given.get("regarding", ""))
    row = Activity(kind=int(kind), created_on=act.now, modified_on=act.now)
    status = next(iter(ACTIVITY_REASONS[kind]))
    row.status, row.status_reason = int(status), int(ACTIVITY_REASONS[kind][status][0])
    row.all_day = kind is K.APPOINTMENT and given.get("all_day") == "1"
    row.start_on, row.due_on = _times(act, kind, given)
    if kind is K.PHONE_CALL and regarded is not None:
        row.phone_number = known(act, regarded, "business_phone") or known(act, regarded, "main_phone")
    found = Filled(_texts(row) | {"created_on": "", "modified_on": ""})
    usual = [_introduced(act, party, regarded) for party in guests.usual(act, row, regarded)]
    for role in guests.ROLES[kind]:
        found.values[guests.FIELD_OF[role]] = _spelled(p for p in usual if p.role is role)
    if regarded is not None:
        found.values["regarding"] = _spell((regarded.entity, regarded.id or 0))
        found.names["regarding"] = regarded.display_name
    return found


def _texts(row: Activity) -> dict[str, str]:
    empty = dict.fromkeys(guests.ROLE_OF, _NOBODY) | {"regarding": "", "body": row.body}
    return {name: raw(getattr(row, name)) for name in fields_of(Activity)} | empty


def _spelled(parties: Iterable[Party | PartyInput]) -> str:
    found = [{"entity": p.entity, "id": str(p.record_id or ""), "name": p.name, "address": p.address} for p in parties]
    return json.dumps(found, ensure_ascii=False)


def _spell(place: Place) -> str:
    return f"{place[0]}:{place[1]}"


def _introduced(act: Act, party: PartyInput, regarded: Record | None) -> PartyInput:
    """A usual party with its name and address."""
    if party.entity == "user":
        return PartyInput(party.role, "user", act.who.id, act.who.name, act.who.email)
    assert regarded is not None, "the only other usual party"
    address = known(act, regarded, "email")
    return PartyInput(party.role, regarded.entity, regarded.id, regarded.display_name, address)


def _asked_for(act: Act, text: str) -> Record | None:
    """The record that an address names as the one regarded, if there is one that the asker may see."""
    try:
        place = parse_place(text)
        return act.find(record_table(place[0]), place[1]) if place else None
    except CrmError:
        return None


def _times(act: Act, kind: K, given: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    """Start and end in UTC: those of the address, else an appointment's next half hour. Others are due at its start."""
    zone = ZoneInfo(act.who.conventions.zone)
    start, end = (_moment(given.get(name, ""), zone) for name in ("start", "end"))
    if kind is not K.APPOINTMENT:
        return None, start
    if start is None:
        hour = act.now.astimezone(zone).replace(minute=0, second=0, microsecond=0)
        start = hour + USUAL_LENGTH * (1 + (act.now - hour) // USUAL_LENGTH)
    if given.get("all_day") == "1":
        start = datetime.combine(start.date(), time(), zone)
        return start, max(start, end or start)
    return start, end if end and end >= start else start + USUAL_LENGTH


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(text[:40])
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(zone)
    except (ValueError, OverflowError):
        return None


# -- typed -----------------------------------------------------------------------------------------------------------


def create(act: Act, typed: Mapping[str, str]) -> Activity:
    """A new activity from everything that its form held; `kind` is its number. Raises as `writing.log`."""
    kind = parse_kind(typed.get("kind", ""))
    regarding, parties, rest = _sorted(kind, typed)
    rest = _whole_days(act, rest, {"all_day": rest.get("all_day", "")})
    return writing.log(act, kind, rest, regarding, parties)


def save(act: Act, row: Activity, typed: Mapping[str, str]) -> Activity:
    """Write what was typed into the form of an activity found with WRITE and its version. Raises as `writing.change`."""
    kind = K(row.kind)
    regarding, parties, rest = _sorted(kind, typed)
    if parties is not None:
        parties = [*(p for p in guests.of(act, row) if guests.FIELD_OF[p.role] not in typed), *parties]
    if kind is K.APPOINTMENT:
        rest = _whole_days(act, rest, {name: raw(getattr(row, name)) for name in ("start_on", "due_on", "all_day")})
    if "regarding" in typed:
        return writing.change(act, row, rest, parties, regarding=regarding or ("", 0))
    return writing.change(act, row, rest, parties)


def _sorted(
    kind: K, typed: Mapping[str, str]
) -> tuple[tuple[str, int] | None, list[PartyInput] | None, dict[str, str]]:
    """What was typed, apart: what it regards, who takes part (None: not asked), plain fields of this kind."""
    roles = guests.ROLES[kind]
    problems: dict[str, CrmError] = {}
    parties: list[PartyInput] = []
    asked = [guests.FIELD_OF[role] for role in roles if guests.FIELD_OF[role] in typed]
    for name in asked:
        try:
            parties += parse_parties(name, typed[name])
        except CrmError as problem:
            problems[name] = problem
    regarding = None
    try:
        regarding = parse_place(typed.get("regarding", ""))
    except CrmError as problem:
        problems["regarding"] = problem
    if problems:
        raise Invalid(problems)
    ours = writing.fields_for(kind)
    rest = {name: text for name, text in typed.items() if name in ours or is_custom(name)}
    return regarding, parties if asked else None, rest


def _whole_days(act: Act, typed: Mapping[str, str], stored: Mapping[str, str]) -> dict[str, str]:
    """What lasts all day begins and ends with days: times of day that were typed or stored are left out."""
    found = dict(typed)
    if found.get("all_day", stored.get("all_day")) != "1":
        return found
    zone = ZoneInfo(act.who.conventions.zone)
    for name in ("start_on", "due_on"):
        if moment := _moment(found.get(name, stored.get(name, "")), zone):
            found[name] = moment.date().isoformat()
    return found


def parse_kind(text: str) -> K:
    """The kind of a number or of a word in an address. Raises BadValue."""
    kind = ACTIVITIES.get(text) or next((k for k in ACTIVITIES.values() if str(int(k)) == text), None)
    if kind is None:
        raise BadValue(N_("There is no activity of that kind."))
    return kind


def parse_place(text: str) -> Place | None:
    """The record in `lead:5`; None for nothing. Raises BadValue for anything else."""
    if not text:
        return None
    entity, _, number = text.partition(":")
    if entity not in REGARDED or not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise BadValue(N_("%(label)s names no record."), label=N_("Regarding"))
    return entity, int(number)


def parse_parties(name: str, text: str) -> list[PartyInput]:
    """Who stands in a field of parties. Raises BadValue for what no form sends."""
    try:
        found = json.loads(text or _NOBODY)
        if isinstance(found, list):
            return [guests.posted({**one, "role": name}) for one in found]
    except (ValueError, TypeError, AttributeError, RecursionError):
        pass  # said below
    raise BadValue(N_("That request was not understood. Reload the page and try again."))


# -- looked up -------------------------------------------------------------------------------------------------------


def candidates(act: Act, term: str, people: bool, limit: int = 6) -> list[Candidate]:
    """Visible leads, accounts and contacts for a term; for `people` working users first, then contacts."""
    if not people:
        return naming.records(act, term, REGARDED, limit)
    return [*naming.users(act, term, limit), *naming.records(act, term, ("contact", "lead", "account"), limit)]
