"""Sample data in an organisation of its own: it comes in once, and exactly it goes out again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlmodel import col, func, select

from rxcrm.models import db, demo, jobs, records
from rxcrm.models.account import Account
from rxcrm.models.activity import Activity
from rxcrm.models.campaign import Campaign
from rxcrm.models.contact import Contact
from rxcrm.models.currencies import keeping
from rxcrm.models.errors import NotAllowed
from rxcrm.models.job import Job, JobState
from rxcrm.models.lead import Lead
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.people import BusinessUnit, User
from rxcrm.models.records import Act
from rxcrm.models.sample import ACCOUNTS, LEADS
from rxcrm.models.sampling import noting, removing, telling, work
from rxcrm.models.sampling.tables import SampleRecord
from rxcrm.models.shaping import options
from rxcrm.models.tables import RECORDS
from rxcrm.models.territory import Territory
from rxcrm.models.timeline import writing
from tests.failing import everything
from tests.office import Office

TABLES = (Lead, Account, Contact, Opportunity)
#: How many leads and companies the story has here.
SHORT = (16, 5)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first few companies and leads tell as much as all of them."""
    monkeypatch.setattr(work, "REST", 0)
    monkeypatch.setattr(telling, "ACCOUNTS", "\n".join(ACCOUNTS.strip().splitlines()[: SHORT[1]]))
    monkeypatch.setattr(telling, "LEADS", "\n".join(LEADS.strip().splitlines()[: SHORT[0]]))
    monkeypatch.setattr(telling, "BUSY", 4)


def run(office: Office, most: int = 20) -> None:
    """Do the jobs that wait, as a worker would."""
    office.commit()

    async def one() -> bool:
        job, _topics = await db.run(jobs.take, "test", office.now)
        if job is None:
            return False
        try:
            await jobs.KINDS[job.kind].handle(job)
        except Exception as problem:
            await db.run(jobs.fail, job.id or 0, "test", problem, office.now)
            raise
        await db.run(jobs.finish, job.id or 0, "test", office.now)
        return True

    for _ in range(most):
        if not asyncio.run(one()):
            break
    office.session.expire_all()


def add(office: Office) -> None:
    work.add(office.act(office.ada))
    run(office)


def remove(office: Office, everything: bool = False) -> None:
    work.remove(office.act(office.ada), everything)
    run(office)


def counts(office: Office) -> list[int]:
    found = [office.session.exec(select(func.count()).select_from(table)).one() for table in (*TABLES, Activity)]
    office.commit()
    return found


def one(office: Office, table: Any, **values: Any) -> Any:
    """A sample record of a table."""
    ids = select(SampleRecord.record_id).where(col(SampleRecord.entity) == table.entity)
    wanted = select(table).where(col(table.id).in_(ids), *(getattr(table, k) == v for k, v in values.items()))
    return office.session.exec(wanted.order_by(table.id)).first()


def left(office: Office) -> list[tuple[str, str]]:
    return [(kept.entity, kept.why) for kept in work.used(office.act(office.ada))]


# -- in --------------------------------------------------------------------------------------------------------------


def test_it_comes_in_beside_what_is_there_and_belongs_to_who_asked_for_it(office: Office) -> None:
    mine = office.lead(last_name="Lee")
    office.account(name="Browar Pod Jesionem", email="info@browar-pod-jesionem.example")
    version, people = mine.version, office.session.exec(select(func.count()).select_from(User)).one()
    add(office)
    found = counts(office)
    assert found[0] == SHORT[0] + 1 and found[1] >= SHORT[1] + 1 and min(found) > 0
    assert office.session.get_one(Lead, mine.id).version == version
    assert office.session.exec(select(func.count()).select_from(User)).one() == people
    sample = office.session.exec(select(Lead).where(col(Lead.id) != mine.id)).all()
    assert {row.owner_user_id for row in sample} == {office.ada.id}
    assert office.session.exec(select(Job.state).where(col(Job.kind) == work.ADD)).all() == [JobState.DONE.value]


def test_numbers_are_told_before_and_after(office: Office) -> None:
    office.lead(last_name="Lee")
    office.commit()
    before = work.view(office.act(office.ada))
    assert (before.sample, before.doing) == (0, "")
    assert [(c.label, c.all, c.sample) for c in before.counts if c.label == "Leads"] == [("Leads", 1, 0)]
    work.add(office.act(office.ada))
    office.commit()
    assert work.view(office.act(office.ada)).doing == work.ADD
    run(office)
    after = work.view(office.act(office.ada))
    assert [(c.label, c.all, c.sample) for c in after.counts if c.label == "Leads"] == [
        ("Leads", SHORT[0] + 1, SHORT[0])
    ]
    assert (after.doing, after.staff) == ("", 0) and after.sample > 30


