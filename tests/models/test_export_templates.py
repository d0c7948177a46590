"""Templates: workbooks that people fill in and import (issue 5, part 2; S 6.2)."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from rxcrm.models.errors import NotFound
from rxcrm.models.exporting import templates
from rxcrm.models.exporting.columns import importable
from rxcrm.models.fields import fields_of
from rxcrm.models.importing.mapping import propose
from rxcrm.models.importing.reading import Unreadable, open_table
from rxcrm.models.tables import RECORDS
from rxcrm.models.views import VIEWS, view_of
from tests.office import Office


def made(office: Office, entity: str, view: str = "") -> openpyxl.Workbook:
    name, content = templates.template(office.act(office.sara), entity, view)
    assert name.endswith(".xlsx") and name.startswith("Template")
    return openpyxl.load_workbook(io.BytesIO(content))


def headings(book: openpyxl.Workbook) -> list[str]:
    return [str(cell.value) for cell in book.worksheets[0][1]][3:]


@pytest.mark.parametrize("entity", RECORDS)
def test_a_template_has_every_field_that_an_import_can_fill(small_office: Office, entity: str) -> None:
    book = made(small_office, entity)
    table = RECORDS[entity]
    assert book.sheetnames == [table.title_many, "Lists", "Examples", "How to fill in"]
    assert len(headings(book)) == len(importable(entity))
    labels = {spec.label for spec in fields_of(table).values() if spec.required and spec.name in importable(entity)}
    assert labels <= set(headings(book))


@pytest.mark.parametrize("entity", RECORDS)
def test_its_headings_are_recognised(small_office: Office, entity: str) -> None:
    found = headings(made(small_office, entity))
    missing = [p.heading for p in propose(entity, found, [[] for _ in found]) if not p.target]
    assert missing == []


@pytest.mark.parametrize(("entity", "view"), [(entity, view.key) for entity, views in VIEWS.items() for view in views])
def test_a_template_of_a_view_has_its_columns_and_what_is_required(
    small_office: Office, entity: str, view: str
) -> None:
    keys = templates.template_keys(entity, view_of(entity, view).columns)
    assert set(keys) <= set(importable(entity)) and len(keys) == len(set(keys))
    required = {n for n, s in fields_of(RECORDS[entity]).items() if s.required and n in importable(entity)}
    assert required <= set(keys)


def test_a_name_becomes_its_parts(small_office: Office) -> None:
    found = headings(made(small_office, "lead", "my-open"))
    assert found == ["Topic", "Last Name", "First Name", "Status Reason", "Created On"]


def test_required_headings_are_marked_for_eyes_and_in_words(small_office: Office) -> None:
    book = made(small_office, "contact")
    sheet = book.worksheets[0]
    fills = {str(cell.value): cell.fill.start_color.rgb for cell in sheet[1]}
    assert fills["Last Name"] != fills["First Name"]
    told = [rule for rule in sheet.data_validations.dataValidation if rule.promptTitle == "Required"]
    column = next(cell.column_letter for cell in sheet[1] if cell.value == "Last Name")
    assert [str(rule.sqref) for rule in told] == [f"{column}1"]
    guide = {row[0].value: row[1].value for row in book["How to fill in"].iter_rows(min_row=6)}
    assert (guide["Last Name"], guide["First Name"]) == ("Yes", None)


def test_choices_have_drop_downs_over_the_whole_column(small_office: Office) -> None:
    sheet = made(small_office, "lead").worksheets[0]
    column = next(cell.column_letter for cell in sheet[1] if cell.value == "Rating")
    rule = next(r for r in sheet.data_validations.dataValidation if str(r.sqref) == f"{column}2:{column}1048576")
    assert rule.type == "list" and rule.formula1.startswith("Lists!$") and rule.errorStyle == "warning"


def test_the_three_columns_of_an_update_are_there_and_hidden(small_office: Office) -> None:
    sheet = made(small_office, "account").worksheets[0]
    assert [cell.value for cell in sheet[1]][:3] == [
        "(Do Not Modify) Account",
        "(Do Not Modify) Row Checksum",
        "(Do Not Modify) Modified On",
    ]
    assert [sheet.column_dimensions[c].hidden for c in "ABCD"] == [True, True, True, False]


def test_the_examples_are_not_imported_by_accident(small_office: Office, tmp_path: Path) -> None:
    file = tmp_path / "template.xlsx"
    file.write_bytes(templates.template(small_office.act(small_office.sara), "lead")[1])
    with pytest.raises(Unreadable, match="headings but no rows"):
        open_table(file)
    book = openpyxl.load_workbook(file)
    assert book["Examples"]["A2"].value == "Forklifts for the new warehouse"


def test_what_is_filled_in_is_read(small_office: Office, tmp_path: Path) -> None:
    book = made(small_office, "lead", "my-open")
    for column, text in zip("DEFG", ("Racks", "Sousa", "Ana", "New"), strict=True):
        book.worksheets[0][f"{column}2"] = text
    book.save(tmp_path / "filled.xlsx")
    table = open_table(tmp_path / "filled.xlsx")
    assert [cells for _, cells in table.rows()] == [["", "", "", "Racks", "Sousa", "Ana", "New", ""]]


@pytest.mark.parametrize(("entity", "view"), [("user", ""), ("lead", "nonsense")])
def test_what_there_is_not_has_no_template(small_office: Office, entity: str, view: str) -> None:
    with pytest.raises(NotFound):
        templates.template(small_office.act(small_office.sara), entity, view)
