"""Not a duplicate: said once of two records, remembered wherever duplicates are looked for (S R3.18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete
from sqlmodel import col

from rxcrm.models.access import Privilege
from rxcrm.models.base import Record
from rxcrm.models.errors import NotAllowed
from rxcrm.models.matching.facts import TABLES
from rxcrm.models.matching.tables import NotDuplicate
from rxcrm.translation import N_

if TYPE_CHECKING:
    from rxcrm.models.records import Act


def not_duplicates(act: Act, a: Record, b: Record) -> None:
    """Remember that two records, found by somebody who may change one of them, are not one. Twice is harmless."""
    pair = _pair(act, a, b)
    if act.session.get(NotDuplicate, pair) is None:
        entity, record_id, other_entity, other_id = pair
        act.session.add(
            NotDuplicate(
                entity=entity,
                record_id=record_id,
                other_entity=other_entity,
                other_id=other_id,
                by_id=act.who.id,
                at=act.now,
            )
        )
        act.session.flush()
    act.changed(a.entity, a.id)
    act.changed(b.entity, b.id)


def maybe_duplicates(act: Act, a: Record, b: Record) -> None:
    """Take back that two records are not one."""
    pair = _pair(act, a, b)
    act.session.execute(
        delete(NotDuplicate).where(
            col(NotDuplicate.entity) == pair[0],
            col(NotDuplicate.record_id) == pair[1],
            col(NotDuplicate.other_entity) == pair[2],
            col(NotDuplicate.other_id) == pair[3],
        )
    )


def _pair(act: Act, a: Record, b: Record) -> tuple[str, int, str, int]:
    if (a.entity, a.id) == (b.entity, b.id):
        raise NotAllowed(N_("Choose two different records."))
    if not {a.entity, b.entity} <= set(TABLES):
        raise NotAllowed(N_("Duplicates are looked for among leads, accounts and contacts only."))
    decisions = [act.may(Privilege.WRITE, row) for row in (a, b)]
    if not any(decisions):
        raise NotAllowed(decisions[0].because)
    first, second = sorted(((a.entity, a.id or 0), (b.entity, b.id or 0)))
    return *first, *second
