"""Exports that were made or are being made, kept up to date while one looks at them."""

from __future__ import annotations

from dataclasses import dataclass

from rxcrm.models.access import Privilege
from rxcrm.models.errors import CrmError
from rxcrm.models.exporting import runs, wanted
from rxcrm.models.exporting.tables import UNFINISHED, ExportRun, ExportStatus
from rxcrm.models.records import Act
from rxcrm.state import live
from rxcrm.state.gate import AppState, action, asker, do, look
from rxcrm.translation import N_

_UNITS = ("B", "kB", "MB", "GB")


@dataclass
class ExportView:
    """One export as the page shows it. `url` is where its file is, as long as there is one; `who` for administrators."""

    id: int = 0
    name: str = ""
    status: str = ""
    label: str = ""
    unfinished: bool = False
    who: str = ""
    at: str = ""
    rows: int = 0
    position: int = 0
    total: int = 0
    size: str = ""
    cut: int = 0
    url: str = ""
    message: str = ""


def formats_of(entity: str) -> list[list[str]]:
    """The formats of a table's exports: key and label."""
    return [[key, wanted.FORMATS[key]] for key in wanted.formats_of(entity)]


def listed(act: Act) -> list[ExportView]:
    """The exports that the asker may see."""
    return [_view(act, run, name) for run, name in runs.listed(act)]


def _view(act: Act, run: ExportRun, name: str) -> ExportView:
    problem = CrmError(str(run.message["message"]), **run.message.get("values", {})) if run.message else None
    there = run.status == ExportStatus.DONE.value and run.stored_as and run.created_on >= act.now - runs.KEPT
    return ExportView(
        id=run.id or 0,
        name=run.file_name,
        status=run.status,
        label=ExportStatus(run.status).label,
        unfinished=run.status in UNFINISHED,
        who=name if run.created_by_id != act.who.id else "",
        at=run.created_on.isoformat(),
        rows=run.position,
        position=run.position,
        total=max(run.total, 1),
        size=size_of(run.size) if run.size else "",
        cut=run.cut,
        url=f"/files/exports/{run.id}" if there else "",
        message=problem.text(act.who.conventions.locale) if problem else "",
    )


def size_of(size: float) -> str:
    """A number of bytes in three digits or less.

    >>> size_of(812), size_of(20_480), size_of(3_400_000)
    ('812 B', '20 kB', '3.2 MB')
    """
    at = 0
    while size >= 1000 and at < len(_UNITS) - 1:
        size, at = size / 1024, at + 1
    return f"{size:.1f} {_UNITS[at]}" if at > 1 and size < 100 else f"{size:.0f} {_UNITS[at]}"


class Exports(AppState):
    """The page of exports."""

    rows: list[ExportView] = []
    ready: bool = False

    @action(Privilege.EXPORT)
    async def open(self):
        """Show one's own exports; to administrators those of everybody."""
        who = asker().who
        topic = "exports:all" if who.administrator else f"exports:{who.id}"
        self._hear_of("exports", {topic})
        await self._load()

    @action(Privilege.EXPORT)
    async def cancel(self, run_id: int):
        """Call an export off."""
        await do(runs.cancel, run_id)
        self._say(N_("The export was canceled."))
        await self._load()

    @action(Privilege.EXPORT)
    async def forget_file(self, run_id: int):
        """Remove a file before its time."""
        await do(runs.forget_file, run_id)
        self._say(N_("The file was deleted."))
        await self._load()

    async def _hear(self, _topics: frozenset[str]) -> None:
        """An export began, went on or ended; who has left the page need not know."""
        if self.router.url.path.rstrip("/") == "/exports":
            await self._load()

    async def _load(self) -> None:
        self.rows, self.ready = await look(listed), True


live.on_topic("exports:", Exports, "_hear")
