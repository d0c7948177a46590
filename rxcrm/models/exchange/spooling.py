"""What a fetch brings, kept in a throw-away SQLite file until all of it is there: memory stays flat, the last word counts."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from rxcrm.models.exchange.contacts import Contact
from rxcrm.models.exchange.outlook import SOURCE_ID
from rxcrm.models.importing import files
from rxcrm.models.importing.cards import headings_of

#: Seconds after which a file that a server left behind when it died is removed.
LEFT_BEHIND = 24 * 3600
NEW, SAME, GONE = "new", "same", "gone"


class Spool:
    """Contacts by folder and id. To be used in a `with`: leaving it removes the file."""

    def __init__(self) -> None:
        for old in files.folder().glob("*.spool"):
            if time.time() - old.stat().st_mtime > LEFT_BEHIND:
                old.unlink(missing_ok=True)
        self.path: Path = files.folder() / f"{secrets.token_hex(16)}.spool"
        self.path.touch(mode=0o600)
        self.db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        self.db.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
            "CREATE TABLE item (folder INTEGER, id TEXT, what TEXT, etag TEXT, name TEXT, cells TEXT, PRIMARY KEY (folder, id));"
        )

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_problem: object) -> None:
        self.db.close()
        self.path.unlink(missing_ok=True)

    def put(self, folder: int, contact: Contact) -> None:
        """A contact that is new or has changed, in the place of what was told about it before."""
        self._put(folder, contact.id, NEW, contact.etag, contact.name, json.dumps(dict(contact.cells)))

    def note(self, folder: int, item: str, what: str, etag: str = "", name: str = "") -> None:
        """A contact that is the same as before, or gone."""
        self._put(folder, item, what, etag, name, "")

    def _put(self, *row: object) -> None:
        self.db.execute("INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?)", row)

    def forget(self, folder: int) -> None:
        """Nothing of a folder counts: it is asked for anew."""
        self.db.execute("DELETE FROM item WHERE folder = ?", (folder,))

    def unseen(self, folder: int, known: Mapping[str, str]) -> list[str]:
        """Those of the known contacts of which nothing was told."""
        told = {row[0] for row in self.db.execute("SELECT id FROM item WHERE folder = ?", (folder,))}
        return [item for item in known if item not in told]

    def count(self, what: str, folder: int | None = None) -> int:
        """How many contacts are new, the same, or gone."""
        asked = "SELECT count(*) FROM item WHERE what = ? AND (? IS NULL OR folder = ?)"
        return int(self.db.execute(asked, (what, folder, folder)).fetchone()[0])

    def names(self, what: str, folder: int, most: int) -> list[str]:
        """What some of them are called."""
        asked = "SELECT name FROM item WHERE what = ? AND folder = ? AND name <> '' ORDER BY name LIMIT ?"
        return [row[0] for row in self.db.execute(asked, (what, folder, most))]

    def items(self, folder: int) -> Iterator[tuple[str, str, str, str]]:
        """(id, what, version, name) of everything that was told of a folder."""
        yield from self.db.execute("SELECT id, what, etag, name FROM item WHERE folder = ?", (folder,))

    def table(self) -> tuple[list[str], Iterator[list[str]]]:
        """Headings that have a value somewhere, in the order of Outlook's export, and the rows below them."""
        used: dict[str, None] = {}
        for cells in self._cells():
            used.update(dict.fromkeys(cells))
        headings = [*(h for h in headings_of(used) if h != SOURCE_ID), SOURCE_ID]
        return headings, ([cells.get(h, "") for h in headings] for cells in self._cells())

    def _cells(self) -> Iterator[dict[str, str]]:
        for (text,) in self.db.execute("SELECT cells FROM item WHERE what = 'new' ORDER BY folder, rowid"):
            yield json.loads(text)
