"""What every HTTP route has: a mark that says who may call it, refusals as sentences, a form as its body."""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rxcrm.guard import same_site
from rxcrm.models.access import Privilege
from rxcrm.models.errors import BadValue, CrmError, Invalid
from rxcrm.state import gate
from rxcrm.state.gate import Asker
from rxcrm.translation import N_, gettext, languages

Handler = Callable[[Request], Awaitable[Response]]

#: Bytes of a posted form; files have their own limit.
FORM_LIMIT = 64 * 1024


def route(path: str, mark: str | Privilege, method: str = "POST") -> Callable[[Handler], Route]:
    """An HTTP route with its mark, as `gate.action` for events. Requests from other sites are refused."""

    def make(handler: Handler) -> Route:
        @functools.wraps(handler)
        async def guarded(request: Request) -> Response:
            locale = language_of(request)
            if method != "GET" and not same_site(request.headers.get("origin"), request.headers.get("host")):
                return say(gettext(locale, N_("This request came from another site.")), 403)
            found = await gate.resolve(request.cookies.get(gate.COOKIE, "")[:200])
            if not gate.allowed(mark, found):
                status = 401 if found is None else 403
                return say(
                    gettext(locale, N_("Sign in first.") if found is None else N_("You may not do that.")), status
                )
            request.state.asker = found
            try:
                return await handler(request)
            except Invalid as refusal:
                return JSONResponse({"message": refusal.text(locale), "errors": refusal.by_field(locale)}, 422)
            except CrmError as refusal:
                return say(refusal.text(locale), 422)

        guarded.__rxcrm_mark__ = mark  # type: ignore[attr-defined]
        return Route(path, guarded, methods=[method], name=handler.__name__)

    return make


def language_of(request: Request) -> str:
    """The language for answers: the browser's first choice that has a catalogue."""
    known = languages()
    wanted = [part.split(";")[0].strip() for part in request.headers.get("accept-language", "").split(",")]
    return next((code for w in wanted for code in (w, w.split("-")[0]) if code in known), "en")


def say(message: str, status: int) -> Response:
    return JSONResponse({"message": message, "errors": {}}, status)


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a posted JSON object, all texts. Raises BadValue for anything else or too much of it."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_LIMIT:
            raise BadValue(N_("That is too much text."))
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise BadValue(N_("That request was not understood. Reload the page and try again."))
    return found


def asker_of(request: Request) -> Asker:
    found: Asker = request.state.asker
    return found
