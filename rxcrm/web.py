"""Plain HTTP beside the socket: sign-in and sign-out, set-up, files in and out, health, and the guard around it all.

Cookies can only be set by HTTP answers, and files are too big for the socket. Every route says who may call it.
"""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

from sqlmodel import Session, text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rxcrm import serve
from rxcrm.models import db, login, setup
from rxcrm.models.access import Privilege
from rxcrm.models.errors import BadValue, CrmError, Invalid
from rxcrm.models.importing import files, runs
from rxcrm.models.people import organisation
from rxcrm.models.records import Act
from rxcrm.settings import settings
from rxcrm.state import gate
from rxcrm.state.gate import PUBLIC, SIGNED_IN, Asker
from rxcrm.translation import N_, gettext, languages

log = logging.getLogger("rxcrm")
Handler = Callable[[Request], Awaitable[Response]]

#: Bytes of a posted form; files have their own limit.
FORM_LIMIT = 64 * 1024


def route(path: str, mark: str | Privilege, method: str = "POST") -> Callable[[Handler], Route]:
    """An HTTP route with its mark, as `gate.action` for events. Requests from other sites are refused."""

    def make(handler: Handler) -> Route:
        @functools.wraps(handler)
        async def guarded(request: Request) -> Response:
            locale = _language(request)
            if method != "GET" and not same_site(request.headers.get("origin"), request.headers.get("host")):
                return _say(gettext(locale, N_("This request came from another site.")), 403)
            found = await gate.resolve(request.cookies.get(gate.COOKIE, "")[:200])
            if not gate.allowed(mark, found):
                status = 401 if found is None else 403
                return _say(
                    gettext(locale, N_("Sign in first.") if found is None else N_("You may not do that.")), status
                )
            request.state.asker = found
            try:
                return await handler(request)
            except Invalid as refusal:
                return JSONResponse({"message": refusal.text(locale), "errors": refusal.by_field(locale)}, 422)
            except CrmError as refusal:
                return _say(refusal.text(locale), 422)

        guarded.__rxcrm_mark__ = mark  # type: ignore[attr-defined]
        return Route(path, guarded, methods=[method], name=handler.__name__)

    return make


def same_site(origin: str | None, host: str | None) -> bool:
    """Whether a browser says that a request comes from our own pages; other clients send no origin."""
    return origin is None or urlsplit(origin).netloc == host or origin == settings().public_url.rstrip("/")


def _language(request: Request) -> str:
    """The language for answers: the browser's first choice that has a catalogue."""
    known = languages()
    wanted = [part.split(";")[0].strip() for part in request.headers.get("accept-language", "").split(",")]
    return next((code for w in wanted for code in (w, w.split("-")[0]) if code in known), "en")


def _say(message: str, status: int) -> Response:
    return JSONResponse({"message": message, "errors": {}}, status)


async def _form(request: Request) -> dict[str, str]:
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


def _asker(request: Request) -> Asker:
    found: Asker = request.state.asker
    return found


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _signed_in(request: Request, token: str, go: str) -> Response:
    """The answer that carries the new session's cookie; `go` is the page to open next."""
    answer = JSONResponse({"go": go})
    answer.set_cookie(
        gate.COOKIE,
        token,
        max_age=settings().session_hours * 3600,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https" or settings().public_url.startswith("https"),
        path="/",
    )
    return answer


def _life() -> timedelta:
    return timedelta(hours=settings().session_hours)


