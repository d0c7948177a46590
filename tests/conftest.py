"""Real databases for every test that needs one: a SQLite file and a PostgreSQL server that the session starts itself.

Migrations run and the cast signs on once per session and database; tests begin with a copy of that.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine, event

from rxcrm.models import db, login
from rxcrm.models.migrating import migrate
from tests.kept import Kept
from tests.office import Office
from tests.server import free_port


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """The same hash with little work: the real cost, times hundreds of tests, would be minutes."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(login, "_HASHER", cheap)
        login._decoy.cache_clear()  # reckoned by the cheap hasher when it is needed
        yield


SQLITE, POSTGRES = "sqlite", "postgresql"
BOTH = [SQLITE, pytest.param(POSTGRES, marks=pytest.mark.postgres)]
#: A throw-away server need not survive a power cut.
CARELESS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=120", "autovacuum=off"]


# -- PostgreSQL ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Address of a PostgreSQL server of this session, without the database's name: append one."""
    if (bin_dir := _postgres_programs()) is None:
        sentence = "PostgreSQL is not installed: apt install postgresql"
        pytest.fail(sentence) if os.environ.get("CI") == "true" else pytest.skip(sentence)
    home = Path(tempfile.mkdtemp(prefix="rxcrm-pg-", dir="/tmp"))
    server = None
    try:
        identity = _somebody_unprivileged(home)
        initdb = [bin_dir / "initdb", "-D", home / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([*initdb, "--locale=C"], check=True, capture_output=True, cwd="/", **identity)
        port = _free_port()
        options = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={home}", *CARELESS]
        with (home / "log").open("w") as log:
            server = subprocess.Popen(
                [bin_dir / "postgres", "-D", home / "data", *(word for o in options for word in ("-c", o))],
                stdout=log,
                stderr=log,
                cwd="/",
                **identity,
            )
        _wait_for(server, port, home / "log")
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/"
    finally:
        if server:
            server.send_signal(signal.SIGINT)  # the server's "fast shutdown"
            server.wait(30)
        shutil.rmtree(home, ignore_errors=True)


def _postgres_programs() -> Path | None:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]), reverse=True)
    found = installed[0] if installed else shutil.which("initdb")
    return Path(found).parent if found else None


def _somebody_unprivileged(home: Path) -> dict[str, object]:
    """Who the server runs as: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    names = {p.pw_name: p for p in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    os.chown(home, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while server.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    pytest.fail(f"PostgreSQL did not start: {log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def postgres_run(postgres: str) -> Callable[[str], None]:
    """Run one statement on the server, outside any transaction."""

    def run(statement: str) -> None:
        address = postgres.replace("+psycopg", "") + "postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement)

    return run


# -- databases -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with the cast in it."""
    path = tmp_path_factory.mktemp("template") / "office.db"
    engine = db.make_engine(f"sqlite:///{path}")
    migrate(engine)
    Office.furnish(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: str, postgres_run: Callable[[str], None]) -> str:
    """The name of a migrated PostgreSQL database with the cast in it."""
    postgres_run("CREATE DATABASE office_template")
    engine = db.make_engine(postgres + "office_template")
    migrate(engine)
    Office.furnish(engine)
    engine.dispose()
    return "office_template"


class _Copies:
    """A PostgreSQL database made from the template, in which what a test has committed is put back for the next one.

    That costs a tenth of a new copy. All have one name and one engine: what SQLAlchemy compiled for a test, the next need
    not compile.
    """

    name = "office_copy"
    #: Tests after which a new copy is made: nobody sweeps up the rows that were put back.
    lasts = 60

    def __init__(self, server: str, template: str, run: Callable[[str], None]) -> None:
        self.address, self.template, self.run = server.replace("+psycopg", "") + self.name, template, run
        self.engine = db.make_engine(server + self.name)
        self.used, self.kept, self.rest = False, None, 0
        event.listen(self.engine, "commit", self._note)

    def clean(self) -> Engine:
        if self.used and self.rest:
            self.engine.dispose()
            with psycopg.connect(self.address, autocommit=True) as connection:
                self.rest = self.rest - 1 if self.kept and self.kept.put_back(connection) else 0
        if not self.rest:
            self.drop()
            self.run(f"CREATE DATABASE {self.name} TEMPLATE {self.template}")
            with psycopg.connect(self.address, autocommit=True) as connection:
                self.kept, self.rest = Kept(connection), self.lasts
        self.used = False
        return self.engine

    def _note(self, _connection: object) -> None:
        self.used = True

    def drop(self) -> None:
        self.engine.dispose()
        self.run(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_copies(postgres: str, postgres_template: str, postgres_run: Callable[[str], None]) -> Iterator[_Copies]:
    copies = _Copies(postgres, postgres_template, postgres_run)
    yield copies
    copies.drop()


@pytest.fixture(scope="session")
def sqlite_copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The engine of the file that every test finds as the cast left it; it keeps what was compiled, as above."""
    engine = db.make_engine(f"sqlite:///{tmp_path_factory.mktemp('copy') / 'office.db'}")
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite(sqlite_template: Path, sqlite_copy: Engine) -> Engine:
    """A SQLite database with the cast, for this test alone."""
    sqlite_copy.dispose()
    file = Path(str(sqlite_copy.url.database))
    for rest in file.parent.iterdir():  # the log of a test that left a connection open is not the next one's
        rest.unlink()
    shutil.copyfile(sqlite_template, file)
    return sqlite_copy


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database with the cast; units of work of this test run on it."""
    if request.param == SQLITE:
        engine = request.getfixturevalue("sqlite")
    else:
        engine = request.getfixturevalue("postgres_copies").clean()
    db.use(engine)
    yield engine
    db.use(None)


@pytest.fixture
def office(database: Engine) -> Iterator[Office]:
    """The cast and its records, on SQLite and on PostgreSQL."""
    with Office(database) as office:
        yield office


@pytest.fixture
def small_office(sqlite: Engine) -> Iterator[Office]:
    """The same on SQLite alone, for rules that no database decides."""
    db.use(sqlite)
    with Office(sqlite) as office:
        yield office
    db.use(None)


@pytest.fixture(params=BOTH)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without any table."""
    with _new_database(request, tmp_path, "empty_office") as engine:
        yield engine


@pytest.fixture(scope="module", params=BOTH)
def blank(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A migrated database that nobody has set up; tests of one module share it and commit nothing."""
    with _new_database(request, tmp_path_factory.mktemp("blank"), "blank_office") as engine:
        migrate(engine)
        yield engine


@contextmanager
def _new_database(request: pytest.FixtureRequest, folder: Path, name: str) -> Iterator[Engine]:
    if request.param == SQLITE:
        engine = db.make_engine(f"sqlite:///{folder / name}.db")
        yield engine
        engine.dispose()
        return
    run = request.getfixturevalue("postgres_run")
    run(f"CREATE DATABASE {name}")
    engine = db.make_engine(request.getfixturevalue("postgres") + name)
    yield engine
    engine.dispose()
    run(f"DROP DATABASE {name} WITH (FORCE)")


# -- Redis -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Debian's redis-server on a free port of the loopback interface."""
    program = shutil.which("redis-server")
    if program is None:
        sentence = "Redis is not installed: apt install redis-server"
        pytest.fail(sentence) if os.environ.get("CI") == "true" else pytest.skip(sentence)
    port, home = free_port(), tmp_path_factory.mktemp("redis")
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(home)]
    with (home / "log").open("w") as log:
        process = subprocess.Popen([str(program), *options], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 15
        while process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        else:
            pytest.fail(f"Redis did not start: {(home / 'log').read_text()[-2000:]}")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(15)
