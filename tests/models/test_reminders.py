"""Reminders of open activities (S 1.6): given once, moved with their activity, called off when it closes."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from rxcrm.models import db, jobs, notifying, records, reminders
from rxcrm.models.activity import Activity
from rxcrm.models.choices import ActivityKind
from rxcrm.models.job import Job, JobState
from rxcrm.models.people import User
from rxcrm.models.timeline import writing
from tests.office import Office

SOON = timedelta(hours=2)


def task(office: Office, at: datetime | None, user: User | None = None) -> Activity:
    typed = {"subject": "Call back", "remind_on": at.isoformat() if at else ""}
    lead = office.lead()
    return writing.log(office.act(user or office.sara), ActivityKind.TASK, typed, ("lead", lead.id or 0))


def waiting(office: Office) -> list[Job]:
    office.session.expire_all()
    return list(office.session.exec(select(Job).where(Job.kind == reminders.KIND, Job.state == JobState.WAITING.value)))


def work(office: Office, now: datetime) -> list[str]:
    """Do what is due; the topics that were told."""
    told: set[str] = set()
    while (job := jobs.take(office.session, "anna", now)[0]) is not None:
        told |= reminders.remind(office.session, job.payload["activity_id"], job.payload["at"], now)
        jobs.finish(office.session, job.id or 0, "anna", now)
    return sorted(told)


def test_the_owner_is_reminded_at_the_time_and_once(office: Office) -> None:
    row = task(office, office.now + SOON)
    assert [(j.key, j.due_on, j.by_id) for j in waiting(office)] == [(str(row.id), office.now + SOON, office.sara.id)]
    assert work(office, office.now) == []
    assert work(office, office.now + SOON) == [f"user:{office.sara.id}"]
    line = notifying.page(office.act(office.sara, office.now + SOON)).lines[0]
    assert (line.kind, line.text, line.quote) == ("reminder", "Reminder of a task", "Call back")
    assert work(office, office.now + 2 * SOON) == []


def test_a_reminder_moves_with_its_time(office: Office) -> None:
    row = task(office, office.now + SOON)
    writing.change(office.act(office.sara), row, {"remind_on": (office.now + 3 * SOON).isoformat()})
    assert [j.due_on for j in waiting(office)] == [office.now + 3 * SOON]
    writing.change(office.act(office.sara), row, {"remind_on": ""})
    assert waiting(office) == []


def test_what_is_closed_is_not_reminded_of_and_reopened_it_is(office: Office) -> None:
    row = task(office, office.now + SOON)
    writing.complete(office.act(office.sara), row)
    assert waiting(office) == []
    writing.reopen(office.act(office.sara), row)
    assert len(waiting(office)) == 1


def test_what_was_deleted_meanwhile_is_not_reminded_of(office: Office) -> None:
    row = task(office, office.now + SOON)
    records.bin(office.act(office.sara), row)
    assert work(office, office.now + SOON) == []


def test_another_change_does_not_remind_again_of_the_same_time(office: Office) -> None:
    row = task(office, office.now + SOON)
    later = office.now + 2 * SOON
    work(office, later)
    writing.change(office.act(office.sara, later), row, {"subject": "Call again"})
    assert waiting(office) == []
    writing.change(office.act(office.sara, later), row, {"remind_on": (later + SOON).isoformat()})
    assert len(waiting(office)) == 1


def test_a_time_that_has_passed_reminds_at_once_but_not_of_last_month(office: Office) -> None:
    task(office, office.now - SOON)
    assert [j.due_on for j in waiting(office)] == [office.now - SOON]
    task(office, office.now - timedelta(days=31))
    assert len(waiting(office)) == 1


def test_the_one_who_owns_it_by_then_is_reminded(office: Office) -> None:
    row = task(office, office.now + SOON, office.mia)
    records.assign(office.act(office.mia), row, office.tom)
    assert work(office, office.now + SOON) == [f"user:{office.tom.id}"]


def test_an_activity_of_a_team_reminds_its_members(office: Office) -> None:
    row = task(office, office.now + SOON, office.vera)
    records.assign(office.act(office.vera), row, office.fair)
    assert work(office, office.now + SOON) == sorted(f"user:{u.id}" for u in (office.tom, office.olaf))


def test_somebody_who_left_is_not_reminded(office: Office) -> None:
    task(office, office.now + SOON)
    office.sara.disabled = True
    office.session.flush()
    assert work(office, office.now + SOON) == []


def test_the_job_itself_does_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[set[str]] = []

    async def tell(topics: set[str]) -> None:
        told.append(topics)

    monkeypatch.setattr(jobs, "tell", tell)
    task(office, db.now())
    (job,) = waiting(office)
    sara = office.sara.id
    office.commit()
    asyncio.run(jobs.KINDS[reminders.KIND].handle(job))
    assert told == [{f"user:{sara}"}]
