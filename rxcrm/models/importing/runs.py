"""Imports as the pages and the command line see them: inspect, register, carry out, ask for the books."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from sqlalchemy import update
from sqlmodel import Session, col, select

from rxcrm.models import db
from rxcrm.models.access import Privilege, Who, may_create, visible
from rxcrm.models.base import Record
from rxcrm.models.errors import CrmError, NotAllowed, NotFound
from rxcrm.models.fields import Conventions, clean
from rxcrm.models.importing import doubles, files, rejects, writing
from rxcrm.models.importing import mapping as maps
from rxcrm.models.importing.books import Books, ImportProblem, ImportRun, RunStatus, sentence
from rxcrm.models.importing.checking import Checked, Checker, Problem, survey
from rxcrm.models.importing.columns import Finder
from rxcrm.models.importing.grid import Unreadable
from rxcrm.models.importing.mapping import Proposal, Target
from rxcrm.models.importing.owners import Owners
from rxcrm.models.importing.reading import open_table
from rxcrm.models.importing.topics import PRESET
from rxcrm.models.importing.undoing import recover, this_process, undo
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.models.searching import sort_key
from rxcrm.models.tables import record_table
from rxcrm.translation import N_

__all__ = [
    "Books",
    "ImportRun",
    "Inspection",
    "Unreadable",
    "carry_out",
    "find_run",
    "inspect",
    "problems",
    "recent",
    "recover",
    "register",
    "rejected_file",
]

#: Problems that the books carry themselves; all others are asked for page by page.
FIRST = 100


@dataclass
class Inspection:
    """What a file is, and what it would be imported as. `topic_pattern` is empty where a column fills the topic."""

    format: str
    encoding: str
    delimiter: str
    sheets: list[str]
    sheet: str
    headings: list[str]
    data_rows: int
    proposals: list[Proposal] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    topic_pattern: str = ""

    @property
    def mapping(self) -> dict[int, str]:
        """The proposals as `carry_out` takes them."""
        return {p.index: p.target for p in self.proposals if p.target}


def inspect(path: Path, file_name: str, entity: str, how: Conventions, sheet: str = "") -> Inspection:
    """Read a file without importing it. Raises Unreadable with a sentence for the user."""
    table = open_table(path, sheet)
    samples: list[list[str]] = [[] for _ in table.headings]
    count = 0
    for _, cells in table.rows():
        count += 1
        if count <= 200:
            for seen, cell in zip(samples, cells, strict=False):
                if len(seen) < maps.SAMPLES and (text := clean(cell)[:80]) and text not in seen:
                    seen.append(text)
    proposals = maps.propose(entity, table.headings, samples)
    fields = maps.targets(entity)
    topic = any(t.name == "topic" for t in fields) and not any(p.target == "topic" for p in proposals)
    return Inspection(
        format=table.grid.format,
        encoding=table.grid.encoding,
        delimiter=table.grid.delimiter,
        sheets=table.grid.sheets,
        sheet=table.grid.sheet,
        headings=table.headings,
        data_rows=count,
        proposals=proposals,
        targets=fields,
        topic_pattern=PRESET if topic else "",
    )


def register(act: Act, path: Path, file_name: str, entity: str) -> ImportRun:
    """Take a file in for importing. One that already lies in the import folder stays; any other is copied there.

    Raises NotAllowed without the privileges to import and to create.
    """
    record_table(entity)
    _require(act.who, entity)
    file = files.take_in(path)
    run = ImportRun(
        entity=entity,
        file_name=clean(Path(file_name.replace("\\", "/")).name)[:255],
        stored_as=file.name,
        size=file.stat().st_size,
        created_by_id=act.who.id,
        created_on=act.now,
    )
    act.session.add(run)
    act.session.flush()
    return run


def recent(act: Act, limit: int = 50) -> list[tuple[ImportRun, str]]:
    """The newest imports with the names of who made them: one's own, or everybody's for administrators."""
    query = select(ImportRun, User.name).join(User, col(User.id) == ImportRun.created_by_id)
    if not act.who.administrator:
        query = query.where(ImportRun.created_by_id == act.who.id)
    return list(act.session.exec(query.order_by(col(ImportRun.id).desc()).limit(limit)))


def find_run(act: Act, run_id: int) -> ImportRun:
    """A run of one's own; administrators see all. Raises NotFound."""
    return _find(act.session, act.who, run_id)


