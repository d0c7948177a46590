"""Notifications and following: who is told what, in whose language, and what he may not see stays unsaid (issue 3, part 3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from rxcrm.models import login, notifying, records
from rxcrm.models.access import Privilege
from rxcrm.models.activity import Activity
from rxcrm.models.choices import ActivityKind
from rxcrm.models.errors import NotAllowed
from rxcrm.models.lead import Lead
from rxcrm.models.notification import Follow, Notification
from rxcrm.models.notifying import Kind
from rxcrm.models.people import User
from rxcrm.translation import gettext
from tests.office import Office, Statements


def told(office: Office, user: User) -> list[str]:
    """What stands under somebody's bell, newest first."""
    office.session.flush()
    return [line.text for line in notifying.page(office.act(user)).lines]


def change(office: Office, lead: Lead, user: User, minutes: int = 0, **typed: str) -> set[str]:
    act = office.act(user, office.now + timedelta(minutes=minutes))
    records.save(act, act.find(Lead, lead.id or 0, Privilege.WRITE), typed or {"city": f"City {minutes}"})
    return act.topics


def test_a_follower_hears_of_a_change_and_the_actor_does_not(office: Office) -> None:
    lead = office.lead(office.sara, first_name="Ewa", last_name="Kowalska")
    for user in (office.sara, office.tom):
        notifying.follow(office.act(user), lead)
    topics = change(office, lead, office.sara)
    assert told(office, office.tom) == ["Sara changed Ewa Kowalska."]
    assert told(office, office.sara) == []
    assert f"user:{office.tom.id}" in topics and f"user:{office.sara.id}" not in topics


def test_following_twice_is_once_and_unfollowing_ends_it(office: Office) -> None:
    lead, act = office.lead(office.sara), office.act(office.tom)
    for _ in range(2):
        notifying.follow(act, lead)
    assert notifying.follows(act, lead)
    for _ in range(2):
        notifying.unfollow(act, lead)
    assert not notifying.follows(act, lead)
    change(office, lead, office.sara)
    assert told(office, office.tom) == []


