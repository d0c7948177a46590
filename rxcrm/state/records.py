"""Any record: open, save, look up, assign, delete. What is typed lives in the browser; here is what was saved."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import reflex as rx

from rxcrm.models import history, lifecycle, notifying, process_bar, records, recycling
from rxcrm.models.access import REGARDED, Decision, Privilege, decide, may_create
from rxcrm.models.base import Record
from rxcrm.models.errors import CrmError, Invalid, NotFound, Stale
from rxcrm.models.fields import control, defaults_of, fields_of, hidden_from
from rxcrm.models.forms import using
from rxcrm.models.lists import detail_of
from rxcrm.models.matching import Match, saving
from rxcrm.models.matching.saving import Alike
from rxcrm.models.process_bar import ProcessView
from rxcrm.models.records import Act, Conflict
from rxcrm.models.recycling import Along
from rxcrm.models.tables import record_table
from rxcrm.state.commands import UNSAVED, closing_of, offered
from rxcrm.state.gate import BROKEN, SIGNED_IN, action, do, look
from rxcrm.state.lists import address_of
from rxcrm.state.numbers import number
from rxcrm.state.prefilling import Given, given
from rxcrm.state.timeline import Timeline
from rxcrm.translation import N_, gettext

log = logging.getLogger("rxcrm")


@dataclass
class Saved:
    """The answer to one save, recognised by its token: done, or what was wrong."""

    token: int = 0
    ok: bool = False
    stale: bool = False
    id: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    #: Records that may be the one to be saved: nothing was written, the user decides (S R3.16).
    duplicates: list[Match] = field(default_factory=list)


@dataclass
class Lost:
    """A record that somebody deleted while the user had it open: who and when (ISO), empty where he may not know."""

    id: int = 0
    who: str = ""
    at: str = ""


@dataclass
class LinkedCard:
    """A record that this one points to, as a card beside the form."""

    field: str
    label: str
    entity: str
    path: str
    name: str
    detail: str


@dataclass
class Snapshot:
    """A record as the form shows it."""

    id: int
    version: int
    values: dict[str, str]
    names: dict[str, str]
    title: str
    owner: str
    may: dict[str, str]
    locked: str
    cards: list[LinkedCard]
    process: ProcessView
    closure: lifecycle.Closing = field(default_factory=lifecycle.Closing)
    #: What the address of a new record fills in.
    given: dict[str, str] = field(default_factory=dict)
    #: Where the form has no timeline that tells it.
    history: list[history.Entry] = field(default_factory=list)


#: Look-ups shown as cards beside the form.
_CARDS = {
    "lead": ("existing_account_id", "existing_contact_id"),
    "account": ("primary_contact_id", "parent_account_id", "originating_lead_id"),
    "contact": ("account_id", "originating_lead_id"),
    "opportunity": ("account_id", "contact_id", "originating_lead_id"),
}


def snapshot(act: Act, entity: str, record_id: int, asked: Mapping[str, str] | None = None) -> Snapshot:
    """A saved record, or for id 0 a new one with its defaults and what was `asked` for in its address."""
    table = record_table(entity)
    if not record_id:
        return _blank(act, table, given(act, entity, asked or {}))
    row = act.find(table, record_id)
    links = records.links_of(act, row)
    may = decide(act.session, act.who, _COMMANDS.values(), row)
    locked = _locked(act, row, may[Privilege.WRITE])
    return Snapshot(
        id=record_id,
        version=row.version,
        values=_values(act, row),
        names={name: other.display_name if other else "" for name, other in links.items()},
        title=row.display_name,
        owner=records.owner_name(act.session, row),
        may=_commands(act, row, may),
        locked=locked,
        closure=lifecycle.Closing() if lifecycle.is_open(row) else closing_of(act, row),
        cards=_cards(act, row, links),
        process=process_bar.view(act, row),
    )


def _blank(act: Act, table: type[Record], filled: Given) -> Snapshot:
    if not (decision := may_create(act.who, table.entity)):
        raise records.NotAllowed(decision.because)
    row = table(created_on=act.now, modified_on=act.now)
    for name, value in defaults_of(table).items():
        setattr(row, name, value)
    values = _values(act, row)
    values |= {"created_on": "", "modified_on": ""}
    if "currency" in values:
        values["currency"] = act.who.conventions.currency
    return Snapshot(
        id=0,
        version=0,
        values=values | filled.values,
        names=filled.names,
        given=filled.values,
        title="",
        owner=act.who.name,
        may=_unsaved(table.entity),
        locked="",
        cards=[],
        process=process_bar.unsaved(act, table.entity),
    )


def _unsaved(entity: str) -> dict[str, str]:
    """The commands of a new record: it has to be saved before any other (S 13.2)."""
    waiting = ("assign", "share", "delete", "refresh", "link", "follow", *UNSAVED.get(entity, ()))
    return {name: N_("Save this record first.") for name in waiting} | {"save": ""}


_COMMANDS = {"save": Privilege.WRITE, "assign": Privilege.ASSIGN, "share": Privilege.SHARE, "delete": Privilege.DELETE}


def _commands(act: Act, row: Record, may: dict[Privilege, Decision]) -> dict[str, str]:
    """Command → empty if it works, else why not; commands without the privilege are left out (S 13.2)."""
    following = "unfollow" if notifying.follows(act, row) else "follow"
    return commands_of(may, _closed(act, row)) | {following: ""} | offered(act, row, may)


def commands_of(may: dict[Privilege, Decision], locked: str) -> dict[str, str]:
    """The commands of any record; what is `locked` for a reason can still be assigned and deleted."""
    found = {"refresh": "", "link": ""}
    for name, privilege in _COMMANDS.items():
        if may[privilege]:
            found[name] = locked if name == "save" else ""
    return found


def _closed(act: Act, row: Record) -> str:
    try:
        lifecycle.require_open(row)
    except CrmError as refusal:
        return refusal.text(act.who.conventions.locale)
    return ""


def _locked(act: Act, row: Record, decision: Decision) -> str:
    return _closed(act, row) or ("" if decision else gettext(act.who.conventions.locale, decision.because))


def _values(act: Act, row: Record) -> dict[str, str]:
    """What controls hold; of fields that are hidden from the asker, nothing."""
    hidden = hidden_from(act.who.conventions, type(row))
    return {
        name: "" if name in hidden else control(spec, getattr(row, name)) for name, spec in fields_of(type(row)).items()
    }


def _cards(act: Act, row: Record, links: dict[str, Record | None]) -> list[LinkedCard]:
    found = []
    for name in _CARDS[row.entity]:
        spec, other = fields_of(type(row))[name], links.get(name)
        if other and other.deleted_on is None:
            found.append(
                LinkedCard(
                    name, spec.label, spec.target, f"{other.path}/{other.id}", other.display_name, detail_of(act, other)
                )
            )
    return found


class RecordMixin(rx.State, mixin=True):
    """The form of one record. A leaf state names the table in `_entity` and the route's parameter in `_parameter`."""

    record_id: int = 0
    version: int = 0
    values: dict[str, str] = {}
    names: dict[str, str] = {}
    title: str = ""
    owner: str = ""
    may: dict[str, str] = {}
    locked: str = ""
    history: list[history.Entry] = []
    cards: list[LinkedCard] = []
    process: ProcessView = ProcessView()
    closure: lifecycle.Closing = lifecycle.Closing()
    given: dict[str, str] = {}
    loaded: int = 0
    missing: str = ""
    saved: Saved = Saved()
    conflicts: list[Conflict] = []
    deleting: bool = False
    along: Along = Along()
    gone: int = 0
    lost: Lost = Lost()

    @action(SIGNED_IN)
    async def open(self):
        """Show the record that the address names."""
        await self._open(self._wanted())

    @action(SIGNED_IN)
    async def refresh(self):
        """Read the record and its timeline again; what is typed stays, even if the record is no more."""
        await self._open(self._wanted(), keep=True)
        return Timeline.refresh if self._entity in REGARDED else None

    @action(SIGNED_IN)
    async def save(self, record_id: int, version: int, typed: dict[str, str], token: int):
        """Create the record (id 0) or write what was typed into the version that the user saw."""
        await self._save(record_id, version, typed, token)

    @action(SIGNED_IN)
    async def save_anyway(self, record_id: int, version: int, typed: dict[str, str], token: int):
        """Save although there are duplicates: "Ignore and save" (S R3.16)."""
        await self._save(record_id, version, typed, token, anyway=True)

    async def _save(
        self, record_id: int, version: int, typed: dict[str, str], token: int, anyway: bool = False
    ) -> None:
        if token and token == self.saved.token:
            # Sent again, because no answer came: what was done is told again, not done twice.
            if self.saved.ok:
                self._show(await self._read(self.saved.id))
            self.saved = replace(self.saved)
            return
        try:
            saved_id = await self._write(record_id, version, typed, anyway)
        except Alike as found:
            self.saved = Saved(token, id=record_id, duplicates=found.matches)
        except Invalid as refusal:
            self.saved = Saved(token, errors=refusal.by_field(self.locale), id=record_id)
            self._refuse(refusal)
        except Stale:
            await self._compare(record_id, version, typed, token)
        except CrmError as refusal:
            if record_id and isinstance(refusal, NotFound):
                await self._lose(record_id, token)
            else:
                self.saved = Saved(token, id=record_id)
                self._refuse(refusal)
        except Exception:
            # A defect, told in the log; the form must not wait for an answer that never comes.
            log.exception("a save failed")
            self.saved = Saved(token, id=record_id)
            self._say(BROKEN, "error")
        else:
            await self._tell_saved(saved_id, await self._show_saved(saved_id, token), new=not record_id)

    async def _show_saved(self, saved_id: int, token: int) -> bool:
        """Answer a save with what was saved; says whether the user sees it."""
        self.conflicts = []
        self._keep_up()
        try:
            found = await self._read(saved_id)
        except NotFound:  # an assignment rule gave it to somebody whose records he may not see
            self.saved = Saved(token, ok=True)
            return False
        self._show(found)
        self.saved = Saved(token, ok=True, id=saved_id)
        return True

    async def _tell_saved(self, saved_id: int, seen: bool, *, new: bool) -> None:
        """Say that a record was saved; from the form of one that the user does not see, go back to the list."""
        self._say(N_("Saved"), go="" if seen else address_of(self._entity))

    @action(SIGNED_IN)
    async def ask_delete(self):
        """Open the Delete dialog, which says what goes along."""
        self.along, self.deleting = await look(recycling.along, self._entity, [self.record_id]), True

    @action(SIGNED_IN)
    async def delete(self):
        """Move the record to the recycle bin and go back to the list."""
        self.deleting = False
        operation_id = await do(delete_one, self._entity, self.record_id, self.version)
        self.gone = self.record_id
        self._say(N_("%(name)s is in the recycle bin for 30 days."), undo=[operation_id], name=self.title)
        return rx.redirect(address_of(self._entity))

    @action(SIGNED_IN)
    async def dismiss(self):
        """Close any dialog."""
        self.deleting = False

    async def _read(self, record_id: int) -> Snapshot:
        """What the form shows of a record, or of a new one for id 0."""
        asked = {} if record_id else dict(self.router.url.query_parameters)
        return await look(snapshot, self._entity, record_id, asked)

    async def _write(self, record_id: int, version: int, typed: dict[str, str], anyway: bool) -> int:
        """Create or change the record; returns its id. Raises Alike for a duplicate, unless it is wanted anyway."""
        return await do(save_form, self._entity, record_id, version, typed, anyway, dict(self.given))

    def _wanted(self) -> int:
        text = str(getattr(self, self._parameter) or "")
        if text == "new":
            return 0
        return number(text, -1)

    async def _compare(self, record_id: int, version: int, typed: dict[str, str], token: int) -> None:
        """Answer a save that somebody else forestalled: what he changed, and the record as it is now.

        If the record holds already what was typed there is nothing to decide: it may have been this very save, whose
        answer was lost on the way.
        """
        try:
            held = await look(holds_already, self._entity, record_id, typed)
            conflicts = [] if held else await look(conflicts_of, self._entity, record_id, version)
            self._show(await self._read(record_id))
        except NotFound:
            await self._lose(record_id, token)
        else:
            self.conflicts, self.saved = conflicts, Saved(token, ok=held, stale=not held, id=record_id)
            if held:
                self._say(N_("Saved"))

    async def _lose(self, record_id: int, token: int = 0) -> None:
        """Leave the form of a record that is no more as it stands; say who deleted it, if the user may know (S 13.7)."""
        self.lost = await look(lost_of, self._entity, record_id)
        self.may, self.conflicts = {name: why for name, why in self.may.items() if name == "refresh"}, []
        self.saved = Saved(token, id=record_id)

    async def _open(self, record_id: int, keep: bool = False) -> None:
        """Show a record. With `keep`, one that is no more leaves the form as it stands.

        So does one that the user finds deleted when the page comes back after a break: what he typed is in its form.
        """
        self.deleting = False
        try:
            self._show(await self._read(record_id))
        except CrmError as refusal:
            shown = 0 < record_id == self.record_id != self.gone
            if shown and isinstance(refusal, NotFound) and (keep or (await look(lost_of, self._entity, record_id)).at):
                await self._lose(record_id)
                return
            self.missing = refusal.text(self.locale)
            self.record_id, self.values, self.history, self.cards, self.may, self.title = -1, {}, [], [], {}, ""
        else:
            self.missing, self.conflicts = "", []

    def _show(self, found: Snapshot) -> None:
        self.record_id, self.version = found.id, found.version
        self.values, self.names, self.title, self.owner = found.values, found.names, found.title, found.owner
        self.may, self.locked, self.history = found.may, found.locked, found.history
        self.cards, self.process, self.lost = found.cards, found.process, Lost()
        self.closure, self.given = found.closure, found.given
        self.loaded += 1


