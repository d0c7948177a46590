"""A contact of Microsoft Graph as a row with the headings that Outlook's export has."""

from __future__ import annotations

from typing import Any

#: Carries what the contact is called at its source, so that a later import finds it again.
SOURCE_ID = "Source Id"

_SINGLE = {
    "Title": "title",
    "First Name": "givenName",
    "Middle Name": "middleName",
    "Last Name": "surname",
    "Suffix": "generation",
    "Nickname": "nickName",
    "Company": "companyName",
    "Department": "department",
    "Job Title": "jobTitle",
    "Mobile Phone": "mobilePhone",
    "Web Page": "businessHomePage",
    "Office Location": "officeLocation",
    "Profession": "profession",
    "Manager's Name": "manager",
    "Assistant's Name": "assistantName",
    "Spouse": "spouseName",
    "Notes": "personalNotes",
}
_ADDRESSES = {"Business": "businessAddress", "Home": "homeAddress", "Other": "otherAddress"}
_PARTS = {"City": "city", "State": "state", "Postal Code": "postalCode", "Country/Region": "countryOrRegion"}
#: Exchange's year for "no birthday".
_NO_YEAR = ("0001", "1601", "1604", "4501")


def cells_of(raw: dict[str, Any]) -> dict[str, str]:
    """Headings and texts of what the contact has; nothing for what is empty."""
    cells = {heading: _text(raw.get(name)) for heading, name in _SINGLE.items()}
    if not cells["First Name"] and not cells["Last Name"]:
        # Filed under one name only; a company's is in its own column already.
        name = _text(raw.get("displayName"))
        cells["Full Name"] = name if name != cells["Company"] else ""
    phones, homes = _texts(raw.get("businessPhones")), _texts(raw.get("homePhones"))
    cells |= dict(zip(("Business Phone", "Business Phone 2"), phones, strict=False))
    cells |= dict(zip(("Home Phone", "Home Phone 2"), homes, strict=False))
    if len(phones) > 2:
        cells["Other Phone"] = phones[2]
    cells |= dict(zip(("E-mail Address", "E-mail 2 Address", "E-mail 3 Address"), _mails(raw), strict=False))
    for kind, name in _ADDRESSES.items():
        cells |= _address(kind, raw.get(name))
    birthday = _text(raw.get("birthday"))[:10]
    cells["Birthday"] = birthday if birthday[:4] not in _NO_YEAR else ""
    cells["Categories"] = "; ".join(_texts(raw.get("categories")))
    cells[SOURCE_ID] = _text(raw.get("id"))
    return {heading: text for heading, text in cells.items() if text}


def _mails(raw: dict[str, Any]) -> list[str]:
    """E-mail addresses; those inside Exchange (/o=…) are none."""
    found = raw.get("emailAddresses")
    mails = [_text(one.get("address")) for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [mail for mail in dict.fromkeys(mails) if "@" in mail and not mail.lower().startswith("/o=")]


def _address(kind: str, raw: Any) -> dict[str, str]:
    if not isinstance(raw, dict):
        return {}
    lines = [line for line in map(str.strip, _text(raw.get("street")).splitlines()) if line]
    cells = {f"{kind} {heading}": _text(raw.get(name)) for heading, name in _PARTS.items()}
    cells |= dict(zip((f"{kind} Street", f"{kind} Street 2"), lines, strict=False))
    if len(lines) > 2:
        cells[f"{kind} Street 3"] = ", ".join(lines[2:])
    return cells


def _texts(raw: Any) -> list[str]:
    return [text for text in map(_text, raw) if text] if isinstance(raw, list) else []


def _text(raw: Any) -> str:
    return raw.strip() if isinstance(raw, str) else ""
