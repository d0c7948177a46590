"""Take back a merge within 30 days: everything goes back to where it was, unless somebody has changed it since (S 7.8 [OURS])."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import select
from sqlmodel import col

from rxcrm.models import customers, journal, records
from rxcrm.models.access import Decision, Privilege
from rxcrm.models.activity import Activity, Party
from rxcrm.models.base import Record
from rxcrm.models.connections import upkeep
from rxcrm.models.errors import NotAllowed
from rxcrm.models.fields import fields_of
from rxcrm.models.history import HIDDEN, Event, History, latest_of, record
from rxcrm.models.lifecycle import Closing, Link
from rxcrm.models.merging import moving
from rxcrm.models.merging.comparing import find
from rxcrm.models.merging.survivors import MERGEABLE, require_kept, survivor_of
from rxcrm.models.operation import Operation, OperationKind
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.models.tables import RECORDS, record_table
from rxcrm.models.timeline import placing
from rxcrm.translation import N_, gettext, worded

#: How long a merge can be taken back.
MERGE_LIFE = timedelta(days=30)
_TOO_LATE = N_("The merge was more than %(n)s days ago and can no longer be taken back.")


@dataclass
class Later:
    """A field of the master that somebody changed after the merge: it stays as it is. Who and when (ISO)."""

    field: str
    label: str
    who: str
    at: str


def undo(act: Act, operation: Operation) -> None:
    """Take back a merge: the others are as they were, with all that was theirs; what came since stays with the master.

    Asks for Write on each of the records, as merging them did. Raises NotFound or NotAllowed with the reason; then
    nothing is written.
    """
    master, losers = _records(act, operation)
    _refuse(act, operation, master)
    back = moving.pointing(act, operation.journal)
    shown = _parties(operation)
    went_back = journal.undo(act, operation)
    everyone = [master, *losers]
    names = {str(row.id): row.display_name for row in everyone}
    for row in everyone:
        upkeep.renamed(act.session, row.entity, row.id or 0, row.display_name)
        customers.renamed(act.session, row.entity, row.id or 0, row.display_name)
        act.changed(row.entity, row.id)
    for entity, changes in back.items():
        named = {i: [[*c, names.get(c[1], ""), names.get(c[2], "")] for c in each] for i, each in changes.items()}
        moving.tell(act, RECORDS[entity], named)
    _show_again(act, shown)
    if values := went_back.get((master.entity, master.id or 0)):
        told = records.with_names(act, master, values)
        record(act.session, master, Event.CHANGED, by=act.who.id, now=act.now, changes=told)
    for row in losers:
        _tell(act, master, row)
        _tell(act, row, master)
    _unmark(act, operation, losers)


def later(act: Act, operation: Operation) -> list[Later]:
    """What will stay as it is on the master if the merge is taken back, since somebody changed it after: for the question."""
    master = act.session.get(record_table(operation.entity), operation.record_id)
    if master is None:
        return []
    wanted = (
        select(History, col(User.name))
        .join(User, col(User.id) == col(History.by_id), isouter=True)
        .where(
            col(History.entity) == operation.entity,
            col(History.record_id) == operation.record_id,
            col(History.id) > operation.details["history"],
        )
        .order_by(col(History.id))
    )
    merged, found = _merged_fields(operation), dict[str, Later]()
    for entry, who in act.session.execute(wanted):
        for change in entry.changes:
            if change[0] in merged and change[0] in fields_of(type(master)):
                label = worded(act.who.conventions.locale, fields_of(type(master))[change[0]].label)
                found[change[0]] = Later(change[0], label, who or "", entry.at.isoformat())
    return list(found.values())


def offers(act: Act, row: Record, may: Mapping[Privilege, Decision]) -> dict[str, str]:
    """The command "unmerge" of a record that others were merged into, as long as that can be taken back (S 13.2)."""
    if row.entity not in MERGEABLE or not may[Privilege.WRITE]:
        return {}
    operation = journal.latest(act.session, OperationKind.MERGE, row.entity, row.id or 0)
    if operation is None or _is_over(act, operation):
        return {}
    return {"unmerge": ""}


def closing_of(act: Act, row: Record) -> Closing | None:
    """Where a record that the asker may read was merged into, when and by whom; None for any other record."""
    survivor = survivor_of(act, row)
    if not survivor.id:
        return None
    who, at = latest_of(act.session, row, Event.MERGED_INTO)
    mark = journal.latest(act.session, OperationKind.MERGED_AWAY, row.entity, row.id or 0)
    operation = act.session.get(Operation, mark.details["operation"]) if mark else None
    still = operation is not None and not _is_over(act, operation) and act.may(Privilege.WRITE, row) and survivor.path
    return Closing(
        title=gettext(act.who.conventions.locale, N_("Merged into another record, which holds all that was here")),
        who=who,
        at=at,
        links=[Link(survivor.name, survivor.path)] if survivor.path else [],
        undo=(operation.id or 0) if operation and still else 0,
    )


# -- how -------------------------------------------------------------------------------------------------------------


def _records(act: Act, operation: Operation) -> tuple[Record, list[Record]]:
    """The master and those that were merged into it, each found with WRITE."""
    master, *losers = (find(act, operation.entity, i) for i in (operation.record_id, *operation.details["losers"]))
    return master, losers


def _refuse(act: Act, operation: Operation, master: Record) -> None:
    if operation.undone_on is not None:
        raise NotAllowed(N_("This merge has been taken back already."))
    if _is_over(act, operation):
        raise NotAllowed(_TOO_LATE, n=MERGE_LIFE.days)
    require_kept(act.session, master)
    newest = journal.latest(act.session, OperationKind.MERGE, operation.entity, operation.record_id)
    if newest is not None and newest.id != operation.id:
        raise NotAllowed(
            N_("%(others)s came later: take that merge back first."), others=", ".join(others_of(act, newest))
        )


def others_of(act: Act, operation: Operation) -> list[str]:
    """What the records are called that were merged away; those that the asker may not see are not named."""
    names = (records.name_of(act, operation.entity, i) for i in operation.details["losers"])
    return [name or gettext(act.who.conventions.locale, HIDDEN) for name in names]


def _is_over(act: Act, operation: Operation) -> bool:
    return act.now - operation.at > MERGE_LIFE


def _merged_fields(operation: Operation) -> set[str]:
    """The fields of the master that the merge set."""
    key = [operation.record_id]
    return {
        name
        for what, table, where, *rest in operation.journal
        if what == "set" and table == operation.entity and where == key
        for name in rest[0]
    }


def _parties(operation: Operation) -> list[int]:
    """The parts in activities that the merge hid, since the master stood there twice."""
    return [
        party_id
        for what, name, ids, *rest in operation.journal
        if what == "moved" and name == Party.__tablename__ and "bucket" in rest[0]
        for party_id in ids
    ]


def _show_again(act: Act, party_ids: Sequence[int]) -> None:
    """Parts of activities that are shown again stand where their activities stand by now."""
    if not party_ids:
        return
    party = cast(Any, Party)
    within = select(party.activity_id).where(party.id.in_(party_ids))
    for activity in act.session.scalars(select(Activity).where(cast(Any, Activity.id).in_(within))).all():
        placing.place(act.session, activity)


def _tell(act: Act, row: Record, other: Record) -> None:
    about = ["record", f"{other.entity}:{other.id}", other.display_name, ""]
    record(act.session, row, Event.UNMERGED, by=act.who.id, now=act.now, changes=[about])


def _unmark(act: Act, operation: Operation, losers: Sequence[Record]) -> None:
    for row in losers:
        mark = journal.latest(act.session, OperationKind.MERGED_AWAY, row.entity, row.id or 0)
        if mark is not None and mark.details["operation"] == operation.id:
            mark.undone_on, mark.undone_by_id = act.now, act.who.id
    act.session.flush()
