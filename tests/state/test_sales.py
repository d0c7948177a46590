"""Handlers of the process bar, of closing, of sub-grids and of activation, without a browser."""

from __future__ import annotations

from typing import Any

import pytest

from rxcrm.models.choices import OpportunityStatus, RecordStatus
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.process import process_of
from rxcrm.state.activating import Activation
from rxcrm.state.processes import ProcessMoves
from rxcrm.state.sales import Sale
from rxcrm.state.subgrids import SubGrids
from tests.office import Office
from tests.state.desk import Desk

WON = {"actual_revenue": "100", "actual_close_date": "2026-05-13", "status_reason": "3", "closing_description": ""}


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


@pytest.fixture
def deal(office: Office) -> Opportunity:
    return office.opportunity()


def move(desk: Desk, deal: Opportunity, name: str, stage: str = "", version: int | None = None) -> Any:
    return desk.send(ProcessMoves, "move", "opportunity", deal.id, version or deal.version, name, stage)


def stage_of(office: Office, deal: Opportunity) -> str:
    return process_of(office.session, "opportunity", deal.id or 0).stage


def test_the_bar_moves_a_process_forward_and_back(office: Office, desk: Desk, deal: Opportunity) -> None:
    move(desk, deal, "next")
    assert stage_of(office, deal) == "develop"
    move(desk, deal, "set_active", "qualify")
    assert stage_of(office, deal) == "qualify"
    state = move(desk, deal, "abandon")
    assert state.notice.text == "The process is abandoned."


@pytest.mark.parametrize(
    "name, stage, told",
    [
        ("finish", "", "finished from its last stage"),
        ("set_active", "close", "has not been in the stage Close yet"),
        ("resume", "", "active already"),
        ("explode", "", "may not do that"),
    ],
)
def test_a_move_that_is_refused_says_why(
    office: Office, desk: Desk, deal: Opportunity, name: str, stage: str, told: str
) -> None:
    state = move(desk, deal, name, stage)
    assert told in state.notice.text and state.notice.kind == "error"
    assert stage_of(office, deal) == "qualify"


def test_a_move_of_a_version_that_has_passed_is_refused(office: Office, desk: Desk, deal: Opportunity) -> None:
    version = deal.version
    move(desk, deal, "next")
    state = move(desk, deal, "next", version=version)
    assert state.notice.kind == "error" and stage_of(office, deal) == "develop"


def test_the_process_of_a_hidden_record_does_not_exist(office: Office, desk: Desk) -> None:
    deal = office.opportunity(office.olaf)
    office.settle(private=True)
    desk.user = office.sara
    assert "doesn't exist" in move(desk, deal, "next").notice.text


def test_the_dialog_opens_with_its_draft_and_closes_the_sale(office: Office, desk: Desk, deal: Opportunity) -> None:
    state = desk.send(Sale, "ask", deal.id, 1)
    assert state.asking and state.draft.reasons == [("3", "Won")]
    state = desk.send(Sale, "close", deal.id, deal.version, 1, WON, 7)
    assert (state.told.token, state.told.ok, state.asking) == (7, True, False)
    assert (state.notice.text, state.notice.refresh) == ("Forklifts is closed as won.", True)
    assert office.session.get(Opportunity, deal.id).status == OpportunityStatus.WON


def test_problems_stay_in_the_dialog(office: Office, desk: Desk, deal: Opportunity) -> None:
    desk.send(Sale, "ask", deal.id, 1)
    state = desk.send(Sale, "close", deal.id, deal.version, 1, {**WON, "actual_revenue": "x"}, 8)
    assert (state.told.ok, list(state.told.errors), state.asking) == (False, ["actual_revenue"], True)
    desk.send(Sale, "close", deal.id, deal.version, 1, WON, 9)
    state = desk.send(Sale, "close", deal.id, deal.version, 1, WON, 10)
    assert "closed already" in state.told.errors[""]


@pytest.mark.parametrize("status", [0, 3, -1])
def test_an_opportunity_is_closed_as_won_or_lost_alone(desk: Desk, deal: Opportunity, status: int) -> None:
    assert desk.send(Sale, "ask", deal.id, status).notice.kind == "error"
    assert not desk.send(Sale, "close", deal.id, deal.version, status, WON, 1).told.ok


def test_reopen_takes_a_closed_one_up_again_and_refuses_an_open_one(
    office: Office, desk: Desk, deal: Opportunity
) -> None:
    assert "nothing to reopen" in desk.send(Sale, "reopen", deal.id, deal.version).notice.text
    desk.send(Sale, "close", deal.id, deal.version, 1, WON, 1)
    state = desk.send(Sale, "reopen", deal.id, office.session.get(Opportunity, deal.id).version)
    assert state.notice.text == "Forklifts is open again."


def test_grids_show_more_when_asked_and_nothing_of_hidden_records(office: Office, desk: Desk) -> None:
    account = office.account(office.olaf)
    for _ in range(8):
        office.lead(existing_account_id=account.id)
    state = desk.send(SubGrids, "open", "account", account.id)
    assert [(g.key, len(g.rows), g.total) for g in state.grids][-1] == ("leads", 5, 8)
    state = desk.send(SubGrids, "show_more", "account", account.id, "leads")
    assert len(state.grids[-1].rows) == 8
    office.settle(private=True)
    desk.user = office.sara
    assert desk.send(SubGrids, "open", "account", account.id).grids == []


def test_an_account_is_deactivated_and_activated(office: Office, desk: Desk) -> None:
    account = office.account()
    state = desk.send(Activation, "deactivate", "account", account.id, account.version)
    assert state.notice.text == "Fabrikam is inactive."
    assert account.status == RecordStatus.INACTIVE
    state = desk.send(Activation, "activate", "account", account.id, account.version)
    assert state.notice.text == "Fabrikam is active again."
