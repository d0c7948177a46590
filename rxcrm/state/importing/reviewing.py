"""The step Review of an import: values that do not fit, put right once for all their rows, or cell by cell."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import reflex as rx

from rxcrm.models import records
from rxcrm.models.errors import BadValue, CrmError
from rxcrm.models.importing import examining, growing, wizard, work
from rxcrm.models.importing.books import Step
from rxcrm.models.importing.examining import ColumnReview, Finding, ReviewView
from rxcrm.models.importing.plan import RAW, Fix, Plan
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.state import live
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.importing import phases
from rxcrm.state.importing.steps import IMPORT, StepMixin
from rxcrm.state.numbers import number
from rxcrm.translation import N_

#: Values of a column, and rows of the grid, that are sent at once; most cells of a row.
PAGE, ROWS, WIDE = 50, 50, 200
#: Longest text that stands for a value.
LONGEST = 10_000


@dataclass
class Bad:
    """What is wrong with a cell; place -1 stands for the row as a whole."""

    place: int
    sentence: str


@dataclass
class SheetRow:
    """A row of the grid: the cells of the places shown."""

    number: int
    cells: list[str]
    bad: list[Bad]
    mended: list[int]


@dataclass
class Sheet:
    """The grid: rows of one value (`finding`), of one column (`place`), or with any problem. `token` changes when it is loaded anew."""

    finding: int = 0
    place: int = -1
    places: list[int] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    rows: list[SheetRow] = field(default_factory=list)
    more: bool = False
    ready: bool = False
    token: int = 0


@dataclass
class Told:
    """Why the last value typed was refused, at which finding."""

    id: int = 0
    problem: str = ""


def _shown(act: Act, run_id: int, place: int, after: int = 0, most: int = PAGE) -> list[Finding]:
    """Findings of a column; chosen records by their names. What is doubtful of it as a whole is asked elsewhere (Habit)."""
    headings = int(wizard.visible_run(act, run_id).source.get("heading_row", 0))
    found = [f for f in wizard.findings(act, run_id, place, after, most) if f.first > headings]
    column = next((c for c in wizard.review(act, run_id).columns if c.place == place), None)
    if column is None or not column.lookup or "," in column.lookup:
        return found
    return [_named(act, column, finding) for finding in found]


def _named(act: Act, column: ColumnReview, finding: Finding) -> Finding:
    if finding.fix is None or finding.fix.kind != RAW:
        return finding
    name = records.name_of(act, column.lookup, number(finding.fix.value))
    return dataclasses.replace(finding, shown=name or finding.shown)


def _sheet(act: Act, run_id: int, finding: int, place: int, after: int) -> Sheet:
    """Rows of the grid, in the columns that go somewhere or have a problem."""
    run = wizard.visible_run(act, run_id)
    headings = list(run.source.get("headings", []))
    rows = wizard.grid(act, run_id, finding, place, after, ROWS + 1)
    places = sorted({*Plan.of(run.plan).mapping, *(p for row in rows for p in row.bad if p >= 0)})[:WIDE]
    return Sheet(
        finding=finding,
        place=place,
        places=places,
        headings=[headings[p] if p < len(headings) else "" for p in places],
        rows=[sheet_row(row, places) for row in rows[:ROWS]],
        more=len(rows) > ROWS,
        ready=True,
    )


def sheet_row(row: examining.GridRow, places: list[int]) -> SheetRow:
    """A row as the grid shows it."""
    cells = [row.cells[p] if p < len(row.cells) else "" for p in places]
    return SheetRow(row.number, cells, [Bad(p, said) for p, said in sorted(row.bad.items())], row.mended)


class ReviewStep(StepMixin, AppState):
    """Values that do not fit."""

    _step: str = "review"
    _kind: str = work.EXAMINE
    view: ReviewView = ReviewView(examined=False)
    place: int = -2
    findings: list[Finding] = []
    more: bool = False
    grid: Sheet = Sheet()
    told: Told = Told()

    @action(IMPORT)
    async def examine(self, run_id: int):
        """Check all values again."""
        phases.forget(run_id)
        await self._examine(run_id)

    @action(IMPORT)
    async def choose(self, run_id: int, place: int):
        """Show what does not fit in a column."""
        self.place, self.told = place, Told()
        await self._load_findings(run_id)

    @action(IMPORT)
    async def show_more(self, run_id: int, place: int):
        """The next values of a column."""
        found = await look(_shown, run_id, place, len(self.findings), PAGE + 1)
        self.findings, self.more = [*self.findings, *found[:PAGE]], len(found) > PAGE

    @action(IMPORT)
    async def fix(self, run_id: int, place: int, finding: int, value: str, kind: str, text: str):
        """Let something stand for a value in all its rows; without a kind that is taken back.

        "new" makes an option of it, for administrators.
        """
        if kind not in ("", "text", "raw", "blank", "new") or len(text) > LONGEST:
            raise BadValue(N_("That is too much text."))
        try:
            if kind == "new":
                kind, text = "raw", str(await do(growing.add_option, run_id, place, value))
            await do(wizard.fix_value, run_id, place, value, Fix(kind, text) if kind else None)
        except CrmError as refusal:
            self.told = Told(finding, refusal.text(self.locale))
            return
        self.told = Told()
        self.view = await look(wizard.review, run_id)
        found = {f.id: f for f in await look(_shown, run_id, place, 0, max(PAGE, len(self.findings)))}
        self.findings = [found.get(f.id, f) for f in self.findings]

    @action(IMPORT)
    async def habit(self, run_id: int, place: int, order: str, point: str):
        """Read a column's dates in an order, or its numbers with a decimal sign, and check all values again."""
        await do(_read_so, run_id, place, order, point)
        await self._examine(run_id)

    @action(IMPORT)
    async def show_rows(self, run_id: int, finding: int, place: int, after: int):
        """Rows with a problem: of one value, of a column, or any; `after` a row number the next ones."""
        if not 0 <= after < LARGEST_ID or not -1 <= place < LARGEST_ID:
            raise BadValue
        if after and (self.grid.finding, self.grid.place) == (finding, place):
            found = await look(_sheet, run_id, finding, place, after)
            rows = await look(wizard.grid, run_id, finding, place, after, ROWS)
            self.grid.rows = [*self.grid.rows, *(sheet_row(row, self.grid.places) for row in rows)]
            self.grid.more = found.more
        else:
            await self._load_rows(run_id, finding, place)

    @action(IMPORT)
    async def mend(self, run_id: int, row: int, place: int, text: str, undo: bool):
        """Put a text into one cell, or take that back."""
        if len(text) > LONGEST or not 0 <= row < LARGEST_ID:
            raise BadValue(N_("That is too much text."))
        found = await look(wizard.mend, run_id, row, place, None if undo else text)
        if found is None:
            return
        shown = sheet_row(found, self.grid.places)
        self.grid.rows = [shown if r.number == row else r for r in self.grid.rows]
        self.view = await look(wizard.review, run_id)
        await self._load_findings(run_id)

    @action(IMPORT)
    async def proceed(self, run_id: int):
        """Go on to what becomes of the rows."""
        phases.forget(run_id)
        await do(wizard.reach, run_id, Step.PREVIEW.value)
        return rx.redirect(f"/import/{run_id}/preview")

    def _begin(self) -> None:
        self.grid = Sheet(token=self.grid.token + 1)

    async def _enter(self) -> None:
        await self._show()
        if not self.view.examined and not self.work.problem:
            await self._examine(self.run.id)

    async def _examine(self, run_id: int) -> None:
        run = await look(wizard.own_run, run_id)
        await phases.begin(run_id, work.EXAMINE, lambda report: work.carry_on(run_id, work.EXAMINE, run.total, report))
        await self._follow()

    async def _show(self) -> None:
        found = await look(wizard.review, self.run.id)
        anew, self.view, self.told = self.view != found, found, Told()
        places = [c.place for c in found.columns]
        if places and self.place not in places:
            self.place = places[0]
        if anew and found.examined and self.grid.ready:
            # All values were checked again: who looks at rows goes on looking at rows.
            await self._load_rows(self.run.id, 0, self.grid.place if self.grid.place in places else -1)
        await self._load_findings(self.run.id)

    async def _load_rows(self, run_id: int, finding: int, place: int) -> None:
        found = await look(_sheet, run_id, finding, place, 0)
        self.grid = dataclasses.replace(found, token=self.grid.token + 1)

    async def _load_findings(self, run_id: int) -> None:
        if not self.view.examined:
            self.findings, self.more = [], False
            return
        found = await look(_shown, run_id, self.place, 0, PAGE + 1)
        self.findings, self.more = found[:PAGE], len(found) > PAGE


def _read_so(act: Act, run_id: int, place: int, order: str, point: str) -> None:
    plan = Plan.of(wizard.own_run(act, run_id).plan)
    if order:
        wizard.change_plan(act, run_id, orders={**plan.orders, place: order})
    if point:
        wizard.change_plan(act, run_id, points={**plan.points, place: point})


live.on_topic("import:", ReviewStep, "_hear")
