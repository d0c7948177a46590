"""Puts people into an empty database: set-up by the app's own verbs, leads by bulk inserts with indexes made after."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, cast

import psycopg
from sqlalchemy import Column, Connection, Engine, bindparam, insert, literal, text
from sqlmodel import Session, SQLModel, select

from bench import people
from rxcrm.models import setup
from rxcrm.models.choices import Role
from rxcrm.models.history import Event, History
from rxcrm.models.lead import Lead
from rxcrm.models.matching.upkeep import rows_written
from rxcrm.models.migrating import migrate
from rxcrm.models.people import User, add_user
from rxcrm.models.process import ProcessInstance, StageLog
from rxcrm.models.stages import LEAD_TO_OPPORTUNITY

BATCH = 5_000
TABLES = ("lead", "history", "process_instance", "stage_log")


def fill(engine: Engine, n: int) -> None:
    """Migrate an empty database and put N leads with their history and processes into it."""
    migrate(engine)
    with Session(engine.execution_options(writes=True)) as session:
        owners = office(session)
        session.commit()
    with engine.execution_options(writes=True).connect() as connection:
        remade = [*_set_indexes_aside(connection), *_lend_defaults(connection)]
        drafts = people.leads(n, owners)
        while batch := list(islice(drafts, BATCH)):
            _write(connection, batch)
            connection.commit()
        for statement in remade:
            connection.exec_driver_sql(statement)
        connection.commit()
    _settle(engine)


def office(session: Session) -> list[people.Owner]:
    """The organisation and its twenty owners; the first is the administrator."""
    first, *others = people.OWNERS
    answers = setup.Answers("Bench", first, "owner1@bench.example", "a long password", country="DE")
    admin = setup.set_up(session, answers, people.NOW)
    for number, name in enumerate(others, start=2):
        mail = f"owner{number}@bench.example"
        add_user(session, email=mail, name=name, unit_id=admin.unit_id, roles=[Role.SALESPERSON], now=people.NOW)
    users = session.exec(select(User).order_by(User.id)).all()  # type: ignore[arg-type]
    return [people.Owner(u.id or 0, u.name_key, u.unit_id) for u in users]


# -- rows ------------------------------------------------------------------------------------------------------------


def _write(connection: Connection, batch: list[people.Draft]) -> None:
    rows = [draft.__dict__ for draft in batch]
    _insert(connection, Lead, rows)
    _insert(connection, History, [entry for row in rows for entry in _history(row)])
    _insert(connection, ProcessInstance, [_instance(row) for row in rows])
    _insert(connection, StageLog, [_stay(row) for row in rows])
    rows_written(connection, "lead", [(row["id"], row) for row in rows])


def _insert(connection: Connection, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    """One executemany (COPY on PostgreSQL); what all rows share stands in the statement or the table itself."""
    columns = {c.name: c for c in table.__table__.c}  # type: ignore[attr-defined]
    given = [name for name in rows[0] if name in columns]
    if connection.dialect.name == "postgresql":
        _copy(connection, [columns[name] for name in given], rows)
        return
    values: dict[str, Any] = {name: bindparam(name, type_=columns[name].type) for name in given}
    values |= {name: text(default) for name, default in defaults(connection, table) if name not in given}
    connection.execute(insert(table.__table__).values(values), rows)  # type: ignore[attr-defined]


def _copy(connection: Connection, columns: list[Column[Any]], rows: list[dict[str, Any]]) -> None:
    names = ", ".join(c.name for c in columns)
    # The rows are right by construction: checking their references singly would take longer than writing them.
    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    cursor = cast(psycopg.Cursor[Any], connection.connection.cursor())
    with cursor, cursor.copy(f"COPY {columns[0].table.name} ({names}) FROM STDIN") as stream:
        for row in rows:
            stream.write_row([json.dumps(v) if isinstance(v := row[c.name], list | dict) else v for c in columns])


def defaults(connection: Connection, table: type[SQLModel]) -> Iterator[tuple[str, str]]:
    """The columns that Python fills in, with their defaults as the database writes them."""
    for column in table.__table__.c:  # type: ignore[attr-defined]
        if column.name == "custom":
            yield column.name, "'{}'"
        elif column.default is not None and column.default.is_scalar:
            value = literal(column.default.arg, column.type)
            yield column.name, str(value.compile(connection, compile_kwargs={"literal_binds": True}))


def _history(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One entry for the creation, and for every third lead some changes."""
    for version in range(1, 2 + row["id"] % 3 * (row["id"] % 4)):
        yield {
            "entity": "lead",
            "record_id": row["id"],
            "version": version,
            "event": (Event.CREATED if version == 1 else Event.CHANGED).value,
            "by_id": row["owner_user_id"],
            "at": row["created_on"],
            "changes": [] if version == 1 else [["rating", "3", "2"], ["city", "", row["city"]]],
        }


