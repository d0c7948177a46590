"""Exports of other programs, made by hand as those programs write them, for every table (issue "Map", S 6.4, 13.19)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from rxcrm.models.account import Account
from rxcrm.models.activity import Activity, Party
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind as K
from rxcrm.models.choices import ActivityReason as R
from rxcrm.models.choices import ActivityStatus as S
from rxcrm.models.choices import PartyRole
from rxcrm.models.contact import Contact
from rxcrm.models.importing import undoing
from rxcrm.models.importing.books import Books, ImportRun
from rxcrm.models.importing.plan import AS_CLOSED, MATCH_OR_CREATE, LookupRule
from rxcrm.models.importing.recognising import constants_of, entity_of
from rxcrm.models.lead import Lead
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.timeline import writing as timeline
from tests.models.import_files import bring_in, csv_file
from tests.office import Office

pytestmark = pytest.mark.usefixtures("uploads")

OR_CREATE = LookupRule(make=MATCH_OR_CREATE)


def table(text: str) -> list[list[str]]:
    """Lines of cells between bars."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def come_in(office: Office, folder: Path, text: str, **parts: Any) -> tuple[ImportRun, Books]:
    """Import such a table as it is recognised, table and all."""
    rows = table(text)
    entity = parts.pop("entity", None) or entity_of(parts.pop("name", "export.csv"), rows[0])
    return bring_in(office, office.who(office.mia), csv_file(folder, rows), entity=entity, **parts)


def all_of(office: Office, table: type[Record]) -> list[Any]:
    columns: Any = table
    return list(office.session.exec(select(table).order_by(columns.id)))


def warned(office: Office, run: ImportRun) -> list[tuple[str, str]]:
    return [(p.column, p.value) for p in runs_problems(office, run)]


def runs_problems(office: Office, run: ImportRun) -> list[Any]:
    from rxcrm.models.importing.books import ImportProblem

    return list(
        office.session.exec(select(ImportProblem).where(ImportProblem.run_id == run.id).order_by(col(ImportProblem.id)))
    )


# -- which table -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, headings, entity",
    [
        ("accounts.csv", "", "account"),
        ("Kontakte.xlsx", "Name|E-Mail", "contact"),
        ("Firmen 2026.xlsx", "Name|Ort", "account"),
        ("Verkaufschancen.csv", "Name|Wert", "opportunity"),
        ("my tasks.csv", "Name", "activity"),
        ("leads.zip/leads.csv", "", "lead"),
        ("export.csv", "", "lead"),
        ("contacts.csv", "Deal Name|Amount|Close Date|Deal Stage", "opportunity"),
        ("x.csv", "Subject|Due Date|Priority|Status", "activity"),
        ("x.csv", "Betreff|Beginnt am|Beginnt um|Endet am|Ort", "activity"),
        ("x.csv", "Account Name|Billing Street|Ticker Symbol", "account"),
        ("x.csv", "First Name|Last Name|Nickname|Home Phone|Birthday", "contact"),
        ("x.csv", "LastName|Company|LeadSource|IsConverted", "lead"),
        ("leads.csv", "(Do Not Modify) Opportunity|Topic", "opportunity"),
    ],
)
def test_a_file_is_proposed_for_a_table_by_its_headings_or_its_name(name: str, headings: str, entity: str) -> None:
    assert entity_of(name, headings.split("|") if headings else []) == entity


@pytest.mark.parametrize(
    "headings, kind",
    [
        ("Subject|Start Date|Start Time|End Date", K.APPOINTMENT),
        ("Betreff|Beginnt am|Beginnt um", K.APPOINTMENT),
        ("Subject|Call Type|Call Duration", K.PHONE_CALL),
        ("Email subject|Email direction", K.EMAIL),
        ("Note body|Create Date", K.NOTE),
        ("Subject|Due Date", K.TASK),
    ],
)
def test_what_all_rows_of_a_file_of_activities_are_is_told_by_its_headings(headings: str, kind: K) -> None:
    assert constants_of("activity", headings.split("|")) == {"kind": str(int(kind))}
    assert constants_of("lead", headings.split("|")) == {}


