"""/settings/currencies: which currencies are offered, and what they are worth."""

import reflex as rx

from rxcrm.components.admin import (
    add_button,
    ask_field,
    command_table,
    entry,
    form_dialog,
    loading,
    question,
    row_commands,
    settings_page,
    table_card,
)
from rxcrm.components.elements import dialog
from rxcrm.components.frame import icon
from rxcrm.components.tr import _, day
from rxcrm.models.currencies.keeping import CurrencyView, RateView
from rxcrm.state.settings.currencies import CurrencySettings
from rxcrm.translation import N_

on_load = CurrencySettings.open

COLUMNS = [
    (N_("Currency"), ""),
    (N_("Symbol"), "from-desk"),
    (N_("Decimals"), "from-desk number"),
    (N_("Rate"), ""),
]


def page() -> rx.Component:
    return settings_page(
        rx.cond(CurrencySettings.ready, rx.fragment(base(), currencies()), loading()),
        dialogs(),
    )


def base() -> rx.Component:
    """The currency in which everything adds up, and where it is chosen as long as it can be."""
    found = CurrencySettings.shown
    return rx.el.section(
        rx.el.h2(_("Base currency")),
        rx.el.p(
            rx.cond(found.fixed, icon("lock"), ""),
            rx.el.b(found.base, " – ", found.base_name),
            class_name="base-currency",
        ),
        rx.el.p(
            rx.cond(
                found.fixed,
                _("Totals, charts and boards add up in it. Records hold amounts, so it cannot be changed any more."),
                _("Totals, charts and boards add up in it. It can be changed as long as no record holds an amount."),
            ),
            class_name="hint",
        ),
        rx.cond(
            found.fixed,
            "",
            rx.el.a(_("Change it"), icon("arrow-right"), href="/settings", class_name="button preset"),
        ),
        aria_label=_("Base currency"),
        class_name="section to-page",
    )


def currencies() -> rx.Component:
    return table_card(
        N_("Currencies"),
        rx.el.p(
            rx.cond(
                CurrencySettings.shown.rows.length() > 1,
                _("Forms offer the active ones. Amounts without a rate are left out of totals, which say so."),
                _("Forms offer every currency there is until you add the first one here."),
            ),
            class_name="hint shaping-note",
        ),
        add_button(N_("Add currency"), CurrencySettings.ask_add),
        body=[command_table(N_("Currencies"), COLUMNS, rx.foreach(CurrencySettings.shown.rows, row), "currencies")],
    )


def row(found: rx.Var[CurrencyView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(
                rx.el.span(
                    found.code,
                    rx.cond(found.base, rx.el.span(_("Base"), class_name="badge")),
                    rx.cond(found.active, "", rx.el.span(_("Not offered"), class_name="pill")),
                    class_name="name",
                ),
                rx.el.small(found.name),
                class_name="who",
            ),
            scope="row",
        ),
        rx.el.td(found.symbol, class_name="from-desk"),
        rx.el.td(found.digits, class_name="from-desk number"),
        rx.el.td(worth(found)),
        rx.el.td(
            rx.cond(
                found.base,
                "",
                row_commands(
                    found.code,
                    entry("pencil", N_("New rate"), CurrencySettings.ask_rate(found.code)),
                    entry("history", N_("All rates"), CurrencySettings.ask_history(found.code)),
                    rx.cond(
                        found.active,
                        entry("circle-pause", N_("Deactivate"), CurrencySettings.deactivate(found.code)),
                        entry("circle-play", N_("Activate"), CurrencySettings.activate(found.code)),
                    ),
                    entry("trash-2", N_("Delete"), CurrencySettings.ask_remove(found.code)),
                ),
            ),
            class_name="commands",
        ),
        class_name=rx.cond(found.active, "", "disabled"),
        key=found.code,
    )


