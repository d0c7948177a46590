"""What the duplicate detection keeps: its rules, the keys of every record, and pairs that are none or may be (S 3.4)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Index, SmallInteger, String, Text
from sqlmodel import Field, SQLModel

from rxcrm.models.base import identity
from rxcrm.models.db import BigInt, Json, Moment


class DuplicateRule(SQLModel, table=True):
    """When two records may be one: all `criteria` must hold between a `base` and a `matching` record (S R3.12).

    `criteria` are plain dicts, see `rxcrm.models.matching.criteria.Criterion`. `score` says how sure a match is, in
    percent; one that is `certain` opens the dialog on saving and is chosen beforehand when a lead is qualified.
    """

    __tablename__ = "duplicate_rule"
    id: int | None = identity()
    version: int = Field(default=1)
    name: str = Field(sa_type=String(100))
    description: str = Field(default="", sa_type=Text)
    base: str = Field(sa_type=String(40))
    matching: str = Field(sa_type=String(40))
    criteria: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    score: int = Field(default=80, sa_type=SmallInteger)
    certain: bool = Field(default=False, sa_type=Boolean)
    exclude_inactive: bool = Field(default=False, sa_type=Boolean)
    active: bool = Field(default=True, sa_type=Boolean)
    position: int = Field(default=0, sa_type=SmallInteger)
    #: Names the rules that ship with the product; empty for others.
    shipped: str = Field(default="", sa_type=String(40))


class MatchKey(SQLModel, table=True):
    """One of the keys under which a record is found when something like it is looked for.

    `key` is a checksum of what the record has (its address, the sound of its name …) and of its table: a check reads
    the few records that share a key with what was typed, never a table. On SQLite the key is the table.
    """

    __tablename__ = "match_key"
    __table_args__ = ({"sqlite_with_rowid": False},)
    key: int = Field(primary_key=True, sa_type=BigInt)
    record_id: int = Field(primary_key=True, sa_type=BigInt)


class NotDuplicate(SQLModel, table=True):
    """Two records that somebody said are not one; the lower (table, id) of the two is the first."""

    __tablename__ = "not_duplicate"
    __table_args__ = (Index("ix_not_duplicate_other", "other_entity", "other_id"),)
    entity: str = Field(primary_key=True, sa_type=String(40))
    record_id: int = Field(primary_key=True, sa_type=BigInt)
    other_entity: str = Field(primary_key=True, sa_type=String(40))
    other_id: int = Field(primary_key=True, sa_type=BigInt)
    by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    at: datetime = Field(sa_type=Moment)


class DuplicatePair(SQLModel, table=True):
    """Two records of one table that a search through all of it found alike; `reasons` are messages (S R3.17)."""

    __tablename__ = "duplicate_pair"
    __table_args__ = (
        Index("ix_duplicate_pair_score", "entity", "score", "record_id", "other_id"),
        Index("ix_duplicate_pair_other", "entity", "other_id"),
    )
    entity: str = Field(primary_key=True, sa_type=String(40))
    record_id: int = Field(primary_key=True, sa_type=BigInt)
    other_id: int = Field(primary_key=True, sa_type=BigInt)
    score: int = Field(sa_type=SmallInteger)
    certain: bool = Field(default=False, sa_type=Boolean)
    reasons: list[str] = Field(default_factory=list, sa_type=Json)
    found_on: datetime = Field(sa_type=Moment)
