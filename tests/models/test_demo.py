"""The sample story: believable, from several countries, told by verbs, and the same whenever it is told (S 13.12)."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from rxcrm.models import db, demo, lists
from rxcrm.models.account import Account
from rxcrm.models.activity import Activity
from rxcrm.models.choices import ActivityKind as K
from rxcrm.models.choices import LeadStatus, OpportunityStatus
from rxcrm.models.contact import Contact
from rxcrm.models.errors import NotAllowed
from rxcrm.models.fields import region_of
from rxcrm.models.history import ABOUT_OTHERS, Event, History
from rxcrm.models.lead import Lead
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.people import User
from rxcrm.models.process import ProcessInstance, StageLog
from tests.failing import everything
from tests.office import Office, Statements

Open = Callable[[], Engine]
PHONES = ("main_phone", "business_phone", "mobile_phone", "home_phone", "other_phone")


@pytest.fixture(scope="module")
def new_database(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """Makes databases with the cast in them."""
    engines = []

    def make() -> Engine:
        path = tmp_path_factory.mktemp("sample") / "office.db"
        shutil.copyfile(sqlite_template, path)
        engines.append(db.make_engine(f"sqlite:///{path}"))
        return engines[-1]

    yield make
    for engine in engines:
        engine.dispose()


def load(engine: Engine) -> int:
    """Tell the story on Ada's behalf; returns the number of statements that it took."""
    with Office(engine) as office:
        act = office.act(office.ada)
        with Statements(engine) as statements:
            demo.load_sample(act)
            office.commit()
        return len(statements)


@pytest.fixture(scope="module")
def told(new_database: Open) -> Engine:
    engine = new_database()
    load(engine)
    return engine


@pytest.fixture
def sample(told: Engine) -> Iterator[Office]:
    """The office with the sample in it; tests of this module only read."""
    with Office(told) as office:
        yield office


def all_of(office: Office, table: Any) -> list[Any]:
    return list(office.session.exec(select(table)))


def test_there_are_eighty_leads_of_many_countries(sample: Office) -> None:
    countries = Counter(lead.country for lead in all_of(sample, Lead))
    assert countries.total() >= 80 and len(countries) == 12 and min(countries.values()) >= 3


def test_several_sellers_own_them(sample: Office) -> None:
    assert len({lead.owner_user_id for lead in all_of(sample, Lead)}) >= 6


def test_most_leads_are_open_and_the_older_ones_came_to_an_end(sample: Office) -> None:
    statuses = Counter(lead.status for lead in all_of(sample, Lead))
    assert statuses[LeadStatus.OPEN] >= 45
    assert statuses[LeadStatus.QUALIFIED] >= 12 and statuses[LeadStatus.DISQUALIFIED] >= 5
    reasons = {lead.status_reason for lead in all_of(sample, Lead) if lead.status == LeadStatus.DISQUALIFIED}
    assert len(reasons) >= 3


def test_deals_are_open_won_and_lost_in_several_stages(sample: Office) -> None:
    deals = all_of(sample, Opportunity)
    assert {deal.status for deal in deals} == set(OpportunityStatus)
    assert len({deal.sales_stage for deal in deals}) >= 3
    assert all(deal.originating_lead_id and (deal.account_id or deal.contact_id) for deal in deals)


def test_every_lead_has_a_process_that_goes_on_in_its_deal(sample: Office) -> None:
    running = {p.lead_id: p for p in all_of(sample, ProcessInstance) if p.lead_id}
    leads = all_of(sample, Lead)
    assert set(running) == {lead.id for lead in leads}
    for lead in leads:
        assert (running[lead.id].opportunity_id is not None) == (lead.status == LeadStatus.QUALIFIED)
    assert {stay.instance_id for stay in all_of(sample, StageLog)} == {p.id for p in all_of(sample, ProcessInstance)}


def test_history_has_more_than_one_entry_on_many_and_a_beginning_on_all(sample: Office) -> None:
    entries = [e for e in all_of(sample, History) if e.entity == "lead"]
    per_lead = Counter(e.record_id for e in entries)
    assert sum(count > 1 for count in per_lead.values()) >= 40
    assert {e.record_id for e in entries if e.event == Event.CREATED} == {lead.id for lead in all_of(sample, Lead)}
    assert {e.event for e in entries} >= {Event.CREATED, Event.CHANGED, Event.ASSIGNED}
    names = {e.by_id for e in entries}
    assert len(names) >= 6


