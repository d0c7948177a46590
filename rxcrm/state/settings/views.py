"""The views of the system: which there are, what becomes of each, with which every role begins (S 9.1)."""

from __future__ import annotations

from dataclasses import dataclass, field

import reflex as rx

from rxcrm.models import configuration, publishing
from rxcrm.models.defining import blank, definition_of
from rxcrm.models.errors import CrmError
from rxcrm.models.privileges import roles
from rxcrm.models.records import Act
from rxcrm.models.saved_view import Purpose
from rxcrm.models.system_views import SystemView, all_of, key_of
from rxcrm.models.tables import RECORDS, record_table
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_

#: Tables with views: value, label.
ENTITIES = [[entity, table.title_many] for entity, table in RECORDS.items()]
#: Roles that begin with a view of their own: value, label; "" is everybody.
EVERYBODY = ("", N_("Everybody"))
_USED = {
    Purpose.LIST: N_("Lists"),
    Purpose.LOOKUP: N_("Look-ups"),
    Purpose.FIND: N_("Global search"),
    Purpose.ASSOCIATED: N_("Tables within forms"),
}


@dataclass
class ViewRow:
    """A view of the system in the table; `edit` is the address of its editor, empty for what no list shows."""

    key: str
    label: str
    used: str
    version: int
    shipped: bool
    changed: bool
    drafted: bool
    published: bool
    hidden: bool
    listed: bool
    edit: str
    first: bool = False
    last: bool = False


@dataclass
class Beginning:
    """The view with which a role begins; "" for the first one."""

    role: str
    label: str
    view: str


@dataclass
class Table:
    """Everything about the views of one table."""

    rows: list[ViewRow] = field(default_factory=list)
    beginnings: list[Beginning] = field(default_factory=list)
    choices: list[list[str]] = field(default_factory=list)


class SystemViews(AskingMixin, AppState):
    """The page of views."""

    entity: str = "lead"
    rows: list[ViewRow] = []
    beginnings: list[Beginning] = []
    choices: list[list[str]] = []
    subject_key: str = ""
    subject_name: str = ""
    _version: int = 0

    @action(ADMINISTER)
    async def open(self):
        """Show the views of the table that the address names."""
        wanted = dict(self.router.url.query_parameters).get("entity", "")
        self.entity, self.asked = wanted if wanted in RECORDS else "lead", ""
        await self._load()

    @action(ADMINISTER)
    async def show(self, entity: str):
        """Show the views of another table."""
        self.entity = record_table(entity).entity
        await self._load()

    @action(ADMINISTER)
    async def hide(self, key: str, hidden: bool):
        """Take a view out of everybody's selector, or show it again."""
        await self._do(lambda act, row: publishing.hide(act, self.entity, key, row.version, hidden), key)

    @action(ADMINISTER)
    async def move(self, key: str, by: int):
        """Move a view up or down in everybody's selector."""
        keys = [row.key for row in self.rows if row.listed]
        if key in keys and 0 <= (to := keys.index(key) + (1 if by > 0 else -1)) < len(keys):
            keys.remove(key)
            keys.insert(to, key)
            entity = self.entity
            await do(publishing.arrange, entity, keys)
            await self._load()

    @action(ADMINISTER)
    async def publish(self, key: str):
        """Show everybody what is drafted."""
        await self._do(lambda act, row: publishing.publish(act, self.entity, key, row.version), key)

    @action(ADMINISTER)
    async def ask(self, what: str, key: str):
        """Ask before a view goes or is as it was shipped."""
        row = next((row for row in self.rows if row.key == key), None)
        if what == "new":
            self._ask(what)
        elif row and what in ("reset", "delete"):
            self.asked, self.subject_key, self.subject_name, self._version = what, key, row.label, row.version

    @action(ADMINISTER)
    async def create(self, subject: int, values: dict[str, str], token: int):
        """Begin a new view, as a draft, and open its editor."""
        entity = self.entity
        key = await self._try(token, begun, entity, values.get("name", ""), values.get("description", ""))
        if key is None:
            return None
        await self._load()
        return rx.redirect(_editor(entity, key))

    @action(ADMINISTER)
    async def reset_view(self):
        """Let a view be as it was shipped."""
        await do(publishing.reset, self.entity, self.subject_key, self._version)
        self._say(N_("The view is as it was shipped."))
        await self._load()

    @action(ADMINISTER)
    async def delete(self):
        """Delete a view of the system."""
        await do(publishing.remove, self.entity, self.subject_key, self._version)
        self._say(N_("The view was deleted."))
        await self._load()

    @action(ADMINISTER)
    async def begin_with(self, role: str, key: str):
        """Let a role begin with a view."""
        await do(publishing.begin_with, self.entity, role, key)
        await self._load()

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _do(self, verb, key: str) -> None:
        row = next((row for row in self.rows if row.key == key), None)
        try:
            if row:
                await do(lambda act: verb(act, row))
        except CrmError as refusal:
            self._refuse(refusal)
        await self._load()

    async def _load(self) -> None:
        found = await look(table, self.entity)
        self.rows, self.beginnings, self.choices, self.ready, self.asked = (
            found.rows,
            found.beginnings,
            found.choices,
            True,
            "",
        )


def table(act: Act, entity: str) -> Table:
    """The views of a table as administrators see them."""
    publishing.require_administrator(act)
    rows = [_row(view) for view in all_of(entity)]
    listed = [row for row in rows if row.listed]
    if listed:
        listed[0].first = listed[-1].last = True
    chosen = configuration.current().part("view_defaults")
    beginnings = [
        Beginning(role, label, str(chosen.get((entity, role), "")))
        for role, label in [EVERYBODY, *((r.key, r.label) for r in roles().values())]
    ]
    choices = [["", N_("(the first one)")]]
    choices += [[row.key, row.label] for row in listed if row.published and not row.hidden]
    return Table(rows, beginnings, choices)


def begun(act: Act, entity: str, name: str, description: str) -> str:
    """The key of a new view of the system that shows every record, so far a draft."""
    return key_of(publishing.add(act, entity, name, definition_of(blank(entity)), description).id or 0)


def _editor(entity: str, key: str) -> str:
    """The address of a view's editor, which leads back to the settings."""
    return f"{record_table(entity).path}?view={key}&edit=1&from=settings"


def _row(view: SystemView) -> ViewRow:
    listed = view.purpose is Purpose.LIST
    return ViewRow(
        view.key,
        view.view.label,
        _USED[view.purpose],
        view.version,
        view.shipped,
        view.changed,
        view.drafted,
        view.published,
        view.hidden,
        listed,
        _editor(view.view.entity, view.key),
    )
