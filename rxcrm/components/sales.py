"""Close as Won, Close as Lost and Reopen Opportunity; Activate and Deactivate (S 1.2-1.4)."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.frame import icon
from rxcrm.components.local import library
from rxcrm.components.records import command
from rxcrm.components.tr import _
from rxcrm.models.choices import OpportunityStatus
from rxcrm.state.activating import Activation
from rxcrm.state.connections import Connections
from rxcrm.state.gate import AppState
from rxcrm.state.sales import Sale
from rxcrm.translation import N_

SALES = library("sales.jsx")


class SavingCommand(_Ours):
    """A command that saves what is typed first and then asks with the record's id and version."""

    library = SALES
    tag = "SavingCommand"
    label: rx.Var[str]
    why: rx.Var[str]
    on_go: rx.EventHandler[passthrough_event_spec(int, int)]


class ClosingDialog(_Ours):
    library = SALES
    tag = "ClosingDialog"
    open: rx.Var[bool]
    draft: rx.Var[Any]
    told: rx.Var[Any]
    record_id: rx.Var[int]
    version: rx.Var[int]
    currency: rx.Var[str]
    found: rx.Var[Any]
    on_search: rx.EventHandler[passthrough_event_spec(str, str, int)]
    on_close_sale: rx.EventHandler[passthrough_event_spec(int, int, int, dict[str, str], int)]
    on_dismiss: rx.EventHandler[rx.event.no_args_event_spec]


def _saving(state: Any, name: str, label: rx.Var, sign: str, event: Any) -> rx.Component:
    """A command as `command` draws it; unsaved changes are saved first."""
    return rx.cond(
        state.may.contains(name),
        SavingCommand.create(icon(sign), label=label, why=state.may[name], on_go=event),
    )


def sale_commands(state: Any) -> tuple[rx.Component, ...]:
    """Close as Won and Close as Lost on open opportunities, Reopen Opportunity on closed ones (S 1.4)."""
    won, lost = int(OpportunityStatus.WON), int(OpportunityStatus.LOST)
    return (
        _saving(state, "close_won", _("Close as Won"), "trophy", lambda record_id, version: Sale.ask(record_id, won)),
        _saving(
            state, "close_lost", _("Close as Lost"), "circle-x", lambda record_id, version: Sale.ask(record_id, lost)
        ),
        command(state, "reopen", N_("Reopen Opportunity"), "rotate-ccw", Sale.reopen(state.record_id, state.version)),
    )


def closing_dialog(state: Any) -> rx.Component:
    """The dialog of Close as Won or Close as Lost; placed once on the page of an opportunity."""
    return ClosingDialog.create(
        open=Sale.asking,
        draft=Sale.draft,
        told=Sale.told,
        record_id=state.record_id,
        version=state.version,
        currency=rx.cond(state.values["currency"] != "", state.values["currency"], AppState.currency),
        found=Connections.found,
        on_search=Connections.search,
        on_close_sale=Sale.close,
        on_dismiss=Sale.dismiss,
    )


def activation_commands(state: Any, entity: str) -> tuple[rx.Component, ...]:
    """Deactivate on active accounts and contacts, Activate on inactive ones."""
    return (
        _saving(
            state,
            "deactivate",
            _("Deactivate"),
            "circle-pause",
            lambda record_id, version: Activation.deactivate(entity, record_id, version),
        ),
        command(
            state,
            "activate",
            N_("Activate"),
            "circle-play",
            Activation.activate(entity, state.record_id, state.version),
        ),
    )
