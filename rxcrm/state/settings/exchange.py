"""Contact sources: one's own mailboxes and address books, and for administrators the app registration."""

from __future__ import annotations

from dataclasses import dataclass, field

from rxcrm.models.access import Privilege
from rxcrm.models.errors import CrmError
from rxcrm.models.exchange import accounts, registering
from rxcrm.models.exchange.accounts import CARDDAV, FETCH, FOLDERS, SIGN_IN, Shown
from rxcrm.models.importing.books import sentence
from rxcrm.models.records import Act
from rxcrm.state import live
from rxcrm.state.gate import AppState, action, asker, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_

__all__ = ["BECOME", "CARDDAV", "FETCH", "FOLDERS", "SIGN_IN", "Exchange", "OtherRow", "SourceRow"]

PATH = "/settings/exchange"
#: What contacts become: value, label.
BECOME = [["contact", N_("Contacts")], ["lead", N_("Leads")]]


@dataclass
class SourceRow:
    """A source of the user's own. Times are ISO; `counts` are contacts per folder id while they are fetched."""

    id: int = 0
    kind: str = ""
    name: str = ""
    address: str = ""
    account: str = ""
    entity: str = "contact"
    signed_in: bool = False
    by_itself: bool = False
    doing: str = ""
    done: int = 0
    total: int = 0
    problem: str = ""
    fetched: str = ""
    run_id: int = 0
    code: str = ""
    url: str = ""
    expires: str = ""
    until: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass
class OtherRow:
    """Somebody else's source, as an administrator sees it."""

    id: int
    kind: str
    name: str
    owner: str
    fetched: str


@dataclass
class FolderRow:
    """A folder that can be chosen."""

    id: int
    name: str
    contacts: int
    chosen: bool


class Exchange(AskingMixin, AppState):
    """The table of sources and its dialogs; kept up to date while it is open."""

    rows: list[SourceRow] = []
    others: list[OtherRow] = []
    registered: bool = False
    tenant: str = ""
    client_id: str = ""
    has_secret: bool = False
    current: SourceRow = SourceRow()
    folders: list[FolderRow] = []
    subject_name: str = ""
    #: The source whose fetch this tab waits for: it leads on to the import.
    _awaited: int = 0

    @action(Privilege.IMPORT)
    async def open(self):
        """Show the user's sources."""
        self.asked, self._awaited = "", 0
        self._hear_of("contacts", {accounts.topic(asker().who.id)})
        await self._load()

    # -- the app registration --

    @action(ADMINISTER)
    async def ask_registration(self):
        """Open the form of the app registration; the secret stays on the server."""
        found = await look(registering.shown)
        self._ask(
            "registration", values={"tenant": found.tenant, "client_id": found.client_id, "secret": "", "forget": "0"}
        )

    @action(ADMINISTER)
    async def register(self, subject: int, typed: dict[str, str], token: int):
        """Enter or change the app registration."""
        if await self._try(token, registering.save, typed):
            self._say(N_("The app registration was saved."))
            await self._load()

    # -- adding --

    @action(Privilege.IMPORT)
    async def ask_mailbox(self):
        """Open the form of a new mailbox."""
        self._ask("mailbox", values={"name": "", "address": ""})

    @action(Privilege.IMPORT)
    async def add_mailbox(self, subject: int, typed: dict[str, str], token: int):
        """Add a mailbox; then one signs in to it."""
        if source := await self._try(token, accounts.add_mailbox, typed):
            await self._watch("work", source.id or 0)

    @action(Privilege.IMPORT)
    async def ask_carddav(self):
        """Open the form of a new CardDAV account."""
        self._ask("carddav", values={"name": "", "address": "", "account": "", "password": ""})

    @action(Privilege.IMPORT)
    async def add_carddav(self, subject: int, typed: dict[str, str], token: int):
        """Add a CardDAV account; its address books are looked for at once."""
        if source := await self._try(token, accounts.add_carddav, typed):
            await self._watch("work", source.id or 0)

    # -- one source --

    @action(Privilege.IMPORT)
    async def ask_edit(self, source_id: int):
        """Open the form of a source; its password stays on the server."""
        row = self._row(source_id)
        values = {"name": row.name, "address": row.address, "account": row.account, "password": ""}
        self._ask("edit_carddav" if row.kind == CARDDAV else "edit_mailbox", source_id, values)
        self.subject_name = row.name

    @action(Privilege.IMPORT)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Change a source."""
        if row := await self._try(token, accounts.change, subject, typed):
            self._say(N_("%(name)s was saved."), name=row.name)
            await self._load()

    @action(Privilege.IMPORT)
    async def show(self, source_id: int):
        """Open what is going on with a source: its code, its folders, or why it does not work."""
        await self._watch("work", source_id)

    @action(Privilege.IMPORT)
    async def sign_in(self, source_id: int):
        """Begin to sign in to a mailbox."""
        await do(accounts.sign_in, source_id)
        await self._watch("work", source_id)

    @action(Privilege.IMPORT)
    async def look_for_folders(self, source_id: int):
        """Ask the server for its folders again."""
        await do(accounts.look_for_folders, source_id)
        await self._watch("work", source_id)

    @action(Privilege.IMPORT)
    async def fetch(self, source_id: int, chosen: list[int], entity: str, everything: bool):
        """Fetch the chosen folders into a new import; this tab goes there when it is ready."""
        await do(accounts.fetch, source_id, chosen, entity, everything=everything)
        self._awaited = source_id
        await self._load()

    @action(Privilege.IMPORT)
    async def cancel(self, source_id: int):
        """Call off what is being done for a source."""
        self.asked, self._awaited = "", 0
        await do(accounts.cancel, source_id)
        self._say(N_("It was canceled."))
        await self._load()

    @action(Privilege.IMPORT)
    async def ask_delete(self, source_id: int):
        """Ask before a source is forgotten; an administrator may ask it of anybody's."""
        names = {row.id: row.name for row in [*self.rows, *self.others]}
        self._ask("delete", source_id)
        self.subject_name = names.get(source_id, "")

    @action(Privilege.IMPORT)
    async def delete(self, source_id: int):
        """Forget a source with its sign-in."""
        self.asked = ""
        row = await do(accounts.remove, source_id)
        self._say(N_("%(name)s was deleted."), name=row.name)
        await self._load()

    @action(Privilege.IMPORT)
    async def dismiss(self):
        """Close any dialog; what is being done goes on."""
        self.asked = ""

    # -- keeping up to date --

    async def _watch(self, what: str, source_id: int) -> None:
        self._ask(what, source_id)
        await self._load()

    async def _hear(self, _topics: frozenset[str]) -> None:
        """Something went on with a source; who has left the page need not know."""
        if self.router.url.path.rstrip("/") != PATH:
            return
        await self._load()
        awaited = next((row for row in self.rows if row.id == self._awaited), None)
        if awaited is None or awaited.doing:
            return
        self._awaited = 0
        if awaited.run_id:
            self.asked = ""
            self._say(N_("The contacts are here. Choose what becomes of them."), go=f"/import/{awaited.run_id}/map")

    async def _load(self) -> None:
        self.rows, self.registered = await look(own)
        self.current = next((row for row in self.rows if row.id == self.subject), SourceRow())
        if asker().who.administrator:
            self.others = await look(everybody_elses)
            shown = await look(registering.shown)
            self.tenant, self.client_id, self.has_secret = shown.tenant, shown.client_id, shown.has_secret
        self.folders = await look(folders, self.current.id) if self.asked == "work" and self.current.id else []
        self.ready = True

    def _row(self, source_id: int) -> SourceRow:
        found = next((row for row in self.rows if row.id == source_id), None)
        if found is None:
            raise CrmError(N_("There is no such contact source."))
        return found


