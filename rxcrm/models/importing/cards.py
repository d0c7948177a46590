"""The properties of a vCard under the headings of Outlook's export, which the mapping recognises (S 6.7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rxcrm.models.importing.vcards import Property

_PERSON = ("Title", "First Name", "Middle Name", "Last Name", "Suffix", "Nickname")
_WORK = ("Company", "Department", "Job Title", "Role")
_PLACE = ("Street", "City", "State", "Postal Code", "Country/Region", "Address PO Box")
_PHONES = (
    "Business Phone",
    "Mobile Phone",
    "Home Phone",
    "Other Phone",
    "Car Phone",
    "Business Fax",
    "Home Fax",
    "Other Fax",
    "Pager",
)
_PEOPLE = ("Assistant's Name", "Manager's Name", "Spouse")
_REST = ("Web Page", "Birthday", "Anniversary", "Categories", "Notes")
#: In the order in which Outlook exports them; further ones of a kind follow the first.
HEADINGS = (
    *_PERSON,
    *_WORK,
    *(f"{kind} {part}" for kind in ("Business", "Home", "Other") for part in _PLACE),
    *_PHONES,
    "E-mail Address",
    *_PEOPLE,
    *_REST,
)
_NUMBER = re.compile(r" (\d+)(?= Address$|$)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

Row = dict[str, str]


def headings_of(seen: Iterable[str]) -> list[str]:
    """The headings that any card fills, in Outlook's order."""

    def order(heading: str) -> tuple[int, int]:
        number = _NUMBER.search(heading)
        first = _NUMBER.sub("", heading)
        return HEADINGS.index(first) if first in HEADINGS else len(HEADINGS), int(number[1]) if number else 1

    return sorted(seen, key=order)


def row_of(properties: list[Property]) -> Row:
    """Heading → text of one card; only what is filled."""
    row: Row = {}
    ordered = sorted(properties, key=lambda p: p.rank)
    for prop in ordered:
        if (put := _KNOWN.get(prop.name)) and prop.value.strip():
            put(row, prop)
    if not (row.get("First Name") or row.get("Last Name")):
        _name_from_display(row, ordered)
    return {heading: text for heading, text in row.items() if text}


def _plain(text: str) -> str:
    """A value without its escapes."""
    return _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], text).replace("\r\n", "\n").strip()


def _split(value: str, sign: str) -> list[str]:
    """The parts of a structured value as they stand there; a sign with a backslash before it belongs to the text."""
    parts, rest = [], value
    while found := re.match(rf"(?:[^\\{sign}]|\\.)*", rest, re.DOTALL):
        parts.append(found[0])
        if found.end() >= len(rest):
            break
        rest = rest[found.end() + 1 :]
    return parts


def _parts(value: str, sign: str = ";") -> list[str]:
    return [_plain(part) for part in _split(value, sign)]


def _once(heading: str) -> Callable[[Row, Property], None]:
    """The preferred value counts, which comes first."""

    def put(row: Row, prop: Property) -> None:
        row.setdefault(heading, _plain(prop.value))

    return put


def _name(row: Row, prop: Property) -> None:
    last, *others = _split(prop.value, ";")
    row.setdefault("Last Name", _plain(last))
    for heading, part in zip(("First Name", "Middle Name", "Title", "Suffix"), others, strict=False):
        # Several of a kind stand there with commas between them: "Dr.,Prof."
        row.setdefault(heading, " ".join(filter(None, _parts(part, ","))))


def _company(row: Row, prop: Property) -> None:
    company, *units = _parts(prop.value)
    row.setdefault("Company", company)
    if any(units):
        row.setdefault("Department", ", ".join(u for u in units if u))


def _kind(prop: Property) -> str:
    return "Home" if "home" in prop.types else "Business" if "work" in prop.types else ""


def _address(row: Row, prop: Property) -> None:
    box, extra, street, city, state, code, country = (_parts(prop.value) + [""] * 7)[:7]
    if not any((box, extra, street, city, state, code, country)):
        return
    # An address that says nothing about itself is that of the company, unless there is one already.
    kinds = [_kind(prop) or "Business", "Home" if not _kind(prop) else "Other", "Other"]
    kind = next((k for k in kinds if not any(f"{k} {part}" in row for part in _PLACE)), "")
    if not kind:
        lines = [street, extra, box, " ".join(filter(None, (code, city))), state, country]
        _further_note(row, ", ".join(filter(None, lines)))
        return
    street = "\n".join(filter(None, (street, extra)))
    for part, text in zip(_PLACE, (street, city, state, code, country, box), strict=True):
        if text:
            row[f"{kind} {part}"] = text


