"""The campaign: what brought leads in, and what they were sent (S 1.1 Source Campaign, 7.1)."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import Index

from rxcrm.models import choices as c
from rxcrm.models import fields as f
from rxcrm.models.base import LIVE
from rxcrm.models.reference import Reference
from rxcrm.translation import N_

MOST = 1_000_000_000_000


class Campaign(Reference, table=True):
    """One campaign, not a broad channel like the Lead Source. Only its name is required, and no other one has it."""

    __table_args__ = (
        Index(
            "ix_campaign_status_name_key",
            "status",
            "name_key",
            "id",
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
    )
    entity: ClassVar[str] = "campaign"
    title: ClassVar[str] = N_("Campaign")
    title_many: ClassVar[str] = N_("Campaigns")
    path: ClassVar[str] = "/campaigns"
    detail: ClassVar[tuple[str, ...]] = ("channel", "planned")

    channel: int | None = f.choice(N_("Channel"), c.CampaignChannel, "typecode")
    planned_start: date | None = f.day(N_("Planned Start"), "proposedstart")
    planned_end: date | None = f.day(N_("Planned End"), "proposedend")
    actual_start: date | None = f.day(N_("Actual Start"), "actualstart")
    actual_end: date | None = f.day(N_("Actual End"), "actualend")
    budget: Decimal | None = f.money(N_("Budget"), MOST, "budgetedcost")
    actual_cost: Decimal | None = f.money(N_("Actual Cost"), MOST, "totalactualcost")
    currency: str = f.currency(N_("Currency"), "transactioncurrencyid")
