"""Lists of activities (S 4.8, 4.10): views, what they regard, what is overdue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rxcrm.models import list_queries, lists
from rxcrm.models.activity import Activity
from rxcrm.models.choices import ActivityKind, ActivityReason, ActivityStatus
from rxcrm.models.lists import Ask, Page, count, page
from rxcrm.models.people import User
from rxcrm.models.records import bin
from rxcrm.models.timeline.regarding import is_overdue, names_of
from rxcrm.models.views import VIEWS
from tests.office import Office, Statements

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def task(office: Office, subject: str = "Call back", owner: User | None = None, **values: Any) -> Activity:
    """A stored activity; an open task of Sara's unless `values` say otherwise."""
    chosen = {"kind": int(ActivityKind.TASK), "status_reason": int(ActivityReason.TASK_NOT_STARTED), **values}
    row = office.bare(Activity, owner, subject=subject, **chosen)
    office.session.flush()
    return row


def shown(office: Office, user: User, view: str, **more: Any) -> list[str]:
    act, asked = office.act(user), Ask(entity="activity", view=view, **more)
    found = [row["name"] for row in page(act, asked).rows]
    assert count(act, asked) == len(found)
    return found


def rows_of(found: Page) -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in found.rows}


def test_the_default_view_is_what_i_have_to_do_by_due_date_undated_last(office: Office) -> None:
    task(office, "later", due_on=office.now + DAY)
    task(office, "some day")
    task(office, "now", due_on=office.now)
    task(office, "done", status=int(ActivityStatus.COMPLETED))
    task(office, "his", office.tom)
    meeting = {"kind": int(ActivityKind.APPOINTMENT), "status": int(ActivityStatus.SCHEDULED)}
    task(office, "meeting", due_on=office.now + HOUR, **meeting)
    assert VIEWS["activity"][0].key == "my-open"
    assert shown(office, office.sara, "") == ["now", "meeting", "later", "some day"]


def test_views_show_the_statuses_and_owners_that_they_name(office: Office) -> None:
    task(office, "mine")
    task(office, "his", office.olaf)
    task(office, "my done", status=int(ActivityStatus.COMPLETED))
    task(office, "his canceled", office.olaf, status=int(ActivityStatus.CANCELED))
    bin(office.act(office.ada), task(office, "deleted"))
    assert set(shown(office, office.sara, "open")) == {"mine", "his"}
    assert set(shown(office, office.sara, "my-closed")) == {"my done"}
    assert set(shown(office, office.sara, "closed")) == {"my done", "his canceled"}
    assert set(shown(office, office.sara, "all")) == {"mine", "his", "my done", "his canceled"}


def test_notes_and_posts_are_in_no_list(office: Office) -> None:
    for kind in (ActivityKind.NOTE, ActivityKind.POST):
        task(office, "a note", kind=int(kind), status=int(ActivityStatus.NONE))
    for view in VIEWS["activity"]:
        assert shown(office, office.sara, view.key) == []


def test_there_is_a_view_for_every_kind(office: Office) -> None:
    for kind in (ActivityKind.TASK, ActivityKind.PHONE_CALL, ActivityKind.APPOINTMENT, ActivityKind.EMAIL):
        task(office, kind.label, kind=int(kind))
        task(office, f"his {kind.label}", office.tom, kind=int(kind))
    assert shown(office, office.sara, "my-tasks") == ["Task"]
    assert shown(office, office.sara, "my-calls") == ["Phone Call"]
    assert shown(office, office.sara, "my-appointments") == ["Appointment"]
    assert shown(office, office.sara, "my-emails") == ["Email"]


@pytest.mark.parametrize("walk", [1, 4_000], ids=["by index", "walked"])
def test_a_view_of_a_kind_pages_through_all_of_them(office: Office, monkeypatch: pytest.MonkeyPatch, walk: int) -> None:
    monkeypatch.setattr(lists, "PAGE_SIZES", (2, 50))
    monkeypatch.setattr(list_queries, "WALK", walk)
    for i in range(5):
        task(office, f"task {i}", due_on=office.now + i * DAY)
        task(office, f"call {i}", kind=int(ActivityKind.PHONE_CALL), due_on=office.now + i * DAY)
    act, after, found = office.act(office.sara), "", []
    for _ in range(3):
        one = page(act, Ask(entity="activity", view="my-tasks", size=2, after=after))
        found += [row["name"] for row in one.rows]
        after = one.last
    assert found == [f"task {i}" for i in range(5)]


def test_due_views_follow_the_users_day_and_week(office: Office) -> None:
    """It is Wednesday, noon in Warsaw."""
    office.sara.time_zone = "Europe/Warsaw"
    office.session.flush()
    moments = {
        "last week": datetime(2026, 5, 10, 21, 59, tzinfo=UTC),  # Sunday, 23:59 in Warsaw
        "monday": datetime(2026, 5, 10, 22, 0, tzinfo=UTC),
        "an hour ago": office.now - HOUR,
        "tonight": datetime(2026, 5, 13, 21, 59, tzinfo=UTC),
        "tomorrow": datetime(2026, 5, 13, 22, 0, tzinfo=UTC),
        "next week": datetime(2026, 5, 17, 22, 0, tzinfo=UTC),
    }
    for name, due_on in moments.items():
        task(office, name, due_on=due_on)
    task(office, "undated")
    task(office, "done", due_on=office.now - DAY, status=int(ActivityStatus.COMPLETED))
    task(office, "his", office.tom, due_on=office.now - DAY)
    assert shown(office, office.sara, "my-overdue") == ["last week", "monday", "an hour ago"]
    assert shown(office, office.sara, "my-today") == ["an hour ago", "tonight"]
    assert shown(office, office.sara, "my-week") == ["monday", "an hour ago", "tonight", "tomorrow"]
    assert set(shown(office, office.sara, "overdue")) == {"last week", "monday", "an hour ago", "his"}


