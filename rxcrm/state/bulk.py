"""One command on the ticked rows of a list, or on all that it holds: carried out, followed, taken back (S 7.7, peers 6.8)."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl

from rxcrm.models.bulk import books, doing
from rxcrm.models.bulk.books import Books
from rxcrm.models.bulk.commands import COMMANDS
from rxcrm.models.bulk.selection import Selection, ids_of, versions_of
from rxcrm.models.errors import CrmError, Invalid
from rxcrm.models.lists import PAGE_SIZES
from rxcrm.models.records import Act
from rxcrm.state import live
from rxcrm.state.gate import BROKEN, SIGNED_IN, AppState, action, asker, do, look
from rxcrm.state.lists import LISTED, ask_of
from rxcrm.translation import N_, gettext, ngettext

log = logging.getLogger("rxcrm")

STARTED = N_("%(n)s records are being worked on. You can go on meanwhile.")


@dataclass
class BulkTold:
    """The answer to one command, recognised by its token: done or begun, or what was wrong, by field where it is about one."""

    token: int = 0
    ok: bool = False
    problem: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class Prepared:
    """The versions of the ticked records when the form of an edit was opened."""

    token: int = 0
    versions: dict[str, int] = field(default_factory=dict)


def query_of(search: str) -> dict[str, str]:
    """The parameters of a list's address, as the browser has it."""
    return dict(parse_qsl(search[:8_000].removeprefix("?")))


def selection_of(entity: str, ids: list[int], versions: dict[str, int], query: str, everything: bool) -> Selection:
    """Which records the page means: ticked ones, or all of its list."""
    if everything:
        return Selection(entity, ask=ask_of(entity, query_of(query)))
    known = {int(i): version for i, version in versions.items() if i.isascii() and i.isdecimal() and len(i) < 19}
    return Selection(entity, tuple(ids), known)


class Bulk(AppState):
    """What the bar below a list asks, and the books of what was done."""

    told: BulkTold = BulkTold()
    prepared: Prepared = Prepared()
    #: The commands of this user that are under way.
    running: list[Books] = []
    past: list[Books] = []

    @action(SIGNED_IN)
    async def run(
        self,
        command: str,
        entity: str,
        ids: list[int],
        versions: dict[str, int],
        query: str,
        everything: bool,
        given: dict[str, str],
        token: int,
    ):
        """Carry out a command on the ticked records, or on everything that the list of this address holds."""
        if token and token == self.told.token:
            # Sent again, because no answer came: what was done is told again, not done twice.
            self.told = replace(self.told)
            return
        try:
            chosen = selection_of(entity, ids, versions, query, everything)
            found = await look(ids_of, chosen)
            result = await do(begin, chosen, found, command, given)
        except Invalid as refusal:
            self.told = BulkTold(token, problem=refusal.text(self.locale), errors=refusal.by_field(self.locale))
        except CrmError as refusal:
            self.told = BulkTold(token, problem=refusal.text(self.locale))
        except Exception:
            # A defect, told in the log; the dialog must not wait for an answer that never comes.
            log.exception("a bulk command failed")
            self.told = BulkTold(token, problem=gettext(self.locale, BROKEN))
        else:
            self.told = BulkTold(token, ok=True)
            self._keep_up()
            if result.ended:
                self._tell(result)
            else:
                self._follow()
                self.running = [result, *self.running]
                self._say(ngettext(self.locale, STARTED, STARTED, result.total), "info")

    @action(SIGNED_IN)
    async def prepare(self, entity: str, ids: list[int], token: int):
        """In which versions the user sees the records that he is about to edit: who is faster is not overwritten."""
        found = await look(versions_of, entity, ids[: max(PAGE_SIZES)])
        self.prepared = Prepared(token, {str(i): version for i, version in found.items()})

    @action(SIGNED_IN)
    async def open(self, entity: str):
        """Show what the user did to many records of a table lately."""
        self._follow()
        self.past = await look(books.recent, entity)

    @action(SIGNED_IN)
    async def follow(self):
        """Show how far commands are that the user gave before he loaded this page."""
        self._follow()
        self.running = await look(under_way)

    @action(SIGNED_IN)
    async def cancel(self, operation_id: int):
        """Stop after the batch that is being done; what is done stays, and can be taken back."""
        result = await do(cancel, operation_id)
        self._tell(result)
        await self._load()

    @action(SIGNED_IN)
    async def undo(self, operation_id: int):
        """Take a command back from the list of past ones."""
        await self._take_back(operation_id)
        await self._load()

    async def _take_back(self, operation_id: int) -> None:
        done, refused, later = await do(undo, operation_id)
        if later:
            self._follow()
            self.running = await look(under_way)
            self._say(N_("This is being taken back. You can go on meanwhile."), "info")
            return
        one, many = N_("%(n)s record is as it was before."), N_("%(n)s records are as they were before.")
        lines = [ngettext(self.locale, one, many, done), *refused]
        self._say("\n".join(lines), "error" if refused else "success", refresh=True)

    def _tell(self, result: Books) -> None:
        """Say what a command did, and name those that it left as they were, each with its reason."""
        one, many = COMMANDS[result.command].sentences
        lines = [ngettext(self.locale, one, many, result.done)]
        if result.unchanged:
            one, many = N_("%(n)s record held this already."), N_("%(n)s records held this already.")
            lines.append(ngettext(self.locale, one, many, result.unchanged))
        lines += [f"{r.name}: {r.why}" for r in result.reasons[:LISTED]]
        if (more := result.refused - min(len(result.reasons), LISTED)) > 0:
            lines.append(ngettext(self.locale, N_("… and %(n)s more."), N_("… and %(n)s more."), more))
        undo = [result.id] if result.done else []
        self._say("\n".join(lines), "error" if result.refused else "success", undo=undo, refresh=True)

    def _follow(self) -> None:
        self._hear_of("bulk", {f"bulk:{asker().who.id}"})

    async def _hear(self, _topics: frozenset[str]) -> None:
        """One of the user's commands went on or ended."""
        before = {one.id for one in self.running}
        self.running = await look(under_way)
        for ended in await look(ended_of, before - {one.id for one in self.running}):
            if ended.state == books.UNDONE:
                text = N_("%(n)s records are as they were before.")
                self._say(ngettext(self.locale, text, text, ended.back), refresh=True)
            else:
                self._tell(ended)
        await self._load()

    async def _load(self) -> None:
        if self.past:
            self.past = await look(books.recent, self.past[0].entity)


live.on_topic("bulk:", Bulk, "_hear")


def begin(act: Act, chosen: Selection, ids: list[int], command: str, given: dict[str, str]) -> Books:
    """Begin a command, and carry it out if its records are few; its books."""
    return books.view(act, doing.begin(act, chosen, ids, command, given))


def cancel(act: Act, operation_id: int) -> Books:
    """Stop a command; its books."""
    return books.view(act, doing.cancel(act, operation_id))


def undo(act: Act, operation_id: int) -> tuple[int, list[str], bool]:
    """Take a command back: how many records are as before, what was refused in words, and whether it is done later."""
    back = doing.undo(act, operation_id)
    view = books.view(act, books.find(act, operation_id))
    refused = [f"{r.name}: {r.why}" for r in view.reasons[:LISTED]] if back.refused else []
    return back.done, refused, back.later


def under_way(act: Act) -> list[Books]:
    """The user's commands that are being carried out or taken back."""
    return [one for one in books.recent(act) if not one.ended]


def ended_of(act: Act, ids: set[int]) -> list[Books]:
    """The books of commands that have ended."""
    return [books.view(act, books.find(act, i)) for i in sorted(ids)]
