"""The rows of an import that did not come in, as a file: the layout that they came in, plus columns that say why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell
from sqlmodel import Session, col, select

from rxcrm.models.importing.books import ImportProblem, ImportRun, RejectedRow
from rxcrm.models.importing.checking import WARNING
from rxcrm.models.importing.specials import IMPORT_REASON, IMPORT_RESULT
from rxcrm.translation import N_, gettext

CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REJECTED, SKIPPED = N_("Rejected"), N_("Skipped")
#: The most that a cell of a workbook can hold.
_CELL = 32_767


def rejected_file(session: Session, run: ImportRun, locale: str) -> tuple[str, bytes, str]:
    """(name, content, media type). Text comes back in its delimiter and encoding, everything else as .xlsx.

    A file of XML Spreadsheet 2003 comes back as .xlsx too: every program that reads the one reads the other.
    """
    source = _source(run)
    headings = [*source.get("headings", []), gettext(locale, IMPORT_RESULT), gettext(locale, IMPORT_REASON)]
    rows = _rows(session, run, len(headings) - 2, locale)
    name = Path(run.file_name)
    stem = f"{name.stem} – rejected"
    if source.get("format") == "csv":
        return f"{stem}{name.suffix or '.csv'}", _delimited(source, headings, rows), CSV
    return f"{stem}.xlsx", _workbook(headings, rows), XLSX


def _source(run: ImportRun) -> dict[str, Any]:
    """What the reader found; imports of older versions kept it with their plan."""
    return run.source or run.plan


def _rows(session: Session, run: ImportRun, width: int, locale: str) -> Iterator[list[str]]:
    reasons: dict[int, list[str]] = {}
    found = select(ImportProblem).where(ImportProblem.run_id == run.id, ImportProblem.severity != WARNING)
    for problem in session.exec(found.order_by(col(ImportProblem.id))):
        text = problem.text(locale)
        reasons.setdefault(problem.row, []).append(f"{problem.column}: {text}" if problem.column else text)
    for row in session.exec(select(RejectedRow).where(RejectedRow.run_id == run.id).order_by(col(RejectedRow.row))):
        result = gettext(locale, SKIPPED if row.skipped else REJECTED)
        cells = row.cells[:width] + [""] * (width - len(row.cells))
        # Cells beyond the headings stand after the reason, so that the reason keeps its column.
        yield [*cells, result, " ".join(reasons.get(row.row, [])), *row.cells[width:]]


def _delimited(source: dict[str, Any], headings: list[str], rows: Iterator[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=source.get("delimiter") or ",")
    writer.writerow(headings)
    writer.writerows(rows)
    encoding = source.get("encoding") or "utf-8-sig"
    try:
        return text.getvalue().encode(encoding)
    except (UnicodeEncodeError, LookupError):
        # The reasons may hold quotation marks that an old code page lacks.
        return text.getvalue().encode("utf-8-sig")


def _workbook(headings: list[str], rows: Iterator[list[str]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Rejected")
    for row in [headings, *rows]:
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text)[:_CELL])
            # Text, whatever it looks like: nothing that came from a file is run as a formula (S 13.22).
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
