"""`rxcrm import`: the books, what is refused, and who owns what came in (issue 2, part 8; S 13.17-13.21)."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlmodel import Session, select

from rxcrm.models import db
from rxcrm.models.history import History
from rxcrm.models.importing.books import ImportRun
from rxcrm.models.lead import Lead
from rxcrm.models.people import User
from rxcrm.settings import settings
from tests.cli.conftest import Run, dump, user
from tests.models.import_files import csv_file, text_file, xlsx_file

pytestmark = pytest.mark.usefixtures("house")
HEAD = ["Topic", "Last Name", "E-mail", "Firma"]
#: Two accepted (one with a warning), one rejected, one blank.
ROWS = [
    HEAD,
    ["Forklifts", "Sousa", "ana@example.com", "Azulejos"],
    ["Racks", "Lis", "not an address", "Meble"],
    ["", "", "", ""],
    ["Doors", "", "", "Nobody Ltd"],
]
BOOKS = {"rows": 4, "accepted": 2, "warned": 1, "rejected": 1, "blank": 1}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return csv_file(tmp_path, ROWS)


def leads() -> Sequence[Lead]:
    return db.read(lambda session: session.exec(select(Lead).order_by(Lead.topic_key)).all())


def waiting() -> list[Path]:
    """Files that an import has left in the data folder."""
    return list((settings().data_dir / "imports").glob("*"))


def nothing_happened(before: object) -> bool:
    return db.read(dump) == before and not waiting()


# -- the books -------------------------------------------------------------------------------------------------------


def test_the_last_line_of_json_is_the_books(run: Run, file: Path) -> None:
    said = run("import", file, "--json")
    books = json.loads(said.out.splitlines()[-1])
    assert said.code == 0 and {name: books[name] for name in BOOKS} == BOOKS
    assert books["accepted"] + books["rejected"] + books["blank"] == books["rows"]
    assert books["status"] == "done"
    assert [(p["row"], p["severity"], p["column"]) for p in books["problems"]] == [
        (3, "warning", "E-mail"),
        (5, "rejected", "Last Name"),
    ]
    assert [lead.last_name for lead in leads()] == ["Sousa", "Lis"]


def test_nothing_but_the_books_is_on_stdout_with_json(run: Run, file: Path) -> None:
    said = run("import", file, "--json")
    assert len(said.out.splitlines()) == 1 and "Recognised by" in said.err


def test_the_books_are_told_in_words_without_json(run: Run, file: Path) -> None:
    said = run("import", file)
    told = " ".join(said.out.split())
    assert "Accepted 2 of these with warnings 1 created 2 updated 0 Skipped 0 Rejected 1 Blank 1 Rows of data 4" in told
    assert "5 Last Name Last Name is required." in told and not said.err


@pytest.mark.parametrize("name", ["leads.csv", "leads.xlsx"])
def test_the_books_add_up_for_every_format(run: Run, tmp_path: Path, name: str) -> None:
    path = xlsx_file(tmp_path, ROWS) if name.endswith("xlsx") else csv_file(tmp_path, ROWS)
    books = json.loads(run("import", path, "--json").out)
    assert {key: books[key] for key in BOOKS} == BOOKS


def test_rejected_rows_can_be_had_as_a_file(run: Run, file: Path, tmp_path: Path) -> None:
    said = run("import", file, "--rejected", tmp_path / "again.csv")
    assert said.code == 0 and "again.csv; mend them there" in said.out
    heading, row = (tmp_path / "again.csv").read_text("utf-8-sig").splitlines()
    assert heading.startswith(",".join(HEAD)) and row.startswith("Doors,,,Nobody Ltd,")


def test_a_file_of_rejected_rows_only_is_no_failure(run: Run, tmp_path: Path) -> None:
    said = run("import", csv_file(tmp_path, [HEAD, ["Doors", "", "", ""]]), "--json")
    assert said.code == 0 and json.loads(said.out)["rejected"] == 1


def test_accounts_can_be_imported_too(run: Run, tmp_path: Path) -> None:
    path = csv_file(tmp_path, [["Account Name", "City"], ["Fabrikam", "Kraków"]])
    books = json.loads(run("import", path, "--entity", "account", "--json").out)
    assert (books["accepted"], books["rows"]) == (1, 1)


# -- a dry run -------------------------------------------------------------------------------------------------------


def test_a_dry_run_has_the_same_books_and_writes_nothing(run: Run, file: Path) -> None:
    before = db.read(dump)
    said = run("import", file, "--dry-run", "--json")
    books = json.loads(said.out.splitlines()[-1])
    assert said.code == 0 and {name: books[name] for name in BOOKS} == BOOKS
    assert "Nothing was written" in said.err
    assert nothing_happened(before)


def test_a_dry_run_writes_no_file_of_rejected_rows(run: Run, file: Path, tmp_path: Path) -> None:
    run("import", file, "--dry-run", "--rejected", tmp_path / "again.csv")
    assert not (tmp_path / "again.csv").exists()


def test_a_dry_run_says_why_rows_would_be_skipped(run: Run, file: Path) -> None:
    assert run("import", file).code == 0
    said = run("import", file, "--dry-run")
    assert "“Sousa” may be here already. Same e-mail address." in said.out
    assert "Last Name is required." in said.out
    books = json.loads(run("import", file, "--dry-run", "--json").out)
    told = [(p["row"], p["severity"]) for p in books["problems"]]
    assert told == [(2, "skipped"), (3, "skipped"), (5, "rejected")]
    assert [(p["row"], p["severity"]) for p in books_of(run, file)["problems"]] == told


# -- columns ---------------------------------------------------------------------------------------------------------


def test_map_puts_a_column_onto_a_field_by_name_or_label(run: Run, file: Path) -> None:
    assert run("import", file, "--map", "Firma=company_name").code == 0
    assert run("import", file, "--map", "firma=Company Name").code == 0
    assert {lead.company_name for lead in leads()} == {"Azulejos", "Meble"}


def test_map_leaves_a_column_out(run: Run, file: Path) -> None:
    said = run("import", file, "--map", "E-mail=", "--json")
    assert json.loads(said.out)["warned"] == 0
    assert {lead.email for lead in leads()} == {""}


def test_map_takes_a_field_away_from_the_column_that_was_recognised(run: Run, file: Path) -> None:
    run("import", file, "--map", "Firma=topic")
    assert {lead.topic for lead in leads()} == {"Azulejos", "Meble"}


def test_topics_are_composed_where_the_file_has_none(run: Run, tmp_path: Path) -> None:
    path = csv_file(tmp_path, [["Last Name", "Company"], ["Sousa", "Azulejos"]])
    assert run("import", path, "--topic", "Fair: {last_name}").code == 0
    assert [lead.topic for lead in leads()] == ["Fair: Sousa"]


# -- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (["--map", "Firma"], "“Firma” says no field. Write --map 'Heading=field'"),
        (["--map", "Nowhere=topic"], "no column “Nowhere”. It has: Topic, Last Name, E-mail, Firma."),
        (["--map", "Firma=nonsense"], "There is no field “nonsense”. There are: "),
        (["--topic", "{nonsense}", "--map", "Topic="], "nonsense"),
        (["--sheet", "Fair"], "Fair"),
        (["--owner", "nobody@x.com"], "There is no user with the e-mail address nobody@x.com"),
        (["--as", "nobody@x.com"], "There is no user with the e-mail address nobody@x.com"),
        (["--as", "tim@contoso.com"], "Your role may not import files."),
        (["--rejected", "/no/such/folder/again.csv"], "There is no folder /no/such/folder"),
    ],
)
def test_what_cannot_be_done_writes_nothing_and_says_why(
    run: Run, tmp_path: Path, words: list[str], because: str
) -> None:
    path = xlsx_file(tmp_path, ROWS) if "--sheet" in words else csv_file(tmp_path, ROWS)
    before = db.read(dump)
    said = run("import", path, *words)
    assert said.code == 1 and because in said.err
    assert nothing_happened(before)


def test_a_file_that_is_not_there(run: Run, tmp_path: Path) -> None:
    said = run("import", tmp_path / "none.csv", "--json")
    assert (said.code, said.out, said.err) == (1, "", f"There is no file {tmp_path / 'none.csv'}.\n")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("headings.csv", b"Topic,Last Name\n"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4),
        ("broken.xlsx", b"PK\x03\x04 and no more"),
        ("bomb.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><Workbook>&b;</Workbook>'),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(
    run: Run, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    before = db.read(dump)
    said = run("import", tmp_path / name)
    assert said.code == 1 and said.err.endswith(".\n") and len(said.err.splitlines()) == 1
    assert nothing_happened(before)


@pytest.mark.parametrize("words", [[], ["a.csv", "b.csv"], ["a.csv", "--entity", "dog"], ["a.csv", "--dry"]])
def test_a_command_that_is_written_wrongly_ends_with_2(run: Run, words: list[str]) -> None:
    said = run("import", *words)
    assert said.code == 2 and "usage: rxcrm" in said.err


# -- owners ----------------------------------------------------------------------------------------------------------


def owners_and_importers(session: Session) -> set[tuple[str, str, str]]:
    """Of every lead: who owns it, who made it, who stands in its history."""
    names = {u.id: u.name for u in session.exec(select(User))}
    found = session.exec(select(Lead, History).join(History, History.record_id == Lead.id)).all()
    return {(names[lead.owner_user_id], names[lead.created_by_id], names[entry.by_id]) for lead, entry in found}


def test_leads_are_the_importers_without_an_owner(run: Run, file: Path) -> None:
    run("import", file, "--as", "sara@contoso.com")
    assert db.read(owners_and_importers) == {("Sara", "Sara", "Sara")}


def test_a_manager_gives_a_file_to_a_seller_and_stays_its_importer(run: Run, file: Path) -> None:
    assert run("import", file, "--as", "mia@contoso.com", "--owner", "sara@contoso.com").code == 0
    assert db.read(owners_and_importers) == {("Sara", "Mia", "Mia")}
    assert {(lead.unit_id, lead.owner_key) for lead in leads()} == {(user("Sara").unit_id, user("Sara").name_key)}
    imported = db.read(lambda s: s.exec(select(ImportRun)).one())
    assert (imported.created_by_id, imported.plan["owner"]) == (user("Mia").id, user("Sara").id)


def test_the_files_own_owners_come_first(run: Run, tmp_path: Path) -> None:
    rows = [["Topic", "Last Name", "Owner"], ["A", "Sousa", "Tom"], ["B", "Lis", "Nobody"], ["C", "Mia's", "Mia"]]
    words = ["--as", "mia@contoso.com", "--owner", "sara@contoso.com", "--json"]
    books = json.loads(run("import", csv_file(tmp_path, rows), *words).out)
    assert [lead.owner_user_id for lead in leads()] == [user("Tom").id, user("Sara").id, user("Mia").id]
    assert [p["reason"] for p in books["problems"]] == ["There is no user “Nobody”; the record goes to Sara."]


@pytest.mark.parametrize(
    ("asker", "owner", "because"),
    [
        ("sara", "tom", "Your role may not choose owners, so what you import is yours."),
        ("mia", "olaf", "Olaf may not own these records or is outside your reach."),
        ("ada", "disabled", "Tom is disabled and cannot own records."),
    ],
)
def test_an_owner_who_may_not_be_chosen_is_refused(run: Run, file: Path, asker: str, owner: str, because: str) -> None:
    if owner == "disabled":
        owner = "tom"
        run("user", "disable", "tom@contoso.com")
    before = db.read(dump)
    said = run("import", file, "--as", f"{asker}@contoso.com", "--owner", f"{owner}@contoso.com")
    assert said.code == 1 and said.err.splitlines()[-1] == because
    assert nothing_happened(before)


def test_a_dry_run_refuses_an_owner_as_the_import_would(run: Run, file: Path) -> None:
    said = run("import", file, "--dry-run", "--as", "sara@contoso.com", "--owner", "tom@contoso.com")
    assert said.code == 1 and "may not choose owners" in said.err


def test_a_seller_may_name_herself(run: Run, file: Path) -> None:
    assert run("import", file, "--as", "sara@contoso.com", "--owner", "sara@contoso.com").code == 0
    assert db.read(owners_and_importers) == {("Sara", "Sara", "Sara")}


def test_semicolons_and_old_encodings_are_read_as_the_page_reads_them(run: Run, tmp_path: Path) -> None:
    path = text_file(tmp_path, "Topic;Last Name\nRegały;Łoś\n", "cp1250")
    assert run("import", path).code == 0
    assert [(lead.topic, lead.last_name) for lead in leads()] == [("Regały", "Łoś")]


# -- everything that the pages can ---------------------------------------------------------------------------------------


def books_of(run: Run, path: Path, *words: object) -> dict[str, int]:
    said = run("import", path, *words, "--json")
    assert said.code == 0, said.err
    found: dict[str, int] = json.loads(said.out.splitlines()[-1])
    return found


def test_values_are_mended_dates_read_as_told_and_constants_filled_in(run: Run, tmp_path: Path) -> None:
    rows = [["Topic", "Last Name", "Rating", "Est. Close Date"], ["A", "Sousa", "On Fire!", "03/04/2026"]]
    words = ["--fix", "Rating:On Fire!=Hot", "--date-order", "Est. Close Date=mdy", "--set", "City=Porto"]
    assert books_of(run, csv_file(tmp_path, rows), *words)["warned"] == 0
    (lead,) = leads()
    assert (lead.rating, str(lead.estimated_close_date), lead.city) == (1, "2026-03-04", "Porto")


def test_records_are_updated_by_a_key_and_the_import_is_undone(run: Run, file: Path, tmp_path: Path) -> None:
    first = books_of(run, file)
    again = csv_file(tmp_path, [["E-mail", "City"], ["ana@example.com", "Faro"]])
    books = books_of(run, again, "--entity", "lead", "--mode", "update", "--key", "email")
    assert (books["updated"], leads()[0].city) == (1, "Faro")
    listed = [json.loads(line) for line in run("imports", "--json").out.splitlines()]
    assert [row["import"] for row in listed] == [books["import"], first["import"]]
    looked = run("undo-import", books["import"], "--dry-run")
    assert (
        "Created records that go: 0. Updated ones that hold again what they held: 1." in looked.out
        and leads()[0].city == "Faro"
    )
    assert run("undo-import", books["import"]).code == 0
    assert leads()[0].city == ""
    assert run("undo-import", books["import"]).code == 1


def test_undoing_lists_what_is_kept(run: Run, file: Path) -> None:
    books = books_of(run, file)
    again = csv_file(file.parent, [["E-mail", "City"], ["ana@example.com", "Faro"]])
    books_of(run, again, "--entity", "lead", "--mode", "update", "--key", "email")
    looked = run("undo-import", books["import"], "--dry-run")
    assert "Changed or used since, and kept" in looked.out and "Sousa" in looked.out
    said = run("undo-import", books["import"])
    assert said.code == 0 and "1 records were kept" in said.out
    kept = said.out.partition("were kept")[2]
    assert "lead" in kept and "Sousa" in kept and "Ada" in kept
    assert [lead.last_name for lead in leads()] == ["Sousa"]


def test_empty_cells_are_filled_at_once(run: Run, file: Path) -> None:
    assert books_of(run, file, "--fix", "Last Name:=Unknown")["rejected"] == 0
    assert {lead.last_name for lead in leads()} == {"Sousa", "Lis", "Unknown"}


def test_the_same_file_again_is_skipped_and_strict_says_so(run: Run, file: Path) -> None:
    books_of(run, file)
    books = books_of(run, file)
    assert (books["created"], books["skipped"], books["rejected"]) == (0, 2, 1)
    assert run("import", file, "--strict").code == 3
    assert books_of(run, file, "--duplicates", "create")["skipped"] == 0


def test_a_map_is_saved_and_used(run: Run, tmp_path: Path) -> None:
    rows = [["Wer", "Was"], ["Sousa", "Lamps"]]
    assert run("import", csv_file(tmp_path, rows), "--map", "Wer=last_name", "--map", "Was=topic",
               "--entity", "lead", "--save-map", "Messe").code == 0  # fmt: skip
    rows = [["Was", "Wer"], ["Chairs", "Lis"]]
    assert run("import", csv_file(tmp_path, rows), "--entity", "lead", "--use-map", "messe").code == 0
    assert {(lead.topic, lead.last_name) for lead in leads()} == {("Lamps", "Sousa"), ("Chairs", "Lis")}
    said = run("import", csv_file(tmp_path, rows), "--entity", "lead", "--use-map", "other")
    assert said.code == 1 and "There are: Messe." in said.err


def test_the_files_of_an_archive_are_imports_of_their_own(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("leads.csv", "Topic,Last Name\nLamps,Sousa\n")
        archive.writestr("accounts.csv", "Account Name,City\nFabrikam,Porto\n")
    said = run("import", path, "--json")
    found = [json.loads(line) for line in said.out.splitlines()]
    assert said.code == 0 and [each["created"] for each in found] == [1, 1]
    assert [lead.topic for lead in leads()] == ["Lamps"] and not waiting()
