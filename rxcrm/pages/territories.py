"""/settings/territories: who answers for which part of the market, and who sells there (S 3.10, 8.3)."""

import reflex as rx

from rxcrm.components.admin import (
    add_button,
    ask_field,
    command_table,
    entry,
    form_dialog,
    loading,
    row_commands,
    settings_page,
    table_card,
)
from rxcrm.components.assignment import owners_field
from rxcrm.components.keeping import deleting, switched
from rxcrm.components.tr import _
from rxcrm.components.views import view_desk
from rxcrm.models.reference import NAME_LENGTH
from rxcrm.models.territories import TerritoryView
from rxcrm.state.settings.territories import Territories
from rxcrm.translation import N_

on_load = Territories.open

#: People whom a cell names; the others are counted.
NAMED = 4
COLUMNS = [(N_("Name"), ""), (N_("Manager"), "from-desk"), (N_("Members"), ""), (N_("Status"), "")]


def page() -> rx.Component:
    return settings_page(
        table_card(
            N_("Territories"),
            rx.el.p(
                _("Accounts lie in a territory, users work in one; views, charts and assignment rules can ask for it."),
                class_name="hint",
            ),
            add_button(N_("Add territory"), Territories.ask_add),
            body=[
                rx.cond(
                    Territories.ready,
                    rx.cond(
                        Territories.rows.length() > 0,
                        command_table(N_("Territories"), COLUMNS, rx.foreach(Territories.rows, row), "territories"),
                        nothing(),
                    ),
                    loading(),
                )
            ],
        ),
        view_desk(),
        dialogs(),
    )


def nothing() -> rx.Component:
    return rx.el.div(
        rx.el.h2(_("No territories yet")),
        rx.el.p(_("Make some if your sellers share the market by regions, branches or sizes of companies.")),
        class_name="empty",
    )


def row(territory: rx.Var[TerritoryView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(
                rx.el.button(
                    territory.name,
                    type="button",
                    class_name="link",
                    title=_("Edit"),
                    on_click=Territories.ask_edit(territory.id),
                ),
                rx.el.small(territory.description),
                class_name="who",
            ),
            scope="row",
        ),
        rx.el.td(rx.cond(territory.manager != "", territory.manager, "---"), class_name="from-desk"),
        rx.el.td(members(territory.members)),
        rx.el.td(switched(territory.active)),
        rx.el.td(commands(territory), class_name="commands"),
        key=territory.id,
    )


def members(names: rx.Var[list[str]]) -> rx.Component:
    """People by name, as far as a cell has room."""
    return rx.cond(
        names.length() > 0,
        rx.el.span(
            rx.foreach(names[:NAMED], lambda name: rx.el.span(name, class_name="pill")),
            rx.cond(names.length() > NAMED, rx.el.span(_("+%(n)s", n=names.length() - NAMED), class_name="faint")),
            class_name="pills",
        ),
        rx.el.span("---", class_name="faint"),
    )


def commands(territory: rx.Var[TerritoryView]) -> rx.Component:
    return row_commands(
        territory.name,
        entry("pencil", N_("Edit"), Territories.ask_edit(territory.id)),
        rx.cond(
            territory.active,
            entry("circle-off", N_("Deactivate"), Territories.deactivate(territory.id)),
            entry("circle-check", N_("Activate"), Territories.activate(territory.id)),
        ),
        entry("trash-2", N_("Delete"), Territories.ask_delete(territory.id)),
    )


def dialogs() -> rx.Component:
    return rx.fragment(
        territory_dialog("add", _("Add territory"), _("Add territory"), Territories.add),
        territory_dialog("edit", _("Edit %(name)s", name=Territories.subject_name), _("Save"), Territories.save),
        deleting(
            Territories,
            _("Delete the territory %(name)s? Nothing refers to it.", name=Territories.subject_name),
        ),
    )


def territory_dialog(what: str, title: rx.Var, submit: rx.Var, event: object) -> rx.Component:
    return form_dialog(
        ask_field(name="name", label=_("Name"), required=True, max_length=NAME_LENGTH),
        owners_field(
            name="manager_id",
            label=_("Manager"),
            target="user",
            single=True,
            names=Territories.names,
            hint=_("Who answers for the territory."),
        ),
        owners_field(
            name="members",
            label=_("Members"),
            target="user",
            names=Territories.names,
            hint=_("Who sells there. A user works in one territory: naming him here takes him out of another."),
        ),
        ask_field(name="description", label=_("Description"), lines=3, max_length=2000),
        open=Territories.asked == what,
        title=title,
        submit=submit,
        subject=Territories.subject,
        values=Territories.values,
        answer=Territories.told,
        whole=what == "add",
        on_send=event,
        on_close=Territories.dismiss,
    )
