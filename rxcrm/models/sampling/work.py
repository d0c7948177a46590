"""Sample data in and out in the background: small transactions, between which others write, until done or called off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from sqlalchemy import func
from sqlmodel import Session, col, select

from rxcrm.models import configuration, db, job_board, jobs
from rxcrm.models.access import who_is
from rxcrm.models.administration import require_administrator
from rxcrm.models.demo import ALREADY
from rxcrm.models.errors import NotAllowed
from rxcrm.models.job import Job, JobState
from rxcrm.models.people import User, organisation
from rxcrm.models.records import Act
from rxcrm.models.sampling import noting, removing
from rxcrm.models.sampling.removing import ORDER, Kept
from rxcrm.models.sampling.tables import UNIT, USER
from rxcrm.models.sampling.telling import OwnStory
from rxcrm.models.tables import RECORDS
from rxcrm.translation import N_, gettext

#: The two jobs.
ADD, REMOVE = "sample data", "sample data removal"
#: Told when sample data begins to come or to go, and when it is in or out.
TOPIC = "sample data"
#: Records that one transaction takes out, and seconds of rest between two transactions.
AT_ONCE, REST = 25, 0.02
UNDERWAY = N_("Sample data is being added or removed already.")
NONE = N_("There is no sample data to remove.")
DISABLED = N_("%(name)s is no administrator any more; nothing more was added.")


# -- what administrators ask for -------------------------------------------------------------------------------------


def add(act: Act) -> Job:
    """Have the sample data added. Raises NotAllowed if it is in already, or on its way."""
    _require_free(act)
    if noting.is_in(act.session):
        raise NotAllowed(ALREADY)
    return _enqueue(act, ADD, {})


def remove(act: Act, everything: bool) -> Job:
    """Have the sample data removed; with `everything` also what somebody has used since. Raises NotAllowed."""
    _require_free(act)
    if not noting.is_in(act.session):
        raise NotAllowed(NONE)
    return _enqueue(act, REMOVE, {"everything": everything, "ids": removing.to_go(act.session, everything)})


def cancel(act: Act) -> None:
    """Call off what is being done. What was added so far goes again; what was removed so far is gone."""
    if job := underway(act.session):
        job_board.cancel(act, job.id or 0)
        act.topics.add(TOPIC)


def _require_free(act: Act) -> None:
    require_administrator(act)
    configuration.lock(act)  # of two administrators at once the second one waits, and is refused
    if underway(act.session):
        raise NotAllowed(UNDERWAY)


def _enqueue(act: Act, kind: str, payload: dict[str, object]) -> Job:
    act.topics.add(TOPIC)
    return jobs.enqueue(act.session, kind, payload, now=act.now, key=kind, by=act.who.id)


def underway(session: Session) -> Job | None:
    """The job that adds or removes, while it waits for its turn or runs."""
    wanted = select(Job).where(col(Job.kind).in_((ADD, REMOVE)), col(Job.state).in_(jobs.UNFINISHED))
    return session.exec(wanted.order_by(col(Job.id)).limit(1)).first()


# -- the page --------------------------------------------------------------------------------------------------------


@dataclass
class Count:
    """How many records of a table there are: those of the organisation, and those of the sample."""

    label: str
    all: int
    sample: int


@dataclass
class View:
    """What the page shows: numbers by table, what is being done, and why the last try went wrong."""

    counts: list[Count] = field(default_factory=list)
    sample: int = 0
    staff: int = 0
    doing: str = ""
    done: int = 0
    total: int = 0
    problem: str = ""


def view(act: Act) -> View:
    """The sample data as it is now."""
    require_administrator(act)
    locale, ids = act.who.conventions.locale, noting.ids_in(act.session)
    job = underway(act.session)
    counts = [
        Count(gettext(locale, RECORDS[entity].title_many), _many(act.session, entity), len(ids.get(entity, ())))
        for entity in reversed(ORDER)
    ]
    problem = jobs.problem_of(job) if job else None
    return View(
        counts=counts,
        sample=sum(count.sample for count in counts),
        staff=len(ids.get(USER, ())),
        doing=job.kind if job else "",
        done=job.done if job else 0,
        total=job.total if job else 0,
        problem=problem.text(locale) if problem else "",
    )


def _many(session: Session, entity: str) -> int:
    table = RECORDS[entity]
    live = col(table.deleted_on).is_(None)
    return session.scalar(select(func.count()).select_from(table).where(live)) or 0


def used(act: Act) -> list[Kept]:
    """The sample records that somebody has used since: asked before they are removed."""
    require_administrator(act)
    return removing.kept(act)


# -- the jobs --------------------------------------------------------------------------------------------------------


def _mine(session: Session, job: Job) -> Job | None:
    """The job, locked until this transaction ends; None once it was called off or taken away."""
    wanted = select(Job).where(Job.id == job.id, Job.taken_by == job.taken_by, Job.state == JobState.RUNNING.value)
    return session.exec(wanted.with_for_update()).first()


def _act(session: Session, job: Job, now: datetime) -> Act:
    user, org = session.get_one(User, job.by_id), organisation(session)
    assert org is not None, "no job before the set-up"
    who = who_is(session, user, org)
    if user.disabled or not who.administrator:
        raise jobs.GiveUp(DISABLED, name=user.name)
    return Act(session, who, now)


def _ended(session: Session, job: Job, now: datetime) -> set[str]:
    """Called off or failed: what came in until then goes again."""
    if noting.is_in(session):
        jobs.enqueue(session, REMOVE, {"everything": True}, now=now, key=REMOVE, by=job.by_id)
    return {TOPIC}


@jobs.handler(ADD, N_("Sample data"), ended=_ended)
async def _add(job: Job) -> None:
    if await db.look(noting.is_in):  # an earlier try did not come to its end
        await _take_out(job, await db.look(removing.to_go, True), everything=True)
    now = db.now()
    story = await db.look(lambda session: OwnStory(_act(session, job, now)))
    chapters = story.chapters()

    def tell(session: Session, n: int) -> set[str] | None:
        if (row := _mine(session, job)) is None:
            return None
        act = _act(session, job, now)
        story.turn_to(act)
        with noting.noted(session):
            chapters[n]()
        row.done, row.total = n + 1, len(chapters)
        if n + 1 == len(chapters):
            noting.settle(session)
        return act.topics | {jobs.topic(row)}

    for n in range(len(chapters)):
        topics = await db.run(tell, n)
        if topics is None:
            return
        await jobs.tell(topics)
        await asyncio.sleep(REST)
    await jobs.tell({TOPIC})


@jobs.handler(REMOVE, N_("Removal of sample data"), ended=lambda *_: {TOPIC})
async def _remove(job: Job) -> None:
    everything = bool(job.payload.get("everything"))
    ids = job.payload.get("ids")
    ids = await db.look(removing.to_go, everything) if ids is None else cast(dict[str, list[int]], ids)
    await _take_out(job, ids, everything)
    await jobs.tell({TOPIC})


async def _take_out(job: Job, ids: dict[str, list[int]], everything: bool) -> None:
    """All that is to go, in portions; the staff at the end. What stays is no sample data any more."""
    total = sum(len(ids.get(entity, ())) for entity in ORDER)
    steps: list[Callable[[Session], set[str]]] = []
    for entity in ORDER:
        found = ids.get(entity, [])
        for at in range(0, len(found), AT_ONCE):
            steps.append(_step(entity, found[at : at + AT_ONCE], everything))
    steps.append(lambda session: _last(session, ids))
    done = 0

    def take(session: Session, n: int, done: int) -> set[str] | None:
        if (row := _mine(session, job)) is None:
            return None
        topics = steps[n](session)
        row.done, row.total = min(done, total), total
        return topics | {jobs.topic(row)}

    for n in range(len(steps)):
        done += AT_ONCE
        topics = await db.run(take, n, done)
        if topics is None:
            return
        await jobs.tell(topics)
        await asyncio.sleep(REST)


def _step(entity: str, ids: list[int], everything: bool) -> Callable[[Session], set[str]]:
    def step(session: Session) -> set[str]:
        return {f"{entity}:{gone}" for gone in removing.take_out(session, entity, ids, everything)}

    return step


def _last(session: Session, ids: dict[str, list[int]]) -> set[str]:
    removing.take_out_references(session, ids)
    removing.dismiss(session, ids.get(USER, []), ids.get(UNIT, []))
    for entity, left in noting.ids_in(session).items():
        removing.forget(session, entity, left)
    return set()
