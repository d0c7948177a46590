"""Processes that administrators shape: stages, gates, who may use them, and records that are on their way (S 2.3, R2.11, R2.16)."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from rxcrm.models import configuration, process, process_editing, process_moves
from rxcrm.models.choices import OpportunityStage
from rxcrm.models.errors import BadValue, CrmError, NotAllowed, NotFound, NotYet, Stale
from rxcrm.models.journal import Journal, undo
from rxcrm.models.lead import Lead
from rxcrm.models.operation import OperationKind
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.process import ProcessInstance, StageLog
from rxcrm.models.process_bar import unsaved, view
from rxcrm.models.process_tables import ProcessDefinition, stored
from rxcrm.models.records import create
from rxcrm.models.shaping import customs
from rxcrm.models.stages import OPPORTUNITY_SALES, PROCESSES, first_for, flow_named, offered, stages_of
from tests.office import Office

SALES, LEADS = "opportunity_sales", "lead_to_opportunity"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _as_shipped() -> Iterator[None]:
    configuration.reset()
    yield
    configuration.reset()


def settled(office: Office) -> None:
    office.commit()
    office.act(office.ada)  # follows the configuration


def shipped(key: str = SALES) -> list[dict[str, Any]]:
    return copy.deepcopy([stored(stage) for stage in PROCESSES[key].stages])


def save(office: Office, key: str, stages: list[dict[str, Any]], **more: Any) -> ProcessDefinition:
    version = process_editing.opened(office.act(office.ada), key).version
    moves = more.pop("moves", None)
    wanted = {"labels": {}, "roles": [], "stages": stages, **more}
    row = process_editing.save(office.act(office.ada), key, version, wanted, moves)
    settled(office)
    return row


def own(office: Office, label: str = "Tenders", entity: str = "opportunity", **more: Any) -> str:
    """An active process of one's own: its key."""
    key = process_editing.add(office.act(office.ada), entity, {"en": label}).key
    process_editing.set_active(office.act(office.ada), key, True)
    if more:
        found = process_editing.opened(office.act(office.ada), key)
        wanted = {"labels": found.labels, "roles": found.roles, "stages": found.stages, **more}
        process_editing.save(office.act(office.ada), key, found.version, wanted)
    settled(office)
    return key


def labels(office: Office, row: Any) -> list[str]:
    return [stage.label for stage in view(office.act(office.sara), row).stages or []]


def instance(office: Office, row: Any) -> ProcessInstance:
    found = process.process_of(office.session, row.entity, row.id or 0)
    assert found is not None
    return found


# -- stages, steps, gates --------------------------------------------------------------------------------------------


def test_stages_are_renamed_ordered_and_added_and_every_record_in_the_process_shows_it(office: Office) -> None:
    deal = office.opportunity()
    stages = shipped()
    stages[1]["labels"] = {"en": "Shape"}
    stages.insert(2, {"entity": "opportunity", "labels": {"en": "Legal"}, "category": 2, "steps": [{"field": "need"}]})
    save(office, SALES, stages)
    assert labels(office, deal) == ["Qualify", "Shape", "Legal", "Propose", "Close"]
    assert first_for("opportunity").key == SALES
    for _ in range(2):
        process_moves.next_stage(office.act(office.sara), deal)
    assert (labels(office, deal)[2], deal.sales_stage) == ("Legal", OpportunityStage.PROPOSE)
    assert office.told(deal)[0] == "Sara moved the process to the stage Legal"


def test_a_required_step_is_a_gate_as_in_the_shipped_process(office: Office) -> None:
    deal = office.opportunity()
    stages = shipped()
    stages[0]["steps"] = [{"field": "budget_amount", "labels": {"en": "How much"}, "required": True}]
    save(office, SALES, stages)
    shown = view(office.act(office.sara), deal).stages or []
    assert (shown[0].steps, shown[0].required) == ([["budget_amount", "How much"]], ["budget_amount"])
    with pytest.raises(NotYet, match="requires these steps first: How much"):
        process_moves.next_stage(office.act(office.sara), deal)
    deal.budget_amount = 5
    process_moves.next_stage(office.act(office.sara), deal)


