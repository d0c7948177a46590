"""A save that is sent twice, because its answer was lost on the way: nothing is done twice, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlmodel import func, select

from rxcrm.models import records
from rxcrm.models.lead import Lead
from rxcrm.state.leads import LeadRecord
from tests.office import Office
from tests.state.desk import Desk

TYPED = {"topic": "Lamps", "last_name": "Murphy"}


@pytest.fixture
def desk(small_office: Office) -> Iterator[Desk]:
    desk = Desk(small_office)
    desk.user = small_office.sara
    yield desk


def test_a_record_is_created_once_however_often_that_is_sent(desk: Desk) -> None:
    first = desk.send(LeadRecord, "save", 0, 0, TYPED, 5).saved
    again = desk.send(LeadRecord, "save", 0, 0, TYPED, 5).saved
    assert first.ok and again == first
    assert desk.office.session.exec(select(func.count()).select_from(Lead)).one() == 1


def test_what_was_refused_is_refused_again(desk: Desk) -> None:
    for _ in range(2):
        saved = desk.send(LeadRecord, "save", 0, 0, {**TYPED, "topic": ""}, 5).saved
        assert not saved.ok and "topic" in saved.errors


def test_a_change_that_was_written_before_its_answer_was_lost_is_no_conflict(desk: Desk) -> None:
    lead = desk.office.lead()
    number, version = lead.id or 0, lead.version
    # Written by a server that then stopped: the next one knows nothing of the first sending.
    records.save(desk.office.act(desk.user), lead, {"city": "York"})
    state = desk.send(LeadRecord, "save", number, version, {"city": "York"}, 6)
    assert (state.saved.ok, state.saved.stale, state.conflicts, state.version) == (True, False, [], version + 1)


def test_a_change_that_somebody_forestalled_is_a_conflict(desk: Desk) -> None:
    lead = desk.office.lead()
    number, version = lead.id or 0, lead.version
    records.save(desk.office.act(desk.office.ada), lead, {"city": "Leeds"})
    state = desk.send(LeadRecord, "save", number, version, {"city": "York"}, 6)
    assert (state.saved.ok, state.saved.stale, [c.field for c in state.conflicts]) == (False, True, ["city"])