def test_it_is_not_added_twice(office: Office) -> None:
    work.add(office.act(office.ada))
    office.commit()
    with pytest.raises(NotAllowed, match="being added or removed already"):
        work.add(office.act(office.ada))
    office.session.rollback()
    run(office)
    with pytest.raises(NotAllowed, match="in this database already"):
        work.add(office.act(office.ada))


def test_nobody_elses_record_is_used_for_the_story(office: Office) -> None:
    known = {company for *_, company in (line.split("|")[:4] for line in LEADS.strip().splitlines())}
    ours = [office.account(name=name) for name in sorted(known)]
    versions = {row.id: row.version for row in ours}
    office.commit()
    add(office)
    assert {row.id: row.version for row in ours} == versions
    ids = [row.id for row in ours]
    assert office.session.exec(select(Opportunity.id).where(col(Opportunity.account_id).in_(ids))).all() == []


def test_an_organisation_with_rules_of_its_own_gets_what_they_allow(small_office: Office) -> None:
    from rxcrm.models import configuration
    from rxcrm.models.choices import LeadReason

    options.deactivate(small_office.act(small_office.ada), "LeadReason", int(LeadReason.CONTACTED))
    keeping.add(small_office.act(small_office.ada), "PLN")
    small_office.commit()
    add(small_office)
    assert counts(small_office)[0] == SHORT[0]
    reached = select(func.count()).where(col(Lead.status_reason) == int(LeadReason.CONTACTED))
    assert small_office.session.exec(reached).one() == 0
    assert set(small_office.session.exec(select(Lead.currency).distinct())) <= {"", "EUR", "PLN"}
    configuration.reset()


# -- out -------------------------------------------------------------------------------------------------------------


def test_exactly_what_came_goes(office: Office) -> None:
    lead, account = office.lead(last_name="Lee"), office.account(name="Contoso")
    writing.note(office.act(office.sara), "lead", lead.id or 0, "", "<p>mine</p>")
    office.commit()
    before = {name: rows for name, rows in everything(office.engine).items() if name not in ("job",)}
    add(office)
    assert left(office) == []
    remove(office)
    after = {name: rows for name, rows in everything(office.engine).items() if name not in ("job",)}
    assert {name for name in before if before[name] != after[name]} <= {"sqlite_sequence", "operation"}
    assert counts(office)[:2] == [1, 1] and account.id
    assert not noting.is_in(office.session)


def test_it_can_come_again_after_it_went(office: Office) -> None:
    add(office)
    remove(office)
    assert counts(office) == [0, 0, 0, 0, 0]
    add(office)
    assert counts(office)[0] == SHORT[0]


def test_what_somebody_changed_is_listed_and_stays_with_what_it_belongs_to(office: Office) -> None:
    add(office)
    contact = one(office, Contact)
    records.save(office.act(office.ada), contact, {"job_title": "Chief"})
    office.commit()
    found = dict(left(office))
    assert found["contact"] in ("changed by Ada", "belongs to " + contact.display_name)
    assert ("contact", "changed by Ada") in left(office)
    assert found["account"].startswith("belongs to ")
    remove(office)
    assert office.session.get(Contact, contact.id) and office.session.get(Account, contact.account_id)
    assert counts(office)[0] < 4
    assert not noting.is_in(office.session)  # from now on it is the organisation's own


def test_what_somebody_added_something_to_stays(office: Office) -> None:
    add(office)
    account = one(office, Account)
    mine = records.create(office.act(office.ada), Contact, {"last_name": "Lee", "account_id": str(account.id)})
    lead = office.session.exec(select(Lead).order_by(col(Lead.id).desc())).first()
    assert lead
    writing.note(office.act(office.ada), "lead", lead.id or 0, "", "<p>Spoke with her</p>")
    office.commit()
    told = left(office)
    assert ("account", "used by Ada: something was added to it") in told
    assert "lead" in {entity for entity, why in told if not why.startswith("belongs")}
    remove(office)
    assert office.session.get(Account, account.id) and office.session.get(Lead, lead.id)
    assert office.session.get_one(Contact, mine.id).account_id == account.id


def test_all_of_it_goes_if_that_is_wanted(office: Office) -> None:
    add(office)
    contact = one(office, Contact)
    records.save(office.act(office.ada), contact, {"job_title": "Chief"})
    office.commit()
    remove(office, everything=True)
    assert counts(office) == [0, 0, 0, 0, 0]


def test_what_lies_in_the_recycle_bin_goes_without_a_question(office: Office) -> None:
    add(office)
    records.bin(office.act(office.ada), one(office, Lead, status=0))
    office.commit()
    assert left(office) == []
    remove(office)
    assert counts(office) == [0, 0, 0, 0, 0]


