"""The question when an undo would remove what somebody has used since (S 3.5 [OURS])."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.local import library
from rxcrm.state.gate import AppState
from rxcrm.state.undoing import Undoing


class InUseDialog(_Ours):
    library = library("in_use.jsx")
    tag = "InUseDialog"
    asked: rx.Var[int]
    touches: rx.Var[Any]
    zone: rx.Var[str]
    on_keep: rx.EventHandler[passthrough_event_spec(int)]
    on_dismiss: rx.EventHandler[rx.event.no_args_event_spec]


def in_use_dialog() -> rx.Component:
    """Says who used what, and offers to keep it; on every page, since a message with Undo may show on any."""
    return InUseDialog.create(
        asked=Undoing.asked,
        touches=Undoing.used,
        zone=AppState.zone,
        on_keep=Undoing.keep,
        on_dismiss=Undoing.dismiss,
    )
