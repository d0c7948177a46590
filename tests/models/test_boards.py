"""Boards: lanes with their cards and sums, and what moving a card does (S 8.4 [OURS])."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from rxcrm.models import lists, process, records, stages, undoing
from rxcrm.models.boards import moving, reading
from rxcrm.models.boards.reading import Lane
from rxcrm.models.boards.ways import way_of, ways_of
from rxcrm.models.charting.figures import NOTHING
from rxcrm.models.choices import (
    ActivityKind,
    LeadReason,
    LeadStatus,
    OpportunityReason,
    OpportunityStage,
    OpportunityStatus,
)
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound, NotYet, Stale
from rxcrm.models.filters.conditions import Test, every
from rxcrm.models.lead import Lead
from rxcrm.models.lists import Ask
from rxcrm.models.people import User
from rxcrm.models.timeline import writing
from tests.office import Office, Statements

OPEN, ALL = Ask(view="open"), Ask(view="all")
DEALS = Ask("opportunity", "open")
NEW, CONTACTED, LOST = (str(int(r)) for r in (LeadReason.NEW, LeadReason.CONTACTED, LeadReason.LOST))


def board(office: Office, lanes: str, ask: Ask = OPEN, user: User | None = None, **more: Any) -> list[Lane]:
    act = office.act(user or office.sara)
    return reading.lanes(act, ask, lists.viewed(act, ask), way_of(ask.entity, lanes), **more)


def stand(office: Office, lanes: str, ask: Ask = OPEN, user: User | None = None) -> dict[str, list[str]]:
    """Lane → the names on its cards."""
    return {lane.label: [card.row["name"] for card in lane.cards] for lane in board(office, lanes, ask, user)}


def heads(office: Office, lanes: str, ask: Ask = OPEN, user: User | None = None) -> dict[str, tuple[int, list[Any]]]:
    act = office.act(user or office.sara)
    found = reading.heads(act, ask, lists.viewed(act, ask), way_of(ask.entity, lanes))
    return {key: (head.count, head.sums) for key, head in found.items()}


def move(office: Office, row: Any, lanes: str, to: str, user: User | None = None, **more: Any) -> moving.Moved:
    version = more.pop("version", row.version)
    return moving.move(office.act(user or office.sara), row.entity, row.id or 0, version, lanes, to, **more)


def stage_of(office: Office, row: Any) -> str:
    instance = process.process_of(office.session, row.entity, row.id or 0)
    assert instance is not None
    return instance.stage


@pytest.fixture
def demanding(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Qualify and Develop of the Opportunity Sales Process require a step each."""
    flow = stages.OPPORTUNITY_SALES
    first = replace(flow.stages[0], required=frozenset({"budget_amount"}))
    second = replace(flow.stages[1], required=frozenset({"customer_need"}))
    monkeypatch.setitem(stages.PROCESSES, flow.key, replace(flow, stages=(first, second, *flow.stages[2:])))
    yield


# -- lanes -----------------------------------------------------------------------------------------------------------


def test_leads_stand_in_the_lanes_of_their_open_reasons_and_the_others_are_ways_to_close_them(office: Office) -> None:
    office.lead(last_name="New one")
    office.lead(last_name="Called", status_reason=int(LeadReason.CONTACTED))
    office.lead(last_name="Gone", status=2, status_reason=int(LeadReason.LOST))
    found = board(office, "")
    assert [(lane.label, lane.closes, lane.target) for lane in found] == [
        ("New", "", False),
        ("Contacted", "", False),
        ("Qualified", "qualify", True),
        ("Disqualified", "disqualify", True),
    ]
    assert [[card.row["name"] for card in lane.cards] for lane in found] == [["New one"], ["Called"], [], []]
    assert found[3].reason == LOST


