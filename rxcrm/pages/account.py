"""/accounts/…: the form of an account (S 1.2)."""

import reflex as rx

from rxcrm.components.records import (
    address,
    columns,
    contact_method,
    even_columns,
    history,
    linked,
    record_page,
    section,
)
from rxcrm.state.accounts import AccountRecord
from rxcrm.state.forms import describe

on_load = AccountRecord.open


def page() -> rx.Component:
    return record_page(
        AccountRecord,
        entity="account",
        path="/accounts",
        label="Account",
        fields=describe("account"),
        title=["name"],
        header=[],
        pages=[("Summary", summary()), ("Details", details())],
    )


def summary() -> rx.Component:
    return columns(
        rx.fragment(
            section(
                "Account Information",
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
        history(AccountRecord),
        linked(AccountRecord, "Related records", "The primary contact and the parent account appear here."),
    )


def details() -> rx.Component:
    return even_columns(
        section(
            "Company Profile",
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
        section("Billing", "currency", "credit_limit", "credit_hold", "payment_terms"),
        contact_method(),
    )
