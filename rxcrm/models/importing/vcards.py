"""vCards (.vcf) of version 2.1, 3.0 and 4.0, from Outlook, Exchange, phones and Apple → one row per card (issue 5).

Lines are unfolded as they are read. Pictures, sounds and keys are passed over without being kept, however large: of a
photo of 20 MB no more than a piece is ever in memory. A line that is broken costs that line, not the file.
"""

from __future__ import annotations

import io
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from rxcrm.models.importing.cards import headings_of, row_of
from rxcrm.models.importing.encodings import encoding_of, known
from rxcrm.models.importing.grid import MAX_TEXT, Grid, Row, Unreadable
from rxcrm.translation import N_

#: Bytes of a line that are read at once.
_PIECE = 1 << 16
#: Characters of cards that are kept from the first pass over a file.
_KEPT = 10_000_000
#: What is never looked at.
_PASSED_OVER = (b"PHOTO", b"LOGO", b"SOUND", b"KEY", b"X-MS-CARDPICTURE", b"X-MS-OL-DESIGN", b"X-THUMBNAIL")
#: "item1.TEL;TYPE=WORK" up to the colon, which quotes may hide.
_HEAD = re.compile(rb'\s*((?:[^:;"=]|"[^"]*"|[;=])+):', re.DOTALL)
_NAME = re.compile(rb"\s*(?:[\w-]+\.)?([A-Za-z][\w-]*)\s*[;:]")
_WORD = re.compile(r"[A-Z][A-Z0-9-]*")
_PARAMETER = re.compile(r';\s*([\w-]+)(?:\s*=\s*((?:"[^"]*"|[^;"])*))?')

_BROKEN = N_("%(n)s lines of vCards could not be read and are left out; the first one is line %(line)s.")
_UNENDED = N_("%(n)s vCards have no end; what was there of them is read. The first one begins in line %(line)s.")
_GROUPS = N_("%(n)s groups of contacts are left out; their members are cards of their own.")


@dataclass
class Property:
    """One line of a card: its name in capitals, types and other parameters in lower case, its value not yet split."""

    name: str
    value: str
    types: frozenset[str] = frozenset()
    #: 1 comes before 100.
    rank: int = 100


@dataclass
class _Tally:
    """How often something happened, and in which line first."""

    n: int = 0
    line: int = 0

    def count(self, line: int) -> None:
        self.n, self.line = self.n + 1, self.line or line


@dataclass
class _Reading:
    """What one pass over the file finds out by the way."""

    encoding: str
    broken: _Tally = field(default_factory=_Tally)
    unended: _Tally = field(default_factory=_Tally)
    groups: _Tally = field(default_factory=_Tally)


def read_vcards(path: Path, encoding: str = "") -> Grid:
    """The cards of a file, numbered from 1, under the headings of Outlook's export. Raises Unreadable."""
    encoding = known(encoding) if encoding else encoding_of(path)
    seen: dict[str, None] = {}
    reading = _Reading(encoding)
    kept: list[dict[str, str]] | None = []
    size = 0
    for properties in _cards(path, reading):
        row = row_of(properties)
        seen.update(dict.fromkeys(row))
        size += sum(map(len, row.values()))
        # Most files are small: their cards need not be taken apart twice.
        if kept is not None:
            kept.append(row)
            kept = kept if size < _KEPT else None
    if not seen:
        raise Unreadable(N_("None of the vCards in this file has a name, a phone or an e-mail address."))
    headings = headings_of(seen)

    def rows() -> Iterator[Row]:
        again = (row_of(properties) for properties in _cards(path, _Reading(encoding))) if kept is None else kept
        for number, found in enumerate(again, 1):
            yield number, [found.get(heading, "") for heading in headings]

    grid = Grid("vcf", rows, encoding=encoding, headings=headings)
    for message, tally in ((_BROKEN, reading.broken), (_UNENDED, reading.unended)):
        if tally.n:
            grid.note(message, n=tally.n, line=tally.line)
    if reading.groups.n:
        grid.note(_GROUPS, n=reading.groups.n)
    return grid


def card_of(text: str) -> dict[str, str]:
    """Heading → text of the one vCard that a server sent; nothing if it is none, or a group."""
    with io.BytesIO(text.encode("utf-8", "replace")) as file:
        return row_of(next(_cards_in(file, _Reading("utf-8")), []))


def _cards(path: Path, reading: _Reading) -> Iterator[list[Property]]:
    """The properties of each card of a file."""
    with _opened(path, reading.encoding) as file:
        yield from _cards_in(file, reading)


