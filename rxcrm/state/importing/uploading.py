"""The step Upload of an import: what was found in the file, other ways to read it, and reading it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import dataclass, field, replace

import reflex as rx

from rxcrm.models.access import Who
from rxcrm.models.errors import BadValue, CrmError
from rxcrm.models.importing import staging, wizard, work
from rxcrm.models.importing.encodings import ENCODINGS
from rxcrm.models.importing.grid import Unreadable
from rxcrm.models.importing.stage import ReadOptions
from rxcrm.state import live
from rxcrm.state.gate import AppState, action, asker, do, look
from rxcrm.state.importing import phases
from rxcrm.state.importing.steps import IMPORT, TABLES, StepMixin
from rxcrm.state.numbers import number
from rxcrm.translation import N_


@dataclass
class FirstRow:
    """A row of the file with its number, as it stands there."""

    number: int
    cells: list[str]


@dataclass
class Found:
    """What the page shows of a source (rxcrm.models.importing.stage.Source)."""

    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheets: list[str] = field(default_factory=list)
    sheet: str = ""
    heading_row: int = 0
    headings: list[str] = field(default_factory=list)
    data_rows: int = 0
    single_column: bool = False


@dataclass
class UploadPage:
    """The whole step: notes are sentences, encodings pairs of code and label. `unreadable` says why nothing else is there."""

    entity: str = "lead"
    source: Found = field(default_factory=Found)
    options: ReadOptions = field(default_factory=ReadOptions)
    rows: list[FirstRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    encodings: list[list[str]] = field(default_factory=list)
    delimiters: list[str] = field(default_factory=list)
    unreadable: str = ""


def _page(view: wizard.UploadView) -> UploadPage:
    source = view.source
    return UploadPage(
        entity=view.entity,
        source=Found(**{name: getattr(source, name) for name in Found.__dataclass_fields__}),
        options=view.options,
        rows=[FirstRow(n, cells) for n, cells in view.top or view.rows],
        notes=view.notes,
        encodings=[list(pair) for pair in ENCODINGS.items()],
        delimiters=list(view.delimiters),
    )


class UploadStep(StepMixin, AppState):
    """What was found in a file. Nothing is kept before it is read."""

    _step: str = "upload"
    _kind: str = "read"
    view: UploadPage = UploadPage()

    @action(IMPORT)
    async def peek(self, run_id: int, sheet: str, encoding: str, delimiter: str, heading_row: int):
        """Show the first rows as they would be read with other options."""
        await self._look(run_id, _options(sheet, encoding, delimiter, heading_row))

    @action(IMPORT)
    async def read(self, run_id: int, entity: str, sheet: str, encoding: str, delimiter: str, heading_row: int):
        """Read the whole file, and go on to its columns."""
        if entity not in dict(TABLES):
            raise BadValue(N_("“%(value)s” is not one of the choices."), value=entity[:80])
        options, who = _options(sheet, encoding, delimiter, heading_row), asker().who
        await look(wizard.own_run, run_id)
        phases.forget(run_id)
        phase = await phases.begin(run_id, "read", lambda report: _read(who, run_id, options, entity, report))
        self.work = phases.work_on(run_id, self.locale, self._kind)
        yield
        await phases.settled(run_id)
        self.work = phases.work_on(run_id, self.locale, self._kind)
        if phase.stopped or phase.refusal:
            return
        if like := number(dict(self.router.url.query_parameters).get("like", "")):
            await self._do_as(run_id, like)
        yield rx.redirect(f"/import/{run_id}/map")

    @action(IMPORT)
    async def discard(self, run_id: int):
        """Throw an import away that has not begun."""
        await do(wizard.discard, run_id)
        self._say(N_("The file was removed. Nothing of it was imported."))
        return rx.redirect("/import")

    async def _do_as(self, run_id: int, earlier: int) -> None:
        """Take the settings of an earlier import over; one whose settings do not suit this file says why."""
        try:
            await do(wizard.apply_run, run_id, earlier)
        except CrmError as refusal:
            self._refuse(refusal)

    async def _show(self) -> None:
        known = await look(wizard.upload_view, self.run.id)
        if known.source.format in wizard.FETCHED:
            self.view = _page(known)
        else:
            await self._look(self.run.id, known.options)

    async def _look(self, run_id: int, options: ReadOptions) -> None:
        """The first rows, with those above the headings, so that others can be chosen instead."""
        try:
            self.view = _page(await staging.apart(wizard.peek, asker().who, run_id, options))
        except Unreadable as refusal:
            known = await look(wizard.upload_view, run_id)
            page = replace(_page(known), rows=[], notes=[], options=options)
            self.view = replace(page, unreadable=refusal.text(self.locale))


async def _read(who: Who, run_id: int, options: ReadOptions, entity: str, report: work.Report) -> None:
    """Read the whole file in a thread; when this is cancelled, so is the reading."""
    stop, rows = threading.Event(), 0

    def progress(reached: int) -> None:
        nonlocal rows
        if stop.is_set():
            raise work.Stopped
        rows = reached

    reading = asyncio.ensure_future(staging.apart(wizard.read, who, run_id, options, entity, progress))
    try:
        while not reading.done():
            await asyncio.wait([reading], timeout=0.2)
            await report(rows, 0)
        await reading
    except asyncio.CancelledError:
        stop.set()
        with contextlib.suppress(work.Stopped, CrmError):
            await reading
        raise


def _options(sheet: str, encoding: str, delimiter: str, heading_row: int) -> ReadOptions:
    if encoding and encoding not in ENCODINGS:
        raise BadValue(N_("“%(value)s” is not one of the choices."), value=encoding[:80])
    return ReadOptions(sheet[:200], encoding, delimiter[:1], min(max(heading_row, -1), 10_000_000))


live.on_topic("import:", UploadStep, "_hear")
