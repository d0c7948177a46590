"""Which encoding a text file is in: a byte order mark, UTF-8, UTF-16, else a guess from its letters."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from rxcrm.models.importing.grid import Unreadable
from rxcrm.translation import N_

SAMPLE = 200_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

#: What can be chosen: codec → how people know it. Whatever is detected is among them.
ENCODINGS = {
    "utf-8": N_("Unicode (UTF-8)"),
    "utf-8-sig": N_("Unicode (UTF-8 with mark)"),
    "utf-16": N_("Unicode (UTF-16 with mark)"),
    "utf-16-le": N_("Unicode (UTF-16, little-endian)"),
    "utf-16-be": N_("Unicode (UTF-16, big-endian)"),
    "utf-32": N_("Unicode (UTF-32)"),
    "cp1252": N_("Western European (Windows-1252)"),
    "latin-1": N_("Western European (ISO 8859-1, Latin-1)"),
    "iso8859_15": N_("Western European (ISO 8859-15, Latin-9)"),
    "mac_roman": N_("Western European (Mac OS Roman)"),
    "cp850": N_("Western European (DOS 850)"),
    "cp1250": N_("Central European (Windows-1250)"),
    "iso8859_2": N_("Central European (ISO 8859-2, Latin-2)"),
    "cp852": N_("Central European (DOS 852)"),
    "mac_latin2": N_("Central European (Mac OS)"),
    "cp1257": N_("Baltic (Windows-1257)"),
    "cp1251": N_("Cyrillic (Windows-1251)"),
    "koi8_r": N_("Cyrillic (KOI8-R)"),
    "cp866": N_("Cyrillic (DOS 866)"),
    "cp1253": N_("Greek (Windows-1253)"),
    "iso8859_7": N_("Greek (ISO 8859-7)"),
    "cp1254": N_("Turkish (Windows-1254)"),
    "cp1255": N_("Hebrew (Windows-1255)"),
    "cp1256": N_("Arabic (Windows-1256)"),
    "cp874": N_("Thai (Windows-874)"),
    "cp1258": N_("Vietnamese (Windows-1258)"),
    "cp932": N_("Japanese (Shift-JIS)"),
    "euc_jp": N_("Japanese (EUC-JP)"),
    "iso2022_jp": N_("Japanese (ISO-2022-JP)"),
    "gb18030": N_("Simplified Chinese (GB18030, GBK)"),
    "big5": N_("Traditional Chinese (Big5)"),
    "cp949": N_("Korean (EUC-KR, Windows-949)"),
}
#: Names of encodings that a larger one of the list includes.
_WITHIN = {
    "ascii": "utf-8",
    "shift_jis": "cp932",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "euc_kr": "cp949",
    "iso8859-9": "cp1254",
}

#: Encodings that differ in a few letters only; the alphabets below tell them apart. The first wins a tie.
_LATIN = ("cp1252", "cp1250", "iso8859_15", "iso8859_2", "cp1254", "cp1257")
_OTHERS = ("cp932", "euc_jp", "gb18030", "big5", "cp949", "cp1251", "koi8_r", "cp1253", "iso8859_7", "cp1255")
_ALPHABETS = (
    "äöüß",  # German
    "àâæçéèêëîïôœùûüÿ",  # French
    "áéíñóúü",  # Spanish
    "áàâãçéêíóôõú",  # Portuguese
    "àèéìòóù",  # Italian
    "åäöéæøü",  # Nordic
    "áéëèïöóü",  # Dutch
    "ąćęłńóśźż",  # Polish
    "áčďéěíňóřšťúůýž",  # Czech
    "áäčďéíĺľňóôŕšťúýž",  # Slovak
    "áéíóöőúüű",  # Hungarian
    "ăâîşţ",  # Romanian
    "čćđšž",  # Croatian, Slovene
    "çğıöşüâ",  # Turkish
    "ąčęėįšųūžāēģīķļņõ",  # Baltic
)
_OUTSIDE = re.compile(rb"[^\n]*[\x80-\xff][^\n]*")
_SIGNS = frozenset("€„“”’‘–—…«»°§£¿¡ºª\u00a0")


def known(name: str) -> str:
    """The spelling of ENCODINGS for any name of one of its codecs. Raises Unreadable for all others."""
    try:
        codec = codecs.lookup(name.strip()).name
        codec = codecs.lookup(_WITHIN.get(codec, codec)).name
    except (LookupError, ValueError):
        codec = ""
    for offered in ENCODINGS:
        if codec == codecs.lookup(offered).name:
            return offered
    raise Unreadable(N_("“%(encoding)s” is no encoding that can be read."), encoding=name[:80])


def encoding_of(path: Path) -> str:
    """The name of a codec that reads the whole file; one of ENCODINGS."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if wide := _without_mark(head):
        return wide
    if b"\x1b$" in head and _reads(path, "iso2022_jp"):
        return "iso2022_jp"
    if _reads(path, "utf-8"):
        return "utf-8"
    sample = b"\n".join([head.partition(b"\n")[0], *_foreign_lines(path)])
    # Imported only where it is needed: most files are Unicode, and the reader process should start quickly.
    from charset_normalizer import from_bytes

    guess = from_bytes(sample, cp_isolation=[*_OTHERS, *_LATIN]).best()
    if guess and guess.encoding in _OTHERS and _reads(path, guess.encoding):
        return guess.encoding
    ranked = sorted(_LATIN, key=lambda name: -_likeness(sample, name))
    return next((name for name in ranked if _reads(path, name)), "latin-1")


