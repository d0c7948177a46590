"""What activities regard, by name, and whether they are overdue: what their lists and the calendar show beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import String, literal, literal_column, select, union_all

from rxcrm.models.access import REGARDED, visible
from rxcrm.models.activity import ACTIVE
from rxcrm.models.records import Act
from rxcrm.models.tables import REFERENCES, pointed_table
from rxcrm.models.views import name_fields

#: A table and an id.
Place = tuple[str, int]


def names_of(act: Act, places: Iterable[Place]) -> dict[Place, str]:
    """What the records at these places are called, as far as the asker may see them: one statement for all."""
    wanted: dict[str, list[int]] = {entity: [] for entity in (*REGARDED, *REFERENCES)}
    for entity, record_id in set(places):
        if entity in wanted:
            wanted[entity].append(record_id)
    parts = [_named(act, entity, ids) for entity, ids in wanted.items() if ids]
    if not parts:
        return {}
    rows = act.session.execute(union_all(*parts))
    return {(entity, record_id): " ".join(p for p in name if p) for entity, record_id, *name in rows}


def _named(act: Act, entity: str, ids: list[int]) -> Any:
    """Table, id and both parts of the name of the visible ones among `ids`."""
    table = cast(Any, pointed_table(entity))
    first, last = (*name_fields(table), literal_column("''", String))[:2]
    return select(literal(entity, String), table.id, first, last).where(
        table.id.in_(sorted(ids)), table.deleted_on.is_(None), visible(act.who, table)
    )


def path_of(place: Place) -> str:
    """The address of a record; empty for one that has no page."""
    path = pointed_table(place[0]).path
    return f"{path}/{place[1]}" if path else ""


def is_overdue(status: int, due_on: datetime | None, all_day: bool, now: datetime, zone: str) -> bool:
    """Open and its due date past (S 4.8); what lasts all day is overdue when that day is over in the user's zone."""
    if due_on is None or status not in ACTIVE:
        return False
    if not all_day:
        return due_on < now
    here = ZoneInfo(zone)
    over = datetime.combine(due_on.astimezone(here).date() + timedelta(days=1), time(), here)
    return over <= now


def dress(act: Act, columns: Collection[str], rows: list[dict[str, str]]) -> None:
    """Give the rows of a list of activities the name and address of what they regard, and a mark if they are overdue.

    What the rows hold beyond their `columns` is taken out: nobody learns the id of a record that he may not see.
    """
    places = [(row.pop("regarding_entity", ""), int(row.pop("regarding_id", "") or 0)) for row in rows]
    names = names_of(act, places)
    for row, place in zip(rows, places, strict=True):
        if place in names:
            row["regarding"], row["regarding_path"] = names[place], path_of(place)
        if "due_on" in row:
            due = datetime.fromisoformat(row["due_on"]) if row["due_on"] else None
            all_day = row.pop("all_day") == "1"
            if all_day:
                row["all_day"] = "1"
            if is_overdue(int(row["status"]), due, all_day, act.now, act.who.conventions.zone):
                row["overdue"] = "1"
        if "status" not in columns:
            row.pop("status", None)
