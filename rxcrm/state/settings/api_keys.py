"""The API keys of the settings and their dialogs: who a program acts as, until when, and when it was last heard of."""

from __future__ import annotations

from rxcrm.models.api import keys
from rxcrm.models.api.keys import KeyView
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_

#: Days, and what they are called.
LIVES = [("30", N_("30 days")), ("90", N_("90 days")), ("365", N_("One year")), ("", N_("Until it is revoked"))]


class ApiKeys(AskingMixin, AppState):
    """Every key, the newest first; `secret` is a new one, shown once."""

    rows: list[KeyView] = []
    #: Of the people in the open form, by "user:3".
    names: dict[str, str] = {}
    subject_name: str = ""
    secret: str = ""

    @action(ADMINISTER)
    async def open(self):
        """Show every key."""
        self.asked = self.secret = ""
        await self._load()

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the form of a new key."""
        self.names = {}
        self._ask("add", 0, {"name": "", "user": "", "read_only": "0", "life": "365"})

    @action(ADMINISTER)
    async def ask_revoke(self, key_id: int):
        """Ask before a key stops working."""
        self.subject_name = next((row.name for row in self.rows if row.id == key_id), "")
        self._ask("revoke", key_id)

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Make a key and show it, this once."""
        if made := await self._try(token, keys.add, typed):
            row, self.secret = made
            self.subject_name = row.name
            await self._load()

    @action(ADMINISTER)
    async def revoke(self, key_id: int):
        """Let a key stop working."""
        self.asked = ""
        self._say(
            N_("%(name)s was revoked. Programs that use it are refused from now on."),
            name=await do(keys.revoke, key_id),
        )
        await self._load()

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog; the key that was shown is told to nobody again."""
        self.asked = self.secret = ""

    async def _load(self) -> None:
        self.rows = await look(keys.listed)
        self.ready = True
