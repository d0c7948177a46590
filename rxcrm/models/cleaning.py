"""Text as it may be stored. A module of its own, so that the reader process needs no more of the models than this."""

from __future__ import annotations

import re

# Control characters, surrogates, non-characters, and what is invisible or turns the direction of writing.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff"
    "\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_BREAKS = re.compile(r"[\t\r\n\x85\u2028\u2029]+")


def clean(typed: str, lines: bool = False) -> str:
    """Text without control characters, lone surrogates and direction overrides; one line unless `lines`."""
    plain = _FORBIDDEN.sub("", typed).replace("\r\n", "\n").replace("\r", "\n")
    return plain.strip() if lines else _BREAKS.sub(" ", plain).strip()
