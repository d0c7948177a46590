"""What records are found by, gathered anew after administrators chose other find columns: a job, batch by batch (S R9.3).

Until it has reached a record, that one is still found by what it was found by before; nothing waits for it.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session

from rxcrm.models import configuration, db, jobs
from rxcrm.models.found_by import text_of
from rxcrm.models.job import Job
from rxcrm.models.records import Act
from rxcrm.models.tables import RECORDS
from rxcrm.translation import N_

KIND = "search"
#: Records of one transaction: others write between two batches.
BATCH = 1_000


def ask(act: Act, entity: str) -> Job:
    """Let a job gather anew what the records of a table are found by; of several for one table the last one counts."""
    return jobs.enqueue(act.session, KIND, {"entity": entity}, now=act.now, key=entity, by=act.who.id)


@jobs.handler(KIND, N_("Search by other columns"))
async def _handle(job: Job) -> None:
    entity = str(job.payload["entity"])
    total = await db.look(_last_id, entity)
    after = 0
    while after < total:
        after = await db.run(gather, entity, after) or total
        await jobs.report(job, min(after, total), total)


def _last_id(session: Session, entity: str) -> int:
    return session.scalar(select(func.max(cast(Any, RECORDS[entity]).id))) or 0


def gather(session: Session, entity: str, after: int = 0) -> int:
    """Gather the words of the next records behind an id anew; returns the id of the last one, 0 if there was none.

    Only the words are written: nobody has changed the records, which keep their version and their day.
    """
    configuration.refresh(session)  # whoever changes it again while this runs is heard from the next batch on
    table = cast(Any, RECORDS[entity])
    columns = table.__table__.c
    rows = session.scalars(
        select(table).where(table.id > after).order_by(table.id).limit(BATCH).with_for_update()
    ).all()
    told = [{"row": row.id, "words": words} for row in rows if (words := text_of(row, entity)) != row.search_text]
    if told:
        statement = update(table.__table__).where(columns.id == bindparam("row")).values(search_text=bindparam("words"))
        session.connection().execute(statement, told)
    session.expunge_all()
    return rows[-1].id if rows else 0
