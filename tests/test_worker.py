"""The worker: does what is due, some at a time, survives failures and stops cleanly (issue 3, part 6)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from rxcrm import worker
from rxcrm.models import db, job_board, jobs
from rxcrm.models.acting import do_as
from rxcrm.models.exchange import accounts
from rxcrm.models.importing import files
from rxcrm.models.job import Job, JobState
from tests.office import Office


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[set[str]]]:
    """What open tabs are told; short waits; a folder of uploads to tidy."""
    heard: list[set[str]] = []
    from rxcrm.state import live

    monkeypatch.setattr(live, "publish", lambda topics: heard.append(set(topics)))
    monkeypatch.setattr(worker, "LOOKS", 0.05)
    monkeypatch.setattr(worker, "LIVES", 0.05)
    monkeypatch.setattr(worker, "GRACE", 0.3)
    monkeypatch.setattr(files, "folder", lambda: tmp_path)
    yield heard


class Bench:
    """A kind of work with a handler, and jobs of it."""

    def __init__(self, patch: pytest.MonkeyPatch, office: Office) -> None:
        self.patch, self.ada = patch, office.ada.id
        office.commit()

    def does(self, handle: Callable[[Job], Awaitable[None]], **more: Any) -> None:
        self.patch.setitem(jobs.KINDS, "dig", jobs.Kind("Dig", handle, **more))

    def put_off(self, **payload: Any) -> int:
        return db.transact(lambda s: jobs.enqueue(s, "dig", payload, now=db.now()).id or 0)

    def job(self, number: int) -> Job:
        return db.read(lambda s: s.exec(select(Job).where(Job.id == number)).one())

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not await asyncio.to_thread(true):
                await asyncio.sleep(0.01)

    def work(self, until: Callable[[], bool], before: Callable[[], Any] = lambda: None) -> None:
        """Let a worker run until something is true."""

        async def run() -> None:
            async with worker.working():
                await asyncio.to_thread(before)
                await self.until(until)

        asyncio.run(run())


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, office: Office) -> Bench:
    return Bench(monkeypatch, office)


@pytest.fixture
def small_bench(monkeypatch: pytest.MonkeyPatch, small_office: Office) -> Bench:
    return Bench(monkeypatch, small_office)


def ends(bench: Bench, *numbers: int) -> Callable[[], bool]:
    return lambda: all(bench.job(n).state not in jobs.UNFINISHED for n in numbers)


def test_what_is_due_is_done_and_told(bench: Bench, told: list[set[str]]) -> None:
    done = []

    async def handle(job: Job) -> None:
        await jobs.report(job, 1, 2)
        done.append(job.payload)

    bench.does(handle)
    number = bench.put_off(deep=3)
    bench.work(ends(bench, number))
    job = bench.job(number)
    assert (job.state, job.attempts, job.done, job.total, done) == (JobState.DONE, 1, 1, 2, [{"deep": 3}])
    assert told == [{f"job:{number}", "jobs:all"}] * 3


def test_what_this_process_puts_off_is_begun_at_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "LOOKS", 60.0)

    async def handle(_job: Job) -> None: ...

    bench.does(handle)
    numbers: list[int] = []
    bench.work(
        lambda: bool(numbers) and ends(bench, *numbers)(), before=lambda: numbers.append(bench.put_off()) or None
    )


def test_only_some_are_done_at_once(bench: Bench) -> None:
    running, most, full = 0, 0, asyncio.Event()

    async def handle(_job: Job) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == worker.AT_ONCE:
            full.set()
        await asyncio.wait_for(full.wait(), 8)
        await asyncio.sleep(0.02)
        running -= 1

    bench.does(handle)
    numbers = [bench.put_off() for _ in range(3 * worker.AT_ONCE)]
    bench.work(ends(bench, *numbers))
    assert most == worker.AT_ONCE
    assert {bench.job(n).attempts for n in numbers} == {1}


def test_long_work_leaves_room_for_short_work(small_bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four imports are due first; a reminder is done while two of them last, and then the others are."""
    running, most, short_is_done = 0, 0, asyncio.Event()

    async def long(_job: Job) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.wait_for(short_is_done.wait(), 8)
        await asyncio.sleep(0.05)
        running -= 1

    async def short(_job: Job) -> None:
        short_is_done.set()

    small_bench.does(long)
    monkeypatch.setattr(worker, "LONG", frozenset({"dig"}))
    numbers = [small_bench.put_off() for _ in range(worker.AT_ONCE)]
    monkeypatch.setitem(jobs.KINDS, "call", jobs.Kind("Call", short))
    numbers.append(db.transact(lambda s: jobs.enqueue(s, "call", {}, now=db.now()).id or 0))
    small_bench.work(ends(small_bench, *numbers))
    assert most == worker.LONG_AT_ONCE
    assert {(small_bench.job(n).state, small_bench.job(n).attempts) for n in numbers} == {(JobState.DONE, 1)}


