"""The bell in the header, and the command with which a record is followed (S 3.11)."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.local import ICONS, library
from rxcrm.state.gate import AppState
from rxcrm.state.notifications import Notifications


class Bell(rx.Component):
    """A button with the unread count; it opens the pane of notifications."""

    library = library("notifications.jsx")
    tag = "Bell"
    lib_dependencies: list[str] = [ICONS]
    unread: rx.Var[int]
    lines: rx.Var[Any]
    more: rx.Var[bool]
    ready: rx.Var[bool]
    zone: rx.Var[str]
    on_open: rx.EventHandler[rx.event.no_args_event_spec]
    on_more: rx.EventHandler[rx.event.no_args_event_spec]
    on_read: rx.EventHandler[passthrough_event_spec(int)]
    on_read_all: rx.EventHandler[rx.event.no_args_event_spec]


def bell() -> rx.Component:
    return Bell.create(
        unread=Notifications.unread,
        lines=Notifications.lines,
        more=Notifications.more,
        ready=Notifications.ready,
        zone=AppState.zone,
        on_open=Notifications.open,
        on_more=Notifications.load_more,
        on_read=Notifications.read,
        on_read_all=Notifications.read_all,
    )
