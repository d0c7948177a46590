"""/accounts/…: the form of an account (S 1.2)."""

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
from rxcrm.state.accounts import AccountRecord
from rxcrm.state.activating import Activation
from rxcrm.state.forms import describe
from rxcrm.translation import N_

on_load = AccountRecord.open


def page() -> rx.Component:
    return record_page(
        AccountRecord,
        entity="account",
        path="/accounts",
        label=N_("Account"),
        new=N_("New Account"),
        fields=describe("account"),
        title=["name"],
        header=[],
        commands=(*activation_commands(AccountRecord, "account"), unmerge_command(AccountRecord, "account")),
        on_reopen=Activation.activate("account", AccountRecord.record_id, AccountRecord.version),
        pages=[
            (N_("Summary"), summary()),
            (N_("Details"), details()),
            (N_("Related"), related(AccountRecord, "account")),
        ],
    )


def summary() -> rx.Component:
    return columns(
        rx.fragment(
            section(
                N_("Account Information"),
                "name",
                "account_number",
                "main_phone",
                "other_phone",
                "fax",
                "email",
                "website",
                "parent_account_id",
                "primary_contact_id",
            ),
            address(),
        ),
        timeline("account", AccountRecord.record_id),
        rx.fragment(
            subgrids(AccountRecord, "account"),
            linked(AccountRecord, N_("Related records"), N_("The primary contact and the parent account appear here.")),
        ),
    )


def details() -> rx.Component:
    return even_columns(
        section(
            N_("Company Profile"),
            "industry",
            "ownership",
            "annual_revenue",
            "employees",
            "sic_code",
            "ticker_symbol",
            "relationship_type",
            "category",
            "description",
        ),
        section(N_("Billing"), "currency", "credit_limit", "credit_hold", "payment_terms"),
        contact_method(),
    )
