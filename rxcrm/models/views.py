"""Saved views: which rows, which columns, which order (S 7.1). Data here; the query is made in rxcrm.models.lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from rxcrm.models.access import Who
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind, ActivityStatus, Choice, LeadStatus, OpportunityStatus, RecordStatus
from rxcrm.models.people import Organisation
from rxcrm.translation import N_


@dataclass(frozen=True)
class Column:
    """A column of a list: its field (or `name`, `owner`), label, the column that orders it, and width in px.

    `order` is empty where the list cannot be sorted by it. `kind` tells the grid how to draw the cell, `needs` names
    fields that are read along with it.
    """

    key: str
    label: str
    order: str = ""
    width: int = 160
    kind: str = "text"
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moment:
    """What a view needs to know of the asker to compute its dates."""

    who: Who
    organisation: Organisation
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.who.conventions.zone)).date()

    def start_of(self, day: date) -> datetime:
        """Midnight of a day in the user's time zone."""
        return datetime.combine(day, time(), ZoneInfo(self.who.conventions.zone)).astimezone(UTC)

    @property
    def week(self) -> date:
        """First day of this week, by the organisation's first weekday (0 = Monday)."""
        today = self.today
        return today - timedelta(days=(today.weekday() - self.organisation.first_weekday) % 7)

    @property
    def fiscal_year(self) -> tuple[date, date]:
        """First day of this fiscal year and of the next one."""
        month, day = self.organisation.fiscal_month, self.organisation.fiscal_day
        year = self.today.year if self.today >= _day(self.today.year, month, day) else self.today.year - 1
        return _day(year, month, day), _day(year + 1, month, day)


def _day(year: int, month: int, day: int) -> date:
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


#: From when on (inclusive) until when (exclusive); None leaves that side open.
Period = tuple[datetime | None, datetime | None]


@dataclass(frozen=True)
class View:
    """A named list.

    `statuses` are the life-cycle states shown, `mine` limits it to the asker's own rows, `period` to those whose `dated`
    lies in it, `only` to rows that hold these numbers.
    """

    key: str
    label: str
    entity: str
    statuses: tuple[int, ...]
    columns: tuple[str, ...]
    mine: bool = False
    period: Callable[[Moment], Period] = lambda at: (None, None)
    dated: str = "created_on"
    only: tuple[tuple[str, int], ...] = ()
    sort: tuple[tuple[str, bool], ...] = (("created_on", True),)


COLUMNS: dict[str, dict[str, Column]] = {
    "lead": {
        c.key: c
        for c in (
            Column("name", N_("Name"), "name_key", 170, "link"),
            Column("topic", N_("Topic"), "topic_key", 230),
            Column("company_name", N_("Company Name"), "company_key", 165),
            Column("status_reason", N_("Status Reason"), "status_reason", 116, "status"),
            Column("rating", N_("Rating"), "rating_key", 84, "rating"),
            Column("lead_source", N_("Lead Source"), "source_key", 124),
            Column("owner", N_("Owner"), "owner_key", 130, "owner"),
            Column("created_on", N_("Created On"), "created_on", 150, "moment"),
            Column("status", N_("Status"), "", 120, "status"),
        )
    },
    "account": {
        c.key: c
        for c in (
            Column("name", N_("Account Name"), "name_key", 240, "link"),
            Column("main_phone", N_("Phone"), "phone_digits", 160),
            Column("email", N_("Email"), "email_key", 220),
            Column("city", N_("City"), "city_key", 150),
            Column("owner", N_("Owner"), "owner_key", 170, "owner"),
            Column("created_on", N_("Created On"), "created_on", 150, "moment"),
        )
    },
    "activity": {
        c.key: c
        for c in (
            Column("name", N_("Subject"), "subject_key", 260, "link"),
            Column("kind", N_("Activity Type"), "kind", 130, "status"),
            Column("regarding", N_("Regarding"), "", 190, "regarding", ("regarding_entity", "regarding_id")),
            Column("status", N_("Activity Status"), "", 120, "status"),
            Column("status_reason", N_("Status Reason"), "", 130, "status"),
            Column("priority", N_("Priority"), "priority", 100, "status"),
            Column("due_on", N_("Due Date"), "due_key", 205, "due", ("status", "all_day")),
            Column("owner", N_("Owner"), "owner_key", 150, "owner"),
            Column("modified_on", N_("Modified On"), "modified_on", 150, "moment"),
        )
    },
    "opportunity": {
        c.key: c
        for c in (
            Column("name", N_("Topic"), "topic_key", 240, "link"),
            Column(
                "customer", N_("Potential Customer"), "customer_key", 190, "regarding", ("account_id", "contact_id")
            ),
            Column("estimated_close_date", N_("Est. Close Date"), "close_key", 130, "date"),
            Column("estimated_revenue", N_("Est. Revenue"), "revenue_key", 130, "money", ("currency",)),
            Column("probability", N_("Probability"), "probability_key", 100, "percent"),
            Column("rating", N_("Rating"), "rating_key", 84, "rating"),
            Column("sales_stage", N_("Sales Stage"), "", 110, "status"),
            Column("status", N_("Status"), "", 100, "status"),
            Column("status_reason", N_("Status Reason"), "status_reason", 120, "status"),
            Column("actual_close_date", N_("Actual Close Date"), "closed_key", 140, "date"),
            Column("actual_revenue", N_("Actual Revenue"), "", 130, "money", ("currency",)),
            Column("owner", N_("Owner"), "owner_key", 150, "owner"),
            Column("created_on", N_("Created On"), "created_on", 150, "moment"),
        )
    },
    "contact": {
        c.key: c
        for c in (
            Column("name", N_("Full Name"), "name_key", 220, "link"),
            Column("job_title", N_("Job Title"), "job_key", 180),
            Column("email", N_("Email"), "email_key", 220),
            Column("business_phone", N_("Business Phone"), "phone_digits", 160),
            Column("owner", N_("Owner"), "owner_key", 170, "owner"),
            Column("created_on", N_("Created On"), "created_on", 150, "moment"),
        )
    },
}

