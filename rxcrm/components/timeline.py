"""The timeline of a record: composer, what is planned, the stream of everything that happened (S 4)."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.local import EDITOR, ICONS, library
from rxcrm.state.gate import AppState
from rxcrm.state.timeline import Timeline

_Ids = passthrough_event_spec(int, int)
_Named = passthrough_event_spec(str, int)


class TimelineView(rx.Component):
    """The browser's part; it asks the state for the record's timeline as soon as it appears."""

    library = library("timeline.jsx")
    tag = "Timeline"
    # The editor is fetched on first use; it is named here so that the build has it.
    lib_dependencies: list[str] = [ICONS, *EDITOR]

    entity: rx.Var[str]
    record_id: rx.Var[int]
    user_id: rx.Var[int]
    zone: rx.Var[str]
    shown_entity: rx.Var[str]
    shown_id: rx.Var[int]
    ready: rx.Var[bool]
    pinned: rx.Var[Any]
    planned: rx.Var[Any]
    planned_more: rx.Var[int]
    items: rx.Var[Any]
    older: rx.Var[Any]
    more: rx.Var[bool]
    gone: rx.Var[Any]
    facets: rx.Var[Any]
    filters: rx.Var[Any]
    search: rx.Var[str]
    newest_first: rx.Var[bool]
    missed: rx.Var[int]
    since: rx.Var[str]
    may: rx.Var[Any]
    defaults: rx.Var[Any]
    answer: rx.Var[Any]
    opened: rx.Var[Any]
    candidates: rx.Var[Any]
    filled: rx.Var[Any]

    on_open: rx.EventHandler[_Named]
    on_ask: rx.EventHandler[passthrough_event_spec(str, dict[str, list[str]], bool)]
    on_count: rx.EventHandler[passthrough_event_spec(bool)]
    on_load_more: rx.EventHandler[rx.event.no_args_event_spec]
    on_show_planned: rx.EventHandler[rx.event.no_args_event_spec]
    on_refresh: rx.EventHandler[rx.event.no_args_event_spec]
    on_seen: rx.EventHandler[rx.event.no_args_event_spec]
    on_expand: rx.EventHandler[passthrough_event_spec(str)]
    on_write_note: rx.EventHandler[passthrough_event_spec(int, int, int, str, str, list[int])]
    on_write_post: rx.EventHandler[passthrough_event_spec(int, str, int)]
    on_log: rx.EventHandler[passthrough_event_spec(int, str, dict[str, str], list[dict[str, str]], list[int], str)]
    on_complete: rx.EventHandler[passthrough_event_spec(int, int, int)]
    on_cancel: rx.EventHandler[_Ids]
    on_reopen: rx.EventHandler[_Ids]
    on_send: rx.EventHandler[_Ids]
    on_pin: rx.EventHandler[passthrough_event_spec(int, bool)]
    on_like: rx.EventHandler[passthrough_event_spec(int)]
    on_delete: rx.EventHandler[_Ids]
    on_undo_delete: rx.EventHandler[passthrough_event_spec(int)]
    on_use_template: rx.EventHandler[_Ids]
    on_mention: rx.EventHandler[_Named]
    on_refer: rx.EventHandler[_Named]
    on_party: rx.EventHandler[_Named]


def timeline(entity: str, record_id: Any, zone: Any = AppState.zone) -> rx.Component:
    """The timeline of one record; nothing until the record is saved (`record_id` is 0)."""
    state = Timeline
    return TimelineView.create(
        entity=entity,
        record_id=record_id,
        user_id=AppState.user_id,
        zone=zone,
        shown_entity=state.entity,
        shown_id=state.record_id,
        ready=state.ready,
        pinned=state.pinned,
        planned=state.planned,
        planned_more=state.planned_more,
        items=state.items,
        older=state.older,
        more=state.more,
        gone=state.gone,
        facets=state.facets,
        filters=state.filters,
        search=state.search,
        newest_first=state.newest_first,
        missed=state.missed,
        since=state.since,
        may=state.may,
        defaults=state.defaults,
        answer=state.answer,
        opened=state.opened,
        candidates=state.candidates,
        filled=state.filled,
        on_open=state.open,
        on_ask=state.ask,
        on_count=state.count,
        on_load_more=state.load_more,
        on_show_planned=state.show_planned,
        on_refresh=state.refresh,
        on_seen=state.seen,
        on_expand=state.expand,
        on_write_note=state.write_note,
        on_write_post=state.write_post,
        on_log=state.log,
        on_complete=state.complete,
        on_cancel=state.cancel,
        on_reopen=state.reopen,
        on_send=state.send,
        on_pin=state.pin,
        on_like=state.like,
        on_delete=state.delete,
        on_undo_delete=state.undo_delete,
        on_use_template=state.use_template,
        on_mention=state.mention,
        on_refer=state.refer,
        on_party=state.party,
    )
