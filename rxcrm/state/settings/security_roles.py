"""Security roles: the list of them, the matrix of one, and their dialogs (S 9.4)."""

from __future__ import annotations

from typing import Any

import reflex as rx

import rxcrm.models.security_roles as verbs
from rxcrm.models.access import Depth, Privilege
from rxcrm.models.privileges import BY_TABLE, MATRIX
from rxcrm.models.security_roles import LABELS, YES_OR_NO, RoleView
from rxcrm.models.tables import record_table
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.state.shell import Shell
from rxcrm.translation import N_

#: Rows and columns of the matrix: table and its name; privilege and its label.
TABLES = [[entity, record_table(entity).title_many] for entity in MATRIX]
PRIVILEGES = [[privilege.value, LABELS[privilege]] for privilege in BY_TABLE]
#: How far a privilege reaches, as a menu offers it.
DEPTHS = [
    [str(int(Depth.NONE)), N_("None")],
    [str(int(Depth.USER)), N_("User")],
    [str(int(Depth.UNIT)), N_("Business Unit")],
    [str(int(Depth.DEEP)), N_("Parent: Child Business Units")],
    [str(int(Depth.ORG)), N_("Organization")],
]
#: What each depth means.
MEANINGS = [
    [DEPTHS[0][0], DEPTHS[0][1], N_("Not at all.")],
    [DEPTHS[1][0], DEPTHS[1][1], N_("Own records, those of one's teams, and those that were shared.")],
    [DEPTHS[2][0], DEPTHS[2][1], N_("Also those of everybody in the same business unit.")],
    [DEPTHS[3][0], DEPTHS[3][1], N_("Also those of the units below it.")],
    [DEPTHS[4][0], DEPTHS[4][1], N_("Every record.")],
]
#: Privileges without a depth, with what they let one do.
SWITCHES = {
    Privilege.IMPORT: N_("Bring in records from files and contact sources, and take such an import back."),
    Privilege.EXPORT: N_("Take records out as a file, as far as Read reaches."),
    Privilege.CHOOSE_OWNER: N_("Create and import records that belong to others."),
}
assert set(SWITCHES) == set(YES_OR_NO)


class SecurityRoles(AskingMixin, AppState):
    """The roles on the left, the matrix of the one that the address names on the right."""

    rows: list[RoleView] = []
    shown: RoleView = RoleView()
    likes: list[list[str]] = []
    subject_name: str = ""
    #: Counts how often the shown matrix was replaced by what was shipped.
    drawn: int = 0

    @action(ADMINISTER)
    async def open(self):
        """Show every role, and the one that the address names."""
        self.asked = ""
        found = self.router.url.path.rstrip("/").rpartition("/")[2]
        await self._load("" if found == "security-roles" else found)

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Set cells of the matrix; everybody who has the role may that at once."""
        key = self.shown.key
        if await self._try(token, verbs.change, key, self.shown.version, typed):
            await self._load(key)
            self._say(N_("Saved"))
            return Shell.enter
        return None

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the form of a new role; it begins with what the shown one may."""
        self._ask("add", 0, {"like": "" if self.shown.fixed else self.shown.key})

    @action(ADMINISTER)
    async def ask_rename(self):
        """Open the form with name and description."""
        self._ask("rename", 0, {"name": self.shown.label, "description": self.shown.description})

    @action(ADMINISTER)
    async def ask_delete(self):
        """Ask before the shown role goes."""
        self.subject_name = self.shown.label
        self._ask("delete")

    @action(ADMINISTER)
    async def ask_restore(self):
        """Ask before the shown role is as it was shipped."""
        self._ask("restore")

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Make a role and show it."""
        if row := await self._try(token, verbs.add, typed):
            self._say(N_("Saved"))
            return self._go(row.key)
        return None

    @action(ADMINISTER)
    async def rename(self, subject: int, typed: dict[str, str], token: int):
        """Give the shown role another name or description."""
        key = self.shown.key
        if await self._try(token, verbs.rename, key, typed):
            await self._load(key)
            self._say(N_("Saved"))

    @action(ADMINISTER)
    async def delete(self, subject: int):
        """Delete the shown role, which nobody has."""
        self.asked = ""
        name = await do(verbs.remove, self.shown.key)
        self._say(N_("%(name)s was deleted."), name=name)
        return self._go("")

    @action(ADMINISTER)
    async def restore(self):
        """Give the shown role again what it was shipped with."""
        self.asked, self.drawn = "", self.drawn + 1
        await do(verbs.restore, self.shown.key)
        await self._load(self.shown.key)
        self._say(N_("The role is as it was shipped."))
        return Shell.enter

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _load(self, key: str) -> None:
        self.rows = await look(verbs.listed)
        self.shown = next((row for row in self.rows if row.key == key), self.rows[0])
        self.likes = [["", N_("Nothing")], *([row.key, row.label] for row in self.rows if not row.fixed)]
        self.ready = True

    @staticmethod
    def _go(key: str) -> Any:
        return rx.redirect(f"/settings/security-roles/{key}" if key else "/settings/security-roles")
