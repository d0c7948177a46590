"""What the settings pages of campaigns, territories and teams share: what is active, and what cannot be deleted yet."""

from __future__ import annotations

from typing import Any

import reflex as rx

from rxcrm.components.admin import question
from rxcrm.components.elements import dialog
from rxcrm.components.tr import _


def switched(active: rx.Var[bool]) -> rx.Component:
    """Whether a row is offered."""
    return rx.cond(
        active,
        rx.el.span(_("Active"), class_name="pill is-active"),
        rx.el.span(_("Inactive"), class_name="pill is-disabled"),
    )


def deleting(state: Any, text: rx.Var) -> rx.Component:
    """Asks before the subject of the page goes, or says why it stays (`state.stays`)."""
    asked = state.asked == "delete"
    return rx.fragment(
        question(
            rx.el.p(text),
            open=asked & (state.stays == ""),
            title=_("Delete"),
            confirm=_("Delete"),
            danger=True,
            on_confirm=state.delete(state.subject),
            on_close=state.dismiss,
        ),
        dialog(
            rx.el.p(state.stays),
            rx.el.footer(rx.el.button(_("Close"), type="button", class_name="button", on_click=state.dismiss)),
            open=asked & (state.stays != ""),
            title=_("%(name)s cannot be deleted yet", name=state.subject_name),
            on_close=state.dismiss,
        ),
    )