# -- accounts --------------------------------------------------------------------------------------------------------


def test_accounts_of_salesforce(office: Office, tmp_path: Path) -> None:
    text = """
        Account Name|Account Number|Phone|Billing Street|Billing City|Billing Country|Type|Employees|Annual Revenue|Account Owner
        Fabrikam Inc.|F-17|+1 425 555 0100|1 Main St|Seattle|United States|Customer|1200|1500000|Sara
        Contoso|||||Germany|Partner|||Nobody
    """
    run, books = come_in(office, tmp_path, text)
    assert (run.entity, books.created, books.rejected) == ("account", 2, 0)
    fabrikam, contoso = all_of(office, Account)
    assert (fabrikam.name, fabrikam.account_number, fabrikam.city, fabrikam.employees) == (
        "Fabrikam Inc.",
        "F-17",
        "Seattle",
        1200,
    )
    assert (fabrikam.relationship_type, fabrikam.annual_revenue) == (3, Decimal("1500000.00"))
    assert (fabrikam.owner_user_id, contoso.owner_user_id) == (office.sara.id, office.mia.id)
    assert warned(office, run) == [("Account Owner", "Nobody")]


def test_companies_of_hubspot_and_zoho_and_odoo(small_office: Office, tmp_path: Path) -> None:
    exports = {
        "hubspot": """
            Record ID|Company name|Company owner|Phone Number|City|Country/Region|Number of Employees|Company Domain Name|Create Date
            5001|Fabrikam|Sara|+1 425 555 0100|Seattle|United States|50|fabrikam.com|2024-01-05 10:00
        """,
        "zoho": """
            Account Name|Account Owner|Parent Account|Billing Street|Billing City|Billing Code|Phone|Employees|Ownership
            Tailspin|Sara|Fabrikam|2 Side St|Porto|4000|+351 22 123 4567|20|Private
        """,
        "odoo": """
            name|phone|email|street|city|zip|country_id|user_id|ref
            Adatum|+48 22 123 45 67|info@adatum.com|Prosta 1|Warszawa|00-001|Poland|Sara|K77
        """,
    }
    for text in exports.values():
        _, books = come_in(small_office, tmp_path, text, entity="account")
        assert (books.created, books.warned) == (1, 0), books.problems
    fabrikam, tailspin, adatum = all_of(small_office, Account)
    assert (fabrikam.website, fabrikam.employees, fabrikam.recorded_on) == (
        "https://fabrikam.com",
        50,
        datetime(2024, 1, 5, 10, tzinfo=UTC),
    )
    assert (tailspin.parent_account_id, tailspin.ownership, tailspin.postal_code) == (fabrikam.id, 2, "4000")
    assert (adatum.account_number, adatum.country, adatum.owner_user_id) == ("K77", "Poland", small_office.sara.id)


def test_accounts_of_a_german_workbook(small_office: Office, tmp_path: Path) -> None:
    text = """
        Firma|Kundennummer|Straße|PLZ|Ort|Land|Telefon|E-Mail-Adresse|Webseite|Status
        Müller GmbH|1001|Hauptstr. 5|01067|Dresden|Deutschland|0351 123456|info@mueller.de|mueller.de|Inaktiv
    """
    run, books = come_in(small_office, tmp_path, text, name="Kunden.xlsx", closed=AS_CLOSED)
    (row,) = all_of(small_office, Account)
    assert (run.entity, row.name, row.account_number, row.postal_code, row.main_phone) == (
        *("account", "Müller GmbH", "1001", "01067", "+49 351 123456"),
    )
    assert (row.status, row.status_reason, books.created) == (1, 2, 1)


# -- contacts --------------------------------------------------------------------------------------------------------