def _without_mark(head: bytes) -> str:
    """UTF-16 without its mark: read as such it is text with line ends, and one byte in many is a zero."""
    half = len(head) // 2 * 2
    if not head[:half].count(0):
        return ""
    for name in ("utf-16-le", "utf-16-be"):
        try:
            # The sample may end between the halves of a pair.
            text = codecs.getincrementaldecoder(name)().decode(head[:half])
        except UnicodeDecodeError:
            continue
        # The zeros are the upper halves of plain letters; in other text they stand anywhere.
        upper = head[1:half:2] if name == "utf-16-le" else head[0:half:2]
        if upper.count(0) < head[:half].count(0) * 0.95:
            continue
        plain = sum(c.isalnum() or c.isspace() or " " <= c <= "~" for c in text)
        ascii_too = sum(" " <= c <= "~" or c in "\r\n\t" for c in text)
        if plain >= len(text) * 0.97 and ascii_too >= max(2, len(text) * 0.05):
            return name
    return ""


def is_wide(head: bytes) -> bool:
    """Whether this is the beginning of a text in UTF-16 or UTF-32, where zeros are no sign of anything else."""
    return any(head.startswith(mark) for mark, name in _BOMS if name != "utf-8-sig") or bool(_without_mark(head))


def _reads(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def broken_line(path: Path, encoding: str) -> int:
    """The first line with bytes that the encoding does not know."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            try:
                line += decoder.decode(chunk).count("\n")
            except UnicodeDecodeError as problem:
                return line + problem.object[: problem.start].decode(encoding, "ignore").count("\n")
            except UnicodeError:
                # A mark that must stand at the beginning does not.
                return line
    return line


def _foreign_lines(path: Path) -> list[bytes]:
    """Lines with letters beyond ASCII, from the whole file: the first may stand far down."""
    found: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        while (chunk := file.read(1 << 20)) and size < SAMPLE:
            for line in _OUTSIDE.findall(chunk):
                found.append(line[:2000])
                size += len(found[-1])
                if size >= SAMPLE:
                    break
    return found


def _likeness(sample: bytes, encoding: str) -> float:
    """How much the text reads like one language: the best alphabet's share of the letters beyond ASCII."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        text = sample.decode(encoding, errors="replace")
    letters = [c for c in text.lower() if ord(c) > 127 and c not in _SIGNS]
    if not letters:
        return 1.0
    return max(sum(c in alphabet for c in letters) for alphabet in _ALPHABETS) / len(letters)
