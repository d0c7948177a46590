"""The sample story: fourteen months of a small company that sells warehouse equipment, told with the verbs of the users.

Nobody in it is real: hosts end in `.example` or are example.com, .net and .org; phone numbers lie beside the examples
of each country's numbering plan. The same `now` tells the same story.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType, example_number_for_type, format_number
from phonenumbers import is_valid_number as is_valid
from sqlalchemy import event
from sqlmodel import Session, SQLModel, col, select

from rxcrm.models import autofill, campaigns, people, records, references, sample_sales, sample_work
from rxcrm.models import choices as c
from rxcrm.models.access import Privilege, require, who_is
from rxcrm.models.account import Account
from rxcrm.models.base import Record
from rxcrm.models.campaign import Campaign
from rxcrm.models.choices import Industry, LeadReason, Rating, Role
from rxcrm.models.contact import Contact
from rxcrm.models.errors import NotAllowed
from rxcrm.models.fields import raw
from rxcrm.models.history import History
from rxcrm.models.lead import Lead
from rxcrm.models.people import BusinessUnit, User
from rxcrm.models.process import StageLog
from rxcrm.models.records import Act
from rxcrm.models.reference import Reference
from rxcrm.models.sample import ACCOUNTS, CAMPAIGNS, COUNTRIES, FINDINGS, LEADS, STAFF, TALKS, TERRITORIES
from rxcrm.models.sampling import noting
from rxcrm.models.searching import fold, sort_key
from rxcrm.models.territory import Territory
from rxcrm.translation import N_

R = TypeVar("R", bound=Record)
N = TypeVar("N", bound=Reference)

#: Days over which the leads are spread; the nearer to today, the denser.
SPAN = 420
#: Leads on which somebody works these days.
BUSY = 24


ALREADY = N_("The sample data is in this database already.")


def load_sample(act: Act) -> None:
    """Tell the story on behalf of an administrator, who gets a dozen open leads himself. Raises NotAllowed the second time."""
    if noting.is_in(act.session):
        raise NotAllowed(ALREADY)
    with noting.noted(act.session):
        Story(act).tell()
    noting.settle(act.session)


@dataclass
class Sheet:
    """One line of the tables above."""

    cells: list[str]

    def __getitem__(self, index: int) -> str:
        return self.cells[index]


def sheet(text: str) -> list[Sheet]:
    return [Sheet(line.split("|")) for line in text.strip().splitlines()]


def mail(name: str, host: str) -> str:
    """`Marek Zieliński` at a host → marek.zielinski@host."""
    return ".".join("".join(x for x in fold(word) if x.isascii() and x.isalnum()) for word in name.split()) + f"@{host}"


def host_of(company: str) -> str:
    """A host that nobody can own (RFC 2606)."""
    return (
        "-".join("".join(x for x in word if x.isascii() and x.isalnum()) for word in fold(company).split()) + ".example"
    )


def phone(country: str, n: int, kind: int = PhoneNumberType.FIXED_LINE) -> str:
    """The n-th valid number beside the example of a country's numbering plan, as people there write it abroad."""
    example = _example(country, kind)
    for step in range(100):
        number = PhoneNumber()
        number.merge_from(example)
        number.national_number = (example.national_number or 0) // 100 * 100 + (n * 7 + step) % 100
        if is_valid(number):
            break
    return format_number(number, PhoneNumberFormat.INTERNATIONAL)


@contextmanager
def _at_the_end(session: Session, *tables: type[SQLModel]) -> Iterator[None]:
    """New rows of these tables wait and go in together: nobody reads them meanwhile, and each would be a statement."""
    waiting: list[SQLModel] = []

    def set_aside(*_: object) -> None:
        for row in [row for row in session.new if isinstance(row, tables)]:
            session.expunge(row)
            waiting.append(row)

    event.listen(session, "before_flush", set_aside)
    try:
        with session.no_autoflush:  # every verb flushes its record itself
            yield
        session.flush()
    finally:
        event.remove(session, "before_flush", set_aside)
    session.bulk_save_objects(waiting, preserve_order=False)


@functools.cache
def _example(country: str, kind: int) -> PhoneNumber:
    example = example_number_for_type(country, kind)
    assert example is not None, country
    return example


