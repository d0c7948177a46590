"""/activities/…: the form of a task, phone call, appointment or e-mail (S 1.6)."""

from typing import Any

import reflex as rx

from rxcrm.components.activities import close_dialog, saved_command
from rxcrm.components.elements import field, more_fields
from rxcrm.components.frame import icon
from rxcrm.components.records import columns, history, linked, record_page, section
from rxcrm.components.tr import _
from rxcrm.models.choices import ActivityKind, ActivityStatus
from rxcrm.state.activities import CLOSING, ActivityRecord
from rxcrm.state.forms import describe_activity
from rxcrm.translation import N_

on_load = ActivityRecord.open

_KINDS = (
    (ActivityKind.TASK, N_("Task"), N_("New Task")),
    (ActivityKind.PHONE_CALL, N_("Phone Call"), N_("New Phone Call")),
    (ActivityKind.APPOINTMENT, N_("Appointment"), N_("New Appointment")),
    (ActivityKind.EMAIL, N_("Email"), N_("New Email")),
)


def page() -> rx.Component:
    return rx.fragment(
        record_page(
            ActivityRecord,
            entity="activity",
            path="/activities",
            label=_by_kind({kind: label for kind, label, _new in _KINDS}),
            new=_by_kind({kind: new for kind, _label, new in _KINDS}),
            fields=describe_activity(),
            title=["subject"],
            header=[field(name="priority", header=True), field(name="status_reason", header=True)],
            commands=(
                act("complete", N_("Mark Complete"), "check-check", ActivityRecord.complete),
                act("send", N_("Send"), "send", ActivityRecord.send),
                act("close", N_("Close Activity"), "square-check", ActivityRecord.ask_close),
                act("reopen", N_("Reopen"), "rotate-ccw", ActivityRecord.reopen),
            ),
            pages=[(N_("General"), columns(_form(), history(ActivityRecord), beside()))],
            answer=ActivityRecord.looked_up,
            on_look_up=ActivityRecord.look_up,
        ),
        close_dialog(
            open=ActivityRecord.closing,
            kind=ActivityRecord.kind,
            reasons={
                str(int(kind)): {str(int(s)): [[str(int(r)), r.label] for r in reasons] for s, reasons in found.items()}
                for kind, found in CLOSING.items()
            },
            statuses=[[str(int(s)), s.label] for s in (ActivityStatus.COMPLETED, ActivityStatus.CANCELED)],
            on_dismiss=ActivityRecord.dismiss,
            on_confirm=ActivityRecord.close,
        ),
    )


def act(name: str, label: str, sign: str, event: Any) -> rx.Component:
    """A command on the saved activity: hidden without the privilege, disabled with its reason in the wrong state."""
    return rx.cond(
        ActivityRecord.may.contains(name),
        saved_command(icon(sign), label=_(label), why=_(ActivityRecord.may[name]), on_click=event),
    )


def _by_kind(texts: dict[ActivityKind, str]) -> rx.Var:
    return rx.match(ActivityRecord.kind, *[(int(kind), text) for kind, text in texts.items()], N_("Activity"))


def _form() -> rx.Component:
    forms = {
        ActivityKind.TASK: task(),
        ActivityKind.PHONE_CALL: phone_call(),
        ActivityKind.APPOINTMENT: appointment(),
        ActivityKind.EMAIL: email(),
    }
    form = rx.match(ActivityRecord.kind, *[(int(kind), form) for kind, form in forms.items()], rx.fragment())
    return rx.fragment(form, more_fields())


def labelled(title: str, *fields: rx.Component) -> rx.Component:
    """A titled group of fields that are called otherwise than usual."""
    return rx.el.section(rx.el.h2(_(title)), *fields, aria_label=_(title), class_name="section")


def task() -> rx.Component:
    return rx.fragment(
        section(N_("Task"), "subject", "description", "regarding"),
        section(N_("Schedule"), "start_on", "due_on", "duration", "percent_complete"),
        more(),
    )


def phone_call() -> rx.Component:
    return rx.fragment(
        labelled(
            N_("Phone Call"),
            field(name="subject"),
            field(name="from", text=N_("Call From")),
            field(name="to", text=N_("Call To")),
            *[field(name=name) for name in ("phone_number", "outgoing", "left_voice_mail", "description", "regarding")],
        ),
        labelled(N_("Schedule"), field(name="due_on", text=N_("Due")), field(name="duration")),
        more(),
    )


def appointment() -> rx.Component:
    return rx.fragment(
        section(
            N_("Appointment"), "subject", "required", "optional", "organizer", "location", "description", "regarding"
        ),
        labelled(
            N_("Schedule"),
            field(name="start_on", text=N_("Start Time")),
            field(name="due_on", text=N_("End Time")),
            field(name="all_day"),
        ),
        more(),
    )


def email() -> rx.Component:
    return rx.fragment(
        section(N_("Email"), "from", "to", "cc", "bcc", "subject", "body", "regarding"),
        labelled(N_("Schedule"), field(name="due_on", text=N_("Due"))),
        section(N_("Categories"), "category", "subcategory"),
    )


def more() -> rx.Component:
    return section(N_("Categories"), "category", "subcategory", "remind_on")


def beside() -> rx.Component:
    return linked(
        ActivityRecord, N_("Regarding"), N_("This activity regards nothing yet. Choose a record under Regarding.")
    )