def test_search_looks_through_subject_body_description_place_and_number(office: Office) -> None:
    task(office, "Visit", description="Bring the forklift brochure")
    task(office, "Mail", kind=int(ActivityKind.EMAIL), body="<p>About the <b>crane</b></p>")
    task(office, "Meeting", kind=int(ActivityKind.APPOINTMENT), location="Gdynia")
    task(office, "Ring", kind=int(ActivityKind.PHONE_CALL), phone_number="+48 22 123 45 67")
    for term, subject in {"visi": "Visit", "brochure": "Visit", "the crane": "Mail", "gdyn": "Meeting"}.items():
        assert shown(office, office.sara, "all", search=term) == [subject], term
    assert shown(office, office.sara, "all", search="22 123") == ["Ring"]


# -- what they regard ------------------------------------------------------------------------------------------------


def test_a_row_names_what_it_regards_with_its_address(office: Office) -> None:
    lead, account = office.lead(first_name="Anna", last_name="Doe"), office.account(name="Fabrikam")
    task(office, "of a lead", regarding_entity="lead", regarding_id=lead.id)
    task(office, "of an account", regarding_entity="account", regarding_id=account.id)
    task(office, "of nothing")
    found = rows_of(page(office.act(office.sara), Ask(entity="activity")))
    assert (found["of a lead"]["regarding"], found["of a lead"]["regarding_path"]) == ("Anna Doe", f"/leads/{lead.id}")
    assert found["of an account"]["regarding_path"] == f"/accounts/{account.id}"
    assert "regarding" not in found["of nothing"]


def test_a_record_that_one_may_not_see_is_not_named(office: Office) -> None:
    office.settle(private=True)
    lead, gone = office.lead(office.olaf, last_name="Secret"), office.lead(last_name="Gone")
    task(office, "hidden", regarding_entity="lead", regarding_id=lead.id)
    task(office, "deleted", regarding_entity="lead", regarding_id=gone.id)
    bin(office.act(office.ada), gone)
    for row in page(office.act(office.sara), Ask(entity="activity")).rows:
        assert not {"regarding", "regarding_path", "regarding_id", "regarding_entity"} & set(row)
    assert names_of(office.act(office.olaf), [("lead", lead.id or 0)]) == {("lead", lead.id): "Secret"}


def test_who_may_read_a_record_finds_its_activities_and_nobody_else(office: Office) -> None:
    office.settle(private=True)
    lead = office.lead(last_name="Doe")
    task(office, "about Sara's lead", office.olaf, regarding_entity="lead", regarding_id=lead.id)
    task(office, "Olaf's own", office.olaf)
    assert shown(office, office.sara, "open") == ["about Sara's lead"]
    assert shown(office, office.tom, "open") == []


@pytest.mark.parametrize("view", ["my-open", "open", "all"])
def test_a_page_costs_the_same_statements_however_many_rows(office: Office, view: str) -> None:
    def cost(rows: int) -> int:
        for i in range(rows):
            task(office, f"task {i}", regarding_entity="lead", regarding_id=office.lead(last_name=str(i)).id)
        act = office.act(office.sara)
        with Statements(office.engine) as statements:
            assert page(act, Ask(entity="activity", view=view)).rows
        return len(statements)

    assert cost(10) == cost(10) == 2


# -- overdue ---------------------------------------------------------------------------------------------------------


def test_what_is_open_and_past_its_due_date_is_marked_overdue(office: Office) -> None:
    task(office, "late", due_on=office.now - HOUR)
    task(office, "in time", due_on=office.now + HOUR)
    task(office, "undated")
    task(office, "done", due_on=office.now - HOUR, status=int(ActivityStatus.COMPLETED))
    found = rows_of(page(office.act(office.sara), Ask(entity="activity", view="all")))
    assert {name for name, row in found.items() if row.get("overdue")} == {"late"}


def test_rows_hold_only_the_columns_of_their_view(office: Office) -> None:
    task(office, due_on=office.now - HOUR)
    row = page(office.act(office.sara), Ask(entity="activity")).rows[0]
    assert set(row) - {"overdue"} == {"id", "owner", "name", "kind", "status_reason", "priority", "due_on"}


def test_an_all_day_activity_is_overdue_when_its_day_is_over_in_the_users_zone() -> None:
    due = datetime(2026, 5, 12, 22, 0, tzinfo=UTC)  # midnight of the 13th in Warsaw
    asked: dict[str, Any] = {"status": 0, "due_on": due, "all_day": True, "zone": "Europe/Warsaw"}
    assert not is_overdue(now=datetime(2026, 5, 13, 21, 59, tzinfo=UTC), **asked)
    assert is_overdue(now=datetime(2026, 5, 13, 22, 0, tzinfo=UTC), **asked)
    assert is_overdue(now=due + HOUR, **{**asked, "all_day": False})
    assert not is_overdue(now=due + 9 * DAY, **{**asked, "status": int(ActivityStatus.CANCELED)})
