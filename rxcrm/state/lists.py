"""Any list: what stands in the address is what the page shows, so that Back, reload and a sent link work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from rxcrm.models import lists, records, recycling
from rxcrm.models.access import Privilege
from rxcrm.models.fields import Kind, fields_of
from rxcrm.models.operation import Operation
from rxcrm.models.records import Act
from rxcrm.models.recycling import Along
from rxcrm.models.tables import record_table
from rxcrm.models.views import VIEWS, Column
from rxcrm.state.gate import SIGNED_IN, AppState, action, asker, do, look
from rxcrm.translation import N_, ngettext

COUNT_CAP = lists.COUNT_CAP


@dataclass
class ViewOption:
    """A view in the picker."""

    key: str
    label: str
    default: bool


@dataclass
class ColumnView:
    """A column as the grid draws it; `options` maps raw values to messages."""

    key: str
    label: str
    width: int
    kind: str
    sortable: bool
    options: dict[str, str] = field(default_factory=dict)


@dataclass
class OwnerChoice:
    """Somebody who can own records."""

    id: int
    name: str
    email: str


def address_of(entity: str) -> str:
    """The address of a table's list."""
    return record_table(entity).path


def view_options(entity: str) -> list[ViewOption]:
    """The system views of a table; the first is the default."""
    return [ViewOption(v.key, v.label, i == 0) for i, v in enumerate(VIEWS[entity])]


def _column(entity: str, column: Column) -> ColumnView:
    spec = fields_of(record_table(entity)).get(column.key)
    options = {str(int(o)): o.label for o in spec.options} if spec and spec.kind is Kind.CHOICE and spec.options else {}
    return ColumnView(column.key, column.label, column.width, column.kind, bool(column.order), options)


def ask_of(entity: str, query: dict[str, str]) -> lists.Ask:
    """What the parameters of an address ask for; nonsense falls back to the defaults."""

    def number(name: str, otherwise: int) -> int:
        text = query.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else otherwise

    sort = [part for part in query.get("sort", "").split(",") if part]
    return lists.Ask(
        entity=entity,
        view=query.get("view", ""),
        search=query.get("q", "")[:200],
        sort=tuple((part.lstrip("-"), part.startswith("-")) for part in sort),
        size=number("size", lists.PAGE_SIZES[0]),
        page=max(1, number("page", 1)),
        after=query.get("after", ""),
        before=query.get("before", ""),
        last=query.get("last") == "1",
    )


class ListMixin(rx.State, mixin=True):
    """The list of one table. A leaf state names the table in `_entity`."""

    view: str = ""
    columns: list[ColumnView] = []
    rows: list[dict[str, str]] = []
    sort: list[tuple[str, bool]] = []
    page: int = 1
    size: int = lists.PAGE_SIZES[0]
    first: str = ""
    last: str = ""
    more_after: bool = False
    more_before: bool = False
    total: int = -1
    shown: str = ""
    ready: bool = False
    picked: list[int] = []
    deleting: bool = False
    along: Along = Along()
    _counted: str = ""

    @action(SIGNED_IN)
    async def open(self):
        """Show what the address says: rows first, their number after."""
        query = dict(self.router.url.query_parameters)
        ask = ask_of(self._entity, query)
        found = await look(lists.page, ask)
        self.view, self.columns = found.view.key, [_column(self._entity, c) for c in found.columns]
        self.rows, self.sort, self.size = found.rows, list(found.sort), ask.size
        self.first, self.last = found.first, found.last
        self.more_after, self.more_before = found.more_after, found.more_before
        numbered = not ask.last and (ask.page > 1 or not (ask.after or ask.before))
        self.page = ask.page if numbered else 0
        self.shown, self.ready, self.picked = self.router.url.query, True, []
        what = f"{asker().who.id} {self.view} {ask.search}"
        if what != self._counted or self.page == 1:
            if what != self._counted:
                self.total = -1
            yield
            self.total, self._counted = await look(lists.count, ask), what

    @action(SIGNED_IN)
    async def select(self, ids: list[int]):
        """Remember the ticked rows for the commands above the list."""
        known = {row["id"] for row in self.rows}
        self.picked = [i for i in ids if str(i) in known]

    @action(SIGNED_IN)
    async def ask_delete(self):
        """Open the dialog that deletes the ticked rows, and says what goes along."""
        self.along, self.deleting = await look(recycling.along, self._entity, self.picked), True

    @action(SIGNED_IN)
    async def delete_picked(self):
        """Move the ticked rows to the recycle bin."""
        ids, self.deleting = list(self.picked), False
        await self._tell(
            await do(delete_many, self._entity, ids),
            N_("%(n)s record moved to the recycle bin."),
            N_("%(n)s records moved to the recycle bin."),
        )
        return type(self).open

    @action(SIGNED_IN)
    async def dismiss(self):
        """Close any dialog."""
        self.deleting = False

    async def _tell(self, result: Outcome, one: str, many: str) -> None:
        tell(self, result, one, many)


#: Refusals that a message lists by name; the others are counted.
LISTED = 5


@dataclass
class Outcome:
    """How many records a command reached, who was refused and why ("Doe: …"), and which operations can be undone."""

    done: int = 0
    refused: list[str] = field(default_factory=list)
    undo: list[int] = field(default_factory=list)


def tell(state: AppState, result: Outcome, one: str, many: str, **say: Any) -> None:
    """Say what a command on several records did, and name those that it left as they were, each with its reason."""
    lines = [ngettext(state.locale, one, many, result.done), *result.refused[:LISTED]]
    if (more := len(result.refused) - LISTED) > 0:
        lines.append(ngettext(state.locale, N_("… and %(n)s more."), N_("… and %(n)s more."), more))
    kind = "error" if result.refused else "success"
    state._say("\n".join(lines), kind, undo=result.undo, **say)


def delete_many(act: Act, entity: str, ids: list[int]) -> Outcome:
    """Move several records to the recycle bin, each by its own rights."""
    return each(act, entity, ids, Privilege.DELETE, recycling.delete)


def each(act: Act, entity: str, ids: list[int], privilege: Privilege, verb: Any) -> Outcome:
    """Carry out `verb(act, row)` on several records, on each as a whole or not at all; those that refuse stay as they are.

    A verb that can be undone returns its operation.
    """
    outcome, table, locale = Outcome(), record_table(entity), act.who.conventions.locale
    for record_id in ids[: max(lists.PAGE_SIZES)]:
        try:
            with act.session.begin_nested():
                operation = verb(act, act.find(table, record_id, privilege))
        except records.CrmError as refusal:
            name = records.name_of(act, entity, record_id)
            outcome.refused.append(f"{name}: {refusal.text(locale)}" if name else refusal.text(locale))
        else:
            outcome.done += 1
            if isinstance(operation, Operation):
                outcome.undo.append(operation.id or 0)
    return outcome
