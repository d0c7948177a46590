"""Scores follow their leads: whatever writes a lead, its score and estimate are reckoned anew in the same transaction.

That happens when the session writes the lead, so no verb can forget it. Bulk writes, which pass no session, call `written`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, event, select
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session

from rxcrm.models import db
from rxcrm.models.base import Record
from rxcrm.models.lead import Lead
from rxcrm.models.scoring import reckoning
from rxcrm.models.scoring.tables import scoring


@event.listens_for(Session, "after_flush")
def _follow(session: Session, _context: object) -> None:
    """One statement for all leads that were just written; none while nothing is scored."""
    if not scoring():
        return
    rows = {row.id or 0: row for row in session.new if isinstance(row, Lead)}
    rows |= {row.id or 0: row for row in session.dirty if isinstance(row, Lead) and session.is_modified(row)}
    if not rows:
        return
    # The moment of the verb that wrote them, which stamps what it changes.
    now = max(row.modified_on for row in rows.values())
    for lead_id, *found in reckoning.of_leads(session, sorted(rows), now):
        for name, value in zip(("score", "estimate", "estimate_key"), found, strict=True):
            set_committed_value(rows[lead_id], name, value)


def among(session: Session, table: type[Record], where: ColumnElement[bool]) -> list[int]:
    """The leads that a bulk write is about to change, to be handed to `written` afterwards; none for other tables."""
    if table is not Lead or not scoring():
        return []
    return list(session.scalars(select(cast(Any, Lead).id).where(where)))


def written(session: Session, entity: str, ids: Iterable[int], now: datetime | None = None) -> None:
    """Records of a table were written in bulk, past the session."""
    if entity == Lead.entity and scoring() and (found := sorted(ids)):
        reckoning.of_leads(session, found, now or db.now())
