"""What stands around the rows of a list: the bar of the selection with its commands, books, the tools of the grid."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.local import EDITOR, ICONS, library
from rxcrm.components.sharing import ON_RUN, assign_picked
from rxcrm.models.views import VIEWS
from rxcrm.state.bulk import Bulk
from rxcrm.state.forms import TAGGED, describe
from rxcrm.state.gate import AppState
from rxcrm.state.list_tools import ListTools
from rxcrm.state.shell import Shell

BAR, BOOKS = library("selection_bar.jsx"), library("bulk_books.jsx")


class SelectionBar(_Ours):
    """The bar below a list while rows are ticked."""

    library = BAR
    tag = "SelectionBar"
    entity: rx.Var[str]


class PickedCommand(_Ours):
    """A command on the selection; `on_pick` gets ids, whether all of the list is meant, its address, and a token."""

    library = BAR
    tag = "PickedCommand"
    label: rx.Var[str]
    hotkey: rx.Var[str]
    most: rx.Var[int]
    on_pick: rx.EventHandler[passthrough_event_spec(list, bool, str, int)]


class ExportPicked(_Ours):
    library = BAR
    tag = "ExportPicked"


class DeletePicked(_Ours):
    library = BAR
    tag = "DeletePicked"
    entity: rx.Var[str]
    told: rx.Var[Any]
    on_ask: rx.EventHandler[rx.event.no_args_event_spec]
    on_run: rx.EventHandler[ON_RUN]


class EditPicked(_Ours):
    library = library("bulk_edit.jsx")
    tag = "EditPicked"
    lib_dependencies: list[str] = [ICONS, *EDITOR]  # its fields are those of the forms
    entity: rx.Var[str]
    fields: rx.Var[dict[str, Any]]
    first: rx.Var[list[str]]
    told: rx.Var[Any]
    prepared: rx.Var[Any]
    looked_up: rx.Var[Any]
    currency: rx.Var[str]
    zone: rx.Var[str]
    on_run: rx.EventHandler[ON_RUN]
    on_prepare: rx.EventHandler[passthrough_event_spec(str, list, int)]
    on_look_up: rx.EventHandler[passthrough_event_spec(str, str, int, int)]


class TagPicked(_Ours):
    """Add tags and Remove tags."""

    library = library("tags.jsx")
    tag = "TagPicked"
    entity: rx.Var[str]
    rights: rx.Var[Any]
    told: rx.Var[Any]
    on_run: rx.EventHandler[ON_RUN]


class BulkProgress(_Ours):
    library = BOOKS
    tag = "BulkProgress"
    running: rx.Var[Any]
    on_follow: rx.EventHandler[rx.event.no_args_event_spec]
    on_cancel: rx.EventHandler[passthrough_event_spec(int)]


class BulkHistory(_Ours):
    library = BOOKS
    tag = "BulkHistory"
    entity: rx.Var[str]
    past: rx.Var[Any]
    zone: rx.Var[str]
    on_open: rx.EventHandler[passthrough_event_spec(str)]
    on_undo: rx.EventHandler[passthrough_event_spec(int)]


def selection_bar(state: Any, entity: str, *commands: rx.Component) -> rx.Component:
    """The bar with the commands of every table, and with `commands` of this one."""
    edit = rx.cond(AppState.rights[f"write_{entity}"], edit_picked(entity)) if entity != "activity" else rx.fragment()
    tag = TagPicked.create(entity=entity, rights=AppState.rights, told=Bulk.told, on_run=Bulk.run)
    return SelectionBar.create(
        edit,
        assign_picked(entity),
        rx.cond(AppState.rights[f"write_{entity}"], tag) if entity in TAGGED else rx.fragment(),
        *commands,
        rx.cond(AppState.rights["export"], ExportPicked.create()),
        DeletePicked.create(entity=entity, told=Bulk.told, on_ask=state.ask_delete, on_run=Bulk.run),
        entity=entity,
    )


def edit_picked(entity: str) -> rx.Component:
    """Edit many (S R7.6)."""
    return EditPicked.create(
        entity=entity,
        fields=describe(entity),
        first=list(dict.fromkeys(c for view in VIEWS[entity] for c in view.columns)),
        told=Bulk.told,
        prepared=Bulk.prepared,
        looked_up=Shell.looked_up,
        currency=AppState.currency,
        zone=AppState.zone,
        on_run=Bulk.run,
        on_prepare=Bulk.prepare,
        on_look_up=Shell.look_up,
    )


def bulk_progress() -> rx.Component:
    """How far commands on many records are; empty while there are none."""
    return BulkProgress.create(running=Bulk.running, on_follow=Bulk.follow, on_cancel=Bulk.cancel)


def bulk_history(entity: str) -> rx.Component:
    """What the user did to many records lately, with the way back."""
    return BulkHistory.create(entity=entity, past=Bulk.past, zone=AppState.zone, on_open=Bulk.open, on_undo=Bulk.undo)


def grid_tools(state: Any, entity: str) -> dict[str, Any]:
    """What the grid of a list asks besides its rows (rxcrm.components.elements.RecordList)."""
    return {
        "fields": describe(entity) if entity != "activity" else {},
        "rights": AppState.rights,
        "currency": AppState.currency,
        "group": state.head.shown["group"],
        "totals": state.head.shown["totals"],
        "begun": ListTools.begun,
        "stored": ListTools.stored,
        "peeked": ListTools.peeked,
        "grouped": ListTools.grouped,
        "opened": ListTools.opened,
        "summed": ListTools.summed,
        "looked_up": Shell.looked_up,
        "on_begin_cell": ListTools.begin_cell,
        "on_store_cell": ListTools.store_cell,
        "on_group": ListTools.group,
        "on_open_group": ListTools.open_group,
        "on_total": ListTools.total,
        "on_peek": ListTools.peek,
        "on_look_up": Shell.look_up,
    }
