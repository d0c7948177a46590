"""`rxcrm export` and `rxcrm template`: the same files as from the lists (issue 5, part 5)."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Engine

from rxcrm.cli import main
from rxcrm.models.access import GRANTS, Privilege
from rxcrm.settings import settings
from tests.cli.conftest import Run
from tests.office import Office


@pytest.fixture(autouse=True)
def leads(house: Engine) -> list[int]:
    """Three leads, the last of Olaf's."""
    with Office(house) as office:
        made = [
            office.lead(topic="Racks", last_name="Lis"),
            office.lead(topic="=Doors", last_name="Sousa"),
            office.lead(office.olaf, topic="Cranes", last_name="Roe"),
        ]
        office.commit()
        return [row.id or 0 for row in made]


def rows(file: Path) -> list[list[str]]:
    return [line.split(",") for line in file.read_text(encoding="utf-8-sig").splitlines()]


def test_a_view_goes_into_a_file_whose_ending_says_what_it_is(run: Run, tmp_path: Path) -> None:
    said = run("export", "--view", "open", "--sort", "topic", "-o", tmp_path / "leads.csv")
    assert (said.code, said.out) == (0, "") and "3 rows exported." in said.err
    assert [row[1] for row in rows(tmp_path / "leads.csv")] == ["Topic", "'=Doors", "Cranes", "Racks"]
    said = run("export", "--view", "Open Leads", "-o", tmp_path / "leads.xlsx")
    assert said.code == 0
    assert openpyxl.load_workbook(tmp_path / "leads.xlsx").sheetnames == ["Leads", "Lists"]


def test_picked_rows_and_columns(run: Run, leads: list[int], tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    said = run("export", "--ids", f"{leads[2]},{leads[0]}", "--columns", "owner,topic", "--view", "open", "-o", file)
    assert said.code == 0 and "2 rows exported." in said.err
    assert [row[:2] for row in rows(file)] == [["Owner", "Topic"], ["Olaf", "Cranes"], ["Sara", "Racks"]]


def test_stdout_holds_nothing_but_the_file(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["export", "--view", "all", "--format", "csv", "--delimiter", "tab", "--all-columns", "-o", "-"]) == 0
    out = capfdbinary.readouterr().out
    assert out.startswith(b"\xef\xbb\xbf") and out.count(b"\r\n") == 4 and b"Topic\t" in out
    assert list((settings().data_dir / "exports").iterdir()) == []


def test_somebody_else_exports_what_he_sees(run: Run, house: Engine, tmp_path: Path) -> None:
    with Office(house) as office:
        office.settle(private=True)
        office.commit()
    file = tmp_path / "leads.csv"
    assert run("export", "--view", "all", "-o", file, "--as", "olaf@contoso.com").code == 0
    assert [row[1] for row in rows(file)[1:]] == ["Cranes"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["-o", "leads.pdf"], "Say with --format"),
        (["-o", "x.csv", "--view", "nonsense"], "There is no view “nonsense”. There are: my-open, open"),
        (["-o", "x.csv", "--ids", "1,two"], "“two” is no id"),
        (["-o", "x.csv", "--sort", "status"], "cannot be sorted by “status”"),
        (["-o", "x.csv", "--columns", "secret"], "There is no column “secret”"),
        (["-o", "x.vcf"], "cannot be exported as “vcf”"),
        (["-o", "x.csv", "--delimiter", "="], "is no delimiter"),
        (["-o", "nowhere/x.csv"], "There is no folder nowhere"),
        (["-o", "."], "Say with --format"),
        (["-o", "x.csv", "--as", "nobody@contoso.com"], "There is no user"),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    said = run("export", *words)
    assert said.code == 1 and sentence in said.err
    assert [p.name for p in tmp_path.iterdir() if p.name != "data"] == []


def test_a_file_stays_as_it_was_when_its_export_fails(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("before")
    for roles in GRANTS.values():
        for role in roles:
            monkeypatch.setitem(roles, role, {k: d for k, d in roles[role].items() if k != ("", Privilege.EXPORT)})
    said = run("export", "-o", file)
    assert (said.code, file.read_text()) == (1, "before") and "may not export" in said.err


def test_the_command_written_wrongly_is_exit_code_2(run: Run) -> None:
    assert run("export").code == 2
    assert run("export", "-o", "x.csv", "--columns", "topic", "--all-columns").code == 2
    assert run("export", "-o", "x.csv", "--entity", "user").code == 2


def test_a_template_is_written(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "contacts.xlsx"
    assert run("template", "--entity", "contact", "--view", "active", "-o", file).code == 0
    assert openpyxl.load_workbook(file).sheetnames[-2:] == ["Examples", "How to fill in"]
    assert run("template", "--view", "nonsense", "-o", file).code == 1
