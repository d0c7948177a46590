"""Our elements for charts and dashboards; the JavaScript beside this file draws them (docs/decisions/0019)."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.local import ICONS, library
from rxcrm.components.views import view_desk
from rxcrm.state.dashboards import Charts, Dashboards
from rxcrm.state.gate import AppState

PANE, BOARD = library("charts_pane.jsx"), library("dashboard.jsx")
#: What reckons scales and shapes; React draws.
D3 = ["d3-scale@4.0.3", "d3-shape@3.2.1"]


class ChartCommand(rx.Component):
    """Shows and hides the charts pane; `head` is that of the list, whose view may begin with it."""

    library = PANE
    tag = "ChartCommand"
    lib_dependencies: list[str] = [ICONS, *D3]
    head: rx.Var[Any]


class ChartsPane(rx.Component):
    """A chart over the rows of the list beside it, as its address describes them."""

    library = PANE
    tag = "ChartsPane"
    lib_dependencies: list[str] = [ICONS, *D3]
    entity: rx.Var[str]
    head: rx.Var[Any]
    zone: rx.Var[str]
    loaded: rx.Var[str]
    charts: rx.Var[list[Any]]
    vocabulary: rx.Var[list[Any]]
    answer: rx.Var[Any]
    may_export: rx.Var[bool]
    administrator: rx.Var[bool]
    on_open: rx.EventHandler[passthrough_event_spec(str)]
    on_save: rx.EventHandler[passthrough_event_spec(dict, str, int, int, bool, int)]
    on_remove: rx.EventHandler[passthrough_event_spec(str, int)]


class DashboardPage(rx.Component):
    """The dashboard that the address names, and everything that is done with it."""

    library = BOARD
    tag = "DashboardPage"
    lib_dependencies: list[str] = [ICONS, *D3]
    options: rx.Var[list[Any]]
    board: rx.Var[Any]
    vocabulary: rx.Var[list[Any]]
    sharing: rx.Var[Any]
    answer: rx.Var[Any]
    may_export: rx.Var[bool]
    administrator: rx.Var[bool]
    zone: rx.Var[str]
    on_begin_edit: rx.EventHandler[rx.event.no_args_event_spec]
    on_create: rx.EventHandler[passthrough_event_spec(str, str, bool, int)]
    on_save: rx.EventHandler[passthrough_event_spec(str, int, str, list, int)]
    on_remove: rx.EventHandler[passthrough_event_spec(str)]
    on_reset: rx.EventHandler[passthrough_event_spec(str)]
    on_hide: rx.EventHandler[passthrough_event_spec(str, bool)]
    on_begin_with: rx.EventHandler[passthrough_event_spec(str)]
    on_ask_share: rx.EventHandler[passthrough_event_spec(str)]
    on_share: rx.EventHandler[passthrough_event_spec(str, list)]
    on_dismiss: rx.EventHandler[rx.event.no_args_event_spec]


chart_command = ChartCommand.create


def charts_pane(entity: str, head: Any) -> rx.Component:
    """The pane of one table's list, with the list's own head."""
    return ChartsPane.create(
        entity=entity,
        head=head,
        zone=AppState.zone,
        loaded=Charts.entity,
        charts=Charts.charts,
        vocabulary=Charts.vocabulary,
        answer=Charts.answer,
        may_export=AppState.rights["export"],
        administrator=AppState.rights["administer"],
        on_open=Charts.open,
        on_save=Charts.save,
        on_remove=Charts.remove,
    )


def dashboard_page() -> rx.Component:
    """The page of dashboards; its editor asks what conditions may speak of, as lists do."""
    page = DashboardPage.create(
        options=Dashboards.options,
        board=Dashboards.board,
        vocabulary=Dashboards.vocabulary,
        sharing=Dashboards.sharing,
        answer=Dashboards.answer,
        may_export=AppState.rights["export"],
        administrator=AppState.rights["administer"],
        zone=AppState.zone,
        on_begin_edit=Dashboards.begin_edit,
        on_create=Dashboards.create,
        on_save=Dashboards.save,
        on_remove=Dashboards.remove,
        on_reset=Dashboards.restore,
        on_hide=Dashboards.hide,
        on_begin_with=Dashboards.begin_with,
        on_ask_share=Dashboards.ask_share,
        on_share=Dashboards.share,
        on_dismiss=Dashboards.dismiss,
    )
    return rx.fragment(page, view_desk())
