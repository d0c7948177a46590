"""Plain HTTP beside the socket: sign-in and sign-out, set-up, files in and out, health.

Cookies can only be set by HTTP answers, and files are too big for the socket. Every route says who may call it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO
from urllib.parse import quote, unquote

from sqlmodel import Session, text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from rxcrm import web_addresses, web_api, web_charts, web_export, web_settings
from rxcrm.models import attaching, db, filestore, login, setup
from rxcrm.models.access import Privilege
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotFound
from rxcrm.models.importing import files, staging, wizard
from rxcrm.models.people import organisation
from rxcrm.models.records import Act
from rxcrm.routing import asker_of, form_of, route, say
from rxcrm.settings import settings
from rxcrm.state import gate
from rxcrm.state.gate import PUBLIC, SIGNED_IN
from rxcrm.translation import N_, gettext

log = logging.getLogger("rxcrm")


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _signed_in(request: Request, token: str, go: str) -> Response:
    """The answer that carries the new session's cookie; `go` is the page to open next."""
    answer = JSONResponse({"go": go})
    answer.set_cookie(
        gate.COOKIE,
        token,
        # As long as a session can live at all: when it ends for want of activity, only the server knows.
        max_age=int(gate.life().longest.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https" or settings().public_url.startswith("https"),
        path="/",
    )
    return answer


def _local(path: str) -> str:
    """A path on this site to return to after signing in; anything else becomes the start page."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path else "/leads"


# -- signing in and out ----------------------------------------------------------------------------------------------


@route("/auth/login", PUBLIC)
async def sign_in(request: Request) -> Response:
    """E-mail and password for a session cookie."""
    form = await form_of(request)
    attempt = await asyncio.to_thread(
        login.attempt,
        form.get("email", ""),
        form.get("password", ""),
        address=_address(request),
        agent=request.headers.get("user-agent", ""),
        now=db.now(),
        life=gate.life(),
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
    await db.run(login.sign_out_everywhere, asker_of(request).who.id)
    return _signed_out()


def _signed_out() -> Response:
    gate.forget()
    answer = JSONResponse({"go": "/login"})
    answer.delete_cookie(gate.COOKIE, path="/")
    return answer


@route("/auth/password", PUBLIC)
async def choose_password(request: Request) -> Response:
    """A one-time link and a new password for a session."""
    form = await form_of(request)

    def redeem(session: Session) -> str:
        user = login.redeem_password_link(session, form.get("token", ""), form.get("password", ""), db.now())
        return login.open_session(
            session,
            user,
            address=_address(request),
            agent=request.headers.get("user-agent", ""),
            now=db.now(),
            life=gate.life(),
        )

    token = await db.run(redeem)
    gate.forget()
    return _signed_in(request, token, "/leads")


@route("/auth/setup", PUBLIC)
async def set_up(request: Request) -> Response:
    """The answers of the first visit, with the code that the server printed."""
    form = await form_of(request)

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
            life=gate.life(),
        )

    token = await db.run(carry_out)
    gate.forget()
    return _signed_in(request, token, "/leads")


# -- files -----------------------------------------------------------------------------------------------------------


@route("/files/import", Privilege.IMPORT)
async def upload(request: Request) -> Response:
    """A file to import, as the raw body; its name is in the `x-file-name` header (percent-encoded), the table in `entity`.

    The answer names the imports that came of it: one, or one for each file of an archive.
    """
    path = files.folder() / secrets.token_hex(16)
    try:
        await _receive(request, path, settings().upload_megabytes)
        name = _file_name(request.headers.get("x-file-name", ""))
        entity = request.query_params.get("entity", "")[:40]
        made = await staging.apart(wizard.take_in, asker_of(request).who, path, name, entity)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return JSONResponse({"imports": made, "go": f"/import/{made[0]}/upload" if len(made) == 1 else "/import"})


def _file_name(header: str) -> str:
    name = Path(unquote(header).replace("\\", "/")).name.strip()
    return name[-200:] or "file"


async def _receive(request: Request, path: Path, megabytes: int) -> None:
    """Write a request's body to a private file; raises BadValue past the limit, at once where it is announced."""
    size, limit = 0, megabytes * 1024 * 1024
    announced = request.headers.get("content-length", "")
    path.touch(mode=0o600)
    with path.open("wb") as file:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit or (announced.isdecimal() and int(announced[:20]) > limit):
                raise BadValue(N_("This file is larger than %(n)s MB."), n=megabytes)
            await asyncio.to_thread(file.write, chunk)


@route("/files/attachments", SIGNED_IN)
async def attach(request: Request) -> Response:
    """A file for a note, e-mail or appointment, as the raw body; its name is in the `x-file-name` header (percent-encoded)."""
    name = unquote(request.headers.get("x-file-name", "")[:2000])
    attaching.check_type(attaching.cleaned(name))
    path = filestore.incoming()
    try:
        await _receive(request, path, settings().attachment_megabytes)
        taken = await asyncio.to_thread(attaching.take_in, name, path)
    finally:
        path.unlink(missing_ok=True)
    who = asker_of(request).who
    row = await db.run(lambda session: attaching.register(Act(session, who, db.now()), taken))
    shown = {key: getattr(row, key) for key in ("id", "name", "size", "mime", "width", "height")}
    return JSONResponse({**shown, "url": attaching.url_of(row)})


@route("/files/attachments/{attachment_id:int}/{name}", SIGNED_IN, method="GET")
async def attachment(request: Request) -> Response:
    """A file whose activity the user may read. Pictures are shown, everything else is saved, nothing ever runs."""
    who, attachment_id = asker_of(request).who, int(request.path_params["attachment_id"])
    try:
        row = await db.look(lambda session: attaching.openable(Act(session, who, db.now()), attachment_id))
        content = await asyncio.to_thread(filestore.open, row.digest)
    except (NotFound, FileNotFoundError):
        return say(gettext(who.conventions.locale, N_("This file is no longer there, or you may not open it.")), 404)
    shown = attaching.is_picture(row.mime)
    headers = {
        "content-disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(row.name, safe='')}",
        "content-security-policy": "default-src 'none'; sandbox",
        "cross-origin-resource-policy": "same-origin",
        # Asked for anew each time: rights change, and the next user of this browser is somebody else.
        "cache-control": "private, no-cache",
        "etag": f'"{row.digest}"',
    }
    if request.headers.get("if-none-match") == headers["etag"]:
        content.close()
        return Response(status_code=304, headers=headers)
    headers["content-length"] = str(row.size)
    return StreamingResponse(_in_pieces(content), media_type=row.mime if shown else attaching.PLAIN, headers=headers)


async def _in_pieces(content: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while piece := await asyncio.to_thread(content.read, filestore.CHUNK):
            yield piece
    finally:
        content.close()


@route("/files/import/{run_id:int}/rejected", Privilege.IMPORT, method="GET")
async def rejected_rows(request: Request) -> Response:
    """The rows of an import that did not come in, in the file's own layout, with columns that say why."""
    who, run_id = asker_of(request).who, int(request.path_params["run_id"])
    path = await asyncio.to_thread(files.scratch)
    try:
        name, kind = await db.look(lambda session: wizard.left_file(Act(session, who, db.now()), run_id, path))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    # Not a FileResponse: the server opens such a file after the answer's background task, which would have removed it.
    return StreamingResponse(_and_away(path), media_type=kind, headers=headers)


async def _and_away(path: Path) -> AsyncIterator[bytes]:
    """A file's content; the file goes with it. One that nobody fetches is a stray that `files.sweep` removes."""
    try:
        async for piece in _in_pieces(path.open("rb")):
            yield piece
    finally:
        path.unlink(missing_ok=True)


@route("/health", PUBLIC, method="GET")
async def health(request: Request) -> Response:
    """Answers "ok" while the database does."""
    await db.look(lambda session: session.execute(text("SELECT 1")))
    return PlainTextResponse("ok")


ROUTES = [
    sign_in,
    sign_out,
    sign_out_everywhere,
    choose_password,
    set_up,
    upload,
    rejected_rows,
    attach,
    attachment,
    *web_export.ROUTES,
    *web_charts.ROUTES,
    *web_settings.ROUTES,
    *web_addresses.ROUTES,
    *web_api.ROUTES,
    health,
]
http = Starlette(routes=ROUTES)
