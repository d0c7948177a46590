"""Long imports in a process of their own: progress, being stopped, being killed, going on (issue 5, "Run")."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import func, select

from rxcrm import worker
from rxcrm.models import configuration, db, jobs
from rxcrm.models.children import environment
from rxcrm.models.history import History
from rxcrm.models.importing import recovering, running, undoing, weighing, wizard, work
from rxcrm.models.importing.books import ImportRun
from rxcrm.models.job import Job, JobState
from rxcrm.models.lead import Lead
from rxcrm.models.notification import Notification
from rxcrm.models.process import ProcessInstance
from rxcrm.models.records import Act
from rxcrm.models.shaping import customs
from rxcrm.settings import settings
from tests.models.import_files import csv_file, register
from tests.office import Office

ROWS = 4_000


@pytest.fixture(autouse=True)
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[set[str]]]:
    """Children see the same data folder; what open tabs are told."""
    monkeypatch.setenv("RXCRM_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    heard: list[set[str]] = []
    from rxcrm.state import live

    monkeypatch.setattr(live, "publish", lambda topics: heard.append(set(topics)))
    monkeypatch.setattr(worker, "LOOKS", 0.05)
    yield heard
    monkeypatch.undo()
    settings.cache_clear()


def prepared(office: Office, folder: Path, rows: int = ROWS) -> int:
    """An import that has been read and may begin."""
    office.commit()
    who = office.who(office.mia)
    path = csv_file(
        folder, [["Topic", "Last Name", "Email"], *([f"T{n}", f"L{n}", f"l{n}@x.com"] for n in range(rows))]
    )
    run = register(office, who, path)
    number = run.id or 0
    wizard.read(who, number, wizard.ReadOptions())
    return number


def run_of(number: int) -> ImportRun:
    return db.read(lambda session: session.get_one(ImportRun, number))


def figures(office: Office) -> tuple[int, int, int, int]:
    """Leads, different topics, entries of history, processes: four times the same if nothing is there twice."""
    office.commit()
    count = (func.count(Lead.id), func.count(func.distinct(Lead.topic)))  # type: ignore[arg-type]
    leads, topics = office.session.exec(select(*count)).one()
    entries = office.session.exec(select(func.count()).select_from(History)).one()
    begun = office.session.exec(select(func.count()).select_from(ProcessInstance)).one()
    office.commit()
    return leads, topics, entries, begun


def child(number: int, phase: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "rxcrm.models.importing.work", str(number), phase],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    )


def test_a_run_whose_process_is_killed_goes_on_and_no_row_is_lost_or_twice(office: Office, tmp_path: Path) -> None:
    number = prepared(office, tmp_path)
    running.begin_here(number)
    process = child(number, work.RUN)
    assert process.stdout
    for line in process.stdout:
        if json.loads(line).get("done", 0) >= 1_000:
            process.send_signal(signal.SIGKILL)
            break
    assert process.wait(120) == -signal.SIGKILL
    run = run_of(number)
    assert run.status == "running" and 1_000 <= run.rows < ROWS and figures(office)[0] == run.rows
    books = running.carry_out(number)
    assert (books.rows, books.created, books.balance) == (ROWS, ROWS, True)
    assert figures(office) == (ROWS,) * 4


def test_a_child_whose_server_is_gone_stops_and_leaves_a_run_that_can_go_on(office: Office, tmp_path: Path) -> None:
    number = prepared(office, tmp_path)
    running.begin_here(number)
    process = child(number, work.RUN)
    assert process.stdout and process.stdin
    process.stdout.readline()
    process.stdin.close()
    said = [json.loads(line) for line in process.stdout]
    assert process.wait(120) == 0 and said[-1] == {"end": "stopped"}
    assert run_of(number).status == "running" and run_of(number).rows < ROWS


def test_the_job_imports_in_a_process_of_its_own_and_tells_its_user(
    office: Office, tmp_path: Path, told: list[set[str]]
) -> None:
    number = prepared(office, tmp_path)
    mia = office.mia.id
    who = office.who(office.mia)
    office.commit()
    job = db.transact(lambda session: wizard.start(Act(session, who, db.now()), number).id or 0)

    async def work_off() -> None:
        async with worker.working(), asyncio.timeout(240):
            while db.read(lambda s: s.get_one(Job, job).state) in jobs.UNFINISHED:
                await asyncio.sleep(0.1)

    asyncio.run(work_off())
    assert db.read(lambda s: s.get_one(Job, job).state) == JobState.DONE.value
    assert (run_of(number).status, run_of(number).created) == ("done", ROWS)
    assert figures(office) == (ROWS,) * 4
    (line,) = office.session.exec(select(Notification)).all()
    office.commit()
    assert (line.user_id, line.kind, line.record_id) == (mia, "import", number)
    assert sum(f"import:{number}" in topics for topics in told) > 2


def test_stopping_the_server_gives_the_run_back_to_whoever_starts_next(office: Office, tmp_path: Path) -> None:
    number = prepared(office, tmp_path)
    who = office.who(office.mia)
    office.commit()
    job = db.transact(lambda session: wizard.start(Act(session, who, db.now()), number).id or 0)

    async def begin() -> None:
        async with worker.working(), asyncio.timeout(240):
            while run_of(number).rows < 1_000:
                await asyncio.sleep(0.02)

    worker_grace, worker.GRACE = worker.GRACE, 0.1
    try:
        asyncio.run(begin())
    finally:
        worker.GRACE = worker_grace
    assert run_of(number).status == "running" and run_of(number).rows < ROWS
    assert db.read(lambda s: s.get_one(Job, job).state) == JobState.WAITING.value

    async def go_on() -> None:
        async with worker.working(), asyncio.timeout(240):
            while run_of(number).status == "running":
                await asyncio.sleep(0.1)

    asyncio.run(go_on())
    assert figures(office) == (ROWS,) * 4


def test_an_undo_whose_process_is_killed_is_brought_to_its_end_by_the_next_start(
    office: Office, tmp_path: Path
) -> None:
    number = prepared(office, tmp_path)
    running.begin_here(number)
    running.carry_out(number)
    who = office.who(office.mia)
    office.commit()
    db.transact(lambda session: wizard.begin_undo(Act(session, who, db.now()), number, also_edited=False))
    process = child(number, work.UNDO)
    assert process.stdout
    for line in process.stdout:
        if json.loads(line).get("done", 0) >= 1_000:
            process.send_signal(signal.SIGKILL)
            break
    assert process.wait(120) == -signal.SIGKILL
    assert run_of(number).status == "undoing" and 0 < figures(office)[0] < ROWS
    assert recovering.recover() == 1
    assert run_of(number).status == "undone" and figures(office) == (0,) * 4


def test_a_child_whose_server_stops_leaves_an_undo_that_can_go_on(office: Office, tmp_path: Path) -> None:
    number = prepared(office, tmp_path)
    running.begin_here(number)
    running.carry_out(number)
    who = office.who(office.mia)
    office.commit()
    db.transact(lambda session: wizard.start_undo(Act(session, who, db.now()), number, also_edited=False))
    process = child(number, work.UNDO)
    assert process.stdout and process.stdin
    while not json.loads(process.stdout.readline())["done"]:
        pass  # nothing was updated: the first part of the work has nothing to do
    process.stdin.close()
    said = [json.loads(line) for line in process.stdout]
    assert process.wait(120) == 0 and said[-1] == {"end": "stopped"}
    assert run_of(number).status == "undoing" and 0 < figures(office)[0] < ROWS
    assert undoing.undo(number) == 0 and figures(office) == (0,) * 4


def test_a_preview_of_many_rows_is_weighed_beside_the_server_and_can_be_stopped(office: Office, tmp_path: Path) -> None:
    number = prepared(office, tmp_path)
    reached: list[tuple[int, int]] = []

    async def report(done: int, total: int) -> None:
        reached.append((done, total))

    asyncio.run(work.carry_on(number, work.WEIGH, ROWS, report))
    who = office.who(office.mia)
    office.commit()
    seen = db.read(lambda session: wizard.preview(Act(session, who, db.now()), number))
    assert (seen.weighed, seen.create, reached[-1]) == (True, ROWS, (ROWS, ROWS))

    async def stopped() -> None:
        task = asyncio.create_task(work.carry_on(number, work.WEIGH, ROWS, report))
        reached.clear()
        while not reached:
            await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(stopped())
    assert not db.read(lambda session: wizard.preview(Act(session, who, db.now()), number)).weighed


def test_a_refusal_of_the_child_is_the_refusal_of_the_work(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = prepared(office, tmp_path, 3)
    monkeypatch.setattr(work, "LONG", 0)

    async def report(done: int, total: int) -> None:
        raise AssertionError

    with pytest.raises(work.CrmError, match="imported already"):
        asyncio.run(work.carry_on(number, work.RUN, 3, report))


def test_weighing_writes_nothing_into_the_database(office: Office, tmp_path: Path) -> None:
    number = prepared(office, tmp_path, 50)
    who = office.who(office.mia)
    office.commit()
    weighing.weigh(run_of(number), who)
    assert figures(office) == (0, 0, 0, 0)


def test_a_process_of_its_own_knows_what_administrators_have_shaped(office: Office, tmp_path: Path) -> None:
    customs.add(office.act(office.ada), "lead", {"kind": "choice", "label": "Size", "options": "Small\nLarge"})
    who = office.who(office.mia)
    run = register(office, who, csv_file(tmp_path, [["Topic", "Last Name", "Size"], ["T", "L", "Large"]]))
    number = run.id or 0
    wizard.read(who, number, wizard.ReadOptions())
    running.begin_here(number)
    process = child(number, work.RUN)
    assert process.stdout
    said = process.stdout.read().decode()  # its input stays open until then: closing that would stop it
    assert process.wait(60) == 0 and '"end": "done"' in said, said
    office.commit()
    assert office.session.exec(select(Lead.custom)).all() == [{"x_size": 2}]
    configuration.reset()
