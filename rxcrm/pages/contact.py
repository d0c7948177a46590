"""/contacts/…: the form of a contact (S 1.3)."""

import reflex as rx

from rxcrm.components.connections import related
from rxcrm.components.merging import unmerge_command
from rxcrm.components.records import (
    address,
    columns,
    contact_method,
    even_columns,
    linked,
    record_page,
    section,
)
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
        header=[],
        commands=(*activation_commands(ContactRecord, "contact"), unmerge_command(ContactRecord, "contact")),
        on_reopen=Activation.activate("contact", ContactRecord.record_id, ContactRecord.version),
        pages=[
            (N_("Summary"), summary()),
            (N_("Details"), details()),
            (N_("Related"), related(ContactRecord, "contact")),
        ],
    )


def summary() -> rx.Component:
    return columns(
        rx.fragment(
            section(
                N_("Contact Information"),
                "salutation",
                "first_name",
                "middle_name",
                "last_name",
                "suffix",
                "job_title",
                "department",
                "account_id",
                "business_phone",
                "mobile_phone",
                "home_phone",
                "fax",
                "email",
                "website",
            ),
            address(),
        ),
        timeline("contact", ContactRecord.record_id),
        rx.fragment(
            subgrids(ContactRecord, "contact"),
            linked(ContactRecord, N_("Company"), N_("The account that this person belongs to appears here.")),
        ),
    )


def details() -> rx.Component:
    return even_columns(
        section(
            N_("Personal Information"),
            "role",
            "gender",
            "marital_status",
            "spouse_name",
            "birthday",
            "anniversary",
            "description",
        ),
        section(
            N_("Professional Information"),
            "manager_name",
            "manager_phone",
            "assistant_name",
            "assistant_phone",
            "currency",
            "credit_limit",
            "credit_hold",
        ),
        contact_method(),
    )
