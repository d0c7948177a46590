"""Reminders: what an open activity is to be remembered of, and when (S 1.6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from sqlalchemy import insert
from sqlmodel import Session, col, select

from rxcrm.models import db, jobs, notifying
from rxcrm.models.acting import act_as
from rxcrm.models.activity import Activity
from rxcrm.models.choices import ActivityKind
from rxcrm.models.job import Job, JobState
from rxcrm.models.people import Team, User, members_of
from rxcrm.models.records import Act
from rxcrm.translation import N_

KIND = "remind"
#: What can be reminded of; notes and posts are never open.
_DUE = {
    ActivityKind.TASK: N_("Reminder of a task"),
    ActivityKind.PHONE_CALL: N_("Reminder of a phone call"),
    ActivityKind.APPOINTMENT: N_("Reminder of an appointment"),
    ActivityKind.EMAIL: N_("Reminder of an e-mail"),
}


def schedule(act: Act, row: Activity) -> None:
    """Bring the reminder of an activity in step with it; called after each time that one was written.

    The reminder moves with its time and is called off when the activity is closed or deleted. One that was given
    already is not given again for the same time.
    """
    wanted = row.remind_on if row.is_open and row.deleted_on is None and row.kind in _DUE else None
    if wanted is None or (wanted <= act.now and _given(act.session, row, wanted, act.now)):
        jobs.withdraw(act.session, KIND, str(row.id), act.now)
        return
    payload = {"activity_id": row.id, "at": wanted.isoformat()}
    jobs.enqueue(act.session, KIND, payload, now=act.now, due_on=wanted, key=str(row.id), by=row.owner_user_id)


def schedule_new(session: Session, wanted: Iterable[tuple[int, datetime, int | None]], now: datetime) -> None:
    """Remind of activities that were written in bulk: id, when, and who owns it; what lies in the past is not told."""
    rows = [
        Job(
            kind=KIND,
            payload={"activity_id": i, "at": at.isoformat()},
            due_on=at,
            created_on=now,
            key=str(i),
            by_id=owner,
        )
        for i, at, owner in wanted
        if at > now
    ]
    if rows:
        session.connection().execute(insert(cast(Any, Job).__table__), [row.model_dump(exclude={"id"}) for row in rows])


def _given(session: Session, row: Activity, wanted: datetime, now: datetime) -> bool:
    if wanted < now - jobs.DONE_KEPT:
        return True  # what was done then is forgotten, and nobody wants to be reminded of last month
    done = select(Job.payload).where(Job.kind == KIND, Job.state == JobState.DONE.value, col(Job.key) == str(row.id))
    return any(payload.get("at") == wanted.isoformat() for payload in session.exec(done))


@jobs.handler(KIND, N_("Remind of an activity"))
async def _remind(job: Job) -> None:
    await jobs.tell(await db.run(remind, int(job.payload["activity_id"]), str(job.payload["at"]), db.now()))


def remind(session: Session, activity_id: int, at: str, now: datetime) -> set[str]:
    """Tell the owner of an activity that its time has come, unless it is closed, deleted or wanted later by now.

    Returns the topics to be told. An activity of a team reminds every member.
    """
    row = session.get(Activity, activity_id)
    if row is None or row.deleted_on is not None or not row.is_open:
        return set()
    if row.remind_on is None or row.remind_on.isoformat() != at:
        return set()
    topics: set[str] = set()
    for user in owners_of(session, row):
        act = act_as(session, user.id, now)
        notifying.notify(
            act,
            user.id or 0,
            notifying.Kind.REMINDER,
            _DUE[ActivityKind(row.kind)],
            {},
            entity=row.regarding_entity,
            record_id=row.regarding_id,
            activity_id=row.id,
        )
        topics |= act.topics
    return topics


def owners_of(session: Session, row: Activity) -> list[User]:
    """The users who own an activity and can sign in: one, or the members of a team."""
    if row.owner_team_id:
        return members_of(session, session.get_one(Team, row.owner_team_id))
    user = session.get(User, row.owner_user_id or 0)
    return [user] if user and not user.disabled else []
