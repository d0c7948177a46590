"""Where contacts are fetched from, and what was fetched there already."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Index, Integer, String, Text
from sqlmodel import Field, SQLModel

from rxcrm.models.base import identity
from rxcrm.models.db import BigInt, Json, Moment

#: Characters of what a server calls a folder or a contact; a longer name is refused.
ID_LENGTH = 700


class ExchangeApp(SQLModel, table=True):
    """The one registration of this installation with Microsoft Entra: its tenant, its client id, and a secret if any.

    The secret is sealed (`secrets.seal`); with it mailboxes can be read that nobody signs in to.
    """

    __tablename__ = "exchange_app"
    id: int | None = identity()
    tenant: str = Field(sa_type=String(120))
    client_id: str = Field(sa_type=String(60))
    secret: str = Field(default="", sa_type=Text)
    modified_on: datetime = Field(sa_type=Moment)


class ContactSource(SQLModel, table=True):
    """A mailbox ("graph") or a CardDAV server ("carddav") of one user; only he uses it.

    `address` is the server's, or the mailbox that the application reads by itself. `account` is who signs in there.
    `secret` is sealed. `state` is what its page shows while something is going on: the code of a sign-in, the counts
    of a fetch. `problem` says why the last attempt failed. `run_id` is the import that the last fetch began: what it
    brought counts as known only once that was carried out.
    """

    __tablename__ = "contact_source"
    __table_args__ = (Index("ix_contact_source_owner", "owner_id"),)
    id: int | None = identity()
    kind: str = Field(sa_type=String(20))
    name: str = Field(sa_type=String(100))
    owner_id: int = Field(foreign_key="user.id", sa_type=BigInt)
    address: str = Field(default="", sa_type=String(500))
    account: str = Field(default="", sa_type=String(254))
    entity: str = Field(default="contact", sa_type=String(40))
    secret: str = Field(default="", sa_type=Text)
    state: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    problem: str = Field(default="", sa_type=Text)
    job_id: int | None = Field(default=None, sa_type=BigInt)
    run_id: int | None = Field(default=None, sa_type=BigInt)
    fetched_on: datetime | None = Field(default=None, sa_type=Moment)
    created_on: datetime = Field(sa_type=Moment)


class ContactFolder(SQLModel, table=True):
    """A folder of a mailbox or an address book. `token` is where the next fetch goes on (delta link, sync-token).

    `fresh` is the token of the last fetch: it takes the place of `token` once what that brought was imported.
    """

    __tablename__ = "contact_folder"
    __table_args__ = (Index("ix_contact_folder_source", "source_id"),)
    id: int | None = identity()
    source_id: int = Field(foreign_key="contact_source.id", sa_type=BigInt)
    folder: str = Field(sa_type=String(ID_LENGTH))
    name: str = Field(default="", sa_type=String(255))
    contacts: int = Field(default=0, sa_type=Integer)
    chosen: bool = Field(default=False, sa_type=Boolean)
    token: str = Field(default="", sa_type=Text)
    fresh: str = Field(default="", sa_type=Text)


class ContactItem(SQLModel, table=True):
    """A contact of a folder that was fetched: its version there as imported (`etag`) and as fetched last (`fresh`).

    An empty version means: not there. `name` is what it is called when it is gone.
    """

    __tablename__ = "contact_item"
    folder_id: int = Field(foreign_key="contact_folder.id", primary_key=True, sa_type=BigInt)
    item: str = Field(primary_key=True, sa_type=String(ID_LENGTH))
    etag: str = Field(default="", sa_type=String(200))
    fresh: str = Field(default="", sa_type=String(200))
    name: str = Field(default="", sa_type=String(160))