def _phone(row: Row, prop: Property) -> None:
    text = _plain(prop.value)
    if text.lower().startswith("tel:"):
        number, _, extension = text[4:].partition(";ext=")
        text = f"{number.partition(';')[0]} x{extension}" if extension else number.partition(";")[0]
    types = prop.types
    if "fax" in types:
        heading = f"{_kind(prop) or 'Business'} Fax"
    elif types & {"cell", "mobile", "iphone"}:
        heading = "Mobile Phone"
    elif "pager" in types:
        heading = "Pager"
    elif "car" in types:
        heading = "Car Phone"
    elif _kind(prop):
        heading = f"{_kind(prop)} Phone"
    else:
        # Unmarked numbers, and "other": most cards with only one mean the number to call.
        heading = "Other Phone" if "other" in types or "Business Phone" in row else "Business Phone"
    _further(row, heading, text)


def _email(row: Row, prop: Property) -> None:
    text = _plain(prop.value)
    text = text[7:] if text.lower().startswith("mailto:") else text
    known = {v.lower() for k, v in row.items() if k.startswith("E-mail")}
    if text.lower() in known:
        return
    row["E-mail Address" if not known else f"E-mail {len(known) + 1} Address"] = text


def _further(row: Row, heading: str, text: str) -> None:
    """Under the heading, or under its next number: "Business Phone 2"."""
    number, name = 1, heading
    while name in row:
        if row[name] == text:
            return
        number += 1
        name = f"{heading} {number}"
    row[name] = text


def _further_note(row: Row, text: str) -> None:
    row["Notes"] = f"{row['Notes']}\n{text}" if row.get("Notes") else text


def _web(row: Row, prop: Property) -> None:
    if "Web Page" in row:
        _further(row, "Web Page", _plain(prop.value))
    else:
        row["Web Page"] = _plain(prop.value)


def _day(heading: str) -> Callable[[Row, Property], None]:
    def put(row: Row, prop: Property) -> None:
        text = _plain(prop.value)
        if found := re.match(r"(\d{4})-?(\d{2})-?(\d{2})(?:$|T)", text):
            # Apple writes 1604 where the year is not known.
            text = "-".join(found.groups()) if found[1] != "1604" else f"--{found[2]}-{found[3]}"
        row.setdefault(heading, text)

    return put


def _categories(row: Row, prop: Property) -> None:
    row["Categories"] = ", ".join(filter(None, [row.get("Categories", ""), *_parts(prop.value, ",")]))


def _name_from_display(row: Row, properties: list[Property]) -> None:
    """A card without a structured name has one as it is shown; that of a company is its only name."""
    shown = next((_plain(p.value) for p in properties if p.name == "FN"), "")
    company = any(
        p.name in ("KIND", "X-ABSHOWAS") and p.value.strip().lower() in ("org", "company") for p in properties
    )
    if not shown or shown == row.get("Company"):
        return
    if company:
        row.setdefault("Company", shown)
        return
    first, _, last = shown.rpartition(" ")
    row["First Name"], row["Last Name"] = first.strip(), last


_KNOWN: dict[str, Callable[[Row, Property], None]] = {
    "N": _name,
    "NICKNAME": _once("Nickname"),
    "ORG": _company,
    "TITLE": _once("Job Title"),
    "ROLE": _once("Role"),
    "ADR": _address,
    "TEL": _phone,
    "EMAIL": _email,
    "URL": _web,
    "BDAY": _day("Birthday"),
    "ANNIVERSARY": _day("Anniversary"),
    # What Outlook and address books write for what vCard has no name for.
    "X-ANNIVERSARY": _day("Anniversary"),
    "X-ASSISTANT": _once("Assistant's Name"),
    "X-MANAGER": _once("Manager's Name"),
    "X-SPOUSE": _once("Spouse"),
    "CATEGORIES": _categories,
    "NOTE": lambda row, prop: _further_note(row, _plain(prop.value)),
}
