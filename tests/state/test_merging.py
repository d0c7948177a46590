"""Handlers of merging, called without a browser (S 7.8)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from reflex_base.registry import RegistrationContext

from rxcrm.models import records
from rxcrm.models.lead import Lead
from rxcrm.models.operation import Operation
from rxcrm.state import merging
from rxcrm.state.gate import SIGNED_IN
from rxcrm.state.merging import Merge
from tests.office import Office
from tests.state.desk import Desk


@pytest.fixture
def desk(small_office: Office) -> Iterator[MergingDesk]:
    yield MergingDesk(small_office)


class MergingDesk(Desk):
    """Sara with two of her leads."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.user = office.sara
        self.one, self.two = office.lead(last_name="Lee", email="ann@x.com"), office.lead(last_name="Leigh", city="Rom")

    def versions(self) -> dict[str, int]:
        return {str(row.id): row.version for row in (self.one, self.two)}

    def merge(self, **choices: int | None) -> Any:
        chosen = {name: record_id or 0 for name, record_id in choices.items()}
        return self.send(Merge, "merge", "lead", self.one.id, self.versions(), chosen, True, 7)


def test_every_handler_is_for_those_who_are_signed_in() -> None:
    events = RegistrationContext.get().event_handlers
    marks = {
        n: getattr(e.handler.fn, "__rxcrm_mark__", None) for n, e in events.items() if "state___merging____merge." in n
    }
    assert {mark for name, mark in marks.items() if not name.endswith(".setvar")} == {SIGNED_IN}


def test_records_are_compared_with_what_the_page_shows_and_nothing_more(desk: MergingDesk) -> None:
    state = desk.send(Merge, "compare", "lead", [desk.one.id, desk.two.id], desk.two.id, False)
    shown = state.comparison
    assert [(side.id, side.name, side.version) for side in shown.sides] == [
        (desk.one.id, "Lee", 1),
        (desk.two.id, "Leigh", 1),
    ]
    assert shown.master == desk.two.id
    rows = {row.name: row for section in shown.sections for row in section.rows}
    assert rows["email"].winner == desk.two.id  # blanks are not filled
    told = {"name", "label", "values", "differs", "winner", "united", "sealed"}
    assert {f.name for f in dataclasses.fields(rows["email"])} == told


def test_ids_of_an_address_are_numbers_and_one_too_many_is_enough() -> None:
    assert merging._ids("1,2") == [1, 2]
    assert merging._ids("") == []
    assert merging._ids("1,x,-3,٣") == [1, 0, 0, 0]
    assert len(merging._ids(",".join(map(str, range(1, 100))))) == 6


def test_a_merge_says_so_with_an_undo_and_opens_what_was_kept(desk: MergingDesk) -> None:
    state = desk.merge(email=desk.two.id)
    operation = desk.office.session.get_one(Operation, state.notice.undo[0])
    assert (state.told.token, state.told.ok) == (7, True)
    assert (state.notice.text, state.notice.refresh) == ("Merged into Lee.", True)
    assert (operation.entity, operation.record_id) == ("lead", desk.one.id)
    found = desk.office.session.get_one(Lead, desk.one.id)
    assert (found.email, found.city) == ("", "Rom")


def test_a_choice_that_cannot_be_is_told_at_its_field(desk: MergingDesk) -> None:
    state = desk.merge(nonsense=desk.two.id)
    assert (state.told.ok, list(state.told.errors)) == (False, ["nonsense"])
    assert desk.office.session.get_one(Lead, desk.two.id).merged is False


def test_records_that_somebody_changed_meanwhile_are_compared_anew(desk: MergingDesk) -> None:
    versions = desk.versions()
    records.save(desk.office.act(desk.office.mia), desk.two, {"city": "Milan"})
    state = desk.send(Merge, "merge", "lead", desk.one.id, versions, {}, True, 8)
    assert not state.told.ok
    assert "changed Leigh meanwhile" in state.told.problem
    assert [side.version for side in state.comparison.sides] == [1, 2]


def test_a_refusal_and_a_defect_are_answers_too(desk: MergingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.user = desk.office.tom
    told = desk.merge().told
    assert (told.token, told.ok, told.problem[:5]) == (7, False, "Lee: ")
    desk.user = desk.office.sara
    monkeypatch.setattr(merging, "merge", lambda *_args, **_more: 1 / 0)
    told = desk.merge().told
    assert (told.ok, told.problem[:20]) == (False, "Something went wrong")


def test_the_question_before_an_undo_names_who_comes_back_and_what_stays(desk: MergingDesk) -> None:
    desk.merge()
    records.save(desk.office.act(desk.office.mia), desk.office.session.get_one(Lead, desk.one.id), {"city": "Milan"})
    state = desk.send(Merge, "ask_unmerge", "lead", desk.one.id, 9)
    assert (state.question.token, state.question.names) == (9, ["Leigh"])
    assert [(one.label, one.who) for one in state.question.later] == [("City", "Mia")]
    state = desk.send(Merge, "ask_unmerge", "lead", desk.two.id, 10)
    assert state.notice.text == "No other record was merged into Leigh."
