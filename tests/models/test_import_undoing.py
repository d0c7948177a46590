"""An import is undone, or taken back because it was cancelled or failed; whoever is interrupted goes on (issue 5, "Undo")."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import func, select

from rxcrm.models import db, job_board, jobs, records
from rxcrm.models.errors import NotAllowed
from rxcrm.models.history import History
from rxcrm.models.importing import edited, recovering, reverting, running, undoing, wizard, work
from rxcrm.models.importing.books import ImportChange, ImportRun, RunStatus
from rxcrm.models.importing.claims import Interrupted, Superseded
from rxcrm.models.job import Job
from rxcrm.models.lead import Lead
from rxcrm.models.notification import Notification
from tests.models.import_desk import HEAD, Desk, lead, leads
from tests.office import Office, Statements

pytestmark = pytest.mark.usefixtures("uploads")

assert work  # its handlers do the jobs


@pytest.fixture
def updated(office: Office, tmp_path: Path) -> Desk:
    """An import that created two leads and updated two."""
    for n in range(2):
        office.lead(office.mia, topic=f"Old{n}", last_name=f"L{n}", email=f"l{n}@x.com", city="Porto")
    rows = [["Topic", "Last Name", "Email", "City"], *([f"New{n}", f"L{n}", f"l{n}@x.com", "Faro"] for n in range(4))]
    desk = Desk(office, tmp_path, rows)
    desk.plan(key="email")
    books = desk.import_it()
    assert (books.created, books.updated) == (2, 2)
    return desk


def test_undo_removes_what_was_created_and_gives_back_what_was_updated(office: Office, updated: Desk) -> None:
    seen = updated.do(wizard.undo_view)
    assert (seen.created, seen.updated, seen.edited, seen.why_not) == (2, 2, [], "")
    assert updated.undo() == 0
    assert [(each.topic, each.city) for each in leads(office)] == [("Old0", "Porto"), ("Old1", "Porto")]
    assert updated.fresh().status == "undone"
    assert office.session.exec(select(func.count()).select_from(ImportChange)).one() == 0
    ids = {each.id for each in leads(office)}
    assert {entry.record_id for entry in office.session.exec(select(History)) if entry.entity == "lead"} == ids
    office.commit()
    with pytest.raises(NotAllowed):
        updated.do(wizard.start_undo, also_edited=False)


def test_what_was_edited_since_is_listed_and_kept_unless_confirmed(office: Office, updated: Desk) -> None:
    old, _, new, _ = leads(office)
    records.save(office.act(office.mia), office.session.get_one(Lead, old.id), {"city": "Lisboa"})
    records.save(office.act(office.mia), office.session.get_one(Lead, new.id), {"city": "Braga"})
    office.commit()
    seen = updated.do(wizard.undo_view)
    assert [(e.id, e.made) for e in seen.edited] == [(new.id, True), (old.id, False)]
    assert updated.undo() == 2
    assert [(each.topic, each.city) for each in leads(office)] == [
        ("Old0", "Lisboa"),
        ("Old1", "Porto"),
        ("New2", "Braga"),
    ]
    assert updated.fresh().message == undoing.KEPT


def test_confirmed_edits_go_back_too_and_edited_new_records_into_the_recycle_bin(office: Office, updated: Desk) -> None:
    old, _, new, _ = leads(office)
    for row in (old, new):
        records.save(office.act(office.mia), office.session.get_one(Lead, row.id), {"city": "Lisboa"})
    office.commit()
    assert updated.undo(also_edited=True) == 0
    assert [(each.topic, each.city) for each in leads(office)] == [("Old0", "Porto"), ("Old1", "Porto")]
    office.session.expire_all()
    assert office.session.get_one(Lead, new.id).deleted_on is not None
    office.commit()


def test_only_who_imported_or_an_administrator_undoes_and_only_for_thirty_days(office: Office, updated: Desk) -> None:
    act = office.act(office.sara)
    assert undoing.undo_view(act, updated.fresh()).why_not == undoing.NOT_YOURS
    run = updated.fresh()
    run.finished_on = db.now() - undoing.LIFE - undoing.LIFE
    office.session.add(run)
    office.commit()
    assert updated.do(wizard.undo_view).why_not == undoing.TOO_LATE


def test_an_undo_goes_on_where_it_was(office: Office, updated: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edited, "AT_ONCE", 1)
    updated.do(wizard.start_undo, also_edited=False)

    def dies(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undoing.undo(updated.id, progress=dies)
    assert updated.fresh().status == RunStatus.UNDOING.value
    undoing.undo(updated.id)
    assert [each.topic for each in leads(office)] == ["Old0", "Old1"]
    assert updated.fresh().status == RunStatus.UNDONE.value


def edit(office: Office, row: Lead, **values: str) -> None:
    """Somebody works with a record of the import."""
    records.save(office.act(office.mia), office.session.get_one(Lead, row.id), values)
    office.commit()


def test_what_the_undoer_may_no_longer_write_is_kept(office: Office, updated: Desk) -> None:
    old, *_ = leads(office)
    records.assign(office.act(office.ada), office.session.get_one(Lead, old.id), office.olaf)
    office.commit()
    assert updated.undo() == 1
    assert [(each.topic, each.city) for each in leads(office)] == [("New0", "Faro"), ("Old1", "Porto")]
    assert [(e.id, e.made) for e in undoing.kept(updated.act(), updated.fresh())] == [(old.id, False)]


def test_a_record_that_two_rows_update_is_not_taken_for_edited(office: Office, tmp_path: Path) -> None:
    office.lead(office.mia, topic="Old", last_name="L", email="l@x.com", city="Porto")
    rows = [["Topic", "Last Name", "Email", "City"], ["One", "L", "l@x.com", "Faro"], ["Two", "L", "l@x.com", "Beja"]]
    desk = Desk(office, tmp_path, rows)
    desk.plan(key="email")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "BATCH", 1)
        assert desk.import_it().updated == 2
    assert desk.do(wizard.undo_view).edited == []
    assert desk.undo() == 0
    assert [(each.topic, each.city) for each in leads(office)] == [("Old", "Porto")]


def test_of_two_undos_side_by_side_one_is_superseded_and_nothing_counts_twice(
    office: Office, updated: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edited, "AT_ONCE", 1)
    old, _, new, _ = leads(office)
    for row in (old, new):
        edit(office, row, city="Lisboa")
    updated.do(wizard.start_undo, also_edited=False)
    kept: list[int] = []
    reached: list[int] = []

    def another(done: int, _total: int) -> None:
        reached.append(done)
        if len(reached) == 2:
            kept.append(undoing.undo(updated.id, progress=lambda done, _: reached.append(done)))

    with pytest.raises(Superseded):
        undoing.undo(updated.id, progress=another)
    assert (kept, reached[:3], reached[-1], updated.fresh().values["count"]) == ([2], [1, 2, 2], 4, 2)
    assert [each.topic for each in leads(office)] == ["Old0", "Old1", "New2"]
    assert sum(line.kind == "import" for line in office.session.exec(select(Notification))) == 1
    office.commit()


def test_an_undo_that_is_stopped_midway_goes_on_to_the_end(
    office: Office, updated: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edited, "AT_ONCE", 1)
    old, _, new, _ = leads(office)
    for row in (old, new):
        edit(office, row, city="Lisboa")
    updated.do(wizard.start_undo, also_edited=False)
    with pytest.raises(Interrupted):
        undoing.undo(updated.id, stop=iter([False, False, True]).__next__)
    assert updated.fresh().status == "undoing"
    reached: list[int] = []
    assert undoing.undo(updated.id, progress=lambda done, _total: reached.append(done)) == 2
    assert (reached[0], reached[-1], updated.fresh().status) == (2, 4, "undone")
    assert [each.topic for each in leads(office)] == ["Old0", "Old1", "New2"]


def test_asking_what_was_edited_costs_the_same_however_many_there_are(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = []
    for n in (5, 15):
        rows = [[*HEAD, "City"], *([*lead(f"T{n} {i}", f"L{n} {i}"), "Faro"] for i in range(n))]
        desk = Desk(office, tmp_path, rows)
        desk.import_it()
        for row in leads(office):
            if row.import_id == desk.id:
                edit(office, row, city="Lisboa")
        act = desk.act()
        with Statements(office.engine) as statements:
            assert len(undoing.undo_view(act, office.session.get_one(ImportRun, desk.id)).edited) == n
        office.commit()
        ran.append(len(statements))
    assert ran[0] == ran[1]


# -- jobs ------------------------------------------------------------------------------------------------------------


def take_job(kind: str) -> Job:
    """A worker takes the job that waits."""
    job, _ = db.transact(jobs.take, "worker", db.now())
    assert job is not None and job.kind == kind
    return job


def call_off(office: Office, job: Job) -> None:
    """An administrator cancels it in the list of all jobs."""
    ada = office.who(office.ada)
    office.commit()
    db.transact(lambda session: job_board.cancel(records.Act(session, ada, db.now()), job.id or 0))


def test_where_an_administrator_cancels_the_job_of_an_import_another_one_takes_back_what_was_written(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    desk = Desk(office, tmp_path, [HEAD, *(lead(f"T{n}", f"L{n}") for n in range(6))])
    desk.do(wizard.start)
    job = take_job(running.KIND)
    with pytest.raises(Superseded):  # whoever is at work writes nothing more
        running.carry_out(desk.id, progress=lambda done, _total: call_off(office, job) if done == 4 else None)
    assert (desk.fresh().status, len(leads(office))) == ("running", 4)
    again = take_job(running.KIND)
    assert again.payload == {"run": desk.id, "again": True} and desk.fresh().job_id == again.id
    asyncio.run(jobs.KINDS[running.KIND].handle(again))
    assert (desk.fresh().status, leads(office)) == ("failed", [])
    assert desk.fresh().message == running.STOPPED
    db.transact(jobs.finish, again.id or 0, "worker", db.now())
    assert db.transact(jobs.take, "worker", db.now())[0] is None


def test_where_an_administrator_cancels_the_job_of_an_undo_another_one_goes_on(
    office: Office, updated: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edited, "AT_ONCE", 1)
    updated.do(wizard.start_undo, also_edited=False)
    job = take_job(undoing.KIND)
    with pytest.raises(Superseded):
        undoing.undo(updated.id, progress=lambda done, _total: call_off(office, job) if done == 1 else None)
    assert updated.fresh().status == "undoing"
    again = take_job(undoing.KIND)
    assert again.payload == {"run": updated.id, "again": True}
    asyncio.run(jobs.KINDS[undoing.KIND].handle(again))
    assert updated.fresh().status == "undone"
    assert [each.topic for each in leads(office)] == ["Old0", "Old1"]


def test_the_job_of_an_import_that_has_ended_leaves_it_alone(office: Office, updated: Desk) -> None:
    job = db.transact(lambda s: jobs.enqueue(s, running.KIND, {"run": updated.id}, now=db.now()))
    call_off(office, job)
    assert updated.fresh().status == "done" and db.transact(jobs.take, "worker", db.now())[0] is None


# -- cancelled, failed, crashed --------------------------------------------------------------------------------------


def test_a_taking_back_that_was_interrupted_is_finished_by_whoever_comes_next(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    desk = Desk(office, tmp_path, [HEAD, *(lead(f"T{n}", f"L{n}") for n in range(6))])
    running.begin_here(desk.id)

    def dies(*args: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(reverting, "_take_away", dies)
        with pytest.raises(KeyboardInterrupt):
            running.carry_out(desk.id, desk.who, cancelled=iter([False, False, True]).__next__)
    assert desk.fresh().status == "running" and len(leads(office)) == 4
    assert running.carry_out(desk.id, desk.who).status == "cancelled"
    assert (desk.fresh().status, leads(office)) == ("cancelled", [])


def test_what_somebody_used_meanwhile_outlasts_a_cancel(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    desk = Desk(office, tmp_path, [HEAD, *(lead(f"T{n}", f"L{n}") for n in range(6))])
    running.begin_here(desk.id)

    def meanwhile(done: int, _total: int) -> None:
        if done == 2:
            row = leads(office)[0]
            records.save(office.act(office.mia), office.session.get_one(Lead, row.id), {"city": "Porto"})
            office.commit()

    running.carry_out(desk.id, desk.who, progress=meanwhile, cancelled=iter([False, False, True]).__next__)
    assert [each.city for each in leads(office)] == ["Porto"]
    (kept,) = leads(office)
    told = {"count": 1, "kept": [["lead", kept.id]]}
    assert (desk.fresh().status, desk.fresh().message, desk.fresh().values) == ("cancelled", undoing.KEPT, told)


def test_a_start_of_the_server_brings_an_undo_to_its_end(office: Office, updated: Desk) -> None:
    _, _, new, _ = leads(office)
    records.save(office.act(office.mia), office.session.get_one(Lead, new.id), {"city": "Braga"})
    office.commit()
    updated.do(wizard.begin_undo, also_edited=False)
    assert recovering.recover() == 1
    assert [each.topic for each in leads(office)] == ["Old0", "Old1", "New2"]
    assert updated.fresh().status == "undone"


def test_cancelling_takes_updates_back_too(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    for n in range(4):
        office.lead(office.mia, topic=f"Old{n}", last_name=f"L{n}", email=f"l{n}@x.com")
    desk = Desk(office, tmp_path, [HEAD, *(lead(f"New{n}", "", f"l{n}@x.com") for n in range(6))])
    desk.plan(mode="update", key="email")
    running.begin_here(desk.id)
    books = running.carry_out(desk.id, desk.who, progress=lambda *_: desk.do(wizard.cancel))
    assert (books.status, desk.fresh().status) == ("cancelled", "cancelled")
    assert [each.topic for each in leads(office)] == [f"Old{n}" for n in range(4)]
