"""What all spreadsheets share: how much a sheet and a cell hold, and what sheets may be called."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

#: Rows of a sheet, the headings included, and characters of a cell (as UTF-16, which spreadsheets count).
MOST_ROWS = 1_048_576
MOST_TEXT = 32_767
#: The first day that all spreadsheets count alike; what was before is written as text.
FIRST_DAY = date(1900, 3, 1)
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]+")


def name_of(title: str, number: int = 1) -> str:
    """A title as a sheet can be called: at most 31 characters, none of []:*?/\\, no apostrophe at its ends."""
    suffix = f" ({number})" if number > 1 else ""
    plain = _FORBIDDEN.sub(" ", title).strip(" '")
    while length(plain + suffix) > 31:
        plain = plain[:-1].rstrip(" '")
    return (plain or "Sheet") + suffix


def names(title: str, rows: int) -> list[str]:
    """The sheets that so many rows need, each with a row of headings; at least one."""
    return [name_of(title, n) for n in range(1, max(1, -(-rows // (MOST_ROWS - 1))) + 1)]


def length(text: str) -> int:
    """Characters as a spreadsheet counts them: those beyond the 16-bit ones count twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def shortened(texts: list[str], cells: Sequence[str], make: Callable[[str], str]) -> tuple[list[str], int]:
    """The cells, those cut whose texts no cell holds; `texts` are brought in line. Also how many were cut."""
    over = [at for at, text in enumerate(texts) if len(text) * 2 > MOST_TEXT and length(text) > MOST_TEXT]
    if not over:
        return list(cells), 0
    fitting = list(cells)
    for at in over:
        text = texts[at][: MOST_TEXT - 1]
        while length(text) > MOST_TEXT - 1:
            text = text[: len(text) - max(1, (length(text) - MOST_TEXT) // 2)]
        texts[at] = text + "…"
        fitting[at] = make(texts[at])
    return fitting, len(over)
