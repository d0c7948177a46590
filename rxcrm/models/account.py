"""The account: a company that is, was or may become a customer (S 1.2)."""

from decimal import Decimal
from typing import ClassVar

from sqlalchemy import Index

from rxcrm.models import choices as c
from rxcrm.models import fields as f
from rxcrm.models.base import LIVE, Address, Preferences, Record, Taggable, key, sorted_by
from rxcrm.models.fields import Level
from rxcrm.models.found_by import text_of
from rxcrm.models.searching import phone_key, sort_key
from rxcrm.translation import N_


class Account(Record, Address, Preferences, Taggable, table=True):
    """A company. Only its name is required."""

    __table_args__ = (
        *sorted_by(
            "account",
            "name_key",
            "email_key",
            "phone_digits",
            "city_key",
            "owner_key",
            "created_on",
            within=("status",),
        ),
        Index(
            "ix_account_owner", "owner_user_id", "status", "name_key", "id", sqlite_where=LIVE, postgresql_where=LIVE
        ),
        Index("ix_account_email_key", "email_key"),
        Index("ix_account_host_key", "host_key"),
        Index("ix_account_import", "import_id"),
    )
    entity: ClassVar[str] = "account"
    title: ClassVar[str] = N_("Account")
    title_many: ClassVar[str] = N_("Accounts")
    path: ClassVar[str] = "/accounts"

    name: str = f.text(N_("Account Name"), 160, "name", Level.REQUIRED)
    account_number: str = f.text(N_("Account Number"), 20, "accountnumber")
    main_phone: str = f.phone(N_("Phone"), 50, "telephone1")
    other_phone: str = f.phone(N_("Other Phone"), 50, "telephone2")
    fax: str = f.phone(N_("Fax"), 50, "fax")
    website: str = f.url(N_("Website"), "websiteurl")
    email: str = f.email(N_("Email"), "emailaddress1")
    parent_account_id: int | None = f.lookup(N_("Parent Account"), "account", "parentaccountid")
    primary_contact_id: int | None = f.lookup(N_("Primary Contact"), "contact", "primarycontactid")
    ticker_symbol: str = f.text(N_("Ticker Symbol"), 10, "tickersymbol")
    relationship_type: int | None = f.choice(N_("Relationship Type"), c.RelationshipType, "customertypecode")
    category: int | None = f.choice(N_("Category"), c.AccountCategory, "accountcategorycode")
    industry: int | None = f.choice(N_("Industry"), c.Industry, "industrycode")
    ownership: int | None = f.choice(N_("Ownership"), c.Ownership, "ownershipcode")
    annual_revenue: Decimal | None = f.money(N_("Annual Revenue"), 100_000_000_000_000, "revenue")
    employees: int | None = f.whole(N_("Number of Employees"), 1_000_000_000, "numberofemployees")
    sic_code: str = f.text(N_("SIC Code"), 20, "sic")
    credit_limit: Decimal | None = f.money(N_("Credit Limit"), 100_000_000_000_000, "creditlimit")
    credit_hold: bool = f.yesno(N_("Credit Hold"), N_("No"), N_("Yes"), "creditonhold")
    payment_terms: int | None = f.choice(N_("Payment Terms"), c.PaymentTerms, "paymenttermscode")
    description: str = f.memo(N_("Description"), "description")
    currency: str = f.currency(N_("Currency"), "transactioncurrencyid")
    status: int = f.choice(N_("Status"), c.RecordStatus, "statecode", c.RecordStatus.ACTIVE, always=True, locked=True)
    status_reason: int = f.choice(
        N_("Status Reason"), c.RecordReason, "statuscode", c.RecordReason.ACTIVE, always=True, locked=True
    )
    territory_id: int | None = f.lookup(N_("Territory"), "territory", "territoryid")
    originating_lead_id: int | None = f.lookup(N_("Originating Lead"), "lead", "originatingleadid")

    name_key: str = key()
    email_key: str = key()
    city_key: str = key()
    host_key: str = key()
    phone_digits: str = key()

    @property
    def display_name(self) -> str:
        return self.name

    @property
    def phones(self) -> list[str]:
        return [self.main_phone, self.other_phone]

    def refresh_keys(self) -> None:
        self.folded = f.plain_texts(self, "account")
        self.name_key, self.email_key = sort_key(self.name), sort_key(self.email)
        self.city_key, self.host_key = sort_key(self.city), f.host_of(self.website)
        self.phone_digits = phone_key(self.phones)
        self.search_text = text_of(self, "account")
