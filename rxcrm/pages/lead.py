"""/leads/…: the form of a lead (S 2.1, 2.2)."""

import reflex as rx

from rxcrm.components.connections import related, stakeholders
from rxcrm.components.elements import field
from rxcrm.components.life import lead_commands
from rxcrm.components.merging import unmerge_command
from rxcrm.components.process import process_bar
from rxcrm.components.qualify import qualify_command, qualify_pane, qualify_stage
from rxcrm.components.records import (
    address,
    columns,
    contact_method,
    even_columns,
    linked,
    record_page,
    section,
)
from rxcrm.components.subgrids import subgrids
from rxcrm.components.timeline import timeline
from rxcrm.state.forms import describe
from rxcrm.state.leads import LeadRecord
from rxcrm.state.lifecycle import Lifecycle
from rxcrm.translation import N_

on_load = LeadRecord.open


def page() -> rx.Component:
    return record_page(
        LeadRecord,
        entity="lead",
        path="/leads",
        label=N_("Lead"),
        new=N_("New Lead"),
        fields=describe("lead"),
        title=["first_name", "last_name"],
        header=[field(name=name, header=True) for name in ("lead_source", "rating")]
        + [field(name="status_reason", text=N_("Status"), header=True)],
        bar=process_bar(LeadRecord, "lead", on_qualify=qualify_stage(LeadRecord)),
        pages=[(N_("Summary"), summary()), (N_("Details"), details()), (N_("Related"), related(LeadRecord, "lead"))],
        commands=(
            qualify_command(LeadRecord),
            *lead_commands(LeadRecord),
            unmerge_command(LeadRecord, "lead"),
        ),
        panes=(qualify_pane(),),
        on_reopen=Lifecycle.reactivate(LeadRecord.record_id, LeadRecord.version),
        filled=LeadRecord.filled,
        on_fill=LeadRecord.fill,
    )


def summary() -> rx.Component:
    return columns(
        rx.fragment(
            section(
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
            address("company_name", "website", title=N_("Company")),
        ),
        timeline("lead", LeadRecord.record_id),
        rx.fragment(
            stakeholders(LeadRecord, "lead"),
            subgrids(LeadRecord, "lead"),
            linked(
                LeadRecord,
                N_("Account and contact"),
                N_("Choose an existing account or contact in the Qualify stage above."),
            ),
        ),
    )


def details() -> rx.Component:
    return even_columns(
        section(
            N_("Lead Information"), "description", "industry", "annual_revenue", "employees", "sic_code", "currency"
        ),
        section(N_("Marketing Information"), "source_campaign", "do_not_send_marketing", "last_campaign_date"),
        contact_method(),
    )