def _find(session: Session, who: Who, run_id: int) -> ImportRun:
    run = session.get(ImportRun, run_id)
    if run is None or (run.created_by_id != who.id and not who.administrator):
        raise NotFound
    return run


def _require(who: Who, entity: str) -> None:
    if not who.holds(Privilege.IMPORT):
        raise NotAllowed(N_("Your role may not import files."))
    if not (decision := may_create(who, entity)):
        raise NotAllowed(decision.because)


def carry_out(
    run_id: int,
    who: Who,
    mapping: dict[int, str],
    topic_pattern: str,
    *,
    sheet: str = "",
    owner: User | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    dry_run: bool = False,
) -> Books:
    """Import a registered file: blocking, in transactions of its own, one per batch.

    Rows that name no owner go to `owner`, else to the importer. `progress` gets rows done and rows in all. When
    `cancelled` says yes, or anything fails, all that this import wrote is removed again; a cancelled run returns its
    books with status "cancelled", a failed one raises. A run can be carried out once. `dry_run` checks every row and
    writes nothing.

    Raises NotFound, NotAllowed, Unreadable, or BadValue for a mapping or topic pattern that cannot be used.
    """
    run = db.read(_find, who, run_id)
    _require(who, run.entity)
    importing = _Import(run, who, mapping, topic_pattern, sheet, Owners(who, run.entity, owner), dry_run)
    if dry_run:
        return importing.go(progress, cancelled)
    db.transact(_start, run_id, importing.options)
    try:
        books = importing.go(progress, cancelled)
    except BaseException as problem:
        undo(run_id, RunStatus.FAILED, _said(problem))
        raise
    if books.status == RunStatus.CANCELLED:
        undo(run_id, RunStatus.CANCELLED, "")
        return Books(status=RunStatus.CANCELLED.value)
    files.discard(run)
    return books


def _said(problem: BaseException) -> str:
    return problem.text() if isinstance(problem, CrmError) else N_("The import stopped because of an error.")


def _start(session: Session, run_id: int, options: dict[str, Any]) -> None:
    """Take the run, unless somebody has taken it already."""
    claim = (
        update(ImportRun)
        .where(col(ImportRun.id) == run_id, col(ImportRun.status) == RunStatus.UPLOADED.value)
        .values(status=RunStatus.RUNNING.value, options=options, runner=this_process(), beat_on=db.now())
    )
    if cast(Any, session.execute(claim)).rowcount != 1:
        raise NotAllowed(N_("This file has been imported already. Upload it again to import it once more."))


