"""A list as a calendar: its rows on the day that one of their dates names, and moving them to another day (S 9.1 [OURS])."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from rxcrm.models import editing, lists
from rxcrm.models.access import Who
from rxcrm.models.boards.moving import Moved
from rxcrm.models.boards.reading import CLOSED, FACTS, Card, Fact, board_view, complete
from rxcrm.models.boards.ways import WAYS, Way, way_of
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import FieldSpec, Kind
from rxcrm.models.filters.conditions import Test, both, every
from rxcrm.models.filters.values import filterable
from rxcrm.models.lists import Ask
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.models.timeline.calendar import Slot
from rxcrm.models.views import View
from rxcrm.translation import N_

#: So many records are shown at once, of more the first ones; and the longest range that is looked at.
CAP, LONGEST = 500, timedelta(days=400)
#: The dates that are named first; a calendar begins with the first of them.
DATES = {
    "lead": ("estimated_close_date", "created_on"),
    "opportunity": ("estimated_close_date", "created_on", "actual_close_date"),
}
#: Dates that are a plan: what is open and past one of them is late.
PLANNED = ("estimated_close_date", "follow_up_prospect", "follow_up_qualify", "final_decision_date")
NO_DATE = N_("A calendar cannot show records by “%(name)s”.")


@dataclass
class Days:
    """The records of a range; `more` says that it holds more than are shown."""

    slots: list[Slot] = field(default_factory=list)
    more: bool = False


def dates_of(entity: str, who: Who | None = None) -> list[Way]:
    """By which dates a calendar can show records of a table, to somebody or anybody, the usual ones first. Empty for tables
    without one."""
    if entity not in WAYS:
        return []
    specs = {name: spec for name, spec in _dated(entity).items() if who is None or who.may_read(spec)}
    return [Way(key, specs[key].label) for key in dict.fromkeys([*DATES[entity], *specs]) if key in specs]


def date_of(entity: str, key: str, who: Who | None = None) -> FieldSpec:
    """The date of that key; without key the usual one. Raises BadValue for a field that is gone, hidden or no date."""
    known = [way.key for way in dates_of(entity, who)]
    wanted = key or next(iter(known), "")
    if wanted not in known:
        raise BadValue(NO_DATE, name=key[:80])
    return _dated(entity)[wanted]


def _dated(entity: str) -> dict[str, FieldSpec]:
    found = filterable(record_table(entity))
    return {name: replace(spec, name=name) for name, spec in found.items() if spec.kind in (Kind.DATE, Kind.MOMENT)}


def between(act: Act, ask: Ask, view: View, spec: FieldSpec, since: date, before: date) -> Days:
    """What of a view lies on the days of a range, in the user's zone; with the rights and the search of its list."""
    last = min(before, since + LONGEST) - timedelta(days=1)
    if last < since:
        return Days()
    on = every(
        Test(spec.name, "on-or-after", (since.isoformat(),)), Test(spec.name, "on-or-before", (last.isoformat(),))
    )
    shown = board_view(view)
    columns = tuple(dict.fromkeys([*shown.columns, spec.name]))
    narrowed = replace(shown, columns=columns, where=both(view.where, on), sort=((spec.name, False),))
    page = lists.page_of(act, narrowed, replace(ask, after="", before="", page=1, last=False), None, CAP, FACTS)
    cards = [Card(int(row["id"]), 0, "", row) for row in page.rows]
    complete(act, view.entity, way_of(view.entity, "status_reason"), cards, [*map(Fact._make, page.extra)])
    return Days(_slots(act, spec, cards), page.more_after)


def _slots(act: Act, spec: FieldSpec, cards: Sequence[Card]) -> list[Slot]:
    zone = ZoneInfo(act.who.conventions.zone)
    today = act.now.astimezone(zone).date()
    found = []
    for card in cards:
        text = card.row[spec.name]
        day = (
            date.fromisoformat(text) if spec.kind is Kind.DATE else datetime.fromisoformat(text).astimezone(zone).date()
        )
        late = spec.name in PLANNED and day < today
        state = "closed" if card.locked == CLOSED else "overdue" if late else "open"
        about = card.row.get("company_name") or card.row.get("customer") or card.row.get("topic", "")
        movable = not card.locked and spec.kind is Kind.DATE and not spec.locked
        slot = Slot(card.id, card.version, 0, card.row["name"], day.isoformat(), "", True, state, movable, "")
        found.append(replace(slot, owner=card.row["owner"], regarding=about))
    return found


def move(act: Act, entity: str, record_id: int, version: int, key: str, day: str) -> Moved:
    """Give a record another day, as an edit in its list does. Raises BadValue for a date that nobody sets, NotAllowed."""
    spec = date_of(entity, key, act.who)
    if spec.kind is not Kind.DATE:
        raise BadValue(NO_DATE, name=key[:80])
    row = act.find(record_table(entity), record_id)
    typed = {spec.name: day[:10]}
    editing.require(act, entity, typed)
    (edited,) = editing.edit_many(act, [row], typed, {record_id: version})
    if edited.refusal:
        raise edited.refusal
    return Moved(record_id, row.display_name, edited.operation)
