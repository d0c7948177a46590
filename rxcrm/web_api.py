"""The HTTP interface for programs: records as JSON under /api/v1, with keys that administrators make (docs/api.md).

A key stands in the header "Authorization: Bearer …"; cookies count for nothing here, so no other site can make a browser ask.
Everything passes the verbs and rights of the forms. Refusals are `{"message", "errors"}` with the status that says which.
"""

from __future__ import annotations

import contextlib
import functools
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from decimal import Decimal
from typing import Any, NoReturn, TypeVar

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rxcrm.guard import same_site
from rxcrm.models import configuration, db, records
from rxcrm.models.api import describing, keys, openapi, serving
from rxcrm.models.api.keys import Caller
from rxcrm.models.api.openapi import BASE
from rxcrm.models.api.values import PLACES, Json
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.filters.conditions import BadFilter
from rxcrm.models.matching.saving import Alike
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.routing import language_of, say
from rxcrm.state import gate, live
from rxcrm.translation import N_, gettext

log = logging.getLogger("rxcrm")
T = TypeVar("T")
Handler = Callable[[Request, Caller], Awaitable[Response]]

#: The mark of these routes: whoever has a key.
KEY = "api key"
#: Bytes of a request; a record is at most a few hundred thousand characters of text.
LIMIT = 2 * 1024 * 1024
#: Characters of the texts in an address.
LONGEST_SEARCH, LONGEST_CURSOR = 200, 2_000
#: Characters of the name of a field or column, and how many are named at once.
LONGEST_NAME, MOST_NAMES = 120, 500
#: How often a change is tried that names no version.
TRIES = 3
NO_KEY = N_(
    "This needs an API key that is in use: “Authorization: Bearer …”. Administrators make them in the settings."
)
READ_ONLY = N_("This API key may only read.")
NO_JSON = N_("The request is no JSON object.")
_PRIVATE = {"cache-control": "private, no-store"}


def endpoint(path: str, method: str = "GET") -> Callable[[Handler], Route]:
    """A route of the interface: finds out whose key it is, and answers refusals with the status that says which."""

    def make(handler: Handler) -> Route:
        @functools.wraps(handler)
        async def guarded(request: Request) -> Response:
            locale = language_of(request)
            if method != "GET" and not same_site(request.headers.get("origin"), request.headers.get("host")):
                return say(gettext(locale, N_("This request came from another site.")), 403)
            caller = await _caller(request)
            if caller is None:
                answer = say(gettext(locale, NO_KEY), 401)
                answer.headers["www-authenticate"] = "Bearer"
                return answer
            if "accept-language" not in request.headers:
                locale = caller.who.conventions.locale
            if method != "GET" and caller.read_only:
                return say(gettext(locale, READ_ONLY), 403)
            try:
                answer = await handler(request, caller)
            except CrmError as refusal:
                answer = await _refused(request, caller, refusal, locale)
            except Exception:
                log.exception("a request of the interface failed")
                answer = say(gettext(locale, gate.BROKEN), 500)
            answer.headers.update(_PRIVATE)
            return answer

        guarded.__rxcrm_mark__ = KEY  # type: ignore[attr-defined]
        return Route(BASE + path, guarded, methods=[method], name=handler.__name__)

    return make


async def _caller(request: Request) -> Caller | None:
    scheme, _, secret = request.headers.get("authorization", "")[:200].partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return None
    caller = await db.look(keys.caller, secret.strip(), db.now())
    if caller and caller.due and caller.key_id not in _noting:
        _noting.add(caller.key_id)
        db.later(_note, caller.key_id)
    return caller


#: Keys whose use is being noted: a note that waits for its turn to write must not be made a hundred times.
_noting: set[int] = set()


def _note(session: Session, key_id: int) -> None:
    try:
        keys.note_use(session, key_id, db.now())
    finally:
        _noting.discard(key_id)


_STATUS: dict[type[CrmError], int] = {NotFound: 404, NotAllowed: 403, BadFilter: 400, Stale: 409, Alike: 409}


