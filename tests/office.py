"""The standing cast of the tests, and makers for records.

    Contoso (Ada administers, Vera presides)
    ├── Sales (Mia manages)
    │   └── North (Sara and Tom sell, Tim helps)
    └── Service (Olaf sells)

The team "Fair" is Tom and Olaf; it belongs to Service.
"""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar

from sqlalchemy import Engine, event
from sqlmodel import Session, select

from rxcrm.models import customers, db, history, login, process, setup
from rxcrm.models.access import Privilege, Who, who_is
from rxcrm.models.account import Account
from rxcrm.models.base import Record
from rxcrm.models.choices import Role
from rxcrm.models.contact import Contact
from rxcrm.models.lead import Lead
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.people import BusinessUnit, Organisation, Share, Team, TeamMember, User, add_user
from rxcrm.models.records import Act
from rxcrm.models.searching import sort_key

R = TypeVar("R", bound=Record)

PASSWORD = "correct horse battery"
#: name → (unit, role)
CAST = {
    "Vera": ("Contoso", Role.VICE_PRESIDENT),
    "Mia": ("Sales", Role.SALES_MANAGER),
    "Sara": ("North", Role.SALESPERSON),
    "Tom": ("North", Role.SALESPERSON),
    "Tim": ("North", Role.TEAM_MEMBER),
    "Olaf": ("Service", Role.SALESPERSON),
}
#: How long the cast's sessions live.
LIFE = login.Life(timedelta(hours=12), timedelta(days=30))
UNITS = {"Sales": "Contoso", "North": "Sales", "Service": "Contoso"}


