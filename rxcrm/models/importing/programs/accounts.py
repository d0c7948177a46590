"""What exports of other programs call the fields of an account, each list with the page that documents it."""

from __future__ import annotations

from rxcrm.models.importing.programs import Source, shared

DYNAMICS = Source(
    "Dynamics 365",
    "MicrosoftDocs/dynamics-365-customer-engagement ce/developer/entities/account.md",
    {
        **shared.DYNAMICS_ADDRESS,
        **shared.DYNAMICS_RECORD,
        "main_phone": ("Main Phone",),
    },
)
SALESFORCE = Source(
    "Salesforce",
    "https://help.salesforce.com/s/articleView?id=xcloud.field_mapping_for_other_data_sources_and_organization_import.htm"
    " (labels) and the Object Reference, Account (API names, from memory)",
    {
        "name": ("Account Name", "Name"),
        "account_number": ("Account Number",),
        "main_phone": ("Account Phone", "Phone"),
        "fax": ("Account Fax", "Fax"),
        "website": ("Account Website", "Website"),
        "street1": ("Billing Street", "Account Billing Address Line 1", "Billing Address Line 1"),
        "street2": ("Billing Address Line 2",),
        "street3": ("Billing Address Line 3",),
        "city": ("Billing City", "Account Billing City"),
        "state": ("Billing State/Province", "Billing State"),
        "postal_code": ("Billing Zip/Postal Code", "Billing Postal Code"),
        "country": ("Billing Country",),
        "relationship_type": ("Account Type", "Type"),
        "industry": ("Industry", "Account Industry"),
        "annual_revenue": ("Annual Revenue", "Account Annual Revenue"),
        "employees": ("Employees", "NumberOfEmployees", "Account Employees"),
        "ownership": ("Ownership", "Account Ownership"),
        "ticker_symbol": ("Ticker Symbol", "Account Ticker"),
        "sic_code": ("SIC Code", "Sic", "Account SIC"),
        "parent_account_id": ("Parent Account",),
        "description": ("Account Description", "Description"),
        "owner": ("Account Owner", "Record Owner", "Owner", "OwnerId"),
        "created_on": ("Created Date", "Create Date"),
        "currency": ("Account Currency", "Currency ISO Code"),
    },
)
HUBSPOT = Source(
    "HubSpot",
    "https://knowledge.hubspot.com/properties/hubspot-crm-default-company-properties (read in its Norwegian and Polish"
    " translations; the English labels from memory) and the properties API (internal names, from memory)",
    {
        **shared.HUBSPOT_ADDRESS,
        "name": ("Company name", "name"),
        "main_phone": ("Phone Number", "phone"),
        "website": ("Website URL", "website", "Company Domain Name", "domain"),
        "industry": ("Industry",),
        "annual_revenue": ("Annual Revenue", "annualrevenue"),
        "employees": ("Number of Employees", "numberofemployees"),
        "relationship_type": ("Type",),
        "description": ("Description", "About Us", "about_us"),
        "parent_account_id": ("Parent Company",),
        "owner": ("Company owner", "hubspot_owner_id"),
        "created_on": ("Create Date", "createdate"),
    },
)
ZOHO = Source(
    "Zoho CRM",
    "https://help.zoho.com/portal/en/kb/crm/sales-force-automation/accounts/articles/standard-fields-accounts",
    {
        "name": ("Account Name",),
        "owner": ("Account Owner",),
        "website": ("Website",),
        "ticker_symbol": ("Ticker Symbol",),
        "parent_account_id": ("Parent Account",),
        "employees": ("Employees",),
        "ownership": ("Ownership",),
        "industry": ("Industry",),
        "relationship_type": ("Account Type",),
        "account_number": ("Account Number",),
        "main_phone": ("Phone",),
        "fax": ("Fax",),
        "sic_code": ("SIC Code",),
        "annual_revenue": ("Annual Revenue",),
        "street1": ("Billing Street",),
        "city": ("Billing City",),
        "state": ("Billing State",),
        "postal_code": ("Billing Code",),
        "country": ("Billing Country",),
        "description": ("Description",),
        "currency": ("Currency",),
        "created_on": ("Created Time",),
    },
)
ODOO = Source(
    "Odoo",
    "odoo/odoo odoo/addons/base/models/res_partner.py: names of the fields (import-compatible export) and their labels",
    {
        **shared.ODOO_PARTNER,
        "name": ("name", "Name", "display_name", "Company Name"),
        "parent_account_id": ("parent_id", "Related Company"),
        "account_number": ("ref", "Reference"),
        "main_phone": ("phone",),
        "other_phone": ("mobile",),
        "website": ("website", "Website Link"),
        "industry": ("industry_id", "Industry"),
    },
)
PIPEDRIVE = Source(
    "Pipedrive",
    "the headings of its export and its import template as public programs that read them list them",
    {
        "name": ("Organization - Name",),
        "street1": ("Organization - Address",),
        "owner": ("Organization - Owner",),
        "created_on": ("Organization - Organization created", "Organization - Creation date"),
    },
)
#: Headings that people type by hand, in no program's export; the last to be asked.
COMMON = Source(
    "",
    "none: everyday spellings",
    {
        **shared.COMMON_RECORD,
        "name": ("Company", "Company Name", "Organisation", "Organization", "Firm", "Customer", "Customer Name", "Business Name"),
        "account_number": ("Customer Number", "Customer No", "Client Number"),
        "main_phone": ("Telephone", "Tel", "Business Phone", "Phone Number", "Phone 1", "Company Main Phone"),
        "other_phone": ("Phone 2",),
        "email": ("Mail", "E-mail", "Email Address", "E-mail Address"),
        "website": ("URL", "Homepage", "Web", "Web Page"),
        "street1": ("Street", "Address", "Street 1", "Address Line 1", "Business Street"),
        "street2": ("Address Line 2",),
        "city": ("Town", "Business City"),
        "state": ("State", "Province", "Region", "Business State"),
        "postal_code": ("Zip", "Zip Code", "Postcode", "Postal Code", "Business Postal Code"),
        "country": ("Country", "Business Country/Region"),
        "primary_contact_id": ("Contact", "Contact Person", "Main Contact"),
        "parent_account_id": ("Parent", "Parent Company"),
        "annual_revenue": ("Revenue", "Turnover"),
        "employees": ("Headcount", "No. of Employees", "Number of Employees"),
        "description": ("Notes", "Comments", "Comment", "Remarks"),
    },
)  # fmt: skip

ACCOUNTS = (DYNAMICS, SALESFORCE, HUBSPOT, ZOHO, ODOO, PIPEDRIVE, COMMON)