def worth(found: rx.Var[CurrencyView]) -> rx.Component:
    """The rate that holds, and since when; where there is none, the way to give one."""
    return rx.cond(
        found.base,
        rx.el.span("1", class_name="rate"),
        rx.cond(
            found.rate != "",
            rx.el.span(
                rx.el.span("1 ", found.code, " = ", found.rate, " ", CurrencySettings.shown.base, class_name="rate"),
                rx.el.small(_("since %(day)s", day=day(found.since))),
                class_name="who",
            ),
            rx.el.button(
                _("No rate yet"), type="button", class_name="link", on_click=CurrencySettings.ask_rate(found.code)
            ),
        ),
    )


def dialogs() -> rx.Component:
    state = CurrencySettings
    return rx.fragment(
        form_dialog(
            ask_field(
                name="code",
                label=_("Currency"),
                options=state.shown.free,
                literal=True,
                required=True,
                hint=_("Name, symbol and decimals are known. Amounts are kept with two decimals."),
            ),
            open=state.asked == "add",
            title=_("Add currency"),
            submit=_("Add"),
            subject=0,
            values=state.values,
            answer=state.told,
            whole=True,
            on_send=state.add,
            on_close=state.dismiss,
        ),
        form_dialog(
            ask_field(
                name="rate",
                label=_("1 %(code)s in %(base)s", code=state.code, base=state.shown.base),
                required=True,
                max_length=40,
                hint=_("For example 0.92. Nothing is fetched from the internet: rates are typed."),
            ),
            ask_field(
                name="since",
                label=_("Valid from"),
                type="date",
                required=True,
                hint=_(
                    "Open amounts count at the rate of today, what was won at the rate of its day. A day ahead is possible."
                ),
            ),
            open=state.asked == "rate",
            title=_("New rate of %(code)s", code=state.code),
            submit=_("Save"),
            subject=0,
            values=state.values,
            answer=state.told,
            whole=True,
            on_send=state.set_rate,
            on_close=state.dismiss,
        ),
        dialog(
            rx.cond(
                state.history.length() == 0,
                rx.el.p(_("No rate yet"), class_name="hint"),
                rx.el.table(
                    rx.el.caption(_("Rates of %(code)s", code=state.code), class_name="unseen"),
                    rx.el.thead(
                        rx.el.tr(
                            rx.el.th(_("Valid from"), scope="col"),
                            rx.el.th(_("Rate"), scope="col", class_name="number"),
                            rx.el.th(_("Entered by"), scope="col"),
                            rx.el.th(rx.el.span(_("Commands"), class_name="unseen"), scope="col"),
                        )
                    ),
                    rx.el.tbody(rx.foreach(state.history, rate)),
                    class_name="rates",
                ),
            ),
            rx.el.footer(rx.el.button(_("Close"), type="button", class_name="button", on_click=state.dismiss)),
            open=state.asked == "history",
            title=_("Rates of %(code)s", code=state.code),
            on_close=state.dismiss,
        ),
        question(
            rx.el.p(
                _(
                    "%(code)s and its rates are deleted. That is possible only while no record is in it.",
                    code=state.code,
                )
            ),
            open=state.asked == "remove",
            title=_("Delete %(name)s", name=state.code),
            confirm=_("Delete"),
            danger=True,
            on_confirm=state.remove,
            on_close=state.dismiss,
        ),
    )


def rate(found: rx.Var[RateView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            day(found.since),
            rx.cond(found.now, rx.el.span(_("Today"), class_name="badge")),
            rx.cond(found.later, rx.el.span(_("Later"), class_name="pill")),
            scope="row",
        ),
        rx.el.td(found.rate, class_name="number"),
        rx.el.td(found.who),
        rx.el.td(
            rx.el.button(
                icon("trash-2"),
                type="button",
                class_name="icon-button",
                aria_label=_("Delete the rate of %(day)s", day=day(found.since)),
                on_click=CurrencySettings.remove_rate(found.id),
            )
        ),
        key=found.id,
    )
