"""A full name in one cell → salutation, first and last name."""

from __future__ import annotations

import re

from rxcrm.models.importing.spelling import normal


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SALUTATIONS = _words(
    "mr mrs ms miss mx dr prof sir herr frau hr fr sr sra srta dna senhor senhora signor signora sig dott ing mgr pan pani m mme mlle"
)
#: Words that open a family name of several words.
_PARTICLES = _words(
    "van von vom zu zum zur de der den del della di da dos das du des la le les ter ten te bin ibn al el af av"
)
_SUFFIXES = _words("jr sr ii iii iv phd md esq mba")
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def split_name(name: str) -> tuple[str, str, str]:
    """Salutation, first name and last name.

    >>> split_name("Dr. Ludwig van Beethoven"), split_name("Boxer, Bertha"), split_name("Cher")
    (('Dr.', 'Ludwig', 'van Beethoven'), ('', 'Bertha', 'Boxer'), ('', '', 'Cher'))
    """
    words = name.split()
    greeting = []
    while len(words) > 1 and normal(words[0]) in _SALUTATIONS and "," not in words[0]:
        if normal(words[0]) == "m" and not words[0].endswith("."):
            break
        greeting.append(words.pop(0))
    salutation, rest = " ".join(greeting), " ".join(words)
    last, comma, first = (part.strip() for part in rest.partition(","))
    if comma and first and normal(first) not in _SUFFIXES:
        return salutation, first, last
    words = rest.replace(",", "").split()
    if len(words) < 2:
        return salutation, "", "".join(words)
    if _EAST_ASIAN.search(rest):
        return salutation, " ".join(words[1:]), words[0]
    start = len(words) - 1
    if normal(words[start]) in _SUFFIXES and start > 1:
        start -= 1
    while start > 1 and normal(words[start - 1]) in _PARTICLES:
        start -= 1
    return salutation, " ".join(words[:start]), " ".join(words[start:])
