"""The charts that come with the product (S 8.2, 8.3)."""

from __future__ import annotations

from rxcrm.models.charting.charts import Aggregate, Category, Chart, Series
from rxcrm.models.charting.figures import Drawing
from rxcrm.models.choices import ActivityKind, ActivityStatus, LeadStatus, OpportunityStatus
from rxcrm.models.filters.conditions import Related, Test, every
from rxcrm.models.views import in_status
from rxcrm.translation import N_

_OPEN_LEADS = in_status(LeadStatus.OPEN)
_PIPELINE = every(in_status(OpportunityStatus.OPEN))
_POTENTIAL = (Series(Aggregate.SUM, "estimated_revenue"), Series())
_EARNED = (Series(Aggregate.SUM, "actual_revenue"), Series())
_TO_DO = in_status(ActivityStatus.OPEN, ActivityStatus.SCHEDULED)

LEADS = (
    Chart("by-source", N_("Leads by Source"), "lead", Category("lead_source"), kind=Drawing.PIE),
    Chart("by-rating", N_("Leads by Rating"), "lead", Category("rating"), kind=Drawing.PIE),
    Chart("generation", N_("Lead Generation Rate"), "lead", Category("created_on", "month"), kind=Drawing.LINE, top=5),
    Chart("by-owner", N_("Leads by Owner"), "lead", Category("owner"), kind=Drawing.BAR, top=20),
    Chart("by-reason", N_("Leads by Status Reason"), "lead", Category("status_reason"), kind=Drawing.FUNNEL),
    Chart(
        "by-source-and-rating",
        N_("Leads by Source and Rating"),
        "lead",
        Category("lead_source"),
        split=Category("rating"),
        kind=Drawing.STACKED,
    ),
    Chart(
        "disqualification",
        N_("Disqualification Reasons"),
        "lead",
        Category("status_reason"),
        kind=Drawing.BAR,
        where=every(in_status(LeadStatus.DISQUALIFIED)),
    ),
)
OPPORTUNITIES = (
    Chart(
        "by-stage",
        N_("Pipeline by Stage"),
        "opportunity",
        Category("sales_stage"),
        _POTENTIAL,
        kind=Drawing.FUNNEL,
        where=_PIPELINE,
    ),
    Chart(
        "by-owner",
        N_("Pipeline by Owner"),
        "opportunity",
        Category("owner"),
        _POTENTIAL,
        kind=Drawing.BAR,
        top=20,
        where=_PIPELINE,
    ),
    Chart(
        "by-close",
        N_("Pipeline by Close Date"),
        "opportunity",
        Category("estimated_close_date", "month"),
        _POTENTIAL,
        where=_PIPELINE,
    ),
    Chart(
        "by-customer",
        N_("Pipeline by Account"),
        "opportunity",
        Category("account_id"),
        _POTENTIAL,
        kind=Drawing.BAR,
        top=10,
        where=_PIPELINE,
    ),
    Chart(
        "by-rating",
        N_("Pipeline by Rating"),
        "opportunity",
        Category("rating"),
        _POTENTIAL,
        kind=Drawing.PIE,
        where=_PIPELINE,
    ),
    Chart(
        "won",
        N_("Won Revenue by Month"),
        "opportunity",
        Category("actual_close_date", "month"),
        _EARNED,
        top=12,
        where=every(in_status(OpportunityStatus.WON)),
    ),
    Chart(
        "decided",
        N_("Won and Lost by Owner"),
        "opportunity",
        Category("owner"),
        split=Category("status"),
        kind=Drawing.STACKED,
        top=20,
        where=every(in_status(OpportunityStatus.WON, OpportunityStatus.LOST)),
    ),
)
ACTIVITIES = (
    Chart("by-kind", N_("Activities by Type"), "activity", Category("kind"), kind=Drawing.DOUGHNUT),
    Chart(
        "by-owner",
        N_("Open Activities by Owner"),
        "activity",
        Category("owner"),
        kind=Drawing.BAR,
        top=20,
        where=every(_TO_DO),
    ),
    Chart("by-due", N_("Open Activities by Due Date"), "activity", Category("due_on", "week"), where=every(_TO_DO)),
    Chart(
        "completed",
        N_("Completed Activities by Week"),
        "activity",
        Category("closed_on", "week"),
        split=Category("kind"),
        kind=Drawing.STACKED,
        top=8,
        where=every(in_status(ActivityStatus.COMPLETED)),
    ),
)
ACCOUNTS = (
    Chart("by-industry", N_("Accounts by Industry"), "account", Category("industry"), kind=Drawing.BAR, top=15),
    Chart("by-owner", N_("Accounts by Owner"), "account", Category("owner"), kind=Drawing.BAR, top=20),
    Chart("new", N_("New Accounts by Month"), "account", Category("created_on", "month"), kind=Drawing.LINE, top=12),
)
CONTACTS = (
    Chart("by-owner", N_("Contacts by Owner"), "contact", Category("owner"), kind=Drawing.BAR, top=20),
    Chart("new", N_("New Contacts by Month"), "contact", Category("created_on", "month"), kind=Drawing.LINE, top=12),
)
#: The charts of each table, its default first.
CHARTS: dict[str, tuple[Chart, ...]] = {
    "lead": LEADS,
    "opportunity": OPPORTUNITIES,
    "activity": ACTIVITIES,
    "account": ACCOUNTS,
    "contact": CONTACTS,
}

#: What counts as somebody's attention: activities and notes. Posts are written by the system too.
ATTENTION = tuple(
    str(int(k))
    for k in (
        *(ActivityKind.TASK, ActivityKind.PHONE_CALL, ActivityKind.APPOINTMENT),
        *(ActivityKind.EMAIL, ActivityKind.NOTE),
    )
)


def neglected(days: int) -> Chart:
    """Open leads by owner about which nothing was done or written for so many days (S 8.3)."""
    touched = Related(
        "activities",
        every(Test("modified_on", "last-x-days", (str(days),)), Test("kind", "in", ATTENTION)),
        missing=True,
    )
    where = every(_OPEN_LEADS, Test("created_on", "olderthan-x-days", (str(days),)), touched)
    return Chart("neglected", N_("Neglected Leads"), "lead", Category("owner"), kind=Drawing.BAR, where=where)


#: What the pipeline can be grouped by: key of an input → category. Products are not kept.
PIPELINE_BY: dict[str, tuple[str, Category]] = {
    "owner": (N_("Owner"), Category("owner")),
    "stage": (N_("Sales Stage"), Category("sales_stage")),
    "month": (N_("Est. Close Date"), Category("estimated_close_date", "month")),
    "rating": (N_("Rating"), Category("rating")),
    "account": (N_("Account"), Category("account_id")),
    "sales_territory": (N_("Sales territory"), Category("sales_territory")),
    "territory": (N_("Customer territory"), Category("account_id.territory_id")),
}


def pipeline(by: str) -> Chart:
    """Potential sales of the open opportunities, grouped by what is asked for (S 8.3)."""
    _label, category = PIPELINE_BY[by]
    kind = Drawing.COLUMN if by == "month" else Drawing.BAR
    return Chart("pipeline", N_("Sales Pipeline"), "opportunity", category, _POTENTIAL, kind=kind, where=_PIPELINE)
