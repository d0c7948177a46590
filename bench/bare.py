"""The floor: SQL straight through the driver, with the connection settings of the app."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from typing import Any

import psycopg
from sqlalchemy import Engine

_NAMED = re.compile(r"(?<!:):([a-z_]+)")
_INDEX = {
    "sqlite": re.compile(r"INDEX (\w+)|VIRTUAL TABLE INDEX|INTEGER (PRIMARY KEY)"),
    "postgresql": re.compile(r"(?:using|Index Scan on) (\w+)"),
}


class Bare:
    """A driver connection; named parameters are written `:name` for both databases."""

    def __init__(self, engine: Engine) -> None:
        self.kind = engine.dialect.name
        self.connection: Any = _sqlite(engine) if self.kind == "sqlite" else _psycopg(engine)
        self.cursor = self.connection.cursor()

    def all(self, sql: str, **params: Any) -> list[Any]:
        """Every row of a statement."""
        return list(self.cursor.execute(self._spelled(sql), params).fetchall())

    def run(self, sql: str, **params: Any) -> int:
        """A statement without a result; how many rows it touched."""
        return int(self.cursor.execute(self._spelled(sql), params).rowcount)

    def many(self, sql: str, rows: Iterable[dict[str, Any]]) -> None:
        """One statement for many rows."""
        self.cursor.executemany(self._spelled(sql), rows)

    def index(self, sql: str, **params: Any) -> str:
        """The indexes that the database says it uses, in the order of its plan."""
        if self.kind == "sqlite":
            plan = " ".join(str(row[3]) for row in self.all(f"EXPLAIN QUERY PLAN {sql}", **params))
            plan = plan.replace("lead_search VIRTUAL TABLE INDEX", "INDEX lead_search")
        else:
            plan = " ".join(str(row[0]) for row in self.all(f"EXPLAIN {sql}", **params))
        names = (next((g for g in m.groups() if g), "") for m in _INDEX[self.kind].finditer(plan))
        return ", ".join(dict.fromkeys(name.lower() for name in names if name)) or "none"

    def close(self) -> None:
        self.connection.close()

    def _spelled(self, sql: str) -> str:
        return sql if self.kind == "sqlite" else _NAMED.sub(r"%(\1)s", sql)


def _sqlite(engine: Engine) -> sqlite3.Connection:
    connection = sqlite3.connect(str(engine.url.database), isolation_level=None)
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "cache_size=-65536", "mmap_size=1073741824"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _psycopg(engine: Engine) -> psycopg.Connection[Any]:
    url = engine.url.set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)
