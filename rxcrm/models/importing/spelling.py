"""One spelling of headings and words, however a program writes them."""

from __future__ import annotations

import re

from rxcrm.models.searching import fold

_NOT_ALNUM = re.compile(r"[\W_]+")


def normal(heading: str) -> str:
    """A heading without case, accents, spaces and punctuation: `E-Mail 1 - Value` → `email1value`."""
    return _NOT_ALNUM.sub("", fold(heading))
