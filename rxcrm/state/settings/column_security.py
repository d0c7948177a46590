"""Column security: which fields are secured, the profiles that open them, and their dialogs (S 9.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import reflex as rx

from rxcrm.models import configuration
from rxcrm.models.column_security import profiles as verbs
from rxcrm.models.column_security.profiles import SECURABLE, FieldView, Member, ProfileView
from rxcrm.models.people import Team, working_users
from rxcrm.models.records import Act
from rxcrm.models.tables import record_table
from rxcrm.state import live
from rxcrm.state.gate import AppState, action, asker, do, look
from rxcrm.state.numbers import number
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.state.shell import Shell
from rxcrm.translation import N_

PAGE = "/settings/column-security"
#: Tables with fields that can be secured: key and label.
TABLES = [[entity, record_table(entity).title_many] for entity in SECURABLE]


class ColumnSecurity(AskingMixin, AppState):
    """The profiles on the left; on the right the secured fields, or the profile that the address names."""

    fields: list[FieldView] = []
    #: Those that are secured, which profiles can open.
    secured: list[FieldView] = []
    rows: list[ProfileView] = []
    shown: ProfileView = ProfileView()
    people: list[Member] = []
    #: What the form on the page begins with.
    held: dict[str, str] = {}
    _number: int = -1

    @action(ADMINISTER)
    async def open(self):
        """Show the secured fields, or the profile that the address names."""
        self.asked = ""
        await self._load(self._wanted())

    @action(ADMINISTER)
    async def save_fields(self, subject: int, typed: dict[str, str], token: int):
        """Secure fields and release others; it holds at once in every open page."""
        if await self._try(token, settle_fields, typed):
            await self._load(0)
            self._say(N_("Saved"))
            return Shell.enter
        return None

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Change the shown profile; its members may see and do at once what it grants."""
        profile = self.shown
        if await self._try(token, settle_profile, profile, typed):
            await self._load(profile.id)
            self._say(N_("Saved"))
            return Shell.enter
        return None

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the form of a new profile."""
        self._ask("add")

    @action(ADMINISTER)
    async def ask_delete(self):
        """Ask before the shown profile goes."""
        self._ask("delete", self.shown.id)

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Make a profile and show it."""
        if row := await self._try(token, verbs.add, typed):
            self._say(N_("Saved"))
            return rx.redirect(f"{PAGE}/{row.id}")
        return None

    @action(ADMINISTER)
    async def delete(self, subject: int):
        """Delete the shown profile."""
        self.asked = ""
        name = await do(verbs.remove, self.shown.id, self.shown.version)
        self._say(N_("%(name)s was deleted."), name=name)
        return rx.redirect(PAGE)

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    def _wanted(self) -> int:
        return number(self.router.url.path.rstrip("/").rpartition("/")[2], 0)

    async def _load(self, profile_id: int) -> None:
        self.fields, self.rows, self.people, self._number = await look(everything)
        self.secured = [field for field in self.fields if field.secured]
        self.shown = next((row for row in self.rows if row.id == profile_id), ProfileView())
        self.held = held_of(self.shown) if self.shown.id else {f.key: "1" if f.secured else "0" for f in self.fields}
        self.ready = True

    async def _hear(self, _topics: frozenset[str]) -> None:
        """Another administrator has changed something: the page shows it, an open form stays as it is."""
        here = self.router.url.path.startswith(PAGE)
        if here and self.ready and self._number != configuration.current().number and asker().who.administrator:
            await self._load(self.shown.id)


live.on_topic(configuration.TOPIC, ColumnSecurity, "_hear")


def everything(act: Act) -> tuple[list[FieldView], list[ProfileView], list[Member], int]:
    """The fields, the profiles, whoever can be a member of one, and of which configuration that is."""
    teams = [Member("team", team.id or 0, team.name) for team in act.session.scalars(verbs.select(Team))]
    teams.sort(key=lambda team: team.name.casefold())
    users = [Member("user", user.id or 0, user.name) for user in working_users(act.session)]
    profiles = verbs.listed(act)
    known = {(one.kind, one.id) for one in (*teams, *users)}
    # Somebody who is disabled keeps his place until an administrator takes it.
    others = {(m.kind, m.id): m for profile in profiles for m in profile.members if (m.kind, m.id) not in known}
    return verbs.securable(act), profiles, [*teams, *users, *others.values()], configuration.current().number


def held_of(profile: ProfileView) -> dict[str, str]:
    """What the form of a profile begins with."""
    members = " ".join(f"{member.kind}:{member.id}" for member in profile.members)
    return {**profile.grants, "name": profile.name, "description": profile.description, "members": members}


def settle_fields(act: Act, typed: Mapping[str, str]) -> bool:
    """Secure the fields that were switched on, release those that were switched off."""
    if on := [key for key, state in typed.items() if state == "1"]:
        verbs.secure(act, on)
    if off := [key for key, state in typed.items() if state != "1"]:
        verbs.release(act, off)
    return True


def settle_profile(act: Act, profile: ProfileView, typed: Mapping[str, str]) -> Any:
    """Change a profile from the version that was shown by what was typed since."""
    told = {**held_of(profile), **typed}
    members = [member.partition(":") for member in told.pop("members").split()]
    described = {name: told.pop(name) for name in ("name", "description")}
    people = [(kind, number(text, 0)) for kind, _, text in members]
    return verbs.change(act, profile.id, profile.version, described, told, people)
