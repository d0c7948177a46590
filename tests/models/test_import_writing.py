"""Checked rows → leads, processes, history, books; and away again (issue part 8)."""

from __future__ import annotations

import csv
import os
import socket
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlmodel import SQLModel, col, func, select

from rxcrm.models import db, history, process, records
from rxcrm.models.errors import NotAllowed, NotFound
from rxcrm.models.history import History
from rxcrm.models.importing import files, rejects, running, runs, wizard
from rxcrm.models.importing.books import ImportProblem, RejectedRow, RunStatus
from rxcrm.models.importing.writing import Writer
from rxcrm.models.lead import Lead
from rxcrm.models.process import ProcessInstance, StageLog
from rxcrm.models.searching import sort_key
from tests.models.import_files import (
    EXAMPLES,
    HEAD,
    bring_in,
    carry_out,
    csv_file,
    register,
    shared,
    text_file,
    xlsx_file,
)
from tests.office import Office, Statements

pytestmark = pytest.mark.usefixtures("uploads")


def count(office: Office, table: type[SQLModel]) -> int:
    office.commit()
    return office.session.exec(select(func.count()).select_from(table)).one()


def leads(office: Office) -> list[Lead]:
    office.commit()
    return list(office.session.exec(select(Lead).order_by(col(Lead.id))))


def many(tmp_path: Path, n: int) -> Path:
    return csv_file(tmp_path, [HEAD, *([f"Topic {i}", "Ana", f"Sousa {i}"] for i in range(n))])


def test_an_imported_lead_is_what_create_would_have_made(office: Office, tmp_path: Path) -> None:
    """Same values, keys, owner, process; only import, times and the kind of history differ."""
    typed = {
        "topic": "Łódź fair",
        "first_name": "João",
        "last_name": "Żak",
        "company_name": "Ça Va",
        "email": "J@x.com",
    }
    typed |= {
        "business_phone": "22 123 45 67",
        "city": "Łódź",
        "rating": "3",
        "lead_source": "7",
        "annual_revenue": "12.5",
    }
    made = records.create(office.act(office.sara), Lead, typed)
    office.commit()
    labels = {s.name: s.label for s in records.fields_of(Lead).values()}
    shown = typed | {"rating": "Cold", "lead_source": "Trade Show"}
    rows = [[labels[n] for n in shown], list(shown.values())]
    bring_in(office, office.who(office.sara), csv_file(tmp_path, rows), duplicates="create")
    _, brought = leads(office)
    different = {"id", "created_on", "modified_on", "import_id"}
    assert brought.model_dump(exclude=different) == made.model_dump(exclude=different)
    one, two = (process.instance_of(office.session, lead.id or 0) for lead in (made, brought))
    same = {"id", "lead_id", "stage_entered_on", "started_on"}
    assert one and two and one.model_dump(exclude=same) == two.model_dump(exclude=same)
    assert [s.stage for s in office.session.exec(select(StageLog))] == ["qualify", "qualify"]
    assert office.told(brought) == ["Sara imported this record"]


def test_the_published_salesforce_export_comes_in_whole(office: Office) -> None:
    """S 13.21."""
    run, books = bring_in(office, office.who(office.mia), shared("salesforce-demo-leads.csv"))
    assert (books.rows, books.accepted, books.warned, books.rejected, books.blank) == (22, 22, 22, 0, 0)
    assert (run.rows, run.accepted, run.rejected, run.blank, run.status) == (22, 22, 0, 0, "done")
    problems = wizard.problems(office.act(office.mia), run.id or 0, limit=1000)
    assert {p.column for p in problems} == {"LeadSource", "Industry", "Status", "OwnerId"}
    bertha = leads(office)[0]
    assert (bertha.topic, bertha.status, bertha.status_reason) == ("Farmers Coop. of Florida - Bertha Boxer", 0, 1)
    (entry,) = history.entries(office.session, Lead, bertha.id or 0, office.who(office.mia).conventions)
    assert entry.remark == "salesforce-demo-leads.csv · #2 · Status: Closed - Converted"


def test_every_contact_of_atomic_crm_comes_in(office: Office) -> None:
    _, books = bring_in(office, office.who(office.mia), shared("atomic-crm-contacts.csv"))
    assert (books.rows, books.accepted) == (500, 500)


