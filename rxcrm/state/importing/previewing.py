"""The step Preview of an import: what would become of every row, and the choices that decide it."""

from __future__ import annotations

from dataclasses import dataclass, field

import reflex as rx

from rxcrm.models.errors import BadValue
from rxcrm.models.fields import Kind, fields_of, hidden_from
from rxcrm.models.importing import mapping as maps
from rxcrm.models.importing import weighing, wizard, work
from rxcrm.models.importing.plan import Plan
from rxcrm.models.importing.specials import RECORD_ID, SOURCE_ID
from rxcrm.models.importing.weighing import PreviewRow, PreviewView
from rxcrm.models.records import LARGEST_ID, Act
from rxcrm.models.tables import record_table
from rxcrm.state import live
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.importing import phases
from rxcrm.state.importing.steps import IMPORT, StepMixin
from rxcrm.translation import N_, gettext

#: Rows that are sent at once.
PAGE = 50
#: Kinds of fields by whose values records can be found.
_TELLING = (Kind.TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL)
_FIRST = (RECORD_ID, SOURCE_ID, "email")


@dataclass
class KeyChoice:
    """A field by which known records can be found; its label in the asker's language."""

    value: str
    label: str


@dataclass
class Settings:
    """What the plan says of rows that are here already, and of those closed in their source."""

    mode: str = "both"
    key: str = ""
    duplicates: str = "skip"
    closed: str = "open"
    overwrite: bool = False


@dataclass
class PreviewPage:
    """The whole step. `totals` by tag; `duplicates`, `closed` and `conflicts` count the rows that a setting is about."""

    weighed: bool = False
    rows: int = 0
    totals: dict[str, int] = field(default_factory=dict)
    warned: int = 0
    duplicates: int = 0
    closed: int = 0
    conflicts: int = 0
    keys: list[KeyChoice] = field(default_factory=list)
    settings: Settings = field(default_factory=Settings)


def keys_of(act: Act, entity: str, mapping: dict[int, str]) -> list[KeyChoice]:
    """The mapped fields by which known records can be found, ids and the e-mail address first."""
    locale, mapped = act.who.conventions.locale, set(mapping.values())
    hidden = hidden_from(act.who.conventions, record_table(entity))
    offered = [t for t in maps.targets(entity, act.who) if t.name not in hidden]
    known = [t for t in offered if t.name in mapped and (t.name in _FIRST or t.kind in _TELLING)]
    usable = [
        t
        for t in known
        if t.name not in (maps.OWNER, maps.FULL_NAME) and (t.name in _FIRST or _is_field(entity, t.name))
    ]
    ranked = sorted(usable, key=lambda t: _FIRST.index(t.name) if t.name in _FIRST else len(_FIRST))
    return [KeyChoice(t.name, gettext(locale, t.label)) for t in ranked]


def _is_field(entity: str, name: str) -> bool:
    return name in fields_of(record_table(entity))


def page_of(act: Act, run_id: int) -> PreviewPage:
    """Everything that the step shows, but its rows."""
    run = wizard.visible_run(act, run_id)
    plan = Plan.of(run.plan)
    found: PreviewView = wizard.preview(act, run_id)
    return PreviewPage(
        weighed=found.weighed,
        rows=found.rows,
        totals={tag: getattr(found, tag) for tag in weighing.TAGS},
        warned=found.warned,
        duplicates=found.doubles,
        closed=found.closed,
        conflicts=found.conflicts,
        keys=keys_of(act, run.entity, plan.mapping),
        settings=Settings(plan.mode, plan.key, plan.duplicates, plan.closed, plan.overwrite),
    )


class PreviewStep(StepMixin, AppState):
    """What would become of the rows."""

    _step: str = "preview"
    _kind: str = work.WEIGH
    view: PreviewPage = PreviewPage()
    rows: list[PreviewRow] = []
    wanted: str = ""
    more: bool = False

    @action(IMPORT)
    async def weigh(self, run_id: int):
        """Weigh all rows again."""
        phases.forget(run_id)
        await self._weigh(run_id)

    @action(IMPORT)
    async def settle(self, run_id: int, mode: str, key: str, duplicates: str, closed: str, overwrite: bool):
        """Choose what becomes of rows that are here already, and weigh all rows again."""
        phases.forget(run_id)
        parts = Settings(mode, key, duplicates, closed, overwrite)
        await do(_settle, run_id, parts)
        self.wanted = ""
        await self._weigh(run_id)

    @action(IMPORT)
    async def filter(self, run_id: int, tag: str):
        """Show rows of one tag, or all."""
        self.wanted = tag if tag in weighing.TAGS else ""
        await self._load_rows(run_id)

    @action(IMPORT)
    async def show_more(self, run_id: int):
        """The next rows."""
        after = self.rows[-1].number if self.rows else 0
        found = await look(wizard.rows, run_id, self.wanted, after, PAGE + 1)
        self.rows, self.more = [*self.rows, *found[:PAGE]], len(found) > PAGE

    @action(IMPORT)
    async def decide(self, run_id: int, row: int, choice: str):
        """What shall become of one row."""
        if choice not in ("", "skip", "create", "update") or not 0 <= row < LARGEST_ID:
            raise BadValue(N_("“%(value)s” is not one of the choices."), value=choice[:80])
        await look(wizard.decide, run_id, row, choice)
        self.view = await look(page_of, run_id)
        # The row stays where it is, also if the filter would no longer show it.
        anew = await look(wizard.rows, run_id, "", row - 1, 1)
        self.rows = [anew[0] if anew and r.number == anew[0].number else r for r in self.rows]

    @action(IMPORT)
    async def start(self, run_id: int):
        """Import."""
        await do(_start, run_id)
        return rx.redirect(f"/import/{run_id}/run")

    def _begin(self) -> None:
        self.wanted = ""

    async def _enter(self) -> None:
        await self._show()
        if not self.view.weighed and not self.work.problem:
            await self._weigh(self.run.id)

    async def _weigh(self, run_id: int) -> None:
        run = await look(wizard.own_run, run_id)
        await phases.begin(run_id, work.WEIGH, lambda report: work.carry_on(run_id, work.WEIGH, run.total, report))
        await self._follow()

    async def _show(self) -> None:
        self.view = await look(page_of, self.run.id)
        await self._load_rows(self.run.id)

    async def _load_rows(self, run_id: int) -> None:
        found = await look(wizard.rows, run_id, self.wanted, 0, PAGE + 1) if self.view.weighed else []
        self.rows, self.more = found[:PAGE], len(found) > PAGE


def _settle(act: Act, run_id: int, settings: Settings) -> None:
    wizard.change_plan(act, run_id, **vars(settings))


def _start(act: Act, run_id: int) -> None:
    wizard.start(act, run_id)


live.on_topic("import:", PreviewStep, "_hear")
