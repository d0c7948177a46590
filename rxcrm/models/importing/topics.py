"""The composed topic of leads whose file has none (S 13.17)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rxcrm.models.base import Record
from rxcrm.models.errors import BadValue
from rxcrm.models.fields import fields_of
from rxcrm.models.importing.spelling import normal
from rxcrm.translation import N_, gettext, languages

PRESET = "{Company Name} - {First Name} {Last Name}"

_PLACE = re.compile(r"(\{[^{}]*\})")
_SEPARATOR = re.compile(r"\s+[-–—|/:;·,]\s+|[,;:]\s+")


@dataclass(frozen=True)
class Segment:
    """What stands between two separators: texts and field names in turn."""

    before: str
    parts: tuple[tuple[str, bool], ...]


def composer(table: type[Record], pattern: str) -> Callable[[Callable[[str], str]], str]:
    """A function that fills the pattern from a field's text; parts that are empty take their separator with them.

    Raises BadValue if the pattern names no field, or one that does not exist.
    """
    segments = segments_of(table, pattern)
    if not any(is_field for s in segments for _, is_field in s.parts):
        raise BadValue(N_("The pattern of the topic names no field. Example: %(example)s"), example=PRESET)

    def compose(text_of: Callable[[str], str]) -> str:
        topic, filled = "", False
        for segment in segments:
            texts = [(text_of(part), True) if is_field else (part, False) for part, is_field in segment.parts]
            fields = [text for text, is_field in texts if is_field]
            if fields and not any(fields):
                continue
            filled = filled or bool(fields)
            text = " ".join("".join(text for text, _ in texts).split())
            topic = f"{topic}{segment.before}{text}" if topic and text else topic or text
        return topic[:300].rstrip() if filled else ""

    return compose


def segments_of(table: type[Record], pattern: str) -> list[Segment]:
    """The pattern in pieces; a separator goes with the piece behind it. Raises BadValue for a field that there is not."""
    names = _names(table)
    segments: list[Segment] = []
    before: str = ""
    parts: list[tuple[str, bool]] = []
    for piece in _PLACE.split(pattern):
        if _PLACE.fullmatch(piece):
            name = names.get(normal(piece))
            if name is None:
                raise BadValue(N_("The topic's pattern names %(place)s, which is no field."), place=piece[:80])
            parts.append((name, True))
            continue
        at = 0
        for separator in _SEPARATOR.finditer(piece):
            parts.append((piece[at : separator.start()], False))
            segments.append(Segment(before, tuple(parts)))
            before, parts, at = separator[0], [], separator.end()
        parts.append((piece[at:], False))
    return [*segments, Segment(before, tuple(parts))]


def _names(table: type[Record]) -> dict[str, str]:
    specs = fields_of(table).values()
    names = {normal(spec.name): spec.name for spec in specs}
    for language in reversed(languages()):
        names |= {normal(gettext(language, spec.label)): spec.name for spec in specs}
    return names
