"""Every file that can be read only in part, or not at all, says so in a sentence of its own (issue 5, "Bad input")."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from rxcrm.models.importing import sheetparts
from rxcrm.models.importing.grid import MAX_CELL, CellError
from rxcrm.models.importing.reading import Table, Unreadable, open_table, read_table
from rxcrm.models.importing.stage import ReadOptions
from tests.models.made_files import (
    SHEET,
    csv_file,
    ods_file,
    ods_row,
    ole_file,
    sheet_xml,
    text_file,
    with_part,
    xls_file,
    xlsx_file,
    xml_file,
)


def cells(table: Table) -> list[list[str]]:
    return [row for _, row in table.rows()]


def notes(table: Table) -> str:
    """What is told of a file once it is read."""
    count = len(cells(table))
    return " ".join(message % values for message, values in table.source(count).notes)


def refusal(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        list(open_table(path).rows())
    return caught.value.text()


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def sheet(folder: Path, rows: str, after: str = "") -> Path:
    content = sheet_xml(rows).replace(b"</worksheet>", after.encode() + b"</worksheet>")
    return with_part(xlsx_file(folder, [["x"]]), SHEET, content)


# -- other programs' files -------------------------------------------------------------------------------------------


def test_old_workbooks_are_read_without_their_hidden_sheets(tmp_path: Path) -> None:
    table = open_table(xls_file(tmp_path, [["Name", "ZIP", "Id"], ["Łukasz", 60610.0, "00123"]], hidden=["Secret"]))
    assert (table.grid.format, table.grid.sheets, cells(table)) == ("xls", ["Leads"], [["Łukasz", "60610", "00123"]])
    assert "Hidden sheets are left out: Secret." in notes(table)


def test_opendocument_workbooks_are_read_with_their_repeated_rows(tmp_path: Path) -> None:
    rows = ods_row("Name", "N") + ods_row("Ana", 60610.0) + ods_row(None, repeated=2) + ods_row("#N/A", 0.5)
    table = open_table(
        ods_file(tmp_path, f'<table:table table:name="A">{rows}{ods_row(None, repeated=1048000)}</table:table>')
    )
    assert list(table.rows()) == [(2, ["Ana", "60610"]), (3, ["", ""]), (4, ["", ""]), (5, ["#N/A", "0.5"])]
    assert isinstance(cells(table)[-1][0], CellError)


def test_passwords_are_recognised_in_every_format(tmp_path: Path) -> None:
    for path in (
        xls_file(tmp_path, [["Name"], ["x"]], password=True),
        ods_file(tmp_path, "", encrypted=True),
        ole_file(tmp_path / "leads.xlsx", {"EncryptionInfo": b"x", "EncryptedPackage": b"x"}),
    ):
        assert "protected by a password" in refusal(path)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"xl/workbook.bin": "x"}, r"binary workbook \(.xlsb\)"),
        ({"word/document.xml": "x"}, "text document"),
        ({"ppt/presentation.xml": "x"}, "text document"),
        ({"mimetype": "application/vnd.oasis.opendocument.text"}, "text document"),
        ({"Index/Document.iwa": "x"}, "Numbers document"),
        ({"leads.csv": "a,b"}, "packed file"),
    ],
)
def test_documents_that_are_archives_are_called_by_their_names(
    tmp_path: Path, files: dict[str, str], sentence: str
) -> None:
    with zipfile.ZipFile(tmp_path / "leads.xlsx", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    with pytest.raises(Unreadable, match=sentence):
        open_table(tmp_path / "leads.xlsx")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "picture"),
        (b"BM\x00\x00" + b"\0\1\2\3" * 99, "picture"),
        (b"7z\xbc\xaf\x27\x1c", "packed"),
        (b"Rar!\x1a\x07" + b"\0\1\2\3" * 99, "packed"),
        (b"{\\rtf1 list}", "text document"),
        (b"\xef\xbb\xbf  <html><table>", "web page"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "web page"),
        (b"<?xml version='1.0'?><!DOCTYPE html><html>", "web page"),
        (b"\x09\x00\x04\x00\x07\x00\x10\x00", "before 1995"),
        (b"SQLite format 3\x00" + bytes(2000), "neither text nor a workbook"),
        (b"\x7fELF" + bytes(range(256)) * 4, "neither text nor a workbook"),
        (b"PK\x05\x06" + bytes(18), "packed"),
    ],
)
def test_what_is_no_list_is_called_what_it_is(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "leads.xls").write_bytes(content)
    assert sentence in refusal(tmp_path / "leads.xls")


def test_old_documents_of_other_programs_are_no_workbooks(tmp_path: Path) -> None:
    assert "old Office document" in refusal(ole_file(tmp_path / "a.xls", {"WordDocument": b"x"}))
    assert "damaged" in refusal(ole_file(tmp_path / "b.xls", {"Workbook": b"x"}))


def test_words_that_only_look_like_the_mark_of_another_format_are_text(tmp_path: Path) -> None:
    assert cells(open_table(text_file(tmp_path, "BMW,City\nx,y\n"))) == [["x", "y"]]


# -- text ---------------------------------------------------------------------------------------------------------------


def test_one_line_feed_is_an_empty_file(tmp_path: Path) -> None:
    assert refusal(text_file(tmp_path, "\n")) == "This file is empty."


def test_lines_may_end_in_every_way_even_mixed(tmp_path: Path) -> None:
    assert cells(open_table(text_file(tmp_path, "a,b\r\n1,2\n3,4\r5,6"))) == [["1", "2"], ["3", "4"], ["5", "6"]]


def test_zeros_in_a_text_are_left_out_and_told(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "a,b\n1\x00,2\n"))
    assert cells(table) == [["1", "2"]] and "(NUL)" in notes(table)


def test_quotes_inside_a_cell_stay(tmp_path: Path) -> None:
    assert cells(open_table(text_file(tmp_path, 'a,b\n5" disk,x "y" z\n"say ""hi""",2\n'))) == [
        ['5" disk', 'x "y" z'],
        ['say "hi"', "2"],
    ]


