"""Which records a command is for: those that were ticked, or all of a list beyond its page (S R7.5 [OURS])."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, cast

from sqlalchemy import select

from rxcrm.models import lists
from rxcrm.models.access import visible
from rxcrm.models.errors import NotAllowed
from rxcrm.models.lists import Ask
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.tables import record_table
from rxcrm.translation import N_

#: Records that one command may reach; more would keep the table busy for too long.
MOST = 50_000
TOO_MANY = N_("This list holds more than %(n)s records. Filter it, then try again.")


@dataclass(frozen=True)
class Selection:
    """Ticked records of a table, in the versions in which the user saw them, or with `ask` all that the list holds."""

    entity: str
    ids: tuple[int, ...] = ()
    versions: Mapping[int, int] = field(default_factory=dict)
    ask: Ask | None = None


def ids_of(act: Act, selection: Selection) -> list[int]:
    """The ids that are meant, as the list is at this moment. Raises NotAllowed for more than one command may reach."""
    if selection.ask is None:
        return list(dict.fromkeys(i for i in selection.ids if 0 < i < LARGEST_ID))[:MOST]
    found = list(islice(lists.every_id(act, selection.ask), MOST + 1))
    if len(found) > MOST:
        raise NotAllowed(TOO_MANY, n=f"{MOST:,}")
    return found


def versions_of(act: Act, entity: str, ids: Sequence[int]) -> dict[int, int]:
    """In which versions the asker sees these records now."""
    table = cast(Any, record_table(entity))
    wanted = select(table.id, table.version).where(table.id.in_(list(ids)), visible(act.who, table))
    return dict(tuple(row) for row in act.session.execute(wanted))
