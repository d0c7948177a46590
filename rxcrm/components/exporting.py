"""Exports: the menu above every list, and the table of those that were made (S 7.9)."""

from __future__ import annotations

from typing import Any

import reflex as rx

from rxcrm.components.admin import command_table, entry, row_commands
from rxcrm.components.elements import _Ours
from rxcrm.components.frame import icon
from rxcrm.components.local import library
from rxcrm.components.tr import _, ago, moment, number, plural
from rxcrm.state.exporting import Exports, ExportView, formats_of
from rxcrm.state.gate import AppState
from rxcrm.state.lists import COUNT_CAP
from rxcrm.translation import N_

COLUMNS = [
    (N_("File"), ""),
    (N_("Status"), ""),
    (N_("Rows"), "number from-desk"),
    (N_("Size"), "number from-desk"),
    (N_("Created On"), "from-desk"),
]

CHOICES = [
    ("shown", N_("As in this view"), N_("In the order in which they stand on your screen")),
    ("all", N_("All fields"), N_("Also those that nobody fills in")),
    (
        "again",
        N_("All fields that an import can fill"),
        N_("To change many records in a spreadsheet, or to take them elsewhere"),
    ),
]
DELIMITERS = [
    ("", N_("As usual in my language")),
    (",", N_("Comma")),
    (";", N_("Semicolon")),
    ("\t", N_("Tab")),
    ("|", N_("Vertical bar")),
]


class ExportMenu(_Ours):
    """Export ▾ with its dialog."""

    library = library("exporting.jsx")
    tag = "ExportMenu"
    entity: rx.Var[str]
    views: rx.Var[Any]
    view: rx.Var[str]
    picked: rx.Var[list[int]]
    rows: rx.Var[Any]
    total: rx.Var[int]
    cap: rx.Var[int]
    formats: rx.Var[Any]
    columns: rx.Var[Any]
    delimiters: rx.Var[Any]
    templates: rx.Var[bool]


def export_menu(state: Any, entity: str) -> rx.Component:
    """Export, above a list; hidden without the privilege (S 13.2)."""
    return rx.cond(
        AppState.rights["export"],
        ExportMenu.create(
            entity=entity,
            views=state.offers,
            view=state.view,
            picked=state.picked,
            rows=state.rows,
            total=state.total,
            cap=COUNT_CAP,
            formats=formats_of(entity),
            columns=CHOICES,
            delimiters=DELIMITERS,
            templates=AppState.rights["import"],
        ),
    )


def export_table() -> rx.Component:
    """Every export that the asker may fetch, the newest first."""
    return command_table(N_("Exports"), COLUMNS, rx.foreach(Exports.rows, _row), "exports")


def _file(run: rx.Var[ExportView], *children: Any, **more: Any) -> rx.Component:
    """A link to a file: fetched from the server, where the router of the pages must not look for a page."""
    return rx.el.a(*children, href=run.url, download=True, custom_attrs={"reloadDocument": True}, **more)


def _made(run: rx.Var[ExportView]) -> rx.Component:
    return rx.el.time(ago(run.at), date_time=run.at, title=moment(run.at, AppState.zone))


def _row(run: rx.Var[ExportView]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(
                rx.cond(run.url != "", _file(run, run.name, class_name="link"), rx.el.b(run.name)),
                rx.cond(run.who != "", rx.el.small(_("for %(name)s", name=run.who))),
                rx.el.small(
                    plural("%(n)s row", "%(n)s rows", run.rows),
                    rx.cond(run.size != "", rx.fragment(" · ", run.size)),
                    " · ",
                    _made(run),
                    class_name="below-desk",
                ),
                rx.cond(run.message != "", rx.el.small(run.message, class_name="problem")),
                rx.cond(
                    run.cut > 0,
                    rx.el.small(
                        plural(
                            "%(n)s text was too long for a cell and was cut; .csv holds it whole.",
                            "%(n)s texts were too long for a cell and were cut; .csv holds them whole.",
                            run.cut,
                        ),
                        class_name="problem",
                    ),
                ),
                rx.cond(
                    run.status == "running",
                    rx.el.progress(value=run.position.to(str), max=run.total.to(str), aria_label=run.name),
                ),
                class_name="who",
            ),
            scope="row",
        ),
        rx.el.td(rx.el.span(_(run.label), class_name="pill run-" + run.status.to(str))),
        rx.el.td(number(run.rows), class_name="number from-desk"),
        rx.el.td(run.size, class_name="number from-desk"),
        rx.el.td(_made(run), class_name="from-desk"),
        rx.el.td(
            rx.cond(
                run.url != "",
                _file(
                    run,
                    icon("download"),
                    rx.el.span(_("Download")),
                    class_name="button small",
                    aria_label=_("Download %(name)s", name=run.name),
                ),
            ),
            row_commands(
                run.name,
                entry(
                    "circle-x",
                    N_("Cancel"),
                    Exports.cancel(run.id),
                    rx.cond(run.unfinished, "", _("This export has ended already.")),
                ),
                entry(
                    "trash-2",
                    N_("Delete the file"),
                    Exports.forget_file(run.id),
                    rx.cond(run.url != "", "", _("There is no file (any more).")),
                ),
            ),
            class_name="commands",
        ),
        key=run.id,
    )