def save_form(
    act: Act, entity: str, record_id: int, version: int, typed: dict[str, str], anyway: bool, begun: Mapping[str, str]
) -> int:
    """`save_typed`, as the asker's form demands it: what it requires is filled, what it only shows is as it was.

    `begun` is what the address of a new record filled in.
    """
    table = record_table(entity)
    if using.shown_only(act, entity) & typed.keys():
        before = act.find(table, record_id) if record_id else table(created_on=act.now, modified_on=act.now)
        using.require_unchanged(act, before, typed, {} if record_id else begun)
    saved_id = save_typed(act, entity, record_id, version, typed, anyway)
    using.require_filled(act, act.session.get_one(table, saved_id))
    return saved_id


def save_typed(act: Act, entity: str, record_id: int, version: int, typed: dict[str, str], anyway: bool = False) -> int:
    """The id of the record that was created or changed. Raises Alike for a duplicate, unless it is wanted anyway."""
    table = record_table(entity)
    if not record_id:
        row = records.create(act, table, typed, whole=True, hidden=using.hidden_customs(act, entity))
        if not anyway:
            saving.require_new(act, row)
        return row.id or 0
    row = act.find(table, record_id, Privilege.WRITE, version)
    known = None if anyway else saving.known_before(act, row, typed)
    records.save(act, row, typed)
    if known is not None:
        saving.require_new(act, row, known)
    return row.id or 0


def holds_already(act: Act, entity: str, record_id: int, typed: dict[str, str]) -> bool:
    """Whether a record holds already what was typed."""
    return records.holds(act, act.find(record_table(entity), record_id), typed)


def conflicts_of(act: Act, entity: str, record_id: int, version: int) -> list[Conflict]:
    """What others changed since the version that a refused save was based on."""
    return records.conflicts(act, act.find(record_table(entity), record_id), version)


def lost_of(act: Act, entity: str, record_id: int) -> Lost:
    """A record that could not be found, with the name of who deleted it and the time if the user may know."""
    found = records.deletion_of(act, record_table(entity), record_id)
    return Lost(record_id, found.who, found.at) if found else Lost(record_id)


def delete_one(act: Act, entity: str, record_id: int, version: int) -> int:
    """Move one record to the recycle bin; the id of the operation that can be undone."""
    operation = recycling.delete(act, act.find(record_table(entity), record_id, Privilege.DELETE, version))
    return operation.id or 0
