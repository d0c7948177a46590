"""Bringing a database to the current schema; the same migrations for SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

_INI = Path(__file__).parent / "alembic.ini"
#: Key of the PostgreSQL advisory lock under which one process at a time migrates.
_LOCK = 7_923_041


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, bound to a connection."""
    found = Config(str(_INI))
    found.attributes["connection"] = connection
    return found


def migrate(engine: Engine) -> list[str]:
    """Apply what is missing, all in one transaction; returns the revisions applied, oldest first."""
    with engine.execution_options(writes=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        before = MigrationContext.configure(connection).get_current_revision()
        head = ScriptDirectory.from_config(config()).get_current_head()
        if before == head:
            return []
        command.upgrade(config(connection), "head")
        script = ScriptDirectory.from_config(config())
        return [r.revision for r in reversed(list(script.iterate_revisions(head, before or "base")))]
