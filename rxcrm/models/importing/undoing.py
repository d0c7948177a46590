"""Taking back what an import wrote: because it was cancelled or failed, or within 30 days because somebody asks for it (S R6.5).

Records that it created go; records that it updated hold again what they held before. What people changed or attached
since is listed, and kept unless they say otherwise.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import delete, func
from sqlmodel import Session, col, or_, select

from rxcrm.models import customers, db, history, jobs, notifying, records
from rxcrm.models.access import Privilege
from rxcrm.models.activity import Activity, Party
from rxcrm.models.base import Record
from rxcrm.models.connections import upkeep
from rxcrm.models.errors import NotAllowed
from rxcrm.models.fields import fields_of, raw
from rxcrm.models.history import Event, History
from rxcrm.models.importing import linking, writing
from rxcrm.models.importing.books import ImportChange, ImportRun, RunStatus
from rxcrm.models.importing.files import discard, sweep
from rxcrm.models.job import Job, JobState
from rxcrm.models.journal import pack, unpack
from rxcrm.models.people import User, organisation
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.tables import RECORDS, record_table
from rxcrm.translation import N_

#: How long an import can be undone.
LIFE = timedelta(days=30)
#: Records that are taken back in one transaction, and edited ones that are listed.
AT_ONCE, LISTED = 500, 200
KIND = "import_undo"
#: No change has so large an id.
LAST = LARGEST_ID - 1
#: A run without a job (the command line) that has not shown itself for so long has no process any more.
SILENCE = timedelta(minutes=10)
#: Records that point to others go first.
_ORDER = ("activity", "opportunity", "lead", "contact", "account")

TOO_LATE = N_("An import can be undone for %(days)s days; this one is older.")
#: Among the values of a run that is being taken back: the status that it ends with.
ENDS = "ends"
NOT_DONE = N_("Only an import that is complete can be undone.")
NOT_YOURS = N_("Only %(name)s or an administrator can undo this import.")
UNDONE = N_("The import of %(name)s was undone.")
KEPT = N_("%(count)s records that were used or changed since were kept.")
CRASHED = N_("The server stopped during this import. Nothing of it was kept; upload the file again.")

Progress = Callable[[int, int], None]


class Superseded(Exception):
    """Somebody else carries this run out by now."""


@dataclass
class Edited:
    """A record of the import that somebody used or changed since; `made` by the import, or updated by it."""

    entity: str
    id: int
    name: str
    path: str
    made: bool
    who: str
    at: str


@dataclass
class UndoView:
    """What undoing would do: records to remove, records to set back, those that were edited since; until when (ISO)."""

    created: int
    updated: int
    edited: list[Edited] = field(default_factory=list)
    more: bool = False
    until: str = ""
    why_not: str = ""
    values: dict[str, Any] = field(default_factory=dict)


# -- asking ----------------------------------------------------------------------------------------------------------


def undo_view(act: Act, run: ImportRun) -> UndoView:
    """What undoing an import would do; `why_not` is the message of why it cannot be."""
    until = (run.finished_on or run.created_on) + LIFE
    try:
        require(act, run)
    except NotAllowed as refusal:
        return UndoView(0, 0, until=until.isoformat(), why_not=refusal.message, values=dict(refusal.values))
    created = sum(
        act.session.scalar(select(func.count()).select_from(t).where(_made(t, run.id or 0))) or 0
        for t in RECORDS.values()
    )
    updated = act.session.scalar(
        select(func.count(func.distinct(ImportChange.record_id))).where(ImportChange.run_id == run.id)
    )
    edited = _edited(act, run.id or 0)
    return UndoView(created, updated or 0, edited[:LISTED], len(edited) > LISTED, until.isoformat())


def require(act: Act, run: ImportRun) -> None:
    """Raises NotAllowed where an import cannot be undone (any more), or not by this user."""
    if run.status != RunStatus.DONE.value:
        raise NotAllowed(NOT_DONE)
    if (run.finished_on or run.created_on) + LIFE < act.now:
        raise NotAllowed(TOO_LATE, days=LIFE.days)
    if run.created_by_id != act.who.id and not act.who.administrator:
        raise NotAllowed(NOT_YOURS, name=act.session.get_one(User, run.created_by_id).name)


def _made(table: type[Record], run_id: int) -> Any:
    columns = cast(Any, table)
    return (columns.import_id == run_id) & columns.deleted_on.is_(None)


def _edited(act: Act, run_id: int) -> list[Edited]:
    """Records of the import that were used or changed since, as many as are listed and one more."""
    found: list[Edited] = []
    for entity in _ORDER:
        table = RECORDS[entity]
        after = 0
        while len(found) <= LISTED and (ids := _next(act.session, table, run_id, after)):
            used = _used(act.session, table, run_id, ids, gone=False)
            found += [e for i in sorted(used) if (e := _described(act, table, i, made=True))]
            after = ids[-1]
    changes = select(ImportChange).where(ImportChange.run_id == run_id).order_by(col(ImportChange.id))
    for change in act.session.scalars(changes):
        if len(found) > LISTED:
            break
        table = record_table(change.entity)
        row = act.session.get(table, change.record_id)
        if row and row.deleted_on is None and row.import_id != run_id and _changed_since(row, change):
            found += [e for e in [_described(act, table, change.record_id, made=False)] if e]
    return found


def _changed_since(row: Record, change: ImportChange) -> bool:
    return any(pack(getattr(row, name)) != after for name, (_, after) in change.before.items())


def _described(act: Act, table: type[Record], record_id: int, made: bool) -> Edited | None:
    row = act.session.get(table, record_id)
    if row is None:
        return None
    name = records.name_of(act, table.entity, record_id)
    user = act.session.get(User, row.modified_by_id) if row.modified_by_id else None
    path = f"{table.path}/{record_id}" if name else ""
    who = user.name if user else ""
    return Edited(table.entity, record_id, name or "…", path, made, who, row.modified_on.isoformat())


def _next(session: Session, table: type[Record], run_id: int, after: int) -> list[int]:
    columns = cast(Any, table)
    wanted = select(columns.id).where(columns.import_id == run_id, columns.id > after).order_by(columns.id)
    return list(session.scalars(wanted.limit(AT_ONCE)))


def _used(
    session: Session,
    table: type[Record],
    run_id: int,
    ids: Sequence[int],
    *,
    gone: bool,
    seen: frozenset[int] = frozenset(),
) -> set[int]:
    """Which of these records people have used since: changed, connected, written about, or pointed to.

    With `gone`, which says that the records of other tables that the import made went before, whatever still points counts;
    of their own table what stays. `seen` are asked about farther up.
    """
    columns, entity = cast(Any, table), table.entity
    own_versions = _versions(session, run_id, entity, ids)
    held = session.execute(select(columns.id, columns.version).where(columns.id.in_(ids)))
    used = {i for i, version in held if version > max(own_versions.get(i, {1}))}
    entry = cast(Any, History)
    # Whom the import itself made a stakeholder it told as well.
    ended = session.get_one(ImportRun, run_id).finished_on or db.now()
    connecting = (entry.event == Event.CONNECTED.value) & (entry.at <= ended)
    heard = select(entry.record_id, entry.event, entry.version).where(
        entry.entity == entity, entry.record_id.in_(ids), entry.event != Event.IMPORTED.value, ~connecting
    )
    own_events = (Event.CHANGED.value, Event.ASSIGNED.value)
    used |= {
        i
        for i, event, version in session.execute(heard)
        if event not in own_events or version not in own_versions.get(i, set())
    }
    own = or_(col(Activity.import_id).is_(None), col(Activity.import_id) != run_id) if not gone else True
    party = select(col(Party.record_id)).join(Activity, col(Activity.id) == col(Party.activity_id))
    used |= (
        set(
            session.scalars(
                party.where(
                    col(Party.entity) == entity, col(Party.record_id).in_(ids), col(Activity.deleted_on).is_(None), own
                )
            )
        )
        if entity != "activity"
        else set()
    )
    for other in RECORDS.values():
        there = cast(Any, other)
        for spec in fields_of(other).values():
            if spec.target == entity:
                pointing = getattr(there, spec.name)
                where = [pointing.in_(ids), there.deleted_on.is_(None)]
                if not gone or other is table:
                    where.append(or_(there.import_id.is_(None), there.import_id != run_id))
                used |= set(session.scalars(select(pointing).where(*where)))
    return used | _held_by_kept(session, table, run_id, set(ids), used, seen) if gone else used


def _held_by_kept(
    session: Session, table: type[Record], run_id: int, ids: set[int], used: set[int], seen: frozenset[int]
) -> set[int]:
    """Of some records those to which a record of the same table and import points that stays, because it was used itself."""
    columns, held = cast(Any, table), set[int]()
    for spec in fields_of(table).values():
        if spec.target != table.entity:
            continue
        pointing = getattr(columns, spec.name)
        asked = select(columns.id, pointing).where(
            pointing.in_(ids), columns.import_id == run_id, columns.deleted_on.is_(None)
        )
        pairs = [(source, there) for source, there in session.execute(asked) if source != there]
        staying, passed = used | held, seen | ids
        others = sorted({source for source, _ in pairs} - passed)
        for at in range(0, len(others), AT_ONCE):
            some = others[at : at + AT_ONCE]
            staying |= _used(session, table, run_id, some, gone=True, seen=passed)
        while fresh := {there for source, there in pairs if source in staying} - staying:
            staying |= fresh
        held |= staying & ids
    return held


def _versions(session: Session, run_id: int, entity: str, ids: Sequence[int]) -> dict[int, set[int]]:
    """The versions that the import itself gave to records that it made and then updated by later rows."""
    change = ImportChange
    asked = select(change.record_id, change.version).where(
        change.run_id == run_id, change.entity == entity, col(change.record_id).in_(ids)
    )
    found: dict[int, set[int]] = {}
    for record_id, version in session.exec(asked):
        found.setdefault(record_id, {1}).add(version)
    return found


# -- undoing ---------------------------------------------------------------------------------------------------------


def begin(act: Act, run: ImportRun, *, also_edited: bool) -> None:
    """Mark an import as being undone; with `also_edited` what was edited since is to be taken back too."""
    require(act, run)
    run.status, run.undone_by_id, run.values = RunStatus.UNDOING.value, act.who.id, {"also": also_edited}
    run.job_id = None
    act.session.flush()


def start(act: Act, run: ImportRun, *, also_edited: bool) -> Job:
    """Let an import be undone in the background."""
    begin(act, run, also_edited=also_edited)
    job = jobs.enqueue(act.session, KIND, {"run": run.id}, now=act.now, by=act.who.id, key=f"run {run.id}")
    run.job_id = job.id
    act.session.flush()
    act.changed("import", run.id)
    return job


def undo(run_id: int, *, also_edited: bool = False, progress: Progress | None = None) -> int:
    """Undo an import that is marked as being undone; goes on where it was. Returns how many records were kept."""
    run = db.read(lambda session: session.get_one(ImportRun, run_id))
    if run.status != RunStatus.UNDOING.value:
        return 0
    total = max(run.created + run.updated, 1)
    done = 0

    def count(several: int) -> None:
        nonlocal done
        done += several
        if progress:
            progress(min(done, total), total)

    kept = _set_back_all(run_id, also_edited, run.undone_by_id or run.created_by_id, count)
    for entity in _ORDER:
        after = 0
        while True:
            several, after, left = db.transact(
                _take_away, RECORDS[entity], run_id, after, also_edited, run.undone_by_id or run.created_by_id
            )
            kept += left
            if not several:
                break
            count(several)
    db.transact(_undone, run_id, kept)
    return kept


def _undone(session: Session, run_id: int, kept: int) -> None:
    session.execute(delete(ImportChange).where(col(ImportChange.run_id) == run_id))
    run = session.get_one(ImportRun, run_id)
    run.status, run.undone_on = RunStatus.UNDONE.value, db.now()
    run.message, run.values = (KEPT, {"count": kept}) if kept else ("", {})
    act = _act(session, run.undone_by_id or run.created_by_id)
    notifying.notify(
        act,
        run.undone_by_id or run.created_by_id,
        notifying.Kind.IMPORT,
        UNDONE,
        {"name": run.file_name},
        entity="import",
        record_id=run_id,
    )


def _act(session: Session, user_id: int) -> Act:
    from rxcrm.models.access import who_is

    org = organisation(session)
    assert org is not None, "nothing is imported before the set-up"
    return Act(session, who_is(session, session.get_one(User, user_id), org), db.now())


def _take_away(
    session: Session, table: type[Record], run_id: int, after: int, also_edited: bool, by: int
) -> tuple[int, int, int]:
    """Remove some of the records that the import made; returns how many were looked at, the last id, how many stay."""
    ids = _next(session, table, run_id, after)
    if not ids:
        return 0, after, 0
    used = _used(session, table, run_id, ids, gone=True)
    untouched = [i for i in ids if i not in used]
    writing.remove(session, table, untouched)
    binned = 0
    if also_edited and used:
        act = _act(session, by)
        for row in session.scalars(select(table).where(cast(Any, table).id.in_(used))):
            if act.may(Privilege.WRITE, row):
                records.bin(act, row)
                binned += 1
    return len(ids), ids[-1], len(used) - binned


def _set_back_all(run_id: int, also_edited: bool, by: int, count: Callable[[int], None]) -> int:
    """Give every updated record back what it held, the last update first; returns how many keep something newer."""
    kept, before = 0, LAST
    while True:
        before, several, left = db.transact(_set_back_some, run_id, before, also_edited, by)
        if not several:
            return kept
        kept += left
        count(several)


def _set_back_some(session: Session, run_id: int, before: int, also_edited: bool, by: int) -> tuple[int, int, int]:
    """Set some records back; returns the last change that was looked at, how many there were, how many keep something.

    Changes of records that the import had made itself are left: these records go.
    """
    asked = select(ImportChange).where(ImportChange.run_id == run_id, col(ImportChange.id) < before)
    changes = list(session.scalars(asked.order_by(col(ImportChange.id).desc()).limit(AT_ONCE)))
    if not changes:
        return before, 0, 0
    act = _act(session, by)
    kept = 0
    told: list[tuple[Record, list[list[str]]]] = []
    for change in changes:
        row = session.get(record_table(change.entity), change.record_id)
        if row is not None and row.import_id == run_id:
            continue
        if row is not None:
            kept += not _set_back(act, row, change, also_edited, told)
        session.delete(change)
    upkeep.saved_many(act, told)
    session.flush()
    return changes[-1].id or 0, len(changes), kept


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


# -- cancelled, failed, crashed --------------------------------------------------------------------------------------


def take_back(
    run_id: int, runner: str, status: RunStatus, message: str = "", values: dict[str, Any] | None = None
) -> None:
    """Take back everything that a run wrote so far, in short transactions, and close it.

    What it is to become is written down first, so that whoever comes next finishes what was begun here. What people have
    used or changed meanwhile is kept. Raises Superseded if somebody else carries the run out by now.
    """
    by = db.transact(_mark, run_id, runner, status, message, values or {})
    kept = _set_back_all(run_id, False, by, lambda several: None)
    for entity in _ORDER:
        after, several = 0, 1
        while several:
            several, after, left = db.transact(_take_away, RECORDS[entity], run_id, after, False, by)
            kept += left
    db.transact(_close_run, run_id, status, kept)


def _mark(session: Session, run_id: int, runner: str, status: RunStatus, message: str, values: dict[str, Any]) -> int:
    run = session.get_one(ImportRun, run_id, with_for_update=True)
    if run.runner != runner or run.status != RunStatus.RUNNING.value:
        raise Superseded
    if not run.values.get(ENDS):
        run.message, run.values = message, {**values, ENDS: status.value}
    return run.created_by_id


def _close_run(session: Session, run_id: int, status: RunStatus, kept: int) -> None:
    writing.forget_books(session, run_id)
    session.execute(delete(ImportChange).where(col(ImportChange.run_id) == run_id))
    linking.forget(session, run_id)
    run = session.get_one(ImportRun, run_id)
    run.status, run.finished_on = status.value, db.now()
    run.values = {name: value for name, value in run.values.items() if name != ENDS}
    if kept and not run.message:
        run.message, run.values = KEPT, {"count": kept}
    run.rows = run.created = run.updated = run.skipped = run.warned = run.rejected = run.blank = run.position = 0
    discard(run)


def recover() -> int:
    """Look after imports whose process ended in the middle; called at every start. Returns how many there were.

    Those of the pages have a job, which goes on with them: it is due now. Those of the command line are taken back, and
    an undo is brought to its end.
    """
    gone = db.transact(_gone)
    for run_id, undone, also_edited in gone:
        if undone:
            undo(run_id, also_edited=also_edited)
        else:
            take_back(run_id, db.transact(_adopt, run_id), RunStatus.FAILED, CRASHED)
    db.transact(lambda session: sweep(session, db.now()))
    return len(gone)


def _gone(session: Session) -> list[tuple[int, bool, bool]]:
    """The runs that nobody carries on: id, whether it was being undone, with what was edited since."""
    unfinished = (RunStatus.RUNNING.value, RunStatus.UNDOING.value)
    found = []
    for run in session.exec(select(ImportRun).where(col(ImportRun.status).in_(unfinished))).all():
        if _alive(run, db.now()):
            continue
        job = session.get(Job, run.job_id) if run.job_id else None
        if job is None or job.state not in jobs.UNFINISHED:
            found.append((run.id or 0, run.status == RunStatus.UNDOING.value, bool(run.values.get("also"))))
        elif job.state == JobState.RUNNING.value:
            job.lease_until = db.now()
    return found


def _adopt(session: Session, run_id: int) -> str:
    """The name under which this process takes a run back."""
    run = session.get_one(ImportRun, run_id)
    run.runner = f"{socket.gethostname()[:60]}:{os.getpid()}:recovery"
    return run.runner


def _alive(run: ImportRun, now: datetime) -> bool:
    """Is the process of a run still at work? Another host's only shows by its beats."""
    if run.beat_on is None or now - run.beat_on > SILENCE:
        return False
    host, _, pid = run.runner.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname()[:60]:
        return bool(host)
    if not pid.isdecimal() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


__all__ = ["Edited", "UndoView", "recover", "start", "take_back", "undo", "undo_view"]
