"""The steps Run and Result of an import: its progress, its books, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass, field

from rxcrm.models.errors import NotAllowed
from rxcrm.models.importing import wizard
from rxcrm.models.importing.undoing import Edited
from rxcrm.models.records import Act
from rxcrm.state import live
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.importing.steps import IMPORT, StepMixin
from rxcrm.translation import N_

#: Problems that are sent at once.
PAGE = 50
SEVERITIES = ("", "warning", "rejected", "skipped")


@dataclass
class ProblemRow:
    """One warning, rejection or skipped row, in the user's language."""

    id: int
    row: int
    severity: str
    column: str
    value: str
    reason: str


@dataclass
class UndoQuestion:
    """What undoing an import would do; `run_id` 0 while nobody asks."""

    run_id: int = 0
    created: int = 0
    updated: int = 0
    edited: list[Edited] = field(default_factory=list)
    more: bool = False


def problem_rows(act: Act, run_id: int, severity: str, after: int) -> list[ProblemRow]:
    """The next problems of an import, in the order of the file, and one more than a page has."""
    locale = act.who.conventions.locale
    return [
        ProblemRow(p.id or 0, p.row, p.severity, p.column, p.value, p.text(locale))
        for p in wizard.problems(act, run_id, severity, after, PAGE + 1)
    ]


def _question(act: Act, run_id: int) -> UndoQuestion:
    found = wizard.undo_view(act, run_id)
    if found.why_not:
        raise NotAllowed(found.why_not, **found.values)
    return UndoQuestion(run_id, found.created, found.updated, found.edited, found.more)


class RunStep(StepMixin, AppState):
    """An import under way."""

    _step: str = "run"

    @action(IMPORT)
    async def cancel(self, run_id: int):
        """Stop; everything that this import wrote so far is taken back."""
        await do(wizard.cancel, run_id)
        await self._follow()

    async def _show(self) -> None:
        """Everything is in the run itself."""


class ResultStep(StepMixin, AppState):
    """The books of an import."""

    _step: str = "result"
    problems: list[ProblemRow] = []
    severity: str = ""
    more: bool = False
    undo: UndoQuestion = UndoQuestion()

    @action(IMPORT)
    async def filter(self, run_id: int, severity: str):
        """Show problems of one severity, or all."""
        self.severity = severity if severity in SEVERITIES else ""
        await self._load(run_id)

    @action(IMPORT)
    async def show_more(self, run_id: int):
        """The next problems."""
        after = self.problems[-1].id if self.problems else 0
        found = await look(problem_rows, run_id, self.severity, after)
        self.problems, self.more = [*self.problems, *found[:PAGE]], len(found) > PAGE

    @action(IMPORT)
    async def ask_undo(self, run_id: int):
        """What undoing would do; 0 asks no longer."""
        self.undo = await look(_question, run_id) if run_id else UndoQuestion()

    @action(IMPORT)
    async def undo_import(self, run_id: int, also_edited: bool):
        """Undo in the background."""
        self.undo = UndoQuestion()
        await do(_undo, run_id, also_edited)
        self._say(N_("The import is being taken back."), "info")
        await self._follow()

    def _begin(self) -> None:
        self.severity, self.undo = "", UndoQuestion()

    async def _show(self) -> None:
        await self._load(self.run.id)

    async def _load(self, run_id: int) -> None:
        found = await look(problem_rows, run_id, self.severity, 0)
        self.problems, self.more = found[:PAGE], len(found) > PAGE


def _undo(act: Act, run_id: int, also_edited: bool) -> None:
    wizard.start_undo(act, run_id, also_edited=also_edited)


for _state in (RunStep, ResultStep):
    live.on_topic("import:", _state, "_hear")
