"""What every lead went through, and when: made, contacted, qualified, won. The ground of several reports."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Text, and_, case, func, literal_column, or_, select
from sqlalchemy import cast as sql_cast

from rxcrm.models import lists
from rxcrm.models.activity import Activity
from rxcrm.models.charting.groups import Grouping
from rxcrm.models.charting.reports.medians import elapsed
from rxcrm.models.charting.reports.sources import won_sales
from rxcrm.models.charting.shipped import ATTENTION
from rxcrm.models.choices import ActivityKind, ActivityStatus, LeadReason, LeadStatus
from rxcrm.models.filters.conditions import Group
from rxcrm.models.history import Event, History
from rxcrm.models.lead import Lead
from rxcrm.models.lists import Ask
from rxcrm.models.records import Act

#: Kinds of activities by which somebody speaks with a lead.
TALKS = (ActivityKind.PHONE_CALL, ActivityKind.EMAIL, ActivityKind.APPOINTMENT)
#: How a save is stored by which Status Reason became Contacted; "_" is a digit of what it was before.
_CONTACTED = tuple(f'%["status_reason", "{old}", "{int(LeadReason.CONTACTED)}"]%' for old in ("", "_", "__", "___"))


def leads_of(
    act: Act, where: Group, by: Grouping | None
) -> tuple[Any, list[ColumnElement[bool]], dict[str, Any], ColumnElement[Any]]:
    """The leads that pass a condition: table, conditions, parameters, and the key of each one's group."""
    conditions, params = lists.conditions(act, Ask("lead", "all", where=where))
    return cast(Any, Lead).__table__, conditions, params, by.key if by else literal_column("0")


def journeys(act: Act, where: Group, by: Grouping | None) -> tuple[Select[Any], dict[str, Any]]:
    """One row for each lead that passes `where`: its group `g`, how far it came (0 or 1 each), and the seconds between.

    A lead is contacted once its Status Reason said so, or once somebody spoke with it (a call, e-mail or appointment that
    is completed); whoever is qualified has been contacted, whoever is won was qualified.
    """
    lead, conditions, params, key = leads_of(act, where, by)
    sales, more = won_sales(act)
    row = lead.c
    won = sales.c.lead.is_not(None)
    qualified = or_(row.status == int(LeadStatus.QUALIFIED), won)
    # Asked once for each lead: the grouping above needs what these give more than once.
    reached = (
        select(
            key.label("g"),
            row.created_on.label("created_on"),
            case((row.status == int(LeadStatus.QUALIFIED), row.closed_on)).label("qualified_on"),
            sales.c.won_on.label("won_on"),
            _first_talk(row).label("talk"),
            _first_marked(row).label("marked"),
            case((won, 1), else_=0).label("won"),
            case((qualified, 1), else_=0).label("qualified"),
            case((row.status_reason == int(LeadReason.CONTACTED), 1), else_=0).label("now"),
        )
        .select_from(lead.outerjoin(sales, sales.c.lead == row.id))
        .where(*conditions)
        .subquery("reached")
    ).c
    contacted_on = case(
        (and_(reached.marked.is_not(None), or_(reached.talk.is_(None), reached.marked < reached.talk)), reached.marked),
        else_=reached.talk,
    )
    contacted = or_(reached.now == 1, reached.qualified == 1, contacted_on.is_not(None))
    return select(
        reached.g.label("g"),
        case((contacted, 1), else_=0).label("contacted"),
        reached.qualified.label("qualified"),
        reached.won.label("won"),
        elapsed(reached.created_on, contacted_on).label("to_contacted"),
        elapsed(contacted_on, reached.qualified_on).label("to_qualified"),
        elapsed(reached.qualified_on, reached.won_on).label("to_won"),
    ), {**params, **more}


def _first_talk(row: Any) -> ColumnElement[Any]:
    """When somebody first spoke with a lead."""
    activity = cast(Any, Activity).__table__.alias("talk").c
    return (
        select(func.min(activity.closed_on))
        .where(
            activity.regarding_entity == "lead",
            activity.regarding_id == row.id,
            activity.deleted_on.is_(None),
            activity.status == int(ActivityStatus.COMPLETED),
            activity.kind.in_([int(kind) for kind in TALKS]),
        )
        .scalar_subquery()
    )


def _first_marked(row: Any) -> ColumnElement[Any]:
    """When its Status Reason first became Contacted, as far as the history knows."""
    entry = cast(Any, History).__table__.alias("entry").c
    changes = sql_cast(entry.changes, Text())
    return (
        select(func.min(entry.at))
        .where(
            entry.entity == "lead",
            entry.record_id == row.id,
            entry.event == Event.CHANGED.value,
            or_(*(changes.like(pattern) for pattern in _CONTACTED)),
        )
        .scalar_subquery()
    )


def first_attention(row: Any) -> ColumnElement[Any]:
    """When the first activity or note about a lead was written."""
    activity = cast(Any, Activity).__table__.alias("attention").c
    return (
        select(func.min(activity.created_on))
        .where(
            activity.regarding_entity == "lead",
            activity.regarding_id == row.id,
            activity.deleted_on.is_(None),
            activity.kind.in_([int(kind) for kind in ATTENTION]),
        )
        .scalar_subquery()
    )
