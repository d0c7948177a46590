"""Templates of e-mails, and how far a mailbox has been fetched."""

from datetime import datetime

from sqlalchemy import Boolean, String, Text
from sqlmodel import Field, SQLModel

from rxcrm.models.base import identity, key
from rxcrm.models.db import BigInt, Moment


class MailTemplate(SQLModel, table=True):
    """A subject and an HTML body with merge fields such as `{{lead.first_name}}`; for records of `entity`."""

    __tablename__ = "mail_template"
    id: int | None = identity()
    name: str = Field(sa_type=String(100))
    name_key: str = key()
    entity: str = Field(default="lead", sa_type=String(40))
    subject: str = Field(default="", sa_type=String(200))
    body: str = Field(default="", sa_type=Text)
    active: bool = Field(default=True, sa_type=Boolean)
    created_on: datetime = Field(sa_type=Moment)
    created_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    modified_on: datetime = Field(sa_type=Moment)


class MailboxState(SQLModel, table=True):
    """The last message fetched from a folder of a mailbox: IMAP's UID, valid for one UIDVALIDITY."""

    __tablename__ = "mailbox_state"
    address: str = Field(primary_key=True, sa_type=String(254))
    folder: str = Field(primary_key=True, sa_type=String(120))
    validity: int = Field(default=0, sa_type=BigInt)
    last_uid: int = Field(default=0, sa_type=BigInt)
    fetched_on: datetime | None = Field(default=None, sa_type=Moment)
