"""Batches of checked rows → the tables, as fast as the database takes them; and away again (issue part 8).

The rows are what `rxcrm.models.records.create` would have written: same keys, owner, process, history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, insert, literal, select, update
from sqlmodel import Session, col

from rxcrm.models import matching, process
from rxcrm.models.access import Who
from rxcrm.models.base import Record
from rxcrm.models.connections import upkeep
from rxcrm.models.history import Event, History
from rxcrm.models.importing.books import Books, ImportProblem, ImportRun, RejectedRow
from rxcrm.models.importing.checking import Checked, Problem
from rxcrm.models.lead import Lead
from rxcrm.models.matching.upkeep import rows_written
from rxcrm.models.people import Share
from rxcrm.models.process import ProcessInstance, ProcessStatus, StageLog
from rxcrm.models.stages import LEAD_TO_OPPORTUNITY

BATCH = 1000


class _Draft:
    """A row on its way into a table: plain attributes, with the table's own code for its keys."""


def draft_of(table: type[Record]) -> type[_Draft]:
    """A light stand-in for a record: its properties and `refresh_keys`, without the cost of a mapped object."""
    shared: dict[str, Any] = {}
    for base in reversed(table.__mro__):
        if base.__module__.startswith("rxcrm.models"):
            shared |= {n: v for n, v in vars(base).items() if isinstance(v, property) or n == "refresh_keys"}
    return type(f"{table.__name__}Draft", (_Draft,), shared)


@dataclass(frozen=True)
class Writer:
    """Writes the rows of one run into one table."""

    table: type[Record]
    run_id: int
    user_id: int
    draft: type[_Draft]
    defaults: dict[str, Any]

    @classmethod
    def of(cls, table: type[Record], run_id: int, who: Who) -> Writer:
        """A writer whose rows begin with what a new record of this user begins with."""
        empty = cast(Any, table)()
        columns = cast(Any, table).__table__.columns
        defaults = {
            c.name: getattr(empty, c.name) for c in columns if c.name not in ("id", "created_on", "modified_on")
        }
        defaults |= {"import_id": run_id, "created_by_id": who.id, "modified_by_id": who.id}
        if "currency" in defaults:
            defaults["currency"] = who.conventions.currency
        return cls(table, run_id, who.id, draft_of(table), defaults)

    def rows(self, checked: Sequence[Checked], now: datetime) -> list[dict[str, Any]]:
        """What goes into the table, keys included."""
        made = []
        for row in checked:
            draft = self.draft()
            draft.__dict__ = self.defaults | (row.values or {})
            values = draft.__dict__
            values["created_on"] = values["modified_on"] = now
            values["recorded_on"] = row.recorded_on
            values["owner_user_id"], values["unit_id"] = row.owner.user_id, row.owner.unit_id
            values["owner_key"] = row.owner.key
            cast(Any, draft).refresh_keys()
            made.append(values)
        return made

    def write(
        self,
        session: Session,
        accepted: Sequence[Checked],
        problems: Sequence[Problem],
        rejected: Sequence[Checked],
        now: datetime,
    ) -> None:
        """One batch into every table that it concerns. The caller commits."""
        if accepted:
            self._write_records(session, accepted, now)
        if problems:
            session.execute(insert(ImportProblem), [{"run_id": self.run_id, **_storable(vars(p))} for p in problems])
        if rejected:
            found = [{"run_id": self.run_id, "row": r.number, "cells": list(map(_storable, r.cells))} for r in rejected]
            session.execute(insert(RejectedRow), found)

    def _write_records(self, session: Session, accepted: Sequence[Checked], now: datetime) -> None:
        columns = cast(Any, self.table)
        last = session.execute(_last_id(columns, self.run_id)).scalar() or 0
        rows = self.rows(accepted, now)
        session.connection().execute(insert(columns.__table__), rows)
        # Ids come back by the index on import_id, in the order of writing: cheaper than RETURNING on ninety columns.
        new = (columns.import_id == self.run_id) & (columns.id > last)
        ids = session.execute(select(columns.id).where(new).order_by(columns.id)).scalars().all()
        assert len(ids) == len(accepted)
        pairs = zip(ids, rows, strict=True)
        rows_written(session.connection(), self.table.entity, pairs, [row.keys for row in accepted])
        entry = {
            "entity": self.table.entity,
            "version": 1,
            "event": Event.IMPORTED.value,
            "by_id": self.user_id,
            "at": now,
            "changes": [],
        }
        entries = [{**entry, "record_id": i, "remark": row.remark} for i, row in zip(ids, accepted, strict=True)]
        session.connection().execute(insert(cast(Any, History).__table__), entries)
        if self.table is Lead:
            _begin_processes(session, self.run_id, ids, accepted, now)
            upkeep.imported(session, _decided(ids, accepted), by=self.user_id, now=now)


