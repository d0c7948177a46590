"""Look-ups that name another row of the same file: an account whose parent stands further down (S 6.4 step 8).

Which rows are called what is learned once and kept in the stage. Such a look-up counts as known in review and preview;
a run fills it when all rows are in (rxcrm.models.importing.linking). Accounts are the table that points to itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rxcrm.models.fields import clean
from rxcrm.models.importing.grid import is_blank
from rxcrm.models.importing.plan import ANYTHING, CREATE_ALWAYS, EMAIL, ID, NAME, LookupRule
from rxcrm.models.importing.specials import SOURCE_ID
from rxcrm.models.importing.stage import Stage
from rxcrm.models.searching import sort_key
from rxcrm.translation import N_

if TYPE_CHECKING:
    from rxcrm.models.importing.checking import Checker
    from rxcrm.models.importing.columns import Column

ITSELF = N_("“%(value)s” is this row itself; %(label)s stays empty.")
SEVERAL_ROWS = N_("“%(value)s” names %(count)s rows of this file; %(label)s stays empty.")
NO_RECORD = N_("“%(value)s” names row %(row)s of this file, which became no record; %(label)s stays empty.")

_TABLES = """
CREATE TABLE IF NOT EXISTS sibling (key TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (key, number)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sibling_number ON sibling (number);
CREATE TABLE IF NOT EXISTS sibling_named (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sibling_later (
  number INTEGER NOT NULL, wanted INTEGER NOT NULL, heading TEXT NOT NULL, label TEXT NOT NULL, value TEXT NOT NULL
);
"""
#: What a row is called by, and the letter of such keys.
_CALLED = {"name": "n", "email": "m", SOURCE_ID: "i"}
#: Rows that one statement enters.
_AT_ONCE = 2_000


class Siblings:
    """The rows of a file by name, e-mail address and id in their source."""

    def __init__(self, stage: Stage, checker: Checker) -> None:
        """`checker` knows columns and fixes; the look-ups that lead to its own table are those that count."""
        self.stage, self.checker = stage, checker
        rules = checker.plan.lookups
        self.pointing = [
            (col, rule)
            for col in checker.linked
            if col.spec.target == checker.table.entity
            and (rule := rules.get(col.spec.name, LookupRule())).make != CREATE_ALWAYS
        ]
        self._known: dict[str, list[int]] = {}
        if self.pointing:
            self._learn()

    def __bool__(self) -> bool:
        return bool(self.pointing)

    def named(self, rule: LookupRule, text: str) -> list[int]:
        """The rows that a text names: by name before e-mail address, as records are found."""
        if not self.pointing:
            return []
        for key in _keys(rule, text):
            if key not in self._known:
                found = self.stage.db.execute("SELECT number FROM sibling WHERE key = ? ORDER BY number", (key,))
                self._known[key] = [number for (number,) in found]
            if self._known[key]:
                return self._known[key]
        return []

    def wanted(self, first: int, last: int) -> set[int]:
        """The rows of a range that some row names."""
        if not self.pointing:
            return set()
        asked = (
            "SELECT DISTINCT number FROM sibling WHERE number BETWEEN ? AND ?"
            " AND key IN (SELECT key FROM sibling_named)"
        )
        return {number for (number,) in self.stage.db.execute(asked, (first, last))}

    # -- what a preview remembers --

    def forget(self) -> None:
        """A preview begins anew."""
        if self.pointing:
            self.stage.db.execute("DELETE FROM sibling_later")

    def point(self, rows: Iterable[tuple[int, int, str, str, str]]) -> None:
        """Remember rows that are to point to others: number, wanted row, heading, label, value."""
        if self.pointing:
            self.stage.db.executemany("INSERT INTO sibling_later VALUES (?, ?, ?, ?, ?)", rows)

    def astray(self) -> list[tuple[int, int, str, str, str]]:
        """Of the remembered ones those whose wanted row becomes no record by its verdict."""
        if not self.pointing:
            return []
        asked = (
            "SELECT l.number, l.wanted, l.heading, l.label, l.value FROM sibling_later l"
            " JOIN verdict v ON v.number = l.wanted"
            " WHERE v.tag = 'reject' OR (v.tag = 'skip' AND v.record_id = 0 AND v.double = 0) ORDER BY l.number"
        )
        return self.stage.db.execute(asked).fetchall()

    # -- learning --

    def _learn(self) -> None:
        """Enter all rows and all names that are asked for; again only if mapping, rules or values have changed."""
        db, plan = self.stage.db, self.checker.plan
        places = {col.index for col, _ in self.pointing} | {col.index for col, _ in self._called()}
        signature = [
            sorted(plan.mapping.items()),
            [[col.index, rule.by] for col, rule in self.pointing],
            [[place, sorted((v, f.kind, f.value) for v, f in plan.fixes.get(place, {}).items())] for place in places],
            self.stage.mendings(),
        ]
        if str(self.stage.told("siblings")) == str(signature):
            return
        db.executescript(_TABLES)
        db.execute("BEGIN IMMEDIATE")
        try:
            db.execute("DELETE FROM sibling")
            db.execute("DELETE FROM sibling_named")
            batch: list[tuple[int, list[str]]] = []
            for row in self.stage.rows():
                batch.append(row)
                if len(batch) == _AT_ONCE:
                    self._enter(batch)
                    batch = []
            self._enter(batch)
            self.stage.tell("siblings", str(signature))
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")

    def _enter(self, rows: Sequence[tuple[int, list[str]]]) -> None:
        rows = [(number, cells) for number, cells in rows if not is_blank(cells)]
        own = [(key, number) for number, cells in rows for key in self._own_keys(cells)]
        self.stage.db.executemany("INSERT OR IGNORE INTO sibling VALUES (?, ?)", own)
        asked = {
            (key,)
            for _, cells in rows
            for col, rule in self.pointing
            if (text := clean(self.checker.text_of(col, cells)))
            for key in _keys(rule, text)
        }
        self.stage.db.executemany("INSERT OR IGNORE INTO sibling_named VALUES (?)", asked)

    def _own_keys(self, cells: list[str]) -> Iterator[str]:
        for col, letter in self._called():
            if text := clean(self.checker.text_of(col, cells)):
                yield _key(letter, text)

    def _called(self) -> list[tuple[Column, str]]:
        known: list[Any] = [*self.checker.columns, self.checker.known_by.get(SOURCE_ID)]
        return [(col, _CALLED[col.target]) for col in known if col and col.target in _CALLED]


class Later(NamedTuple):
    """A look-up that a run fills when all rows are in: the text, and the rows of the file that it names."""

    value: str
    rows: tuple[int, ...]


class Wish(NamedTuple):
    """The same of one row: the text, the place of its column, and the one row that it names."""

    value: str
    place: int
    row: int


def _keys(rule: LookupRule, text: str) -> list[str]:
    letters = {ANYTHING: "nm", NAME: "n", EMAIL: "m", ID: "i"}[rule.by]
    return [_key(letter, text) for letter in letters]


def _key(letter: str, text: str) -> str:
    return letter + (sort_key(text) if letter == "n" else text.lower() if letter == "m" else text)
