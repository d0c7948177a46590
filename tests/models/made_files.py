"""Files in every format, made where a test needs them; knows the readers no more than any other program."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

EXAMPLES = Path(__file__).parents[2] / "examples"
SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def shared(name: str) -> Path:
    """A published file; without it a test skips, but never in CI."""
    path = SHARED / name
    if not path.exists():
        sentence = f"{path} is missing"
        pytest.fail(sentence) if os.environ.get("CI") == "true" else pytest.skip(sentence)
    return path


def text_file(folder: Path, text: str, encoding: str = "utf-8", name: str = "leads.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def csv_file(folder: Path, rows: Sequence[Sequence[str]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text_file(folder, text.getvalue(), encoding)


def xlsx_file(folder: Path, rows: Sequence[Sequence[Any]], name: str = "leads.xlsx") -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(folder / name)
    return folder / name


def with_part(path: Path, part: str, content: bytes) -> Path:
    """The same workbook with one part of its archive exchanged."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in (parts | {part: content}).items():
            new.writestr(name, data)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def sheet_xml(rows: str) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<?xml version="1.0"?><worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def xml_file(folder: Path, sheets: str, before: str = "") -> Path:
    """XML Spreadsheet 2003 with these worksheets."""
    spaces = "urn:schemas-microsoft-com:office:"
    names = f'xmlns="{spaces}spreadsheet" xmlns:ss="{spaces}spreadsheet" xmlns:x="{spaces}excel"'
    return text_file(folder, f'<?xml version="1.0"?>{before}<Workbook {names}>{sheets}</Workbook>', name="leads.xml")
