"""One row → the values of a record, or the reasons why it is none (S 13.17-13.19).

Nothing is cut or dropped silently. Text that is too long rejects its row. A value that an optional field cannot hold
leaves the field empty with a warning that carries the value. An e-mail or web address that is none would be lost that
way although a person could mend it, so it is also added to the description, as "Email: value", where it fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from rxcrm.models import composing
from rxcrm.models.base import Record
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import TEXTUAL, Conventions, FieldSpec, Kind, clean, parse, show
from rxcrm.models.importing import rules
from rxcrm.models.importing.checked import REJECTED, WARNING, Checked, Problem
from rxcrm.models.importing.checksum import row_checksum
from rxcrm.models.importing.columns import (
    AMBIGUOUS_DATES,
    DATES,
    NUMBERS,
    Column,
    column,
    region,
)
from rxcrm.models.importing.grid import CellError, Row, is_blank
from rxcrm.models.importing.habits import Habits
from rxcrm.models.importing.keeping import FURTHER, NOT_STORED, keep, values_of
from rxcrm.models.importing.names import split_name
from rxcrm.models.importing.owners import Owners
from rxcrm.models.importing.plan import AS_OPEN, CREATE, RAW, TEXT, UPDATE_IT, Fix, Plan
from rxcrm.models.importing.siblings import ITSELF, SEVERAL_ROWS, Later, Wish
from rxcrm.models.importing.specials import (
    CREATED_ON,
    FULL_NAME,
    MODIFIED_ON,
    OWNER,
    RECORD_ID,
    ROW_CHECKSUM,
    SOURCE_ID,
    STATUS,
    is_added,
    required_fields,
    specs_of,
)
from rxcrm.models.importing.spelling import normal
from rxcrm.models.importing.topics import PRESET, composer
from rxcrm.models.importing.words import NO, meaning, statuses
from rxcrm.models.lead import Lead
from rxcrm.models.tagging.vocabulary import BETWEEN, new_names, numbers, pack
from rxcrm.translation import N_

FAILED = N_("The formula in this cell failed; the field stays empty.")
#: Cells that have no value for another reason (rxcrm.models.importing.workbook, delimited).
UNUSABLE = {
    "#NO RESULT": N_("The result of this cell's formula is not in the file; the field stays empty."),
    "#TOO LONG": N_("This cell holds more than any field can; the field stays empty."),
}
NO_TAG = N_("“%(value)s”: there is no such tag, and only administrators make new ones.")
#: Targets that tell a row's record rather than fill a field of it (S 6.2).
_OURS = (RECORD_ID, SOURCE_ID, ROW_CHECKSUM, MODIFIED_ON)


class Links(Protocol):
    """Finds the records that texts name (rxcrm.models.importing.lookups)."""

    def prime(self, spec: FieldSpec, texts: set[str]) -> None:
        """Look all these texts up at once."""

    def find(self, spec: FieldSpec, text: str) -> Any:
        """The id of the record, or what stands for one to be made. Raises BadValue for none or several."""

    def known(self, spec: FieldSpec, typed: str) -> Any:
        """An id that somebody chose from a list, if he may link to that record. Raises BadValue otherwise."""


def survey(rows: Iterable[Row], mapping: dict[int, str], table: type[Record]) -> tuple[int, dict[int, Habits]]:
    """How many rows there are, and the habits of every column of dates or numbers, from all its cells."""
    habits = {index: Habits() for index in mapping}
    specs = specs_of(table)
    dates = [i for i, target in mapping.items() if specs[target].kind in DATES]
    numbers = [i for i, target in mapping.items() if specs[target].kind in NUMBERS]
    count = 0
    for _, cells in rows:
        count += 1
        for i in dates:
            if cells[i]:
                habits[i].see_date(cells[i])
        for i in numbers:
            if cells[i]:
                habits[i].see_number(cells[i])
    return count, habits


class Checker:
    """Knows the plan and the habits of one file; `check` answers for one row at a time."""

    def __init__(
        self,
        table: type[Record],
        headings: list[str],
        plan: Plan,
        habits: dict[int, Habits],
        how: Conventions,
        owners: Owners,
        links: Links,
        file_name: str,
        makes_tags: bool = True,
    ) -> None:
        specs = specs_of(table)
        self.makes_tags = makes_tags
        self.table, self.specs, self.how, self.plan = table, specs, how, plan
        self.owners, self.links, self.headings, self.file_name = owners, links, headings, file_name
        made = {
            target: column(i, headings[i], target, specs[target], habits[i], how, links.find, plan)
            for i, target in plan.mapping.items()
        }
        self.owner, self.name = made.pop(OWNER, None), made.pop(FULL_NAME, None)
        self.created = made.pop(CREATED_ON, None)
        self.known_by = {name: made.pop(name, None) for name in _OURS}
        #: Columns that our exports, and our files of rejected rows, have beside the fields.
        self.ours = {c.index for name, c in self.known_by.items() if c and name != SOURCE_ID}
        self.ours |= {place for place, heading in enumerate(headings) if is_added(heading)}
        self.statuses = [c for name in (STATUS, "status_reason") if (c := made.pop(name, None))]
        self.columns = list(made.values())
        self.country = made.get("country")
        self.linked = [c for c in self.columns if c.spec.kind is Kind.LOOKUP]
        self.constants = self._constant_values(made)
        self.required = [s for s in required_fields(table) if s.name not in _SET]
        composed = table is Lead and "topic" not in made and "topic" not in self.constants
        self.compose = composer(table, plan.topic_pattern or PRESET) if composed else None
        # Rows without a topic get the one of the organisation, where they certainly become new leads (S 3.12).
        new = plan.mode == CREATE or (not plan.key and plan.duplicates != UPDATE_IT)
        own = composing.pattern() if table is Lead and new else ""
        self.fill_in = composer(table, own) if own else None
        self.doubts = [c for c in [*self.columns, self.created] if c and c.doubt]

    def _constant_values(self, made: dict[str, Column]) -> dict[str, Any]:
        """The values that all rows get whose column is not in the file. Raises BadValue for one that does not fit."""
        values = {}
        for name, typed in self.plan.constants.items():
            spec = self.specs.get(name)
            if spec is None or spec.locked:
                raise BadValue(N_("There is no field “%(name)s” to fill."), name=name[:80])
            if name not in made and typed:
                values[name] = (
                    self.links.known(spec, typed) if spec.kind is Kind.LOOKUP else parse(spec, typed, self.how)
                )
        return values

    def notes(self, heading_row: int) -> list[Problem]:
        """What is doubtful of whole columns: one warning each, at the row of the headings."""
        return [
            Problem(heading_row, WARNING, c.heading, "", AMBIGUOUS_DATES, c.doubt or {}, c.index) for c in self.doubts
        ]

    def prime(self, rows: Sequence[Row]) -> None:
        """Look up at once what the look-up columns of these rows name; `check` then asks nothing."""
        for col in self.linked:
            texts = {text for _, cells in rows if (text := self.text_of(col, cells))}
            self.links.prime(col.spec, texts)

    def check(self, number: int, cells: list[str]) -> Checked | None:
        """The row's values or problems; None for a blank row."""
        if is_blank(cells):
            return None
        row = Checked(number, cells, {}, self.owners.default, remark=f"{self.file_name} · #{number}")
        values: dict[str, Any] = {}
        lost: list[str] = []
        where = region(cells[self.country.index].strip(), self.how.region) if self.country else self.how.region
        for col in self.columns:
            text = cells[col.index]
            if stripped := text.strip():
                self._fill(row, values, lost, col, stripped if type(text) is str else text, where)
            elif "" in self.plan.fixes.get(col.index, {}):
                self._fill(row, values, lost, col, "", where)
                # It is for new records: an update leaves alone what its row does not say.
                row.filled.discard(col.spec.name)
        self._split_name(row, values, cells)
        self._own(row, cells)
        self._open(row, values, cells)
        self._date(row, cells)
        self._spill(row, cells)
        self._know(row, cells)
        for name, value in self.constants.items():
            if not values.get(name):
                values[name] = value
        if self.compose:
            values["topic"] = self.compose(lambda name: self._shown(values, name))
        elif self.fill_in and not values.get("topic"):
            values["topic"] = self.fill_in(lambda name: self._shown(values, name))
        row.lost = lost
        if lost:
            values["description"] = keep(row, self.table, values.get("description", ""))
        self._judge(row, values)
        for spec in self.required:
            if not values.get(spec.name):
                self._miss(row, spec.name, N_("%(label)s is required."), {"label": spec.label})
        row.values = None if row.rejected else values
        return row

    def _judge(self, row: Checked, values: dict[str, Any]) -> None:
        """What the row is as a whole: columns that belong together become one value."""
        for trouble in rules.judge(self.table, values, self.how, row.filled):
            col = self._column(trouble.target)
            if trouble.weight == rules.MISSES:
                self._miss(row, trouble.target, trouble.message, trouble.values)
            else:
                value = row.cells[col.index] if col else ""
                _say(row, trouble.weight, col, value, trouble.message, trouble.values)

    def _miss(self, row: Checked, name: str, message: str, values: dict[str, Any]) -> None:
        """A new record would lack something; nothing new where its column is rejected already."""
        col = self._column(name)
        if not col or not any(p.severity == REJECTED and p.place == col.index for p in row.problems):
            heading, place = (col.heading, col.index) if col else ("", -1)
            row.missing.append(Problem(row.number, REJECTED, heading, "", message, values, place))

    def text_of(self, col: Column, cells: list[str]) -> str:
        """What a cell says once its value is mended; empty if it is to be left out or stands for a stored value."""
        text = cells[col.index].strip()
        fix = self.plan.fixes.get(col.index, {}).get(text)
        return text if fix is None else fix.value if fix.kind == TEXT else ""

    def _fill(self, row: Checked, values: dict[str, Any], lost: list[str], col: Column, text: str, where: str) -> None:
        said = text
        fix = self.plan.fixes.get(col.index, {}).get(text)
        if fix is not None and fix.kind != RAW:
            text = fix.value if fix.kind == TEXT else ""
            if not text:
                values[col.spec.name] = col.empty  # not even what a new record begins with
                return
        elif isinstance(text, CellError):
            _warn(row, col, text, UNUSABLE.get(str(text), FAILED))
            return
        spec = col.spec
        if spec.kind in (Kind.EMAIL, Kind.PHONE):
            text = self._first(row, lost, col, text)
        try:
            value = self._stored(spec, fix) if fix and fix.kind == RAW else col.convert(text, where)
            if type(value) is Later:
                row.later[spec.name] = _wish(row, col, value)
                return
            if spec.kind is Kind.TAGS and not self.makes_tags and (unknown := new_names(value)):
                _warn(row, col, said, NO_TAG, {"value": f"{BETWEEN} ".join(unknown)[:200]})
                value = pack(numbers(value))
            values[spec.name] = value
            row.filled.add(spec.name)
        except BadValue as problem:
            if spec.kind in TEXTUAL and (spec.kind not in NOT_STORED or len(text) > spec.length):
                _reject(row, col, said, problem.message, problem.values)
                values[spec.name] = text
                return
            values[spec.name] = col.empty
            if spec.kind in NOT_STORED:
                lost.append(f"{spec.label}: {clean(text)}")
                _warn(row, col, said, NOT_STORED[spec.kind], {"value": text[:80]})
            else:
                _warn(row, col, said, problem.message, problem.values)

    def _stored(self, spec: FieldSpec, fix: Fix) -> Any:
        """The stored value that somebody chose for a value of the file."""
        return self.links.known(spec, fix.value) if spec.kind is Kind.LOOKUP else parse(spec, fix.value, self.how)

    def _first(self, row: Checked, lost: list[str], col: Column, text: str) -> str:
        """The first of several addresses in one cell; the others go to the description."""
        first, *others = values_of(col.spec.kind, text)
        if others:
            lost += [f"{col.spec.label}: {clean(p)}" for p in others]
            _warn(row, col, text, FURTHER)
        return first

    def _split_name(self, row: Checked, values: dict[str, Any], cells: list[str]) -> None:
        if self.name is None or not (text := clean(self.text_of(self.name, cells))):
            return
        for name, part in zip(("salutation", "first_name", "last_name"), split_name(text), strict=True):
            spec = self.specs[name]
            if not part or values.get(name):
                continue
            if len(part) > spec.length:
                message = N_("%(label)s can have at most %(length)s characters; this has %(count)s.")
                counts = {"label": spec.label, "length": spec.length, "count": len(part)}
                _reject(row, self.name, text, message, counts)
            values[name] = part
            if cells[self.name.index].strip():
                row.filled.add(name)

    def _own(self, row: Checked, cells: list[str]) -> None:
        if self.owner and (text := clean(self.text_of(self.owner, cells))):
            row.owner, message = self.owners.find(text)
            row.owned = not message and bool(cells[self.owner.index].strip())
            if message:
                _warn(
                    row,
                    self.owner,
                    clean(cells[self.owner.index]),
                    message,
                    {"value": text[:80], "owner": row.owner.name},
                )
        else:
            row.ownerless = not self.plan.owner

    def _open(self, row: Checked, values: dict[str, Any], cells: list[str]) -> None:
        """Every record comes in open, unless the plan lets closed ones stay closed; the history keeps what its source said
        (S 13.19)."""
        entity = self.table.entity
        for col in self.statuses:
            said, text = cells[col.index].strip(), clean(self.text_of(col, cells))
            if not text or normal(text) in NO:
                continue
            found = meaning(entity, text, int(values.get("kind") or self.constants.get("kind") or 0))
            row.was_closed = row.was_closed or bool(found and found.closed)
            if found is None:
                problem = N_("“%(value)s” is no status known here; the record was imported as new.")
            elif found.closed and self.plan.closed == AS_OPEN:
                problem = N_("“%(value)s” is closed in its source; it was imported as open.")
            else:
                if found.closed:
                    row.closed = (found.status, found.reason)
                elif found.reason is not None and not row.closed:
                    values["status_reason"] = found.reason
                    if normal(text) not in statuses(entity):
                        row.filled.add("status_reason")
                if found.exact:
                    continue
                problem = N_("“%(value)s” was read as “%(status)s”.")
            row.remark += f" · {col.heading}: {text[:200]}"
            status = found.reason_label(entity) if found else ""
            _warn(row, col, said, problem, {"value": text[:80], **({"status": status} if status else {})})

    def _date(self, row: Checked, cells: list[str]) -> None:
        if self.created and (text := self.text_of(self.created, cells)):
            try:
                row.recorded_on = self.created.convert(text, "")
            except BadValue as problem:
                _warn(row, self.created, cells[self.created.index].strip(), problem.message, problem.values)

    def _know(self, row: Checked, cells: list[str]) -> None:
        """What the columns of our own exports say of the row (S 6.2)."""
        said = {name: cells[col.index].strip() if col else "" for name, col in self.known_by.items()}
        if number := said[RECORD_ID]:
            row.record_id = int(number) if number.isdecimal() and number.isascii() and len(number) <= 18 else -1
        row.source_id = said[SOURCE_ID]
        if checksum := said[ROW_CHECKSUM]:
            others = [cell for i, cell in enumerate(cells) if i not in self.ours]
            row.unchanged = row_checksum(others) == checksum
        if (col := self.known_by[MODIFIED_ON]) and said[MODIFIED_ON]:
            try:
                row.exported_on = col.convert(cells[col.index], "")
            except BadValue as problem:
                _warn(row, col, said[MODIFIED_ON], problem.message, problem.values)

    def _spill(self, row: Checked, cells: list[str]) -> None:
        """Cells beyond the headings: usually a delimiter that should have been quoted."""
        if len(cells) > len(self.headings) and (extra := [c for c in cells[len(self.headings) :] if c.strip()]):
            _warn(
                row,
                None,
                " | ".join(extra),
                N_("This row has more cells than there are headings; these were left out."),
            )

    def _shown(self, values: dict[str, Any], name: str) -> str:
        value = values.get(name)
        return value if isinstance(value, str) else show(self.specs[name], value, self.how)

    def _column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.target == name), self.name if name == "last_name" else None)


def _wish(row: Checked, col: Column, later: Later) -> Wish:
    """The other row that a look-up of this row names. Raises BadValue for itself alone, or for several."""
    others = [number for number in later.rows if number != row.number]
    said = {"value": later.value[:80], "label": col.spec.label}
    if not others:
        raise BadValue(ITSELF, **said)
    if len(others) > 1:
        raise BadValue(SEVERAL_ROWS, count=len(others), **said)
    return Wish(later.value, col.index, others[0])


#: Required fields that are always set by the import itself.
_SET = frozenset({"status_reason", "status"})


def _warn(row: Checked, col: Column | None, value: str, reason: str, values: dict[str, Any] | None = None) -> None:
    _say(row, WARNING, col, value, reason, values)


def _reject(row: Checked, col: Column | None, value: str, reason: str, values: dict[str, Any] | None = None) -> None:
    _say(row, REJECTED, col, value, reason, values)


def _say(
    row: Checked, severity: str, col: Column | None, value: str, reason: str, values: dict[str, Any] | None
) -> None:
    heading, place = (col.heading, col.index) if col else ("", -1)
    row.problems.append(Problem(row.number, severity, heading, str(value)[:2000], reason, values or {}, place))
