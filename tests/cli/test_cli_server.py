"""`rxcrm migrate`, `demo`, `build`, `serve`, and what a machine can have against them (issue 2, part 1)."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from rxcrm import __version__, serve
from rxcrm.models import db, demo, setup
from rxcrm.models.account import Account
from rxcrm.models.lead import Lead
from rxcrm.models.people import User
from rxcrm.settings import settings
from tests.cli.conftest import Run, dump
from tests.models.import_files import EXAMPLES, shared


@contextmanager
def somebody_listening() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def choose(monkeypatch: pytest.MonkeyPatch, **chosen: object) -> None:
    for name, value in chosen.items():
        monkeypatch.setenv(f"RXCRM_{name.upper()}", str(value))
    settings.cache_clear()


# -- migrate ---------------------------------------------------------------------------------------------------------


def test_migrating_twice_is_harmless(run: Run) -> None:
    first, again = run("migrate"), run("migrate")
    assert first.code == again.code == 0
    assert first.out.startswith("Applied: 0001") and again.out == "The database is up to date.\n"
    assert (settings().data_dir / "rxcrm.db").is_file()


@pytest.mark.usefixtures("house")
def test_migrating_keeps_what_is_there(run: Run) -> None:
    before = db.read(dump)
    assert run("migrate").out == "The database is up to date.\n"
    assert db.read(dump) == before


def test_a_database_of_a_newer_version_is_left_alone(run: Run, house: Engine) -> None:
    with house.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert "made by a newer version of rxcrm" in run("migrate").err
    said = run("user", "list")
    assert said.code == 1 and "not of this version" in said.err


# -- a database that is not ready, or not there ----------------------------------------------------------------------

NEEDS_DATABASE = [("user", "list"), ("user", "add", "zoe@contoso.com"), ("import", str(EXAMPLES / "leads.xlsx"))]


@pytest.mark.parametrize("words", NEEDS_DATABASE, ids=" ".join)
def test_before_the_set_up_a_command_says_how_to_begin(run: Run, words: tuple[str, ...]) -> None:
    said = run(*words)
    assert said.code == 1 and said.err.startswith("Nobody has set rxcrm up yet.") and not said.out


def test_the_settings_can_set_it_up(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    choose(monkeypatch, admin_email="ada@contoso.com", admin_password="correct horse battery")
    said = run("user", "list")
    assert said.code == 0 and "ada@contoso.com" in said.out


@pytest.mark.parametrize("words", [("migrate",), ("demo",), *NEEDS_DATABASE], ids=" ".join)
def test_an_unreachable_database_is_named_without_its_password(
    run: Run, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, database_url="postgresql://u:secret@127.0.0.1:1/x")
    said = run(*words)
    assert said.code == 1 and "127.0.0.1:1/x cannot be used: " in said.err and "RXCRM_DATABASE_URL" in said.err
    assert "secret" not in said.out + said.err


def test_a_database_file_that_is_none(run: Run) -> None:
    settings().data_dir.mkdir()
    (settings().data_dir / "rxcrm.db").write_bytes(b"something else" * 100)
    said = run("migrate")
    assert said.code == 1 and "file is not a database" in said.err and "RXCRM_DATA_DIR" in said.err


def test_a_data_folder_that_is_a_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").touch()
    choose(monkeypatch, data_dir=tmp_path / "taken")
    said = run("migrate")
    assert said.code == 1 and f"rxcrm cannot use {tmp_path / 'taken'}" in said.err and "RXCRM_DATA_DIR" in said.err


def test_a_defect_keeps_its_trace(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a defect")

    monkeypatch.setattr(serve, "is_built", broken)
    with pytest.raises(KeyError, match="a defect"):
        run("build")


# -- demo ------------------------------------------------------------------------------------------------------------


def test_demo_sets_up_an_empty_database_and_fills_it(run: Run) -> None:
    said = run("demo")
    assert said.code == 0 and "Sign in as demo@example.com" in said.out
    told = "eight users, thirty accounts, eighty leads, two dozen opportunities"
    assert told in said.out
    counts = [
        db.read(lambda s, t=table: s.exec(select(func.count()).select_from(t)).one()) for table in (Account, Lead)
    ]
    assert counts == [31, 80]
    assert len(demo.COUNTRIES) == 12, "the help says twelve"
    assert db.read(lambda s: s.exec(select(func.count()).select_from(User)).one()) == 8 + 1


def test_demo_twice_is_refused_and_changes_nothing(run: Run) -> None:
    run("demo")
    before = db.read(dump)
    said = run("demo")
    assert said.code == 1 and said.err == "The sample data is in this database already.\n" and not said.out
    assert db.read(dump) == before


@pytest.mark.usefixtures("house")
def test_demo_joins_what_is_there_and_tells_no_password(run: Run) -> None:
    said = run("demo", "--as", "ada@contoso.com")
    assert said.code == 0 and "Password" not in said.out
    assert not db.read(setup.is_needed)


def test_demo_that_is_to_be_served_looks_at_the_port_first(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with somebody_listening() as port:
        choose(monkeypatch, host="127.0.0.1", port=port)
        said = run("demo", "--serve")
    assert said.code == 1 and f"Port {port} is in use." in said.err
    assert not (settings().data_dir / "rxcrm.db").exists()


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("name", ["leads.xlsx", "leads-windows-1252.csv", "leads-2003.xml"])
def test_the_examples_come_in_without_a_rejected_row(run: Run, name: str) -> None:
    said = run("import", EXAMPLES / name)
    assert said.code == 0 and "Rejected 0" in " ".join(said.out.split())


@pytest.mark.usefixtures("house")
def test_a_published_file_comes_in(run: Run) -> None:
    said = run("import", shared("salesforce-demo-leads.csv"))
    assert said.code == 0 and "Rejected 0" in " ".join(said.out.split())


# -- build and serve -------------------------------------------------------------------------------------------------


def test_build_does_nothing_when_nothing_changed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "is_built", lambda: True)
    monkeypatch.setattr(serve, "_export", lambda: pytest.fail("built again"))
    assert run("build") == (0, "The front end is up to date.\n", "")


@pytest.mark.parametrize("words", [("serve",), ("serve", "--dev")], ids=" ".join)
def test_serving_on_a_port_in_use_is_refused_with_the_cure(
    run: Run, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    with somebody_listening() as port:
        choose(monkeypatch, host="127.0.0.1", port=port)
        said = run(*words)
    cure = f"Port {port} is in use. Stop what listens there, or choose another: RXCRM_PORT={port + 1} make run\n"
    assert said == (1, "", cure)


# -- the command itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [(), ("frobnicate",), ("serve", "--port", "80"), ("migrate", "now")])
def test_a_command_that_is_written_wrongly_ends_with_2(run: Run, words: tuple[str, ...]) -> None:
    said = run(*words)
    assert said.code == 2 and "usage: rxcrm" in said.err and not said.out


@pytest.mark.parametrize("words", [(), ("serve",), ("demo",), ("user",), ("user", "add"), ("import",)], ids=" ".join)
def test_every_command_has_help(run: Run, words: tuple[str, ...]) -> None:
    said = run(*words, "--help")
    assert said.code == 0 and said.out.startswith("usage: rxcrm")


@pytest.mark.parametrize("command", [["-m", "rxcrm.cli"], [str(Path(sys.executable).with_name("rxcrm"))]])
def test_both_ways_to_call_it_tell_the_version(command: list[str]) -> None:
    interpreter = [sys.executable] if command[0] == "-m" else []
    done = subprocess.run([*interpreter, *command, "--version"], cwd=serve.ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"rxcrm {__version__}\n")
