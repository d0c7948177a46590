"""/opportunities/…: the form of an opportunity (S 1.4)."""

import reflex as rx

from rxcrm.components.connections import related, sales_team, stakeholders
from rxcrm.components.process import process_bar
from rxcrm.components.records import linked, record_page
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
        bar=process_bar(OpportunityRecord, "opportunity"),
        commands=sale_commands(OpportunityRecord),
        on_reopen=Sale.reopen(OpportunityRecord.record_id, OpportunityRecord.version),
        panes=(closing_dialog(OpportunityRecord),),
        parts=parts(),
    )


def parts() -> dict[str, rx.Component]:
    """What the form shows beside fields; where it stands says the form (rxcrm.models.forms)."""
    return {
        "timeline": timeline("opportunity", OpportunityRecord.record_id),
        "stakeholders": stakeholders(OpportunityRecord, "opportunity"),
        "sales_team": sales_team(OpportunityRecord, "opportunity"),
        "linked": linked(
            OpportunityRecord, N_("Customer and lead"), N_("The account, the contact and the lead appear here.")
        ),
        "related": related(OpportunityRecord, "opportunity"),
    }