def test_a_custom_field_can_be_a_step_and_one_that_is_out_of_use_blocks_nothing(office: Office) -> None:
    field = customs.add(office.act(office.ada), "opportunity", {"kind": "text", "label": "Region"})
    settled(office)
    deal = office.opportunity()
    stages = shipped()
    stages[0]["steps"] = [{"field": "x_region", "required": True}]
    save(office, SALES, stages)
    with pytest.raises(NotYet, match="Region"):
        process_moves.next_stage(office.act(office.sara), deal)
    customs.deactivate(office.act(office.ada), field.id or 0)
    settled(office)
    assert (view(office.act(office.sara), deal).stages or [])[0].steps == []
    process_moves.next_stage(office.act(office.sara), deal)


@pytest.mark.parametrize(
    "change, sentence",
    [
        (lambda s: s.clear(), "1 to 30 stages"),
        (lambda s: s[0]["steps"].append({"field": "shoe_size"}), "shoe_size"),
        (lambda s: s[0]["steps"].extend([{"field": "need"}, {"field": "need"}]), "twice"),
        (lambda s: s[0]["steps"].append({"field": "created_on", "required": True}), "only the system writes it"),
        (lambda s: s.append({"entity": "opportunity", "steps": []}), "Give every stage a name"),
        (lambda s: s.append({"entity": "lead", "labels": {"en": "x"}, "steps": []}), "no process that could be used"),
        (lambda s: s.append(s[0]), "no process that could be used"),
        (lambda s: s[0].update(category=9), "no process that could be used"),
        (lambda s: s.append("x"), "no process that could be used"),
    ],
)
def test_what_is_no_process_is_refused_with_a_sentence(office: Office, change: Any, sentence: str) -> None:
    stages = shipped()
    change(stages)
    with pytest.raises(CrmError, match=sentence):
        save(office, SALES, stages)


def test_the_stages_of_the_lead_come_first(office: Office) -> None:
    stages = shipped(LEADS)
    stages.append({"entity": "lead", "labels": {"en": "Late"}, "steps": []})
    with pytest.raises(BadValue, match="The stages of the lead come first"):
        save(office, LEADS, stages)
    with pytest.raises(BadValue, match="begins with a stage of the lead"):
        save(office, LEADS, shipped(LEADS)[1:])


def test_the_shipped_process_comes_back_and_is_translated_again(office: Office) -> None:
    stages = shipped()
    stages[1]["labels"] = {"en": "Shape"}
    row = save(office, SALES, stages, labels={"en": "Our way"})
    assert flow_named(SALES).label == "Our way"
    process_editing.restore(office.act(office.ada), SALES, row.version)
    settled(office)
    assert flow_named(SALES).stages == OPPORTUNITY_SALES.stages and flow_named(SALES).label == OPPORTUNITY_SALES.label
    with pytest.raises(NotAllowed):
        process_editing.restore(office.act(office.ada), own(office), 1)


def test_of_two_administrators_the_second_one_is_told_who_was_faster(office: Office) -> None:
    save(office, SALES, shipped())
    with pytest.raises(Stale, match="Ada changed this process"):
        process_editing.save(office.act(office.ada), SALES, 0, {"stages": shipped()})


@pytest.mark.parametrize("verb", ["listed", "opened", "save", "add", "set_active", "move", "restore", "delete"])
def test_only_administrators_shape_processes(office: Office, verb: str) -> None:
    rest: dict[str, tuple[Any, ...]] = {
        "listed": ("lead",), "opened": (SALES,), "save": (SALES, 0, {"stages": shipped()}), "add": ("lead", {"en": "x"}),
        "set_active": (SALES, False), "move": (SALES, 1), "restore": (SALES, 0), "delete": (SALES,),
    }  # fmt: skip
    with pytest.raises(NotAllowed):
        getattr(process_editing, verb)(office.act(office.mia), *rest[verb])


# -- records on their way --------------------------------------------------------------------------------------------