class _Import:
    """One pass over a file: check rows, write batches, keep the books."""

    def __init__(
        self,
        run: ImportRun,
        who: Who,
        mapping: dict[int, str],
        topic_pattern: str,
        sheet: str,
        owners: Owners,
        dry_run: bool,
    ) -> None:
        self.run, self.who, self.dry_run = run, who, dry_run
        self.entity = record_table(run.entity)
        self.table = open_table(files.stored(run), sheet)
        chosen = maps.check(run.entity, len(self.table.headings), mapping)
        self.options = {
            "sheet": self.table.grid.sheet,
            "headings": self.table.headings,
            "mapping": {str(index): target for index, target in chosen.items()},
            "topic_pattern": topic_pattern,
            "format": self.table.grid.format,
            "encoding": self.table.grid.encoding,
            "delimiter": self.table.grid.delimiter,
            "owner": owners.default.user_id,
        }
        how = who.conventions
        self.total, habits = survey(self.table.rows(), chosen, self.entity)
        self.checker = Checker(
            self.entity,
            self.table.headings,
            chosen,
            habits,
            how,
            owners,
            _finder(who),
            topic_pattern or PRESET,
            run.file_name,
        )
        self.writer = writing.Writer.of(self.entity, run.id or 0, who)
        self.books = Books(status=RunStatus.RUNNING.value)

    def go(self, progress: Callable[[int, int], None] | None, cancelled: Callable[[], bool] | None) -> Books:
        batch = _Batch(problems=self.checker.notes(self.table.heading_row))
        for number, cells in self.table.rows():
            self._enter(batch, self.checker.check(number, cells))
            if batch.size >= writing.BATCH:
                if cancelled and cancelled():
                    self.books.status = RunStatus.CANCELLED.value
                    return self.books
                batch = self._close(batch, progress)
        if cancelled and cancelled():
            self.books.status = RunStatus.CANCELLED.value
            return self.books
        self.books.status = RunStatus.DONE.value
        self._close(batch, progress, last=True)
        return self.books

    def _enter(self, batch: _Batch, row: Checked | None) -> None:
        batch.size += 1
        self.books.rows += 1
        if row is None:
            self.books.blank += 1
            return
        batch.problems += row.problems
        if row.values is None:
            self.books.rejected += 1
            batch.rejected.append(row)
            return
        self.books.accepted += 1
        self.books.warned += bool(row.problems)
        batch.accepted.append(row)

    def _close(self, batch: _Batch, progress: Callable[[int, int], None] | None, last: bool = False) -> _Batch:
        if batch.accepted:
            fresh = sum(not row.problems for row in batch.accepted)
            batch.problems += db.read(doubles.warnings, self.who, self.entity, batch.accepted)
            self.books.warned += fresh - sum(not row.problems for row in batch.accepted)
        room = FIRST - len(self.books.problems)
        self.books.problems += [
            {**vars(p), "reason": sentence(p.reason, p.values, self.who.conventions.locale)}
            for p in batch.problems[:room]
        ]
        if not self.dry_run:
            db.transact(self._write, batch, last)
        if progress:
            progress(self.books.rows, self.total)
        return _Batch()

    def _write(self, session: Session, batch: _Batch, last: bool) -> None:
        now = db.now()
        self.writer.write(session, batch.accepted, batch.problems, batch.rejected, now)
        writing.count(session, self.run.id or 0, self.books, now)
        if last:
            run = session.get_one(ImportRun, self.run.id)
            run.status, run.finished_on = RunStatus.DONE.value, now


@dataclass
class _Batch:
    size: int = 0
    accepted: list[Checked] = field(default_factory=list)
    rejected: list[Checked] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def _finder(who: Who) -> Finder:
    """Looks records up by name or e-mail among those that the user may attach to; every text once."""
    known: dict[tuple[str, str], int | None] = {}

    def find(entity: str, text: str) -> int | None:
        key = sort_key(text)
        if (entity, key) not in known:
            known[entity, key] = db.read(_named, who, record_table(entity), key)
        return known[entity, key]

    return find


def _named(session: Session, who: Who, table: type[Record], key: str) -> int | None:
    row = cast(Any, table)
    mine = (visible(who, table), visible(who, table, Privilege.APPEND_TO), row.deleted_on.is_(None))
    for column in (row.name_key, row.email_key):
        found = session.exec(select(row.id).where(column == key, *mine).limit(2)).all()
        if len(found) == 1:
            return cast(int, found[0])
    return None


# -- the books -------------------------------------------------------------------------------------------------------


def problems(
    session: Session, run_id: int, severity: str = "", after: int = 0, limit: int = 100
) -> list[ImportProblem]:
    """Problems of a run in the order of the file, of one severity ("warning", "rejected") or of both.

    `after` is the id of the last one already shown; the caller has found the run through `find_run`.
    """
    query = select(ImportProblem).where(ImportProblem.run_id == run_id, col(ImportProblem.id) > after)
    if severity:
        query = query.where(ImportProblem.severity == severity)
    return list(session.exec(query.order_by(col(ImportProblem.id)).limit(limit)))


def rejected_file(session: Session, run: ImportRun, locale: str = "en") -> tuple[str, bytes, str]:
    """(name, content, media type) of the rejected rows in the file's own layout plus a column with the reasons."""
    return rejects.rejected_file(session, run, locale)
