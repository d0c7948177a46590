"""The process bar of leads and opportunities (S 2.3)."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.local import library
from rxcrm.state.processes import ProcessMoves


class ProcessBar(_Ours):
    library = library("process.jsx")
    tag = "ProcessBar"
    process: rx.Var[Any]
    may: rx.Var[dict[str, str]]
    #: Id, version, what to do, stage.
    on_move: rx.EventHandler[passthrough_event_spec(int, int, str, str)]
    on_qualify: rx.EventHandler[rx.event.no_args_event_spec]
    #: An administrator has changed a process.
    on_changed: rx.EventHandler[rx.event.no_args_event_spec]


def process_bar(state: Any, entity: str, on_qualify: Any = None) -> rx.Component:
    """The bar of the record that a form shows. `on_qualify` is what the button of the stage Qualify of a lead does (R2.4)."""
    return ProcessBar.create(
        process=state.process,
        may=state.may,
        on_move=lambda record_id, version, move, stage: [
            ProcessMoves.move(entity, record_id, version, move, stage),
            state.refresh,
        ],
        on_changed=state.refresh,
        **({"on_qualify": on_qualify} if on_qualify is not None else {}),
    )
