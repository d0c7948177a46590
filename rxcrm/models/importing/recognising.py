"""Which table a file is about, by its headings where they are clear, else by its name (S 6.1, 6.4)."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from rxcrm.models.choices import ActivityKind
from rxcrm.models.importing.spelling import normal
from rxcrm.models.searching import fold
from rxcrm.models.tables import RECORDS
from rxcrm.translation import gettext, languages

#: Headings that hardly stand in a file of another table, a line for each; every one counts once.
_TELLING = {
    "lead": "lead status, lead source, lead owner, lead id, converted, is converted, topic, company name existing account,"
    " contact_name, partner_name, email_from, lead - title, leadquelle, lead-quelle, budget amount, purchase timeframe",
    "account": "account number, parent account, account type, account site, billing street, billing city, billing code,"
    " billing postal code, billing zip/postal code, ticker symbol, ticker, ownership, company domain name, company owner,"
    " number of employees, primary contact, account owner, organization - address, main phone, relationship type,"
    " kundennummer, kundenname, mutterfirma, parent company, organization - organization created, account phone",
    "contact": "mailing street, mailing city, mailing zip, mailing zip/postal code, birthdate, birthday, date of birth,"
    " geburtstag, anniversary, jahrestag, spouse, assistant, assistant's name, reports to, contact owner, contact full name,"
    " department, abteilung, nickname, name prefix, suffix, home street, straße privat, home phone, private telefon,"
    " manager's name, screen name, connected on, associated company, person - organization, initials, e-mail 2 address,"
    " phonetic first name, middle name, weitere vornamen, organization name, additional name",
    "opportunity": "deal name, dealname, deal stage, dealstage, opportunity name, stage, stagename, amount, close date, closedate,"
    " closing date, expected revenue, expected_revenue, probability, probability (%), potential customer, est. revenue,"
    " est. close date, deal owner, opportunity owner, closed lost reason, deal - title, deal - value, deal - status,"
    " date_deadline, verkaufschance, abschlussdatum, wahrscheinlichkeit, umsatz, actual revenue, loss reason, pipeline",
    "activity": "due date, due_on, subject, regarding, activity type, activity status, all day event, start time, end time,"
    " all-day event, priority, task owner, call type, call duration, required attendees, optional attendees, reminder on/off,"
    " reminder date, meeting organizer, % complete, date completed, beginnt am, beginnt um, endet am, fällig am,"
    " ganztägiges ereignis, erinnerung ein/aus, erforderliche teilnehmer, priorität, % erledigt, betreff, task status,"
    " task title, meeting start time, call direction, call outcome, activity date, activity - subject, activity - type,"
    " email subject, activitydate, taskSubtype, show time as, date_deadline, activity_type_id, related to, who, what",
}
#: What people call a file of each table, in the languages of our users.
_NAMES = {
    "lead": "lead leads prospect prospects interessent interessenten piste pistes pista potentiel",
    "account": "account accounts company companies firma firmen unternehmen kunde kunden organisation organisations"
    " organization organizations entreprise entreprises societe compte comptes cuenta cuentas empresa empresas conta contas"
    " azienda aziende klient klienci firmy spolecnost spolecnosti customer customers client clients",
    "contact": "contact contacts kontakt kontakte contacto contactos contato contatos contatto contatti kontakty person persons"
    " personen people adressbuch addressbook connections",
    "opportunity": "opportunity opportunities deal deals verkaufschance verkaufschancen oportunidad oportunidades oportunidade"
    " opportunite opportunites affaire affaires szansa szanse prilezitost prilezitosti pipeline potentials",
    "activity": "activity activities task tasks call calls meeting meetings appointment appointments event events calendar kalender"
    " termin termine aufgabe aufgaben aktivitat aktivitaten anruf anrufe tache taches tarea tareas actividad actividades"
    " calendrier calendario calendars zadania todo todos notes notizen engagements",
}
_WORDS = re.compile(r"[^\W\d_]+")
#: By how many telling headings one table has to be ahead.
_CLEAR = 2
_KINDS = {
    ActivityKind.APPOINTMENT: "start time, beginnt um, end time, all day event, all-day event, ganztägiges ereignis, meeting start time,"
    " required attendees, meeting organizer, meeting name, allday, startdatetime, show time as",
    ActivityKind.PHONE_CALL: "call type, call duration, call direction, call outcome, call title, call start time, call owner, call result",
    ActivityKind.EMAIL: "email subject, email direction, email body, email from address, email to address",
    ActivityKind.NOTE: "note body, hs_note_body",
}


def entity_of(file_name: str, headings: Sequence[str]) -> str:
    """The table that a file is proposed for: that of our own export, of its headings, of its name, else leads."""
    names = {normal(h) for h in headings}
    for entity, hidden in _exported().items():
        if hidden & names:
            return entity
    counts = {entity: len(names & telling) for entity, telling in _telling().items()}
    first, second, *_ = sorted(counts, key=lambda entity: -counts[entity])
    if counts[first] - counts[second] >= _CLEAR:
        return first
    stem = file_name.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or file_name
    words = _WORDS.findall(fold(stem))
    named = [entity for entity, called in _NAMES.items() if set(words) & set(called.split())]
    if named:
        # "Leads and contacts.csv": the headings choose among the names.
        return max(named, key=lambda entity: counts[entity])
    return first if counts[first] > counts[second] else "lead"


def constants_of(entity: str, headings: Sequence[str]) -> dict[str, str]:
    """What all rows of a file are although no column says it: a calendar holds appointments. As a form control holds it."""
    if entity != "activity":
        return {}
    names = {normal(h) for h in headings}
    counts = {kind: len(names & {normal(w) for w in words.split(",")}) for kind, words in _KINDS.items()}
    best = max(counts, key=lambda kind: counts[kind])
    return {"kind": str(int(best if counts[best] else ActivityKind.TASK))}


@functools.cache
def _telling() -> dict[str, frozenset[str]]:
    return {entity: frozenset(normal(w) for w in words.split(",")) for entity, words in _TELLING.items()}


@functools.cache
def _exported() -> dict[str, frozenset[str]]:
    """The heading of the hidden id in our own exports, by table."""
    return {
        entity: frozenset(
            normal(f"(Do Not Modify) {t}")
            for t in (table.title, *(gettext(language, table.title) for language in languages()))
        )
        for entity, table in RECORDS.items()
    }
