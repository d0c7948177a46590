"""Folded keys: one spelling for search and order, the same on every database (S 13.13)."""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not decompose into a base letter and an accent.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŀ": "l"}
)
_SPACES = re.compile(r"\s+")
# What no database stores, and what nobody sees: controls, surrogates, joiners, marks of direction and variation.
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufffe\uffff\U000e0000-\U000e0fff]"
)
# A number written with blanks and punctuation in running text: "2026-05", "12 (345)".
_SPACED_NUMBER = re.compile(r"\d[\d\s()+./-]+\d")
_NOT_DIGITS = re.compile(r"\D+")

#: Characters of a sort key; longer values differ only in their ids.
KEY_LENGTH = 120
#: Characters of a search term that are looked at: as many as the longest value has.
LONGEST_TERM = 300
#: Stands before every searched value, so that a term of one or two characters finds beginnings through trigrams.
EDGE = "\n\n"


def fold(text: str) -> str:
    """Case- and accent-free spelling: *João* → `joao`, *Łódź* → `lodz`, white space as single blanks.

    >>> fold("  Łódź  GmbH ")
    'lodz gmbh'
    """
    text = _DROPPED.sub("", text)
    if text.isascii():
        return _SPACES.sub(" ", text.lower()).strip()
    return _SPACES.sub(" ", _spread(text)).strip()


def plain(text: str) -> str:
    """Case- and accent-free spelling that keeps white space as it is: what filters compare (S 13.13).

    >>> plain("Łódź  GmbH")
    'lodz  gmbh'
    """
    return text.lower() if text.isascii() else _spread(text)


def _spread(text: str) -> str:
    # Compatibility forms first: casefold knows nothing of ™ or ℡, which spread into capitals.
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in spread if not unicodedata.combining(c)).translate(_LETTERS)


def sort_key(text: str) -> str:
    """The folded beginning by which a text column is ordered."""
    return fold(text)[:KEY_LENGTH]


def digits(phone: str) -> str:
    """The digits of a phone number, for searching it however it was typed."""
    return _NOT_DIGITS.sub("", phone)


def phone_key(phones: list[str]) -> str:
    """The digits of every number, each once and none cut off: the same phone, however it was typed."""
    found = ""
    for number in dict.fromkeys(d for p in phones if (d := digits(p))):
        if len(found) + 1 + len(number) <= 160:
            found = f"{found} {number}".lstrip()
    return found


def search_text(words: list[str], phones: list[str]) -> str:
    """What substring search looks through: every folded value and every phone's digits, each after an edge.

    Numbers spelled with punctuation inside a value are there by their digits too, as `needle` looks for them so.
    """
    folded = [fold(w) for w in words if w]
    numbers = [d for w in folded for n in _SPACED_NUMBER.findall(w) if len(d := digits(n)) >= 3]
    parts = folded + numbers + [d for p in phones if p and (d := digits(p))]
    return EDGE + EDGE.join(dict.fromkeys(p for p in parts if p)) if parts else ""


def needle(term: str) -> str:
    """What to look for in `search_text` for what a person typed.

    Under three characters: beginnings of values only (S 13.15). A term of digits and phone punctuation is looked
    for by its digits. Nothing is longer than LONGEST_TERM.
    """
    folded = fold(term[: LONGEST_TERM * 4])[:LONGEST_TERM].rstrip()
    only_digits = digits(folded)
    if len(only_digits) >= 3 and re.fullmatch(r"[\d\s()+./-]+", folded):
        folded = only_digits
    if 0 < len(folded) < 3:
        return EDGE + folded
    return folded
