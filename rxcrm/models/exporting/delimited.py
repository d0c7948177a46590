"""CSV: for people and their spreadsheets, safe to open, and the same again when it comes back (S 13.22)."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from rxcrm.models.exporting.cells import special_cells
from rxcrm.models.exporting.columns import Column, Scheme
from rxcrm.models.exporting.rows import Batch
from rxcrm.models.fields import Kind, point_of
from rxcrm.models.importing.escaping import escape


def delimiter_of(locale: str) -> str:
    """What a spreadsheet of this language expects: a semicolon where the comma is the decimal sign."""
    return ";" if point_of(locale) == "," else ","


class CsvWriter:
    """The three special columns come last, so that people see theirs first. UTF-8 with a mark, as spreadsheets need it."""

    def __init__(self, path: Path, scheme: Scheme, delimiter: str) -> None:
        self.scheme, self.point, self.cut = scheme, point_of(scheme.how.locale), 0
        self.file: IO[str] = path.open("w", encoding="utf-8-sig", newline="")
        self.writer = csv.writer(self.file, delimiter=delimiter or delimiter_of(scheme.how.locale))
        self.writer.writerow([*(escape(column.heading) for column in scheme.columns), *scheme.special])

    def write(self, batch: Batch) -> None:
        """The next rows."""
        columns = [
            self._texts(column, values) for column, values in zip(self.scheme.columns, batch.values, strict=True)
        ]
        special = special_cells(batch, columns)
        escaped = [
            [escape(text) for text in texts] if _is_text(column) else texts
            for column, texts in zip(self.scheme.columns, columns, strict=True)
        ]
        rows = zip(*escaped, strict=True) if escaped else [()] * len(batch)
        self.writer.writerows((*row, *told) for row, told in zip(rows, special, strict=True))

    def close(self) -> None:
        """All rows are written."""
        self.file.close()

    def _texts(self, column: Column, values: Sequence[Any]) -> list[str]:
        if column.kind is Kind.MONEY:
            return ["" if v is None else self._spelled(format(v, ".2f")) for v in values]
        if column.kind is Kind.DECIMAL:
            return ["" if v is None else self._spelled(_decimals(v)) for v in values]
        if column.kind is Kind.WHOLE:
            return ["" if v is None else str(v) for v in values]
        if column.kind is Kind.DATE:
            return ["" if v is None else v.isoformat() for v in values]
        if column.kind is Kind.MOMENT:
            return ["" if v is None else v.isoformat(" ", "seconds") for v in values]
        return list(values)

    def _spelled(self, number: str) -> str:
        return number.replace(".", self.point) if self.point != "." else number


def _is_text(column: Column) -> bool:
    """Numbers and dates are no formulas: a minus stays a minus."""
    return column.kind not in (Kind.MONEY, Kind.DECIMAL, Kind.WHOLE, Kind.DATE, Kind.MOMENT)


def _decimals(value: float) -> str:
    """Never with exactly three decimals, which could be thousands.

    >>> _decimals(52.123), _decimals(21.0), _decimals(0.5)
    ('52.1230', '21.0', '0.5')
    """
    text = format(Decimal(repr(value)), "f")
    return text + "0" if len(text.partition(".")[2]) == 3 else text