@pytest.mark.parametrize("name, accepted", [("leads-windows-1252.csv", 3), ("leads.xlsx", 3), ("leads-2003.xml", 2)])
def test_our_examples_come_in_without_a_warning(office: Office, name: str, accepted: int) -> None:
    _, books = bring_in(office, office.who(office.mia), EXAMPLES / name)
    assert (books.accepted, books.rejected, books.problems) == (accepted, 0, [])


def test_accepted_rejected_and_blank_are_all_rows(office: Office, tmp_path: Path) -> None:
    rows = [
        HEAD,
        ["a", "b", "c"],
        ["", " ", "\t"],
        ["a", "b", ""],
        ["", "b", "c"],
        ["x" * 301, "", "c"],
        ["a", "", "z"],
    ]
    run, books = bring_in(office, office.who(office.sara), csv_file(tmp_path, rows))
    assert (books.rows, books.accepted, books.rejected, books.blank) == (6, 2, 3, 1)
    found = wizard.problems(office.act(office.sara), run.id or 0, "rejected")
    assert [(p.row, p.column, p.text()) for p in found] == [
        (4, "Last Name", "Last Name is required."),
        (5, "Topic", "Topic is required."),
        (6, "Topic", "Topic can have at most 300 characters; this has 301."),
    ]
    assert wizard.problems(office.act(office.sara), run.id or 0, "rejected", after=found[1].id or 0) == found[2:]
    assert books.as_json()["problems"][0]["reason"] == "Last Name is required."


def test_a_topic_is_composed_where_no_column_brings_one(office: Office, tmp_path: Path) -> None:
    rows = [["Company Name", "Last Name"], ["Contoso", "Sousa"], ["", "Nowak"]]
    bring_in(office, office.who(office.sara), csv_file(tmp_path, rows), topic_pattern="{Last Name} / {Company Name}")
    assert [lead.topic for lead in leads(office)] == ["Sousa / Contoso", "Nowak"]


def test_rejected_rows_come_back_as_they_were_with_their_reason(office: Office, tmp_path: Path) -> None:
    rows = [["Topic;Last Name;Größe"], ["a;;00123"], ["b;Müller;5"], ['"";"ü;x";;over']]
    path = text_file(tmp_path, "\r\n".join(r[0] for r in rows), "cp1252", "Leads März.csv")
    run, _ = bring_in(office, office.who(office.sara), path)
    name, kind = rejects.write_rejected(office.session, run, "en", tmp_path / "left")
    assert (name, kind) == ("Leads März – rejected.csv", "text/csv")
    assert list(csv.reader((tmp_path / "left").read_text("cp1252").splitlines(), delimiter=";")) == [
        ["Topic", "Last Name", "Größe", "Import Result", "Import Reason"],
        ["a", "", "00123", "Rejected", "Last Name: Last Name is required."],
        ["", "ü;x", "", "Rejected", "Topic: Topic is required.", "over"],
    ]


def test_rejected_rows_of_a_workbook_come_back_as_one_with_text_cells(office: Office, tmp_path: Path) -> None:
    run, _ = bring_in(office, office.who(office.sara), xlsx_file(tmp_path, [HEAD, ["+1", "'007", ""], ["a", "b", "c"]]))
    name, _ = rejects.write_rejected(office.session, run, "en", tmp_path / "left.xlsx")
    sheet = load_workbook(tmp_path / "left.xlsx").active
    assert name == "leads – rejected.xlsx"
    assert [[c.value for c in row] for row in sheet.iter_rows()][1] == [
        "+1",
        "'007",
        None,
        "Rejected",
        "Last Name: Last Name is required.",
    ]
    assert not any(c.data_type == "f" for row in sheet.iter_rows() for c in row)


def test_zeros_and_odd_characters_are_stored_on_every_database(office: Office, tmp_path: Path) -> None:
    rows = [[*HEAD, "Rating"], ["a\0b", "\u202eevil", "So\0usa", "\0odd"], ["\0", "x\0", "", ""]]
    run, books = bring_in(office, office.who(office.sara), csv_file(tmp_path, rows))
    assert (books.accepted, books.rejected) == (1, 1)
    assert (leads(office)[0].topic, leads(office)[0].first_name) == ("ab", "evil")
    rejects.write_rejected(office.session, run, "en", tmp_path / "left")
    assert b"\0" not in (tmp_path / "left").read_bytes()


