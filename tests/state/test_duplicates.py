"""Handlers of duplicates, called without a browser: answers, the question on saving, pairs set apart, the rules."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import func, select

from rxcrm.models.errors import NotFound
from rxcrm.models.lead import Lead
from rxcrm.models.matching import sweeping
from rxcrm.state.duplicates import DuplicateList, Duplicates
from rxcrm.state.leads import LeadRecord
from rxcrm.state.settings.duplicates import DuplicateRules
from tests.office import Office
from tests.state.desk import Desk

TYPED = {"topic": "Lamps", "last_name": "Murphy", "email": "regina@contoso.com"}


@pytest.fixture
def desk(small_office: Office) -> Iterator[Desk]:
    desk = Desk(small_office)
    desk.user = small_office.sara
    yield desk


def leads(desk: Desk) -> int:
    return desk.office.session.exec(select(func.count()).select_from(Lead)).one()


def test_the_panel_gets_the_answer_to_its_own_question(desk: Desk) -> None:
    desk.office.lead(first_name="Regina", **TYPED)
    state = desk.send(Duplicates, "check", "lead", {**TYPED, "nonsense": "x"}, 7)
    assert state.similar.token == 7
    assert [(m.entity, m.name, m.certain) for m in state.similar.matches] == [("lead", "Regina Murphy", True)]
    for entity, typed in (("lead", {}), ("user", TYPED), ("lead", {"email": "x" * 100_000})):
        assert desk.send(Duplicates, "check", entity, typed, 8).similar.matches == []


def test_a_save_that_finds_a_duplicate_writes_nothing_and_asks(desk: Desk) -> None:
    desk.office.lead(**TYPED)
    state = desk.send(LeadRecord, "save", 0, 0, TYPED, 5)
    assert (state.saved.token, state.saved.ok, len(state.saved.duplicates)) == (5, False, 1)
    assert leads(desk) == 1


def test_ignore_and_save_writes_it(desk: Desk) -> None:
    desk.office.lead(**TYPED)
    state = desk.send(LeadRecord, "save_anyway", 0, 0, TYPED, 6)
    assert state.saved.ok and state.saved.duplicates == [] and leads(desk) == 2
    state = desk.send(LeadRecord, "save", state.record_id, state.version, {"city": "York"}, 7)
    assert state.saved.ok


def test_wrong_values_are_told_before_duplicates(desk: Desk) -> None:
    desk.office.lead(**TYPED)
    state = desk.send(LeadRecord, "save", 0, 0, {**TYPED, "topic": ""}, 5)
    assert "topic" in state.saved.errors and state.saved.duplicates == []


def test_a_pair_set_apart_leaves_the_pane(desk: Desk) -> None:
    one, two = desk.office.lead(**TYPED), desk.office.lead(**TYPED)
    state = desk.send(Duplicates, "view", "lead", one.id)
    assert state.viewing and [m.id for m in state.viewed] == [two.id]
    state = desk.send(Duplicates, "apart", "lead", one.id, "lead", two.id)
    assert state.viewed == []
    assert desk.send(Duplicates, "view", "lead", one.id).viewed == []


@pytest.mark.parametrize("entity, record_id", [("lead", 10**9), ("lead", -1), ("user", 1), ("activity", 1), ("", 0)])
def test_what_is_no_record_shows_nothing(desk: Desk, entity: str, record_id: int) -> None:
    state = desk.send(Duplicates, "view", entity, record_id)
    assert not state.viewing and state.notice.kind == "error"


def test_the_list_shows_how_a_search_stands_and_what_it_found(desk: Desk) -> None:
    desk.user = desk.office.mia
    one, two = desk.office.lead(**TYPED), desk.office.lead(**TYPED)
    state = desk.send(DuplicateList, "search", "lead")
    assert state.may_search and state.searching and state.rows == []
    sweeping._search_batch(desk.office.session, "lead", 0, desk.office.now)
    state = desk.send(DuplicateList, "search", "lead")
    assert [(row.id, row.other_id, row.level) for row in state.rows] == [(one.id, two.id, "high")]
    state = desk.send(DuplicateList, "apart", "lead", one.id, two.id)
    assert state.rows == []


def test_a_search_of_a_table_without_duplicates_is_refused(desk: Desk) -> None:
    assert desk.send(DuplicateList, "search", "user").notice.text == NotFound().text()


def test_an_administrator_changes_rules_and_moments(desk: Desk) -> None:
    desk.user = desk.office.ada
    state = desk.send(DuplicateRules, "choose", 0, {"detect_on_create": "0"}, 3)
    assert state.moments["detect_on_create"] == "0" and state.answered.ok
    state = desk.send(DuplicateRules, "add", 0, {"name": "Mail", "between": "lead lead", "compare1": ""}, 4)
    assert state.told.errors == {"compare1": "A rule needs at least one condition."}
    state = desk.send(DuplicateRules, "add", 0, {"name": "Mail", "between": "lead lead", "compare1": "mail"}, 5)
    assert state.told.ok and state.rows[-1].name == "Mail" and not state.rows[-1].active
    rule = state.rows[-1].id
    state = desk.send(DuplicateRules, "activate", rule)
    assert "5 rules" in state.notice.text
    state = desk.send(DuplicateRules, "ask_edit", rule)
    assert state.values["compare1"] == "mail" and state.values["between"] == "lead lead"
    state = desk.send(DuplicateRules, "save", rule, {**state.values, "name": "E-mail"}, 6)
    assert state.rows[-1].name == "E-mail"
    state = desk.send(DuplicateRules, "delete", rule)
    assert all(row.id != rule for row in state.rows)
