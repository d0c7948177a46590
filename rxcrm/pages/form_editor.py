"""/settings/forms/…: the editor of one form: the form itself in edit state beside a panel (S 2.2, 13.11)."""

import reflex as rx

from rxcrm.components.admin import loading, settings_page
from rxcrm.components.forms import form_editor
from rxcrm.components.tr import _
from rxcrm.state.settings.forms import FormEditor

on_load = FormEditor.open


def page() -> rx.Component:
    return settings_page(
        rx.cond(
            FormEditor.missing != "",
            rx.el.div(
                rx.el.h2(_("Nothing to show")),
                rx.el.p(FormEditor.missing),
                rx.el.a(_("Back to the forms"), href="/settings/forms", class_name="button"),
                class_name="empty page-empty",
            ),
            rx.cond(FormEditor.editing.loaded > 0, form_editor(FormEditor), loading()),
        )
    )
