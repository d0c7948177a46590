"""/why: for every command, field and view whether somebody sees it, and what decides that."""

import reflex as rx

from rxcrm.components.admin import loading, table_card
from rxcrm.components.frame import frame
from rxcrm.components.tr import _
from rxcrm.models.explaining import Answer
from rxcrm.state.explaining import DECIDES, TABLES, Explaining
from rxcrm.translation import N_

on_load = Explaining.open


def page() -> rx.Component:
    return frame(
        rx.el.header(
            rx.el.h1(_("Why don't I see …?")),
            rx.el.p(
                _("What is there, what is not, and whether a role, a setting, the form or column security decides it."),
                class_name="hint",
            ),
            choices(),
            class_name="settings-head why-head",
        ),
        rx.el.div(rx.cond(Explaining.ready, answers(), loading()), class_name="settings-body"),
        main_class="settings-page",
    )


def choices() -> rx.Component:
    """The table, and for administrators the user."""
    return rx.el.div(
        rx.el.label(
            rx.el.span(_("Table")),
            rx.el.select(
                *[rx.el.option(_(label), value=value) for value, label in TABLES],
                aria_label=_("Table"),
                value=Explaining.entity,
                on_change=Explaining.choose_table,
                class_name="text-input",
            ),
        ),
        rx.cond(
            Explaining.users.length() > 0,
            rx.el.label(
                rx.el.span(_("User")),
                rx.el.select(
                    rx.foreach(Explaining.users, lambda user: rx.el.option(user[1], value=user[0])),
                    aria_label=_("User"),
                    value=Explaining.subject,
                    on_change=Explaining.choose_user,
                    class_name="text-input",
                ),
            ),
        ),
        rx.el.p(
            rx.el.b(_("Roles")),
            " ",
            Explaining.found.roles.join(", "),
            rx.cond(
                Explaining.found.form != "",
                rx.fragment(" · ", rx.el.b(_("Form")), " ", Explaining.found.form),
            ),
            class_name="why-of",
        ),
        class_name="why-choices",
    )


def answers() -> rx.Component:
    found = Explaining.found
    return rx.fragment(
        card(N_("Commands"), found.commands),
        rx.cond(found.fields.length() > 0, card(N_("Fields"), found.fields)),
        card(N_("Views"), found.views),
    )


def card(title: str, rows: rx.Var[list[Answer]]) -> rx.Component:
    return table_card(
        title,
        body=[
            rx.el.table(
                rx.el.caption(_(title), class_name="unseen"),
                rx.el.thead(
                    rx.el.tr(
                        rx.el.th(_("Name"), scope="col"),
                        rx.el.th(_("Seen"), scope="col"),
                        rx.el.th(_("Why"), scope="col"),
                        rx.el.th(_("Decided by"), scope="col", class_name="from-desk"),
                    )
                ),
                rx.el.tbody(rx.foreach(rows, row)),
                class_name="why",
            )
        ],
    )


def row(answer: rx.Var[Answer]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(answer.name, scope="row"),
        rx.el.td(
            rx.cond(
                answer.there,
                rx.el.span(_("Yes"), class_name="pill is-active"),
                rx.el.span(_("No"), class_name="pill is-disabled"),
            )
        ),
        rx.el.td(answer.why),
        rx.el.td(
            rx.match(answer.decides, *[(key, _(label)) for key, label in DECIDES.items()], ""), class_name="from-desk"
        ),
        class_name=rx.cond(answer.there, "", "missing"),
    )