def test_a_stage_with_records_in_it_goes_only_where_somebody_says_where_they_go(office: Office) -> None:
    deal, other = office.opportunity(), office.opportunity()
    process_moves.next_stage(office.act(office.sara, office.now + HOUR), deal)
    stages = [stage for stage in shipped() if stage["key"] != "develop"]
    assert process_editing.opened(office.act(office.ada), SALES).counts == {"qualify": 1, "develop": 1}
    with pytest.raises(NotAllowed, match="Records in the stage Develop: 1"):
        save(office, SALES, stages)
    with pytest.raises(BadValue, match="only go to a stage of this process"):
        save(office, SALES, stages, moves={"develop": "nonsense"})
    save(office, SALES, stages, moves={"develop": "propose"})
    office.session.expire_all()
    mine = instance(office, deal)
    assert (mine.stage, mine.path, deal.sales_stage) == ("propose", "qualify,develop,propose", OpportunityStage.PROPOSE)
    stays = office.session.exec(select(StageLog).where(StageLog.instance_id == mine.id).order_by(StageLog.id)).all()
    assert [(stay.stage, stay.left_on is None) for stay in stays] == [
        ("qualify", False),
        ("develop", False),
        ("propose", True),
    ]
    assert labels(office, deal) == ["Qualify", "Develop", "Propose", "Close"]
    assert labels(office, other) == ["Qualify", "Propose", "Close"]


def test_a_stage_that_is_gone_is_none_to_go_back_to_and_the_way_on_leads_past_it(office: Office) -> None:
    deal = office.opportunity()
    for _ in range(2):
        process_moves.next_stage(office.act(office.sara), deal)
    save(office, SALES, [stage for stage in shipped() if stage["key"] != "develop"])
    shown = {stage.key: stage.move for stage in view(office.act(office.sara), deal).stages or []}
    assert shown == {"qualify": "set_active", "develop": "", "propose": "next", "close": ""}
    with pytest.raises(NotAllowed, match="no such stage"):
        process_moves.set_active(office.act(office.sara), deal, "develop")
    process_moves.back(office.act(office.sara), deal)
    assert instance(office, deal).stage == "qualify"
    process_moves.next_stage(office.act(office.sara), deal)
    assert instance(office, deal).stage == "propose"


def test_an_abandoned_process_whose_stage_is_gone_is_taken_up_at_the_first_one(office: Office) -> None:
    deal = office.opportunity()
    process_moves.next_stage(office.act(office.sara), deal)
    process_moves.abandon(office.act(office.sara), deal)
    save(office, SALES, [stage for stage in shipped() if stage["key"] != "develop"])
    assert labels(office, deal) == ["Qualify", "Develop", "Propose", "Close"]
    process_moves.resume(office.act(office.sara), deal)
    assert instance(office, deal).stage == "qualify"


def test_the_sales_stage_follows_when_a_stage_gets_another_one(office: Office) -> None:
    deal = office.opportunity()
    process_moves.next_stage(office.act(office.sara), deal)
    stages = shipped()
    stages[1]["category"] = 2
    save(office, SALES, stages)
    office.session.expire_all()
    assert deal.sales_stage == OpportunityStage.PROPOSE


# -- several processes -----------------------------------------------------------------------------------------------


def test_a_new_process_is_offered_once_it_is_active_and_comes_after_the_shipped_one(office: Office) -> None:
    key = process_editing.add(office.act(office.ada), "opportunity", {"en": "Tenders"}).key
    settled(office)
    assert [flow.key for flow in offered("opportunity")] == [SALES]
    process_editing.set_active(office.act(office.ada), key, True)
    settled(office)
    assert [flow.key for flow in offered("opportunity")] == [SALES, key] and first_for("opportunity").key == SALES
    assert not {s.key for s in flow_named(key).stages} & {s.key for s in flow_named(SALES).stages}
    assert len(stages_of("opportunity")) == 8