def _decided(ids: Sequence[int], accepted: Sequence[Checked]) -> list[int]:
    """The leads that came with an existing contact and an identified decision maker (S R5.4)."""
    both = ("existing_contact_id", "decision_maker")
    return [i for i, row in zip(ids, accepted, strict=True) if row.values and all(row.values.get(n) for n in both)]


def _storable(value: Any) -> Any:
    """Text without zeros, which PostgreSQL cannot hold; plain text instead of its kinds."""
    if isinstance(value, dict):
        return {name: _storable(part) for name, part in value.items()}
    return str(value).replace("\x00", "") if isinstance(value, str) else value


def _last_id(columns: Any, run_id: int) -> Any:
    return select(columns.id).where(columns.import_id == run_id).order_by(columns.id.desc()).limit(1)


def _begin_processes(
    session: Session, run_id: int, ids: Sequence[int], accepted: Sequence[Checked], now: datetime
) -> None:
    """What `process.begin` does, for many leads at once."""
    first = LEAD_TO_OPPORTUNITY.stages[0].key
    begun = {
        "process": LEAD_TO_OPPORTUNITY.key,
        "stage": first,
        "stage_entered_on": now,
        "path": first,
        "status": ProcessStatus.ACTIVE.value,
        "started_on": now,
    }
    names = [
        f"{v.get('first_name', '')} {v.get('last_name', '')}".strip()[:160] for v in (r.values or {} for r in accepted)
    ]
    rows = [{**begun, "lead_id": i, "name": name} for i, name in zip(ids, names, strict=True)]
    session.connection().execute(insert(cast(Any, ProcessInstance).__table__), rows)
    # Others may save leads between ours on PostgreSQL: the run's number tells ours apart.
    ours = select(col(Lead.id)).where(col(Lead.import_id) == run_id, col(Lead.id).between(ids[0], ids[-1]))
    stays = select(col(ProcessInstance.id), literal(first), col(ProcessInstance.stage_entered_on)).where(
        col(ProcessInstance.lead_id).in_(ours)
    )
    session.execute(insert(StageLog).from_select(["instance_id", "stage", "entered_on"], stays))


def count(session: Session, run_id: int, books: Books, now: datetime) -> None:
    """Write the books so far; also a sign of life."""
    figures = {n: getattr(books, n) for n in ("rows", "accepted", "warned", "rejected", "blank")}
    session.execute(update(ImportRun).where(col(ImportRun.id) == run_id).values(beat_on=now, **figures))


def remove_some(session: Session, table: type[Record], run_id: int, most: int = BATCH) -> int:
    """Remove records that a run wrote, with all that hangs on them; returns how many, 0 when none is left."""
    columns = cast(Any, table)
    ids = list(session.execute(select(columns.id).where(columns.import_id == run_id).limit(most)).scalars())
    if ids:
        if table is Lead:
            process.forget(session, "lead", ids)
        for other in (History, Share):
            named = cast(Any, other)
            session.execute(delete(other).where(named.entity == table.entity, named.record_id.in_(ids)))
        upkeep.forget(session, table.entity, ids)
        matching.forget(session, table.entity, ids)
        session.execute(delete(table).where(columns.id.in_(ids)))
    return len(ids)


def forget_books(session: Session, run_id: int) -> None:
    """Remove a run's problems and rejected rows: its records are gone."""
    session.execute(delete(ImportProblem).where(col(ImportProblem.run_id) == run_id))
    session.execute(delete(RejectedRow).where(col(RejectedRow.run_id) == run_id))
