"""Excel workbooks: openpyxl makes everything but the rows, which are written here as fast as they come.

A workbook is a zip of XML parts. The frame (styles, drop-downs, hidden sheet of choices, headings, widths) is small and
made by the library; its sheets are opened between the headings and the end of their data, and the rows streamed in.
docs/decisions/0017-export-writers.md has the figures.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from rxcrm.models.exporting import sheets
from rxcrm.models.exporting.cells import NUMBERS, Cells, day_text, exact, moment_text, number_text, special_cells
from rxcrm.models.exporting.columns import Column, Scheme
from rxcrm.models.exporting.rows import Batch
from rxcrm.models.fields import Kind
from rxcrm.translation import N_, gettext

#: The hidden sheet that the drop-downs refer to.
LISTS = "Lists"
_ORIGIN, _ORIGIN_DAY = datetime(1899, 12, 30), date(1899, 12, 30).toordinal()
#: The first day that every program counts alike.
_FIRST = sheets.FIRST_DAY.toordinal() - _ORIGIN_DAY
_ESCAPE_LIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
#: What a plain text has not: signs of XML, white space that it would not keep, escapes of workbooks.
_SIGNS = re.compile(r"[&<>\n\t]|^\s|\s\Z|  |_x")
_DIMENSION = re.compile(rb"<dimension[^>]*/>")
_SPECIAL = 3

_FORMATS = {
    Kind.DATE: "yyyy\\-mm\\-dd",
    Kind.MOMENT: "yyyy\\-mm\\-dd\\ hh:mm",
    Kind.WHOLE: "0",
    Kind.DECIMAL: "General",
    Kind.MONEY: "#,##0.00",
}
_TEXT = "@"
_CHOOSE = N_("Choose one of the list.")
_REQUIRED = N_("Required")
_REQUIRED_WHY = N_("A row without this is not imported.")


class Frame:
    """A workbook without rows: `styles` are the numbers of its cell styles, by kind and currency."""

    def __init__(self, scheme: Scheme, titles: Sequence[str], currencies: Iterable[str] = ()) -> None:
        self.scheme, self.book = scheme, Workbook()
        self.sheets: list[Worksheet] = []
        first: Any = self.book.active
        first.title = titles[0]
        for sheet in [first, *(self.book.create_sheet(title) for title in titles[1:])]:
            self.sheets.append(sheet)
        self.styles: dict[tuple[Kind, str], int] = self._styles(first, currencies)
        self._lists()
        for sheet in self.sheets:
            self._furnish(sheet)

    def content(self) -> bytes:
        """The workbook as a file."""
        content = io.BytesIO()
        self.book.save(content)
        return content.getvalue()

    def _styles(self, sheet: Worksheet, currencies: Iterable[str]) -> dict[tuple[Kind, str], int]:
        wanted = {(kind, ""): code for kind, code in _FORMATS.items()} | {(Kind.TEXT, ""): _TEXT}
        wanted |= {(Kind.MONEY, code): f'#,##0.00\\ "{code}"' for code in sorted(set(currencies)) if code.isalpha()}
        found = {}
        for key, code in wanted.items():
            cell = WriteOnlyCell(sheet)
            cell.number_format = code
            found[key] = int(cell.style_id)
        return found

    def _lists(self) -> None:
        """The words of every drop-down, each in a column of a sheet that people need not see."""
        self.ranges: dict[str, str] = {}
        choices = [column for column in self.scheme.columns if column.choices]
        if not choices:
            return
        sheet = self.book.create_sheet(LISTS)
        sheet.sheet_state = "veryHidden"
        for number, column in enumerate(choices, 1):
            letter = get_column_letter(number)
            for row, word in enumerate(column.choices, 1):
                cell = sheet.cell(row, number, word)
                cell.data_type = "s"
            self.ranges[column.key] = f"{LISTS}!${letter}$1:${letter}${len(column.choices)}"

    def _furnish(self, sheet: Worksheet) -> None:
        """Headings, widths, hidden columns, drop-downs."""
        locale = self.scheme.how.locale
        plain, needed = _heading("E8ECF4"), _heading("FDE3CF")
        headings = [*self.scheme.special, *(column.heading for column in self.scheme.columns)]
        for number, heading in enumerate(headings, 1):
            cell = sheet.cell(1, number, heading)
            cell.data_type = "s"
            column = self.scheme.columns[number - 1 - _SPECIAL] if number > _SPECIAL else None
            required = bool(column and column.spec and column.spec.required)
            cell.font, cell.fill, cell.alignment = needed if required else plain
            letter = get_column_letter(number)
            sheet.column_dimensions[letter].width = column.width / 7 if column else 12
            sheet.column_dimensions[letter].hidden = column is None
            if column and required:
                sheet.add_data_validation(_told(letter, gettext(locale, _REQUIRED), gettext(locale, _REQUIRED_WHY)))
            if column and column.choices:
                sheet.add_data_validation(_choice(letter, self.ranges[column.key], gettext(locale, _CHOOSE)))
        sheet.freeze_panes = "A2"
        if self.scheme.columns:
            sheet.auto_filter.ref = f"{get_column_letter(_SPECIAL + 1)}1:{get_column_letter(len(headings))}1"


def _heading(color: str) -> tuple[Font, PatternFill, Alignment]:
    return Font(bold=True), PatternFill("solid", start_color=color), Alignment(vertical="center")


def _choice(letter: str, area: str, message: str) -> DataValidation:
    """A drop-down that warns: who means another word may write it, and the import asks."""
    rule = DataValidation(type="list", formula1=area, allow_blank=True, errorStyle="warning", error=message)
    rule.showErrorMessage = True
    rule.add(f"{letter}2:{letter}{sheets.MOST_ROWS}")
    return rule


def _told(letter: str, title: str, message: str) -> DataValidation:
    """A note that stands beside a heading while its cell is chosen."""
    rule = DataValidation(promptTitle=title[:32], prompt=message[:255], showInputMessage=True)
    rule.add(f"{letter}1")
    return rule


class XlsxWriter:
    """The special columns come first and hidden; a sheet that is full is followed by another."""

    def __init__(self, path: Path, scheme: Scheme, title: str, total: int, currencies: Iterable[str] = ()) -> None:
        self.scheme, self.cut = scheme, 0
        titles = sheets.names(title, total)
        frame = Frame(scheme, titles, currencies)
        self.styles = frame.styles
        self.letters = [get_column_letter(n) for n in range(1, len(scheme.columns) + _SPECIAL + 1)]
        self.archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
        self.waiting: list[tuple[zipfile.ZipInfo, bytes, bytes]] = []
        with zipfile.ZipFile(io.BytesIO(frame.content())) as made:
            data = {f"xl/worksheets/sheet{n}.xml" for n in range(1, len(titles) + 1)}
            for info in made.infolist():
                content = made.read(info)
                if info.filename in data:
                    head, _, tail = _DIMENSION.sub(b"", content).partition(b"</sheetData>")
                    self.waiting.append((info, head, b"</sheetData>" + tail))
                else:
                    self.archive.writestr(info, content, zipfile.ZIP_DEFLATED)
        self.waiting.sort(key=lambda part: int(re.sub(r"\D", "", part[0].filename)))
        self.part: IO[bytes]
        self.tail = b""
        self.row = 0
        self._begin()

    def write(self, batch: Batch) -> None:
        """The next rows."""
        while len(batch):
            if not (room := sheets.MOST_ROWS - self.row):
                self._end()
                self._begin()
                continue
            self._write(batch.part(0, room))
            batch = batch.part(room, len(batch))

    def _write(self, batch: Batch) -> None:
        numbers = range(self.row + 1, self.row + 1 + len(batch))
        cells, texts = [], []
        for at, (column, values) in enumerate(zip(self.scheme.columns, batch.values, strict=True)):
            letter = self.letters[at + _SPECIAL]
            made, seen = self._encoded(column, values, batch.currencies.get(at, ()))
            made, over = sheets.shortened(seen, made, _text)
            self.cut += over
            cells.append([f'<c r="{letter}{n}"{cell}' if cell else "" for n, cell in zip(numbers, made, strict=True)])
            texts.append(seen)
        a, b, c = self.letters[:_SPECIAL]
        special = [
            f'<row r="{n}"><c r="{a}{n}"{_plain(i)}<c r="{b}{n}"{_plain(s)}<c r="{c}{n}"{_plain(m)}'
            for n, (i, s, m) in zip(numbers, special_cells(batch, texts), strict=True)
        ]
        rows = ["".join(row) for row in zip(special, *cells, strict=True)]
        self.part.write(("</row>".join(rows) + "</row>").encode())
        self.row += len(batch)

    def close(self) -> None:
        """All rows are written; sheets that were not needed after all hold their headings alone."""
        self._end()
        while self.waiting:
            self._begin()
            self._end()
        self.archive.close()

    def _begin(self) -> None:
        info, head, self.tail = self.waiting.pop(0)
        fresh = zipfile.ZipInfo(info.filename, info.date_time)
        fresh.compress_type = zipfile.ZIP_DEFLATED
        self.part = self.archive.open(fresh, "w", force_zip64=True)
        self.part.write(head)
        self.row = 1

    def _end(self) -> None:
        self.part.write(self.tail)
        self.part.close()

    def _encoded(self, column: Column, values: Sequence[Any], currencies: Sequence[str]) -> Cells:
        if column.kind in NUMBERS:
            styles = {code: self.styles.get((column.kind, code)) for code in set(currencies)} if currencies else {}
            plain = self.styles[column.kind, ""]
            return _numbers(values, [styles.get(code) or plain for code in currencies] or [plain] * len(values))
        if column.kind is Kind.DATE:
            return _dated(values, self.styles[Kind.DATE, ""], day_text, _serial_of_day)
        if column.kind is Kind.MOMENT:
            return _dated(values, self.styles[Kind.MOMENT, ""], moment_text, _serial_of_moment)
        return [_text(v) if v else "" for v in values], list(values)


def _plain(text: str) -> str:
    """The rest of a cell that holds a text without anything special."""
    return f' t="inlineStr"><is><t>{text}</t></is></c>'


def _text(text: str) -> str:
    """The rest of a cell that holds a text: never a formula, whatever it looks like (S 13.22)."""
    if _SIGNS.search(text):
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        text = _ESCAPE_LIKE.sub("_x005F_", text)
        return f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    return f' t="inlineStr"><is><t>{text}</t></is></c>'


def _numbers(values: Sequence[Any], styles: Sequence[int]) -> Cells:
    cells, texts = [], []
    for value, style in zip(values, styles, strict=True):
        if value is None:
            cells.append("")
            texts.append("")
        elif exact(value):
            cells.append(f' s="{style}"><v>{float(value)!r}</v></c>')
            texts.append(number_text(value))
        else:
            text = format(value, "f")
            cells.append(_plain(text))
            texts.append(text)
    return cells, texts


def _dated(
    values: Sequence[Any], style: int, text_of: Callable[[Any], str], serial_of: Callable[[Any], float]
) -> Cells:
    """Days and moments as spreadsheets count them; what is earlier than they count is text."""
    cells, texts = [], []
    for value in values:
        if value is None:
            cells.append("")
            texts.append("")
            continue
        text, serial = text_of(value), serial_of(value)
        texts.append(text)
        cells.append(f' s="{style}"><v>{serial!r}</v></c>' if serial >= _FIRST else _plain(text))
    return cells, texts


def _serial_of_day(value: date) -> int:
    return value.toordinal() - _ORIGIN_DAY


def _serial_of_moment(value: datetime) -> float:
    since = value - _ORIGIN
    return since.days + since.seconds / 86_400
