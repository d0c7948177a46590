"""The stage of an import: what was read from its file, row by row, until the import is done.

A reader writes it once; mapping, review, preview and the run read from it as often as they like, with flat memory, and
a run goes on in the middle of it after a restart. It is a SQLite file of its own, so that no table of the CRM fills
with what may never be imported. What people decide about single rows lies there too.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from rxcrm.models.importing.grid import CellError, Exact, Row

#: Rows that are read from the stage at once.
AT_ONCE = 2_000
_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE row (number INTEGER PRIMARY KEY, cells TEXT NOT NULL, kinds TEXT NOT NULL DEFAULT '');
CREATE TABLE fix (number INTEGER NOT NULL, place INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (number, place));
CREATE TABLE decision (number INTEGER PRIMARY KEY, choice TEXT NOT NULL);
CREATE TABLE verdict (
  number INTEGER PRIMARY KEY, tag TEXT NOT NULL, entity TEXT NOT NULL DEFAULT '', record_id INTEGER NOT NULL DEFAULT 0,
  name TEXT NOT NULL DEFAULT '', reasons TEXT NOT NULL DEFAULT '[]', double INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX verdict_tag ON verdict (tag, number);
CREATE TABLE seen (key TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE finding (
  id INTEGER PRIMARY KEY, place INTEGER NOT NULL, value TEXT NOT NULL, severity TEXT NOT NULL, reason TEXT NOT NULL,
  filled TEXT NOT NULL DEFAULT '{}', count INTEGER NOT NULL, first INTEGER NOT NULL
);
CREATE TABLE flagged (place INTEGER NOT NULL, number INTEGER NOT NULL, finding INTEGER NOT NULL, PRIMARY KEY (number, place, finding))
  WITHOUT ROWID;
CREATE INDEX flagged_finding ON flagged (finding, number);
"""
_KINDS = {str: "t", Exact: "e", CellError: "x"}
_PLAIN = {str}
_MAKE: dict[str, type[str]] = {"t": str, "e": Exact, "x": CellError}


@dataclass(frozen=True)
class ReadOptions:
    """How a file is read. Empty means: found out by the reader. `heading_row` -1: found out, 0: there are no headings."""

    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    heading_row: int = -1


@dataclass
class Source:
    """What the reader found. `format` is csv, xlsx, xls, ods, xml, vcf, graph or carddav.

    `single_column` says that a text was not split into columns. `notes` are messages with their values.
    """

    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheets: list[str] = field(default_factory=list)
    sheet: str = ""
    heading_row: int = 0
    headings: list[str] = field(default_factory=list)
    data_rows: int = 0
    single_column: bool = False
    notes: list[list[Any]] = field(default_factory=list)


