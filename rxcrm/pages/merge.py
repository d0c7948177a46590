"""/merge/…?ids=1,2: two to five leads, accounts or contacts become one (S 7.8 [OURS])."""

import reflex as rx

from rxcrm.components.elements import refresher
from rxcrm.components.frame import frame
from rxcrm.components.merging import merge_form
from rxcrm.components.tr import _
from rxcrm.state.merging import Merge

on_load = Merge.open


def page() -> rx.Component:
    return frame(
        rx.cond(
            Merge.ready,
            rx.cond(
                Merge.missing != "",
                rx.el.div(
                    rx.el.h1(_("These records cannot be merged")),
                    rx.el.p(Merge.missing),
                    rx.el.a(_("Back to the list"), href=Merge.path, class_name="button"),
                    class_name="empty page-empty",
                ),
                merge_form(),
            ),
            rx.el.div(rx.el.span(class_name="spinner"), class_name="waiting", role="status", aria_label=_("Loading")),
        ),
        refresher(on_refresh=Merge.open),
        main_class="merge-page",
    )
