"""/settings/units: the tree of business units (S 9.5)."""

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
from rxcrm.components.tr import _, plural
from rxcrm.state.settings.units import Branch, Units
from rxcrm.translation import N_

on_load = Units.open

COLUMNS = [(N_("Name"), ""), (N_("Users"), "number")]


def page() -> rx.Component:
    return settings_page(
        table_card(
            N_("Business units"),
            rx.el.p(_("The unit of a record's owner decides who else may work on it."), class_name="hint"),
            add_button(N_("Add unit"), Units.ask_add(0)),
            body=[
                rx.cond(
                    Units.ready,
                    command_table(N_("Business units"), COLUMNS, rx.foreach(Units.rows, row), "units"),
                    loading(),
                )
            ],
        ),
        dialogs(),
    )


def row(unit: rx.Var[Branch]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(
                icon("building"),
                rx.el.span(unit.name),
                rx.cond(unit.depth > 0, rx.el.span(_("(level %(n)s)", n=unit.depth), class_name="unseen")),
                class_name="branch",
                style={"--depth": unit.depth.to(str)},
            ),
            scope="row",
        ),
        rx.el.td(plural("%(n)s user", "%(n)s users", unit.users), class_name="number"),
        rx.el.td(commands(unit), class_name="commands"),
        key=unit.id,
    )


def commands(unit: rx.Var[Branch]) -> rx.Component:
    root = unit.depth == 0
    return row_commands(
        unit.name,
        entry("plus", N_("Add unit below"), Units.ask_add(unit.id)),
        entry("pencil", N_("Rename"), Units.ask_rename(unit.id)),
        entry(
            "corner-down-right",
            N_("Move"),
            Units.ask_move(unit.id),
            rx.cond(root, _("The topmost unit cannot be moved."), ""),
        ),
        entry(
            "trash-2",
            N_("Delete"),
            Units.ask_delete(unit.id),
            rx.cond(root, _("The topmost unit cannot be deleted."), ""),
        ),
    )


def dialogs() -> rx.Component:
    name = ask_field(name="name", label=_("Name"), required=True, max_length=100)
    parent = ask_field(
        name="parent_id",
        label=_("Below"),
        options=Units.parents,
        literal=True,
        required=True,
        hint=_("The unit of which it is a part: rights that reach down from there reach it too."),
    )
    return rx.fragment(
        unit_dialog("add", _("Add unit"), _("Add unit"), Units.add, name, parent),
        unit_dialog("rename", _("Rename %(name)s", name=Units.subject_name), _("Save"), Units.rename, name),
        unit_dialog(
            "move",
            _("Move %(name)s", name=Units.subject_name),
            _("Move"),
            Units.move,
            parent,
            rx.el.p(_("The units below it move along."), class_name="hint"),
        ),
        question(
            rx.el.p(_("Delete the unit %(name)s? It is empty.", name=Units.subject_name)),
            open=(Units.asked == "delete") & (Units.stays == ""),
            title=_("Delete"),
            confirm=_("Delete"),
            danger=True,
            on_confirm=Units.delete(Units.subject),
            on_close=Units.dismiss,
        ),
        dialog(
            rx.el.p(Units.stays),
            rx.el.footer(rx.el.button(_("Close"), type="button", class_name="button", on_click=Units.dismiss)),
            open=(Units.asked == "delete") & (Units.stays != ""),
            title=_("%(name)s cannot be deleted yet", name=Units.subject_name),
            on_close=Units.dismiss,
        ),
    )


def unit_dialog(what: str, title: rx.Var, submit: rx.Var, event: object, *fields: rx.Component) -> rx.Component:
    return form_dialog(
        *fields,
        open=Units.asked == what,
        title=title,
        submit=submit,
        subject=Units.subject,
        values=Units.values,
        answer=Units.told,
        whole=what == "add",
        on_send=event,
        on_close=Units.dismiss,
    )
