"""The tables of secured fields and profiles, and how they become part of the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, String
from sqlmodel import Field, Session, SQLModel, col, select

from rxcrm.models import configuration
from rxcrm.models.base import identity
from rxcrm.models.db import BigInt, Json

#: The part of the configuration that says what is secured and who may what.
PART = "secured"
#: What a profile grants on a field, as it is stored.
READ, UPDATE, CREATE = "read", "update", "create"
GRANTS = (READ, UPDATE, CREATE)


class SecuredField(SQLModel, table=True):
    """A field that is secured. It stays so while it is out of use or deleted: its values live on in history."""

    __tablename__ = "secured_field"
    entity: str = Field(primary_key=True, sa_type=String(40))
    name: str = Field(primary_key=True, sa_type=String(60))


class ColumnProfile(SQLModel, table=True):
    """A column security profile: what its members may do with secured fields, `{"lead.budget_amount": ["read"]}`."""

    __tablename__ = "column_profile"
    id: int | None = identity()
    name: str = Field(sa_type=String(100))
    name_key: str = Field(default="", sa_type=String(120))
    description: str = Field(default="", sa_type=String(300))
    grants: dict[str, list[str]] = Field(default_factory=dict, sa_type=Json)
    version: int = Field(default=1, sa_type=Integer)


class ColumnProfileMember(SQLModel, table=True):
    """A user, or a team with all its members, for whom a profile holds."""

    __tablename__ = "column_profile_member"
    id: int | None = identity()
    profile_id: int = Field(foreign_key="column_profile.id", index=True, sa_type=BigInt)
    user_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    team_id: int | None = Field(default=None, foreign_key="team.id", sa_type=BigInt)


@dataclass(frozen=True)
class Profile:
    """A profile as everybody's rights are reckoned from it: grant → fields, as "lead.budget_amount"."""

    id: int
    name: str
    grants: dict[str, frozenset[str]]
    users: frozenset[int]
    teams: frozenset[int]


@configuration.reads(PART)
def _secured(session: Session) -> dict[str, Any]:
    """`keys` of all secured fields and the `profiles`; nothing at all while no field is secured."""
    keys = frozenset(f"{row.entity}.{row.name}" for row in session.exec(select(SecuredField)))
    if not keys:
        return {}
    members = session.exec(select(ColumnProfileMember)).all()
    profiles = tuple(
        Profile(
            row.id or 0,
            row.name,
            {grant: keys & {key for key, held in row.grants.items() if grant in held} for grant in GRANTS},
            frozenset(m.user_id for m in members if m.profile_id == row.id and m.user_id),
            frozenset(m.team_id for m in members if m.profile_id == row.id and m.team_id),
        )
        for row in session.exec(select(ColumnProfile).order_by(col(ColumnProfile.name_key), col(ColumnProfile.id)))
    )
    return {"keys": keys, "profiles": profiles}
