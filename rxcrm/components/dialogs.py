"""Dialogs that lists and forms share."""

from __future__ import annotations

from typing import Any

import reflex as rx

from rxcrm.components.elements import dialog
from rxcrm.components.tr import _, plural
from rxcrm.translation import N_


def delete_dialog(state: Any, question: rx.Var, confirm: Any, instead: rx.Component | None = None) -> rx.Component:
    """Asks before something goes to the recycle bin, says what goes along, and what to do `instead` (S 3.8)."""
    return dialog(
        rx.el.p(question),
        rx.cond(
            state.deleting,
            rx.el.div(
                rx.el.p(_("This goes along:")),
                rx.el.ul(*[along(state, *line) for line in _ALONG], class_name="along"),
                role="group",
                aria_label=_("What goes along"),
            ),
        ),
        rx.el.p(_("It can be restored, with all of that, for 30 days."), class_name="hint"),
        *([instead] if instead is not None else []),
        rx.el.footer(
            rx.el.button(_("Cancel"), type="button", class_name="button", on_click=state.dismiss),
            rx.el.button(_("Delete"), type="button", class_name="button danger", on_click=confirm),
        ),
        open=state.deleting,
        title=_("Delete"),
        on_close=state.dismiss,
    )


#: What goes along with a deleted record: the count, one of it, several.
_ALONG = (
    ("activities", N_("%(n)s activity"), N_("%(n)s activities")),
    ("notes", N_("%(n)s note or post"), N_("%(n)s notes and posts")),
    ("attachments", N_("%(n)s attachment"), N_("%(n)s attachments")),
    ("connections", N_("%(n)s connection"), N_("%(n)s connections")),
    ("history", N_("%(n)s entry of its history"), N_("%(n)s entries of its history")),
)


def along(state: Any, name: str, one: str, many: str) -> rx.Component:
    """One line of what goes along, unless there is none of it."""
    count = getattr(state.along, name)
    return rx.cond(count > 0, rx.el.li(plural(one, many, count)))