OUTLOOK = """
    Title|First Name|Middle Name|Last Name|Suffix|Company|Department|Job Title|Business Street|Business City|Business Postal Code|Business Country/Region|Home Street|Home City|Business Fax|Business Phone|Home Phone|Mobile Phone|E-mail Address|E-mail 2 Address|Birthday|Assistant's Name|Manager's Name|Notes|Spouse|Web Page
    Dr.|Ana|Maria|Sousa|Jr.|Contoso|Sales|Buyer|Rua 1|Porto|4000-001|Portugal|Rua 2|Gaia|+351 22 1234560|+351 22 1234567|+351 22 7654321|+351 91 2345678|ana@x.com|a2@x.com|1980-02-03|Bob|Mia|Likes tea|Rui|ana.pt
"""
GERMAN = """
    Anrede|Vorname|Weitere Vornamen|Nachname|Suffix|Firma|Abteilung|Position|Straße geschäftlich|Ort geschäftlich|Postleitzahl geschäftlich|Land/Region geschäftlich|Fax geschäftlich|Telefon geschäftlich|Telefon privat|Mobiltelefon|E-Mail-Adresse|E-Mail 2: Adresse|Geburtstag|Name Assistent|Name des/der Vorgesetzten|Notizen|Partner|Webseite
    Dr.|Ana|Maria|Sousa|Jr.|Contoso|Sales|Buyer|Rua 1|Porto|4000-001|Portugal|+351 22 1234560|+351 22 1234567|+351 22 7654321|+351 91 2345678|ana@x.com|a2@x.com|03.02.1980|Bob|Mia|Likes tea|Rui|ana.pt
"""


@pytest.mark.parametrize("text", [OUTLOOK, GERMAN], ids=["english", "german"])
def test_contacts_of_outlook(office: Office, tmp_path: Path, text: str) -> None:
    _, books = come_in(office, tmp_path, text, entity="contact", lookups={"account_id": OR_CREATE})
    assert (books.created, books.warned) == (1, 0), books.problems
    (row,) = all_of(office, Contact)
    (account,) = all_of(office, Account)
    found = {
        "salutation": "Dr.", "first_name": "Ana", "middle_name": "Maria", "last_name": "Sousa", "suffix": "Jr.",
        "department": "Sales", "job_title": "Buyer", "street1": "Rua 1", "city": "Porto", "postal_code": "4000-001",
        "country": "Portugal", "email": "ana@x.com", "email2": "a2@x.com", "birthday": date(1980, 2, 3),
        "assistant_name": "Bob", "manager_name": "Mia", "description": "Likes tea", "spouse_name": "Rui",
        "business_phone": "+351 22 123 4567", "website": "https://ana.pt", "account_id": account.id,
    }  # fmt: skip
    assert {name: getattr(row, name) for name in found} == found
    assert (account.name, account.import_id) == ("Contoso", row.import_id)


