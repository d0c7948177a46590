"""What exports of other programs call our fields, by table; the lists with their sources are in `programs`.

A heading that means different things in two programs ("Title", "Name") goes to the program that the other headings
of the file speak for. Case, spaces, punctuation and accents do not count, so each spelling stands here once.
"""

from __future__ import annotations

from rxcrm.models.importing.programs import Source
from rxcrm.models.importing.programs.accounts import ACCOUNTS
from rxcrm.models.importing.programs.activities import ACTIVITIES
from rxcrm.models.importing.programs.contacts import CONTACTS
from rxcrm.models.importing.programs.leads import LEADS
from rxcrm.models.importing.programs.opportunities import OPPORTUNITIES
from rxcrm.models.importing.vernacular import vernacular

__all__ = ["ALIASES", "Source", "aliases_of"]

ALIASES: dict[str, tuple[Source, ...]] = {
    entity: (*programs, Source("", "rxcrm.models.importing.vernacular", vernacular(entity)))
    for entity, programs in (
        ("lead", LEADS),
        ("account", ACCOUNTS),
        ("contact", CONTACTS),
        ("opportunity", OPPORTUNITIES),
        ("activity", ACTIVITIES),
    )
}


def aliases_of(entity: str) -> tuple[Source, ...]:
    """Every program whose headings are known for a table, everyday spellings and other languages last."""
    return ALIASES[entity]
