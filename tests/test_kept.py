"""The databases that tests write into are, for the next test, what they were."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, text

pytestmark = pytest.mark.postgres


def everything(engine: Engine) -> dict[str, Any]:
    """All rows of all tables, and where the sequences stand."""
    with engine.connect() as connection:
        names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"))
        held: dict[str, Any] = {
            name: sorted(connection.execute(text(f'SELECT t::text FROM "{name}" t')).scalars())
            for name in names.scalars().all()
        }
        stood = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
        return held | {"sequences": connection.execute(text(stood)).all()}


@pytest.mark.parametrize(
    "written",
    [
        "UPDATE \"user\" SET name = name || '!' WHERE id = 1",
        "DELETE FROM user_role",
        "INSERT INTO user_role (user_id, role) VALUES (1, 'left behind')",
        "SELECT nextval('user_id_seq')",
        "CREATE TABLE left_behind (id int)",
        "ALTER TABLE team ADD COLUMN left_behind int",
        "DROP INDEX ix_lead_team",
    ],
)
def test_whatever_was_committed_is_put_back(postgres_copies: Any, written: str) -> None:
    postgres_copies.used = True  # sequences that a test moved without committing count for nothing here
    before = everything(postgres_copies.clean())
    with postgres_copies.engine.begin() as connection:
        connection.execute(text(written))
    assert everything(postgres_copies.engine) != before or "INDEX" in written
    after = postgres_copies.clean()
    assert everything(after) == before
    with after.connect() as connection:
        assert connection.execute(text("SELECT to_regclass('ix_lead_team')")).scalar()
