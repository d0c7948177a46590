"""/settings/teams: users who own records together, and what they may (S 9.4 R9.7, 9.5)."""

import reflex as rx

from rxcrm.components.admin import (
    add_button,
    ask_field,
    choice_cards,
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
from rxcrm.components.tr import _, plural
from rxcrm.components.views import view_desk
from rxcrm.models.teams import DESCRIPTION_LENGTH, NAME_LENGTH, TeamView
from rxcrm.pages.territories import members
from rxcrm.state.settings.teams import Teams
from rxcrm.translation import N_

on_load = Teams.open

COLUMNS = [
    (N_("Name"), ""),
    (N_("Business Unit"), "from-desk"),
    (N_("Members"), ""),
    (N_("Roles"), "from-wide"),
    (N_("Records"), "number from-wide"),
    (N_("Status"), ""),
]


def page() -> rx.Component:
    return settings_page(
        table_card(
            N_("Teams"),
            rx.el.p(
                _("A team owns records like a user does; its members hold its roles beside their own."),
                class_name="hint",
            ),
            add_button(N_("Add team"), Teams.ask_add),
            body=[
                rx.cond(
                    Teams.ready,
                    rx.cond(
                        Teams.rows.length() > 0,
                        command_table(N_("Teams"), COLUMNS, rx.foreach(Teams.rows, row), "teams"),
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
        rx.el.h2(_("No teams yet")),
        rx.el.p(_("Make one for people who work on the same leads.")),
        class_name="empty",
    )


def row(team: rx.Var[TeamView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(
                rx.el.button(
                    team.name, type="button", class_name="link", title=_("Edit"), on_click=Teams.ask_edit(team.id)
                ),
                rx.el.small(team.description),
                class_name="who",
            ),
            scope="row",
        ),
        rx.el.td(team.unit, class_name="from-desk"),
        rx.el.td(members(team.members)),
        rx.el.td(
            rx.el.span(rx.foreach(team.roles, lambda role: rx.el.span(_(role), class_name="pill")), class_name="pills"),
            class_name="from-wide",
        ),
        rx.el.td(plural("%(n)s record", "%(n)s records", team.records), class_name="number from-wide"),
        rx.el.td(switched(~team.disabled)),
        rx.el.td(commands(team), class_name="commands"),
        key=team.id,
    )


def commands(team: rx.Var[TeamView]) -> rx.Component:
    return row_commands(
        team.name,
        entry("pencil", N_("Edit"), Teams.ask_edit(team.id)),
        rx.cond(
            team.disabled,
            entry("circle-check", N_("Enable"), Teams.enable(team.id)),
            entry("circle-off", N_("Disable"), Teams.disable(team.id)),
        ),
        entry("trash-2", N_("Delete"), Teams.ask_delete(team.id)),
    )


def dialogs() -> rx.Component:
    return rx.fragment(
        team_dialog("add", _("Add team"), _("Add team"), Teams.add),
        team_dialog("edit", _("Edit %(name)s", name=Teams.subject_name), _("Save"), Teams.save),
        deleting(
            Teams,
            _(
                "Delete the team %(name)s? It owns nothing. What was shared with it is shared with its members no more.",
                name=Teams.subject_name,
            ),
        ),
    )


def team_dialog(what: str, title: rx.Var, submit: rx.Var, event: object) -> rx.Component:
    return form_dialog(
        rx.el.div(
            ask_field(name="name", label=_("Name"), required=True, max_length=NAME_LENGTH),
            ask_field(
                name="unit_id",
                label=_("Business Unit"),
                options=Teams.units,
                literal=True,
                required=True,
                hint=_("What the team owns belongs to this unit."),
            ),
            class_name="two",
        ),
        owners_field(
            name="members",
            label=_("Members"),
            target="user",
            names=Teams.names,
            hint=_("They may work on everything that the team owns, as far as their roles reach."),
        ),
        ask_field(name="description", label=_("Description"), max_length=DESCRIPTION_LENGTH),
        choice_cards(name="roles", label=_("Roles of every member"), options=Teams.offered),
        open=Teams.asked == what,
        title=title,
        submit=submit,
        subject=Teams.subject,
        values=Teams.values,
        answer=Teams.told,
        whole=what == "add",
        wide=True,
        on_send=event,
        on_close=Teams.dismiss,
    )
