"""/exports: files that were exported, and those in the making (S 7.9)."""

import reflex as rx

from rxcrm.components.admin import loading
from rxcrm.components.exporting import export_table
from rxcrm.components.frame import frame
from rxcrm.components.tr import _
from rxcrm.state.exporting import Exports

on_load = Exports.open


def page() -> rx.Component:
    return frame(
        rx.el.div(
            rx.el.h1(_("Exports")),
            rx.el.p(
                _("Files are kept for 7 days. Only who made one and administrators can download it."), class_name="hint"
            ),
            rx.el.section(
                rx.cond(
                    Exports.ready,
                    rx.cond(
                        Exports.rows.length() > 0,
                        export_table(),
                        rx.el.div(
                            rx.el.p(_("Nothing was exported yet. Every list has a command for it."), class_name="hint"),
                            class_name="empty",
                            role="status",
                        ),
                    ),
                    loading(),
                ),
                aria_label=_("Exports"),
                class_name="table-card",
            ),
            class_name="page",
        )
    )
