"""Times between moments and their medians, as SQL that both databases reckon alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class seconds_between(GenericFunction[int]):
    """Whole seconds from one moment to another."""

    type = Integer()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **how: Any) -> str:
    start, end = (compiler.process(clause, **how) for clause in element.clauses)
    return f"(CAST(strftime('%s', {end}) AS INTEGER) - CAST(strftime('%s', {start}) AS INTEGER))"


@compiles(seconds_between)
def _on_postgresql(element: Any, compiler: Any, **how: Any) -> str:
    start, end = (compiler.process(clause, **how) for clause in element.clauses)
    return f"CAST(floor(extract(epoch FROM {end})) - floor(extract(epoch FROM {start})) AS BIGINT)"


def elapsed(start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[int]:
    """Seconds from one moment to the next; none where one of them is unknown or they stand the wrong way round."""
    passed = seconds_between(start, end)
    return case((and_(start.is_not(None), end.is_not(None), passed >= 0), passed))


def placed(name: str, group: ColumnElement[Any], time: ColumnElement[int]) -> list[ColumnElement[Any]]:
    """A time, its place among those of its group, and how many the group has: what `median` needs."""
    rank = func.row_number().over(partition_by=(group, time.is_(None)), order_by=time)
    return [
        time.label(name),
        rank.label(f"{name}_rank"),
        func.count(time).over(partition_by=group).label(f"{name}_count"),
    ]


def median(columns: Any, name: str) -> ColumnElement[Any]:
    """The middle one of a group's times, or the mean of both middle ones; none where no time is known."""
    time, rank, count = columns[name], columns[f"{name}_rank"], columns[f"{name}_count"]
    middle = and_(time.is_not(None), rank >= (count + 1) // 2, rank <= (count + 2) // 2)
    return func.avg(case((middle, time)))
