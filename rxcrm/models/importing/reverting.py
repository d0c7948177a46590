"""Everything that an import wrote is taken back: what it updated holds again what it held, what it created goes (S R6.5).

An undo asks for it, and an import that was cancelled or has failed. It is done bit by bit; how far it is stands with the
run, in the transaction of each bit, so that whoever comes next goes on there and nothing is counted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from sqlmodel import Session, col, select

from rxcrm.models import customers, db, history, records
from rxcrm.models.access import Privilege
from rxcrm.models.acting import act_as
from rxcrm.models.base import Record
from rxcrm.models.connections import upkeep
from rxcrm.models.fields import fields_of, raw
from rxcrm.models.history import Event
from rxcrm.models.importing import edited, writing
from rxcrm.models.importing.books import ImportChange, ImportRun, RunStatus
from rxcrm.models.importing.claims import Interrupted, hold
from rxcrm.models.journal import pack, unpack
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.tables import RECORDS, record_table

#: Among the values of a run: what was edited since goes too; how far the taking back is.
ALSO, REACHED = "also", "reached"
#: First the updates are set back, then the created records go, table by table.
_PARTS = ("", *edited.ORDER)


@dataclass
class Reached:
    """How far it is: the part, the last change or record of it, how many were looked at, how many stay, the first of these."""

    part: int = 0
    at: int = LARGEST_ID - 1
    done: int = 0
    kept: int = 0
    which: list[list[Any]] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        return self.part >= len(_PARTS)

    def count(self, looked_at: int, kept: Sequence[tuple[str, int]]) -> None:
        """Enter what a bit came to."""
        self.done, self.kept = self.done + looked_at, self.kept + len(kept)
        self.which += [[entity, record_id] for entity, record_id in kept[: edited.LISTED - len(self.which)]]


def take_back(
    run_id: int,
    runner: str,
    status: RunStatus,
    progress: Callable[[int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Reached:
    """Take back what a claimed run wrote, from where it was left. `progress` hears how many records were looked at.

    Raises Superseded if somebody else has claimed the run, Interrupted if `stop` said so; both leave the rest to others.
    """
    while True:
        if stop and stop():
            raise Interrupted
        reached = db.transact(_bit, run_id, runner, status)
        if progress:
            progress(reached.done)
        if reached.ended:
            return reached


def _bit(session: Session, run_id: int, runner: str, status: RunStatus) -> Reached:
    """One short transaction of it."""
    hold(session, run_id, runner, status)
    run = session.get_one(ImportRun, run_id)
    reached = Reached(**run.values.get(REACHED, {}))
    if not reached.ended:
        act = act_as(session, run.undone_by_id or run.created_by_id, db.now())
        if not (_take_away if _PARTS[reached.part] else _set_back_some)(act, run, reached):
            reached.part, reached.at = reached.part + 1, 0
        run.values = {**run.values, REACHED: asdict(reached)}
    return reached


def _take_away(act: Act, run: ImportRun, reached: Reached) -> bool:
    """Remove some of the records that the import made; False if there are none left in this table."""
    entity, run_id = _PARTS[reached.part], run.id or 0
    table = RECORDS[entity]
    ids = edited.next_ids(act.session, table, run_id, reached.at)
    if not ids:
        return False
    used = edited.used(act.session, table, run_id, ids, gone=True)
    writing.remove(act.session, table, [i for i in ids if i not in used])
    binned = set()
    if run.values.get(ALSO) and used:
        for row in act.session.scalars(select(table).where(cast(Any, table).id.in_(used))):
            if act.may(Privilege.WRITE, row):
                records.bin(act, row)
                binned.add(row.id)
    reached.at = ids[-1]
    reached.count(len(ids), [(entity, i) for i in sorted(used - binned)])
    return True


def _set_back_some(act: Act, run: ImportRun, reached: Reached) -> bool:
    """Set some records back, the last update first; False if none is left.

    Changes of records that the import had made itself are left: these records go. Whoever undoes an import changes only
    what he may change; what an import that did not come to its end wrote goes in any case.
    """
    asked = select(ImportChange).where(ImportChange.run_id == run.id, col(ImportChange.id) < reached.at)
    changes = list(act.session.scalars(asked.order_by(col(ImportChange.id).desc()).limit(edited.AT_ONCE)))
    if not changes:
        return False
    undoing, also = run.status == RunStatus.UNDOING.value, bool(run.values.get(ALSO))
    rows = _rows(act.session, changes)
    kept: list[tuple[str, int]] = []
    told: list[tuple[Record, list[list[str]]]] = []
    for change in changes:
        row = rows.get((change.entity, change.record_id))
        if row is not None and row.import_id == run.id:
            continue
        if row is not None and not (
            (not undoing or act.may(Privilege.WRITE, row)) and _set_back(act, row, change, also, told)
        ):
            kept.append((change.entity, change.record_id))
        act.session.delete(change)
    upkeep.saved_many(act, told)
    reached.at = changes[-1].id or 0
    reached.count(len(changes), kept)
    return True


def _rows(session: Session, changes: Sequence[ImportChange]) -> dict[tuple[str, int], Record]:
    """The records of these changes, locked so that nobody changes them meanwhile."""
    found: dict[tuple[str, int], Record] = {}
    for entity in {change.entity for change in changes}:
        table = record_table(entity)
        ids = sorted({change.record_id for change in changes if change.entity == entity})
        asked = select(table).where(cast(Any, table).id.in_(ids)).order_by(cast(Any, table).id)
        found |= {(entity, row.id or 0): row for row in session.scalars(asked.with_for_update())}
    return found


def _set_back(
    act: Act,
    row: Record,
    change: ImportChange,
    also_edited: bool,
    changed: list[tuple[Record, list[list[str]]]],
) -> bool:
    """Set the fields back that still hold what the import wrote; says whether nothing newer was kept.

    Adds the record to the `changed` ones, whose connections are to follow.
    """
    known, told, whole = fields_of(type(row)), [], True
    for name, (before, after) in change.before.items():
        now = pack(getattr(row, name))
        if now != after and not also_edited:
            whole = False
        elif now != before:
            old, new = getattr(row, name), unpack(before)
            setattr(row, name, new)
            if name in known:
                told.append([name, raw(old), raw(new)])
    if "owner_user_id" in change.before:
        owner = records.owner_of(act.session, row)
        records.own(row, owner)
    row.modified_on, row.modified_by_id = act.now, act.who.id
    customers.settle(act.session, row)
    row.refresh_keys()
    act.session.flush()
    if told:
        named = records.with_names(act, row, told)
        history.record(act.session, row, Event.CHANGED, by=act.who.id, now=act.now, changes=named)
        changed.append((row, told))
    act.changed(row.entity, row.id)
    return whole
