"""Elements of the import pages."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.local import ICONS, library
from rxcrm.components.tr import _, number, plural
from rxcrm.translation import N_

IMPORTING = library("importing.jsx")


class FileDrop(rx.Component):
    library = IMPORTING
    tag = "FileDrop"
    lib_dependencies: list[str] = [ICONS]
    action: rx.Var[str]
    accept: rx.Var[str]
    label: rx.Var[str]
    hint: rx.Var[str]


class MappingForm(rx.Component):
    library = IMPORTING
    tag = "MappingForm"
    lib_dependencies: list[str] = [ICONS]
    run_id: rx.Var[int]
    columns: rx.Var[Any]
    targets: rx.Var[Any]
    topic_pattern: rx.Var[str]
    owners: rx.Var[Any]
    busy: rx.Var[str]
    on_edited: rx.EventHandler[rx.event.no_args_event_spec]
    on_check: rx.EventHandler[passthrough_event_spec(int, dict[str, str], str, int)]
    on_start: rx.EventHandler[passthrough_event_spec(int, dict[str, str], str, int)]


file_drop, mapping_form = FileDrop.create, MappingForm.create


def books(run: Any) -> rx.Component:
    """The sums: accepted + rejected + blank = rows."""

    def figure(value: rx.Var, label: str, tone: str = "") -> rx.Component:
        return rx.el.div(rx.el.dd(number(value)), rx.el.dt(_(label)), class_name="figure " + tone)

    return rx.el.dl(
        figure(run.rows, N_("Rows")),
        figure(run.accepted, N_("Accepted"), "good"),
        figure(run.warned, N_("with warnings"), "warn"),
        figure(run.rejected, N_("Rejected"), "bad"),
        figure(run.blank, N_("Blank")),
        class_name="books",
        aria_label=_("Books"),
    )


def problem_table(state: Any) -> rx.Component:
    """Every warning and rejection: row as in the file, column, value, reason."""
    return rx.cond(
        state.problems.length() > 0,
        rx.el.div(
            rx.el.table(
                rx.el.caption(_("Warnings and rejections")),
                rx.el.thead(
                    rx.el.tr(
                        *[
                            rx.el.th(_(label), scope="col")
                            for label in (N_("Row"), "", N_("Column"), N_("Value"), N_("Reason"))
                        ]
                    )
                ),
                rx.el.tbody(
                    rx.foreach(
                        state.problems,
                        lambda p: rx.el.tr(
                            rx.el.td(p.row),
                            rx.el.td(
                                rx.cond(
                                    p.severity == "warning",
                                    rx.el.span(_("Warning"), class_name="pill rating-2"),
                                    rx.el.span(_("Rejected"), class_name="pill rating-1"),
                                )
                            ),
                            rx.el.td(p.column),
                            rx.el.td(p.value, class_name="value"),
                            rx.el.td(p.reason),
                            key=p.id,
                        ),
                    )
                ),
                class_name="plain-table",
            ),
            rx.cond(
                state.more, rx.el.button(_("Show more"), type="button", class_name="button", on_click=state.show_more)
            ),
            class_name="problems",
        ),
    )


def progress(state: Any) -> rx.Component:
    return rx.cond(
        state.busy != "",
        rx.el.div(
            rx.el.p(
                rx.cond(state.busy == "check", _("Checking…"), _("Importing…")),
                " ",
                plural("%(n)s row", "%(n)s rows", state.done),
                role="status",
            ),
            rx.el.progress(value=state.done.to(str), max=state.total.to(str), aria_label=_("Progress")),
            rx.el.button(_("Cancel"), type="button", class_name="button", on_click=state.cancel),
            class_name="run-progress",
        ),
    )
