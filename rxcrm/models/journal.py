"""What a verb wrote, row by row, so that all of it can be taken back as a whole (S 3.5, 7.8 [OURS]).

A verb that can be undone makes its writes through a `Journal` and closes it into an `Operation`. Undoing goes through
the journal backwards: rows that were made go (records into the recycle bin), values that were set become what they
were, unless somebody has changed them since. What people did since to the records that were made is found by
`touched`, so that nothing of theirs is lost unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import func, inspect, select, update
from sqlmodel import Session, SQLModel, col

from rxcrm.models import customers, records
from rxcrm.models.activity import Activity, Party
from rxcrm.models.base import Record
from rxcrm.models.connections import upkeep
from rxcrm.models.errors import NotAllowed
from rxcrm.models.fields import Kind, fields_of, raw
from rxcrm.models.history import HIDDEN, History
from rxcrm.models.operation import Operation, OperationKind
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.models.scoring import keeping
from rxcrm.models.tables import RECORDS
from rxcrm.models.tagging.vocabulary import three_way
from rxcrm.translation import N_, gettext

T = TypeVar("T", bound=SQLModel)
#: Ids per statement: databases bound the number of values in one.
AT_ONCE = 500


class Journal:
    """The writes of one verb in one unit of work, in their order."""

    def __init__(self, act: Act) -> None:
        self.act = act
        self.entries: list[Any] = []

    def made(self, row: T) -> T:
        """Remember a row that the verb added; it has been flushed."""
        self.entries.append(["made", _name(type(row)), _key(row)])
        return row

    def set(self, row: SQLModel, **values: Any) -> bool:
        """Set attributes of a row, remembering what they were; says whether anything changed. Records still need `touch`."""
        before = {name: [pack(getattr(row, name)), pack(new)] for name, new in values.items()}
        changed = {name: pair for name, pair in before.items() if pair[0] != pair[1]}
        for name in changed:
            setattr(row, name, values[name])
        if changed:
            self.entries.append(["set", _name(type(row)), _key(row), changed])
        return bool(changed)

    def noted(self, row: SQLModel, before: Mapping[str, Any]) -> bool:
        """Remember values that another verb has set since `before` was read; says whether any of them changed."""
        pairs = {name: [pack(was), pack(getattr(row, name))] for name, was in before.items()}
        changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        if changed:
            self.entries.append(["set", _name(type(row)), _key(row), changed])
        return bool(changed)

    def removed(self, row: SQLModel) -> None:
        """Delete a row, remembering all of it. For tables with one id to which nothing points."""
        values = {column.key: pack(getattr(row, column.key)) for column in inspect(type(row)).columns}
        self.entries.append(["removed", _name(type(row)), _key(row), values])
        self.act.session.delete(row)

    def move(self, table: type[SQLModel], where: Iterable[Any], **values: Any) -> list[int]:
        """Set columns of all rows that fulfil `where`, in few statements; returns their ids. For tables with one id."""
        columns: Any = table
        wanted = select(columns.id, *(getattr(columns, name) for name in values)).where(*where).order_by(columns.id)
        groups: dict[tuple[Any, ...], list[int]] = {}
        for row_id, *old in self.act.session.execute(wanted):
            groups.setdefault(tuple(old), []).append(row_id)
        for before, ids in groups.items():
            pairs = {name: [pack(was), pack(values[name])] for name, was in zip(values, before, strict=True)}
            self.entries.append(["moved", _name(table), ids, pairs])
            _update(self.act.session, table, ids, values)
        return [row_id for ids in groups.values() for row_id in ids]

    def close(
        self, kind: OperationKind, row: Record, details: dict[str, Any] | None = None, newest: int = 0
    ) -> Operation:
        """Store what was written as one operation on `row`; called after the last write and its history.

        `newest` is the id of the last entry of that history, where the caller knows it.
        """
        self.act.session.flush()
        newest = newest or self.act.session.scalar(select(func.max(History.id))) or 0
        operation = Operation(
            kind=kind.value,
            entity=row.entity,
            record_id=row.id or 0,
            by_id=self.act.who.id,
            at=self.act.now,
            journal=self.entries,
            details={**(details or {}), "history": newest},
        )
        self.act.session.add(operation)
        self.act.session.flush()
        return operation


def latest(session: Session, kind: OperationKind, entity: str, record_id: int) -> Operation | None:
    """The newest operation of a kind on a record that has not been undone."""
    wanted = (
        select(Operation)
        .where(
            col(Operation.kind) == kind.value,
            col(Operation.entity) == entity,
            col(Operation.record_id) == record_id,
            col(Operation.undone_on).is_(None),
        )
        .order_by(col(Operation.id).desc())
        .limit(1)
    )
    return session.scalars(wanted).first()


def made_by(operation: Operation) -> list[tuple[str, int]]:
    """The records that an operation made: entity and id, in the order in which they came."""
    return [(name, key[0]) for what, name, key, *_ in operation.journal if what == "made" and name in RECORDS]


@dataclass
class Touch:
    """What somebody did since to a record that an operation made: entity, id, name; who and when (ISO)."""

    entity: str
    id: int
    name: str
    who: str
    at: str


class InUse(NotAllowed):
    """Records that an operation made have been used since; `touches` says which, by whom and when."""

    message = N_("What was created has been used since. It can be kept.")

    def __init__(self, touches: list[Touch]) -> None:
        super().__init__()
        self.touches = touches


def touched(act: Act, operation: Operation) -> list[Touch]:
    """Which of the records that an operation made have been used since: changed, written about, or pointed to."""
    made = made_by(operation)
    found: dict[tuple[str, int], tuple[datetime, int | None]] = {}
    for entity, record_id in made:
        for at, by in _uses(act.session, operation, entity, record_id, set(made)):
            if (entity, record_id) not in found or found[entity, record_id][0] < at:
                found[entity, record_id] = (at, by)
    touches = []
    for (entity, record_id), (at, by) in found.items():
        user = act.session.get(User, by) if by else None
        # A record that the asker may not see is not named.
        name = records.name_of(act, entity, record_id) or gettext(act.who.conventions.locale, HIDDEN)
        touches.append(Touch(entity, record_id, name, user.name if user else "", at.isoformat()))
    return touches


def _uses(
    session: Session, operation: Operation, entity: str, record_id: int, made: set[tuple[str, int]]
) -> Iterable[tuple[datetime, int | None]]:
    """Since the operation: entries of the record's history, activities with it, records that point to it."""
    entry: Any = History
    yield from session.execute(
        select(entry.at, entry.by_id).where(
            entry.entity == entity, entry.record_id == record_id, entry.id > operation.details["history"]
        )
    )
    activity, party = col(Activity.id), col(Party.activity_id)
    own = {key[0] for what, name, key, *_ in operation.journal if what == "made" and name == "activity"}
    brought = {
        i for what, name, ids, *_ in operation.journal if what == "moved" and name in ("activity", "party") for i in ids
    }
    written = (
        select(activity, col(Party.id), col(Activity.modified_on), col(Activity.modified_by_id))
        .join(Party, party == activity)
        .where(col(Party.entity) == entity, col(Party.record_id) == record_id, col(Activity.deleted_on).is_(None))
    )
    yield from (
        (at, by)
        for one, place, at, by in session.execute(written)
        if one not in own and one not in brought and place not in brought
    )
    for table in RECORDS.values():
        columns: Any = table
        for spec in records.lookups_of(table):
            if spec.target == entity:
                pointing = select(columns.id, columns.modified_on, columns.modified_by_id).where(
                    getattr(columns, spec.name) == record_id, columns.deleted_on.is_(None)
                )
                known = made | {(operation.entity, operation.record_id)} | set_by(operation)
                yield from (
                    (at, by) for other, at, by in session.execute(pointing) if (table.entity, other) not in known
                )