def test_a_text_without_any_delimiter_is_asked_about(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "E-mail\na@example.com\nb@example.com\n"))
    assert (table.single_column, table.grid.delimiter) == (True, "")
    table = open_table(text_file(tmp_path, "Company\nFoo, Inc.\nBar\nBaz, LLC\n"))
    assert (table.single_column, cells(table)) == (True, [["Foo, Inc."], ["Bar"], ["Baz, LLC"]])
    assert open_table(xlsx_file(tmp_path, [["Name;City"], ["Ana;Lisboa"]])).single_column
    assert not open_table(xlsx_file(tmp_path, [["Name"], ["Ana"]])).single_column
    assert not open_table(csv_file(tmp_path, [["a", "b"], ["1", "2"]])).single_column


def test_a_delimiter_of_several_characters_is_refused(tmp_path: Path) -> None:
    path = text_file(tmp_path, "a||b\n1||2\n")
    for sign in ("||", '"', "\n"):
        with pytest.raises(Unreadable, match="A delimiter is one character"):
            read_table(path, ReadOptions(delimiter=sign))


def test_an_encoding_that_does_not_fit_says_where(tmp_path: Path) -> None:
    path = text_file(tmp_path, "a,b\n1,2\nż,3\n", "cp1250")
    with pytest.raises(Unreadable, match="damaged in line 3, or it is in another encoding than utf-8"):
        cells(read_table(path, ReadOptions(encoding="utf-8")))
    with pytest.raises(Unreadable, match="damaged in line 1"):
        read_table(text_file(tmp_path, "a,b\n1,2\n", "utf-16-le"), ReadOptions(encoding="utf-16"))
    with pytest.raises(Unreadable, match="“klingon” is no encoding"):
        read_table(path, ReadOptions(encoding="klingon"))


