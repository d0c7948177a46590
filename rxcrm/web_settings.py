"""Plain HTTP for files of settings: fetching what is now, taking one in, fetching what was before an import."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from rxcrm.models import db
from rxcrm.models.access import Privilege
from rxcrm.models.records import Act
from rxcrm.models.settings_file import file, keeping
from rxcrm.models.settings_file.tables import SettingsFile
from rxcrm.routing import asker_of, route

_ODD = re.compile(r"[^\w-]+")


@route("/files/settings", Privilege.ADMINISTER, method="GET")
async def settings_now(request: Request) -> Response:
    """Everything that administrators have shaped, as one file."""
    who = asker_of(request).who

    def unit(session: Session) -> tuple[str, str, str]:
        act = Act(session, who, db.now())
        return act.organisation.name, act.now.date().isoformat(), file.export(act)

    name, day, content = await db.look(unit)
    return _download(f"{_ODD.sub('-', name).strip('-')[:60] or 'rxcrm'}-settings-{day}.json", content)


@route("/files/settings", Privilege.ADMINISTER)
async def take_settings_in(request: Request) -> Response:
    """A file of settings to be looked through, as the raw body; its name is in `x-file-name` (percent-encoded)."""
    who, body = asker_of(request).who, b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > file.LARGEST:
            break  # `read` refuses it with its sentence
    name = unquote(request.headers.get("x-file-name", "")[:600])
    row = await db.run(lambda session: keeping.take_in(Act(session, who, db.now()), name, body))
    return JSONResponse({"id": row.id})


@route("/files/settings/{file_id:int}", Privilege.ADMINISTER, method="GET")
async def settings_before(request: Request) -> Response:
    """All settings as they were before an import."""
    who, file_id = asker_of(request).who, int(request.path_params["file_id"])

    def unit(session: Session) -> SettingsFile:
        return keeping.find(Act(session, who, db.now()), file_id)

    row = await db.look(unit)
    return _download(f"settings-before-{row.made_on.date().isoformat()}-{row.id}.json", row.content)


def _download(name: str, content: str) -> Response:
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "cache-control": "private, no-store",
    }
    return Response(content, media_type="application/json", headers=headers)


ROUTES = [settings_now, take_settings_in, settings_before]
