"""Handlers of the lead score: its settings page, and what the header of a lead is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from rxcrm.models import configuration
from rxcrm.models.access import Privilege
from rxcrm.state import gate
from rxcrm.state.lead_score import LeadScore
from rxcrm.state.settings.lead_score import LeadScoreSettings
from tests.office import Office
from tests.state.desk import Desk

FAIR = json.dumps({"all": [{"field": "lead_source", "operator": "in", "values": ["7"]}]})
OWNED = '{"all": [{"field": "owner", "operator": "eq", "values": ["user:%s"]}]}'
TYPED = {"label": "", "points": "+18", "condition": FAIR, "active": "1", "version": "0", "unfinished": "0"}


class ScoreDesk(Desk):
    """Ada at the settings, or somebody at a lead."""

    def settings(self, handler: str, *args: Any) -> Any:
        return self.send(LeadScoreSettings, handler, *args)

    def card(self, record_id: int) -> Any:
        return self.send(LeadScore, "ask", record_id).card


@pytest.fixture
def desk(small_office: Office) -> Iterator[ScoreDesk]:
    small_office.commit()
    yield ScoreDesk(small_office)
    configuration.reset()


def test_a_rule_is_added_changed_switched_and_deleted(desk: ScoreDesk) -> None:
    state = desk.settings("open")
    assert state.ready and not state.rows and not state.progress.underway
    state = desk.settings("ask_add")
    assert state.asked == "add" and set(state.description.tables) == {"lead"}
    state = desk.settings("add", 0, TYPED, 7)
    assert (state.told.token, state.told.ok, state.asked) == (7, True, "")
    assert [(r.points, r.active) for r in state.rows] == [(18, True)] and state.progress.underway
    rule_id = state.rows[0].id
    assert desk.settings("ask_edit", rule_id).values["points"] == "18"
    assert [r.points for r in desk.settings("save", rule_id, {"points": "20"}, 8).rows] == [20]
    assert [r.active for r in desk.settings("deactivate", rule_id).rows] == [False]
    assert [r.active for r in desk.settings("activate", rule_id).rows] == [True]
    state = desk.settings("ask_delete", rule_id)
    assert (state.asked, state.subject_name) == ("delete", "Lead Source · Contains values · Trade Show")
    assert desk.settings("delete", rule_id).rows == []


def test_what_is_wrong_stands_at_its_field(desk: ScoreDesk) -> None:
    state = desk.settings("add", 0, TYPED | {"points": "many", "condition": '{"all": []}'}, 3)
    assert set(state.told.errors) == {"points", "condition"} and not state.told.ok


def test_a_rule_that_somebody_else_changed_meanwhile_is_not_overwritten(desk: ScoreDesk) -> None:
    rule_id = desk.settings("add", 0, TYPED, 1).rows[0].id
    desk.settings("ask_edit", rule_id)
    ScoreDesk(desk.office).settings("deactivate", rule_id)
    state = desk.settings("save", rule_id, {"points": "20"}, 2)
    assert not state.told.ok and "" in state.told.errors


def test_people_in_a_condition_have_names_in_its_form(desk: ScoreDesk) -> None:
    sara = desk.office.sara.id
    rule_id = desk.settings("add", 0, TYPED | {"condition": OWNED % sara}, 1).rows[0].id
    assert desk.settings("ask_edit", rule_id).names == {f"user:{sara}": "Sara"}


def test_the_estimate_is_told_with_what_it_lacks(desk: ScoreDesk) -> None:
    state = desk.settings("open")
    assert (state.estimate.on, state.estimate.enough, state.estimate.needed) == (True, False, 40)
    assert desk.settings("learn").estimate.learning
    assert not desk.settings("switch_estimate", False).estimate.on


def test_other_fields_are_chosen(desk: ScoreDesk) -> None:
    values = desk.settings("ask_fields").values
    assert "lead_source" in values["fields"].split() and "rating" not in values["fields"].split()
    state = desk.settings("choose_fields", 0, {"fields": "rating"}, 4)
    assert state.told.ok and [c.key for c in state.estimate.choices if c.chosen] == ["rating"]


def test_a_seller_is_shown_the_reasons_of_a_lead_that_he_may_read(desk: ScoreDesk) -> None:
    desk.settings("add", 0, TYPED, 1)
    lead = desk.office.lead(lead_source=7)
    desk.office.settle(private=True)
    desk.office.commit()
    desk.user = desk.office.sara
    card = desk.card(lead.id or 0)
    assert [(r.text, r.amount) for r in card.points] == [("Trade Show", 18)]
    desk.user = desk.office.olaf
    assert desk.card(lead.id or 0).id == 0


def test_the_header_follows_a_rule_that_is_changed_elsewhere(desk: ScoreDesk) -> None:
    lead = desk.office.lead(lead_source=7)
    desk.user = desk.office.sara
    assert desk.card(lead.id or 0).scored is False
    other = ScoreDesk(desk.office)
    other.settings("add", 0, TYPED, 1)
    state = desk.state(LeadScore)
    who = desk.office.who(desk.office.sara)
    desk.office.commit()

    async def hear() -> None:
        gate._asker.set(gate.Asker(who, "", "Contoso", 0))
        await state._show(state.card.id)

    asyncio.run(hear())
    assert state.card.score == 18


def test_its_settings_are_for_administrators() -> None:
    for name, handler in LeadScoreSettings.event_handlers.items():
        mark = getattr(handler.fn, "__rxcrm_mark__", None)
        assert mark is None or mark == Privilege.ADMINISTER, name
