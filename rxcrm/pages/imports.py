"""/import: choose files; every import so far."""

import reflex as rx

from rxcrm.components.frame import frame, icon
from rxcrm.components.importing import file_drop, import_list
from rxcrm.components.tr import _
from rxcrm.state.importing.listing import Imports
from rxcrm.translation import N_

on_load = Imports.open

#: What can be chosen; what a file really is, its content decides.
ACCEPTED = ".csv,.tsv,.tab,.txt,.xlsx,.xlsm,.xls,.ods,.xml,.vcf,.zip"


def page() -> rx.Component:
    return frame(
        rx.el.div(
            rx.el.div(
                rx.el.h1(_("Import")),
                rx.el.p(
                    _(
                        "You see every problem before anything is written, and can take the whole import back for 30 days."
                    ),
                    class_name="hint",
                ),
                file_drop(
                    Imports,
                    links(),
                    accept=ACCEPTED,
                    hint=_(
                        "Files can also be dropped here: Excel, CSV, OpenDocument, XML Spreadsheet 2003, vCards, or a .zip of those."
                    ),
                ),
                rx.el.h2(_("Imports")),
                import_list(Imports),
                class_name="page",
            ),
            class_name="import-start",
        ),
        main_class="import-page",
    )


def links() -> rx.Component:
    """A template of each table, to be filled in."""
    return rx.el.div(
        rx.el.span(_("Templates for Excel:")),
        *[
            rx.el.a(
                icon("file-spreadsheet"),
                _(label),
                href=f"/files/templates/{entity}.xlsx",
                download=True,
                custom_attrs={"reloadDocument": True},
            )
            for entity, label in (
                ("lead", N_("Leads")),
                ("account", N_("Accounts")),
                ("contact", N_("Contacts")),
                ("opportunity", N_("Opportunities")),
                ("activity", N_("Activities")),
            )
        ],
        class_name="drop-links",
    )
