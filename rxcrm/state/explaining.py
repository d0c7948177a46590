"""“Why don't I see …?”: commands, fields and views of a table for one user, each with what decides."""

from __future__ import annotations

from rxcrm.models import explaining
from rxcrm.models.errors import CrmError
from rxcrm.models.explaining import COLUMNS, FORM, ROLE, SETTING, STATE, Explained
from rxcrm.models.people import working_users
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.state.gate import SIGNED_IN, AppState, action, asker, look
from rxcrm.translation import N_

#: Tables that can be asked about: value, label.
TABLES = [[entity, record_table(entity).title_many] for entity in explaining.ENTITIES]
#: What decides, as the page calls it.
DECIDES = {
    ROLE: N_("Role"),
    SETTING: N_("Setting"),
    FORM: N_("Form"),
    STATE: N_("User"),
    COLUMNS: N_("Column security"),
}


def people(act: Act) -> list[list[str]]:
    """Everybody about whom the asker may ask: himself, and for administrators all others."""
    if not act.who.administrator:
        return []
    return [[str(user.id), user.name] for user in working_users(act.session)]


class Explaining(AppState):
    """The answers about one table and one user."""

    ready: bool = False
    entity: str = explaining.ENTITIES[0]
    subject: str = ""
    users: list[list[str]] = []
    found: Explained = Explained()

    @action(SIGNED_IN)
    async def open(self):
        """Answer for what the address names: a table, and a user other than oneself."""
        asked = self.router.url.query_parameters
        entity = asked.get("table", "")
        self.entity = entity if entity in explaining.ENTITIES else explaining.ENTITIES[0]
        subject = asked.get("user", "")
        self.subject = subject if subject.isascii() and subject.isdecimal() and len(subject) < 18 else ""
        self.users = await look(people)
        await self._load()

    @action(SIGNED_IN)
    async def choose_table(self, entity: str):
        """Ask about another table."""
        self.entity = entity if entity in explaining.ENTITIES else self.entity
        await self._load()

    @action(SIGNED_IN)
    async def choose_user(self, subject: str):
        """Ask about another user."""
        self.subject = subject if subject.isascii() and subject.isdecimal() and len(subject) < 18 else ""
        await self._load()

    async def _load(self) -> None:
        try:
            self.found = await look(explaining.explain, self.entity, int(self.subject or 0))
        except CrmError as refusal:
            self._refuse(refusal)
            self.subject = str(asker().who.id)
            self.found = await look(explaining.explain, self.entity)
        self.subject, self.ready = str(self.found.user_id), True
