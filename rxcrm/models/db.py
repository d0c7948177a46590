"""Engine, column types and the unit of work: one transaction per call, in a thread of its own."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    BindParameter,
    Boolean,
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    Integer,
    Text,
    bindparam,
    event,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import Pool
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Session, create_engine

from rxcrm.models import configuration
from rxcrm.settings import settings

log = logging.getLogger("rxcrm")
P = ParamSpec("P")
R = TypeVar("R")

#: Threads that talk to the database; the default pool of asyncio has cpu + 4.
POOL = ThreadPoolExecutor(16, thread_name_prefix="db")

#: Seconds of rest after which a connection to PostgreSQL is asked whether it is still there.
DOZES_OFF = 10.0

BigInt = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB, "postgresql")
#: JSON that may be missing: None is NULL, not a JSON null.
MaybeJson = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Money(TypeDecorator[Decimal]):
    """An amount with two decimals, stored as whole hundredths: exact on every database up to 1e14 (S 1.1)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Any) -> int | None:
        return None if value is None else int((Decimal(value) * 100).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Any) -> Decimal | None:
        # scaleb keeps both decimals: 100.00 read back is 100.00, so saving it again changes nothing.
        return None if value is None else Decimal(value).scaleb(-2)


class Ids(TypeDecorator[Sequence[int]]):
    """Many numbers as one parameter, however many they are; see `one_of`."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else ARRAY(BigInteger()))

    def process_bind_param(self, value: Sequence[int] | None, dialect: Any) -> Any:
        numbers = list(value or ())
        return json.dumps(numbers) if dialect.name == "sqlite" else numbers


class _OneOf(ColumnElement[bool]):
    inherit_cache = True
    type = Boolean()
    _traverse_internals = [
        ("column", InternalTraversal.dp_clauseelement),
        ("numbers", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: Any, numbers: BindParameter[Any]) -> None:
        self.column, self.numbers = column, numbers

    @property
    def _from_objects(self) -> list[Any]:
        return list(self.column._from_objects)


@compiles(_OneOf, "sqlite")
def _in_json(element: _OneOf, compiler: Any, **how: Any) -> str:
    column, numbers = compiler.process(element.column, **how), compiler.process(element.numbers, **how)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"


@compiles(_OneOf, "postgresql")
def _in_array(element: _OneOf, compiler: Any, **how: Any) -> str:
    return f"{compiler.process(element.column, **how)} = ANY({compiler.process(element.numbers, **how)})"


def one_of(column: Any, name: str) -> ColumnElement[bool]:
    """That a column of ids has one of those in the parameter `name`: one text for any number of them, prepared once."""
    return _OneOf(column, bindparam(name, type_=Ids))


class Moment(TypeDecorator[datetime]):
    """A point in time, always aware and in UTC on the Python side."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def result_processor(self, dialect: Any, coltype: object) -> Callable[[Any], datetime | None]:
        # In one step from what the driver gives: lists read a moment per row.
        if dialect.name == "sqlite":
            return lambda stored: stored and datetime.fromisoformat(stored + "+00:00")
        return lambda stored: stored and stored.astimezone(UTC)


class _IsoText(TypeDecorator[str]):
    impl = Text
    cache_ok = True

    def result_processor(self, dialect: Any, coltype: object) -> Callable[[Any], str]:
        return lambda held: f"{held[:10]}T{held[11:].removesuffix('.000000')}+00:00" if held else ""


class _IsoMoment(FunctionElement[str]):
    """A moment in UTC, with six digits behind the second: what SQLite holds, and what PostgreSQL makes of it."""

    inherit_cache = True
    type = _IsoText()


@compiles(_IsoMoment, "sqlite")
def _as_held(element: Any, compiler: Any, **how: Any) -> str:
    return str(compiler.process(element.clauses, **how))


@compiles(_IsoMoment, "postgresql")
def _in_utc(element: Any, compiler: Any, **how: Any) -> str:
    return f"to_char(timezone('UTC', {compiler.process(element.clauses, **how)}), 'YYYY-MM-DD HH24:MI:SS.US')"


def iso(moment: Any) -> ColumnElement[str]:
    """A moment that is only passed on: read as its ISO 8601 text in UTC, as `datetime.isoformat` has it; "" for none."""
    return _IsoMoment(moment)


def now() -> datetime:
    """The current time in UTC; only units of work ask for it, verbs get it as `now=`."""
    return datetime.now(UTC)


