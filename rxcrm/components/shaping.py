"""What the settings pages share that shape tables: forms, processes, custom fields, field mapping, option lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import reflex as rx

from rxcrm.components.tr import _
from rxcrm.models.shaping.mentions import Mention


def table_choice(
    tables: Iterable[tuple[str, str]], chosen: rx.Var[str], choose: Any, counts: rx.Var[dict[str, int]] | None = None
) -> rx.Component:
    """The tables beside what is shaped: key and label of each, which is shown, perhaps how much there is of each."""
    return rx.el.nav(
        rx.el.ul(*[rx.el.li(_table(entity, label, chosen, choose, counts)) for entity, label in tables]),
        aria_label=_("Tables"),
        class_name="shaping-lists short",
    )


def _table(
    entity: str, label: str, chosen: rx.Var[str], choose: Any, counts: rx.Var[dict[str, int]] | None
) -> rx.Component:
    said = {"aria_current": rx.cond(chosen == entity, "true", "false"), "on_click": choose(entity)}
    if counts is None:
        return rx.el.button(rx.el.b(_(label)), type="button", **said)
    count = rx.el.span(counts[entity], class_name="badge", aria_hidden="true")
    return rx.el.button(rx.el.b(_(label)), count, type="button", aria_label=_(label), **said)


def doomed_views(views: rx.Var[list[Mention]], text: rx.Var) -> rx.Component:
    """Names the views that speak of what is about to go; nothing if there are none."""
    return rx.cond(
        views.length() > 0,
        rx.el.div(
            rx.el.p(text),
            rx.el.ul(
                rx.foreach(
                    views[:5],
                    lambda view: rx.el.li(
                        rx.el.b(view.name),
                        rx.cond(view.owner != "", rx.el.small(view.owner), rx.el.small(_("for everybody"))),
                    ),
                ),
                rx.cond(views.length() > 5, rx.el.li(_("and %(n)s more", n=views.length() - 5))),
            ),
            class_name="doomed-views",
        ),
    )
