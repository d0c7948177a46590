"""Views: which rows, which columns, which order (S 7.1). Data here; the query is made in rxcrm.models.lists."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

from rxcrm.models import configuration
from rxcrm.models.access import Who
from rxcrm.models.base import Record
from rxcrm.models.choices import ActivityKind, ActivityStatus, Choice, LeadStatus, OpportunityStatus, RecordStatus
from rxcrm.models.fields import Kind, fields_of
from rxcrm.models.filters.conditions import EVERYTHING, Group, Part, Test, every
from rxcrm.models.filters.operators import OWNERS
from rxcrm.models.filters.values import hidden_in, place_of
from rxcrm.models.tables import record_table
from rxcrm.translation import N_


@dataclass(frozen=True)
class Column:
    """A column of a list: its field (or `name`, `owner`), label, the column that orders it, and width in px.

    `order` names the key column, with an index, that orders the list by it; other columns order it without one, if they
    are `sortable`. `kind` tells the grid how to draw the cell, `needs` names fields that are read along with it.
    """

    key: str
    label: str
    order: str = ""
    width: int = 160
    kind: str = "text"
    needs: tuple[str, ...] = ()
    sortable: bool = True


@dataclass(frozen=True)
class View:
    """A named list: the rows for which `where` holds, with these columns, in this order.

    `widths` are those of columns that are not as wide as usual, in px. `group` names the column whose values the rows stand
    under ("created_on:month" where dates are grouped), `totals` pairs columns with "sum", "avg", "min" or "max". `kind` says
    how the rows are shown at first (KINDS), with `settings` of that kind. `pinned` columns stay in sight when the list is
    scrolled sideways. `find` names the fields that a quick find view looks through (rxcrm.models.found_by). A view that
    people saved has an `id`.
    """

    key: str
    label: str
    entity: str
    where: Group
    columns: tuple[str, ...]
    sort: tuple[tuple[str, bool], ...] = (("created_on", True),)
    widths: tuple[tuple[str, int], ...] = ()
    group: str = ""
    totals: tuple[tuple[str, str], ...] = ()
    kind: str = "list"
    settings: tuple[tuple[str, str], ...] = ()
    pinned: tuple[str, ...] = ()
    find: tuple[str, ...] = ()
    id: int = 0


#: An order that every table has and that nobody can be kept from.
NEWEST_FIRST = (("created_on", True),)
#: How a view can show its rows, with the names of these ways.
KINDS = {"list": N_("List"), "board": N_("Board"), "calendar": N_("Calendar"), "charts": N_("Charts")}


@dataclass(frozen=True)
class Shape:
    """What the indexes know of a view's condition: the statuses, whether it is about the asker's own rows, and the rest."""

    statuses: tuple[int, ...]
    mine: bool
    rest: Group


@lru_cache(512)
def shape_of(entity: str, where: Group) -> Shape:
    """Take the statuses and "mine" out of a condition; records of no status, notes and posts, are in no list."""
    statuses, mine, rest = [int(s) for s in STATUSES[entity]], False, []
    for part in where.parts if not where.any else (where,):
        if isinstance(part, Test) and part.field == "status" and part.operator in ("eq", "in"):
            statuses = [s for s in statuses if str(s) in part.values]
        elif isinstance(part, Test) and part.field == "owner" and part.operator == "eq-userid":
            mine = True
        else:
            rest.append(part)
    return Shape(tuple(statuses), mine, Group(tuple(rest)))


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
            Column("score", N_("Score"), "score", 90, "number"),
            Column("estimate", N_("Estimate"), "estimate_key", 100, "percent"),
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


def in_status(*statuses: Choice) -> Test:
    """The status is one of these."""
    return Test("status", "in", tuple(str(int(status)) for status in statuses))


MINE = Test("owner", "eq-userid")
_OPEN = in_status(LeadStatus.OPEN)


def _when(field: str, operator: str, *values: str) -> Test:
    return Test(field, operator, values)


LEAD_VIEWS = (
    View("my-open", N_("My Open Leads"), "lead", every(_OPEN, MINE), ("name", "topic", "status_reason", "created_on")),
    View("open", N_("Open Leads"), "lead", every(_OPEN), _STANDARD),
    View(
        "closed",
        N_("Closed Leads"),
        "lead",
        every(in_status(LeadStatus.QUALIFIED, LeadStatus.DISQUALIFIED)),
        ("name", "topic", "status", "status_reason", "company_name", "owner", "created_on"),
        sort=(("created_on", False),),
    ),
    View("all", N_("All Leads"), "lead", EVERYTHING, _STANDARD),
    View("this-week", N_("Leads Opened This Week"), "lead", every(_when("created_on", "this-week")), _STANDARD),
    View("last-week", N_("Leads Opened Last Week"), "lead", every(_when("created_on", "last-week")), _STANDARD),
    View(
        "older-than-6-months",
        N_("Leads: Older Than 6 Months"),
        "lead",
        every(_OPEN, _when("created_on", "olderthan-x-months", "6")),
        _STANDARD,
    ),
    View(
        "fiscal-year",
        N_("All leads in current fiscal year"),
        "lead",
        every(_when("created_on", "this-fiscal-year")),
        _STANDARD,
    ),
    View(
        "campaign",
        N_("Campaign Leads"),
        "lead",
        every(Test("source_campaign_id", "not-null")),
        ("name", "topic", "company_name", "source_campaign_id", "status_reason", "rating", "owner", "created_on"),
    ),
    View(
        "no-campaign-activities",
        N_("Leads: No Campaign Activities Sent"),
        "lead",
        every(_OPEN, Test("last_campaign_date", "null")),
        _STANDARD,
    ),
)
_BY_NAME = (("name", False),)
_ACCOUNT = ("name", "main_phone", "email", "city", "owner", "created_on")
_CONTACT = ("name", "job_title", "email", "business_phone", "owner", "created_on")
_ACTIVE = in_status(RecordStatus.ACTIVE)
_INACTIVE = in_status(RecordStatus.INACTIVE)
_TO_DO = in_status(ActivityStatus.OPEN, ActivityStatus.SCHEDULED)
_DONE = in_status(ActivityStatus.COMPLETED, ActivityStatus.CANCELED)
_ACTIVITY = ("name", "regarding", "kind", "status_reason", "priority", "due_on", "owner")
_MY_ACTIVITY = ("name", "regarding", "kind", "status_reason", "priority", "due_on")
_BY_DUE = (("due_on", False),)
_BY_CHANGE = (("modified_on", True),)
#: Overdue is what was due before now.
_OVERDUE = Test("due_on", "olderthan-x-minutes", ("0",))


def _my_open(key: str, label: str, kind: ActivityKind) -> View:
    """What the asker has to do of one kind."""
    columns = tuple(name for name in _MY_ACTIVITY if name != "kind")
    where = every(_TO_DO, MINE, Test("kind", "eq", (str(int(kind)),)))
    return View(key, label, "activity", where, columns, _BY_DUE)


def _due(key: str, label: str, *when: Part) -> View:
    """What has to be done until a time; what is done already is not due any more."""
    return View(key, label, "activity", every(_TO_DO, *when), _MY_ACTIVITY if MINE in when else _ACTIVITY, _BY_DUE)


ACTIVITY_VIEWS = (
    View("my-open", N_("My Open Activities"), "activity", every(_TO_DO, MINE), _MY_ACTIVITY, _BY_DUE),
    _due("my-overdue", N_("My Overdue Activities"), MINE, _OVERDUE),
    _due("my-today", N_("My Activities Due Today"), MINE, _when("due_on", "today")),
    _due("my-week", N_("My Activities Due This Week"), MINE, _when("due_on", "this-week")),
    _my_open("my-tasks", N_("My Tasks"), ActivityKind.TASK),
    _my_open("my-calls", N_("My Phone Calls"), ActivityKind.PHONE_CALL),
    _my_open("my-appointments", N_("My Appointments"), ActivityKind.APPOINTMENT),
    _my_open("my-emails", N_("My Emails"), ActivityKind.EMAIL),
    View(
        "my-closed",
        N_("My Closed Activities"),
        "activity",
        every(_DONE, MINE),
        ("name", "regarding", "kind", "status", "status_reason", "modified_on"),
        _BY_CHANGE,
    ),
    View("open", N_("Open Activities"), "activity", every(_TO_DO), _ACTIVITY, _BY_DUE),
    _due("overdue", N_("Overdue Activities"), _OVERDUE),
    View(
        "closed",
        N_("Closed Activities"),
        "activity",
        every(_DONE),
        ("name", "regarding", "kind", "status", "status_reason", "owner", "modified_on"),
        _BY_CHANGE,
    ),
    View(
        "all",
        N_("All Activities"),
        "activity",
        EVERYTHING,
        ("name", "regarding", "kind", "status", "status_reason", "due_on", "owner", "modified_on"),
        _BY_CHANGE,
    ),
)
_OPPORTUNITY = (
    *("name", "customer", "estimated_close_date", "estimated_revenue", "probability", "sales_stage"),
    *("status_reason", "owner"),
)
_IN_SALE = in_status(OpportunityStatus.OPEN)
_DECIDED = in_status(OpportunityStatus.WON, OpportunityStatus.LOST)
_BY_CLOSE = (("estimated_close_date", False),)
OPPORTUNITY_VIEWS = (
    View(
        "my-open",
        N_("My Open Opportunities"),
        "opportunity",
        every(_IN_SALE, MINE),
        tuple(c for c in _OPPORTUNITY if c != "owner"),
        _BY_CLOSE,
    ),
    View("open", N_("Open Opportunities"), "opportunity", every(_IN_SALE), _OPPORTUNITY, _BY_CLOSE),
    View(
        "closed",
        N_("Closed Opportunities"),
        "opportunity",
        every(_DECIDED),
        ("name", "customer", "status", "status_reason", "actual_close_date", "actual_revenue", "owner"),
        (("actual_close_date", True),),
    ),
    View("all", N_("All Opportunities"), "opportunity", EVERYTHING, _OPPORTUNITY),
)
VIEWS: dict[str, tuple[View, ...]] = {
    "opportunity": OPPORTUNITY_VIEWS,
    "activity": ACTIVITY_VIEWS,
    "lead": LEAD_VIEWS,
    "account": (
        View("active", N_("Active Accounts"), "account", every(_ACTIVE), _ACCOUNT, _BY_NAME),
        View("my-active", N_("My Active Accounts"), "account", every(_ACTIVE, MINE), _ACCOUNT, _BY_NAME),
        View("inactive", N_("Inactive Accounts"), "account", every(_INACTIVE), _ACCOUNT, _BY_NAME),
        View("all", N_("All Accounts"), "account", EVERYTHING, _ACCOUNT, _BY_NAME),
    ),
    "contact": (
        View("active", N_("Active Contacts"), "contact", every(_ACTIVE), _CONTACT, _BY_NAME),
        View("my-active", N_("My Active Contacts"), "contact", every(_ACTIVE, MINE), _CONTACT, _BY_NAME),
        View("inactive", N_("Inactive Contacts"), "contact", every(_INACTIVE), _CONTACT, _BY_NAME),
        View("all", N_("All Contacts"), "contact", EVERYTHING, _CONTACT, _BY_NAME),
    ),
}


def view_of(entity: str, key: str) -> View:
    """The view of that key, or the entity's default view (its first)."""
    return next((v for v in VIEWS[entity] if v.key == key), VIEWS[entity][0])


