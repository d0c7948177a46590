"""Moving a process: forward, back, to its end; and what its bar shows then (S R2.1-R2.15)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rxcrm.models import process, stages
from rxcrm.models.access import Privilege
from rxcrm.models.choices import LeadReason, LeadStatus, OpportunityReason, OpportunityStage, OpportunityStatus
from rxcrm.models.errors import NotAllowed, NotFound, NotYet, Stale
from rxcrm.models.lead import Lead
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.process_bar import ProcessView, unsaved, view
from rxcrm.models.process_moves import abandon, back, finish, next_stage, resume, set_active
from tests.office import Office

HOUR = timedelta(hours=1)


def bar(office: Office, row: Any, hours: int = 0) -> ProcessView:
    return view(office.act(office.sara, office.now + hours * HOUR), row)


def states(office: Office, row: Any) -> list[str]:
    return [stage.state for stage in bar(office, row).stages or []]


def at(office: Office, row: Opportunity) -> str:
    instance = process.process_of(office.session, "opportunity", row.id or 0)
    assert instance is not None
    return instance.stage


@pytest.fixture
def deal(office: Office) -> Opportunity:
    return office.opportunity()


@pytest.fixture
def demanding(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The Opportunity Sales Process, whose Qualify needs an amount and a decision maker."""
    flow = stages.OPPORTUNITY_SALES
    first = replace(flow.stages[0], required=frozenset({"budget_amount", "decision_maker"}))
    last = replace(flow.stages[-1], required=frozenset({"final_decision_date"}))
    monkeypatch.setitem(stages.PROCESSES, flow.key, replace(flow, stages=(first, *flow.stages[1:-1], last)))
    yield


# -- forward and back --------------------------------------------------------------------------------------------------


def test_a_process_goes_stage_by_stage_and_the_sales_stage_follows(office: Office, deal: Opportunity) -> None:
    seen = []
    for _ in range(3):
        next_stage(office.act(office.sara), deal)
        seen.append((at(office, deal), deal.sales_stage))
    assert seen == [
        ("develop", OpportunityStage.DEVELOP),
        ("propose", OpportunityStage.PROPOSE),
        ("close", OpportunityStage.CLOSE),
    ]
    assert office.told(deal)[0] == "Sara moved the process to the stage Close"


def test_the_last_stage_has_no_next_one(office: Office, deal: Opportunity) -> None:
    for _ in range(3):
        next_stage(office.act(office.sara), deal)
    with pytest.raises(NotAllowed, match="Close is the last stage of this process: finish it instead"):
        next_stage(office.act(office.sara), deal)


def test_from_a_lead_the_way_on_is_to_qualify_it(office: Office) -> None:
    with pytest.raises(NotAllowed, match="Qualify the lead to go on"):
        next_stage(office.act(office.sara), office.lead())


def test_a_stage_that_was_left_is_set_active_again_and_the_way_travelled_stays(
    office: Office, deal: Opportunity
) -> None:
    for _ in range(2):
        next_stage(office.act(office.sara), deal)
    set_active(office.act(office.sara), deal, "qualify")
    assert states(office, deal) == ["active", "visited", "visited", "ahead"]
    set_active(office.act(office.sara), deal, "propose")
    assert states(office, deal) == ["done", "done", "active", "ahead"]


@pytest.mark.parametrize(
    "stage, because",
    [
        ("propose", "This process has not been in the stage Propose yet."),
        ("qualify", "Qualify is the active stage already."),
        ("nonsense", "This process has no such stage."),
    ],
)
def test_only_another_stage_of_the_way_travelled_can_be_set_active(
    office: Office, deal: Opportunity, stage: str, because: str
) -> None:
    with pytest.raises(NotAllowed, match=because):
        set_active(office.act(office.sara), deal, stage)


def test_back_sets_the_stage_before_active_and_does_nothing_at_the_first(office: Office, deal: Opportunity) -> None:
    next_stage(office.act(office.sara), deal)
    assert back(office.act(office.sara), deal)
    assert at(office, deal) == "qualify"
    assert not back(office.act(office.sara), deal)


