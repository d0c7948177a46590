"""What a PostgreSQL database of tests held when it was made, to put it back after a test that wrote into it."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

#: What no test of rows touches: tables, columns, indexes, constraints and triggers.
_SHAPE = """
    SELECT (SELECT array_agg((oid, relname) ORDER BY oid)::text FROM pg_class WHERE relnamespace = 'public'::regnamespace),
           (SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
             WHERE relnamespace = 'public'::regnamespace AND NOT attisdropped),
           (SELECT array_agg(oid ORDER BY oid)::text FROM pg_constraint), (SELECT count(*) FROM pg_trigger)
"""
_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


class Kept:
    """Copies of all rows in a schema beside, and where all sequences stood."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.shape = connection.execute(_SHAPE).fetchone()
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
        self.rows: dict[str, int] = {}
        connection.execute("CREATE SCHEMA kept")
        for (name,) in tables:
            here, there = sql.Identifier("public", name), sql.Identifier("kept", name)
            copied = connection.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(there, here))
            self.rows[name] = copied.rowcount
        stood = connection.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
        self.sequences = stood.fetchall()
        self.since = self._now(connection)

    def put_back(self, connection: psycopg.Connection[Any]) -> bool:
        """Undo whatever was committed since. False where the shape of the tables is another: then only a new copy helps."""
        connection.execute(_OTHERS)
        if connection.execute(_SHAPE).fetchone() != self.shape:
            return False
        changed = [name for (name,) in connection.execute(self._touched()).fetchall()]
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")  # neither foreign keys nor triggers
            for name in changed:
                here, there = sql.Identifier("public", name), sql.Identifier("kept", name)
                connection.execute(sql.SQL("DELETE FROM {}").format(here))
                connection.execute(sql.SQL("INSERT INTO {} OVERRIDING SYSTEM VALUE TABLE {}").format(here, there))
            connection.execute(self._rewound())
            self.since = self._now(connection)
        return True

    @staticmethod
    def _now(connection: psycopg.Connection[Any]) -> str:
        """The number of a transaction: what is written later has a greater one."""
        found = connection.execute("SELECT pg_current_xact_id()::xid::text").fetchone()
        assert found
        return str(found[0])

    def _touched(self) -> sql.Composed:
        """The tables with rows of later transactions, or with more or fewer rows."""
        since = sql.Literal(self.since)
        one = (
            "SELECT {} WHERE (SELECT count(*) FROM {}) <> {} OR EXISTS (SELECT FROM {} WHERE age(xmin) < age({}::xid))"
        )
        asked = (
            sql.SQL(one).format(
                sql.Literal(name), table := sql.Identifier("public", name), sql.Literal(rows), table, since
            )
            for name, rows in self.rows.items()
        )
        return sql.SQL(" UNION ALL ").join(asked)

    def _rewound(self) -> sql.Composed:
        """All sequences where they stood."""
        rewound = (
            sql.SQL("setval({}::regclass, {}, {})").format(
                sql.Literal(f'public."{name}"'), sql.Literal(last or 1), sql.Literal(last is not None)
            )
            for name, last in self.sequences
        )
        return sql.SQL("SELECT {}").format(sql.SQL(", ").join(rewound))
