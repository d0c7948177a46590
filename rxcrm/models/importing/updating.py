"""Rows that change records which are there already: only the filled cells, with what they held before (peers 6, 78)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, select

from rxcrm.models import customers, history, records, reminders
from rxcrm.models.access import Privilege
from rxcrm.models.activity import Activity
from rxcrm.models.base import Record
from rxcrm.models.connections import upkeep
from rxcrm.models.errors import Stale
from rxcrm.models.history import Event, difference
from rxcrm.models.importing import partaking
from rxcrm.models.importing.books import ImportChange
from rxcrm.models.importing.checking import WARNING, Checked, Problem
from rxcrm.models.importing.judging import Verdict, changes_of
from rxcrm.models.journal import pack
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.translation import N_

NOT_GIVEN = N_("The owner stays %(owner)s: you may not assign this record to “%(value)s”.")


def write(act: Act, run_id: int, table: type[Record], verdicts: Sequence[Verdict]) -> list[Problem]:
    """Write the updates of a batch; returns what could not be done of them.

    Raises Stale, with nothing written, if a record was changed after it was judged.
    """
    rows = _rows(act.session, table, [v.record_id for v in verdicts])
    judged = {v.record_id: v.version for v in verdicts}
    if any(rows.get(i) is None or rows[i].version != version for i, version in judged.items() if version):
        raise Stale
    entries: list[history.History] = []
    changed: list[tuple[Verdict, Record, list[list[str]], dict[str, Any]]] = []
    problems: list[Problem] = []
    for verdict in verdicts:
        record, row = rows[verdict.record_id], cast(Checked, verdict.row)
        values = changes_of(row)
        changes = difference(table, record, values)
        before = {name: [pack(getattr(record, name)), pack(values[name])] for name, *_ in changes}
        for name, *_ in changes:
            setattr(record, name, values[name])
        if row.owned and row.owner.user_id != record.owner_user_id:
            problems += _give(act, row, record, before, entries)
        if before:
            customers.require(record)
            record.modified_on, record.modified_by_id = act.now, act.who.id
            customers.settle(act.session, record)
            record.refresh_keys()
            changed.append((verdict, record, changes, before))
    try:
        act.session.flush()
    except StaleDataError:
        raise Stale from None
    activities = [record for _, record, _, _ in changed if isinstance(record, Activity)]
    if activities:
        partaking.follow(act.session, activities)
    for verdict, record, changes, _before in changed:
        if isinstance(record, Activity):
            changes = partaking.told(act, record, changes)
            reminders.schedule(act, record)
        if changes:
            named = records.with_names(act, record, changes) if record.entity != "activity" else changes
            remark = verdict.row.remark if verdict.row else ""
            entries.append(
                history.entry_of(record, Event.CHANGED, by=act.who.id, now=act.now, changes=named, remark=remark)
            )
            upkeep.saved(act, record, changes)
    if entries:
        history.write(act.session, entries)
    act.session.add_all(
        ImportChange(
            run_id=run_id,
            row=verdict.number,
            entity=table.entity,
            record_id=record.id or 0,
            version=record.version,
            before=before,
        )
        for verdict, record, _changes, before in changed
    )
    act.session.flush()
    return problems


def _rows(session: Session, table: type[Record], ids: Sequence[int]) -> dict[int, Record]:
    columns = cast(Any, table)
    found: dict[int, Record] = {}
    for at in range(0, len(ids), 500):
        wanted = select(table).where(columns.id.in_(ids[at : at + 500]), columns.deleted_on.is_(None))
        found |= {row.id or 0: row for row in session.exec(wanted.with_for_update())}
    return found


def _give(
    act: Act, row: Checked, record: Record, before: dict[str, Any], entries: list[history.History]
) -> list[Problem]:
    """Make the user whom a row names the owner of its record, if the importer may assign it."""
    old = records.owner_of(act.session, record)
    new = act.session.get_one(User, row.owner.user_id)
    if not act.may(Privilege.ASSIGN, record):
        said = {"owner": old.name, "value": new.name}
        return [Problem(row.number, WARNING, "", new.name, NOT_GIVEN, said)]
    for name in ("owner_user_id", "owner_team_id"):
        before[name] = [pack(getattr(record, name)), None]
    records.own(record, new)
    for name in ("owner_user_id", "owner_team_id"):
        before[name][1] = pack(getattr(record, name))
    change = ["owner", str(old.id), str(new.id), old.name, new.name]
    entries.append(history.entry_of(record, Event.ASSIGNED, by=act.who.id, now=act.now, changes=[change]))
    return []


def is_as_left(record: Record, before: dict[str, list[Any]], name: str) -> bool:
    """Whether a field still holds what the import wrote into it."""
    return bool(pack(getattr(record, name)) == before[name][1])