@pytest.mark.parametrize(
    ("name", "codec"), [("UTF8", "utf-8"), ("Shift_JIS", "cp932"), ("GBK", "gb18030"), ("ascii", "utf-8")]
)
def test_encodings_go_by_all_their_names(tmp_path: Path, name: str, codec: str) -> None:
    assert read_table(text_file(tmp_path, "a,b\n1,2\n"), ReadOptions(encoding=name)).grid.encoding == codec


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("이름;회사\n김철수;한국전자\n이영희;서울상사\n", "cp949"),
        ("姓名,公司\n王小明,北京科技有限公司\n李华,上海贸易公司\n", "gb18030"),
        ("氏名,会社\n山田,株式会社\n", "iso2022_jp"),
        ("Όνομα;Εταιρεία\nΓιώργος;Αθήνα Εμπορική\n", "cp1253"),
        ("Имя,Город\nИван,Москва\n", "utf-16-le"),
        ("氏名,会社\n山田,株式会社\n", "utf-16-be"),
    ],
)
def test_more_encodings_are_detected(tmp_path: Path, text: str, encoding: str) -> None:
    table = open_table(text_file(tmp_path, text, encoding))
    assert [table.headings, *cells(table)] == [line.split(table.grid.delimiter) for line in text.splitlines()]


def test_a_cell_of_several_megabytes_is_an_error_of_this_cell_alone(tmp_path: Path) -> None:
    table = open_table(csv_file(tmp_path, [["a", "b"], ["x" * (MAX_CELL + 1), "1"], ["2", "3"]]))
    assert cells(table) == [["#TOO LONG", "1"], ["2", "3"]]
    assert isinstance(cells(table)[0][0], CellError)
    assert "more than 1000000 characters" in notes(table) and "row 2" in notes(table)


def test_a_cell_without_end_is_refused_with_its_line(tmp_path: Path) -> None:
    path = text_file(tmp_path, 'a,b\n1,2\n"' + "x" * 16_100_000 + '",2\n')
    assert "Line 3 has a cell that is too long" in refusal(path)


def test_more_cells_than_headings_are_kept_and_told(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "a,b\n1,2\n1,2,3\n1,2,,\n"))
    assert cells(table) == [["1", "2"], ["1", "2", "3"], ["1", "2"]]
    assert "1 rows have more cells than there are headings; the first is row 3." in notes(table)


def test_a_row_of_thousands_of_cells_is_refused(tmp_path: Path) -> None:
    assert "Row 2 has more than 1000 cells" in refusal(text_file(tmp_path, "a,b\n" + "1," * 1500 + "1\n"))


# -- headings ----------------------------------------------------------------------------------------------------------


def test_a_title_above_the_headings_is_passed_over_and_told(tmp_path: Path) -> None:
    rows = [["Leads of June"], ["as of 2026-06-30", "draft"], [], ["Name", "City", "Phone", "E-mail"]]
    path = csv_file(tmp_path, [*rows, *([f"n{n}", "x", "", "y"] for n in range(9))], ";")
    table = open_table(path)
    assert (table.headings, table.heading_row, len(cells(table))) == (rows[3], 4, 9)
    assert "headings were found in row 4" in notes(table)
    assert open_table(xlsx_file(tmp_path, [*rows, *(["x"] * 4 for _ in range(9))])).heading_row == 4


def test_the_first_row_counts_where_the_data_is_no_wider(tmp_path: Path) -> None:
    rows = [["Name", "City"], ["Ana", ""], ["Bo", "x"], ["Cy", ""]]
    assert open_table(csv_file(tmp_path, rows)).heading_row == 1


@pytest.mark.parametrize(
    ("row", "headings", "count"), [(0, ["Column 1", "Column 2"], 3), (1, ["a", "b"], 2), (2, ["c", "d"], 1)]
)
def test_the_row_of_the_headings_can_be_chosen(tmp_path: Path, row: int, headings: list[str], count: int) -> None:
    table = read_table(text_file(tmp_path, "a,b\nc,d\ne,f\n"), ReadOptions(heading_row=row))
    assert (table.headings, table.heading_row, len(cells(table))) == (headings, row, count)


