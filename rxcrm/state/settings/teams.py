"""The teams of the settings and their dialogs (S 9.4, 9.5)."""

from __future__ import annotations

from typing import Any

import rxcrm.models.teams as verbs
from rxcrm.models import administration
from rxcrm.models.people import Team
from rxcrm.models.records import Act
from rxcrm.models.teams import TeamView
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.settings.asking import ADMINISTER, unit_options
from rxcrm.state.settings.keeping import KeptMixin, Verbs
from rxcrm.state.settings.users import role_choices
from rxcrm.state.shell import Shell
from rxcrm.translation import N_


def delete(act: Act, team: Team) -> str:
    """Remove a team; its name. Raises NotAllowed for one that owns something."""
    return verbs.delete(act, team.id or 0)


VERBS = Verbs(verbs.listed, verbs.one, verbs.add, verbs.change, verbs.why_it_stays, delete)


class Teams(KeptMixin, AppState):
    """Every team, those at work first."""

    rows: list[TeamView] = []
    units: list[list[str]] = []
    offered: list[list[str]] = []
    #: Of the members in the open form, by "user:3".
    names: dict[str, str] = {}

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

    def _verbs(self) -> Verbs:
        return VERBS

    async def _begin(self, what: str, subject: int) -> None:
        self.units = unit_options(await look(administration.tree))
        self.offered = role_choices()
        form = await look(verbs.form_of, subject)
        self.version, self.names, self.subject_name = form.version, form.names, form.values["name"]
        self._ask(what, subject, form.values)

    def _besides(self) -> Any:
        return Shell.enter  # the asker may be a member, and may do other things now
