"""/settings/territories: who answers for which part of the market, and who sells there (S 3.10, 8.3)."""

import reflex as rx

from rxcrm.components.admin import (
    ask_field,
    entry,
    form_dialog,
    row_commands,
)
from rxcrm.components.assignment import owners_field
from rxcrm.components.keeping import deleting, kept_page, members, named, switched
from rxcrm.components.tr import _
from rxcrm.components.views import view_desk
from rxcrm.models.reference import NAME_LENGTH
from rxcrm.models.territories import TerritoryView
from rxcrm.state.settings.territories import Territories
from rxcrm.translation import N_

on_load = Territories.open

COLUMNS = [(N_("Name"), ""), (N_("Manager"), "from-desk"), (N_("Members"), ""), (N_("Status"), "")]


def page() -> rx.Component:
    return kept_page(
        Territories,
        view_desk(),
        dialogs(),
        title=N_("Territories"),
        hint=_("Accounts lie in a territory, users work in one; views, charts and assignment rules can ask for it."),
        add=N_("Add territory"),
        columns=COLUMNS,
        row=row,
        nothing=(
            _("No territories yet"),
            _("Make some if your sellers share the market by regions, branches or sizes of companies."),
        ),
        class_name="territories",
    )


def row(territory: rx.Var[TerritoryView]) -> rx.Component:
    return rx.el.tr(
        named(Territories, territory, rx.el.small(territory.description)),
        rx.el.td(rx.cond(territory.manager != "", territory.manager, "---"), class_name="from-desk"),
        rx.el.td(members(territory.members)),
        rx.el.td(switched(territory.active)),
        rx.el.td(commands(territory), class_name="commands"),
        key=territory.id,
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
