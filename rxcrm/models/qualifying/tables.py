"""Where administrators changed what a qualification copies, and how that becomes part of the configuration (S 3.5.7)."""

from __future__ import annotations

from sqlalchemy import String
from sqlmodel import Field, Session, SQLModel, select

from rxcrm.models import configuration


class FieldMapping(SQLModel, table=True):
    """The field of the lead from which a field of a new record comes, where that is not as it was shipped.

    An empty `source` says that a shipped pair was removed. Targets without a row are as they were shipped, so that fields
    that a newer version brings along come with their pairs.
    """

    __tablename__ = "field_mapping"
    entity: str = Field(primary_key=True, sa_type=String(40))
    target: str = Field(primary_key=True, sa_type=String(60))
    source: str = Field(default="", sa_type=String(60))


@configuration.reads("mapping")
def _mapping(session: Session) -> dict[str, dict[str, str]]:
    """Table → target → source of every pair that somebody has changed."""
    found: dict[str, dict[str, str]] = {}
    for row in session.exec(select(FieldMapping)):
        found.setdefault(row.entity, {})[row.target] = row.source
    return found