def _instance(row: dict[str, Any]) -> dict[str, Any]:
    stage = LEAD_TO_OPPORTUNITY.stages[0].key
    return {
        "id": row["id"],
        "process": LEAD_TO_OPPORTUNITY.key,
        "name": f"{row['first_name']} {row['last_name']}",
        "lead_id": row["id"],
        "stage": stage,
        "stage_entered_on": row["created_on"],
        "path": stage,
        "started_on": row["created_on"],
    }


def _stay(row: dict[str, Any]) -> dict[str, Any]:
    return {"instance_id": row["id"], "stage": LEAD_TO_OPPORTUNITY.stages[0].key, "entered_on": row["created_on"]}


# -- indexes ---------------------------------------------------------------------------------------------------------


def _set_indexes_aside(connection: Connection) -> list[str]:
    """Drop what slows bulk inserts down; returns the statements that make it all again."""
    return _ASIDE[connection.dialect.name](connection)


def _aside_sqlite(connection: Connection) -> list[str]:
    marks = ", ".join(f"'{t}'" for t in TABLES)
    found = connection.exec_driver_sql(
        f"SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql <> '' AND tbl_name IN ({marks})"
    ).all()
    for kind, name, _ in found:
        connection.exec_driver_sql(f"DROP {kind} {name}")
    return [*(sql for _, _, sql in found), "INSERT INTO lead_search(lead_search) VALUES ('rebuild')"]


def _aside_postgresql(connection: Connection) -> list[str]:
    marks = ", ".join(f"'{t}'" for t in TABLES)
    found = connection.exec_driver_sql(
        f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ({marks}) AND indexname NOT LIKE 'pk_%%'"
    ).all()
    for name, _ in found:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    # The rows brought their ids along, so the sequences have to be told.
    counters = [
        f"SELECT setval(pg_get_serial_sequence('{t}', 'id'), (SELECT max(id) FROM {t}))"
        for t in ("lead", "process_instance")
    ]
    return [*(sql for _, sql in found), *counters]


_ASIDE: dict[str, Callable[[Connection], list[str]]] = {"sqlite": _aside_sqlite, "postgresql": _aside_postgresql}


def _lend_defaults(connection: Connection) -> list[str]:
    """Give PostgreSQL's columns their defaults while COPY runs; returns the statements that take them back."""
    back = []
    if connection.dialect.name == "postgresql":
        for table in (Lead, History, ProcessInstance, StageLog):
            for name, default in defaults(connection, table):
                column = f"ALTER TABLE {table.__tablename__} ALTER COLUMN {name}"
                connection.exec_driver_sql(f"{column} SET DEFAULT {default}")
                back.append(f"{column} DROP DEFAULT")
    return back


def _settle(engine: Engine) -> None:
    """What a database in use has had done to it: statistics, and on PostgreSQL the visibility map, by autovacuum."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    # VACUUM runs outside any transaction, so on a connection of its own.
    with psycopg.connect(
        engine.url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    ) as bare:
        bare.execute("VACUUM ANALYZE")
        bare.execute("CHECKPOINT")
