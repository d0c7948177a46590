"""/settings/teams: users who own records together, and what they may (S 9.4 R9.7, 9.5)."""

import reflex as rx

from rxcrm.components.admin import (
    ask_field,
    choice_cards,
    entry,
    form_dialog,
    row_commands,
)
from rxcrm.components.assignment import owners_field
from rxcrm.components.keeping import deleting, kept_page, members, named, switched
from rxcrm.components.tr import _, plural
from rxcrm.components.views import view_desk
from rxcrm.models.teams import DESCRIPTION_LENGTH, NAME_LENGTH, TeamView
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
    return kept_page(
        Teams,
        view_desk(),
        dialogs(),
        title=N_("Teams"),
        hint=_("A team owns records like a user does; its members hold its roles beside their own."),
        add=N_("Add team"),
        columns=COLUMNS,
        row=row,
        nothing=(_("No teams yet"), _("Make one for people who work on the same leads.")),
        class_name="teams",
    )


def row(team: rx.Var[TeamView]) -> rx.Component:
    return rx.el.tr(
        named(Teams, team, rx.el.small(team.description)),
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
