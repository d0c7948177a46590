"""Words of other programs and languages: yes and no, options by label, and which statuses mean open or closed."""

from __future__ import annotations

import functools
import re

from rxcrm.models.choices import Choice, LeadReason, LeadStatus
from rxcrm.models.fields import FieldSpec
from rxcrm.models.importing.mapping import normal
from rxcrm.models.lifecycle import REASONS
from rxcrm.translation import gettext, languages

_YES = "yes y true t 1 on x ✓ ja j wahr oui vrai si sí verdadero verdad sim verdadeiro vero tak prawda ano pravda igen igaz kyllä joo da evet はい 是"
_NO = "no n false f 0 off nein falsch non faux falso não nao nie fałsz ne nepravda nem hamis ei nej nu hayır いいえ 否"
YES = frozenset(normal(w) or w for w in _YES.split())
NO = frozenset(normal(w) or w for w in _NO.split())

#: Statuses of other programs that are open, with the reason that comes closest.
_OPEN = {
    LeadReason.NEW: "new, open, not contacted, open - not contacted, open not contacted, attempted to contact, pre-qualified,"
    " contact in future, open deal, bad timing, warm, hot, cold",
    LeadReason.CONTACTED: "contacted, working, working - contacted, in progress, connected, nurturing, in contact, assigned",
}
#: Statuses of other programs that are closed, beside our own labels and everything that begins with "closed".
_CLOSED = (
    "qualified, disqualified, unqualified, not qualified, converted, won, lost, lost lead, junk lead, junk, dead, recycled, canceled, cancelled,"
    " archived, inactive, geschlossen, abgeschlossen, konvertiert, gewonnen, verloren, qualifiziert, disqualifiziert,"
    " fermé, gagné, perdu, qualifié, disqualifié, converti, cerrado, ganado, perdido, convertido, calificado, cualificado, descalificado,"
    " fechado, ganho, qualificado, desqualificado, zamknięty, wygrany, przegrany, utracony, uzavřeno, vyhráno, ztraceno, chiuso, vinto, perso"
)
_CLOSED_STARTS = ("closed", "geschlossen", "ferme", "cerrado", "fechado", "zamkni", "chiuso")
#: A number after the text, as lists with counts and Dynamics' label/number pairs have it.
_COUNTER = re.compile(r"\s*\(\d+\)$")


@functools.cache
def yesno(spec: FieldSpec) -> dict[str, bool]:
    """Normal word → value: the field's own two words in every language, then yes and no.

    "Do not allow Emails" is stored as the label says: Do Not Allow, TRUE, yes → True; Allow, FALSE, no → False (S 1.1).
    """
    found = dict.fromkeys(NO, False) | dict.fromkeys(YES, True)
    for language in languages():
        for value, word in enumerate(spec.words):
            found[normal(gettext(language, word))] = bool(value)
    for value, word in enumerate(spec.words):
        found[normal(word)] = bool(value)
    return found


@functools.cache
def options(kind: type[Choice]) -> dict[str, int]:
    """Normal label in every language → number of the option; English wins."""
    found: dict[str, int] = {}
    for language in languages():
        for option in kind:
            found.setdefault(normal(gettext(language, option.label)), int(option))
    return found


@functools.cache
def _statuses() -> tuple[dict[str, LeadReason], frozenset[str], frozenset[str]]:
    open_words = {normal(w): reason for reason, words in _OPEN.items() for w in words.split(",")}
    exact: set[str] = set()
    closed = {normal(w) for w in _CLOSED.split(",")}
    for language in languages():
        for status, reasons in REASONS["lead"].items():
            for option in (status, *reasons):
                word = normal(gettext(language, option.label))
                if status is not LeadStatus.OPEN:
                    closed.add(word)
                elif isinstance(option, LeadReason):
                    open_words[word] = option
                    exact.add(word)
                else:
                    exact.add(word)
    return open_words, frozenset(closed), frozenset(exact)


def is_closed(text: str) -> bool:
    """Does a status text of any program say that the lead is closed (S 13.19)?"""
    word = normal(_COUNTER.sub("", text))
    return word in _statuses()[1] or word.startswith(_CLOSED_STARTS)


def open_reason(text: str) -> tuple[LeadReason | None, bool]:
    """The open status reason that a text means, and whether it is literally one of ours."""
    open_words, _, exact = _statuses()
    word = normal(_COUNTER.sub("", text))
    return open_words.get(word), word in exact
