"""The campaigns of the settings and their dialogs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import rxcrm.models.campaigns as verbs
from rxcrm.models import references
from rxcrm.models.campaign import Campaign
from rxcrm.models.campaigns import CampaignView
from rxcrm.models.fields import currencies, fields_of
from rxcrm.models.people import User, working_users
from rxcrm.models.records import Act
from rxcrm.state.gate import AppState, action, do, look
from rxcrm.state.settings.asking import ADMINISTER, AskingMixin
from rxcrm.translation import N_, gettext

NONE = ["", "---"]


class Campaigns(AskingMixin, AppState):
    """Every campaign, those in use first."""

    rows: list[CampaignView] = []
    channels: list[list[str]] = []
    owners: list[list[str]] = []
    currency_choices: list[list[str]] = []
    version: int = 0
    subject_name: str = ""
    stays: str = ""

    @action(ADMINISTER)
    async def open(self):
        """Show every campaign."""
        self.asked = ""
        await self._load()

    @action(ADMINISTER)
    async def ask_add(self):
        """Open the form of a new campaign."""
        await self._begin("add", 0)

    @action(ADMINISTER)
    async def ask_edit(self, campaign_id: int):
        """Open the form of a campaign as it is now."""
        await self._begin("edit", campaign_id)

    @action(ADMINISTER)
    async def ask_delete(self, campaign_id: int):
        """Ask before a campaign goes, or say why it stays."""
        self.subject_name, self.stays = await look(what_holds, campaign_id)
        self._ask("delete", campaign_id)

    @action(ADMINISTER)
    async def add(self, subject: int, typed: dict[str, str], token: int):
        """Add a campaign."""
        await self._change(token, N_("%(name)s was added."), verbs.add, typed)

    @action(ADMINISTER)
    async def save(self, subject: int, typed: dict[str, str], token: int):
        """Change a campaign that nobody has changed since its form was opened."""
        await self._change(token, N_("%(name)s was saved."), verbs.change, subject, self.version, typed)

    @action(ADMINISTER)
    async def activate(self, campaign_id: int):
        """Offer a campaign in look-ups again."""
        self._say(N_("%(name)s is active."), name=await do(switch, campaign_id, True))
        await self._load()

    @action(ADMINISTER)
    async def deactivate(self, campaign_id: int):
        """Offer a campaign no more; where it is used it stays."""
        self._say(N_("%(name)s is inactive and is not offered any more."), name=await do(switch, campaign_id, False))
        await self._load()

    @action(ADMINISTER)
    async def delete(self, campaign_id: int):
        """Remove a campaign that nothing refers to."""
        self.asked = ""
        self._say(N_("%(name)s was deleted."), name=await do(remove, campaign_id))
        await self._load()

    @action(ADMINISTER)
    async def dismiss(self):
        """Close any dialog."""
        self.asked = ""

    async def _begin(self, what: str, campaign_id: int) -> None:
        self.subject_name, self.version, values, self.owners = await look(form_of, campaign_id)
        options = fields_of(Campaign)["channel"].options
        self.channels = [
            NONE,
            *([str(int(o)), gettext(self.locale, o.label)] for o in (options.offered if options else ())),
        ]
        self.currency_choices = [[code, code] for code in currencies()]
        self._ask(what, campaign_id, values)

    async def _change(self, token: int, done: str, verb: Callable[..., Campaign], *args: Any) -> None:
        if row := await self._try(token, verb, *args):
            self._say(done, name=row.name)
            await self._load()

    async def _load(self) -> None:
        self.rows, self.ready = await look(verbs.listed), True


def form_of(act: Act, campaign_id: int) -> tuple[str, int, dict[str, str], list[list[str]]]:
    """Name, version and values of a campaign (0: a new one), and who may own it: whoever works here, and its owner."""
    row = references.one(act, Campaign, campaign_id) if campaign_id else None
    people = working_users(act.session)
    kept = act.session.get(User, row.owner_user_id) if row and row.owner_user_id else None
    if kept and kept not in people:
        people.append(kept)
    owners = [[str(user.id), user.name] for user in people]
    if row is not None and kept is None:
        owners.insert(0, NONE)
    return (row.name if row else "", row.version if row else 0, verbs.values_of(act, row), owners)


def what_holds(act: Act, campaign_id: int) -> tuple[str, str]:
    """The name of a campaign, and why it cannot be deleted (empty if it can)."""
    row = references.one(act, Campaign, campaign_id)
    refusal = references.why_it_stays(act, row)
    return row.name, refusal.text(act.who.conventions.locale) if refusal else ""


def switch(act: Act, campaign_id: int, active: bool) -> str:
    """Activate or deactivate a campaign; its name."""
    row = references.one(act, Campaign, campaign_id)
    references.set_active(act, row, active=active)
    return row.name


def remove(act: Act, campaign_id: int) -> str:
    """Delete a campaign; its name."""
    return references.delete(act, references.one(act, Campaign, campaign_id))
