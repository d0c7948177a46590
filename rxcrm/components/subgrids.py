"""The contacts, leads and opportunities on the form of the record that they belong to."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.local import library
from rxcrm.state.subgrids import SubGrids as Grids


class SubGrids(_Ours):
    library = library("subgrids.jsx")
    tag = "SubGrids"
    entity: rx.Var[str]
    record_id: rx.Var[int]
    loaded: rx.Var[int]
    shown: rx.Var[str]
    shown_id: rx.Var[int]
    grids: rx.Var[Any]
    on_open: rx.EventHandler[passthrough_event_spec(str, int)]
    on_more: rx.EventHandler[passthrough_event_spec(str, int, str)]


def subgrids(state: Any, entity: str) -> rx.Component:
    """A card per kind of record that points to the one shown."""
    return SubGrids.create(
        entity=entity,
        record_id=state.record_id,
        loaded=state.loaded,
        shown=Grids.entity,
        shown_id=Grids.of_id,
        grids=Grids.grids,
        on_open=Grids.open,
        on_more=Grids.show_more,
    )
