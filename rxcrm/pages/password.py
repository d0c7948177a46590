"""/password?token=…: a one-time link to choose a password."""

import reflex as rx

from rxcrm.components.elements import post_field, post_form
from rxcrm.components.frame import stranger_frame
from rxcrm.components.tr import _


def page() -> rx.Component:
    return stranger_frame(
        _("Choose a password"),
        post_form(
            post_field(
                name="password",
                label=_("New password"),
                type="password",
                hint=_("At least 10 characters."),
                auto_complete="new-password",
            ),
            action="/auth/password",
            label=_("Choose a password"),
            submit=_("Save and sign in"),
            busy_text=_("Saving…"),
        ),
    )