@pytest.mark.parametrize(
    "text",
    [
        "First Name|Middle Name|Last Name|Name Suffix|Nickname|Organization Name|Organization Title|Organization Department|Birthday"
        "|Notes|E-mail 1 - Label|E-mail 1 - Value|Phone 1 - Value|Address 1 - Street|Address 1 - City|Address 1 - Country\n"
        "Ana|Maria|Sousa|Jr.|An|Contoso|Buyer|Sales|1980-02-03|Likes tea|* Work|ana@x.com|+351 22 1234567|Rua 1|Porto|Portugal",
        "First Name|Last Name|Display Name|Nickname|Primary Email|Secondary Email|Screen Name|Work Phone|Work Address|Work City"
        "|Work Country|Job Title|Department|Organization|Notes\n"
        "Ana|Sousa|Ana Sousa|An|ana@x.com|||+351 22 1234567|Rua 1|Porto|Portugal|Buyer|Sales|Contoso|Likes tea",
        "Contact Owner|First Name|Last Name|Account Name|Title|Department|Email|Phone|Mailing Street|Mailing City|Mailing Country|Description\n"
        "Sara|Ana|Sousa|Contoso|Buyer|Sales|ana@x.com|+351 22 1234567|Rua 1|Porto|Portugal|Likes tea",
        "Record ID|First Name|Last Name|Email|Phone Number|Primary Associated Company|Job Title|City|Street Address|Country/Region|Message\n"
        "12|Ana|Sousa|ana@x.com|+351 22 1234567|Contoso|Buyer|Porto|Rua 1|Portugal|Likes tea",
        "name|parent_id|function|email|phone|street|city|country_id|comment\n"
        "Ana Sousa|Contoso|Buyer|ana@x.com|+351 22 1234567|Rua 1|Porto|Portugal|Likes tea",
    ],
    ids=["google", "thunderbird", "salesforce-and-zoho", "hubspot", "odoo"],
)
def test_contacts_of_other_programs(small_office: Office, tmp_path: Path, text: str) -> None:
    contoso = small_office.account(name="Contoso")
    _, books = come_in(small_office, tmp_path, text, entity="contact")
    assert (books.created, books.warned) == (1, 0), books.problems
    (row,) = all_of(small_office, Contact)
    assert (row.full_name, row.account_id, row.job_title, row.email) == ("Ana Sousa", contoso.id, "Buyer", "ana@x.com")
    assert (row.business_phone, row.street1, row.city, row.country) == (
        "+351 22 123 4567",
        "Rua 1",
        "Porto",
        "Portugal",
    )
    assert row.description == "Likes tea"


def test_connections_of_linkedin(small_office: Office, tmp_path: Path) -> None:
    text = """
        First Name|Last Name|URL|Email Address|Company|Position|Connected On
        Ana|Sousa|https://www.linkedin.com/in/ana|ana@x.com|Contoso|Buyer|05 Mar 2024
    """
    run, _ = come_in(small_office, tmp_path, text, name="Connections.csv")
    (row,) = all_of(small_office, Contact)
    assert (run.entity, row.website, row.job_title) == ("contact", "https://www.linkedin.com/in/ana", "Buyer")
    assert warned(small_office, run) == [("Company", "Contoso")]


# -- opportunities ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Opportunity Name|Account Name|Close Date|Amount|Stage|Probability (%)|Opportunity Owner|Description\n"
        "Forklifts|Contoso|2026-08-01|1000|Negotiation/Review|90|Sara|Big",
        "Record ID|Deal Name|Deal Stage|Close Date|Deal owner|Amount|Primary Associated Company|Deal Description|Pipeline\n"
        "77|Forklifts|Contract Sent|2026-08-01|Sara|1000|Contoso|Big|Sales",
        "Deal Owner|Deal Name|Account Name|Closing Date|Stage|Amount|Probability|Description\n"
        "Sara|Forklifts|Contoso|2026-08-01|Negotiation/Review|1000|90|Big",
        "name|partner_id|expected_revenue|date_deadline|stage_id|user_id|description\n"
        "Forklifts|Contoso|1000|2026-08-01|Proposition|Sara|Big",
        "Deal - Title|Deal - Value|Deal - Organization|Deal - Status|Deal - Expected close date|Deal - Owner\n"
        "Forklifts|1000|Contoso|open|2026-08-01|Sara",
        "Verkaufschance|Firma|Betrag|Abschlussdatum|Phase|Besitzer\nForklifts|Contoso|1.000,00|01.08.2026|Offen|Sara",
    ],
    ids=["salesforce", "hubspot", "zoho", "odoo", "pipedrive", "german"],
)  # fmt: skip
def test_opportunities_of_other_programs(office: Office, tmp_path: Path, text: str) -> None:
    contoso = office.account(name="Contoso")
    run, books = come_in(office, tmp_path, text, name="opportunities.csv")
    assert (run.entity, books.created) == ("opportunity", 1), books.problems
    (row,) = all_of(office, Opportunity)
    assert (row.topic, row.account_id, row.customer_key) == ("Forklifts", contoso.id, "contoso")
    assert (row.estimated_revenue, row.estimated_close_date) == (Decimal("1000.00"), date(2026, 8, 1))
    assert (row.status, row.status_reason, row.owner_user_id) == (0, 1, office.sara.id)


