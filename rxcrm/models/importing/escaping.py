"""What our CSV sets before a text that a spreadsheet would run as a formula, and how it is taken back (S 13.22)."""

from __future__ import annotations

#: What a spreadsheet takes for the beginning of a formula, and the sign that our escape begins with.
RUN = "=+-@\t\r\n＝＋－＠"
ESCAPE = "'"
_ESCAPED = tuple(ESCAPE + RUN)


def escape(text: str) -> str:
    """A text that no spreadsheet runs; `unescape` takes it back.

    >>> escape("=1+1"), escape("'tis"), escape("plain")
    ("'=1+1", "''tis", 'plain')
    """
    return ESCAPE + text if text.startswith(_ESCAPED) else text


def unescape(cell: str) -> str:
    """Take back what `escape` did.

    Only for files that say they are ours: elsewhere a leading apostrophe belongs to the value.
    """
    return cell[1:] if cell[:1] == ESCAPE and cell[1:].startswith(_ESCAPED) else cell