_KINDS = {
    Kind.MOMENT: "moment",
    Kind.DATE: "date",
    Kind.MONEY: "money",
    Kind.CHOICE: "choice",
    Kind.YESNO: "choice",
    Kind.LOOKUP: "lookup",
    Kind.WHOLE: "number",
    Kind.DECIMAL: "number",
    Kind.TAGS: "tags",
}


@configuration.forgets
@lru_cache(2_000)
def column_of(entity: str, key: str) -> Column | None:
    """A column by its key: one of COLUMNS, or any field, also "lookup.field" of a related record (S R9.3).

    None if there is no such field (any more).
    """
    if key in COLUMNS[entity]:
        return COLUMNS[entity][key]
    place = place_of(record_table(entity), key)
    if place is None:
        return None
    spec = place.spec
    needs = (place.through,) if place.through else ("currency",) if spec.kind is Kind.MONEY else ()
    kind = "owner" if spec.target == OWNERS else _KINDS.get(spec.kind, "text")
    sortable = not place.through and spec.kind is not Kind.TAGS
    return Column(key, spec.label, kind=kind, needs=needs, sortable=sortable)


def sorts(who: Who, entity: str, key: str) -> bool:
    """Whether somebody may order a list by a column: one that he sees, with all that its key is put together from."""
    if not configuration.current().part("secured"):
        return True
    table, column = record_table(entity), column_of(entity, key)
    place = place_of(table, key)
    if place is not None and not who.may_read(place):
        return False
    phones = (spec for spec in fields_of(table).values() if spec.kind is Kind.PHONE)
    return column is None or column.order != "phone_digits" or all(map(who.may_read, phones))


