"""What imports leave goes: uploads that nobody touches, strays, members of a refused archive, what old undos would need."""

from __future__ import annotations

import asyncio
import os
import threading
import time
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from rxcrm.models import db
from rxcrm.models.errors import NotAllowed
from rxcrm.models.importing import files, intake, staging, tidying, wizard
from rxcrm.models.importing.books import ImportChange, ImportRun, RunStatus
from rxcrm.models.importing.undoing import LIFE
from tests.models.import_files import csv_file, register
from tests.office import Office

pytestmark = pytest.mark.usefixtures("uploads")

DAY = timedelta(days=1)


def aged(path: Path, days: float) -> Path:
    """Nobody has written to it for so many days."""
    then = time.time() - days * DAY.total_seconds()
    os.utime(path, (then, then))
    return path


def uploaded(office: Office, folder: Path, days: float, **values: Any) -> ImportRun:
    """An import that was begun so many days ago, and its file not touched since."""
    run = register(office, office.who(office.sara), csv_file(folder, [["Topic"], ["Racks"]]))
    run.created_on = db.now() - days * DAY
    for name, value in values.items():
        setattr(run, name, value)
    office.commit()
    aged(files.stored(run), days)
    return run


# -- files -----------------------------------------------------------------------------------------------------------


def test_files_that_nobody_imports_go_after_a_week(small_office: Office, tmp_path: Path) -> None:
    young, old = (uploaded(small_office, tmp_path, days) for days in (6.9, 7.1))
    assert db.read(files.sweep, db.now()) == 1
    assert files.stored(young).exists() and not files.stored(old).exists()


def test_an_upload_that_somebody_still_works_on_stays(small_office: Office, tmp_path: Path) -> None:
    run = uploaded(small_office, tmp_path, 30)
    stage, log = files.stage_of(run), files.stage_of(run).with_name(files.stage_of(run).name + "-wal")
    stage.touch()
    log.touch()
    aged(stage, 20)
    aged(log, 6)
    assert db.read(files.sweep, db.now()) == 0
    assert files.stored(run).exists() and stage.exists()
    aged(log, 8)
    assert db.read(files.sweep, db.now()) == 3


def test_the_files_of_an_import_that_runs_stay_however_old(small_office: Office, tmp_path: Path) -> None:
    run = uploaded(small_office, tmp_path, 60, status=RunStatus.RUNNING.value)
    files.stage_of(run).touch()
    aged(files.stage_of(run), 60)
    assert db.read(files.sweep, db.now()) == 0 and files.stored(run).exists()


@pytest.mark.parametrize("status", [s for s in RunStatus if s not in (RunStatus.UPLOADED, RunStatus.RUNNING)])
def test_files_left_by_an_import_that_has_ended_go(small_office: Office, tmp_path: Path, status: RunStatus) -> None:
    run = uploaded(small_office, tmp_path, 2, status=status.value)
    aged_stage = files.stage_of(run)
    aged_stage.touch()
    aged(aged_stage, 2)
    assert db.read(files.sweep, db.now()) == 2
    assert not files.stored(run).exists() and not aged_stage.exists()


def test_strays_go_after_a_day_and_what_is_just_arriving_stays(small_office: Office, uploads: Path) -> None:
    for name, days in (("arriving", 0.9), ("stray", 1.1), ("stray.stage", 3.0), ("stray.stage-wal", 3.0)):
        (uploads / name).touch()
        aged(uploads / name, days)
    for name, days in (("unpacking-now", 0.5), ("unpacking-died", 1.5), ("of somebody else", 9.0)):
        (uploads / name).mkdir()
        (uploads / name / "leads.csv").touch()
        aged(uploads / name, days)
    small_office.commit()
    assert db.read(files.sweep, db.now()) == 4
    assert {path.name for path in uploads.iterdir()} == {"arriving", "unpacking-now", "of somebody else"}


# -- archives --------------------------------------------------------------------------------------------------------


def archive(folder: Path, *names: str) -> Path:
    with zipfile.ZipFile(path := folder / "upload", "w") as packed:
        for name in names:
            packed.writestr(name, "Name\nx\n")
    return path