_STANDARD = ("name", "topic", "company_name", "status_reason", "rating", "lead_source", "owner", "created_on")
_OPEN = (LeadStatus.OPEN,)
_ALL = tuple(LeadStatus)
_ACTIVE = (RecordStatus.ACTIVE,)
_INACTIVE = (RecordStatus.INACTIVE,)
_EITHER = (*_ACTIVE, *_INACTIVE)
#: All statuses of a table's records; notes and posts have none and stay out of lists.
STATUSES: dict[str, tuple[Choice, ...]] = {
    "lead": tuple(LeadStatus),
    "account": tuple(RecordStatus),
    "contact": tuple(RecordStatus),
    "opportunity": tuple(OpportunityStatus),
    "activity": (
        ActivityStatus.OPEN,
        ActivityStatus.SCHEDULED,
        ActivityStatus.COMPLETED,
        ActivityStatus.CANCELED,
    ),
}


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return _day(year, month + 1, day.day)


LEAD_VIEWS = (
    View("my-open", N_("My Open Leads"), "lead", _OPEN, ("name", "topic", "status_reason", "created_on"), mine=True),
    View("open", N_("Open Leads"), "lead", _OPEN, _STANDARD),
    View(
        "closed",
        N_("Closed Leads"),
        "lead",
        (LeadStatus.QUALIFIED, LeadStatus.DISQUALIFIED),
        ("name", "topic", "status", "status_reason", "company_name", "owner", "created_on"),
        sort=(("created_on", False),),
    ),
    View("all", N_("All Leads"), "lead", _ALL, _STANDARD),
    View(
        "this-week",
        N_("Leads Opened This Week"),
        "lead",
        _ALL,
        _STANDARD,
        period=lambda at: (at.start_of(at.week), at.start_of(at.week + timedelta(days=7))),
    ),
    View(
        "last-week",
        N_("Leads Opened Last Week"),
        "lead",
        _ALL,
        _STANDARD,
        period=lambda at: (at.start_of(at.week - timedelta(days=7)), at.start_of(at.week)),
    ),
    View(
        "older-than-6-months",
        N_("Leads: Older Than 6 Months"),
        "lead",
        _OPEN,
        _STANDARD,
        period=lambda at: (None, at.start_of(_months_before(at.today, 6))),
    ),
    View(
        "fiscal-year",
        N_("All leads in current fiscal year"),
        "lead",
        _ALL,
        _STANDARD,
        period=lambda at: (at.start_of(at.fiscal_year[0]), at.start_of(at.fiscal_year[1])),
    ),
)
_BY_NAME = (("name", False),)
_ACCOUNT = ("name", "main_phone", "email", "city", "owner", "created_on")
_CONTACT = ("name", "job_title", "email", "business_phone", "owner", "created_on")
_TO_DO = (ActivityStatus.OPEN, ActivityStatus.SCHEDULED)
_DONE = (ActivityStatus.COMPLETED, ActivityStatus.CANCELED)
_ACTIVITY = ("name", "regarding", "kind", "status_reason", "priority", "due_on", "owner")
_MY_ACTIVITY = ("name", "regarding", "kind", "status_reason", "priority", "due_on")
_BY_DUE = (("due_on", False),)
_BY_CHANGE = (("modified_on", True),)


def _my_open(key: str, label: str, kind: ActivityKind) -> View:
    """What the asker has to do of one kind."""
    columns = tuple(name for name in _MY_ACTIVITY if name != "kind")
    return View(key, label, "activity", _TO_DO, columns, mine=True, sort=_BY_DUE, only=(("kind", int(kind)),))


def _due(key: str, label: str, period: Callable[[Moment], Period], mine: bool = True) -> View:
    """What has to be done until a time; what is done already is not due any more."""
    columns = _MY_ACTIVITY if mine else _ACTIVITY
    return View(key, label, "activity", _TO_DO, columns, mine, period, "due_key", sort=_BY_DUE)