def test_a_view_of_all_leads_shows_closed_ones_in_the_lanes_of_their_reasons(office: Office) -> None:
    office.lead(last_name="Gone", status=2, status_reason=int(LeadReason.LOST))
    found = {lane.label: lane for lane in board(office, "status_reason", ALL)}
    assert list(found) == [
        *("New", "Contacted", "Qualified"),
        *("Lost", "Cannot Contact", "No Longer Interested", "Canceled"),
    ]
    assert (found["Lost"].closes, found["Lost"].reason, found["Lost"].target) == ("disqualify", LOST, False)
    (card,) = found["Lost"].cards
    assert (card.row["name"], card.locked) == ("Gone", "It is closed.")


def test_options_have_a_lane_each_and_what_has_none_only_while_there_is_some(office: Office) -> None:
    office.lead(last_name="Hot one", rating=1)
    assert stand(office, "rating") == {"Hot": ["Hot one"], "Warm": [], "Cold": []}
    office.lead(last_name="Unrated", rating=None)
    assert stand(office, "rating")["(empty)"] == ["Unrated"]
    assert stand(office, "lead_source")["(empty)"]


def test_owners_stand_by_name_and_the_asker_himself_first(office: Office) -> None:
    for owner, name in ((office.tom, "Toms"), (office.fair, "Team's"), (office.olaf, "Olafs")):
        office.lead(owner, last_name=name)
    assert stand(office, "owner") == {"Sara": [], "Fair": ["Team's"], "Olaf": ["Olafs"], "Tom": ["Toms"]}
    cards = {card.row["name"]: card for lane in board(office, "owner", user=office.mia) for card in lane.cards}
    assert cards["Toms"].locked == "" and cards["Olafs"].locked == "You may not assign it."


def test_leads_stand_in_the_stage_of_their_process(office: Office) -> None:
    office.lead(last_name="Beginner")
    office.bare(Lead, last_name="Without process", topic="Chairs")
    office.session.flush()
    names = stand(office, "stage")
    assert sorted(names["Qualify"]) == ["Beginner", "Without process"]
    assert list(names) == ["Qualify", "Qualified", "Disqualified"]
    assert heads(office, "stage") == {"qualify": (2, [])}
    assert list(stand(office, "stage", ALL)) == ["Qualify", "Develop", "Propose", "Close"]


def test_opportunities_stand_in_their_sales_stage_and_can_be_won_and_lost(office: Office) -> None:
    office.opportunity(topic="Early")
    office.opportunity(topic="Late", sales_stage=int(OpportunityStage.PROPOSE))
    found = board(office, "", DEALS)
    assert [(lane.label, lane.closes) for lane in found] == [
        *(("Qualify", ""), ("Develop", ""), ("Propose", ""), ("Close", "")),
        *(("Won", "won"), ("Lost", "lost")),
    ]
    assert stand(office, "stage", DEALS)["Propose"] == ["Late"]
    (card,) = found[0].cards
    assert card.row["customer"] == "Fabrikam" and "account_id" not in card.row


def test_opportunities_stand_in_their_forecast_category_and_move_between_them(office: Office) -> None:
    deal = office.opportunity(topic="Sure")
    assert list(stand(office, "forecast_category", DEALS)) == [
        *("Pipeline", "Best case", "Committed", "Omitted", "Won", "Lost")
    ]
    move(office, deal, "forecast_category", "3")
    assert stand(office, "forecast_category", DEALS)["Committed"] == ["Sure"]


def test_closed_views_offer_no_way_to_close(office: Office) -> None:
    assert not [lane for lane in board(office, "stage", Ask("opportunity", "closed")) if lane.target]


def test_a_field_that_is_gone_or_has_no_options_makes_no_lanes(office: Office) -> None:
    for name in ("last_name", "x_nothing", "status"):
        with pytest.raises(BadValue, match="cannot have lanes"):
            way_of("lead", name)
    assert ways_of("account") == [] and [way.key for way in ways_of("lead")][:4] == [
        *("status_reason", "rating", "owner", "stage")
    ]


def test_filter_search_and_order_are_those_of_the_list(office: Office) -> None:
    for name, city in (("Abel", "Rom"), ("Baker", "Rom"), ("Carter", "Oslo")):
        office.lead(last_name=name, city=city)
    office.commit()
    where = every(Test("status", "eq", ("0",)), Test("city", "eq", ("Rom",)))
    ask = Ask(view="open", where=where, sort=(("name", True),))
    assert stand(office, "", ask)["New"] == ["Baker", "Abel"]
    assert heads(office, "", ask) == {NEW: (2, [])}
    found = Ask(view="open", search="carter")
    assert stand(office, "", found)["New"] == ["Carter"] and heads(office, "", found) == {NEW: (1, [])}


