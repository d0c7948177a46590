"""What somebody may do with secured fields: the union of his profiles, from the snapshot of the configuration (S 9.3)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from rxcrm.models import configuration
from rxcrm.models.column_security.tables import CREATE, PART, READ, UPDATE, Profile
from rxcrm.translation import N_

NOT_READ = N_("%(label)s is secured: no column security profile lets you see it.")
NOT_UPDATED = N_("%(label)s is secured: no column security profile lets you change it.")
NOT_CREATED = N_("%(label)s is secured: no column security profile lets you fill it in on new records.")


@dataclass(frozen=True)
class Columns:
    """The secured fields that somebody may read, change, and fill in on new records: keys as "lead.budget_amount".

    Nobody changes what he may not read: he would find out what it holds by trying.
    """

    reads: frozenset[str] = frozenset()
    updates: frozenset[str] = frozenset()
    creates: frozenset[str] = frozenset()


#: Of somebody without profiles, and of everybody while nothing is secured.
NONE = Columns()


def columns_of(user_id: int, team_ids: Collection[int], *, administrator: bool) -> Columns:
    """The rights of a user, who is in these teams. Administrators may everything."""
    part: dict[str, Any] = configuration.current().part(PART)
    if not part:
        return NONE
    if administrator:
        return Columns(part["keys"], part["keys"], part["keys"])
    mine = profiles_of(user_id, team_ids)
    if not mine:
        return NONE
    reads, updates, creates = (
        frozenset[str]().union(*(profile.grants[grant] for profile in mine)) for grant in (READ, UPDATE, CREATE)
    )
    return Columns(reads, updates & reads, creates)


def profiles_of(user_id: int, team_ids: Collection[int]) -> list[Profile]:
    """The profiles that hold for a user, by himself or by a team."""
    teams = frozenset(team_ids)
    return [profile for profile in profiles() if user_id in profile.users or profile.teams & teams]


def profiles() -> tuple[Profile, ...]:
    """All profiles, by name; none while no field is secured."""
    found: tuple[Profile, ...] = configuration.current().part(PART).get("profiles", ())
    return found
