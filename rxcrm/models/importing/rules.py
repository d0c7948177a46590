"""What a row must be as a whole before it becomes a record: an opportunity has a customer, an activity a kind (S 1.4, 1.6).

Fields are checked one by one elsewhere; here they are seen together, and what several columns tell becomes one value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rxcrm.models.activity import ACTIVITY_REASONS
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind as K
from rxcrm.models.customers import NEEDED
from rxcrm.models.fields import Conventions
from rxcrm.models.importing.lookups import Link, Pending
from rxcrm.models.importing.specials import (
    CUSTOMER,
    DUE_TIME,
    PEOPLE,
    REGARDED,
    START_TIME,
    specs_of,
)
from rxcrm.models.richtext import of_plain
from rxcrm.models.tables import record_table
from rxcrm.models.timeline.guests import FIELD_OF, ROLES
from rxcrm.models.timeline.writing import FIELDS, fields_for
from rxcrm.translation import N_

#: What comes of a trouble: the value is left out, a new record cannot be made, the row cannot be used at all.
WARNS, MISSES, REJECTS = "warning", "missing", "rejected"
REQUIRED = N_("%(label)s is required.")
LEFT_OUT = N_("%(label)s does not belong to an activity of this type; it was left out.")
NO_TIME = N_("“%(value)s” is no time of day; it was left out.")
NO_POSTS = N_("Posts are not imported; choose Note instead.")
_TIME = re.compile(r"^(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*(?:([AaPp])\.?[Mm]\.?|Uhr)?$")
#: What every kind of activity may carry beside its own fields (rxcrm.models.timeline.writing).
_ALWAYS = frozenset({"kind", "subject", "status", "status_reason", "closed_on", "regarding_entity", "regarding_id"})
_BESIDE = {
    K.EMAIL: frozenset({"description", "outgoing", "remind_on"}),
    K.NOTE: frozenset({"description"}),
    K.APPOINTMENT: frozenset({"duration"}),
}


@dataclass(frozen=True)
class Trouble:
    """Something wrong with a row: at which target, a message of the catalogue with its values, and what comes of it."""

    target: str
    message: str
    values: dict[str, Any] = field(default_factory=dict)
    weight: str = REJECTS


def judge(
    table: type[Record], values: dict[str, Any], how: Conventions, filled: set[str] | None = None
) -> list[Trouble]:
    """Bring the values of one row into the shape that `writing` takes; returns what is wrong with them.

    `values` are changed: look-ups over several tables and times of day become part of the fields that they belong to;
    so are the names of those that the file `filled`, which an update writes.
    """
    rule = _RULES.get(table.entity)
    if rule is None:
        return []
    before = {name: value for name, value in values.items() if value not in (None, "")}
    found = list(rule(values, how))
    if filled is not None:
        filled |= {name for name, value in values.items() if before.get(name) != value}
        # What an activity is and who took part in it stays as it was when a record is only updated.
        filled &= values.keys() - {*PEOPLE, "kind"}
    return found


# -- opportunities ---------------------------------------------------------------------------------------------------


def _opportunity(values: dict[str, Any], how: Conventions) -> Iterator[Trouble]:
    customer = values.pop(CUSTOMER, None)
    if isinstance(customer, Link | Pending):
        found = customer.record_id if isinstance(customer, Link) else customer
        if not values.get(f"{customer.entity}_id"):
            values[f"{customer.entity}_id"] = found
    if not values.get("account_id") and not values.get("contact_id"):
        yield Trouble(CUSTOMER, NEEDED, weight=MISSES)


# -- activities ------------------------------------------------------------------------------------------------------


def _activity(values: dict[str, Any], how: Conventions) -> Iterator[Trouble]:
    _one_regarding(values)
    yield from _times_of_day(values, how)
    if values.get("kind") is None:
        yield Trouble("kind", REQUIRED, {"label": _label("kind")}, MISSES)
        return
    kind = K(values["kind"])
    if kind is K.POST:
        yield Trouble("kind", NO_POSTS)
        return
    yield from _fitting(kind, values)
    yield from _times(kind, values)
    if kind not in (K.EMAIL, K.NOTE) and not values.get("subject"):
        yield Trouble("subject", REQUIRED, {"label": _label("subject")}, MISSES)
    if kind in (K.NOTE, K.EMAIL) and (text := values.pop("description", "")):
        values["body"] = of_plain(text)
    if kind is K.NOTE and not values.get("subject") and not values.get("body"):
        yield Trouble("description", N_("A note needs a text, a title or a file."), weight=MISSES)
    if kind is K.PHONE_CALL and not any(values.get(name) for name in ("regarding_id", "from", "to", "phone_number")):
        yield Trouble("to", REQUIRED, {"label": N_("Call To")}, MISSES)


def _one_regarding(values: dict[str, Any]) -> None:
    """The first of the columns that name what an activity regards."""
    found = [(name, value) for name in REGARDED if (value := values.pop(name, None))]
    if found:
        name, value = found[0]
        entity = name.removeprefix("regarding_") if isinstance(value, int) else value.entity
        number = value.record_id if isinstance(value, Link) else value
        values |= {"regarding_entity": entity, "regarding_id": number}


def _times_of_day(values: dict[str, Any], how: Conventions) -> Iterator[Trouble]:
    """Date and time in two columns, as Outlook writes them, become one moment in the user's zone."""
    zone = ZoneInfo(how.zone)
    for name, moment in ((START_TIME, "start_on"), (DUE_TIME, "due_on")):
        text = str(values.pop(name, "") or "").strip()
        at: datetime | None = values.get(moment)
        if not text or at is None:
            continue
        of_day = _time_of_day(text)
        if of_day is None:
            yield Trouble(name, NO_TIME, {"value": text[:80]}, WARNS)
            continue
        day = at.astimezone(zone).date()
        values[moment] = datetime.combine(day, of_day, zone).astimezone(UTC)


