"""Units of work: what only reads cannot write, and a connection that died in its sleep is replaced."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlmodel import Session

from rxcrm.models import db
from rxcrm.models.people import BusinessUnit
from tests.office import Office, Statements


def test_a_unit_that_reads_writes_nothing(office: Office) -> None:
    office.commit()

    def write(session: Session) -> None:
        session.add(BusinessUnit(name="East"))
        session.flush()

    with pytest.raises(RuntimeError, match="only reads"):
        db.read(write)
    assert db.read(lambda s: s.scalar(text("SELECT count(*) FROM business_unit WHERE name = 'East'"))) == 0


def test_a_unit_that_reads_costs_no_statement_more_than_it_asks_for(office: Office) -> None:
    office.commit()
    with Statements(office.engine) as statements:
        db.read(lambda session: session.scalar(text("SELECT 1")))
    assert statements.ran == ["SELECT 1"]


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_connection_that_died_in_its_sleep_is_replaced(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.session.close()

    def number(session: Session) -> int:
        return int(session.scalar(text("SELECT pg_backend_pid()")) or 0)

    first = db.read(number)
    assert db.read(number) == first
    monkeypatch.setattr(db, "DOZES_OFF", -1.0)
    killer = db.make_engine(office.engine.url.render_as_string(hide_password=False))
    with killer.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first})
    killer.dispose()
    assert db.read(number) not in (0, first)