ACTIVITY_VIEWS = (
    View("my-open", N_("My Open Activities"), "activity", _TO_DO, _MY_ACTIVITY, mine=True, sort=_BY_DUE),
    _due("my-overdue", N_("My Overdue Activities"), lambda at: (None, at.now)),
    _due(
        "my-today",
        N_("My Activities Due Today"),
        lambda at: (at.start_of(at.today), at.start_of(at.today + timedelta(days=1))),
    ),
    _due(
        "my-week",
        N_("My Activities Due This Week"),
        lambda at: (at.start_of(at.week), at.start_of(at.week + timedelta(days=7))),
    ),
    _my_open("my-tasks", N_("My Tasks"), ActivityKind.TASK),
    _my_open("my-calls", N_("My Phone Calls"), ActivityKind.PHONE_CALL),
    _my_open("my-appointments", N_("My Appointments"), ActivityKind.APPOINTMENT),
    _my_open("my-emails", N_("My Emails"), ActivityKind.EMAIL),
    View(
        "my-closed",
        N_("My Closed Activities"),
        "activity",
        _DONE,
        ("name", "regarding", "kind", "status", "status_reason", "modified_on"),
        mine=True,
        sort=_BY_CHANGE,
    ),
    View("open", N_("Open Activities"), "activity", _TO_DO, _ACTIVITY, sort=_BY_DUE),
    _due("overdue", N_("Overdue Activities"), lambda at: (None, at.now), mine=False),
    View(
        "closed",
        N_("Closed Activities"),
        "activity",
        _DONE,
        ("name", "regarding", "kind", "status", "status_reason", "owner", "modified_on"),
        sort=_BY_CHANGE,
    ),
    View(
        "all",
        N_("All Activities"),
        "activity",
        (*_TO_DO, *_DONE),
        ("name", "regarding", "kind", "status", "status_reason", "due_on", "owner", "modified_on"),
        sort=_BY_CHANGE,
    ),
)
_OPPORTUNITY = (
    *("name", "customer", "estimated_close_date", "estimated_revenue", "probability", "sales_stage"),
    *("status_reason", "owner"),
)
_IN_SALE = (OpportunityStatus.OPEN,)
_DECIDED = (OpportunityStatus.WON, OpportunityStatus.LOST)
_BY_CLOSE = (("estimated_close_date", False),)
OPPORTUNITY_VIEWS = (
    View(
        "my-open",
        N_("My Open Opportunities"),
        "opportunity",
        _IN_SALE,
        tuple(c for c in _OPPORTUNITY if c != "owner"),
        mine=True,
        sort=_BY_CLOSE,
    ),
    View("open", N_("Open Opportunities"), "opportunity", _IN_SALE, _OPPORTUNITY, sort=_BY_CLOSE),
    View(
        "closed",
        N_("Closed Opportunities"),
        "opportunity",
        _DECIDED,
        ("name", "customer", "status", "status_reason", "actual_close_date", "actual_revenue", "owner"),
        sort=(("actual_close_date", True),),
    ),
    View(
        "all",
        N_("All Opportunities"),
        "opportunity",
        (*_IN_SALE, *_DECIDED),
        _OPPORTUNITY,
        sort=(("created_on", True),),
    ),
)
VIEWS: dict[str, tuple[View, ...]] = {
    "opportunity": OPPORTUNITY_VIEWS,
    "activity": ACTIVITY_VIEWS,
    "lead": LEAD_VIEWS,
    "account": (
        View("active", N_("Active Accounts"), "account", _ACTIVE, _ACCOUNT, sort=_BY_NAME),
        View("my-active", N_("My Active Accounts"), "account", _ACTIVE, _ACCOUNT, mine=True, sort=_BY_NAME),
        View("inactive", N_("Inactive Accounts"), "account", _INACTIVE, _ACCOUNT, sort=_BY_NAME),
        View("all", N_("All Accounts"), "account", _EITHER, _ACCOUNT, sort=_BY_NAME),
    ),
    "contact": (
        View("active", N_("Active Contacts"), "contact", _ACTIVE, _CONTACT, sort=_BY_NAME),
        View("my-active", N_("My Active Contacts"), "contact", _ACTIVE, _CONTACT, mine=True, sort=_BY_NAME),
        View("inactive", N_("Inactive Contacts"), "contact", _INACTIVE, _CONTACT, sort=_BY_NAME),
        View("all", N_("All Contacts"), "contact", _EITHER, _CONTACT, sort=_BY_NAME),
    ),
}


def view_of(entity: str, key: str) -> View:
    """The view of that key, or the entity's default view (its first)."""
    return next((v for v in VIEWS[entity] if v.key == key), VIEWS[entity][0])


def name_fields(table: type[Record]) -> tuple[Any, ...]:
    """The columns that a record's name is composed of."""
    row = cast(Any, table)
    named = {"account": ("name",), "activity": ("subject",), "opportunity": ("topic",)}
    return tuple(getattr(row, name) for name in named.get(table.entity, ("first_name", "last_name")))
