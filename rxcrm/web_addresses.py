"""Addresses while somebody types a street, over HTTP: a slow server holds up nothing else that the page asks for."""

from __future__ import annotations

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rxcrm.models.addresses.suggesting import LONGEST, suggest
from rxcrm.routing import asker_of, route
from rxcrm.state.gate import SIGNED_IN


@route("/data/addresses", SIGNED_IN, method="GET")
async def addresses(request: Request) -> Response:
    """Addresses for the street in `q`: `{"found": [{"street1", "city", …, "detail"}], "failed"}`."""
    offer = await suggest(asker_of(request).who, request.query_params.get("q", "")[:LONGEST])
    found = [{**asdict(each), "detail": each.detail} for each in offer.found]
    return JSONResponse({"found": found, "failed": offer.failed}, headers={"cache-control": "private, no-store"})


ROUTES = [addresses]
