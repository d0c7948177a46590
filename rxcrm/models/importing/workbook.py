"""Excel workbooks (.xlsx): visible sheets, text as text, dates as dates, formulas as their last results."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring, iterparse
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from rxcrm.models.importing.grid import MAX_COLUMNS, CellError, Grid, Row, Unreadable, is_blank, text_of
from rxcrm.translation import N_

#: A workbook may unpack to this many bytes, and a large part of it to this many times its packed size.
MAX_UNPACKED = 1_000_000_000
MAX_RATIO = 400
_LARGE = 20_000_000
#: Cells of the rectangle around a sheet's data. The parser keeps all of it in memory, empty cells too, and ends the
#: whole process when there is not enough; so the corners are looked for before it is called.
MAX_RECTANGLE = 40_000_000

_CELL = re.compile(rb"""<(?:\w+:)?c(?=[\s/>])""")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,7})["']""")
_FAILED = re.compile(
    rb"""<(?:\w+:)?c(?=\s)(?=[^>]*\st\s*=\s*["']e["'])[^>]*\sr\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,7})["']"""
)
_CHUNK = 1 << 20
_MOST_ERRORS = 100_000

BOMB = N_("This workbook unpacks to far more than a list of leads can hold and is refused.")
DAMAGED = N_("This workbook is damaged. Open it in a spreadsheet program and save it again.")


def read_workbook(path: Path, wanted: str = "") -> Grid:
    """The chosen visible sheet, or the first visible one with data. Raises Unreadable."""
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_bombs(archive)
            parts = _sheet_parts(archive)
        book = CalamineWorkbook.from_path(path)
    except (
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        EOFError,
        OSError,
        ParseError,
        CalamineError,
        NotImplementedError,
    ):
        raise Unreadable(DAMAGED) from None
    except DefusedXmlException:
        raise Unreadable(BOMB) from None
    visible = [
        m.name
        for m in book.sheets_metadata
        if m.visible is SheetVisibleEnum.Visible and m.typ is SheetTypeEnum.WorkSheet
    ]
    if wanted and wanted not in visible:
        raise Unreadable(N_("This workbook has no visible sheet named “%(sheet)s”."), sheet=wanted)
    for name in [wanted] if wanted else visible:
        sheet, failed = _load(path, book, name, parts.get(name, ""))
        if wanted or any(not is_blank(cells) for _, cells in _rows(sheet, failed)):
            return Grid("xlsx", lambda: _rows(sheet, failed), visible, name)  # noqa: B023
    raise Unreadable(N_("No visible sheet of this workbook has any data."))


def _rows(sheet: CalamineSheet, failed: dict[int, dict[int, str]]) -> Iterator[Row]:
    first = sheet.start[1] if sheet.start else 0
    for number, values in enumerate(sheet.iter_rows(), 1):
        cells = [v if type(v) is str else text_of(v) for v in values]
        for column, code in failed.get(number, {}).items():
            if 0 <= column - first < len(cells):
                cells[column - first] = CellError(code)
        yield number, cells


def _refuse_bombs(archive: zipfile.ZipFile) -> None:
    if any(info.flag_bits & 1 for info in archive.infolist()):
        raise Unreadable(N_("This file is protected by a password. Save it without one and try again."))
    sizes = [(info.file_size, info.compress_size) for info in archive.infolist()]
    if sum(size for size, _ in sizes) > MAX_UNPACKED or len(sizes) > 10_000:
        raise Unreadable(BOMB)
    if any(size > _LARGE and size > packed * MAX_RATIO for size, packed in sizes):
        raise Unreadable(BOMB)


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → name of its part in the archive. Reads the shared parts to their ends: sizes that lie show there."""
    links = {
        link.get("Id"): link.get("Target", "")
        for link in fromstring(_small(archive, "xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    }
    parts = {}
    for element in fromstring(_small(archive, "xl/workbook.xml"), forbid_dtd=True).iter():
        if element.tag.endswith("}sheet"):
            link = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
            target = links.get(link) or ""
            parts[element.get("name", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    for name in archive.namelist():
        if name.lower() in ("xl/sharedstrings.xml", "xl/styles.xml"):
            with archive.open(name) as part:
                while part.read(_CHUNK):
                    pass
    return parts


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > _LARGE:
        raise Unreadable(BOMB)
    return archive.read(name)


def _load(path: Path, book: CalamineWorkbook, name: str, part: str) -> tuple[CalamineSheet, dict[int, dict[int, str]]]:
    try:
        with zipfile.ZipFile(path) as archive:
            if not part or part not in archive.namelist():
                raise Unreadable(DAMAGED)
            with archive.open(part) as file:
                rows, columns, failed, certain = _corners(file)
            if not certain or rows * columns > MAX_RECTANGLE:
                with archive.open(part) as file:
                    rows, columns = _true_corners(file)
            if columns > MAX_COLUMNS or rows * columns > MAX_RECTANGLE:
                raise Unreadable(
                    N_(
                        "The sheet “%(sheet)s” reaches to row %(rows)s and column %(columns)s."
                        " Delete the empty rows and columns around the data, or split the file."
                    ),
                    sheet=name,
                    rows=rows,
                    columns=columns,
                )
        return book.get_sheet_by_name(name), failed
    except (zipfile.BadZipFile, zlib.error, EOFError, ParseError, CalamineError):
        raise Unreadable(DAMAGED) from None
    except DefusedXmlException:
        raise Unreadable(BOMB) from None


def _corners(file: IO[bytes]) -> tuple[int, int, dict[int, dict[int, str]], bool]:
    """Last row and column that any cell names, the cells with errors, and whether every cell names its place."""
    rows, cells, named = 0, 0, 0
    letters: set[bytes] = set()
    failed: dict[int, dict[int, str]] = {}
    rest = b""
    while chunk := file.read(_CHUNK):
        # A tag that is cut by the end of the chunk waits for the next one.
        whole, _, tail = (rest + chunk).rpartition(b">")
        rest = tail
        places = _PLACE.findall(whole)
        cells += len(_CELL.findall(whole))
        named += len(places)
        letters.update(letter for letter, _ in places)
        rows = max(rows, max((int(row) for _, row in places), default=0))
        if b't="e"' in whole or b"t='e'" in whole:
            for letter, row in _FAILED.findall(whole):
                if len(failed) < _MOST_ERRORS:
                    failed.setdefault(int(row), {})[_column(letter)] = "#ERROR"
        if len(rest) > 10_000_000:
            raise Unreadable(DAMAGED)
    return rows, max(map(_column, letters), default=-1) + 1, failed, named >= cells


def _column(letters: bytes) -> int:
    """A → 0, AA → 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def _true_corners(file: IO[bytes]) -> tuple[int, int]:
    """Last row and column with a value, for sheets with formatted empty cells or cells that do not name their place."""
    row = column = rows = columns = 0
    for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
        tag = element.tag.rpartition("}")[2]
        if event == "start" and tag == "row":
            row, column = int(element.get("r") or row + 1), 0
        elif event == "end" and tag == "c":
            place = re.fullmatch(r"([A-Za-z]{1,3})([0-9]{1,7})", element.get("r") or "")
            column = _column(place[1].encode()) + 1 if place else column + 1
            if len(element):
                rows, columns = max(rows, int(place[2]) if place else row), max(columns, column)
            element.clear()
        elif event == "end" and tag == "row":
            element.clear()
    return rows, columns
