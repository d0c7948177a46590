"""Custom fields: those of one table, and their dialogs (S 13.10)."""

from __future__ import annotations

from rxcrm.models import configuration
from rxcrm.models.fields import Kind
from rxcrm.models.records import Act
from rxcrm.models.shaping import customs, field_listing
from rxcrm.models.shaping.customs import SHAPED
from rxcrm.models.shaping.field_listing import FieldDoom, FieldView
from rxcrm.models.shaping.tables import KINDS
from rxcrm.models.tables import RECORDS
from rxcrm.state import live
from rxcrm.state.gate import AppState, action, asker, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_

TABLES = [[entity, RECORDS[entity].title_many] for entity in SHAPED]
#: What a look-up may point to.
TARGETS = [[entity, RECORDS[entity].title] for entity in customs.TARGETS]
KIND_CHOICES = [[kind.value, label] for kind, label in KINDS.items()]
LEVELS = [["", N_("Optional")], ["recommended", N_("Recommended")], ["required", N_("Required")]]


class CustomFields(AskingMixin, AppState):
    """The table of fields of one entity and its dialogs."""

    entity: str = SHAPED[0]
    rows: list[FieldView] = []
    #: Table → how many fields it has.
    counts: dict[str, int] = {}
    subject_name: str = ""
    #: The kind of the field in the dialog, and what stands against deleting it.
    kind: str = ""
    doom: FieldDoom = FieldDoom()
    _number: int = -1
    #: What the open form began with: what another administrator has changed since is not replaced unasked.
    _seen: dict[str, str] = {}

    @action(ADMINISTER)
    async def open(self):
        """Show the fields of the table that the address names."""
        self.asked = ""
        await self._load(self.router.url.query_parameters.get("table", "") or self.entity)

    @action(ADMINISTER)
    async def choose(self, entity: str):
        """Show the fields of another table."""
        self.asked = ""
        await self._load(entity)

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the form of a new field."""
        self.subject_name, self.kind = "", ""
        self._ask("add", 0, {"kind": Kind.TEXT.value, "level": "", "filterable": "0", "target": "account"})

    @action(ADMINISTER)
    async def ask_edit(self, field_id: int):
        """Open the form of a field as it is now."""
        await self._ask_about("edit", field_id)

    @action(ADMINISTER)
    async def ask_delete(self, field_id: int):
        """Ask before a field goes, and say how many records hold a value and which views speak of it."""
        self.doom = await look(field_listing.doom_of, field_id)
        await self._ask_about("delete", field_id)

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Make a field."""
        if made := await self._try(token, customs.add, self.entity, typed):
            await self._load(self.entity)
            self._say(
                N_("%(name)s was added. It stands in forms, lists, filters, imports and exports now."), name=made.label
            )

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Change a field."""
        made = await self._try(token, customs.change, subject, typed, self._seen)
        await self._load(self.entity)
        if made:
            self._say(N_("%(name)s was saved."), name=made.label)
        elif any(row.id == subject for row in self.rows):
            self._seen = (await look(shown, subject))[1]

    @action(ADMINISTER)
    async def move(self, field_id: int, places: int):
        """Move a field up or down."""
        await do(customs.move, field_id, places)
        await self._load(self.entity)

    @action(ADMINISTER)
    async def place(self, field_id: int, before: int):
        """Put a field before another one, or at the end."""
        await do(customs.place, field_id, before)
        await self._load(self.entity)

    @action(ADMINISTER)
    async def activate(self, field_id: int):
        """Bring a field back with its values."""
        made = await do(customs.activate, field_id)
        await self._load(self.entity)
        self._say(N_("%(name)s is in use again."), name=made.label)

    @action(ADMINISTER)
    async def deactivate(self, field_id: int):
        """Take a field out of use; the values stay."""
        self.asked = ""
        made = await do(customs.deactivate, field_id)
        await self._load(self.entity)
        self._say(N_("%(name)s is out of use. Records keep what they hold in it."), name=made.label)

    @action(ADMINISTER)
    async def delete(self, field_id: int):
        """Delete a field: at once if nothing is in it, else in 30 days."""
        self.asked = ""
        made, gone = await do(customs.delete, field_id)
        await self._load(self.entity)
        if gone:
            self._say(N_("%(name)s was deleted."), name=made.label)
        else:
            self._say(N_("%(name)s is out of use and can be brought back for 30 days."), name=made.label)

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _load(self, entity: str) -> None:
        self.entity = entity if entity in SHAPED else SHAPED[0]
        found = await look(field_listing.listed, self.entity)
        self.rows, self.counts, self._number, self.ready = found.rows, found.counts, found.number, True

    async def _hear(self, _topics: frozenset[str]) -> None:
        """Another administrator has changed something: the page shows it, an open form stays as it is."""
        here = self.router.url.path.rstrip("/") == "/settings/fields"
        if here and self.ready and self._number != configuration.current().number and asker().who.administrator:
            await self._load(self.entity)

    async def _ask_about(self, what: str, field_id: int) -> None:
        about, self._seen = await look(shown, field_id)
        self.subject_name, self.kind = about
        self._ask(what, field_id, self._seen)


live.on_topic(configuration.TOPIC, CustomFields, "_hear")


def shown(act: Act, field_id: int) -> tuple[tuple[str, str], dict[str, str]]:
    """Name and kind of a field, and what its form begins with. Raises NotAllowed for one that is gone."""
    row = customs.find(act, field_id)
    return (row.labels.get(act.who.conventions.locale) or row.label, row.kind), customs.as_typed(row)
