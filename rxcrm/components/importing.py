"""Elements of the import pages: the start, and each step of the wizard."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.event import passthrough_event_spec

from rxcrm.components.frame import frame, icon
from rxcrm.components.local import ICONS, library
from rxcrm.components.tr import _
from rxcrm.state.gate import AppState
from rxcrm.state.importing.mapping import Chosen
from rxcrm.state.importing.steps import TABLES
from rxcrm.state.shell import Shell

_TABLES = [list(pair) for pair in TABLES]


class _Ours(rx.Component):
    lib_dependencies: list[str] = [ICONS]


class FileDrop(_Ours):
    """Where files are dropped or chosen; `past` are earlier imports, whose settings the next file may take over."""

    library = library("importing.jsx")
    tag = "FileDrop"
    accept: rx.Var[str]
    hint: rx.Var[str]
    tables: rx.Var[Any]
    past: rx.Var[Any]
    on_sent: rx.EventHandler[rx.event.no_args_event_spec]


class ImportList(_Ours):
    library = library("importing.jsx")
    tag = "ImportList"
    runs: rx.Var[Any]
    ready: rx.Var[bool]
    zone: rx.Var[str]


class OfThisImport(_Ours):
    """Shows its children only while what the page knows is about the import of its address."""

    library = library("importing_steps.jsx")
    tag = "OfThisImport"
    asked: rx.Var[int]


class StepBar(_Ours):
    library = library("importing_steps.jsx")
    tag = "StepBar"
    run: rx.Var[Any]


class _Step(_Ours):
    """The body and the foot of one step."""

    run: rx.Var[Any]
    view: rx.Var[Any]
    work: rx.Var[Any]
    on_stop: rx.EventHandler[passthrough_event_spec(int)]


class SourceForm(_Step):
    library = library("importing_source.jsx")
    tag = "SourceForm"
    tables: rx.Var[Any]
    on_peek: rx.EventHandler[passthrough_event_spec(int, str, str, str, int)]
    on_read: rx.EventHandler[passthrough_event_spec(int, str, str, str, str, int)]
    on_discard: rx.EventHandler[passthrough_event_spec(int)]


class MapForm(_Step):
    library = library("importing_map.jsx")
    tag = "MapForm"
    loaded: rx.Var[int]
    answer: rx.Var[Any]
    on_save: rx.EventHandler[passthrough_event_spec(int, Chosen)]
    on_continue: rx.EventHandler[passthrough_event_spec(int, Chosen)]
    on_save_map: rx.EventHandler[passthrough_event_spec(int, str, bool)]
    on_use_map: rx.EventHandler[passthrough_event_spec(int, int)]
    on_forget_map: rx.EventHandler[passthrough_event_spec(int, int)]
    on_look_up: rx.EventHandler[passthrough_event_spec(str, str, int, int)]


class ReviewForm(_Step):
    library = library("importing_review.jsx")
    tag = "ReviewForm"
    place: rx.Var[int]
    findings: rx.Var[Any]
    more: rx.Var[bool]
    grid: rx.Var[Any]
    told: rx.Var[Any]
    answer: rx.Var[Any]
    on_choose: rx.EventHandler[passthrough_event_spec(int, int)]
    on_more: rx.EventHandler[passthrough_event_spec(int, int)]
    on_fix: rx.EventHandler[passthrough_event_spec(int, int, int, str, str, str)]
    on_habit: rx.EventHandler[passthrough_event_spec(int, int, str, str)]
    on_rows: rx.EventHandler[passthrough_event_spec(int, int, int, int)]
    on_mend: rx.EventHandler[passthrough_event_spec(int, int, int, str, bool)]
    on_look_up: rx.EventHandler[passthrough_event_spec(str, str, int, int)]
    on_continue: rx.EventHandler[passthrough_event_spec(int)]
    on_examine: rx.EventHandler[passthrough_event_spec(int)]


class PreviewForm(_Step):
    library = library("importing_preview.jsx")
    tag = "PreviewForm"
    rows: rx.Var[Any]
    wanted: rx.Var[str]
    more: rx.Var[bool]
    on_settings: rx.EventHandler[passthrough_event_spec(int, str, str, str, str, bool)]
    on_filter: rx.EventHandler[passthrough_event_spec(int, str)]
    on_more: rx.EventHandler[passthrough_event_spec(int)]
    on_decide: rx.EventHandler[passthrough_event_spec(int, int, str)]
    on_start: rx.EventHandler[passthrough_event_spec(int)]
    on_weigh: rx.EventHandler[passthrough_event_spec(int)]


class RunView(_Ours):
    library = library("importing_result.jsx")
    tag = "RunView"
    run: rx.Var[Any]
    on_cancel: rx.EventHandler[passthrough_event_spec(int)]


class ResultView(_Ours):
    library = library("importing_result.jsx")
    tag = "ResultView"
    run: rx.Var[Any]
    problems: rx.Var[Any]
    severity: rx.Var[str]
    more: rx.Var[bool]
    undo: rx.Var[Any]
    zone: rx.Var[str]
    on_filter: rx.EventHandler[passthrough_event_spec(int, str)]
    on_more: rx.EventHandler[passthrough_event_spec(int)]
    on_ask_undo: rx.EventHandler[passthrough_event_spec(int)]
    on_undo: rx.EventHandler[passthrough_event_spec(int, bool)]


def step_page(state: Any, *body: rx.Component) -> rx.Component:
    """The page of one step: which import, the bar of its steps, what the step shows."""
    nothing = rx.el.div(
        rx.el.h1(_("Nothing to show")),
        rx.el.p(state.missing),
        rx.el.a(_("All imports"), href="/import", class_name="button"),
        class_name="empty page-empty",
    )
    return frame(
        rx.cond(
            state.ready,
            OfThisImport.create(
                rx.cond(state.missing != "", nothing, rx.fragment(import_head(state), *body)), asked=state.asked
            ),
            rx.el.div(rx.el.span(class_name="spinner"), class_name="waiting", role="status", aria_label=_("Loading")),
        ),
        main_class="import-page",
    )


def import_head(state: Any) -> rx.Component:
    """The name of the file, the table that it goes into, and the bar of steps."""
    return rx.el.header(
        rx.el.div(
            rx.el.a(
                icon("arrow-left"),
                href="/import",
                class_name="back",
                aria_label=_("All imports"),
                title=_("All imports"),
            ),
            rx.el.h1(state.run.name, title=state.run.name),
            rx.el.span(_(state.run.table), class_name="badge"),
            class_name="import-title",
        ),
        StepBar.create(run=state.run),
        class_name="import-head",
    )


def file_drop(state: Any, *children: rx.Component, accept: str, hint: rx.Var) -> rx.Component:
    return FileDrop.create(*children, accept=accept, hint=hint, tables=_TABLES, past=state.past, on_sent=state.open)


def import_list(state: Any) -> rx.Component:
    return ImportList.create(runs=state.past, ready=state.ready, zone=AppState.zone)


def source_form(state: Any) -> rx.Component:
    return SourceForm.create(
        run=state.run,
        view=state.view,
        work=state.work,
        tables=_TABLES,
        on_peek=state.peek,
        on_read=state.read,
        on_discard=state.discard,
        on_stop=state.stop,
    )


def map_form(state: Any) -> rx.Component:
    return MapForm.create(
        run=state.run,
        view=state.view,
        work=state.work,
        loaded=state.loaded,
        answer=Shell.looked_up,
        on_save=state.save,
        on_continue=state.proceed,
        on_save_map=state.save_map,
        on_use_map=state.use_map,
        on_forget_map=state.forget_map,
        on_look_up=Shell.look_up,
        on_stop=state.stop,
    )


def review_form(state: Any) -> rx.Component:
    return ReviewForm.create(
        run=state.run,
        view=state.view,
        work=state.work,
        place=state.place,
        findings=state.findings,
        more=state.more,
        grid=state.grid,
        told=state.told,
        answer=Shell.looked_up,
        on_choose=state.choose,
        on_more=state.show_more,
        on_fix=state.fix,
        on_habit=state.habit,
        on_rows=state.show_rows,
        on_mend=state.mend,
        on_look_up=Shell.look_up,
        on_continue=state.proceed,
        on_examine=state.examine,
        on_stop=state.stop,
    )


def preview_form(state: Any) -> rx.Component:
    return PreviewForm.create(
        run=state.run,
        view=state.view,
        work=state.work,
        rows=state.rows,
        wanted=state.wanted,
        more=state.more,
        on_settings=state.settle,
        on_filter=state.filter,
        on_more=state.show_more,
        on_decide=state.decide,
        on_start=state.start,
        on_weigh=state.weigh,
        on_stop=state.stop,
    )


def run_view(state: Any) -> rx.Component:
    return RunView.create(run=state.run, on_cancel=state.cancel)


def result_view(state: Any) -> rx.Component:
    return ResultView.create(
        run=state.run,
        problems=state.problems,
        severity=state.severity,
        more=state.more,
        undo=state.undo,
        zone=AppState.zone,
        on_filter=state.filter,
        on_more=state.show_more,
        on_ask_undo=state.ask_undo,
        on_undo=state.undo_import,
    )
