"""Batches of checked rows → the tables, as fast as the database takes them; and away again (issue part 8).

The rows are what `rxcrm.models.records.create` would have written, and for activities `rxcrm.models.timeline.writing`:
same keys, owner, process, parties, history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import case, delete, func, insert, select
from sqlmodel import Session, col

from rxcrm.models import records, reminders
from rxcrm.models.access import Who
from rxcrm.models.activity import Activity
from rxcrm.models.assignment import routing
from rxcrm.models.base import Record
from rxcrm.models.connection import Connection
from rxcrm.models.connections import upkeep
from rxcrm.models.contact import Contact
from rxcrm.models.custom import gathered, is_custom
from rxcrm.models.fields import defaults_of, raw
from rxcrm.models.history import Event, History
from rxcrm.models.importing import bulk, deals, making, partaking
from rxcrm.models.importing.books import ImportProblem, RejectedRow
from rxcrm.models.importing.checked import Checked
from rxcrm.models.job import Job, JobState
from rxcrm.models.lead import Lead
from rxcrm.models.matching.upkeep import rows_written
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.process import ProcessInstance, ProcessStatus, StageLog, reached
from rxcrm.models.scoring import keeping
from rxcrm.models.stages import FIRST, Process, first_for

#: Entries of the history that one statement removes.
AT_ONCE = 1_000


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
    """Writes the rows of one run into one table, and the records that their look-ups are to make."""

    table: type[Record]
    run_id: int
    who: Who
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
        defaults = gathered(table.entity, defaults | defaults_of(table))
        return cls(table, run_id, who, draft_of(table), defaults)

    def drafts(self, checked: Sequence[Checked], now: datetime, customers: Mapping[str, str]) -> list[Any]:
        """What goes into the table, keys included; their attributes are the columns."""
        made = []
        for row in checked:
            draft = self.draft()
            draft.__dict__ = self.defaults | (row.values or {})
            values = draft.__dict__
            values["created_on"] = values["modified_on"] = now
            values["recorded_on"] = row.recorded_on
            values["owner_user_id"], values["unit_id"] = row.owner.user_id, row.owner.unit_id
            values["owner_key"] = row.owner.key
            if row.closed:
                values["status"], values["status_reason"] = row.closed
                if "closed_on" in values:
                    values["closed_on"] = values["closed_on"] or now
            if self.table is Opportunity:
                deals.shape(values, customers, self.who.conventions, now)
            elif self.table is Activity:
                partaking.shape(values, bool(row.closed))
            if any(map(is_custom, row.values or ())):
                draft.__dict__ = gathered(self.table.entity, values)
            cast(Any, draft).refresh_keys()
            made.append(draft)
        return made

    def write(self, session: Session, accepted: Sequence[Checked], now: datetime) -> None:
        """One batch into every table that it concerns; `made` of each row is its record then. The caller commits."""
        self.settle(session, accepted, now)
        self.create(session, accepted, now)

    def settle(self, session: Session, rows: Sequence[Checked], now: datetime) -> None:
        """Make the records that look-ups of these rows name and that are not there, each once in a run; put in their ids."""
        making.settle(session, rows, self.run_id, self.who, lambda table: Writer.of(table, self.run_id, self.who), now)

    def create(self, session: Session, accepted: Sequence[Checked], now: datetime) -> list[int]:
        """Write new records, whose look-ups are settled, with all that hangs on them; returns their ids in that order."""
        columns = cast(Any, self.table)
        parties = partaking.gather(session, self.who, accepted) if self.table is Activity else []
        names = deals.customer_keys(session, accepted) if self.table is Opportunity else {}
        # Ours come behind the last id of all; others may save records between them, so the run's number tells ours apart.
        last = session.execute(select(func.max(columns.id))).scalar() or 0
        drafts = self.drafts(accepted, now, names)
        bulk.write(session, self.table, [vars(draft) for draft in drafts])
        new = (columns.import_id == self.run_id) & (columns.id > last)
        ids = list(session.execute(select(columns.id).where(new).order_by(columns.id)).scalars())
        assert len(ids) == len(accepted)
        for row, record_id in zip(accepted, ids, strict=True):
            row.made = record_id
        pairs = zip(ids, map(vars, drafts), strict=True)
        rows_written(session.connection(), self.table.entity, pairs, [row.keys for row in accepted])
        keeping.written(session, self.table.entity, ids, now)
        self._tell(session, ids, accepted, drafts, now)
        if self.table is Lead:
            ownerless = [i for i, row in zip(ids, accepted, strict=True) if row.ownerless]
            routing.imported(records.Act(session, self.who, now), ownerless)
        if self.table.entity in FIRST:
            flow = first_for(self.table.entity, self.who.roles)
            _begin_processes(session, flow, self.table, self.run_id, ids, drafts, now)
        if self.table in (Lead, Opportunity):
            upkeep.imported(session, self.table.entity, _decided(ids, accepted), by=self.who.id, now=now)
        elif self.table is Activity:
            partaking.write(session, zip(drafts, ids, parties, strict=True), now)
        return ids

    def _tell(
        self, session: Session, ids: Sequence[int], accepted: Sequence[Checked], drafts: Sequence[Any], now: datetime
    ) -> None:
        """One entry for each record: imported, and closed where it came in so."""
        entry = {
            "entity": self.table.entity,
            "version": 1,
            "event": Event.IMPORTED.value,
            "by_id": self.who.id,
            "at": now,
        }
        entries = [
            {**entry, "record_id": i, "remark": row.remark, "changes": self._closing(draft) if row.closed else []}
            for i, row, draft in zip(ids, accepted, drafts, strict=True)
        ]
        bulk.write(session, History, entries)

    def _closing(self, draft: Any) -> list[list[str]]:
        """How a record differs from the open one that it would have been otherwise."""
        names = ("status", "status_reason")
        pairs = ((name, self.defaults[name], getattr(draft, name)) for name in names)
        return [[name, raw(was), raw(now)] for name, was, now in pairs if was != now]


def _decided(ids: Sequence[int], accepted: Sequence[Checked]) -> list[int]:
    """The records that came with a contact who decides: leads that say so, opportunities in any case (R5.4, R5.5)."""
    found = []
    for i, row in zip(ids, accepted, strict=True):
        values = row.values or {}
        if values.get("contact_id") or (values.get("existing_contact_id") and values.get("decision_maker")):
            found.append(i)
    return found


def _begin_processes(
    session: Session,
    flow: Process,
    table: type[Record],
    run_id: int,
    ids: Sequence[int],
    drafts: Sequence[Any],
    now: datetime,
) -> None:
    """What `process.begin` does, for many records at once; closing an opportunity ends its stay (rxcrm.models.closing)."""
    named = f"{table.entity}_id"
    begun = {"process": flow.key, "stage_entered_on": now, "status": ProcessStatus.ACTIVE.value, "started_on": now}
    begun["current"] = True
    stages: dict[int, dict[str, str]] = {}
    rows = []
    for record_id, draft in zip(ids, drafts, strict=True):
        at = (draft.sales_stage or 0) if table is Opportunity else 0
        if at not in stages:
            travelled = [stage.key for stage in reached(flow, at)]
            stages[at] = {"stage": travelled[-1], "path": ",".join(travelled)}
        rows.append({**begun, **stages[at], named: record_id, "name": draft.display_name[:200]})
    bulk.write(session, ProcessInstance, rows)
    columns, instance = cast(Any, table), cast(Any, ProcessInstance)
    left = case((columns.status != 0, now), else_=None) if table is Opportunity else None
    ours = (columns.import_id == run_id, columns.id.between(ids[0], ids[-1]))
    stays = select(instance.id, instance.stage, instance.stage_entered_on)
    into = ["instance_id", "stage", "entered_on"]
    if left is not None:
        stays, into = stays.add_columns(left), [*into, "left_on"]
    stays = stays.join(table, columns.id == getattr(instance, named)).where(*ours).order_by(instance.id)
    session.execute(insert(StageLog).from_select(into, stays))


# -- away again ------------------------------------------------------------------------------------------------------


def remove(session: Session, table: type[Record], ids: Sequence[int]) -> None:
    """Remove records for good, with all that hangs on them; what points to them is left without."""
    if not ids:
        return
    if table is Activity:
        called_off = (col(Job.kind) == reminders.KIND, col(Job.key).in_([str(i) for i in ids]))
        waiting = col(Job.state).in_([JobState.WAITING.value])
        session.execute(delete(Job).where(*called_off, waiting))
    _forget_connecting(session, table.entity, ids)
    records.remove(session, table, table.entity, list(ids))


def _forget_connecting(session: Session, entity: str, ids: Sequence[int]) -> None:
    """Remove from the histories of contacts that they became stakeholders of records about to go."""
    link, entry = cast(Any, Connection), cast(Any, History)
    contacts = select(link.other_id).where(
        link.entity == entity, link.record_id.in_(ids), link.other_entity == Contact.entity
    )
    told = select(entry.id, entry.changes).where(
        entry.entity == Contact.entity, entry.record_id.in_(contacts), entry.event == Event.CONNECTED.value
    )
    about = {f"{entity}:{i}" for i in ids}
    gone = [entry_id for entry_id, changes in session.execute(told) if changes and changes[0][1] in about]
    for at in range(0, len(gone), AT_ONCE):
        session.execute(delete(History).where(entry.id.in_(gone[at : at + AT_ONCE])))


def forget_books(session: Session, run_id: int) -> None:
    """Remove a run's problems and rejected rows: its records are gone."""
    session.execute(delete(ImportProblem).where(col(ImportProblem.run_id) == run_id))
    session.execute(delete(RejectedRow).where(col(RejectedRow.run_id) == run_id))
