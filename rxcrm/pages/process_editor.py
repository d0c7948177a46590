"""/settings/processes/…: the editor of one process (S 2.3)."""

import reflex as rx

from rxcrm.components.admin import loading, settings_page
from rxcrm.components.forms import process_editor
from rxcrm.components.tr import _
from rxcrm.state.settings.processes import ProcessEditor

on_load = ProcessEditor.open


def page() -> rx.Component:
    return settings_page(
        rx.cond(
            ProcessEditor.missing != "",
            rx.el.div(
                rx.el.h2(_("Nothing to show")),
                rx.el.p(ProcessEditor.missing),
                rx.el.a(_("Back to the processes"), href="/settings/processes", class_name="button"),
                class_name="empty page-empty",
            ),
            rx.cond(ProcessEditor.editing.loaded > 0, process_editor(ProcessEditor), loading()),
        )
    )
