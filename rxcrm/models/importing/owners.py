"""Who will own an imported record: the user that the file names, else whoever imports."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlmodel import Session, col, select

from rxcrm.models import db
from rxcrm.models.access import Privilege, Who, may_own, who_is
from rxcrm.models.people import User, organisation
from rxcrm.models.searching import fold
from rxcrm.translation import N_

UNKNOWN = N_("There is no user “%(value)s”; the record is yours.")
NOT_YOURS = N_("Your role may not choose owners; the record is yours instead of “%(value)s”.")
NOT_THEIRS = N_("“%(value)s” may not own these records or is outside your reach; the record is yours.")


@dataclass(frozen=True)
class Owner:
    """What a record carries of its owner."""

    user_id: int
    unit_id: int
    key: str


class Owners:
    """The users by e-mail and by name, read once per import."""

    def __init__(self, who: Who, entity: str) -> None:
        self.who, self.entity = who, entity
        users = db.read(_active)
        self._by_email = {u.email.lower(): u for u in users}
        names = Counter(fold(u.name) for u in users)
        self._by_name = {name: u for u in users if names[name := fold(u.name)] == 1}
        self.importer = next(_owner(u) for u in users if u.id == who.id)
        self._known: dict[str, tuple[Owner, str]] = {}

    def find(self, text: str) -> tuple[Owner, str]:
        """The owner for what the file says, and a message if it is not whom the file names."""
        if text not in self._known:
            self._known[text] = self._find(text)
        return self._known[text]

    def _find(self, text: str) -> tuple[Owner, str]:
        user = self._by_email.get(text.strip().lower()) or self._by_name.get(fold(text))
        if user is None:
            return self.importer, UNKNOWN
        if user.id == self.who.id:
            return self.importer, ""
        if not self.who.holds(Privilege.CHOOSE_OWNER):
            return self.importer, NOT_YOURS
        # Creating a record and then assigning it comes to the same, so either reach will do.
        reach = any(may_own(self.who, self.entity, p, user) for p in (Privilege.CREATE, Privilege.ASSIGN))
        if not reach or not db.read(_reads, user, self.entity):
            return self.importer, NOT_THEIRS
        return _owner(user), ""


def _active(session: Session) -> list[User]:
    return list(session.exec(select(User).where(col(User.disabled).is_(False))))


def _reads(session: Session, user: User, entity: str) -> bool:
    """An owner reads what he owns, as `rxcrm.models.records.assign` has it."""
    org = organisation(session)
    return org is not None and who_is(session, user, org).holds(Privilege.READ, entity)


def _owner(user: User) -> Owner:
    return Owner(user.id or 0, user.unit_id, user.name_key)
