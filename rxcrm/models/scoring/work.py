"""Work in the background: all leads are brought up to date, and the estimate learns anew every night."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from rxcrm.models import configuration, db, jobs
from rxcrm.models.job import Job
from rxcrm.models.lead import Lead
from rxcrm.models.people import organisation
from rxcrm.models.scoring import learning, reckoning
from rxcrm.models.scoring.asking import is_timed
from rxcrm.models.scoring.tables import ScoreModel, scoring
from rxcrm.translation import N_

#: The jobs: all scores, those of leads that were just being saved, and learning.
ALL, LATE, LEARN = "lead scores", "late lead scores", "lead estimate"
#: Told when scores change that nobody touched: when that is asked for, and when it is done.
TOPIC = "score"
#: Ids of leads that one transaction brings up to date: on SQLite nobody else writes meanwhile.
BATCH = 5_000
#: Who was saving a lead while a rule changed reckoned with the old ones; he is done after so long.
LINGERS = timedelta(seconds=60)
#: When the night's work begins, in the organisation's time zone, and how often rules that depend on time are asked again.
NIGHT, AGAIN = time(2), timedelta(hours=1)


def bring_up_to_date(session: Session, now: datetime, by: int | None = None) -> Job:
    """Have the scores of all leads brought up to date; what waits already is not asked for twice."""
    jobs.enqueue(session, LATE, {"since": (now - LINGERS).isoformat()}, now=now, due_on=now + LINGERS, key=LATE, by=by)
    return jobs.enqueue(session, ALL, {}, now=now, key=ALL, by=by)


def learn(session: Session, now: datetime, by: int | None = None) -> Job:
    """Have the estimate learn from the closed leads of now."""
    return jobs.enqueue(session, LEARN, {}, now=now, key=LEARN, by=by)


def underway(session: Session) -> Job | None:
    """The job that brings all scores up to date, while it waits for its turn or runs."""
    wanted = select(Job).where(col(Job.kind) == ALL, col(Job.state).in_(jobs.UNFINISHED), col(Job.due_on) <= db.now())
    return session.scalars(wanted.order_by(col(Job.id)).limit(1)).first()


def learning_now(session: Session) -> bool:
    """Whether the estimate is learning, or about to."""
    wanted = select(col(Job.id)).where(col(Job.kind) == LEARN, col(Job.state).in_(jobs.UNFINISHED))
    return session.scalars(wanted.limit(1)).first() is not None


@jobs.handler(ALL, N_("Lead scores"))
async def _bring_all(job: Job) -> None:
    last = await db.look(_last_id)
    for low in range(1, last + 1, BATCH):
        await db.run(_batch, low, min(low + BATCH - 1, last))
        await jobs.report(job, min(low + BATCH - 1, last), last)
    await jobs.tell({TOPIC})


@jobs.handler(LATE, N_("Lead scores"))
async def _bring_late(job: Job) -> None:
    since = datetime.fromisoformat(str(job.payload["since"]))
    last = await db.look(_last_id)
    await db.run(_batch, 1, last, since)
    await jobs.tell({TOPIC})


def _last_id(session: Session) -> int:
    return session.scalar(select(func.max(cast(Any, Lead).id))) or 0


def _batch(session: Session, low: int, high: int, since: datetime | None = None) -> None:
    # Rules may have changed since the job began: the rest follows the new ones, and another job begins anew.
    configuration.refresh(session)
    reckoning.between(session, low, high, db.now(), since)


@jobs.handler(LEARN, N_("Learning to estimate leads"))
async def _learn(_job: Job) -> None:
    # Counting takes a while at many leads: it only reads, so that nobody waits for it.
    row = await db.look(_learned)
    await jobs.tell(await db.run(keep, row))


def _learned(session: Session) -> ScoreModel:
    configuration.refresh(session)
    return learning.learn(session, db.now())


def keep(session: Session, row: ScoreModel) -> set[str]:
    """Let something count that was learned, and have all scores follow; returns the topics to be told."""
    learning.keep(session, row)
    bring_up_to_date(session, row.learned_on)
    return configuration.count(session) | {TOPIC}


def chores(session: Session, now: datetime) -> None:
    """What has to be done from time to time: asked for every hour."""
    org = organisation(session)
    if org is None:
        return
    configuration.see(session, org.configuration)
    since_night = now - last_night(now, ZoneInfo(org.time_zone))
    if org.score_learns and (learning.newest(session) or min(learning.closed(session)) >= learning.ENOUGH):
        jobs.repeat(session, LEARN, since_night, now)
    if found := scoring():
        timed = any(is_timed(rule.where) for rule in found.rules)
        jobs.repeat(session, ALL, AGAIN if timed else since_night, now)


def last_night(now: datetime, zone: ZoneInfo) -> datetime:
    """The last time that it was two o'clock at night.

    >>> last_night(datetime(2026, 5, 13, 10, tzinfo=UTC), ZoneInfo("Europe/Warsaw"))
    datetime.datetime(2026, 5, 13, 0, 0, tzinfo=datetime.timezone.utc)
    """
    local = now.astimezone(zone)
    night = datetime.combine(local.date(), NIGHT, zone)
    return (night if night <= local else datetime.combine(local.date() - timedelta(days=1), NIGHT, zone)).astimezone(
        UTC
    )


__all__ = ["ALL", "LEARN", "TOPIC", "bring_up_to_date", "chores", "keep", "learn", "learning_now", "underway"]
