"""What administrators see of work that was put off, and what they can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func
from sqlmodel import col, select

from rxcrm.models import jobs
from rxcrm.models.administration import require_administrator
from rxcrm.models.errors import NotAllowed, NotFound
from rxcrm.models.job import Job, JobState
from rxcrm.models.people import User
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.translation import N_, gettext

#: Jobs of one page; failures come first, so that they are never cut off by what merely waits.
SHOWN = 200
_OPEN = (JobState.FAILED.value, JobState.RUNNING.value, JobState.WAITING.value)


@dataclass
class Entry:
    """One job in words. Times are ISO; `since` is when it failed, began to wait, or was put off."""

    id: int
    kind: str
    label: str
    state: str
    who: str
    since: str
    due: str
    attempts: int
    done: int
    total: int
    problem: str


@dataclass
class Board:
    """Jobs, failed ones first, and how many there are of each state; with `more` the list was cut."""

    entries: list[Entry]
    counts: dict[str, int]
    more: bool


def listed(act: Act, *, ended: bool = False) -> Board:
    """Everything that failed, runs or waits; with `ended` also what was done or canceled."""
    require_administrator(act)
    wanted = select(Job, User.name).join(User, col(User.id) == col(Job.by_id), isouter=True)
    if not ended:
        wanted = wanted.where(col(Job.state).in_(_OPEN))
    rank = case({state: n for n, state in enumerate(_OPEN)}, value=col(Job.state), else_=len(_OPEN))
    # Of what waits, the next one first; of what ended, the last one.
    next_first = case((col(Job.state) == JobState.WAITING.value, col(Job.due_on)))
    found = act.session.exec(wanted.order_by(rank, next_first, col(Job.id).desc()).limit(SHOWN + 1)).all()
    counts = dict.fromkeys((s.value for s in JobState), 0)
    counts |= dict(act.session.execute(select(Job.state, func.count()).group_by(col(Job.state))).all())
    return Board([_entry(act, job, name or "") for job, name in found[:SHOWN]], counts, len(found) > SHOWN)


def _entry(act: Act, job: Job, who: str) -> Entry:
    locale = act.who.conventions.locale
    kind, problem = jobs.KINDS.get(job.kind), jobs.problem_of(job)
    return Entry(
        id=job.id or 0,
        kind=job.kind,
        label=gettext(locale, kind.label) if kind else job.kind,
        state=job.state,
        who=who,
        since=_since(job).isoformat(),
        due=job.due_on.isoformat(),
        attempts=job.attempts,
        done=job.done,
        total=job.total,
        problem=problem.text(locale) if problem else "",
    )


def _since(job: Job) -> datetime:
    return job.finished_on or job.created_on


def retry(act: Act, job_id: int) -> Job:
    """Let a job that failed or was canceled be tried again, now and with all its tries."""
    job = _find(act, job_id)
    if job.state in jobs.UNFINISHED:
        raise NotAllowed(N_("This waits already, or is being done."))
    if job.state == JobState.DONE.value:
        raise NotAllowed(N_("This is done already."))
    if job.key and _same_unfinished(act, job):
        raise NotAllowed(N_("Another one of the same kind waits already."))
    jobs.again(act.session, job, act.now)
    act.topics.add(jobs.topic(job))
    return job


def cancel(act: Act, job_id: int) -> Job:
    """Call off a job that waits or runs; what it has done until now stays done."""
    job = _find(act, job_id)
    if job.state not in jobs.UNFINISHED:
        raise NotAllowed(N_("This has ended already."))
    act.topics |= jobs.end(act.session, job, JobState.CANCELED, act.now)
    return job


def _find(act: Act, job_id: int) -> Job:
    require_administrator(act)
    wanted = select(Job).where(Job.id == job_id).with_for_update()
    job = act.session.exec(wanted).first() if 0 < job_id < LARGEST_ID else None
    if job is None:
        raise NotFound(N_("There is no such job any more."))
    return job


def _same_unfinished(act: Act, job: Job) -> bool:
    same = (Job.kind == job.kind, Job.key == job.key, col(Job.state).in_(jobs.UNFINISHED))
    return act.session.exec(select(Job.id).where(*same)).first() is not None
