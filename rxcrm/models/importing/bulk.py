"""Many rows into one table, past the layers that reckon with one row at a time.

SQLAlchemy prepares every value of every row by itself: with the wide tables of records that costs as much as half of what
SQLite takes to write them. Here the columns whose values the driver cannot take as they are get found once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import Boolean, DateTime, Dialect, Table, insert
from sqlmodel import Session, SQLModel

Processor = Callable[[Any], Any]


def write(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that all have the same columns, by name; what a row does not say gets the default of its column."""
    if not rows:
        return
    connection, plain = session.connection(), cast(Table, cast(Any, table).__table__)
    if connection.dialect.name != "sqlite":
        connection.execute(insert(plain), rows)
        return
    statement, names, processors, makers = _prepared(plain, tuple(rows[0]), connection.dialect)
    defaults = {name: make() for name, make in makers.items()}
    pick = itemgetter(*names)
    packed = [list(pick(defaults | row) if defaults else pick(row)) for row in rows]
    for at, process in processors:
        for values in packed:
            value = values[at]
            if value is not None:
                values[at] = process(value)
    connection.connection.cursor().executemany(statement, packed)


@lru_cache(200)
def _prepared(
    table: Table, given: tuple[str, ...], dialect: Dialect
) -> tuple[str, list[str], list[tuple[int, Processor]], dict[str, Callable[[], Any]]]:
    """The statement, its columns, what has to be done to which of them, and what makes the values of those not given."""
    unknown = set(given) - set(table.columns.keys())
    assert not unknown, unknown
    makers: dict[str, Callable[[], Any]] = {}
    for column in table.columns:
        if column.name not in given and column.default is not None:
            own = cast(Any, column.default)
            makers[column.name] = partial(own.arg, None) if own.is_callable else partial(_same, own.arg)
    names = [*given, *makers]
    processors: list[tuple[int, Processor]] = []
    for at, name in enumerate(names):
        kind = table.columns[name].type
        process = None if isinstance(kind, Boolean) else kind.dialect_impl(dialect).bind_processor(dialect)
        if process is not None:
            moments = isinstance(getattr(kind, "impl", kind), DateTime)
            processors.append((at, lru_cache(1_000)(process) if moments else process))
    quote = dialect.identifier_preparer.quote
    columns = ", ".join(map(quote, names))
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({marks})", names, processors, makers


def _same(value: Any) -> Any:
    return value