class Story:
    """The story as its own staff tells it; rxcrm.models.sampling.telling lets one person do it."""

    def __init__(self, act: Act) -> None:
        self.act, self.session = act, act.session
        self.organisation = act.organisation
        self.users: dict[str, User] = {act.who.name: self.session.get_one(User, act.who.id)}
        self.me = act.who.name
        self.known: dict[str, Act] = {self.me: act}
        self.contacts: list[Contact] = []
        self.territories: dict[str, Territory] = {}
        self.campaigns: list[Campaign] = []
        #: Every lead: when it came in, its id and its number in the story.
        self.leads: list[tuple[datetime, int, int]] = []

    def tell(self) -> None:
        self._hire()
        self.session.flush()
        self._map_the_market()
        self._campaign()
        with _at_the_end(self.session, History, StageLog):
            self._serve_customers()
            for n, line in enumerate(sheet(LEADS)):
                self._lead(n, line)
        self._work()
        self._decide()

    def _currency(self, code: str) -> str:
        """The currency of a record of the story, empty for the organisation's own."""
        return code

    def _gently(self, step: Callable[[], object]) -> bool:
        """Take a step and say whether it was taken; here each is. In an organisation with rules of its own some are not."""
        step()
        return True

    def _as(self, name: str, when: datetime) -> Act:
        if name not in self.known:
            who = who_is(self.session, self.users[name], self.organisation)
            self.known[name] = Act(self.session, who, when)
        return Act(self.session, self.known[name].who, when)

    # -- the company -------------------------------------------------------------------------------------------------

    def _hire(self) -> None:
        addresses = [mail(name, "example.com") for members in STAFF.values() for name, _ in members]
        if self.session.exec(select(User.id).where(col(User.email).in_(addresses))).first():
            raise NotAllowed(ALREADY)
        root = self.session.exec(select(BusinessUnit).where(col(BusinessUnit.parent_id).is_(None))).one()
        chief = None
        for unit_name, members in STAFF.items():
            unit = root
            if unit_name:
                unit = people.add_unit(self.session, unit_name, root.id or 0)
            manager = chief
            for name, role in members:
                user = people.add_user(
                    self.session,
                    email=mail(name, "example.com"),
                    name=name,
                    unit_id=unit.id or 0,
                    roles=[role],
                    now=self.act.now - timedelta(days=SPAN + 30),
                    manager_id=manager,
                )
                self.users[name] = user
                if role in (Role.VICE_PRESIDENT, Role.SALES_MANAGER):
                    manager = user.id
            chief = chief or manager

    def _map_the_market(self) -> None:
        for name, unit in TERRITORIES.items():
            known = self._known(Territory, name)
            sellers = [self.users[person] for person, _ in STAFF[unit]]
            row = known or references.add(self.act, Territory, {"name": name})
            row.manager_id = row.manager_id or sellers[0].id
            for user in sellers:
                user.territory_id = row.id
                self.territories[user.name] = row
        self.session.flush()

    def _campaign(self) -> None:
        """Campaigns of the last months; one that is there already is used."""
        for name, (channel, since, until) in CAMPAIGNS.items():
            day = {end: self._day(ago, 9).date().isoformat() for end, ago in (("start", since), ("end", until))}
            typed = {f"{which}_{end}": day[end] for which in ("planned", "actual") for end in ("start", "end")}
            typed |= {"name": name, "channel": raw(int(c.CampaignChannel[channel]))}
            self.campaigns.append(self._known(Campaign, name) or references.add(self.act, Campaign, typed))

    def _known(self, table: type[N], name: str) -> N | None:
        return self.session.scalars(select(table).where(cast(Any, table).name_key == sort_key(name))).first()

    def _serve_customers(self) -> None:
        for n, line in enumerate(sheet(ACCOUNTS)):
            self._customer(n, line)

    def _customer(self, n: int, line: Sheet) -> None:
        """The n-th account with its contacts."""
        before = len(self.contacts)
        if not self._gently(lambda: self._company(n, line)):
            del self.contacts[before:]

    def _company(self, n: int, line: Sheet) -> None:
        country, currency, owner = COUNTRIES[line[1]]
        act = self._as(owner, self._day(SPAN + 20 - 3 * n, 9))
        place = {"street1": line[2], "postal_code": line[3], "city": line[4], "country": country}
        company = {
            "name": line[0],
            "main_phone": phone(line[1], n),
            "website": f"https://www.{host_of(line[0])}",
            "email": f"info@{host_of(line[0])}",
            "industry": raw(int(Industry[line[5]])),
            "employees": line[6],
            "annual_revenue": line[7],
            "currency": self._currency(currency),
            "territory_id": raw(self.territories[owner].id) if owner in self.territories else "",
            "relationship_type": raw(int(c.RelationshipType.CUSTOMER if n % 3 else c.RelationshipType.PROSPECT)),
            **place,
        }
        account = records.create(act, Account, company)
        team = [self._contact(act, account, line[1], person, place) for person in line[8].split("; ")]
        self._save(self._as(owner, act.now + timedelta(hours=1)), account, {"primary_contact_id": raw(team[0].id)})

    def _contact(self, act: Act, account: Account, country: str, person: str, place: dict[str, str]) -> Contact:
        name, job = person.split(", ", 1)
        first, last = name.split(" ", 1)
        n = len(self.contacts)
        typed = {
            "first_name": first,
            "last_name": last,
            "job_title": job,
            "account_id": raw(account.id),
            "email": mail(name, host_of(account.name)),
            "business_phone": phone(country, n + 40),
            "mobile_phone": phone(country, n + 60, PhoneNumberType.MOBILE),
            "role": raw(int(c.ContactRole.EMPLOYEE if n % 2 else c.ContactRole.DECISION_MAKER)),
            **place,
        }
        contact = records.create(act, Contact, typed)
        self.contacts.append(contact)
        return contact

    # -- the leads ---------------------------------------------------------------------------------------------------

    def _lead(self, n: int, line: Sheet) -> None:
        """The n-th lead from the day it came in to where it stands now."""
        self._gently(lambda: self._came_in(n, line))

    def _came_in(self, n: int, line: Sheet) -> None:
        total = LEADS.count("\n") - 1
        born = self._day(round(SPAN * ((total - 1 - n) / total) ** 1.5), 8 + n % 9, n * 7 % 60)
        country, currency, seller = COUNTRIES[line[4]]
        owner = self.me if n % 7 == 2 else seller
        clerk = "Marek Zieliński" if n % 5 == 1 and owner in ("Agnieszka Wójcik", "Jonas Keller") else owner
        customer = next((x for x in self.contacts if x.country == country), None) if n % 5 in (1, 3) else None
        if customer:
            self.contacts.remove(customer)
            typed = {"first_name": customer.first_name, "last_name": customer.last_name}
        else:
            typed = _stranger(n, line)
        typed |= {"topic": line[0], "country": country, "currency": self._currency(currency)}
        typed |= {"lead_source": raw(n * 7 % 10 + 1)}
        if came := [one for one in self.campaigns if one.actual_start and one.actual_start <= born.date()]:
            # What came in since then, every third because of the latest one.
            typed |= {} if n % 3 else {campaigns.SOURCE: raw(came[-1].id)}
        # Assignment rules leave alone what names its owner: the story stays as it is told.
        lead = records.create(self._as(clerk, born), Lead, typed, owner=self.users[clerk])
        self.leads.append((born, lead.id or 0, n))
        if clerk != owner:
            act = self._as(clerk, born + timedelta(hours=2))
            require(self.session, act.who, Privilege.ASSIGN, lead)
            records.assign(act, lead, self.users[owner])
        if customer:
            act = self._as(owner, min(born + timedelta(hours=3), self.act.now))
            self._save(act, lead, _choice_of(act, lead, customer))
        for when, values in _steps(n, lead.first_name, line[4], born):
            if when >= self.act.now:
                break
            if not self._gently(functools.partial(self._save, self._as(owner, when), lead, values)):
                break

    def _work(self) -> None:
        """What is done and to be done with the latest leads, by who owns them."""
        owned = self._told_of()
        latest = self.session.exec(owned.order_by(col(Lead.created_on).desc(), col(Lead.id).desc()).limit(BUSY)).all()
        for n, (lead, owner) in enumerate(latest):
            if lead.is_open and owner in self.users:
                sample_work.tell(n, lead, lead.created_on, self.act.now, functools.partial(self._as, owner))

    def _told_of(self) -> Any:
        """The leads of the story with the names of their owners."""
        owned = select(Lead, User.name).join(User, col(User.id) == col(Lead.owner_user_id))
        return owned.where(col(Lead.id).in_([lead_id for _born, lead_id, _n in self.leads]))

    def _decide(self) -> None:
        """What became of the older leads."""
        owned = self._told_of()
        newest_first = owned.order_by(col(Lead.created_on).desc(), col(Lead.id).desc())
        for n, (lead, owner) in enumerate(self.session.exec(newest_first.offset(BUSY)).all()):
            sample_sales.tell(n, lead, self.act.now, functools.partial(self._as, owner))

    def _save(self, act: Act, row: Record, values: dict[str, str]) -> None:
        """What `find` and `save` do, without reading again what lies in the hand."""
        require(self.session, act.who, Privilege.WRITE, row)
        records.save(act, row, values)

    def _day(self, ago: int, hour: int, minute: int = 0) -> datetime:
        """A working hour so many days ago; never later than now."""
        day = self.act.now - timedelta(days=ago)
        if day.weekday() > 4 and ago > 7:
            day -= timedelta(days=day.weekday() - 4)
        return min(day.replace(hour=hour, minute=minute, second=0, microsecond=0), self.act.now - timedelta(minutes=50))


