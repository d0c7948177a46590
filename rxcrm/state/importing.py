"""Imports: past ones, one file's columns, the run with its progress, the books."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from rxcrm.models.access import Privilege, Who
from rxcrm.models.errors import CrmError, NotFound
from rxcrm.models.importing import files, owners, runs
from rxcrm.models.importing.books import ImportRun, RunStatus
from rxcrm.models.importing.runs import Books, Inspection
from rxcrm.models.people import User
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.state.gate import AppState, action, asker, look
from rxcrm.state.lists import OwnerChoice
from rxcrm.state.numbers import number
from rxcrm.translation import N_, gettext


@dataclass
class RunRow:
    """An import in the list of imports, and the head of its own page."""

    id: int = 0
    name: str = ""
    status: str = ""
    label: str = ""
    who: str = ""
    at: str = ""
    rows: int = 0
    accepted: int = 0
    warned: int = 0
    rejected: int = 0
    blank: int = 0
    message: str = ""


@dataclass
class ColumnRow:
    """One column of the file: samples, what it fills, and why."""

    index: int
    heading: str
    samples: list[str]
    target: str
    because: str


@dataclass
class ProblemRow:
    """One warning or rejection, in the user's language."""

    id: int
    row: int
    severity: str
    column: str
    value: str
    reason: str


@dataclass
class Running:
    """An import that this process carries out now. Work goes on when the tab is closed; a page may follow it again."""

    dry_run: bool = False
    done: int = 0
    total: int = 0
    cancelled: bool = False
    refusal: CrmError | None = None
    task: asyncio.Task[None] | None = field(default=None, repr=False)


#: Imports under way in this process, by id.
RUNNING: dict[int, Running] = {}
PAGE = 100


def _row(act: Act, run: ImportRun, who: str) -> RunRow:
    return RunRow(
        id=run.id or 0,
        name=run.file_name,
        status=run.status,
        label=RunStatus(run.status).label,
        who=who,
        at=run.created_on.isoformat(),
        rows=run.rows,
        accepted=run.accepted,
        warned=run.warned,
        rejected=run.rejected,
        blank=run.blank,
        message=gettext(act.who.conventions.locale, run.message),
    )


def past_runs(act: Act) -> list[RunRow]:
    """The newest imports: one's own, or everybody's for administrators."""
    return [_row(act, run, name) for run, name in runs.recent(act)]


def one_run(act: Act, run_id: int) -> RunRow:
    """One import that the asker may see."""
    run = runs.find_run(act, run_id)
    return _row(act, run, act.session.get_one(User, run.created_by_id).name)


def inspection(act: Act, run_id: int, sheet: str) -> Inspection:
    """What the file of an import holds."""
    run = runs.find_run(act, run_id)
    return runs.inspect(files.stored(run), run.file_name, run.entity, act.who.conventions, sheet)


def owner_choices(act: Act, run_id: int) -> list[OwnerChoice]:
    """Who may become the owner of rows that name nobody, the importer first; only he if his role may not choose."""
    found = owners.possible_owners(act.session, act.who, runs.find_run(act, run_id).entity)
    return [OwnerChoice(u.id or 0, u.name, u.email) for u in found]


def chosen_owner(act: Act, owner_id: int) -> User | None:
    """The user of this id; None for 0, which stands for the importer. Whether he may own, the import decides."""
    if not owner_id:
        return None
    found = act.session.get(User, owner_id) if 0 < owner_id < LARGEST_ID else None
    if found is None:
        raise NotFound(N_("There is no such user."))
    return found


def problem_rows(act: Act, run_id: int, after: int) -> list[ProblemRow]:
    """The next problems of an import, in the order of the file."""
    runs.find_run(act, run_id)
    locale = act.who.conventions.locale
    return [
        ProblemRow(p.id or 0, p.row, p.severity, p.column, p.value, p.text(locale))
        for p in runs.problems(act.session, run_id, after=after, limit=PAGE)
    ]


class Imports(AppState):
    """The list of imports."""

    past: list[RunRow] = []
    ready: bool = False

    @action(Privilege.IMPORT)
    async def open(self):
        """Show past imports."""
        self.past, self.ready = await look(past_runs), True