def test_the_long_kinds_are_kinds() -> None:
    long = {"import", "import_undo", "export", accounts.FETCH, "bulk", "bulk_undo", "search"}
    assert set(jobs.KINDS) > worker.LONG == long


def test_uploads_are_tidied_by_the_hour(small_bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SWEEPS", 0.1)

    def leave() -> None:
        (tmp_path / "stray").touch()
        os.utime(tmp_path / "stray", (0, 0))

    leave()
    small_bench.work(lambda: not (tmp_path / "stray").exists())
    small_bench.work(lambda: not (tmp_path / "stray").exists(), before=leave)


def test_two_workers_share_the_work(bench: Bench) -> None:
    done: list[int] = []

    async def handle(job: Job) -> None:
        done.append(job.id or 0)
        await asyncio.sleep(0.01)

    bench.does(handle)
    numbers = [bench.put_off() for _ in range(12)]

    async def run() -> None:
        async with worker.working(), worker.working():
            await bench.until(ends(bench, *numbers))

    asyncio.run(run())
    assert sorted(done) == numbers


def test_what_goes_wrong_is_tried_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "FIRST_WAIT", 0.01)
    tries = 0

    async def handle(_job: Job) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise jobs.Retry("not now")
        if tries == 2:
            raise ZeroDivisionError

    bench.does(handle)
    number = bench.put_off()
    bench.work(ends(bench, number))
    assert (bench.job(number).state, bench.job(number).attempts, bench.job(number).problem) == (JobState.DONE, 3, "")


def test_a_kind_that_nobody_knows_fails_with_a_sentence(small_bench: Bench) -> None:
    number = db.transact(lambda s: jobs.enqueue(s, "unheard of", {}, now=db.now()).id or 0)
    small_bench.work(ends(small_bench, number))
    assert str(jobs.problem_of(small_bench.job(number))) == jobs.UNKNOWN_KIND


def test_a_long_job_keeps_its_lease(small_bench: Bench) -> None:
    leases: set[object] = set()

    async def handle(job: Job) -> None:
        async with asyncio.timeout(10):
            while len(leases) < 3:
                leases.add((await asyncio.to_thread(small_bench.job, job.id or 0)).lease_until)
                await asyncio.sleep(0.01)

    small_bench.does(handle)
    number = small_bench.put_off()
    small_bench.work(ends(small_bench, number))
    assert (small_bench.job(number).state, small_bench.job(number).attempts) == (JobState.DONE, 1)


def test_a_canceled_job_stops_while_it_runs(small_bench: Bench) -> None:
    began, stopped = [], []

    async def handle(_job: Job) -> None:
        began.append(True)
        try:
            await asyncio.sleep(60)
        finally:
            stopped.append(True)

    small_bench.does(handle)
    number = small_bench.put_off()

    async def run() -> None:
        async with worker.working():
            await small_bench.until(lambda: bool(began))
            await do_as(small_bench.ada, lambda act: job_board.cancel(act, number))
            await small_bench.until(lambda: bool(stopped))

    asyncio.run(run())
    assert small_bench.job(number).state == JobState.CANCELED


def test_when_the_server_stops_short_jobs_end_and_long_ones_are_given_back(small_bench: Bench) -> None:
    began: list[int] = []

    async def handle(job: Job) -> None:
        began.append(job.id or 0)
        await asyncio.sleep(job.payload["seconds"])

    small_bench.does(handle)
    short, long = small_bench.put_off(seconds=0.1), small_bench.put_off(seconds=60)
    small_bench.work(lambda: len(began) == 2)
    assert small_bench.job(short).state == JobState.DONE
    left = small_bench.job(long)
    assert (left.state, left.attempts, left.taken_by) == (JobState.WAITING, 0, "")
    assert worker.Worker.wake not in jobs.wakers and not jobs.wakers


def test_work_goes_on_after_the_database_was_away(
    small_bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "REST", 0.01)
    away = [True, True]
    is_due = jobs.is_due

    def sometimes(*args: Any) -> bool:
        if away:
            away.pop()
            raise OSError("the database is away")
        return is_due(*args)

    monkeypatch.setattr(jobs, "is_due", sometimes)

    async def handle(_job: Job) -> None: ...

    small_bench.does(handle)
    number = small_bench.put_off()
    small_bench.work(ends(small_bench, number))
    assert "could not look for work" in caplog.text


def test_every_kind_of_work_has_a_name_for_people() -> None:
    assert {"remind", "send", "fetch_mail"} <= set(jobs.KINDS)
    assert all(kind.label and kind.label != name for name, kind in jobs.KINDS.items())
