"""What every reader of files gives back: a sheet of text cells whose rows carry the numbers that the user sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from rxcrm.models.errors import CrmError
from rxcrm.translation import N_

#: Most columns of a sheet, and most characters of a cell; a memo field holds 2,000.
MAX_COLUMNS = 1000
MAX_CELL = 4_000_000

Row = tuple[int, list[str]]


class Unreadable(CrmError):
    """A file that cannot be imported; the sentence says why and what to do."""

    message = N_("This file could not be read.")


class Exact(str):
    """What a typed cell holds, in one spelling whatever the language: 1234.5, 2026-02-24, TRUE."""

    __slots__ = ()


class CellError(str):
    """A cell whose formula failed, as #N/A; it has no value to import."""

    __slots__ = ()


@dataclass
class Grid:
    """One sheet of a file. `rows` starts again from the top at every call.

    `format` is csv, xlsx or xml; `sheets` lists the visible sheets; `encoding` and `delimiter` are those of text files.
    """

    format: str
    rows: Callable[[], Iterator[Row]]
    sheets: list[str] = field(default_factory=list)
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""


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
    text = format(Decimal(repr(value)), "f")
    return text.removesuffix(".0")


def is_blank(cells: list[str]) -> bool:
    """Nothing but white space."""
    return not any(cells) or not any(c.strip() for c in cells)
