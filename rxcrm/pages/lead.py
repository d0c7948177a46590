"""/leads/…: the form of a lead (S 2.1, 2.2)."""

import reflex as rx

from rxcrm.components.connections import related, stakeholders
from rxcrm.components.elements import header_fields
from rxcrm.components.lead_score import score_fact
from rxcrm.components.life import lead_commands
from rxcrm.components.merging import unmerge_command
from rxcrm.components.process import process_bar
from rxcrm.components.qualify import qualify_command, qualify_pane, qualify_stage
from rxcrm.components.records import linked, record_page
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
        header=[header_fields(), score_fact(LeadRecord)],
        bar=process_bar(LeadRecord, "lead", on_qualify=qualify_stage(LeadRecord)),
        parts=parts(),
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


def parts() -> dict[str, rx.Component]:
    """What the form shows beside fields; where it stands says the form (rxcrm.models.forms)."""
    return {
        "timeline": timeline("lead", LeadRecord.record_id),
        "stakeholders": stakeholders(LeadRecord, "lead"),
        "subgrids": subgrids(LeadRecord, "lead"),
        "linked": linked(
            LeadRecord,
            N_("Account and contact"),
            N_("Choose an existing account or contact in the Qualify stage above."),
        ),
        "related": related(LeadRecord, "lead"),
    }