def _local(path: str) -> str:
    """A path on this site to return to after signing in; anything else becomes the start page."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path else "/leads"


# -- signing in and out ----------------------------------------------------------------------------------------------


@route("/auth/login", PUBLIC)
async def sign_in(request: Request) -> Response:
    """E-mail and password for a session cookie."""
    form = await _form(request)
    attempt = await asyncio.to_thread(
        login.attempt,
        form.get("email", ""),
        form.get("password", ""),
        address=_address(request),
        agent=request.headers.get("user-agent", ""),
        now=db.now(),
        life=_life(),
    )
    if attempt.wait:
        raise CrmError(N_("Too many attempts. Try again in %(n)s seconds."), n=attempt.wait)
    if not attempt.token:
        raise CrmError(N_("The e-mail address or the password is wrong."))
    return _signed_in(request, attempt.token, _local(form.get("next", "/leads")))


@route("/auth/logout", PUBLIC)
async def sign_out(request: Request) -> Response:
    """End this session."""
    await db.run(login.sign_out, request.cookies.get(gate.COOKIE, ""))
    return _signed_out()


@route("/auth/everywhere", SIGNED_IN)
async def sign_out_everywhere(request: Request) -> Response:
    """End every session of this user, this one included."""
    await db.run(login.sign_out_everywhere, _asker(request).who.id)
    return _signed_out()


def _signed_out() -> Response:
    gate.forget()
    answer = JSONResponse({"go": "/login"})
    answer.delete_cookie(gate.COOKIE, path="/")
    return answer


@route("/auth/password", PUBLIC)
async def choose_password(request: Request) -> Response:
    """A one-time link and a new password for a session."""
    form = await _form(request)

    def redeem(session: Session) -> str:
        user = login.redeem_password_link(session, form.get("token", ""), form.get("password", ""), db.now())
        return login.open_session(
            session,
            user,
            address=_address(request),
            agent=request.headers.get("user-agent", ""),
            now=db.now(),
            life=_life(),
        )

    token = await db.run(redeem)
    gate.forget()
    return _signed_in(request, token, "/leads")


@route("/auth/setup", PUBLIC)
async def set_up(request: Request) -> Response:
    """The answers of the first visit, with the code that the server printed."""
    form = await _form(request)

    def carry_out(session: Session) -> str:
        if setup.is_needed(session) and not login.setup_code_is_right(session, form.get("code", ""), db.now()):
            raise Invalid({"code": BadValue(N_("This is not the code that the server printed when it started."))})
        admin = setup.set_up(session, setup.answers_from(form), db.now())
        org = organisation(session)
        if form.get("sample") == "1" and org is not None:
            from rxcrm.models.demo import load_sample

            load_sample(Act(session, login.who_is(session, admin, org), db.now()))
        return login.open_session(
            session,
            admin,
            address=_address(request),
            agent=request.headers.get("user-agent", ""),
            now=db.now(),
            life=_life(),
        )

    token = await db.run(carry_out)
    gate.forget()
    return _signed_in(request, token, "/leads")


# -- files -----------------------------------------------------------------------------------------------------------


@route("/files/import", Privilege.IMPORT)
async def upload(request: Request) -> Response:
    """A file to import, as the raw body; its name is in the `x-file-name` header (percent-encoded)."""
    limit = settings().upload_megabytes * 1024 * 1024
    path = files.folder() / secrets.token_hex(16)
    try:
        await _receive(request, path, limit)
        name = _file_name(request.headers.get("x-file-name", ""))
        who = _asker(request).who
        run = await db.run(lambda session: runs.register(Act(session, who, db.now()), path, name, "lead"))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return JSONResponse({"go": f"/import/{run.id}"})


def _file_name(header: str) -> str:
    from urllib.parse import unquote

    name = Path(unquote(header).replace("\\", "/")).name.strip()
    return name[-200:] or "file"


async def _receive(request: Request, path: Path, limit: int) -> None:
    """Write a request's body to a private file; raises BadValue past the limit."""
    size = 0
    path.touch(mode=0o600)
    with path.open("wb") as file:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise BadValue(N_("This file is larger than %(n)s MB."), n=settings().upload_megabytes)
            await asyncio.to_thread(file.write, chunk)


@route("/files/import/{run_id:int}/rejected", Privilege.IMPORT, method="GET")
async def rejected_rows(request: Request) -> Response:
    """The rejected rows of an import in the file's own layout, with a column that says why."""
    who, run_id = _asker(request).who, int(request.path_params["run_id"])

    def make(session: Session) -> tuple[str, bytes, str]:
        act = Act(session, who, db.now())
        return runs.rejected_file(session, runs.find_run(act, run_id))

    name, content, kind = await db.look(make)
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type=kind, headers=headers)


@route("/health", PUBLIC, method="GET")
async def health(request: Request) -> Response:
    """Answers "ok" while the database does."""
    await db.look(lambda session: session.execute(text("SELECT 1")))
    return PlainTextResponse("ok")


ROUTES = [sign_in, sign_out, sign_out_everywhere, choose_password, set_up, upload, rejected_rows, health]
http = Starlette(routes=ROUTES)


# -- the guard -------------------------------------------------------------------------------------------------------

_SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
    (
        b"content-security-policy",
        # React Router's hydration scripts are inline; nothing is evaluated from strings and nothing comes from elsewhere.
        b"default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        b"connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'",
    ),
]
_FOREVER = (b"cache-control", b"public, max-age=31536000, immutable")
_ASK_AGAIN = (b"cache-control", b"no-cache")
# Browsers ask for the icon after every change of the address.
_A_DAY = (b"cache-control", b"public, max-age=86400")


def _life_of(path: str) -> tuple[bytes, bytes]:
    """How long a browser may keep what is at a path without asking again."""
    if path.startswith(("/assets/", "/fonts/")):
        return _FOREVER
    return _A_DAY if path == "/favicon.svg" else _ASK_AGAIN


@functools.cache
def _pages() -> frozenset[str]:
    """Paths of the built pages. Their files lie in folders, so without our help every visit begins with a redirect."""
    built = serve.WEB / "build" / "client"
    return frozenset(f"/{page.parent.relative_to(built)}" for page in built.rglob("index.html") if page.parent != built)


def guard(app: ASGIApp) -> ASGIApp:
    """Around everything: foreign sockets and Reflex's own upload are refused, headers added, hashed assets cached."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await app(scope, receive, send)
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        path = scope["path"]
        if scope["type"] == "websocket" or path.startswith("/_event"):
            if not same_site(headers.get("origin"), headers.get("host")):
                return await _refuse(scope, receive, send)
            return await app(scope, receive, send)
        if path.startswith("/_upload"):
            return await _refuse(scope, receive, send)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = list(message.get("headers", []))
                if not any(k.lower() == b"cache-control" for k, _ in sent):
                    sent.append(_life_of(path))
                message = {**message, "headers": [*sent, *_SECURITY]}
            await send(message)

        inside = {**scope, "path": f"{path}/"} if path in _pages() else scope
        return await app(inside, receive, with_headers)

    return guarded


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4403})
        return
    await PlainTextResponse("forbidden", 403)(scope, receive, send)


class NoCookies(logging.Filter):
    """Keeps cookies out of the log: Reflex prints unknown events with every header of their socket."""

    def filter(self, record: logging.LogRecord) -> bool:
        if gate.COOKIE in record.getMessage():
            record.msg, record.args = "refused an event that names no handler", ()
        return True
