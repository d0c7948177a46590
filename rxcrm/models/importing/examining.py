"""Review: every value of the file that does not fit, counted, before anything is written (issue "Review").

`examine` goes through all rows and leaves what it finds in the stage; the rest answers from there. A value is mended
once for all its rows (`fix_value`), a single cell by hand (`mend`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rxcrm.models.access import Who
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import FieldSpec, Kind
from rxcrm.models.importing.books import ImportRun, sentence
from rxcrm.models.importing.checked import REJECTED, Checked, Problem
from rxcrm.models.importing.columns import DATES, NUMBERS, ORDERS, Column
from rxcrm.models.importing.grid import Row
from rxcrm.models.importing.growing import may_grow
from rxcrm.models.importing.habits import decimal_sign, order_of
from rxcrm.models.importing.keeping import NOT_STORED, values_of
from rxcrm.models.importing.opening import Opened, open_import, signature_of
from rxcrm.models.importing.plan import RAW, TEXT, UPDATE, Fix, Plan
from rxcrm.models.importing.stage import Stage
from rxcrm.translation import gettext

#: Rows between two signs of progress, and distinct findings that are told apart; more of one column are one line.
STEP, MOST = 1_000, 20_000
#: Parts of a plan that leave what was found as it is.
_INDIFFERENT = ("entity", "fixes", "mode", "key", "duplicates", "overwrite", "owner", "read")
Progress = Callable[[int, int], None]


@dataclass
class Option:
    """Something that a value can be mended to: a stored value and its label."""

    value: str
    label: str


@dataclass
class Finding:
    """One value of a column that does not fit: in how many rows, why, and what stands for it now (`fix` None: nothing)."""

    id: int
    place: int
    value: str
    count: int
    severity: str
    sentence: str
    first: int
    fix: Fix | None = None
    shown: str = ""


@dataclass
class Habit:
    """How a column of dates or numbers is read: `chosen` by a person or "", `read` now, with values as they come out."""

    kind: str
    read: str
    chosen: str
    unclear: bool
    options: list[Option] = field(default_factory=list)
    examples: list[list[str]] = field(default_factory=list)


@dataclass
class ColumnReview:
    """A column with problems, or whose dates or numbers can be read in two ways."""

    place: int
    heading: str
    target: str
    label: str
    kind: str
    lookup: str
    values: int
    rows: int
    rejected: int
    fixed: int
    options: list[Option] = field(default_factory=list)
    habit: Habit | None = None
    #: Whether the asker may add a value to the option list.
    addable: bool = False


@dataclass
class ReviewView:
    """What was found: columns with problems first. `examined` is false where the plan has changed since."""

    examined: bool
    rows: int = 0
    clean: int = 0
    flagged: int = 0
    mended: int = 0
    columns: list[ColumnReview] = field(default_factory=list)


@dataclass
class GridRow:
    """A row of the file with its cells; `bad` says which places have which problem."""

    number: int
    cells: list[str]
    bad: dict[int, str] = field(default_factory=dict)
    mended: list[int] = field(default_factory=list)


def examine(
    run: ImportRun, who: Who, progress: Progress | None = None, cancelled: Callable[[], bool] | None = None
) -> bool:
    """Go through all rows and leave what does not fit in the stage; False if it was cancelled."""
    opened = open_import(run, who)
    with opened.stage as stage:
        found = _Findings(opened)
        stage.db.execute("DELETE FROM finding")
        stage.db.execute("DELETE FROM flagged")
        stage.tell("examined", "")
        batch: list[Row] = []
        done = 0
        for row in stage.rows():
            batch.append(row)
            if len(batch) == STEP:
                done += len(batch)
                found.batch(batch)
                batch = []
                if progress:
                    progress(done, opened.source.data_rows)
                if cancelled and cancelled():
                    return False
        found.batch(batch)
        for note in opened.checker.notes(opened.source.heading_row):
            found.note(note)
        found.store()
        stage.tell("examined", signature_of(opened.plan, _INDIFFERENT))
        if progress:
            progress(opened.source.data_rows, opened.source.data_rows)
    return True


class _Findings:
    """What was found so far, by column, value and reason."""

    def __init__(self, opened: Opened) -> None:
        self.opened, self.stage = opened, opened.stage
        self.ids: dict[tuple[int, str, str], int] = {}
        self.rows: dict[int, list[Any]] = {}
        #: A record that is only updated needs no field that it has already.
        self.complete = opened.plan.mode != UPDATE and not opened.plan.key

    def batch(self, rows: list[Row]) -> None:
        self.opened.checker.prime(rows)
        flags: list[tuple[int, int, int]] = []
        for number, cells in rows:
            checked = self.opened.checker.check(number, cells)
            if checked is not None:
                flags += [(p.place, number, self._id(p)) for p in problems_of(checked, self.complete)]
        self.stage.db.executemany("INSERT OR IGNORE INTO flagged VALUES (?, ?, ?)", flags)

    def note(self, problem: Problem) -> None:
        self._id(problem)

    def _id(self, problem: Problem) -> int:
        key = (problem.place, problem.value, problem.reason)
        if key not in self.ids and len(self.ids) >= MOST:
            key = (problem.place, "…", problem.reason)
        known = self.ids.setdefault(key, len(self.ids) + 1)
        if known not in self.rows:
            filled = json.dumps(problem.values, default=str)
            self.rows[known] = [known, problem.place, key[1], problem.severity, problem.reason, filled, 0, problem.row]
        self.rows[known][6] += 1
        return known

    def store(self) -> None:
        self.stage.db.execute("BEGIN")
        self.stage.db.executemany("INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self.rows.values())
        self.stage.db.execute("COMMIT")


def problems_of(row: Checked, complete: bool) -> list[Problem]:
    """What does not fit in a row; what is missing only where it has to be complete."""
    return [*row.problems, *(row.missing if complete else [])]


def review(opened: Opened) -> ReviewView:
    """What was found, column by column; each column with its ways of reading dates and numbers."""
    stage, plan = opened.stage, opened.plan
    if stage.told("examined") != signature_of(plan, _INDIFFERENT):
        return ReviewView(examined=False, rows=opened.source.data_rows)
    counted = stage.db.execute(
        "SELECT place, count(*), sum(count), sum(CASE severity WHEN 'rejected' THEN count ELSE 0 END) FROM finding"
        " GROUP BY place"
    ).fetchall()
    figures = {place: (values, rows, rejected) for place, values, rows, rejected in counted}
    columns = {c.index: c for c in columns_of(opened)}
    shown = []
    for place in sorted({*figures, *columns}):
        col = columns.get(place)
        habit = _habit(opened, col) if col else None
        values, rows, rejected = figures.get(place, (0, 0, 0))
        if values or (habit and habit.unclear):
            shown.append(_column_review(opened, place, col, habit, (values, rows, rejected)))
    flagged = _flagged(opened)
    rows = opened.source.data_rows
    return ReviewView(True, rows, max(rows - flagged, 0), flagged, stage.mended(), shown)


def _flagged(opened: Opened) -> int:
    """Rows with a value that does not fit and for which nothing stands yet."""
    known = opened.stage.db.execute("SELECT id, place, value FROM finding")
    fixed = [number for number, place, value in known if value in opened.plan.fixes.get(place, {})]
    asked = "SELECT count(DISTINCT number) FROM flagged WHERE finding NOT IN (SELECT value FROM json_each(?))"
    return int(opened.stage.db.execute(asked, (json.dumps(fixed),)).fetchone()[0])


def columns_of(opened: Opened) -> list[Column]:
    """Every mapped column, the special ones too."""
    checker = opened.checker
    special = [checker.owner, checker.name, checker.created, *checker.statuses]
    return [*checker.columns, *(c for c in special if c)]


def _column_review(
    opened: Opened, place: int, col: Column | None, habit: Habit | None, figures: tuple[int, int, int]
) -> ColumnReview:
    headings, locale = opened.source.headings, opened.who.conventions.locale
    fixes = opened.plan.fixes.get(place, {})
    values, rows, rejected = figures
    fixed = 0
    if fixes:
        known = opened.stage.db.execute("SELECT value FROM finding WHERE place = ?", (place,))
        fixed = sum(value in fixes for (value,) in known)
    return ColumnReview(
        place=place,
        heading=headings[place] if place >= 0 else "",
        target=col.target if col else "",
        label=gettext(locale, col.spec.label) if col else "",
        kind=col.spec.kind.value if col else "",
        lookup=col.spec.target if col else "",
        values=values,
        rows=rows,
        rejected=rejected,
        fixed=fixed,
        options=options_of(col.spec, locale) if col else [],
        habit=habit,
        addable=bool(col and opened.who.administrator and may_grow(col.spec)),
    )


def options_of(spec: FieldSpec, locale: str) -> list[Option]:
    """What a value of a choice, or of yes and no, can be mended to."""
    if spec.kind is Kind.CHOICE and spec.options:
        return [Option(str(int(o)), gettext(locale, o.label)) for o in spec.options.offered]
    if spec.kind is Kind.YESNO:
        return [Option(str(int(value)), gettext(locale, spec.words[value])) for value in (False, True)]
    return []


def _habit(opened: Opened, col: Column) -> Habit | None:
    locale, plan, how = opened.who.conventions.locale, opened.plan, opened.who.conventions
    votes = opened.habits.get(col.index)
    if votes is None or col.spec.kind not in (*DATES, *NUMBERS):
        return None
    dates = col.spec.kind in DATES
    chosen = (plan.orders if dates else plan.points).get(col.index, "")
    read = chosen or votes.decided(order_of(how) if dates else decimal_sign(how))
    options = [Option(o, gettext(locale, label)) for o, label in ORDERS.items()] if dates else []
    options = options or [Option(".", "1,234.5"), Option(",", "1.234,5")]
    split = len(votes.votes) > 1
    return Habit("date" if dates else "number", read, chosen, votes.ambiguous or split, options, _examples(opened, col))


def _examples(opened: Opened, col: Column) -> list[list[str]]:
    """The first few distinct values of a column, and how they come out."""
    seen: dict[str, str] = {}
    for _, cells in opened.stage.rows(most=500):
        text = cells[col.index].strip() if col.index < len(cells) else ""
        if text and text not in seen:
            try:
                seen[text] = str(col.convert(cells[col.index], "") or "")
            except BadValue:
                seen[text] = ""
            if len(seen) == 4:
                break
    return [[text, read] for text, read in seen.items()]


def findings(opened: Opened, place: int, after: int = 0, most: int = 50) -> list[Finding]:
    """The values of a column that do not fit, those of the most rows first; `after` is how many were shown already."""
    locale = opened.who.conventions.locale
    fixes = opened.plan.fixes.get(place, {})
    asked = (
        "SELECT id, place, value, count, severity, reason, filled, first FROM finding WHERE place = ?"
        " ORDER BY severity = 'rejected' DESC, count DESC, id LIMIT ? OFFSET ?"
    )
    found = []
    for id_, place_, value, count, severity, reason, filled, first in opened.stage.db.execute(
        asked, (place, most, after)
    ):
        fix = fixes.get(value)
        said = sentence(reason, json.loads(filled), locale)
        found.append(Finding(id_, place_, value, count, severity, said, first, fix, _shown(opened, place, fix)))
    return found


def _shown(opened: Opened, place: int, fix: Fix | None) -> str:
    """What a person reads of a value that was chosen."""
    if fix is None or fix.kind != RAW:
        return fix.value if fix else ""
    col = next((c for c in columns_of(opened) if c.index == place), None)
    options = options_of(col.spec, opened.who.conventions.locale) if col else []
    return next((o.label for o in options if o.value == fix.value), fix.value)


def check_fix(opened: Opened, place: int, value: str, fix: Fix) -> None:
    """Raises BadValue with a sentence if what shall stand for a value does not fit either.

    The value "" are the empty cells of the column.
    """
    col = next((c for c in columns_of(opened) if c.index == place), None)
    if col is None or fix.kind not in ("text", "raw", "blank"):
        raise BadValue
    if fix.kind == TEXT and col.spec.kind in NOT_STORED and fix.value.strip():
        # An address that is none is a warning in a row; here it is refused with its own sentence.
        col.convert(values_of(col.spec.kind, fix.value.strip())[0], "")
    opened.plan.fixes = {**opened.plan.fixes, place: {value: fix}}
    opened.checker.plan = opened.plan
    cells = [""] * len(opened.source.headings)
    cells[place] = value
    # One cell more than there are headings: a row whose only value is missing would count as blank.
    row = opened.checker.check(0, [*cells, "…"])
    bad = next((p for p in (problems_of(row, not value) if row else []) if p.place == place), None)
    if bad:
        raise BadValue(bad.reason, **bad.values)


def grid(
    opened: Opened, finding_id: int = 0, place: int = -1, after: int = 0, most: int = 50, only_bad: bool = True
) -> list[GridRow]:
    """Rows behind a number: those of a finding, of a column, with any problem, or all."""
    where, given = "", []
    if finding_id:
        where, given = "AND finding = ?", [finding_id]
    elif place >= 0:
        where, given = "AND place = ?", [place]
    if only_bad:
        asked = f"SELECT DISTINCT number FROM flagged WHERE number > ? {where} ORDER BY number LIMIT ?"
        numbers = [n for (n,) in opened.stage.db.execute(asked, (after, *given, most))]
    else:
        numbers = [n for n, _ in opened.stage.rows(after, most)]
    return [_grid_row(opened, number, cells) for number, cells in opened.stage.some(numbers)]


def _grid_row(opened: Opened, number: int, cells: list[str]) -> GridRow:
    complete = opened.plan.mode != UPDATE and not opened.plan.key
    checked = opened.checker.check(number, cells)
    locale = opened.who.conventions.locale
    bad: dict[int, str] = {}
    for p in problems_of(checked, complete) if checked else []:
        if p.severity == REJECTED or p.place not in bad:
            bad[p.place] = sentence(p.reason, p.values, locale)
    mended = [place for (place,) in opened.stage.db.execute("SELECT place FROM fix WHERE number = ?", (number,))]
    return GridRow(number, [str(c)[:2000] for c in cells], bad, mended)


def mend(opened: Opened, number: int, place: int, text: str | None) -> GridRow | None:
    """Put a text into one cell, or take that back; what was found of the row is found anew."""
    stage = opened.stage
    if not 0 <= place < len(opened.source.headings) or not stage.some([number]):
        return None
    stage.db.execute("BEGIN")
    stage.mend(number, place, text)
    _count_out(stage, number)
    (_, cells), *_ = stage.some([number])
    found = _Findings(opened)
    known = stage.db.execute("SELECT id, place, value, reason FROM finding").fetchall()
    found.ids = {(p, value, reason): i for i, p, value, reason in known}
    checked = opened.checker.check(number, cells)
    for problem in problems_of(checked, found.complete) if checked else []:
        finding = found._id(problem)
        stage.db.execute("INSERT OR IGNORE INTO flagged VALUES (?, ?, ?)", (problem.place, number, finding))
    for row in found.rows.values():
        stage.db.execute(
            "INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET count = count + 1", row
        )
    stage.db.execute("COMMIT")
    return _grid_row(opened, number, cells)


def _count_out(stage: Stage, number: int) -> None:
    """A row is about to be found anew: it no longer counts where it did."""
    stage.db.execute(
        "UPDATE finding SET count = count - 1 WHERE id IN (SELECT finding FROM flagged WHERE number = ?)", (number,)
    )
    stage.db.execute("DELETE FROM flagged WHERE number = ?", (number,))
    stage.db.execute("DELETE FROM finding WHERE count <= 0")


def plan_with_fix(plan: Plan, place: int, value: str, fix: Fix | None) -> Plan:
    """The plan in which `fix` stands for a value of a column; None takes it back."""
    fixes = {**plan.fixes.get(place, {})}
    fixes.pop(value, None)
    if fix is not None:
        fixes[value] = fix
    plan.fixes = {**{p: f for p, f in plan.fixes.items() if p != place}, **({place: fixes} if fixes else {})}
    return plan
