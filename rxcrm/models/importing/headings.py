"""Which row has the headings of a file, and how they are told apart."""

from __future__ import annotations

import re
import statistics
from itertools import islice

from rxcrm.models.importing.grid import CellError, Exact, Grid, Row, Unreadable, is_blank
from rxcrm.translation import N_

#: Rows with data that are looked at, and rows that are read for them.
_SAMPLE, _READ = 30, 500
#: So many rows may stand above the headings: a title, a date, groups of columns.
_ABOVE = 10
_DATA = re.compile(r"\S+@\S+\.\w+|[+(]?\d[\d\s()./,:-]*")

_LIKE_DATA = N_(
    "The first row looks like data. If this file has no headings, say so, or its first row is not imported."
)
_BELOW = N_("The headings were found in row %(row)s. What stands above them is left out.")
_BLANK = N_("%(n)s columns have no heading; they are called by their numbers.")
_REPEATED = N_("The heading “%(heading)s” is there more than once; the further columns are numbered.")


def find(grid: Grid, wanted: int) -> Row:
    """The number of the row with the headings, and its cells; 0 and blank ones where there are none.

    `wanted` is the number that somebody chose, 0 for none, -1 to find out. Raises Unreadable.
    """
    if wanted > 0:
        chosen = next((row for row in grid.rows() if row[0] >= wanted), (0, []))
        if chosen[0] != wanted or is_blank(chosen[1]):
            raise Unreadable(N_("Row %(row)s is empty and has no headings. Choose another one."), row=wanted)
        return chosen
    sample = [(n, cells) for n, cells in islice(grid.rows(), _READ) if not is_blank(cells)][:_SAMPLE]
    if not sample:
        # Nothing in the first rows: perhaps the data begins far down.
        sample = [next((row for row in grid.rows() if not is_blank(row[1])), (0, []))]
        if not sample[0][0]:
            raise Unreadable(N_("This file is empty."))
    if wanted == 0:
        return 0, [""] * max(len(cells) for _, cells in sample)
    number, cells = sample[place := _place(sample)]
    if place:
        grid.note(_BELOW, row=number)
    elif any(isinstance(c, Exact | CellError) or _DATA.fullmatch(c.strip()) for c in cells):
        grid.note(_LIKE_DATA)
    return number, cells


def _place(sample: list[Row]) -> int:
    """The first row that is as wide as the data below, has distinct texts, and is no data itself.

    Nearly always that is the first one; only a row much narrower than the others is taken for a title.
    """
    widths = [_filled(cells) for _, cells in sample]
    if len(sample) < 3:
        return 0
    usual = statistics.median_high(widths[1:])
    if widths[0] * 2 > usual:
        return 0
    # Headings are filled nearly without exception; where no row is as wide as the widest, one as the usual ones will do.
    for least in (max(widths) * 0.9, usual * 0.6):
        for place, (_, cells) in enumerate(sample[: _ABOVE + 1]):
            texts = [c.strip().lower() for c in cells if c.strip()]
            if widths[place] >= least and len(set(texts)) == len(texts) and not any(map(_is_value, cells)):
                return place
    return 0


def _is_value(cell: str) -> bool:
    return isinstance(cell, Exact | CellError)


def _filled(cells: list[str]) -> int:
    return sum(1 for c in cells if c.strip())


def told_apart(grid: Grid, cells: list[str]) -> list[str]:
    """Headings as columns can be told apart by: blank ones get their number, repeated ones a counter."""
    headings: list[str] = []
    taken: set[str] = set()
    counts: dict[str, int] = {}
    for number, cell in enumerate(cells, 1):
        base = heading = cell or f"Column {number}"
        while heading.lower() in taken:
            counts[base.lower()] = counts.get(base.lower(), 1) + 1
            heading = f"{base} ({counts[base.lower()]})"
        if heading != base:
            grid.note(_REPEATED, heading=base)
        taken.add(heading.lower())
        headings.append(heading)
    if (blank := sum(1 for cell in cells if not cell)) and blank < len(cells):
        grid.note(_BLANK, n=blank)
    return headings
