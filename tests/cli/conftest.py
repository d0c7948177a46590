"""The command line against databases of its own, in this process: `run` types a command, and tells what came of it."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, select

from rxcrm.cli import main
from rxcrm.models import db
from rxcrm.models.people import User
from rxcrm.settings import settings


class Said(NamedTuple):
    """The exit code and what the two streams hold."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No setting but the data folder, nobody at the keyboard, and engines made anew from the settings."""
    for name in os.environ:
        if name.startswith("RXCRM_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("RXCRM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    _forget()
    yield
    db.use(None)
    _forget()


def _forget() -> None:
    settings.cache_clear()
    db._from_settings.cache_clear()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("user", "list")`; `typed` is what comes in through a pipe. A trace would be an exception here."""

    def run(*words: object, typed: str = "") -> Said:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = Said(code, *capsys.readouterr())
        assert "Traceback" not in said.out + said.err
        return said

    return run


@pytest.fixture
def house(sqlite: Engine) -> Engine:
    """The database with the cast: the commands work on it."""
    db.use(sqlite)
    return sqlite


def user(name: str) -> User:
    """One of the cast, as the database has him now."""
    return db.read(lambda session: session.exec(select(User).where(User.name == name)).one())


def dump(session: Session) -> dict[str, list[Any]]:
    """Every row of every table."""
    return {t.name: [tuple(r) for r in session.execute(t.select())] for t in SQLModel.metadata.sorted_tables}
