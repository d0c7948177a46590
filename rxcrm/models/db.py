"""Engine, column types and the unit of work: one transaction per call, in a thread of its own."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import JSON, BigInteger, DateTime, Engine, Integer, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, create_engine

from rxcrm.settings import settings

P = ParamSpec("P")
R = TypeVar("R")

#: Threads that talk to the database; the default pool of asyncio has cpu + 4.
POOL = ThreadPoolExecutor(16, thread_name_prefix="db")

BigInt = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB, "postgresql")


class Money(TypeDecorator[Decimal]):
    """An amount with two decimals, stored as whole hundredths: exact on every database up to 1e14 (S 1.1)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Any) -> int | None:
        return None if value is None else int((Decimal(value) * 100).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Any) -> Decimal | None:
        # scaleb keeps both decimals: 100.00 read back is 100.00, so saving it again changes nothing.
        return None if value is None else Decimal(value).scaleb(-2)


class Moment(TypeDecorator[datetime]):
    """A point in time, always aware and in UTC on the Python side."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """The current time in UTC; only units of work ask for it, verbs get it as `now=`."""
    return datetime.now(UTC)


def make_engine(url: str) -> Engine:
    """An engine for SQLite (write-ahead log, foreign keys on) or PostgreSQL (psycopg 3)."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=16, max_overflow=8)
    if path := url.removeprefix("sqlite:///"):
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 15}, pool_size=16, max_overflow=8)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN is deferred to the first write; we begin ourselves, see below.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "busy_timeout=15000",
            "cache_size=-65536",
            "mmap_size=1073741824",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # A unit that will write takes the write lock first, so that two never upgrade into a deadlock.
        immediate = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


_used: Engine | None = None


def use(engine: Engine | None) -> None:
    """Let units of work run on this engine from now on; None returns to the one of the settings."""
    global _used
    _used = engine


def engine() -> Engine:
    """The engine of this process: the one in use, else one made from the settings."""
    return _used or _from_settings()


@functools.cache
def _from_settings() -> Engine:
    return make_engine(settings().database)


def transact(fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a unit that may write, here and now: commit at the end, roll back on any error."""
    with Session(engine().execution_options(writes=True), expire_on_commit=False) as session:
        result = fn(session, *args, **kwargs)
        session.commit()
        return result


def read(fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a unit that only reads, here and now."""
    with Session(engine(), expire_on_commit=False) as session:
        return fn(session, *args, **kwargs)


async def run(fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
    """`transact` in a thread: blocking calls in a handler would stall every user."""
    return await asyncio.get_running_loop().run_in_executor(POOL, functools.partial(transact, fn, *args, **kwargs))


async def look(fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
    """`read` in a thread."""
    return await asyncio.get_running_loop().run_in_executor(POOL, functools.partial(read, fn, *args, **kwargs))
