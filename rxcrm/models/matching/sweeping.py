"""A search through a whole table: every pair of its records that may be one, found in the background (S R3.17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, and_, delete, func, insert, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from rxcrm.models import db
from rxcrm.models.access import Depth, Privilege, Who, reach_of, visible
from rxcrm.models.errors import NotAllowed, NotFound
from rxcrm.models.fields import hidden_from
from rxcrm.models.job import Job, JobState
from rxcrm.models.jobs import UNFINISHED, enqueue, handler, report
from rxcrm.models.matching.finding import Rule, candidates, detail_of, judge, name_of, read, rules_of, told_to
from rxcrm.models.matching.keys import keys_of
from rxcrm.models.matching.tables import DuplicatePair, NotDuplicate
from rxcrm.models.matching.upkeep import MATCHED
from rxcrm.translation import N_, gettext

if TYPE_CHECKING:
    from rxcrm.models.records import Act

#: How sure a pair must be to be listed: a phone number alone, which colleagues share, is not.
LISTED_FROM = 60
#: Records compared at once, and pairs on one page.
BATCH, PAGE = 500, 50
KIND = "duplicates"


@dataclass(frozen=True)
class Pair:
    """Two records that may be one, the later one first; reasons as messages."""

    id: int
    other_id: int
    score: int
    certain: bool
    reasons: list[str]


def pairs_of(connection: Connection, entity: str, ids: Sequence[int], rules: Sequence[Rule]) -> list[Pair]:
    """What of these records was there before under another id, as far as any rule says so."""
    own = read(connection, entity, ids, rules)
    known = list(own.values())
    shared = candidates(connection, [keys_of(each) for each in known], [entity])
    earlier = [[i for i in found[entity] if i < each.id] for each, found in zip(known, shared, strict=True)]
    missing = {i for found in earlier for i in found} - own.keys()
    others = own | (read(connection, entity, missing, rules) if missing else {})
    pairs = []
    for each, found in zip(known, earlier, strict=True):
        for other_id in found:
            if other := others.get(other_id):
                score, certain, reasons = judge(rules, each, other)
                if score >= LISTED_FROM:
                    pairs.append(Pair(each.id, other_id, score, certain, reasons))
    return pairs


# -- searching -------------------------------------------------------------------------------------------------------


def search(act: Act, entity: str) -> Job:
    """Have a table searched in the background; while one search waits or runs there is no second one.

    Raises NotAllowed for whoever `may_search` says no of.
    """
    if entity not in MATCHED:
        raise NotFound
    if not may_search(act.who, entity):
        raise NotAllowed(N_("Only who may change more than his own records can have a whole table searched."))
    if (running := last_search(act.session, entity)) and running.state in UNFINISHED:
        return running
    return enqueue(act.session, KIND, {"entity": entity}, now=act.now, key=entity, by=act.who.id)


def may_search(who: Who, entity: str) -> bool:
    """Whether somebody may have a table searched: it is work for the server, and he could do something about it."""
    return who.depth(entity, Privilege.WRITE) > Depth.USER


def last_search(session: Session, entity: str) -> Job | None:
    """The last search through a table, finished or not."""
    wanted = select(Job).where(col(Job.kind) == KIND, col(Job.key) == entity).order_by(col(Job.id).desc()).limit(1)
    return session.scalars(wanted).first()


@handler(KIND, N_("Search for duplicates"))
async def _search_through(job: Job) -> None:
    """Batch by batch along the ids; what an earlier search found goes as its records are reached."""
    entity, began = str(job.payload["entity"]), db.now()
    total = await db.look(_last_id, entity)
    after = 0
    while after < total:
        after = await db.run(_search_batch, entity, after, began) or total
        await report(job, min(after, total), total)
    await db.run(_forget_older, entity, began)


def _last_id(session: Session, entity: str) -> int:
    return session.scalar(select(func.max(cast(Any, MATCHED[entity]).id))) or 0


def _search_batch(session: Session, entity: str, after: int, now: datetime) -> int:
    """Find the pairs of the next records; returns the last id, 0 if there were none."""
    table = cast(Any, MATCHED[entity])
    ids = list(session.scalars(select(table.id).where(table.id > after).order_by(table.id).limit(BATCH)))
    if not ids:
        return 0
    pairs = pairs_of(session.connection(), entity, ids, rules_of(session, entity)[entity])
    row = DuplicatePair
    session.execute(
        delete(row).where(col(row.entity) == entity, col(row.record_id) > after, col(row.record_id) <= ids[-1])
    )
    if pairs:
        found = [
            {
                "entity": entity,
                "record_id": p.id,
                "other_id": p.other_id,
                "score": p.score,
                "certain": p.certain,
                "reasons": p.reasons,
                "found_on": now,
            }
            for p in pairs
        ]
        session.execute(insert(row), found)
    return int(ids[-1])


def _forget_older(session: Session, entity: str, began: datetime) -> None:
    session.execute(
        delete(DuplicatePair).where(col(DuplicatePair.entity) == entity, col(DuplicatePair.found_on) < began)
    )


# -- what was found --------------------------------------------------------------------------------------------------


@dataclass
class Side:
    """One of two records, as the list shows it."""

    id: int
    name: str
    detail: str


@dataclass
class Listed:
    """A pair in the list: who, how sure, why."""

    one: Side
    other: Side
    score: int
    certain: bool
    reasons: list[str]


@dataclass
class Search:
    """The list of a table: its pairs, whether there are more, and how the last search stands."""

    pairs: list[Listed]
    more: bool
    state: str
    done: int
    total: int
    at: str
    job_id: int = 0


def listed(act: Act, entity: str, page: int = 1) -> Search:
    """The pairs that a search found, the surest first: both there still, both the asker's to read, not set apart."""
    if entity not in MATCHED:
        raise NotFound
    job = last_search(act.session, entity)
    found = _pairs(act, entity, (max(1, page) - 1) * PAGE)
    hidden = hidden_from(act.who.conventions, MATCHED[entity])
    rules = told_to(act.who, rules_of(act.session, entity)[entity], entity, entity) if hidden else []
    ids = {i for p in found for i in (p.record_id, p.other_id)}
    known = read(act.session.connection(), entity, ids, rules, hidden=hidden)
    locale = act.who.conventions.locale

    def side(record_id: int) -> Side:
        return Side(record_id, name_of(known[record_id]), detail_of(known[record_id]))

    pairs = []
    for p in found[:PAGE]:
        if p.record_id not in known or p.other_id not in known:
            continue
        score, certain, reasons = p.score, p.certain, p.reasons
        if hidden:  # judged anew by what the asker may see of them
            score, certain, reasons = judge(rules, known[p.record_id], known[p.other_id])
        if score >= LISTED_FROM:
            told = [gettext(locale, reason) for reason in reasons]
            pairs.append(Listed(side(p.other_id), side(p.record_id), score, certain, told))
    at = job.finished_on.isoformat() if job and job.finished_on else ""
    state = job.state if job else ""
    running = state == JobState.RUNNING.value
    return Search(
        pairs,
        len(found) > PAGE,
        state,
        job.done if job and running else 0,
        job.total if job and running else 0,
        at,
        job.id or 0 if job else 0,
    )


