"""One command on many records: edit, assign, delete, disqualify; books, undo, and as a job (S 7.7, peers 6.8)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlmodel import col, select

from rxcrm.models import assigning, db, history, jobs, reactivating, records, undoing
from rxcrm.models.activity import Activity
from rxcrm.models.base import Record
from rxcrm.models.bulk import books, doing, work
from rxcrm.models.bulk.selection import Selection, ids_of
from rxcrm.models.choices import LeadReason, LeadStatus
from rxcrm.models.errors import BadValue, CrmError, Invalid, NotAllowed, NotFound
from rxcrm.models.job import Job, JobState
from rxcrm.models.lead import Lead
from rxcrm.models.lists import Ask
from rxcrm.models.operation import Operation, OperationKind
from rxcrm.models.people import Share, User
from rxcrm.models.qualifying.doing import Choice, Part, Way, qualify
from tests.office import Office, Statements

LOST = str(int(LeadReason.LOST))


def bulk(
    office: Office,
    user: User,
    rows: list[Any],
    command: str = "edit",
    versions: dict[int, int] | None = None,
    **given: str,
) -> Operation:
    """A command on these records, read back from the database."""
    act = office.act(user)
    selection = Selection(rows[0].entity, tuple(row.id for row in rows), versions or {})
    operation = doing.begin(act, selection, ids_of(act, selection), command, given)
    office.session.flush()
    office.session.expire_all()
    return operation


def reasons(office: Office, user: User, operation: Operation) -> dict[str, str]:
    return {one.name: one.why for one in books.view(office.act(user), operation).reasons}


def counts(operation: Operation) -> tuple[int, int, int]:
    kept = operation.details
    return kept["done"], kept["unchanged"], kept["refused"]


# -- edit ------------------------------------------------------------------------------------------------------------


def test_only_what_was_filled_in_is_written_to_each_record(office: Office) -> None:
    rows = [office.lead(last_name=name, city="Rom", rating=3) for name in ("Abel", "Baker")]
    operation = bulk(office, office.sara, rows, rating="1", company_name="Fabrikam")
    assert counts(operation) == (2, 0, 0)
    assert [(r.rating, r.company_name, r.city) for r in rows] == [(1, "Fabrikam", "Rom")] * 2
    assert office.told(rows[0])[0] == "Sara changed Rating and Company Name"


def test_who_holds_the_values_already_is_counted_apart_and_has_no_history_of_it(office: Office) -> None:
    hot, cold = office.lead(rating=1), office.lead(rating=3)
    assert counts(bulk(office, office.sara, [hot, cold], rating="1")) == (1, 1, 0)
    assert office.told(hot) == ["Sara created this record"] or len(office.told(hot)) == 1


def test_the_books_name_who_was_refused_and_why(office: Office) -> None:
    mine, foreign = office.lead(last_name="Abel"), office.lead(office.olaf, last_name="Foreign")
    closed = office.lead(last_name="Closed", status=2, status_reason=int(LOST))
    operation = bulk(office, office.sara, [mine, foreign, closed], city="Rom")
    assert counts(operation) == (1, 0, 2)
    why = reasons(office, office.sara, operation)
    assert "Your role reaches only records that you own" in why["Foreign"]
    assert "read-only until it is reactivated" in why["Closed"]
    assert [r.city for r in (mine, foreign, closed)] == ["Rom", "", ""]


def test_what_one_may_not_see_is_refused_without_its_name(office: Office) -> None:
    office.settle(private=True)
    hidden, mine = office.lead(office.olaf, last_name="Hidden"), office.lead()
    operation = bulk(office, office.sara, [hidden, mine], city="Rom")
    assert reasons(office, office.sara, operation) == {"a record": "This record doesn't exist, or you may not see it."}


def test_somebody_who_was_faster_with_the_same_field_keeps_his_value(office: Office) -> None:
    one, other = office.lead(last_name="One"), office.lead(last_name="Other")
    seen = {row.id or 0: row.version for row in (one, other)}
    records.save(office.act(office.mia), one, {"rating": "3"})
    records.save(office.act(office.mia), other, {"city": "Rom"})
    operation = bulk(office, office.sara, [one, other], versions=seen, rating="1")
    assert reasons(office, office.sara, operation) == {"One": "Mia changed Rating meanwhile."}
    assert (one.rating, other.rating, other.city) == (3, 1, "Rom")


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"topic": "  "}, "Topic is required and cannot be emptied."),
        ({"nonsense": "1"}, "There is no field “nonsense” to fill in."),
        ({"created_on": "2026-01-01"}, "There is no field “created_on” to fill in."),
        ({}, "Fill in at least one field."),
    ],
)
def test_what_cannot_be_written_anywhere_is_refused_before_anything_is_done(
    office: Office, given: dict[str, str], problem: str
) -> None:
    lead = office.lead(topic="Lamps")
    with pytest.raises((Invalid, BadValue)) as refusal:
        bulk(office, office.sara, [lead], **given)
    told = " ".join(refusal.value.by_field().values()) if isinstance(refusal.value, Invalid) else refusal.value.text()
    assert (told, lead.topic) == (problem, "Lamps")


def test_a_field_can_be_emptied(office: Office) -> None:
    lead = office.lead(city="Rom", rating=1)
    bulk(office, office.sara, [lead], city="", rating="")
    assert (lead.city, lead.rating) == ("", None)


def test_a_value_that_does_not_fit_one_record_is_told_for_that_one(office: Office) -> None:
    account = office.account(name="Alone")
    parent = office.account(name="Parent")
    operation = bulk(office, office.sara, [account, parent], parent_account_id=str(parent.id))
    assert reasons(office, office.sara, operation) == {"Parent": "Parent Account cannot be the record itself."}
    assert account.parent_account_id == parent.id


def test_bad_values_are_told_by_their_sentence(office: Office) -> None:
    operation = bulk(office, office.sara, [office.lead()], email="nobody", budget_amount="many")
    told = reasons(office, office.sara, operation)["Doe"]
    assert "“nobody” is not an e-mail address" in told and "“many” is not a number" in told


def test_tables_whose_records_have_forms_of_their_own_are_refused(office: Office) -> None:
    lead = office.lead()
    selection = Selection("activity", (lead.id or 0,))
    with pytest.raises(NotFound):
        doing.begin(office.act(office.sara), selection, [1], "edit", {"subject": "x"})
    with pytest.raises(NotFound):
        doing.begin(office.act(office.sara), selection, [1], "explode", {})
    with pytest.raises(NotAllowed):
        doing.begin(office.act(office.sara), selection, [], "delete", {})


def test_a_record_costs_one_statement_its_update_and_all_else_is_done_for_all(office: Office) -> None:
    rows = [office.lead(last_name=f"Nr {n}") for n in range(30)]
    few, many = [row.id or 0 for row in rows[:10]], [row.id or 0 for row in rows[10:]]
    office.commit()
    spent = []
    for ids in (few, many):
        act = office.act(office.sara)
        with Statements(office.engine) as counted:
            doing.begin(act, Selection("lead", tuple(ids)), ids, "edit", {"rating": "1"})
        spent.append(len(counted))
    assert spent[1] - spent[0] == len(many) - len(few)


# -- undo ------------------------------------------------------------------------------------------------------------


def test_an_edit_is_taken_back_as_one_and_its_history_says_so(office: Office) -> None:
    rows = [office.lead(last_name=name, rating=3) for name in ("Abel", "Baker")]
    operation = bulk(office, office.sara, rows, rating="1")
    back = doing.undo(office.act(office.sara), operation.id or 0)
    office.session.expire_all()
    assert (back.done, back.refused, [row.rating for row in rows]) == (2, [], [3, 3])
    entry = history.entries(office.session, Lead, rows[0].id or 0, office.who(office.sara).conventions)[0]
    assert (entry.what, entry.remark) == ("changed Rating", "A change of several records was taken back.")
    with pytest.raises(NotAllowed, match="taken back already"):
        doing.undo(office.act(office.sara), operation.id or 0)


def test_what_somebody_changed_since_stays_when_an_edit_is_taken_back(office: Office) -> None:
    one, other = office.lead(last_name="One", rating=3), office.lead(last_name="Other", rating=3)
    operation = bulk(office, office.sara, [one, other], rating="1")
    records.save(office.act(office.mia), one, {"rating": "2"})
    back = doing.undo(office.act(office.sara), operation.id or 0)
    office.session.expire_all()
    assert (back.done, one.rating, other.rating) == (1, 2, 3)
    assert reasons(office, office.sara, operation) == {"One": "One has been changed since and stays as it is."}


def test_nobody_takes_back_what_another_did_unless_he_administers(office: Office) -> None:
    operation = bulk(office, office.sara, [office.lead()], city="Rom")
    for what in (doing.undo, doing.cancel):
        with pytest.raises(NotFound):
            what(office.act(office.mia), operation.id or 0)
    assert doing.undo(office.act(office.ada), operation.id or 0).done == 1
    with pytest.raises(NotFound):
        doing.undo(office.act(office.ada), 10**18)


def test_one_record_of_an_edit_can_be_taken_back_alone(office: Office) -> None:
    one, other = office.lead(last_name="One", city="Rom"), office.lead(last_name="Other", city="Rom")
    operation = bulk(office, office.sara, [one, other], city="Oslo")
    kind = (Operation.kind == OperationKind.EDIT.value, Operation.record_id == one.id)
    part = office.session.exec(select(Operation).where(*kind)).one()
    assert undoing.undo(office.act(office.sara), part.id or 0).name == "One"
    assert (one.city, other.city) == ("Rom", "Oslo")
    assert doing.undo(office.act(office.sara), operation.id or 0).done == 1


def test_deleted_and_disqualified_records_come_back_together(office: Office) -> None:
    rows = [office.lead(last_name=name) for name in ("Abel", "Baker")]
    gone = bulk(office, office.vera, rows, "delete")
    assert counts(gone) == (2, 0, 0) and all(row.deleted_on for row in rows)
    doing.undo(office.act(office.vera), gone.id or 0)
    lost = bulk(office, office.sara, rows, "disqualify", reason=LOST, comment="Too dear", remind_in="30")
    assert [row.status for row in rows] == [LeadStatus.DISQUALIFIED] * 2
    doing.undo(office.act(office.sara), lost.id or 0)
    office.session.expire_all()
    assert [row.status for row in rows] == [LeadStatus.OPEN] * 2


def test_a_reason_that_no_dialog_offers_is_refused_before_anything_is_done(office: Office) -> None:
    lead = office.lead()
    for given in ({"reason": "99"}, {"reason": LOST, "remind_in": "7"}, {"reason": LOST, "comment": "x" * 901}):
        with pytest.raises(BadValue):
            bulk(office, office.sara, [lead], "disqualify", **given)
    with pytest.raises(NotFound):
        bulk(office, office.sara, [office.account()], "disqualify", reason=LOST)
    assert lead.status == LeadStatus.OPEN


# -- assign and reactivate, which had no undo ------------------------------------------------------------------------


def test_assigned_records_go_back_to_their_former_owner_with_what_followed(office: Office) -> None:
    office.settle(share_reassigned=True)
    lead = office.lead()
    act = office.act(office.sara)
    from rxcrm.models.timeline import writing

    writing.note(act, "lead", lead.id or 0, "", "Call back")
    note = office.session.exec(select(Activity)).one()
    operation = bulk(office, office.sara, [lead], "assign", kind="user", id=str(office.olaf.id))
    assert (lead.owner_user_id, note.owner_user_id) == (office.olaf.id, office.olaf.id)
    assert office.session.exec(select(Share).where(Share.record_id == lead.id)).all()
    assert doing.undo(office.act(office.sara), operation.id or 0).done == 1
    office.session.expire_all()
    assert (lead.owner_user_id, note.owner_user_id, lead.unit_id) == (
        office.sara.id,
        office.sara.id,
        office.sara.unit_id,
    )
    assert not office.session.exec(select(Share).where(Share.record_id == lead.id)).all()
    assert office.told(lead)[0] == "Sara assigned this record to Sara"


def test_who_gave_a_record_away_takes_it_back_only_while_nobody_has_touched_it(office: Office) -> None:
    office.settle(private=True)
    lead = office.lead()
    operation = assigning.assign_undoably(office.act(office.sara), lead, office.olaf)
    assert operation is not None
    with pytest.raises(NotFound):
        undoing.undo(office.act(office.tom), operation.id or 0)
    records.save(office.act(office.olaf), lead, {"city": "Rom"})
    with pytest.raises(CrmError):
        undoing.undo(office.act(office.sara), operation.id or 0)
    assert lead.owner_user_id == office.olaf.id


def test_a_share_that_became_superfluous_comes_back(office: Office) -> None:
    from rxcrm.models import sharing
    from rxcrm.models.access import Privilege

    lead = office.lead()
    sharing.share(office.act(office.sara), lead, office.olaf, [Privilege.WRITE])
    operation = assigning.assign_undoably(office.act(office.sara), lead, office.olaf)
    assert operation and not office.session.exec(select(Share).where(Share.record_id == lead.id)).all()
    undoing.undo(office.act(office.sara), operation.id or 0)
    held = office.session.exec(select(Share).where(Share.record_id == lead.id).order_by(col(Share.id))).all()
    assert [(share.user_id, share.privilege) for share in held] == [(office.olaf.id, p) for p in ("read", "write")]


def test_a_record_that_was_given_on_stays_where_it_is(office: Office) -> None:
    lead = office.lead()
    operation = assigning.assign_undoably(office.act(office.sara), lead, office.tom)
    assigning.assign(office.act(office.tom), lead, office.olaf)
    with pytest.raises(NotAllowed, match="has been changed since"):
        undoing.undo(office.act(office.vera), operation.id if operation else 0)


def test_a_reactivated_lead_is_closed_again_as_it_was(office: Office) -> None:
    lead = office.lead(company_name="Fabrikam")
    qualify(office.act(office.sara), lead.id or 0, lead.version, Choice(Part(Way.NEW), Part(Way.SKIP), ({},)))
    office.session.refresh(lead)
    operation = bulk(office, office.sara, [lead], "reactivate")
    assert (lead.status, lead.closed_on) == (LeadStatus.OPEN, None)
    doing.undo(office.act(office.sara), operation.id or 0)
    office.session.expire_all()
    assert lead.status == LeadStatus.QUALIFIED and lead.closed_on is not None
    assert office.told(lead)[0] == "Sara qualified this lead"


def test_a_lead_that_was_closed_anew_stays_so(office: Office) -> None:
    lead = office.lead(status=2, status_reason=int(LOST))
    operation = reactivating.reactivate_undoably(office.act(office.sara), lead)
    bulk(office, office.sara, [lead], "disqualify", reason=LOST)
    with pytest.raises(NotAllowed, match="has been changed since"):
        undoing.undo(office.act(office.sara), operation.id or 0)


# -- all of a list, as a job -----------------------------------------------------------------------------------------


def through(office: Office, most: int = 20) -> None:
    """Let the worker's handlers do what was put off."""

    async def run() -> None:
        for _ in range(most):
            job, _topics = await db.run(lambda session: jobs.take(session, "w", office.now))
            if job is None:
                return
            await jobs.KINDS[job.kind].handle(job)
            await db.run(jobs.finish, job.id or 0, "w", office.now)

    office.commit()
    before = db._used
    db.use(office.engine)
    try:
        asyncio.run(run())
    finally:
        db.use(before)
    office.session.expire_all()


