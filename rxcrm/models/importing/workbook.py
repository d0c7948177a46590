"""Workbooks (.xlsx, .xls, .ods): visible sheets, text as text, dates as dates, formulas as their last results."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from rxcrm.models.importing import sheetparts
from rxcrm.models.importing.grid import MAX_COLUMNS, CellError, Grid, Row, Unreadable, is_blank, text_of
from rxcrm.models.importing.notes import DAMAGED, HIDDEN, NO_DATA, NO_SHEET, PROTECTED, UNSET
from rxcrm.translation import N_

#: A workbook may unpack to this many bytes, and a large part of it to this many times its packed size.
MAX_UNPACKED = 3_000_000_000
MAX_RATIO = 400
_LARGE = 20_000_000
#: Cells of the rectangle around the data of a sheet or of a piece of it: what the parser can hold at once.
MAX_RECTANGLE = 8_000_000
_CHUNK = 1 << 20
_SHARED = ("xl/sharedstrings.xml", "xl/styles.xml")

BOMB = N_("This workbook unpacks to far more than a list of leads can hold and is refused.")
#: What failed formulas show in OpenDocument files, where they are stored as text.
_ERRORS = frozenset(("#N/A", "#DIV/0!", "#REF!", "#NAME?", "#NULL!", "#NUM!", "#VALUE!"))


def read_workbook(path: Path, wanted: str = "") -> Grid:
    """The chosen visible sheet of an .xlsx, or the first visible one with data. Raises Unreadable."""
    with _refusing(), zipfile.ZipFile(path) as archive:
        refuse_bombs(archive)
        texts = sum(_read_through(archive, name) for name in archive.namelist() if name.lower() in _SHARED)
        sheets = _sheets(archive)
    visible, hidden = [s.name for s in sheets if s.visible], [s.name for s in sheets if not s.visible]
    parts = {s.name: s.part for s in sheets}
    return _choose("xlsx", visible, hidden, wanted, lambda name: _Sheet(path, name, parts[name], texts).rows)


def read_other_book(path: Path, kind: str, wanted: str = "") -> Grid:
    """The same of an old workbook (.xls) or an OpenDocument one (.ods), as `kind` says."""
    with _refusing():
        merged = 0
        if kind == "ods":
            with zipfile.ZipFile(path) as archive:
                refuse_bombs(archive)
                merged = _merged_in_ods(archive)
        book = CalamineWorkbook.from_path(path)
    sheets = [m for m in book.sheets_metadata if m.typ is SheetTypeEnum.WorkSheet]
    visible = [m.name for m in sheets if m.visible is SheetVisibleEnum.Visible]
    hidden = [m.name for m in sheets if m.visible is not SheetVisibleEnum.Visible]

    def rows_of(name: str) -> Callable[[Grid], Iterator[Row]]:
        with _refusing():
            sheet = book.get_sheet_by_name(name)
        if sheet.total_width > MAX_COLUMNS:
            raise _too_wide(name, sheet.total_height, sheet.total_width)

        def rows(grid: Grid) -> Iterator[Row]:
            grid.merged_to = max([merged, *(end[0] + 1 for _, end in sheet.merged_cell_ranges or ())])
            return _plain_rows(sheet, kind == "ods")

        return rows

    return _choose(kind, visible, hidden, wanted, rows_of)


def _choose(
    kind: str,
    visible: list[str],
    hidden: list[str],
    wanted: str,
    rows_of: Callable[[str], Callable[[Grid], Iterator[Row]]],
) -> Grid:
    if not visible and not hidden:
        raise Unreadable(DAMAGED)
    if wanted and wanted not in visible:
        raise Unreadable(NO_SHEET, sheet=wanted)
    for name in [wanted] if wanted else visible:
        read = rows_of(name)
        grid = Grid(kind, lambda: read(grid), visible, name)  # noqa: B023
        if wanted or any(not is_blank(cells) for _, cells in grid.rows()):
            if hidden:
                grid.note(HIDDEN, names=", ".join(hidden)[:500])
            return grid
    raise Unreadable(NO_DATA)


@contextmanager
def _refusing() -> Iterator[None]:
    """What the libraries raise about a file, as a sentence for the user."""
    try:
        yield
    except PasswordError:
        raise Unreadable(PROTECTED) from None
    except (
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        EOFError,
        OSError,
        ParseError,
        CalamineError,
        NotImplementedError,
        UnicodeDecodeError,
    ):
        raise Unreadable(DAMAGED) from None
    except DefusedXmlException:
        raise Unreadable(BOMB) from None


@dataclass
class _Sheet:
    """One sheet of an .xlsx: small ones are parsed once and kept, large ones piece by piece at every reading."""

    path: Path
    name: str
    part: str
    texts: int

    def __post_init__(self) -> None:
        self.most = sheetparts.piece_size(self.texts)
        #: The first piece, which is looked at several times: for data, for headings, for the rows.
        self.opening: tuple[CalamineSheet, sheetparts.Extent] | None = None
        self.merged_to = 0
        with _refusing(), zipfile.ZipFile(self.path) as archive:
            if self.part not in archive.namelist():
                raise Unreadable(DAMAGED)
            self.large = archive.getinfo(self.part).file_size > self.most

    def rows(self, grid: Grid) -> Iterator[Row]:
        """All rows up to the last with a value."""
        number, left, unset, unset_at = 0, -1, 0, ""
        for sheet, found in self._large(grid) if self.large else self._small(grid):
            if not sheet.start:
                continue
            top, first = sheet.start
            left = first if left < 0 else left
            if first < left:
                raise Unreadable(
                    N_("The sheet “%(sheet)s” has cells to the left of its headings, near row %(row)s."),
                    sheet=self.name,
                    row=top + 1,
                )
            unset, unset_at = unset + found.unset, unset_at or found.unset_at
            if unset:
                grid.note(UNSET, n=unset, place=unset_at)
            yield from ((missing, []) for missing in range(number + 1, top + 1))
            indent = [""] * (first - left)
            # `iter_rows` gives the empty rows above too, of which a late piece has many.
            below = islice(sheet.iter_rows(), top, None) if top < 1000 else sheet.to_python()
            for number, values in enumerate(below, top + 1):
                yield number, indent + _cells(values, found.errors.get(number), first)

    def _small(self, grid: Grid) -> Iterator[tuple[CalamineSheet, sheetparts.Extent]]:
        if not self.opening:
            with _refusing(), zipfile.ZipFile(self.path) as archive:
                content = archive.read(self.part)
                found = self._look_at(content)
                self.merged_to = sheetparts.merged(content)
                self.opening = CalamineWorkbook.from_path(self.path).get_sheet_by_name(self.name), found
        grid.merged_to = self.merged_to
        yield self.opening

    def _large(self, grid: Grid) -> Iterator[tuple[CalamineSheet, sheetparts.Extent]]:
        tail = bytearray()
        with _refusing(), zipfile.ZipFile(self.path) as archive, archive.open(self.part) as file:
            for place, piece in enumerate(sheetparts.pieces(file, self.most, tail)):
                if place or not self.opening:
                    found = self._look_at(piece)
                    with sheetparts.small_workbook(archive, self.part, piece) as small:
                        del piece
                        parsed = _opened(small).get_sheet_by_name(self.name), found
                    self.opening = self.opening or parsed
                yield parsed if place else self.opening
            grid.merged_to = sheetparts.merged(bytes(tail), file)

    def _look_at(self, piece: bytes) -> sheetparts.Extent:
        found = sheetparts.extent(piece, MAX_COLUMNS, MAX_RECTANGLE)
        if found.columns > MAX_COLUMNS or found.cells > MAX_RECTANGLE:
            raise _too_wide(self.name, found.rows, found.columns)
        return found


def _opened(file: IO[bytes]) -> CalamineWorkbook:
    """By its path where the system gives one even to a file without a name; else all of it is read into memory first."""
    path = Path(f"/proc/self/fd/{file.fileno()}")
    return CalamineWorkbook.from_path(path) if path.exists() else CalamineWorkbook.from_filelike(file)


def _plain_rows(sheet: CalamineSheet, errors: bool) -> Iterator[Row]:
    for number, values in enumerate(sheet.iter_rows(), 1):
        cells = _cells(values, None, 0)
        if errors:
            cells = [CellError(c) if c[:1] == "#" and c in _ERRORS else c for c in cells]
        yield number, cells


def _cells(values: list[Any], errors: dict[int, str] | None, first: int) -> list[str]:
    cells = [v if type(v) is str else text_of(v) for v in values]
    for column, code in (errors or {}).items():
        if column >= first:
            cells += [""] * (column - first + 1 - len(cells))
            cells[column - first] = CellError(code)
    return cells


def _too_wide(name: str, rows: int, columns: int) -> Unreadable:
    return Unreadable(
        N_(
            "The sheet “%(sheet)s” reaches to row %(rows)s and column %(columns)s."
            " Delete the empty rows and columns around the data, or split the file."
        ),
        sheet=name,
        rows=rows,
        columns=columns,
    )


def refuse_bombs(archive: zipfile.ZipFile) -> None:
    """Raises Unreadable for an archive that is encrypted, or that unpacks to more than a workbook of this size can."""
    if any(info.flag_bits & 1 for info in archive.infolist()):
        raise Unreadable(PROTECTED)
    sizes = [(info.file_size, info.compress_size) for info in archive.infolist()]
    if sum(size for size, _ in sizes) > MAX_UNPACKED or len(sizes) > 10_000:
        raise Unreadable(BOMB)
    if any(size > _LARGE and size > packed * MAX_RATIO for size, packed in sizes):
        raise Unreadable(BOMB)


@dataclass
class _Entry:
    """A sheet as the workbook lists it."""

    name: str
    part: str
    visible: bool


def _sheets(archive: zipfile.ZipFile) -> list[_Entry]:
    """The sheets with cells, in their order; charts and macros are none."""
    links = {
        link.get("Id"): link.get("Target", "")
        for link in fromstring(_small(archive, "xl/_rels/workbook.xml.rels"), forbid_dtd=True)
        if link.get("Type", "").endswith("/worksheet")
    }
    entries = []
    for element in fromstring(_small(archive, "xl/workbook.xml"), forbid_dtd=True).iter():
        link = next((v for k, v in element.attrib.items() if k.endswith("}id")), None)
        if element.tag.endswith("}sheet") and link in links:
            part = posixpath.normpath(posixpath.join("/xl", links[link])).lstrip("/")
            entries.append(_Entry(element.get("name", ""), part, element.get("state", "visible") == "visible"))
    return entries


def _read_through(archive: zipfile.ZipFile, name: str) -> int:
    """The true size of a part, which may be another than the archive says; then it is damaged."""
    size = 0
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            size += len(chunk)
    return size


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > _LARGE:
        raise Unreadable(BOMB)
    return archive.read(name)


def _merged_in_ods(archive: zipfile.ZipFile) -> int:
    """A row beyond all others if any cell of an OpenDocument workbook spans more than one; 0 without."""
    rest = b""
    with archive.open("content.xml") as part:
        while chunk := part.read(_CHUNK):
            if b"<table:covered-table-cell" in (rest := rest + chunk):
                return 1 << 20
            rest = rest[-40:]
    return 0