def _time_of_day(text: str) -> time | None:
    found = _TIME.match(text)
    if not found:
        return None
    hour, half = int(found[1]), (found[4] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(found[2]), int(found[3] or 0))
    except ValueError:
        return None


def _fitting(kind: K, values: dict[str, Any]) -> Iterator[Trouble]:
    """Leave out what an activity of this kind does not have."""
    people = {FIELD_OF[role] for role in ROLES.get(kind, ())}
    fits = _ALWAYS | (fields_for(kind) if kind in FIELDS else frozenset()) | _BESIDE.get(kind, frozenset()) | people
    for name in [n for n in values if n not in fits]:
        given = values.pop(name)
        if given not in (None, "", False) and not _default(name, given):
            yield Trouble(name, LEFT_OUT, {"label": _label(name)}, WARNS)
    reason = values.get("status_reason")
    if reason is not None and not any(reason in each for each in ACTIVITY_REASONS.get(kind, {}).values()):
        del values["status_reason"]
        yield Trouble("status_reason", LEFT_OUT, {"label": _label("status_reason")}, WARNS)
    elif reason is not None:
        statuses = ACTIVITY_REASONS.get(kind, {})
        values["status"] = next(int(status) for status, each in statuses.items() if reason in each)


def _default(name: str, value: Any) -> bool:
    column = record_table("activity").__table__.c.get(name)  # type: ignore[attr-defined]
    return column is not None and column.default is not None and bool(column.default.arg == value)


def _times(kind: K, values: dict[str, Any]) -> Iterator[Trouble]:
    start, due = values.get("start_on"), values.get("due_on")
    if kind is not K.APPOINTMENT:
        if start and due and due < start:
            values["start_on"] = None
            yield Trouble("due_on", N_("The due date cannot lie before the start date."), weight=WARNS)
        return
    if start and due is None:
        if values.get("duration") is not None:
            due = start + timedelta(minutes=values["duration"])
        elif values.get("all_day"):
            due = start
        values["due_on"] = due
    for name, label, at in (("start_on", N_("Start Time"), start), ("due_on", N_("End Time"), due)):
        if at is None:
            yield Trouble(name, REQUIRED, {"label": label}, MISSES)
    if start and due:
        if due < start:
            yield Trouble("due_on", N_("An appointment cannot end before it starts."))
        values["duration"] = max(0, int((due - start) / timedelta(minutes=1)))


def _label(name: str) -> str:
    found = specs_of(record_table("activity")).get(name)
    return found.label if found else name


_RULES: dict[str, Callable[[dict[str, Any], Conventions], Iterator[Trouble]]] = {
    "opportunity": _opportunity,
    "activity": _activity,
}