def test_a_thousand_records_can_be_followed(small_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert notifying.MOST_FOLLOWED == 1_000
    monkeypatch.setattr(notifying, "MOST_FOLLOWED", 2)
    act = small_office.act(small_office.tom)
    leads = [small_office.lead(small_office.sara) for _ in range(3)]
    for lead in leads[:2]:
        notifying.follow(act, lead)
    with pytest.raises(NotAllowed, match="Unfollow one first"):
        notifying.follow(act, leads[2])
    notifying.follow(act, leads[0])


def test_a_follower_who_may_no_longer_read_the_record_hears_nothing(office: Office) -> None:
    lead = office.lead(office.sara)
    notifying.follow(office.act(office.olaf), lead)
    office.settle(private=True)
    change(office, lead, office.sara)
    assert told(office, office.olaf) == []


def test_a_disabled_follower_hears_nothing(office: Office) -> None:
    lead = office.lead(office.sara)
    notifying.follow(office.act(office.tom), lead)
    login.disable(office.session, office.tom, by=office.who(office.ada))
    change(office, lead, office.sara)
    assert told(office, office.tom) == []


def test_several_changes_within_minutes_are_one_unread_line(office: Office) -> None:
    lead = office.lead(office.sara, last_name="Kowalska")
    notifying.follow(office.act(office.tom), lead)
    for minute in (1, 3, 5):
        change(office, lead, office.sara, minute)
    assert told(office, office.tom) == ["Sara changed Kowalska several times."]
    change(office, lead, office.mia, 6)
    assert told(office, office.tom) == ["Mia and others changed Kowalska."]
    change(office, lead, office.mia, 7)
    assert told(office, office.tom) == ["Mia and others changed Kowalska."]
    assert notifying.unread(office.act(office.tom)) == 1


def test_a_change_after_a_while_or_after_reading_is_a_line_of_its_own(office: Office) -> None:
    lead = office.lead(office.sara, last_name="Kowalska")
    notifying.follow(office.act(office.tom), lead)
    change(office, lead, office.sara, 1)
    change(office, lead, office.sara, 12)
    assert len(told(office, office.tom)) == 2
    notifying.mark_all_read(office.act(office.tom), 10**9)
    office.session.expire_all()
    change(office, lead, office.sara, 13)
    assert told(office, office.tom) == ["Sara changed Kowalska."] * 3


def test_changes_of_two_records_are_two_lines(office: Office) -> None:
    leads = [office.lead(office.sara, last_name=name) for name in ("Kowalska", "Nowak")]
    for lead in leads:
        notifying.follow(office.act(office.tom), lead)
        change(office, lead, office.sara)
    assert told(office, office.tom) == ["Sara changed Nowak.", "Sara changed Kowalska."]


def test_whoever_is_given_a_record_hears_it_once(office: Office) -> None:
    lead = office.lead(office.sara, last_name="Kowalska")
    notifying.follow(office.act(office.tom), lead)
    notifying.follow(office.act(office.vera), lead)
    act = office.act(office.mia)
    records.assign(act, lead, office.tom)
    assert told(office, office.tom) == ["Mia assigned Kowalska to you."]
    assert told(office, office.vera) == ["Mia assigned Kowalska to somebody else."]
    assert f"user:{office.tom.id}" in act.topics


def test_whoever_takes_a_record_himself_hears_nothing(office: Office) -> None:
    records.assign(office.act(office.mia), office.lead(office.sara), office.mia)
    assert told(office, office.mia) == []


def test_many_records_given_at_once_are_one_line_that_leads_to_the_list(office: Office) -> None:
    for i in range(3):
        records.assign(office.act(office.mia), office.lead(office.sara, last_name=f"Nr {i}"), office.tom)
    lines = notifying.page(office.act(office.tom)).lines
    assert [(line.text, line.url) for line in lines] == [("Mia assigned several records to you.", "/leads")]


def test_deleting_and_restoring_is_told(office: Office) -> None:
    lead = office.lead(office.sara, last_name="Kowalska")
    notifying.follow(office.act(office.tom), lead)
    act = office.act(office.ada)
    records.bin(act, lead)
    assert told(office, office.tom) == ["Ada moved Kowalska to the recycle bin."]
    act = office.act(office.ada, office.now + timedelta(hours=1))
    records.restore(act, Lead, lead.id or 0)
    assert told(office, office.tom)[0] == "Ada restored Kowalska."


@pytest.mark.parametrize("kind", list(ActivityKind))
def test_a_new_activity_is_told_with_its_beginning(office: Office, kind: ActivityKind) -> None:
    lead = office.lead(office.sara, last_name="Kowalska")
    notifying.follow(office.act(office.tom), lead)
    row = office.bare(
        Activity, kind=kind, subject="Call about lamps", regarding_entity="lead", regarding_id=lead.id or 0
    )
    office.session.flush()
    notifying.hear(office.act(office.sara), lead, row)
    line = notifying.page(office.act(office.tom)).lines[0]
    assert line.text.startswith("Sara ") and line.text.endswith("Kowalska.")
    assert (line.quote, line.url) == ("Call about lamps", f"/leads/{lead.id}#a{row.id}")


def test_a_record_that_one_may_not_see_any_more_has_no_name_no_quote_and_no_link(office: Office) -> None:
    lead = office.lead(office.sara, last_name="Kowalska")
    row = office.bare(
        Activity, kind=ActivityKind.NOTE, subject="Secret", regarding_entity="lead", regarding_id=lead.id or 0
    )
    office.session.flush()
    notifying.follow(office.act(office.olaf), lead)
    notifying.hear(office.act(office.sara), lead, row)
    assert notifying.page(office.act(office.olaf)).lines[0].quote == "Secret"
    office.settle(private=True)
    line = notifying.page(office.act(office.olaf)).lines[0]
    assert (line.text, line.quote, line.url) == ("Sara wrote a note about a record that you may not see.", "", "")


def test_a_percent_sign_in_a_name_is_only_a_percent_sign(office: Office) -> None:
    lead = office.lead(office.sara, last_name="100 %(who)s %s")
    notifying.follow(office.act(office.tom), lead)
    change(office, lead, office.sara)
    assert told(office, office.tom) == ["Sara changed 100 %(who)s %s."]


def test_a_line_is_read_in_its_readers_language(small_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def polish(locale: str, message: str, **values: Any) -> str:
        known = {"%(who)s changed %(record)s.": "%(who)s zmienia: %(record)s."} if locale == "pl" else {}
        return gettext("en", known.get(message, message), **values)

    monkeypatch.setattr(notifying, "gettext", polish)
    lead = small_office.lead(small_office.sara, last_name="Kowalska")
    small_office.tom.language = "pl"
    notifying.follow(small_office.act(small_office.tom), lead)
    change(small_office, lead, small_office.sara)
    assert told(small_office, small_office.tom) == ["Sara zmienia: Kowalska."]


def test_each_reads_and_marks_only_his_own(office: Office) -> None:
    for user in (office.sara, office.tom):
        notifying.notify(office.act(office.ada), user.id or 0, Kind.REMINDER, "Call %(record)s.", {})
    office.session.flush()
    mine, theirs = office.session.scalars(select(col(Notification.id)).order_by(col(Notification.id))).all()
    act = office.act(office.sara)
    notifying.mark_read(act, theirs or 0)
    assert act.topics == set()
    notifying.mark_read(act, mine or 0)
    assert act.topics == {f"user:{office.sara.id}"}
    assert notifying.unread(office.act(office.sara)) == 0
    assert notifying.unread(office.act(office.tom)) == 1
    notifying.mark_read(act, mine or 0)


def test_marking_all_leaves_what_came_since(office: Office) -> None:
    for _ in range(3):
        notifying.notify(office.act(office.ada), office.sara.id or 0, Kind.REMINDER, "Call.", {})
        office.session.flush()
    newest = notifying.page(office.act(office.sara)).lines[0].id
    notifying.mark_all_read(office.act(office.sara), newest - 1)
    assert notifying.unread(office.act(office.sara)) == 1


def test_pages_follow_one_another_without_gap(office: Office) -> None:
    for i in range(45):
        notifying.notify(office.act(office.ada), office.sara.id or 0, Kind.MAIL, f"Line {i}.", {})
    office.session.flush()
    seen: list[str] = []
    before, more = 0, True
    while more:
        page = notifying.page(office.act(office.sara), before)
        seen, before, more = seen + [line.text for line in page.lines], page.lines[-1].id, page.more
    assert seen == [f"Line {i}." for i in reversed(range(45))]


def test_a_page_costs_the_same_however_many_records_it_names(office: Office) -> None:
    costs = []
    for n in (10, 20):
        for _ in range(n):
            lead = office.lead(office.sara)
            line = Notification(
                user_id=office.tom.id or 0, at=office.now, kind="follow", message="%(record)s", entity="lead"
            )
            line.record_id = lead.id
            office.session.add(line)
        office.session.flush()
        act = office.act(office.tom)
        with Statements(office.engine) as statements:
            notifying.page(act)
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_unread_ones_are_counted_up_to_a_hundred(office: Office) -> None:
    for _ in range(120):
        notifying.notify(office.act(office.ada), office.sara.id or 0, Kind.MAIL, "Line.", {})
    office.session.flush()
    assert notifying.unread(office.act(office.sara)) == 100


def test_old_lines_go(office: Office) -> None:
    for days, read in ((100, True), (100, False), (400, False), (1, True)):
        line = notifying.notify(office.act(office.ada), office.sara.id or 0, Kind.MAIL, f"{days} {read}", {})
        line.at = office.now - timedelta(days=days)
        line.read_on = line.at if read else None
    office.session.flush()
    assert notifying.sweep(office.session, office.now) == 2
    assert sorted(told(office, office.sara)) == ["1 True", "100 False"]


def test_a_record_that_goes_for_good_takes_its_followers_along(office: Office) -> None:
    lead = office.lead(office.sara)
    notifying.follow(office.act(office.tom), lead)
    records.bin(office.act(office.ada), lead)
    records.purge(office.session, office.now + timedelta(days=31))
    assert office.session.exec(select(Follow)).all() == []
    assert told(office, office.tom) == []
