"""/import: choose a file; past imports."""

import reflex as rx

from rxcrm.components.frame import frame
from rxcrm.components.importing import file_drop
from rxcrm.components.tr import _, moment, number
from rxcrm.state.gate import AppState
from rxcrm.state.importing import Imports
from rxcrm.translation import N_

on_load = Imports.open


def page() -> rx.Component:
    return frame(
        rx.el.div(
            rx.el.h1(_("Import leads")),
            rx.el.p(_("Nothing is written before you have seen what each column becomes."), class_name="hint"),
            file_drop(
                action="/files/import",
                accept=".csv,.tsv,.txt,.xlsx,.xlsm,.xml",
                label=_("Choose a file"),
                hint=_("or drop it here: Excel (.xlsx), CSV, or XML Spreadsheet 2003"),
            ),
            rx.el.h2(_("Past imports")),
            rx.cond(
                Imports.past.length() > 0,
                rx.el.div(
                    rx.el.table(
                        rx.el.thead(
                            rx.el.tr(
                                *[
                                    rx.el.th(_(label), scope="col")
                                    for label in (
                                        N_("File"),
                                        N_("Status"),
                                        N_("Accepted"),
                                        N_("with warnings"),
                                        N_("Rejected"),
                                        N_("Created By"),
                                        N_("Created On"),
                                    )
                                ]
                            )
                        ),
                        rx.el.tbody(
                            rx.foreach(
                                Imports.past,
                                lambda run: rx.el.tr(
                                    rx.el.td(rx.el.a(run.name, href="/import/" + run.id.to(str))),
                                    rx.el.td(rx.el.span(_(run.label), class_name="pill run-" + run.status)),
                                    rx.el.td(number(run.accepted)),
                                    rx.el.td(number(run.warned)),
                                    rx.el.td(number(run.rejected)),
                                    rx.el.td(run.who),
                                    rx.el.td(moment(run.at, AppState.zone)),
                                    key=run.id,
                                ),
                            )
                        ),
                        class_name="plain-table",
                    ),
                    class_name="table-scroll",
                ),
                rx.cond(Imports.ready, rx.el.p(_("None yet."), class_name="hint")),
            ),
            class_name="page",
        )
    )