def test_a_dry_run_keeps_the_books_and_writes_nothing(office: Office, tmp_path: Path) -> None:
    path = csv_file(tmp_path, [HEAD, ["a", "", "b"], ["a", "", ""]])
    run, books = bring_in(office, office.who(office.sara), path, dry_run=True)
    assert (books.accepted, books.rejected, run.status) == (1, 1, "uploaded")
    assert all(count(office, table) == 0 for table in (Lead, History, ProcessInstance, ImportProblem))


def test_batches_are_written_in_the_order_of_the_file(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 10)
    seen: list[tuple[int, int]] = []
    _, books = bring_in(office, office.who(office.sara), many(tmp_path, 25), progress=lambda *a: seen.append(a))
    assert (books.accepted, seen) == (25, [(10, 25), (20, 25), (25, 25)])
    assert [lead.topic for lead in leads(office)] == [f"Topic {i}" for i in range(25)]
    remarks = office.session.exec(select(History.remark).order_by(col(History.record_id))).all()
    assert remarks == [f"leads.csv · #{n}" for n in range(2, 27)]
    assert count(office, StageLog) == count(office, ProcessInstance) == 25


def test_the_number_of_statements_does_not_grow_with_the_rows(office: Office, tmp_path: Path) -> None:
    ran, who = [], office.who(office.sara)
    bring_in(office, who, many(tmp_path, 10))
    for n in (10, 20):
        with Statements(office.engine) as statements:
            bring_in(office, who, many(tmp_path, n))
        ran.append(len(statements))
    assert ran[0] == ran[1]


def test_a_file_is_imported_once(office: Office, tmp_path: Path, uploads: Path) -> None:
    who = office.who(office.sara)
    run, _ = bring_in(office, who, many(tmp_path, 3))
    assert not list(uploads.iterdir())
    text_file(uploads, "Topic,Last Name\na,b\n", name=run.stored_as)
    with pytest.raises(NotAllowed, match="has begun"):
        carry_out(run, who, {0: "topic", 1: "last_name"})
    assert count(office, Lead) == 3


def test_cancelling_takes_everything_back(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 10)
    office.lead()
    asked = iter([False, False, True])
    run, books = bring_in(office, office.who(office.sara), many(tmp_path, 50), cancelled=lambda: next(asked))
    assert (books.status, books.accepted, run.status, run.accepted) == ("cancelled", 0, "cancelled", 0)
    assert (
        count(office, Lead) == count(office, History) == count(office, ProcessInstance) == count(office, StageLog) == 1
    )


def test_a_failure_in_the_middle_takes_everything_back_and_says_so(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 10)
    write, calls = Writer.write, []

    def breaking(*args: Any) -> None:
        calls.append(1)
        write(*args)
        if len(calls) == 3:
            raise RuntimeError("the disk is full")

    monkeypatch.setattr(Writer, "write", breaking)
    path = csv_file(tmp_path, [HEAD, *([f"T{i}", "", "x" if i % 5 else ""] for i in range(50))])
    who = office.who(office.sara)
    run = register(office, who, path)
    with pytest.raises(RuntimeError):
        carry_out(run, who, {0: "topic", 2: "last_name"})
    office.session.refresh(run)
    assert (run.status, run.message) == ("failed", "The import stopped because of an error.")
    tables = (Lead, History, ProcessInstance, StageLog, ImportProblem, RejectedRow)
    assert [count(office, table) for table in tables] == [0] * 6


def test_what_a_crash_left_is_cleaned_at_the_next_start(office: Office, tmp_path: Path) -> None:
    run, _ = bring_in(office, office.who(office.sara), many(tmp_path, 5))
    alive = subprocess.Popen(["sleep", "60"])
    here = f"{socket.gethostname()[:60]}:{alive.pid}:before"
    run.status, run.runner, run.beat_on = RunStatus.RUNNING.value, here, db.now()
    office.commit()
    assert runs.recover() == 0
    alive.kill()
    alive.wait()
    assert runs.recover() == 1
    office.session.refresh(run)
    assert run.status == "failed" and "stopped during this import" in run.message
    assert count(office, Lead) == count(office, ProcessInstance) == 0


