"""/import/…: one file: its columns, the run, the books."""

import reflex as rx

from rxcrm.components.frame import frame, icon
from rxcrm.components.importing import books, mapping_form, problem_table, progress
from rxcrm.components.tr import _, plural
from rxcrm.state.importing import ImportPage

on_load = ImportPage.open


def page() -> rx.Component:
    return frame(
        rx.el.div(
            rx.el.a(icon("arrow-left"), _("All imports"), href="/import", class_name="back"),
            rx.cond(
                ImportPage.ready,
                rx.cond(
                    ImportPage.missing != "",
                    rx.el.div(rx.el.h1(_("Nothing to show")), rx.el.p(ImportPage.missing), class_name="empty"),
                    rx.fragment(
                        rx.el.h1(ImportPage.run.name),
                        progress(ImportPage),
                        rx.cond(ImportPage.run.status == "uploaded", columns(), result()),
                    ),
                ),
                rx.el.div(
                    rx.el.span(class_name="spinner"),
                    class_name="waiting",
                    role="status",
                    aria_label=_("Reading the file…"),
                ),
            ),
            class_name="page",
        )
    )


def columns() -> rx.Component:
    """Before the import: what each column becomes, and on request what would come of it."""
    return rx.cond(
        ImportPage.unreadable != "",
        rx.el.p(ImportPage.unreadable, class_name="form-message", role="alert"),
        rx.fragment(
            rx.el.p(
                ImportPage.format,
                " · ",
                plural("%(n)s data row", "%(n)s data rows", ImportPage.data_rows),
                class_name="hint",
            ),
            rx.cond(ImportPage.unlike != "", rx.el.p(ImportPage.unlike, class_name="banner", role="status")),
            rx.cond(
                ImportPage.sheets.length() > 1,
                rx.el.label(
                    _("Sheet"),
                    rx.el.select(
                        rx.foreach(ImportPage.sheets, lambda name: rx.el.option(name, value=name)),
                        value=ImportPage.sheet,
                        on_change=ImportPage.choose_sheet,
                        class_name="text-input",
                    ),
                    class_name="sheet",
                ),
            ),
            rx.cond(
                ImportPage.checked,
                rx.el.section(
                    rx.el.h2(_("What would come of it")),
                    books(ImportPage.preview),
                    problem_table(ImportPage),
                    class_name="section",
                    aria_label=_("What would come of it"),
                ),
            ),
            mapping_form(
                run_id=ImportPage.run.id,
                columns=ImportPage.columns,
                targets=ImportPage.targets,
                topic_pattern=ImportPage.topic_pattern,
                owners=ImportPage.owners,
                busy=ImportPage.busy,
                on_edited=ImportPage.edited,
                on_check=ImportPage.check,
                on_start=ImportPage.start,
            ),
        ),
    )


def result() -> rx.Component:
    """The books."""
    return rx.fragment(
        rx.el.p(_(ImportPage.run.label), class_name="hint", role="status"),
        rx.cond(ImportPage.run.message != "", rx.el.p(ImportPage.run.message, class_name="form-message", role="alert")),
        books(ImportPage.run),
        rx.el.p(
            rx.el.a(_("Show the leads"), href="/leads?view=open", class_name="button primary"),
            rx.cond(
                ImportPage.run.rejected > 0,
                rx.el.a(
                    icon("download"),
                    _("Download rejected rows"),
                    href="/files/import/" + ImportPage.run.id.to(str) + "/rejected",
                    download=True,
                    class_name="button",
                ),
            ),
            rx.el.a(_("Import another file"), href="/import", class_name="button"),
            class_name="actions",
        ),
        problem_table(ImportPage),
    )
