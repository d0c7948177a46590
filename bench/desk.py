"""A filled database with the app on one side and the bare driver on the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bench import people
from bench.bare import Bare
from rxcrm.models import db
from rxcrm.models.access import Who, who_is
from rxcrm.models.people import User, organisation
from rxcrm.models.records import Act

R = TypeVar("R")


@dataclass
class Desk:
    """Where the steps are measured. `busy` owns the most leads, `quiet` hardly any."""

    database: str
    leads: int
    bare: Bare
    busy: Who
    quiet: Who

    def read(self, who: Who, work: Callable[[Act], R]) -> R:
        """A unit that reads, as the app's handlers run it once the gate knows who asks."""
        return db.read(lambda session: work(Act(session, who, people.NOW)))

    def write(self, who: Who, work: Callable[[Act], R]) -> R:
        """A unit that writes."""
        return db.transact(lambda session: work(Act(session, who, people.NOW)))

    @property
    def month(self) -> str:
        """The month of Created On where the user is, as plain SQL has it: on SQLite, which knows no zones, with one offset."""
        zone = ZoneInfo(self.busy.conventions.zone)
        if self.bare.kind == "sqlite":
            ahead = people.NOW.astimezone(zone).utcoffset() or timedelta()
            return f"strftime('%Y-%m', created_on, '{ahead.total_seconds():+.0f} seconds')"
        return f"date_trunc('month', created_on AT TIME ZONE '{zone.key}')"


def desk(leads: int) -> Desk:
    """A desk at the database of this process."""
    busy, quiet = db.read(_people)
    return Desk(db.engine().dialect.name, leads, Bare(db.engine()), busy, quiet)


def _people(session: Session) -> tuple[Who, Who]:
    org = organisation(session)
    assert org is not None
    found = session.exec(select(User).order_by(col(User.id))).all()
    return who_is(session, found[1], org), who_is(session, found[-1], org)
