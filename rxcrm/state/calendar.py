"""The calendar: what it shows of a range, and what is moved in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from rxcrm.models.access import Privilege
from rxcrm.models.errors import CrmError
from rxcrm.models.records import Act
from rxcrm.models.timeline import calendar, form
from rxcrm.models.timeline.calendar import Slot, Whose
from rxcrm.state.gate import SIGNED_IN, AppState, action, do, look
from rxcrm.translation import N_, gettext


@dataclass
class Shown:
    """What lies in a range of days, for the question that asked for it."""

    seq: int = 0
    since: str = ""
    before: str = ""
    whose: str = ""
    slots: list[Slot] = field(default_factory=list)
    more: bool = False


@dataclass
class Moved:
    """The answer to one move, recognised by its token: what it takes to undo it."""

    token: int = 0
    ok: bool = False
    text: str = ""
    id: int = 0
    version: int = 0
    start: str = ""
    end: str = ""
    all_day: bool = False


class Calendar(AppState):
    """Activities by day."""

    shown: Shown = Shown()
    moved: Moved = Moved()

    @action(SIGNED_IN)
    async def open(self):
        """The page asks for its range itself, as soon as it knows it."""

    @action(SIGNED_IN)
    async def ask(self, since: str, before: str, whose: str):
        """What lies from one day (ISO, inclusive) to another (exclusive): mine, my team's or all."""
        await self._show(since, before, whose)

    @action(SIGNED_IN)
    async def move(self, activity_id: int, version: int, start: str, end: str, all_day: bool, token: int):
        """Move an activity to another time, said in the user's wall-clock time; answers with what undoes it."""
        try:
            self.moved = await do(moved_to, activity_id, version, start, end, all_day)
        except CrmError as refusal:
            self.moved = Moved(token)
            self._refuse(refusal)
        else:
            self.moved.token = token
        await self._show(self.shown.since, self.shown.before, self.shown.whose)

    async def _show(self, since: str, before: str, whose: str) -> None:
        found = await look(between, since, before, whose)
        self.shown = Shown(self.shown.seq + 1, since, before, whose, found.slots, found.more)


def between(act: Act, since: str, before: str, whose: str) -> calendar.Span:
    """The activities of a range of days in the user's zone; nothing for what is no range."""
    zone = ZoneInfo(act.who.conventions.zone)
    try:
        start, end = (
            datetime.combine(date.fromisoformat(day[:10]), time(), zone).astimezone(UTC) for day in (since, before)
        )
    except (ValueError, OverflowError):
        return calendar.Span()
    return calendar.between(act, start, end, Whose(whose) if whose in set(Whose) else Whose.MINE)


def moved_to(act: Act, activity_id: int, version: int, start: str, end: str, all_day: bool) -> Moved:
    """Move an activity and tell where it was."""
    row = form.find(act, activity_id, Privilege.WRITE, version)
    before = calendar.slot_of(act, row)
    calendar.move(act, row, start, end, all_day)
    return Moved(
        ok=True,
        text=gettext(act.who.conventions.locale, N_("%(name)s was moved."), name=row.display_name),
        id=activity_id,
        version=row.version,
        start=before.start,
        end=before.end,
        all_day=before.all_day,
    )
