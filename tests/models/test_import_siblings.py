"""Look-ups that name another row of the same file (S 6.4 step 8: optional look-ups are filled in a second pass)."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, func, select

from rxcrm.models import db, records
from rxcrm.models.account import Account
from rxcrm.models.children import environment
from rxcrm.models.history import History
from rxcrm.models.importing import edited, mapping, running, undoing, weighing, wizard, work
from rxcrm.models.importing.books import ImportChange, ImportLink, ImportProblem, ImportRun
from rxcrm.models.importing.plan import ID, MATCH_OR_CREATE, LookupRule
from rxcrm.settings import settings
from tests.models.import_files import bring_in, csv_file, shared
from tests.models.test_import_wizard import Desk
from tests.office import Office

pytestmark = pytest.mark.usefixtures("uploads")

HEAD = ["Account Name", "Parent Account", "Email"]
MAPPING = {0: "name", 1: "parent_account_id", 2: "email"}


def accounts(office: Office) -> dict[str, str]:
    """Name of every account and of its parent."""
    office.commit()
    office.session.expire_all()
    found = office.session.exec(select(Account).where(col(Account.deleted_on).is_(None))).all()
    names = {row.id: row.name for row in found}
    told = {row.name: names.get(row.parent_account_id, "") for row in found}
    office.commit()
    return told


def file_of(folder: Path, *rows: str) -> Path:
    """Rows as "name < parent < address"."""
    cells = [[*(part.strip() for part in row.split("<")), "", ""][:3] for row in rows]
    return csv_file(folder, [HEAD, *cells])


def import_it(office: Office, folder: Path, *rows: str, **plan: Any) -> tuple[ImportRun, Any]:
    office.commit()
    parts = {"entity": "account", "mapping": MAPPING, **plan}
    return bring_in(office, office.who(office.mia), file_of(folder, *rows), **parts)


def desk_of(office: Office, folder: Path, *rows: str) -> Desk:
    desk = Desk.__new__(Desk)
    office.commit()
    desk.office, desk.who = office, office.who(office.mia)
    run = wizard.register(desk.act(), file_of(folder, *rows), "accounts.csv", "account")
    office.commit()
    desk.run, desk.id = run, run.id or 0
    wizard.read(desk.who, desk.id, wizard.ReadOptions())
    desk.plan(mapping=MAPPING)
    return desk


def test_the_sample_of_the_dynamics_sdk_comes_in_with_its_parents(office: Office) -> None:
    path = shared("dynamics-sdk-import-accounts.csv")
    with path.open(newline="") as file:
        headings = next(csv.reader(file))
    entity = mapping.entity_of(path.name, headings)
    office.commit()
    chosen = {0: "name", 1: "parent_account_id"}
    run, books = bring_in(office, office.who(office.mia), path, entity=entity, mapping=chosen)
    assert (run.entity, books.created, books.warned, books.balance) == ("account", 5, 0, True)
    assert accounts(office) == {
        "A. Datum Corporation": "Adventure Works",
        "Adventure Works": "",
        "Blue Yonder Airlines": "",
        "City Power & Light": "A. Datum Corporation",
        "Fabrikam, Inc.": "Adventure Works",
    }


def test_rows_before_and_behind_are_found_alike_whatever_the_batch(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    rows = ["A < D", "B < a", "C <  d ", "D", "E < B", "F < E"]
    _, books = import_it(office, tmp_path, *rows)
    assert (books.created, books.warned, books.problems) == (6, 0, [])
    assert accounts(office) == {"A": "D", "B": "A", "C": "D", "D": "", "E": "B", "F": "E"}
    assert office.session.exec(select(ImportLink)).all() == []


def test_a_record_that_is_here_goes_before_a_row_of_the_file(office: Office, tmp_path: Path) -> None:
    here = office.account(name="Group")
    _, books = import_it(office, tmp_path, "A < Group", "Group < ", duplicates="create")
    assert books.created == 2
    (row,) = office.session.exec(select(Account).where(Account.name == "A")).all()
    assert row.parent_account_id == here.id


def test_a_name_of_two_rows_and_a_row_of_its_own_name_are_warned_about(office: Office, tmp_path: Path) -> None:
    rows = ["Twin < < a@x.com", "Twin < < b@y.com", "Child < Twin", "Alone < Alone"]
    desk = desk_of(office, tmp_path, *rows)
    desk.plan(duplicates="create")
    seen = desk.examine()
    (parent,) = [c for c in seen.columns if c.heading == "Parent Account"]
    said = [f.sentence for f in desk.do(wizard.findings, parent.place)]
    assert sorted(said) == [
        "“Alone” is this row itself; Parent Account stays empty.",
        "“Twin” names 2 rows of this file; Parent Account stays empty.",
    ]
    books = desk.import_it()
    assert (books.created, books.warned) == (4, 3)  # and a second Twin
    assert accounts(office)["Child"] == accounts(office)["Alone"] == ""


def test_review_and_preview_know_the_rows_of_the_file(office: Office, tmp_path: Path) -> None:
    desk = desk_of(office, tmp_path, "A < B", "B < A", "C < Nobody")
    (column,) = desk.examine().columns
    assert [f.value for f in desk.do(wizard.findings, column.place)] == ["Nobody"]
    seen = desk.weigh()
    assert (seen.create, seen.warned) == (3, 1)


def test_a_mended_name_is_known_to_the_rows_that_point_to_it(office: Office, tmp_path: Path) -> None:
    desk = desk_of(office, tmp_path, "A < Big", "Bgi")
    assert desk.examine().flagged == 1
    desk.do(wizard.mend, 3, 0, "Big")
    assert desk.examine().flagged == 0
    desk.do(wizard.mend, 3, 0, "Bag")
    assert desk.examine().flagged == 1
    desk.do(wizard.mend, 3, 0, "Big")
    assert desk.import_it().warned == 0
    assert accounts(office) == {"A": "Big", "Big": ""}


def test_a_row_that_becomes_no_record_leaves_the_others_without_and_says_so(office: Office, tmp_path: Path) -> None:
    desk = desk_of(office, tmp_path, "A < B", "B", "C < A")
    desk.do(wizard.decide, 3, "skip")
    told = "Parent Account: “B” names row 3 of this file, which became no record; Parent Account stays empty."
    assert desk.weigh().warned == 1
    assert desk.do(wizard.rows, "create")[0].reasons == [told]
    books = desk.import_it()
    assert (books.created, books.skipped, books.warned, books.balance) == (2, 1, 1, True)
    assert desk.fresh().warned == 1
    (problem,) = office.session.exec(select(ImportProblem).where(ImportProblem.severity == "warning")).all()
    assert (problem.row, problem.column, problem.value) == (2, "Parent Account", "B")
    assert problem.text() == told.partition(": ")[2]
    assert accounts(office) == {"A": "", "C": "A"}


def test_a_row_that_is_a_record_already_stands_for_that_record(office: Office, tmp_path: Path) -> None:
    here = office.account(name="Old name", email="info@group.com", website="group.com", city="Porto")
    office.commit()
    rows = ["Child < Group", "Group < < info@group.com"]
    _, books = import_it(office, tmp_path, *rows, mode="both", key="email")
    assert (books.created, books.updated) == (1, 1)
    assert accounts(office) == {"Child": "Group", "Group": ""} and here.id


def test_a_record_that_was_here_is_changed_told_and_set_back(office: Office, tmp_path: Path) -> None:
    here = office.account(name="Here", email="here@x.com")
    office.commit()
    run, books = import_it(office, tmp_path, "Here < New < here@x.com", "New", mode="both", key="email")
    assert (books.created, books.updated, books.warned) == (1, 1, 0)
    assert accounts(office) == {"Here": "New", "New": ""}
    assert "Parent Account" in office.told(here)[0]
    (change,) = office.session.exec(select(ImportChange)).all()
    assert (change.record_id, list(change.before)) == (here.id, ["parent_account_id"])
    undo(office, run)
    assert accounts(office) == {"Here": ""}


def test_a_parent_is_not_made_if_a_row_of_the_file_is_it(office: Office, tmp_path: Path) -> None:
    rules = {"parent_account_id": LookupRule(make=MATCH_OR_CREATE)}
    _, books = import_it(office, tmp_path, "A < B", "B", "C < New", "D < New", lookups=rules)
    assert books.created == 4
    assert accounts(office) == {"A": "B", "B": "", "C": "New", "D": "New", "New": ""}


def test_parents_are_found_by_their_ids_in_the_source(office: Office, tmp_path: Path) -> None:
    rows = [["Source Id", "Account Name", "Parent"], ["001A", "A", "001C"], ["001B", "B", "001A"], ["001C", "C", ""]]
    office.commit()
    chosen = {0: "source_id", 1: "name", 2: "parent_account_id"}
    rules = {"parent_account_id": LookupRule(by=ID)}
    who = office.who(office.mia)
    bring_in(office, who, csv_file(tmp_path, rows), entity="account", mapping=chosen, lookups=rules)
    assert accounts(office) == {"A": "C", "B": "A", "C": ""}


def undo(office: Office, run: ImportRun) -> int:
    office.commit()
    act = records.Act(office.session, office.who(office.mia), db.now())
    wizard.start_undo(act, run.id or 0, also_edited=False)
    office.commit()
    return undoing.undo(run.id or 0)


def test_filled_look_ups_are_no_edits_and_undoing_removes_everything(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edited, "AT_ONCE", 2)
    run, _ = import_it(office, tmp_path, "A < D", "B < A", "C < B", "D < C", "E < A")
    rows = office.session.exec(select(Account)).all()
    assert {row.version for row in rows} == {1}
    assert office.session.exec(select(func.count()).select_from(History)).one() == 5
    act = records.Act(office.session, office.who(office.mia), db.now())
    seen = undoing.undo_view(act, run)
    assert (seen.created, seen.edited) == (5, [])
    office.commit()
    assert undo(office, run) == 0
    assert accounts(office) == {}


def test_the_parents_of_an_edited_account_stay_with_it(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edited, "AT_ONCE", 1)
    run, _ = import_it(office, tmp_path, "Top", "Middle < Top", "Low < Middle", "Other < Top")
    (low,) = office.session.exec(select(Account).where(Account.name == "Low")).all()
    records.save(office.act(office.mia), low, {"city": "Porto"})
    office.commit()
    assert undo(office, run) == 3
    assert accounts(office) == {"Top": "", "Middle": "Top", "Low": "Middle"}


def test_a_failing_run_leaves_nothing_that_waits(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rxcrm.models.importing import linking

    def fail(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(linking, "fill", fail)
    with pytest.raises(RuntimeError):
        import_it(office, tmp_path, "A < B", "B")
    assert accounts(office) == {} and office.session.exec(select(ImportLink)).all() == []


ROWS = 4_000


def big(folder: Path) -> Path:
    """Every account's parent is the one behind it."""
    return csv_file(folder, [HEAD[:2], *([f"Firm {n}", f"Firm {n + 1}" if n + 1 < ROWS else ""] for n in range(ROWS))])


