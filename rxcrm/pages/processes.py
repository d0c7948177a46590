"""/settings/processes: the processes of leads and opportunities (S 2.3, R2.11)."""

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
from rxcrm.components.shaping import table_choice
from rxcrm.components.tr import _
from rxcrm.models.forms.layout import LABEL_LENGTH
from rxcrm.state.settings.processes import TABLES, Listed, Processes
from rxcrm.translation import N_

on_load = Processes.open

COLUMNS = [(N_("Process"), ""), (N_("For"), "from-desk"), (N_("Status"), "")]


def page() -> rx.Component:
    return settings_page(
        rx.cond(
            Processes.ready,
            rx.el.div(table_choice(TABLES, Processes.entity, Processes.choose), processes(), class_name="shaping"),
            loading(),
        ),
        dialogs(),
    )


def processes() -> rx.Component:
    return table_card(
        N_("Processes"),
        rx.el.p(
            _(
                "New records begin the first process in this order that fits a role of their creator. Records can be switched to another one on the process bar."
            ),
            class_name="hint shaping-hint",
        ),
        add_button(N_("Add process"), Processes.ask_add),
        body=[command_table(N_("Processes"), COLUMNS, rx.foreach(Processes.rows, row), "views")],
    )


def row(process: rx.Var[Listed]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(
                rx.el.a(process.label, href=process.path, class_name="link"),
                rx.el.small(process.stages),
                class_name="who",
            ),
            scope="row",
        ),
        rx.el.td(process.roles, class_name="from-desk"),
        rx.el.td(
            rx.el.span(
                rx.cond(process.default, rx.el.span(_("Default"), class_name="badge")),
                rx.cond(
                    process.active,
                    rx.el.span(_("Active"), class_name="pill is-active"),
                    rx.el.span(_("Not active"), class_name="pill"),
                ),
                rx.cond(process.changed & process.shipped, rx.el.span(_("Changed"), class_name="pill")),
                class_name="pills",
            )
        ),
        rx.el.td(
            row_commands(
                process.label,
                entry("pencil", N_("Edit"), rx.redirect(process.path)),
                entry(
                    "arrow-up",
                    N_("Move up"),
                    Processes.move(process.key, -1),
                    rx.cond(process.first, _("It is the first one."), ""),
                ),
                entry(
                    "arrow-down",
                    N_("Move down"),
                    Processes.move(process.key, 1),
                    rx.cond(process.last, _("It is the last one."), ""),
                ),
                rx.cond(
                    process.active,
                    entry("circle-pause", N_("Deactivate"), Processes.set_active(process.key, False)),
                    entry("circle-play", N_("Activate"), Processes.set_active(process.key, True)),
                ),
                entry(
                    "trash-2",
                    N_("Delete"),
                    Processes.ask_delete(process.key),
                    rx.cond(
                        process.shipped,
                        _("Processes that came with rxcrm cannot be deleted. Deactivate it instead."),
                        rx.cond(process.used > 0, _("Records are in it or have been. Deactivate it instead."), ""),
                    ),
                ),
            ),
            class_name="commands",
        ),
        class_name=rx.cond(process.active, "", "disabled"),
        key=process.key,
    )


def dialogs() -> rx.Component:
    return rx.fragment(
        form_dialog(
            ask_field(
                name="name",
                label=_("Name"),
                required=True,
                max_length=LABEL_LENGTH,
                hint=_("It begins with the stages of the shipped process and is not active until you say so."),
            ),
            open=Processes.asked == "add",
            title=_("Add process"),
            submit=_("Add process"),
            subject=0,
            values=Processes.values,
            answer=Processes.told,
            whole=True,
            on_send=Processes.add,
            on_close=Processes.dismiss,
        ),
        delete_question(
            Processes, _("Delete the process %(name)s? No record was ever in it.", name=Processes.subject_name)
        ),
    )