def _stranger(n: int, line: Sheet) -> dict[str, str]:
    """What is known of somebody new when he first writes or calls: more or less."""
    first, last = line[1].split(" ", 1)
    private = ("example.com", "example.org", "example.net")[n % 3]
    typed = {
        "first_name": first,
        "last_name": last,
        "job_title": line[2],
        "company_name": line[3],
        "city": line[5],
        "industry": raw(int(Industry[line[6]])),
        "email": mail(line[1], private if n % 6 == 5 else host_of(line[3])),
    }
    if n % 4 != 3:
        typed["business_phone"] = phone(line[4], n)
    if n % 3 == 0:
        typed["mobile_phone"] = phone(line[4], n, PhoneNumberType.MOBILE)
    if n % 3 != 1:
        typed |= {"website": f"https://www.{host_of(line[3])}", "employees": raw(12 * (n * 13 % 40 + 1))}
    return typed


def _choice_of(act: Act, lead: Lead, customer: Contact) -> dict[str, str]:
    """What the form fills in when somebody chooses an existing contact."""
    names = (*autofill.FROM_CONTACT, "existing_account_id", "company_name")
    current = {name: raw(getattr(lead, name)) for name in names}
    filled = autofill.fill(act, "existing_contact_id", customer.id or 0, current)
    return {"existing_contact_id": raw(customer.id)} | {k: v for k, v in filled.items() if ":" not in k}


