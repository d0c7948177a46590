"""What a file is, by its first bytes: a format that can be imported, or a sentence that says what it is instead."""

from __future__ import annotations

import itertools
import re
import zipfile
from pathlib import Path

from rxcrm.models.importing.encodings import is_wide
from rxcrm.models.importing.grid import Unreadable
from rxcrm.models.importing.notes import DAMAGED, PROTECTED
from rxcrm.translation import N_

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PICTURE = N_("This is a picture, not a list.")
PACKED = N_("This is a packed file. Unpack it and import the file inside.")
TEXT_DOCUMENT = N_("This is a text document. Save the list as .csv or .xlsx and try again.")
PDF = N_("This is a PDF document. Export the list as .csv or .xlsx and try again.")
WEB_PAGE = N_(
    "This is a web page, although some programs name it .xls. Open it in a spreadsheet program, save it as .xlsx."
)
_TOO_OLD = N_("This is a workbook of a very old Excel (before 1995). Save it as .xlsx and try again.")
_NO_TABLE = (
    (b"%PDF", PDF),
    (b"\x89PNG", PICTURE),
    (b"\xff\xd8\xff", PICTURE),
    (b"GIF8", PICTURE),
    (b"BM", PICTURE),
    (b"II*\x00", PICTURE),
    (b"MM\x00*", PICTURE),
    (b"\x1f\x8b", PACKED),
    (b"7z\xbc\xaf", PACKED),
    (b"Rar!", PACKED),
    (b"BZh", PACKED),
    (b"\xfd7zXZ", PACKED),
    (b"\x28\xb5\x2f\xfd", PACKED),
    (b"{\\rtf", TEXT_DOCUMENT),
    (b"\x09\x00\x04\x00", _TOO_OLD),
    (b"\x09\x02\x06\x00", _TOO_OLD),
    (b"\x09\x04\x06\x00", _TOO_OLD),
    (b"MIME-Version:", WEB_PAGE),
)
#: These letters could begin a text just as well.
_NEED_MORE = {b"BM", b"BZh", b"GIF8", b"Rar!"}
_WEB = (b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<div", b"<body", b"<style")
#: How people call the formats, and the endings that they have.
NAMES = {
    "csv": (N_("a text file"), (".csv", ".tsv", ".txt", ".tab", ".asc")),
    "xlsx": (N_("an Excel workbook"), (".xlsx", ".xlsm", ".xltx", ".xltm")),
    "xls": (N_("an old Excel workbook"), (".xls", ".xlt")),
    "ods": (N_("an OpenDocument workbook"), (".ods", ".ots")),
    "xml": (N_("an XML Spreadsheet 2003"), (".xml",)),
    "vcf": (N_("a file of vCards"), (".vcf", ".vcard")),
}
_WRONG_ENDING = N_("By its name this would be a %(ending)s file, but it is %(kind)s and is read as such.")


def recognise(path: Path, chosen: str = "") -> str:
    """csv, xlsx, xls, ods, xml, vcf or zip. `chosen` is the encoding that somebody chose: then it is text.

    Raises Unreadable with a sentence that says what the file is, and what to do.
    """
    with path.open("rb") as file:
        head = file.read(8192)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _packed(path)
    if head.startswith(_OLE):
        return _ole(path)
    for mark, sentence in _NO_TABLE:
        if (head.startswith(mark) or head.lstrip().startswith(mark)) and (mark not in _NEED_MORE or _is_binary(head)):
            raise Unreadable(sentence)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_WEB):
        raise Unreadable(WEB_PAGE)
    plain = head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    plain = plain.replace(b"\x00", b"").lstrip()
    if plain[:11].upper() == b"BEGIN:VCARD":
        return "vcf"
    if plain.startswith((b"<?xml", b"<Workbook", b"<!DOCTYPE", b"<ss:Workbook")):
        if b"<html" in plain[:2000].lower():
            raise Unreadable(WEB_PAGE)
        return "xml"
    if not chosen and _is_binary(head):
        raise Unreadable(
            N_("This file is neither text nor a workbook. Export the list as .csv or .xlsx and try again.")
        )
    return "csv"


def ending_note(kind: str, file_name: str) -> tuple[str, dict[str, str]] | None:
    """A message if the name of the file promises another format than it has."""
    ending = Path(file_name).suffix.lower()
    promised = next((k for k, (_, endings) in NAMES.items() if ending in endings), kind)
    if promised == kind or kind not in NAMES:
        return None
    return _WRONG_ENDING, {"ending": ending, "kind": NAMES[kind][0]}


def _is_binary(head: bytes) -> bool:
    """Control characters that no text has; zeros are fine where UTF-16 puts them."""
    if is_wide(head):
        return False
    return len(re.findall(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head)) > max(16, len(head) * 0.02)


def _packed(path: Path) -> str:
    """Workbooks are archives; others may hold files to import."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(itertools.islice(archive.namelist(), 20_000))
            kind = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, UnicodeDecodeError):
        raise Unreadable(DAMAGED) from None
    if "xl/workbook.xml" in names:
        return "xlsx"
    if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "ods"
    if "xl/workbook.bin" in names:
        raise Unreadable(N_("This is a binary workbook (.xlsb). Save it as .xlsx and try again."))
    if "Index/Document.iwa" in names or "Index.zip" in names:
        raise Unreadable(N_("This is a Numbers document. Export it as .xlsx or .csv and try again."))
    if b"opendocument" in kind or "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise Unreadable(TEXT_DOCUMENT)
    return "zip"


def _ole(path: Path) -> str:
    """Old Office files and encrypted new ones share one container; the first known name of a stream tells them apart."""
    with path.open("rb") as file:
        content = file.read(100_000_000)
    found = {}
    for name in ("EncryptedPackage", "EncryptionInfo", "Workbook", "Book", "WordDocument", "PowerPoint Document"):
        place = content.find(name.encode("utf-16-le") + b"\x00\x00")
        if place >= 0:
            found[place] = name
    first = found[min(found)] if found else ""
    if first.startswith("Encrypt"):
        raise Unreadable(PROTECTED)
    if first in ("Workbook", "Book"):
        return "xls"
    raise Unreadable(N_("This is an old Office document. Save the list as .csv or .xlsx and try again."))