class Office:
    """One database with the cast in it, one open session, and a clock that stands still on a Wednesday morning."""

    now = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.session = Session(engine.execution_options(writes=True), expire_on_commit=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    @staticmethod
    def furnish(engine: Engine) -> None:
        """Set up an empty, migrated database: the organisation, its units, the cast and the team."""
        with Session(engine.execution_options(writes=True)) as session:
            answers = setup.Answers("Contoso", "Ada", "ada@contoso.com", PASSWORD, country="PL", currency="EUR")
            ada = setup.set_up(session, answers, Office.now)
            units = {"Contoso": ada.unit_id}
            for name, parent in UNITS.items():
                unit = BusinessUnit(name=name, parent_id=units[parent])
                session.add(unit)
                session.flush()
                units[name] = unit.id or 0
            people = {
                name: add_user(
                    session,
                    email=f"{name.lower()}@contoso.com",
                    name=name,
                    unit_id=units[unit],
                    roles=[role],
                    now=Office.now,
                )
                for name, (unit, role) in CAST.items()
            }
            people["Sara"].password_hash = ada.password_hash
            team = Team(name="Fair", name_key=sort_key("Fair"), unit_id=units["Service"])
            session.add(team)
            session.flush()
            session.add_all(TeamMember(team_id=team.id, user_id=people[n].id) for n in ("Tom", "Olaf"))
            session.commit()

    # -- the cast ----------------------------------------------------------------------------------------------------

    def user(self, name: str) -> User:
        return self.session.exec(select(User).where(User.name == name)).one()

    sara = functools.cached_property(lambda self: self.user("Sara"))
    tom = functools.cached_property(lambda self: self.user("Tom"))
    mia = functools.cached_property(lambda self: self.user("Mia"))
    olaf = functools.cached_property(lambda self: self.user("Olaf"))
    vera = functools.cached_property(lambda self: self.user("Vera"))
    tim = functools.cached_property(lambda self: self.user("Tim"))
    ada = functools.cached_property(lambda self: self.user("Ada"))
    fair = functools.cached_property(lambda self: self.session.exec(select(Team).where(Team.name == "Fair")).one())

    @property
    def organisation(self) -> Organisation:
        return self.session.exec(select(Organisation)).one()

    def unit(self, name: str) -> BusinessUnit:
        return self.session.exec(select(BusinessUnit).where(BusinessUnit.name == name)).one()

    def settle(self, **choices: Any) -> None:
        """Change what the organisation chose: `private`, `open_editing`, `time_zone` …"""
        organisation = self.organisation
        for name, value in choices.items():
            setattr(organisation, name, value)
        self.session.flush()

    def who(self, user: User) -> Who:
        return who_is(self.session, user, self.organisation)

    def act(self, user: User, now: datetime | None = None) -> Act:
        """A unit of work of this user, in the open session."""
        return Act(self.session, self.who(user), now or self.now)

    def commit(self) -> None:
        """Let other sessions see what was made so far, and let them write."""
        self.session.commit()

    # -- records -----------------------------------------------------------------------------------------------------

    def lead(self, owner: User | Team | None = None, **values: Any) -> Lead:
        """A stored lead with its process and history; Sara's unless somebody else is to own it."""
        row = self._make(Lead, owner, {"topic": "Forklifts", "last_name": "Doe", **values})
        process.begin(self.session, row, now=row.created_on)
        return row

    def account(self, owner: User | Team | None = None, **values: Any) -> Account:
        return self._make(Account, owner, {"name": "Fabrikam", **values})

    def contact(self, owner: User | Team | None = None, **values: Any) -> Contact:
        return self._make(Contact, owner, {"last_name": "Roe", **values})

    def opportunity(self, owner: User | Team | None = None, **values: Any) -> Opportunity:
        """A stored opportunity with its process; of the account Fabrikam unless another customer is named."""
        if not values.get("account_id") and not values.get("contact_id"):
            values["account_id"] = self.account().id
        made = self._make(Opportunity, owner, {"topic": "Forklifts", "currency": "EUR", **values})
        customers.settle(self.session, made)
        made.refresh_keys()
        process.begin(self.session, made, now=made.created_on)
        return made

    def bare(self, table: type[R], owner: User | Team | None = None, **values: Any) -> R:
        """A record without history and process, written with the next flush: for tests that need many."""
        owner = owner or self.sara
        stamps = {"created_on": self.now, "modified_on": self.now, "created_by_id": self.sara.id}
        row = table(**{**stamps, **values})
        row.owner_user_id = owner.id if isinstance(owner, User) else None
        row.owner_team_id = owner.id if isinstance(owner, Team) else None
        row.unit_id, row.owner_key = owner.unit_id, owner.name_key
        row.refresh_keys()
        self.session.add(row)
        return row

    def _make(self, table: type[R], owner: User | Team | None, values: dict[str, Any]) -> R:
        row = self.bare(table, owner, **values)
        self.session.flush()
        history.record(self.session, row, history.Event.CREATED, by=self.sara.id or 0, now=row.created_on)
        return row

    def share(self, row: Record, to: User | Team, privilege: Privilege = Privilege.READ) -> None:
        """Open one record to somebody."""
        user, team = (to.id, None) if isinstance(to, User) else (None, to.id)
        self.session.add(
            Share(
                entity=row.entity,
                record_id=row.id or 0,
                user_id=user,
                team_id=team,
                privilege=privilege.value,
                shared_on=self.now,
            )
        )
        self.session.flush()

    def told(self, row: Record) -> list[str]:
        """The record's history in sentences, newest first."""
        found = history.entries(self.session, type(row), row.id or 0, self.who(self.sara).conventions)
        return [f"{entry.who} {entry.what}" for entry in found]

    def sign_in(self, email: str, password: str, **more: Any) -> login.Attempt:
        """One attempt to sign in; commits what was made so far, as attempts run on their own."""
        self.commit()
        chosen = {"address": "192.0.2.1", "agent": "Browser", "now": self.now, "life": LIFE, **more}
        return login.attempt(email, password, **chosen)


class Statements:
    """How many statements an engine ran inside a `with` block."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.ran = engine, []

    def _note(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        self.ran.append(statement)

    def __enter__(self) -> Self:
        for engine in (self.engine, db.reads_of(self.engine)):
            event.listen(engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for engine in (self.engine, db.reads_of(self.engine)):
            event.remove(engine, "before_cursor_execute", self._note)

    def __len__(self) -> int:
        return len(self.ran)
