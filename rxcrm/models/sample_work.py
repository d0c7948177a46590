"""What the staff of the sample story do with their latest leads: notes, calls, tasks, meetings (S 1.6, 4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from rxcrm.models.choices import ActivityKind as K
from rxcrm.models.lead import Lead
from rxcrm.models.records import Act
from rxcrm.models.timeline import writing

#: `as_of(when)` acts in the name of the lead's owner at that time.
AsOf = Callable[[datetime], Act]

NOTES = (
    "<p>They plan the change for the <b>second half of the year</b>; the budget is part of next year's investment plan.</p>",
    "<p>Visited the hall: 7.4 m clear height, floor in good condition.</p><ul><li>two shifts</li><li>no sprinklers</li></ul>",
    "<p>{first} compares us with two others. What counts: delivery time, and who does the service.</p>",
    "<p>Wants to see a reference nearby before anybody talks about prices.</p>",
)
CALLS = ("Ask how many pallets they move a day", "Ring back about the delivery time", "Who decides, and when?")
TASKS = ("Prepare the offer", "Send drawings of a similar hall", "Find a reference nearby", "Check spare parts prices")
MEETINGS = ("Site visit", "Presentation of the offer", "Meeting with their planner")
LENGTHS = (30, 60, 90)


def tell(n: int, lead: Lead, born: datetime, now: datetime, as_of: AsOf) -> None:
    """The n-th of the latest leads: a note and a call that are done, and what is still to do; some of it is late."""
    regarding = ("lead", lead.id or 0)
    talked = min(born + timedelta(days=1, hours=2), now - timedelta(minutes=40))
    act = as_of(talked)
    writing.note(act, *regarding, "", NOTES[n % len(NOTES)].format(first=lead.first_name))
    if not lead.do_not_phone and n % 3 != 2:
        call = {"subject": CALLS[n % len(CALLS)], "due_on": talked.isoformat(), "duration": "10"}
        if number := lead.business_phone or lead.mobile_phone:
            call["phone_number"] = number
        writing.complete(act, writing.log(act, K.PHONE_CALL, call, regarding))
    due = _workday(now, n % 9 - 2).replace(hour=9 + n % 8, minute=30 * (n % 2), second=0, microsecond=0)
    if n % 4 == 3:
        until = due + timedelta(minutes=LENGTHS[n % len(LENGTHS)])
        meeting = {"subject": MEETINGS[n % len(MEETINGS)], "start_on": due.isoformat(), "due_on": until.isoformat()}
        writing.log(act, K.APPOINTMENT, meeting | {"location": lead.city}, regarding)
    else:
        task = {"subject": TASKS[n % len(TASKS)], "due_on": due.isoformat(), "priority": str(2 if n % 5 == 0 else 1)}
        writing.log(act, K.TASK, task, regarding)


def _workday(now: datetime, days: int) -> datetime:
    """A day so far from now, moved to Friday where it would be a weekend."""
    day = now + timedelta(days=days)
    return day - timedelta(days=max(0, day.weekday() - 4))
