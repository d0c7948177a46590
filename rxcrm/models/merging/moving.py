"""Everything that hangs on some records goes over to another one, written into a journal (S 1.1.4, 7.8).

What a person can have only once on a record (following it, a share, a competitor, a connection in one role) is made new
there or left behind, so that taking the merge back finds it where it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import insert, select
from sqlalchemy.orm.exc import StaleDataError

from rxcrm.models import customers, process, records
from rxcrm.models.access import Privilege
from rxcrm.models.activity import Activity, Party
from rxcrm.models.base import Record
from rxcrm.models.connection import CompetitorLink, Connection
from rxcrm.models.connections.competitors import RIVALLED
from rxcrm.models.errors import Stale
from rxcrm.models.history import Event, History
from rxcrm.models.journal import Journal
from rxcrm.models.matching.tables import NotDuplicate
from rxcrm.models.notification import Follow, Notification
from rxcrm.models.people import Share
from rxcrm.models.process import ProcessInstance
from rxcrm.models.records import Act
from rxcrm.models.searching import sort_key
from rxcrm.models.tables import RECORDS
from rxcrm.models.timeline.placing import Bucket


def move(written: Journal, master: Record, losers: Sequence[Record]) -> None:
    """Let everything that belongs to `losers` belong to `master`. Raises Stale for a connection that others change."""
    ids = [row.id or 0 for row in losers]
    _activities(written, master, ids)
    _connections(written, master, ids)
    _copies(written, master, ids)
    if master.entity == "lead":
        _process(written, master, ids)
    _pointers(written, master, losers)
    customers.renamed(written.act.session, master.entity, master.id or 0, master.display_name)
    _flush(written.act)


def _activities(written: Journal, master: Record, ids: list[int]) -> None:
    """What regards them, and their parts in activities; of several parts one is shown on the timeline."""
    activity, party, note = cast(Any, Activity), cast(Any, Party), cast(Any, Notification)
    written.move(
        Activity, [activity.regarding_entity == master.entity, activity.regarding_id.in_(ids)], regarding_id=master.id
    )
    both = [*ids, master.id]
    shown: set[int] = set()
    again: list[int] = []
    wanted = (
        select(party.id, party.activity_id)
        .where(party.entity == master.entity, party.record_id.in_(both), party.bucket != int(Bucket.HIDDEN))
        .order_by((party.record_id != master.id), party.id)
    )
    for party_id, activity_id in written.act.session.execute(wanted):
        (again.append(party_id) if activity_id in shown else shown.add(activity_id))
    if again:
        written.move(Party, [party.id.in_(again)], bucket=int(Bucket.HIDDEN))
    written.move(Party, [party.entity == master.entity, party.record_id.in_(ids)], record_id=master.id)
    written.move(Notification, [note.entity == master.entity, note.record_id.in_(ids)], record_id=master.id)


def _connections(written: Journal, master: Record, ids: list[int]) -> None:
    """Connections go over with both halves; one that the master has already, or to itself, is deactivated."""
    session, link = written.act.session, cast(Any, Connection)
    group = {master.id, *ids}
    mine = select(Connection).where(link.entity == master.entity, link.record_id.in_(group))
    # Of two that say the same an active one wins, then the master's.
    found = session.scalars(mine.order_by(~link.active, link.record_id != master.id, link.id)).all()
    known: set[tuple[Any, ...]] = set()
    halves: list[int] = []
    twins: list[int] = []
    dropped: list[int] = []
    for half in found:
        within = half.other_entity == master.entity and half.other_id in group
        same = (half.other_entity, half.other_id, half.role_id, half.other_role_id)
        if half.record_id != master.id and not within and same not in known:
            halves.append(half.id or 0)
            twins.append(half.twin_id or 0)
        elif half.record_id != master.id or within:
            dropped += [half.id or 0, half.twin_id or 0]
        known.add(same)
    if dropped:
        written.move(Connection, [link.id.in_(dropped), link.active], active=False)
    if halves:
        written.move(Connection, [link.id.in_(halves)], record_id=master.id)
        key = sort_key(master.display_name)
        written.move(Connection, [link.id.in_(twins)], other_id=master.id, other_key=key)
    for half in found:
        if (half.id or 0) in halves:
            written.act.changed(half.other_entity, half.other_id)


def _copies(written: Journal, master: Record, ids: list[int]) -> None:
    """Followers follow the master; competitors compete there; who was let in by a share is let in there.

    Shares go over only if the actor may share the master: merging gives nobody a right that he could not give.
    """
    _copy(written, Follow, ("user_id",), master, ids)
    if master.entity in RIVALLED:
        _copy(written, CompetitorLink, ("competitor_id",), master, ids)
    if written.act.may(Privilege.SHARE, master):
        _copy(written, Share, ("user_id", "team_id", "privilege"), master, ids)
    _apart(written, master, ids)


def _apart(written: Journal, master: Record, ids: list[int]) -> None:
    """What somebody said is not a duplicate of one of them is none of the master either (S R3.18)."""
    session, pair = written.act.session, cast(Any, NotDuplicate)
    group = [*ids, master.id]
    first = (pair.entity == master.entity) & pair.record_id.in_(group)
    second = (pair.other_entity == master.entity) & pair.other_id.in_(group)
    found = session.scalars(select(NotDuplicate).where(first | second)).all()
    known = {(p.entity, p.record_id, p.other_entity, p.other_id) for p in found}
    added = []
    for one in found:
        ends = [(one.entity, one.record_id), (one.other_entity, one.other_id)]
        here = [end for end in ends if end[0] == master.entity and end[1] in group]
        if len(here) == 1 and here[0][1] != master.id:
            low, high = sorted([(master.entity, master.id or 0), *(end for end in ends if end not in here)])
            if (*low, *high) not in known:
                known.add((*low, *high))
                added.append(
                    NotDuplicate(
                        entity=low[0],
                        record_id=low[1],
                        other_entity=high[0],
                        other_id=high[1],
                        by_id=one.by_id,
                        at=one.at,
                    )
                )
    session.add_all(added)
    session.flush()
    for row in added:
        written.made(row)


def _copy(written: Journal, table: type[Any], names: tuple[str, ...], master: Record, ids: list[int]) -> None:
    """The rows of some records, once each, for the master too unless it has them."""
    session, columns = written.act.session, cast(Any, table)
    wanted = select(table).where(columns.entity == master.entity, columns.record_id.in_([*ids, master.id]))
    rows = sorted(session.scalars(wanted), key=lambda row: row.record_id != master.id)
    known: set[tuple[Any, ...]] = set()
    added = []
    for row in rows:
        what = tuple(getattr(row, name) for name in names)
        if row.record_id != master.id and what not in known:
            added.append(table(**{**row.model_dump(exclude={"id"}), "record_id": master.id}))
        known.add(what)
    session.add_all(added)
    session.flush()
    for row in added:
        written.made(row)


def _process(written: Journal, master: Record, ids: list[int]) -> None:
    """A lead keeps its own way through its process; one without any takes over the first that there is."""
    session, columns = written.act.session, cast(Any, ProcessInstance)
    if process.instance_of(session, master.id or 0) is not None:
        return
    first = session.scalars(select(columns.id).where(columns.lead_id.in_(ids)).order_by(columns.id).limit(1)).first()
    if first is not None:
        written.move(ProcessInstance, [columns.id == first], lead_id=master.id)


def _pointers(written: Journal, master: Record, losers: Sequence[Record]) -> None:
    """Look-ups of all tables that point to the losers point to the master; each record's history tells it."""
    act, ids = written.act, [row.id or 0 for row in losers]
    for table in RECORDS.values():
        columns: Any = table
        for spec in records.lookups_of(table):
            if spec.target != master.entity:
                continue
            column = getattr(columns, spec.name)
            apart = [columns.id.not_in([*ids, master.id])] if table is type(master) else []
            before = dict(act.session.execute(select(columns.id, column).where(column.in_(ids), *apart)).all())
            if before:
                if spec.custom:
                    _point(written, table, spec.name, list(before), master)
                else:
                    written.move(table, [columns.id.in_(before)], **{spec.name: master.id})
                names = {row.id: row.display_name for row in losers}
                now = [str(master.id), master.display_name]
                tell(act, table, {i: [[spec.name, str(o), now[0], names[o], now[1]]] for i, o in before.items()})


