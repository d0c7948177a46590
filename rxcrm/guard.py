"""The guard around everything that the server answers: foreign sockets are refused, security headers added, logs kept clean."""

from __future__ import annotations

import functools
import logging
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rxcrm import serve
from rxcrm.settings import settings
from rxcrm.state import gate

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


def same_site(origin: str | None, host: str | None) -> bool:
    """Whether a browser says that a request comes from our own pages; other clients send no origin."""
    if origin is None or origin == settings().public_url.rstrip("/"):
        return True
    try:
        return urlsplit(origin).netloc == host
    except ValueError:  # "http://[::1" is no address
        return False


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
