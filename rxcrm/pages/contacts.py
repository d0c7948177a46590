"""/contacts: the list of contacts."""

import reflex as rx

from rxcrm.components.lists import list_page, nothing_yet
from rxcrm.components.merging import merge_picked
from rxcrm.state.contacts import Contacts
from rxcrm.translation import N_

on_load = Contacts.open


def page() -> rx.Component:
    return list_page(
        Contacts,
        entity="contact",
        label=N_("Contacts"),
        picked=(merge_picked("contact"),),
        empty=nothing_yet(
            "contact",
            N_("No contacts here yet"),
            N_("A contact is a person whom you do business with."),
            N_("New Contact"),
        ),
    )