def _point(written: Journal, table: type[Record], name: str, ids: list[int], master: Record) -> None:
    """Custom look-ups are no columns that one statement could set: each record by itself, its version counted on."""
    columns: Any = table
    for row in written.act.session.scalars(select(table).where(columns.id.in_(ids))):
        written.set(row, **{name: master.id})
    _flush(written.act)


#: Id of a record → what changed in it, as history tells it.
Changes = dict[int, list[list[str]]]


def tell(act: Act, table: type[Record], changes: Changes) -> None:
    """One entry in the history of each of many records whose look-ups changed, and word to those who look at them."""
    columns: Any = table
    versions = act.session.execute(select(columns.id, columns.version).where(columns.id.in_(changes)))
    entries = [
        {
            "entity": table.entity,
            "record_id": record_id,
            "version": version,
            "event": Event.CHANGED.value,
            "by_id": act.who.id,
            "at": act.now,
            "changes": changes[record_id],
            "remark": "",
        }
        for record_id, version in versions
    ]
    if entries:
        act.session.execute(insert(History), entries)
    for record_id in changes:
        act.changed(table.entity, record_id)


def pointing(act: Act, entries: Iterable[Any]) -> dict[str, Changes]:
    """Table → what going back will change in those whose look-ups a journal moved and nobody has changed since."""
    found: dict[str, Changes] = {}
    for what, name, ids, *rest in entries:
        table = RECORDS.get(name)
        if what != "moved" or table is None or table is Activity:
            continue
        columns: Any = table
        for field, (old, new) in rest[0].items():
            same = (columns.id.in_(ids), getattr(columns, field) == new, columns.deleted_on.is_(None))
            for record_id in act.session.scalars(select(columns.id).where(*same)):
                found.setdefault(name, {}).setdefault(record_id, []).append([field, str(new), str(old)])
    return found


def _flush(act: Act) -> None:
    try:
        act.session.flush()
    except StaleDataError:
        raise Stale from None