def test_an_opportunity_without_customer_is_rejected_with_a_sentence(small_office: Office, tmp_path: Path) -> None:
    text = """
        Opportunity Name|Account Name|Amount|Stage
        Forklifts|Nobody|1000|Prospecting
        Cranes||5|Prospecting
    """
    run, books = come_in(small_office, tmp_path, text)
    assert (books.created, books.rejected) == (0, 2)
    rejected = [p.text() for p in runs_problems(small_office, run) if p.severity == "rejected"]
    assert rejected == ["An opportunity needs a customer: choose an account or a contact."] * 2
    _, books = come_in(small_office, tmp_path, text, lookups={"account_id": OR_CREATE})
    assert (books.created, books.rejected) == (1, 1)


def test_deals_that_were_closed_come_in_open_or_closed(office: Office, tmp_path: Path) -> None:
    office.account(name="Contoso")
    text = """
        Deal Name|Deal Stage|Close Date|Amount|Primary Associated Company|Closed Lost Reason
        Won one|Closed Won|2026-02-01|1000|Contoso|
        Lost one|Closed Lost|2026-02-01|500|Contoso|Too dear
    """
    come_in(office, tmp_path, text)
    won, lost = all_of(office, Opportunity)
    assert {(row.status, row.status_reason, row.closed_on) for row in (won, lost)} == {(0, 1, None)}
    _, books = come_in(office, tmp_path, text, closed=AS_CLOSED)
    assert books.created == 2
    _, _, won, lost = all_of(office, Opportunity)
    assert (won.status, won.actual_revenue, won.actual_close_date) == (1, Decimal("1000.00"), date(2026, 2, 1))
    assert (lost.status, lost.status_reason, lost.closing_description) == (2, 5, "Too dear")


def test_a_customer_may_be_a_person(small_office: Office, tmp_path: Path) -> None:
    ana = small_office.contact(first_name="Ana", last_name="Sousa")
    lead = small_office.lead(topic="Forklifts wanted")
    text = """
        Topic|Potential Customer|Originating Lead|Est. Revenue|Status Reason
        Forklifts|Ana Sousa|Forklifts wanted|1,000.00|On Hold
    """
    _, books = come_in(small_office, tmp_path, text, entity="opportunity")
    (row,) = all_of(small_office, Opportunity)
    assert (row.contact_id, row.account_id, row.originating_lead_id, row.status_reason) == (ana.id, None, lead.id, 2)
    assert books.warned == 0


# -- activities ------------------------------------------------------------------------------------------------------


def people(office: Office, row: Activity) -> set[tuple[int, str]]:
    return {(p.role, p.name) for p in office.session.exec(select(Party).where(Party.activity_id == row.id)) if p.name}


def test_tasks_of_salesforce(office: Office, tmp_path: Path) -> None:
    ana = office.contact(first_name="Ana", last_name="Sousa", email="ana@x.com")
    text = """
        Subject|Due Date|Status|Priority|Contact|Assigned To|Comments
        Call back|2026-06-01|Not Started|High|Ana Sousa|Sara|Soon
        Send offer|2026-01-01|Completed|Normal|Ana Sousa|Sara|
        Think|2026-06-01|Waiting on someone else|Low|Nobody|Sara|
    """
    run, books = come_in(office, tmp_path, text, closed=AS_CLOSED)
    assert (run.entity, books.created, books.rejected) == ("activity", 3, 0), books.problems
    first, done, waiting = all_of(office, Activity)
    assert {row.kind for row in (first, done, waiting)} == {K.TASK}
    assert (first.regarding_entity, first.regarding_id, first.priority, first.description) == (
        "contact",
        ana.id,
        2,
        "Soon",
    )
    assert (first.status, first.status_reason, first.owner_user_id) == (S.OPEN, R.TASK_NOT_STARTED, office.sara.id)
    assert (done.status, done.status_reason, done.percent_complete) == (S.COMPLETED, R.TASK_COMPLETED, 100)
    assert (waiting.status_reason, waiting.regarding_id) == (R.TASK_WAITING, None)
    assert ("Contact", "Nobody") in warned(office, run)


