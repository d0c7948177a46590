"""What every reader of files gives back: a sheet of text cells whose rows carry the numbers that the user sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from rxcrm.models.errors import CrmError
from rxcrm.translation import N_

#: Most columns of a sheet.
MAX_COLUMNS = 1000
#: Most characters of a cell; a memo field holds 2,000. What is longer counts as an error of this cell alone.
MAX_CELL = 1_000_000
#: A cell longer than this ends the reading: a quotation mark is missing, or the file means harm.
MAX_TEXT = 16_000_000

#: The heading by which a file says that it is an export of ours (S 6.2).
CHECKSUM = "(Do Not Modify) Row Checksum"

Row = tuple[int, list[str]]


class Unreadable(CrmError):
    """A file that cannot be imported; the sentence says why and what to do."""

    message = N_("This file could not be read.")


class Exact(str):
    """What a typed cell holds, in one spelling whatever the language: 1234.5, 2026-02-24, TRUE."""

    __slots__ = ()


class CellError(str):
    """A cell without a value to import: its formula failed (#N/A) or was never computed, or its text is too long."""

    __slots__ = ()


@dataclass
class Grid:
    """One sheet of a file. `rows` starts again from the top at every call.

    `format` is csv, xlsx, xls, ods, xml or vcf; `sheets` lists the visible sheets; `encoding` and `delimiter` are those
    of text files. `headings` are there where the format has them and no row of the file: vCards. `merged_to` is the last
    row that a merged cell reaches. `notes` are messages for the user with their values. Some of this becomes known only
    while the rows are read.
    """

    format: str
    rows: Callable[[], Iterator[Row]]
    sheets: list[str] = field(default_factory=list)
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    headings: list[str] | None = None
    merged_to: int = 0
    notes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def note(self, message: str, **values: Any) -> None:
        """Tell the user something once; said again, the newer values count."""
        self.notes[message] = values


def text_of(value: object) -> str:
    """A typed cell as text: whole numbers without ".0", dates as ISO, no exponents."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return Exact("TRUE" if value else "FALSE")
    if isinstance(value, float):
        return Exact(_number(value))
    if isinstance(value, datetime):
        midnight = value.time() == time.min
        return Exact(value.date().isoformat() if midnight else value.isoformat(timespec="seconds"))
    if isinstance(value, date | time):
        return Exact(value.isoformat())
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return Exact(f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}")
    return Exact(value) if value is not None else ""


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    # repr has the digits that the cell had; "f" spells them without an exponent.
    text = repr(value)
    if "e" in text:
        text = format(Decimal(text), "f")
    return text.removesuffix(".0")


def is_blank(cells: list[str]) -> bool:
    """Nothing but white space."""
    return not any(cells) or not any(c.strip() for c in cells)
