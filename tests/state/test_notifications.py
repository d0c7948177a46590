"""The bell's handlers: pages of lines, reading one and all, following by right (issue 3, part 3)."""

from __future__ import annotations

import pytest

from rxcrm.models import notifying
from rxcrm.models.errors import NotFound
from rxcrm.models.notifying import Kind
from rxcrm.models.people import User
from rxcrm.state.notifications import Notifications
from rxcrm.state.records import snapshot
from tests.office import Office
from tests.state.desk import Desk


@pytest.fixture
def desk(small_office: Office) -> Desk:
    desk = Desk(small_office)
    desk.user = small_office.sara
    return desk


def tell(office: Office, user: User, n: int) -> None:
    for i in range(n):
        notifying.notify(office.act(office.ada), user.id or 0, Kind.MAIL, f"Line {i}.", {})
        office.session.flush()


def test_opening_the_pane_shows_the_newest_and_more_the_rest(desk: Desk) -> None:
    tell(desk.office, desk.office.sara, 25)
    bell = desk.send(Notifications, "open")
    assert (len(bell.lines), bell.lines[0].text, bell.more, bell.ready) == (20, "Line 24.", True, True)
    bell = desk.send(Notifications, "load_more")
    assert (len(bell.lines), bell.lines[-1].text, bell.more) == (25, "Line 0.", False)


def test_reading_one_line_takes_it_off_the_count(desk: Desk) -> None:
    tell(desk.office, desk.office.sara, 2)
    bell = desk.send(Notifications, "open")
    bell = desk.send(Notifications, "read", bell.lines[0].id)
    assert [line.read for line in bell.lines] == [True, False]
    assert bell.unread == 1


def test_reading_all_leaves_what_is_not_shown_yet(desk: Desk) -> None:
    tell(desk.office, desk.office.sara, 2)
    desk.send(Notifications, "open")
    tell(desk.office, desk.office.sara, 1)
    bell = desk.send(Notifications, "read_all")
    assert all(line.read for line in bell.lines)
    assert bell.unread == 1


def test_somebody_elses_lines_are_neither_shown_nor_read(desk: Desk) -> None:
    tell(desk.office, desk.office.tom, 1)
    theirs = notifying.page(desk.office.act(desk.office.tom)).lines[0].id
    assert desk.send(Notifications, "open").lines == []
    desk.send(Notifications, "read", theirs)
    assert notifying.unread(desk.office.act(desk.office.tom)) == 1


def test_following_is_said_and_the_command_becomes_unfollow(desk: Desk) -> None:
    lead = desk.office.lead(desk.office.tom, last_name="Kowalska")
    may = snapshot(desk.office.act(desk.office.sara), "lead", lead.id or 0).may
    assert "follow" in may and "unfollow" not in may
    bell = desk.send(Notifications, "follow", "lead", lead.id)
    assert bell.notice.text == "You will hear of every change of Kowalska."
    may = snapshot(desk.office.act(desk.office.sara), "lead", lead.id or 0).may
    assert "unfollow" in may and "follow" not in may
    desk.send(Notifications, "unfollow", "lead", lead.id)
    assert not notifying.follows(desk.office.act(desk.office.sara), lead)


def test_a_record_that_is_not_saved_yet_cannot_be_followed(desk: Desk) -> None:
    assert snapshot(desk.office.act(desk.office.sara), "lead", 0).may["follow"] == "Save this record first."


@pytest.mark.parametrize("entity", ["lead", "nonsense", "user"])
def test_what_one_may_not_read_one_may_not_follow(desk: Desk, entity: str) -> None:
    desk.office.settle(private=True)
    lead = desk.office.lead(desk.office.vera, last_name="Hidden")
    bell = desk.send(Notifications, "follow", entity, lead.id)
    assert bell.notice.kind == "error" and "Hidden" not in bell.notice.text
    assert not notifying.follows(desk.office.act(desk.office.sara), lead)


def test_the_refusal_is_the_one_of_the_record(desk: Desk) -> None:
    bell = desk.send(Notifications, "follow", "lead", 10**30)
    assert bell.notice.text == NotFound.message
