"""XML Spreadsheet 2003: every cell says of what type it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import IO, Any

from rxcrm.models.exporting import sheets
from rxcrm.models.exporting.cells import NUMBERS, Cells, day_text, exact, moment_text, number_text, special_cells
from rxcrm.models.exporting.columns import Column, Scheme
from rxcrm.models.exporting.rows import Batch
from rxcrm.models.fields import Kind

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:x="urn:schemas-microsoft-com:office:excel" \
xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
<Styles>
<Style ss:ID="h"><Font ss:Bold="1"/><Interior ss:Color="#E8ECF4" ss:Pattern="Solid"/></Style>
<Style ss:ID="t"><NumberFormat ss:Format="@"/></Style>
<Style ss:ID="m"><NumberFormat ss:Format="#,##0.00"/></Style>
<Style ss:ID="d"><NumberFormat ss:Format="yyyy\\-mm\\-dd"/></Style>
<Style ss:ID="w"><NumberFormat ss:Format="yyyy\\-mm\\-dd\\ hh:mm"/></Style>
</Styles>
"""
_FROZEN = (
    '<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><FreezePanes/><FrozenNoSplit/>'
    "<SplitHorizontal>1</SplitHorizontal><TopRowBottomPane>1</TopRowBottomPane><ActivePane>2</ActivePane></WorksheetOptions>"
)
_EMPTY = "<Cell/>"
#: Signs of XML, and white space that it would not keep.
_SPELLINGS = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}
_SIGNS = re.compile('[&<>"\n\t]')


class XmlWriter:
    """The special columns come first and hidden; a sheet that is full is followed by another."""

    def __init__(self, path: Path, scheme: Scheme, title: str, total: int) -> None:
        self.scheme, self.title, self.cut = scheme, title, 0
        self.names = iter(sheets.names(title, total))
        self.left = 0
        self.file: IO[str] = path.open("w", encoding="utf-8", newline="\n")
        self.file.write(_HEAD)
        self._begin()

    def write(self, batch: Batch) -> None:
        """The next rows."""
        cells, texts = [], []
        for column, values in zip(self.scheme.columns, batch.values, strict=True):
            made, seen = _encoded(column, values)
            values, over = sheets.shortened(seen, made, lambda text: _text(text))
            self.cut += over
            cells.append(values)
            texts.append(seen)
        special = [
            "".join(f'<Cell ss:StyleID="t"><Data ss:Type="String">{text}</Data></Cell>' for text in told)
            for told in special_cells(batch, texts)
        ]
        rows = [f"<Row>{''.join(row)}</Row>\n" for row in zip(special, *cells, strict=True)]
        while rows:
            if not self.left:
                self._end()
                self._begin()
            self.file.write("".join(rows[: self.left]))
            rows, self.left = rows[self.left :], max(0, self.left - len(rows))

    def close(self) -> None:
        """All rows are written."""
        self._end()
        self.file.write("</Workbook>\n")
        self.file.close()

    def _begin(self) -> None:
        self.left = sheets.MOST_ROWS - 1
        columns = '<Column ss:Hidden="1" ss:AutoFitWidth="0"/>' * 3
        columns += "".join(f'<Column ss:AutoFitWidth="0" ss:Width="{c.width * 0.75:g}"/>' for c in self.scheme.columns)
        headings = [*self.scheme.special, *(column.heading for column in self.scheme.columns)]
        head = "".join(
            f'<Cell ss:StyleID="h"><Data ss:Type="String">{_escaped(text)}</Data></Cell>' for text in headings
        )
        self.file.write(f'<Worksheet ss:Name="{_escaped(next(self.names))}">\n<Table>{columns}\n<Row>{head}</Row>\n')

    def _end(self) -> None:
        self.file.write(f"</Table>{_FROZEN}</Worksheet>\n")


def _encoded(column: Column, values: Sequence[Any]) -> Cells:
    if column.kind in NUMBERS:
        style = ' ss:StyleID="m"' if column.kind is Kind.MONEY else ""
        return _numbers(values, style)
    if column.kind is Kind.DATE:
        return _typed([None if v is None else (v, day_text(v), f"{v}T00:00:00.000") for v in values], "d")
    if column.kind is Kind.MOMENT:
        made = [None if v is None else (v.date(), moment_text(v), f"{v:%Y-%m-%dT%H:%M:%S}.000") for v in values]
        return _typed(made, "w")
    return [_text(v) if v else _EMPTY for v in values], list(values)


def _typed(values: Sequence[tuple[date, str, str] | None], style: str) -> Cells:
    """Cells of days or moments: each a day, the reader's text, and how the file spells it."""
    cells, texts = [], []
    for value in values:
        if value is None:
            cells.append(_EMPTY)
            texts.append("")
            continue
        day, text, spelled = value
        texts.append(text)
        typed = f'<Cell ss:StyleID="{style}"><Data ss:Type="DateTime">{spelled}</Data></Cell>'
        cells.append(typed if day >= sheets.FIRST_DAY else _text(text))
    return cells, texts


def _numbers(values: Sequence[Any], style: str) -> Cells:
    cells, texts = [], []
    for value in values:
        if value is None:
            cells.append(_EMPTY)
            texts.append("")
        elif exact(value):
            cells.append(f'<Cell{style}><Data ss:Type="Number">{float(value)!r}</Data></Cell>')
            texts.append(number_text(value))
        else:
            cells.append(_text(text := format(value, "f")))
            texts.append(text)
    return cells, texts


def _text(text: str) -> str:
    return f'<Cell ss:StyleID="t"><Data ss:Type="String">{_escaped(text)}</Data></Cell>'


def _escaped(text: str) -> str:
    return _SIGNS.sub(_spelled, text) if _SIGNS.search(text) else text


def _spelled(sign: re.Match[str]) -> str:
    return _SPELLINGS[sign[0]]
