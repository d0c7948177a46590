"""What can be done with a record besides saving it: every part of the product adds its commands here (S 2.5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rxcrm.models import activating, closing, creating, disqualifying, reactivating
from rxcrm.models.access import Decision, Privilege
from rxcrm.models.base import Record
from rxcrm.models.lifecycle import Closing
from rxcrm.models.matching import saving as duplicates
from rxcrm.models.merging import undoing as merging
from rxcrm.models.qualifying import commands as qualification
from rxcrm.models.records import Act

#: What one part offers for a record: command → "" if it works, else why not; a command without the privilege is missing.
Offer = Callable[[Act, Record, Mapping[Privilege, Decision]], dict[str, str]]

OFFERS: tuple[Offer, ...] = (
    disqualifying.offers,
    reactivating.offers,
    creating.offers,
    qualification.offers,
    closing.offers,
    activating.offers,
    merging.offers,
    duplicates.offers,
)
#: What each part tells of a record that is closed, for the banner; None for what it did not close.
CLOSINGS: tuple[Callable[[Act, Record], Closing | None], ...] = (
    merging.closing_of,
    disqualifying.closing_of,
    qualification.closing_of,
    closing.closing_of,
    activating.closing_of,
)
#: Commands of a table that wait until a record is saved, besides those of every table (S 13.2).
UNSAVED: dict[str, tuple[str, ...]] = {
    "lead": ("qualify", "disqualify", "create_contact", "create_account"),
    "account": ("deactivate",),
    "contact": ("deactivate",),
    "opportunity": ("close_won", "close_lost"),
}


def offered(act: Act, row: Record, may: Mapping[Privilege, Decision]) -> dict[str, str]:
    """All commands that the parts offer for a record (S 13.2)."""
    found: dict[str, str] = {}
    for offer in OFFERS:
        found |= offer(act, row, may)
    return found


def closing_of(act: Act, row: Record) -> Closing:
    """What is told of a closed record, by whichever part closed it."""
    return next((told for tell in CLOSINGS if (told := tell(act, row))), Closing())
