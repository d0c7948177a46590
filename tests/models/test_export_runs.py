"""Exports as runs: small ones at once, large ones by a job in a process of their own, files for a week (issue 5, part 3)."""

from __future__ import annotations

import asyncio
import os
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from rxcrm.models import db, jobs, notifying
from rxcrm.models.access import GRANTS, Privilege
from rxcrm.models.children import child
from rxcrm.models.errors import NotAllowed, NotFound
from rxcrm.models.exporting import background, rows, runs
from rxcrm.models.exporting.tables import ExportRun, ExportStatus
from rxcrm.models.exporting.wanted import ALL, CSV, Wanted
from rxcrm.models.job import Job, JobState
from rxcrm.models.people import User
from rxcrm.settings import settings
from rxcrm.worker import Worker
from tests.office import Office

EVERYTHING = Wanted(view="all", format=CSV)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A data folder of its own, for this process and for those that it starts."""
    monkeypatch.setenv("RXCRM_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def many(small_office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Four leads, which are too many to wait for."""
    return fill(small_office, monkeypatch)


def fill(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(runs, "AT_ONCE", 3)
    for n in range(4):
        office.lead(topic=f"Lead {n}")
    return office


def begin(office: Office, wanted: Wanted = EVERYTHING, user: User | None = None) -> int:
    run = runs.begin(office.act(user or office.sara, db.now()), wanted)
    office.commit()
    return run.id or 0


def read(run_id: int) -> ExportRun:
    return db.read(lambda session: session.get_one(ExportRun, run_id))


def job_of(run_id: int) -> Job:
    run = read(run_id)
    return db.read(lambda session: session.get_one(Job, run.job_id))


def as_user(office: Office, user: User, verb: Any, *args: Any) -> Any:
    result = verb(office.act(user, db.now()), *args)
    office.commit()
    return result


def work(seconds: float = 120) -> None:
    """Let a worker do what is due."""

    async def story() -> None:
        worker = Worker()
        task = asyncio.create_task(worker.run())
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and await db.look(jobs.unfinished):
            await asyncio.sleep(0.05)
        await worker.stop()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(story())


def files() -> list[Path]:
    return sorted(runs.folder().iterdir())


def bells(office: Office, user: User) -> list[str]:
    return [line.text for line in notifying.page(office.act(user)).lines]


# -- small ones ------------------------------------------------------------------------------------------------------


def test_a_small_export_needs_no_job(office: Office) -> None:
    office.lead(topic="Racks")
    run_id = begin(office)
    runs.carry_out(run_id)
    run, path = as_user(office, office.sara, runs.download, run_id)
    assert (run.status, run.position, run.total, run.job_id) == ("done", 1, 1, None)
    assert run.file_name == f"All Leads {run.created_on:%Y-%m-%d}.csv" and run.size == path.stat().st_size
    assert "Racks" in path.read_text(encoding="utf-8-sig")
    assert path.stat().st_mode & 0o077 == 0 and bells(office, office.sara) == []


def test_what_is_done_is_not_done_again(office: Office) -> None:
    office.lead()
    run_id = begin(office)
    runs.carry_out(run_id)
    before = files()
    runs.carry_out(run_id)
    assert files() == before


def test_rows_are_counted_before_it_is_decided_who_waits(many: Office) -> None:
    ids = tuple(range(1, 4))
    assert read(begin(many, Wanted(ids=ids))).job_id is None
    assert read(begin(many)).job_id is not None


# -- large ones ------------------------------------------------------------------------------------------------------


def test_a_large_export_is_made_by_another_process_and_the_bell_rings(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = fill(office, monkeypatch)
    run_id = begin(many)
    assert read(run_id).status == ExportStatus.WAITING.value
    work()
    run = read(run_id)
    assert (run.status, run.position, run.total, run.message) == ("done", 4, 4, {})
    assert job_of(run_id).state == JobState.DONE.value
    assert bells(many, many.sara) == [f"Your export “{run.file_name}” is ready."]
    lines = notifying.page(many.act(many.sara)).lines
    assert lines[0].url == "/exports"
    _, path = as_user(many, many.sara, runs.download, run_id)
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) == 5


def test_it_holds_what_its_maker_may_see_when_it_is_made(many: Office) -> None:
    run_id = begin(many, user=many.olaf)
    many.settle(private=True)
    many.commit()
    work()
    run = read(run_id)
    assert (run.status, run.total) == ("done", 0)


def test_who_lost_the_privilege_meanwhile_gets_nothing_but_a_reason(
    many: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = begin(many)
    for roles in GRANTS.values():
        for role in roles:
            monkeypatch.setitem(roles, role, {k: d for k, d in roles[role].items() if k != ("", Privilege.EXPORT)})
    runs.carry_out(run_id)
    run = read(run_id)
    assert run.status == "failed" and run.message["message"] == "Your role may not export records."
    assert files() == [] and bells(many, many.sara) == [f"Your export “{run.file_name}” failed."]


def test_canceling_takes_the_job_and_the_file_along(many: Office) -> None:
    run_id = begin(many)
    as_user(many, many.sara, runs.cancel, run_id)
    assert (read(run_id).status, job_of(run_id).state) == ("canceled", "canceled")
    runs.carry_out(run_id)
    assert files() == []
    with pytest.raises(NotAllowed, match="ended already"):
        as_user(many, many.sara, runs.cancel, run_id)


def test_canceling_in_the_midst_of_it_leaves_no_file(many: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = begin(many)
    monkeypatch.setattr(rows, "BATCH", 1)
    monkeypatch.setattr(runs, "NOTED", 0)
    seen: list[int] = []
    change = runs._change

    def meanwhile(session: Session, /, *args: Any, **values: Any) -> bool:
        seen.append(values.get("position", 0))
        if len(seen) == 2:
            run = session.get_one(ExportRun, run_id)
            run.status = ExportStatus.CANCELED.value
            session.flush()
        return change(session, *args, **values)

    monkeypatch.setattr(runs, "_change", meanwhile)
    runs.carry_out(run_id)
    assert (read(run_id).status, files(), len(seen)) == ("canceled", [], 2)


def test_an_administrator_cancels_the_job_and_the_export_ends_with_it(many: Office) -> None:
    from rxcrm.models import job_board

    run_id = begin(many)
    as_user(many, many.ada, job_board.cancel, read(run_id).job_id)
    assert read(run_id).status == "canceled"


def test_a_process_that_dies_is_followed_by_another(many: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = begin(many)
    started: list[str] = []

    @asynccontextmanager
    async def first_dies(*command: str) -> AsyncIterator[Process]:
        async with child(*command) as process:
            started.append(command[-1])
            if len(started) == 1:
                process.kill()
                await process.wait()
            yield process

    monkeypatch.setattr(background, "child", first_dies)
    monkeypatch.setattr(jobs, "FIRST_WAIT", 0.01)
    work()
    assert (read(run_id).status, len(started)) == ("done", 2)
    assert len(files()) == 1


def test_what_a_dead_process_left_is_cleared_by_the_next(many: Office) -> None:
    run_id = begin(many)
    left = db.transact(runs._take, run_id)
    assert left is not None and left.path.exists()
    runs.carry_out(run_id)
    assert not left.path.exists() and len(files()) == 1
    assert not db.transact(runs._change, run_id, left.path.name, position=9)


def test_it_gives_up_with_a_sentence_in_the_list(many: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = begin(many)

    monkeypatch.setattr(background, "child", lambda *command: child("rxcrm.no_such_module"))
    monkeypatch.setattr(jobs, "FIRST_WAIT", 0.001)
    monkeypatch.setattr(jobs, "MOST_ATTEMPTS", 2)
    work()
    run = read(run_id)
    assert run.status == "failed" and "stopped before its end" in run.message["message"]
    assert bells(many, many.sara) == [f"Your export “{run.file_name}” failed."]


# -- whose it is -----------------------------------------------------------------------------------------------------


def test_only_its_maker_and_administrators_get_the_file(office: Office) -> None:
    office.lead()
    run_id = begin(office)
    runs.carry_out(run_id)
    for user in (office.sara, office.ada):
        assert as_user(office, user, runs.download, run_id)
        assert [run.id for run, _ in as_user(office, user, runs.listed)] == [run_id]
    for user in (office.tom, office.mia, office.vera):
        assert as_user(office, user, runs.listed) == []
        for verb in (runs.download, runs.cancel, runs.forget_file):
            with pytest.raises(NotFound):
                verb(office.act(user, db.now()), run_id)
    for nonsense in (0, -1, run_id + 1, 2**70):
        with pytest.raises(NotFound):
            runs.download(office.act(office.ada, db.now()), nonsense)


def test_files_go_after_a_week_and_it_is_remembered_that_they_were_there(office: Office) -> None:
    office.lead()
    run_id = begin(office)
    runs.carry_out(run_id)
    stray = runs.folder() / "stray.csv"
    stray.touch()
    os.utime(stray, (0, 0))
    later = db.now() + timedelta(days=8)
    with pytest.raises(NotFound, match="7 days"):
        runs.download(office.act(office.sara, later), run_id)
    office.commit()
    assert db.transact(runs.sweep, later) == 2
    assert files() == [] and read(run_id).status == "done"
    db.transact(runs.sweep, db.now() + timedelta(days=366))
    assert db.read(lambda session: session.exec(select(ExportRun)).all()) == []


def test_what_a_server_was_making_when_it_stopped_is_written_down_as_failed(office: Office) -> None:
    run_id = begin(office)
    db.transact(runs._take, run_id)
    assert db.transact(runs.sweep, db.now()) == 0 and read(run_id).status == "running"
    db.transact(runs.sweep, db.now() + timedelta(hours=2))
    assert (read(run_id).status, read(run_id).message["message"], files()) == ("failed", runs.BROKEN, [])


def test_a_disk_that_is_full_leaves_no_file(small_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    small_office.lead()
    run_id = begin(small_office)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rxcrm.models.exporting.delimited.CsvWriter.write", full)
    with pytest.raises(OSError, match="No space"):
        runs.carry_out(run_id)
    assert files() == []


def test_a_file_can_be_deleted_before_its_time(office: Office) -> None:
    office.lead()
    run_id = begin(office)
    with pytest.raises(NotAllowed, match="Cancel it instead"):
        as_user(office, office.sara, runs.forget_file, run_id)
    office.session.rollback()
    runs.carry_out(run_id)
    as_user(office, office.sara, runs.forget_file, run_id)
    assert files() == [] and read(run_id).status == "done"


def test_every_field_of_many_is_exported_by_the_process_too(many: Office) -> None:
    run_id = begin(many, Wanted(view="all", which=ALL))
    work()
    assert read(run_id).status == "done"
