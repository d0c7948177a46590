"""/leads: the list of leads."""

import reflex as rx

from rxcrm.components.frame import icon
from rxcrm.components.lists import list_page
from rxcrm.components.tr import _
from rxcrm.state.gate import AppState
from rxcrm.state.leads import Leads
from rxcrm.state.lists import COUNT_CAP, view_options

on_load = Leads.open


def page() -> rx.Component:
    return list_page(
        Leads,
        entity="lead",
        path="/leads",
        label="Leads",
        views=view_options("lead"),
        cap=COUNT_CAP,
        commands=[
            rx.cond(
                AppState.rights["import"],
                rx.el.a(icon("upload"), rx.el.span(_("Import")), href="/import", class_name="button command"),
            )
        ],
        empty=rx.fragment(
            rx.el.h2(_("No leads here yet")),
            rx.el.p(_("Create one, import a file, or choose another view.")),
            rx.el.p(
                rx.cond(
                    AppState.rights["create_lead"],
                    rx.el.a(_("New Lead"), href="/leads/new", class_name="button primary"),
                ),
                rx.cond(AppState.rights["import"], rx.el.a(_("Import a file"), href="/import", class_name="button")),
                rx.el.a(_("Show all leads"), href="/leads?view=all", class_name="button"),
            ),
        ),
    )
