"""The rows of an import that did not come in, as a file: the layout that they came in, plus columns that say why."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell
from sqlmodel import Session, col, select

from rxcrm.models.importing.books import ImportProblem, ImportRun, RejectedRow
from rxcrm.models.importing.checked import WARNING
from rxcrm.models.importing.escaping import escape
from rxcrm.models.importing.grid import CHECKSUM
from rxcrm.models.importing.specials import IMPORT_REASON, IMPORT_RESULT, is_added
from rxcrm.translation import N_, gettext

CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REJECTED, SKIPPED = N_("Rejected"), N_("Skipped")
#: The most that a cell of a workbook can hold.
_CELL = 32_767
#: Rows that are read at once.
_AT_ONCE = 1_000


def write_rejected(session: Session, run: ImportRun, locale: str, path: Path) -> tuple[str, str]:
    """Write the rows into a file, with flat memory; returns the name that it should have, and its media type.

    Text comes back in its delimiter and encoding, everything else as .xlsx. A file of XML Spreadsheet 2003 comes back as
    .xlsx too: every program that reads the one reads the other.
    """
    source = run.source or run.plan  # imports of older versions kept with their plan what the reader found
    name = Path(run.file_name)
    stem = f"{name.stem} – rejected"
    if source.get("format") == "csv":
        _write_text(path, source, lambda: _rows(session, run, source, locale))
        return f"{stem}{name.suffix or '.csv'}", CSV
    _write_workbook(path, _rows(session, run, source, locale))
    return f"{stem}.xlsx", XLSX


def _rows(session: Session, run: ImportRun, source: dict[str, Any], locale: str) -> Iterator[list[str]]:
    """The headings, then every row with what became of it and why; what an earlier import said of it is left out."""
    headings = source.get("headings", [])
    kept = [place for place, heading in enumerate(headings) if not is_added(heading)]
    yield [*(headings[place] for place in kept), gettext(locale, IMPORT_RESULT), gettext(locale, IMPORT_REASON)]
    last = 0
    while rows := _next(session, run.id or 0, last):
        last = rows[-1].id or 0
        reasons = _reasons(session, run.id or 0, [row.row for row in rows], locale)
        for row in rows:
            result = gettext(locale, SKIPPED if row.skipped else REJECTED)
            cells = row.cells + [""] * (len(headings) - len(row.cells))
            # Cells beyond the headings stand after the reason, so that the reason keeps its column.
            beyond = row.cells[len(headings) :]
            yield [*(cells[place] for place in kept), result, " ".join(reasons.get(row.row, [])), *beyond]
        for row in rows:
            session.expunge(row)


def _next(session: Session, run_id: int, after: int) -> Sequence[RejectedRow]:
    """The next rows; they were written in the order of the file."""
    asked = select(RejectedRow).where(RejectedRow.run_id == run_id, col(RejectedRow.id) > after)
    return session.exec(asked.order_by(col(RejectedRow.id)).limit(_AT_ONCE)).all()


def _reasons(session: Session, run_id: int, numbers: Sequence[int], locale: str) -> dict[int, list[str]]:
    """Why these rows did not come in, in sentences."""
    asked = select(ImportProblem).where(
        ImportProblem.run_id == run_id,
        ImportProblem.severity != WARNING,
        col(ImportProblem.row).in_(numbers),
    )
    reasons: dict[int, list[str]] = {}
    for problem in session.exec(asked.order_by(col(ImportProblem.id))):
        text = problem.text(locale)
        reasons.setdefault(problem.row, []).append(f"{problem.column}: {text}" if problem.column else text)
        session.expunge(problem)
    return reasons


def _write_text(path: Path, source: dict[str, Any], rows: Callable[[], Iterator[list[str]]]) -> None:
    """As the file was; our own exports escape what a spreadsheet would run (S 13.22), and so does what is left of them."""
    ours = CHECKSUM in source.get("headings", [])
    # The reasons may hold quotation marks that an old code page lacks.
    for encoding in (source.get("encoding") or "utf-8-sig", "utf-8-sig"):
        try:
            with path.open("w", encoding=encoding, newline="") as file:
                writer = csv.writer(file, delimiter=source.get("delimiter") or ",")
                writer.writerows([escape(cell) for cell in row] if ours else row for row in rows())
            return
        except (UnicodeEncodeError, LookupError):
            continue


def _write_workbook(path: Path, rows: Iterator[list[str]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Rejected")
    for row in rows:
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text)[:_CELL])
            # Text, whatever it looks like: nothing that came from a file is run as a formula (S 13.22).
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    book.save(path)
