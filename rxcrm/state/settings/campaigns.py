"""The campaigns of the settings and their dialogs."""

from __future__ import annotations

import rxcrm.models.campaigns as verbs
from rxcrm.models import references
from rxcrm.models.campaign import Campaign
from rxcrm.models.campaigns import CampaignView
from rxcrm.models.fields import currencies, fields_of
from rxcrm.models.people import User, working_users
from rxcrm.models.records import Act
from rxcrm.state.gate import AppState, look
from rxcrm.state.settings.keeping import ReferenceMixin, Verbs
from rxcrm.translation import gettext

NONE = ["", "---"]


def one(act: Act, campaign_id: int) -> Campaign:
    """A campaign by its number. Raises NotFound."""
    return references.one(act, Campaign, campaign_id)


VERBS = Verbs(verbs.listed, one, verbs.add, verbs.change, references.why_it_stays, references.delete)


class Campaigns(ReferenceMixin, AppState):
    """Every campaign, those in use first."""

    rows: list[CampaignView] = []
    channels: list[list[str]] = []
    owners: list[list[str]] = []
    currency_choices: list[list[str]] = []

    def _verbs(self) -> Verbs:
        return VERBS

    async def _begin(self, what: str, subject: int) -> None:
        self.subject_name, self.version, values, self.owners = await look(form_of, subject)
        options = fields_of(Campaign)["channel"].options
        self.channels = [
            NONE,
            *([str(int(o)), gettext(self.locale, o.label)] for o in (options.offered if options else ())),
        ]
        self.currency_choices = [[code, code] for code in currencies()]
        self._ask(what, subject, values)


def form_of(act: Act, campaign_id: int) -> tuple[str, int, dict[str, str], list[list[str]]]:
    """Name, version and values of a campaign (0: a new one), and who may own it: whoever works here, and its owner."""
    row = one(act, campaign_id) if campaign_id else None
    people = working_users(act.session)
    kept = act.session.get(User, row.owner_user_id) if row and row.owner_user_id else None
    if kept and kept not in people:
        people.append(kept)
    owners = [[str(user.id), user.name] for user in people]
    if row is not None and kept is None:
        owners.insert(0, NONE)
    return (row.name if row else "", row.version if row else 0, verbs.values_of(act, row), owners)
