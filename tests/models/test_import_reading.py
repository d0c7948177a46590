"""Files of every format and condition → rows of text, or a sentence (issue part 8)."""

from __future__ import annotations

import datetime
import os
import shutil
from pathlib import Path

import pytest
from openpyxl import Workbook

from rxcrm.models.importing import reading
from rxcrm.models.importing.escaping import unescape
from rxcrm.models.importing.grid import CellError, Exact
from rxcrm.models.importing.reading import Table, Unreadable, open_table
from rxcrm.settings import Settings
from tests.models.made_files import (
    EXAMPLES,
    SHEET,
    csv_file,
    shared,
    sheet_xml,
    text_file,
    with_part,
    xlsx_file,
    xml_file,
)

ROWS = "First Name,Last Name\nŁukasz,Wójcik\n"


def cells(table: Table) -> list[list[str]]:
    return [row for _, row in table.rows()]


# -- text ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, encoding",
    [
        (ROWS, "utf-8"),
        (ROWS, "utf-8-sig"),
        (ROWS, "utf-16"),
        (ROWS, "utf-32"),
        ("First Name,Last Name\nAna,Sousa\n", "utf-16-le"),
        ("First Name,Last Name\nAna,Sousa\n", "utf-16-be"),
        ("Imię;Nazwisko\nMałgorzata;Zając\n", "cp1250"),
        ("Imię;Nazwisko\nMałgorzata;Zając\n", "iso8859_2"),
        ("Jméno;Příjmení\nŠárka;Dvořáková\n", "cp1250"),
        ("Vorname;Nachname\nJürgen;Groß\n", "cp1252"),
        ("Prénom;Société\nHélène;Crédit Général\n", "cp1252"),
        ("Prénom;Société\nFrançois;Hôtel Lefèvre\n", "iso8859_15"),
        ("Nombre;Compañía\nÁngel;Peña S.A.\n", "cp1252"),
        ("Keresztnév;Város\nGyörgy;Győr\n", "cp1250"),
        ("Имя;Фамилия\nИван;Петров\nОльга;Смирнова\n", "cp1251"),
        ("氏名,会社名\n山田 太郎,株式会社テスト\n", "cp932"),
        ("氏名,会社名\n山田 太郎,株式会社テスト\n", "euc_jp"),
    ],
)
def test_the_encoding_is_detected(tmp_path: Path, text: str, encoding: str) -> None:
    table = open_table(text_file(tmp_path, text, encoding))
    assert [table.headings, *cells(table)] == [line.split(table.grid.delimiter) for line in text.splitlines()]


def test_a_letter_beyond_ascii_far_down_still_decides_the_encoding(tmp_path: Path) -> None:
    text = "First Name;Last Name\n" + "Ana;Sousa\n" * 100_000 + "Małgorzata;Zając\n"
    assert cells(open_table(text_file(tmp_path, text, "cp1250")))[-1] == ["Małgorzata", "Zając"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":"])
def test_the_delimiter_is_detected(tmp_path: Path, delimiter: str) -> None:
    table = open_table(csv_file(tmp_path, [["a", "b", "c"], ["1", "x, y", "3"], ["4", "", "6"]], delimiter))
    assert (table.grid.delimiter, cells(table)) == (delimiter, [["1", "x, y", "3"], ["4", "", "6"]])


def test_a_first_line_may_name_the_delimiter_as_excel_writes_it(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "sep=;\na;b,c\n1;2\n"))
    assert (table.headings, list(table.rows())) == (["a", "b,c"], [(3, ["1", "2"])])


def test_commas_inside_amounts_do_not_outvote_the_semicolon(tmp_path: Path) -> None:
    assert open_table(text_file(tmp_path, "Name;Umsatz\nA;1,5\nB;2,5\n")).grid.delimiter == ";"


def test_text_stays_text(tmp_path: Path) -> None:
    row = ["0123", "12345678901234567890", "1E5", "+49 30", "=1+1", "'x", " 5 "]
    assert cells(open_table(csv_file(tmp_path, [list("abcdefg"), row]))) == [row]


def test_rows_are_numbered_by_the_line_on_which_they_begin(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, '\na,b\n"two\nlines",2\n3,4\n,\n5,6\n\n\n'))
    assert list(table.rows()) == [(3, ["two\nlines", "2"]), (5, ["3", "4"]), (6, ["", ""]), (7, ["5", "6"])]
    assert table.heading_row == 2


def test_short_rows_are_padded_and_long_ones_keep_every_cell(tmp_path: Path) -> None:
    assert cells(open_table(text_file(tmp_path, "a,b\n1\n1,2,3\n"))) == [["1", ""], ["1", "2", "3"]]


def test_blank_and_repeated_headings_stay_apart(tmp_path: Path) -> None:
    assert open_table(text_file(tmp_path, "a,,A,a (2),a\n1\n")).headings == [
        "a",
        "Column 2",
        "A (2)",
        "a (2) (2)",
        "a (3)",
    ]
    hundred = open_table(csv_file(tmp_path, [["Name"] * 100, ["x"] * 100])).headings
    assert (len(set(hundred)), hundred[99]) == (100, "Name (100)")