class Stage:
    """An open stage. `Stage.create` makes a new one in the place of what lay there."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise FileNotFoundError(path)
        self.path = path
        self.db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        # A stage that a crash spoils is read again from its file: it need not be safe, only fast.
        self.db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;")

    @classmethod
    def create(cls, path: Path, headings: Sequence[str] = ()) -> Stage:
        """An empty stage with these headings."""
        for old in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            old.unlink(missing_ok=True)
        path.touch(mode=0o600)
        stage = cls(path)
        stage.db.executescript(_TABLES)
        stage.tell("source", asdict(Source(headings=list(headings))))
        return stage

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def leave(self) -> None:
        """Close the file."""
        self.db.close()

    # -- writing --

    def append(self, rows: Iterable[Row]) -> int:
        """Add rows; returns how many."""
        packed = ((number, json.dumps(cells), _kinds(cells)) for number, cells in rows)
        self.db.execute("BEGIN")
        try:
            count = self.db.executemany("INSERT INTO row (number, cells, kinds) VALUES (?, ?, ?)", packed).rowcount
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")
        return max(count, 0)

    def close(self, source: Source) -> None:
        """Everything is read: remember what was found, and close."""
        self.tell("source", asdict(source))
        self.leave()

    def tell(self, name: str, value: Any) -> None:
        """Remember something about the import as a whole."""
        self.db.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, json.dumps(value)))

    def told(self, name: str, otherwise: Any = None) -> Any:
        """What was remembered."""
        found = self.db.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return json.loads(found[0]) if found else otherwise

    # -- reading --

    @property
    def source(self) -> Source:
        """What the reader found."""
        return Source(**self.told("source", {}))

    def rows(self, after: int = 0, most: int | None = None) -> Iterator[Row]:
        """The rows behind a number, mended by hand where somebody did, in the order of the file."""
        left = most
        while left is None or left > 0:
            batch = self.db.execute(
                "SELECT number, cells, kinds FROM row WHERE number > ? ORDER BY number LIMIT ?",
                (after, min(AT_ONCE, left or AT_ONCE)),
            ).fetchall()
            if not batch:
                return
            mended = self._mended(batch[0][0], batch[-1][0])
            for number, cells, kinds in batch:
                yield number, _unpacked(cells, kinds, mended.get(number))
            after = batch[-1][0]
            left = None if left is None else left - len(batch)

    def some(self, numbers: Sequence[int]) -> list[Row]:
        """Rows by their numbers, in the order of the file."""
        if not numbers:
            return []
        marks = ",".join("?" * len(numbers))
        asked = f"SELECT number, cells, kinds FROM row WHERE number IN ({marks}) ORDER BY number"
        mended = self._mended(min(numbers), max(numbers))
        return [
            (n, _unpacked(cells, kinds, mended.get(n))) for n, cells, kinds in self.db.execute(asked, list(numbers))
        ]

    def _mended(self, first: int, last: int) -> dict[int, dict[int, str]]:
        found: dict[int, dict[int, str]] = {}
        asked = "SELECT number, place, text FROM fix WHERE number BETWEEN ? AND ?"
        for number, place, text in self.db.execute(asked, (first, last)):
            found.setdefault(number, {})[place] = text
        return found

    # -- what people decide about single rows --

    def mend(self, number: int, place: int, text: str | None) -> None:
        """Put a text into one cell; None takes the mending back."""
        self.db.execute("DELETE FROM fix WHERE number = ? AND place = ?", (number, place))
        if text is not None:
            self.db.execute("INSERT INTO fix VALUES (?, ?, ?)", (number, place, text))

    def mendings(self) -> str:
        """Stands for all cells that were mended by hand, with their texts."""
        found = self.db.execute("SELECT number, place, text FROM fix ORDER BY number, place").fetchall()
        return hashlib.sha256(json.dumps(found).encode()).hexdigest()[:32] if found else ""

    def mended(self) -> int:
        """How many cells were mended by hand."""
        return int(self.db.execute("SELECT count(*) FROM fix").fetchone()[0])

    def decide(self, number: int, choice: str) -> None:
        """What shall become of one row: "skip", "create", "update"; "" as all others."""
        self.db.execute("DELETE FROM decision WHERE number = ?", (number,))
        if choice:
            self.db.execute("INSERT INTO decision VALUES (?, ?)", (number, choice))

    def decisions(self, first: int, last: int) -> Mapping[int, str]:
        """The decisions about the rows of a range."""
        asked = "SELECT number, choice FROM decision WHERE number BETWEEN ? AND ?"
        return dict(self.db.execute(asked, (first, last)).fetchall())

    # -- what a preview remembers of the rows that it has passed --

    def see(self, keys: Iterable[str], number: int) -> None:
        """A row with these keys becomes a new record; the first row of a key is remembered."""
        self.db.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", [(key, number) for key in keys])

    def seen(self, keys: Iterable[str]) -> dict[str, int]:
        """Which of these keys were seen, and in which row."""
        found: dict[str, int] = {}
        wanted = list(keys)
        for at in range(0, len(wanted), 500):
            some = wanted[at : at + 500]
            asked = f"SELECT key, number FROM seen WHERE key IN ({','.join('?' * len(some))})"
            found.update(self.db.execute(asked, some).fetchall())
        return found


def _kinds(cells: Sequence[str]) -> str:
    """A letter per cell; nothing if all are plain text, as they mostly are."""
    if set(map(type, cells)) <= _PLAIN:
        return ""
    return "".join(_KINDS[type(cell)] for cell in cells)


def _unpacked(cells: str, kinds: str, mended: Mapping[int, str] | None) -> list[str]:
    texts: list[str] = json.loads(cells)
    if kinds:
        texts = [_MAKE[kind](text) if kind != "t" else text for kind, text in zip(kinds, texts, strict=True)]
    for place, text in (mended or {}).items():
        texts += [""] * (place + 1 - len(texts))
        texts[place] = text
    return texts
