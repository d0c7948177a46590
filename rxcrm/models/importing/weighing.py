"""Preview: what would become of each row, before anything is written (issue "Preview").

`weigh` judges all rows and leaves the verdicts in the stage; the rest answers from there.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rxcrm.models import db, records
from rxcrm.models.access import Who
from rxcrm.models.importing.books import Books, ImportRun, sentence
from rxcrm.models.importing.checked import REJECTED, WARNING, Problem
from rxcrm.models.importing.examining import Progress
from rxcrm.models.importing.judging import BLANK, CREATED, REFUSED, SKIPPED, UPDATED, Judge, Verdict
from rxcrm.models.importing.opening import Opened, open_import, signature_of
from rxcrm.models.importing.siblings import NO_RECORD
from rxcrm.models.importing.stage import Stage
from rxcrm.models.records import Act

#: Rows that are judged at once.
AT_ONCE = 1_000
#: Problems that the books carry themselves.
FIRST = 100
#: Severity of the rows that are left out although nothing is wrong with them.
LEFT_OUT = "skipped"
TAGS = (CREATED, UPDATED, SKIPPED, REFUSED, BLANK)


@dataclass
class PreviewRow:
    """What would become of one row, and why; `entity`, `record_id`, `path` of the record that it updates or doubles."""

    number: int
    tag: str
    name: str
    record_id: int
    record: str
    path: str
    double: int
    reasons: list[str] = field(default_factory=list)
    decision: str = ""


@dataclass
class PreviewView:
    """Totals by tag. `weighed` is false where plan, values or decisions have changed since."""

    weighed: bool
    rows: int = 0
    create: int = 0
    update: int = 0
    skip: int = 0
    reject: int = 0
    blank: int = 0
    warned: int = 0
    doubles: int = 0
    closed: int = 0
    conflicts: int = 0


def weigh(
    run: ImportRun, who: Who, progress: Progress | None = None, cancelled: Callable[[], bool] | None = None
) -> Books | None:
    """Judge all rows and leave the verdicts in the stage; None if it was cancelled."""
    opened = open_import(run, who)
    with opened.stage as stage:
        stage.tell("weighed", "")
        for table in ("verdict", "seen"):
            stage.db.execute(f"DELETE FROM {table}")
        opened.siblings.forget()
        judge = db.read(lambda session: Judge(_act(session, who), opened.checker, opened.plan, stage, previewing=True))
        totals = _Totals(Books(), who.conventions.locale)
        for note in opened.checker.notes(opened.source.heading_row):
            totals.tell(note)
        done, after = 0, 0
        while batch := list(stage.rows(after, AT_ONCE)):
            verdicts = db.read(lambda session, rows: judge.batch(_act(session, who), rows), batch)
            _store(stage, verdicts)
            opened.siblings.point(_wishes(opened, verdicts))
            totals.count(verdicts)
            done, after = done + len(batch), batch[-1][0]
            if progress:
                progress(done, opened.source.data_rows)
            if cancelled and cancelled():
                return None
        totals.astray(_astray(opened))
        stage.tell("totals", totals.told)
        stage.tell("weighed", signature(opened))
    return totals.books


def _act(session: Any, who: Who) -> Act:
    return Act(session, who, db.now())


def signature(opened: Opened) -> str:
    """Stands for everything on which the verdicts depend."""
    return f"{signature_of(opened.plan)} {opened.stage.mendings()}"


class _Totals:
    """The books that a run would end with."""

    def __init__(self, books: Books, locale: str) -> None:
        self.books, self.locale = books, locale
        self.told = {"warned": 0, "doubles": 0, "closed": 0, "conflicts": 0}

    def count(self, verdicts: list[Verdict]) -> None:
        for verdict in verdicts:
            add(self.books, verdict)
            self.told["doubles"] += bool(verdict.double or (verdict.record_id and verdict.tag in (CREATED, SKIPPED)))
            if verdict.row is not None:
                self.told["closed"] += verdict.row.was_closed
                self.told["conflicts"] += bool(verdict.row.exported_on and verdict.tag == REFUSED)
            for problem in problems_of(verdict):
                self.tell(problem)
        self.told["warned"] = self.books.warned

    def astray(self, found: list[tuple[Problem, bool]]) -> None:
        """Look-ups to rows that become no record, and whether their row had no problem before."""
        for problem, first in found:
            self.books.warned += first
            self.tell(problem)
        self.told["warned"] = self.books.warned

    def tell(self, problem: Problem) -> None:
        if len(self.books.problems) < FIRST:
            self.books.problems.append(shown(problem, self.locale))


def shown(problem: Problem, locale: str) -> dict[str, Any]:
    """A problem as the books carry it."""
    return {**vars(problem), "reason": sentence(problem.reason, problem.values, locale)}


def add(books: Books, verdict: Verdict) -> None:
    """Enter one row into the books."""
    books.rows += 1
    if verdict.tag == CREATED:
        books.created += 1
    elif verdict.tag == UPDATED:
        books.updated += 1
    elif verdict.tag == SKIPPED:
        books.skipped += 1
    elif verdict.tag == REFUSED:
        books.rejected += 1
    else:
        books.blank += 1
    if verdict.tag in (CREATED, UPDATED) and verdict.row:
        books.warned += any(p.severity == WARNING for p in verdict.row.problems)


def problems_of(verdict: Verdict) -> list[Problem]:
    """What the books say of a row: why it is skipped, or what is wrong or doubtful with it."""
    if verdict.tag == SKIPPED:
        return [Problem(verdict.number, LEFT_OUT, "", verdict.name, *reason) for reason in verdict.reasons]
    return verdict.row.problems if verdict.row else []


def reasons_of(verdict: Verdict) -> list[tuple[str, dict[str, Any]]]:
    """Why a row gets its tag, and what is doubtful of it: messages with their values, rejections first."""
    row = verdict.row
    problems = sorted(row.problems, key=lambda p: p.severity != REJECTED) if row else []
    if verdict.tag == SKIPPED:
        problems = []
    said = [(p.reason, {**p.values, "column": p.column} if p.column else p.values) for p in problems]
    return [*verdict.reasons, *said]


def _wishes(opened: Opened, verdicts: list[Verdict]) -> list[tuple[int, int, str, str, str]]:
    """The look-ups of these rows that name other rows of the file."""
    headings, fields = opened.source.headings, opened.checker.specs
    return [
        (v.number, wish.row, headings[wish.place], fields[name].label, wish.value[:80])
        for v in verdicts
        if v.row is not None and v.tag in (CREATED, UPDATED)
        for name, wish in v.row.later.items()
    ]


def _astray(opened: Opened) -> list[tuple[Problem, bool]]:
    """Enter into the verdicts which look-ups name rows that become no record."""
    found, db = [], opened.stage.db
    db.execute("BEGIN")
    for number, wanted, heading, label, value in opened.siblings.astray():
        problem = Problem(number, WARNING, heading, value, NO_RECORD, {"value": value, "label": label, "row": wanted})
        (kept,) = db.execute("SELECT reasons FROM verdict WHERE number = ?", (number,)).fetchone()
        reasons = [*json.loads(kept), [NO_RECORD, {**problem.values, "column": heading}]]
        db.execute("UPDATE verdict SET reasons = ? WHERE number = ?", (json.dumps(reasons), number))
        found.append((problem, kept == "[]"))
    db.execute("COMMIT")
    return found


def _store(stage: Stage, verdicts: list[Verdict]) -> None:
    rows = [
        (v.number, v.tag, "", v.record_id, v.name, json.dumps([[*r] for r in reasons_of(v)], default=str), v.double)
        for v in verdicts
    ]
    stage.db.execute("BEGIN")
    stage.db.executemany(
        "INSERT INTO verdict (number, tag, entity, record_id, name, reasons, double) VALUES (?, ?, ?, ?, ?, ?, ?)", rows
    )
    stage.db.execute("COMMIT")


def preview(opened: Opened) -> PreviewView:
    """The totals, if they are those of the plan as it is now."""
    stage = opened.stage
    if stage.told("weighed") != signature(opened):
        return PreviewView(weighed=False, rows=opened.source.data_rows)
    counted = dict(stage.db.execute("SELECT tag, count(*) FROM verdict GROUP BY tag").fetchall())
    totals = {tag: counted.get(tag, 0) for tag in TAGS}
    return PreviewView(True, sum(totals.values()), **totals, **stage.told("totals", {}))


def rows(act: Act, opened: Opened, tag: str = "", after: int = 0, most: int = 50) -> list[PreviewRow]:
    """The verdicts of the rows behind a number, of one tag or of all but blank ones."""
    where = "tag = ?" if tag else "tag <> ?"
    asked = (
        "SELECT number, tag, record_id, name, reasons, double FROM verdict"
        f" WHERE number > ? AND {where} ORDER BY number LIMIT ?"
    )
    found = opened.stage.db.execute(asked, (after, tag or BLANK, most)).fetchall()
    decisions = opened.stage.decisions(found[0][0], found[-1][0]) if found else {}
    locale = act.who.conventions.locale
    names = records.names_among(act, opened.table.entity, {row[2] for row in found if row[2]})
    return [
        PreviewRow(
            number,
            tag_,
            name,
            record_id,
            names.get(record_id, ""),
            f"{opened.table.path}/{record_id}" if record_id else "",
            double,
            [_sentence(reason, values, locale) for reason, values in json.loads(reasons)],
            decisions.get(number, ""),
        )
        for number, tag_, record_id, name, reasons, double in found
    ]


def _sentence(reason: str, values: dict[str, Any], locale: str) -> str:
    said = sentence(reason, {name: value for name, value in values.items() if name != "column"}, locale)
    return f"{values['column']}: {said}" if values.get("column") else said


def decide(act: Act, opened: Opened, number: int, choice: str) -> None:
    """What shall become of one row: "skip", "create", "update", or "" as the plan says; its verdict is given anew."""
    stage = opened.stage
    stage.decide(number, choice if choice in ("skip", "create", "update") else "")
    stage.db.execute("DELETE FROM seen WHERE number = ?", (number,))
    if found := stage.some([number]):
        judge = Judge(act, opened.checker, opened.plan, stage, previewing=True)
        verdicts = judge.batch(act, found)
        stage.db.execute("DELETE FROM verdict WHERE number = ?", (number,))
        _store(stage, verdicts)
    # Rows that repeat this one depend on what becomes of it.
    others = [n for (n,) in stage.db.execute("SELECT number FROM verdict WHERE double = ?", (number,))]
    for other in others:
        decide(act, opened, other, stage.decisions(other, other).get(other, ""))
