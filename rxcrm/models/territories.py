"""Territories: who answers for one, and who works in it (S 3.10 R3.33, 8.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import select, update

from rxcrm.models import configuration, references, teams
from rxcrm.models.administration import require_administrator
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed
from rxcrm.models.people import User
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.territory import Territory
from rxcrm.translation import N_

#: What the form of a territory holds besides its fields.
PEOPLE = ("manager_id", "members")


@dataclass
class TerritoryView:
    """A territory as the settings list it: `members` and the manager by name, `accounts` counted; why it stays, if it must."""

    id: int
    version: int
    name: str
    description: str
    active: bool
    manager: str
    members: list[str] = field(default_factory=list)


def listed(act: Act) -> list[TerritoryView]:
    """Every territory, for administrators."""
    rows = references.listed(act, Territory)
    names, at_work = _names(act, [row.manager_id for row in rows]), _members(act)
    return [
        TerritoryView(
            id=row.id or 0,
            version=row.version,
            name=row.name,
            description=row.description,
            active=row.active,
            manager=names.get(row.manager_id or 0, ""),
            members=[user.name for user in at_work.get(row.id or 0, [])],
        )
        for row in rows
    ]


def form_of(act: Act, row: Territory) -> tuple[dict[str, str], dict[str, str]]:
    """What the form of a territory starts with, and the names of the people in it by "user:3"."""
    members = _members(act).get(row.id or 0, [])
    values = {
        "name": row.name,
        "description": row.description,
        "manager_id": str(row.manager_id or ""),
        "members": " ".join(str(user.id) for user in members),
    }
    named = _names(act, [row.manager_id]) | {user.id or 0: user.name for user in members}
    return values, {f"user:{i}": name for i, name in named.items()}


def add(act: Act, typed: Mapping[str, str]) -> Territory:
    """A new territory with its people. Raises Invalid with every problem."""
    people = _people(act, typed)
    row = references.add(act, Territory, {n: t for n, t in typed.items() if n not in PEOPLE})
    _settle(act, row, people)
    return row


def change(act: Act, territory_id: int, version: int, typed: Mapping[str, str]) -> Territory:
    """Change what was typed; who is named as a member works here from now on, and nowhere else. Raises Invalid, Stale."""
    row = references.one(act, Territory, territory_id)
    people = _people(act, typed, row)
    references.change(act, row, version, {n: t for n, t in typed.items() if n not in PEOPLE})
    _settle(act, row, people)
    return row


def why_it_stays(act: Act, row: Territory) -> NotAllowed | None:
    """Why a territory cannot be deleted, or None."""
    if refusal := references.why_it_stays(act, row):
        return refusal
    if rules := teams.rules_naming(act, f"territory:{row.id}"):
        return NotAllowed(N_("%(name)s is named by %(rules)s. Change that first."), name=row.name, rules=rules)
    return None


def delete(act: Act, row: Territory) -> str:
    """Remove a territory that nothing and nobody refers to; its name. Raises NotAllowed with what does."""
    require_administrator(act)
    configuration.lock(act)
    if refusal := why_it_stays(act, row):
        raise refusal
    return references.delete(act, row)


def choices(act: Act, kept: int | None = None) -> list[list[str]]:
    """The territories that a user can work in: the active ones by name, and the one that he is in."""
    row = cast(Any, Territory)
    wanted = select(row.id, row.name, row.status).where(row.deleted_on.is_(None)).order_by(row.name_key)
    return [[str(i), name] for i, name, status in act.session.execute(wanted) if status == 0 or i == kept]


def members_of(act: Act, territory_ids: Iterable[int]) -> dict[int, list[int]]:
    """Territory → the ids of the working users in it, in the order of their ids."""
    user = cast(Any, User)
    wanted = select(user.territory_id, user.id).where(
        user.territory_id.in_(sorted(territory_ids)), user.disabled.is_(False)
    )
    found: dict[int, list[int]] = {}
    for territory_id, user_id in act.session.execute(wanted.order_by(user.id)):
        found.setdefault(territory_id, []).append(user_id)
    return found


def _people(act: Act, typed: Mapping[str, str], row: Territory | None = None) -> dict[str, list[int]]:
    """The ids that were typed for manager and members. Raises Invalid for somebody who does not work here."""
    require_administrator(act)
    problems: dict[str, CrmError] = {}
    found: dict[str, list[int]] = {}
    known = {row.manager_id} | {user.id for user in _members(act).get(row.id or 0, [])} if row else set()
    for name in PEOPLE:
        if name not in typed:
            continue
        ids = [
            int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else -1 for text in typed[name].split()
        ]
        users = {i: act.session.get(User, i) for i in ids if 0 < i < LARGEST_ID}
        if any((user := users.get(i)) is None or (user.disabled and i not in known) for i in ids):
            problems[name] = BadValue(N_("Choose one of the list."))
        found[name] = list(dict.fromkeys(ids))
    if len(found.get("manager_id", [])) > 1:
        problems["manager_id"] = BadValue(N_("Choose one person."))
    if problems:
        raise Invalid(problems)
    return found


def _settle(act: Act, row: Territory, people: Mapping[str, list[int]]) -> None:
    if "manager_id" in people:
        row.manager_id = next(iter(people["manager_id"]), None)
        act.session.flush()
    if "members" in people:
        user = cast(Any, User)
        wanted = people["members"]
        apart = {"synchronize_session": "fetch"}
        away = update(User).where(user.territory_id == row.id, user.id.not_in(wanted)).values(territory_id=None)
        act.session.execute(away, execution_options=apart)
        act.session.execute(
            update(User).where(user.id.in_(wanted)).values(territory_id=row.id), execution_options=apart
        )
        # Rules may name the territory: everybody who asks them reads its people anew.
        configuration.changed(act)


def _names(act: Act, ids: Iterable[int | None]) -> dict[int, str]:
    user = cast(Any, User)
    wanted = sorted({i for i in ids if i})
    return {one.id or 0: one.name for one in act.session.scalars(select(User).where(user.id.in_(wanted)))}


def _members(act: Act) -> dict[int, list[User]]:
    """Territory → its users by name, disabled ones included."""
    user = cast(Any, User)
    found: dict[int, list[User]] = {}
    for one in act.session.scalars(select(User).where(user.territory_id.is_not(None)).order_by(user.name_key)):
        found.setdefault(one.territory_id or 0, []).append(one)
    return found
