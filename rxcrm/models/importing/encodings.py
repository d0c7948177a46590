"""Which encoding a text file is in: a byte order mark, UTF-8, UTF-16, else a guess from its letters."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

SAMPLE = 200_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

#: Encodings that differ in a few letters only; the alphabets below tell them apart. The first wins a tie.
_LATIN = ("cp1252", "cp1250", "iso8859_15", "iso8859_2", "cp1254", "cp1257")
_OTHERS = ("cp932", "euc_jp", "gb18030", "big5", "euc_kr", "cp1251", "koi8_r", "cp1253", "iso8859_7", "cp1255")
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


def encoding_of(path: Path) -> str:
    """The name of a codec that reads the whole file."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if wide := _without_mark(head):
        return wide
    if _reads(path, "utf-8"):
        return "utf-8"
    sample = b"\n".join([head.partition(b"\n")[0], *_foreign_lines(path)])
    guess = from_bytes(sample, cp_isolation=[*_OTHERS, *_LATIN]).best()
    if guess and guess.encoding in _OTHERS and _reads(path, guess.encoding):
        return guess.encoding
    ranked = sorted(_LATIN, key=lambda name: -_likeness(sample, name))
    return next((name for name in ranked if _reads(path, name)), "latin-1")


def _without_mark(head: bytes) -> str:
    """UTF-16 without its mark shows as a zero in every other byte of Western text."""
    even, odd = head[0:4000:2].count(0), head[1:4000:2].count(0)
    most = len(head[:4000]) // 2 * 0.4
    if odd > most and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even > most and odd == 0 else ""


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
