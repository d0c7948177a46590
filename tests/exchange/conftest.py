"""Servers of contacts on the loopback: Microsoft's (ours, over TLS) and a real Radicale."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from rxcrm.models import db, jobs
from rxcrm.models.errors import CrmError
from rxcrm.models.exchange import accounts, graph, reaching, registering, secrets, working  # noqa: F401  (its handlers)
from rxcrm.models.exchange.accounts import Shown
from rxcrm.models.exchange.tables import ContactFolder
from rxcrm.models.job import Job, JobState
from rxcrm.models.people import User
from rxcrm.settings import settings
from tests.exchange.graph_server import CLIENT, SECRET, TENANT, Mailbox, serving
from tests.office import Office
from tests.server import free_port


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """Set RXCRM_* for this test: `choose(ca_file=…)`. Everything is kept in a folder of its own."""

    def put(**chosen: object) -> None:
        for name, value in chosen.items():
            monkeypatch.setenv(f"RXCRM_{name.upper()}", str(value))
        settings.cache_clear()

    for name in ("SECRET_KEY", "CA_FILE", "GRAPH_URL", "LOGIN_URL"):
        monkeypatch.delenv(f"RXCRM_{name}", raising=False)
    put(data_dir=tmp_path)
    secrets._from_file.cache_clear()
    yield put
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def microsoft(choose: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """Microsoft with an empty mailbox, where the settings say; errors are taken for errors at once."""
    monkeypatch.setattr(graph, "RETRIES", (0, 0))
    with serving(Mailbox(tmp_path)) as mailbox:
        choose(ca_file=mailbox.ca_file, graph_url=f"{mailbox.url}/v1.0", login_url=mailbox.url)
        yield mailbox


class Desk:
    """Somebody with contact sources: puts work off, and lets it be done at once."""

    def __init__(self, office: Office) -> None:
        self.office, self.user = office, office.sara
        office.commit()

    def do(self, fn: Any, *args: Any, user: User | None = None, **more: Any) -> Any:
        """One unit of work of this user, committed."""
        found = fn(self.office.act(user or self.user), *args, **more)
        self.office.commit()
        return found

    def register(self, **typed: str) -> None:
        """Ada enters the app registration."""
        self.do(
            registering.save, {"tenant": TENANT, "client_id": CLIENT, "secret": SECRET, **typed}, user=self.office.ada
        )

    def work(self, most: int = 10) -> None:
        """Do what was put off, one after the other, until nothing waits; waiting times are passed over."""
        asyncio.run(self._work(most))
        self.office.session.expire_all()

    async def _work(self, most: int) -> None:
        for _ in range(most):
            later = db.now().replace(year=db.now().year + 1)
            job, _topics = await db.run(jobs.take, "tester", later)
            if job is None:
                return
            await self.do_one(job)

    async def do_one(self, job: Job) -> None:
        try:
            await jobs.KINDS[job.kind].handle(job)
        except CrmError as refusal:
            await db.run(jobs.fail, job.id or 0, "tester", refusal, db.now())
        else:
            await db.run(jobs.finish, job.id or 0, "tester", db.now())

    def see(self, number: int) -> Shown:
        """A source as its owner sees it now."""
        self.office.session.expire_all()
        found = next(s for s in accounts.mine(self.office.act(self.user)) if s.id == number)
        self.office.commit()
        return found

    def folders(self, number: int) -> list[ContactFolder]:
        found = accounts.folders(self.office.act(self.user), number)
        self.office.commit()
        return found

    def fetch(self, number: int, *names: str, **more: Any) -> Shown:
        """Fetch folders by name, or all of them."""
        chosen = [f.id for f in self.folders(number) if not names or f.name in names]
        self.do(accounts.fetch, number, chosen, "contact", **more)
        self.work()
        return self.see(number)

    def job(self, number: int) -> Job:
        self.office.session.expire_all()
        return self.office.session.exec(select(Job).where(Job.id == number)).one()

    def unfinished(self) -> list[Job]:
        self.office.session.expire_all()
        waiting = (JobState.WAITING.value, JobState.RUNNING.value)
        return list(self.office.session.exec(select(Job).where(Job.state.in_(waiting))))  # type: ignore[attr-defined]


@pytest.fixture
def desk(small_office: Office, choose: Any) -> Desk:
    return Desk(small_office)


@pytest.fixture
def any_desk(office: Office, choose: Any) -> Desk:
    """The same on SQLite and on PostgreSQL."""
    return Desk(office)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that do not answer within a moment are too slow."""
    monkeypatch.setattr(reaching, "SILENCE", 0.5)
    monkeypatch.setattr(reaching, "CONNECT", 2.0)


# -- Radicale --------------------------------------------------------------------------------------------------------

PASSWORD = "p@ss/word:1"


class Books:
    """A Radicale and its files. Its users are ada and sara."""

    def __init__(self, home: Path, port: int, scheme: str = "http") -> None:
        self.home, self.url = home, f"{scheme}://localhost:{port}/"

    def book(self, name: str, *cards: str, user: str = "sara", folder: str = "") -> Path:
        """An address book with vCards in it."""
        path = self.home / "collections" / "collection-root" / user / (folder or name.lower())
        path.mkdir(parents=True, exist_ok=True)
        (path / ".Radicale.props").write_text(f'{{"tag": "VADDRESSBOOK", "D:displayname": "{name}"}}')
        for card in cards:
            self.put(path, card)
        return path

    @staticmethod
    def put(path: Path, card: str) -> None:
        """Put a vCard into a book, in the place of one with the same UID."""
        uid = next(line for line in card.splitlines() if line.startswith("UID:")).removeprefix("UID:")
        (path / f"{uid}.vcf").write_bytes(card.replace("\n", "\r\n").encode())


def card(uid: str, given: str, family: str, *more: str) -> str:
    """A vCard 3.0."""
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"UID:{uid}",
        f"FN:{given} {family}",
        f"N:{family};{given};;;",
        *more,
        "END:VCARD",
        "",
    ]
    return "\n".join(lines)


_CONFIG = """
[server]
hosts = localhost:{port}
max_content_length = 100000000
{tls}
[auth]
type = htpasswd
htpasswd_filename = {home}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {home}/collections
[web]
type = none
[logging]
level = warning
"""


@pytest.fixture
def radicale(tmp_path: Path) -> Iterator[Books]:
    """A Radicale over plain HTTP on the loopback."""
    with _radicale(tmp_path / "radicale", "") as books:
        yield books


def start_radicale(home: Path, port: int, tls: str) -> subprocess.Popen[bytes]:
    home.mkdir(parents=True, exist_ok=True)
    (home / "users").write_text(f"ada:{PASSWORD}\nsara:{PASSWORD}\n")
    (home / "config").write_text(_CONFIG.format(port=port, home=home, tls=tls))
    with (home / "log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "radicale", "--config", str(home / "config")], stdout=log, stderr=log
        )


class _radicale:
    def __init__(self, home: Path, tls: str) -> None:
        self.home, self.tls, self.port = home, tls, free_port()

    def __enter__(self) -> Books:
        self.process = start_radicale(self.home, self.port, self.tls)
        deadline = time.monotonic() + 30
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("localhost", self.port), 1).close()
                return Books(self.home, self.port, "https" if self.tls else "http")
            except OSError:
                time.sleep(0.05)
        self.__exit__()
        pytest.fail(f"Radicale did not start: {(self.home / 'log').read_text()[-2000:]}")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.home, ignore_errors=True)
