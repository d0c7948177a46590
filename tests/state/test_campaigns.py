"""Handlers of campaigns, territories and teams, called without a browser: what is sent, what is refused, who learns nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rxcrm.models import configuration
from rxcrm.models.campaign import Campaign
from rxcrm.models.lead import Lead
from rxcrm.state import campaigns as page
from rxcrm.state import shell, views
from rxcrm.state.bulk import Bulk
from rxcrm.state.settings import campaigns, teams, territories
from tests.office import Office
from tests.state.desk import Desk

SETTINGS = (campaigns.Campaigns, territories.Territories, teams.Teams)


@pytest.fixture
def desk(small_office: Office) -> Iterator[Desk]:
    small_office.commit()
    yield Desk(small_office)
    configuration.reset()


def test_others_learn_nothing_even_past_the_gate(desk: Desk) -> None:
    desk.user = desk.office.mia
    for cls in SETTINGS:
        state = desk.send(cls, "open")
        assert "Only administrators" in state.notice.text and not state.ready


def test_a_campaign_is_added_changed_switched_off_and_deleted(desk: Desk) -> None:
    desk.user = desk.office.ada
    state = desk.send(campaigns.Campaigns, "ask_add")
    assert state.asked == "add" and state.values["owner_id"] == str(desk.office.ada.id)
    assert ["3", "Event"] in state.channels
    state = desk.send(campaigns.Campaigns, "add", 0, {"name": ""}, 7)
    assert state.told.errors == {"name": "Name is required."}
    state = desk.send(campaigns.Campaigns, "add", 0, {"name": "Fair", "channel": "3"}, 8)
    assert [(row.name, row.channel, row.active) for row in state.rows] == [("Fair", "Event", True)]
    number = state.rows[0].id
    desk.send(campaigns.Campaigns, "ask_edit", number)
    state = desk.send(campaigns.Campaigns, "save", number, {"name": "Spring Fair"}, 9)
    assert state.rows[0].name == "Spring Fair" and state.asked == ""
    assert not desk.send(campaigns.Campaigns, "deactivate", number).rows[0].active
    assert desk.send(campaigns.Campaigns, "activate", number).rows[0].active
    assert desk.send(campaigns.Campaigns, "ask_delete", number).stays == ""
    assert desk.send(campaigns.Campaigns, "delete", number).rows == []


def test_who_opened_a_form_too_early_is_told(desk: Desk) -> None:
    desk.user = desk.office.ada
    number = desk.send(campaigns.Campaigns, "add", 0, {"name": "Fair"}, 1).rows[0].id
    desk.send(campaigns.Campaigns, "ask_edit", number)
    row = desk.office.session.get_one(Campaign, number)
    row.description = "Hall 4"
    desk.office.commit()
    state = desk.send(campaigns.Campaigns, "save", number, {"name": "Mine"}, 2)
    assert "Somebody else changed" in state.told.errors[""]


def test_a_team_and_a_territory_are_kept(desk: Desk) -> None:
    desk.user = desk.office.ada
    state = desk.send(teams.Teams, "ask_add")
    assert state.values["unit_id"] and ["vice_president" in [r[0] for r in state.offered]]
    typed = {"name": "Key", "unit_id": state.values["unit_id"], "members": str(desk.office.tom.id)}
    state = desk.send(teams.Teams, "add", 0, typed, 1)
    made = next(row for row in state.rows if row.name == "Key")
    assert made.members == ["Tom"]
    state = desk.send(teams.Teams, "ask_edit", made.id)
    assert state.names == {f"user:{desk.office.tom.id}": "Tom"}
    assert next(r for r in desk.send(teams.Teams, "disable", made.id).rows if r.name == "Key").disabled
    assert not next(r for r in desk.send(teams.Teams, "enable", made.id).rows if r.name == "Key").disabled
    state = desk.send(territories.Territories, "add", 0, {"name": "North", "members": str(desk.office.tom.id)}, 2)
    assert state.rows[0].members == ["Tom"]
    state = desk.send(territories.Territories, "ask_delete", state.rows[0].id)
    assert "Users: 1" in state.stays


def test_look_ups_offer_campaigns_to_everybody(desk: Desk) -> None:
    desk.user = desk.office.ada
    number = desk.send(campaigns.Campaigns, "add", 0, {"name": "Spring Fair"}, 1).rows[0].id
    desk.user = desk.office.sara
    state = desk.send(shell.Shell, "look_up", "campaign", "spr", 0, 5)
    assert [(hit.id, hit.name) for hit in state.looked_up.hits] == [(number, "Spring Fair")]
    found = views.candidates(desk.office.act(desk.office.sara), "campaign", "fair")
    assert [(one.key, one.name) for one in found] == [(str(number), "Spring Fair")]


def test_an_activity_is_recorded_on_ticked_leads(desk: Desk) -> None:
    desk.user = desk.office.ada
    number = desk.send(campaigns.Campaigns, "add", 0, {"name": "Spring Fair"}, 1).rows[0].id
    desk.user = desk.office.sara
    lead = desk.office.lead()
    desk.office.commit()

    def run(given: dict[str, str], token: int) -> Any:
        return desk.send(Bulk, "run", "campaign", "lead", [lead.id], {}, "", False, given, token)

    assert set(run({"campaign": "", "on": ""}, 3).told.errors) == {"campaign"}
    state = run({"campaign": str(number), "on": "2026-05-12"}, 4)
    assert state.told.ok and "recorded on 1 lead" in state.notice.text
    desk.office.session.expire_all()
    assert str(desk.office.session.get_one(Lead, lead.id).last_campaign_date) == "2026-05-12"


def test_the_page_of_a_campaign_that_is_gone_says_so(desk: Desk) -> None:
    desk.user = desk.office.sara
    assert desk.send(page.CampaignRecord, "open").lost
