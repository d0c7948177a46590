"""All or nothing: a verb is made to fail at each of its writes, and nothing of it may remain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event
from sqlmodel import SQLModel

from rxcrm.models import db
from rxcrm.models.people import User
from rxcrm.models.records import Act
from tests.office import Office

#: More writes has no verb.
MOST = 500


class BrokeOff(Exception):
    """The disk is full, the cable was pulled."""


def everything(engine: Engine) -> dict[str, list[str]]:
    """All rows of all tables."""
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in SQLModel.metadata.sorted_tables
        }


def fail_at_each_write(office: Office, verb: Callable[[Act], Any], user: User | None = None) -> int:
    """Let a verb of Sara's, or of another user, fail at its first write, its second …; returns how many it made.

    After each failure the database holds what it held before; in the end the verb goes through.
    """
    who = office.who(user or office.sara)
    office.commit()
    before = everything(office.engine)
    office.session.close()
    for at in range(1, MOST):
        writes = 0

        def break_off(_connection: Any, _cursor: Any, statement: str, *_: Any, at: int = at) -> None:
            nonlocal writes
            if statement.split(None, 1)[0] in ("INSERT", "UPDATE", "DELETE"):
                writes += 1
                if writes == at:
                    raise BrokeOff

        event.listen(office.engine, "before_cursor_execute", break_off)
        try:
            db.transact(lambda session: verb(Act(session, who, office.now)))
        except BrokeOff:
            assert everything(office.engine) == before, f"the write number {at} left something behind"
        else:
            return writes
        finally:
            event.remove(office.engine, "before_cursor_execute", break_off)
    raise AssertionError("it never ends")