def test_nobody_sees_or_counts_what_he_may_not_read(office: Office) -> None:
    office.settle(private=True)
    office.lead(last_name="Mine", rating=1, estimated_amount=Decimal(10))
    office.lead(office.olaf, last_name="Secret", rating=1, estimated_amount=Decimal(1000))
    assert stand(office, "rating")["Hot"] == ["Mine"]
    assert heads(office, "rating") == {"1": (1, [["EUR", "10.00"]])}
    assert list(stand(office, "owner")) == ["Sara"]
    assert heads(office, "rating", user=office.vera)["1"][0] == 2


def test_a_card_whose_record_one_may_not_change_says_so(office: Office) -> None:
    office.lead(office.olaf, last_name="Olafs", rating=1)
    office.lead(last_name="Mine", rating=1)
    (hot,) = [lane for lane in board(office, "rating") if lane.label == "Hot"]
    assert {card.row["name"]: card.locked for card in hot.cards} == {"Olafs": "You may not change it.", "Mine": ""}


def test_a_lane_goes_on_behind_its_last_card(office: Office) -> None:
    for n in range(reading.CARDS + 3):
        office.lead(last_name=f"Nr {n:02}", rating=1)
    ask = Ask(view="open", sort=(("name", False),))
    act = office.act(office.sara)
    view, way = lists.viewed(act, ask), way_of("lead", "rating")
    (hot,) = [lane for lane in reading.lanes(act, ask, view, way) if lane.label == "Hot"]
    assert len(hot.cards) == reading.CARDS and hot.more
    rest = reading.more(act, ask, view, way, "1", hot.last)
    assert [card.row["name"] for card in rest.cards] == ["Nr 20", "Nr 21", "Nr 22"] and not rest.more
    again = {lane.label: len(lane.cards) for lane in reading.lanes(act, ask, view, way, {"1": 23})}
    assert again["Hot"] == 23
    with pytest.raises(CrmError):
        reading.more(act, ask, view, way, "no lane", "")


def test_sums_are_kept_apart_by_currency_the_own_one_first(office: Office) -> None:
    office.opportunity(estimated_revenue=Decimal("100.50"))
    office.opportunity(estimated_revenue=Decimal("20"), currency="USD")
    office.opportunity(estimated_revenue=Decimal("1"))
    office.opportunity(sales_stage=int(OpportunityStage.CLOSE))
    assert heads(office, "stage", DEALS) == {
        "0": (3, [["EUR", "101.50"], ["USD", "20.00"]]),
        "3": (1, []),
    }


def test_a_card_tells_what_is_due_next_and_whether_it_is_late(office: Office) -> None:
    lead = office.lead()
    act, place = office.act(office.sara), ("lead", lead.id or 0)
    writing.log(act, ActivityKind.TASK, {"subject": "Some day"}, place)
    later = (office.now + timedelta(days=3)).isoformat()
    writing.log(act, ActivityKind.PHONE_CALL, {"subject": "Call", "due_on": later}, place)
    (card,) = board(office, "")[0].cards
    assert (card.next["subject"], card.next["overdue"]) == ("Call", "")
    earlier = (office.now - timedelta(days=1)).isoformat()
    writing.log(act, ActivityKind.TASK, {"subject": "Forgotten", "due_on": earlier}, place)
    (card,) = board(office, "")[0].cards
    assert (card.next["subject"], card.next["overdue"]) == ("Forgotten", "1")
    assert card.version == lead.version


