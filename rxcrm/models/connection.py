"""Who has to do with whom, and as what: connections, their roles, competitors (S 1.5, 5)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, Index, Integer, SmallInteger, String, Text
from sqlmodel import Field, SQLModel

from rxcrm.models.base import identity, key
from rxcrm.models.db import BigInt, Json, Moment


class ConnectionRole(SQLModel, table=True):
    """What one side of a connection is to the other. `entities` are the tables it is allowed for; none means all."""

    __tablename__ = "connection_role"
    id: int | None = identity()
    name: str = Field(sa_type=String(100))
    name_key: str = key()
    category: int = Field(sa_type=SmallInteger)
    description: str = Field(default="", sa_type=Text)
    entities: list[str] = Field(default_factory=list, sa_type=Json)
    active: bool = Field(default=True, sa_type=Boolean)
    #: Names the roles that ship with the product, for rules that ask for one ("stakeholder"); empty for others.
    shipped: str = Field(default="", sa_type=String(40))


class RoleMatch(SQLModel, table=True):
    """The role that the other side gets; of several the lowest rank is the default (S 1.5)."""

    __tablename__ = "role_match"
    role_id: int = Field(foreign_key="connection_role.id", primary_key=True, sa_type=BigInt)
    other_id: int = Field(foreign_key="connection_role.id", primary_key=True, sa_type=BigInt)
    rank: int = Field(default=0, sa_type=Integer)


class Connection(SQLModel, table=True):
    """A link seen from one of its two records; its twin is the same link seen from the other (S 1.5).

    `role_id` is what this record is ("Role (From)"), `other_role_id` what the other one is to it ("Role (To)").
    """

    __table_args__ = (
        Index("ix_connection_record", "entity", "record_id", "active", "other_key", "id"),
        Index("ix_connection_other", "other_entity", "other_id"),
        Index("ix_connection_twin_id", "twin_id"),
    )
    id: int | None = identity()
    version: int = Field(default=1)
    entity: str = Field(sa_type=String(40))
    record_id: int = Field(sa_type=BigInt)
    role_id: int | None = Field(default=None, foreign_key="connection_role.id", sa_type=BigInt)
    other_entity: str = Field(sa_type=String(40))
    other_id: int = Field(sa_type=BigInt)
    other_role_id: int | None = Field(default=None, foreign_key="connection_role.id", sa_type=BigInt)
    #: The folded name of the other side, by which connections are ordered.
    other_key: str = key()
    description: str = Field(default="", sa_type=Text)
    starts_on: date | None = Field(default=None, sa_type=Date)
    ends_on: date | None = Field(default=None, sa_type=Date)
    active: bool = Field(default=True, sa_type=Boolean)
    twin_id: int | None = Field(default=None, sa_type=BigInt)
    owner_user_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    created_on: datetime = Field(sa_type=Moment)
    created_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    modified_on: datetime = Field(sa_type=Moment)


# Every UPDATE says WHERE version = :read, as with records.
_mapper: Any = Connection.__mapper__  # type: ignore[attr-defined]
_mapper.version_id_col = Connection.__table__.c.version  # type: ignore[attr-defined]


class Competitor(SQLModel, table=True):
    """Somebody who wants to sell to the same lead (S R5.10)."""

    id: int | None = identity()
    name: str = Field(sa_type=String(100))
    name_key: str = key()
    website: str = Field(default="", sa_type=String(200))
    created_on: datetime = Field(sa_type=Moment)
    created_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)


class CompetitorLink(SQLModel, table=True):
    """A competitor on a lead (and, once there are any, on an opportunity)."""

    __tablename__ = "competitor_link"
    __table_args__ = (Index("ix_competitor_link_competitor_id", "competitor_id"),)
    entity: str = Field(primary_key=True, sa_type=String(40))
    record_id: int = Field(primary_key=True, sa_type=BigInt)
    competitor_id: int = Field(foreign_key="competitor.id", primary_key=True, sa_type=BigInt)
    added_on: datetime = Field(sa_type=Moment)
    added_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
