"""Campaigns: what administrators keep of them, what came of each, and that leads heard of one (S 1.1, 7.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select

from rxcrm.models import references
from rxcrm.models.access import visible
from rxcrm.models.administration import require_administrator
from rxcrm.models.campaign import Campaign
from rxcrm.models.choices import LeadStatus, OpportunityStatus
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotFound
from rxcrm.models.fields import fields_of, raw, show
from rxcrm.models.filters.conditions import Test, every, spelled
from rxcrm.models.lead import Lead
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.people import User
from rxcrm.models.records import LARGEST_ID, Act, own
from rxcrm.models.references import shown, span
from rxcrm.translation import N_, gettext

#: The look-up of leads and opportunities.
SOURCE = "source_campaign_id"
#: What the form of a campaign holds besides its fields.
OWNER = "owner_id"
#: The fields of the form, in its order.
FIELDS = (
    *("name", "channel", "planned_start", "planned_end", "actual_start", "actual_end"),
    *("budget", "actual_cost", "currency", "description"),
)


# -- kept by administrators ------------------------------------------------------------------------------------------


@dataclass
class CampaignView:
    """A campaign as the settings list it: dates as the reader writes them, and how many leads name it."""

    id: int
    version: int
    name: str
    channel: str
    planned: str
    actual: str
    owner: str
    active: bool
    leads: int


def listed(act: Act) -> list[CampaignView]:
    """Every campaign, for administrators."""
    rows = references.listed(act, Campaign)
    lead = cast(Any, Lead)
    named: dict[int, int] = dict(
        tuple(found)
        for found in act.session.execute(
            select(lead.source_campaign_id, func.count())
            .where(lead.source_campaign_id.is_not(None), lead.deleted_on.is_(None))
            .group_by(lead.source_campaign_id)
        )
    )
    users = {user.id: user.name for user in act.session.scalars(select(User))}
    return [
        CampaignView(
            id=row.id or 0,
            version=row.version,
            name=row.name,
            channel=shown(act, row, "channel"),
            planned=span(act, row, "planned"),
            actual=span(act, row, "actual"),
            owner=users.get(row.owner_user_id, ""),
            active=row.active,
            leads=named.get(row.id or 0, 0),
        )
        for row in rows
    ]


def values_of(act: Act, row: Campaign | None) -> dict[str, str]:
    """What the form of a campaign starts with; a new one is the asker's, in the organisation's currency."""
    if row is None:
        empty = dict.fromkeys(FIELDS, "")
        return {**empty, "currency": act.who.conventions.currency, OWNER: str(act.who.id)}
    held = {name: raw(getattr(row, name)) for name in FIELDS}
    return {**held, "currency": held["currency"] or act.who.conventions.currency, OWNER: str(row.owner_user_id or "")}


def add(act: Act, typed: Mapping[str, str]) -> Campaign:
    """A new campaign. Raises Invalid with every problem."""
    owner = _owner(act, typed)
    row = references.add(act, Campaign, {n: t for n, t in typed.items() if n != OWNER})
    _give(act, row, owner)
    return row


def change(act: Act, campaign_id: int, version: int, typed: Mapping[str, str]) -> Campaign:
    """Change what was typed. Raises Invalid, and Stale if somebody else was faster."""
    row = references.one(act, Campaign, campaign_id)
    owner = _owner(act, typed)
    references.change(act, row, version, {n: t for n, t in typed.items() if n != OWNER})
    _give(act, row, owner)
    return row


def _owner(act: Act, typed: Mapping[str, str]) -> User | None:
    require_administrator(act)
    if OWNER not in typed:
        return None
    text = typed[OWNER]
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
    user = act.session.get(User, number) if 0 < number < LARGEST_ID else None
    if user is None or user.disabled:
        raise Invalid({OWNER: BadValue(N_("Choose one of the list."))})
    return user


def _give(act: Act, row: Campaign, owner: User | None) -> None:
    if owner is not None and owner.id != row.owner_user_id:
        own(row, owner)
        act.session.flush()


# -- what came of one ------------------------------------------------------------------------------------------------


@dataclass
class Figure:
    """A number on the page of a campaign, in the reader's language, and the list that shows what it counts."""

    label: str
    value: str
    path: str


