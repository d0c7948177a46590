"""/contacts: the list of contacts."""

import reflex as rx

from rxcrm.components.lists import list_page
from rxcrm.components.tr import _
from rxcrm.state.contacts import Contacts
from rxcrm.state.gate import AppState
from rxcrm.state.lists import COUNT_CAP, view_options

on_load = Contacts.open


def page() -> rx.Component:
    return list_page(
        Contacts,
        entity="contact",
        path="/contacts",
        label="Contacts",
        views=view_options("contact"),
        cap=COUNT_CAP,
        commands=[],
        empty=rx.fragment(
            rx.el.h2(_("No contacts here yet")),
            rx.el.p(_("A contact is a person whom you do business with.")),
            rx.cond(
                AppState.rights["create_contact"],
                rx.el.a(_("New Contact"), href="/contacts/new", class_name="button primary"),
            ),
        ),
    )