def _pairs(act: Act, entity: str, offset: int) -> Sequence[DuplicatePair]:
    table, row, apart = MATCHED[entity], DuplicatePair, NotDuplicate
    one, two = (aliased(cast(Any, table), name=name) for name in ("one", "two"))
    readable = select(cast(Any, table).id).where(visible(act.who, table))
    set_apart = select(apart.at).where(  # type: ignore[call-overload]
        col(apart.entity) == entity,
        col(apart.other_entity) == entity,
        or_(
            and_(col(apart.record_id) == col(row.record_id), col(apart.other_id) == col(row.other_id)),
            and_(col(apart.record_id) == col(row.other_id), col(apart.other_id) == col(row.record_id)),
        ),
    )
    wanted = (
        select(row)
        .join(one, one.id == col(row.record_id))
        .join(two, two.id == col(row.other_id))
        .where(
            col(row.entity) == entity,
            one.deleted_on.is_(None),
            two.deleted_on.is_(None),
            ~set_apart.exists(),
        )
        .order_by(col(row.score).desc(), col(row.record_id).desc(), col(row.other_id).desc())
        .offset(offset)
        .limit(PAGE + 1)
    )
    if not act.who.holds(Privilege.READ, entity):
        return []
    if not reach_of(act.who, table).everywhere:
        wanted = wanted.where(col(row.record_id).in_(readable), col(row.other_id).in_(readable))
    return act.session.scalars(wanted).all()