async def _refused(request: Request, caller: Caller, refusal: CrmError, locale: str) -> Response:
    status = next((s for kind, s in _STATUS.items() if isinstance(refusal, kind)), 422)
    body: dict[str, Json] = {"message": refusal.text(locale), "errors": {}}
    if isinstance(refusal, Invalid):
        body["errors"] = refusal.by_field(locale)
    if isinstance(refusal, Alike):
        body["duplicates"] = [asdict(match) for match in refusal.matches]
    if isinstance(refusal, Stale) and (version := _version(request)) is not None:
        entity, record_id = _place(request)
        found = await _look(caller, lambda act: _conflicts(act, entity, record_id, version))
        body["conflicts"] = [asdict(conflict) for conflict in found]
    return JSONResponse(body, status)


def _conflicts(act: Act, entity: str, record_id: int, version: int) -> list[records.Conflict]:
    row = records.seen(act, record_table(entity), record_id)
    return records.conflicts(act, row, version) if row is not None and row.deleted_on is None else []


# -- reading ---------------------------------------------------------------------------------------------------------


@endpoint("/me")
async def me(request: Request, caller: Caller) -> Response:
    """As whom the key acts: `{"user", "organisation", "read_only"}`."""
    organisation = await _look(caller, lambda act: act.organisation.name)
    who = caller.who
    user = {"id": who.id, "name": who.name, "email": who.email}
    return JSONResponse({"user": user, "organisation": organisation, "read_only": caller.read_only})


@endpoint("/tables")
async def tables(request: Request, caller: Caller) -> Response:
    """The tables with their fields, options and views."""
    return JSONResponse({"tables": await _look(caller, describing.tables)})


@endpoint("/openapi.json")
async def openapi_document(request: Request, caller: Caller) -> Response:
    """The description of the interface as the OpenAPI Specification has it."""
    return JSONResponse(await _look(caller, openapi.document))


@endpoint("/{table}")
async def list_records(request: Request, caller: Caller) -> Response:
    """A page of a table: `{"records": [...], "next": cursor or null}`."""
    wanted = _wanted(request)
    return JSONResponse(await _look(caller, lambda act: serving.page(act, wanted)))


@endpoint("/{table}/{id}")
async def get_record(request: Request, caller: Caller) -> Response:
    """One record."""
    entity, record_id = _place(request)
    only = _names(request, "fields")
    return _record(await _look(caller, lambda act: serving.one(act, entity, record_id, only)))


# -- writing ---------------------------------------------------------------------------------------------------------


@endpoint("/{table}", "POST")
async def create_record(request: Request, caller: Caller) -> Response:
    """A new record of `{"fields", "owner"}`."""
    entity, body, refuse = _entity(request), await _body(request), _refuses(request)
    record_id = await _do(caller, lambda act: serving.add(act, entity, body, refuse=refuse))
    return await _written(caller, entity, record_id, 201)


@endpoint("/{table}/{id}", "PATCH")
async def change_record(request: Request, caller: Caller) -> Response:
    """Write the `fields` that are named, and only those."""
    (entity, record_id), body, version = _place(request), await _body(request), _version(request)
    refuse = _refuses(request)
    change = functools.partial(serving.change, entity=entity, record_id=record_id, body=body, version=version)
    await _do(caller, lambda act: change(act, refuse=refuse), again=version is None)
    return await _written(caller, entity, record_id)


@endpoint("/{table}/{id}", "DELETE")
async def delete_record(request: Request, caller: Caller) -> Response:
    """Move a record to the recycle bin."""
    (entity, record_id), version = _place(request), _version(request)
    await _do(caller, lambda act: serving.remove(act, entity, record_id, version), again=version is None)
    return Response(status_code=204)


# -- parts -----------------------------------------------------------------------------------------------------------


async def _look(caller: Caller, fn: Callable[[Act], T]) -> T:
    return await db.look(lambda session: fn(Act(session, caller.who, db.now())))


