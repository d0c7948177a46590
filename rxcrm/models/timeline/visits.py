"""Who looked at which timeline when, and what he has missed since (S R4.9)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import Session

from rxcrm.models.activity import Activity, Party
from rxcrm.models.notification import Visit
from rxcrm.models.records import Act
from rxcrm.models.timeline import reading
from rxcrm.models.timeline.placing import Bucket
from rxcrm.models.timeline.reading import Ask


def last(act: Act, entity: str, record_id: int) -> datetime | None:
    """When the asker looked at a timeline the last time."""
    found = act.session.get(Visit, (act.who.id, entity, record_id))
    return found.at if found else None


def remember(session: Session, user_id: int, entity: str, record_id: int, now: datetime) -> None:
    """Remember that a user looks at a timeline now."""
    key = {"user_id": user_id, "entity": entity, "record_id": record_id}
    insert: Any = insert_sqlite if session.connection().dialect.name == "sqlite" else insert_postgresql
    # Two tabs of one user may open the same record at the same moment.
    session.execute(
        insert(Visit).values(**key, at=now).on_conflict_do_update(index_elements=list(key), set_={"at": now})
    )


def missed(act: Act, entity: str, record_id: int, since: datetime | None) -> int:
    """How many entries others added or changed since then, counted to 100 (S R4.9)."""
    if since is None:
        return 0
    party, activity = cast(Any, Party), cast(Any, Activity)
    news = (
        select(party.id)
        .join(Activity, activity.id == party.activity_id)
        .where(
            party.entity == entity,
            party.record_id == record_id,
            party.bucket != int(Bucket.HIDDEN),
            party.at > since,
            activity.modified_by_id != act.who.id,
            activity.deleted_on.is_(None),
            *reading.readable(act, Ask(entity, record_id)),
        )
        .limit(100)
    )
    return len(act.session.execute(news).all())
