"""What a user is told inside the product, what he follows, and when he last looked at a record (S 3.11, R4.9)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlmodel import Field, SQLModel

from rxcrm.models.base import identity
from rxcrm.models.db import BigInt, Json, Moment


class Notification(SQLModel, table=True):
    """One line under the bell. `message` is a catalogue message, `values` what fills it; read when `read_on` is set."""

    __table_args__ = (
        Index("ix_notification_user", "user_id", "id"),
        Index("ix_notification_unread", "user_id", "read_on"),
    )
    id: int | None = identity()
    user_id: int = Field(foreign_key="user.id", sa_type=BigInt)
    at: datetime = Field(sa_type=Moment)
    kind: str = Field(sa_type=String(20))
    message: str = Field(sa_type=String(200))
    values: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    entity: str = Field(default="", sa_type=String(40))
    record_id: int | None = Field(default=None, sa_type=BigInt)
    activity_id: int | None = Field(default=None, sa_type=BigInt)
    read_on: datetime | None = Field(default=None, sa_type=Moment)


class Follow(SQLModel, table=True):
    """A user who wants to hear of every change of a record (S 3.11)."""

    __table_args__ = (Index("ix_follow_record", "entity", "record_id"),)
    user_id: int = Field(foreign_key="user.id", primary_key=True, sa_type=BigInt)
    entity: str = Field(primary_key=True, sa_type=String(40))
    record_id: int = Field(primary_key=True, sa_type=BigInt)
    since: datetime = Field(sa_type=Moment)


class Visit(SQLModel, table=True):
    """When a user last opened the timeline of a record, for "What you've missed" (S R4.9)."""

    user_id: int = Field(foreign_key="user.id", primary_key=True, sa_type=BigInt)
    entity: str = Field(primary_key=True, sa_type=String(40))
    record_id: int = Field(primary_key=True, sa_type=BigInt)
    at: datetime = Field(sa_type=Moment)
