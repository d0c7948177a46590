"""Rows that change records which are there already: only the filled cells, with what they held before (peers 6, 78)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, col, select

from rxcrm.models import customers, records, reminders
from rxcrm.models.access import Privilege
from rxcrm.models.activity import Activity
from rxcrm.models.base import Record
from rxcrm.models.connections import upkeep
from rxcrm.models.errors import Stale
from rxcrm.models.fields import Kind, fields_of
from rxcrm.models.history import Event, History, difference
from rxcrm.models.importing import bulk, partaking
from rxcrm.models.importing.books import ImportChange
from rxcrm.models.importing.checked import WARNING, Checked, Problem
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
    entries: list[dict[str, Any]] = []
    changed: list[tuple[Verdict, Record, list[list[str]], dict[str, Any]]] = []
    problems: list[Problem] = []
    # Held until the end, so that asking for an owner or a customer again costs no statement.
    held = _owners(act.session, rows.values(), verdicts)
    for verdict in verdicts:
        record, row = rows[verdict.record_id], cast(Checked, verdict.row)
        values = changes_of(row, record)
        changes = difference(table, record, values)
        before = {name: [pack(getattr(record, name)), pack(values[name])] for name, *_ in changes}
        for name, *_ in changes:
            setattr(record, name, values[name])
        if row.owned and row.owner.user_id != record.owner_user_id:
            problems += _give(act, row, record, before, entries)
        if before:
            customers.require(record)
            record.modified_on, record.modified_by_id = act.now, act.who.id
            changed.append((verdict, record, changes, before))
    with act.session.no_autoflush:
        held += customers.fetch(act.session, [record for _, record, *_ in changed])
        for _, record, *_ in changed:
            customers.settle(act.session, record)
            record.refresh_keys()
    try:
        act.session.flush()
    except StaleDataError:
        raise Stale from None
    del held
    activities = [record for _, record, _, _ in changed if isinstance(record, Activity)]
    if activities:
        partaking.follow(act.session, activities)
    # Activities tell their changes themselves (partaking.told).
    names = {} if activities else _names(act, table, [change for _, _, changes, _ in changed for change in changes])
    told: list[tuple[Record, list[list[str]]]] = []
    for verdict, record, changes, _before in changed:
        if isinstance(record, Activity):
            changes = partaking.told(act, record, changes)
            reminders.schedule(act, record)
        if changes:
            named = (
                [_named(table, change, names) for change in changes] if not isinstance(record, Activity) else changes
            )
            remark = verdict.row.remark if verdict.row else ""
            entries.append(_entry(act, record, Event.CHANGED, named, remark))
            told.append((record, changes))
    upkeep.saved_many(act, told)
    act.session.flush()
    if entries:
        bulk.write(act.session, History, entries)
    if changed:
        kept = [
            {
                "run_id": run_id,
                "row": verdict.number,
                "entity": table.entity,
                "record_id": record.id or 0,
                "version": record.version,
                "before": before,
            }
            for verdict, record, _changes, before in changed
        ]
        bulk.write(act.session, ImportChange, kept)
    return problems


def _owners(session: Session, records_: Iterable[Record], verdicts: Sequence[Verdict]) -> list[Any]:
    """The users whom rows name as owners, and whom they would follow."""
    owned = {v.record_id for v in verdicts if v.row and v.row.owned}
    old = {record.owner_user_id for record in records_ if record.id in owned and record.owner_user_id}
    ids = sorted(old | {v.row.owner.user_id for v in verdicts if v.row and v.row.owned})
    return list(session.scalars(select(User).where(col(User.id).in_(ids)))) if ids else []


def _names(act: Act, table: type[Record], changes: Iterable[Sequence[str]]) -> dict[tuple[str, str], str]:
    """What the records in changes of look-ups are called, as far as the importer may see them; one statement per table."""
    specs = fields_of(table)
    asked: dict[str, set[int]] = {}
    for name, *both in changes:
        if specs[name].kind is Kind.LOOKUP:
            asked.setdefault(specs[name].target, set()).update(int(i) for i in both if i)
    return {
        (entity, str(record_id)): name
        for entity, ids in asked.items()
        for record_id, name in records.names_among(act, entity, ids).items()
    }


def _named(table: type[Record], change: list[str], names: dict[tuple[str, str], str]) -> list[str]:
    """A change of a look-up with both names, as `records.with_names` would give it."""
    spec = fields_of(table)[change[0]]
    if spec.kind is not Kind.LOOKUP:
        return change
    return [*change, *(names.get((spec.target, i), "") if i else "" for i in change[1:3])]


def _entry(act: Act, record: Record, event: Event, changes: list[list[str]], remark: str = "") -> dict[str, Any]:
    """A row of the history; the version is that of the record when it is asked for."""
    return {
        "entity": record.entity,
        "record_id": record.id or 0,
        "version": record.version,
        "event": event.value,
        "by_id": act.who.id,
        "at": act.now,
        "changes": changes,
        "remark": remark,
    }


def _rows(session: Session, table: type[Record], ids: Sequence[int]) -> dict[int, Record]:
    columns = cast(Any, table)
    found: dict[int, Record] = {}
    for at in range(0, len(ids), 500):
        wanted = select(table).where(columns.id.in_(ids[at : at + 500]), columns.deleted_on.is_(None))
        found |= {row.id or 0: row for row in session.exec(wanted.with_for_update())}
    return found


def _give(
    act: Act, row: Checked, record: Record, before: dict[str, Any], entries: list[dict[str, Any]]
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
    entries.append(_entry(act, record, Event.ASSIGNED, [change]))
    return []
