"""/activities/calendar: activities by month, week and day (S 4.10)."""

import reflex as rx

from rxcrm.components.activities import calendar
from rxcrm.components.frame import frame
from rxcrm.models.choices import ActivityKind
from rxcrm.state.calendar import Calendar
from rxcrm.state.gate import AppState

on_load = Calendar.open


def page() -> rx.Component:
    return frame(
        calendar(
            shown=Calendar.shown,
            moved=Calendar.moved,
            zone=AppState.zone,
            first_weekday=AppState.first_weekday,
            may_create=AppState.rights["create_activity"],
            kinds={str(int(kind)): kind.label for kind in ActivityKind},
            on_ask=Calendar.ask,
            on_move=Calendar.move,
        ),
        main_class="calendar-page",
    )
