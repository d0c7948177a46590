"""What becomes of each row: created, updated, skipped or rejected, and why (S 6.4, 6.5). Preview and run ask the same judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from sqlmodel import select

from rxcrm.models.access import Privilege, visible
from rxcrm.models.activity import ACTIVITY_REASONS, Activity
from rxcrm.models.base import Record
from rxcrm.models.customers import NEEDED
from rxcrm.models.fields import fields_of
from rxcrm.models.history import difference
from rxcrm.models.importing import doubles, sources
from rxcrm.models.importing.checked import REJECTED, WARNING, Checked, Problem
from rxcrm.models.importing.checking import Checker
from rxcrm.models.importing.choosing import require_key
from rxcrm.models.importing.doubles import Double, Doubles
from rxcrm.models.importing.grid import Row
from rxcrm.models.importing.keeping import keep_beside
from rxcrm.models.importing.plan import CREATE, CREATE_ANYWAY, SKIP, UPDATE, UPDATE_IT, Plan
from rxcrm.models.importing.specials import RECORD_ID, SOURCE_ID
from rxcrm.models.importing.stage import Stage
from rxcrm.models.lifecycle import is_open
from rxcrm.models.operation import is_kept
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.records import Act
from rxcrm.models.searching import sort_key
from rxcrm.models.tagging.vocabulary import new_names, numbers, vocabulary
from rxcrm.translation import N_

#: The tags of a row.
CREATED, UPDATED, SKIPPED, REFUSED, BLANK = "create", "update", "skip", "reject", "blank"

UNCHANGED = N_("Nothing in this row differs from “%(name)s”.")
UNCHANGED_SINCE = N_("This row was not changed since it was exported.")
LEFT_OUT = N_("You chose to leave this row out.")
NOT_THERE = N_("There is no record to update: none has this %(label)s.")
HERE = N_("“%(name)s” is here already; only new records were asked for.")
NO_ID = N_("There is no record with this id, or you may not see it.")
SEVERAL = N_("Several records have this %(label)s; which one is meant cannot be told.")
NO_KEY = N_("This row has no %(label)s by which its record could be found.")
CLOSED = N_("“%(name)s” is closed and cannot be changed.")
NOT_YOURS = N_("Your role may not change “%(name)s”.")
REPEATS = N_("This row has the same %(label)s as row %(row)s, and says more about it.")
CHANGED_SINCE = N_("“%(name)s” was changed on %(when)s, after this file was exported.")
MAY_NOT_CREATE = N_("Your role may not create these records.")
#: A table has a resolution of microseconds, a workbook one of seconds.
_SLACK = timedelta(seconds=1)


@dataclass
class Verdict:
    """What becomes of one row. `record_id` is the record that it updates or doubles; `double` the row that it repeats.

    `version` is that of the record when it was judged; `into` is the row of the same batch into which this one goes.
    """

    number: int
    tag: str
    row: Checked | None = None
    record_id: int = 0
    name: str = ""
    double: int = 0
    version: int = 0
    reasons: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    into: Checked | None = None


def name_of(values: dict[str, Any]) -> str:
    """What a record with these values would be called."""
    person = f"{values.get('first_name') or ''} {values.get('last_name') or ''}".strip()
    return str(values.get("name") or person or values.get("topic") or values.get("subject") or "")[:160]


class Judge:
    """Judges batch after batch, in the order of the file; what it decides of one row counts for the rows behind it."""

    def __init__(self, act: Act, checker: Checker, plan: Plan, stage: Stage, *, previewing: bool) -> None:
        self.checker, self.plan, self.stage = checker, plan, stage
        self.table: type[Record] = checker.table
        self.who = act.who
        require_key(act.who, self.table.entity, plan)
        checker.required = [spec for spec in checker.required if act.who.may_fill(spec, new=True)]
        self.may_create = act.who.holds(Privilege.CREATE, self.table.entity)
        self.doubles = Doubles(act, self.table, stage if previewing else None, self._again)
        self.previewing = previewing
        spec = fields_of(self.table).get(plan.key)
        self.label = spec.label if spec else N_("Record ID")
        self._found: dict[Any, list[Record]] = {}
        self._changeable: set[int] = set()
        #: New records of this batch, by number and by key; rows of earlier batches that a preview lets be created, by key.
        self._created: dict[int, Checked] = {}
        self._new: dict[Any, Checked] = {}
        self._before: dict[Any, int] = {}

    def batch(self, act: Act, rows: Sequence[Row]) -> list[Verdict]:
        """A verdict for every row."""
        self.checker.prime(rows)
        checked = [self.checker.check(number, cells) for number, cells in rows]
        hopeful = [row for row in checked if row and not row.rejected]
        decisions = self.stage.decisions(rows[0][0], rows[-1][0]) if rows else {}
        self._look_up(act, hopeful)
        unknown = [row for row in hopeful if not self._found.get(self._key(row))]
        self.doubles.begin(act, unknown)
        doubled = self._records(act, self.doubles.record_ids())
        self._new, self._created = {}, {}
        return [
            Verdict(number, BLANK) if row is None else self._judge(act, row, decisions.get(number, ""), doubled)
            for (number, _), row in zip(rows, checked, strict=True)
        ]

    # -- finding what is known --

    def _key(self, row: Checked) -> Any:
        """By what the record of a row is found; None for nothing."""
        if self.plan.key == RECORD_ID:
            return row.record_id or None
        if self.plan.key == SOURCE_ID:
            return row.source_id or None
        if not self.plan.key:
            return None
        # A cell that has no usable value names nobody.
        value = (row.values or {}).get(self.plan.key) if self.plan.key in row.filled else None
        return _alike(value)

    def _look_up(self, act: Act, rows: Sequence[Checked]) -> None:
        """The records that the keys of these rows name, in one statement."""
        self._found, self._before = {}, {}
        keys = {key for row in rows if (key := self._key(row))}
        if not keys:
            return
        if self.previewing and self.plan.key != RECORD_ID:
            self._before = self.stage.seen(f"k{key}" for key in keys)
        columns = cast(Any, self.table)
        if self.plan.key == RECORD_ID:
            for record in self._records(act, keys).values():
                self._found[record.id] = [record]
            return
        if self.plan.key == SOURCE_ID:
            ids = sources.known(act.session, self.table.entity, keys)
            records = self._records(act, set(ids.values()))
            self._found = {key: [records[i]] for key, i in ids.items() if i in records}
            return
        # The folded column has an index, but folds and cuts: who is meant is told by the whole value.
        indexed = getattr(columns, f"{self.plan.key}_key", None)
        column = indexed if indexed is not None else getattr(columns, self.plan.key)
        values = {(row.values or {}).get(self.plan.key) for row in rows if self._key(row) is not None}
        wanted = {sort_key(v) if indexed is not None and isinstance(v, str) else v for v in values}
        for record in self._where(act, column, wanted):
            key = _alike(getattr(record, self.plan.key))
            if key in keys:
                self._found.setdefault(key, []).append(record)

    def _records(self, act: Act, ids: set[Any]) -> dict[int, Record]:
        known = {i for i in ids if isinstance(i, int) and i > 0}
        return {record.id or 0: record for record in self._where(act, cast(Any, self.table).id, known)}

    def _where(self, act: Act, column: Any, values: set[Any]) -> list[Record]:
        """The live records with one of these values that the importer may see, and which of them he may change."""
        columns: Any = self.table
        found: list[Record] = []
        ordered = sorted(values)
        for at in range(0, len(ordered), 500):
            which = (
                column.in_(ordered[at : at + 500]),
                columns.deleted_on.is_(None),
                is_kept(self.table.entity, columns.id),
            )
            some = act.session.scalars(select(self.table).where(*which, visible(act.who, self.table))).all()
            found += some
            mine = select(columns.id).where(*which, visible(act.who, self.table, Privilege.WRITE))
            self._changeable.update(act.session.scalars(mine) if some else ())
        return found

    def _again(self, numbers: Sequence[int]) -> list[Checked]:
        """Rows that were judged before, checked once more."""
        found = (self.checker.check(number, cells) for number, cells in self.stage.some(numbers))
        return [row for row in found if row is not None]

    # -- judging --

    def _judge(self, act: Act, row: Checked, choice: str, doubled: dict[int, Record]) -> Verdict:
        name = name_of(row.values or {})
        if row.rejected:
            return Verdict(row.number, REFUSED, row, name=name)
        if choice == SKIP:
            return Verdict(row.number, SKIPPED, row, name=name, reasons=[(LEFT_OUT, {})])
        key = self._key(row)
        if row.unchanged and not choice and self._found.get(key):
            return Verdict(row.number, SKIPPED, row, row.record_id, name, reasons=[(UNCHANGED_SINCE, {})])
        if key is not None and choice != CREATE_ANYWAY and (found := self._found.get(key)):
            if len(found) > 1:
                return self._refuse(row, name, SEVERAL, label=self.label)
            if self.plan.mode == CREATE:
                return Verdict(
                    row.number, SKIPPED, row, found[0].id or 0, name, reasons=[(HERE, self._named(found[0]))]
                )
            return self._update(act, row, found[0], choice)
        if self.plan.key == RECORD_ID and row.record_id and choice != CREATE_ANYWAY:
            return self._refuse(row, name, NO_ID)
        if key is not None and (first := self._new.get(key)) is not None:
            return self._into(row, first, name)
        if key is not None and (number := self._before.get(f"k{key}", row.number)) < row.number:
            return Verdict(row.number, UPDATED, row, name=name, double=number, reasons=[self._repeats(number)])
        if self.plan.mode == UPDATE:
            said = NO_KEY if key is None else NOT_THERE
            return Verdict(row.number, SKIPPED, row, name=name, reasons=[(said, {"label": self.label})])
        double = self.doubles.of(row)
        if double:
            verdict = self._doubled(act, row, double, choice or self.plan.duplicates, doubled)
            if verdict:
                return verdict
        return self._create(row, name, key, double)

    def _create(self, row: Checked, name: str, key: Any, double: Double | None) -> Verdict:
        if not self.may_create:
            row.problems.append(Problem(row.number, REJECTED, "", "", MAY_NOT_CREATE))
        self._seal(row, new=True)
        row.require_whole()
        if row.rejected:
            return Verdict(row.number, REFUSED, row, name=name)
        if double:
            row.problems.append(Problem(row.number, WARNING, "", double.name, *_said(double)))
        if key is not None:
            self._new[key] = row
            if self.previewing:
                self.stage.see([f"k{key}"], row.number)
        self._created[row.number] = row
        self.doubles.keep(row)
        return Verdict(row.number, CREATED, row, double.record_id if double else 0, name, double.row if double else 0)

    def _doubled(self, act: Act, row: Checked, double: Double, policy: str, known: dict[int, Record]) -> Verdict | None:
        """What becomes of a row that is here already; None if it is created all the same."""
        name = name_of(row.values or {})
        if policy == SKIP or (policy == UPDATE_IT and self.plan.mode == CREATE):
            return Verdict(row.number, SKIPPED, row, double.record_id, name, double.row, reasons=[_said(double)])
        if policy != UPDATE_IT:
            return None
        if double.row:
            if (first := self._created.get(double.row)) is not None:
                return self._into(row, first, name, double)
            # The earlier row was judged in a batch before; when the import runs, it is a record by now.
            return Verdict(row.number, UPDATED, row, name=name, double=double.row, reasons=[_said(double)])
        record = known.get(double.record_id)
        if record is None or not self._may_change(record):
            return Verdict(row.number, SKIPPED, row, double.record_id, name, reasons=[_said(double)])
        return self._update(act, row, record, UPDATE_IT, _said(double))

    def _into(self, row: Checked, first: Checked, name: str, double: Double | None = None) -> Verdict:
        """A row that says more about a new record of the same batch: its filled cells go into that one."""
        said = _said(double) if double else self._repeats(first.number)
        return Verdict(row.number, UPDATED, row, name=name, double=first.number, reasons=[said], into=first)

    def _repeats(self, number: int) -> tuple[str, dict[str, Any]]:
        return REPEATS, {"row": number, "label": self.label}

    def _update(
        self, act: Act, row: Checked, record: Record, choice: str, said: tuple[str, dict[str, Any]] | None = None
    ) -> Verdict:
        names = self._named(record)
        if record.id not in self._changeable:
            return self._refuse(row, names["name"], NOT_YOURS, record.id or 0, **names)
        if not _editable(record):
            return self._refuse(row, names["name"], CLOSED, record.id or 0, **names)
        late = row.exported_on and record.modified_on > row.exported_on + _SLACK
        if late and not self.plan.overwrite and choice != UPDATE_IT:
            when = record.modified_on.isoformat(timespec="minutes")
            return self._refuse(row, names["name"], CHANGED_SINCE, record.id or 0, **names, when=when)
        if isinstance(record, Opportunity) and not _has_customer(row, record):
            return self._refuse(row, names["name"], NEEDED, record.id or 0)
        keep_beside(row, record)
        self._seal(row)
        if not self._differs(row, record):
            return Verdict(row.number, SKIPPED, row, record.id or 0, names["name"], reasons=[(UNCHANGED, names)])
        return Verdict(
            row.number,
            UPDATED,
            row,
            record.id or 0,
            names["name"],
            version=record.version,
            reasons=[said] if said else [],
        )

    def _seal(self, row: Checked, *, new: bool = False) -> None:
        """Leave out of a row what its importer may not fill in; what the record holds there stays (S 9.3)."""
        specs = fields_of(self.table)
        named = {*(row.values or {}), *row.later}
        for spec in (specs[name] for name in sorted(named) if name in specs):
            if refusal := self.who.refusal(spec, new=new):
                lost = row.later.pop(spec.name, None), (row.values or {}).pop(spec.name, None)
                if spec.name in row.filled or (new and any(lost)):
                    row.problems.append(Problem(row.number, WARNING, "", "", refusal.message, refusal.values))
                row.filled.discard(spec.name)

    def _differs(self, row: Checked, record: Record) -> bool:
        if row.later:
            return True
        if row.owned and row.owner.user_id != record.owner_user_id:
            return True
        return bool(difference(type(record), record, changes_of(row, record)))

    def _may_change(self, record: Record) -> bool:
        return record.id in self._changeable and _editable(record)

    def _named(self, record: Record) -> dict[str, Any]:
        return {"name": record.display_name}

    def _refuse(self, row: Checked, called: str, reason: str, record_id: int = 0, **values: Any) -> Verdict:
        row.problems.append(Problem(row.number, REJECTED, "", called, reason, values))
        row.values = None
        return Verdict(row.number, REFUSED, row, record_id, called)


def _has_customer(row: Checked, record: Opportunity) -> bool:
    """An old opportunity may have lost its customer; it cannot be saved without one."""
    changes = changes_of(row)
    return any(changes.get(name) or getattr(record, name) for name in ("account_id", "contact_id"))


def _editable(record: Record) -> bool:
    """Whether the status of a record lets it be changed; notes have none."""
    if isinstance(record, Activity) and record.kind in ACTIVITY_REASONS:
        return record.is_open
    return is_open(record)


def _alike(value: Any) -> Any:
    """By what two values of a key are the same: case does not count, accents do; None for nothing."""
    return (value.strip().casefold() or None) if isinstance(value, str) else value


def changes_of(row: Checked, record: Record | None = None) -> dict[str, Any]:
    """What a row would set on a record that it updates: only the filled cells. Tags stay as they are held, where they stay."""
    found = {name: value for name, value in (row.values or {}).items() if name in row.filled}
    if record is not None and found.get("tags"):
        held, wanted = getattr(record, "tags"), found["tags"]  # noqa: B009  (only tables with tags have the field)
        found["tags"] = wanted if new_names(wanted) else vocabulary().kept(held, numbers(wanted))
    return found


def _said(double: Double) -> tuple[str, dict[str, Any]]:
    if double.row:
        return doubles.IN_THE_FILE, {"row": double.row, "why": double.why}
    return doubles.HERE_ALREADY, {"name": double.name, "why": double.why}
