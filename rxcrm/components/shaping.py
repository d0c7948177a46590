"""What the settings pages for option lists and custom fields share."""

from __future__ import annotations

import reflex as rx

from rxcrm.components.tr import _
from rxcrm.models.shaping.mentions import Mention


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