def own(act: Act) -> tuple[list[SourceRow], bool]:
    """The user's sources, and whether there is an app registration."""
    return [_row(act, shown) for shown in accounts.mine(act)], registering.is_made(act.session)


def _row(act: Act, shown: Shown) -> SourceRow:
    state, locale = shown.state, act.who.conventions.locale
    signing_in = shown.doing == SIGN_IN
    return SourceRow(
        id=shown.id,
        kind=shown.kind,
        name=shown.name,
        address=shown.address,
        account=shown.account,
        entity=shown.entity,
        signed_in=shown.signed_in,
        by_itself=shown.kind != CARDDAV and bool(shown.address),
        doing=shown.doing,
        done=shown.done,
        total=shown.total,
        problem=shown.problem,
        fetched=shown.fetched_on,
        run_id=shown.run_id if shown.run_waits else 0,
        code=str(state.get("code", "")) if signing_in else "",
        url=str(state.get("url", "")) if signing_in else "",
        expires=str(state.get("expires", "")) if signing_in else "",
        until=str(state.get("until", "")) if shown.doing else "",
        counts=dict(state.get("counts", {})) if shown.doing == FETCH else {},
        notes=[sentence(message, values, locale) for message, values in state.get("notes", [])],
    )


def everybody_elses(act: Act) -> list[OtherRow]:
    """The sources of others, for administrators."""
    return [OtherRow(s.id, s.kind, s.name, s.owner, s.fetched_on) for s in accounts.others(act)]


def folders(act: Act, source_id: int) -> list[FolderRow]:
    """The folders of one's own source."""
    return [FolderRow(f.id or 0, f.name, f.contacts, f.chosen) for f in accounts.folders(act, source_id)]


live.on_topic("contacts_of:", Exchange, "_hear")