def test_a_blank_row_has_no_headings(tmp_path: Path) -> None:
    path = text_file(tmp_path, "a,b\n\nc,d\n")
    for row in (2, 9):
        with pytest.raises(Unreadable, match=f"Row {row} is empty"):
            read_table(path, ReadOptions(heading_row=row))


def test_headings_that_are_blank_alike_or_data_are_told(tmp_path: Path) -> None:
    table = open_table(text_file(tmp_path, "a,,A\n1,2,3\n"))
    assert "“A” is there more than once" in notes(table) and "1 columns have no heading" in notes(table)
    assert "first row looks like data" in notes(
        open_table(text_file(tmp_path, "ana@example.com,1\nbo@example.com,2\n"))
    )


# -- workbooks ---------------------------------------------------------------------------------------------------------


def test_formulas_that_were_never_computed_are_errors_and_told(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["Name", "Sum"], ["Ana", "=1+2"], ["Bo", 3]):
        book.active.append(row)
    book.save(tmp_path / "b.xlsx")
    table = open_table(tmp_path / "b.xlsx")
    assert cells(table) == [["Ana", "#NO RESULT"], ["Bo", "3"]] and isinstance(cells(table)[0][1], CellError)
    assert "1 formulas have no stored result, the first one in cell B2" in notes(table)
    formula = '<Cell ss:Formula="=RC[-1]"/>'
    rows = f'<Row><Cell><Data ss:Type="String">Name</Data></Cell></Row><Row>{formula}</Row>'
    table = open_table(xml_file(tmp_path, f'<Worksheet ss:Name="a"><Table>{rows}</Table></Worksheet>'))
    assert cells(table) == [["#NO RESULT"]] and "cell A2" in notes(table)


def test_a_formula_that_results_in_no_text_is_blank(tmp_path: Path) -> None:
    rows = f'<row r="1">{text_cell("A1", "a")}{text_cell("B1", "b")}</row>'
    rows += f'<row r="2">{text_cell("A2", "x")}<c r="B2" t="str"><f>""</f><v></v></c></row>'
    table = open_table(sheet(tmp_path, rows))
    assert cells(table) == [["x", ""]] and not notes(table)


def test_failed_formulas_say_how(tmp_path: Path) -> None:
    rows = f'<row r="1">{text_cell("A1", "a")}{text_cell("B1", "b")}</row>'
    rows += '<row r="2"><c r="A2" t="e"><v>#N/A</v></c><c r="B2" s="1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    (row,) = cells(open_table(sheet(tmp_path, rows)))
    assert row == ["#N/A", "#DIV/0!"] and {type(c) for c in row} == {CellError}


def test_merged_cells_below_the_headings_are_told(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["Name", "City"], ["Ana", "Lisboa"], ["Bo", None]):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    book.save(tmp_path / "b.xlsx")
    table = open_table(tmp_path / "b.xlsx")
    assert "merged cells" in notes(table) and cells(table) == [["Ana", "Lisboa"], ["Bo", ""]]
    book.active.unmerge_cells("B2:B3")
    book.active.insert_rows(1)
    book.active["A1"] = "Leads"
    book.active.merge_cells("A1:B1")
    book.save(tmp_path / "b.xlsx")
    assert "merged" not in notes(read_table(tmp_path / "b.xlsx", ReadOptions(heading_row=2)))
    row = '<Row><Cell><Data ss:Type="String">x</Data></Cell></Row>'
    merged = '<Row><Cell ss:MergeDown="1"><Data ss:Type="String">x</Data></Cell></Row>'
    assert "merged" in notes(
        open_table(xml_file(tmp_path, f'<Worksheet ss:Name="a"><Table>{row}{merged}</Table></Worksheet>'))
    )