def test_our_own_escape_can_be_taken_back() -> None:
    assert [unescape(c) for c in ("'=1", "'+49", "''x", "'t is", "x")] == ["=1", "+49", "'x", "'t is", "x"]


# -- workbooks -------------------------------------------------------------------------------------------------------


def test_cells_of_a_workbook_are_spelled_plainly(tmp_path: Path) -> None:
    day, moment = datetime.date(2026, 2, 1), datetime.datetime(2026, 2, 1, 13, 30)
    path = xlsx_file(tmp_path, [list("abcdefgh"), ["0123", 7.0, 0.25, True, day, moment, 123456789012, "1E5"]])
    assert cells(open_table(path)) == [
        ["0123", "7", "0.25", "TRUE", "2026-02-01", "2026-02-01T13:30:00", "123456789012", "1E5"]
    ]


def test_the_first_visible_sheet_with_data_is_read_and_another_can_be_chosen(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["secret"])
    book.active.sheet_state = "hidden"
    book.create_sheet("Empty")
    for name in ("Leads", "More"):
        sheet = book.create_sheet(name)
        sheet.append(["Name"])
        sheet.append([name])
    book.active = 1
    book.save(tmp_path / "b.xlsx")
    table = open_table(tmp_path / "b.xlsx")
    assert (table.grid.sheets, table.grid.sheet, cells(table)) == (["Empty", "Leads", "More"], "Leads", [["Leads"]])
    assert cells(open_table(tmp_path / "b.xlsx", "More")) == [["More"]]
    with pytest.raises(Unreadable, match="no visible sheet named “Sheet”"):
        open_table(tmp_path / "b.xlsx", "Sheet")


def test_rows_of_a_workbook_have_the_numbers_of_the_spreadsheet(tmp_path: Path) -> None:
    book = Workbook()
    book.active["C4"], book.active["C7"], book.active["D9"] = "Name", "Ana", "x"
    book.active["B5000"].number_format = "0.00"
    book.save(tmp_path / "b.xlsx")
    assert [n for n, _ in open_table(tmp_path / "b.xlsx").rows()] == [5, 6, 7, 8, 9]


