"""Disqualify and Reactivate Lead: closed with a reason, kept, and taken up again (S 3.6, 3.7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from rxcrm.models import process, records, undoing
from rxcrm.models.access import Privilege
from rxcrm.models.activity import Activity
from rxcrm.models.choices import ActivityKind, LeadReason, LeadStatus, OpportunityReason, OpportunityStatus
from rxcrm.models.disqualifying import closing_of, disqualify, offers
from rxcrm.models.errors import BadValue, NotAllowed, NotFound
from rxcrm.models.history import History
from rxcrm.models.lead import Lead
from rxcrm.models.lists import Ask, page
from rxcrm.models.reactivating import offers as reactivate_offers
from rxcrm.models.reactivating import reactivate
from rxcrm.models.records import Act
from tests.failing import fail_at_each_write
from tests.office import Office


def regarding(office: Office, lead: Lead, kind: ActivityKind) -> list[Activity]:
    """The activities of a kind that regard a lead and are not deleted."""
    where = (col(Activity.regarding_id) == lead.id, col(Activity.kind) == int(kind), col(Activity.deleted_on).is_(None))
    return list(office.session.exec(select(Activity).where(Activity.regarding_entity == "lead", *where)))


def names_in(office: Office, view: str) -> list[str]:
    return [row["name"] for row in page(office.act(office.sara), Ask("lead", view)).rows]


# -- disqualify ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [r for r in LeadReason if r > LeadReason.QUALIFIED], ids=lambda r: r.name)
def test_an_open_lead_is_closed_with_a_reason(office: Office, reason: LeadReason) -> None:
    lead = office.lead()
    disqualify(office.act(office.sara), lead, reason)
    assert (lead.status, lead.status_reason, lead.closed_on) == (LeadStatus.DISQUALIFIED, reason, office.now)
    assert office.told(lead)[0] == "Sara disqualified this lead"
    assert names_in(office, "open") == [] and names_in(office, "closed") == ["Doe"]


def test_a_disqualified_lead_is_read_only(office: Office) -> None:
    lead = office.lead()
    disqualify(office.act(office.sara), lead, LeadReason.LOST)
    with pytest.raises(NotAllowed, match="Disqualified and read-only until it is reactivated"):
        records.save(office.act(office.sara), lead, {"topic": "Trucks"})


def test_the_history_says_status_and_reason_as_they_were_and_are(office: Office) -> None:
    lead = office.lead()
    disqualify(office.act(office.sara), lead, LeadReason.CANCELED)
    entry = office.session.exec(select(History).where(History.event == "disqualified")).one()
    assert entry.changes == [["status", "0", "2"], ["status_reason", "1", "7"]]


@pytest.mark.parametrize("status", [LeadStatus.QUALIFIED, LeadStatus.DISQUALIFIED], ids=lambda s: s.name)
def test_a_closed_lead_is_not_disqualified_again(office: Office, status: LeadStatus) -> None:
    lead = office.lead(status=int(status), status_reason=3 if status == LeadStatus.QUALIFIED else 5)
    with pytest.raises(NotAllowed, match=f"Doe is {status.label} already; reactivate it first"):
        disqualify(office.act(office.sara), lead, LeadReason.LOST)
    assert lead.status == status


@pytest.mark.parametrize("reason", [LeadReason.NEW, LeadReason.CONTACTED, LeadReason.QUALIFIED], ids=lambda r: r.name)
def test_reasons_of_other_statuses_are_refused(office: Office, reason: LeadReason) -> None:
    lead = office.lead()
    with pytest.raises(BadValue, match="does not fit"):
        disqualify(office.act(office.sara), lead, reason)
    assert lead.status == LeadStatus.OPEN


def test_whoever_may_not_change_a_lead_cannot_disqualify_it(office: Office) -> None:
    lead = office.lead()
    with pytest.raises(NotAllowed, match="reaches only records that you own"):
        office.act(office.tom).find(Lead, lead.id, Privilege.WRITE)
    may = {Privilege.WRITE: office.act(office.tom).may(Privilege.WRITE, lead)}
    assert offers(office.act(office.tom), lead, may) == {}


# -- an open opportunity (R3.24) -------------------------------------------------------------------------------------


def test_a_lead_with_an_open_opportunity_stays_open_and_the_refusal_names_it(office: Office) -> None:
    lead = office.lead()
    office.opportunity(topic="Ten trucks", originating_lead_id=lead.id)
    with pytest.raises(NotAllowed, match=r"Doe has an open opportunity, Ten trucks\. Close that first"):
        disqualify(office.act(office.sara), lead, LeadReason.LOST)
    assert lead.status == LeadStatus.OPEN and len(office.told(lead)) == 1


def test_the_command_says_why_it_cannot_be_used(office: Office) -> None:
    lead = office.lead()
    may = {Privilege.WRITE: office.act(office.sara).may(Privilege.WRITE, lead)}
    assert offers(office.act(office.sara), lead, may) == {"disqualify": ""}
    office.opportunity(topic="Ten trucks", originating_lead_id=lead.id)
    assert "Ten trucks" in offers(office.act(office.sara), lead, may)["disqualify"]


def test_an_opportunity_that_the_seller_may_not_see_is_not_named(office: Office) -> None:
    office.settle(private=True)
    lead = office.lead()
    office.opportunity(office.olaf, topic="Secret", originating_lead_id=lead.id, account_id=office.account().id)
    with pytest.raises(NotAllowed, match="an open opportunity, a record"):
        disqualify(office.act(office.sara), lead, LeadReason.LOST)


def test_closed_and_deleted_opportunities_are_in_nobodys_way(office: Office) -> None:
    lead = office.lead()
    closed = {"status": int(OpportunityStatus.LOST), "status_reason": int(OpportunityReason.CANCELED)}
    office.opportunity(originating_lead_id=lead.id, **closed)
    records.bin(office.act(office.vera), office.opportunity(originating_lead_id=lead.id))
    disqualify(office.act(office.sara), lead, LeadReason.LOST)
    assert lead.status == LeadStatus.DISQUALIFIED


# -- comment and reminder --------------------------------------------------------------------------------------------


def test_a_comment_becomes_a_post_that_names_the_reason(office: Office) -> None:
    lead = office.lead()
    disqualify(office.act(office.sara), lead, LeadReason.CANNOT_CONTACT, "  Nobody\nanswers ")
    (post,) = regarding(office, lead, ActivityKind.POST)
    assert post.automatic and "Disqualified as Cannot Contact: Nobody" in post.body
    assert closing_of(office.act(office.sara), lead).comment == "Nobody\nanswers"


def test_a_comment_that_is_too_long_is_refused_with_its_length(office: Office) -> None:
    lead = office.lead()
    with pytest.raises(BadValue, match="Comment can have at most 900 characters; this has 901"):
        disqualify(office.act(office.sara), lead, LeadReason.LOST, "x" * 901)
    disqualify(office.act(office.sara), lead, LeadReason.NO_LONGER_INTERESTED, "x" * 900)


@pytest.mark.parametrize("days", [30, 90, 180])
def test_a_reminder_is_a_task_for_the_asker_in_the_morning_of_that_day(office: Office, days: int) -> None:
    office.settle(time_zone="Europe/Warsaw")
    lead = office.lead(office.tom)
    disqualify(office.act(office.mia), lead, LeadReason.LOST, remind_in=days)
    (task,) = regarding(office, lead, ActivityKind.TASK)
    day = datetime(2026, 5, 13, 9, 0) + timedelta(days=days)
    summer = 2 if day < datetime(2026, 10, 25) else 1
    assert task.due_on == task.remind_on == (day - timedelta(hours=summer)).replace(tzinfo=UTC)
    assert (task.owner_user_id, task.subject) == (office.mia.id, "Take up again: Doe")


@pytest.mark.parametrize("days", [1, 31, -30, 10**9])
def test_other_numbers_of_days_are_refused(office: Office, days: int) -> None:
    with pytest.raises(BadValue):
        disqualify(office.act(office.sara), office.lead(), LeadReason.LOST, remind_in=days)


def test_the_banner_tells_when_by_whom_why_and_what_was_said(office: Office) -> None:
    lead = office.lead()
    assert closing_of(office.act(office.sara), lead) is None
    disqualify(office.act(office.mia), lead, LeadReason.LOST, "Too dear")
    told = closing_of(office.act(office.sara), lead)
    assert (told.title, told.who, told.at, told.comment) == (
        "Disqualified as Lost",
        "Mia",
        office.now.isoformat(),
        "Too dear",
    )


def test_a_comment_whose_post_was_deleted_is_told_no_more(office: Office) -> None:
    lead = office.lead()
    disqualify(office.act(office.sara), lead, LeadReason.LOST, "Too dear")
    records.bin(office.act(office.sara), regarding(office, lead, ActivityKind.POST)[0])
    assert closing_of(office.act(office.sara), lead).comment == ""


def test_an_imported_closed_lead_has_a_banner_without_an_author(office: Office) -> None:
    lead = office.lead(status=2, status_reason=6)
    told = closing_of(office.act(office.sara), lead)
    assert (told.title, told.who, told.at) == ("Disqualified as No Longer Interested", "", "")


def test_followers_hear_one_sentence_about_it(office: Office) -> None:
    from rxcrm.models import notifying

    lead = office.lead()
    notifying.follow(office.act(office.mia), lead)
    disqualify(office.act(office.sara), lead, LeadReason.LOST, "Too dear")
    lines = notifying.page(office.act(office.mia)).lines
    assert [line.text for line in lines] == ["Sara disqualified Doe."]


# -- undo ------------------------------------------------------------------------------------------------------------


def test_undo_brings_back_status_and_reason_and_takes_comment_and_task(office: Office) -> None:
    lead = office.lead(status_reason=int(LeadReason.CONTACTED))
    operation = disqualify(office.act(office.sara), lead, LeadReason.LOST, "Too dear", 30)
    done = undoing.undo(office.act(office.sara), operation.id)
    assert (lead.status, lead.status_reason, lead.closed_on) == (LeadStatus.OPEN, LeadReason.CONTACTED, None)
    assert regarding(office, lead, ActivityKind.POST) == regarding(office, lead, ActivityKind.TASK) == []
    assert (done.name, done.sentence) == ("Doe", "%(name)s is open again.")
    assert office.told(lead)[0] == "Sara reactivated this lead"


def test_a_task_that_somebody_worked_on_stays(office: Office) -> None:
    from rxcrm.models.timeline import writing

    lead = office.lead()
    operation = disqualify(office.act(office.sara), lead, LeadReason.LOST, "", 30)
    (task,) = regarding(office, lead, ActivityKind.TASK)
    writing.complete(office.act(office.sara), task)
    undoing.undo(office.act(office.sara), operation.id)
    assert lead.status == LeadStatus.OPEN and task.deleted_on is None


def test_undone_once_is_undone(office: Office) -> None:
    lead = office.lead()
    operation = disqualify(office.act(office.sara), lead, LeadReason.LOST)
    undoing.undo(office.act(office.sara), operation.id)
    with pytest.raises(NotAllowed, match="Sara has taken this back already"):
        undoing.undo(office.act(office.sara), operation.id)


def test_an_old_undo_does_not_reopen_a_lead_that_was_disqualified_anew(office: Office) -> None:
    lead = office.lead()
    first = disqualify(office.act(office.sara), lead, LeadReason.LOST)
    reactivate(office.act(office.sara), lead)
    with pytest.raises(NotAllowed, match="has been changed since"):
        undoing.undo(office.act(office.sara), first.id)
    disqualify(office.act(office.sara), lead, LeadReason.CANCELED)
    with pytest.raises(NotAllowed, match="has been changed since"):
        undoing.undo(office.act(office.sara), first.id)
    assert lead.status_reason == LeadReason.CANCELED


def test_undo_asks_for_the_rights_again(office: Office) -> None:
    operation = disqualify(office.act(office.sara), office.lead(), LeadReason.LOST)
    with pytest.raises(NotAllowed, match="reaches only records that you own"):
        undoing.undo(office.act(office.tom), operation.id)
    office.settle(private=True)
    for unknown in (operation.id, 10**6, 0, -1, 2**70):
        with pytest.raises(NotFound):
            undoing.undo(office.act(office.olaf), unknown)


# -- reactivate ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [LeadStatus.QUALIFIED, LeadStatus.DISQUALIFIED], ids=lambda s: s.name)
def test_a_closed_lead_is_open_and_new_again(office: Office, status: LeadStatus) -> None:
    lead = office.lead(
        status=int(status), status_reason=3 if status == LeadStatus.QUALIFIED else 5, closed_on=office.now
    )
    assert reactivate(office.act(office.sara), lead) == []
    assert (lead.status, lead.status_reason, lead.closed_on) == (LeadStatus.OPEN, LeadReason.NEW, None)
    assert office.told(lead)[0] == "Sara reactivated this lead"
    records.save(office.act(office.sara), lead, {"topic": "Trucks"})


def test_an_open_lead_has_nothing_to_reactivate(office: Office) -> None:
    lead = office.lead()
    with pytest.raises(NotAllowed, match="Doe is open; there is nothing to reactivate"):
        reactivate(office.act(office.sara), lead)


def test_a_lead_that_was_merged_away_is_not_reactivated(office: Office) -> None:
    lead = office.lead(status=2, status_reason=4, merged=True, master_id=office.lead().id)
    with pytest.raises(NotAllowed, match="merged into another lead"):
        reactivate(office.act(office.sara), lead)


def test_what_came_of_the_lead_stays_linked_and_is_named_as_far_as_it_may_be_seen(office: Office) -> None:
    office.settle(private=True)
    lead = office.lead(status=1, status_reason=3)
    mine = office.account(name="Fabrikam", originating_lead_id=lead.id)
    hidden = office.contact(office.olaf, originating_lead_id=lead.id)
    assert reactivate(office.act(office.sara), lead) == [mine]
    assert mine.originating_lead_id == hidden.originating_lead_id == lead.id


def test_the_process_goes_back_to_qualify(office: Office) -> None:
    lead = office.lead(status=1, status_reason=3)
    opportunity = office.opportunity(originating_lead_id=lead.id)
    process.advance_to_opportunity(office.act(office.sara), lead, opportunity)
    reactivate(office.act(office.sara), lead)
    instance = process.instance_of(office.session, lead.id)
    assert (instance.stage, instance.opportunity_id) == ("qualify", None)


def test_reactivate_is_offered_on_closed_leads_to_those_who_may_change_them(office: Office) -> None:
    closed, open_ = office.lead(status=2, status_reason=4), office.lead()
    for user, row, offered in (
        (office.sara, closed, {"reactivate": ""}),
        (office.sara, open_, {}),
        (office.tom, closed, {}),
    ):
        act = office.act(user)
        assert reactivate_offers(act, row, {Privilege.WRITE: act.may(Privilege.WRITE, row)}) == offered


# -- all or nothing --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["disqualify", "undo", "reactivate"])
def test_a_verb_that_fails_at_any_of_its_writes_leaves_no_trace(office: Office, verb: str) -> None:
    lead = office.lead()
    operation = disqualify(office.act(office.sara), lead, LeadReason.LOST) if verb != "disqualify" else None
    if verb == "undo":
        undoing.undo(office.act(office.sara), operation.id)
        operation = disqualify(office.act(office.sara), lead, LeadReason.LOST, "Too dear", 30)

    def carry_out(act: Act) -> None:
        row = act.find(Lead, lead.id, Privilege.WRITE)
        if verb == "disqualify":
            disqualify(act, row, LeadReason.LOST, "Too dear", 30)
        elif verb == "undo":
            undoing.undo(act, operation.id)
        else:
            reactivate(act, row)

    assert fail_at_each_write(office, carry_out) >= 2
