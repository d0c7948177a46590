"""/settings/roles: what a record can be to another (S 1.5, R5.8)."""

import reflex as rx

from rxcrm.components.admin import (
    add_button,
    ask_field,
    choice_cards,
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
from rxcrm.components.tr import _
from rxcrm.state.settings.roles import CATEGORIES, ENTITIES, Roles, RoleView
from rxcrm.translation import N_

on_load = Roles.open

COLUMNS = [(N_("Name"), ""), (N_("Category"), "from-desk"), (N_("Matching roles"), "from-desk"), (N_("Status"), "")]


def page() -> rx.Component:
    return settings_page(
        table_card(
            N_("Connection roles"),
            rx.el.p(_("What a record can be to another one that it is connected with."), class_name="hint"),
            add_button(N_("Add role"), Roles.ask_add),
            body=[
                rx.cond(
                    Roles.ready,
                    command_table(N_("Connection roles"), COLUMNS, rx.foreach(Roles.rows, row), "roles"),
                    loading(),
                )
            ],
        ),
        dialogs(),
    )


def row(role: rx.Var[RoleView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(
                rx.el.button(role.label, type="button", class_name="link", on_click=Roles.ask_edit(role.id)),
                rx.cond(role.description != "", rx.el.small(role.description)),
                class_name="who",
            ),
            scope="row",
        ),
        rx.el.td(role.category_label, class_name="from-desk"),
        rx.el.td(role.matching, class_name="from-desk"),
        rx.el.td(
            rx.cond(
                role.active,
                rx.el.span(_("Active"), class_name="pill is-active"),
                rx.el.span(_("Inactive"), class_name="pill"),
            )
        ),
        rx.el.td(
            row_commands(
                role.label,
                entry("pencil", N_("Edit"), Roles.ask_edit(role.id)),
                rx.cond(
                    role.active,
                    entry("circle-pause", N_("Deactivate"), Roles.deactivate(role.id)),
                    entry("circle-play", N_("Activate"), Roles.activate(role.id)),
                ),
                entry("trash-2", N_("Delete"), Roles.ask_delete(role.id), role.stays),
            ),
            class_name="commands",
        ),
        class_name=rx.cond(role.active, "", "disabled"),
        key=role.id,
    )


def dialogs() -> rx.Component:
    fields = (
        rx.el.div(
            ask_field(name="name", label=_("Name"), required=True, max_length=100),
            ask_field(
                name="category",
                label=_("Category"),
                options=CATEGORIES,
                required=True,
                hint=_("Under which heading it is offered."),
            ),
            class_name="two",
        ),
        ask_field(name="description", label=_("Description"), max_length=1000),
        choice_cards(name="entities", label=_("Who can have it"), options=ENTITIES),
        rx.el.div(
            match("match1", _("Matching role"), _("The other side gets it by itself.")),
            match("match2", _("Second matching role"), _("Taken where the first does not fit.")),
            match("match3", _("Third matching role"), _("Taken where neither of the two fits.")),
            class_name="two",
        ),
    )
    return rx.fragment(
        role_dialog("add", _("Add role"), _("Add role"), Roles.add, *fields),
        role_dialog("edit", _("Edit %(name)s", name=Roles.subject_name), _("Save"), Roles.save, *fields),
        question(
            rx.el.p(_("Delete the role %(name)s? No connection has it.", name=Roles.subject_name)),
            open=(Roles.asked == "delete") & (Roles.stays == ""),
            title=_("Delete"),
            confirm=_("Delete"),
            danger=True,
            on_confirm=Roles.delete(Roles.subject),
            on_close=Roles.dismiss,
        ),
        dialog(
            rx.el.p(Roles.stays),
            rx.el.footer(rx.el.button(_("Close"), type="button", class_name="button", on_click=Roles.dismiss)),
            open=(Roles.asked == "delete") & (Roles.stays != ""),
            title=_("%(name)s cannot be deleted", name=Roles.subject_name),
            on_close=Roles.dismiss,
        ),
    )


def match(name: str, label: rx.Var, hint: rx.Var | str) -> rx.Component:
    return ask_field(name=name, label=label, options=Roles.others, literal=True, hint=hint)


def role_dialog(what: str, title: rx.Var, submit: rx.Var, event: object, *fields: rx.Component) -> rx.Component:
    return form_dialog(
        *fields,
        open=Roles.asked == what,
        title=title,
        submit=submit,
        subject=Roles.subject,
        values=Roles.values,
        answer=Roles.told,
        whole=True,
        wide=True,
        on_send=event,
        on_close=Roles.dismiss,
    )
