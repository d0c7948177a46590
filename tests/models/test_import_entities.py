"""Leads, accounts, contacts, opportunities and activities as targets of an import: written as their own verbs write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, col, func, select

from rxcrm.models import closing, db, disqualifying, process, records
from rxcrm.models.account import Account
from rxcrm.models.activity import Activity, Attachment, Party
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind as K
from rxcrm.models.choices import ActivityReason as R
from rxcrm.models.choices import ActivityStatus as S
from rxcrm.models.choices import LeadReason, OpportunityReason, OpportunityStatus, PartyRole
from rxcrm.models.connection import Connection
from rxcrm.models.contact import Contact
from rxcrm.models.history import History
from rxcrm.models.importing import writing
from rxcrm.models.importing.checked import Checked
from rxcrm.models.importing.lookups import Pending
from rxcrm.models.importing.owners import Owners
from rxcrm.models.importing.rules import judge
from rxcrm.models.importing.writing import Writer
from rxcrm.models.job import Job
from rxcrm.models.lead import Lead
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.people import Share
from rxcrm.models.process import ProcessInstance, StageLog
from rxcrm.models.tables import RECORDS
from rxcrm.models.timeline import writing as timeline
from tests.office import Office, Statements

pytestmark = pytest.mark.usefixtures("uploads")

RUN = 7
#: What an import cannot have like a verb: its number, and what the run's number entails.
NOT_ALIKE = {"id", "import_id"}


def checked_rows(
    office: Office, table: type[Record], *rows: dict[str, Any], closed: tuple[int, int] | None = None
) -> list[Checked]:
    """Rows whose values are checked, as a run hands them to its writer."""
    who = office.who(office.sara)
    office.commit()
    owner = Owners(who, table.entity).default
    found = []
    for n, values in enumerate(rows, 2):
        row = Checked(n, [], dict(values), owner, remark=f"file.csv · #{n}", closed=closed)
        assert not [t for t in judge(table, row.values or {}, who.conventions) if t.weight != "warning"]
        found.append(row)
    return found


def write(
    office: Office, table: type[Record], *rows: dict[str, Any], closed: tuple[int, int] | None = None
) -> list[Any]:
    """The records of some rows, in their order."""
    checked = checked_rows(office, table, *rows, closed=closed)
    Writer.of(table, RUN, office.who(office.sara)).write(office.session, checked, office.now)
    office.commit()
    return [office.session.get_one(table, row.made) for row in checked]


def alike(one: SQLModel, other: SQLModel, *but: str) -> None:
    assert one.model_dump(exclude=NOT_ALIKE | {*but}) == other.model_dump(exclude=NOT_ALIKE | {*but})


def count(office: Office, table: type[SQLModel]) -> int:
    office.commit()
    return office.session.exec(select(func.count()).select_from(table)).one()


def stays(office: Office, entity: str, row: Record) -> list[tuple[str, datetime, datetime | None]]:
    instance = process.process_of(office.session, entity, row.id or 0)
    assert instance is not None
    found = office.session.exec(select(StageLog).where(StageLog.instance_id == instance.id).order_by(col(StageLog.id)))
    return [(stay.stage, stay.entered_on, stay.left_on) for stay in found]


# -- as the verbs write ----------------------------------------------------------------------------------------------

TYPED: dict[type[Record], dict[str, str]] = {
    Lead: {"topic": "Łódź fair", "first_name": "João", "last_name": "Żak", "email": "j@x.com", "rating": "3"},
    Account: {"name": "Ça Va", "main_phone": "+48 22 123 45 67", "website": "https://cava.pl", "annual_revenue": "12.5"},
    Contact: {"first_name": "Ana", "last_name": "Sousa", "birthday": "1980-02-03", "email": "a@x.com", "city": "Porto"},
}  # fmt: skip


@pytest.mark.parametrize("table", TYPED, ids=lambda table: table.entity)
def test_a_written_row_is_what_create_would_have_made(office: Office, table: type[Record]) -> None:
    made = records.create(office.act(office.sara), table, TYPED[table])
    office.commit()
    values = {name: getattr(made, name) for name in TYPED[table]}
    (brought,) = write(office, table, values)
    alike(brought, made)
    assert brought.import_id == RUN and office.told(brought) == ["Sara imported this record"]


def test_a_written_opportunity_is_what_create_would_have_made(office: Office) -> None:
    account, contact = office.account(name="Fabrikam"), office.contact(first_name="Ana", last_name="Sousa")
    typed = {
        "topic": "Forklifts",
        "account_id": str(account.id),
        "contact_id": str(contact.id),
        "estimated_revenue": "100",
    }
    typed |= {"estimated_close_date": "2026-08-01", "probability": "40"}
    made = records.create(office.act(office.sara), Opportunity, typed)
    office.commit()
    values = {name: getattr(made, name) for name in typed}
    (brought,) = write(office, Opportunity, values)
    alike(brought, made)
    one, two = (process.process_of(office.session, "opportunity", row.id or 0) for row in (made, brought))
    assert one and two
    alike(one, two, "opportunity_id")
    assert stays(office, "opportunity", made) == stays(office, "opportunity", brought)
    links = [
        office.session.exec(
            select(Connection).where(Connection.entity == "opportunity", Connection.record_id == row.id)
        ).one()
        for row in (made, brought)
    ]
    alike(*links, "record_id", "twin_id", "version")
    told = office.told(brought)
    assert told == ["Sara connected Ana Sousa as Stakeholder", "Sara imported this record"]


def test_an_opportunity_of_a_contact_alone_is_ordered_by_his_name(small_office: Office) -> None:
    contact = small_office.contact(first_name="Ana", last_name="Sousa")
    (row,) = write(small_office, Opportunity, {"topic": "a", "contact_id": contact.id})
    assert (row.customer_key, row.currency) == ("ana sousa", "EUR")


def test_an_opportunity_begins_at_the_stage_that_it_had_reached(small_office: Office) -> None:
    account = small_office.account()
    first, third = write(
        small_office,
        Opportunity,
        {"topic": "a", "account_id": account.id},
        {"topic": "b", "account_id": account.id, "sales_stage": 2},
    )
    instances = [process.process_of(small_office.session, "opportunity", row.id or 0) for row in (first, third)]
    assert [(i.stage, i.path) for i in instances if i] == [
        ("qualify", "qualify"),
        ("propose", "qualify,develop,propose"),
    ]
    assert [stay[0] for stay in stays(small_office, "opportunity", third)] == ["propose"]


DUE = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
ACTIVITIES: dict[K, tuple[dict[str, str], dict[str, Any]]] = {
    K.TASK: ({"subject": "Call back", "due_on": "2026-06-01T10:00", "priority": "2"}, {"due_on": DUE, "priority": 2}),
    K.PHONE_CALL: ({"subject": "Ring", "phone_number": "+48 22 123 45 67"}, {"phone_number": "+48 22 123 45 67"}),
    K.APPOINTMENT: (
        {"subject": "Visit", "start_on": "2026-06-01T10:00", "due_on": "2026-06-01T11:30", "location": "Porto"},
        {"start_on": DUE, "due_on": DUE + timedelta(minutes=90), "location": "Porto"},
    ),
    K.EMAIL: ({"subject": "Offer", "body": "<p>One</p><p>Two</p>"}, {"description": "One\nTwo"}),
}


def parties(office: Office, row: Activity) -> list[dict[str, Any]]:
    found = office.session.exec(select(Party).where(Party.activity_id == row.id).order_by(col(Party.id)))
    return [party.model_dump(exclude={"id", "activity_id"}) for party in found]


@pytest.mark.parametrize("kind", ACTIVITIES, ids=lambda kind: kind.name.lower())
def test_a_written_activity_is_what_the_timeline_would_have_made(office: Office, kind: K) -> None:
    office.sara.time_zone = "Europe/Warsaw"
    lead = office.lead(first_name="Ana", last_name="Sousa", email="ana@x.com")
    typed, values = ACTIVITIES[kind]
    made = timeline.log(office.act(office.sara), kind, typed, ("lead", lead.id or 0))
    office.commit()
    regarding = {"regarding_entity": "lead", "regarding_id": lead.id}
    (brought,) = write(office, Activity, {"kind": int(kind), "subject": typed["subject"], **regarding, **values})
    alike(brought, made)
    assert parties(office, brought) == parties(office, made) and parties(office, made)
    assert office.told(brought) == ["Sara imported this record"]


def test_a_written_note_is_what_the_timeline_would_have_made(office: Office) -> None:
    account = office.account()
    made = timeline.note(office.act(office.sara), "account", account.id or 0, "Visit", "<p>Good &amp; long</p>").row
    office.commit()
    values = {"kind": int(K.NOTE), "subject": "Visit", "description": "Good & long"}
    (brought,) = write(office, Activity, {**values, "regarding_entity": "account", "regarding_id": account.id})
    alike(brought, made)
    assert parties(office, brought) == parties(office, made)


def test_people_of_an_activity_are_found_by_address_and_name_and_stay_who_they_are_otherwise(office: Office) -> None:
    ana = office.contact(first_name="Ana", last_name="Sousa", email="ana@x.com")
    bob = office.lead(first_name="Bob", last_name="Roe", email="bob@x.com")
    people = "Ana <ANA@x.com>; Bob Roe; Tom <tom@contoso.com>; Zoe Unknown; someone@else.com"
    values = {"kind": int(K.APPOINTMENT), "subject": "Visit", "start_on": DUE, "due_on": DUE, "required": people}
    (row,) = write(office, Activity, values)
    found = [(p["role"], p["entity"], p["record_id"], p["name"], p["address"]) for p in parties(office, row)]
    required = int(PartyRole.REQUIRED)
    assert found == [
        (required, "contact", ana.id, "Ana Sousa", "ana@x.com"),
        (required, "lead", bob.id, "Bob Roe", "bob@x.com"),
        (required, "user", office.tom.id, "Tom", "tom@contoso.com"),
        (required, "", None, "Zoe Unknown", ""),
        (required, "", None, "someone@else.com", "someone@else.com"),
    ]


def test_a_call_has_two_ends_by_its_direction(small_office: Office) -> None:
    contact = small_office.contact(first_name="Ana", last_name="Sousa")
    call = {"kind": int(K.PHONE_CALL), "subject": "Ring", "regarding_entity": "contact", "regarding_id": contact.id}
    made, received, unknown = write(
        small_office,
        Activity,
        call,
        call | {"outgoing": False},
        {"kind": int(K.PHONE_CALL), "subject": "Ring", "phone_number": "+351 22 1234567"},
    )
    ends = [
        {p["role"]: p["name"] for p in parties(small_office, row) if p["role"] < 3} for row in (made, received, unknown)
    ]
    assert ends == [{1: "Sara", 2: "Ana Sousa"}, {1: "Ana Sousa", 2: "Sara"}, {1: "Sara", 2: "+351 22 1234567"}]


def test_what_is_still_to_come_is_reminded_of_and_the_past_is_not(office: Office) -> None:
    task = {"kind": int(K.TASK), "subject": "a"}
    later, _, _ = write(
        office,
        Activity,
        task | {"remind_on": office.now + timedelta(days=1)},
        task | {"remind_on": office.now - timedelta(days=1)},
        task,
    )
    jobs = office.session.exec(select(Job).where(Job.kind == "remind")).all()
    assert [(job.key, job.by_id) for job in jobs] == [(str(later.id), office.sara.id)]
    assert jobs[0].payload == {"activity_id": later.id, "at": later.remind_on.isoformat()}


# -- closed in their source ------------------------------------------------------------------------------------------


def test_a_lead_that_comes_in_closed_is_as_disqualifying_leaves_it(office: Office) -> None:
    made = records.create(office.act(office.sara), Lead, TYPED[Lead])
    disqualifying.disqualify(office.act(office.sara), made, LeadReason.CANNOT_CONTACT)
    office.commit()
    values = {name: getattr(made, name) for name in TYPED[Lead]}
    (brought,) = write(office, Lead, values, closed=(2, int(LeadReason.CANNOT_CONTACT)))
    alike(brought, made, "version")
    assert stays(office, "lead", brought) == stays(office, "lead", made)
    act = office.act(office.sara)
    found = disqualifying.closing_of(act, brought)
    assert found and found.title == "Disqualified as Cannot Contact" and found.at == office.now.isoformat()
    (entry,) = office.session.exec(select(History).where(History.entity == "lead", History.record_id == brought.id))
    assert entry.changes == [["status", "0", "2"], ["status_reason", "1", "5"]]


def test_a_won_opportunity_is_as_closing_leaves_it(office: Office) -> None:
    account = office.account()
    office.sara.time_zone = "Europe/Warsaw"
    typed = {"topic": "Forklifts", "account_id": str(account.id), "estimated_revenue": "100"}
    made = records.create(office.act(office.sara), Opportunity, typed)
    result = {"actual_revenue": "90", "actual_close_date": "2026-05-01", "status_reason": "3"}
    closing.win(office.act(office.sara), made, result)
    office.commit()
    values: dict[str, Any] = {"topic": "Forklifts", "account_id": account.id, "estimated_revenue": Decimal(100)}
    values |= {"actual_revenue": Decimal(90), "actual_close_date": date(2026, 5, 1)}
    (brought,) = write(office, Opportunity, values, closed=(1, 3))
    alike(brought, made, "version")
    assert stays(office, "opportunity", brought) == stays(office, "opportunity", made)
    found = closing.closing_of(office.act(office.sara), brought)
    assert found and found.title == "Closed as Won: €90.00"


def test_a_closed_opportunity_gets_what_the_dialog_presets(small_office: Office) -> None:
    account = small_office.account()
    base = {"topic": "a", "account_id": account.id, "estimated_revenue": Decimal(50)}
    won, ahead = write(
        small_office,
        Opportunity,
        base | {"estimated_close_date": date(2026, 4, 1)},
        base | {"estimated_close_date": date(2027, 4, 1)},
        closed=(1, 3),
    )
    assert (won.actual_close_date, won.actual_revenue) == (date(2026, 4, 1), Decimal(50))
    assert ahead.actual_close_date == small_office.now.date()
    lost = write(
        small_office, Opportunity, base | {"actual_revenue": Decimal(1), "closing_description": "Price"}, closed=(2, 5)
    )[0]
    assert (lost.status, lost.status_reason) == (OpportunityStatus.LOST, OpportunityReason.OUT_SOLD)
    assert (lost.actual_revenue, lost.closing_description, lost.is_open) == (None, "Price", False)
    (opened,) = write(
        small_office, Opportunity, base | {"actual_revenue": Decimal(1), "actual_close_date": date(2026, 1, 1)}
    )
    assert (opened.actual_revenue, opened.actual_close_date, opened.closed_on) == (None, None, None)


@pytest.mark.parametrize("table", [Account, Contact])
def test_an_inactive_account_or_contact_comes_in_inactive(small_office: Office, table: type[Record]) -> None:
    values = {name: text for name, text in TYPED[table].items() if name in ("name", "last_name")}
    (row,) = write(small_office, table, values, closed=(1, 2))
    assert (row.status, row.status_reason) == (1, 2)


@pytest.mark.parametrize("kind", [K.TASK, K.PHONE_CALL])
def test_a_completed_activity_is_as_completing_leaves_it(office: Office, kind: K) -> None:
    lead = office.lead()
    made = timeline.log(office.act(office.sara), kind, {"subject": "a"}, ("lead", lead.id or 0))
    timeline.complete(office.act(office.sara), made)
    office.commit()
    reason = {K.TASK: R.TASK_COMPLETED, K.PHONE_CALL: R.CALL_MADE}[kind]
    values = {"kind": int(kind), "subject": "a", "regarding_entity": "lead", "regarding_id": lead.id}
    (brought,) = write(office, Activity, values, closed=(int(S.COMPLETED), int(reason)))
    alike(brought, made, "version")
    assert parties(office, brought) == parties(office, made)


def test_what_came_in_was_received_and_the_file_says_when_it_ended(small_office: Office) -> None:
    call = {"kind": int(K.PHONE_CALL), "subject": "a", "phone_number": "1", "outgoing": False, "closed_on": DUE}
    (row,) = write(small_office, Activity, call, closed=(int(S.COMPLETED), int(R.CALL_MADE)))
    assert (row.status_reason, row.closed_on) == (R.CALL_RECEIVED, DUE)


# -- many at once ----------------------------------------------------------------------------------------------------


def batch(office: Office, entity: str, n: int) -> list[dict[str, Any]]:
    accounts = [office.account(name=f"Account {i}").id for i in range(n)]
    contacts = [office.contact(first_name="Ana", last_name=f"Sousa {i}", email=f"a{i}@x.com").id for i in range(n)]
    fresh = [Pending("account", (("name", f"New {i}"),)) for i in range(n)]
    return {
        "lead": [{"topic": "a", "last_name": f"b{i}", "existing_account_id": fresh[i]} for i in range(n)],
        "account": [{"name": f"Firm {i}", "primary_contact_id": contacts[i]} for i in range(n)],
        "contact": [{"last_name": f"b{i}", "account_id": fresh[i]} for i in range(n)],
        "opportunity": [{"topic": "a", "account_id": accounts[i], "contact_id": contacts[i]} for i in range(n)],
        "activity": [
            {
                "kind": 1 + i % 5,
                "subject": "a",
                "description": "x",
                "start_on": DUE,
                "due_on": DUE,
                "regarding_entity": "contact",
            }
            | {"regarding_id": contacts[i], "remind_on": DUE, "to": f"a{i}@x.com", "required": f"New {i}; Sousa {i}"}
            for i in range(n)
        ],
    }[entity]


@pytest.mark.parametrize("entity", RECORDS)
def test_more_rows_cost_no_more_statements(office: Office, entity: str) -> None:
    ran = []
    for n in (5, 10, 20):
        rows = checked_rows(office, RECORDS[entity], *batch(office, entity, n))
        writer = Writer.of(RECORDS[entity], RUN, office.who(office.sara))
        office.commit()
        office.session.expunge_all()
        with Statements(office.engine) as statements:
            writer.write(office.session, rows, office.now)
            office.session.flush()
        ran.append(len(statements))
    assert ran[1] == ran[2], "\n".join(statements.ran)


# -- away again ------------------------------------------------------------------------------------------------------


def remove_all(table: type[Record]) -> None:
    """What the run wrote into a table goes."""

    def away(session: Session) -> None:
        writing.remove(session, table, session.exec(select(table.id).where(table.import_id == RUN)).all())

    db.transact(away)


TABLES = (
    Lead,
    Account,
    Contact,
    Opportunity,
    Activity,
    Party,
    History,
    Share,
    ProcessInstance,
    StageLog,
    Connection,
    Job,
    Attachment,
)


@pytest.mark.parametrize("entity", RECORDS)
def test_removing_what_a_run_wrote_leaves_nothing_dangling(office: Office, entity: str) -> None:
    rows = batch(office, entity, 3)
    before = [count(office, table) for table in TABLES]
    write(office, RECORDS[entity], *rows)
    assert [count(office, table) for table in TABLES] != before
    office.commit()
    for other in ("activity", "opportunity", "lead", "contact", "account"):
        remove_all(RECORDS[other])
    assert [count(office, table) for table in TABLES] == before
    assert (
        not office.session.connection()
        .exec_driver_sql(
            "SELECT 1 FROM match_key WHERE record_id NOT IN (SELECT id FROM lead UNION SELECT id FROM account UNION SELECT id FROM contact)"
        )
        .all()
    )


def test_what_people_attached_since_goes_with_its_record(office: Office) -> None:
    (lead,) = write(office, Lead, {"topic": "a", "last_name": "b"})
    lead_id = lead.id or 0
    timeline.log(office.act(office.sara), K.TASK, {"subject": "c"}, ("lead", lead_id))
    kept = office.contact(last_name="Stays", originating_lead_id=lead_id)
    office.share(lead, office.tom)
    office.commit()
    remove_all(Lead)
    office.session.expire_all()
    assert (count(office, Activity), count(office, Party), count(office, Share)) == (0, 0, 0)
    assert office.session.get_one(Contact, kept.id).originating_lead_id is None


def test_an_opportunity_whose_account_goes_is_left_without_customer(small_office: Office) -> None:
    (account,) = write(small_office, Account, {"name": "Contoso"})
    deal = small_office.opportunity(account_id=account.id)
    small_office.commit()
    remove_all(Account)
    small_office.session.expire_all()
    found = small_office.session.get_one(Opportunity, deal.id)
    assert (found.account_id, found.customer_key) == (None, "")
