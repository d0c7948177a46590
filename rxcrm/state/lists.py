"""Any list: what stands in the address is what the page shows, so that Back, reload and a sent link work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, cast

import reflex as rx

from rxcrm.models import lists, publishing, records, recycling, view_offers
from rxcrm.models.access import Privilege
from rxcrm.models.boards.ways import WAYS
from rxcrm.models.charting.charts import MEASURED
from rxcrm.models.defining import MOST_COLUMNS, NARROWEST, WIDEST
from rxcrm.models.fields import Kind
from rxcrm.models.filters.conditions import BadFilter, parsed
from rxcrm.models.filters.values import place_of
from rxcrm.models.grouping import groupable
from rxcrm.models.operation import Operation
from rxcrm.models.records import Act
from rxcrm.models.recycling import Along
from rxcrm.models.tables import record_table
from rxcrm.models.view_offers import Offer
from rxcrm.models.views import Column, column_of, name_fields, sorts
from rxcrm.state.gate import SIGNED_IN, AppState, action, asker, do, look
from rxcrm.state.views import Head, damaged, head_of
from rxcrm.translation import N_, ngettext, worded

COUNT_CAP = lists.COUNT_CAP
#: The parameters of an address on which the number of rows depends.
COUNTED = ("q", "filter", "edit", "as_role")
#: Parameters that set how a board or a calendar shows the rows, and kinds that read their rows themselves.
SETTINGS, APART = ("lanes", "date"), ("board", "calendar")


@dataclass
class ColumnView:
    """A column as the grid draws it; `options` maps raw values to messages, `colours` those that have one to it.

    The `kind` of one that the user may not see is "sealed": its cells hold a mask, and nothing can be done with it. `filters` names the field by which the list can be filtered here ("" for none), `groups` and `adds` say whether its
    rows can stand in groups of this column and its values be totalled.
    """

    key: str
    label: str
    width: int
    kind: str
    sortable: bool
    pinned: bool = False
    options: dict[str, str] = field(default_factory=dict)
    colours: dict[str, str] = field(default_factory=dict)
    filters: str = ""
    groups: bool = False
    adds: bool = False


@dataclass
class OwnerChoice:
    """Somebody who can own records."""

    id: int
    name: str
    email: str


def address_of(entity: str) -> str:
    """The address of a table's list."""
    return record_table(entity).path


def _column(
    entity: str, column: Column, widths: Mapping[str, int] = MappingProxyType({}), pinned: tuple[str, ...] = ()
) -> ColumnView:
    place = place_of(record_table(entity), column.key)
    options: dict[str, str] = {}
    colours: dict[str, str] = {}
    locale = asker().who.conventions.locale
    if place and place.spec.kind is Kind.CHOICE and place.spec.options:
        colours = {str(int(o)): o.colour for o in place.spec.options if o.colour}
        options = {str(int(o)): worded(locale, o.label) for o in place.spec.options}
    elif place and place.spec.kind is Kind.YESNO:
        options = {str(int(yes)): word for yes, word in enumerate(place.spec.words)}
    width = widths.get(column.key, column.width)
    label = worded(locale, column.label)
    who = asker().who
    if place and not who.may_read(place):
        return ColumnView(column.key, label, width, "sealed", sortable=False, pinned=column.key in pinned)
    own = place.spec if place and not place.through else None
    return ColumnView(
        column.key,
        label,
        width,
        column.kind,
        column.sortable and sorts(who, entity, column.key),
        column.key in pinned,
        options,
        colours,
        filters=column.key if place else name_fields(record_table(entity))[0].key if column.key == "name" else "",
        groups=bool(own and groupable(own)),
        adds=bool(own and own.kind in MEASURED),
    )


