"""Plain HTTP for exports: asking for one, fetching its file, templates to be filled in."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from rxcrm.models import db
from rxcrm.models.access import Privilege
from rxcrm.models.errors import BadValue, NotFound
from rxcrm.models.exporting import background, making, runs, templates
from rxcrm.models.exporting.tables import ExportRun, ExportStatus
from rxcrm.models.exporting.wanted import SHOWN, XLSX, Wanted
from rxcrm.models.records import Act
from rxcrm.routing import asker_of, form_of, route, say
from rxcrm.state import live
from rxcrm.translation import N_

#: Cells that this process writes itself while others wait for it; more are written by another process.
WIDE = 100_000


@route("/files/export", Privilege.EXPORT)
async def export(request: Request) -> Response:
    """Ask for an export: `{"id", "file"}` once it can be fetched from there, `{"id", "go"}` if that takes a while."""
    wanted, who = _wanted(await form_of(request)), asker_of(request).who
    topics: set[str] = set()
    run = await db.run(lambda session: runs.begin(Act(session, who, db.now(), topics), wanted))
    live.publish(topics)
    if run.job_id is not None:
        return JSONResponse({"id": run.id, "go": "/exports", "file": ""})
    try:
        await _make(run)
    except BaseException:
        await db.run(runs.give_up, run.id or 0)
        raise
    made = await db.look(lambda session: runs.find(Act(session, who, db.now()), run.id or 0))
    live.publish(runs.topics_of(made))
    if made.status != ExportStatus.DONE.value:
        raise BadValue(made.message.get("message"), **made.message.get("values", {}))
    return JSONResponse({"id": made.id, "go": "", "file": f"/files/exports/{made.id}"})


async def _make(run: ExportRun) -> None:
    """Write a file that somebody waits for: here if that is soon done, else in a process that holds nobody up."""
    columns = 100 if run.wanted["which"] != SHOWN else 10
    if run.total * columns > WIDE:
        await background.in_process(run.id or 0)
    else:
        await asyncio.to_thread(runs.carry_out, run.id or 0)


def _wanted(form: dict[str, str]) -> Wanted:
    """What the fields of a form ask for. Raises BadValue where they are none."""
    try:
        ids = tuple(int(i) for i in form.get("ids", "").split(",") if i)
        sort = tuple((key.lstrip("-"), key.startswith("-")) for key in form.get("sort", "").split(",") if key)
    except ValueError:
        raise BadValue(N_("That request was not understood. Reload the page and try again.")) from None
    return Wanted(
        entity=form.get("entity", ""),
        format=form.get("format", XLSX),
        view=form.get("view", ""),
        search=form.get("search", "")[:200],
        sort=sort,
        ids=ids,
        which=form.get("which", SHOWN),
        columns=tuple(key for key in form.get("columns", "").split(",") if key),
        delimiter=form.get("delimiter", ""),
        where=form.get("filter", ""),
    )


@route("/files/exports/{run_id:int}", Privilege.EXPORT, method="GET")
async def exported(request: Request) -> Response:
    """The file of an export, for whoever made it and for administrators."""
    who, run_id = asker_of(request).who, int(request.path_params["run_id"])
    try:
        run, path = await db.look(lambda session: runs.download(Act(session, who, db.now()), run_id))
    except NotFound as problem:
        return say(problem.text(who.conventions.locale), 404)
    return FileResponse(path, media_type=making.TYPES[run.format], headers=_headers(run.file_name))


@route("/files/templates/{entity}.xlsx", Privilege.IMPORT, method="GET")
async def template(request: Request) -> Response:
    """A workbook to be filled in, of a table or, with `?view=`, of the columns of a view."""
    who, entity = asker_of(request).who, str(request.path_params["entity"])
    view = request.query_params.get("view", "")
    try:
        name, content = await db.look(lambda session: templates.template(Act(session, who, db.now()), entity, view))
    except NotFound as problem:
        return say(problem.text(who.conventions.locale), 404)
    return Response(content, media_type=making.TYPES[XLSX], headers=_headers(name))


def _headers(name: str) -> dict[str, str]:
    return {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "cache-control": "private, no-store",
        "content-security-policy": "default-src 'none'; sandbox",
    }


ROUTES = [export, exported, template]
