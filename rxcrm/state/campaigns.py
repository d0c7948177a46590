"""The page of a campaign, for everybody."""

from rxcrm.models import campaigns
from rxcrm.models.campaigns import CampaignPage
from rxcrm.models.errors import NotFound
from rxcrm.state.gate import SIGNED_IN, AppState, action, look
from rxcrm.state.numbers import number


class CampaignRecord(AppState):
    """One campaign and what came of it."""

    page: CampaignPage = CampaignPage()
    #: There is no such campaign (any more).
    lost: bool = False

    @action(SIGNED_IN)
    async def open(self):
        """Show the campaign that the address names."""
        self.page, self.lost = CampaignPage(), False
        try:
            self.page = await look(campaigns.page_of, number(self.router.url.path.rstrip("/").rpartition("/")[2]))
        except NotFound:
            self.lost = True
