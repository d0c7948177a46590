"""Handlers of the page of background work: failures first, retry, cancel, administrators only."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from rxcrm.models import jobs
from rxcrm.models.job import Job, JobState
from rxcrm.state import live
from rxcrm.state.settings.jobs import ALL, Jobs
from tests.office import Office
from tests.state.desk import Desk


@pytest.fixture
def desk(small_office: Office) -> Iterator[JobsDesk]:
    yield JobsDesk(small_office)


class JobsDesk(Desk):
    """Ada looks at one job that failed and one that waits."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.failed = jobs.enqueue(office.session, "send", {"activity_id": 0}, now=office.now, by=office.sara.id)
        jobs.take(office.session, "anna", office.now)
        jobs.fail(office.session, self.failed.id or 0, "anna", jobs.GiveUp("No such user."), office.now)
        self.waiting = jobs.enqueue(office.session, "remind", {}, now=office.now)
        office.commit()

    def jobs(self, handler: str, *args: Any) -> Any:
        return self.send(Jobs, handler, *args)

    def stored(self, job: Job) -> Job:
        return self.office.session.get_one(Job, job.id)


def test_failures_come_first_in_words(desk: JobsDesk) -> None:
    state = desk.jobs("open")
    assert [(row.label, row.state, row.who) for row in state.rows] == [
        ("Send an e-mail", "failed", "Sara"),
        ("Remind of an activity", "waiting", ""),
    ]
    assert (state.rows[0].problem, state.ready, state.more) == ("No such user.", True, False)
    assert {f.name for f in dataclasses.fields(state.rows[0])} == {
        *("id", "kind", "label", "state", "who", "since", "due", "attempts", "done", "total", "problem"),
    }


def test_others_learn_nothing_even_past_the_gate(desk: JobsDesk) -> None:
    desk.user = desk.office.mia
    state = desk.jobs("open")
    assert "Only administrators" in state.notice.text
    assert (state.rows, state.ready) == ([], False)
    desk.jobs("retry", desk.failed.id)
    assert desk.stored(desk.failed).state == JobState.FAILED


def test_a_failed_one_is_tried_again(desk: JobsDesk) -> None:
    state = desk.jobs("retry", desk.failed.id)
    assert state.notice.text == "It is being tried again."
    assert {row.state for row in state.rows} == {"waiting"}


def test_what_waits_is_canceled_after_a_question(desk: JobsDesk) -> None:
    desk.jobs("open")
    state = desk.jobs("ask_cancel", desk.waiting.id)
    assert (state.asked, state.subject, state.subject_name) == ("cancel", desk.waiting.id, "Remind of an activity")
    state = desk.jobs("cancel", desk.waiting.id)
    assert (state.asked, [row.id for row in state.rows]) == ("", [desk.failed.id])
    assert "canceled" in {row.state for row in desk.jobs("show_ended", True).rows}


def test_a_refusal_is_a_sentence(desk: JobsDesk) -> None:
    state = desk.jobs("retry", desk.waiting.id)
    assert (state.notice.kind, state.notice.text) == ("error", "This waits already, or is being done.")
    assert "no such job" in desk.jobs("cancel", 10**15).notice.text


def test_the_open_page_hears_of_every_job(desk: JobsDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[set[str]] = []
    monkeypatch.setattr(live, "subscribe", lambda _token, _group, topics: asked.append(set(topics)))
    desk.jobs("open")
    assert asked == [{ALL}]
    assert [(one.prefix, one.method) for one in live._listeners if one.state is Jobs] == [("jobs:", "_hear")]
    # Whoever is on another page is left alone.
    state = desk.state(Jobs)
    state.rows = []
    asyncio.run(state._hear(frozenset({ALL})))
    assert state.rows == []
