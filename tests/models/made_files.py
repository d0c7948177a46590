"""Files in every format, made where a test needs them; knows the readers no more than any other program."""

from __future__ import annotations

import csv
import io
import os
import struct
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


# -- workbooks of other programs ---------------------------------------------------------------------------------------


def ole_file(path: Path, streams: dict[str, bytes]) -> Path:
    """An OLE compound file, the container of old Office documents, with these streams."""
    sectors: list[bytes] = []
    chain: list[int] = []
    entries = [_ole_entry("Root Entry", 5, child=1, start=_END, size=0)]
    for number, (name, content) in enumerate(streams.items(), 1):
        # Below 4096 bytes a stream would live in another place.
        content = content.ljust(4096, b"\0")
        count = -(-len(content) // 512)
        first = 2 + len(sectors)
        sectors += [content[n * 512 : (n + 1) * 512].ljust(512, b"\0") for n in range(count)]
        chain += [*range(first + 1, first + count), _END]
        right = number + 1 if number < len(streams) else _FREE
        entries.append(_ole_entry(name, 2, right=right, start=first, size=len(content)))
    entries += [b"\0" * 128] * (-len(entries) % 4)
    assert len(entries) == 4 and len(chain) < 126
    table = struct.pack("<128L", *[0xFFFFFFFD, _END, *chain], *[_FREE] * (126 - len(chain)))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<LLLLLLLLL", 0, 1, 1, 0, 4096, _END, 0, _END, 0) + struct.pack("<109L", 0, *[_FREE] * 108)
    path.write_bytes(head + table + b"".join(entries) + b"".join(sectors))
    return path


_END, _FREE = 0xFFFFFFFE, 0xFFFFFFFF


def _ole_entry(name: str, kind: int, start: int, size: int, child: int = _FREE, right: int = _FREE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<HBBLLL", len(text), kind, 1, _FREE, right, child)
    return text.ljust(64, b"\0") + links + b"\0" * 36 + struct.pack("<LQ", start, size)


def xls_file(
    folder: Path, rows: Sequence[Sequence[str | float]], hidden: Sequence[str] = (), password: bool = False
) -> Path:
    """A workbook as Excel 97 wrote them, with further hidden sheets."""

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("<HH", kind, len(content)) + content

    def text(value: str, size: str) -> bytes:
        wide = value.encode("utf-16-le")
        return struct.pack(size, len(wide) // 2) + b"\1" + wide

    def sheet(values: Sequence[Sequence[str | float]]) -> bytes:
        made = record(0x809, struct.pack("<HHHHLL", 0x600, 0x10, 0xDBB, 0x7CC, 0, 0))
        width = max(map(len, values), default=0)
        made += record(0x200, struct.pack("<LLHHH", 0, len(values), 0, width, 0))
        for y, row in enumerate(values):
            for x, value in enumerate(row):
                place = struct.pack("<HHH", y, x, 0)
                if isinstance(value, str):
                    made += record(0x204, place + text(value, "<H"))
                else:
                    made += record(0x203, place + struct.pack("<d", value))
        return made + record(0x0A, b"")

    sheets = [("Leads", 0, sheet(rows)), *((name, 1, sheet([["secret"]])) for name in hidden)]
    begin = record(0x809, struct.pack("<HHHHLL", 0x600, 5, 0xDBB, 0x7CC, 0, 0))
    if password:
        begin += record(0x2F, struct.pack("<HHH", 1, 1, 1) + b"\0" * 48)
    names = [(state, text(name, "<B")) for name, state, _ in sheets]
    at = len(begin) + sum(10 + len(name) for _, name in names) + 4
    content = begin
    for (state, name), (_, _, body) in zip(names, sheets, strict=True):
        content += record(0x85, struct.pack("<LBB", at, state, 0) + name)
        at += len(body)
    content += record(0x0A, b"") + b"".join(body for _, _, body in sheets)
    return ole_file(folder / "leads.xls", {"Workbook": content})


_ODS = "application/vnd.oasis.opendocument.spreadsheet"


def ods_file(folder: Path, tables: str, kind: str = _ODS, encrypted: bool = False) -> Path:
    """An OpenDocument workbook with these <table:table> elements."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = " ".join(
        f'xmlns:{short}="{office}:{name}:1.0"'
        for short, name in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"))
    )
    content = f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>{tables}'
    content += "</office:spreadsheet></office:body></office:document-content>"
    secret = '<manifest:encryption-data manifest:checksum="x"/>' if encrypted else ""
    manifest = f'<manifest:manifest xmlns:manifest="{office}:manifest:1.0"><manifest:file-entry '
    manifest += f'manifest:full-path="content.xml" manifest:media-type="text/xml">{secret}</manifest:file-entry>'
    with zipfile.ZipFile(folder / "leads.ods", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr("content.xml", "garbage" if encrypted else content)
        archive.writestr("META-INF/manifest.xml", manifest + "</manifest:manifest>")
    return folder / "leads.ods"


def ods_row(*values: str | float | None, repeated: int = 1) -> str:
    """A row of an OpenDocument sheet; None is an empty cell."""
    cells = ""
    for value in values:
        if value is None:
            cells += "<table:table-cell/>"
        elif isinstance(value, str):
            cells += f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        else:
            cells += f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
    return f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>'
