"""/settings/forms: the forms of every table, and which role gets which (S 2.2, 13.11)."""

import reflex as rx

from rxcrm.components.admin import (
    add_button,
    ask_field,
    command_table,
    delete_question,
    entry,
    form_dialog,
    loading,
    row_commands,
    settings_page,
    table_card,
)
from rxcrm.components.forms import role_ticks
from rxcrm.components.shaping import table_choice
from rxcrm.components.tr import _
from rxcrm.models.forms.editing import NAME_LENGTH
from rxcrm.state.settings.forms import TABLES, Forms, Listed
from rxcrm.translation import N_

on_load = Forms.open

COLUMNS = [(N_("Form"), ""), (N_("For"), "from-tablet"), (N_("Status"), "")]


def page() -> rx.Component:
    return settings_page(
        rx.cond(
            Forms.ready,
            rx.el.div(table_choice(TABLES, Forms.entity, Forms.choose), forms(), class_name="shaping"),
            loading(),
        ),
        dialogs(),
    )


def forms() -> rx.Component:
    return table_card(
        N_("Forms"),
        rx.el.p(
            _(
                "Everybody gets the first form in this order that fits a role of theirs. A change shows in open forms as soon as it is published."
            ),
            class_name="hint shaping-hint",
        ),
        add_button(N_("Add form"), Forms.ask_add),
        body=[command_table(N_("Forms"), COLUMNS, rx.foreach(Forms.rows, row), "views")],
    )


def row(form: rx.Var[Listed]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(rx.el.a(form.name, href=form.path, class_name="link"), scope="row"),
        rx.el.td(form.roles, class_name="from-tablet"),
        rx.el.td(
            rx.el.span(
                rx.cond(~form.active, rx.el.span(_("Out of use"), class_name="pill")),
                rx.cond(form.drafted, rx.el.span(_("Draft"), class_name="pill is-invited")),
                rx.cond(form.published & form.active, rx.el.span(_("Published"), class_name="pill is-active")),
                class_name="pills",
            )
        ),
        rx.el.td(
            row_commands(
                form.name,
                entry("pencil", N_("Edit"), rx.redirect(form.path)),
                rx.cond(
                    ~form.main,
                    rx.fragment(
                        entry(
                            "arrow-up",
                            N_("Move up"),
                            Forms.move(form.id, -1),
                            rx.cond(form.first, _("It is the first one."), ""),
                        ),
                        entry(
                            "arrow-down",
                            N_("Move down"),
                            Forms.move(form.id, 1),
                            rx.cond(form.last, _("It is the last one."), ""),
                        ),
                        rx.cond(
                            form.active,
                            entry("circle-pause", N_("Deactivate"), Forms.set_active(form.id, False)),
                            entry("circle-play", N_("Activate"), Forms.set_active(form.id, True)),
                        ),
                        entry("trash-2", N_("Delete"), Forms.ask_delete(form.id)),
                    ),
                ),
            ),
            class_name="commands",
        ),
        class_name=rx.cond(form.active, "", "disabled"),
        key=form.id,
    )


def dialogs() -> rx.Component:
    return rx.fragment(
        form_dialog(
            ask_field(
                name="name",
                label=_("Name"),
                required=True,
                max_length=NAME_LENGTH,
                hint=_("It begins as a draft that looks like the form for everybody."),
            ),
            role_ticks(Forms.roles),
            open=Forms.asked == "add",
            title=_("Add form"),
            submit=_("Add form"),
            subject=0,
            values=Forms.values,
            answer=Forms.told,
            whole=True,
            on_send=Forms.add,
            on_close=Forms.dismiss,
        ),
        delete_question(
            Forms,
            _(
                "Delete the form %(name)s? Its people get the next one that fits. What records hold stays.",
                name=Forms.subject_name,
            ),
        ),
    )
