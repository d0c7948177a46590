"""Dialogs that lists and forms share."""

from __future__ import annotations

from typing import Any

import reflex as rx

from rxcrm.components.elements import dialog
from rxcrm.components.tr import _


def assign_dialog(state: Any) -> rx.Component:
    """Assign to a user: everybody who can own records, oneself first (S R3.29)."""
    return dialog(
        rx.el.p(_("Choose the new owner.")),
        rx.el.div(
            rx.foreach(
                state.owners,
                lambda owner: rx.el.button(
                    rx.el.span(owner.name[0], class_name="avatar small", aria_hidden="true"),
                    rx.el.span(rx.el.b(owner.name), rx.el.small(owner.email)),
                    type="button",
                    class_name="choice",
                    on_click=state.assign(owner.id),
                ),
            ),
            class_name="choices",
        ),
        open=state.assigning,
        title=_("Assign"),
        on_close=state.dismiss,
    )


def delete_dialog(state: Any, question: rx.Var, details: rx.Component, confirm: Any) -> rx.Component:
    """Asks before something goes to the recycle bin, and says what goes along (S 3.8)."""
    return dialog(
        rx.el.p(question),
        details,
        rx.el.footer(
            rx.el.button(_("Cancel"), type="button", class_name="button", on_click=state.dismiss),
            rx.el.button(_("Delete"), type="button", class_name="button danger", on_click=confirm),
        ),
        open=state.deleting,
        title=_("Delete"),
        on_close=state.dismiss,
    )
