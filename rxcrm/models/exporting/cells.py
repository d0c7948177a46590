"""Cells of every format: the text that our reader will see in them, by which a row is known to be unchanged (S 6.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from rxcrm.models.exporting.rows import Batch
from rxcrm.models.fields import Kind
from rxcrm.models.importing.checksum import row_checksum
from rxcrm.models.importing.grid import text_of

NUMBERS = (Kind.MONEY, Kind.WHOLE, Kind.DECIMAL)
#: What stands in the file, and what the reader sees, of all cells of a column.
Cells = tuple[list[str], list[str]]


def exact(value: Decimal | int | float) -> bool:
    """Whether a cell of a spreadsheet holds this number: it has as many digits as a double, fifteen for sure."""
    return type(value) is not Decimal or Decimal(repr(float(value))) == value


def number_text(value: Decimal | int | float) -> str:
    """What the reader makes of a number in a typed cell."""
    return str(text_of(float(value)))


def day_text(value: date) -> str:
    """What the reader makes of a date in a typed cell."""
    return value.isoformat()


def moment_text(value: datetime) -> str:
    """What the reader makes of a moment in a typed cell."""
    return str(text_of(value))


def modified_text(value: datetime) -> str:
    """When a record was changed last, to the microsecond: as text, which no program rounds."""
    return value.astimezone(UTC).isoformat()


def special_cells(batch: Batch, texts: Sequence[Sequence[str]]) -> list[tuple[str, str, str]]:
    """Id, checksum and time of the last change of every row, from the texts of its other cells, column by column."""
    rows = zip(*texts, strict=True) if texts else [()] * len(batch)
    return [
        (str(record_id), row_checksum(row), modified_text(modified))
        for record_id, row, modified in zip(batch.ids, rows, batch.modified, strict=True)
    ]