def test_what_is_changed_after_the_question_stays_too(office: Office) -> None:
    add(office)
    work.remove(office.act(office.ada), False)
    contact = one(office, Contact)
    records.save(office.act(office.ada), contact, {"job_title": "Chief"})
    run(office)
    assert office.session.get(Contact, contact.id) is not None


def test_nothing_is_removed_where_nothing_is(office: Office) -> None:
    with pytest.raises(NotAllowed, match="no sample data"):
        work.remove(office.act(office.ada), False)


def test_the_staff_of_the_first_visit_goes_with_its_records_unless_somebody_signed_in(office: Office) -> None:
    units = office.session.exec(select(func.count()).select_from(BusinessUnit)).one()
    people = office.session.exec(select(func.count()).select_from(User)).one()
    demo.load_sample(office.act(office.ada))
    office.commit()
    assert work.view(office.act(office.ada)).staff == 8 and left(office) == []
    grace = office.session.exec(select(User).where(col(User.name) == "Grace Whitmore")).one()
    grace.signed_in_on = office.now
    office.commit()
    remove(office)
    assert counts(office) == [0, 0, 0, 0, 0]
    for table in (Campaign, Territory):
        assert office.session.exec(select(func.count()).select_from(table)).one() == 0
    assert office.session.exec(select(func.count()).select_from(User)).one() == people + 1
    assert office.session.exec(select(func.count()).select_from(BusinessUnit)).one() == units + 1


def test_a_campaign_of_the_story_that_a_lead_of_ones_own_names_stays(office: Office) -> None:
    demo.load_sample(office.act(office.ada))
    campaign = office.session.exec(select(Campaign)).first()
    assert campaign
    office.lead(source_campaign_id=campaign.id)
    office.commit()
    remove(office)
    assert [row.name for row in office.session.exec(select(Campaign))] == [campaign.name]


def test_staff_that_owns_what_stays_is_disabled(office: Office) -> None:
    demo.load_sample(office.act(office.ada))
    jonas = office.session.exec(select(User).where(col(User.name) == "Jonas Keller")).one()
    account = one(office, Account, owner_user_id=jonas.id)
    records.save(office.act(office.ada), account, {"city": "Hamburg"})
    office.commit()
    remove(office)
    assert office.session.get(Account, account.id)
    assert office.session.exec(select(User.disabled).where(col(User.name) == "Jonas Keller")).one() is True


# -- calling off, and what goes wrong --------------------------------------------------------------------------------


def test_what_was_added_until_somebody_cancels_goes_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    work.add(office.act(office.ada))
    office.commit()
    told = work.OwnStory._lead
    seen: list[int] = []
    ada = office.who(office.ada)
    office.commit()

    def cancel_at_the_tenth(self: Any, n: int, line: Any) -> None:
        told(self, n, line)
        seen.append(n)

    monkeypatch.setattr(work.OwnStory, "_lead", cancel_at_the_tenth)
    report = jobs.tell

    async def tell(topics: Any) -> None:
        if len(seen) == 10:
            await db.run(lambda session: work.cancel(Act(session, ada, office.now)))
        await report(topics)

    monkeypatch.setattr(jobs, "tell", tell)
    run(office, most=1)
    assert len(seen) == 10 and counts(office)[0] == 10
    monkeypatch.setattr(jobs, "tell", report)
    run(office)
    assert counts(office) == [0, 0, 0, 0, 0] and not noting.is_in(office.session)
    states = office.session.exec(select(Job.kind, Job.state).order_by(col(Job.id))).all()
    assert states == [(work.ADD, "canceled"), (work.REMOVE, "done")]


def test_a_try_that_died_begins_anew(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    work.add(office.act(office.ada))
    office.commit()
    told = work.OwnStory._lead

    def dies(self: Any, n: int, line: Any) -> None:
        if n == 5:
            raise RuntimeError("the disk is full")
        told(self, n, line)

    monkeypatch.setattr(work.OwnStory, "_lead", dies)
    with pytest.raises(RuntimeError):
        run(office, most=1)
    assert counts(office)[0] == 5
    monkeypatch.setattr(work.OwnStory, "_lead", told)
    office.session.exec(select(Job)).one().due_on = office.now
    run(office)
    assert counts(office)[0] == SHORT[0]


def test_only_administrators_add_and_remove_it(office: Office) -> None:
    for verb, args in (
        (work.add, ()),
        (work.remove, (False,)),
        (work.view, ()),
        (work.used, ()),
    ):
        with pytest.raises(NotAllowed):
            verb(office.act(office.mia), *args)  # type: ignore[operator]


def test_the_order_in_which_records_go_names_every_table() -> None:
    assert set(removing.ORDER) == set(RECORDS)
