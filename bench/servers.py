"""Databases of the benchmark's own: SQLite files, and a PostgreSQL server that lives as long as the run."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

#: What one would set on a machine with 4 GB for the database; everything else stays as PostgreSQL ships it.
TUNING = {"shared_buffers": "1GB", "maintenance_work_mem": "512MB", "max_wal_size": "4GB", "random_page_cost": "1.1"}


class NoPostgres(Exception):
    """PostgreSQL's programs are not on this machine."""


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The address of a fresh server under `folder`; it is stopped and its data removed at the end."""
    data = folder / "postgres"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    user = _hand_over(folder, data)
    port = _free_port()
    _call(["initdb", "-D", str(data), "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"], user)
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": str(data), **TUNING}
    settings = [f"--{name}={value}" for name, value in options.items()]
    with (folder / "postgres.log").open("w") as log:
        server = subprocess.Popen(
            [_program("postgres"), "-D", str(data), *settings],
            stdout=log,
            stderr=log,
            user=user,
            start_new_session=True,
        )
    try:
        _wait(server, port)
        yield f"postgresql+psycopg://bench@127.0.0.1:{port}/postgres"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)
        shutil.rmtree(data, ignore_errors=True)


def _hand_over(folder: Path, data: Path) -> str | None:
    """PostgreSQL refuses to run as root: then the folder goes to an unprivileged user, whose name is returned."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(data, user)
    folder.chmod(0o755)
    return user


def _program(name: str) -> str:
    found = shutil.which(name) or next(map(str, sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))), None)
    if found is None:
        raise NoPostgres(f"There is no {name} on this machine: install PostgreSQL 15 or newer.")
    return found


def _call(command: list[str], user: str | None) -> None:
    done = subprocess.run([_program(command[0]), *command[1:]], user=user, capture_output=True, text=True, cwd="/")
    if done.returncode:
        raise NoPostgres(done.stderr)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(200):
        if server.poll() is not None:
            raise NoPostgres("PostgreSQL did not start; its words are in postgres.log.")
        try:
            psycopg.connect(f"host=127.0.0.1 port={port} user=bench dbname=postgres", connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise NoPostgres("PostgreSQL did not answer within 20 s.")
