"""What a program calls the same in several tables: the parts of an address, who looks after a record and since when."""

from __future__ import annotations

DYNAMICS_RECORD = {
    "status": ("Status", "statecode"),
    "owner": ("Owner", "ownerid"),
    "created_on": ("Created On", "Record Created On", "overriddencreatedon"),
}
DYNAMICS_ADDRESS = {
    "street1": ("Address 1: Street 1",),
    "street2": ("Address 1: Street 2",),
    "street3": ("Address 1: Street 3",),
    "city": ("Address 1: City",),
    "state": ("Address 1: State/Province",),
    "postal_code": ("Address 1: ZIP/Postal Code",),
    "country": ("Address 1: Country/Region",),
}
HUBSPOT_ADDRESS = {
    "street1": ("Street Address", "address"),
    "street2": ("Street Address 2", "address2"),
    "city": ("City",),
    "state": ("State/Region", "state"),
    "postal_code": ("Postal Code", "zip"),
    "country": ("Country/Region", "country"),
}
ODOO_RECORD = {
    "owner": ("user_id", "Salesperson"),
    "created_on": ("create_date", "Created on"),
}
ODOO_ADDRESS = {
    "street1": ("street",),
    "street2": ("street2",),
    "city": ("city",),
    "state": ("state_id", "State"),
    "postal_code": ("zip",),
    "country": ("country_id", "Country"),
}
#: Odoo keeps companies and people in one table.
ODOO_PARTNER = {
    **ODOO_ADDRESS,
    **ODOO_RECORD,
    "email": ("email",),
    "description": ("comment", "Notes"),
}
#: What people write by hand in any list.
COMMON_RECORD = {
    "owner": ("Assigned To", "Sales Rep"),
    "created_on": ("Created", "Created At"),
}