def make_engine(url: str) -> Engine:
    """An engine for SQLite (write-ahead log, foreign keys on) or PostgreSQL (psycopg 3).

    Drivers never begin a transaction of their own: units that write begin one, units that read need none.
    """
    # The connection used last is taken first: it is awake, and its statements are prepared.
    pool = {"pool_size": 16, "max_overflow": 8, "pool_use_lifo": True}
    engine = _sqlite(url, pool) if url.startswith("sqlite") else _postgresql(url, pool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        options = connection.get_execution_options()
        if not options.get("reads"):
            # On SQLite a unit that will write takes the write lock first, so that two never upgrade into a deadlock.
            immediate = options.get("writes") and engine.dialect.name == "sqlite"
            connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _sqlite(url: str, pool: dict[str, Any]) -> Engine:
    if path := url.removeprefix("sqlite:///"):
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 15}, **pool)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
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

    return engine


def _postgresql(url: str, pool: dict[str, Any]) -> Engine:
    engine = create_engine(url, **pool)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.autocommit = True

    @event.listens_for(engine, "checkin")
    def _rest(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _wake(connection: Any, record: Any, _proxy: Any) -> None:
        # Asking whether the server still listens costs a round trip: only after a rest, in which it may have gone.
        if monotonic() - record.info.get("rests_since", monotonic()) > DOZES_OFF:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error:
                raise DisconnectionError from None  # the pool tries another one

    return engine


_used: Engine | None = None


def use(engine: Engine | None) -> None:
    """Let units of work run on this engine from now on; None returns to the one of the settings."""
    global _used
    _used = engine
    configuration.reset()


def engine() -> Engine:
    """The engine of this process: the one in use, else one made from the settings."""
    return _used or _from_settings()


@functools.cache
def _from_settings() -> Engine:
    return make_engine(settings().database)


def transact(fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a unit that may write, here and now: commit at the end, roll back on any error."""
    with configuration.held(), Session(_writes_of(engine()), expire_on_commit=False) as session:
        result = fn(session, *args, **kwargs)
        session.commit()
        return result


def read(fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a unit that only reads, here and now. Each statement sees what is committed when it runs."""
    reading = _Reading(reads_of(engine()), autoflush=False, expire_on_commit=False)
    with configuration.held(), reading as session:
        return fn(session, *args, **kwargs)


class _Reading(Session):
    """A session without a transaction, in which nothing can be written by mistake."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        raise RuntimeError("A unit that only reads has nothing to write.")


@functools.lru_cache(4)
def _writes_of(engine: Engine) -> Engine:
    return engine.execution_options(writes=True)


class _Reads(Engine):
    """The connections of an engine without its listeners: none of them has to be asked, at every turn of every statement."""

    def __init__(self, whole: Engine) -> None:
        self.whole = whole
        super().__init__(whole.pool, whole.dialect, whole.url)

    @property
    def pool(self) -> Pool:
        return self.whole.pool  # another one after `dispose`

    @pool.setter
    def pool(self, _pool: Pool) -> None:
        pass


@functools.lru_cache(4)
def reads_of(engine: Engine) -> Engine:
    """The engine of units that only read, which need no transaction: on connections of the same pool."""
    return _Reads(engine)


async def run(fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
    """`transact` in a thread: blocking calls in a handler would stall every user."""
    return await asyncio.get_running_loop().run_in_executor(POOL, functools.partial(transact, fn, *args, **kwargs))


async def look(fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
    """`read` in a thread."""
    return await asyncio.get_running_loop().run_in_executor(POOL, functools.partial(read, fn, *args, **kwargs))


_begun: set[asyncio.Future[Any]] = set()


def later(fn: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> None:
    """`run` for small notes on the side, without waiting: somebody who only reads must not wait for a long write.

    What goes wrong is told in the log and forgotten; the next visit makes the same note.
    """
    task = asyncio.ensure_future(run(fn, *args, **kwargs))
    _begun.add(task)
    task.add_done_callback(_ended)


def _ended(task: asyncio.Future[Any]) -> None:
    _begun.discard(task)
    if not task.cancelled() and (problem := task.exception()):
        log.warning("a note on the side was not written: %s", problem)


async def settled() -> None:
    """Wait until all that was begun by `later` is done."""
    await asyncio.gather(*_begun, return_exceptions=True)
