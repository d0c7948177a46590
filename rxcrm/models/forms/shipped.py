"""The forms that ship with the product, as data (S 2.2, 1.2-1.4)."""

from __future__ import annotations

from rxcrm.models.forms.layout import PARTS, Layout, Place, Section, Tab
from rxcrm.translation import N_

_ADDRESS = ("street1", "street2", "street3", "city", "state", "postal_code", "country")


def _places(*names: str) -> tuple[Place, ...]:
    return tuple(Place(name) for name in names)


def _section(key: str, label: str, *names: str) -> Section:
    return Section(key, label, places=_places(*names))


def _part(name: str) -> Section:
    return Section(name, PARTS[name], part=name)


def _contact_method() -> Section:
    """How somebody wants to be addressed (S 2.2)."""
    return _section(
        "contact_method",
        N_("Contact Method"),
        "preferred_contact_method",
        "do_not_email",
        "follow_email",
        "do_not_bulk_email",
        "do_not_phone",
        "do_not_mail",
    )


def _layout(
    header: tuple[Place, ...], summary: tuple[tuple[Section, ...], ...], details: tuple[Section, ...]
) -> Layout:
    """Summary, Details with every custom field below, Related."""
    return Layout(
        header,
        (
            Tab("summary", N_("Summary"), columns=summary),
            Tab(
                "details",
                N_("Details"),
                even=True,
                columns=tuple((section,) for section in details),
                below=(_part("more"),),
            ),
            Tab("related", N_("Related"), columns=((_part("related"),),)),
        ),
    )


_STATUS = Place("status_reason", N_("Status"))

SHIPPED: dict[str, Layout] = {
    "lead": _layout(
        (*_places("lead_source", "rating"), _STATUS),
        (
            (
                _section(
                    "contact",
                    N_("Contact"),
                    "topic",
                    "first_name",
                    "middle_name",
                    "last_name",
                    "job_title",
                    "business_phone",
                    "mobile_phone",
                    "email",
                ),
                _section("company", N_("Company"), "company_name", "website", *_ADDRESS),
            ),
            (_part("timeline"),),
            (_part("stakeholders"), _part("subgrids"), _part("linked")),
        ),
        (
            _section(
                "lead_information",
                N_("Lead Information"),
                "description",
                "industry",
                "annual_revenue",
                "employees",
                "sic_code",
                "currency",
            ),
            _section(
                "marketing",
                N_("Marketing Information"),
                "source_campaign_id",
                "do_not_send_marketing",
                "last_campaign_date",
            ),
            _contact_method(),
        ),
    ),
    "account": _layout(
        (),
        (
            (
                _section(
                    "account",
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
                _section("address", N_("Address"), *_ADDRESS),
            ),
            (_part("timeline"),),
            (_part("subgrids"), _part("linked")),
        ),
        (
            _section(
                "profile",
                N_("Company Profile"),
                "industry",
                "ownership",
                "annual_revenue",
                "employees",
                "sic_code",
                "ticker_symbol",
                "relationship_type",
                "category",
                "territory_id",
                "description",
            ),
            _section("billing", N_("Billing"), "currency", "credit_limit", "credit_hold", "payment_terms"),
            _contact_method(),
        ),
    ),
    "contact": _layout(
        (),
        (
            (
                _section(
                    "contact",
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
                _section("address", N_("Address"), *_ADDRESS),
            ),
            (_part("timeline"),),
            (_part("subgrids"), _part("linked")),
        ),
        (
            _section(
                "personal",
                N_("Personal Information"),
                "role",
                "gender",
                "marital_status",
                "spouse_name",
                "birthday",
                "anniversary",
                "description",
            ),
            _section(
                "professional",
                N_("Professional Information"),
                "manager_name",
                "manager_phone",
                "assistant_name",
                "assistant_phone",
                "currency",
                "credit_limit",
                "credit_hold",
            ),
            _contact_method(),
        ),
    ),
    "opportunity": _layout(
        (*_places("estimated_close_date", "estimated_revenue"), _STATUS),
        (
            (
                _section(
                    "opportunity",
                    N_("Opportunity Information"),
                    "topic",
                    "account_id",
                    "contact_id",
                    "currency",
                    "budget_amount",
                    "purchase_timeframe",
                    "purchase_process",
                    "forecast_category",
                    "probability",
                    "rating",
                    "description",
                    "current_situation",
                    "customer_need",
                    "proposed_solution",
                ),
            ),
            (_part("timeline"),),
            (_part("stakeholders"), _part("sales_team"), _part("linked")),
        ),
        (
            _section(
                "needs",
                N_("Needs"),
                "need",
                "pain_points",
                "timeline",
                "budget_status",
                "decision_maker",
                "quote_comments",
            ),
            _section(
                "sale", N_("Sale"), "sales_stage", "source_campaign_id", "final_decision_date", "originating_lead_id"
            ),
            _section("result", N_("Result"), "actual_close_date", "actual_revenue", "closing_description"),
        ),
    ),
}
#: Parts that the form of a table can show, in the order in which the editor offers them.
OFFERED: dict[str, tuple[str, ...]] = {
    "lead": ("timeline", "stakeholders", "subgrids", "linked", "related", "more"),
    "account": ("timeline", "subgrids", "linked", "related", "more"),
    "contact": ("timeline", "subgrids", "linked", "related", "more"),
    "opportunity": ("timeline", "stakeholders", "sales_team", "linked", "related", "more"),
}
