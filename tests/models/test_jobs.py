"""Work that outlives a tab (issue 3, part 6): taken once, tried again, given up, seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from rxcrm.models import db, job_board, jobs
from rxcrm.models.errors import CrmError, NotAllowed, NotFound
from rxcrm.models.job import Job, JobState
from tests.office import Office

ANNA, BERT = "anna", "bert"


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """A kind of work that notes what it is told when it ends for good."""
    told: list[tuple[str, str]] = []

    async def handle(_job: Job) -> None: ...

    def ended(_session: Session, job: Job, _now: datetime) -> set[str]:
        told.append((job.kind, job.state))
        return {"lead:5"}

    monkeypatch.setitem(jobs.KINDS, "dig", jobs.Kind("Dig", handle, ended))
    yield told


def dig(office: Office, **more: Any) -> Job:
    return jobs.enqueue(office.session, "dig", {"deep": 3}, **{"now": office.now, **more})


def take(office: Office, worker: str = ANNA, now: datetime | None = None) -> Job | None:
    return jobs.take(office.session, worker, now or office.now)[0]


# -- putting off -----------------------------------------------------------------------------------------------------


def test_a_job_waits_until_it_is_due(office: Office) -> None:
    job = dig(office, due_on=office.now + timedelta(hours=1))
    assert take(office) is None
    assert take(office, now=office.now + timedelta(hours=1)) is job
    assert (job.state, job.taken_by, job.attempts, job.payload) == (JobState.RUNNING, ANNA, 1, {"deep": 3})


def test_the_one_that_is_due_first_comes_first(office: Office) -> None:
    later, sooner = dig(office), dig(office, due_on=office.now - timedelta(minutes=5))
    assert [take(office), take(office), take(office)] == [sooner, later, None]


def test_of_one_kind_and_key_only_one_waits_and_it_moves(office: Office) -> None:
    first = dig(office, key="7")
    again = jobs.enqueue(office.session, "dig", {"deep": 9}, now=office.now, key="7", due_on=office.now + timedelta(1))
    assert (again.id, again.payload, again.due_on) == (first.id, {"deep": 9}, office.now + timedelta(1))
    assert dig(office, key="8").id != first.id
    assert dig(office).id != dig(office).id


def test_while_one_runs_another_of_its_key_may_wait(office: Office) -> None:
    running = dig(office, key="7")
    take(office)
    assert dig(office, key="7").id != running.id


def test_two_who_put_off_the_same_at_once_put_it_off_once(database: Engine) -> None:
    db.use(database)
    together = Barrier(2)

    def put_off() -> None:
        together.wait()
        db.transact(lambda s: jobs.enqueue(s, "dig", {}, now=Office.now, key="7").id)

    threads = [Thread(target=put_off) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(db.read(lambda s: s.exec(select(Job.id)).all())) == 1


def test_what_is_withdrawn_is_never_done(office: Office) -> None:
    job = dig(office, key="7")
    jobs.withdraw(office.session, "dig", "7", office.now)
    office.session.refresh(job)
    assert (job.state, take(office)) == (JobState.CANCELED, None)


def test_a_job_is_there_only_if_the_rest_of_the_transaction_is(office: Office) -> None:
    dig(office)
    office.session.rollback()
    assert take(office) is None


def test_the_worker_of_this_process_hears_of_it_after_the_commit(office: Office) -> None:
    heard: list[bool] = []
    jobs.wakers.add(waker := lambda: heard.append(True))
    try:
        dig(office, due_on=office.now + timedelta(1))
        office.commit()
        assert heard == []
        with office.session.begin_nested():
            dig(office)
        assert heard == []
        office.commit()
        assert heard == [True]
    finally:
        jobs.wakers.discard(waker)


def test_what_is_done_again_and_again_uses_one_row(office: Office) -> None:
    minute = timedelta(minutes=1)
    jobs.repeat(office.session, "dig", minute, office.now)
    jobs.repeat(office.session, "dig", minute, office.now)
    job = take(office)
    assert job and take(office) is None
    jobs.repeat(office.session, "dig", minute, office.now + minute)
    assert take(office, now=office.now + minute / 2) is None
    jobs.finish(office.session, job.id or 0, ANNA, office.now)
    office.session.refresh(job)
    jobs.repeat(office.session, "dig", minute, office.now + minute / 2)
    assert take(office, now=office.now + minute) is None
    jobs.repeat(office.session, "dig", minute, office.now + minute)
    again = take(office, now=office.now + minute)
    assert again and (again.id, again.attempts) == (job.id, 1)


# -- taking ----------------------------------------------------------------------------------------------------------


def test_two_workers_never_take_the_same_job(database: Engine) -> None:
    db.use(database)
    for _ in range(20):
        db.transact(lambda s: jobs.enqueue(s, "dig", {}, now=Office.now).id)
    taken: list[int] = []
    together = Barrier(4)

    def work(name: str) -> None:
        together.wait()
        while (job := db.transact(jobs.take, name, Office.now)[0]) is not None:
            taken.append(job.id or 0)

    threads = [Thread(target=work, args=[f"worker {n}"]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 20
    assert len(set(taken)) == 20


def test_looking_for_work_locks_nothing(database: Engine) -> None:
    db.use(database)
    assert not db.read(jobs.is_due, Office.now)
    db.transact(lambda s: jobs.enqueue(s, "dig", {}, now=Office.now).id)
    assert db.read(jobs.is_due, Office.now)


def test_a_job_of_a_dead_worker_runs_again(office: Office) -> None:
    job = dig(office)
    take(office, ANNA)
    later = office.now + jobs.LEASE + timedelta(seconds=1)
    assert take(office, BERT) is None
    assert take(office, BERT, later) is job
    assert (job.taken_by, job.attempts, str(jobs.problem_of(job))) == (BERT, 2, jobs.DIED)


def test_a_worker_that_lives_keeps_its_job(office: Office) -> None:
    job = dig(office)
    take(office)
    later = office.now + jobs.LEASE - timedelta(seconds=1)
    assert jobs.extend(office.session, job.id or 0, ANNA, later)
    assert take(office, BERT, later + timedelta(seconds=30)) is None


def test_who_was_taken_for_dead_has_no_say_any_more(office: Office, kinds: list[tuple[str, str]]) -> None:
    job = dig(office)
    number = job.id or 0
    take(office, ANNA)
    later = office.now + 2 * jobs.LEASE
    take(office, BERT, later)
    assert not jobs.extend(office.session, number, ANNA, later)
    assert not jobs.progress(office.session, number, ANNA, 1, 2)
    assert not jobs.finish(office.session, number, ANNA, later)
    assert not jobs.release(office.session, number, ANNA, later)
    assert jobs.fail(office.session, number, ANNA, jobs.GiveUp("x"), later) == set()
    office.session.refresh(job)
    assert (job.state, job.taken_by, kinds) == (JobState.RUNNING, BERT, [])


def test_a_job_that_kills_every_worker_fails_in_the_end(office: Office, kinds: list[tuple[str, str]]) -> None:
    job, now = dig(office), office.now
    for _ in range(jobs.MOST_ATTEMPTS):
        assert take(office, now=now) is job
        now += 2 * jobs.LEASE
    taken, topics = jobs.take(office.session, ANNA, now)
    assert (taken, topics, kinds) == (None, {f"job:{job.id}", "lead:5"}, [("dig", "failed")])
    assert (job.state, job.finished_on) == (JobState.FAILED, now)


def test_progress_is_written_down(office: Office) -> None:
    job = dig(office)
    take(office)
    assert jobs.progress(office.session, job.id or 0, ANNA, 30, 100)
    office.session.refresh(job)
    assert (job.done, job.total) == (30, 100)


def test_a_job_given_back_when_the_server_stops_has_not_been_tried(office: Office) -> None:
    job = dig(office)
    take(office)
    assert jobs.release(office.session, job.id or 0, ANNA, office.now)
    office.session.refresh(job)
    assert (job.state, job.attempts, take(office, BERT)) == (JobState.WAITING, 0, job)


# -- ending ----------------------------------------------------------------------------------------------------------


def test_a_finished_job_is_done_and_stays_so(office: Office) -> None:
    job = dig(office)
    take(office)
    assert jobs.finish(office.session, job.id or 0, ANNA, office.now)
    assert not jobs.finish(office.session, job.id or 0, ANNA, office.now)
    office.session.refresh(job)
    assert (job.state, job.finished_on, take(office, now=office.now + timedelta(9))) == (
        JobState.DONE,
        office.now,
        None,
    )


def test_each_further_try_waits_twice_as_long(office: Office) -> None:
    job, now, waits = dig(office), office.now, []
    for _ in range(4):
        take(office, now=now)
        jobs.fail(office.session, job.id or 0, ANNA, jobs.Retry("not now"), now, luck=0)
        waits.append((job.due_on - now).total_seconds())
        now = job.due_on
    assert waits == [10, 20, 40, 80]
    assert str(jobs.problem_of(job)) == "not now"


def test_luck_spreads_the_tries_and_no_wait_is_endless() -> None:
    assert jobs.wait_after(1, 0.5) == timedelta(seconds=12.5)
    assert jobs.wait_after(50, 1) == timedelta(hours=1.5)


def test_after_the_last_try_it_has_failed(office: Office, kinds: list[tuple[str, str]]) -> None:
    job, now = dig(office), office.now
    for _ in range(jobs.MOST_ATTEMPTS):
        assert job.state == JobState.WAITING
        take(office, now=now)
        topics = jobs.fail(office.session, job.id or 0, ANNA, jobs.Retry("not now"), now)
        now = job.due_on
    assert (job.state, kinds, topics) == (JobState.FAILED, [("dig", "failed")], {f"job:{job.id}", "lead:5"})


def test_what_can_never_work_fails_at_once(office: Office, kinds: list[tuple[str, str]]) -> None:
    job = dig(office)
    take(office)
    jobs.fail(office.session, job.id or 0, ANNA, jobs.GiveUp("Nobody lives in %(town)s.", town="Atlantis"), office.now)
    assert (job.state, job.attempts, kinds) == (JobState.FAILED, 1, [("dig", "failed")])
    assert str(jobs.problem_of(job)) == "Nobody lives in Atlantis."


def test_an_unexpected_error_keeps_its_words_for_the_log(office: Office) -> None:
    job = dig(office)
    take(office)
    jobs.fail(office.session, job.id or 0, ANNA, ValueError("password=secret"), office.now)
    told = str(jobs.problem_of(job))
    assert "ValueError" in told and "secret" not in told and "secret" not in job.problem


def test_old_jobs_are_swept_away(office: Office) -> None:
    done, failed, waiting = dig(office), dig(office), dig(office, due_on=office.now + timedelta(days=400))
    assert [take(office), take(office)] == [done, failed]
    jobs.finish(office.session, done.id or 0, ANNA, office.now)
    jobs.fail(office.session, failed.id or 0, ANNA, jobs.GiveUp("x"), office.now)
    office.session.flush()

    def left() -> set[int | None]:
        return set(office.session.exec(select(Job.id)))

    assert (jobs.sweep(office.session, office.now + timedelta(days=6)), len(left())) == (0, 3)
    assert (jobs.sweep(office.session, office.now + timedelta(days=8)), left()) == (1, {failed.id, waiting.id})
    assert (jobs.sweep(office.session, office.now + timedelta(days=91)), left()) == (1, {waiting.id})


# -- administrators --------------------------------------------------------------------------------------------------


def failed_job(office: Office) -> Job:
    job = dig(office)
    take(office)
    jobs.fail(office.session, job.id or 0, ANNA, jobs.GiveUp("Too hard."), office.now)
    return job


def test_a_failed_one_is_visible_to_administrators_before_the_others(office: Office) -> None:
    failed, waiting = failed_job(office), dig(office, by=office.sara.id)
    board = job_board.listed(office.act(office.ada))
    assert [(e.id, e.state) for e in board.entries] == [(failed.id, "failed"), (waiting.id, "waiting")]
    assert (board.entries[0].label, board.entries[0].problem, board.entries[0].attempts) == ("Dig", "Too hard.", 1)
    assert board.entries[1].who == "Sara"
    assert (board.counts["failed"], board.counts["waiting"], board.counts["running"]) == (1, 1, 0)


def test_done_ones_are_listed_on_demand(office: Office) -> None:
    job = dig(office)
    take(office)
    jobs.finish(office.session, job.id or 0, ANNA, office.now)
    office.session.expire_all()
    assert job_board.listed(office.act(office.ada)).entries == []
    assert [e.state for e in job_board.listed(office.act(office.ada), ended=True).entries] == ["done"]


def test_an_administrator_lets_a_failed_one_be_tried_again(office: Office) -> None:
    job = failed_job(office)
    act = office.act(office.ada)
    job_board.retry(act, job.id or 0)
    assert (job.state, job.attempts, act.topics) == (JobState.WAITING, 0, {f"job:{job.id}"})
    assert take(office) is job


def test_only_what_has_ended_badly_can_be_tried_again(office: Office) -> None:
    job = dig(office)
    with pytest.raises(NotAllowed, match="waits already"):
        job_board.retry(office.act(office.ada), job.id or 0)
    with pytest.raises(NotFound):
        job_board.retry(office.act(office.ada), 10**12)


def test_what_waits_under_the_same_key_is_not_doubled(office: Office) -> None:
    job = failed_job(office)
    job.key = "7"
    dig(office, key="7")
    with pytest.raises(NotAllowed, match="Another one"):
        job_board.retry(office.act(office.ada), job.id or 0)


@pytest.mark.parametrize("running", [False, True])
def test_an_administrator_cancels_what_waits_or_runs(
    office: Office, kinds: list[tuple[str, str]], running: bool
) -> None:
    job = dig(office)
    if running:
        take(office)
    act = office.act(office.ada)
    job_board.cancel(act, job.id or 0)
    assert (job.state, kinds, act.topics) == (JobState.CANCELED, [("dig", "canceled")], {f"job:{job.id}", "lead:5"})
    assert not jobs.extend(office.session, job.id or 0, ANNA, office.now)
    with pytest.raises(NotAllowed, match="ended"):
        job_board.cancel(act, job.id or 0)


def test_nobody_else_sees_or_touches_jobs(office: Office) -> None:
    job = failed_job(office)
    for user in (office.sara, office.vera):
        for verb in (job_board.listed, job_board.retry, job_board.cancel):
            with pytest.raises(CrmError, match="Only administrators"):
                verb(office.act(user), *([] if verb is job_board.listed else [job.id]))  # type: ignore[operator]
