"""The process bar (S 2.3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import select

from rxcrm.models import process, process_moves
from rxcrm.models.choices import OpportunityStage
from rxcrm.models.journal import Journal, undo
from rxcrm.models.lead import Lead
from rxcrm.models.operation import OperationKind
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.process import ProcessInstance, StageLog, instance_of, missing, time_in_stages
from rxcrm.models.records import create, save
from rxcrm.models.stages import LEAD_TO_OPPORTUNITY, check_steps
from tests.office import Office

QUALIFY = LEAD_TO_OPPORTUNITY.stages[0]
STEPS = [
    "existing_contact_id",
    "existing_account_id",
    "purchase_timeframe",
    "budget_amount",
    "purchase_process",
    "decision_maker",
    "description",
]


def test_the_four_stages_and_the_seven_steps_are_the_specifications() -> None:
    assert [s.label for s in LEAD_TO_OPPORTUNITY.stages] == ["Qualify", "Develop", "Propose", "Close"]
    assert [name for name, _ in QUALIFY.steps] == STEPS
    assert not any(s.required for s in LEAD_TO_OPPORTUNITY.stages)
    check_steps()


def test_a_process_begins_with_its_lead_and_keeps_its_name(office: Office) -> None:
    lead = create(office.act(office.sara), Lead, {"topic": "Forklifts", "first_name": "Jane", "last_name": "Doe"})
    save(office.act(office.sara), lead, {"last_name": "Roe"})
    instance = instance_of(office.session, lead.id)
    assert (instance.name, instance.stage, instance.path, instance.status) == (
        "Jane Doe",
        "qualify",
        "qualify",
        "active",
    )


def test_time_in_a_stage_is_the_sum_of_its_stays(office: Office) -> None:
    lead, hour = office.lead(), timedelta(hours=1)
    instance = instance_of(office.session, lead.id)
    for start in (1, 5):
        stay = StageLog(
            instance_id=instance.id,
            stage="develop",
            entered_on=office.now + start * hour,
            left_on=office.now + (start + 2) * hour,
        )
        office.session.add(stay)
    office.session.flush()
    assert time_in_stages(office.session, instance, office.now + 10 * hour) == {
        "qualify": 10 * hour,
        "develop": 4 * hour,
    }


@pytest.mark.parametrize(
    "step, empty, filled",
    [
        ("purchase_timeframe", None, 0),
        ("budget_amount", None, Decimal(0)),
        ("decision_maker", False, True),
        ("description", "", "Wants two"),
        ("existing_contact_id", None, 1),
    ],
)
def test_a_required_step_blocks_until_it_is_filled_and_zero_is_an_answer(
    step: str, empty: object, filled: object
) -> None:
    stage = replace(QUALIFY, required=frozenset({step}))
    assert missing(Lead(topic="x", last_name="y", **{step: empty}), stage) == [step]
    assert missing(Lead(topic="x", last_name="y", **{step: filled}), stage) == []


# -- from the lead to the opportunity and back -------------------------------------------------------------------------


def test_the_same_process_goes_on_in_the_opportunity_and_its_sales_stage_follows(office: Office) -> None:
    lead, deal = office.lead(), office.opportunity()
    before = instance_of(office.session, lead.id)
    after = process.advance_to_opportunity(office.act(office.sara), lead, deal)
    assert after is before
    assert (after.stage, after.path, after.opportunity_id) == ("develop", "qualify,develop", deal.id)
    assert process.process_of(office.session, "opportunity", deal.id or 0) is before
    assert deal.sales_stage == OpportunityStage.DEVELOP


def test_the_time_in_qualify_ends_when_the_process_goes_on(office: Office) -> None:
    lead, deal, hour = office.lead(), office.opportunity(), timedelta(hours=1)
    instance = process.advance_to_opportunity(office.act(office.sara, office.now + hour), lead, deal)
    assert time_in_stages(office.session, instance, office.now + 3 * hour) == {"qualify": hour, "develop": 2 * hour}


def test_a_reactivated_lead_goes_back_to_qualify_and_its_opportunity_keeps_its_stage_and_time(office: Office) -> None:
    lead, deal, hour = office.lead(), office.opportunity(), timedelta(hours=1)
    process.advance_to_opportunity(office.act(office.sara, office.now + hour), lead, deal)
    parked = process.park_on_lead(office.act(office.sara, office.now + 3 * hour), lead)
    own = process.process_of(office.session, "opportunity", deal.id or 0)
    assert (parked.stage, parked.path, parked.opportunity_id) == ("qualify", "qualify", None)
    assert (own.process, own.stage, own.path) == ("opportunity_sales", "develop", "qualify,develop")
    assert time_in_stages(office.session, parked, office.now + 4 * hour) == {"qualify": 2 * hour}
    assert time_in_stages(office.session, own, office.now + 4 * hour) == {"develop": 3 * hour}


def test_parking_twice_is_harmless(office: Office) -> None:
    lead, deal = office.lead(), office.opportunity()
    process.advance_to_opportunity(office.act(office.sara), lead, deal)
    for _ in range(2):
        process.park_on_lead(office.act(office.sara), lead)
    assert len(office.session.exec(select(ProcessInstance)).all()) == 2
    assert parked(office, lead) == ("qualify", "qualify", None)


def parked(office: Office, lead: Lead) -> tuple[str, str, int | None]:
    instance = instance_of(office.session, lead.id)
    return instance.stage, instance.path, instance.opportunity_id


@pytest.mark.parametrize("back", [False, True])
def test_what_went_through_a_journal_is_taken_back_as_a_whole(office: Office, back: bool) -> None:
    lead, deal = office.lead(), office.opportunity()
    act = office.act(office.sara)
    process.advance_to_opportunity(act, lead, deal, first := Journal(act))
    before = snapshot(office)
    done = first
    if back:
        done = Journal(act)
        process.park_on_lead(act, lead, done)
    else:
        before = [("qualify", "qualify", None, [("qualify", True)])]
    undo(act, done.close(OperationKind.QUALIFY, lead))
    assert snapshot(office) == before


def test_an_abandoned_process_is_taken_up_again_by_the_qualification(office: Office) -> None:
    lead, deal = office.lead(), office.opportunity()
    process_moves.abandon(office.act(office.sara), lead)
    assert process.advance_to_opportunity(office.act(office.sara), lead, deal).status == "active"


def test_an_opportunity_whose_process_stayed_with_its_lead_begins_where_it_stands(office: Office) -> None:
    deal = office.bare(Opportunity, topic="Forklifts", currency="EUR", sales_stage=2)
    office.session.flush()
    begun = process.begin(office.session, deal, now=office.now)
    assert (begun.stage, begun.path) == ("propose", "qualify,develop,propose")


def snapshot(office: Office) -> list[tuple[object, ...]]:
    """Every process: its stage, path and opportunity, and its stays with whether they go on."""
    office.session.expire_all()
    return [
        (
            one.stage,
            one.path,
            one.opportunity_id,
            [
                (stay.stage, stay.left_on is None)
                for stay in office.session.exec(
                    select(StageLog).where(StageLog.instance_id == one.id).order_by(StageLog.id)
                )
            ],
        )
        for one in office.session.exec(select(ProcessInstance).order_by(ProcessInstance.id))
    ]
