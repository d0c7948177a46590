"""A real server for tests: the production build on a free loopback port, with a database of its own."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Self

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from rxcrm import serve
from rxcrm.models import db
from rxcrm.models.migrating import migrate
from rxcrm.models.people import User
from tests.office import Office


def free_port() -> int:
    """A port of the loopback interface that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def build_once() -> None:
    """Build the front end unless it is up to date; one process at a time."""
    if os.environ.get("RXCRM_TESTS_AS_BUILT"):
        return  # while somebody works on one test, the last build is good enough
    with (serve.ROOT / ".build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        serve.build()


def furnished(data: Path) -> None:
    """A database in a data folder with the cast in it; everybody has the cast's password."""
    data.mkdir(parents=True, exist_ok=True)
    engine = db.make_engine(f"sqlite:///{data / 'rxcrm.db'}")
    migrate(engine)
    Office.furnish(engine)
    with Session(engine.execution_options(writes=True)) as session:
        users = session.exec(select(User)).all()
        known = next(u.password_hash for u in users if u.name == "Ada")
        for user in users:
            user.password_hash = known
        session.commit()
    engine.dispose()


class Server:
    """A server process. `url` is its address, `data` its folder; `office()` opens its database beside it."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data, self.port = data, free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = data / "server.log"
        self.settings = {f"RXCRM_{name.upper()}": value for name, value in settings.items()}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Start and wait until it answers."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RXCRM_")}
        environment = {
            **kept,
            "RXCRM_DATA_DIR": str(self.data),
            "RXCRM_PORT": str(self.port),
            "RXCRM_HOST": "127.0.0.1",
            **self.settings,
        }
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from rxcrm import serve; serve.serve(as_built=True)"],
                cwd=serve.ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=2):
                    return self
            except OSError:
                time.sleep(0.1)
        pytest.fail(f"the server did not start:\n{self.log.read_text()[-3000:]}")

    def stop(self) -> None:
        """Stop it by its own process id."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)

    def engine(self) -> Engine:
        """The server's database, opened beside it."""
        return db.make_engine(f"sqlite:///{self.data / 'rxcrm.db'}")


def chromium() -> str:
    """Path of an installed Chromium or Chrome."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    found = os.environ.get("RXCRM_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        sentence = "No Chromium or Chrome is installed: apt install chromium"
        pytest.fail(sentence) if os.environ.get("CI") == "true" else pytest.skip(sentence)
    return str(found)
