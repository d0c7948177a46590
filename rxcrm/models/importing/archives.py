"""Archives (.zip): the files in them that can be imported, taken out one by one under names of our own.

What an archive says about itself is not believed: names never become paths, sizes are counted while unpacking.
"""

from __future__ import annotations

import secrets
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rxcrm.models.cleaning import clean
from rxcrm.models.importing.formats import NAMES, recognise
from rxcrm.models.importing.grid import Unreadable
from rxcrm.settings import settings
from rxcrm.translation import N_

#: Archives in archives in archives; files that are taken out; entries that are looked at.
MAX_DEPTH, MAX_FILES, MAX_ENTRIES = 3, 100, 20_000
#: All files of an archive together, as a multiple of the largest single upload.
_MOST_UPLOADS = 10
_MAX_RATIO, _LARGE = 400, 20_000_000
_CHUNK = 1 << 20

_DAMAGED = N_("This archive is damaged. Pack the files again, or upload them one by one.")
_PROTECTED = N_("This archive is protected by a password. Unpack it and upload the files inside.")
_BOMB = N_("This archive unpacks to far more than lists need and is refused. Unpack it and upload the files inside.")
_TRICK = N_("This archive has a file named “%(name)s”, which would leave its folder, and is refused.")
_DEEP = N_("This archive has archives in archives in archives. Unpack it and upload the files inside.")
_MANY = N_("This archive has more than %(n)s files to import. Split it and try again.")
_NOTHING = N_("This archive has no file that can be imported.")
_LARGE_FILE = N_("The file “%(name)s” in this archive is larger than %(n)s MB.")
_METHOD = N_("This archive is packed in a way that cannot be read. Pack the files again as .zip.")
#: What systems add to archives by themselves.
_JUNK = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")

_LISTS = {ending for _, endings in NAMES.values() for ending in endings}

Found = list[tuple[str, Path]]


@dataclass
class _Unpacking:
    """What has been taken out so far."""

    folder: Path
    found: Found = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    written: int = 0


def unpack(path: Path, file_name: str, folder: Path) -> tuple[Found, list[str]]:
    """(name as "archive.zip/leads.csv", where it lies now) of each file to import, and the names of all others.

    A file that is no archive is its own only member. Raises Unreadable; then nothing stays behind.
    """
    if _format(path) != "zip":
        return [(file_name, path)], []
    state = _Unpacking(folder)
    try:
        _take_out(path, file_name, state, 1)
        if not state.found:
            raise Unreadable(_NOTHING)
    except BaseException:
        for _, taken in state.found:
            taken.unlink(missing_ok=True)
        raise
    return state.found, state.left_out


def _format(path: Path) -> str:
    """The format of a file; empty if it cannot be imported: where it is all there is, its reader will say why."""
    try:
        return recognise(path)
    except Unreadable:
        return ""


def _is_list(kind: str, name: str) -> bool:
    """Whether a file is to be imported. One whose name says so is, even if it cannot be: its reader will say why.

    Any text may be a list; so only its name tells the list from the licence, the web page and the program.
    """
    ending = Path(name).suffix.lower()
    return ending in _LISTS or (kind == "csv" and ending in ("", ".dat", ".prn")) or kind not in ("", "csv")


def _take_out(path: Path, label: str, state: _Unpacking, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Unreadable(_DEEP)
    with _refusing(), zipfile.ZipFile(path) as archive:
        entries = [info for info in archive.infolist() if not info.is_dir()]
        if len(entries) > MAX_ENTRIES:
            raise Unreadable(_BOMB)
        for info in entries:
            _refuse_trick(info.filename)
        for info in entries:
            if info.flag_bits & 1:
                raise Unreadable(_PROTECTED)
            if not _is_junk(info):
                _take_one(archive, info, label, state, depth)


def _take_one(archive: zipfile.ZipFile, info: zipfile.ZipInfo, label: str, state: _Unpacking, depth: int) -> None:
    name = f"{label}/{_shown(info.filename)}"
    taken = state.folder / secrets.token_hex(16)
    keep = False
    try:
        _write(archive, info, taken, state)
        kind = _format(taken)
        if kind == "zip":
            _take_out(taken, name, state, depth + 1)
        elif not _is_list(kind, name):
            # A picture or a document among the lists is no reason to refuse them.
            state.left_out.append(name)
        elif len(state.found) >= MAX_FILES:
            raise Unreadable(_MANY, n=MAX_FILES)
        else:
            state.found.append((name, taken))
            keep = True
    finally:
        if not keep:
            taken.unlink(missing_ok=True)


def _write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, state: _Unpacking) -> None:
    """Unpack one file, counting what really comes out."""
    most = settings().upload_megabytes * 1024 * 1024
    size = 0
    with archive.open(info) as source, target.open("xb") as file:
        target.chmod(0o600)
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            state.written += len(chunk)
            if size > _LARGE and size > max(info.compress_size, 1) * _MAX_RATIO:
                raise Unreadable(_BOMB)
            if state.written > most * _MOST_UPLOADS:
                raise Unreadable(_BOMB)
            if size > most:
                raise Unreadable(_LARGE_FILE, name=_shown(info.filename), n=settings().upload_megabytes)
            file.write(chunk)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except NotImplementedError:
        raise Unreadable(_METHOD) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, UnicodeDecodeError):
        raise Unreadable(_DAMAGED) from None


def _refuse_trick(name: str) -> None:
    """Names are never used as paths here, but who writes such a name means harm to somebody."""
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or (len(parts[0]) == 2 and parts[0][1] == ":"):
        raise Unreadable(_TRICK, name=_shown(name))


def _is_junk(info: zipfile.ZipInfo) -> bool:
    name = info.filename.replace("\\", "/").lower()
    link = (info.external_attr >> 16) & 0o170000 == 0o120000
    return link or any(f"/{junk}" in f"/{name}" for junk in _JUNK) or name.rpartition("/")[2].startswith(".")


def _shown(name: str) -> str:
    """A name as people may see it: without control characters and excess."""
    return clean(unicodedata.normalize("NFC", name.replace("\\", "/")))[-120:] or "?"
