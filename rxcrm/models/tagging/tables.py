"""The tables of tags, and how they become part of the configuration."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, text
from sqlmodel import Field, Session, SQLModel, select

from rxcrm.models import configuration
from rxcrm.models.base import identity, key
from rxcrm.models.db import BigInt, Moment
from rxcrm.models.people import Organisation
from rxcrm.models.tagging.vocabulary import Known, Vocabulary

#: Names are given once among the tags that can be chosen.
_CHOSEN = text("deleted_on IS NULL AND merged_into_id IS NULL")


class Tag(SQLModel, table=True):
    """A tag. Its row stays when it is deleted or merged, so that both can be taken back and history keeps its name."""

    __table_args__ = (
        Index("ix_tag_name_key", "name_key", unique=True, sqlite_where=_CHOSEN, postgresql_where=_CHOSEN),
    )
    id: int | None = identity()
    name: str = Field(sa_type=String(50))
    name_key: str = key()
    colour: str = Field(default="", sa_type=String(20))
    merged_into_id: int | None = Field(default=None, sa_type=BigInt)
    deleted_on: datetime | None = Field(default=None, sa_type=Moment)
    created_on: datetime = Field(sa_type=Moment)
    created_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)


class Tagged(SQLModel, table=True):
    """Which records hold a number: an index over the column `tags`, kept by triggers of the database (0023_tags).

    Whatever writes a record, it is right; nothing else writes it. Filters find records here, and tags are counted here.
    """

    __table_args__: Any = {"sqlite_with_rowid": False}
    entity: str = Field(primary_key=True, sa_type=String(40))
    tag_id: int = Field(primary_key=True, sa_type=BigInt)
    record_id: int = Field(primary_key=True, sa_type=BigInt)


@configuration.reads("tags")
def _tags(session: Session) -> Vocabulary:
    rows = {row.id or 0: row for row in session.exec(select(Tag))}
    organisation = session.exec(select(Organisation)).first()
    known = tuple(Known(i, row.name, row.colour, _meaning(rows, i)) for i, row in rows.items())
    return Vocabulary(known, closed=bool(organisation and organisation.tags_by_administrators))


def _meaning(rows: dict[int, Tag], tag_id: int) -> int:
    """The tag at the end of a chain of merges; 0 if that one is deleted, or if the chain is a circle."""
    passed: set[int] = set()
    while (row := rows.get(tag_id)) is not None and tag_id not in passed:
        passed.add(tag_id)
        if row.merged_into_id is None:
            return 0 if row.deleted_on else tag_id
        tag_id = row.merged_into_id
    return 0
