"""The translation catalogue on the server: mark messages, look them up in a user's language.

A message is written in English in the source. `N_` marks one that is translated later (labels, errors);
`gettext` and `ngettext` translate now. The browser reads the same catalogue (rxcrm.components.tr).
"""

from __future__ import annotations

import functools
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, Self

LOCALES = Path(__file__).parent / "locales"
SOURCE = "en"


class Words(str):
    """A text that an administrator wrote: it brings its own translations, by language, and is in no catalogue."""

    by_language: dict[str, str]

    def __new__(cls, text: str, by_language: dict[str, str] | None = None) -> Self:
        words = str.__new__(cls, text)
        words.by_language = dict(by_language or {})
        return words

    def __reduce__(self) -> tuple[type[Words], tuple[str, dict[str, str]]]:
        return Words, (str(self), self.by_language)


def N_(message: str) -> str:
    """Mark a message for the catalogue and return it unchanged."""
    return message


def languages() -> list[str]:
    """Codes of the languages with a catalogue, English first."""
    return [SOURCE, *sorted(p.parents[1].name for p in LOCALES.glob("*/LC_MESSAGES/rxcrm.po"))]


@functools.cache
def catalogue(locale: str) -> NullTranslations:
    """The compiled catalogue of a language; English (or an unknown language) is the source text itself."""
    source = LOCALES / locale.replace("-", "_") / "LC_MESSAGES" / "rxcrm.po"
    if locale == SOURCE or not source.is_file():
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return GNUTranslations(compiled)


def gettext(locale: str, message: str, **values: Any) -> str:
    """`message` in the language, with `%(name)s` filled in."""
    if isinstance(message, Words):
        return message.by_language.get(locale) or str(message)
    text = catalogue(locale).gettext(message) if message else ""
    return text % values if values else text


def worded(locale: str, message: str) -> str:
    """What goes to a browser: an administrator's own words in the language; any other message as it is, to be looked up there."""
    return gettext(locale, message) if isinstance(message, Words) else message


def ngettext(locale: str, one: str, many: str, n: int, **values: Any) -> str:
    """The plural form for `n` in the language; `%(n)s` is the number."""
    return catalogue(locale).ngettext(one, many, n) % {"n": n, **values}
