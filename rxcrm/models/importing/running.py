"""The run of an import: batch by batch, each with its books in one transaction, so that it goes on where it was (issue "Run").

Whoever carries a run out claims it; each of its transactions asks first whether the claim still holds. A run that was
interrupted is claimed anew and begins behind the last row that is in the books: no row is lost, none comes in twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import insert, update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col

from rxcrm.models import db, jobs, notifying
from rxcrm.models.access import Who, who_is
from rxcrm.models.errors import CrmError, NotAllowed, NotFound, Stale
from rxcrm.models.importing import files, linking, sources, undoing, updating, weighing
from rxcrm.models.importing.books import Books, ImportProblem, ImportRun, RejectedRow, RunStatus, Step
from rxcrm.models.importing.checked import Checked, Problem
from rxcrm.models.importing.claims import Interrupted, Superseded, claim, hold
from rxcrm.models.importing.grid import Row
from rxcrm.models.importing.judging import BLANK, CREATED, REFUSED, SKIPPED, UPDATED, Judge, Verdict, changes_of
from rxcrm.models.importing.opening import Opened, open_import
from rxcrm.models.importing.writing import Writer
from rxcrm.models.job import Job
from rxcrm.models.people import User, organisation
from rxcrm.models.records import Act
from rxcrm.models.tagging import using
from rxcrm.models.tagging.vocabulary import new_names, vocabulary
from rxcrm.translation import N_

log = logging.getLogger("rxcrm")

#: Rows of one transaction: long enough to be cheap, short enough that nobody waits for it.
BATCH = 1_000
#: How often a batch is judged anew because somebody changed a record meanwhile.
_TRIES = 5
KIND = "import"
STOPPED = N_("The import stopped because of an error.")
RUNNING_ALREADY = N_("This file has been imported already. Upload it again to import it once more.")
DONE = N_("The import of %(name)s is done: %(created)s created, %(updated)s updated, %(rejected)s rejected.")

Progress = Callable[[int, int], None]


def start(act: Act, run: ImportRun) -> Job:
    """Let a run be carried out in the background. Raises NotAllowed if it was begun already."""
    job = jobs.enqueue(act.session, KIND, {"run": run.id}, now=act.now, by=act.who.id)
    _begin(act.session, run.id or 0, job.id)
    act.changed("import", run.id)
    return job


def cancel(act: Act, run: ImportRun) -> None:
    """Ask a run to stop; everything that it wrote so far is taken back."""
    running = (col(ImportRun.id) == run.id, col(ImportRun.status) == RunStatus.RUNNING.value)
    act.session.execute(update(ImportRun).where(*running).values(cancelling=True))
    act.changed("import", run.id)


def _begin(session: Session, run_id: int, job_id: int | None) -> None:
    claim = (
        update(ImportRun)
        .where(col(ImportRun.id) == run_id, col(ImportRun.status) == RunStatus.UPLOADED.value)
        .values(
            status=RunStatus.RUNNING.value, step=Step.RUN.value, job_id=job_id, started_on=db.now(), beat_on=db.now()
        )
    )
    if cast(Any, session.execute(claim)).rowcount != 1:
        raise NotAllowed(RUNNING_ALREADY)


def begin_here(run_id: int) -> None:
    """Take a run for this process, without a job (the command line)."""
    db.transact(_begin, run_id, None)


def importer_of(session: Session, run: ImportRun) -> Who:
    """Who imports, with his rights of today."""
    user, org = session.get_one(User, run.created_by_id), organisation(session)
    if org is None or user.disabled:
        raise NotFound
    return who_is(session, user, org)


def carry_out(
    run_id: int,
    who: Who | None = None,
    *,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    interrupted: Callable[[], bool] | None = None,
) -> Books:
    """Carry out a run that has begun, or go on with it: blocking, in transactions of its own.

    A cancelled or failed run leaves nothing behind; a failed one raises. Superseded and Interrupted leave it as it is.
    """
    runner = db.transact(claim, run_id, RunStatus.RUNNING)
    if not runner:
        raise NotAllowed(RUNNING_ALREADY)
    run = db.read(lambda session: session.get_one(ImportRun, run_id))
    if run.values.get(undoing.ENDS):
        # Somebody began to take it back and did not get to the end.
        undoing.take_back(run_id, runner, RunStatus(run.values[undoing.ENDS]), run.message, stop=interrupted)
        return Books(status=str(run.values[undoing.ENDS]))
    try:
        opened = open_import(run, who or db.read(importer_of, run))
        with opened.stage:
            books = _Run(opened, runner, progress, cancelled, interrupted).go()
    except (Superseded, Interrupted, OperationalError):
        raise  # whoever comes next goes on where this was
    except BaseException as problem:
        if isinstance(problem, CrmError):
            said, values = problem.message, {k: str(v) for k, v in problem.values.items()}
        else:
            said, values = STOPPED, {}
        undoing.take_back(run_id, runner, RunStatus.FAILED, said, values, interrupted)
        raise
    if books.status == RunStatus.CANCELLED.value:
        undoing.take_back(run_id, runner, RunStatus.CANCELLED, stop=interrupted)
        return Books(status=RunStatus.CANCELLED.value)
    files.discard(run)
    return books


@dataclass
class _Batch:
    """What a batch writes."""

    created: list[Checked] = field(default_factory=list)
    updates: list[Verdict] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left: list[RejectedRow] = field(default_factory=list)


class _Run:
    """One pass over the rows that are not in the books yet."""

    def __init__(
        self,
        opened: Opened,
        runner: str,
        progress: Progress | None,
        cancelled: Callable[[], bool] | None,
        interrupted: Callable[[], bool] | None,
    ) -> None:
        self.opened, self.runner, self.progress = opened, runner, progress
        self.cancelled, self.interrupted = cancelled, interrupted
        self.run, self.run_id, self.who = opened.run, opened.run.id or 0, opened.who
        self.writer = Writer.of(opened.table, self.run_id, self.who)
        figures = ("rows", "created", "updated", "skipped", "warned", "rejected", "blank")
        self.books = Books(status=RunStatus.RUNNING.value, **{name: getattr(self.run, name) for name in figures})
        self.judge = db.read(lambda s: Judge(self._act(s), opened.checker, opened.plan, opened.stage, previewing=False))

    def _act(self, session: Session) -> Act:
        return Act(session, self.who, db.now())

    def go(self) -> Books:
        position = self.run.position
        if not position:
            self._tell(self.opened.checker.notes(self.opened.source.heading_row))
        while rows := list(self.opened.stage.rows(position, BATCH)):
            if self.interrupted and self.interrupted():
                raise Interrupted
            if (self.cancelled and self.cancelled()) or not self._batch(rows):
                self.books.status = RunStatus.CANCELLED.value
                return self.books
            position = rows[-1][0]
            if self.progress:
                self.progress(self.books.rows, self.opened.source.data_rows)
        while left := self._link():
            if self.interrupted and self.interrupted():
                raise Interrupted
            if left < 0 or (self.cancelled and self.cancelled()):
                self.books.status = RunStatus.CANCELLED.value
                return self.books
        db.transact(self._end)
        self.books.status = RunStatus.DONE.value
        return self.books

    def _batch(self, rows: Sequence[Row]) -> bool:
        """Judge and write some rows; False if somebody asked to stop."""
        for left in reversed(range(_TRIES)):
            verdicts = db.read(lambda session: self.judge.batch(self._act(session), rows))
            self._make_tags(verdicts)
            books = Books(**vars(self.books))
            try:
                goes_on = db.transact(self._write, verdicts, rows[-1][0], books)
            except Stale:
                if not left:
                    raise
                continue
            self.books = books
            return goes_on
        raise AssertionError

    def _make_tags(self, verdicts: Sequence[Verdict]) -> None:
        """Make the tags that rows name and that are not there yet: in a transaction of its own, so that nobody who shapes
        something waits for a batch. Rows then have their numbers."""
        rows = [v.row for v in verdicts if v.row and v.tag in (CREATED, UPDATED) and (v.row.values or {}).get("tags")]
        names = {name for row in rows for name in new_names(cast(Any, row.values)["tags"])}
        if names:
            db.transact(lambda session: using.made(self._act(session), sorted(names)))
        for row in rows if names else ():
            values = cast(Any, row.values)
            values["tags"] = vocabulary().parse(values["tags"])

    def _link(self) -> int:
        """Fill some look-ups to rows of the same file, now that all rows are in; 0 if none waits, -1 to stop."""
        if not self.opened.siblings:
            return 0
        for left in reversed(range(_TRIES)):
            books = Books(**vars(self.books))
            try:
                count = db.transact(self._fill, books)
            except Stale:
                if not left:
                    raise
                continue
            self.books = books
            return count
        raise AssertionError

    def _fill(self, session: Session, books: Books) -> int:
        act = self._act(session)
        if self._is_called_off(session):
            return -1
        count, problems, warned = linking.fill(act, self.run_id, self.opened.table)
        books.warned += warned
        self._keep(session, _Batch(problems=problems), books)
        return count

    def _is_called_off(self, session: Session, **values: Any) -> bool:
        """Enter where the run is; says whether somebody asked to stop. Raises Superseded if the claim does not hold."""
        return hold(session, self.run_id, self.runner, RunStatus.RUNNING, **values)

    def _write(self, session: Session, verdicts: Sequence[Verdict], position: int, books: Books) -> bool:
        act = self._act(session)
        if self._is_called_off(session, position=position):
            return False
        batch = _sorted(verdicts)
        if batch.created:
            self.writer.write(session, batch.created, act.now)
            self._remember(session, batch.created)
        if batch.updates:
            self.writer.settle(session, [cast(Checked, v.row) for v in batch.updates], act.now)
            batch.problems += updating.write(act, self.run_id, self.opened.table, batch.updates)
        if self.opened.siblings and verdicts:
            wanted = self.opened.siblings.wanted(verdicts[0].number, verdicts[-1].number)
            linking.note(session, self.run_id, verdicts, wanted, self.opened.source.headings)
        for verdict in verdicts:
            weighing.add(books, verdict)
        self._keep(session, batch, books)
        return True

    def _remember(self, session: Session, created: Sequence[Checked]) -> None:
        named = {row.source_id: row.made for row in created if row.source_id and row.made}
        if named:
            sources.remember(session, self.opened.table.entity, self.run_id, named)

    def _keep(self, session: Session, batch: _Batch, books: Books) -> None:
        """Enter a batch into the books of the database."""
        room = weighing.FIRST - len(books.problems)
        books.problems = books.problems + [
            weighing.shown(p, self.who.conventions.locale) for p in batch.problems[:room]
        ]
        write_problems(session, self.run_id, batch.problems)
        if batch.left:
            rows = [{**row.model_dump(exclude={"id"}), "run_id": self.run_id} for row in batch.left]
            session.execute(insert(RejectedRow), rows)
        figures = {n: v for n, v in vars(books).items() if n not in ("status", "problems")}
        session.execute(update(ImportRun).where(col(ImportRun.id) == self.run_id).values(**figures))

    def _tell(self, problems: Sequence[Problem]) -> None:
        self.books.problems += [weighing.shown(p, self.who.conventions.locale) for p in problems]
        if problems:
            db.transact(write_problems, self.run_id, problems)

    def _end(self, session: Session) -> None:
        self._is_called_off(session)
        run = session.get_one(ImportRun, self.run_id)
        linking.forget(session, self.run_id)
        run.status, run.step, run.finished_on = RunStatus.DONE.value, Step.RESULT.value, db.now()
        if run.job_id:
            tell(self._act(session), run, DONE)


def _sorted(verdicts: Sequence[Verdict]) -> _Batch:
    """What the verdicts of a batch come to. Rows that say more about a new record of the batch go into it."""
    batch = _Batch()
    for verdict in verdicts:
        row = verdict.row
        if verdict.tag == BLANK or row is None:
            continue
        batch.problems += weighing.problems_of(verdict)
        if verdict.tag in (SKIPPED, REFUSED):
            batch.left.append(_left(row, skipped=verdict.tag == SKIPPED))
        elif verdict.tag == CREATED:
            batch.created.append(row)
        elif verdict.into is not None and verdict.into.values is not None:
            verdict.into.values |= changes_of(row)
            verdict.into.filled |= row.filled
            verdict.into.keys = None
        elif verdict.tag == UPDATED:
            batch.updates.append(verdict)
    return batch


def _left(row: Checked, skipped: bool) -> RejectedRow:
    cells = [str(cell).replace("\x00", "") for cell in row.cells]
    return RejectedRow(run_id=0, row=row.number, cells=cells, skipped=skipped)


def write_problems(session: Session, run_id: int, problems: Sequence[Problem]) -> None:
    """Keep problems in the books of the database."""
    if problems:
        rows = [{"run_id": run_id, **{n: _storable(v) for n, v in vars(p).items() if n != "place"}} for p in problems]
        session.execute(insert(ImportProblem), rows)


def _storable(value: Any) -> Any:
    """Text without zeros, which PostgreSQL cannot hold; plain text instead of its kinds."""
    if isinstance(value, dict):
        return {name: _storable(part) for name, part in value.items()}
    if isinstance(value, str):
        return str(value).replace("\x00", "")
    return value if isinstance(value, int | float | bool) or value is None else str(value)


def tell(act: Act, run: ImportRun, message: str) -> None:
    """Tell the importer what came of his import."""
    values = {
        "name": run.file_name,
        "created": run.created,
        "updated": run.updated,
        "skipped": run.skipped,
        "rejected": run.rejected,
    }
    notifying.notify(act, run.created_by_id, notifying.Kind.IMPORT, message, values, entity="import", record_id=run.id)


__all__ = ["BATCH", "begin_here", "cancel", "carry_out", "start"]
