"""What exports of other programs call the fields of an opportunity, each list with the page that documents it."""

from __future__ import annotations

from rxcrm.models.importing.programs import Source, shared

DYNAMICS = Source(
    "Dynamics 365",
    "MicrosoftDocs/dynamics-365-customer-engagement ce/developer/entities/opportunity.md",
    {
        **shared.DYNAMICS_RECORD,
        "topic": ("Topic", "Name"),
        "customer": ("Potential Customer", "customerid"),
        "originating_lead_id": ("Originating Lead",),
        "estimated_revenue": ("Est. Revenue",),
    },
)
SALESFORCE = Source(
    "Salesforce",
    "the Object Reference, Opportunity: labels and API names, from memory; the stages are those that its Setup ships",
    {
        "topic": ("Opportunity Name", "Name"),
        "account_id": ("Account Name", "Account"),
        "contact_id": ("Primary Contact",),
        "estimated_close_date": ("Close Date",),
        "estimated_revenue": ("Amount",),
        "probability": ("Probability (%)", "Probability"),
        "status": ("Stage", "StageName"),
        "closing_description": ("Loss Reason",),
        "source_campaign_id": ("Primary Campaign Source",),
        "description": ("Description",),
        "owner": ("Opportunity Owner", "Record Owner", "Owner", "OwnerId"),
        "currency": ("Opportunity Currency", "Currency ISO Code"),
        "created_on": ("Created Date", "Create Date"),
    },
)
HUBSPOT = Source(
    "HubSpot",
    "https://knowledge.hubspot.com/crm-deals/hubspots-default-deal-properties (labels); internal names from memory",
    {
        "topic": ("Deal Name", "dealname"),
        "estimated_revenue": ("Amount",),
        "estimated_close_date": ("Close Date", "closedate"),
        "status": ("Deal Stage", "dealstage"),
        "account_id": ("Associated Company", "Primary Associated Company"),
        "contact_id": ("Associated Contact", "Primary Associated Contact"),
        "closing_description": ("Closed Lost Reason", "closed_lost_reason", "Closed Won Reason", "closed_won_reason"),
        "description": ("Deal Description", "description"),
        "currency": ("Currency", "deal_currency_code"),
        "owner": ("Deal owner", "hubspot_owner_id"),
        "created_on": ("Create Date", "createdate"),
    },
)
ZOHO = Source(
    "Zoho CRM",
    "https://help.zoho.com/portal/en/kb/crm/sales-force-automation/deal-management/articles/standard-fields-deals",
    {
        "owner": ("Deal Owner", "Opportunity Owner", "Potential Owner"),
        "topic": ("Deal Name", "Opportunity Name", "Potential Name"),
        "account_id": ("Account Name",),
        "contact_id": ("Contact Name",),
        "source_campaign_id": ("Campaign Source",),
        "estimated_revenue": ("Amount",),
        "estimated_close_date": ("Closing Date",),
        "status": ("Stage",),
        "probability": ("Probability", "Probability (%)"),
        "closing_description": ("Reason For Loss",),
        "description": ("Description",),
        "currency": ("Currency",),
        "created_on": ("Created Time",),
    },
)
ODOO = Source(
    "Odoo",
    "odoo/odoo addons/crm/models/crm_lead.py: names of the fields (import-compatible export) and their labels",
    {
        **shared.ODOO_RECORD,
        "topic": ("name", "Opportunity"),
        "customer": ("partner_id", "Customer"),
        "estimated_revenue": ("expected_revenue", "Expected Revenue"),
        "estimated_close_date": ("date_deadline", "Expected Closing"),
        "actual_close_date": ("date_closed", "Closed Date"),
        "probability": ("probability",),
        "status": ("stage_id", "Stage"),
        "closing_description": ("lost_reason_id", "Lost Reason"),
        "source_campaign_id": ("campaign_id", "Campaign"),
        "description": ("description", "Notes", "Internal Notes"),
    },
)
PIPEDRIVE = Source(
    "Pipedrive",
    "the headings of its export and its import template as several public programs that read them list them (Deal - Title,"
    " Deal - Currency of value, Deal - Closed on …); organisation and contact stand there without a prefix, too",
    {
        "topic": ("Deal - Title", "Title"),
        "estimated_revenue": ("Deal - Value", "Value"),
        "currency": ("Deal - Currency of value", "Deal - Currency", "Currency"),
        "account_id": ("Deal - Organization", "Organization - Name", "Organization"),
        "contact_id": ("Deal - Contact person", "Person - Name", "Contact person"),
        "status": ("Deal - Status", "Status"),
        "probability": ("Deal - Probability", "Probability"),
        "estimated_close_date": ("Deal - Expected close date", "Expected close date"),
        "actual_close_date": (
            "Deal - Closed on",
            "Deal - Deal closed on",
            "Deal - Won time",
            "Deal - Lost time",
            "Won time",
        ),
        "closing_description": ("Deal - Lost reason", "Lost reason"),
        "owner": ("Deal - Owner",),
        "created_on": ("Deal - Deal created", "Deal - Creation date"),
    },
)
#: Headings that people type by hand, in no program's export; the last to be asked.
COMMON = Source(
    "",
    "none: everyday spellings",
    {
        **shared.COMMON_RECORD,
        "topic": ("Opportunity", "Deal", "Title", "Subject", "Project"),
        "customer": ("Customer", "Customer Name", "Client"),
        "account_id": ("Company", "Company Name", "Organisation", "Organization", "Firm"),
        "contact_id": ("Contact Person", "Contact Name"),
        "originating_lead_id": ("Lead", "Lead Name", "Original Lead"),
        "estimated_revenue": ("Value", "Revenue", "Deal Value", "Estimated Revenue", "Expected Revenue", "Deal Amount"),
        "estimated_close_date": ("Estimated Close Date", "Expected Close Date", "Close By"),
        "actual_close_date": ("Closed On", "Closed Date", "Date Closed", "Won Date"),
        "actual_revenue": ("Closed Value", "Won Amount"),
        "probability": ("Win Probability", "Chance"),
        "status": ("Sales Stage", "Deal Status", "State"),
        "description": ("Notes", "Comments", "Comment", "Remarks"),
    },
)

OPPORTUNITIES = (DYNAMICS, SALESFORCE, HUBSPOT, ZOHO, ODOO, PIPEDRIVE, COMMON)
