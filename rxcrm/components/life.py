"""The life of a record: Disqualify and Reactivate Lead, and the banner of whatever is closed (S 2.4-2.6, 3.6, 3.7)."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours, command_button
from rxcrm.components.local import library
from rxcrm.components.sharing import ON_RUN
from rxcrm.components.tr import _
from rxcrm.models import lifecycle
from rxcrm.models.disqualifying import COMMENT_LENGTH, REMINDERS, reasons
from rxcrm.state.bulk import Bulk
from rxcrm.state.creating import Creating
from rxcrm.state.gate import AppState
from rxcrm.state.lifecycle import Lifecycle
from rxcrm.state.undoing import Undoing
from rxcrm.translation import N_

LIFE = library("life.jsx")
#: Ids, version, reason, comment, days until the reminder, token.
_ON_DISQUALIFY = passthrough_event_spec(list, int, int, str, int, int)


class _Disqualify(_Ours):
    library = LIFE
    reasons: rx.Var[list[Any]]
    reminders: rx.Var[list[int]]
    comment_length: rx.Var[int]
    told: rx.Var[Any]


class DisqualifyCommand(_Disqualify):
    tag = "DisqualifyCommand"
    record_id: rx.Var[int]
    version: rx.Var[int]
    why: rx.Var[str]
    on_disqualify: rx.EventHandler[_ON_DISQUALIFY]


class DisqualifyPicked(_Disqualify):
    tag = "DisqualifyPicked"
    open: rx.Var[list[str]]
    on_run: rx.EventHandler[ON_RUN]


class DisqualifyInstead(_Ours):
    """A button that opens the dialog of Disqualify in place of the one in which it stands."""

    library = LIFE
    tag = "DisqualifyInstead"
    on_leave: rx.EventHandler[rx.event.no_args_event_spec]


class ReactivatePicked(_Ours):
    library = LIFE
    tag = "ReactivatePicked"
    open: rx.Var[list[str]]
    on_run: rx.EventHandler[ON_RUN]


class CreateMenu(_Ours):
    library = LIFE
    tag = "CreateMenu"
    record_id: rx.Var[int]
    version: rx.Var[int]
    may: rx.Var[dict[str, str]]
    known: rx.Var[Any]
    on_create: rx.EventHandler[passthrough_event_spec(int, int, str, bool)]
    on_use: rx.EventHandler[passthrough_event_spec(int, int, str, int)]
    on_dismiss: rx.EventHandler[rx.event.no_args_event_spec]


class ClosedBanner(_Ours):
    library = LIFE
    tag = "ClosedBanner"
    closing: rx.Var[Any]
    locked: rx.Var[str]
    zone: rx.Var[str]
    reopen: rx.Var[str]
    may_reopen: rx.Var[bool]
    on_reopen: rx.EventHandler[rx.event.no_args_event_spec]
    on_undo: rx.EventHandler[passthrough_event_spec(list)]


def dialog_of_disqualify() -> dict[str, Any]:
    """What the dialog of Disqualify offers."""
    return {
        "reasons": [(str(int(reason)), reason.label) for reason in reasons()],
        "reminders": list(REMINDERS),
        "comment_length": COMMENT_LENGTH,
    }


def lead_commands(state: Any) -> tuple[rx.Component, ...]:
    """Disqualify ▾ on the form of an open lead, Reactivate Lead on that of a closed one (S 2.5)."""
    return (
        rx.cond(
            state.may.contains("disqualify"),
            DisqualifyCommand.create(
                record_id=state.record_id,
                version=state.version,
                why=_(state.may["disqualify"]),
                told=Lifecycle.told,
                on_disqualify=Lifecycle.disqualify,
                **dialog_of_disqualify(),
            ),
        ),
        rx.cond(
            state.may.contains("reactivate"),
            command_button(
                rx.icon("rotate-ccw", class_name="icon", custom_attrs={"aria-hidden": "true"}),
                label=_("Reactivate Lead"),
                why=_(state.may["reactivate"]),
                on_click=Lifecycle.reactivate(state.record_id, state.version),
            ),
        ),
        rx.cond(
            state.may.contains("create_contact") | state.may.contains("create_account"),
            CreateMenu.create(
                record_id=state.record_id,
                version=state.version,
                may=state.may,
                known=Creating.known,
                on_create=Creating.create,
                on_use=Creating.use,
                on_dismiss=Creating.dismiss,
            ),
        ),
    )


def disqualify_instead(state: Any) -> rx.Component:
    """Advises whoever deletes an open lead to disqualify it (S 3.8)."""
    return rx.cond(
        state.may.contains("disqualify") & (state.may["disqualify"] == ""),
        rx.el.div(
            rx.el.p(
                _("A disqualified lead is out of the way too, and stays for analysis. Delete only what was a mistake.")
            ),
            DisqualifyInstead.create(on_leave=state.dismiss),
            class_name="advice",
        ),
    )


def lead_list_commands() -> tuple[rx.Component, ...]:
    """Disqualify ▾ while an open lead is selected, Reactivate Lead while a closed one is (S 2.6)."""
    open_reasons = [str(int(reason)) for reason in lifecycle.open_reasons("lead")]
    return (
        DisqualifyPicked.create(open=open_reasons, told=Bulk.told, on_run=Bulk.run, **dialog_of_disqualify()),
        ReactivatePicked.create(open=open_reasons, on_run=Bulk.run),
    )


#: Table → the command that opens a closed record again, and what it is called.
REOPEN: dict[str, tuple[str, str]] = {
    "lead": ("reactivate", N_("Reactivate Lead")),
    "account": ("activate", N_("Activate")),
    "contact": ("activate", N_("Activate")),
    "opportunity": ("reopen", N_("Reopen Opportunity")),
}


def closed_banner(state: Any, entity: str, on_reopen: Any = None) -> rx.Component:
    """Tells how a record was closed, with the way back for those who may go it."""
    command, label = REOPEN.get(entity, ("", ""))
    may = state.may.contains(command) & (state.may[command] == "") if on_reopen is not None else False
    return ClosedBanner.create(
        closing=state.closure,
        locked=state.locked,
        zone=AppState.zone,
        reopen=label,
        may_reopen=may,
        on_undo=Undoing.undo,
        **({"on_reopen": on_reopen} if on_reopen is not None else {}),
    )