def ask_of(entity: str, query: dict[str, str]) -> lists.Ask:
    """What the parameters of an address ask for; nonsense falls back to the defaults.

    Raises BadFilter for a filter that cannot be read: to show all rows instead would be a lie.
    """

    def number(name: str, otherwise: int) -> int:
        text = query.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else otherwise

    sort = [part for part in query.get("sort", "").split(",") if part]
    columns = [part.split(":") for part in query.get("columns", "").split(",") if part][:MOST_COLUMNS]
    widths = {key: int(w[0][:6]) for key, *w in columns if w and w[0].isascii() and w[0].isdecimal()}
    pinned = tuple(key for key, *w in columns if w[1:2] == ["pin"])
    totals = [tuple(part.split(":", 1)) for part in query.get("totals", "").split(",") if ":" in part]
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
        where=parsed(query["filter"]) if query.get("filter") else None,
        columns=tuple(key for key, *_ in columns if key),
        widths=tuple((key, min(max(width, NARROWEST), WIDEST)) for key, width in widths.items()),
        pinned=pinned if columns else None,
        find=tuple(name for name in query.get("find", "").split(",") if name)[:MOST_COLUMNS],
        group=query["group"].removeprefix("-") if query.get("group") else None,
        totals=cast(Any, tuple(totals[:MOST_COLUMNS])) if query.get("totals") else None,
        kind=query.get("as", ""),
        settings=tuple((name, query[name][:80]) for name in SETTINGS if query.get(name)),
    )


class ListMixin(rx.State, mixin=True):
    """The list of one table. A leaf state names the table in `_entity`."""

    view: str = ""
    #: The view that is shown with its filter in words, and the views of the picker.
    head: Head = Head()
    offers: list[Offer] = []
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
        try:
            ask = ask_of(self._entity, query)
        except BadFilter as refusal:
            ask = ask_of(self._entity, {**query, "filter": ""})
            self.head = await look(damaged, ask, refusal)
            self._show_nothing(ask)
            return
        self.head, self.offers, ask = await look(begin, ask, query)
        if self.head.shown["kind"] in APART and self._entity in WAYS:
            self._show_nothing(ask)
        else:
            try:
                found = await look(listed, ask, query.get("as_role", ""))
            except BadFilter:  # the head says why
                self._show_nothing(ask)
                return
            self._show_rows(ask, found)
        what = " ".join([str(asker().who.id), self.view, *(query.get(name, "") for name in COUNTED)])
        if what != self._counted or self.page == 1:
            if what != self._counted:
                self.total = -1
            yield
            try:
                self.total, self._counted = await look(counted, ask, query.get("as_role", "")), what
            except BadFilter:  # the head says why
                self.total = 0

    def _show_rows(self, ask: lists.Ask, found: lists.Page) -> None:
        self.view = found.view.key
        self.columns = [_column(self._entity, c, dict(found.view.widths), found.view.pinned) for c in found.columns]
        self.rows, self.sort, self.size = found.rows, list(found.sort), ask.size
        self.first, self.last = found.first, found.last
        self.more_after, self.more_before = found.more_after, found.more_before
        numbered = not ask.last and (ask.page > 1 or not (ask.after or ask.before))
        self.page = ask.page if numbered else 0
        self.shown, self.ready, self.picked = self.router.url.query, True, []

    def _show_nothing(self, ask: lists.Ask) -> None:
        """No rows at all where the filter cannot be asked (never the wrong ones), or where a board reads its own."""
        self.view, self.rows, self.sort, self.size = self.head.key, [], list(ask.sort), ask.size
        self.columns = [
            _column(self._entity, c) for key in self.head.shown["columns"] if (c := column_of(self._entity, key))
        ]
        self.first = self.last = self._counted = ""
        self.more_after = self.more_before = False
        self.total, self.page = 0, 1
        self.shown, self.ready, self.picked = self.router.url.query, True, []

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


def begin(act: Act, ask: lists.Ask, query: dict[str, str]) -> tuple[Head, list[Offer], lists.Ask]:
    """What stands above a list, the views of its picker, and what is asked for: in its editor, the draft of the view."""
    editing = query.get("edit") == "1"
    head, view = head_of(act, ask, draft=editing)
    if editing and head.draft:
        ask = replace(
            ask,
            where=view.where,
            columns=view.columns,
            sort=view.sort,
            group=view.group,
            totals=view.totals,
            widths=view.widths,
            pinned=view.pinned,
        )
    return head, view_offers.offers(act, ask.entity).views, ask


def listed(act: Act, ask: lists.Ask, role: str) -> lists.Page:
    """The rows of a page; for administrators as somebody of a `role` would see them."""
    return lists.page(publishing.as_role(act, role) if role else act, ask)


def counted(act: Act, ask: lists.Ask, role: str) -> int:
    """How many rows there are, seen in the same way."""
    return lists.count(publishing.as_role(act, role) if role else act, ask)


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