def test_where_one_file_of_an_archive_is_refused_nothing_of_it_stays(
    small_office: Office, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = small_office.who(small_office.sara)
    small_office.commit()
    register_one, asked = wizard.register, []

    def second_refused(*args: Any) -> ImportRun:
        asked.append(args)
        if len(asked) == 2:
            raise NotAllowed("not these")
        return register_one(*args)

    monkeypatch.setattr(intake, "register", second_refused)
    with pytest.raises(NotAllowed, match="not these"):
        wizard.take_in(who, archive(uploads, "leads.csv", "contacts.csv", "more.csv"), "all.zip")
    assert list(uploads.iterdir()) == []
    assert db.read(lambda session: session.exec(select(ImportRun)).all()) == []


def test_a_file_of_ones_own_that_is_refused_stays_where_it_is(
    small_office: Office, tmp_path: Path, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = small_office.who(small_office.sara)
    small_office.commit()

    def refused(*_args: Any) -> ImportRun:
        raise NotAllowed("not this")

    monkeypatch.setattr(intake, "register", refused)
    path = csv_file(tmp_path, [["Topic"], ["Racks"]])
    with pytest.raises(NotAllowed, match="not this"):
        wizard.take_in(who, path, path.name)
    assert path.exists() and not list(uploads.iterdir())


# -- what undoing would need -----------------------------------------------------------------------------------------


def changed(office: Office, status: RunStatus, finished: datetime, changes: int = 3) -> int:
    """An import with so many changes of records."""
    run = ImportRun(
        entity="lead",
        file_name="a.csv",
        status=status.value,
        created_by_id=office.sara.id,
        created_on=finished,
        finished_on=finished,
    )
    office.session.add(run)
    office.session.flush()
    for row in range(changes):
        office.session.add(ImportChange(run_id=run.id or 0, row=row, entity="lead", record_id=1, version=1))
    office.commit()
    return run.id or 0


def test_what_an_import_changed_is_forgotten_once_it_can_no_longer_be_undone(
    small_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "AT_ONCE", 2)
    now = db.now()
    changed(small_office, RunStatus.DONE, now - LIFE - 2 * DAY, 4)
    changed(small_office, RunStatus.UNDONE, now - LIFE - 2 * DAY)
    kept = {
        changed(small_office, RunStatus.DONE, now - LIFE + DAY),
        changed(small_office, RunStatus.UNDOING, now - LIFE - 2 * DAY),
    }
    asyncio.run(tidying.tidy(now))
    left = db.read(lambda s: s.exec(select(ImportChange.run_id).order_by(col(ImportChange.id))).all())
    assert len(left) == 6 and set(left) == kept


# -- readers ---------------------------------------------------------------------------------------------------------


def test_readers_that_are_slow_do_not_keep_the_threads_of_others() -> None:
    go_on, at_work = threading.Event(), []

    def slow() -> None:
        at_work.append(threading.current_thread().name)
        assert go_on.wait(10)

    async def many() -> None:
        reading = [asyncio.ensure_future(staging.apart(slow)) for _ in range(20)]
        async with asyncio.timeout(10):
            while len(at_work) < 2:
                await asyncio.sleep(0.01)
            assert await asyncio.to_thread(lambda: "signed in") == "signed in"
        assert len(at_work) == 2
        go_on.set()
        await asyncio.gather(*reading)

    asyncio.run(many())
    assert all(name.startswith("reader") for name in at_work)


def test_no_connection_is_held_while_the_first_rows_are_read(
    small_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first rows are read outside of any unit of the database."""
    run = uploaded(small_office, tmp_path, 0)
    who, peek, held = small_office.who(small_office.sara), staging.peek, []
    small_office.session.close()

    def watched(*args: Any) -> staging.Peek:
        pool: Any = db.engine().pool
        held.append(pool.checkedout() if hasattr(pool, "checkedout") else 0)
        return peek(*args)

    monkeypatch.setattr(staging, "peek", watched)
    view = wizard.peek(who, run.id or 0, wizard.ReadOptions())
    assert held == [0] and view.rows == [(2, ["Racks"])] and view.entity == "lead"
