"""/setup: the first visit (S 13.12)."""

import reflex as rx

from rxcrm.components.elements import post_field, post_form, post_tick
from rxcrm.components.frame import stranger_frame
from rxcrm.components.tr import _
from rxcrm.state.choices import COUNTRIES, CURRENCIES, DAYS, LANGUAGES, MONTHS, TIME_ZONES, WEEKDAYS


def page() -> rx.Component:
    return stranger_frame(
        _("Set up rxcrm"),
        rx.el.p(_("One minute, then your team can start. Everything can be changed later."), class_name="hint"),
        post_form(
            post_field(name="code", label=_("Set-up code"), hint=_("The server printed it when it started.")),
            rx.el.h2(_("Organisation")),
            post_field(name="organisation", label=_("Organisation"), auto_complete="organization"),
            rx.el.div(
                post_field(name="country", label=_("Country"), options=COUNTRIES, value="US", guess="country"),
                post_field(name="language", label=_("Language"), options=LANGUAGES, value="en"),
                post_field(name="currency", label=_("Currency"), options=CURRENCIES, value="USD", guess="currency"),
                post_field(name="time_zone", label=_("Time zone"), options=TIME_ZONES, value="UTC", guess="timeZone"),
                post_field(name="first_weekday", label=_("First day of the week"), options=WEEKDAYS, value="0"),
                rx.el.div(
                    post_field(name="fiscal_month", label=_("Fiscal year starts in"), options=MONTHS, value="1"),
                    post_field(name="fiscal_day", label=_("on day"), options=DAYS, value="1"),
                    class_name="pair",
                ),
                class_name="two",
            ),
            rx.el.h2(_("First administrator")),
            post_field(name="name", label=_("Name"), auto_complete="name"),
            post_field(name="email", label=_("E-mail"), type="email", auto_complete="username"),
            post_field(
                name="password",
                label=_("Password"),
                type="password",
                hint=_("At least 10 characters."),
                auto_complete="new-password",
            ),
            post_tick(
                name="sample",
                label=_("Load sample data"),
                hint=_("A believable small team with leads from several countries."),
            ),
            action="/auth/setup",
            label=_("Set up rxcrm"),
            submit=_("Set up"),
            busy_text=_("Setting up…"),
        ),
    )
