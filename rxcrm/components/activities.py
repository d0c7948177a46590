"""Our elements for activities: their commands in lists and forms, and the calendar."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.local import ICONS, library

ACTIVITIES, CALENDAR = library("activities.jsx"), library("calendar.jsx")
#: The calendar, pinned with the polyfill that it asks for (docs/decisions/0012).
FULL_CALENDAR = ["@fullcalendar/react@7.1.4", "temporal-polyfill@1.0.8"]


class UndoBar(rx.Component):
    """Says what was just done, and offers to undo it for some seconds."""

    library = ACTIVITIES
    tag = "UndoBar"
    lib_dependencies: list[str] = [ICONS]
    done: rx.Var[Any]
    on_undo: rx.EventHandler[rx.event.no_args_event_spec]


class ActivityEntry(rx.Component):
    """An entry of the menu + New that begins an activity, about the record on the page where there is one."""

    library = ACTIVITIES
    tag = "ActivityEntry"
    lib_dependencies: list[str] = [ICONS]
    kind: rx.Var[str]


class SavedCommand(rx.Component):
    """A command of a form that saves unsaved changes first."""

    library = ACTIVITIES
    tag = "SavedCommand"
    lib_dependencies: list[str] = [ICONS]
    label: rx.Var[str]
    why: rx.Var[str]


class CloseDialog(rx.Component):
    """Asks how an activity is closed: completed or canceled, and the reason."""

    library = ACTIVITIES
    tag = "CloseDialog"
    lib_dependencies: list[str] = [ICONS]
    open: rx.Var[bool]
    kind: rx.Var[int]
    reasons: rx.Var[dict[str, Any]]
    statuses: rx.Var[list[Any]]
    on_dismiss: rx.EventHandler[rx.event.no_args_event_spec]
    on_confirm: rx.EventHandler[passthrough_event_spec(int, int)]


class Calendar(rx.Component):
    """Month, week and day; asks for what lies in the range that it shows, and says what was moved or selected."""

    library = CALENDAR
    tag = "ActivityCalendar"
    lib_dependencies: list[str] = [ICONS, *FULL_CALENDAR]
    shown: rx.Var[Any]
    moved: rx.Var[Any]
    zone: rx.Var[str]
    first_weekday: rx.Var[int]
    may_create: rx.Var[bool]
    kinds: rx.Var[dict[str, str]]
    on_ask: rx.EventHandler[passthrough_event_spec(str, str, str)]
    on_move: rx.EventHandler[passthrough_event_spec(int, int, str, str, bool, int)]


undo_bar, saved_command, close_dialog = UndoBar.create, SavedCommand.create, CloseDialog.create
activity_entry, calendar = ActivityEntry.create, Calendar.create
