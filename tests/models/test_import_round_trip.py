"""Any table of text that is written by us reads back equal (issue 5, "Done when"; S 13.22)."""

from __future__ import annotations

import csv
import functools
import io
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rxcrm.models.exporting.columns import Column, Scheme
from rxcrm.models.exporting.delimited import CsvWriter
from rxcrm.models.exporting.rows import Batch
from rxcrm.models.exporting.spreadsheetml import XmlWriter
from rxcrm.models.exporting.workbook import XlsxWriter
from rxcrm.models.fields import Conventions, Kind
from rxcrm.models.importing.delimited import DELIMITERS
from rxcrm.models.importing.encodings import ENCODINGS
from rxcrm.models.importing.escaping import RUN, escape, unescape
from rxcrm.models.importing.reading import open_table, read_table
from rxcrm.models.importing.stage import ReadOptions

#: What XML, and so every workbook, can hold; line ends are alike, as exports make them.
WRITABLE = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\r\ufffe\uffff", min_codepoint=0x20)
    | st.sampled_from("\n\t'=+-@,;\"<&_x0041_ "),
    max_size=20,
)
LIKE_VALUES = st.sampled_from(
    ["00123", "+49", "123456789012345", "1E5", "TRUE", "60610.0", "_x000D_", " x ", "=1+1", "'=1", "''", "#N/A", "@a"]
)
SPECIAL = ("(Do Not Modify) Lead", "(Do Not Modify) Row Checksum", "(Do Not Modify) Modified On")
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def tables(cells: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[str]]]:
    return st.integers(1, 5).flatmap(
        lambda n: st.lists(st.lists(cells, min_size=n, max_size=n), min_size=1, max_size=8)
    )


def scheme(width: int, locale: str = "en") -> Scheme:
    columns = tuple(Column(f"k{n}", f"Heading {n}", Kind.TEXT, (), lambda rows: []) for n in range(width))
    return Scheme(None, columns, Conventions(locale=locale), SPECIAL)  # type: ignore[arg-type]


def batch(rows: list[list[str]]) -> Batch:
    columns = [list(column) for column in zip(*rows, strict=True)]
    return Batch(list(range(1, len(rows) + 1)), [NOW] * len(rows), columns, {})


def written(rows: list[list[str]], make: Callable[[Path, Scheme], Any]) -> list[list[str]]:
    """The user's columns of what comes back from a file of ours."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        writer = make(path, scheme(len(rows[0])))
        writer.write(batch(rows))
        writer.close()
        table = open_table(path)
        at = [table.headings.index(f"Heading {n}") for n in range(len(rows[0]))]
        return [[cells[n] for n in at] for _, cells in table.rows()]


MAKERS: dict[str, Callable[[Path, Scheme], Any]] = {
    "csv": lambda path, plan: CsvWriter(path, plan, ","),
    "csv;": lambda path, plan: CsvWriter(path, plan, ";"),
    "csv tab": lambda path, plan: CsvWriter(path, plan, "\t"),
    "xlsx": lambda path, plan: XlsxWriter(path, plan, "Leads", 8),
    "xml": lambda path, plan: XmlWriter(path, plan, "Leads", 8),
}


@pytest.mark.parametrize("kind", MAKERS)
@settings(max_examples=60, deadline=None)
@given(rows=tables(WRITABLE | LIKE_VALUES))
def test_what_we_export_reads_back_equal(kind: str, rows: list[list[str]]) -> None:
    assert written(rows, MAKERS[kind]) == rows


def holds(encoding: str, character: str) -> bool:
    try:
        # Some Asian encodings write two characters alike.
        return character.encode(encoding).decode(encoding) == character
    except UnicodeError:
        return False


@functools.cache
def letters(encoding: str) -> str:
    """Characters of an encoding: all of the first, some of the many others; neither surrogates nor zeros."""
    places = [*range(1, 0x2100), *range(0x2100, 0xD800, 37), *range(0xF900, 0xFFFE, 37)]
    return "".join(c for c in map(chr, places) if holds(encoding, c))


@pytest.mark.parametrize("encoding", sorted(set(ENCODINGS) - {"iso2022_jp"}))
@settings(max_examples=15, deadline=None)
@given(data=st.data(), delimiter=st.sampled_from([*DELIMITERS, "~", "^", "§"]))
def test_any_text_that_an_encoding_can_hold_reads_back_equal(
    encoding: str, data: st.DataObject, delimiter: str
) -> None:
    delimiter = delimiter if holds(encoding, delimiter) else ","
    rows = data.draw(tables(st.text(st.sampled_from(letters(encoding)), max_size=10) | LIKE_VALUES))
    rows = [["x", *row] for row in rows]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([["h"] * len(rows[0]), *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(text.getvalue().encode(encoding))
        table = read_table(path, ReadOptions(encoding=encoding, delimiter=delimiter))
        assert [cells for _, cells in table.rows()] == rows


@given(text=st.text(st.characters(exclude_categories=("Cs",)) | st.sampled_from("'=+-@\t\r\n＝＋－＠"), max_size=5))
def test_the_escape_of_our_csv_is_taken_back(text: str) -> None:
    escaped = escape(text)
    assert unescape(escaped) == text
    assert not escaped.startswith(tuple(RUN))


def test_a_file_of_somebody_else_keeps_its_apostrophes(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Name,City\n'=1,'t Veld\n")
    assert [cells for _, cells in open_table(tmp_path / "a.csv").rows()] == [["'=1", "'t Veld"]]