def opened(view: View, who: Who) -> View:
    """A view as somebody may have it: neither ordered nor grouped nor totalled by a field that he may not see (S 9.3).

    Its columns stay, without what they hold; its condition is refused where it is asked (filters.sql).
    """
    if view.sort and not configuration.current().part("secured"):
        return view
    keys = [key for key, _ in (*view.sort, *view.totals)] + [view.group.partition(":")[0]]
    settings = [value for _, value in view.settings]
    hidden = hidden_in(who, record_table(view.entity), [key for key in (*keys, *settings) if key])
    sort = tuple((key, down) for key, down in view.sort if sorts(who, view.entity, key)) or NEWEST_FIRST
    if not hidden and sort == view.sort:
        return view
    return replace(
        view,
        sort=sort,
        group="" if view.group.partition(":")[0] in hidden else view.group,
        totals=tuple((key, function) for key, function in view.totals if key not in hidden),
        settings=tuple((name, value) for name, value in view.settings if value not in hidden),
    )


def name_fields(table: type[Record]) -> tuple[Any, ...]:
    """The columns that a record's name is composed of."""
    row = cast(Any, table)
    named = {"lead": ("first_name", "last_name"), "activity": ("subject",), "opportunity": ("topic",)}
    named["contact"] = named["lead"]
    return tuple(getattr(row, name) for name in named.get(table.entity, ("name",)))
