"""/opportunities/…: the form of an opportunity (S 1.4)."""

import reflex as rx

from rxcrm.components.connections import related, sales_team, stakeholders
from rxcrm.components.elements import field
from rxcrm.components.process import process_bar
from rxcrm.components.records import columns, even_columns, linked, record_page, section
from rxcrm.components.sales import closing_dialog, sale_commands
from rxcrm.components.timeline import timeline
from rxcrm.state.forms import describe
from rxcrm.state.opportunities import OpportunityRecord
from rxcrm.state.sales import Sale
from rxcrm.translation import N_

on_load = OpportunityRecord.open


def page() -> rx.Component:
    return record_page(
        OpportunityRecord,
        entity="opportunity",
        path="/opportunities",
        label=N_("Opportunity"),
        new=N_("New Opportunity"),
        fields=describe("opportunity"),
        title=["topic"],
        header=[field(name=name, header=True) for name in ("estimated_close_date", "estimated_revenue")]
        + [field(name="status_reason", text=N_("Status"), header=True)],
        bar=process_bar(OpportunityRecord, "opportunity"),
        commands=sale_commands(OpportunityRecord),
        on_reopen=Sale.reopen(OpportunityRecord.record_id, OpportunityRecord.version),
        panes=(closing_dialog(OpportunityRecord),),
        pages=[
            (N_("Summary"), summary()),
            (N_("Details"), details()),
            (N_("Related"), related(OpportunityRecord, "opportunity")),
        ],
    )


def summary() -> rx.Component:
    return columns(
        section(
            N_("Opportunity Information"),
            "topic",
            "account_id",
            "contact_id",
            "currency",
            "budget_amount",
            "purchase_timeframe",
            "purchase_process",
            "probability",
            "rating",
            "description",
            "current_situation",
            "customer_need",
            "proposed_solution",
        ),
        timeline("opportunity", OpportunityRecord.record_id),
        rx.fragment(
            stakeholders(OpportunityRecord, "opportunity"),
            sales_team(OpportunityRecord, "opportunity"),
            linked(
                OpportunityRecord, N_("Customer and lead"), N_("The account, the contact and the lead appear here.")
            ),
        ),
    )


def details() -> rx.Component:
    return even_columns(
        section(N_("Needs"), "need", "pain_points", "timeline", "budget_status", "decision_maker", "quote_comments"),
        section(N_("Sale"), "sales_stage", "source_campaign", "final_decision_date", "originating_lead_id"),
        section(N_("Result"), "actual_close_date", "actual_revenue", "closing_description"),
    )
