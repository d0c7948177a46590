"""The opportunity: a deal that is being worked on, until it is won or lost (S 1.4)."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import Index, SmallInteger
from sqlmodel import Field

from rxcrm.models import choices as c
from rxcrm.models import fields as f
from rxcrm.models.base import GONE, LIVE, Record, Taggable, key, sorted_by
from rxcrm.models.db import BigInt, Moment
from rxcrm.models.fields import Level
from rxcrm.models.found_by import text_of
from rxcrm.models.searching import sort_key
from rxcrm.translation import N_

#: The words of the steps that are ticked off.
_STEP = (N_("mark complete"), N_("completed"))
_MOST = 1_000_000_000_000
NEVER = date.max.toordinal()


class Opportunity(Record, Taggable, table=True):
    """A possible sale. Topic, currency and a customer, an account or a contact, are required."""

    __table_args__ = (
        *sorted_by(
            "opportunity",
            "topic_key",
            "customer_key",
            "close_key",
            "revenue_key",
            "probability_key",
            "rating_key",
            "status_reason",
            "owner_key",
            "created_on",
            "closed_key",
            within=("status",),
        ),
        *sorted_by("opportunity", "close_key", "topic_key", "created_on", within=("owner_user_id", "status")),
        Index("ix_opportunity_team", "owner_team_id", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_opportunity_unit", "unit_id", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_opportunity_deleted", "deleted_on", sqlite_where=GONE, postgresql_where=GONE),
        Index("ix_opportunity_import", "import_id"),
    )
    entity: ClassVar[str] = "opportunity"
    title: ClassVar[str] = N_("Opportunity")
    title_many: ClassVar[str] = N_("Opportunities")
    path: ClassVar[str] = "/opportunities"

    topic: str = f.text(N_("Topic"), 300, "name", Level.REQUIRED)
    contact_id: int | None = f.lookup(N_("Contact"), "contact", "parentcontactid")
    account_id: int | None = f.lookup(N_("Account"), "account", "parentaccountid")
    purchase_timeframe: int | None = f.choice(N_("Purchase Timeframe"), c.PurchaseTimeframe, "purchasetimeframe")
    currency: str = f.currency(N_("Currency"), "transactioncurrencyid", Level.REQUIRED)
    budget_amount: Decimal | None = f.money(N_("Budget Amount"), _MOST, "budgetamount")
    purchase_process: int | None = f.choice(N_("Purchase Process"), c.PurchaseProcess, "purchaseprocess")
    forecast_category: int | None = f.choice(
        N_("Forecast Category"), c.ForecastCategory, "msdyn_forecastcategory", c.ForecastCategory.PIPELINE
    )
    budget_status: int | None = f.choice(N_("Budget"), c.Budget, "budgetstatus")
    need: int | None = f.choice(N_("Need"), c.Need, "need")
    decision_maker: bool = f.yesno(N_("Decision Maker?"), *_STEP, "decisionmaker")
    timeline: int | None = f.choice(N_("Timeline"), c.OpportunityTimeline, "timeline")
    description: str = f.memo(N_("Description"), "description")
    current_situation: str = f.memo(N_("Current Situation"), "currentsituation")
    customer_need: str = f.memo(N_("Customer Need"), "customerneed")
    proposed_solution: str = f.memo(N_("Proposed Solution"), "proposedsolution")
    pain_points: str = f.memo(N_("Customer Pain Points"), "customerpainpoints")
    quote_comments: str = f.memo(N_("Quote Comments"), "quotecomments")
    estimated_close_date: date | None = f.day(N_("Est. Close Date"), "estimatedclosedate")
    estimated_revenue: Decimal | None = f.money(N_("Est. Revenue"), _MOST, "estimatedvalue", low=-_MOST)
    probability: int | None = f.whole(N_("Probability"), 100, "closeprobability")
    rating: int | None = f.choice(N_("Rating"), c.Rating, "opportunityratingcode", c.Rating.WARM)
    #: Follows the process (rxcrm.models.process).
    sales_stage: int | None = f.choice(
        N_("Sales Stage"), c.OpportunityStage, "salesstage", c.OpportunityStage.QUALIFY, locked=True
    )
    identify_contacts: bool = f.yesno(N_("Identify Stakeholders"), *_STEP, "identifycustomercontacts")
    identify_competitors: bool = f.yesno(N_("Identify Competitors"), *_STEP, "identifycompetitors")
    identify_team: bool = f.yesno(N_("Identify Sales Team"), *_STEP, "identifypursuitteam")
    develop_proposal: bool = f.yesno(N_("Develop Proposal"), *_STEP, "developproposal")
    internal_review: bool = f.yesno(N_("Complete Internal Review"), *_STEP, "completeinternalreview")
    present_proposal: bool = f.yesno(N_("Present Proposal"), *_STEP, "presentproposal")
    final_proposal: bool = f.yesno(N_("Complete Final Proposal"), *_STEP, "completefinalproposal")
    present_final_proposal: bool = f.yesno(N_("Present Final Proposal"), *_STEP, "presentfinalproposal")
    final_decision_date: date | None = f.day(N_("Final Decision Date"), "finaldecisiondate")
    send_thank_you: bool = f.yesno(N_("Send Thank You"), *_STEP, "sendthankyounote")
    file_debrief: bool = f.yesno(N_("File De-brief"), *_STEP, "filedebrief")
    actual_close_date: date | None = f.day(N_("Actual Close Date"), "actualclosedate", locked=True)
    actual_revenue: Decimal | None = f.money(N_("Actual Revenue"), _MOST, "actualvalue", low=-_MOST, locked=True)
    source_campaign_id: int | None = f.lookup(N_("Source Campaign"), "campaign", "campaignid")
    originating_lead_id: int | None = f.lookup(N_("Originating Lead"), "lead", "originatingleadid", locked=True)
    status: int = f.choice(
        N_("Status"), c.OpportunityStatus, "statecode", c.OpportunityStatus.OPEN, always=True, locked=True
    )
    status_reason: int = f.choice(
        N_("Status Reason"), c.OpportunityReason, "statuscode", c.OpportunityReason.IN_PROGRESS, always=True
    )
    closed_on: datetime | None = Field(default=None, sa_type=Moment)
    #: The competitor who got it, and what was said when it was closed (S 1.4).
    competitor_id: int | None = Field(default=None, foreign_key="competitor.id", sa_type=BigInt)
    closing_description: str = f.memo(N_("Closing Description"), locked=True)

    topic_key: str = key()
    #: The folded name of the customer, kept by rxcrm.models.customers.
    customer_key: str = key()
    #: For ordering, never negative: days since the year 1 (the last day of all for none), hundredths from the lowest
    #: possible amount (0 for none), per cent.
    close_key: int = Field(default=NEVER, sa_type=BigInt)
    closed_key: int = Field(default=NEVER, sa_type=BigInt)
    revenue_key: int = Field(default=0, sa_type=BigInt)
    probability_key: int = Field(default=0, sa_type=SmallInteger)
    rating_key: int = Field(default=0, sa_type=SmallInteger)

    @property
    def display_name(self) -> str:
        return self.topic

    @property
    def is_open(self) -> bool:
        return self.status == c.OpportunityStatus.OPEN

    def refresh_keys(self) -> None:
        self.folded = f.plain_texts(self, "opportunity")
        self.topic_key = sort_key(self.topic)
        self.close_key, self.closed_key = _day_key(self.estimated_close_date), _day_key(self.actual_close_date)
        amount = self.estimated_revenue
        self.revenue_key = 0 if amount is None else int((amount + _MOST) * 100) + 1
        self.probability_key, self.rating_key = self.probability or 0, self.rating or 0
        self.search_text = text_of(self, "opportunity")


def _day_key(day: date | None) -> int:
    return day.toordinal() if day else NEVER
