"""Connection roles: the table by category and its dialogs (S R5.8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rxcrm.models.choices import RoleCategory
from rxcrm.models.connection import ConnectionRole
from rxcrm.models.connections import roles
from rxcrm.models.connections.roles import RoleView
from rxcrm.models.records import Act
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_

CATEGORIES = [[str(category.value), category.label] for category in RoleCategory]
#: Kinds of record that can have a role: value, label, explanation.
ENTITIES = [
    ["lead", N_("Lead"), ""],
    ["account", N_("Account"), ""],
    ["contact", N_("Contact"), ""],
    ["opportunity", N_("Opportunity"), ""],
    ["user", N_("User"), ""],
]
#: Matching roles that the form offers, the default first.
MATCHES = ("match1", "match2", "match3")


class Roles(AskingMixin, AppState):
    """The table of connection roles and its dialogs."""

    rows: list[RoleView] = []
    others: list[list[str]] = []
    subject_name: str = ""
    stays: str = ""

    @action(ADMINISTER)
    async def open(self):
        """Show every role."""
        self.asked = ""
        await self._load()

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the form of a new role; it begins as a stakeholder's."""
        await self._load()
        self._offer("add", None)

    @action(ADMINISTER)
    async def ask_edit(self, role_id: int):
        """Open the form of a role as it is now."""
        await self._ask_about("edit", role_id)

    @action(ADMINISTER)
    async def ask_delete(self, role_id: int):
        """Ask before a role goes, or say why it stays."""
        await self._ask_about("delete", role_id)

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Add a role."""
        if role := await self._try(token, roles.add, stored(typed)):
            self._say(N_("%(name)s was added."), name=role.name)
            await self._load()

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Change a role; connections that have it show it at once."""
        beyond = next((row.matches[len(MATCHES) :] for row in self.rows if row.id == subject), [])
        if role := await self._try(token, roles.change, subject, stored(typed, beyond)):
            self._say(N_("%(name)s was saved."), name=role.name)
            await self._load()

    @action(ADMINISTER)
    async def deactivate(self, role_id: int):
        """Offer a role no more."""
        await self._act(
            roles.deactivate, role_id, N_("%(name)s is no longer offered. Connections that have it keep it.")
        )

    @action(ADMINISTER)
    async def activate(self, role_id: int):
        """Offer a role again."""
        await self._act(roles.activate, role_id, N_("%(name)s is offered again."))

    @action(ADMINISTER)
    async def delete(self, role_id: int):
        """Remove a role that no connection has."""
        self.asked = ""
        name = await do(roles.remove, role_id)
        self._say(N_("%(name)s was deleted."), name=name)
        await self._load()

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _act(self, verb: Callable[[Act, int], ConnectionRole], role_id: int, done: str) -> None:
        role = await do(verb, role_id)
        self._say(done, name=role.name)
        await self._load()

    async def _load(self) -> None:
        self.rows, self.ready = await look(roles.listed), True

    async def _ask_about(self, what: str, role_id: int) -> None:
        await self._load()
        found = next((row for row in self.rows if row.id == role_id), None)
        if found is None:
            await look(lambda act: roles.find(act.session, role_id))
            return
        self._offer(what, found)

    def _offer(self, what: str, role: RoleView | None) -> None:
        self.others = [["", "---"], *([str(row.id), f"{row.label} ({row.category_label})"] for row in self.rows)]
        self._ask(what, role.id if role else 0, shown(role))
        self.subject_name, self.stays = (role.label, role.stays) if role else ("", "")


def shown(role: RoleView | None) -> dict[str, str]:
    """A role as its form shows it; a new one is a stakeholder's and fits everything."""
    if role is None:
        everything = " ".join(roles.CONNECTABLE)
        new = {"name": "", "category": str(RoleCategory.STAKEHOLDER.value), "description": "", "entities": everything}
        return new | dict.fromkeys(MATCHES, "")
    matches = [str(role_id) for role_id in role.matches] + [""] * len(MATCHES)
    return {
        "name": role.name,
        "category": str(role.category),
        "description": role.description,
        "entities": " ".join(role.entities or roles.CONNECTABLE),
        **dict(zip(MATCHES, matches, strict=False)),
    }


def stored(typed: dict[str, str], beyond: Iterable[int] = ()) -> dict[str, str]:
    """What the form sent, as the verbs take it: lists with commas, the matching roles in one.

    `beyond` are matching roles for which the form has no place: they stay.
    """
    values = {name: text for name, text in typed.items() if name not in MATCHES}
    if "entities" in values:
        values["entities"] = ",".join(values["entities"].split())
    if any(name in typed for name in MATCHES):
        values["matches"] = ",".join([*(text for name in MATCHES if (text := typed.get(name, ""))), *map(str, beyond)])
    return values
