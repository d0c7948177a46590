"""What other programs call the statuses of their records: (table, number of our status reason) → their words.

Leads and deals: the picklists that Salesforce, HubSpot, Zoho, Odoo and Pipedrive ship. Activities: those of Salesforce,
HubSpot (task status, call and meeting outcome), Zoho and Outlook. Case, spaces, punctuation and accents do not count.
Words of languages are everyday ones. Our own labels need not stand here.
"""

from __future__ import annotations

from rxcrm.models.choices import ActivityReason as A
from rxcrm.models.choices import LeadReason as L
from rxcrm.models.choices import OpportunityReason as O
from rxcrm.models.choices import RecordReason as R

_DONE = (
    "completed, complete, done, closed, finished, erledigt, abgeschlossen, beendet, fertig, terminé, achevé, fait, completado,"
    " completada, terminado, hecho, concluído, concluída, completato, completata, fatto, zakończone, zakończony, ukończone,"
    " dokončeno, hotovo, voltooid, afgerond, 完了"
)
_CANCELED = (
    "canceled, cancelled, abgesagt, abgebrochen, storniert, annulé, annulée, cancelado, cancelada, annullato, annullata,"
    " anulowane, anulowany, odwołane, zrušeno, geannuleerd, no show, noshow, not held, dropped, deleted"
)
_NOT_STARTED = (
    "open, not started, notstarted, new, to do, todo, planned, needs action, needsaction, nicht begonnen, offen, geplant,"
    " non commencé, no iniciada, não iniciada, non iniziata, nierozpoczęte, nezahájeno, niet gestart, today, overdue"
)
_IN_PROGRESS = "in progress, inprogress, started, in process, in bearbeitung, en cours, en curso, em andamento, in corso, w toku, bezig"
_SCHEDULED = "scheduled, rescheduled, planned, confirmed, open, geplant, bestätigt, new, not started"
#: The table's words for what is closed in a way that only the beginning tells: "Closed - Other".
CLOSED_STARTS = ("closed", "geschlossen", "ferme", "cerrado", "fechado", "zamkni", "chiuso")
#: What makes such a word a success.
WON_PARTS = ("won", "gewonnen", "gagne", "ganado", "ganho", "vinto", "wygran", "convert")
#: What "yes" says of a record in a column of the status: "Converted", "Closed".
AFTER_YES = {"lead": "qualified", "activity": "completed"}

