"""Handlers of the page of assignment rules; what the form of a new lead is told while rules are on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import select

from rxcrm.models import configuration
from rxcrm.models.assignment.tables import AssignmentRule
from rxcrm.models.bulk.books import recent
from rxcrm.models.lead import Lead
from rxcrm.state import forms
from rxcrm.state.bulk import Bulk
from rxcrm.state.leads import LeadRecord
from rxcrm.state.settings.assignment_rules import AssignmentRules
from tests.models.test_assignment_rules import EVERY, owner, rule, target
from tests.office import Office
from tests.state.desk import Desk


@pytest.fixture
def desk(small_office: Office) -> Iterator[RulesDesk]:
    small_office.commit()
    yield RulesDesk(small_office)
    configuration.reset()


class RulesDesk(Desk):
    """Ada at the page."""

    def do(self, handler: str, *args: Any) -> Any:
        return self.send(AssignmentRules, handler, *args)

    def typed(self, **more: str) -> dict[str, str]:
        form = {"name": "North", "condition": json.dumps(EVERY), "how": "one", "targets": target(self.office.tom)}
        return {**form, "working": "", "most_open": "", "version": "", "unfinished": "0", **more}


def test_a_rule_is_added_as_a_draft_switched_on_changed_and_deleted(desk: RulesDesk) -> None:
    desk.do("ask_add")
    state = desk.do("add", 0, desk.typed(), 7)
    assert (state.told.ok, state.asked, [r.state for r in state.rows]) == (True, "", ["draft"])
    rule_id = state.rows[0].id
    assert [r.state for r in desk.do("turn", rule_id, True).rows] == ["on"]
    assert desk.do("ask_edit", rule_id).values["targets"] == target(desk.office.tom)
    state = desk.do("save", rule_id, desk.typed(name="South", version="1"), 8)
    assert (state.told.ok, [r.name for r in state.rows]) == (True, ["South"])
    assert [r.state for r in desk.do("turn", rule_id, False).rows] == ["off"]
    desk.do("delete", rule_id)
    assert desk.office.session.exec(select(AssignmentRule)).all() == []


def test_what_is_wrong_stands_at_its_field(desk: RulesDesk) -> None:
    state = desk.do("add", 0, desk.typed(name="", targets=""), 7)
    assert set(state.told.errors) == {"name", "targets"}
    state = desk.do("add", 0, desk.typed(unfinished="1"), 8)
    assert state.told.errors == {"condition": "Finish the rows of the condition, or remove them."}
    assert state.rows == []


def test_a_rule_that_would_lock_everybody_out_stays_off(desk: RulesDesk) -> None:
    desk.office.tom.disabled = True
    rule_id = desk.do("add", 0, desk.typed(), 7).rows[0].id
    state = desk.do("turn", rule_id, True)
    assert state.rows[0].state == "draft" and "Nobody could get a lead" in state.notice.text


def test_rules_are_tried_also_as_they_are_typed(desk: RulesDesk) -> None:
    desk.office.lead()
    desk.do("add", 0, desk.typed(), 7)
    tried = desk.do("try_rules", 500, 3).tried
    assert (tried.token, tried.ok, tried.trial.leads, tried.trial.rules[0].taken) == (3, True, 1, 1)
    rule_id = desk.do("open").rows[0].id
    tried = desk.do("try_edited", rule_id, desk.typed(targets=target(desk.office.olaf)), 100, 4).tried
    assert [(s.name, s.leads) for s in tried.trial.rules[0].shares] == [("Olaf", 1)]
    assert set(desk.do("try_edited", rule_id, desk.typed(targets=""), 100, 5).tried.errors) == {"targets"}
    assert desk.do("try_rules", 10**9, 6).tried.errors


def test_people_settings_and_failures_are_changed_on_the_page(desk: RulesDesk) -> None:
    tom = desk.office.tom.id or 0
    desk.do("add", 0, desk.typed(), 6)
    assert desk.do("ask_person", tom).values == {"days": "0 1 2 3 4", "most_open": ""}
    state = desk.do("save_person", tom, {"days": "0 1", "most_open": "3"}, 7)
    assert state.told.ok and next(p for p in state.people if p.id == tom).days == [0, 1]
    state = desk.do("choose", 0, {"fallback": target(desk.office.mia), "typed": "1"}, 8)
    assert state.answered.ok and state.chosen["fallback_name"] == "Mia"
    assert set(desk.do("choose", 0, {"fallback": "user:99"}, 9).answered.errors) == {"fallback"}


def test_others_learn_and_change_nothing_even_past_the_gate(desk: RulesDesk) -> None:
    desk.user = desk.office.mia
    for handler, *args in (("open",), ("add", 0, desk.typed(), 7), ("try_rules", 100, 7), ("ask_person", 1)):
        state = desk.do(handler, *args)
        assert state.rows == [] and state.people == [] and not state.tried.ok
    assert "Only administrators" in state.notice.text


def test_an_open_page_is_told_that_rules_decide(desk: RulesDesk) -> None:
    assert "ruled" not in forms.shape("en")
    made = rule(desk.office)
    desk.office.commit()
    assert forms.shape("en")["ruled"] is True
    desk.do("turn", made.id, False)
    assert "ruled" not in forms.shape("en")


def test_who_types_a_lead_is_told_who_got_it_or_keeps_it(desk: RulesDesk) -> None:
    rule(desk.office)
    desk.office.commit()
    desk.user = desk.office.sara
    typed = {"topic": "Lamps", "last_name": "Kowalska", "postal_code": "61-001"}
    state = desk.send(LeadRecord, "save", 0, 0, typed, 7)
    assert (state.saved.ok, state.owner) == (True, "Tom")
    assert state.notice.text == "Saved. The assignment rule “North” gave this lead to Tom."
    state = desk.send(LeadRecord, "save", 0, 0, {**typed, "owner": "me"}, 8)
    assert (state.saved.ok, state.owner, state.notice.text) == (True, "Sara", "Saved")


def test_who_may_not_see_the_lead_any_more_goes_back_to_the_list(desk: RulesDesk) -> None:
    desk.office.settle(private=True)
    rule(desk.office, "North", desk.office.olaf)
    desk.office.commit()
    desk.user = desk.office.sara
    state = desk.send(LeadRecord, "save", 0, 0, {"topic": "X", "last_name": "Y", "postal_code": "6"}, 7)
    assert (state.saved.ok, state.saved.id, state.notice.go) == (True, 0, "/leads")
    assert "to Olaf" in state.notice.text


def test_rules_run_on_ticked_leads_with_the_reason_for_each_that_stays(desk: RulesDesk) -> None:
    office = desk.office
    leads = [office.lead(office.sara, postal_code=code).id or 0 for code in ("61", "80")]
    rule(office)
    office.commit()
    desk.user = office.mia
    desk.send(Bulk, "run", "rules", "lead", leads, {}, "", False, {}, 7)
    (books,) = recent(office.act(office.mia))
    assert (books.done, [r.why for r in books.reasons]) == (1, ["No assignment rule is for this lead."])
    first = office.session.get_one(Lead, leads[0])
    assert owner(office, first) == "Tom"
