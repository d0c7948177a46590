"""What exports of other programs call the fields of a contact, each list with the page that documents it."""

from __future__ import annotations

from rxcrm.models.contact import Contact
from rxcrm.models.fields import fields_of
from rxcrm.models.importing.programs import Source, leads, shared

#: What a lead and a contact have in common, by the contact's name; the status of a lead is none of a contact.
_KNOWN = (frozenset(fields_of(Contact)) | {"full_name", "owner", "created_on"}) - {"status"}
_RENAMED = {"company_name": "account_id", "other_phone": "home_phone", "lead_source": ""}


def _of(source: Source, more: dict[str, tuple[str, ...]], documented: str = "") -> Source:
    return source.like(_KNOWN, _RENAMED, more, documented)


DYNAMICS = _of(
    leads.DYNAMICS,
    {"account_id": ("Company Name", "parentcustomerid", "Account"), "status": ("Status", "statecode")},
    "MicrosoftDocs/dynamics-365-customer-engagement ce/developer/entities/contact.md",
)
SALESFORCE = _of(
    leads.SALESFORCE,
    {
        "full_name": ("Contact Full Name", "Full Name", "Name"),
        "account_id": ("Account Name", "Account"),
        "business_phone": ("Phone", "Business Phone"),
        "home_phone": ("Home Phone", "HomePhone"),
        "mobile_phone": ("Mobile", "Mobile Phone", "MobilePhone"),
        "fax": ("Fax", "Business Fax"),
        "department": ("Department",),
        "birthday": ("Birthdate",),
        "assistant_name": ("Assistant", "Assistant's Name", "AssistantName"),
        "assistant_phone": ("Asst. Phone", "Assistant Phone"),
        "manager_name": ("Reports To",),
        "street1": ("Mailing Street", "Mailing Address Line 1"),
        "street2": ("Mailing Address Line 2",),
        "street3": ("Mailing Address Line 3",),
        "city": ("Mailing City",),
        "state": ("Mailing State/Province", "Mailing State"),
        "postal_code": ("Mailing Zip/Postal Code", "Mailing Postal Code"),
        "country": ("Mailing Country",),
        "description": ("Contact Description", "Description"),
        "owner": ("Contact Owner", "Record Owner", "Owner"),
        "suffix": ("Suffix",),
    },
    "https://help.salesforce.com/s/articleView?id=xcloud.field_mapping_for_other_data_sources_and_organization_import.htm"
    " (labels) and the Object Reference, Contact (API names, from memory)",
)
HUBSPOT = _of(
    leads.HUBSPOT,
    {
        "account_id": ("Company Name", "Primary Associated Company", "Associated Company", "company"),
        "birthday": ("Date of birth",),
        "gender": ("Gender",),
        "marital_status": ("Marital Status",),
    },
)
ZOHO = _of(
    leads.ZOHO,
    {
        "owner": ("Contact Owner",),
        "full_name": ("Full Name", "Contact Name"),
        "account_id": ("Account Name",),
        "department": ("Department",),
        "home_phone": ("Home Phone",),
        "assistant_name": ("Assistant",),
        "assistant_phone": ("Asst Phone",),
        "birthday": ("Date of Birth",),
        "manager_name": ("Reports To", "Reporting To"),
        "street1": ("Mailing Street",),
        "city": ("Mailing City",),
        "state": ("Mailing State",),
        "postal_code": ("Mailing Zip", "Mailing Code"),
        "country": ("Mailing Country",),
    },
    "https://help.zoho.com/portal/en/kb/crm/customize-crm-account/customizing-fields/articles/standard-modules-fields, Contacts",
)
OUTLOOK = _of(
    leads.OUTLOOK,
    {
        "suffix": ("Suffix",),
        "department": ("Department",),
        "assistant_name": ("Assistant's Name",),
        "assistant_phone": ("Assistant's Phone",),
        "manager_name": ("Manager's Name",),
        "birthday": ("Birthday",),
        "anniversary": ("Anniversary",),
        "spouse_name": ("Spouse",),
        "gender": ("Gender",),
    },
)
GOOGLE = _of(
    leads.GOOGLE,
    {
        "suffix": ("Name Suffix",),
        "department": ("Organization Department", "Organization 1 - Department"),
        "birthday": ("Birthday",),
    },
)
ODOO = Source(
    "Odoo",
    "odoo/odoo odoo/addons/base/models/res_partner.py: names of the fields (import-compatible export) and their labels",
    {
        **shared.ODOO_PARTNER,
        "full_name": ("name", "Name", "Complete Name", "display_name"),
        "account_id": ("parent_id", "Related Company", "commercial_company_name", "company_name"),
        "job_title": ("function", "Job Position"),
        "salutation": ("title",),
        "business_phone": ("phone",),
        "mobile_phone": ("mobile",),
        "website": ("website",),
    },
)
THUNDERBIRD = _of(leads.THUNDERBIRD, {"department": ("Department",)})
LINKEDIN = _of(leads.LINKEDIN, {})
PIPEDRIVE = Source(
    "Pipedrive",
    "the headings of its export and its import template as public programs that read them list them (Person - Email (Work),"
    " Person - Phone (Mobile) …; before, Person - Email - Work), and getcapt.com/blog/pipedrive-import-csv",
    {
        "full_name": ("Person - Name",),
        "email": ("Person - Email", "Person - Email (Work)", "Person - Email - Work"),
        "email2": ("Person - Email (Home)", "Person - Email - Home"),
        "business_phone": ("Person - Phone", "Person - Phone (Work)", "Person - Phone - Work"),
        "mobile_phone": ("Person - Phone (Mobile)", "Person - Phone - Mobile"),
        "home_phone": ("Person - Phone (Home)", "Person - Phone - Home"),
        "account_id": ("Person - Organization", "Organization - Name"),
        "description": ("Person - Note",),
        "owner": ("Person - Owner",),
        "created_on": ("Person - Person created", "Person - Creation date"),
    },
)
COMMON = _of(
    leads.COMMON,
    {"account_id": ("Company", "Account", "Account Name", "Organisation", "Organization", "Employer"), "birthday": ("Date of Birth", "DOB", "Birth date")},
)  # fmt: skip

CONTACTS = (DYNAMICS, SALESFORCE, HUBSPOT, ZOHO, OUTLOOK, GOOGLE, ODOO, THUNDERBIRD, LINKEDIN, PIPEDRIVE, COMMON)
