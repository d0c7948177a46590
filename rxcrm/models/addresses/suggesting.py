"""What somebody is offered while he types a street; whatever goes wrong, he can go on typing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from rxcrm.models import configuration, db
from rxcrm.models.access import Privilege, Who
from rxcrm.models.addresses import fetching, own
from rxcrm.models.addresses.own import TABLES
from rxcrm.models.addresses.reading import Suggestion
from rxcrm.models.addresses.tables import ASKED, Source, SourceKind, source
from rxcrm.models.cleaning import clean
from rxcrm.models.errors import CrmError
from rxcrm.models.people import organisation
from rxcrm.models.records import Act
from rxcrm.translation import SOURCE

log = logging.getLogger("rxcrm")

#: Letters from which on it is asked, and those that are read.
FEWEST, LONGEST = 3, 120
#: Seconds after which nobody waits any more.
PATIENCE = 6.0
#: Threads that talk to servers of addresses; who finds none free gets no suggestions.
_POOL = ThreadPoolExecutor(4, thread_name_prefix="addresses")

#: Whom the list names below itself: text and address.
CREDITS: dict[SourceKind, tuple[str, str]] = {
    SourceKind.PHOTON: ("© OpenStreetMap contributors", "https://www.openstreetmap.org/copyright"),
    SourceKind.NOMINATIM: ("© OpenStreetMap contributors", "https://www.openstreetmap.org/copyright"),
    SourceKind.AZURE: ("© TomTom, © Microsoft, © OpenStreetMap", "https://www.microsoft.com/maps/product/terms"),
}


@dataclass
class Offer:
    """Addresses to choose from; `failed` where nobody could be asked."""

    found: list[Suggestion] = field(default_factory=list)
    failed: bool = False


async def suggest(who: Who, typed: str) -> Offer:
    """Addresses for what somebody typed. Never raises for what servers do; the log tells that."""
    text = clean(typed)[:LONGEST]
    if len(text) < FEWEST or not any(who.holds(Privilege.READ, table.entity) for table in TABLES):
        return Offer()

    def look(session: Session) -> tuple[Source, str, list[Suggestion]]:
        act = Act(session, who, db.now())
        org = organisation(session)
        configuration.see(session, org.configuration if org else 0)
        chosen = source()
        found = own.suggestions(act, text) if chosen.kind is SourceKind.RECORDS else []
        return chosen, org.language if org else SOURCE, found

    chosen, language, found = await db.look(look)
    if chosen.kind not in ASKED:
        return Offer(found)
    try:
        return Offer(await within(lambda: fetching.suggestions(chosen, text, language, who.id)))
    except (CrmError, TimeoutError) as problem:
        if not isinstance(problem, fetching.Busy):
            log.warning("addresses were not suggested: %s", problem or "no answer in time")
        return Offer(failed=True)


async def within(fn: Callable[[], Any]) -> Any:
    """The answer of a server, asked in a thread of its own. Raises TimeoutError."""
    return await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(_POOL, fn), PATIENCE)