def test_time_in_a_stage_that_is_revisited_is_the_sum_of_its_stays(office: Office, deal: Opportunity) -> None:
    next_stage(office.act(office.sara, office.now + HOUR), deal)
    back(office.act(office.sara, office.now + 2 * HOUR), deal)
    assert [s.seconds // 3600 for s in bar(office, deal, 5).stages] == [4, 1, 0, 0]


# -- required steps ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("demanding")
def test_required_steps_that_are_empty_are_named_and_nothing_moves(office: Office, deal: Opportunity) -> None:
    deal.budget_amount = 0
    with pytest.raises(
        NotYet, match=r"The stage Qualify requires these steps first: Identify Decision Maker\."
    ) as refusal:
        next_stage(office.act(office.sara), deal)
    assert refusal.value.missing == ["decision_maker"]
    assert at(office, deal) == "qualify"


@pytest.mark.usefixtures("demanding")
def test_a_process_is_not_finished_while_its_last_stage_misses_a_step(office: Office, deal: Opportunity) -> None:
    deal.budget_amount, deal.decision_maker = 0, True
    for _ in range(3):
        next_stage(office.act(office.sara), deal)
    with pytest.raises(NotYet, match="Confirm Decision Date"):
        finish(office.act(office.sara), deal)
    deal.final_decision_date = office.now.date()
    finish(office.act(office.sara), deal)
    assert bar(office, deal).status == "finished"


@pytest.mark.usefixtures("demanding")
def test_going_back_asks_for_no_steps(office: Office, deal: Opportunity) -> None:
    deal.budget_amount, deal.decision_maker = 5, True
    next_stage(office.act(office.sara), deal)
    deal.decision_maker = False
    set_active(office.act(office.sara), deal, "qualify")
    assert at(office, deal) == "qualify"


@pytest.mark.usefixtures("demanding")
def test_the_bar_names_the_required_steps_of_every_stage(office: Office, deal: Opportunity) -> None:
    assert [s.required for s in bar(office, deal).stages] == [
        ["budget_amount", "decision_maker"],
        [],
        [],
        ["final_decision_date"],
    ]


# -- its end -----------------------------------------------------------------------------------------------------------


def test_a_process_is_finished_from_its_last_stage_alone(office: Office, deal: Opportunity) -> None:
    with pytest.raises(NotAllowed, match="finished from its last stage; this one is in Qualify"):
        finish(office.act(office.sara), deal)


def test_a_finished_process_tells_how_long_it_took_and_time_stands_still(office: Office, deal: Opportunity) -> None:
    for _ in range(3):
        next_stage(office.act(office.sara), deal)
    finish(office.act(office.sara, office.now + 48 * HOUR), deal)
    shown = bar(office, deal, 500)
    assert (shown.status, shown.seconds) == ("finished", 48 * 3600)
    assert [(s.state, s.move) for s in shown.stages] == [("done", "")] * 4
    assert sum(s.seconds for s in shown.stages) == 48 * 3600
    assert office.told(deal)[0] == "Sara finished the process"


@pytest.mark.parametrize("verb", [next_stage, back, finish, abandon])
def test_an_abandoned_process_stands_still_until_it_is_reactivated(
    office: Office, deal: Opportunity, verb: Any
) -> None:
    abandon(office.act(office.sara, office.now + HOUR), deal)
    with pytest.raises(NotAllowed, match=r"This process is abandoned\. Reactivate it"):
        verb(office.act(office.sara), deal)
    shown = bar(office, deal, 9)
    assert (shown.status, shown.moves, shown.seconds) == ("aborted", {"resume": ""}, 3600)


def test_time_between_abandoning_and_reactivating_does_not_count(office: Office, deal: Opportunity) -> None:
    abandon(office.act(office.sara, office.now + HOUR), deal)
    resume(office.act(office.sara, office.now + 10 * HOUR), deal)
    shown = bar(office, deal, 12)
    assert (shown.status, shown.stages[0].seconds) == ("active", 3 * 3600)
    assert office.told(deal)[:2] == ["Sara took up the process again", "Sara abandoned the process"]


def test_a_finished_process_can_be_taken_up_again_and_an_active_one_cannot(office: Office, deal: Opportunity) -> None:
    for _ in range(3):
        next_stage(office.act(office.sara), deal)
    finish(office.act(office.sara), deal)
    with pytest.raises(NotAllowed, match="This process is finished"):
        abandon(office.act(office.sara), deal)
    resume(office.act(office.sara), deal)
    assert states(office, deal) == ["done", "done", "done", "active"]
    with pytest.raises(NotAllowed, match="active already"):
        resume(office.act(office.sara), deal)


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", [next_stage, back, finish, abandon, resume])
def test_the_process_of_a_closed_record_does_not_move(office: Office, verb: Any) -> None:
    won = office.opportunity(status=OpportunityStatus.WON, status_reason=OpportunityReason.WON)
    with pytest.raises(NotAllowed, match="This opportunity is Won and read-only until it is reopened"):
        verb(office.act(office.sara), won)


def test_a_record_that_is_not_saved_has_no_process_to_move(office: Office) -> None:
    with pytest.raises(NotAllowed, match="Save this record first"):
        next_stage(office.act(office.sara), Opportunity(topic="x"))


def test_an_account_has_no_process(office: Office) -> None:
    with pytest.raises(NotAllowed, match="no process"):
        abandon(office.act(office.sara), office.account())


def test_a_process_that_went_on_to_the_opportunity_is_moved_there(office: Office) -> None:
    lead, deal = office.lead(), office.opportunity()
    process.advance_to_opportunity(office.act(office.sara), lead, deal)
    with pytest.raises(NotAllowed, match=r"The stage Develop belongs to the opportunity\. Move"):
        next_stage(office.act(office.sara), lead)
    with pytest.raises(NotAllowed, match="The stage Qualify belongs to the lead"):
        set_active(office.act(office.sara), deal, "qualify")
    assert not back(office.act(office.sara), deal)


def test_of_two_who_move_a_process_one_is_told_that_the_other_was_faster(office: Office, deal: Opportunity) -> None:
    act, version = office.act(office.sara), deal.version
    next_stage(act, act.find(Opportunity, deal.id, Privilege.WRITE, version))
    with pytest.raises(Stale):
        act.find(Opportunity, deal.id, Privilege.WRITE, version)


def test_who_may_not_write_the_record_does_not_move_its_process(office: Office) -> None:
    deal = office.opportunity(office.olaf)
    with pytest.raises(NotAllowed):
        office.act(office.sara).find(Opportunity, deal.id, Privilege.WRITE)


# -- the bar -----------------------------------------------------------------------------------------------------------


def test_on_a_lead_the_active_stage_qualifies_and_later_ones_are_locked(office: Office) -> None:
    shown = bar(office, office.lead(), 2)
    assert [(s.key, s.state, s.seconds, s.move) for s in shown.stages] == [
        ("qualify", "active", 7200, "qualify"),
        ("develop", "locked", 0, ""),
        ("propose", "locked", 0, ""),
        ("close", "locked", 0, ""),
    ]
    assert [bool(s.because) for s in shown.stages] == [False, True, True, True]
    assert (shown.started_on, shown.moves) == (office.now.isoformat(), {"abandon": ""})


def test_an_unsaved_record_shows_the_process_that_it_will_begin_and_cannot_move_it(office: Office) -> None:
    lead, deal = (unsaved(office.act(office.sara), entity) for entity in ("lead", "opportunity"))
    assert (lead.label, lead.started_on, lead.stages[0].state) == ("Lead to Opportunity Sales Process", "", "active")
    assert [(s.stages[0].move, s.stages[0].why) for s in (lead, deal)] == [
        ("qualify", "Save this record first."),
        ("next", "Save this record first."),
    ]
    assert unsaved(office.act(office.sara), "account").stages is None


def test_a_lead_without_a_process_still_has_a_bar(office: Office) -> None:
    lead = office.bare(Lead, topic="x", last_name="y")
    office.session.flush()
    assert states(office, lead)[0] == "active"


def test_on_a_qualified_lead_the_later_stages_lead_to_the_opportunity(office: Office) -> None:
    lead, deal = office.lead(), office.opportunity()
    process.advance_to_opportunity(office.act(office.sara), lead, deal)
    lead.status, lead.status_reason = LeadStatus.QUALIFIED, LeadReason.QUALIFIED
    assert states(office, lead) == ["done", "active", "ahead", "ahead"]
    assert [s.path for s in bar(office, lead).stages] == ["", *[f"/opportunities/{deal.id}"] * 3]
    assert [s.path for s in bar(office, deal).stages] == [f"/leads/{lead.id}", "", "", ""]
    assert [s.move for s in bar(office, deal).stages] == ["", "next", "", ""]


def test_the_bar_does_not_point_to_an_opportunity_that_the_reader_may_not_see(office: Office) -> None:
    office.settle(private=True)
    lead, deal = office.lead(), office.opportunity(office.olaf)
    process.advance_to_opportunity(office.act(office.ada), lead, deal)
    assert [s.path for s in bar(office, lead).stages] == [""] * 4
    with pytest.raises(NotFound):
        office.act(office.sara).find(Opportunity, deal.id)


def test_a_lead_that_was_qualified_without_an_opportunity_says_so_and_its_time_stands_still(office: Office) -> None:
    closed = {"status": LeadStatus.QUALIFIED, "status_reason": LeadReason.QUALIFIED, "closed_on": office.now + HOUR}
    shown = bar(office, office.lead(**closed), 5)
    assert shown.note == "This lead was qualified without an opportunity: its process stays at Qualify."
    assert [s.state for s in shown.stages] == ["active", "locked", "locked", "locked"]
    assert (shown.status, shown.seconds) == ("ended", 3600)
