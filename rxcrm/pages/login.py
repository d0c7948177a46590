"""/login: e-mail and password."""

import reflex as rx

from rxcrm.components.elements import post_field, post_form
from rxcrm.components.frame import stranger_frame
from rxcrm.components.tr import _


def page() -> rx.Component:
    return stranger_frame(
        _("Sign in"),
        post_form(
            post_field(name="email", label=_("E-mail"), type="email", auto_complete="username"),
            post_field(name="password", label=_("Password"), type="password", auto_complete="current-password"),
            action="/auth/login",
            label=_("Sign in"),
            submit=_("Sign in"),
            busy_text=_("Signing in…"),
        ),
        rx.el.p(_("No password yet, or lost it? Ask your administrator for a link."), class_name="hint"),
    )
