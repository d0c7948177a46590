"""What choosing an existing account or contact fills in on a lead: empty fields only, field by field (S 3.2)."""

from __future__ import annotations

from collections.abc import Mapping

from rxcrm.models.account import Account
from rxcrm.models.contact import Contact
from rxcrm.models.fields import fields_of, raw
from rxcrm.models.lead import Lead
from rxcrm.models.records import Act, name_of

_ADDRESS = {n: n for n in ("street1", "street2", "street3", "city", "state", "postal_code", "country")}
#: Lead field ← field of the account.
FROM_ACCOUNT = {"company_name": "name", "website": "website", "business_phone": "main_phone", **_ADDRESS}
#: Lead field ← field of the contact. Job title, phones and mail travel with the person (S R3.7).
FROM_CONTACT = {
    **{n: n for n in ("first_name", "last_name", "job_title", "business_phone", "mobile_phone", "email")},
    **_ADDRESS,
}


def fill(act: Act, chosen: str, record_id: int, current: Mapping[str, str]) -> dict[str, str]:
    """Raw values for the lead's fields that are empty in `current`, after `chosen` (a field) was set to a record.

    An account gives its phone only if the lead has none. A contact brings its account along, and the account's name
    unless the lead names another account. Look-ups come with the name to show under `<field>:name`. Raises NotFound for a record that is hidden.
    """
    if chosen == "existing_account_id":
        return _from_account(act, act.find(Account, record_id), current)
    contact = act.find(Contact, record_id)
    values = _empty_only(act, contact, FROM_CONTACT, current)
    # A mobile phone may be 50 characters on a contact but 20 on a lead (S 1.1, traps).
    if len(values.get("mobile_phone", "")) > 20:
        del values["mobile_phone"]
    if not act.who.may_read(fields_of(Contact)["account_id"]):
        return values
    if contact.account_id and (name := name_of(act, "account", contact.account_id)):
        account, chosen_account = str(contact.account_id), current.get("existing_account_id")
        if not chosen_account:
            values |= {"existing_account_id": account, "existing_account_id:name": name}
        if not current.get("company_name") and chosen_account in (None, "", account):
            values["company_name"] = name[:100]
    return values


def _from_account(act: Act, account: Account, current: Mapping[str, str]) -> dict[str, str]:
    values = _empty_only(act, account, FROM_ACCOUNT, current)
    if current.get("mobile_phone"):
        values.pop("business_phone", None)
    if "company_name" in values:
        values["company_name"] = values["company_name"][:100]
    return values


def _empty_only(
    act: Act, source: Account | Contact, pairs: Mapping[str, str], current: Mapping[str, str]
) -> dict[str, str]:
    """What the asker may see of the record and fill in on the lead, where that is empty."""
    origins, targets = fields_of(type(source)), fields_of(Lead)
    found = {
        target: raw(getattr(source, origin))
        for target, origin in pairs.items()
        if act.who.may_read(origins[origin]) and act.who.may_fill(targets[target]) and act.who.may_read(targets[target])
    }
    return {name: value for name, value in found.items() if value and not current.get(name, "").strip()}
