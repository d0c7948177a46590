"""Charts that people made: their own, and those of the system, which administrators change (S 7.11)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select

from rxcrm.models.access import Privilege
from rxcrm.models.charting.charts import BadChart, Chart, of_json, to_json
from rxcrm.models.charting.shipped import CHARTS
from rxcrm.models.charting.tables import SavedChart
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.fields import clean
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.translation import N_, gettext

#: Charts that one user may keep for one table, and characters of a name.
MOST_CHARTS, LONGEST_NAME = 100, 100
#: Begins the key of a chart that lies in the database.
SAVED = "c"


@dataclass
class Offered:
    """A chart to choose: `own` ones are the asker's, others the system's. `problem` says why it cannot be drawn."""

    key: str
    label: str
    own: bool = False
    change: bool = False
    id: int = 0
    version: int = 0
    definition: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


def offered(act: Act, entity: str) -> list[Offered]:
    """The charts of a table: those of the system, then the asker's own; one statement."""
    locale = act.who.conventions.locale
    found = [Offered(c.key, gettext(locale, c.label), definition=to_json(c)) for c in CHARTS.get(entity, ())]
    rows = act.session.exec(
        select(SavedChart)
        .where(
            SavedChart.entity == entity, or_(col(SavedChart.owner_id).is_(None), col(SavedChart.owner_id) == act.who.id)
        )
        .order_by(col(SavedChart.owner_id).is_not(None), col(SavedChart.id))
    )
    return found + [_offer(act, row) for row in rows]


def _offer(act: Act, row: SavedChart) -> Offered:
    own, problem = row.owner_id is not None, ""
    try:
        of_json(row.definition)
    except CrmError as refusal:
        problem = refusal.text(act.who.conventions.locale)
    change = own or act.who.administrator
    return Offered(f"{SAVED}{row.id}", row.name, own, change, row.id or 0, row.version, row.definition, problem)


def chart_of(act: Act, entity: str, key: str) -> Chart:
    """The chart of a key; without key the first of the table. Raises NotFound, BadChart."""
    charts = CHARTS.get(entity, ())
    if not charts:
        raise NotFound
    if shipped := next((chart for chart in charts if chart.key == key or not key), None):
        return shipped
    row = _seen(act, _id_of(key))
    if row.entity != entity:
        raise NotFound
    return of_json(row.definition, key, row.name)


def _id_of(key: str) -> int:
    number = key.removeprefix(SAVED)
    return int(number) if key.startswith(SAVED) and number.isascii() and number.isdecimal() and len(number) < 19 else 0


def _seen(act: Act, chart_id: int) -> SavedChart:
    row = act.session.get(SavedChart, chart_id) if 0 < chart_id < LARGEST_ID else None
    if row is None or row.owner_id not in (None, act.who.id):
        raise NotFound(N_("This chart doesn't exist any more, or it is not yours."))
    return row


def save(
    act: Act, definition: Any, name: str, *, chart_id: int = 0, version: int = 0, system: bool = False
) -> SavedChart:
    """Keep a chart, a new one or one that is changed. System charts are the administrators'.

    Raises Invalid for its name, BadChart or BadFilter for what it says, NotAllowed, NotFound, Stale.
    """
    chart = of_json(definition)
    name = checked_name(name)
    if chart_id:
        row = _changeable(act, chart_id, version)
        if row.entity != chart.entity:
            raise BadChart
        row.version += 1
    else:
        if system and not act.who.administrator:
            raise NotAllowed(N_("Only administrators make charts for everybody."))
        _check_room(act, chart.entity)
        row = SavedChart(
            entity=chart.entity,
            name=name,
            owner_id=None if system else act.who.id,
            created_on=act.now,
            modified_on=act.now,
        )
    row.name, row.definition, row.modified_on = name, to_json(chart), act.now
    act.session.add(row)
    act.session.flush()
    return row


def remove(act: Act, chart_id: int) -> str:
    """Delete a chart; its name. Dashboards keep the copy that they show."""
    row = _changeable(act, chart_id)
    act.session.delete(row)
    return row.name


def _changeable(act: Act, chart_id: int, version: int | None = None) -> SavedChart:
    row = _seen(act, chart_id)
    if row.owner_id is None and not act.who.holds(Privilege.ADMINISTER):
        raise NotAllowed(N_("Only administrators change charts that everybody has."))
    if version is not None and row.version != version:
        raise Stale(N_("Somebody else changed this chart meanwhile. Look at it again before you save."))
    return row


def checked_name(name: str) -> str:
    """The cleaned name of a chart or dashboard. Raises Invalid."""
    name = clean(name)
    if not name:
        raise Invalid({"name": BadValue(N_("%(label)s is required."), label=N_("Name"))})
    if len(name) > LONGEST_NAME:
        raise Invalid({"name": BadValue(N_("A name can have at most %(n)s characters."), n=LONGEST_NAME)})
    return name


def _check_room(act: Act, entity: str) -> None:
    there = act.session.exec(
        select(SavedChart.id).where(SavedChart.entity == entity, SavedChart.owner_id == act.who.id).limit(MOST_CHARTS)
    ).all()
    if len(there) >= MOST_CHARTS:
        raise BadValue(N_("You have %(n)s charts here already. Delete one first."), n=MOST_CHARTS)
