"""The contact: a person whom one does business with (S 1.3)."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import Index

from rxcrm.models import choices as c
from rxcrm.models import fields as f
from rxcrm.models.base import LIVE, Address, Person, Preferences, Record, Taggable, key, sorted_by
from rxcrm.models.fields import Level
from rxcrm.models.found_by import text_of
from rxcrm.models.searching import phone_key, sort_key
from rxcrm.translation import N_


class Contact(Person, Record, Address, Preferences, Taggable, table=True):
    """A person. Only the last name is required."""

    __table_args__ = (
        *sorted_by(
            "contact", "name_key", "email_key", "phone_digits", "job_key", "owner_key", "created_on", within=("status",)
        ),
        Index(
            "ix_contact_owner", "owner_user_id", "status", "name_key", "id", sqlite_where=LIVE, postgresql_where=LIVE
        ),
        Index("ix_contact_email_key", "email_key"),
        Index("ix_contact_import", "import_id"),
    )
    entity: ClassVar[str] = "contact"
    title: ClassVar[str] = N_("Contact")
    title_many: ClassVar[str] = N_("Contacts")
    path: ClassVar[str] = "/contacts"

    salutation: str = f.text(N_("Salutation"), 100, "salutation")
    first_name: str = f.text(N_("First Name"), 50, "firstname", Level.RECOMMENDED)
    middle_name: str = f.text(N_("Middle Name"), 50, "middlename")
    last_name: str = f.text(N_("Last Name"), 50, "lastname", Level.REQUIRED)
    suffix: str = f.text(N_("Suffix"), 10, "suffix")
    job_title: str = f.text(N_("Job Title"), 100, "jobtitle")
    department: str = f.text(N_("Department"), 100, "department")
    account_id: int | None = f.lookup(N_("Company Name"), "account", "parentcustomerid")
    business_phone: str = f.phone(N_("Business Phone"), 50, "telephone1")
    home_phone: str = f.phone(N_("Home Phone"), 50, "telephone2")
    mobile_phone: str = f.phone(N_("Mobile Phone"), 50, "mobilephone")
    fax: str = f.phone(N_("Fax"), 50, "fax")
    pager: str = f.text(N_("Pager"), 50, "pager")
    email: str = f.email(N_("Email"), "emailaddress1")
    email2: str = f.email(N_("Email Address 2"), "emailaddress2")
    email3: str = f.email(N_("Email Address 3"), "emailaddress3")
    website: str = f.url(N_("Website"), "websiteurl")
    manager_name: str = f.text(N_("Manager"), 100, "managername")
    manager_phone: str = f.phone(N_("Manager Phone"), 50, "managerphone")
    assistant_name: str = f.text(N_("Assistant"), 100, "assistantname")
    assistant_phone: str = f.phone(N_("Assistant Phone"), 50, "assistantphone")
    role: int | None = f.choice(N_("Role"), c.ContactRole, "accountrolecode")
    gender: int | None = f.choice(N_("Gender"), c.Gender, "gendercode")
    marital_status: int | None = f.choice(N_("Marital Status"), c.MaritalStatus, "familystatuscode")
    birthday: date | None = f.day(N_("Birthday"), "birthdate")
    anniversary: date | None = f.day(N_("Anniversary"), "anniversary")
    spouse_name: str = f.text(N_("Spouse/Partner Name"), 100, "spousesname")
    credit_limit: Decimal | None = f.money(N_("Credit Limit"), 100_000_000_000_000, "creditlimit")
    credit_hold: bool = f.yesno(N_("Credit Hold"), N_("No"), N_("Yes"), "creditonhold")
    description: str = f.memo(N_("Description"), "description")
    currency: str = f.currency(N_("Currency"), "transactioncurrencyid")
    status: int = f.choice(N_("Status"), c.RecordStatus, "statecode", c.RecordStatus.ACTIVE, always=True, locked=True)
    status_reason: int = f.choice(
        N_("Status Reason"), c.RecordReason, "statuscode", c.RecordReason.ACTIVE, always=True, locked=True
    )
    originating_lead_id: int | None = f.lookup(N_("Originating Lead"), "lead", "originatingleadid")

    name_key: str = key()
    email_key: str = key()
    job_key: str = key()
    phone_digits: str = key()

    @property
    def phones(self) -> list[str]:
        return [self.business_phone, self.mobile_phone, self.home_phone]

    def refresh_keys(self) -> None:
        self.folded = f.plain_texts(self, "contact")
        self.name_key, self.email_key = sort_key(self.full_name), sort_key(self.email)
        self.job_key = sort_key(self.job_title)
        self.phone_digits = phone_key(self.phones)
        self.search_text = text_of(self, "contact")
