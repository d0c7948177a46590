"""A file → headings and numbered rows, whatever its format; its content decides, not its name (S 6.1, 13.20)."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rxcrm.models.cleaning import clean
from rxcrm.models.importing import formats, headings
from rxcrm.models.importing.delimited import read_delimited
from rxcrm.models.importing.escaping import unescape
from rxcrm.models.importing.grid import CHECKSUM, MAX_CELL, MAX_COLUMNS, CellError, Grid, Row, Unreadable, is_blank
from rxcrm.models.importing.notes import HIDDEN
from rxcrm.models.importing.stage import ReadOptions, Source
from rxcrm.settings import settings
from rxcrm.translation import N_

__all__ = ["CHECKSUM", "Table", "Unreadable", "open_table", "read_table", "unescape"]

#: Stands instead of a text that is too long for any cell.
TOO_LONG = "#TOO LONG"
_MERGED = N_("This sheet has merged cells. Only the first cell of each has a value; the others count as empty.")
_WIDER = N_("%(n)s rows have more cells than there are headings; the first is row %(row)s.")
_LONG = N_(
    "%(n)s cells have more than %(most)s characters and count as errors; the first one is in row %(row)s."
    " Perhaps a quotation mark is missing there."
)


@dataclass
class Table:
    """One sheet with distinct headings. `heading_row` is the number of the row that they stand in; 0 without any."""

    grid: Grid
    headings: list[str]
    heading_row: int
    ours: bool = False
    _wider: list[int] = field(default_factory=lambda: [0, 0])
    _long: list[int] = field(default_factory=lambda: [0, 0])

    def rows(self) -> Iterator[Row]:
        """Data rows with the numbers that the user sees, padded to the headings; over-long ones keep every cell.

        Blank rows in between are there too; those after the last row with data are not. Raises Unreadable.
        """
        width, limit = len(self.headings), settings().import_rows
        self._wider, self._long = [0, 0], [0, 0]
        waiting = array("q")
        found = 0
        for number, cells in self.grid.rows():
            if number <= self.heading_row:
                continue
            if is_blank(cells):
                waiting.append(number)
                continue
            found += len(waiting) + 1
            if found > limit:
                raise Unreadable(N_("This file has more than %(n)s rows. Split it and import the parts."), n=limit)
            if waiting:
                yield from ((blank, [""] * width) for blank in waiting)
                waiting = array("q")
            yield number, self._fitted(number, cells, width)

    def _fitted(self, number: int, cells: list[str], width: int) -> list[str]:
        if len(cells) < width:
            cells = cells + [""] * (width - len(cells))
        elif len(cells) > width:
            if is_blank(cells[width:]):
                cells = cells[:width]
            else:
                self._count(self._wider, number, _WIDER)
                if len(cells) > MAX_COLUMNS:
                    raise Unreadable(N_("Row %(row)s has more than %(n)s cells."), row=number, n=MAX_COLUMNS)
        if max(map(len, cells), default=0) > MAX_CELL:
            self._count(self._long, number, _LONG, most=MAX_CELL)
            cells = [CellError(TOO_LONG) if len(cell) > MAX_CELL else cell for cell in cells]
        return [unescape(cell) for cell in cells] if self.ours else cells

    def _count(self, tally: list[int], number: int, message: str, **values: int) -> None:
        tally[:] = [tally[0] + 1, tally[1] or number]
        self.grid.note(message, n=tally[0], row=tally[1], **values)

    @property
    def single_column(self) -> bool:
        """Nothing cut the text into columns, or all of it was pasted into the first one: the user is asked."""
        if len(self.headings) != 1:
            return False
        return self.grid.format == "csv" or any(sign in self.headings[0] for sign in ",;\t|")

    def source(self, data_rows: int) -> Source:
        """What was found, once the rows are read."""
        grid = self.grid
        if grid.merged_to > self.heading_row:
            grid.note(_MERGED)
        if CHECKSUM in self.headings:
            # The hidden sheet with the words of our own drop-downs is no news.
            grid.notes.pop(HIDDEN, None)
        return Source(
            format=grid.format,
            encoding=grid.encoding,
            delimiter=grid.delimiter,
            sheets=grid.sheets,
            sheet=grid.sheet,
            heading_row=self.heading_row,
            headings=self.headings,
            data_rows=data_rows,
            single_column=self.single_column,
            notes=[[message, values] for message, values in grid.notes.items()],
        )


def open_table(path: Path, sheet: str = "") -> Table:
    """A file as it is found out to be, or one of its sheets. Raises Unreadable with a sentence for the user."""
    return read_table(path, ReadOptions(sheet=sheet))


def read_table(path: Path, how: ReadOptions) -> Table:
    """Recognise the format, choose the sheet, find the headings. Raises Unreadable with a sentence for the user."""
    grid = _grid(path, how)
    if grid.headings is not None:
        return _with_rows(Table(grid, grid.headings, 0))
    number, cells = headings.find(grid, how.heading_row)
    if len(cells) > MAX_COLUMNS:
        raise Unreadable(N_("This sheet has more than %(n)s columns."), n=MAX_COLUMNS)
    ours = grid.format == "csv" and any(cell.strip() == CHECKSUM for cell in cells)
    if ours:
        cells = [unescape(cell) for cell in cells]
    return _with_rows(Table(grid, headings.told_apart(grid, [clean(cell)[:200] for cell in cells]), number, ours))


def _with_rows(table: Table) -> Table:
    if next(iter(table.rows()), None) is None:
        raise Unreadable(N_("This file has headings but no rows."))
    return table


def _grid(path: Path, how: ReadOptions) -> Grid:
    size = path.stat().st_size
    if size == 0:
        raise Unreadable(N_("This file is empty: it has 0 bytes."))
    if size > (most := settings().upload_megabytes) * 1024 * 1024:
        raise Unreadable(N_("This file is larger than %(n)s MB."), n=most)
    kind = formats.recognise(path, chosen=how.encoding)
    # Each reader is imported only where it is needed: the reader process should start quickly.
    if kind == "xlsx":
        from rxcrm.models.importing.workbook import read_workbook

        return read_workbook(path, how.sheet)
    if kind in ("xls", "ods"):
        from rxcrm.models.importing.workbook import read_other_book

        return read_other_book(path, kind, how.sheet)
    if kind == "xml":
        from rxcrm.models.importing.spreadsheetml import read_spreadsheetml

        return read_spreadsheetml(path, how.sheet)
    if kind == "vcf":
        from rxcrm.models.importing.vcards import read_vcards

        return read_vcards(path, how.encoding)
    if kind == "zip":
        raise Unreadable(formats.PACKED)
    return read_delimited(path, how.encoding, how.delimiter)
