"""/leads: the list of leads."""

import reflex as rx

from rxcrm.components.assignment import run_rules_picked
from rxcrm.components.campaigns import campaign_picked
from rxcrm.components.frame import icon
from rxcrm.components.life import lead_list_commands
from rxcrm.components.lists import list_page, nothing_yet
from rxcrm.components.merging import merge_picked
from rxcrm.components.qualify import qualify_many, qualify_pane, qualify_picked
from rxcrm.components.tr import _
from rxcrm.state.gate import AppState
from rxcrm.state.leads import Leads
from rxcrm.translation import N_

on_load = Leads.open


def page() -> rx.Component:
    return list_page(
        Leads,
        entity="lead",
        label=N_("Leads"),
        commands=(
            rx.cond(
                AppState.rights["import"],
                rx.el.a(icon("upload"), rx.el.span(_("Import")), href="/import", class_name="button command"),
            ),
        ),
        picked=(qualify_picked(), *lead_list_commands(), run_rules_picked(), campaign_picked(), merge_picked("lead")),
        panes=(qualify_many(), qualify_pane()),
        empty=nothing_yet(
            "lead",
            N_("No leads here yet"),
            N_("Create one, import a file, or choose another view."),
            N_("New Lead"),
            rx.cond(AppState.rights["import"], rx.el.a(_("Import a file"), href="/import", class_name="button")),
            rx.el.a(_("Show all leads"), href="/leads?view=all", class_name="button"),
        ),
    )