def test_an_import_of_another_host_is_alive_while_it_shows_itself(office: Office, tmp_path: Path) -> None:
    run = register(office, office.who(office.sara), many(tmp_path, 1))
    run.status, run.runner, run.beat_on = RunStatus.RUNNING.value, "elsewhere:7:abc", db.now()
    office.commit()
    assert runs.recover() == 0
    run.beat_on = db.now() - timedelta(hours=1)
    office.commit()
    assert runs.recover() == 1


def test_files_that_nobody_touches_go_after_a_week_at_the_next_start(
    office: Office, tmp_path: Path, uploads: Path
) -> None:
    run = register(office, office.who(office.sara), many(tmp_path, 1))
    run.created_on = db.now() - timedelta(days=8)
    office.commit()
    runs.recover()
    assert len(list(uploads.iterdir())) == 1
    os.utime(files.stored(run), (0, 0))
    runs.recover()
    assert not list(uploads.iterdir())


def test_only_whoever_may_import_and_create_may_import(office: Office, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed, match="may not import"):
        register(office, office.who(office.tim), many(tmp_path, 1))


def test_a_run_is_seen_by_its_owner_administrators_and_who_reads_everything(office: Office, tmp_path: Path) -> None:
    run = register(office, office.who(office.sara), many(tmp_path, 1))
    assert wizard.visible_run(office.act(office.tom), run.id or 0) == run
    with pytest.raises(NotAllowed, match="Only who began"):
        carry_out(run, office.who(office.tom), {2: "last_name"})


def test_where_sellers_read_their_own_alone_a_run_is_its_owners_and_the_administrators(
    office: Office, tmp_path: Path
) -> None:
    office.settle(private=True)
    run = register(office, office.who(office.sara), many(tmp_path, 1))
    assert wizard.visible_run(office.act(office.sara), run.id or 0) == wizard.visible_run(
        office.act(office.ada), run.id or 0
    )
    for stranger in (office.tom, office.mia):
        with pytest.raises(NotFound):
            wizard.visible_run(office.act(stranger), run.id or 0)
        with pytest.raises(NotFound):
            carry_out(run, office.who(stranger), {2: "last_name"})
    with pytest.raises(NotFound):
        wizard.visible_run(office.act(office.ada), 999)


def test_an_upload_is_kept_under_a_random_name_for_the_server_alone(
    office: Office, tmp_path: Path, uploads: Path
) -> None:
    run = register(office, office.who(office.sara), many(tmp_path, 1))
    (stored,) = uploads.iterdir()
    assert (stored.name, stored.stat().st_mode & 0o777) == (run.stored_as, 0o600)
    assert run.file_name == "leads.csv" and len(stored.name) == 32


def test_a_mapping_that_cannot_be_used_leaves_the_run_to_be_tried_again(office: Office, tmp_path: Path) -> None:
    who = office.who(office.sara)
    run = register(office, who, many(tmp_path, 1))
    with pytest.raises(Exception, match="no field"):
        carry_out(run, who, {0: "nonsense"})
    assert carry_out(run, who, {0: "topic", 2: "last_name"}).accepted == 1


def test_accounts_are_looked_up_by_name_if_exactly_one_is_visible(office: Office, tmp_path: Path) -> None:
    fabrikam = office.account(name="Fabrikam")
    office.account(name="Twin")
    office.account(name="Twin")
    rows = [[*HEAD, "Existing Account?"], ["a", "", "b", "FABRIKAM"], ["a", "", "b", "Twin"], ["a", "", "b", "Nobody"]]
    office.commit()
    _, books = bring_in(office, office.who(office.sara), csv_file(tmp_path, rows))
    assert [lead.existing_account_id for lead in leads(office)] == [fabrikam.id, None, None]
    assert (books.accepted, books.warned) == (3, 2)


def test_imported_leads_of_others_carry_their_owner(office: Office, tmp_path: Path) -> None:
    bring_in(office, office.who(office.mia), csv_file(tmp_path, [[*HEAD, "Owner"], ["a", "", "b", "sara@contoso.com"]]))
    (lead,) = leads(office)
    assert (lead.owner_user_id, lead.unit_id, lead.owner_key) == (office.sara.id, office.sara.unit_id, sort_key("Sara"))
    assert lead.created_by_id == office.mia.id
