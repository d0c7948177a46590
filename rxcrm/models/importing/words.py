"""Words of other programs and languages: yes and no, options by label, and which statuses mean open or closed."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rxcrm.models import configuration
from rxcrm.models.activity import ACTIVE, ACTIVITY_REASONS
from rxcrm.models.choices import ActivityKind as K
from rxcrm.models.choices import Choice, OptionList
from rxcrm.models.fields import FieldSpec, fields_of
from rxcrm.models.importing.spelling import normal
from rxcrm.models.importing.statuses import AFTER_YES, CLOSED_STARTS, WON_PARTS, WORDS
from rxcrm.models.lifecycle import default_reason, every_reason
from rxcrm.models.tables import record_table
from rxcrm.translation import gettext, languages

_YES = "yes y true t 1 on x ✓ ja j wahr oui vrai si sí verdadero verdad sim verdadeiro vero tak prawda ano pravda igen igaz kyllä joo da evet はい 是"
_NO = (
    "no n false f 0 off nein falsch non faux falso no não nao nie fałsz ne nepravda nem hamis ei nej nu hayır いいえ 否"
)
YES = frozenset(normal(w) or w for w in _YES.split())
NO = frozenset(normal(w) or w for w in _NO.split())

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
    return found | (_DIRECTIONS if spec.name == "outgoing" else {})


#: The direction of a call or mail, as HubSpot, Salesforce and Zoho say it.
_DIRECTIONS = {"outbound": True, "inbound": False, "out": True, "in": False, "missed": False, "internal": True}


@functools.cache
def options(kind: OptionList) -> dict[str, int]:
    """Normal label in every language, and what other programs call it → number of the option; English wins.

    Of two alike the one that is offered counts. What other programs say is known only of options that are there.
    """
    found: dict[str, int] = {}
    ordered = sorted(kind, key=lambda option: not option.active)
    for language in languages():
        for option in ordered:
            found.setdefault(normal(gettext(language, option.label)), int(option))
    for number, words in _OPTIONS.get(kind.key, {}).items():
        for word in words.split(","):
            if kind.find(number) is not None:
                found.setdefault(normal(word), number)
    return found


#: Options that other programs call otherwise: name of the list → option → words. The last word may be a plural.
_OPTIONS: dict[str, dict[int, str]] = {
    "ActivityKind": {
        int(K.TASK): "to do, todo, todos, tasks, aufgabe, tâche, tarea, tarefa, zadanie, úkol, taak, attività",
        int(K.PHONE_CALL): "call, calls, phonecall, telefonat, anruf, telefonanruf, appel, appel téléphonique, llamada,"
        " ligação, chamada, telefonata, rozmowa telefoniczna, telefonieren, telephone",
        int(K.APPOINTMENT): "meeting, meetings, event, events, calendar, termin, besprechung, rendez-vous, réunion, cita,"
        " reunión, compromisso, reunião, appuntamento, riunione, spotkanie, schůzka, afspraak",
        int(K.EMAIL): "e-mail, mail, emails, emailmessage, incoming email, logged email, incomingemail, forwardedemail, courriel,"
        " correo electrónico, correo, wiadomość e-mail",
        int(K.NOTE): "notes, notiz, remarque, nota, notatka, poznámka, notitie",
    },
    "Priority": {
        0: "niedrig, gering, basse, faible, baja, baixa, bassa, niski, niska, nízká, laag, lowest, 3, none",
        1: "medium, mittel, normale, moyenne, media, média, normalny, średni, střední, normaal, 2, standard",
        2: "hoch, dringend, urgent, haute, élevée, alta, wysoki, wysoka, vysoká, hoog, highest, 1",
    },
    "Rating": {
        1: "heiß, heiss, chaud, caliente, quente, gorący, horký, high, hoch",
        2: "warm, tiède, tibio, morno, ciepły, teplý, medium, mittel",
        3: "kalt, froid, frío, frio, zimny, studený, low, niedrig",
    },
    "Gender": {
        1: "m, man, männlich, herr, homme, masculin, hombre, masculino, mężczyzna, muž, uomo",
        2: "f, w, woman, weiblich, frau, femme, féminin, mujer, femenino, feminino, kobieta, žena, donna",
    },
    "RelationshipType": {3: "kunde, client, cliente, klient, zákazník", 5: "partner firm", 8: "interessent, lead"},
    "Industry": {
        7: "consulting services",
        13: "food & beverage, restaurants, hospitality",
        16: "banking, finance, financial services, bank",
        20: "versicherung, insurance services",
        30: "transport, shipping, logistics",
        31: "utilities, energy",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Meaning:
    """What a status of another program says here. `exact` if it is literally one of ours; `closed` if nobody works on it."""

    status: int
    reason: int | None
    closed: bool
    exact: bool = False

    def reason_label(self, entity: str) -> str:
        """The name of the reason, as a message of the catalogue."""
        return _label(entity, self.reason) if self.reason is not None else ""


def meaning(entity: str, text: str, kind: int = 0) -> Meaning | None:
    """Status and reason of a record of this table whose source says this; None for a word that nobody knows.

    Yes means closed, as in "Converted" and "Done". `kind` is that of an activity; without it, tasks.
    """
    word = normal(_COUNTER.sub("", text))
    known = _known(entity, kind or int(K.TASK) if entity == "activity" else 0)
    if found := known.get(word):
        return found
    if word in YES:
        return known.get(normal(AFTER_YES.get(entity, "")))
    if word.startswith(CLOSED_STARTS):
        won = "not" not in word and any(part in word for part in WON_PARTS)
        return known.get("won" if won else "lost") or known.get("inactive") or known.get("completed")
    return None


@configuration.forgets
@functools.cache
def statuses(entity: str) -> frozenset[str]:
    """The normal labels of the statuses of a table, which say nothing of the reason."""
    return frozenset(normal(gettext(language, s.label)) for language in languages() for s, _ in _table(entity))


def _table(entity: str) -> Iterator[tuple[Choice, Sequence[int]]]:
    if entity == "activity":
        for kind in ACTIVITY_REASONS.values():
            yield from kind.items()
    else:
        yield from every_reason(entity).items()


def _label(entity: str, reason: int) -> str:
    """What a status reason is called, as administrators have it."""
    options = fields_of(record_table(entity))["status_reason"].options
    return options.label(reason) if options else ""


@configuration.forgets
@functools.cache
def _known(entity: str, kind: int) -> dict[str, Meaning]:
    """Normal word → what it says; our own labels win, and of those the status wins over a reason of another one."""
    own: Mapping[Any, Sequence[int]]
    own = ACTIVITY_REASONS.get(K(kind), {}) if entity == "activity" else every_reason(entity)
    first = set(ACTIVE) if entity == "activity" else {next(iter(own))} if own else set()
    found: dict[str, Meaning] = {}
    labels: dict[str, Meaning] = {}
    for status, reasons in own.items():
        closed = status not in first
        for reason in reasons:
            said = Meaning(int(status), int(reason), closed)
            for word in WORDS.get((entity, int(reason)), "").split(","):
                if word.strip():
                    found.setdefault(normal(word), said)
        usual = int(reasons[0]) if entity == "activity" else default_reason(entity, status)
        called = [*((int(reason), _label(entity, int(reason))) for reason in reasons), (usual, status.label)]
        for language in languages():
            for number, label in called:
                said = Meaning(int(status), number, closed, exact=True)
                labels.setdefault(normal(gettext(language, label)), said)
    return found | labels