def _steps(n: int, first: str, country: str, born: datetime) -> Iterator[tuple[datetime, dict[str, str]]]:
    """What its owner did with a lead, one save after the other; not every lead gets far."""
    if n % 8 == 4:
        yield born + timedelta(days=1), {"rating": raw(int(Rating.COLD))}
        return
    if n % 5 == 4:
        return
    talk = TALKS[n % len(TALKS)].format(first=first)
    reached = {"status_reason": raw(int(LeadReason.CONTACTED)), "initial_communication": "0", "description": talk}
    yield born + timedelta(days=1 + n % 3, minutes=25), reached
    if n % 3 == 1:
        return
    budget = (n * 17 % 23 + 2) * (15_000 if country != "JP" else 1_500_000)
    asked = {
        "budget_amount": raw(budget),
        "purchase_timeframe": raw(n % 5),
        "purchase_process": raw(n % 3),
        "need": raw(n % 3),
    }
    yield born + timedelta(days=6 + n % 4, hours=3), asked
    weighed = {
        "rating": raw(int(Rating.HOT if n % 2 else Rating.WARM)),
        "budget_status": raw(n % 4),
        "decision_maker": raw(bool(n % 2)),
        "estimated_amount": raw(budget * 9 // 10),
        "estimated_close_date": (born + timedelta(days=120 + n)).date().isoformat(),
        "description": f"{talk}\n\n{FINDINGS[n % len(FINDINGS)].format(first=first)}",
    }
    yield born + timedelta(days=13 + n % 6, hours=1), weighed
