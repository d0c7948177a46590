"""What the settings pages of campaigns, territories and teams share: what is active, and what cannot be deleted yet."""

from __future__ import annotations

from typing import Any

import reflex as rx

from rxcrm.components.admin import add_button, command_table, loading, question, settings_page, table_card
from rxcrm.components.elements import dialog
from rxcrm.components.tr import _

#: People whom a cell names; the others are counted.
NAMED = 4


def kept_page(
    state: Any,
    *beside: rx.Component,
    title: str,
    hint: rx.Var,
    add: str,
    columns: list[tuple[str, str]],
    row: Any,
    nothing: tuple[rx.Var, rx.Var],
    class_name: str,
) -> rx.Component:
    """A page with everything of a kind that there is, or what it would be good for; `beside` are dialogs and what they need."""
    head, why = nothing
    empty = rx.el.div(rx.el.h2(head), rx.el.p(why), class_name="empty")
    table = command_table(title, columns, rx.foreach(state.rows, row), class_name)
    return settings_page(
        table_card(
            title,
            rx.el.p(hint, class_name="hint"),
            add_button(add, state.ask_add),
            body=[rx.cond(state.ready, rx.cond(state.rows.length() > 0, table, empty), loading())],
        ),
        *beside,
    )


def named(state: Any, row: Any, below: rx.Component) -> rx.Component:
    """The first cell of a row: its name, which opens its form, and something `below`."""
    name = rx.el.button(row.name, type="button", class_name="link", title=_("Edit"), on_click=state.ask_edit(row.id))
    return rx.el.th(rx.el.span(name, below, class_name="who"), scope="row")


def members(names: rx.Var[list[str]]) -> rx.Component:
    """People by name, as far as a cell has room."""
    return rx.cond(
        names.length() > 0,
        rx.el.span(
            rx.foreach(names[:NAMED], lambda name: rx.el.span(name, class_name="pill")),
            rx.cond(names.length() > NAMED, rx.el.span(_("+%(n)s", n=names.length() - NAMED), class_name="faint")),
            class_name="pills",
        ),
        rx.el.span("---", class_name="faint"),
    )


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
