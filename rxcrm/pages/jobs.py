"""/settings/jobs: work that was put off, failures first (issue 3, part 6)."""

import reflex as rx

from rxcrm.components.admin import command_table, entry, loading, question, row_commands, settings_page, table_card
from rxcrm.components.tr import _, ago, moment, plural
from rxcrm.state.gate import AppState
from rxcrm.state.settings.jobs import Entry, Jobs
from rxcrm.translation import N_

on_load = Jobs.open

COLUMNS = [(N_("Work"), ""), (N_("Status"), ""), (N_("Since"), "from-desk"), (N_("Tries"), "number from-desk")]
STATES = {
    "failed": (N_("Failed"), "run-failed"),
    "running": (N_("Running"), "run-running"),
    "waiting": (N_("Waiting"), ""),
    "done": (N_("Done"), "run-done"),
    "canceled": (N_("Canceled"), ""),
}


def page() -> rx.Component:
    return settings_page(
        table_card(
            N_("Background work"),
            rx.el.p(
                _("E-mails to be sent, reminders and everything else that goes on without an open page."),
                class_name="hint",
            ),
            rx.el.button(
                _("Show what has ended"),
                type="button",
                class_name="button",
                aria_pressed=Jobs.ended,
                on_click=Jobs.show_ended(~Jobs.ended),
            ),
            body=[rx.cond(Jobs.ready, listed(), loading())],
        ),
        question(
            rx.el.p(_("What has been done until now stays done. An e-mail becomes a draft again.")),
            open=Jobs.asked == "cancel",
            title=_("Cancel “%(name)s”?", name=Jobs.subject_name),
            confirm=_("Cancel it"),
            danger=True,
            on_confirm=Jobs.cancel(Jobs.subject),
            on_close=Jobs.dismiss,
        ),
    )


def listed() -> rx.Component:
    return rx.fragment(
        rx.cond(
            Jobs.rows.length() > 0,
            command_table(N_("Background work"), COLUMNS, rx.foreach(Jobs.rows, row), "jobs"),
            rx.el.div(
                rx.el.p(_("Nothing waits, and nothing has failed."), class_name="hint"),
                class_name="empty",
                role="status",
            ),
        ),
        rx.cond(
            Jobs.more,
            rx.el.p(_("There is more: only the first %(n)s are shown.", n=Jobs.rows.length()), class_name="hint"),
        ),
    )


def row(job: rx.Var[Entry]) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.el.span(
                rx.el.b(job.label),
                rx.cond(job.who != "", rx.el.small(_("for %(name)s", name=job.who))),
                rx.cond(job.problem != "", rx.el.small(job.problem, class_name="problem")),
                rx.cond(
                    (job.state == "waiting"),
                    rx.el.small(_("due %(when)s", when=moment(job.due, AppState.zone))),
                ),
                rx.cond(
                    (job.state == "running") & (job.total > 0),
                    rx.el.progress(value=job.done, max=job.total, aria_label=job.label),
                ),
                class_name="who",
            ),
            scope="row",
        ),
        rx.el.td(
            rx.match(
                job.state,
                *[(state, rx.el.span(_(label), class_name=f"pill {kind}")) for state, (label, kind) in STATES.items()],
                rx.el.span(job.state, class_name="pill"),
            )
        ),
        rx.el.td(
            rx.el.time(ago(job.since), date_time=job.since, title=moment(job.since, AppState.zone)),
            class_name="from-desk",
        ),
        rx.el.td(plural("%(n)s try", "%(n)s tries", job.attempts), class_name="number from-desk"),
        rx.el.td(commands(job), class_name="commands"),
        key=job.id,
    )


def commands(job: rx.Var[Entry]) -> rx.Component:
    unfinished = (job.state == "waiting") | (job.state == "running")
    return row_commands(
        job.label,
        entry(
            "rotate-cw",
            N_("Retry"),
            Jobs.retry(job.id),
            rx.cond(
                unfinished,
                _("This waits already, or is being done."),
                rx.cond(job.state == "done", _("This is done already."), ""),
            ),
        ),
        entry("circle-x", N_("Cancel"), Jobs.ask_cancel(job.id), rx.cond(unfinished, "", _("This has ended already."))),
    )
