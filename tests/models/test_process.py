"""The process bar (S 2.3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from rxcrm.models import process
from rxcrm.models.lead import Lead
from rxcrm.models.process import LEAD_TO_OPPORTUNITY, StageLog, instance_of, missing, time_in_stages, view
from rxcrm.models.records import create, save
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
    process.check_steps()


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


def test_the_bar_shows_time_and_why_later_stages_are_locked(office: Office) -> None:
    lead = office.lead()
    bar = view(office.session, lead.id, office.now + timedelta(hours=2))
    assert [(s.key, s.state, s.seconds) for s in bar.stages] == [
        ("qualify", "active", 7200),
        ("develop", "locked", 0),
        ("propose", "locked", 0),
        ("close", "locked", 0),
    ]
    assert [bool(s.because) for s in bar.stages] == [False, True, True, True]
    assert bar.started_on == office.now.isoformat()


def test_an_unsaved_lead_shows_the_process_that_it_will_begin(office: Office) -> None:
    bar = view(office.session, None, office.now)
    assert (bar.label, bar.started_on, bar.stages[0].state) == ("Lead to Opportunity Sales Process", "", "active")


def test_a_lead_without_a_process_still_has_a_bar(office: Office) -> None:
    assert view(office.session, 10**12, office.now).stages[0].state == "active"


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
