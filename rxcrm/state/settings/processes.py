"""Processes: which there are of a table, and the editor of one (S 2.3, R2.11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import reflex as rx

from rxcrm.models import process_editing
from rxcrm.models.choices import OpportunityStage
from rxcrm.models.errors import CrmError, Invalid, NotFound, Stale
from rxcrm.models.fields import fields_of
from rxcrm.models.privileges import role_label
from rxcrm.models.process_editing import Draft, ProcessRow
from rxcrm.models.records import Act
from rxcrm.models.stages import FIRST, PROCESSES
from rxcrm.models.tables import RECORDS, record_table
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.state.settings.forms import Told, role_choices
from rxcrm.translation import N_, gettext, languages, worded

#: Tables whose records have processes: value, label.
TABLES = [[entity, RECORDS[entity].title] for entity in FIRST]


@dataclass
class Listed:
    """A process in the table, in words."""

    key: str
    label: str
    stages: str
    roles: str
    active: bool
    shipped: bool
    changed: bool
    used: int
    default: bool
    first: bool
    last: bool
    path: str


@dataclass
class Editing:
    """A process with everything that its editor needs to know; `loaded` counts how often it was read."""

    loaded: int = 0
    process: Draft | None = None
    #: Stage, or stage and field, → what the shipped process calls it.
    names: dict[str, str] = field(default_factory=dict)
    #: Table → fields that only the system writes.
    locked: dict[str, list[str]] = field(default_factory=dict)
    sales_stages: list[list[str]] = field(default_factory=list)
    roles: list[list[str]] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)


class Processes(AskingMixin, AppState):
    """The processes of one table, and the dialogs about them."""

    entity: str = TABLES[0][0]
    rows: list[Listed] = []
    subject_key: str = ""
    subject_name: str = ""

    @action(ADMINISTER)
    async def open(self):
        """Show the processes of the table that the address names."""
        self.asked = ""
        await self._load(self.router.url.query_parameters.get("table", "") or self.entity)

    @action(ADMINISTER)
    async def choose(self, entity: str):
        """Show the processes of another table."""
        self.asked = ""
        await self._load(entity)

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the dialog of a new process."""
        self._ask("add", 0, {"name": ""})

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Make a process, not active yet, and go on to its editor."""
        made = await self._try(token, add_process, self.entity, typed)
        return rx.redirect(f"/settings/processes/{made}") if made else None

    @action(ADMINISTER)
    async def move(self, key: str, places: int):
        """Put a process earlier or later."""
        await do(process_editing.move, key, places)
        await self._load(self.entity)

    @action(ADMINISTER)
    async def set_active(self, key: str, active: bool):
        """Offer a process or stop offering it."""
        await do(switch, key, active)
        await self._load(self.entity)
        name = next((row.label for row in self.rows if row.key == key), "")
        self._say(
            N_("%(name)s is offered.") if active else N_("%(name)s is not offered any more. Records in it go on."),
            name=name,
        )

    @action(ADMINISTER)
    async def ask_delete(self, key: str):
        """Ask before a process goes."""
        self.subject_key = key
        self.subject_name = next((row.label for row in self.rows if row.key == key), "")
        self._ask("delete")

    @action(ADMINISTER)
    async def delete(self, subject: int):
        """Delete the process that was asked about."""
        self.asked = ""
        name = await do(process_editing.delete, self.subject_key)
        await self._load(self.entity)
        self._say(N_("%(name)s was deleted."), name=name)

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _load(self, entity: str) -> None:
        self.entity = entity if entity in FIRST else TABLES[0][0]
        self.rows, self.ready = await look(shown, self.entity), True


class ProcessEditor(AppState):
    """The editor of one process: what is drawn lives in the browser until it is saved."""

    editing: Editing = Editing()
    told: Told = Told()
    missing: str = ""

    @action(ADMINISTER)
    async def open(self):
        """Show the process that the address names."""
        await self._load(str(getattr(self, "process_key", "") or ""))

    @action(ADMINISTER)
    async def reload(self, key: str):
        """Take what somebody else made of the process."""
        await self._load(key)

    @action(ADMINISTER)
    async def save(self, key: str, version: int, wanted: dict[str, Any], moves: dict[str, str], token: int):
        """Let the process be as it was drawn, for every record in it; what is sent again is done once."""
        if token and token == self.told.token:
            self.told = replace(self.told)
            return
        try:
            await do(save_process, key, version, wanted, moves)
        except Stale as refusal:
            now = await look(version_of, key)
            self.told = Told(token, problem=refusal.text(self.locale), stale=True, version=now)
        except CrmError as refusal:
            self.told = Told(token, problem=refusal.text(self.locale))
        else:
            await self._load(key)
            self.told = Told(token, ok=True)
            self._say(N_("The process was saved. Records that are in it show it now."))

    async def _load(self, key: str) -> None:
        try:
            found = await look(editing_of, key)
        except NotFound as refusal:
            self.missing = refusal.text(self.locale)
            return
        found.loaded = self.editing.loaded + 1
        self.editing, self.missing = found, ""


def add_process(act: Act, entity: str, typed: dict[str, str]) -> str:
    """The key of a new process."""
    try:
        return process_editing.add(act, entity, {act.who.conventions.locale: typed.get("name", "")}).key
    except CrmError as refusal:
        raise Invalid({"name": refusal}) from refusal


def switch(act: Act, key: str, active: bool) -> None:
    """Offer a process or stop offering it."""
    process_editing.set_active(act, key, active)


def save_process(act: Act, key: str, version: int, wanted: Mapping[str, Any], moves: Mapping[str, str]) -> None:
    """Store a process."""
    process_editing.save(act, key, version, wanted, moves)


def version_of(act: Act, key: str) -> int:
    """The version that a process has now; 0 if it is no more."""
    try:
        return process_editing.opened(act, key).version
    except NotFound:
        return 0


def shown(act: Act, entity: str) -> list[Listed]:
    """The processes of a table in words."""
    locale = act.who.conventions.locale
    return [_row(locale, row) for row in process_editing.listed(act, entity)]


def _row(locale: str, row: ProcessRow) -> Listed:
    roles = [gettext(locale, role_label(role)) for role in sorted(row.roles)]
    return Listed(
        key=row.key,
        label=gettext(locale, row.label),
        stages=" → ".join(gettext(locale, label) for label in row.stages),
        roles=", ".join(roles) or gettext(locale, N_("Everybody")),
        active=row.active,
        shipped=row.shipped,
        changed=row.changed,
        used=row.used,
        default=row.default,
        first=row.first,
        last=row.last,
        path=f"/settings/processes/{row.key}",
    )


def editing_of(act: Act, key: str) -> Editing:
    """A process as its editor needs it. Raises NotFound."""
    found = process_editing.opened(act, key)
    locale = act.who.conventions.locale
    names: dict[str, str] = {}
    for stage in PROCESSES[key].stages if key in PROCESSES else ():
        names[stage.key] = worded(locale, stage.label)
        names |= {f"{stage.key}:{name}": worded(locale, label) for name, label in stage.steps if label}
    return Editing(
        process=found,
        names=names,
        locked={
            entity: [name for name, spec in fields_of(record_table(entity)).items() if spec.locked] for entity in FIRST
        },
        sales_stages=[[str(int(stage)), stage.label] for stage in OpportunityStage],
        roles=role_choices(locale),
        languages=languages(),
    )
