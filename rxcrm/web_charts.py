"""Figures over HTTP: each tile of a dashboard and each chart asks for itself, all at once, and downloads are plain links."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, TypeVar
from urllib.parse import quote

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rxcrm.models import db
from rxcrm.models.access import Privilege
from rxcrm.models.charting import dashboards, files, saved
from rxcrm.models.charting.charts import BadChart, Chart, named, of_json
from rxcrm.models.charting.figures import Figures
from rxcrm.models.charting.reckoning import data
from rxcrm.models.charting.tiles import Tile, TileKind, read_all
from rxcrm.models.errors import NotFound
from rxcrm.models.exporting import making
from rxcrm.models.fields import Kind
from rxcrm.models.filters.conditions import read, written
from rxcrm.models.filters.values import place_of
from rxcrm.models.filters.wording import names_in
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.models.views import Column
from rxcrm.routing import asker_of, route
from rxcrm.state.gate import SIGNED_IN
from rxcrm.state.lists import ask_of
from rxcrm.translation import gettext

T = TypeVar("T")
#: Figures are of this moment and for this reader.
_FRESH = {"cache-control": "private, no-store"}


async def _look(request: Request, fn: Callable[[Act], T]) -> T:
    who = asker_of(request).who

    def unit(session: Session) -> T:
        return fn(Act(session, who, db.now()))

    return await db.look(unit)


@route("/data/charts/{entity}", SIGNED_IN, method="GET")
async def chart(request: Request) -> Response:
    """A chart over the list that the other parameters describe, as in the list's own address.

    One that nobody has saved yet stands in `definition`; `names` are those in its condition.
    """

    def shown(act: Act) -> dict[str, Any]:
        described = _chart(act, request)
        return {"figures": asdict(_figures(act, request)), "names": names_in(act, described.entity, described.where)}

    return JSONResponse(await _look(request, shown), headers=_FRESH)


@route("/files/charts/{entity}", Privilege.EXPORT, method="GET")
async def chart_file(request: Request) -> Response:
    """The same as a file; `format` is csv or xlsx."""
    kind = request.query_params.get("format", "")
    name, content = await _look(request, lambda act: files.written(act, _figures(act, request), kind))
    return _download(name, content, kind)


@route("/data/dashboards/{key}/{tile}", SIGNED_IN, method="GET")
async def tile(request: Request) -> Response:
    """What a tile shows at this moment: figures, or the first rows of a list."""
    return JSONResponse(await _look(request, lambda act: _shown(act, _tile(act, request))), headers=_FRESH)


@route("/files/dashboards/{key}/{tile}", Privilege.EXPORT, method="GET")
async def tile_file(request: Request) -> Response:
    """The figures of a tile as a file; `format` is csv or xlsx."""
    kind = request.query_params.get("format", "")
    name, content = await _look(request, lambda act: files.written(act, _tile(act, request).figures(act), kind))
    return _download(name, content, kind)


@route("/data/tiles", SIGNED_IN, method="GET")
async def preview(request: Request) -> Response:
    """What a tile would show that nobody has saved yet: `tile` is its JSON. `names` are those in its conditions."""
    asked = _described(request)

    def shown(act: Act) -> dict[str, Any]:
        return {**_shown(act, asked), "names": names_in(act, asked.entity, read(asked.where))}

    return JSONResponse(await _look(request, shown), headers=_FRESH)


@route("/files/tiles", Privilege.EXPORT, method="GET")
async def preview_file(request: Request) -> Response:
    """The figures of a tile that is described by `tile`; `format` is csv or xlsx."""
    kind, asked = request.query_params.get("format", ""), _described(request)
    name, content = await _look(request, lambda act: files.written(act, asked.figures(act), kind))
    return _download(name, content, kind)


def _described(request: Request) -> Tile:
    return read_all([_parsed(request.query_params.get("tile", ""))])[0]


def _figures(act: Act, request: Request) -> Figures:
    return data(act, _chart(act, request), ask_of(str(request.path_params["entity"]), dict(request.query_params)))


def _chart(act: Act, request: Request) -> Chart:
    """The chart that is named, or the one that is described by `definition`."""
    entity, query = str(request.path_params["entity"]), request.query_params
    if text := query.get("definition"):
        described = of_json(_parsed(text))
        if described.entity != entity:
            raise BadChart
        return replace(described, label=named(described, act.who.conventions.locale))
    return saved.chart_of(act, entity, query.get("chart", ""))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text[:20_000])
    except (ValueError, RecursionError):
        raise BadChart from None


def _tile(act: Act, request: Request) -> Tile:
    wanted = request.path_params["tile"]
    tiles = dashboards.find(act, str(request.path_params["key"])).tiles
    found = next((tile for tile in tiles if tile.id == wanted), None)
    if found is None:
        raise NotFound
    return found


def _shown(act: Act, tile: Tile) -> dict[str, Any]:
    if tile.kind is not TileKind.LIST:
        return {
            "title": tile.titled(act),
            "figures": asdict(tile.figures(act)),
            "rows": None,
            "at": act.now.isoformat(),
        }
    page = tile.page(act)
    columns = [_column(act, tile.entity, column) for column in page.columns]
    where = written(page.view.where) if tile.where else None
    listed = {"columns": columns, "rows": page.rows, "view": page.view.key, "where": where}
    return {"title": tile.titled(act), "figures": None, "rows": listed, "at": act.now.isoformat()}


def _column(act: Act, entity: str, column: Column) -> dict[str, Any]:
    """A column of a list as its tile draws it; `options` are the words for raw values."""
    locale, place = act.who.conventions.locale, place_of(record_table(entity), column.key)
    if place and not act.who.may_read(place):
        return {"key": column.key, "label": gettext(locale, column.label), "kind": "sealed", "options": {}}
    options: dict[str, str] = {}
    if place and place.spec.kind is Kind.CHOICE:
        options = {str(int(option)): gettext(locale, option.label) for option in place.spec.options or ()}
    elif place and place.spec.kind is Kind.YESNO:
        options = {str(number): gettext(locale, word) for number, word in enumerate(place.spec.words)}
    return {"key": column.key, "label": gettext(locale, column.label), "kind": column.kind, "options": options}


def _download(name: str, content: bytes, kind: str) -> Response:
    headers = {**_FRESH, "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(content, media_type=making.TYPES[kind], headers=headers)


ROUTES = [chart, chart_file, tile, tile_file, preview, preview_file]
