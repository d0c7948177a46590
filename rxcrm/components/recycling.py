"""The list of the recycle bin (S 3.8, 13.6)."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.local import library
from rxcrm.state.gate import AppState
from rxcrm.state.recycling import TABLES, RecycleBin


class RecycleBinList(_Ours):
    library = library("recycling.jsx")
    tag = "RecycleBin"
    rows: rx.Var[Any]
    more: rx.Var[bool]
    entity: rx.Var[str]
    term: rx.Var[str]
    ready: rx.Var[bool]
    tables: rx.Var[list[Any]]
    zone: rx.Var[str]
    on_search: rx.EventHandler[passthrough_event_spec(str, str)]
    on_more: rx.EventHandler[rx.event.no_args_event_spec]
    on_restore: rx.EventHandler[passthrough_event_spec(list)]


def recycle_bin() -> rx.Component:
    """What the asker may restore."""
    return RecycleBinList.create(
        rows=RecycleBin.rows,
        more=RecycleBin.more,
        entity=RecycleBin.entity,
        term=RecycleBin.term,
        ready=RecycleBin.ready,
        tables=TABLES,
        zone=AppState.zone,
        on_search=RecycleBin.search,
        on_more=RecycleBin.show_more,
        on_restore=RecycleBin.restore,
    )
