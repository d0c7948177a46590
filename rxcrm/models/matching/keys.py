"""The keys under which a record is found: whatever two duplicates share, at least one of these they have in common.

A single key that thousands share finds nobody, so common facts stand in pairs: the sound of a surname with the
postcode, not alone. What a key says is folded into 32 bits; two facts that meet there cost one comparison, no more.
"""

from __future__ import annotations

from zlib import crc32

from rxcrm.models.matching.facts import TABLES, Facts
from rxcrm.models.matching.words import PHONE_TAIL, called, sound


def sure_keys(found: Facts) -> set[int]:
    """The few keys that hardly anybody shares by chance, for looking up very many records at once.

    Name and company stand in for somebody of whom neither address nor number is known.
    """
    said = {f"e{mail}" for mail in found.mails}
    said.update(f"p{phone[-PHONE_TAIL:]}" for phone in found.phones)
    if not said and found.company and (found.last or found.first):
        said.add(f"f{sound(''.join(found.last or found.first))} {found.company}")
    elif found.company and found.entity == "account":
        said.add(f"c{found.company}")
    return {crc32(text.encode()) for text in said}


def keys_of(found: Facts) -> set[int]:
    """The keys of a record, without its table."""
    said = {f"e{mail}" for mail in found.mails}
    said.update(f"p{phone[-PHONE_TAIL:]}" for phone in found.phones)
    said.update(f"h{host}" for host in found.hosts)
    said.update(f"h{domain}" for domain in found.domains)
    if found.company:
        said.add(f"c{found.company}")
    if found.first or found.last:
        _person(said, found)
    elif found.company:
        _firm(said, found)
    return {crc32(text.encode()) for text in said}


def _person(said: set[str], found: Facts) -> None:
    last, first = "".join(found.last), called(found.first[0]) if found.first else ""
    sounds = [s for s in (sound(last), sound(first)) if s]
    if last and first:
        # Names may stand in the wrong fields, so their order says nothing.
        said.add("n" + " ".join(sorted((last, first))))
        said.add("s" + " ".join(sorted(sounds)))
    for heard in sounds:
        if found.postcode:
            said.add(f"z{heard} {found.postcode}")
        if found.city:
            said.add(f"t{heard} {found.city}")
        if found.company:
            said.add(f"f{heard} {found.company}")
        elif found.domains:
            said.add(f"d{heard} {found.domains[0]}")
    if found.street:
        # Two records of one person differ in little at once: the street stands with the town, and with its code.
        heard = sound(found.street.replace(" ", ""))
        said.update(f"a{heard} {place}" for place in (found.postcode, found.city) if place)


def _firm(said: set[str], found: Facts) -> None:
    first = found.company.split()[0]
    said.add("w" + sound(found.company.replace(" ", "")))
    if place := found.postcode or found.city:
        said.add(f"z{sound(first)} {place}")
    if found.street:
        said.add(f"a{found.number} {sound(found.street)}")


def of_table(entity: str, keys: set[int]) -> list[int]:
    """The keys as they stand in the table of keys."""
    tag = TABLES[entity] << 32
    return [tag | key for key in keys]