@dataclass
class CampaignPage:
    """A campaign as everybody sees it. `facts` pair labels with values."""

    id: int = 0
    name: str = ""
    description: str = ""
    active: bool = True
    facts: list[list[str]] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)


def page_of(act: Act, campaign_id: int) -> CampaignPage:
    """A campaign with what came of it, as far as the asker may see that. Raises NotFound."""
    row = act.find(Campaign, campaign_id)
    specs, locale = fields_of(Campaign), act.who.conventions.locale
    owner = act.session.get(User, row.owner_user_id) if row.owner_user_id else None
    facts = [[specs["channel"].label, shown(act, row, "channel")]]
    facts += [[label, span(act, row, which)] for label, which in ((N_("Planned"), "planned"), (N_("Actual"), "actual"))]
    facts += [[specs[name].label, shown(act, row, name)] for name in ("budget", "actual_cost")]
    facts.append([N_("Owner"), owner.name if owner else ""])
    return CampaignPage(
        id=row.id or 0,
        name=row.name,
        description=row.description,
        active=row.active,
        facts=[[gettext(locale, label), value] for label, value in facts if value],
        figures=_figures(act, row),
    )


def _figures(act: Act, row: Campaign) -> list[Figure]:
    lead, sale = cast(Any, Lead), cast(Any, Opportunity)
    ours = sale.currency.in_(("", act.organisation.currency))
    # Both tables are asked for what this reader sees of them.
    leads, still, qualified = act.session.execute(
        select(
            func.count(),
            func.count(case((lead.status == int(LeadStatus.OPEN), 1))),
            func.count(case((lead.status == int(LeadStatus.QUALIFIED), 1))),
        ).where(lead.source_campaign_id == row.id, lead.deleted_on.is_(None), visible(act.who, Lead))
    ).one()
    won = sale.status == int(OpportunityStatus.WON)
    sales, decided, revenue = act.session.execute(
        select(func.count(), func.count(case((won, 1))), func.sum(case((won & ours, sale.actual_revenue)))).where(
            sale.source_campaign_id == row.id, sale.deleted_on.is_(None), visible(act.who, Opportunity)
        )
    ).one()
    how = act.who.conventions

    def figure(label: str, count: int, path: str, *also: Test) -> Figure:
        where = spelled(every(Test(SOURCE, "eq", (str(row.id),)), *also))
        return Figure(gettext(how.locale, label), f"{count}", f"{path}?{urlencode({'view': 'all', 'filter': where})}")

    found = [
        figure(N_("Leads"), leads, Lead.path),
        figure(N_("Open leads"), still, Lead.path, _in(LeadStatus.OPEN)),
        figure(N_("Qualified leads"), qualified, Lead.path, _in(LeadStatus.QUALIFIED)),
        figure(N_("Opportunities"), sales, Opportunity.path),
        figure(N_("Won opportunities"), decided, Opportunity.path, _in(OpportunityStatus.WON)),
    ]
    if revenue:
        amount = show(fields_of(Opportunity)["actual_revenue"], revenue, how)
        found.append(Figure(gettext(how.locale, N_("Revenue from won opportunities")), amount, found[-1].path))
    return found


def _in(status: Any) -> Test:
    return Test("status", "eq", (str(int(status)),))


# -- what leads heard of it ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Heard:
    """An activity of a campaign: which one, and on what day (ISO)."""

    campaign: Campaign
    on: date


def heard(act: Act, given: Mapping[str, str]) -> Heard:
    """The activity of a campaign that was typed: `campaign` and `on`. Raises Invalid with every problem."""
    problems: dict[str, CrmError] = {}
    text = given.get("campaign", "")
    campaign: Campaign | None = None
    try:
        campaign = act.find(Campaign, int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0)
    except NotFound:
        problems["campaign"] = BadValue(N_("Choose a campaign."))
    today = act.now.astimezone(ZoneInfo(act.who.conventions.zone)).date()
    on = today
    try:
        on = date.fromisoformat(given["on"]) if given.get("on") else today
    except ValueError:
        problems["on"] = BadValue(N_("“%(value)s” is not a date."), value=given["on"][:80])
    if on > today:
        problems["on"] = BadValue(N_("What has not happened yet cannot be recorded. Choose today or an earlier day."))
    if problems or campaign is None:
        raise Invalid(problems)
    return Heard(campaign, on)