WORDS: dict[tuple[str, int], str] = {
    ("lead", L.NEW): "new, open, not contacted, open - not contacted, open not contacted, attempted to contact, pre-qualified,"
    " contact in future, open deal, bad timing, warm, hot, cold",
    ("lead", L.CONTACTED): "contacted, working, working - contacted, in progress, connected, nurturing, in contact, assigned",
    ("lead", L.QUALIFIED): "qualified, converted, closed - converted, won, konvertiert, gewonnen, qualifiziert, gagné, qualifié,"
    " converti, ganado, convertido, calificado, cualificado, ganho, qualificado, wygrany, vyhráno, vinto",
    ("lead", L.LOST): "disqualified, unqualified, not qualified, closed - not converted, lost, lost lead, junk lead, junk, dead,"
    " geschlossen, abgeschlossen, verloren, disqualifiziert, fermé, perdu, disqualifié, cerrado, perdido, descalificado,"
    " fechado, desqualificado, zamknięty, przegrany, utracony, uzavřeno, ztraceno, chiuso, perso",
    ("lead", L.CANNOT_CONTACT): "cannot contact, could not contact, unable to contact, unreachable, no contact, nicht erreichbar",
    ("lead", L.NO_LONGER_INTERESTED): "no longer interested, not interested, kein interesse, pas intéressé, no interesado",
    ("lead", L.CANCELED): "canceled, cancelled, recycled, archived, inactive, archiviert",
    ("account", R.ACTIVE): "active, enabled, open, aktiv, actif, activo, ativo, attivo, aktywny, aktivní, actief, customer, kunde",
    ("account", R.INACTIVE): "inactive, disabled, deactivated, archived, closed, former, inaktiv, inactif, inactivo, inativo,"
    " inattivo, nieaktywny, neaktivní, inactief, archiviert",
    ("contact", R.ACTIVE): "active, enabled, open, aktiv, actif, activo, ativo, attivo, aktywny, aktivní, actief",
    ("contact", R.INACTIVE): "inactive, disabled, deactivated, archived, closed, former, left, inaktiv, inactif, inactivo, inativo,"
    " inattivo, nieaktywny, neaktivní, inactief, archiviert, ausgeschieden",
    ("opportunity", O.IN_PROGRESS): "open, new, in progress, prospecting, qualification, needs analysis, value proposition,"
    " id. decision makers, identify decision makers, perception analysis, proposal/price quote, proposal/quote, proposal,"
    " negotiation/review, negotiation, appointment scheduled, appointmentscheduled, qualified to buy, qualifiedtobuy,"
    " presentation scheduled, presentationscheduled, decision maker bought-in, decisionmakerboughtin, contract sent, contractsent,"
    " qualified, contact made, demo scheduled, proposal made, negotiations started, proposition, propose, develop, offen,"
    " in bearbeitung, ouvert, en cours, abierto, aberto, aperto, otwarty, otevřeno",
    ("opportunity", O.ON_HOLD): "on hold, stalled, paused, deferred, zurückgestellt, pausiert, en attente, en espera, em espera",
    ("opportunity", O.WON): "won, closed won, closedwon, closed - won, gewonnen, gagné, gagnée, ganado, ganada, ganho, ganha, vinto,"
    " wygrana, wygrany, vyhráno, success",
    ("opportunity", O.CANCELED): "canceled, cancelled, abandoned, withdrawn, no decision, storniert, abgebrochen, annulé, cancelado,"
    " anulowany, deleted, archived",
    ("opportunity", O.OUT_SOLD): "lost, closed lost, closedlost, closed - lost, closed-lost, closed lost to competition,"
    " closed-lost to competition, verloren, perdu, perdue, perdido, perdida, perso, przegrana, przegrany, ztraceno",
    ("activity", A.TASK_NOT_STARTED): _NOT_STARTED,
    ("activity", A.TASK_IN_PROGRESS): _IN_PROGRESS,
    ("activity", A.TASK_WAITING): "waiting, waiting on someone else, waiting for input, waiting on input, pending, wartet,"
    " wartet auf andere, wartet auf jemand anderen, en attente, en espera",
    ("activity", A.TASK_DEFERRED): "deferred, postponed, zurückgestellt, verschoben, reporté, différé, aplazada, adiada",
    ("activity", A.TASK_COMPLETED): _DONE,
    ("activity", A.TASK_CANCELED): _CANCELED,
    ("activity", A.CALL_OPEN): f"{_NOT_STARTED}, {_IN_PROGRESS}, {_SCHEDULED}, waiting on someone else, deferred",
    ("activity", A.CALL_MADE): f"{_DONE}, made, held, connected, busy, no answer, left live message, left voicemail, wrong number,"
    " attended dialled, unattended dialled, geführt",
    ("activity", A.CALL_RECEIVED): "received, attended received, missed, empfangen, angenommen",
    ("activity", A.CALL_CANCELED): _CANCELED,
    ("activity", A.APPOINTMENT_BUSY): f"busy, gebucht, beschäftigt, occupé, ocupado, {_SCHEDULED}",
    ("activity", A.APPOINTMENT_OUT_OF_OFFICE): "out of office, oof, abwesend, außer haus, absent, fuera de la oficina",
    ("activity", A.APPOINTMENT_FREE): "free, frei, libre, livre, libero, wolny",
    ("activity", A.APPOINTMENT_TENTATIVE): "tentative, mit vorbehalt, unter vorbehalt, provisoire, provisional, provvisorio",
    ("activity", A.APPOINTMENT_COMPLETED): f"{_DONE}, held, took place, attended",
    ("activity", A.APPOINTMENT_CANCELED): _CANCELED,
    ("activity", A.EMAIL_DRAFT): f"draft, entwurf, brouillon, borrador, rascunho, bozza, {_NOT_STARTED}",
    ("activity", A.EMAIL_FAILED): "failed, bounced, fehlgeschlagen",
    ("activity", A.EMAIL_SENT): f"sent, delivered, opened, clicked, replied, gesendet, envoyé, enviado, inviato, wysłano, {_DONE}",
    ("activity", A.EMAIL_RECEIVED): "received, read, empfangen, reçu, recibido, recebido, ricevuto, odebrano",
    ("activity", A.EMAIL_CANCELED): _CANCELED,
}  # fmt: skip
