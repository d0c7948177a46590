"""Which records are sample data."""

from __future__ import annotations

from sqlalchemy import Integer, String
from sqlmodel import Field, SQLModel

from rxcrm.models.db import BigInt

#: Names that stand for what is no record: the staff of the sample story, and their units.
USER, UNIT = "user", "unit"


class SampleRecord(SQLModel, table=True):
    """A record that came with the sample data, and its version when all of it was in; 0 until then.

    `history` is the newest entry of all histories at that time: later ones tell what people did since.
    """

    __tablename__ = "sample_record"
    entity: str = Field(primary_key=True, sa_type=String(40))
    record_id: int = Field(primary_key=True, sa_type=BigInt)
    version: int = Field(default=0, sa_type=Integer)
    history: int = Field(default=0, sa_type=BigInt)