def _cards_in(file: IO[bytes], reading: _Reading) -> Iterator[list[Property]]:
    card: list[Property] | None = None
    begins = depth = 0
    agent = False
    for number, line in _unfolded(file):
        mark = line[:30].strip().upper().replace(b" ", b"")
        if mark == b"BEGIN:VCARD":
            if agent or depth:
                # The card of an assistant inside another card (2.1) is no contact of its own.
                depth += 1
                continue
            if card:
                reading.unended.count(begins)
                yield from _whole(card, reading, begins)
            card, begins = [], number
        elif mark == b"END:VCARD" and depth:
            depth -= 1
        elif mark == b"END:VCARD":
            if card is not None:
                yield from _whole(card, reading, begins)
            card = None
        elif card is not None and line.strip() and not depth:
            if made := _property(line, reading.encoding):
                card.append(made)
            else:
                reading.broken.count(number)
        agent = mark == b"AGENT:"
    if card:
        reading.unended.count(begins)
        yield from _whole(card, reading, begins)


def _whole(card: list[Property], reading: _Reading, line: int) -> Iterator[list[Property]]:
    """The card, unless it is a group."""
    kinds = (p.value.strip().lower() for p in card if p.name in ("KIND", "X-ADDRESSBOOKSERVER-KIND"))
    if "group" in kinds:
        reading.groups.count(line)
    else:
        yield card


def _opened(path: Path, encoding: str) -> IO[bytes]:
    """The bytes of the file; a wide encoding becomes UTF-8, so that lines can be told apart."""
    file = path.open("rb")
    if encoding.startswith(("utf-16", "utf-32")):
        return _Narrowed(file, encoding)  # type: ignore[return-value]
    return file


class _Narrowed(io.RawIOBase):
    """Text of a wide encoding as lines of UTF-8."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self.text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="\n")

    def readline(self, size: int | None = -1, /) -> bytes:
        return self.text.readline(-1 if size is None else size).encode("utf-8", "replace")

    def close(self) -> None:
        self.text.close()
        super().close()


def _unfolded(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Whole lines and the numbers on which they begin; those of pictures are passed over."""
    line = bytearray()
    begins = number = 0
    passing = quoted = old = False
    ended = True
    while piece := file.readline(_PIECE):
        starts, ended = ended, piece.endswith(b"\n")
        text = piece.rstrip(b"\r\n")
        if starts:
            number += 1
            text = text.removeprefix(b"\xef\xbb\xbf") if number == 1 else text
        if passing and (not starts or text[:1] in (b" ", b"\t") or b":" not in text):
            # The rest of a picture. Some phones fold it without the blank that must begin each further line.
            continue
        if not starts:
            line += text
        elif quoted:
            # A soft line end of quoted-printable text.
            line[-1:] = text
        elif line and text[:1] in (b" ", b"\t"):
            # In version 2.1 the blank belongs to the text.
            line += text if old else text[1:]
        else:
            if line:
                yield begins, bytes(line)
            line, begins = bytearray(text), number
            name = _NAME.match(text[:100])
            if passing := bool(name and name[1].upper() in _PASSED_OVER):
                line.clear()
            if name and name[1].upper() == b"VERSION":
                old = text.strip().endswith(b"2.1")
        if len(line) > MAX_TEXT:
            raise Unreadable(N_("Line %(line)s of this file of vCards is too long."), line=begins)
        quoted = ended and line.endswith(b"=") and b"QUOTED-PRINTABLE" in line[:1000].partition(b":")[0].upper()
    if line:
        yield begins, bytes(line)


def _property(line: bytes, encoding: str) -> Property | None:
    """The parts of a line; None if it is none."""
    found = _HEAD.match(line[:4000])
    if not found:
        return None
    head = found[1].decode("ascii", "replace")
    name, semicolon, rest = head.partition(";")
    name = name.rpartition(".")[2].strip().upper()
    if not _WORD.fullmatch(name):
        return None
    if not rest:
        return Property(name, _decoded(line[found.end() :], "", encoding))
    types: set[str] = set()
    rank, charset, quoted = 100, "", False
    for key, text in _PARAMETER.findall(semicolon + rest):
        values = [v.strip().strip('"').lower() for v in text.split(",")] if text else []
        if not text:
            # 2.1 names types without saying that they are.
            types.add(key.lower())
            quoted = quoted or key.lower() == "quoted-printable"
        elif key.upper() == "TYPE":
            types.update(part for v in values for part in v.split(","))
        elif key.upper() == "PREF":
            rank = int(values[0]) if values[0].isdecimal() and len(values[0]) < 4 else 1
        elif key.upper() == "CHARSET":
            charset = values[0]
        elif key.upper() == "ENCODING":
            quoted = values[0] == "quoted-printable"
    if "pref" in types:
        rank = 1
    value = line[found.end() :]
    if quoted:
        value = quopri.decodestring(value)
    return Property(name, _decoded(value, charset, encoding), frozenset(types), rank)


def _decoded(value: bytes, charset: str, encoding: str) -> str:
    """As the line says, else as Unicode, else as the whole file: programs mix them."""
    for codec in (charset, "utf-8"):
        try:
            if codec:
                return value.decode(codec)
        except (UnicodeDecodeError, LookupError):
            continue
    return value.decode("cp1252" if encoding.startswith("utf") else encoding, "replace")