class ImportPage(AppState):
    """One import: columns first, then progress, then the books."""

    run: RunRow = RunRow()
    missing: str = ""
    unreadable: str = ""
    ready: bool = False
    format: str = ""
    unlike: str = ""
    sheets: list[str] = []
    sheet: str = ""
    data_rows: int = 0
    columns: list[ColumnRow] = []
    targets: list[dict[str, str]] = []
    topic_pattern: str = ""
    owners: list[OwnerChoice] = []
    preview: RunRow = RunRow()
    checked: bool = False
    problems: list[ProblemRow] = []
    more: bool = False
    busy: str = ""
    done: int = 0
    total: int = 0

    @action(Privilege.IMPORT)
    async def open(self):
        """Show the import that the address names, wherever it stands."""
        text = str(self.run_id or "")
        self.ready, self.checked, self.unreadable, self.problems, self.busy = False, False, "", [], ""
        try:
            self.run, self.missing = (
                await look(one_run, number(text)),
                "",
            )
        except CrmError as refusal:
            self.missing, self.ready = refusal.text(self.locale), True
            return None
        if self.run.status == RunStatus.UPLOADED.value:
            await self._inspect("")
        else:
            await self._show_problems()
        self.ready = True
        if running := RUNNING.get(self.run.id):
            self.busy = "check" if running.dry_run else "import"
            self.done, self.total = running.done, running.total
            return ImportPage.follow
        return None

    @action(Privilege.IMPORT)
    async def choose_sheet(self, name: str):
        """Read another sheet of the workbook."""
        await self._inspect(name)

    @action(Privilege.IMPORT)
    async def check(self, run_id: int, mapping: dict[str, str], pattern: str, owner_id: int):
        """Go through every row without writing anything."""
        await self._begin(run_id, mapping, pattern, owner_id, dry_run=True)
        return ImportPage.follow

    @action(Privilege.IMPORT)
    async def start(self, run_id: int, mapping: dict[str, str], pattern: str, owner_id: int):
        """Import; rows without an owner go to the user of this id, 0 for oneself."""
        await self._begin(run_id, mapping, pattern, owner_id, dry_run=False)
        return ImportPage.follow

    @action(Privilege.IMPORT)
    async def edited(self):
        """The columns or the owner were changed: what was checked is no longer what would come."""
        self.checked = False

    @action(Privilege.IMPORT)
    async def cancel(self):
        """Stop; everything that this import wrote so far is removed again."""
        await look(one_run, self.run.id)
        if running := RUNNING.get(self.run.id):
            running.cancelled = True

    @action(Privilege.IMPORT)
    async def show_more(self):
        """The next problems."""
        if self.checked or not self.problems:
            return
        found = await look(problem_rows, self.run.id, self.problems[-1].id)
        self.problems = [*self.problems, *found]
        self.more = len(found) == PAGE

    @action(Privilege.IMPORT, background=True)
    async def follow(self):
        """Show progress until the import ends; ends with it."""
        async with self:
            run_id = self.run.id
            await look(one_run, run_id)
        while running := RUNNING.get(run_id):
            if running.task is None or running.task.done():
                break
            async with self:
                if self.run.id != run_id:
                    return  # the page shows another import now; whoever comes back follows this one again
                self.done, self.total = running.done, running.total
            await asyncio.wait([running.task], timeout=0.3)
        async with self:
            finished = RUNNING.pop(run_id, None)
            if self.run.id == run_id:
                await self._finish(finished)

    async def _begin(self, run_id: int, mapping: dict[str, str], pattern: str, owner_id: int, *, dry_run: bool) -> None:
        await look(one_run, run_id)
        owner = await look(chosen_owner, owner_id)
        if run_id in RUNNING:
            raise CrmError(N_("This import is running already."))
        columns = {int(index): target for index, target in mapping.items() if index.isdecimal() and target}
        running = RUNNING[run_id] = Running(dry_run=dry_run)
        running.task = asyncio.create_task(
            _carry_out(running, run_id, asker().who, columns, pattern[:300], self.sheet, owner, dry_run)
        )
        self.busy, self.done, self.total = ("check" if dry_run else "import"), 0, self.data_rows
        self.checked, self.problems = False, []

    async def _finish(self, running: Running | None) -> None:
        checking, self.busy = self.busy == "check", ""
        if running and running.refusal:
            self._refuse(running.refusal)
        books = _BOOKS.pop(self.run.id, None)
        if checking and books:
            self.preview = RunRow(
                rows=books.rows,
                accepted=books.accepted,
                warned=books.warned,
                rejected=books.rejected,
                blank=books.blank,
            )
            self.checked = True
            self.problems = [
                ProblemRow(i, p["row"], p["severity"], p["column"], p["value"], p["reason"])
                for i, p in enumerate(books.problems)
            ]
            self.more = False
            return
        self.run = await look(one_run, self.run.id)
        if self.run.status != RunStatus.UPLOADED.value:
            await self._show_problems()

    async def _inspect(self, sheet: str) -> None:
        try:
            found, self.owners = await look(inspection, self.run.id, sheet), await look(owner_choices, self.run.id)
        except CrmError as refusal:
            self.unreadable = refusal.text(self.locale)
            return
        self.unlike = self._unlike_its_name(found.format)
        self.format, self.sheets, self.sheet, self.data_rows = found.format, found.sheets, found.sheet, found.data_rows
        self.columns = [
            ColumnRow(p.index, p.heading, p.samples, p.target, p.reason(self.locale)) for p in found.proposals
        ]
        self.targets = [
            {"name": t.name, "label": t.label, "required": "1" if t.required else ""} for t in found.targets
        ]
        self.topic_pattern, self.checked = found.topic_pattern, False

    def _unlike_its_name(self, format: str) -> str:
        """A sentence if the file holds something else than its name says; it was read by what it holds."""
        ending = self.run.name.rpartition(".")[2].lower()
        expected = {"csv": "csv", "tsv": "csv", "txt": "csv", "xlsx": "xlsx", "xlsm": "xlsx", "xml": "xml"}.get(ending)
        if expected is None or expected == format:
            return ""
        text = N_("The file's name ends in .%(ending)s, but it holds %(format)s, and was read as that.")
        return gettext(self.locale, text, ending=ending, format=format.upper())

    async def _show_problems(self) -> None:
        self.problems = await look(problem_rows, self.run.id, 0)
        self.more = len(self.problems) == PAGE


_BOOKS: dict[int, Books] = {}


async def _carry_out(
    running: Running,
    run_id: int,
    who: Who,
    columns: dict[int, str],
    pattern: str,
    sheet: str,
    owner: User | None,
    dry_run: bool,
) -> None:
    """The import itself, in a thread; refusals are kept for whoever follows."""

    def progress(done: int, total: int) -> None:
        running.done, running.total = done, total

    try:
        _BOOKS[run_id] = await asyncio.to_thread(
            runs.carry_out,
            run_id,
            who,
            columns,
            pattern,
            sheet=sheet,
            owner=owner,
            progress=progress,
            cancelled=lambda: running.cancelled,
            dry_run=dry_run,
        )
    except CrmError as refusal:
        running.refusal = refusal
