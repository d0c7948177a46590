"""A list page: commands above, the list below; one builder for every table."""

from __future__ import annotations

from typing import Any

import reflex as rx

from rxcrm.components.dialogs import assign_dialog, delete_dialog
from rxcrm.components.elements import record_list
from rxcrm.components.frame import frame, icon
from rxcrm.components.tr import _, plural
from rxcrm.state.gate import AppState


def list_page(
    state: Any,
    *,
    entity: str,
    path: str,
    label: str,
    views: list[Any],
    cap: int,
    commands: list[rx.Component],
    empty: rx.Component,
) -> rx.Component:
    """The list of one table: `commands` are those that need no ticked row."""
    some = state.picked.length() > 0
    return frame(
        rx.el.div(
            rx.cond(
                AppState.rights[f"create_{entity}"],
                rx.el.a(icon("plus"), rx.el.span(_("New")), href=f"{path}/new", class_name="button command"),
            ),
            *commands,
            rx.cond(
                some,
                rx.el.button(
                    icon("user-check"),
                    rx.el.span(_("Assign")),
                    type="button",
                    class_name="button command",
                    on_click=state.ask_assign,
                ),
            ),
            rx.cond(
                some,
                rx.el.button(
                    icon("trash-2"),
                    rx.el.span(_("Delete")),
                    type="button",
                    class_name="button command",
                    on_click=state.ask_delete,
                ),
            ),
            rx.el.button(
                icon("refresh-cw"),
                rx.el.span(_("Refresh")),
                type="button",
                class_name="button command",
                on_click=state.open,
            ),
            class_name="command-bar",
            role="toolbar",
            aria_label=_("Commands"),
        ),
        record_list(
            entity=entity,
            list=path,
            label=_(label),
            views=views,
            view=state.view,
            columns=state.columns,
            rows=state.rows,
            sort=state.sort,
            page=state.page,
            size=state.size,
            first=state.first,
            last=state.last,
            more_after=state.more_after,
            more_before=state.more_before,
            total=state.total,
            cap=cap,
            shown=state.shown,
            ready=state.ready,
            zone=AppState.zone,
            empty=empty,
            on_select=state.select,
            on_refresh=state.open,
        ),
        assign_dialog(state),
        delete_dialog(
            state,
            plural(
                "Move %(n)s record to the recycle bin?", "Move %(n)s records to the recycle bin?", state.picked.length()
            ),
            rx.el.p(_("They can be restored for 30 days.")),
            state.delete_picked,
        ),
        main_class="list-page",
    )