def test_thirty_cards_cost_no_more_statements_than_ten(office: Office) -> None:
    spent = []
    for n in range(2):
        for i in range(10 + 20 * n):
            office.lead(last_name=f"Nr {n}{i}", rating=1 + i % 3)
            office.opportunity(topic=f"Nr {n}{i}", sales_stage=i % 4)
        office.commit()
        counted = []
        for lanes, ask in (("rating", OPEN), ("owner", OPEN), ("stage", OPEN), ("stage", DEALS)):
            act = office.act(office.sara)
            view = lists.viewed(act, ask)
            with Statements(office.engine) as ran:
                reading.lanes(act, ask, view, way_of(ask.entity, lanes))
                reading.heads(act, ask, view, way_of(ask.entity, lanes))
            counted.append(len(ran))
        spent.append(counted)
    assert all(many <= few for few, many in zip(*spent, strict=True)), spent
    assert max(spent[0]) <= 7, spent


def test_the_lanes_together_are_the_list(office: Office) -> None:
    for n in range(9):
        office.lead((office.sara, office.tom)[n % 2], last_name=f"Nr {n}", rating=(None, 1, 2)[n % 3])
    every_one = sorted(row["id"] for row in lists.page(office.act(office.sara), OPEN).rows)
    for way in ways_of("lead"):
        shown = [str(card.id) for lane in board(office, way.key) for card in lane.cards]
        assert sorted(shown) == every_one, way.key
        assert sum(count for count, _ in heads(office, way.key).values()) == len(every_one), way.key
        assert all(card.lane == lane.key for lane in board(office, way.key) for card in lane.cards), way.key


def test_cards_come_again_as_they_are_now_while_the_view_holds_them(office: Office) -> None:
    mine, other = office.lead(rating=1), office.lead(rating=2)
    records.save(office.act(office.sara), mine, {"rating": "3"})
    other.status, other.status_reason = int(LeadStatus.DISQUALIFIED), int(LeadReason.LOST)
    office.session.flush()
    act = office.act(office.sara)
    found = reading.cards(act, OPEN, lists.viewed(act, OPEN), way_of("lead", "rating"), [mine.id or 0, other.id or 0])
    assert [(card.id, card.lane, card.version) for card in found] == [(mine.id, "3", mine.version)]


# -- moving ----------------------------------------------------------------------------------------------------------


def test_a_card_in_another_lane_has_the_value_of_that_lane_and_can_be_taken_back(office: Office) -> None:
    lead = office.lead(rating=3)
    moved = move(office, lead, "rating", "1")
    assert (lead.rating, moved.name) == (1, "Doe") and "changed Rating" in office.told(lead)[0]
    undoing.undo(office.act(office.sara), moved.operation)
    assert lead.rating == 3
    move(office, lead, "rating", str(NOTHING))
    assert lead.rating is None


def test_moving_into_the_lane_where_it_stands_does_nothing(office: Office) -> None:
    lead = office.lead(rating=3)
    version = lead.version
    assert move(office, lead, "rating", "3").operation == 0 and lead.version == version
    assert move(office, lead, "owner", str(office.sara.id)).operation == 0


def test_a_card_in_the_lane_of_an_owner_is_assigned_to_him(office: Office) -> None:
    lead = office.lead()
    moved = move(office, lead, "owner", str(office.tom.id))
    assert lead.owner_user_id == office.tom.id
    undoing.undo(office.act(office.sara), moved.operation)
    assert lead.owner_user_id == office.sara.id
    move(office, lead, "owner", str(-(office.fair.id or 0)))
    assert lead.owner_team_id == office.fair.id


def test_who_may_not_change_or_assign_moves_nothing(office: Office) -> None:
    lead = office.lead(office.olaf, rating=3)
    for lanes, to in (
        ("rating", "1"),
        ("owner", str(office.sara.id)),
        ("status_reason", CONTACTED),
        ("stage", "develop"),
    ):
        with pytest.raises(NotAllowed, match="Your role"):
            move(office, lead, lanes, to)
    office.settle(private=True)
    with pytest.raises(NotFound):
        move(office, lead, "rating", "1")
    assert (lead.rating, lead.owner_user_id) == (3, office.olaf.id)