def set_by(operation: Operation) -> set[tuple[str, int]]:
    """The records whose values an operation set."""
    return {(name, key[0]) for what, name, key, *_ in operation.journal if what == "set" and name in RECORDS}


#: Fields of which a record's name is made.
_NAMES = {"name", "first_name", "last_name", "topic"}


def undo(act: Act, operation: Operation, *, keep_made: bool = False) -> dict[tuple[str, int], list[list[str]]]:
    """Take back everything that an operation wrote, the last write first; with `keep_made` the records that it made stay.

    Values that somebody has changed since stay as they are now. Rights and touches are the caller's to ask for, and so
    is the history: returned are the changes of the records that stay, `[field, before, now]` in raw form.
    """
    changed: dict[tuple[str, int], Record] = {}
    told: dict[tuple[str, int], list[list[str]]] = {}
    for what, name, key, *rest in reversed(operation.journal):
        table = _tables()[name]
        if what == "moved":
            _move_back(act.session, table, key, rest[0])
            continue
        if what == "removed":
            if act.session.get(table, key[0]) is None:
                act.session.add(table(**{name: unpack(value) for name, value in rest[0].items()}))
            continue
        row = act.session.get(table, key[0] if len(key) == 1 else tuple(key))
        if row is None:
            continue
        if what == "set":
            if (back := _set_back(row, rest[0])) and isinstance(row, Record):
                changed[row.entity, row.id or 0] = row
                told.setdefault((row.entity, row.id or 0), []).extend(back)
        elif not isinstance(row, Record):
            act.session.delete(row)
            act.session.flush()
        elif not keep_made and row.deleted_on is None:
            changed.pop((row.entity, row.id or 0), None)
            records.bin(act, row)
    for row in changed.values():
        records.touch(act, row)
        if {change[0] for change in told[row.entity, row.id or 0]} & _NAMES:
            upkeep.renamed(act.session, row.entity, row.id or 0, row.display_name)
            customers.renamed(act.session, row.entity, row.id or 0, row.display_name)
    operation.undone_on, operation.undone_by_id = act.now, act.who.id
    act.session.flush()
    return {key: [change for change in told[key] if change[0]] for key in changed}


