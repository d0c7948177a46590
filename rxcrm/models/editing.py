"""The same values for many records: only what was filled in is written, each record for itself, and taken back (S R7.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlmodel import col, select

from rxcrm.models import customers, history, journal, lifecycle, notifying, records
from rxcrm.models.access import Privilege, among
from rxcrm.models.activity import Activity
from rxcrm.models.base import Record
from rxcrm.models.connections import upkeep
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound
from rxcrm.models.fields import Kind, fields_of
from rxcrm.models.history import Event, History
from rxcrm.models.journal import pack
from rxcrm.models.notification import Follow
from rxcrm.models.operation import Operation, OperationKind
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.translation import N_

#: Values by field, as typed; a field with an empty value is emptied.
Typed = Mapping[str, str]
TOGETHER = N_("Changed together with other records.")
FASTER = N_("%(who)s changed %(field)s meanwhile.")
TAKEN_BACK = N_("A change of several records was taken back.")


@dataclass(frozen=True)
class Story:
    """What history tells of such a change: an event about another record, as entries about others begin."""

    event: Event
    about: tuple[str, str, str, str]


@dataclass
class Edited:
    """What became of one record: its operation (0: it held those values already), or a refusal."""

    row: Record
    operation: int = 0
    refusal: CrmError | None = None


def require(act: Act, entity: str, typed: Typed) -> None:
    """Raises Invalid for fields that nobody types into and for required ones that would be emptied; NotFound for tables whose records have forms of their own.

    So does a secured field that the asker may not change.
    """
    table = record_table(entity)
    if table is Activity:
        raise NotFound
    specs = fields_of(table)
    problems: dict[str, CrmError] = {}
    for name, text in typed.items():
        spec = specs.get(name)
        if spec is None or spec.locked:
            problems[name] = records.no_field(entity, name)
        elif (spec.required or spec.always) and not text.strip():
            problems[name] = BadValue(N_("%(label)s is required and cannot be emptied."), label=spec.label)
        elif refusal := act.who.refusal(spec):
            problems[name] = refusal
    if problems:
        raise Invalid(problems)
    if not typed:
        raise BadValue(N_("Fill in at least one field."))


def edit_many(
    act: Act,
    rows: Sequence[Record],
    typed: Typed,
    seen: Mapping[int, int] | None = None,
    details: Mapping[str, Any] | None = None,
    story: Story | None = None,
) -> list[Edited]:
    """Write the same values into records of one table that the asker may read, with one statement for each and few for all.

    Those that he may not change, that are closed, or that the values do not fit stay as they are. `seen` are the versions
    in which he saw them: where somebody changed one of these very fields since, that stays too. Each change is an
    operation with these `details`. With a `story` history tells that instead of "changed together".
    """
    if not rows:
        return []
    writable = among(act.session, act.who, Privilege.WRITE, rows, rows[0].entity)
    faster = _faster(act, rows, typed, seen or {})
    links: dict[str, Any] = {}
    found: list[Edited] = []
    writing: list[_Writing] = []
    with act.session.no_autoflush:
        for row in rows:
            edited = Edited(row)
            found.append(edited)
            try:
                if row.id not in writable:
                    raise NotAllowed(act.may(Privilege.WRITE, row).because)
                lifecycle.require_open(row)
                if row.id in faster:
                    raise faster[row.id]
                values = _checked(act, row, typed, links)
                changes = history.difference(type(row), row, values)
                if changes:
                    writing.append((edited, changes, _set(row, {name: values[name] for name, *_ in changes})))
            except CrmError as refusal:
                edited.refusal = refusal
    if writing:
        _write(act, writing, details or {}, story)
    return found


def _checked(act: Act, row: Record, typed: Typed, links: dict[str, Any]) -> dict[str, Any]:
    """The stored values; a look-up that was checked for one record is `known` for the others."""
    specs = fields_of(type(row))
    known = {
        name: value
        for name, value in links.items()
        if not (specs[name].target == row.entity and value == row.id)  # that one is refused with a sentence
    }
    values = records.check(act, row, {n: text for n, text in typed.items() if n not in known}, complete=False)
    for name, value in values.items():
        if specs[name].kind is Kind.LOOKUP and value != getattr(row, name):
            links[name] = value
    return values | known


def _set(row: Record, values: dict[str, Any]) -> dict[str, Any]:
    """Set values; what they were. Raises Invalid, with nothing set, for an opportunity that would lose its customer."""
    before = {name: getattr(row, name) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    try:
        customers.require(row)
    except Invalid:
        for name, value in before.items():
            setattr(row, name, value)
        raise
    return before


#: A record that changes, what changes in it as history tells it, and what it held before.
_Writing = tuple[Edited, list[list[str]], dict[str, Any]]


def _write(act: Act, writing: Sequence[_Writing], details: Mapping[str, Any], story: Story | None) -> None:
    rows = [edited.row for edited, *_ in writing]
    with act.session.no_autoflush:
        held = customers.fetch(act.session, rows)
        for row in rows:
            row.modified_on, row.modified_by_id = act.now, act.who.id
            customers.settle(act.session, row)
            row.refresh_keys()
    act.session.flush()
    del held
    entity = rows[0].entity
    followed = _followed(act, entity, rows)
    names = _names(act, type(rows[0]), [change for _, changes, _ in writing for change in changes])
    entries: list[History] = []
    operations: list[dict[str, Any]] = []
    for edited, changes, before in writing:
        row = edited.row
        told = [_named(type(row), change, names) for change in changes]
        remark = TOGETHER if len(rows) > 1 and story is None else ""
        entry = history.entry_of(
            row,
            story.event if story else Event.CHANGED,
            by=act.who.id,
            now=act.now,
            changes=[*([list(story.about)] if story else []), *told],
            remark=remark,
        )
        entries.append(entry)
        if row.id in followed:
            notifying.hear(act, row, entry)
        act.changed(entity, row.id)
        pairs = {name: [pack(was), pack(getattr(row, name))] for name, was in before.items()}
        operations.append(
            {
                "kind": OperationKind.EDIT.value,
                "entity": entity,
                "record_id": row.id,
                "by_id": act.who.id,
                "at": act.now,
                "journal": [["set", entity, [row.id], pairs]],
            }
        )
    kept = {**details, "history": history.write(act.session, entries)}
    made = insert(Operation).returning(col(Operation.id), col(Operation.record_id))
    ids = act.session.execute(made, [{**operation, "details": kept} for operation in operations]).all()
    by_record = {record_id: operation_id for operation_id, record_id in ids}
    for edited, *_ in writing:
        edited.operation = by_record[edited.row.id]
    upkeep.saved_many(act, [(edited.row, changes) for edited, changes, _ in writing])
    act.session.flush()


def _followed(act: Act, entity: str, rows: Sequence[Record]) -> set[int]:
    """Which of the records somebody follows."""
    wanted = select(Follow.record_id).where(Follow.entity == entity, col(Follow.record_id).in_([r.id for r in rows]))
    return set(act.session.exec(wanted))


def _names(act: Act, table: type[Record], changes: Sequence[Sequence[str]]) -> dict[tuple[str, str], str]:
    """What the records in changes of look-ups are called, each asked for once."""
    specs, found = fields_of(table), dict[tuple[str, str], str]()
    for name, *both in changes:
        if specs[name].kind is Kind.LOOKUP:
            for value in both:
                key = (specs[name].target, value)
                if value and key not in found:
                    found[key] = records.name_of(act, specs[name].target, int(value))
    return found


def _named(table: type[Record], change: list[str], names: Mapping[tuple[str, str], str]) -> list[str]:
    spec = fields_of(table)[change[0]]
    if spec.kind is not Kind.LOOKUP:
        return change
    return [*change, *(names.get((spec.target, value), "") for value in change[1:3])]


def _faster(act: Act, rows: Sequence[Record], typed: Typed, seen: Mapping[int, int]) -> dict[int | None, CrmError]:
    """The records of which somebody else changed one of these fields since the user saw them, with who and which."""
    found: dict[int | None, CrmError] = {}
    for row in rows:
        version = seen.get(row.id or 0, row.version)
        if version >= row.version:
            continue
        for entry, who in history.changes_since(act.session, row, version):
            touched = [change[0] for change in entry.changes if change[0] in typed]
            if touched and entry.by_id != act.who.id:
                label = fields_of(type(row))[touched[0]].label
                found[row.id] = NotAllowed(FASTER, who=who or N_("The system"), field=label)
    return found


def undo(act: Act, operation: Operation) -> None:
    """Let a record hold again what it held before; fields that were changed since stay. Raises NotAllowed for a closed one."""
    row = act.find(record_table(operation.entity), operation.record_id, Privilege.WRITE)
    lifecycle.require_open(row)
    back = journal.undo(act, operation).get((row.entity, row.id or 0), [])
    if not back:
        raise NotAllowed(N_("%(name)s has been changed since and stays as it is."), name=row.display_name)
    customers.require(row)
    changes = records.with_names(act, row, back)
    entry = history.record(
        act.session, row, Event.CHANGED, by=act.who.id, now=act.now, changes=changes, remark=TAKEN_BACK
    )
    notifying.hear(act, row, entry)
    upkeep.saved(act, row, back)
