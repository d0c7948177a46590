"""Tags: the table with how many records have each, and its dialogs (issue 6, section 2)."""

from __future__ import annotations

from rxcrm.models import configuration
from rxcrm.models.errors import BadValue, Invalid
from rxcrm.models.records import Act
from rxcrm.models.searching import fold
from rxcrm.models.tagging import administering
from rxcrm.models.tagging.administering import Doom, Tags, TagView
from rxcrm.models.tagging.tables import Tag
from rxcrm.state import live
from rxcrm.state.gate import AppState, action, asker, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin, Told
from rxcrm.translation import N_

PATH = "/settings/tags"
#: The switch "Only administrators create tags".
CLOSED = "tags_by_administrators"


class TagSettings(AskingMixin, AppState):
    """The tags that there are, those that are gone, and who makes new ones."""

    shown: Tags = Tags()
    term: str = ""
    subject_name: str = ""
    #: What a tag can be merged into: number and name of all others.
    others: list[list[str]] = []
    doom: Doom = Doom()
    #: The form that says who makes new tags, and the answer to it.
    chosen: dict[str, str] = {}
    answered: Told = Told()
    #: What the open form began with: what another administrator has changed since is not replaced unasked.
    _seen: dict[str, str] = {}

    @action(ADMINISTER)
    async def open(self):
        """Show every tag."""
        self.asked = self.term = ""
        await self._load()

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the form of a new tag."""
        self._ask("add", 0, {"name": "", "colour": "blue"})

    @action(ADMINISTER)
    async def ask_edit(self, tag_id: int):
        """Open the form of a tag as it is now."""
        await self._ask_about("edit", tag_id)

    @action(ADMINISTER)
    async def ask_merge(self, tag_id: int):
        """Ask into which other tag one shall go."""
        await self._ask_about("merge", tag_id)

    @action(ADMINISTER)
    async def ask_delete(self, tag_id: int):
        """Ask before a tag goes, and say who loses it."""
        self.doom = await look(administering.doom_of, tag_id)
        await self._ask_about("delete", tag_id)

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Make a tag."""
        if tag := await self._try(token, administering.add, typed):
            self._say(N_("%(name)s was added."), name=tag.name)
            await self._load()

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Rename or colour a tag; every record shows it at once."""
        tag = await self._try(token, administering.change, subject, typed, self._seen)
        await self._load()
        if tag:
            self._say(N_("%(name)s was saved."), name=tag.name)
        elif (found := self._found(subject)) is not None:
            self._seen = typed_of(found)

    @action(ADMINISTER)
    async def merge(self, subject: int, typed: dict[str, str], token: int):
        """Let a tag go into another one."""
        into = typed.get("into", "")
        name = self.subject_name
        if tag := await self._try(token, merge_into, subject, into):
            self._say(N_("%(name)s was merged into %(other)s. It can be brought back."), name=name, other=tag.name)
            await self._load()

    @action(ADMINISTER)
    async def delete(self, tag_id: int):
        """Take a tag off all records."""
        self.asked = ""
        tag = await do(administering.remove, tag_id)
        self._say(N_("%(name)s was deleted. It can be brought back."), name=tag.name)
        await self._load()

    @action(ADMINISTER)
    async def bring_back(self, tag_id: int):
        """Undo a deletion or a merge."""
        tag = await do(administering.bring_back, tag_id)
        self._say(N_("%(name)s is back on its records."), name=tag.name)
        await self._load()

    @action(ADMINISTER)
    async def choose(self, subject: int, typed: dict[str, str], token: int):
        """Choose who makes new tags."""
        if CLOSED in typed:
            await do(administering.let_only_administrators, typed[CLOSED] == "1")
        self.answered = Told(token, ok=True)
        self._say(N_("Saved"))
        await self._load()

    @action(ADMINISTER)
    async def search(self, term: str):
        """Show the tags whose name contains something."""
        self.term = term[:100]
        await self._load()

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _load(self) -> None:
        self.shown, self.ready = await look(found, self.term), True
        self.chosen = {CLOSED: "1" if self.shown.closed else "0"}

    async def _hear(self, _topics: frozenset[str]) -> None:
        """Somebody has made or changed a tag: the page shows it, an open form stays as it is."""
        here = self.router.url.path.rstrip("/") == PATH
        if here and self.ready and self.shown.number != configuration.current().number and asker().who.administrator:
            await self._load()

    async def _ask_about(self, what: str, tag_id: int) -> None:
        everything = await look(administering.listed)
        one = next((row for row in everything.rows if row.id == tag_id), None)
        await self._load()
        if one is not None:
            self.others = [[str(row.id), row.name] for row in everything.rows if row.id != tag_id]
            self.subject_name, self._seen = one.name, typed_of(one)
            self._ask(what, tag_id, {**self._seen, "into": ""})

    def _found(self, tag_id: int) -> TagView | None:
        return next((row for row in self.shown.rows if row.id == tag_id), None)


live.on_topic(configuration.TOPIC, TagSettings, "_hear")


def typed_of(tag: TagView) -> dict[str, str]:
    """A tag as its form shows it."""
    return {"name": tag.name, "colour": tag.colour}


def found(act: Act, term: str) -> Tags:
    """The tags whose name contains a term."""
    tags, sought = administering.listed(act), fold(term)
    tags.rows = [row for row in tags.rows if sought in fold(row.name) or sought in fold(row.former)]
    return tags


def merge_into(act: Act, tag_id: int, into: str) -> Tag:
    """Merge into what was chosen in a list."""
    if not (into.isascii() and into.isdecimal() and len(into) < 19):
        raise Invalid({"into": BadValue(N_("Choose one of the list."))})
    return administering.merge(act, tag_id, int(into))
