"""What was exported comes back: nothing changes unless somebody changed it in the file (issue 5, part 2; S 6.2)."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import select

from rxcrm.models import db, records
from rxcrm.models.access import Who
from rxcrm.models.activity import Activity
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind, ActivityReason, LeadReason, Rating
from rxcrm.models.exporting.making import make
from rxcrm.models.exporting.wanted import AGAIN, ALL, CSV, XLSX, XML, Wanted
from rxcrm.models.importing import runs, wizard
from rxcrm.models.importing.books import Books, ImportRun
from rxcrm.models.importing.plan import Plan
from rxcrm.models.lead import Lead
from rxcrm.models.tables import RECORDS
from tests.office import Office

pytestmark = pytest.mark.usefixtures("uploads")


def furnish(office: Office) -> None:
    """A record or two of every table, with values that are hard to write and read."""
    account = office.account(office.mia, name="=Fabrikam", annual_revenue=Decimal("1234.50"), description="a\nb")
    contact = office.contact(
        office.mia,
        first_name="'Ana",
        last_name="+Sousa",
        email="ana@x.com",
        account_id=account.id,
        birthday=date(1980, 2, 3),
    )
    office.lead(
        office.mia,
        topic="@Racks; \"x\", 'y'",
        first_name="Jo",
        last_name="00123",
        rating=Rating.HOT,
        estimated_amount=Decimal("-0.05") + 1,
        existing_account_id=account.id,
        existing_contact_id=contact.id,
        business_phone="+48 22 123 45 67",
        description="=1+1",
    )
    office.lead(office.mia, topic="TRUE", last_name="1E5", status_reason=LeadReason.CONTACTED)
    office.opportunity(office.mia, topic="Deal", account_id=account.id, estimated_revenue=Decimal("99.90"))
    task = office.bare(
        Activity, kind=ActivityKind.TASK, status_reason=ActivityReason.TASK_IN_PROGRESS, subject="Call back", due_on=office.now, regarding_entity="account",
        regarding_id=account.id,
    )  # fmt: skip
    records.own(task, office.mia)
    task.refresh_keys()
    office.session.add(task)
    office.commit()


def exported(office: Office, folder: Path, entity: str, format: str, which: str) -> Path:
    who = mia(office)
    path = folder / f"{entity}.{format}"
    make(who, Wanted(entity=entity, view="all", format=format, which=which), path, db.now())
    return path


def judged(office: Office, path: Path, **parts: object) -> tuple[Books, int, Plan]:
    """What an import of the file would do, by the plan that is proposed for it."""
    who = mia(office)
    (number,) = wizard.take_in(who, path, path.name)
    plan = runs.inspect(who, number).plan
    for name, value in parts.items():
        setattr(plan, name, value)
    return runs.carry_out(number, who, plan, dry_run=True), number, plan


def mia(office: Office) -> Who:
    who = office.who(office.mia)
    office.commit()  # reading with the office's session holds SQLite's write lock
    return who


def state(office: Office, entity: str) -> list[dict[str, object]]:
    office.commit()
    office.session.expire_all()
    table: type[Record] = RECORDS[entity]
    found = [row.model_dump() for row in office.session.exec(select(table).order_by(table.id))]  # type: ignore[attr-defined]
    office.commit()
    return found


@pytest.mark.parametrize("entity", list(RECORDS))
@pytest.mark.parametrize("format", [XLSX, CSV, XML])
@pytest.mark.parametrize("which", ["shown", ALL, AGAIN])
def test_an_export_that_comes_back_changes_nothing(
    office: Office, tmp_path: Path, entity: str, format: str, which: str
) -> None:
    furnish(office)
    path = exported(office, tmp_path, entity, format, which)
    before = state(office, entity)
    books, number, plan = judged(office, path)
    run = db.read(lambda session: session.get_one(ImportRun, number))
    assert (run.entity, plan.key) == (entity, "record_id")
    assert (books.rows, books.skipped, books.rejected) == (len(before), len(before), 0), books.problems
    runs.carry_out(number, mia(office), plan)
    assert state(office, entity) == before


@pytest.mark.parametrize("entity", list(RECORDS))
def test_without_its_checksums_it_still_changes_nothing(office: Office, tmp_path: Path, entity: str) -> None:
    """Somebody deleted the column, or sorted and saved the file with a program that rewrites every cell."""
    furnish(office)
    path = exported(office, tmp_path, entity, CSV, AGAIN)
    before = state(office, entity)
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    at = rows[0].index("(Do Not Modify) Row Checksum")
    for row in rows[1:]:
        row[at] = "0" * 16
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    books, number, plan = judged(office, path)
    assert (books.skipped, books.rejected) == (len(before), 0), books.problems
    runs.carry_out(number, mia(office), plan)
    assert state(office, entity) == before


def edited(path: Path, heading: str, old: str, new: str) -> None:
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    at = rows[0].index(heading)
    for row in rows[1:]:
        row[at] = new if row[at] == old else row[at]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def test_what_was_edited_in_the_file_is_all_that_changes(office: Office, tmp_path: Path) -> None:
    furnish(office)
    path = exported(office, tmp_path, "lead", CSV, AGAIN)
    edited(path, "Topic", "TRUE", "FALSE")
    before = state(office, "lead")
    books, number, plan = judged(office, path)
    assert (books.updated, books.skipped) == (1, 1), books.problems
    runs.carry_out(number, mia(office), plan)
    after = state(office, "lead")
    changed = {
        name for one, two in zip(before, after, strict=True) for name, value in one.items() if two[name] != value
    }
    assert changed == {"topic", "topic_key", "search_text", "modified_by_id", "modified_on", "version"}


def test_an_edited_row_whose_columns_name_its_status_keeps_its_reason(office: Office, tmp_path: Path) -> None:
    furnish(office)
    path = exported(office, tmp_path, "lead", CSV, ALL)
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    at = rows[0].index("Status Reason")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([cell for i, cell in enumerate(row) if i != at] for row in rows)
    edited(path, "Topic", "TRUE", "FALSE")
    books, number, plan = judged(office, path)
    runs.carry_out(number, mia(office), plan)
    lead = office.session.exec(select(Lead).where(Lead.topic == "FALSE")).one()
    office.session.refresh(lead)
    office.commit()
    assert books.updated == 1 and lead.status_reason == LeadReason.CONTACTED


def test_what_was_changed_here_after_the_export_is_refused_unless_confirmed(office: Office, tmp_path: Path) -> None:
    furnish(office)
    path = exported(office, tmp_path, "lead", CSV, AGAIN)
    edited(path, "Topic", "TRUE", "FALSE")
    lead = office.session.exec(select(Lead).where(Lead.topic == "TRUE")).one()
    act = office.act(office.mia)
    act.now = db.now() + timedelta(minutes=5)
    records.save(act, lead, {"city": "Porto"})
    office.commit()
    books, _, _ = judged(office, path)
    assert (books.rejected, books.skipped) == (1, 1)
    assert "was changed on" in books.problems[0]["reason"]
    books, number, plan = judged(office, path, overwrite=True)
    assert (books.updated, books.rejected) == (1, 0)
    runs.carry_out(number, mia(office), plan)
    office.session.expire_all()
    assert (lead.topic, lead.city) == ("FALSE", "Porto")
    office.commit()


def test_what_is_left_of_our_own_csv_is_escaped_and_comes_back_the_same(office: Office, tmp_path: Path) -> None:
    furnish(office)
    before = state(office, "lead")
    who = mia(office)
    (number,) = wizard.take_in(who, exported(office, tmp_path, "lead", CSV, AGAIN), "leads.csv")
    plan = runs.inspect(who, number).plan
    assert runs.carry_out(number, who, plan).skipped == 2
    left = tmp_path / "left.csv"
    name, kind = db.read(lambda s: wizard.left_file(records.Act(s, who, db.now()), number, left))
    assert (name, kind) == ("leads – rejected.csv", "text/csv")
    text = left.read_text("utf-8-sig")
    assert "'@Racks" in text and "'=1+1" in text and text.count("not changed since it was exported") == 2
    books, again, _ = judged(office, left)
    assert (books.rows, books.skipped, books.created, books.updated, books.rejected) == (2, 2, 0, 0, 0)
    assert [p["reason"] for p in books.problems] == ["This row was not changed since it was exported."] * 2
    assert state(office, "lead") == before and again != number
