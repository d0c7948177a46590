"""Rows of an import that are there already come in with a warning that names the record or row (S R3.15)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import func, select

from rxcrm.models.importing import files
from rxcrm.models.importing.books import Books
from rxcrm.models.matching.tables import MatchKey
from tests.models.import_files import bring_in, csv_file
from tests.office import Office

HEAD = ["Topic", "First Name", "Last Name", "Email", "Company Name"]
ROWS = [
    ["Lamps", "Regina", "Murphy", "REGINA@contoso.com", "Contoso"],
    ["Lamps", "Regina", "Merphy", "", "Contoso Inc."],
    ["Chairs", "Olga", "Nowak", "olga@fabrikam.com", "Fabrikam"],
    ["Chairs", "Olga", "Nowak", "Olga@Fabrikam.com", "Fabrikam"],
]


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "imports"
    folder.mkdir()
    monkeypatch.setattr(files, "folder", lambda: folder)


def imported(office: Office, tmp_path: Path) -> Books:
    office.commit()
    _run, books = bring_in(office, office.who(office.sara), csv_file(tmp_path, [HEAD, *ROWS]), duplicates="create")
    return books


def told(books: Books) -> list[tuple[int, str]]:
    return [(problem["row"], problem["reason"]) for problem in books.problems]


def test_rows_like_records_or_like_one_another_are_warned_of_and_come_in(office: Office, tmp_path: Path) -> None:
    office.lead(first_name="Regina", last_name="Murphy", email="regina@contoso.com", company_name="Contoso")
    books = imported(office, tmp_path)
    assert (books.accepted, books.warned, books.rejected) == (4, 3, 0)
    assert told(books) == [
        (2, "“Regina Murphy” may be here already. Same e-mail address."),
        (3, "“Regina Murphy” may be here already. Similar name."),
        (5, "This may be the same as row 4. Same e-mail address."),
    ]


def test_a_record_that_the_importer_may_not_read_is_not_named(office: Office, tmp_path: Path) -> None:
    office.settle(private=True)
    office.lead(office.olaf, first_name="Regina", last_name="Murphy", email="regina@contoso.com")
    assert not any("Regina" in reason for _row, reason in told(imported(office, tmp_path)))


def test_the_organisation_may_not_want_to_know(office: Office, tmp_path: Path) -> None:
    office.settle(detect_on_import=False)
    office.lead(first_name="Regina", last_name="Murphy", email="regina@contoso.com")
    assert imported(office, tmp_path).warned == 0
    assert office.session.scalar(select(func.count()).select_from(MatchKey)) > 20
