"""In a settings file: charts and dashboards that everybody has; those of single users are theirs."""

from __future__ import annotations

from typing import Any

from sqlmodel import col, select

from rxcrm.models.administration import require_administrator
from rxcrm.models.charting import tiles as tiling
from rxcrm.models.charting.boards import BOARDS
from rxcrm.models.charting.charts import of_json, to_json
from rxcrm.models.charting.saved import LONGEST_NAME, SAVED, checked_name
from rxcrm.models.charting.tables import Dashboard, DashboardShare, SavedChart
from rxcrm.models.errors import BadValue, NotFound
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.saved_view import SavedView
from rxcrm.models.settings_file.of_organisation import unknown
from rxcrm.models.settings_file.of_views import view_in, view_out
from rxcrm.models.settings_file.parts import AS_SHIPPED, Desk, Items, Part, numbered, register, shipped, shipped_key
from rxcrm.models.settings_file.references import UNKNOWN, Directory
from rxcrm.models.settings_file.shapes import Shape, anything, flag, listing, maybe, record, shipped_or, text
from rxcrm.models.system_views import id_of
from rxcrm.models.tables import RECORDS
from rxcrm.models.views import VIEWS
from rxcrm.translation import N_

_CHART = record(definition=anything)
_BOARD = record(name=text(LONGEST_NAME), hidden=flag, tiles=maybe(listing(anything, tiling.MOST_TILES)))
#: Begins the name in a file of what administrators made, where shipped things are named by their keys.
_OWN = "own:"


def _chart_shape(name: str) -> Shape:
    entity, _, chart = name.partition("/")
    return _CHART if entity in RECORDS and chart else unknown(name)


def _charts(act: Act) -> dict[str, SavedChart]:
    """Name in a file → chart of the system."""
    asked = select(SavedChart).where(col(SavedChart.owner_id).is_(None)).order_by(col(SavedChart.id))
    rows = list(act.session.exec(asked))
    return dict(zip(numbered(f"{row.entity}/{row.name}" for row in rows), rows, strict=True))


def _chart_out(names: Directory, definition: dict[str, Any]) -> dict[str, Any]:
    where = definition.get("where")
    return {**definition, "where": names.condition_out(str(definition.get("entity")), where) if where else None}


def _chart_in(desk: Desk, definition: dict[str, Any]) -> dict[str, Any]:
    where, entity = definition.get("where"), definition.get("entity")
    found = {**definition, "where": desk.names.condition(str(entity), where) if where and entity in RECORDS else None}
    return to_json(of_json(found))


def _export_charts(act: Act) -> Items:
    names = Directory(act)
    return {name: {"definition": _chart_out(names, row.definition)} for name, row in _charts(act).items()}


def _apply_charts(desk: Desk, wanted: Items) -> None:
    act = desk.act
    for name, value in wanted.items():
        with desk.item(name):
            require_administrator(act)
            entity, _, called = name.partition("/")
            row = _charts(act).get(name)
            if row is None:
                row = SavedChart(
                    entity=entity, name=checked_name(called), version=0, created_on=act.now, modified_on=act.now
                )
            definition = _chart_in(desk, value["definition"])
            if definition["entity"] != entity:
                raise BadValue(N_("This chart is one of another table."))
            row.definition, row.version, row.modified_on = definition, row.version + 1, act.now
            act.session.add(row)


register(Part("charts", N_("Charts"), 75, _export_charts, _apply_charts, _chart_shape))

# -- dashboards ------------------------------------------------------------------------------------------------------

_SHIPPED_BOARDS = {board.key for board in BOARDS}


def _board_shape(name: str) -> Shape:
    key = shipped_key(name)
    return shipped_or(_BOARD) if key in _SHIPPED_BOARDS else unknown(name) if key else _BOARD


def _boards(act: Act) -> dict[str, Dashboard]:
    """Name in a file → dashboard of the system that lies in the database."""
    asked = select(Dashboard).where(col(Dashboard.owner_id).is_(None)).order_by(col(Dashboard.id))
    rows = list(act.session.exec(asked))
    own = [row for row in rows if not row.key]
    found = {shipped(row.key): row for row in rows if row.key in _SHIPPED_BOARDS}
    return found | dict(zip(numbered(row.name for row in own), own, strict=True))


