"""What no field can hold although a person may read it goes to the description: bad addresses, further ones of a cell (S 13.17)."""

from __future__ import annotations

from dataclasses import replace

from rxcrm.models.base import Record
from rxcrm.models.fields import Kind, fields_of
from rxcrm.models.importing.checked import Checked
from rxcrm.translation import N_

#: What is said of a value that cannot be stored, and of several in one cell.
NO_MAIL = N_("“%(value)s” is not an e-mail address. The row comes in without it; the text goes to the description.")
NO_URL = N_("“%(value)s” is not a web address. The row comes in without it; the text goes to the description.")
FURTHER = N_("Several values in one cell: the first was taken, the others are in the description.")
#: Addresses that cannot be stored, but that a person may be able to read.
NOT_STORED = {Kind.EMAIL: NO_MAIL, Kind.URL: NO_URL}
#: The same where the description has no room for them.
_NO_ROOM = {
    NO_MAIL: N_("“%(value)s” is not an e-mail address and is left out: the description has no room for it."),
    NO_URL: N_("“%(value)s” is not a web address and is left out: the description has no room for it."),
    FURTHER: N_("Several values in one cell: the first was taken; the description has no room for the others."),
}
#: What stands between several values in one cell: Google's three colons, semicolons, commas.
_SEVERAL = (" ::: ", ";", ",")


def values_of(kind: Kind, text: str) -> list[str]:
    """The e-mail addresses or phone numbers in one cell."""
    if kind is Kind.PHONE:
        return text.split(" ::: ")
    sign = next((s for s in _SEVERAL if s in text), "")
    parts = [p for p in (part.strip() for part in text.split(sign)) if p] if sign else [text]
    return parts if len(parts) > 1 and all("@" in p for p in parts) else [text]


def keep(row: Checked, table: type[Record], description: str) -> str:
    """A description with what was lost behind it; if there is no room it stays, and the warnings say so."""
    spec = fields_of(table).get("description")
    whole = "\n".join(filter(None, [description, *(text for text in row.lost if text not in description)]))
    if spec is not None and len(whole) <= spec.length:
        return whole
    row.problems = [replace(p, reason=_NO_ROOM.get(p.reason, p.reason)) for p in row.problems]
    return description


def keep_beside(row: Checked, record: Record) -> None:
    """Put what was lost behind the description that a record has, unless it stands there already."""
    kept = str(getattr(record, "description", "") or "")
    if not row.lost or row.values is None or "description" in row.filled:
        return
    whole = keep(row, type(record), kept)
    if whole != kept:
        row.values["description"] = whole
        row.filled.add("description")