ENGLISH_CALENDAR = """
    Subject|Start Date|Start Time|End Date|End Time|All day event|Reminder on/off|Meeting Organizer|Required Attendees|Description|Location|Priority|Show time as
    Visit|6/1/2026|10:00:00 AM|6/1/2026|11:30:00 AM|False|False|Sara|Ana Sousa;Zoe Unknown|Bring papers|Porto|Normal|2
    Fair|6/3/2026|12:00:00 AM|6/4/2026|12:00:00 AM|True|False|||||High|3
"""
GERMAN_CALENDAR = """
    Betreff|Beginnt am|Beginnt um|Endet am|Endet um|Ganztägiges Ereignis|Erinnerung Ein/Aus|Besprechungsplanung|Erforderliche Teilnehmer|Beschreibung|Ort|Priorität|Zeitspanne zeigen als
    Visit|1.6.2026|10:00:00|1.6.2026|11:30:00|Falsch|Falsch|Sara|Ana Sousa;Zoe Unknown|Bring papers|Porto|Normal|Gebucht
    Fair|3.6.2026|00:00:00|4.6.2026|00:00:00|Wahr|Falsch|||||Hoch|Abwesend
"""


@pytest.mark.parametrize("text", [ENGLISH_CALENDAR, GERMAN_CALENDAR], ids=["english", "german"])
def test_a_calendar_of_outlook(office: Office, tmp_path: Path, text: str) -> None:
    office.contact(first_name="Ana", last_name="Sousa")
    orders = {1: "mdy", 3: "mdy"} if text is ENGLISH_CALENDAR else {}
    run, books = come_in(office, tmp_path, text, name="Calendar.csv", orders=orders)
    assert (run.entity, books.created, books.rejected) == ("activity", 2, 0), books.problems
    visit, fair = all_of(office, Activity)
    zone = office.who(office.mia).conventions.zone
    assert (visit.kind, visit.location, visit.description, visit.duration) == (
        K.APPOINTMENT,
        "Porto",
        "Bring papers",
        90,
    )
    assert visit.start_on == datetime(2026, 6, 1, 10, tzinfo=_zone(zone)).astimezone(UTC)
    assert (visit.status, visit.status_reason) == (S.SCHEDULED, R.APPOINTMENT_BUSY)
    assert people(office, visit) == {
        (int(PartyRole.ORGANIZER), "Sara"), (int(PartyRole.REQUIRED), "Ana Sousa"), (int(PartyRole.REQUIRED), "Zoe Unknown"),
    }  # fmt: skip
    assert (fair.all_day, fair.priority, fair.duration) == (True, 2, 1440)
    if text is GERMAN_CALENDAR:
        assert fair.status_reason == R.APPOINTMENT_OUT_OF_OFFICE


def _zone(name: str) -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def test_german_tasks_of_outlook(small_office: Office, tmp_path: Path) -> None:
    text = """
        Betreff|Beginnt am|Fällig am|Erinnerung Ein/Aus|Erledigt am|% erledigt|Kategorien|Notizen|Priorität|Status
        Angebot|1.6.2026|3.6.2026|Aus||50|Vertrieb|Eilig|Hoch|In Bearbeitung
        Fertig|1.1.2026|3.1.2026|Aus|2.1.2026|100|||Niedrig|Erledigt
    """
    run, books = come_in(small_office, tmp_path, text, name="Aufgaben.csv", closed=AS_CLOSED)
    assert (run.entity, books.created, books.rejected) == ("activity", 2, 0), books.problems
    offer, done = all_of(small_office, Activity)
    assert (offer.kind, offer.percent_complete, offer.category, offer.description) == (K.TASK, 50, "Vertrieb", "Eilig")
    assert (offer.status_reason, offer.priority) == (R.TASK_IN_PROGRESS, 2)
    assert (done.status, done.priority, done.closed_on is not None) == (S.COMPLETED, 0, True)