@pytest.mark.parametrize("at", [1_000, ROWS])
def test_a_killed_run_still_knows_what_it_has_to_fill(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("RXCRM_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()
    office.commit()
    who = office.who(office.mia)
    path = big(tmp_path)
    run_id = wizard.register(records.Act(office.session, who, db.now()), path, path.name, "account").id or 0
    office.commit()
    wizard.read(who, run_id, wizard.ReadOptions())
    running.begin_here(run_id)
    process = subprocess.Popen(
        [sys.executable, "-m", "rxcrm.models.importing.work", str(run_id), work.RUN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdout
    for line in process.stdout:
        if json.loads(line).get("done", 0) >= at:
            process.send_signal(signal.SIGKILL)
            break
    assert process.wait(20) == -signal.SIGKILL
    assert office.session.exec(select(func.count()).select_from(ImportLink)).one() > 0
    office.commit()
    books = running.carry_out(run_id)
    assert (books.rows, books.created, books.warned, books.balance) == (ROWS, ROWS, 0, True)
    found = accounts(office)
    assert found == {f"Firm {n}": f"Firm {n + 1}" if n + 1 < ROWS else "" for n in range(ROWS)}
    assert office.session.exec(select(ImportLink)).all() == []
    settings.cache_clear()


def test_weighing_again_counts_the_same(office: Office, tmp_path: Path) -> None:
    desk = desk_of(office, tmp_path, "A < B", "B", "C < A")
    desk.do(wizard.decide, 3, "skip")
    first = desk.weigh()
    assert weighing.weigh(desk.fresh(), desk.who) and desk.do(wizard.preview) == first