def _set_back(row: SQLModel, pairs: dict[str, list[Any]]) -> list[list[str]]:
    """Set values back that nobody has changed since; the changes of described fields, and one of another as `["", "", ""]`."""
    changes = []
    for name, (old, new) in pairs.items():
        was, back = getattr(row, name), unpack(old)
        spec = fields_of(type(row)).get(name) if isinstance(row, Record) else None
        if pack(was) != new:
            # Of tags only those that the verb hung on or took off; others may have hung on more.
            back = three_way(was, old, new) if spec and spec.kind is Kind.TAGS else was
            if back == was:
                continue
        setattr(row, name, back)
        changes.append([name, raw(was), raw(back)] if spec else ["", "", ""])
    return changes


def _move_back(session: Session, table: type[SQLModel], ids: Sequence[int], pairs: dict[str, list[Any]]) -> None:
    columns: Any = table
    still = [getattr(columns, name) == unpack(new) for name, (_, new) in pairs.items()]
    _update(session, table, ids, {name: unpack(old) for name, (old, _) in pairs.items()}, still)


def _update(
    session: Session, table: type[SQLModel], ids: Sequence[int], values: dict[str, Any], where: Sequence[Any] = ()
) -> None:
    """Set columns of many rows; what has a version gets a new one, as with every write."""
    columns: Any = table
    bump = {"version": columns.version + 1} if hasattr(table, "version") else {}
    for at in range(0, len(ids), AT_ONCE):
        session.execute(
            update(table).where(columns.id.in_(ids[at : at + AT_ONCE]), *where).values(**values, **bump),
            execution_options={"synchronize_session": "fetch"},
        )
        keeping.written(session, _name(table), ids[at : at + AT_ONCE])


@cache
def _tables() -> dict[str, Any]:
    """Every table class by the name of its table."""
    registry: Any = SQLModel._sa_registry
    return {mapper.local_table.name: mapper.class_ for mapper in registry.mappers}


def _name(table: type[SQLModel]) -> str:
    return str(table.__tablename__)


def _key(row: SQLModel) -> list[Any]:
    return list(inspect(row).identity or ())


def pack(value: Any) -> Any:
    """A column's value as JSON holds it, told apart by a letter where JSON has no such type."""
    if isinstance(value, Decimal):
        return {"n": str(value)}
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, (dict, list)):
        return {"j": value}
    return value


_UNPACKED: dict[str, Callable[[Any], Any]] = {
    "n": Decimal,
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "j": lambda value: value,
}


def unpack(packed: Any) -> Any:
    """The column's value again."""
    if not isinstance(packed, dict):
        return packed
    ((letter, value),) = packed.items()
    return _UNPACKED[letter](value)
