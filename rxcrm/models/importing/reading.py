"""A file → headings and numbered rows, whatever its format; its content decides, not its name (issue part 8)."""

from __future__ import annotations

import itertools
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rxcrm.models.fields import clean
from rxcrm.models.importing.delimited import read_delimited
from rxcrm.models.importing.grid import MAX_COLUMNS, Grid, Row, Unreadable, is_blank
from rxcrm.models.importing.spreadsheetml import read_spreadsheetml
from rxcrm.models.importing.workbook import DAMAGED, read_workbook
from rxcrm.settings import settings
from rxcrm.translation import N_

__all__ = ["Table", "Unreadable", "open_table"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_TABLE = (
    (b"%PDF", N_("This is a PDF document. Export the list as .csv or .xlsx and try again.")),
    (b"\x89PNG", N_("This is a picture, not a list.")),
    (b"\xff\xd8\xff", N_("This is a picture, not a list.")),
    (b"GIF8", N_("This is a picture, not a list.")),
    (b"\x1f\x8b", N_("This is a packed file. Unpack it and import the file inside.")),
    (b"7z\xbc\xaf", N_("This is a packed file. Unpack it and import the file inside.")),
    (b"Rar!", N_("This is a packed file. Unpack it and import the file inside.")),
    (b"{\\rtf", N_("This is a text document. Save the list as .csv or .xlsx and try again.")),
    (b"BEGIN:VCARD", N_("This is a file of vCards, which cannot be imported yet. Export the list as .csv.")),
)
_WEB = N_(
    "This is a web page, although some programs name it .xls. Open it in a spreadsheet program, save it as .xlsx."
)


@dataclass
class Table:
    """One sheet with distinct headings. `heading_row` is the number of the row that they stand in."""

    grid: Grid
    headings: list[str]
    heading_row: int

    def rows(self) -> Iterator[Row]:
        """Data rows with the numbers that the user sees, padded to the headings; over-long ones keep every cell.

        Blank rows in between are there too; those after the last row with data are not. Raises Unreadable.
        """
        width, limit = len(self.headings), settings().import_rows
        waiting: list[Row] = []
        found = 0
        for number, cells in self.grid.rows():
            if number <= self.heading_row:
                continue
            if len(cells) < width:
                cells = cells + [""] * (width - len(cells))
            found += 1
            if found > limit:
                raise Unreadable(N_("This file has more than %(n)s rows. Split it and import the parts."), n=limit)
            if is_blank(cells):
                waiting.append((number, cells))
                continue
            if waiting:
                yield from waiting
                waiting.clear()
            yield number, cells


def open_table(path: Path, sheet: str = "") -> Table:
    """Recognise the format, choose the sheet, find the headings. Raises Unreadable with a sentence for the user."""
    grid = _grid(path, sheet)
    rows = grid.rows()
    number, cells = next(((n, c) for n, c in rows if not is_blank(c)), (0, []))
    if not cells:
        raise Unreadable(N_("This file is empty."))
    if len(cells) > MAX_COLUMNS:
        raise Unreadable(N_("This sheet has more than %(n)s columns."), n=MAX_COLUMNS)
    table = Table(grid, _distinct(cells), number)
    if next(iter(table.rows()), None) is None:
        raise Unreadable(N_("This file has headings but no rows."))
    return table


def _distinct(cells: list[str]) -> list[str]:
    """Headings as columns can be told apart by: blank ones get their number, repeated ones a counter."""
    headings: list[str] = []
    taken: set[str] = set()
    counts: dict[str, int] = {}
    for number, cell in enumerate(cells, 1):
        base = heading = clean(cell)[:200] or f"Column {number}"
        while heading.lower() in taken:
            counts[base.lower()] = counts.get(base.lower(), 1) + 1
            heading = f"{base} ({counts[base.lower()]})"
        taken.add(heading.lower())
        headings.append(heading)
    return headings


def _grid(path: Path, sheet: str) -> Grid:
    size = path.stat().st_size
    if size == 0:
        raise Unreadable(N_("This file is empty: it has 0 bytes."))
    if size > (most := settings().upload_megabytes) * 1024 * 1024:
        raise Unreadable(N_("This file is larger than %(n)s MB."), n=most)
    with path.open("rb") as file:
        head = file.read(8192)
    if head.startswith(b"PK"):
        _check_archive(path)
        return read_workbook(path, sheet)
    if head.startswith(_OLE):
        raise Unreadable(_ole(path))
    for mark, sentence in _NO_TABLE:
        if head.lstrip().startswith(mark):
            raise Unreadable(sentence)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        raise Unreadable(_WEB)
    if _is_xml(head):
        return read_spreadsheetml(path, sheet)
    if _is_binary(head):
        raise Unreadable(
            N_("This file is neither text nor a workbook. Export the list as .csv or .xlsx and try again.")
        )
    return read_delimited(path)


def _is_xml(head: bytes) -> bool:
    plain = head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return plain.replace(b"\x00", b"").lstrip().startswith((b"<?xml", b"<Workbook", b"<!DOCTYPE", b"<ss:Workbook"))


def _is_binary(head: bytes) -> bool:
    """Control characters that no text has; zeros are fine where UTF-16 puts them."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head.count(0) > len(head) * 0.2:
        return False
    return len(re.findall(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head)) > max(16, len(head) * 0.01)


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(itertools.islice(archive.namelist(), 20_000))
            kind = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError):
        raise Unreadable(DAMAGED) from None
    if "xl/workbook.xml" in names:
        return
    if "xl/workbook.bin" in names:
        raise Unreadable(N_("This is a binary workbook (.xlsb). Save it as .xlsx and try again."))
    if b"opendocument" in kind:
        raise Unreadable(N_("This is an OpenDocument file. Save it as .xlsx or .csv and try again."))
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise Unreadable(N_("This is a text document. Save the list as .csv or .xlsx and try again."))
    raise Unreadable(N_("This is a packed file. Unpack it and import the file inside."))


def _ole(path: Path) -> str:
    """Old Office files and encrypted new ones share one container; the names of its streams tell which it is."""
    with path.open("rb") as file:
        content = file.read(50_000_000)
    if "EncryptedPackage".encode("utf-16-le") in content or "EncryptionInfo".encode("utf-16-le") in content:
        return N_("This file is protected by a password. Save it without one and try again.")
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
        return N_("This is an old Excel file (.xls). Save it as .xlsx and try again.")
    return N_("This is an old Office document. Save the list as .csv or .xlsx and try again.")


def unescape(cell: str) -> str:
    """Take back the apostrophe that our own CSV export sets before what a spreadsheet would run (S 13.22).

    Only for files that say they are ours: elsewhere a leading apostrophe belongs to the value.
    """
    return cell[1:] if cell[:1] == "'" and cell[1:2] in "'=+-@\t\r" and len(cell) > 1 else cell
