"""Whose activities a timeline shows besides those of its own record (S 1.2, 1.3, 4.9).

An opportunity shows those of the lead that it came from; accounts and contacts roll up those of what belongs to them.
Nothing is copied or moved: the other records are found by what points to them, as far as the reader may see them.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, case, exists, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from rxcrm.models.access import visible
from rxcrm.models.activity import Activity, Party
from rxcrm.models.fields import fields_of
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.models.timeline.placing import Bucket

_ACTIVITY: Any = cast(Any, Activity)
_PARTY: Any = cast(Any, Party)
#: Table → the tables whose records belong to one of its records, with the look-ups that say so.
CHILDREN: dict[str, tuple[tuple[str, str], ...]] = {
    "account": (("contact", "account_id"), ("lead", "existing_account_id"), ("opportunity", "account_id")),
    "contact": (("lead", "existing_contact_id"), ("opportunity", "contact_id")),
}
#: Table → the tables whose activities its timelines show, its own first.
SHOWN: dict[str, tuple[str, ...]] = {
    "opportunity": ("opportunity", "lead"),
    **{entity: (entity, *(child for child, _ in children)) for entity, children in CHILDREN.items()},
}
#: How many of the other records an open timeline is kept up to date of.
WATCHED = 500


def is_wide(entity: str) -> bool:
    """Whether the timelines of a table show more than what stands on their own record."""
    return entity in SHOWN


def others(act: Act, entity: str, record_id: int) -> list[tuple[str, Select[Any]]]:
    """The other records of a timeline that the reader may see: their tables, and their ids as a select."""
    if entity == "opportunity":
        if not act.who.may_read(fields_of(Opportunity)["originating_lead_id"]):
            return []
        deal: Any = Opportunity
        origin = select(deal.originating_lead_id).where(deal.id == record_id).scalar_subquery()
        return [("lead", _seen(act, "lead", "id", origin))]
    return [
        (child, _seen(act, child, link, record_id))
        for child, link in CHILDREN.get(entity, ())
        if act.who.may_read(fields_of(record_table(child))[link])
    ]


def _seen(act: Act, entity: str, name: str, value: Any) -> Select[Any]:
    table: Any = record_table(entity)
    return select(table.id).where(getattr(table, name) == value, table.deleted_on.is_(None), visible(act.who, table))


def conditions(act: Act, entity: str, record_id: int) -> list[ColumnElement[bool]]:
    """Of which parties a wide timeline is made: one of each activity, that of its own record before any other."""
    wanted = others(act, entity, record_id)
    second: Any = aliased(Party)
    better = exists().where(
        second.activity_id == _PARTY.activity_id,
        second.bucket != int(Bucket.HIDDEN),
        _within(second, entity, record_id, wanted),
        _rank(second, entity, record_id) < _rank(_PARTY, entity, record_id),
    )
    return [_within(_PARTY, entity, record_id, wanted), ~better]


def _within(party: Any, entity: str, record_id: int, wanted: list[tuple[str, Select[Any]]]) -> ColumnElement[bool]:
    own = and_(party.entity == entity, party.record_id == record_id)
    return or_(own, *(and_(party.entity == other, party.record_id.in_(ids)) for other, ids in wanted))


def _rank(party: Any, entity: str, record_id: int) -> Any:
    """Own parties first, then in the order in which they were named."""
    return case((and_(party.entity == entity, party.record_id == record_id), 0), else_=party.id)


def regards_any(act: Act, entity: str, record_id: int) -> list[ColumnElement[bool]]:
    """Activities that regard one of the other records."""
    return [
        and_(_ACTIVITY.regarding_entity == other, _ACTIVITY.regarding_id.in_(ids))
        for other, ids in others(act, entity, record_id)
    ]


def watched(act: Act, entity: str, record_id: int) -> list[str]:
    """The topics of a timeline: its own record and the others, the newest of them; one statement."""
    parts: list[Any] = []
    for other, ids in others(act, entity, record_id):
        newest = ids.order_by(cast(Any, record_table(other)).id.desc()).limit(WATCHED).subquery()
        parts.append(select(literal(other), newest.c.id))
    found: Any = act.session.execute(union_all(*parts)) if parts else []
    return [f"{entity}:{record_id}", *(f"{other}:{other_id}" for other, other_id in found)]
