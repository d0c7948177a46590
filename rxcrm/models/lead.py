"""The lead: someone who might buy; becomes account, contact and opportunity when qualified (S 1.1)."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import Index, SmallInteger
from sqlmodel import Field, SQLModel

from rxcrm.models import choices as c
from rxcrm.models import fields as f
from rxcrm.models.base import GONE, LIVE, Address, Person, Preferences, Record, Taggable, key, sorted_by
from rxcrm.models.db import BigInt, Moment
from rxcrm.models.fields import Level
from rxcrm.models.found_by import text_of
from rxcrm.models.searching import phone_key, sort_key
from rxcrm.translation import N_


class SecondAddress(SQLModel):
    """The lead's second address; kept for import, filters and views."""

    address2_name: str = f.text(N_("Address 2: Name"), 100, "address2_name")
    address2_street1: str = f.text(N_("Address 2: Street 1"), 250, "address2_line1")
    address2_street2: str = f.text(N_("Address 2: Street 2"), 250, "address2_line2")
    address2_street3: str = f.text(N_("Address 2: Street 3"), 250, "address2_line3")
    address2_city: str = f.text(N_("Address 2: City"), 80, "address2_city")
    address2_state: str = f.text(N_("Address 2: State/Province"), 50, "address2_stateorprovince")
    address2_postal_code: str = f.text(N_("Address 2: ZIP/Postal Code"), 20, "address2_postalcode")
    address2_country: str = f.text(N_("Address 2: Country/Region"), 80, "address2_country")
    address2_county: str = f.text(N_("Address 2: County"), 50, "address2_county")
    address2_post_office_box: str = f.text(N_("Address 2: Post Office Box"), 20, "address2_postofficebox")
    address2_phone1: str = f.phone(N_("Address 2: Telephone 1"), 50, "address2_telephone1")
    address2_phone2: str = f.phone(N_("Address 2: Telephone 2"), 50, "address2_telephone2")
    address2_phone3: str = f.phone(N_("Address 2: Telephone 3"), 50, "address2_telephone3")
    address2_fax: str = f.phone(N_("Address 2: Fax"), 50, "address2_fax")


