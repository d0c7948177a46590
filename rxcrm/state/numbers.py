"""Numbers in what a browser sends: in addresses, and in the text of choices."""

from __future__ import annotations

#: Digits of the largest id that a database gives.
LONGEST = 18


def number(text: str, otherwise: int = 0, digits: int = LONGEST) -> int:
    """The number that a text spells in at most so many plain digits, or `otherwise`.

    >>> number("12"), number("²"), number("-1", -1)
    (12, 0, -1)
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else otherwise
