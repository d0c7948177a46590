"""Processes of our own know where the data is, and none outlives whoever waits for it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from rxcrm.models import children, db
from rxcrm.settings import settings
from tests.office import Office


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Modules of the test's own, which children find."""
    (tmp_path / "sleeper.py").write_text("import time\ntime.sleep(60)\n")
    (tmp_path / "listener.py").write_text(
        "import os\nprint(os.getpid(), flush=True)\nwhile os.read(0, 1): pass\nprint('end')\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("RXCRM_DATA_DIR", "data")
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def test_a_child_knows_the_database_and_the_data_folder_wherever_it_stands(office: Office, tmp_path: Path) -> None:
    told = children.environment()
    assert told["RXCRM_DATA_DIR"] == str(tmp_path / "data")
    assert told["RXCRM_DATABASE_URL"] == db.engine().url.render_as_string(hide_password=False)
    assert told["PATH"] == os.environ["PATH"]


def test_a_child_is_gone_when_its_block_ends(office: Office) -> None:
    async def begin() -> int:
        async with children.child("sleeper") as process:
            pid = process.pid
        assert process.returncode == -signal.SIGKILL
        return pid

    with pytest.raises(ProcessLookupError):
        os.kill(asyncio.run(begin()), 0)


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_child_that_talks_is_asked_to_stop_before_it_is_killed(office: Office, cancelled: bool) -> None:
    ended: list[int | None] = []

    async def talk() -> None:
        try:
            async with children.child("listener", talks=True, patience=20) as process:
                assert process.stdout
                assert int(await process.stdout.readline()) == process.pid
                if cancelled:
                    raise asyncio.CancelledError
        finally:
            ended.append(process.returncode)

    if cancelled:
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(talk())
    else:
        asyncio.run(talk())
    assert ended == [0]


def test_a_child_that_does_not_listen_is_killed_in_the_end(office: Office) -> None:
    async def talk() -> int | None:
        async with children.child("sleeper", talks=True, patience=0.2) as process:
            pass
        return process.returncode

    assert asyncio.run(talk()) == -signal.SIGKILL
