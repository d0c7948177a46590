"""Several people, one lead: nothing is silently overwritten (issue 2, part 6; S 13.7)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, select

from rxcrm.models import db
from rxcrm.models.access import Privilege, Who
from rxcrm.models.account import Account
from rxcrm.models.errors import NotAllowed, NotFound, Stale
from rxcrm.models.history import History
from rxcrm.models.lead import Lead
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.people import User
from rxcrm.models.qualifying.doing import Choice, Part, Way, qualify
from rxcrm.models.records import Act, assign, bin, conflicts, save
from tests.office import Office


def own_act(office: Office, session: Session, user: User) -> Act:
    return Act(session, office.who(user), office.now)


def test_the_second_saver_is_told_who_changed_what(office: Office) -> None:
    lead = office.lead(topic="Forklifts", city="Łódź")
    account = office.account(name="Fabrikam")
    ada, sara = office.act(office.ada), office.act(office.sara)
    save(ada, ada.find(Lead, lead.id, Privilege.WRITE, 1), {"topic": "Cranes", "existing_account_id": str(account.id)})
    save(ada, lead, {"topic": "Tall cranes", "annual_revenue": "10.5"})
    with pytest.raises(Stale, match="Somebody else changed"):
        sara.find(Lead, lead.id, Privilege.WRITE, 1)
    told = [(c.label, c.theirs, c.raw, c.who, c.at) for c in conflicts(sara, sara.find(Lead, lead.id), 1)]
    at = office.now.isoformat()
    assert told == [
        ("Topic", "Tall cranes", "Tall cranes", "Ada", at),
        ("Existing Account?", "Fabrikam", str(account.id), "Ada", at),
        ("Annual Revenue", "€10.50", "10.50", "Ada", at),
    ]
    assert conflicts(sara, lead, 3) == []


def test_a_new_owner_is_a_conflict_too(office: Office) -> None:
    lead = office.lead()
    assign(office.act(office.ada), lead, office.tom)
    (conflict,) = conflicts(office.act(office.vera), lead, 1)
    assert (conflict.label, conflict.theirs, conflict.who) == ("Owner", "Tom", "Ada")


def test_a_lead_deleted_while_open_is_not_saved(office: Office) -> None:
    lead = office.lead()
    bin(office.act(office.ada), lead)
    with pytest.raises(NotFound):
        office.act(office.sara).find(Lead, lead.id, Privilege.WRITE, 1)


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_of_two_who_read_the_same_version_the_second_to_write_is_refused(office: Office) -> None:
    """SQLite has one writer at a time; on PostgreSQL both read before either writes."""
    lead_id = office.lead(topic="Forklifts").id
    acts = [own_act(office, Session(office.engine, expire_on_commit=False), u) for u in (office.ada, office.sara)]
    office.commit()
    first, second = (act.find(Lead, lead_id, Privilege.WRITE, 1) for act in acts)
    save(acts[0], first, {"topic": "Cranes"})
    acts[0].session.commit()
    with pytest.raises(Stale):
        save(acts[1], second, {"topic": "Lifts"})
    for act in acts:
        act.session.close()
    assert db.read(lambda s: s.get_one(Lead, lead_id).topic) == "Cranes"


def test_eight_people_saving_at_once_lose_nothing(office: Office) -> None:
    lead_id, who = office.lead(employees=0).id, office.who(office.ada)
    office.commit()
    people, saves = 8, 5

    def add_one(session: Session) -> None:
        act = Act(session, who, office.now)
        version, employees = session.exec(select(Lead.version, Lead.employees).where(Lead.id == lead_id)).one()
        save(act, act.find(Lead, lead_id, Privilege.WRITE, version), {"employees": str(employees + 1)})

    def work(_: int) -> int:
        refusals = done = 0
        while done < saves:
            try:
                db.transact(add_one)
                done += 1
            except Stale:
                refusals += 1
        return refusals

    with ThreadPoolExecutor(people) as pool:
        list(pool.map(work, range(people)))
    lead = db.read(lambda s: s.get_one(Lead, lead_id))
    assert (lead.employees, lead.version) == (people * saves, people * saves + 1)
    entries = db.read(lambda s: s.exec(select(History).where(History.event == "changed")).all())
    assert sorted(int(e.changes[0][2]) for e in entries) == list(range(1, people * saves + 1))


def test_a_unit_that_fails_leaves_nothing_behind(office: Office) -> None:
    lead_id, who = office.lead(topic="Forklifts").id, office.who(office.sara)
    office.commit()

    def fail(session: Session) -> None:
        act = Act(session, who, office.now)
        save(act, act.find(Lead, lead_id, Privilege.WRITE), {"topic": "Cranes"})
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        db.transact(fail)
    assert db.read(lambda s: s.get_one(Lead, lead_id).topic) == "Forklifts"


def test_of_two_who_qualify_one_lead_at_once_one_does_it(office: Office) -> None:
    lead = office.lead(first_name="Ann", company_name="Adatum")
    office.commit()
    choice = Choice(Part(Way.NEW), Part(Way.NEW), ({},))

    def attempt(who: Who) -> str:
        try:
            db.transact(lambda session: qualify(Act(session, who, office.now), number, version, choice))
        except (Stale, NotAllowed) as refusal:
            return type(refusal).__name__
        return "done"

    askers = [office.who(user) for user in (office.sara, office.vera, office.mia, office.ada)]
    number, version = lead.id or 0, lead.version
    office.commit()
    with ThreadPoolExecutor(len(askers)) as threads:
        results = list(threads.map(attempt, askers))
    assert results.count("done") == 1, results
    office.session.expire_all()
    assert len(office.session.exec(select(Opportunity)).all()) == 1
    assert len(office.session.exec(select(Account)).all()) == 1