def test_history_ends_with_what_the_record_holds(sample: Office) -> None:
    """Each save is in history: entries and versions go together, in the order of time, and none is of the future."""
    leads = {lead.id: lead for lead in all_of(sample, Lead)}
    entries = [e for e in all_of(sample, History) if e.entity == "lead"]
    for lead_id, lead in leads.items():
        # Connections are told in the history too, but are no saves of the lead.
        mine = sorted(
            (e for e in entries if e.record_id == lead_id and e.event not in ABOUT_OTHERS), key=lambda e: e.id
        )
        assert [e.version for e in mine] == list(range(1, lead.version + 1))
        assert [e.at for e in mine] == sorted(e.at for e in mine)
        assert mine[-1].at == lead.modified_on <= Office.now


def test_every_phone_number_is_valid_in_its_country(sample: Office) -> None:
    checked = 0
    for table in (Lead, Account, Contact):
        for row in all_of(sample, table):
            for number in filter(None, (getattr(row, name, "") for name in PHONES)):
                parsed = phonenumbers.parse(number, None)
                assert phonenumbers.is_valid_number_for_region(parsed, region_of(row.country, "")), (
                    number,
                    row.country,
                )
                checked += 1
    assert checked > 100


def test_nobody_can_be_reached_by_mistake(sample: Office) -> None:
    addresses = [row.email for t in (Lead, Account, Contact) for row in all_of(sample, t) if row.email]
    hosts = {address.rpartition("@")[2] for address in addresses}
    assert all(h.endswith(".example") or h in ("example.com", "example.org", "example.net") for h in hosts)


def test_the_administrator_has_open_leads_to_begin_with(sample: Office) -> None:
    act = sample.act(sample.ada)
    page = lists.page(act, lists.Ask(view="my-open"))
    assert len(page.rows) >= 10
    assert {"name", "topic"} <= set(page.rows[0]) and all(row["name"] and row["topic"] for row in page.rows)


def test_some_leads_are_recent_and_some_are_old(sample: Office) -> None:
    act = sample.act(sample.ada)
    found = {view: lists.count(act, lists.Ask(view=view)) for view in ("open", "fiscal-year", "older-than-6-months")}
    assert all(found.values()) and found["older-than-6-months"] < found["open"]


def test_some_leads_are_of_known_customers(sample: Office) -> None:
    known = [lead for lead in all_of(sample, Lead) if lead.existing_contact_id]
    assert len(known) >= 5 and all(lead.existing_account_id and lead.company_name for lead in known)


def test_accounts_have_their_people(sample: Office) -> None:
    people = {contact.id: contact for contact in all_of(sample, Contact)}
    for account in all_of(sample, Account):
        assert people[account.primary_contact_id].account_id == account.id


def test_the_same_moment_tells_the_same_story(told: Engine, new_database: Open) -> None:
    again = new_database()
    load(again)
    assert everything(again) == everything(told)


def test_the_latest_leads_have_notes_and_something_to_do_of_which_some_is_late(sample: Office) -> None:
    found = all_of(sample, Activity)
    leads = {lead.id: lead for lead in all_of(sample, Lead)}
    assert {K.NOTE, K.TASK, K.PHONE_CALL, K.APPOINTMENT} <= {a.kind for a in found}
    todo = [a for a in found if a.is_open]
    assert any(a.due_key < Office.now for a in todo) and any(a.due_key > Office.now for a in todo)
    for activity in found:
        assert activity.owner_user_id == leads[activity.regarding_id].owner_user_id
        assert leads[activity.regarding_id].created_on <= activity.created_on <= Office.now


def test_it_costs_a_bounded_number_of_statements(new_database: Open) -> None:
    """About 280 creations and saves: three or four statements each; some 60 entries of timelines: six or seven; 24 deals."""
    assert load(new_database()) < 3_400


def test_it_is_told_once(sample: Office, told: Engine) -> None:
    before = everything(told)
    with pytest.raises(NotAllowed, match="already"):
        demo.load_sample(sample.act(sample.ada))
    sample.session.rollback()
    assert everything(told) == before


def test_it_is_told_on_every_database(office: Office) -> None:
    demo.load_sample(office.act(office.ada))
    office.commit()
    tables = (Lead, Account, Contact, Opportunity, User)
    counts = [office.session.exec(select(func.count()).select_from(t)).one() for t in tables]
    assert counts == [80, 31, 41, 24, 15]
