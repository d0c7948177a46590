"""The application object: pages, gate, HTTP routes, background tasks."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import reflex as rx
from reflex.app import default_error_boundary

from rxcrm import guard, web, worker
from rxcrm.components.frame import offline_banner
from rxcrm.models import attaching, db, notifying, records
from rxcrm.models.exporting import runs as exports
from rxcrm.pages import add_pages
from rxcrm.state import gate, live
from rxcrm.state.gate import Gate
from rxcrm.state.notifications import Greeting
from rxcrm.state.settings.asking import Afresh
from rxcrm.state.shell import Shell

log = logging.getLogger("rxcrm")
for _name in ("reflex", "reflex_base", "rxcrm", ""):
    logging.getLogger(_name).addFilter(guard.NoCookies())


def _crashed(exception: Exception) -> rx.event.EventSpec:
    """A defect: into the log with its trace; the user gets a plain sentence."""
    log.error("an event failed", exc_info=exception)
    return Shell.apologise()


@contextlib.asynccontextmanager
async def housekeeping() -> AsyncIterator[None]:
    """Empties the recycle bin of what is older than 30 days, and forgets old notifications and files; now and once a day."""

    async def daily() -> None:
        while True:
            await db.run(records.purge, db.now())
            await db.run(notifying.sweep, db.now())
            await db.run(attaching.sweep, db.now())
            await db.look(attaching.sweep_contents, db.now())
            await db.run(exports.sweep, db.now())
            await asyncio.sleep(24 * 3600)

    task = asyncio.create_task(daily())
    try:
        yield
    finally:
        task.cancel()


app = rx.App(
    api_transformer=[web.http, guard.guard],
    toaster=None,
    app_wraps={
        (55, "ErrorBoundary"): lambda stateful: default_error_boundary(),
        (5, "Overlay"): lambda stateful: offline_banner() if stateful else None,
    },
    stylesheets=[
        "/rxcrm.css",
        "/timeline.css",
        "/sales.css",
        "/exchange.css",
        "/import.css",
        "/exporting.css",
        "/list_tools.css",
        "/views.css",
        "/boards.css",
        "/shaping.css",
        "/tags.css",
        "/assignment.css",
        "/lead_score.css",
        "/forms.css",
        "/security.css",
        "/campaigns.css",
        "/organisation.css",
        "/settings_file.css",
        "/addresses.css",
    ],
    head_components=[rx.el.script(src="/theme.js"), rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml")],
    html_lang="en",
    backend_exception_handler=_crashed,
)
app.add_middleware(Gate())
app.add_middleware(Greeting())
app.add_middleware(Afresh())
app.register_lifespan_task(housekeeping)
app.register_lifespan_task(live.pumping, visit=gate.visiting)
app.register_lifespan_task(worker.working)
add_pages(app)
