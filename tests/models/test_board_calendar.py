"""A list as a calendar: records on the day of one of their dates, and what moving them does (S 9.1 [OURS])."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from rxcrm.models import lists, records, undoing
from rxcrm.models.boards import dating
from rxcrm.models.boards.dating import Days
from rxcrm.models.choices import OpportunityReason, OpportunityStatus
from rxcrm.models.errors import BadValue, Invalid, NotAllowed, NotFound
from rxcrm.models.lists import Ask
from rxcrm.models.people import User
from tests.office import Office, Statements

DEALS, LEADS = Ask("opportunity", "all"), Ask("lead", "open")
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


def days(office: Office, ask: Ask = DEALS, key: str = "", user: User | None = None, since: date = MAY) -> Days:
    act = office.act(user or office.sara)
    return dating.between(act, ask, lists.viewed(act, ask), dating.date_of(ask.entity, key), since, JUNE)


def test_records_lie_on_their_day_the_first_and_the_last_of_the_range_too(office: Office) -> None:
    for topic, day in (("April", (4, 30)), ("First", (5, 1)), ("Last", (5, 31)), ("June", (6, 1))):
        office.opportunity(topic=topic, estimated_close_date=date(2026, *day))
    office.opportunity(topic="Never")
    found = days(office)
    assert [(s.title, s.start, s.regarding, s.owner) for s in found.slots] == [
        ("First", "2026-05-01", "Fabrikam", "Sara"),
        ("Last", "2026-05-31", "Fabrikam", "Sara"),
    ]
    assert [s.state for s in found.slots] == ["overdue", "open"] and all(s.movable for s in found.slots)
    assert not days(office, since=JUNE).slots


def test_points_in_time_lie_on_the_day_of_the_reader_and_stay_there(office: Office) -> None:
    office.settle(time_zone="Europe/Warsaw")
    office.lead(last_name="Late evening", created_on=datetime(2026, 5, 3, 22, 30, tzinfo=UTC))
    (slot,) = days(office, LEADS, "created_on").slots
    assert (slot.start, slot.movable, slot.state) == ("2026-05-04", False, "open")


def test_closed_records_and_those_of_others_stay_where_they_are(office: Office) -> None:
    day = date(2026, 5, 20)
    won = {"status": int(OpportunityStatus.WON), "status_reason": int(OpportunityReason.WON)}
    office.opportunity(topic="Won", estimated_close_date=day, **won)
    office.opportunity(office.olaf, topic="Olafs", estimated_close_date=day)
    assert {s.title: (s.state, s.movable) for s in days(office).slots} == {
        "Won": ("closed", False),
        "Olafs": ("open", False),
    }
    office.settle(private=True)
    assert [s.title for s in days(office).slots] == ["Won"]


def test_another_day_is_an_edit_with_its_rights_and_its_way_back(office: Office) -> None:
    deal = office.opportunity(estimated_close_date=date(2026, 5, 20))

    def move(user: User, day: str, key: str = "", version: int = 0) -> dating.Moved:
        return dating.move(office.act(user), "opportunity", deal.id or 0, version or deal.version, key, day)

    moved = move(office.sara, "2026-05-28")
    assert deal.estimated_close_date == date(2026, 5, 28) and "Est. Close Date" in office.told(deal)[0]
    undoing.undo(office.act(office.sara), moved.operation)
    assert deal.estimated_close_date == date(2026, 5, 20)
    with pytest.raises(NotAllowed, match="Your role"):
        move(office.olaf, "2026-05-28")
    with pytest.raises(BadValue, match="calendar cannot show"):
        move(office.sara, "2026-05-28", "created_on")
    for name in ("actual_close_date", "topic"):
        with pytest.raises((BadValue, Invalid)):
            move(office.sara, "2026-05-28", name)
    with pytest.raises(Invalid):
        move(office.sara, "soon")
    seen = deal.version
    records.save(office.act(office.mia), deal, {"estimated_close_date": "2026-05-29"})
    with pytest.raises(NotAllowed, match=r"Mia changed Est\. Close Date meanwhile"):
        move(office.sara, "2026-05-28", version=seen)
    office.settle(private=True)
    with pytest.raises(NotFound):
        move(office.olaf, "2026-05-28")


def test_more_than_fit_in_are_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dating, "CAP", 2)
    for n in range(3):
        office.opportunity(topic=f"Nr {n}", estimated_close_date=date(2026, 5, 5 + n))
    found = days(office)
    assert ([s.title for s in found.slots], found.more) == (["Nr 0", "Nr 1"], True)


def test_few_records_and_many_cost_the_same_number_of_statements(office: Office) -> None:
    spent = []
    for _ in range(2):
        for n in range(10):
            office.opportunity(topic=f"Nr {n}", estimated_close_date=date(2026, 5, 5 + n))
        office.commit()
        act = office.act(office.sara)
        view, spec = lists.viewed(act, DEALS), dating.date_of("opportunity", "")
        with Statements(office.engine) as ran:
            dating.between(act, DEALS, view, spec, MAY, JUNE)
        spent.append(len(ran))
    assert spent[0] == spent[1] <= 8


def test_a_field_that_is_gone_or_no_date_makes_no_calendar(office: Office) -> None:
    for key in ("x_gone", "topic"):
        with pytest.raises(BadValue):
            dating.date_of("opportunity", key)
    assert dating.dates_of("account") == []
    assert [way.key for way in dating.dates_of("lead")][:2] == ["estimated_close_date", "created_on"]
