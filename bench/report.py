"""Tables of figures, for the terminal and for docs/performance.md."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from bench.timing import Figure

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
#: How much slower a step may be among a hundred times as many leads.
GROWTH = 3.0
_SMALL, _LARGE = 10_000, 1_000_000


def terminal(figures: Iterable[Figure]) -> str:
    """The figures of one database at one size, as a table with the floor's SQL below."""
    figures = list(figures)
    head = f"{'step':44}{'app ms':>10}{'floor ms':>10}{'ratio':>8}{'rows':>8}  index of the floor"
    rows = [
        f"{f.step:44}{f.app:10.2f}{f.floor:10.2f}{f.ratio:8.1f}{f.beneath.rows:8}  {f.beneath.index}" for f in figures
    ]
    return "\n".join([head, *rows])


def floors(figures: Iterable[Figure]) -> str:
    """Each step's floor in SQL."""
    return "\n".join(f"{f.step}\n    {f.beneath.sql}" for f in figures)


def markdown(figures: list[Figure]) -> str:
    """One table per database: a column of app, floor and ratio per size, and the growth from smallest to largest."""
    parts = [_machine()]
    for database in dict.fromkeys(f.database for f in figures):
        parts += [f"### {_TITLES.get(database, database)}", _table([f for f in figures if f.database == database])]
    parts += ["### The floors", _floor_list(figures)]
    return "\n\n".join(parts)


_TITLES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def _machine() -> str:
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores, Python {platform.python_version()},"
        f" SQLite {sqlite3.sqlite_version}. Milliseconds, `app / floor (ratio)`; **bold**: a miss (more than twice"
        f" its floor, three times for an import, or grown {GROWTH:g}-fold and more)."
    )


def _table(figures: list[Figure]) -> str:
    sizes = sorted({f.leads for f in figures})
    known = {(f.step, f.leads): f for f in figures}
    grows = sizes[0] == _SMALL and sizes[-1] == _LARGE
    head = ["step", *(f"{size:,} leads" for size in sizes), *(["growth"] if grows else [])]
    lines = [_row(head), _row(["---"] + ["---:"] * (len(head) - 1))]
    for step in dict.fromkeys(f.step for f in figures):
        cells = [_cell(known.get((step, size))) for size in sizes]
        if grows:
            cells.append(_growth(known.get((step, _SMALL)), known.get((step, _LARGE))))
        lines.append(_row([step, *cells]))
    return "\n".join(lines)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return ""
    ratio = f"{figure.ratio:.1f} ×"
    return f"{figure.app:.2f} / {figure.floor:.2f} ({_marked(ratio, figure.ratio > figure.aim)})"


def _growth(small: Figure | None, large: Figure | None) -> str:
    if small is None or large is None:
        return ""
    grown = large.app / small.app
    return _marked(f"{grown:.1f} ×", grown >= GROWTH)


def _marked(text: str, missed: bool) -> str:
    return f"**{text}**" if missed else text


def _floor_list(figures: list[Figure]) -> str:
    """The floor of every step at the largest size: SQL, rows found, indexes by the database's own account."""
    largest = {(f.database, f.step): f for f in sorted(figures, key=lambda f: f.leads)}
    steps: dict[str, list[Figure]] = {}
    for (_, step), figure in largest.items():
        steps.setdefault(step, []).append(figure)
    blocks = []
    for step, found in steps.items():
        used = "; ".join(
            f"{_TITLES.get(f.database, f.database)}: {f.beneath.rows} rows, {f.beneath.index}" for f in found
        )
        statements = dict.fromkeys(f.beneath.sql for f in found)
        blocks.append(f"- **{step}** ({used})\n" + "\n".join(f"  - `{sql}`" for sql in statements))
    return "\n".join(blocks)


def write(section: str, text: str, page: Path = PAGE) -> None:
    """Replace what stands between the markers of a section of the page."""
    pattern = re.compile(rf"(<!-- {section}: begin[^>]*-->\n).*?(<!-- {section}: end -->)", re.DOTALL)
    old = page.read_text(encoding="utf-8")
    assert pattern.search(old), f"{page} has no markers of a section “{section}”"
    page.write_text(pattern.sub(lambda m: f"{m[1]}\n{text}\n\n{m[2]}", old), encoding="utf-8")
