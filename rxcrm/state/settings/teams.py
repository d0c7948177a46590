"""The teams of the settings and their dialogs (S 9.4, 9.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rxcrm.models.teams as verbs
from rxcrm.models import administration
from rxcrm.models.people import Team
from rxcrm.models.records import Act
from rxcrm.models.teams import TeamView
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin, unit_options
from rxcrm.state.settings.users import role_choices
from rxcrm.state.shell import Shell
from rxcrm.translation import N_


class Teams(AskingMixin, AppState):
    """Every team, those at work first."""

    rows: list[TeamView] = []
    units: list[list[str]] = []
    offered: list[list[str]] = []
    #: Of the members in the open form, by "user:3".
    names: dict[str, str] = {}
    version: int = 0
    subject_name: str = ""
    stays: str = ""

    @action(ADMINISTER)
    async def open(self):
        """Show every team."""
        self.asked = ""
        await self._load()

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the form of a new team."""
        await self._begin("add", 0)

    @action(ADMINISTER)
    async def ask_edit(self, team_id: int):
        """Open the form of a team as it is now."""
        await self._begin("edit", team_id)

    @action(ADMINISTER)
    async def ask_delete(self, team_id: int):
        """Ask before a team goes, or say why it stays."""
        self.subject_name, self.stays = await look(what_holds, team_id)
        self._ask("delete", team_id)

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Add a team."""
        return await self._change(token, N_("%(name)s was added."), verbs.add, typed)

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Change a team that nobody has changed since its form was opened."""
        return await self._change(token, N_("%(name)s was saved."), verbs.change, subject, self.version, typed)

    @action(ADMINISTER)
    async def enable(self, team_id: int):
        """Let a team get records again."""
        team = await do(verbs.set_disabled, team_id, disabled=False)
        self._say(N_("%(name)s is enabled."), name=team.name)
        await self._load()

    @action(ADMINISTER)
    async def disable(self, team_id: int):
        """Give a team nothing more; what it has it keeps."""
        team = await do(verbs.set_disabled, team_id, disabled=True)
        self._say(N_("%(name)s is disabled: it keeps its records and gets no more."), name=team.name)
        await self._load()

    @action(ADMINISTER)
    async def delete(self, team_id: int):
        """Remove a team that owns nothing."""
        self.asked = ""
        self._say(N_("%(name)s was deleted."), name=await do(verbs.delete, team_id))
        await self._load()

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _begin(self, what: str, team_id: int) -> None:
        self.units = unit_options(await look(administration.tree))
        self.offered = role_choices()
        form = await look(verbs.form_of, team_id)
        self.version, self.names, self.subject_name = form.version, form.names, form.values["name"]
        self._ask(what, team_id, form.values)

    async def _change(self, token: int, done: str, verb: Callable[..., Team], *args: Any) -> Any:
        if row := await self._try(token, verb, *args):
            self._say(done, name=row.name)
            await self._load()
            return Shell.enter  # the asker may be a member, and may do other things now
        return None

    async def _load(self) -> None:
        self.rows, self.ready = await look(verbs.listed), True


def what_holds(act: Act, team_id: int) -> tuple[str, str]:
    """The name of a team, and why it cannot be deleted (empty if it can)."""
    row = verbs.one(act, team_id)
    refusal = verbs.why_it_stays(act, row)
    return row.name, refusal.text(act.who.conventions.locale) if refusal else ""
