"""Acting for a user who is not there: what was put off for him, and what comes in for his records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session

from rxcrm.models import db, jobs
from rxcrm.models.access import who_is
from rxcrm.models.errors import NotFound
from rxcrm.models.people import User, organisation
from rxcrm.models.records import Act

T = TypeVar("T")


def act_as(session: Session, user_id: int | None, now: datetime) -> Act:
    """A unit of work in the name of a user, with exactly his rights. Raises NotFound before the set-up."""
    user, org = session.get(User, user_id or 0), organisation(session)
    if user is None or org is None:
        raise NotFound
    return Act(session, who_is(session, user, org), now)


async def do_as(user_id: int | None, fn: Callable[[Act], T]) -> T:
    """`fn(act)` in one transaction, in the name of a user; open tabs hear of it after the commit."""

    def unit(session: Session) -> tuple[T, set[str]]:
        act = act_as(session, user_id, db.now())
        return fn(act), act.topics

    result, topics = await db.run(unit)
    await jobs.tell(topics)
    return result
