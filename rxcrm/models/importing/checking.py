"""One row → the values of a record, or the reasons why it is none (S 13.17-13.19).

Nothing is cut or dropped silently. Text that is too long rejects its row. A value that an optional field cannot hold
leaves the field empty with a warning that carries the value. An e-mail or web address that is none would be lost that
way although a person could mend it, so it is also added to the description, as "Email: value", where it fits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rxcrm.models.base import Record
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import TEXTUAL, Conventions, FieldSpec, Kind, clean, fields_of, show
from rxcrm.models.importing.columns import (
    AMBIGUOUS_DATES,
    DATES,
    NUMBERS,
    Column,
    Finder,
    column,
    region,
)
from rxcrm.models.importing.grid import CellError, Row, is_blank
from rxcrm.models.importing.habits import Habits
from rxcrm.models.importing.mapping import CREATED_ON, FULL_NAME, OWNER, STATUS, normal
from rxcrm.models.importing.names import split_name
from rxcrm.models.importing.owners import Owner, Owners
from rxcrm.models.importing.topics import composer
from rxcrm.models.importing.words import NO, YES, is_closed, open_reason
from rxcrm.translation import N_

WARNING, REJECTED = "warning", "rejected"
#: Addresses that cannot be stored, but that a person may be able to read.
_KEPT = (Kind.EMAIL, Kind.URL)
#: What stands between several values in one cell: Google's three colons, semicolons, commas.
_SEVERAL = (" ::: ", ";", ",")


@dataclass(frozen=True)
class Problem:
    """One warning or rejection: row as the user sees it, heading, value, and a message with its values."""

    row: int
    severity: str
    column: str
    value: str
    reason: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass
class Checked:
    """What became of one row. `values` is None if the row is rejected; `remark` is what its history keeps.

    `keys` are those of `rxcrm.models.matching`, once somebody has reckoned them.
    """

    number: int
    cells: list[str]
    values: dict[str, Any] | None
    owner: Owner
    recorded_on: datetime | None = None
    remark: str = ""
    problems: list[Problem] = field(default_factory=list)
    keys: set[int] | None = None


def survey(rows: Iterable[Row], mapping: dict[int, str], table: type[Record]) -> tuple[int, dict[int, Habits]]:
    """How many rows there are, and the habits of every column of dates or numbers, from all its cells."""
    habits = {index: Habits() for index in mapping}
    specs = _specs(table)
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


def _specs(table: type[Record]) -> dict[str, FieldSpec]:
    """Field or special target → its description."""
    known = fields_of(table)
    special = {
        FULL_NAME: FieldSpec(N_("Full Name"), Kind.TEXT, FULL_NAME, length=300),
        OWNER: FieldSpec(N_("Owner"), Kind.TEXT, OWNER, length=300),
        CREATED_ON: FieldSpec(N_("Created On"), Kind.MOMENT, CREATED_ON),
        STATUS: FieldSpec(N_("Status"), Kind.TEXT, STATUS, length=300),
    }
    return {**known, **special}


class Checker:
    """Knows the mapping and the habits of one file; `check` answers for one row at a time."""

    def __init__(
        self,
        table: type[Record],
        headings: list[str],
        mapping: dict[int, str],
        habits: dict[int, Habits],
        how: Conventions,
        owners: Owners,
        find: Finder,
        topic_pattern: str,
        file_name: str,
    ) -> None:
        specs = _specs(table)
        self.specs, self.how, self.owners, self.headings, self.file_name = specs, how, owners, headings, file_name
        made = {
            target: column(i, headings[i], target, specs[target], habits[i], how, find) for i, target in mapping.items()
        }
        self.owner, self.name = made.pop(OWNER, None), made.pop(FULL_NAME, None)
        self.created = made.pop(CREATED_ON, None)
        self.statuses = [c for name in (STATUS, "status_reason") if (c := made.pop(name, None))]
        self.columns = list(made.values())
        self.country = made.get("country")
        self.required = [s for s in fields_of(table).values() if s.required and not s.locked and s.name not in _SET]
        self.compose = composer(table, topic_pattern) if "topic" in specs and "topic" not in made else None
        self.doubts = [c for c in [*self.columns, self.created] if c and c.doubt]

    def notes(self, heading_row: int) -> list[Problem]:
        """What is doubtful of whole columns: one warning each, at the row of the headings."""
        return [Problem(heading_row, WARNING, c.heading, "", AMBIGUOUS_DATES, c.doubt or {}) for c in self.doubts]

    def check(self, number: int, cells: list[str]) -> Checked | None:
        """The row's values or problems; None for a blank row."""
        if is_blank(cells):
            return None
        row = Checked(number, cells, {}, self.owners.default, remark=f"{self.file_name} · #{number}")
        values: dict[str, Any] = {}
        lost: list[str] = []
        where = region(cells[self.country.index].strip(), self.how.region) if self.country else self.how.region
        for col in self.columns:
            if (text := cells[col.index]) and (stripped := text.strip()):
                self._fill(row, values, lost, col, stripped if type(text) is str else text, where)
        self._split_name(row, values, cells)
        self._own(row, cells)
        self._open(row, values, cells)
        self._date(row, cells)
        self._spill(row, cells)
        if self.compose:
            values["topic"] = self.compose(lambda name: self._shown(values, name))
        self._keep(row, values, lost)
        for spec in self.required:
            if not values.get(spec.name):
                _reject(row, self._heading(spec.name), "", N_("%(label)s is required."), {"label": spec.label})
        rejected = any(p.severity == REJECTED for p in row.problems)
        row.values = None if rejected else values
        return row

    def _fill(self, row: Checked, values: dict[str, Any], lost: list[str], col: Column, text: str, where: str) -> None:
        if isinstance(text, CellError):
            _warn(row, col.heading, text, N_("The formula in this cell failed; the field stays empty."))
            return
        spec = col.spec
        if spec.kind in (Kind.EMAIL, Kind.PHONE):
            text = self._first(row, lost, col, text)
        try:
            values[spec.name] = col.convert(text, where)
        except BadValue as problem:
            if spec.kind in TEXTUAL and (spec.kind not in _KEPT or len(text) > spec.length):
                _reject(row, col.heading, text, problem.message, problem.values)
                values[spec.name] = text
                return
            _warn(row, col.heading, text, problem.message, problem.values)
            values[spec.name] = col.empty
            if spec.kind in _KEPT:
                lost.append(f"{spec.label}: {clean(text)}")

    def _first(self, row: Checked, lost: list[str], col: Column, text: str) -> str:
        """The first of several addresses in one cell; the others go to the description."""
        if col.spec.kind is Kind.PHONE:
            parts = text.split(" ::: ")
        else:
            sign = next((s for s in _SEVERAL if s in text), "")
            parts = [p for p in (part.strip() for part in text.split(sign)) if p] if sign else [text]
            if not all("@" in p for p in parts):
                return text
        if len(parts) < 2:
            return text
        lost += [f"{col.spec.label}: {clean(p)}" for p in parts[1:]]
        _warn(
            row,
            col.heading,
            text,
            N_("Several values in one cell: the first was taken, the others are in the description."),
        )
        return parts[0]

    def _split_name(self, row: Checked, values: dict[str, Any], cells: list[str]) -> None:
        if self.name is None or not (text := clean(cells[self.name.index])):
            return
        for name, part in zip(("salutation", "first_name", "last_name"), split_name(text), strict=True):
            spec = self.specs[name]
            if not part or values.get(name):
                continue
            if len(part) > spec.length:
                message = N_("%(label)s can have at most %(length)s characters; this has %(count)s.")
                counts = {"label": spec.label, "length": spec.length, "count": len(part)}
                _reject(row, self.name.heading, text, message, counts)
            values[name] = part

    def _own(self, row: Checked, cells: list[str]) -> None:
        if self.owner and (text := clean(cells[self.owner.index])):
            row.owner, message = self.owners.find(text)
            if message:
                _warn(row, self.owner.heading, text, message, {"value": text[:80], "owner": row.owner.name})

    def _open(self, row: Checked, values: dict[str, Any], cells: list[str]) -> None:
        """Every lead comes in open; what its source said is kept in its history (S 13.19)."""
        for col in self.statuses:
            text = clean(cells[col.index])
            word = normal(text)
            if not text or word in NO:
                continue
            reason, literal = open_reason(text)
            if reason is None and (is_closed(text) or word in YES):
                message = N_("“%(value)s” is closed in its source; it was imported as an open lead.")
            elif reason is None:
                message = N_("“%(value)s” is no status known here; the lead was imported as New.")
            else:
                values["status_reason"] = int(reason)
                if literal:
                    continue
                message = N_("“%(value)s” was read as “%(status)s”.")
            row.remark += f" · {col.heading}: {text[:200]}"
            status = {"status": reason.label} if reason is not None else {}
            _warn(row, col.heading, text, message, {"value": text[:80], **status})

    def _date(self, row: Checked, cells: list[str]) -> None:
        if self.created and (text := cells[self.created.index].strip()):
            try:
                row.recorded_on = self.created.convert(text, "")
            except BadValue as problem:
                _warn(row, self.created.heading, text, problem.message, problem.values)

    def _spill(self, row: Checked, cells: list[str]) -> None:
        """Cells beyond the headings: usually a delimiter that should have been quoted."""
        if len(cells) > len(self.headings) and (extra := [c for c in cells[len(self.headings) :] if c.strip()]):
            _warn(
                row, "", " | ".join(extra), N_("This row has more cells than there are headings; these were left out.")
            )

    def _keep(self, row: Checked, values: dict[str, Any], lost: list[str]) -> None:
        if not lost or "description" not in self.specs:
            return
        kept = "\n".join(filter(None, [values.get("description", ""), *lost]))
        if len(kept) <= self.specs["description"].length:
            values["description"] = kept

    def _shown(self, values: dict[str, Any], name: str) -> str:
        value = values.get(name)
        return value if isinstance(value, str) else show(self.specs[name], value, self.how)

    def _heading(self, name: str) -> str:
        found = next((c for c in self.columns if c.target == name), self.name if name == "last_name" else None)
        return found.heading if found else ""


#: Required fields that are always set by the import itself.
_SET = frozenset({"status_reason", "status"})


def _warn(row: Checked, heading: str, value: str, reason: str, values: dict[str, Any] | None = None) -> None:
    row.problems.append(Problem(row.number, WARNING, heading, str(value)[:2000], reason, values or {}))


def _reject(row: Checked, heading: str, value: str, reason: str, values: dict[str, Any] | None = None) -> None:
    row.problems.append(Problem(row.number, REJECTED, heading, str(value)[:2000], reason, values or {}))
