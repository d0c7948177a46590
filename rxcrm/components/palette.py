"""The command palette of every page, with the keys (peers 6.9)."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.elements import _Ours
from rxcrm.components.local import EDITOR, ICONS, library
from rxcrm.state.gate import AppState
from rxcrm.state.list_tools import ListTools


class Palette(_Ours):
    """Records of all tables, pages, views and commands of the page below it."""

    library = library("palette.jsx")
    tag = "Palette"
    lib_dependencies: list[str] = [ICONS, *EDITOR]  # it opens quick create, whose fields are those of the forms
    found: rx.Var[Any]
    rights: rx.Var[dict[str, bool]]
    on_find: rx.EventHandler[passthrough_event_spec(str, int)]


class PaletteButton(_Ours):
    library = library("palette.jsx")
    tag = "PaletteButton"
    lib_dependencies: list[str] = [ICONS, *EDITOR]


def palette() -> rx.Component:
    """The palette itself; once on a page."""
    return Palette.create(found=ListTools.found, rights=AppState.rights, on_find=ListTools.find)


palette_button = PaletteButton.create