class Lead(Person, Record, Address, SecondAddress, Preferences, Taggable, table=True):
    """Someone who might buy. Topic and Last Name are required; everything else may be unknown (S R3.1)."""

    __table_args__ = (
        *sorted_by(
            "lead",
            "name_key",
            "topic_key",
            "company_key",
            "status_reason",
            "rating_key",
            "source_key",
            "owner_key",
            "created_on",
            "score",
            "estimate_key",
            within=("status",),
        ),
        *sorted_by("lead", "name_key", "topic_key", "status_reason", "created_on", within=("owner_user_id", "status")),
        Index("ix_lead_team", "owner_team_id", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_lead_unit", "unit_id", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_lead_email_key", "email_key"),
        Index("ix_lead_deleted", "deleted_on", sqlite_where=GONE, postgresql_where=GONE),
        Index("ix_lead_import", "import_id"),
    )
    entity: ClassVar[str] = "lead"
    title: ClassVar[str] = N_("Lead")
    title_many: ClassVar[str] = N_("Leads")
    path: ClassVar[str] = "/leads"

    topic: str = f.text(N_("Topic"), 300, "subject", Level.REQUIRED)
    salutation: str = f.text(N_("Salutation"), 100, "salutation")
    first_name: str = f.text(N_("First Name"), 50, "firstname", Level.RECOMMENDED)
    middle_name: str = f.text(N_("Middle Name"), 50, "middlename")
    last_name: str = f.text(N_("Last Name"), 50, "lastname", Level.REQUIRED)
    job_title: str = f.text(N_("Job Title"), 100, "jobtitle")
    business_phone: str = f.phone(N_("Business Phone"), 50, "telephone1")
    home_phone: str = f.phone(N_("Home Phone"), 50, "telephone2")
    other_phone: str = f.phone(N_("Other Phone"), 50, "telephone3")
    mobile_phone: str = f.phone(N_("Mobile Phone"), 20, "mobilephone")
    fax: str = f.phone(N_("Fax"), 50, "fax")
    pager: str = f.text(N_("Pager"), 20, "pager")
    email: str = f.email(N_("Email"), "emailaddress1")
    email2: str = f.email(N_("Email Address 2"), "emailaddress2")
    email3: str = f.email(N_("Email Address 3"), "emailaddress3")
    company_name: str = f.text(N_("Company Name"), 100, "companyname", Level.RECOMMENDED)
    website: str = f.url(N_("Website"), "websiteurl")
    address_name: str = f.text(N_("Address 1: Name"), 100, "address1_name")
    county: str = f.text(N_("County"), 50, "address1_county")
    post_office_box: str = f.text(N_("Post Office Box"), 20, "address1_postofficebox")
    address_phone1: str = f.phone(N_("Address 1: Telephone 1"), 50, "address1_telephone1")
    address_phone2: str = f.phone(N_("Address 1: Telephone 2"), 50, "address1_telephone2")
    address_phone3: str = f.phone(N_("Address 1: Telephone 3"), 50, "address1_telephone3")
    address_fax: str = f.phone(N_("Address 1: Fax"), 50, "address1_fax")
    latitude: float | None = f.decimal(N_("Latitude"), 90, "address1_latitude")
    longitude: float | None = f.decimal(N_("Longitude"), 180, "address1_longitude")

    description: str = f.memo(N_("Description"), "description")
    industry: int | None = f.choice(N_("Industry"), c.Industry, "industrycode")
    annual_revenue: Decimal | None = f.money(N_("Annual Revenue"), 100_000_000_000_000, "revenue")
    employees: int | None = f.whole(N_("No. of Employees"), 1_000_000, "numberofemployees")
    sic_code: str = f.text(N_("SIC Code"), 20, "sic")
    currency: str = f.currency(N_("Currency"), "transactioncurrencyid")
    source_campaign_id: int | None = f.lookup(N_("Source Campaign"), "campaign", "campaignid")
    do_not_send_marketing: bool = f.yesno(N_("Marketing Material"), N_("Send"), N_("Do Not Send"), "donotsendmm")
    last_campaign_date: date | None = f.day(N_("Last Campaign Date"), "lastusedincampaign")

    lead_source: int | None = f.choice(N_("Lead Source"), c.LeadSource, "leadsourcecode")
    rating: int | None = f.choice(N_("Rating"), c.Rating, "leadqualitycode", c.Rating.WARM)
    status: int = f.choice(N_("Status"), c.LeadStatus, "statecode", c.LeadStatus.OPEN, always=True, locked=True)
    status_reason: int = f.choice(N_("Status Reason"), c.LeadReason, "statuscode", c.LeadReason.NEW, always=True)

    existing_account_id: int | None = f.lookup(N_("Existing Account?"), "account", "parentaccountid")
    existing_contact_id: int | None = f.lookup(N_("Existing Contact?"), "contact", "parentcontactid")
    purchase_timeframe: int | None = f.choice(N_("Purchase Timeframe"), c.PurchaseTimeframe, "purchasetimeframe")
    budget_amount: Decimal | None = f.money(N_("Estimated Budget"), 1_000_000_000_000, "budgetamount")
    purchase_process: int | None = f.choice(N_("Purchase Process"), c.PurchaseProcess, "purchaseprocess")
    decision_maker: bool = f.yesno(N_("Identify Decision Maker"), N_("mark complete"), N_("completed"), "decisionmaker")
    budget_status: int | None = f.choice(N_("Budget"), c.Budget, "budgetstatus")
    need: int | None = f.choice(N_("Need"), c.Need, "need")
    initial_communication: int | None = f.choice(
        N_("Initial Communication"), c.InitialCommunication, "initialcommunication"
    )
    estimated_amount: Decimal | None = f.money(N_("Est. Value"), 1_000_000_000_000, "estimatedamount")
    estimated_close_date: date | None = f.day(N_("Est. Close Date"), "estimatedclosedate")
    qualification_comments: str = f.memo(N_("Qualification Comments"), "qualificationcomments")
    # Dynamics stores the next two inverted; here yes means yes (S 1.1, traps).
    confirm_interest: bool = f.yesno(N_("Confirm Interest"), N_("No"), N_("Yes"), "confirminterest")
    evaluate_fit: bool = f.yesno(N_("Evaluate Fit"), N_("No"), N_("Yes"), "evaluatefit")
    follow_up_prospect: date | None = f.day(N_("Schedule Follow Up (Prospect)"), "schedulefollowup_prospect")
    follow_up_qualify: date | None = f.day(N_("Schedule Follow Up (Qualify)"), "schedulefollowup_qualify")
    sales_stage: int | None = f.choice(N_("Sales Stage"), c.SalesStage, "salesstage")

    merged: bool = Field(default=False)
    master_id: int | None = Field(default=None, sa_type=BigInt)
    closed_on: datetime | None = Field(default=None, sa_type=Moment)

    #: Kept by rxcrm.models.scoring: points of the rules (0 to 100), and the chance to be qualified in percent (1 to 99), which
    #: only open leads have, and only where closed ones have taught it. The key orders lists by it.
    score: int = Field(default=0, sa_type=SmallInteger)
    estimate: int | None = Field(default=None, sa_type=SmallInteger)
    estimate_key: int = Field(default=0, sa_type=SmallInteger)

    name_key: str = key()
    topic_key: str = key()
    company_key: str = key()
    email_key: str = key()
    rating_key: int = Field(default=0, sa_type=SmallInteger)
    source_key: int = Field(default=0, sa_type=SmallInteger)
    phone_digits: str = key()

    @property
    def is_open(self) -> bool:
        return self.status == c.LeadStatus.OPEN

    @property
    def phones(self) -> list[str]:
        """Every number under which the lead may be found."""
        return [self.business_phone, self.mobile_phone, self.home_phone, self.other_phone]

    def refresh_keys(self) -> None:
        self.folded = f.plain_texts(self, "lead")
        name = self.full_name
        self.name_key, self.topic_key = sort_key(name), sort_key(self.topic)
        self.company_key, self.email_key = sort_key(self.company_name), sort_key(self.email)
        self.rating_key, self.source_key = self.rating or 0, self.lead_source or 0
        self.phone_digits = phone_key(self.phones)
        self.search_text = text_of(self, "lead")
