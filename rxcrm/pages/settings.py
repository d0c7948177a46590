"""/settings: the organisation (S 9.4, 13.1, 13.12)."""

import reflex as rx

from rxcrm.components.admin import ask_field, choice_cards, loading, settings_form, settings_page, switch
from rxcrm.components.tr import _
from rxcrm.state.choices import COUNTRIES, CURRENCIES, DAYS, LANGUAGES, MONTHS, TIME_ZONES, WEEKDAYS
from rxcrm.state.settings.organisation import PRESETS, OrganisationSettings

on_load = OrganisationSettings.open


def page() -> rx.Component:
    return settings_page(
        rx.cond(
            OrganisationSettings.ready,
            settings_form(
                conventions(),
                access(),
                label=_("Organisation"),
                submit=_("Save"),
                values=OrganisationSettings.values,
                answer=OrganisationSettings.told,
                on_send=OrganisationSettings.save,
            ),
            loading(),
        )
    )


def conventions() -> rx.Component:
    return rx.el.section(
        rx.el.h2(_("Organisation")),
        ask_field(name="name", label=_("Name"), required=True, max_length=160),
        rx.el.div(
            ask_field(
                name="country",
                label=_("Country"),
                options=COUNTRIES,
                hint=_("Phone numbers without a country code are read as numbers of this country."),
            ),
            ask_field(
                name="language",
                label=_("Language"),
                options=LANGUAGES,
                hint=_("For everybody who has not chosen another."),
            ),
            ask_field(
                name="currency",
                label=_("Currency"),
                options=CURRENCIES,
                hint=_("Everything adds up in it, and new records begin with it. Once records hold amounts it stays."),
            ),
            ask_field(
                name="time_zone",
                label=_("Time zone"),
                options=TIME_ZONES,
                hint=_("Decides when a day, a week and a year begin."),
            ),
            ask_field(
                name="first_weekday",
                label=_("First day of the week"),
                options=WEEKDAYS,
                hint=_("Where “this week” begins in filters and calendars."),
            ),
            rx.el.div(
                ask_field(
                    name="fiscal_month",
                    label=_("Fiscal year starts in"),
                    options=MONTHS,
                    hint=_("The month with which fiscal years and their quarters begin."),
                ),
                ask_field(name="fiscal_day", label=_("on day"), options=DAYS, hint=_("The day of that month.")),
                class_name="pair",
            ),
            class_name="two",
        ),
        aria_label=_("Organisation"),
        class_name="section",
    )


def access() -> rx.Component:
    return rx.el.section(
        rx.el.h2(_("Access")),
        choice_cards(name="private", label=_("Who may read records"), options=PRESETS, single=True),
        switch(
            name="open_editing",
            label=_("Open editing"),
            hint=_(
                "Salespeople and sales managers may change every record that they may read, not only their own or those of their unit."
            ),
        ),
        switch(
            name="share_reassigned",
            label=_("Share reassigned records with original owner"),
            hint=_("Whoever owned a record before it was assigned keeps the access that he had."),
        ),
        aria_label=_("Access"),
        class_name="section",
    )
