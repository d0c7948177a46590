"""What a list can do besides showing rows: edit a cell, stand in groups, add up, show one record beside it, find anything."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace

from rxcrm.models import grouping, lifecycle, lists, peeking, records
from rxcrm.models.access import Privilege
from rxcrm.models.activity import Activity
from rxcrm.models.errors import CrmError, Invalid, NotAllowed, NotFound, Stale
from rxcrm.models.fields import control, fields_of
from rxcrm.models.matching.saving import Alike
from rxcrm.models.peeking import Glance
from rxcrm.models.records import Act
from rxcrm.models.searching import plain
from rxcrm.models.tables import RECORDS, record_table
from rxcrm.models.views import View
from rxcrm.state.bulk import query_of
from rxcrm.state.gate import BROKEN, SIGNED_IN, AppState, action, do, look
from rxcrm.state.lists import ask_of
from rxcrm.state.records import save_typed
from rxcrm.translation import N_, gettext

log = logging.getLogger("rxcrm")

#: Hits of each table in the palette, and how many of the newest they are chosen from.
HITS, CHOSEN_FROM = 4, 24
NO_CELL = N_("This field is edited on the form of the record.")
ALIKE = N_("There may be a duplicate: %(names)s. Open the record to decide.")


@dataclass
class Begun:
    """The answer to a cell that is about to be edited: what it holds now, in which version, or why it cannot be."""

    token: int = 0
    version: int = 0
    value: str = ""
    name: str = ""
    locked: str = ""


@dataclass
class Stored:
    """The answer to one cell: stored, with its row as it is now; or what was wrong. `theirs` is what somebody faster wrote."""

    token: int = 0
    ok: bool = False
    problem: str = ""
    row: dict[str, str] = field(default_factory=dict)
    version: int = 0
    who: str = ""
    theirs: str = ""
    raw: str = ""
    faster: bool = False


@dataclass
class Peeked:
    """The answer to a look at one record, or why there is none."""

    token: int = 0
    glance: Glance = field(default_factory=Glance)
    problem: str = ""


@dataclass
class GroupsTold:
    """A page of groups, or the totals of all; `start` is the place of the first group."""

    token: int = 0
    start: int = 0
    groups: list[grouping.Group] = field(default_factory=list)
    more: bool = False
    totals: list[grouping.Total] = field(default_factory=list)
    problem: str = ""


@dataclass
class RowsTold:
    """Rows of one group, and the cursor behind which there are more."""

    token: int = 0
    key: str = ""
    rows: list[dict[str, str]] = field(default_factory=list)
    last: str = ""
    more: bool = False
    problem: str = ""


@dataclass
class PaletteHit:
    """A record in the palette."""

    entity: str
    title: str
    name: str
    detail: str
    path: str


@dataclass
class Found:
    """Records of all tables for one term."""

    token: int = 0
    hits: list[PaletteHit] = field(default_factory=list)


class ListTools(AppState):
    """What the tools of any list ask; each question names the table, and the list by its address."""

    begun: Begun = Begun()
    stored: Stored = Stored()
    peeked: Peeked = Peeked()
    grouped: GroupsTold = GroupsTold()
    opened: RowsTold = RowsTold()
    summed: GroupsTold = GroupsTold()
    found: Found = Found()

    # -- one cell ----------------------------------------------------------------------------------------------------

    @action(SIGNED_IN)
    async def begin_cell(self, entity: str, record_id: int, name: str, token: int):
        """What a cell holds now, for its editor; or why it cannot be edited."""
        try:
            self.begun = await look(cell_of, entity, record_id, name, token)
        except CrmError as refusal:
            self.begun = Begun(token, locked=refusal.text(self.locale))

    @action(SIGNED_IN)
    async def store_cell(
        self, entity: str, record_id: int, version: int, name: str, value: str, query: str, token: int
    ):
        """Write one cell into the version that its editor began with; what somebody faster wrote is told, not lost."""
        if token and token == self.stored.token:
            # Sent again, because no answer came: what was done is told again, not done twice.
            self.stored = replace(self.stored)
            return
        try:
            self.stored = await self._store(entity, record_id, version, name, value, query, token)
            self._keep_up()
        except Invalid as refusal:
            self.stored = Stored(token, problem=" ".join(refusal.by_field(self.locale).values()))
        except Alike as found:
            names = ", ".join(match.name for match in found.matches[:3])
            self.stored = Stored(token, problem=gettext(self.locale, ALIKE, names=names))
        except CrmError as refusal:
            self.stored = Stored(token, problem=refusal.text(self.locale))
        except Exception:
            # A defect, told in the log; the cell must not wait for an answer that never comes.
            log.exception("a cell was not stored")
            self.stored = Stored(token, problem=gettext(self.locale, BROKEN))

    async def _store(
        self, entity: str, record_id: int, version: int, name: str, value: str, query: str, token: int
    ) -> Stored:
        typed = {name: value}
        try:
            await do(store, entity, record_id, version, typed)
        except Stale:
            faster = await look(faster_of, entity, record_id, version, name, token)
            if faster.faster:
                return faster
            await do(store, entity, record_id, faster.version, typed)  # somebody changed something else
        return Stored(token, ok=True, row=await look(row_of, entity, record_id, query))

    # -- groups and totals -------------------------------------------------------------------------------------------

    @action(SIGNED_IN)
    async def group(self, entity: str, query: str, start: int, token: int):
        """A page of the groups of a list, from the one at `start`."""
        try:
            found = await look(groups_of, entity, query, min(max(start, 0), 1_000_000))
        except CrmError as refusal:
            self.grouped = GroupsTold(token, problem=refusal.text(self.locale))
        else:
            self.grouped = GroupsTold(token, start, found.groups, found.more)

    @action(SIGNED_IN)
    async def open_group(self, entity: str, query: str, key: str, after: str, token: int):
        """The rows of one group, those behind a cursor."""
        try:
            page = await look(rows_of, entity, query, key, after[:2000])
        except CrmError as refusal:
            self.opened = RowsTold(token, key, problem=refusal.text(self.locale))
        else:
            self.opened = RowsTold(token, key, page.rows, page.last, page.more_after)

    @action(SIGNED_IN)
    async def total(self, entity: str, query: str, token: int):
        """The totals of all rows of a list."""
        try:
            self.summed = GroupsTold(token, totals=await look(totals_of, entity, query))
        except CrmError as refusal:
            self.summed = GroupsTold(token, problem=refusal.text(self.locale))

    # -- one record beside the list, any record from anywhere --------------------------------------------------------

    @action(SIGNED_IN)
    async def peek(self, entity: str, record_id: int, token: int):
        """One record at a glance."""
        try:
            self.peeked = Peeked(token, await look(peeking.glance, entity, record_id))
        except CrmError as refusal:
            self.peeked = Peeked(token, problem=refusal.text(self.locale))

    @action(SIGNED_IN)
    async def find(self, term: str, token: int):
        """Records of all tables that contain a term."""
        self.found = Found(token, await look(hits, term[:200]))


def cell_of(act: Act, entity: str, record_id: int, name: str, token: int) -> Begun:
    """What a cell holds. Raises NotAllowed where its field is not edited in lists, its record is closed or not the user's."""
    table = record_table(entity)
    spec = fields_of(table).get(name)
    if spec is None or spec.locked or table is Activity:
        raise NotAllowed(NO_CELL)
    if refusal := act.who.refusal(spec):
        raise refusal
    row = act.find(table, record_id, Privilege.WRITE)
    lifecycle.require_open(row)
    value = control(spec, getattr(row, name)) if act.who.may_read(spec) else ""
    shown = records.names_of(act, row).get(name, "") if spec.target else ""
    return Begun(token, row.version, value, shown)


