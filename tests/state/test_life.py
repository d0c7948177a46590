"""Disqualify, reactivate, undo, delete, restore, assign, share and create, as their pages ask for them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from rxcrm.models import matching, recycling
from rxcrm.models.base import Record
from rxcrm.models.choices import LeadReason, LeadStatus
from rxcrm.models.contact import Contact
from rxcrm.models.lead import Lead
from rxcrm.models.operation import Operation
from rxcrm.models.people import Share, User
from rxcrm.state.assigning import Assigning
from rxcrm.state.creating import Creating
from rxcrm.state.leads import LeadRecord, Leads
from rxcrm.state.lifecycle import Lifecycle
from rxcrm.state.records import snapshot
from rxcrm.state.recycling import RecycleBin
from rxcrm.state.sharing import Sharing
from rxcrm.state.undoing import Undoing
from tests.office import Office
from tests.state.desk import Desk

LOST = int(LeadReason.LOST)


def desk_of(office: Office, user: User) -> Desk:
    desk = Desk(office)
    desk.user = user
    return desk


def status(office: Office, *rows: Record) -> list[int]:
    office.session.expire_all()
    return [office.session.get_one(Lead, row.id).status for row in rows]


# -- disqualify, reactivate, undo ------------------------------------------------------------------------------------


def test_one_lead_is_disqualified_and_taken_back_by_its_message(office: Office) -> None:
    lead, desk = office.lead(), desk_of(office, office.sara)
    state = desk.send(Lifecycle, "disqualify", [lead.id], lead.version, LOST, "Too dear", 30, 7)
    assert (state.told.token, state.told.ok, state.notice.text) == (7, True, "Doe is disqualified.")
    assert state.notice.refresh and len(state.notice.undo) == 1
    undone = desk.send(Undoing, "undo", state.notice.undo)
    assert (undone.notice.kind, undone.notice.text, undone.notice.refresh) == ("success", "Doe is open again.", True)
    assert status(office, lead) == [LeadStatus.OPEN]


def test_somebody_who_was_faster_keeps_the_dialog_open_with_the_reason(office: Office) -> None:
    lead = office.lead()
    state = desk_of(office, office.sara).send(Lifecycle, "disqualify", [lead.id], lead.version + 1, LOST, "", 0, 8)
    assert (state.told.ok, status(office, lead)) == (False, [LeadStatus.OPEN])
    assert "Somebody else changed this record" in state.told.problem


@pytest.mark.parametrize(("reason", "comment", "days"), [(99, "", 0), (1, "", 0), (LOST, "x" * 901, 0), (LOST, "", 7)])
def test_what_no_dialog_sends_is_refused(office: Office, reason: int, comment: str, days: int) -> None:
    lead = office.lead()
    state = desk_of(office, office.sara).send(Lifecycle, "disqualify", [lead.id], 1, reason, comment, days, 9)
    assert not state.told.ok and state.told.problem and status(office, lead) == [LeadStatus.OPEN]


def test_lost_and_foreign_leads_of_a_selection_stay_untouched_and_are_named(office: Office) -> None:
    mine = [office.lead(last_name=name) for name in ("Abel", "Baker")]
    lost = office.lead(last_name="Gone", status=2, status_reason=int(LeadReason.CANCELED))
    foreign, busy = office.lead(office.olaf, last_name="Foreign"), office.lead(last_name="Busy")
    office.opportunity(topic="Ten trucks", originating_lead_id=busy.id)
    rows = [*mine, lost, foreign, busy]
    desk = desk_of(office, office.sara)
    state = desk.send(Lifecycle, "disqualify", [row.id for row in rows], 0, LOST, "Same for all", 30, 1)
    lines = state.notice.text.split("\n")
    assert lines[0] == "2 leads disqualified." and state.notice.kind == "error"
    assert [line.split(":")[0] for line in lines[1:]] == ["Gone", "Foreign", "Busy"]
    assert status(office, *rows) == [2, 2, 2, 0, 0]
    assert office.session.get_one(Lead, lost.id).status_reason == LeadReason.CANCELED
    undone = desk.send(Undoing, "undo", state.notice.undo)
    assert undone.notice.text == "2 records are as they were before."
    assert status(office, *mine) == [LeadStatus.OPEN] * 2


def test_many_refusals_are_counted_not_listed(office: Office) -> None:
    rows = [office.lead(last_name=f"Nr {n}", status=2, status_reason=LOST) for n in range(9)]
    state = desk_of(office, office.sara).send(Lifecycle, "disqualify", [r.id for r in rows], 0, LOST, "", 0, 1)
    lines = state.notice.text.split("\n")
    assert len(lines) == 7 and lines[-1] == "… and 4 more."


def test_reactivating_says_what_stays_linked(office: Office) -> None:
    lead = office.lead(status=1, status_reason=3)
    office.account(name="Fabrikam", originating_lead_id=lead.id)
    state = desk_of(office, office.sara).send(Lifecycle, "reactivate", lead.id, lead.version)
    assert state.notice.text == "Doe is open again. Still linked with it: Fabrikam."
    state = desk_of(office, office.sara).send(Lifecycle, "reactivate", lead.id, lead.version)
    assert state.notice.kind == "error" and "nothing to reactivate" in state.notice.text


def test_an_undo_of_somebody_elses_operation_needs_his_rights(office: Office) -> None:
    lead = office.lead()
    done = desk_of(office, office.sara).send(Lifecycle, "disqualify", [lead.id], lead.version, LOST, "", 0, 1)
    state = desk_of(office, office.tom).send(Undoing, "undo", done.notice.undo)
    assert state.notice.kind == "error" and status(office, lead) == [LeadStatus.DISQUALIFIED]


# -- commands by state (S 2.5) ---------------------------------------------------------------------------------------


def commands(office: Office, user: User, row: Lead) -> dict[str, str]:
    return snapshot(office.act(user), "lead", row.id or 0).may


def test_the_commands_of_an_open_and_of_a_closed_lead(office: Office) -> None:
    open_, closed = office.lead(), office.lead(status=2, status_reason=4)
    offered = commands(office, office.vera, open_)
    assert {"save", "disqualify", "assign", "share", "delete", "create_contact"} <= set(offered)
    assert "reactivate" not in offered
    offered = commands(office, office.vera, closed)
    assert {"reactivate", "assign", "share", "delete"} <= set(offered) and offered["save"] != ""
    assert not {"disqualify", "qualify", "create_contact"} & set(offered)


def test_who_may_only_read_is_offered_none_of_them(office: Office) -> None:
    for row in (office.lead(), office.lead(status=2, status_reason=4)):
        offered = commands(office, office.tom, row)
        assert not {"disqualify", "reactivate", "assign", "share", "delete", "create_contact"} & set(offered)


def test_before_the_first_save_they_wait(office: Office) -> None:
    offered = snapshot(office.act(office.sara), "lead", 0).may
    assert {offered[name] for name in ("disqualify", "assign", "share", "delete")} == {"Save this record first."}


# -- delete and restore ----------------------------------------------------------------------------------------------


def test_the_dialog_of_a_form_counts_what_goes_along_and_the_message_offers_undo(office: Office) -> None:
    lead, desk = office.lead(), desk_of(office, office.vera)
    state: Any = desk.state(LeadRecord)
    state._show(snapshot(office.act(office.vera), "lead", lead.id or 0))
    state = desk.send(LeadRecord, "ask_delete")
    assert state.deleting and (state.along.records, state.along.history) == (1, 1)
    state = desk.send(LeadRecord, "delete")
    assert (state.gone, state.notice.text) == (lead.id, "Doe is in the recycle bin for 30 days.")
    assert desk.send(Undoing, "undo", state.notice.undo).notice.text == "Doe is back from the recycle bin."


def test_ticked_rows_are_deleted_restored_and_found_in_the_bin(office: Office) -> None:
    rows, desk = [office.lead(last_name="Abel"), office.lead(last_name="Baker")], desk_of(office, office.vera)
    desk.state(Leads).picked = [row.id for row in rows]
    assert desk.send(Leads, "ask_delete").along.records == 2
    state = desk.send(Leads, "delete_picked")
    assert state.notice.text == "2 records moved to the recycle bin." and len(state.notice.undo) == 2
    bin_ = desk.send(RecycleBin, "open")
    assert [row.name for row in bin_.rows] == ["Baker", "Abel"]
    assert [row.name for row in desk.send(RecycleBin, "search", "lead", "abel").rows] == ["Abel"]
    bin_ = desk.send(RecycleBin, "restore", [f"lead:{row.id}" for row in rows])
    assert (bin_.notice.text, bin_.rows) == ("2 records restored.", [])


@pytest.mark.parametrize("key", ["", "lead", "lead:x", "nobody:1", "lead:0", "lead:99999999999999999999"])
def test_keys_that_are_none_restore_nothing(office: Office, key: str) -> None:
    state = desk_of(office, office.vera).send(RecycleBin, "restore", [key])
    assert state.notice.kind == "error" and "doesn't exist" in state.notice.text


def test_nobody_restores_what_he_may_not_delete(office: Office) -> None:
    lead = office.lead()
    recycling.delete(office.act(office.vera), lead)
    state = desk_of(office, office.sara).send(RecycleBin, "restore", [f"lead:{lead.id}"])
    assert state.notice.kind == "error"
    office.session.expire_all()
    assert office.session.get_one(Lead, lead.id).deleted_on is not None


# -- assign, share, create -------------------------------------------------------------------------------------------


def test_assigning_one_and_several(office: Office) -> None:
    lead, other = office.lead(), office.lead(office.olaf, last_name="Foreign")
    desk = desk_of(office, office.sara)
    assert [hit.name for hit in desk.send(Assigning, "search", "lead", "fai", 3).owners.hits] == ["Fair"]
    state = desk.send(Assigning, "assign", "lead", [lead.id], lead.version, "team", office.fair.id, 4)
    assert (state.told.ok, state.notice.text) == (True, "Doe is assigned to Fair.")
    state = desk.send(Assigning, "assign", "lead", [other.id], 0, "user", office.sara.id, 5)
    assert "Foreign: Your role reaches only" in state.notice.text
    state = desk.send(Assigning, "assign", "lead", [other.id], 1, "user", 10**6, 6)
    assert not state.told.ok and "doesn't exist" in state.told.problem


def test_sharing_shows_changes_and_takes_back(office: Office) -> None:
    office.settle(private=True)
    lead, desk = office.lead(), desk_of(office, office.sara)
    state = desk.send(Sharing, "share", "lead", lead.id, "user", office.olaf.id, ["read", "write"], 1)
    assert (state.told.ok, state.notice.text) == (True, "Shared with Olaf.")
    assert [(h.name, h.rights) for h in state.shares.holders] == [("Olaf", ["read", "write"])]
    state = desk.send(Sharing, "share", "lead", lead.id, "user", office.olaf.id, [], 2)
    assert (state.shares.holders, state.notice.text) == ([], "No longer shared with Olaf.")


@pytest.mark.parametrize("rights", [["delete"], ["everything"], ["administer"], ["create"]])
def test_rights_that_the_sharer_cannot_give_are_refused(office: Office, rights: list[str]) -> None:
    lead = office.lead()
    state = desk_of(office, office.sara).send(Sharing, "share", "lead", lead.id, "user", office.olaf.id, rights, 1)
    assert not state.told.ok and state.told.problem
    assert office.session.exec(select(Share)).all() == []


def test_who_may_not_share_does_not_learn_with_whom_a_record_is_shared(office: Office) -> None:
    lead = office.lead()
    office.share(lead, office.olaf)
    state = desk_of(office, office.tom).send(Sharing, "open", "lead", lead.id)
    assert state.shares.holders == [] and state.notice.kind == "error"


def test_a_contact_that_exists_is_asked_about_before_another_is_made(office: Office) -> None:
    jane = {"first_name": "Jane", "email": "jane@fabrikam.example"}
    contact, lead = office.contact(last_name="Doe", **jane), office.lead(**jane)
    matching.refresh(office.session, contact)
    desk = desk_of(office, office.sara)
    state = desk.send(Creating, "create", lead.id, lead.version, "contact", False)
    assert [match.id for match in state.known.matches] == [contact.id] and state.notice.text == ""
    state = desk.send(Creating, "use", lead.id, lead.version, "contact", contact.id)
    assert (state.known.matches, state.notice.text) == ([], "Jane Doe is linked with this lead.")
    assert len(office.session.exec(select(Contact)).all()) == 1
    assert office.session.exec(select(Operation)).all() == []
