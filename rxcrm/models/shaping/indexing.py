"""Indexes on custom fields that are often filtered by: made and dropped by a job, the only DDL at run time (S 13.10)."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, text
from sqlmodel import Session, select

from rxcrm.models import db, jobs
from rxcrm.models.custom import is_custom
from rxcrm.models.fields import TEXTUAL, Kind
from rxcrm.models.filters.values import plain_of, value_of
from rxcrm.models.job import Job
from rxcrm.models.shaping.tables import CustomField, described
from rxcrm.models.tables import record_table
from rxcrm.translation import N_

log = logging.getLogger("rxcrm")
KIND = "custom index"


def ask(session: Session, row: CustomField, now: datetime, by: int | None = None) -> None:
    """Let a job bring the index of a field in line with what it is now: there, or gone."""
    payload = {"entity": row.entity, "name": row.name}
    jobs.enqueue(session, KIND, payload, now=now, key=f"{row.entity}.{row.name}", by=by)


@jobs.handler(KIND, N_("Index of a custom field"))
async def _handle(job: Job) -> None:
    entity, name = str(job.payload["entity"]), str(job.payload["name"])
    wanted = await db.look(_is_wanted, entity, name)
    await db.look(settle, entity, name, wanted)


def _is_wanted(session: Session, entity: str, name: str) -> bool:
    row = _row(session, entity, name)
    return row is not None and row.filterable and row.deleted_on is None


def _row(session: Session, entity: str, name: str) -> CustomField | None:
    return session.exec(select(CustomField).where(CustomField.entity == entity, CustomField.name == name)).first()


def name_of(entity: str, name: str) -> str:
    """The name of a field's index; databases bound its length."""
    return f"ix_custom_{entity}_{name}"[:63]


def settle(session: Session, entity: str, name: str, wanted: bool) -> None:
    """Make or drop the index of a field. Twice is harmless; one that an earlier try left broken is made anew."""
    assert is_custom(name)
    connection = session.connection()
    index = name_of(entity, name)
    if connection.dialect.name == "postgresql":
        valid = connection.scalar(
            text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"), {"name": index}
        )
        if valid is False or not wanted:
            connection.execute(text(f"DROP INDEX CONCURRENTLY IF EXISTS {index}"))
    elif not wanted:
        connection.execute(text(f"DROP INDEX IF EXISTS {index}"))
    row = _row(session, entity, name)
    if wanted and row is not None:
        _create(connection, row, index)
        log.info("made the index %s", index)


def _create(connection: Connection, row: CustomField, name: str) -> None:
    table = cast(Any, record_table(row.entity)).__table__
    spec = described(row, None)
    held = plain_of(table.c, spec) if spec.kind in TEXTUAL else value_of(table.c, spec)
    if spec.kind is Kind.MEMO:
        return  # too long for an index, and never looked for as a whole
    flat = {"literal_binds": True, "include_table": False}
    expression = held.compile(dialect=connection.dialect, compile_kwargs=flat)
    concurrently = "CONCURRENTLY " if connection.dialect.name == "postgresql" else ""
    quoted = connection.dialect.identifier_preparer.quote(table.name)
    connection.exec_driver_sql(
        f"CREATE INDEX {concurrently}IF NOT EXISTS {name} ON {quoted} (({expression}), id) WHERE deleted_on IS NULL"
    )