def test_phantom_rows_to_the_end_of_the_sheet_are_no_data(tmp_path: Path) -> None:
    rows = f'<row r="1">{text_cell("A1", "Name")}</row><row r="2">{text_cell("A2", "Ana")}</row>'
    rows += "".join(f'<row r="{n}" s="1" customFormat="1"><c r="A{n}" s="1"/></row>' for n in range(3, 30_000))
    rows += '<row r="1048576" s="1"><c r="A1048576" s="1"/></row>'
    assert list(open_table(sheet(tmp_path, rows)).rows()) == [(2, ["Ana"])]


def test_hidden_sheets_are_told_and_cannot_be_chosen(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Name"])
    book.active.append(["Ana"])
    book.create_sheet("Prices").sheet_state = "hidden"
    book.create_sheet("Lists").sheet_state = "veryHidden"
    book.create_chartsheet("Chart")
    book.save(tmp_path / "b.xlsx")
    table = open_table(tmp_path / "b.xlsx")
    assert (table.grid.sheets, "Hidden sheets are left out: Prices, Lists." in notes(table)) == (["Sheet"], True)
    with pytest.raises(Unreadable, match="no visible sheet named “Prices”"):
        open_table(tmp_path / "b.xlsx", "Prices")


def test_a_large_sheet_is_read_in_pieces_as_if_it_were_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = Workbook()
    for row in (["Name", "Sum", "Note"], *([f"n{n}", n, f"same {n % 7}"] for n in range(2, 900))):
        book.active.append(row)
    book.active["B5"], book.active["A950"] = "=1+2", "far down"
    book.active.merge_cells("C800:C801")
    book.save(tmp_path / "b.xlsx")
    whole = open_table(tmp_path / "b.xlsx")
    rows = list(whole.rows())
    told = notes(whole)
    monkeypatch.setattr(sheetparts, "PIECE", 4_000)
    monkeypatch.setattr(sheetparts, "_CHUNK", 1_000)
    in_pieces = open_table(tmp_path / "b.xlsx")
    assert list(in_pieces.rows()) == rows and notes(in_pieces) == told
    assert rows[-1] == (950, ["far down", "", ""]) and "cell B5" in told and "merged" in told
    assert rows == list(in_pieces.rows())


def test_a_large_sheet_may_not_begin_further_left_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheetparts, "PIECE", 4_000)
    monkeypatch.setattr(sheetparts, "_CHUNK", 1_000)
    book = Workbook()
    for n in range(1, 900):
        book.active.cell(n, 3, f"n{n}")
    book.active.cell(850, 1, "x")
    book.save(tmp_path / "b.xlsx")
    assert "to the left of its headings" in refusal(tmp_path / "b.xlsx")


def test_external_entities_are_refused_everywhere(tmp_path: Path) -> None:
    secret = text_file(tmp_path, "secret", name="secret.txt")
    before = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
    row = '<Row><Cell><Data ss:Type="String">&e;</Data></Cell></Row>'
    assert "defines entities" in refusal(
        xml_file(tmp_path, f'<Worksheet ss:Name="a"><Table>{row}</Table></Worksheet>', before)
    )
    content = sheet_xml(f'<row r="1">{text_cell("A1", "Name")}</row><row r="2">{text_cell("A2", "&e;")}</row>')
    path = with_part(xlsx_file(tmp_path, [["x"]]), SHEET, content.replace(b"?>", b"?>" + before.encode(), 1))
    with pytest.raises(Unreadable):
        assert "secret" not in str(cells(open_table(path)))
        raise Unreadable


def test_comments_are_no_cells(tmp_path: Path) -> None:
    comment = '<Comment><ss:Data><B xmlns="http://www.w3.org/TR/REC-html40">no</B></ss:Data></Comment>'
    rows = f'<Row><Cell><Data ss:Type="String">Name</Data>{comment}</Cell></Row>'
    rows += f'<Row><Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>A</B>na</ss:Data>{comment}</Cell></Row>'
    table = open_table(xml_file(tmp_path, f'<Worksheet ss:Name="a"><Table>{rows}</Table></Worksheet>'))
    assert (table.headings, cells(table)) == (["Name"], [["Ana"]])