def store(act: Act, entity: str, record_id: int, version: int, typed: dict[str, str]) -> None:
    """Write a cell as the form would."""
    if record_table(entity) is Activity:
        raise NotAllowed(NO_CELL)
    save_typed(act, entity, record_id, version, typed)


def faster_of(act: Act, entity: str, record_id: int, version: int, name: str, token: int) -> Stored:
    """What somebody wrote into the same cell meanwhile, if it was that; and the version of now."""
    row = act.find(record_table(entity), record_id)
    found = next((c for c in records.conflicts(act, row, version) if c.field == name), None)
    if found is None:
        return Stored(token, version=row.version)
    return Stored(token, version=row.version, who=found.who, theirs=found.theirs, raw=found.raw, faster=True)


def row_of(act: Act, entity: str, record_id: int, query: str) -> dict[str, str]:
    """The row of a record as the list of an address shows it."""
    found = lists.some(act, ask_of(entity, query_of(query)), [record_id])
    if not found:
        raise NotFound
    return found[0]


def groups_of(act: Act, entity: str, query: str, start: int) -> grouping.Groups:
    """The groups that an address asks for, with the totals that it asks for."""
    asked = query_of(query)
    ask = ask_of(entity, asked)
    view = lists.viewed(act, ask)
    category = grouping.parse(entity, asked.get("group") or view.group)
    return grouping.groups(act, ask, category, _totals(entity, asked, view), start=start)


def rows_of(act: Act, entity: str, query: str, key: str, after: str) -> lists.Page:
    """The rows of a group of the list that an address asks for."""
    asked = query_of(query)
    ask = ask_of(entity, asked)
    category = grouping.parse(entity, asked.get("group") or lists.viewed(act, ask).group)
    return grouping.rows_of(act, ask, category, key, after)


def totals_of(act: Act, entity: str, query: str) -> list[grouping.Total]:
    """The totals that an address asks for."""
    asked = query_of(query)
    ask = ask_of(entity, asked)
    return grouping.totals(act, ask, _totals(entity, asked, lists.viewed(act, ask)))


def _totals(entity: str, asked: dict[str, str], view: View) -> tuple[grouping.Wanted, ...]:
    """The totals of the address, else those of the view; `totals=-` wants none."""
    text = asked.get("totals", "")
    if text == "-":
        return ()
    return grouping.parse_totals(entity, text or ",".join(f"{name}:{function}" for name, function in view.totals))


def hits(act: Act, term: str) -> list[PaletteHit]:
    """Records of each table that contain a term: first those whose name has a word that begins with it, then the newest."""
    if not (sought := plain(term).strip()):
        return []
    found = [
        (_named(hit.name, sought), PaletteHit(entity, table.title, hit.name, hit.detail, f"{table.path}/{hit.id}"))
        for entity, table in RECORDS.items()
        for hit in sorted(lists.find(act, entity, term, CHOSEN_FROM), key=lambda one: not _named(one.name, sought))[
            :HITS
        ]
    ]
    return [hit for _, hit in sorted(found, key=lambda one: not one[0])]


def _named(name: str, sought: str) -> bool:
    """Whether a name, or one of its words, begins with what is sought."""
    return f" {sought}" in f" {plain(name)}"
