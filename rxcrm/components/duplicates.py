"""Duplicates on record pages: the panel while typing, the dialog on saving, the command View duplicates (S 3.4)."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours, command_button
from rxcrm.components.frame import icon
from rxcrm.components.local import library
from rxcrm.components.tr import _
from rxcrm.state.duplicates import WATCHED, Duplicates
from rxcrm.state.gate import AppState

DUPLICATES = library("duplicates.jsx")


class DuplicatePanel(_Ours):
    """Who may be the record that is typed; inside a record form."""

    library = DUPLICATES
    tag = "DuplicatePanel"
    watched: rx.Var[list[str]]
    answer: rx.Var[Any]
    on_check: rx.EventHandler[passthrough_event_spec(str, dict[str, str], int)]


class DuplicatesDialog(_Ours):
    """Asks before a record is saved that is there already; inside a record form."""

    library = DUPLICATES
    tag = "DuplicatesDialog"


class DuplicatesPane(_Ours):
    """Everything that is like a saved record."""

    library = DUPLICATES
    tag = "DuplicatesPane"
    open: rx.Var[bool]
    entity: rx.Var[str]
    record_id: rx.Var[int]
    title: rx.Var[str]
    matches: rx.Var[list[Any]]
    may_merge: rx.Var[bool]
    on_apart: rx.EventHandler[passthrough_event_spec(str, int, str, int)]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]


def on_forms(entity: str) -> tuple[rx.Component, ...]:
    """What stands inside the form of a record: the panel and the dialog on saving."""
    if entity not in WATCHED:
        return ()
    return (
        DuplicatePanel.create(watched=WATCHED[entity], answer=Duplicates.similar, on_check=Duplicates.check),
        DuplicatesDialog.create(),
    )


def duplicates_command(state: Any, entity: str) -> tuple[rx.Component, ...]:
    """The command View duplicates, hidden where the record's commands do not know it."""
    if entity not in WATCHED:
        return ()
    return (
        rx.cond(
            state.may.contains("duplicates"),
            command_button(
                icon("users"),
                label=_("View duplicates"),
                why=_(state.may["duplicates"]),
                on_click=Duplicates.view(entity, state.record_id),
            ),
        ),
    )


def duplicates_pane(state: Any, entity: str) -> tuple[rx.Component, ...]:
    """The pane that the command opens; once per page, outside the form."""
    if entity not in WATCHED:
        return ()
    return (
        DuplicatesPane.create(
            open=Duplicates.viewing & (Duplicates.of_id == state.record_id) & (Duplicates.entity == entity),
            entity=entity,
            record_id=Duplicates.of_id,
            title=state.title,
            matches=Duplicates.viewed,
            may_merge=AppState.rights[f"write_{entity}"],
            on_apart=Duplicates.apart,
            on_close=Duplicates.dismiss,
        ),
    )