def test_activities_of_hubspot(office: Office, tmp_path: Path) -> None:
    office.contact(first_name="Ana", last_name="Sousa", email="ana@x.com")
    deal = office.opportunity(topic="Forklifts")
    text = """
        Activity type|Activity date|Call title|Call notes|Call direction|Call outcome|Associated Contact|Associated Deal|Activity assigned to
        Call|2026-02-01 10:00|Intro|Went well|Outbound|Connected|Ana Sousa|Forklifts|Sara
        Call|2026-02-02 10:00|Back|Asked for more|Inbound|Connected|Ana Sousa||Sara
    """
    run, books = come_in(office, tmp_path, text, name="calls.csv", closed=AS_CLOSED)
    assert (run.entity, books.created, books.rejected) == ("activity", 2, 0), books.problems
    intro, back = all_of(office, Activity)
    assert (intro.subject, intro.description, intro.regarding_entity, intro.regarding_id) == (
        *("Intro", "Went well", "opportunity", deal.id),
    )
    assert (intro.status_reason, back.status_reason, back.outgoing) == (R.CALL_MADE, R.CALL_RECEIVED, False)
    assert (back.regarding_entity, people(office, back)) == ("contact", {(1, "Ana Sousa"), (2, "Sara")})


def test_tasks_of_zoho_and_activities_of_odoo_and_pipedrive(small_office: Office, tmp_path: Path) -> None:
    lead = small_office.lead(first_name="Ana", last_name="Sousa")
    exports = [
        "Task Owner|Subject|Due Date|Related To|Status|Priority|Description\nSara|Call back|2026-06-01|Ana Sousa|Not Started|High|Soon",
        "activity_type_id|summary|note|date_deadline|res_name|user_id\nTo Do|Call back|Soon|2026-06-01|Ana Sousa|Sara",
        "Subject|Type|Due date|Lead|Done|Notes|Priority\nCall back|Task|2026-06-01|Ana Sousa|No|Soon|High",
    ]
    for text in exports:
        _, books = come_in(small_office, tmp_path, text, entity="activity")
        assert (books.created, books.rejected) == (1, 0), books.problems
    rows = all_of(small_office, Activity)
    assert {(row.kind, row.subject, row.description, row.regarding_id) for row in rows} == {
        (1, "Call back", "Soon", lead.id)
    }


def test_notes_and_mails_need_no_subject_and_a_call_someone_to_be_called(small_office: Office, tmp_path: Path) -> None:
    text = """
        Activity Type|Subject|Description|Regarding|Phone Number
        Note||Remember|Fabrikam|
        Email||Dear all|Fabrikam|
        Task||Nothing|Fabrikam|
        Phone Call|Ring|||
        Phone Call|Ring|||+48 22 123 45 67
        Post|Hello|||
        Fax|Hello|||
    """
    small_office.account(name="Fabrikam")
    run, books = come_in(small_office, tmp_path, text, entity="activity")
    assert (books.created, books.rejected) == (3, 4), books.problems
    rejected = [p.text() for p in runs_problems(small_office, run) if p.severity == "rejected"]
    assert rejected == [
        "Subject is required.",
        "Call To is required.",
        "Posts are not imported; choose Note instead.",
        "Activity Type is required.",
    ]
    note, mail, _ = all_of(small_office, Activity)
    assert (note.body, note.status, mail.body, mail.subject) == ("<p>Remember</p>", S.NONE, "<p>Dear all</p>", "")


def test_what_an_activity_of_its_kind_does_not_have_is_left_out_with_a_warning(
    small_office: Office, tmp_path: Path
) -> None:
    text = """
        Activity Type|Subject|Start Date|Due Date|Location|% Complete
        Task|a|2026-06-03|2026-06-01|Porto|50
        Appointment|b|2026-06-03|2026-06-01|Porto|
        Appointment|c||2026-06-01|Porto|
    """
    run, books = come_in(small_office, tmp_path, text, entity="activity")
    (row,) = all_of(small_office, Activity)
    assert (row.location, row.percent_complete, row.start_on, books.rejected) == ("", 50, None, 2)
    said = [p.text() for p in runs_problems(small_office, run)]
    assert said == [
        "Location does not belong to an activity of this type; it was left out.",
        "The due date cannot lie before the start date.",
        "An appointment cannot end before it starts.",
        "Start Time is required.",
    ]


