"""Folded keys: one spelling for search and order, the same on every database (S 13.13)."""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not decompose into a base letter and an accent.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ŀ": "l"}
)
_SPACES = re.compile(r"\s+")
_NOT_DIGITS = re.compile(r"\D+")

#: Characters of a sort key; longer values differ only in their ids.
KEY_LENGTH = 120
#: Stands before every searched value, so that a term of one or two characters finds beginnings through trigrams.
EDGE = "\n\n"


def fold(text: str) -> str:
    """Case- and accent-free spelling: *João* → `joao`, *Łódź* → `lodz`, white space as single blanks.

    >>> fold("  Łódź  GmbH ")
    'lodz gmbh'
    """
    if text.isascii():
        return _SPACES.sub(" ", text.lower()).strip()
    spread = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in spread if not unicodedata.combining(c)).translate(_LETTERS)
    return _SPACES.sub(" ", plain).strip()


def sort_key(text: str) -> str:
    """The folded beginning by which a text column is ordered."""
    return fold(text)[:KEY_LENGTH]


def digits(phone: str) -> str:
    """The digits of a phone number, for searching it however it was typed."""
    return _NOT_DIGITS.sub("", phone)


def phone_key(phones: list[str]) -> str:
    """The digits of every number, each once, by which records with the same phone are found."""
    return " ".join(dict.fromkeys(d for p in phones if (d := digits(p))))[:160]


def search_text(words: list[str], phones: list[str]) -> str:
    """What substring search looks through: every folded value and every phone's digits, each after an edge."""
    parts = [fold(w) for w in words if w] + [d for p in phones if p and (d := digits(p))]
    return EDGE + EDGE.join(dict.fromkeys(p for p in parts if p)) if parts else ""


def needle(term: str) -> str:
    """What to look for in `search_text` for what a person typed.

    Under three characters: beginnings of values only (S 13.15). A term of digits and phone punctuation is looked
    for by its digits.
    """
    folded = fold(term)
    only_digits = digits(folded)
    if len(only_digits) >= 3 and re.fullmatch(r"[\d\s()+./-]+", folded):
        folded = only_digits
    if 0 < len(folded) < 3:
        return EDGE + folded
    return folded
