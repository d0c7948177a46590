"""What every record has: identity, version, owner, times, soft deletion, custom values."""

from datetime import datetime
from typing import Any, ClassVar, Protocol

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import object_session
from sqlmodel import Field, SQLModel

from rxcrm.models import fields
from rxcrm.models.choices import ContactMethod
from rxcrm.models.custom import CustomValues, RecordMeta
from rxcrm.models.db import BigInt, Json, MaybeJson, Moment
from rxcrm.translation import N_

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING

#: The words of a "Do not allow …" flag: no and yes.
ALLOW = (N_("Allow"), N_("Do Not Allow"))

KEY = String(160).with_variant(String(160, collation="C"), "postgresql")

#: Rows in the recycle bin are left out of every list and its indexes (S 13.6).
LIVE = text("deleted_on IS NULL")
GONE = text("deleted_on IS NOT NULL")


def identity() -> Any:
    """The primary key: a number that is never given twice."""
    return Field(default=None, primary_key=True, sa_type=BigInt)


def key() -> Any:
    """A folded sort key, compared by code point on every database so that all give the same order (S 13.13)."""
    return Field(default="", sa_type=KEY)


class Owned(Protocol):
    """What access control reads off a record."""

    id: int | None
    owner_user_id: int | None
    owner_team_id: int | None
    unit_id: int | None


class Record(CustomValues, SQLModel, metaclass=RecordMeta):
    """A row that people own: leads, accounts, contacts.

    `version` counts saves; a save names the version it was based on. `owner_key` is the folded name of the owner,
    `search_text` what substring search looks through, and `folded` the plain spelling of texts that are not ASCII, by field:
    all are kept by `refresh_keys`.
    """

    entity: ClassVar[str]
    title: ClassVar[str]
    title_many: ClassVar[str]
    #: The address of the table's list; a record's is its id below it.
    path: ClassVar[str]

    id: int | None = identity()
    version: int = Field(default=1)
    owner_user_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    owner_team_id: int | None = Field(default=None, foreign_key="team.id", sa_type=BigInt)
    unit_id: int | None = Field(default=None, foreign_key="business_unit.id", sa_type=BigInt)
    owner_key: str = key()
    created_on: datetime = fields.moment(N_("Created On"), "createdon")
    created_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    modified_on: datetime = fields.moment(N_("Modified On"), "modifiedon")
    modified_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    recorded_on: datetime | None = fields.moment(N_("Record Created On"), "overriddencreatedon", nullable=True)
    deleted_on: datetime | None = Field(default=None, sa_type=Moment)
    deleted_by_id: int | None = Field(default=None, foreign_key="user.id", sa_type=BigInt)
    import_id: int | None = Field(default=None, sa_type=BigInt)
    search_text: str = Field(default="", sa_type=Text)
    custom: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    folded: dict[str, str] | None = Field(default=None, sa_type=MaybeJson)

    def refresh_keys(self) -> None:
        """Recompute the folded keys from the values; called before every write (S 13.13)."""
        raise NotImplementedError

    @property
    def display_name(self) -> str:
        """What the record is called in titles, look-ups and sentences."""
        raise NotImplementedError

    @property
    def sales_territory(self) -> int | None:
        """The territory in which the user works who owns the record (S 8.3); none for what a team owns."""
        from rxcrm.models.people import User  # needs this module first

        session = object_session(self)
        owner = session.get(User, self.owner_user_id) if session and self.owner_user_id else None
        return owner.territory_id if owner else None


class Preferences(SQLModel):
    """How a person or company wants to be addressed (S 1.1). Stored negative as Dynamics does, shown positive."""

    preferred_contact_method: int | None = fields.choice(
        N_("Preferred Method of Contact"), ContactMethod, "preferredcontactmethodcode", ContactMethod.ANY
    )
    do_not_email: bool = fields.yesno(N_("Do not allow Emails"), *ALLOW, "donotemail")
    do_not_bulk_email: bool = fields.yesno(N_("Do not allow Bulk Emails"), *ALLOW, "donotbulkemail")
    do_not_phone: bool = fields.yesno(N_("Do not allow Phone Calls"), *ALLOW, "donotphone")
    do_not_fax: bool = fields.yesno(N_("Do not allow Faxes"), *ALLOW, "donotfax")
    do_not_mail: bool = fields.yesno(N_("Do not allow Mails"), *ALLOW, "donotpostalmail")
    follow_email: bool = fields.yesno(
        N_("Follow Email Activity"), N_("Do Not Allow"), N_("Allow"), "followemail", default=True
    )


class Person(SQLModel):
    """A record that is called by a person's name."""

    @property
    def full_name(self) -> str:
        """First and last name; at most 160 characters (S 1.1, 1.3)."""
        first, last = getattr(self, "first_name", ""), getattr(self, "last_name", "")
        return f"{first} {last}".strip()[:160]

    @property
    def display_name(self) -> str:
        return self.full_name


class Taggable(SQLModel):
    """A record on which people hang tags (rxcrm.models.tagging)."""

    tags: str = fields.tags(N_("Tags"))


class Address(SQLModel):
    """The first address of a lead, account or contact (S 1.1)."""

    street1: str = fields.text(N_("Street 1"), 250, "address1_line1")
    street2: str = fields.text(N_("Street 2"), 250, "address1_line2")
    street3: str = fields.text(N_("Street 3"), 250, "address1_line3")
    city: str = fields.text(N_("City"), 80, "address1_city")
    state: str = fields.text(N_("State/Province"), 50, "address1_stateorprovince")
    postal_code: str = fields.text(N_("ZIP/Postal Code"), 20, "address1_postalcode")
    country: str = fields.text(N_("Country/Region"), 80, "address1_country")


def sorted_by(entity: str, *keys: str, within: tuple[str, ...] = ()) -> list[Index]:
    """One index per sort key for lists that show the rows of `within` in that order, deleted ones left out."""
    return [
        Index("_".join(["ix", entity, *within, key]), *within, key, "id", sqlite_where=LIVE, postgresql_where=LIVE)
        for key in keys
    ]