def test_who_was_faster_is_not_overwritten(office: Office) -> None:
    lead = office.lead(rating=3)
    seen = lead.version
    records.save(office.act(office.mia), lead, {"rating": "2"})
    with pytest.raises(NotAllowed, match="Mia changed Rating meanwhile"):
        move(office, lead, "rating", "1", version=seen)
    with pytest.raises(Stale):
        move(office, lead, "owner", str(office.tom.id), version=seen)
    assert lead.rating == 2
    # Somebody changed something else: that is no reason to refuse.
    seen = lead.version
    records.save(office.act(office.mia), lead, {"city": "Rom"})
    move(office, lead, "rating", "1", version=seen)
    assert (lead.rating, lead.city) == (1, "Rom")


def test_an_open_reason_is_written_and_a_closed_one_is_refused(office: Office) -> None:
    lead = office.lead()
    move(office, lead, "status_reason", CONTACTED)
    assert lead.status_reason == LeadReason.CONTACTED
    with pytest.raises(Invalid) as refused:
        move(office, lead, "status_reason", LOST)
    assert "does not fit the status" in refused.value.by_field()["status_reason"]
    assert (lead.status, lead.status_reason) == (LeadStatus.OPEN, LeadReason.CONTACTED)


def test_a_closed_record_stays_where_it_is(office: Office) -> None:
    gone = office.lead(status=2, status_reason=int(LeadReason.LOST))
    with pytest.raises(NotAllowed, match="read-only until it is reactivated"):
        move(office, gone, "status_reason", NEW)
    won = office.opportunity(status=int(OpportunityStatus.WON), status_reason=int(OpportunityReason.WON), sales_stage=3)
    with pytest.raises(NotAllowed, match="read-only"):
        move(office, won, "stage", "0")


def test_an_opportunity_goes_forward_through_every_stage_and_back(office: Office) -> None:
    deal = office.opportunity()
    move(office, deal, "stage", str(int(OpportunityStage.PROPOSE)))
    assert (stage_of(office, deal), deal.sales_stage) == ("propose", OpportunityStage.PROPOSE)
    told = office.told(deal)
    assert len([line for line in told if "stage" in line.lower()]) == 2
    move(office, deal, "stage", str(int(OpportunityStage.QUALIFY)))
    assert stage_of(office, deal) == "qualify"


@pytest.mark.usefixtures("demanding")
def test_a_gate_that_misses_steps_lets_nothing_through_and_names_them(office: Office) -> None:
    deal = office.opportunity()
    office.commit()
    with pytest.raises(NotYet, match="Budget Amount") as refused:
        move(office, deal, "stage", str(int(OpportunityStage.DEVELOP)))
    assert refused.value.missing == ["budget_amount"]
    office.session.rollback()
    move(office, deal, "stage", "1", typed={"budget_amount": "100"})
    assert (stage_of(office, deal), deal.budget_amount) == ("develop", Decimal("100.00"))


@pytest.mark.usefixtures("demanding")
def test_of_two_gates_on_the_way_the_second_stops_it_too(office: Office) -> None:
    deal = office.opportunity(budget_amount=Decimal(5))
    with pytest.raises(NotYet, match="Customer Need"):
        move(office, deal, "stage", str(int(OpportunityStage.CLOSE)))


def test_a_lead_is_qualified_to_go_beyond_its_own_stages(office: Office) -> None:
    lead = office.lead()
    with pytest.raises(NotAllowed, match="Qualify the lead to go on"):
        move(office, lead, "stage", "develop")
    with pytest.raises(NotAllowed, match="has no such stage"):
        move(office, lead, "stage", "nowhere")
    assert stage_of(office, lead) == "qualify"


def test_lanes_that_there_are_not_and_owners_that_there_are_not_are_refused(office: Office) -> None:
    lead = office.lead()
    for lanes, to in (("rating", "x"), ("rating", "99"), ("owner", "999999"), ("owner", "0"), ("topic", "1")):
        with pytest.raises(CrmError):
            move(office, lead, lanes, to)


def test_twice_is_harmless(office: Office) -> None:
    deal = office.opportunity()
    move(office, deal, "stage", "1")
    version = deal.version
    move(office, deal, "stage", "1")
    assert deal.version == version
