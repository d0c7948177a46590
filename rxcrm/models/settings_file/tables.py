"""Files of settings that are kept: one that somebody is looking through, and what was so before each import."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, Text
from sqlmodel import Field, SQLModel

from rxcrm.models.base import identity
from rxcrm.models.db import BigInt, Json, Moment


class FileKind(StrEnum):
    """What a kept file is: one that waits to be imported, or all settings as they were before an import."""

    TAKEN = "taken"
    BEFORE = "before"


class SettingsFile(SQLModel, table=True):
    """A file of settings. Of one from before an import `name` and `parts` are those of what was imported."""

    __tablename__ = "settings_file"
    id: int | None = identity()
    kind: str = Field(sa_type=String(10))
    name: str = Field(sa_type=String(200))
    content: str = Field(sa_type=Text)
    parts: list[str] = Field(default_factory=list, sa_type=Json)
    made_on: datetime = Field(sa_type=Moment)
    made_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
