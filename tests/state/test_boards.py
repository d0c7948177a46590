"""Boards as their page asks for them: lanes and heads, moves with their answers, what others move, and who hears of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from rxcrm.models import records, stages
from rxcrm.models.choices import LeadReason
from rxcrm.models.people import User
from rxcrm.state.boards import Boards
from rxcrm.state.undoing import Undoing
from rxcrm.state.views import Views
from tests.office import Office
from tests.state.desk import Desk

OPEN = "view=open&as=board"
RATING = f"{OPEN}&lanes=rating"


def desk_of(office: Office, user: User | None = None) -> Desk:
    desk = Desk(office)
    desk.user = user or office.sara
    return desk


def show(desk: Desk, entity: str = "lead", query: str = RATING, **wanted: int) -> Boards:
    board: Boards = desk.send(Boards, "show", entity, query, wanted, 1)
    return board


def move(
    desk: Desk, row: Any, to: str, query: str = RATING, typed: dict[str, str] | None = None, token: int = 7
) -> Any:
    state = desk.send(Boards, "move", row.entity, query, row.id, row.version, to, typed or {}, token)
    return state, state.told[-1]


def fresh(office: Office, row: Any) -> Any:
    office.session.expire_all()
    return office.session.get_one(type(row), row.id)


def test_a_board_shows_lanes_with_cards_and_counts_them_apart(office: Office) -> None:
    lead = office.lead(rating=1, estimated_amount=Decimal(5))
    state = show(desk_of(office))
    assert (state.shown.token, state.shown.way, state.shown.usual) == (1, "rating", 4)
    hot = state.shown.lanes[0]
    assert (hot.label, [card.id for card in hot.cards]) == ("Hot", [lead.id])
    assert state.shown.ways[0] == ["status_reason", "Status Reason"]
    assert state.counted.heads["1"].count == 1 and state.counted.heads["1"].sums == [["EUR", "5.00"]]
    assert state._heard["board"] == [f"lead:{lead.id}"]


def test_an_address_with_unknown_lanes_or_a_broken_filter_is_answered_with_a_sentence(office: Office) -> None:
    desk = desk_of(office)
    assert "cannot have lanes" in show(desk, query=f"{OPEN}&lanes=last_name").shown.problem
    assert show(desk, query=f"{OPEN}&filter=%7B").shown.problem
    assert show(desk, "account", "view=all").shown.problem


def test_a_lane_goes_on_and_its_cards_are_followed_too(office: Office) -> None:
    for n in range(25):
        office.lead(last_name=f"Nr {n:02}", rating=1)
    desk = desk_of(office)
    (hot, *_) = show(desk).shown.lanes
    state = desk.send(Boards, "go_on", "lead", RATING, "1", hot.last, 2)
    assert (state.more.token, len(state.more.lane.cards), state.more.lane.more) == (2, 5, False)
    assert len(state._heard["board"]) == 25
    assert "no such lane" in desk.send(Boards, "go_on", "lead", RATING, "nowhere", "", 3).more.problem
    desk.send(Boards, "leave")
    assert state._heard["board"] == []


def test_a_moved_card_comes_back_as_it_is_now_with_undo(office: Office) -> None:
    lead, desk = office.lead(rating=3), desk_of(office)
    state, told = move(desk, lead, "1")
    assert (told.token, told.ok, told.card.lane) == (7, True, "1")
    assert fresh(office, lead).rating == 1 and told.card.version == fresh(office, lead).version
    assert state.notice.text == "Doe moved to Hot." and len(state.notice.undo) == 1
    desk.send(Undoing, "undo", state.notice.undo)
    assert fresh(office, lead).rating == 3


def test_a_card_that_leaves_the_view_does_not_come_back(office: Office) -> None:
    lead, desk = office.lead(), desk_of(office)
    _, told = move(desk, lead, str(office.tom.id), "view=my-open&as=board&lanes=owner")
    assert (told.ok, told.card) == (True, None)
    assert fresh(office, lead).owner_user_id == office.tom.id


def test_a_refused_card_says_why_and_stays(office: Office) -> None:
    lead, desk = office.lead(office.olaf, rating=3), desk_of(office)
    state, told = move(desk, lead, "1")
    assert (told.ok, told.card.lane, told.card.locked) == (False, "3", "You may not change it.")
    assert "Your role" in told.problem and state.notice.text == told.problem
    assert fresh(office, lead).rating == 3
    assert move(desk, office.lead(), "999")[1].problem


def test_what_a_gate_misses_is_named_and_can_be_filled_in(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    flow = stages.OPPORTUNITY_SALES
    first = replace(flow.stages[0], required=frozenset({"budget_amount"}))
    monkeypatch.setitem(stages.PROCESSES, flow.key, replace(flow, stages=(first, *flow.stages[1:])))
    deal, desk = office.opportunity(), desk_of(office)
    query = "view=open&as=board"
    state, told = move(desk, deal, "1", query)
    assert (told.ok, told.missing, told.card.lane) == (False, ["budget_amount"], "0")
    assert "Budget Amount" in told.problem and state.notice.text == "" and told.labels == {}
    state, told = move(desk, deal, "1", query, {"budget_amount": "a lot"})
    assert "budget_amount" in told.errors and told.missing == ["budget_amount"]
    state, told = move(desk, deal, "1", query, {"budget_amount": "100"})
    assert told.ok and told.card.lane == "1"
    assert fresh(office, deal).budget_amount == Decimal(100)


def test_several_answers_of_one_moment_are_all_kept(office: Office) -> None:
    desk, rows = desk_of(office), [office.lead(rating=3) for _ in range(3)]
    for n, row in enumerate(rows):
        state, _ = move(desk, row, "1", token=n)
    assert [told.token for told in state.told] == [0, 1, 2]


def test_whoever_looks_on_hears_what_others_moved(office: Office) -> None:
    lead, other = office.lead(rating=3), office.lead(rating=2)
    desk = desk_of(office)
    state = show(desk)
    records.save(office.act(office.mia), lead, {"rating": "1"})
    other.status, other.status_reason = 2, int(LeadReason.LOST)
    office.commit()

    async def hear() -> None:
        await state._hear(frozenset({f"lead:{lead.id}", f"lead:{other.id}", "lead:999"}))

    desk.afterwards = hear  # type: ignore[method-assign]
    state = desk.send(Boards, "go_on", "lead", RATING, "2", "", 5)
    assert [(card.id, card.lane) for card in state.news.cards] == [(lead.id, "1")]
    assert state.news.gone == [other.id]


def test_a_view_keeps_that_it_is_a_board_and_its_lanes(office: Office) -> None:
    desk = desk_of(office)
    office.lead(rating=1)
    definition = (
        '{"where": {"all": []}, "columns": ["name"], "sort": [], "kind": "board", "settings": {"lanes": "rating"}}'
    )
    told = desk.send(Views, "save_as", "lead", "By rating", "", definition, 0, 1).told
    assert told.ok
    state = show(desk, query=f"view={told.key}")
    assert state.shown.way == "rating" and state.shown.lanes[0].label == "Hot"
    assert show(desk, query=f"view={told.key}&lanes=owner").shown.way == "owner"