async def _do(caller: Caller, fn: Callable[[Act], T], *, again: bool = False) -> T:
    """Do something as the caller in one transaction; then open tabs hear what changed.

    With `again` it is done once more where somebody else wrote the same record at the same moment.
    """
    topics: set[str] = set()

    def unit(session: Session) -> T:
        # The body may have been long in coming: the key counts as it is now.
        if (now := keys.still(session, caller.key_id, db.now())) is None or now.read_only:
            raise NotAllowed(NO_KEY)
        return fn(Act(session, now.who, db.now(), topics))

    result = await _insisting(unit) if again else await db.run(unit)
    if configuration.TOPIC in topics:
        gate.forget()
    live.publish(topics)
    return result


async def _written(caller: Caller, entity: str, record_id: int, status: int = 200) -> Response:
    """The record as it is now; its number alone where it has gone to somebody whose records the caller may not see."""
    try:
        return _record(await _look(caller, lambda act: serving.one(act, entity, record_id)), status)
    except NotFound:
        return JSONResponse({"id": record_id}, status)


async def _insisting(unit: Callable[[Session], T]) -> T:
    for _ in range(TRIES - 1):
        with contextlib.suppress(Stale):
            return await db.run(unit)
    return await db.run(unit)


def _record(found: dict[str, Json], status: int = 200) -> Response:
    return JSONResponse(found, status, {"etag": f'"{found["version"]}"', "location": f"{BASE}{found['url']}"})


def _entity(request: Request) -> str:
    try:
        return PLACES[request.path_params["table"]]
    except KeyError:
        known = ", ".join(PLACES)
        raise NotFound(N_("There is no such table. There are: %(names)s."), names=known) from None


def _place(request: Request) -> tuple[str, int]:
    number = str(request.path_params["id"])
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise NotFound
    return _entity(request), int(number)


def _version(request: Request) -> int | None:
    """The version in If-Match, as the answers have it in ETag; None without one. Raises BadValue."""
    said = request.headers.get("if-match", "").strip()
    if not said or said == "*":
        return None
    plain = said.removeprefix("W/").strip('"')
    if not (plain.isascii() and plain.isdecimal() and len(plain) < 10):
        raise BadValue(N_("If-Match has the version of a record, as its ETag says it."))
    return int(plain)


def _refuses(request: Request) -> bool:
    said = request.query_params.get("duplicates", "")
    if said not in ("", "refuse"):
        raise BadValue(N_("`duplicates` is “refuse”, or left out."))
    if said and not serving.may_be_doubled(_entity(request)):
        raise BadValue(N_("There are no rules for duplicates of this table."))
    return bool(said)


def _names(request: Request, name: str) -> tuple[str, ...]:
    found = tuple(filter(None, request.query_params.get(name, "").split(",")))
    if len(found) > MOST_NAMES or any(len(one) > LONGEST_NAME for one in found):
        raise BadValue(N_("`%(name)s` names too much."), name=name)
    return found


def _wanted(request: Request) -> serving.Wanted:
    asked = request.query_params
    size = asked.get("size", str(serving.USUAL))
    after = asked.get("after", "")
    if len(after) > LONGEST_CURSOR:
        raise BadValue(N_("This is no `next` of a page."))
    return serving.Wanted(
        _entity(request),
        asked.get("view", "")[:100],
        _condition(asked.get("filter", "")),
        asked.get("search", "")[:LONGEST_SEARCH],
        tuple((key.removeprefix("-"), key.startswith("-")) for key in _names(request, "sort")),
        _names(request, "fields"),
        int(size) if size.isascii() and size.isdecimal() and len(size) < 5 else 0,
        after,
        asked.get("count") == "1",
    )


def _condition(text: str) -> Json:
    if not text:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadFilter
    return found


async def _body(request: Request) -> dict[str, Json]:
    """The JSON object of a request, numbers with a point as they were written. Raises BadValue."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LIMIT:
            raise BadValue(N_("A request has at most %(n)s MB."), n=LIMIT // 1024 // 1024)
    try:
        found: Any = json.loads(body, parse_float=Decimal, parse_constant=_no_number)
        json.dumps(found, ensure_ascii=False, default=str).encode()  # halves of characters cannot be stored nor told
    except (ValueError, RecursionError, ArithmeticError):
        found = None
    if not isinstance(found, dict):
        raise BadValue(NO_JSON)
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


ROUTES = [me, tables, openapi_document, list_records, get_record, create_record, change_record, delete_record]
