"""XML Spreadsheet 2003, the XML format that Dynamics and Excel exchange."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from rxcrm.models.importing.grid import (
    MAX_CELL,
    MAX_COLUMNS,
    CellError,
    Exact,
    Grid,
    Row,
    Unreadable,
    is_blank,
    text_of,
)
from rxcrm.translation import N_

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_X = "{urn:schemas-microsoft-com:office:excel}"
_NAME, _INDEX, _MERGED, _SPAN, _TYPE = (f"{_SS}{n}" for n in ("Name", "Index", "MergeAcross", "Span", "Type"))
#: As many rows as a sheet of Excel has.
_LAST_ROW = 1_048_576


@dataclass
class _Sheet:
    name: str
    visible: bool = True
    filled: bool = False


def read_spreadsheetml(path: Path, wanted: str = "") -> Grid:
    """The chosen visible sheet, or the first visible one with data. Raises Unreadable."""
    sheets = list(_sheets(path))
    visible = [s.name for s in sheets if s.visible]
    if wanted and wanted not in visible:
        raise Unreadable(N_("This workbook has no visible sheet named “%(sheet)s”."), sheet=wanted)
    name = wanted or next((s.name for s in sheets if s.visible and s.filled), "")
    if not name:
        raise Unreadable(N_("No visible sheet of this workbook has any data."))
    position = next(i for i, s in enumerate(sheets) if s.name == name)
    return Grid("xml", lambda: _rows(path, position), visible, name)


def _events(path: Path) -> Iterator[tuple[str, Element]]:
    """Parse events, with everything read so far forgotten: the file may be much larger than memory."""
    ancestors: list[Element] = []
    try:
        for event, element in iterparse(path, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                ancestors.append(element)
                yield event, element
                continue
            ancestors.pop()
            yield event, element
            if element.tag in (f"{_SS}Row", f"{_SS}Worksheet", f"{_SS}Style", f"{_SS}Column") and ancestors:
                ancestors[-1].remove(element)
    except DefusedXmlException:
        raise Unreadable(N_("This XML file defines entities or a document type and is refused.")) from None
    except ParseError as problem:
        raise Unreadable(
            N_("This XML file is damaged in line %(line)s. Open it in a spreadsheet program and save it again."),
            line=problem.position[0],
        ) from None
    except (ValueError, LookupError):
        raise Unreadable(N_("This XML file is in an encoding that cannot be read.")) from None


def _sheets(path: Path) -> Iterator[_Sheet]:
    sheet, root = _Sheet(""), ""
    for event, element in _events(path):
        if event == "start":
            root = root or element.tag
            if root != f"{_SS}Workbook":
                raise Unreadable(
                    N_(
                        "This XML file is not a spreadsheet. Save it as “XML Spreadsheet 2003” or as .xlsx and try again."
                    )
                )
            if element.tag == f"{_SS}Worksheet":
                sheet = _Sheet(element.get(_NAME, ""))
        elif element.tag == f"{_SS}Row":
            sheet.filled = sheet.filled or not is_blank(_cells(element))
        elif element.tag == f"{_X}Visible" and (element.text or "").strip() in ("SheetHidden", "SheetVeryHidden"):
            sheet.visible = False
        elif element.tag == f"{_SS}Worksheet":
            yield sheet


def _rows(path: Path, position: int) -> Iterator[Row]:
    at, number = -1, 0
    for event, element in _events(path):
        if event == "start" and element.tag == f"{_SS}Worksheet":
            at += 1
        elif event == "end" and at == position and element.tag == f"{_SS}Row":
            gap = _whole(element.get(_INDEX))
            if gap > _LAST_ROW:
                raise Unreadable(N_("A row of this XML file has the number %(n)s, which no sheet has."), n=gap)
            # Rows that the file leaves out are there on the sheet, blank.
            for missing in range(number + 1, gap):
                yield missing, []
            number = gap if gap > number else number + 1
            yield number, _cells(element)
            number += min(_whole(element.get(_SPAN)), _LAST_ROW)
        elif event == "end" and at == position and element.tag == f"{_SS}Worksheet":
            return


def _cells(row: Element) -> list[str]:
    cells: list[str] = []
    column = 0
    for cell in row:
        if cell.tag != f"{_SS}Cell":
            continue
        column = max(_whole(cell.get(_INDEX)) - 1, column)
        if column >= MAX_COLUMNS:
            raise Unreadable(N_("This sheet has more than %(n)s columns."), n=MAX_COLUMNS)
        data = cell.find(f"{_SS}Data")
        if data is not None:
            cells += [""] * (column - len(cells))
            cells.append(_text(data))
        column += 1 + _whole(cell.get(_MERGED))
    return cells


def _text(data: Element) -> str:
    text = "".join(data.itertext())
    if len(text) > MAX_CELL:
        raise Unreadable(N_("A cell of this file is too long."))
    kind = data.get(_TYPE, "String")
    if kind == "Number":
        return _number(text.strip())
    if kind == "Boolean":
        return text_of(text.strip().lower() in ("1", "true"))
    if kind == "DateTime":
        return _moment(text.strip())
    return CellError(text) if kind == "Error" else text


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


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
