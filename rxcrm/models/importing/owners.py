"""Who will own an imported record: the user that its row names, else the one chosen for the file, else who imports."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlmodel import Session

from rxcrm.models import db
from rxcrm.models.access import Privilege, Who, holders, may_own
from rxcrm.models.errors import NotAllowed
from rxcrm.models.people import User, organisation, working_users
from rxcrm.models.searching import fold
from rxcrm.translation import N_

UNKNOWN = N_("There is no user “%(value)s”; the record goes to %(owner)s.")
NOT_YOURS = N_("Your role may not choose owners; the record is yours instead of “%(value)s”.")
NOT_THEIRS = N_("“%(value)s” may not own these records or is outside your reach; the record goes to %(owner)s.")
NO_CHOICE = N_("Your role may not choose owners, so what you import is yours.")
OUT_OF_REACH = N_("%(owner)s may not own these records or is outside your reach.")


@dataclass(frozen=True)
class Owner:
    """What a record carries of its owner."""

    user_id: int
    unit_id: int
    key: str
    name: str


class Owners:
    """The users by e-mail and by name, read once per import. `default` owns the rows that name nobody.

    Raises NotAllowed for a default other than the importer, without CHOOSE_OWNER or outside his reach.
    """

    def __init__(self, who: Who, entity: str, default: User | None = None) -> None:
        self.who, self.entity = who, entity
        users, self._readers = db.read(_users, entity)
        self._by_email = {u.email.lower(): u for u in users}
        names = Counter(fold(u.name) for u in users)
        self._by_name = {name: u for u in users if names[name := fold(u.name)] == 1}
        if default and default.id != who.id:
            self._require(default)
        self.default = next(_owner(u) for u in users if u.id == (default.id if default else who.id))
        self._known: dict[str, tuple[Owner, str]] = {}

    def find(self, text: str) -> tuple[Owner, str]:
        """The owner for what the file says, and a message if it is not whom the file names."""
        if text not in self._known:
            self._known[text] = self._find(text)
        return self._known[text]

    def _find(self, text: str) -> tuple[Owner, str]:
        user = self._by_email.get(text.strip().lower()) or self._by_name.get(fold(text))
        if user is None:
            return self.default, UNKNOWN
        if user.id == self.who.id:
            return _owner(user), ""
        if not self.who.holds(Privilege.CHOOSE_OWNER):
            return self.default, NOT_YOURS
        return (_owner(user), "") if self._may_give_to(user) else (self.default, NOT_THEIRS)

    def _may_give_to(self, user: User) -> bool:
        return user.id in self._readers and _reaches(self.who, self.entity, user)

    def _require(self, user: User) -> None:
        if not self.who.holds(Privilege.CHOOSE_OWNER):
            raise NotAllowed(NO_CHOICE)
        if user.disabled:
            raise NotAllowed(N_("%(name)s is disabled and cannot own records."), name=user.name)
        if not self._may_give_to(user):
            raise NotAllowed(OUT_OF_REACH, owner=user.name)


def possible_owners(session: Session, who: Who, entity: str) -> list[User]:
    """Everybody whom `Owners` takes as the default of this importer: himself first, the others by name."""
    users, readers = _users(session, entity)
    if not who.holds(Privilege.CHOOSE_OWNER):
        readers = frozenset()
    others = [u for u in users if u.id != who.id and u.id in readers and _reaches(who, entity, u)]
    return [*(u for u in users if u.id == who.id), *others]


def _users(session: Session, entity: str) -> tuple[list[User], frozenset[int]]:
    """Who works here, and the ids of those who read a table: owners do, as `rxcrm.models.records.assign` has it."""
    org = organisation(session)
    return working_users(session), holders(session, org, Privilege.READ, entity) if org else frozenset()


def _reaches(who: Who, entity: str, user: User) -> bool:
    # Creating a record and then assigning it comes to the same, so either reach will do.
    return any(may_own(who, entity, p, user) for p in (Privilege.CREATE, Privilege.ASSIGN))


def _owner(user: User) -> Owner:
    return Owner(user.id or 0, user.unit_id, user.name_key, user.name)
