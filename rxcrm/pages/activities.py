"""/activities: the list of activities (S 4.10)."""

import reflex as rx

from rxcrm.components.activities import undo_bar
from rxcrm.components.frame import icon
from rxcrm.components.lists import list_page, nothing_yet, picked_command
from rxcrm.components.tr import _
from rxcrm.state.activities import Activities
from rxcrm.state.gate import AppState
from rxcrm.translation import N_

on_load = Activities.open
#: Kind in addresses, label, label of a new one, icon.
KINDS = (
    ("task", N_("Task"), N_("New Task"), "list-todo"),
    ("phone_call", N_("Phone Call"), N_("New Phone Call"), "phone"),
    ("appointment", N_("Appointment"), N_("New Appointment"), "calendar-days"),
    ("email", N_("Email"), N_("New Email"), "mail"),
)


def page() -> rx.Component:
    return rx.fragment(
        list_page(
            Activities,
            entity="activity",
            path="/activities",
            label=N_("Activities"),
            new=new_activity(),
            commands=(
                rx.el.a(
                    icon("calendar-days"),
                    rx.el.span(_("Calendar")),
                    href="/activities/calendar",
                    class_name="button command",
                ),
            ),
            picked=(
                picked_command(Activities, N_("Mark Complete"), "check-check", Activities.complete_picked),
                picked_command(Activities, N_("Cancel Activity"), "ban", Activities.cancel_picked),
            ),
            empty=nothing_yet(
                "activity",
                N_("No activities here"),
                N_("Nothing is planned in this view. Create a task or choose another view."),
                N_("New Task"),
                rx.el.a(_("Show all activities"), href="/activities?view=all", class_name="button"),
                path="/activities",
            ),
        ),
        undo_bar(done=Activities.done, on_undo=Activities.undo),
    )


def new_activity() -> rx.Component:
    """One command for each kind, as in no other list: which kind it is decides the form (S 1.6)."""
    return rx.cond(
        AppState.rights["create_activity"],
        rx.fragment(
            *[
                rx.el.a(
                    icon(sign),
                    rx.el.span(_(label)),
                    href=f"/activities/new?kind={kind}",
                    class_name="button command",
                    aria_label=_(new),
                )
                for kind, label, new, sign in KINDS
            ]
        ),
    )
