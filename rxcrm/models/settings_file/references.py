"""Who and what a settings file speaks of: users by e-mail address, teams, roles and views by name, never by number.

What nobody here is called is left out and told. Records are no part of a file: a filter over one record is taken over only
where the file comes from this very installation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from sqlmodel import col, select

from rxcrm.models.choices import Role
from rxcrm.models.errors import CrmError
from rxcrm.models.fields import FieldSpec, Kind
from rxcrm.models.filters.operators import OWNERS, USERS
from rxcrm.models.filters.values import place_of, relations_of
from rxcrm.models.people import Organisation, Team, User
from rxcrm.models.privileges import roles
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.searching import fold
from rxcrm.models.tables import RECORDS, REFERENCES, pointed_table
from rxcrm.models.tagging.vocabulary import vocabulary
from rxcrm.translation import N_

_SHIPPED = "shipped:"


class LeftOut(CrmError):
    """An item that would mean something else without what is missing here: it is left out and told."""

    message = N_("This was left out.")


NOBODY_LEFT = N_("This was left out: it speaks only of people, teams or records that are not here (%(names)s).")
UNKNOWN = N_("Left out, because it is not here: %(name)s.")


def installation(organisation: Organisation) -> str:
    """Tells one installation from another; says nothing about it."""
    return hashlib.sha256(organisation.created_on.isoformat().encode()).hexdigest()[:16]


class Directory:
    """Users, teams and roles of an installation, by what a file calls them and by number."""

    def __init__(self, act: Act, same: bool = True) -> None:
        self.act, self.same = act, same
        #: Says something about the item that is being applied.
        self.warn: Callable[..., None] = lambda message, **values: None
        #: (option list, number in the file) → number here, where they differ.
        self.options: dict[tuple[str, str], str] = {}

    def forget(self) -> None:
        """Look again when somebody asks next."""
        for name in ("_users", "_teams"):
            self.__dict__.pop(name, None)

    @cached_property
    def _users(self) -> dict[int, str]:
        return {number or 0: email for number, email in self.act.session.exec(select(User.id, User.email))}

    @cached_property
    def _teams(self) -> dict[int, str]:
        return {number or 0: name for number, name in self.act.session.exec(select(Team.id, Team.name))}

    # -- out ---------------------------------------------------------------------------------------------------------

    def owner_out(self, target: str) -> str:
        """ "user:3" as "user:sara@contoso.com", "team:5" as "team:Fair"; empty for who is gone."""
        kind, _, number = target.rpartition(":")
        known = self._teams if kind == "team" else self._users
        name = known.get(int(number)) if number.isdecimal() else None
        return f"{kind or 'user'}:{name}" if name else ""

    def email(self, user_id: int) -> str:
        """The address of a user."""
        return self._users.get(user_id, "")

    def role_out(self, key: str) -> str:
        """What a file calls a role; empty for one that is gone."""
        spec = roles().get(key)
        if spec is None:
            return ""
        return spec.label if spec.custom else f"{_SHIPPED}{key}"

    def roles_out(self, keys: Iterable[str]) -> list[str]:
        return sorted(name for key in keys if (name := self.role_out(key)))

    def condition_out(self, entity: str, data: Mapping[str, Any] | None) -> Any:
        """A condition with people and teams by name."""
        return _walk(entity, data, self._value_out) if data else data

    def _value_out(self, spec: FieldSpec, values: list[str]) -> list[str]:
        if spec.kind is Kind.TAGS:
            return [vocabulary().name(int(value)) or value if value.isdecimal() else value for value in values]
        if spec.target in REFERENCES:
            named = {str(row.id): row.name for row in self._rows(spec.target)}
            return [named.get(value, value) for value in values]
        if spec.kind is not Kind.LOOKUP:
            return values
        return [self._named(spec, value) for value in values]

    def _named(self, spec: FieldSpec, value: str) -> str:
        kind, _, _number = value.rpartition(":")
        if (kind or spec.target) not in ("team", "user", OWNERS, USERS):
            return value
        name = self.owner_out(value)
        # A value keeps its form: "3" becomes an address, "user:3" one with the same word before it.
        return (name if kind else name.removeprefix("user:")) or value

    # -- in ----------------------------------------------------------------------------------------------------------

    def owner(self, name: str) -> str:
        """ "user:3" or "team:5" for what a file says; empty, with a warning, for who is not here."""
        kind, _, called = name.partition(":")
        if kind == "team":
            number = next((i for i, known in self._teams.items() if fold(known) == fold(called)), None)
        else:
            number = self.user(called) if kind == "user" else None
        if number is None:
            self.warn(UNKNOWN, name=name[:200])
        return "" if number is None else f"{kind}:{number}"

    def user(self, email: str) -> int | None:
        """The number of the user with an address, however it is spelled."""
        wanted = email.strip().lower()
        return next((i for i, known in self._users.items() if known.lower() == wanted), None)

    def role(self, name: str) -> str:
        """The key of a role; empty, with a warning, for one that is not here."""
        key = name.removeprefix(_SHIPPED)
        if name.startswith(_SHIPPED):
            if key in set(Role):
                return key
        elif found := next(
            (spec.key for spec in roles().values() if spec.custom and fold(spec.label) == fold(name)), ""
        ):
            return found
        self.warn(UNKNOWN, name=name[:200])
        return ""

    def roles(self, names: Iterable[str]) -> list[str]:
        """Keys of roles. Raises LeftOut where there were some and none of them is here: no roles would mean everybody."""
        wanted = list(names)
        found = [key for name in wanted if (key := self.role(name))]
        if wanted and not found:
            raise LeftOut(NOBODY_LEFT, names=", ".join(wanted)[:300])
        return sorted(set(found))

    def condition(self, entity: str, data: Mapping[str, Any] | None) -> Any:
        """A condition with numbers of here. Raises LeftOut for one that speaks of nobody and nothing that is here."""
        return _walk(entity, data, self._value_in) if data else data

    def _value_in(self, spec: FieldSpec, values: list[str]) -> list[str]:
        if spec.kind is Kind.TAGS or spec.target in REFERENCES:
            return self._called(spec, values)
        if spec.kind is Kind.CHOICE and spec.options:
            return [self.options.get((spec.options.key, value), value) for value in values]
        if spec.kind is not Kind.LOOKUP or not values:
            return values
        found = [here for value in values if (here := self._numbered(spec, value))]
        if not found:
            raise LeftOut(NOBODY_LEFT, names=", ".join(values)[:300])
        return found

    def _called(self, spec: FieldSpec, values: list[str]) -> list[str]:
        """The numbers of tags, campaigns or territories with these names. Raises LeftOut if none of them is here."""
        if spec.kind is Kind.TAGS:
            here = {fold(tag.name): str(tag.id) for tag in vocabulary().tags}
        else:
            here = {fold(row.name): str(row.id) for row in self._rows(spec.target)}
        for name in values:
            if fold(name) not in here:
                self.warn(UNKNOWN, name=name[:200])
        found = [here[fold(name)] for name in values if fold(name) in here]
        if values and not found:
            raise LeftOut(NOBODY_LEFT, names=", ".join(values)[:300])
        return found

    def _rows(self, entity: str) -> list[Any]:
        table: Any = REFERENCES[entity]
        return list(self.act.session.scalars(select(table).where(table.deleted_on.is_(None)).order_by(table.id)))

    def _numbered(self, spec: FieldSpec, value: str) -> str:
        kind, _, called = value.rpartition(":")
        if kind in ("user", "team") or value.startswith(("user:", "team:")):
            return self.owner(value)
        if "@" in value and spec.target in (OWNERS, USERS):
            return self.owner(f"user:{value}").removeprefix("user:")
        if self._is_here(kind or spec.target, called):
            return value
        self.warn(UNKNOWN, name=f"{kind or spec.target} {called}"[:200])
        return ""

    def _is_here(self, entity: str, number: str) -> bool:
        if not self.same or not (number.isascii() and number.isdecimal()) or int(number[:30]) >= LARGEST_ID:
            return False
        table: Any = {**RECORDS, USERS: User, OWNERS: User}.get(entity)
        if table is None:
            return False
        return self.act.session.scalar(select(col(table.id)).where(col(table.id) == int(number))) is not None


def _walk(entity: str, data: Any, change: Callable[[FieldSpec, list[str]], list[str]]) -> Any:
    """The same condition with the values of its tests changed; tests over fields that are gone stay as they are."""
    if not isinstance(data, Mapping):
        return data
    if "field" in data:
        place = place_of(pointed_table(entity), str(data["field"]))
        if place is None or not data.get("values"):
            return dict(data)
        return {**data, "values": change(place.spec, list(data["values"]))}
    if "related" in data:
        relation = relations_of(entity).get(data["related"])
        return {**data, "where": _walk(relation.entity, data.get("where"), change)} if relation else dict(data)
    return {name: [_walk(entity, part, change) for part in parts] for name, parts in data.items()}
