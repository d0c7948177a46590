"""The board of a list: what it is told and asks (rxcrm.state.boards), and the dialogs that close records from it."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.activities import FULL_CALENDAR
from rxcrm.components.elements import _Ours
from rxcrm.components.life import _ON_DISQUALIFY, dialog_of_disqualify
from rxcrm.components.local import ICONS, library
from rxcrm.models.boards.ways import WAYS
from rxcrm.state.boards import Boards
from rxcrm.state.connections import Connections
from rxcrm.state.gate import AppState
from rxcrm.state.lifecycle import Lifecycle
from rxcrm.state.qualifying import Qualify
from rxcrm.state.sales import Sale

_NOTHING = rx.event.no_args_event_spec


class RefreshCommand(_Ours):
    library = library("kind_switch.jsx")
    tag = "RefreshCommand"
    on_refresh: rx.EventHandler[_NOTHING]


class BoardDesk(_Ours):
    """Brings the state of boards to the board that the list draws."""

    library = library("board_desk.jsx")
    tag = "BoardDesk"
    lib_dependencies: list[str] = [ICONS, *FULL_CALENDAR]
    shown: rx.Var[Any]
    counted: rx.Var[Any]
    more: rx.Var[Any]
    told: rx.Var[Any]
    news: rx.Var[Any]
    #: The calendar: its records, answers to moves, and the first day of its weeks.
    days: rx.Var[Any]
    shifted: rx.Var[Any]
    first_weekday: rx.Var[int]
    on_days: rx.EventHandler[passthrough_event_spec(str, str, str, str, int)]
    on_shift: rx.EventHandler[passthrough_event_spec(str, str, int, int, str, int)]
    #: The dialog of Disqualify: what it offers, and the answer to it.
    reasons: rx.Var[list[Any]]
    reminders: rx.Var[list[int]]
    comment_length: rx.Var[int]
    disqualified: rx.Var[Any]
    #: The dialogs of Close as Won and Close as Lost.
    asking: rx.Var[bool]
    draft: rx.Var[Any]
    closed: rx.Var[Any]
    found: rx.Var[Any]
    #: Entity, address, cards of each lane, token; entity, address, lane, cursor, token.
    on_show: rx.EventHandler[passthrough_event_spec(str, str, dict[str, int], int)]
    on_go_on: rx.EventHandler[passthrough_event_spec(str, str, str, str, int)]
    #: Entity, address, id, version, lane, values that a stage requires, token.
    on_move: rx.EventHandler[passthrough_event_spec(str, str, int, int, str, dict[str, str], int)]
    on_leave: rx.EventHandler[_NOTHING]
    on_qualify: rx.EventHandler[passthrough_event_spec(int, int)]
    on_disqualify: rx.EventHandler[_ON_DISQUALIFY]
    on_ask_close: rx.EventHandler[passthrough_event_spec(int, int)]
    on_close_sale: rx.EventHandler[passthrough_event_spec(int, int, int, dict[str, str], int)]
    on_dismiss_sale: rx.EventHandler[_NOTHING]
    on_search: rx.EventHandler[passthrough_event_spec(str, str, int)]


refresh_command = RefreshCommand.create


def kinds_of(entity: str) -> list[str]:
    """How a list of a table can show its rows besides as a list."""
    return ["board", "calendar"] if entity in WAYS else []


def board_desk(entity: str) -> rx.Component:
    """Put it once on every page with a board."""
    if entity not in WAYS:
        return rx.fragment()
    return BoardDesk.create(
        shown=Boards.shown,
        counted=Boards.counted,
        more=Boards.more,
        told=Boards.told,
        news=Boards.news,
        days=Boards.days,
        shifted=Boards.shifted,
        first_weekday=AppState.first_weekday,
        on_days=Boards.show_days,
        on_shift=Boards.shift,
        on_show=Boards.show,
        on_go_on=Boards.go_on,
        on_move=Boards.move,
        on_leave=Boards.leave,
        **(_lead() if entity == "lead" else _sale()),
    )


def _lead() -> dict[str, Any]:
    return {
        **dialog_of_disqualify(),
        "disqualified": Lifecycle.told,
        "on_qualify": Qualify.ask,
        "on_disqualify": Lifecycle.disqualify,
    }


def _sale() -> dict[str, Any]:
    return {
        "asking": Sale.asking,
        "draft": Sale.draft,
        "closed": Sale.told,
        "found": Connections.found,
        "on_ask_close": Sale.ask,
        "on_close_sale": Sale.close,
        "on_dismiss_sale": Sale.dismiss,
        "on_search": Connections.search,
    }
