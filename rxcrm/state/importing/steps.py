"""What all steps of an import share: which import it is, where it stands, what is being done with it right now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import reflex as rx

from rxcrm.models.access import Privilege
from rxcrm.models.errors import CrmError
from rxcrm.models.importing import wizard
from rxcrm.models.importing.books import ImportRun, RunStatus, Step
from rxcrm.models.importing.undoing import LIFE
from rxcrm.models.job import Job
from rxcrm.models.people import User
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.state.gate import AppState, action, look
from rxcrm.state.importing import phases
from rxcrm.state.importing.phases import Work
from rxcrm.state.numbers import number
from rxcrm.translation import N_, gettext

IMPORT = Privilege.IMPORT
#: The tables that rows come into, with their labels (catalogue messages).
TABLES = (
    ("lead", N_("Leads")),
    ("account", N_("Accounts")),
    ("contact", N_("Contacts")),
    ("opportunity", N_("Opportunities")),
    ("activity", N_("Activities")),
)
PREPARED = N_("%(name)s is preparing this import. You can watch it here once it runs.")
_BEFORE = [Step.UPLOAD, Step.MAP, Step.REVIEW, Step.PREVIEW]


@dataclass
class RunRow:
    """An import in the list of imports, and the head of its own pages. Times are ISO; `links` are steps to go to.

    `steered` says that the asker may change it, not just watch it.

    `undo_until` is empty where nothing can be undone (any more), `undo` is how far that has come, of how much.
    """

    id: int = 0
    name: str = ""
    entity: str = ""
    table: str = ""
    path: str = ""
    status: str = ""
    label: str = ""
    step: str = ""
    links: list[str] = field(default_factory=list)
    who: str = ""
    mine: bool = True
    steered: bool = True
    at: str = ""
    finished: str = ""
    seconds: int = 0
    total: int = 0
    position: int = 0
    begun: bool = False
    cancelling: bool = False
    rows: int = 0
    created: int = 0
    updated: int = 0
    skipped: int = 0
    warned: int = 0
    rejected: int = 0
    blank: int = 0
    message: str = ""
    undone: str = ""
    undone_by: str = ""
    undo_until: str = ""
    undoable: bool = False
    undo: list[int] = field(default_factory=list)


def links_of(run: ImportRun) -> list[str]:
    """The steps of an import that can be gone to: those it has reached, and after its start only how it ends."""
    if run.status == RunStatus.RUNNING.value:
        return [Step.RUN.value]
    if run.status != RunStatus.UPLOADED.value:
        return [Step.RESULT.value]
    reached = [step.value for step in _BEFORE]
    return reached[: reached.index(run.step) + 1] if run.step in reached else reached


def row_of(act: Act, run: ImportRun, who: str) -> RunRow:
    """An import as the pages show it."""
    locale = act.who.conventions.locale
    until = run.finished_on + LIFE if run.finished_on and run.status == RunStatus.DONE.value else None
    undoable = until is not None and until > act.now and run.created + run.updated > 0
    lasted = (run.finished_on - run.started_on) if run.finished_on and run.started_on else timedelta()
    links = links_of(run)
    return RunRow(
        id=run.id or 0,
        name=run.file_name,
        entity=run.entity,
        table=dict(TABLES)[run.entity],
        path=record_table(run.entity).path,
        status=run.status,
        label=RunStatus(run.status).label,
        step=run.step if run.step in links else links[-1],
        links=links,
        who=who,
        mine=run.created_by_id == act.who.id,
        steered=run.created_by_id == act.who.id or act.who.administrator,
        at=run.created_on.isoformat(),
        finished=run.finished_on.isoformat() if run.finished_on else "",
        seconds=int(lasted.total_seconds()),
        total=run.total,
        position=run.rows,
        undo=_undoing(act, run),
        begun=bool(run.runner),
        cancelling=run.cancelling,
        rows=run.rows,
        created=run.created,
        updated=run.updated,
        skipped=run.skipped,
        warned=run.warned,
        rejected=run.rejected,
        blank=run.blank,
        message=gettext(locale, run.message, **run.values) if run.message else "",
        undone=run.undone_on.isoformat() if run.undone_on else "",
        undone_by=_name(act, run.undone_by_id),
        undo_until=until.isoformat() if until and undoable else "",
        undoable=undoable,
    )


def _undoing(act: Act, run: ImportRun) -> list[int]:
    """Records taken back so far, of how many; nothing where none are."""
    job = act.session.get(Job, run.job_id) if run.job_id and run.status == RunStatus.UNDOING.value else None
    return [job.done, job.total] if job else []


def _name(act: Act, user_id: int | None) -> str:
    found = act.session.get(User, user_id) if user_id else None
    return found.name if found else ""


def one_run(act: Act, run_id: int) -> RunRow:
    """One import that the asker may see."""
    run = wizard.visible_run(act, run_id)
    return row_of(act, run, _name(act, run.created_by_id))


class StepMixin(rx.State, mixin=True):
    """The page of one step. A leaf state names the step in `_step` and fills the page in `_show`.

    `asked` is the id of the import that all variables are about, which may not be the one of the address any more.
    `_kind` is the work that must end before the step can be shown.
    """

    run: RunRow = RunRow()
    asked: int = 0
    missing: str = ""
    ready: bool = False
    work: Work = Work()
    _kind: str = ""

    @action(IMPORT)
    async def open(self):
        """Show the import that the address names."""
        self.ready = False
        yield
        self._begin()
        if await self._arrive() and not self.work.kind:
            await self._enter()
        self.ready = True

    def _begin(self) -> None:
        """Forget what was chosen when the page was open before."""

    async def _enter(self) -> None:
        """Fill the page; a step whose work was not done yet begins it."""
        await self._show()

    @action(IMPORT)
    async def stop(self, run_id: int):
        """Call off what is being done with an import."""
        await look(wizard.own_run, run_id)
        phases.stop(run_id)

    async def _arrive(self) -> bool:
        """Show the import that the address names; False if there is none, or it stands at another step."""
        wanted = self.asked = number(str(self.run_id or ""))
        self.missing = ""
        try:
            self.run = await look(one_run, wanted)
        except CrmError as refusal:
            self.missing, self.ready, self.run = refusal.text(self.locale), True, RunRow()
            return False
        self._hear_of("import", {phases.topic(wanted)})
        self._bar()
        self.work = phases.work_on(wanted, self.locale, self._kind)
        # The page itself goes on to the step at which the import stands (StepBar).
        return self._step in self.run.links and not self.missing

    def _bar(self) -> None:
        """Before its start only who steers an import sees its steps; others may watch it run."""
        who = gettext(self.locale, PREPARED, name=self.run.who)
        self.missing = "" if self.run.steered or self.run.status != RunStatus.UPLOADED.value else who

    async def _follow(self) -> None:
        """After some work was begun or has ended: what the page shows of it, and of the import."""
        self.run = await look(one_run, self.run.id)
        self._bar()
        self.work = phases.work_on(self.run.id, self.locale, self._kind)
        if self._step in self.run.links and not self.work.kind and not self.missing:
            await self._show()

    def _is_shown(self) -> bool:
        """Whether the tab is still at this page."""
        return self.router.url.path.rstrip("/") == f"/import/{self.run.id}/{self._step}"

    async def _hear(self, _topics: frozenset[str]) -> None:
        """Something happened to the import; who has left the page need not know."""
        if self.run.id and self._is_shown():
            before = self.work.kind
            self.work = phases.work_on(self.run.id, self.locale, self._kind)
            if not self.work.kind or self.work.kind != before:
                await self._follow()


class Entrance(StepMixin, AppState):
    """The address of an import without a step."""

    _step: str = ""

    @action(IMPORT)
    async def open(self):
        """Go to the farthest step that was reached."""
        self.ready = False
        yield
        await self._arrive()
        self.ready = True
        if not self.missing:
            yield rx.redirect(f"/import/{self.run.id}/{self.run.step}", replace=True)


__all__ = ["IMPORT", "TABLES", "AppState", "RunRow", "StepMixin", "links_of", "one_run", "row_of"]
