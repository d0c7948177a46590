"""Qualifying leads: the side pane of one, the screen of many, and the command that opens them (S 3.5)."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.frame import icon
from rxcrm.components.list_tools import PickedCommand
from rxcrm.components.local import library
from rxcrm.components.tr import _
from rxcrm.models import lists
from rxcrm.state.forms import describe
from rxcrm.state.gate import AppState
from rxcrm.state.qualifying import Qualify, QualifyMany, offered_fields

_PART = dict[str, str]


class QualifyCommand(_Ours):
    library = library("qualify.jsx")
    tag = "QualifyCommand"
    record_id: rx.Var[int]
    why: rx.Var[str]
    on_ask: rx.EventHandler[passthrough_event_spec(int, int)]


class QualifyPane(_Ours):
    library = library("qualify.jsx")
    tag = "QualifyPane"
    asked: rx.Var[int]
    proposal: rx.Var[Any]
    told: rx.Var[Any]
    found: rx.Var[Any]
    fields: rx.Var[dict[str, Any]]
    currency: rx.Var[str]
    on_search: rx.EventHandler[passthrough_event_spec(str, str, int)]
    on_qualify: rx.EventHandler[passthrough_event_spec(int, int, _PART, _PART, list[_PART], bool, int)]


class QualifyManyDialog(_Ours):
    library = library("qualify_many.jsx")
    tag = "QualifyManyDialog"
    asked: rx.Var[int]
    review: rx.Var[Any]
    running: rx.Var[bool]
    finished: rx.Var[int]
    results: rx.Var[Any]
    on_run: rx.EventHandler[passthrough_event_spec(list[_PART])]
    on_cancel: rx.EventHandler[rx.event.no_args_event_spec]


#: A number by which a page recognises the answer to what it asked for last; made when somebody clicks.
TOKEN = rx.Var(_js_expr="(globalThis.rxcrmAsked = Date.now() % 2147483647)", _var_type=int)


def qualify_stage(state: Any) -> Any:
    """What the button of the stage Qualify does: the same as the command (S R2.4)."""
    return Qualify.ask(state.record_id, TOKEN)


def qualify_command(state: Any) -> rx.Component:
    """Qualify, on the form of an open lead (S 2.5)."""
    return rx.cond(
        state.may.contains("qualify"),
        QualifyCommand.create(record_id=state.record_id, why=_(state.may["qualify"]), on_ask=Qualify.ask),
    )


def qualify_pane() -> rx.Component:
    """The pane; once on a page."""
    fields = {entity: {name: describe(entity)[name] for name in names} for entity, names in offered_fields().items()}
    return QualifyPane.create(
        asked=Qualify.asked,
        proposal=Qualify.proposal,
        told=Qualify.told,
        found=Qualify.found,
        fields=fields,
        currency=AppState.currency,
        on_search=Qualify.search,
        on_qualify=Qualify.qualify,
    )


def qualify_picked() -> rx.Component:
    """Qualify, for the selected leads of a list (S 2.6)."""
    return rx.cond(
        AppState.rights["write_lead"],
        PickedCommand.create(
            icon("circle-check-big"),
            label=_("Qualify"),
            hotkey="q",
            most=max(lists.PAGE_SIZES),
            on_pick=QualifyMany.ask_selected,
        ),
    )


def qualify_many() -> rx.Component:
    """The screen of many leads; once on a page."""
    return QualifyManyDialog.create(
        asked=QualifyMany.asked,
        review=QualifyMany.review,
        running=QualifyMany.running,
        finished=QualifyMany.finished,
        results=QualifyMany.results,
        on_run=QualifyMany.run,
        on_cancel=QualifyMany.cancel,
    )