def _export_boards(act: Act) -> Items:
    names = Directory(act)
    charts = {f"{SAVED}{row.id}": name for name, row in _charts(act).items()}
    found: Items = {shipped(key): AS_SHIPPED for key in _SHIPPED_BOARDS}
    for name, row in _boards(act).items():
        if row.key and row.tiles is None and not row.hidden and not row.name:
            continue
        tiles = None if row.tiles is None else [_tile_out(act, names, charts, tile) for tile in row.tiles]
        found[name] = {"name": row.name, "hidden": row.hidden, "tiles": tiles}
    return found


def _tile_out(act: Act, names: Directory, charts: dict[str, str], tile: dict[str, Any]) -> dict[str, Any]:
    entity, view = str(tile.get("entity") or "lead"), str(tile.get("view") or "")
    told = {name: value for name, value in tile.items() if name != "id" and value not in ("", None, {})}
    if view and entity in RECORDS and id_of(view) and (name := view_out(act, entity, view)):
        told["view"] = f"{_OWN}{name}"
    if tile.get("chart") in charts:
        told["chart"] = f"{_OWN}{charts[tile['chart']]}"
    if tile.get("where"):
        told["where"] = names.condition_out(entity, tile["where"])
    if tile.get("definition"):
        told["definition"] = _chart_out(names, tile["definition"])
    return told


def _apply_boards(desk: Desk, wanted: Items) -> None:
    act = desk.act
    for name, value in wanted.items():
        with desk.item(name):
            require_administrator(act)
            key, row = shipped_key(name), _boards(act).get(name)
            if value == AS_SHIPPED:
                if row is not None:
                    _remove(act, row)
                continue
            row = row or Dashboard(key=key, version=0, created_on=act.now, modified_on=act.now)
            row.name = checked_name(value["name"] or name) if not key or value["name"] else ""
            row.tiles = None if key and value["tiles"] is None else _tiles_in(desk, value["tiles"] or [])
            row.hidden, row.version, row.modified_on = value["hidden"], row.version + 1, act.now
            act.session.add(row)


def _remove(act: Act, row: Dashboard) -> None:
    for share in act.session.exec(select(DashboardShare).where(DashboardShare.dashboard_id == row.id)):
        act.session.delete(share)
    act.session.delete(row)


def _tiles_in(desk: Desk, told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = [here for tile in told if (here := _tile_in(desk, tile)) is not None]
    return [tiling.to_json(tile) for tile in tiling.read_all(found)]


def _tile_in(desk: Desk, tile: dict[str, Any]) -> dict[str, Any] | None:
    """A tile with keys of here; None, with a warning, for one whose view or chart is not here."""
    entity, here = str(tile.get("entity") or "lead"), dict(tile)
    if entity not in RECORDS:
        raise NotFound(N_("There is no such table."))
    view, chart = str(tile.get("view") or ""), str(tile.get("chart") or "")
    if view.startswith(_OWN):
        here["view"] = view_in(entity, view.removeprefix(_OWN))
    elif not (_is_here(desk, view) if id_of(view) else any(known.key == view for known in VIEWS[entity])):
        here["view"] = ""
    if chart.startswith(_OWN):
        row = _charts(desk.act).get(chart.removeprefix(_OWN))
        here["chart"] = f"{SAVED}{row.id}" if row else ""
    for place, name in (("view", view), ("chart", chart)):
        if name and not here[place]:
            desk.warn(UNKNOWN, name=name.removeprefix(_OWN)[:200])
            return None
    if tile.get("where"):
        here["where"] = desk.names.condition(entity, tile["where"])
    if isinstance(tile.get("definition"), dict):
        here["definition"] = _chart_in(desk, tile["definition"])
    return here


def _is_here(desk: Desk, view: str) -> bool:
    """Whether a view of somebody is the one that the file speaks of."""
    number = id_of(view)
    return desk.names.same and 0 < number < LARGEST_ID and desk.act.session.get(SavedView, number) is not None


register(Part("dashboards", N_("Dashboards"), 80, _export_boards, _apply_boards, _board_shape))