def test_a_formula_counts_as_its_last_result_and_a_failed_one_as_an_error(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Sum</t></is></c><c r="B1" t="inlineStr"><is><t>Bad</t></is></c></row>'
        '<row r="2"><c r="A2"><f>1+2</f><v>3</v></c><c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    )
    path = with_part(xlsx_file(tmp_path, [["x"]]), SHEET, sheet_xml(rows))
    (row,) = cells(open_table(path))
    assert row[0] == "3" and isinstance(row[0], Exact) and isinstance(row[1], CellError)


def test_a_cell_at_the_end_of_the_sheet_does_not_take_the_server_down(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="{place}" t="inlineStr"><is><t>x</t></is></c></row>'
        for n, place in ((1, "A1"), (1048576, "XFD1048576"))
    )
    path = with_part(xlsx_file(tmp_path, [["x"]]), SHEET, sheet_xml(rows))
    with pytest.raises(Unreadable, match="reaches to row 1048576 and column 16384"):
        open_table(path)


def test_formatted_but_empty_cells_far_away_are_no_data(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>v{n}</t></is></c><c r="XFD{n}" s="0"/></row>'
        for n in range(1, 4000)
    )
    assert len(cells(open_table(with_part(xlsx_file(tmp_path, [["x"]]), SHEET, sheet_xml(rows))))) == 3998


def test_cells_that_do_not_name_their_place_are_read_in_turn(tmp_path: Path) -> None:
    row = '<row><c t="inlineStr"><is><t>a</t></is></c><c t="inlineStr"><is><t>b</t></is></c></row>'
    assert cells(open_table(with_part(xlsx_file(tmp_path, [["x"]]), SHEET, sheet_xml(row * 3)))) == [["a", "b"]] * 2


def test_content_decides_and_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    shutil.copyfile(xlsx_file(tmp_path, [["Name"], ["Ana"]]), path)
    assert open_table(path).grid.format == "xlsx"
    path = text_file(tmp_path, ROWS, name="leads.xlsx")
    assert open_table(path).grid.format == "csv"


# -- XML Spreadsheet 2003 --------------------------------------------------------------------------------------------


def test_gaps_merged_cells_and_types_of_xml_are_understood(tmp_path: Path) -> None:
    sheets = """
    <Worksheet ss:Name="Hidden"><Table><Row><Cell><Data ss:Type="String">no</Data></Cell></Row></Table>
      <x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet>
    <Worksheet ss:Name="Leads"><Table>
      <Row ss:Index="3"><Cell ss:MergeAcross="1"><Data ss:Type="String">Name</Data></Cell>
        <Cell><Data ss:Type="String">N</Data></Cell><Cell ss:Index="6"><Data ss:Type="String">Day</Data></Cell></Row>
      <Row ss:Index="7"><Cell><Data ss:Type="String">007</Data></Cell>
        <Cell ss:Index="3"><Data ss:Type="Number">12.0</Data></Cell><Cell><Data ss:Type="Boolean">1</Data></Cell>
        <Cell><Data ss:Type="Error">#N/A</Data></Cell>
        <Cell><Data ss:Type="DateTime">2026-02-01T00:00:00.000</Data></Cell></Row>
    </Table></Worksheet>"""
    table = open_table(xml_file(tmp_path, sheets))
    assert (table.grid.sheets, table.headings) == (["Leads"], ["Name", "Column 2", "N", "Column 4", "Column 5", "Day"])
    assert list(table.rows())[-1] == (7, ["007", "", "12", "TRUE", "#N/A", "2026-02-01"])
    assert [number for number, _ in table.rows()] == [4, 5, 6, 7]


@pytest.mark.parametrize(
    "name, sheets, rows", [("AutoFilter", 11, 21), ("apachepoi_24215", 3, 25), ("apachepoi_49581", 3, 20)]
)
def test_workbooks_that_excel_wrote_as_xml_are_read(name: str, sheets: int, rows: int) -> None:
    table = open_table(shared(f"xml2003-{name}.xls.xml"))
    assert (len(table.grid.sheets), len(cells(table))) == (sheets, rows)


# -- refusals --------------------------------------------------------------------------------------------------------

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize(
    "content, sentence",
    [
        (b"", "0 bytes"),
        (b"\n\n , \n", "empty"),
        (b"First Name,Last Name\n", "headings but no rows"),
        (b"First Name,Last Name\n,\n\t\n", "headings but no rows"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "picture"),
        (b"\x1f\x8b\x08", "packed"),
        (b"<!DOCTYPE html><table>", "web page"),
        (b"BEGIN:VCARD\nEND:VCARD", "vCards"),
        (bytes(range(256)) * 20, "neither text nor a workbook"),
        (b'a,b\n"1,2\n3,4\n', "quotation mark in line 2 is never closed"),
        (b",".join([b"a"] * 1001) + b"\n1\n", "more than 1000 columns"),
        (OLE + "EncryptedPackage\0".encode("utf-16-le"), "password"),
        (OLE + "Workbook\0".encode("utf-16-le"), "damaged"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"<?xml version='1.0'?><a/>", "not a spreadsheet"),
        (b"<?xml version='1.0'?><Workbook", "damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "leads.csv").write_bytes(content)
    with pytest.raises(Unreadable, match=sentence):
        open_table(tmp_path / "leads.csv")


def test_a_truncated_workbook_is_refused(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, [["Name"], ["Ana"]])
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(Unreadable, match="damaged"):
        open_table(path)


def test_a_workbook_without_visible_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="No visible sheet"):
        open_table(xlsx_file(tmp_path, []))
    with pytest.raises(Unreadable, match="No visible sheet"):
        open_table(xml_file(tmp_path, '<Worksheet ss:Name="a"><Table/></Worksheet>'))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = with_part(xlsx_file(tmp_path, [["x"]]), SHEET, sheet_xml(" " * 50_000_000))
    with pytest.raises(Unreadable, match="unpacks to far more"):
        open_table(path)


@pytest.mark.parametrize("name", ["leads.xml", "leads.csv"])
def test_an_xml_bomb_is_refused(tmp_path: Path, name: str) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    before = f'<!DOCTYPE x [<!ENTITY e0 "lol">{entities}]>'
    path = xml_file(tmp_path, '<Worksheet ss:Name="&e8;"/>', before).rename(tmp_path / name)
    with pytest.raises(Unreadable, match="defines entities"):
        open_table(path)


def test_a_document_type_inside_a_workbook_is_refused(tmp_path: Path) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><workbook>&x;</workbook>'
    with pytest.raises(Unreadable):
        open_table(with_part(xlsx_file(tmp_path, [["x"]]), "xl/workbook.xml", bomb))


def test_an_index_beyond_every_sheet_is_refused(tmp_path: Path) -> None:
    row = '<Row><Cell ss:Index="999999999"><Data ss:Type="String">x</Data></Cell></Row>'
    with pytest.raises(Unreadable, match="more than 1000 columns"):
        open_table(xml_file(tmp_path, f'<Worksheet ss:Name="a"><Table>{row}</Table></Worksheet>'))


def test_size_and_rows_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = csv_file(tmp_path, [["a"], *([str(n)] for n in range(11))])
    monkeypatch.setattr(reading, "settings", lambda: Settings(import_rows=10))
    with pytest.raises(Unreadable, match="more than 10 rows"):
        cells(open_table(path))
    os.truncate(path, 2 * 1024 * 1024)
    monkeypatch.setattr(reading, "settings", lambda: Settings(upload_megabytes=1))
    with pytest.raises(Unreadable, match="larger than 1 MB"):
        open_table(path)


@pytest.mark.parametrize("name, rows", [("leads-windows-1252.csv", 3), ("leads.xlsx", 3), ("leads-2003.xml", 2)])
def test_our_own_examples_are_read(name: str, rows: int) -> None:
    table = open_table(EXAMPLES / name)
    assert len([row for row in cells(table) if any(row)]) == rows
