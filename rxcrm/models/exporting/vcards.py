"""Contacts as vCards, of version 3.0: the one that phones and Outlook all read.

They are for address books: no checksum, and no choice of columns.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from rxcrm.models.exporting.cells import modified_text
from rxcrm.models.exporting.columns import Scheme
from rxcrm.models.exporting.rows import Batch
from rxcrm.settings import settings

#: The fields of a contact that a card holds.
FIELDS = (
    *("salutation", "first_name", "middle_name", "last_name", "suffix", "job_title", "department", "account_id"),
    *("business_phone", "mobile_phone", "home_phone", "fax", "pager", "email", "email2", "email3", "website"),
    *("street1", "street2", "street3", "city", "state", "postal_code", "country", "birthday", "anniversary"),
    *("assistant_name", "manager_name", "spouse_name", "description"),
)
_PHONES = (
    ("business_phone", "WORK,VOICE"),
    ("mobile_phone", "CELL,VOICE"),
    ("home_phone", "HOME,VOICE"),
    ("fax", "WORK,FAX"),
    ("pager", "PAGER"),
)
_MAILS = (("email", "INTERNET,PREF"), ("email2", "INTERNET"), ("email3", "INTERNET"))
#: What vCard 3.0 has no name for goes by the names that Outlook and most address books use.
_OTHERS = (
    ("anniversary", "X-ANNIVERSARY"),
    ("assistant_name", "X-ASSISTANT"),
    ("manager_name", "X-MANAGER"),
    ("spouse_name", "X-SPOUSE"),
)
#: Bytes of a line, without its end (RFC 2425, 5.8.1).
_LINE = 75


class VcfWriter:
    """Cards one after the other."""

    cut = 0

    def __init__(self, path: Path, scheme: Scheme) -> None:
        self.keys = [column.key for column in scheme.columns]
        self.file: IO[bytes] = path.open("wb")

    def write(self, batch: Batch) -> None:
        """The next contacts."""
        cards = []
        for record_id, modified, *values in zip(batch.ids, batch.modified, *batch.values, strict=True):
            cards.append(card(record_id, modified_text(modified), dict(zip(self.keys, values, strict=True))))
        self.file.write("".join(cards).encode())

    def close(self) -> None:
        """All cards are written."""
        self.file.close()


def card(record_id: int, modified: str, values: Mapping[str, Any]) -> str:
    """One vCard; the same contact always has the same UID, so that an address book replaces it."""

    def of(name: str) -> str:
        return _escaped(str(values.get(name) or ""))

    full = " ".join(p for n in ("salutation", "first_name", "middle_name", "last_name", "suffix") if (p := of(n)))
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"UID:{uid(record_id)}",
        f"REV:{modified}",
        f"N:{';'.join(of(n) for n in ('last_name', 'first_name', 'middle_name', 'salutation', 'suffix'))}",
        f"FN:{full}",
    ]
    if of("account_id") or of("department"):
        lines.append(f"ORG:{of('account_id')}" + (f";{of('department')}" if of("department") else ""))
    lines += _given("TITLE", "job_title", of)
    lines += [f"TEL;TYPE={kind}:{of(name)}" for name, kind in _PHONES if of(name)]
    lines += [f"EMAIL;TYPE={kind}:{of(name)}" for name, kind in _MAILS if of(name)]
    lines += _given("URL;TYPE=WORK", "website", of)
    street = "\\n".join(p for n in ("street1", "street2", "street3") if (p := of(n)))
    place = ["", "", street, of("city"), of("state"), of("postal_code"), of("country")]
    if any(place):
        lines.append(f"ADR;TYPE=WORK:{';'.join(place)}")
    lines += _given("BDAY", "birthday", of)
    for name, known in _OTHERS:
        lines += _given(known, name, of)
    lines += [*_given("NOTE", "description", of), "END:VCARD"]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def uid(record_id: int) -> str:
    """The lasting identity of a contact of this installation."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{settings().public_url or 'rxcrm:'}/contacts/{record_id}"))


def _given(name: str, field: str, of: Callable[[str], str]) -> list[str]:
    return [f"{name}:{text}"] if (text := of(field)) else []


def _escaped(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """A line cut into pieces of at most 75 bytes, never within a character."""
    if len(line) * 4 <= _LINE or len(line.encode()) <= _LINE:
        return line
    pieces, piece, room = [], "", _LINE
    for character in line:
        size = len(character.encode())
        if size > room:
            pieces.append(piece)
            piece, room = "", _LINE - 1  # the next line begins with a blank
        piece += character
        room -= size
    return "\r\n ".join([*pieces, piece])
