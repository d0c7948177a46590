"""A list page: commands above, the list below; one builder for every table."""

from __future__ import annotations

from typing import Any

import reflex as rx

from rxcrm.components.boards import board_desk, kinds_of, refresh_command
from rxcrm.components.charting import chart_command, charts_pane
from rxcrm.components.dialogs import delete_dialog
from rxcrm.components.elements import record_list, refresher
from rxcrm.components.exporting import export_menu
from rxcrm.components.frame import frame, icon
from rxcrm.components.list_tools import bulk_history, bulk_progress, grid_tools, selection_bar
from rxcrm.components.tr import _, plural
from rxcrm.components.views import view_desk
from rxcrm.state.gate import AppState
from rxcrm.state.lists import COUNT_CAP, address_of


def list_page(
    state: Any,
    *,
    entity: str,
    label: str,
    empty: rx.Component,
    commands: tuple[rx.Component, ...] = (),
    picked: tuple[rx.Component, ...] = (),
    path: str = "",
    new: rx.Component | None = None,
    panes: tuple[rx.Component, ...] = (),
) -> rx.Component:
    """The list of one table: `commands` are its own, `picked` those on selected rows, `new` makes a record.

    `empty` is shown instead of no rows, `panes` are what the commands open.
    """
    path = path or address_of(entity)
    return frame(
        rx.el.div(
            new
            or rx.cond(
                AppState.rights[f"create_{entity}"],
                rx.el.a(icon("plus"), rx.el.span(_("New")), href=f"{path}/new", class_name="button command"),
            ),
            *commands,
            export_menu(state, entity),
            bulk_history(entity),
            chart_command(head=state.head),
            refresh_command(on_refresh=state.open),
            class_name="command-bar",
            role="toolbar",
            aria_label=_("Commands"),
        ),
        bulk_progress(),
        rx.el.div(
            record_list(
                entity=entity,
                list=path,
                kinds=kinds_of(entity),
                label=_(label),
                views=state.offers,
                view=state.view,
                head=state.head,
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
                cap=COUNT_CAP,
                shown=state.shown,
                ready=state.ready,
                zone=AppState.zone,
                empty=empty,
                on_select=state.select,
                on_refresh=state.open,
                **grid_tools(state, entity),
            ),
            charts_pane(entity, state.head),
            class_name="list-and-pane",
        ),
        selection_bar(state, entity, *picked),
        view_desk(),
        board_desk(entity),
        refresher(on_refresh=state.open),
        *panes,
        delete_dialog(
            state,
            plural(
                "Move %(n)s record to the recycle bin?", "Move %(n)s records to the recycle bin?", state.picked.length()
            ),
            state.delete_picked,
        ),
        main_class="list-page",
    )


def picked_command(state: Any, label: str, sign: str, event: Any) -> rx.Component:
    """A command on the ticked rows, shown while there are some."""
    return rx.cond(
        state.picked.length() > 0,
        rx.el.button(icon(sign), rx.el.span(_(label)), type="button", class_name="button command", on_click=event),
    )


def nothing_yet(
    entity: str, title: str, sentence: str, create: str, *more: rx.Component, path: str = ""
) -> rx.Component:
    """What a list says that has no rows: what would stand here, and how the first comes to be."""
    return rx.fragment(
        rx.el.h2(_(title)),
        rx.el.p(_(sentence)),
        rx.el.p(
            rx.cond(
                AppState.rights[f"create_{entity}"],
                rx.el.a(_(create), href=f"{path or address_of(entity)}/new", class_name="button primary"),
            ),
            *more,
        ),
    )
