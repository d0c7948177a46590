"""/contacts/…: the form of a contact (S 1.3)."""

import reflex as rx

from rxcrm.components.connections import related
from rxcrm.components.merging import unmerge_command
from rxcrm.components.records import linked, record_page
from rxcrm.components.sales import activation_commands
from rxcrm.components.subgrids import subgrids
from rxcrm.components.timeline import timeline
from rxcrm.state.activating import Activation
from rxcrm.state.contacts import ContactRecord
from rxcrm.state.forms import describe
from rxcrm.translation import N_

on_load = ContactRecord.open


def page() -> rx.Component:
    return record_page(
        ContactRecord,
        entity="contact",
        path="/contacts",
        label=N_("Contact"),
        new=N_("New Contact"),
        fields=describe("contact"),
        title=["first_name", "last_name"],
        commands=(*activation_commands(ContactRecord, "contact"), unmerge_command(ContactRecord, "contact")),
        on_reopen=Activation.activate("contact", ContactRecord.record_id, ContactRecord.version),
        parts=parts(),
    )


def parts() -> dict[str, rx.Component]:
    """What the form shows beside fields; where it stands says the form (rxcrm.models.forms)."""
    return {
        "timeline": timeline("contact", ContactRecord.record_id),
        "subgrids": subgrids(ContactRecord, "contact"),
        "linked": linked(ContactRecord, N_("Company"), N_("The account that this person belongs to appears here.")),
        "related": related(ContactRecord, "contact"),
    }