def test_new_records_begin_the_first_process_that_fits_a_role_of_their_creator(office: Office) -> None:
    key = own(office, "Managers' way", roles=["sales_manager"])
    process_editing.move(office.act(office.ada), key, -1)
    settled(office)
    account = office.account(office.mia).id
    typed = {"topic": "Chairs", "account_id": str(account), "currency": "EUR"}
    mine, hers = (create(office.act(who), Opportunity, typed) for who in (office.sara, office.mia))
    assert (instance(office, mine).process, instance(office, hers).process) == (SALES, key)
    assert unsaved(office.act(office.mia), "opportunity").label == "Managers' way"


def test_one_active_process_is_always_for_everybody(office: Office) -> None:
    with pytest.raises(NotAllowed, match="must be for everybody"):
        process_editing.set_active(office.act(office.ada), SALES, False)
    office.session.rollback()
    with pytest.raises(NotAllowed, match="must be for everybody"):
        save(office, SALES, shipped(), roles=["salesperson"])
    office.session.rollback()
    own(office)
    process_editing.set_active(office.act(office.ada), SALES, False)
    settled(office)
    assert [flow.label for flow in offered("opportunity")] == ["Tenders"]


def test_a_process_that_records_were_in_is_deactivated_and_not_deleted(office: Office) -> None:
    key, deal = own(office), office.opportunity()
    process_moves.switch(office.act(office.sara), deal, key)
    with pytest.raises(NotAllowed, match="Records are in Tenders or have been"):
        process_editing.delete(office.act(office.ada), key)
    process_editing.set_active(office.act(office.ada), key, False)
    settled(office)
    process_moves.next_stage(office.act(office.sara), deal)  # those that are in it go on
    assert process_editing.delete(office.act(office.ada), own(office, "Never used")) == "Never used"
    with pytest.raises(NotAllowed, match="came with rxcrm"):
        process_editing.delete(office.act(office.ada), SALES)


def test_a_name_is_given_once_and_a_table_without_processes_gets_none(office: Office) -> None:
    with pytest.raises(BadValue, match="Another process"):
        process_editing.add(office.act(office.ada), "opportunity", {"en": "opportunity sales process"})
    with pytest.raises(BadValue, match="name"):
        process_editing.add(office.act(office.ada), "opportunity", {})
    with pytest.raises(NotFound):
        process_editing.listed(office.act(office.ada), "account")
    with pytest.raises(NotFound):
        process_editing.opened(office.act(office.ada), "p99")


def test_at_most_ten_processes_of_a_table_are_active(office: Office) -> None:
    for n in range(9):
        own(office, f"Way {n}")
    late = process_editing.add(office.act(office.ada), "opportunity", {"en": "Late"}).key
    with pytest.raises(NotAllowed, match="at most 10 active"):
        process_editing.set_active(office.act(office.ada), late, True)


def test_the_list_names_the_process_that_new_records_begin(office: Office) -> None:
    key = own(office)
    rows = process_editing.listed(office.act(office.ada), "opportunity")
    assert [(row.key, row.default, row.first, row.last, row.shipped) for row in rows] == [
        (SALES, True, True, False, True),
        (key, False, False, True, False),
    ]


# -- Switch Process --------------------------------------------------------------------------------------------------


def test_a_record_switches_and_each_process_keeps_where_it_stood(office: Office) -> None:
    key, deal = own(office), office.opportunity()
    process_moves.next_stage(office.act(office.sara, office.now + HOUR), deal)
    assert view(office.act(office.sara), deal).switches == [[key, "Tenders"]]
    process_moves.switch(office.act(office.sara, office.now + 2 * HOUR), deal, key)
    there = instance(office, deal)
    assert (there.process, flow_named(key).stage(there.stage).label) == (key, "Develop")  # where its Sales Stage stands
    assert office.told(deal)[0] == "Sara switched to the process Tenders"
    process_moves.next_stage(office.act(office.sara, office.now + 3 * HOUR), deal)
    assert deal.sales_stage == OpportunityStage.PROPOSE
    process_moves.switch(office.act(office.sara, office.now + 4 * HOUR), deal, SALES)
    back = instance(office, deal)
    assert (back.process, back.stage, deal.sales_stage) == (SALES, "develop", OpportunityStage.DEVELOP)
    spent = process.time_in_stages(office.session, back, office.now + 5 * HOUR)
    assert spent == {"qualify": HOUR, "develop": 2 * HOUR}
    assert len(process.instances_of(office.session, "opportunity", deal.id or 0)) == 2


