"""The XML of one sheet of a workbook, taken in pieces: what is in it is looked at before a parser that keeps it whole.

calamine reads a sheet into one rectangle in memory, empty cells too. So large sheets are handed to it some ten
thousand rows at a time, each piece as a small workbook of its own, and the corners of every piece are known before.
It reports neither failed formulas nor formulas without a result; those are found here.
"""

from __future__ import annotations

import io
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from defusedxml.ElementTree import iterparse

from rxcrm.models.importing.grid import Unreadable
from rxcrm.models.importing.notes import DAMAGED, NO_RESULT

#: Bytes of a sheet's XML that are parsed at once: about 400,000 cells, 60 MB when parsed.
PIECE = 16_000_000
#: A workbook's shared texts are parsed again for every piece; where they are many, the pieces are larger.
_LARGE_PIECE = 48_000_000
_MANY_TEXTS = 20_000_000
_CHUNK = 1 << 20
#: Cells with errors that are remembered; behind so many, the sheet is no list.
_MOST_ERRORS = 100_000

FAILED = "#ERROR"

_CELL = re.compile(rb"""<(?:\w+:)?c(?=[\s/>])""")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,7})["']""")
_FAILED = re.compile(
    rb"""<(?:\w+:)?c(?=\s)(?=[^>]*\st\s*=\s*["']e["'])[^>]*\sr\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,7})["'][^>]*>"""
    rb"""(?:\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>))?(?:\s*<(?:\w+:)?v>([^<]{1,20})<)?"""
)
_UNSET = re.compile(
    rb"""<(?:\w+:)?c\s([^>]*[^/>])>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"""
    rb"""(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"""
)
_TEXT_RESULT = re.compile(rb"""\bt\s*=\s*["']str["']""")
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s+ref\s*=\s*["'](?:[A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3})?([0-9]{1,7})["']""")
_LETTERS = re.compile(rb'<c r="([A-Z]{2,3})[0-9]')
_ROW = re.compile(rb'<row\s(?:[^>]*?\s)?r="([0-9]{1,7})"')
_DATA = re.compile(rb"<sheetData(?:\s[^>]*)?>")
_END = b"</sheetData></worksheet>"

#: Row → column → what stands there instead of a value.
Errors = dict[int, dict[int, str]]


@dataclass
class Extent:
    """How far cells reach (row and number of columns, from 1), and which of them hold errors."""

    first: int = 1
    rows: int = 0
    columns: int = 0
    errors: Errors = field(default_factory=dict)
    #: Formulas without a stored result, and the place of the first: "B7".
    unset: int = 0
    unset_at: str = ""

    @property
    def cells(self) -> int:
        """Of the rectangle, empty ones too."""
        return (self.rows - self.first + 1) * self.columns


def piece_size(texts: int) -> int:
    """How large the pieces of a sheet are if its workbook has so many bytes of shared texts."""
    return _LARGE_PIECE if texts > _MANY_TEXTS else PIECE


def pieces(file: IO[bytes], most: int, tail: bytearray) -> Iterator[bytes]:
    """Whole sheets of about `most` bytes, each with some of the rows. One piece where the rows cannot be told apart.

    In the end the file stands behind the rows, and `tail` has what was read of the rest.
    """
    buffer = bytearray()
    opening = b""
    while chunk := file.read(_CHUNK):
        buffer += chunk
        if len(buffer) < most:
            continue
        if not opening:
            found = _DATA.search(buffer)
            if not found or found[0].endswith(b"/>"):
                continue
            opening = bytes(buffer[: found.end()])
            del buffer[: found.end()]
        if (end := buffer.rfind(b"</sheetData>")) >= 0:
            # What follows the rows (rules for input, links) may be long as well, and holds no data.
            break
        cut = max(buffer.rfind(b"<row "), buffer.rfind(b"<row>"))
        if cut > 0:
            yield opening + bytes(buffer[:cut]) + _END
            del buffer[:cut]
    if not opening:
        yield bytes(buffer)
    elif (end := buffer.rfind(b"</sheetData>")) >= 0:
        yield opening + bytes(buffer[:end]) + _END
        tail += buffer[end:]
    else:
        raise Unreadable(DAMAGED)


def extent(piece: bytes, most_columns: int, most_cells: int) -> Extent:
    """What a piece holds. The exact corners are only looked for where the first look finds too many columns or cells."""
    found = _quick(piece) or _careful(piece)
    if found is None or found.columns > most_columns or found.cells > most_cells:
        found = _exact(piece)
    if b't="e"' in piece or b"t='e'" in piece:
        for letters, row, code in _FAILED.findall(piece):
            if len(found.errors) < _MOST_ERRORS:
                found.errors.setdefault(int(row), {})[column(letters)] = code.decode("ascii", "replace") or FAILED
    if b"<f" in piece or b":f" in piece:
        _find_unset(piece, found)
    return found


def merged(before: bytes, file: IO[bytes] | None = None) -> int:
    """The last row that a merged cell reaches in what was read and in the rest of the part; 0 without any."""
    last, rest, chunk = 0, b"", before
    while chunk or (file and (chunk := file.read(_CHUNK))):
        window, chunk = rest + chunk, b""
        if b"mergeCell " in window:
            last = max(last, max((int(row) for row in _MERGED.findall(window)), default=0))
        rest = window[-200:]
    return last


def column(letters: bytes) -> int:
    """A → 0, AA → 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def _quick(piece: bytes) -> Extent | None:
    """The corners at the speed of a search, for XML as nearly all programs write it; None for any other."""
    if piece.count(b"<c ") != piece.count(b'<c r="') or b"<c>" in piece or b"<c/>" in piece or b":c " in piece:
        return None
    first, last = _ROW.search(piece), _ROW.search(piece, max(piece.rfind(b"<row "), 0))
    if not first or not last:
        return None
    width = max(map(column, set(_LETTERS.findall(piece))), default=25) + 1
    return Extent(int(first[1]), int(last[1]), width)


def _careful(piece: bytes) -> Extent | None:
    """The corners of any XML whose cells all name their places; None if some don't."""
    places = _PLACE.findall(piece)
    if len(places) < len(_CELL.findall(piece)):
        return None
    rows = [int(row) for _, row in places]
    width = max(map(column, {letters for letters, _ in places}), default=-1) + 1
    return Extent(min(rows, default=1), max(rows, default=0), width)


def _exact(piece: bytes) -> Extent:
    """The corners of what has a value: formatted empty cells don't count, and cells need not name their places."""
    row = at = 0
    found = Extent(0)
    for event, element in iterparse(io.BytesIO(piece), events=("start", "end"), forbid_dtd=True):
        tag = element.tag.rpartition("}")[2]
        if event == "start" and tag == "row":
            row, at = int(element.get("r") or row + 1), 0
        elif event == "end" and tag == "c":
            place = re.fullmatch(r"([A-Za-z]{1,3})([0-9]{1,7})", element.get("r") or "")
            at = column(place[1].encode()) + 1 if place else at + 1
            if len(element):
                here = int(place[2]) if place else row
                found.first = found.first or here
                found.rows, found.columns = max(found.rows, here), max(found.columns, at)
            element.clear()
        elif event == "end" and tag == "row":
            element.clear()
    found.first = found.first or 1
    return found


def _find_unset(piece: bytes, found: Extent) -> None:
    for attributes in _UNSET.findall(piece):
        place = _PLACE.search(b" " + attributes)
        # A formula that results in no text at all is stored as an empty text.
        if not place or _TEXT_RESULT.search(attributes):
            continue
        found.unset += 1
        found.unset_at = found.unset_at or (place[1] + place[2]).decode()
        if len(found.errors) < _MOST_ERRORS:
            found.errors.setdefault(int(place[2]), {})[column(place[1])] = NO_RESULT


def small_workbook(archive: zipfile.ZipFile, part: str, piece: bytes) -> IO[bytes]:
    """A workbook with the shared parts of another, in which one sheet is this piece: a file without a name."""
    content = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as small:
        for name in archive.namelist():
            if name.lower() in _SHARED:
                with archive.open(name) as source, small.open(name, "w") as target:
                    shutil.copyfileobj(source, target, _CHUNK)
        small.writestr(part, piece)
    content.flush()
    content.seek(0)
    return content


_SHARED = (
    "[content_types].xml",
    "_rels/.rels",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "xl/sharedstrings.xml",
)
