"""Where suggestions of addresses come from, as an administrator chose, and as part of the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Integer, String, Text
from sqlmodel import Field, Session, SQLModel, select

from rxcrm.models import configuration
from rxcrm.models.base import identity
from rxcrm.models.db import BigInt, Moment

#: Where Azure Maps is asked unless the settings name another place.
AZURE = "https://atlas.microsoft.com"


class SourceKind(StrEnum):
    """Nobody is asked, the records that the asker may read, or a server that speaks one of three languages."""

    OFF = "off"
    RECORDS = "records"
    PHOTON = "photon"
    NOMINATIM = "nominatim"
    AZURE = "azure"


#: Kinds that ask a server.
ASKED = (SourceKind.PHOTON, SourceKind.NOMINATIM, SourceKind.AZURE)


class AddressSource(SQLModel, table=True):
    """The one row of what was chosen. `key` is sealed (exchange.secrets) and only sent to the host of `url`."""

    __tablename__ = "address_source"
    id: int | None = identity()
    version: int = Field(default=0, sa_type=Integer)
    kind: str = Field(default=SourceKind.OFF.value, sa_type=String(20))
    url: str = Field(default="", sa_type=String(500))
    key: str = Field(default="", sa_type=Text)
    modified_on: datetime = Field(sa_type=Moment)
    modified_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)


@dataclass(frozen=True)
class Source:
    """What is asked. `key` is as stored, sealed."""

    kind: SourceKind = SourceKind.OFF
    url: str = ""
    key: str = ""

    @property
    def base(self) -> str:
        """The address of the server, without a slash at its end."""
        return (self.url or (AZURE if self.kind is SourceKind.AZURE else "")).rstrip("/")


@configuration.reads("addresses")
def _source(session: Session) -> Source:
    row = session.exec(select(AddressSource)).first()
    return Source(SourceKind(row.kind), row.url, row.key) if row else Source()


def source() -> Source:
    """What was chosen, as this unit of work knows it."""
    return configuration.current().part("addresses") or Source()