def test_a_lead_that_switched_is_qualified_in_its_new_process(office: Office) -> None:
    key, lead, deal = own(office, "Fair", "lead"), office.lead(), office.opportunity()
    process_moves.switch(office.act(office.sara), lead, key)
    assert instance(office, lead).stage == flow_named(key).stages[0].key
    after = process.advance_to_opportunity(office.act(office.sara), lead, deal)
    assert (after.process, flow_named(key).stage(after.stage).label) == (key, "Develop")
    assert instance(office, deal) is after


def test_an_opportunity_may_leave_the_process_of_its_lead_and_come_back_and_the_lead_keeps_it(office: Office) -> None:
    key, lead, deal = own(office), office.lead(), office.opportunity()
    process.advance_to_opportunity(office.act(office.sara), lead, deal)
    process_moves.switch(office.act(office.sara), deal, key)
    assert (instance(office, deal).process, instance(office, lead).process) == (key, LEADS)
    assert view(office.act(office.sara), lead).label == "Lead to Opportunity Sales Process"
    assert [choice[0] for choice in view(office.act(office.sara), deal).switches] == [SALES, LEADS]
    process_moves.switch(office.act(office.sara), deal, LEADS)
    assert instance(office, deal) is instance(office, lead)
    process_moves.switch(office.act(office.sara), deal, key)
    process.park_on_lead(office.act(office.sara), lead)
    assert (instance(office, lead).stage, instance(office, deal).process) == ("qualify", key)


def test_only_what_is_offered_can_be_switched_to(office: Office) -> None:
    key, deal = own(office, roles=["sales_manager"]), office.opportunity()
    assert view(office.act(office.sara), deal).switches == []
    for wrong in (key, "nonsense", LEADS):
        with pytest.raises(NotAllowed, match="not offered to you"):
            process_moves.switch(office.act(office.sara), deal, wrong)
    with pytest.raises(NotAllowed, match="in that process already"):
        process_moves.switch(office.act(office.sara), deal, SALES)
    process_moves.switch(office.act(office.mia), deal, key)


def test_a_closed_record_switches_no_more(office: Office) -> None:
    key, deal = own(office), office.opportunity(status=1, status_reason=3)
    with pytest.raises(NotAllowed):
        process_moves.switch(office.act(office.sara), deal, key)
    assert view(office.act(office.sara), deal).switches == []


def test_a_process_of_leads_alone_ends_with_the_qualification_and_can_be_taken_back(office: Office) -> None:
    key, lead = own(office, "Short", "lead"), office.lead()
    found = process_editing.opened(office.act(office.ada), key)
    wanted = {"labels": found.labels, "stages": [s for s in found.stages if s["entity"] == "lead"]}
    process_editing.save(office.act(office.ada), key, found.version, wanted)
    settled(office)
    process_moves.switch(office.act(office.sara), lead, key)
    deal = office.bare(Opportunity, topic="Forklifts", currency="EUR", sales_stage=1)
    office.session.flush()
    act = office.act(office.sara)
    own_one = process.advance_to_opportunity(act, lead, deal, journal := Journal(act), fresh=True)
    assert (own_one.process, own_one.stage) == (SALES, "develop")
    assert (instance(office, lead).status, instance(office, deal)) == ("finished", own_one)
    undo(act, journal.close(OperationKind.QUALIFY, lead))
    office.session.expire_all()
    assert instance(office, lead).status == "active"
    assert process.process_of(office.session, "opportunity", deal.id or 0) is None


def test_a_lead_in_a_process_of_leads_alone_begins_anew_when_it_is_taken_up_again(office: Office) -> None:
    lead = office.lead()
    mine = instance(office, lead)
    mine.status = "finished"
    parked = process.park_on_lead(office.act(office.sara), lead)
    assert parked and (parked.status, parked.stage) == ("active", "qualify") and isinstance(lead, Lead)