def listed(office: Office, user: User, ask: Ask, command: str = "edit", **given: str) -> Operation:
    """A command on all that a list holds."""
    office.commit()
    before = db._used
    db.use(office.engine)
    try:
        act = office.act(user)
        ids = ids_of(act, Selection(ask.entity, ask=ask))
        operation = doing.begin(act, Selection(ask.entity, ask=ask), ids, command, given)
    finally:
        db.use(before)
    office.commit()
    return operation


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three records at once, and every job there is to do."""
    monkeypatch.setattr(doing, "AT_ONCE", 3)


@pytest.mark.usefixtures("batches")
def test_all_of_a_list_is_changed_batch_by_batch_and_taken_back(office: Office) -> None:
    rows: list[Record] = [office.lead(last_name=f"Nr {n}", city="Rom") for n in range(8)]
    foreign = office.lead(office.olaf, last_name="Foreign", city="Rom")
    operation = listed(office, office.sara, Ask(view="open"), city="Oslo")
    assert (operation.details["state"], operation.details["position"]) == ("running", 0)
    through(office)
    view = books.view(office.act(office.sara), operation)
    assert (view.state, view.done, view.refused, view.position) == ("done", 8, 1, 9)
    assert [r.name for r in view.reasons] == ["Foreign"]
    assert {getattr(r, "city") for r in rows} == {"Oslo"} and foreign.city == "Rom"  # noqa: B009
    assert doing.undo(office.act(office.sara), operation.id or 0).later
    through(office)
    view = books.view(office.act(office.sara), operation)
    assert (view.state, view.back) == ("undone", 8) and {getattr(r, "city") for r in rows} == {"Rom"}  # noqa: B009
    from rxcrm.models import notifying

    told = [line.text for line in notifying.page(office.act(office.sara)).lines]
    assert told[0] == "Your change of 9 records was taken back: 8 are as they were before."
    assert told[1] == "Your change of 9 records is finished: 8 done, 1 left as they were."


@pytest.mark.usefixtures("batches")
def test_a_job_that_is_called_off_keeps_what_it_did_and_can_be_taken_back(office: Office) -> None:
    rows = [office.lead(last_name=f"Nr {n}", city="Rom") for n in range(7)]
    operation = listed(office, office.sara, Ask(view="open"), city="Oslo")
    ids = office.session.exec(select(Job)).one().payload["ids"]
    assert doing.step(office.act(office.sara), operation.id or 0, ids) == (3, False)
    doing.cancel(office.act(office.sara), operation.id or 0)
    with pytest.raises(NotAllowed, match="ended already"):
        doing.cancel(office.act(office.sara), operation.id or 0)
    through(office)
    assert [row.city for row in rows].count("Oslo") == 3
    assert doing.undo(office.act(office.sara), operation.id or 0).done == 3
    office.session.expire_all()
    assert {row.city for row in rows} == {"Rom"}


@pytest.mark.usefixtures("batches")
def test_a_batch_that_was_stored_is_not_done_again_after_a_crash(office: Office) -> None:
    for n in range(7):
        office.lead(last_name=f"Nr {n}", city="Rom")
    operation = listed(office, office.sara, Ask(view="open"), city="Oslo")
    ids = office.session.exec(select(Job)).one().payload["ids"]
    doing.step(office.act(office.sara), operation.id or 0, ids)
    through(office)
    view = books.view(office.act(office.sara), operation)
    assert (view.done, view.unchanged, view.position) == (7, 0, 7)


@pytest.mark.usefixtures("batches")
def test_a_job_that_fails_says_so_in_its_books(office: Office) -> None:
    for n in range(5):
        office.lead(last_name=f"Nr {n}", city="Rom")
    operation = listed(office, office.sara, Ask(view="open"), city="Oslo")
    job = office.session.exec(select(Job)).one()
    assert jobs.end(office.session, job, JobState.FAILED, office.now) >= {f"bulk:{office.sara.id}"}
    assert books.view(office.act(office.sara), operation).status == "Stopped"


def test_more_than_a_command_may_reach_is_refused(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from rxcrm.models.bulk import selection

    monkeypatch.setattr(selection, "MOST", 2)
    for n in range(3):
        office.lead(last_name=f"Nr {n}")
    with pytest.raises(NotAllowed, match="more than 2 records"):
        listed(office, office.sara, Ask(view="open"), city="Oslo")


def test_past_commands_are_listed_to_their_author_and_forgotten_when_they_are_old(office: Office) -> None:
    operation = bulk(office, office.sara, [office.lead()], city="Rom", rating="1")
    (one,) = books.recent(office.act(office.sara), "lead")
    assert (one.id, one.label, one.what, one.done) == (operation.id, "Edit", "City, Rating", 1)
    assert books.recent(office.act(office.mia), "lead") == []
    assert work.sweep(office.session, office.now) == 0
    assert work.sweep(office.session, office.now + records.BIN_LIFE * 2) == 1