# -- leads -----------------------------------------------------------------------------------------------------------


def test_leads_that_were_closed_come_in_closed_if_asked(office: Office, tmp_path: Path) -> None:
    text = """
        Topic|Last Name|Lead Status|Lead Source
        a|One|Closed - Converted|Web
        b|Two|Closed - Not Converted|Web
        c|Three|Junk Lead|Web
        d|Four|Working - Contacted|Web
        e|Five|Not interested|Web
    """
    _, books = come_in(office, tmp_path, text, closed=AS_CLOSED)
    assert books.created == 5
    found = [(row.status, row.status_reason, row.closed_on is not None) for row in all_of(office, Lead)]
    assert found == [(1, 3, True), (2, 4, True), (2, 4, True), (0, 2, False), (2, 6, True)]


# -- updates ---------------------------------------------------------------------------------------------------------


def test_an_activity_that_is_updated_stands_on_the_timeline_of_what_it_regards_now(
    office: Office, tmp_path: Path
) -> None:
    mia = office.act(office.mia)
    lead, contact = office.lead(last_name="One"), office.contact(last_name="Two")
    task = timeline.log(mia, K.TASK, {"subject": "Call back"}, ("lead", lead.id or 0))
    done = timeline.log(mia, K.TASK, {"subject": "Done"}, ("lead", lead.id or 0))
    timeline.complete(mia, done)
    text = f"""
        (Do Not Modify) Activity|Activity Type|Subject|Regarding|Due Date|Status Reason
        {task.id}|Task|Call again|Two|2026-06-01|In Progress
        {done.id}|Task|Changed|Two|2026-06-01|In Progress
    """
    run, books = come_in(office, tmp_path, text)
    assert (books.updated, books.created, books.rejected) == (1, 0, 1), books.problems
    office.session.refresh(task)
    assert (task.subject, task.regarding_entity, task.regarding_id) == ("Call again", "contact", contact.id)
    assert (task.status, task.status_reason) == (S.OPEN, R.TASK_IN_PROGRESS)
    (party,) = office.session.exec(select(Party).where(Party.activity_id == task.id))
    assert (party.role, party.entity, party.record_id, party.at) == (8, "contact", contact.id, task.modified_on)
    assert [p.text() for p in runs_problems(office, run)] == ["“Done” is closed and cannot be changed."]
    assert "changed Regarding" in office.told(task)[0]


# -- undoing ---------------------------------------------------------------------------------------------------------


def test_undoing_an_import_takes_away_what_its_look_ups_made_as_well(office: Office, tmp_path: Path) -> None:
    text = """
        Deal Name|Deal Stage|Close Date|Amount|Primary Associated Company|Associated Contact
        One|Closed Won|2026-02-01|1000|Contoso|Ana Sousa
        Two|Proposal|2026-02-01|500|Fabrikam|Ana Sousa
    """
    made = {"account_id": OR_CREATE, "contact_id": OR_CREATE}
    run, books = come_in(office, tmp_path, text, lookups=made, closed=AS_CLOSED)
    assert (books.created, len(all_of(office, Account)), len(all_of(office, Contact))) == (2, 2, 1)
    act = office.act(office.mia, now=run.finished_on)
    view = undoing.undo_view(act, run)
    assert (view.created, view.edited, view.why_not) == (5, [], "")
    undoing.start(act, run, also_edited=False)
    office.commit()
    assert undoing.undo(run.id or 0) == 0
    office.session.expire_all()
    assert [all_of(office, table) for table in (Opportunity, Account, Contact)] == [[], [], []]
