"""Which records of an import people have used or changed since: those are kept when it is undone, unless somebody says otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlmodel import Session, col, or_, select

from rxcrm.models import db, records
from rxcrm.models.activity import Activity, Party
from rxcrm.models.base import Record
from rxcrm.models.fields import fields_of
from rxcrm.models.history import Event, History
from rxcrm.models.importing.books import ImportChange, ImportRun
from rxcrm.models.journal import pack
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.models.tables import RECORDS, record_table

#: Records that are looked at together, and edited ones that are listed.
AT_ONCE, LISTED = 500, 200
#: Records that point to others before those.
ORDER = ("activity", "opportunity", "lead", "contact", "account")


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


def edited(act: Act, run_id: int) -> list[Edited]:
    """Records of the import that were used or changed since, as many as are listed and one more."""
    found: list[Edited] = []
    for entity in ORDER:
        table, after = RECORDS[entity], 0
        while len(found) <= LISTED and (ids := next_ids(act.session, table, run_id, after)):
            found += described(act, table, run_id, used(act.session, table, run_id, ids, gone=False))
            after = ids[-1]
    seen: set[tuple[str, int]] = set()
    last = 0
    while len(found) <= LISTED and (changes := _next_changes(act.session, run_id, last)):
        last = changes[-1].id or 0
        for entity in dict.fromkeys(change.entity for change in changes):
            some = [change for change in changes if change.entity == entity]
            ids_ = {i for i in _changed_since(act.session, run_id, entity, some) if (entity, i) not in seen}
            seen |= {(entity, i) for i in ids_}
            found += described(act, record_table(entity), run_id, ids_)
    return found[: LISTED + 1]


def described(act: Act, table: type[Record], run_id: int, ids: Iterable[int]) -> list[Edited]:
    """Some records as a list shows them; hidden ones have no name. Costs three statements however many they are."""
    wanted = sorted(ids)
    if not wanted:
        return []
    columns = cast(Any, table)
    rows = act.session.scalars(select(table).where(columns.id.in_(wanted)).order_by(columns.id)).all()
    names = records.names_among(act, table.entity, wanted)
    editors = {row.modified_by_id for row in rows if row.modified_by_id}
    people = {user.id: user.name for user in act.session.scalars(select(User).where(col(User.id).in_(editors)))}
    return [
        Edited(
            table.entity,
            row.id or 0,
            names.get(row.id or 0) or "…",
            f"{table.path}/{row.id}" if names.get(row.id or 0) else "",
            row.import_id == run_id,
            people.get(row.modified_by_id, ""),
            row.modified_on.isoformat(),
        )
        for row in rows
    ]


def next_ids(session: Session, table: type[Record], run_id: int, after: int) -> list[int]:
    """Some records that the import made, by their ids, behind one of them."""
    columns = cast(Any, table)
    wanted = select(columns.id).where(columns.import_id == run_id, columns.id > after).order_by(columns.id)
    return list(session.scalars(wanted.limit(AT_ONCE)))


def _next_changes(session: Session, run_id: int, after: int) -> Sequence[ImportChange]:
    asked = select(ImportChange).where(ImportChange.run_id == run_id, col(ImportChange.id) > after)
    return session.scalars(asked.order_by(col(ImportChange.id)).limit(AT_ONCE)).all()


def _changed_since(session: Session, run_id: int, entity: str, changes: Sequence[ImportChange]) -> set[int]:
    """Of the updated records of one table those in which something newer stands where the import wrote."""
    table = record_table(entity)
    columns, ids = cast(Any, table), {change.record_id for change in changes}
    asked = select(table).where(columns.id.in_(ids), columns.deleted_on.is_(None))
    rows = {row.id: row for row in session.scalars(asked) if row.import_id != run_id}
    own = _versions(session, run_id, entity, list(ids))
    return {
        change.record_id
        for change in changes
        # A record has the version of its last update as long as nobody else has changed it.
        if (row := rows.get(change.record_id)) and row.version != max(own[change.record_id])
        if any(pack(getattr(row, name)) != after for name, (_, after) in change.before.items())
    }


def used(
    session: Session,
    table: type[Record],
    run_id: int,
    ids: Sequence[int],
    *,
    gone: bool,
    seen: frozenset[int] = frozenset(),
) -> set[int]:
    """Which of the records that the import made people have used since: changed, connected, written about, or pointed to.

    With `gone`, which says that the records of other tables that the import made went before, whatever still points counts;
    of their own table what stays. `seen` are asked about farther up.
    """
    columns, entity = cast(Any, table), table.entity
    own_versions = _versions(session, run_id, entity, ids)
    held = session.execute(select(columns.id, columns.version).where(columns.id.in_(ids)))
    found = {i for i, version in held if version > max(own_versions.get(i, {1}))}
    found |= _told_of(session, run_id, entity, ids, own_versions)
    if entity != "activity":
        found |= _partaking(session, run_id, entity, ids, gone)
    for other in RECORDS.values():
        there = cast(Any, other)
        for spec in fields_of(other).values():
            if spec.target == entity:
                pointing = getattr(there, spec.name)
                where = [pointing.in_(ids), there.deleted_on.is_(None)]
                if not gone or other is table:
                    where.append(or_(there.import_id.is_(None), there.import_id != run_id))
                found |= set(session.scalars(select(pointing).where(*where)))
    return found | _held_by_kept(session, table, run_id, set(ids), found, seen) if gone else found


def _told_of(
    session: Session, run_id: int, entity: str, ids: Sequence[int], own_versions: dict[int, set[int]]
) -> set[int]:
    """Of which of these records the history tells something that the import did not do itself."""
    entry = cast(Any, History)
    # Whom the import itself made a stakeholder it told as well.
    ended = session.get_one(ImportRun, run_id).finished_on or db.now()
    connecting = (entry.event == Event.CONNECTED.value) & (entry.at <= ended)
    heard = select(entry.record_id, entry.event, entry.version).where(
        entry.entity == entity, entry.record_id.in_(ids), entry.event != Event.IMPORTED.value, ~connecting
    )
    own_events = (Event.CHANGED.value, Event.ASSIGNED.value, Event.NOT_ASSIGNED.value)
    return {
        i
        for i, event, version in session.execute(heard)
        if event not in own_events or version not in own_versions.get(i, {1})
    }


def _partaking(session: Session, run_id: int, entity: str, ids: Sequence[int], gone: bool) -> set[int]:
    """Which of these records take part in an activity that the import did not make."""
    own = or_(col(Activity.import_id).is_(None), col(Activity.import_id) != run_id) if not gone else True
    party = select(col(Party.record_id)).join(Activity, col(Activity.id) == col(Party.activity_id))
    asked = party.where(
        col(Party.entity) == entity, col(Party.record_id).in_(ids), col(Activity.deleted_on).is_(None), own
    )
    return set(session.scalars(asked))


def _held_by_kept(
    session: Session, table: type[Record], run_id: int, ids: set[int], found: set[int], seen: frozenset[int]
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
        staying, passed = found | held, seen | ids
        others = sorted({source for source, _ in pairs} - passed)
        for at in range(0, len(others), AT_ONCE):
            some = others[at : at + AT_ONCE]
            staying |= used(session, table, run_id, some, gone=True, seen=passed)
        while fresh := {there for source, there in pairs if source in staying} - staying:
            staying |= fresh
        held |= staying & ids
    return held


def _versions(session: Session, run_id: int, entity: str, ids: Sequence[int]) -> dict[int, set[int]]:
    """The versions that the import itself gave to records by its rows; those that it made begin with 1."""
    change = ImportChange
    asked = select(change.record_id, change.version).where(
        change.run_id == run_id, change.entity == entity, col(change.record_id).in_(ids)
    )
    found: dict[int, set[int]] = {}
    for record_id, version in session.exec(asked):
        found.setdefault(record_id, {1}).add(version)
    return found
