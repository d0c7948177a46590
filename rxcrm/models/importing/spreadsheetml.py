"""XML Spreadsheet 2003, the XML format that Dynamics and Excel exchange.

Read with expat itself, row by row: the guarded ElementTree (defusedxml) took three times as long. What defusedxml
refuses is refused here: a document type, and with it every entity and everything external.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.parsers import expat

from rxcrm.models.importing.grid import (
    MAX_COLUMNS,
    MAX_TEXT,
    CellError,
    Exact,
    Grid,
    Row,
    Unreadable,
    text_of,
)
from rxcrm.models.importing.notes import HIDDEN, NO_DATA, NO_RESULT, NO_SHEET, UNSET
from rxcrm.translation import N_

_SS = "urn:schemas-microsoft-com:office:spreadsheet "
_BOOK, _SHEET, _ROW, _CELL, _DATA, _COMMENT = (
    _SS + name for name in ("Workbook", "Worksheet", "Row", "Cell", "Data", "Comment")
)
_VISIBLE = "urn:schemas-microsoft-com:office:excel Visible"
_NAME, _INDEX, _MERGED, _DOWN, _SPAN, _TYPE, _FORMULA = (
    _SS + name for name in ("Name", "Index", "MergeAcross", "MergeDown", "Span", "Type", "Formula")
)
#: As many rows as a sheet of Excel has.
_LAST_ROW = 1_048_576
_NOTHING = CellError(NO_RESULT)
_CHUNK = 1 << 18

Attributes = dict[str, str]


def read_spreadsheetml(path: Path, wanted: str = "") -> Grid:
    """The chosen visible sheet, or the first visible one with data. Raises Unreadable."""
    outline = _Outline()
    for _ in _parsed(path, outline):
        pass
    sheets = outline.sheets
    visible = [s.name for s in sheets if s.visible]
    if wanted and wanted not in visible:
        raise Unreadable(NO_SHEET, sheet=wanted)
    name = wanted or next((s.name for s in sheets if s.visible and s.filled), "")
    if not name:
        raise Unreadable(NO_DATA)
    position = next(i for i, s in enumerate(sheets) if s.name == name and s.visible)
    grid = Grid("xml", lambda: _rows(path, _Rows(grid, position)), visible, name)
    if hidden := [s.name for s in sheets if not s.visible]:
        grid.note(HIDDEN, names=", ".join(hidden)[:500])
    return grid


@dataclass
class _Entry:
    name: str
    visible: bool = True
    filled: bool = False


@dataclass
class _Outline:
    """First pass: which sheets there are, which are hidden, which have any text."""

    sheets: list[_Entry] = field(default_factory=list)
    root: str = ""
    within: str = ""

    def attach(self, parser: Any) -> None:
        self.parser = parser
        parser.StartElementHandler = self.start

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag in (_ROW, _CELL):
            return
        if not self.root:
            self.root = tag
            if tag != _BOOK:
                raise Unreadable(
                    N_(
                        "This XML file is not a spreadsheet. Save it as “XML Spreadsheet 2003” or as .xlsx and try again."
                    )
                )
        elif tag == _SHEET:
            self.sheets.append(_Entry(attributes.get(_NAME, "")))
        elif self.sheets and (tag == _VISIBLE or (tag == _DATA and not self.sheets[-1].filled)):
            self.within = tag
            self.parser.CharacterDataHandler = self.text
        else:
            self.parser.CharacterDataHandler = None

    def text(self, text: str) -> None:
        text = text.strip()
        if self.within == _DATA and text:
            self.sheets[-1].filled = True
        elif self.within == _VISIBLE and text in ("SheetHidden", "SheetVeryHidden"):
            self.sheets[-1].visible = False


@dataclass
class _Rows:
    """Second pass: the rows of one sheet, put together cell by cell. `ready` are those that nobody has taken yet."""

    grid: Grid
    position: int
    ready: list[Row] = field(default_factory=list)
    done: bool = False
    at: int = -1
    number: int = 0
    unset: int = 0
    #: The place of the first formula without a result.
    first: str = ""

    def attach(self, parser: Any) -> None:
        self.parser = parser
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        self.cells: list[str] = []
        self.texts: list[str] = []
        self.column = self.wide = self.span = 0
        self.formula = self.kind = ""
        self.commented = self.filled = False

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == _SHEET:
            self.at += 1
        if self.at != self.position:
            return
        if tag == _CELL:
            self.column = max(_whole(attributes.get(_INDEX)) - 1, self.column) if attributes else self.column
            if self.column >= MAX_COLUMNS:
                raise Unreadable(N_("This sheet has more than %(n)s columns."), n=MAX_COLUMNS)
            self.wide = _whole(attributes.get(_MERGED)) if attributes else 0
            if self.wide or attributes.get(_DOWN):
                self.grid.merged_to = self.number
            self.formula = attributes.get(_FORMULA, "")
            self.filled = False
        elif tag == _DATA and not self.commented and not self.filled:
            self.kind = attributes.get(_TYPE, "String")
            self.texts = []
            self.parser.CharacterDataHandler = self.texts.append
        elif tag == _COMMENT:
            # A comment has data too, but it is none of the cell.
            self.commented = True
        elif tag == _ROW:
            self._open_row(attributes)

    def end(self, tag: str) -> None:
        if self.at != self.position:
            return
        if tag == _DATA:
            if not self.commented and not self.filled:
                self.parser.CharacterDataHandler = None
                self.filled = True
                self._put(_text("".join(self.texts), self.kind))
        elif tag == _CELL:
            if self.formula and not self.filled:
                self._put(_NOTHING)
                self._count_unset()
            self.column += 1 + self.wide
        elif tag == _COMMENT:
            self.commented = False
        elif tag == _ROW:
            self.ready.append((self.number, self.cells))
            self.number += min(self.span, _LAST_ROW)
        elif tag == _SHEET:
            self.done = True

    def _open_row(self, attributes: Attributes) -> None:
        gap = _whole(attributes.get(_INDEX))
        if gap > _LAST_ROW:
            raise Unreadable(N_("A row of this XML file has the number %(n)s, which no sheet has."), n=gap)
        # Rows that the file leaves out are there on the sheet, blank.
        self.ready += ((missing, []) for missing in range(self.number + 1, gap))
        self.number = gap if gap > self.number else self.number + 1
        self.cells, self.column = [], 0
        self.span = _whole(attributes.get(_SPAN))

    def _put(self, text: str) -> None:
        if self.column > len(self.cells):
            self.cells += [""] * (self.column - len(self.cells))
        self.cells.append(text)

    def _count_unset(self) -> None:
        self.unset += 1
        self.first = self.first or _place(self.column, self.number)
        self.grid.note(UNSET, n=self.unset, place=self.first)


def _rows(path: Path, rows: _Rows) -> Iterator[Row]:
    for _ in _parsed(path, rows):
        yield from rows.ready
        rows.ready.clear()
        if rows.done:
            return


def _parsed(path: Path, handler: _Outline | _Rows) -> Iterator[None]:
    """Feed the file to the handler, pausing after every piece of it. Raises Unreadable."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
    handler.attach(parser)
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                parser.Parse(chunk, False)
                yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as problem:
        raise Unreadable(
            N_("This XML file is damaged in line %(line)s. Open it in a spreadsheet program and save it again."),
            line=problem.lineno,
        ) from None
    except (ValueError, LookupError):
        raise Unreadable(N_("This XML file is in an encoding that cannot be read.")) from None


def _refuse(*_: Any) -> None:
    raise Unreadable(N_("This XML file defines entities or a document type and is refused."))


def _place(column: int, row: int) -> str:
    """0, 2 → "A2"."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row}"


def _text(text: str, kind: str) -> str:
    if len(text) > MAX_TEXT:
        raise Unreadable(N_("A cell of this file is too long."))
    make = _MAKE.get(kind)
    return make(text.strip()) if make else CellError(text) if kind == "Error" else text


def _number(text: str) -> str:
    try:
        return text_of(float(text)) if set(text) & set(".eE") or len(text) > 15 else Exact(text)
    except (ValueError, OverflowError):
        return text


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    # A time of day without a date is written on the eve of 1900.
    return text_of(moment.time() if moment.year <= 1899 else moment)


_MAKE: dict[str, Callable[[str], str]] = {
    "Number": _number,
    "DateTime": _moment,
    "Boolean": lambda text: text_of(text.lower() in ("1", "true")),
}


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
