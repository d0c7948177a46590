"""The table of API keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, String
from sqlmodel import Field, SQLModel

from rxcrm.models.base import identity
from rxcrm.models.db import BigInt, Moment


class ApiKey(SQLModel, table=True):
    """A key with which a program acts as a user. Only its SHA-256 is stored; `begins` tells people which one it is."""

    __tablename__ = "api_key"
    id: int | None = identity()
    name: str = Field(sa_type=String(100))
    user_id: int = Field(foreign_key="user.id", index=True, sa_type=BigInt)
    key_hash: str = Field(sa_type=String(64), unique=True)
    begins: str = Field(sa_type=String(12))
    read_only: bool = Field(default=False, sa_type=Boolean)
    created_on: datetime = Field(sa_type=Moment)
    created_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    expires_on: datetime | None = Field(default=None, sa_type=Moment)
    used_on: datetime | None = Field(default=None, sa_type=Moment)  # to the hour
