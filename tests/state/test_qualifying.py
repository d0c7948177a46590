"""What the pane of a qualification may ask (S 3.5.4)."""

from __future__ import annotations

from typing import Any

import pytest

from rxcrm.models.lead import Lead
from rxcrm.models.records import save
from rxcrm.state.qualifying import Qualify, QualifyMany
from rxcrm.state.undoing import Undoing
from tests.office import Office
from tests.state.desk import Desk

NEW, SKIP = {"way": "new"}, {"way": "skip"}


@pytest.fixture
def desk(office: Office) -> Desk:
    desk = Desk(office)
    desk.user = office.sara
    return desk


def ann(office: Office, **values: Any) -> Lead:
    lead = office.lead(first_name="Ann", last_name="Lee", company_name="Adatum", **values)
    office.commit()
    return lead


def qualify(desk: Desk, lead: Lead, contact: dict[str, str] = NEW, deals: int = 1, token: int = 7) -> Any:
    return desk.send(Qualify, "qualify", lead.id, lead.version, NEW, contact, [{}] * deals, False, token)


def test_the_pane_opens_decided_and_writes_nothing(desk: Desk, office: Office) -> None:
    lead = ann(office)
    page = desk.send(Qualify, "ask", lead.id, 5)
    assert page.asked == 5 and page.proposal.account.way == "new"
    assert office.session.get_one(Lead, lead.id).is_open


def test_all_automatic_qualifies_at_once(desk: Desk, office: Office) -> None:
    office.settle(qualify_account="automatic", qualify_contact="automatic", qualify_opportunity="automatic")
    lead = ann(office)
    page = desk.send(Qualify, "ask", lead.id, 5)
    assert page.asked == 0 and page.notice.text == "Lead qualified." and page.notice.undo
    assert not office.session.get_one(Lead, lead.id).is_open


def test_pressing_twice_qualifies_once(desk: Desk, office: Office) -> None:
    lead = ann(office)
    version = lead.version
    assert qualify(desk, lead).told.ok
    page = desk.send(Qualify, "qualify", lead.id, version, NEW, NEW, [{}], False, 8)
    assert not page.told.ok and "Sara closed this lead" in page.told.errors[""]


def test_a_lead_that_somebody_changed_meanwhile_can_be_qualified_with_the_second_press(
    desk: Desk, office: Office
) -> None:
    lead = ann(office)
    seen = desk.send(Qualify, "ask", lead.id, 5).proposal.version
    save(office.act(office.vera), office.session.get_one(Lead, lead.id), {"topic": "Cranes"})
    page = desk.send(Qualify, "qualify", lead.id, seen, NEW, NEW, [{}], False, 7)
    assert not page.told.ok and "Somebody else changed" in page.told.errors[""]
    assert qualify(desk, office.session.get_one(Lead, lead.id), token=8).told.ok
    assert page.proposal.version != seen


def test_what_is_wrong_is_told_by_field(desk: Desk, office: Office) -> None:
    page = qualify(desk, ann(office), contact={"way": "new", "email": "nobody"})
    assert set(page.told.errors) == {"contact.email"}


def test_fields_that_the_pane_does_not_offer_are_not_believed(desk: Desk, office: Office) -> None:
    page = qualify(desk, ann(office), contact={"way": "new", "description": "<script>", "status": "1"})
    assert page.told.ok


def test_a_hidden_record_is_neither_found_nor_used(desk: Desk, office: Office) -> None:
    office.settle(private=True)
    hidden = office.contact(owner=office.olaf, last_name="Secret")
    lead = ann(office)
    assert desk.send(Qualify, "search", "contact", "Secret", 3).found.hits == []
    page = qualify(desk, lead, contact={"way": "existing", "id": str(hidden.id)})
    assert "doesn't exist" in page.told.errors["contact"]


def test_what_is_in_use_is_asked_about_and_can_be_kept(desk: Desk, office: Office) -> None:
    lead = ann(office)
    qualify(desk, lead)
    lead = office.session.get_one(Lead, lead.id)
    account = office.session.get_one(type(office.account()), lead.existing_account_id)
    save(office.act(office.vera), account, {"city": "Gdynia"})
    operation = desk.state(Qualify).notice.undo
    page = desk.send(Undoing, "undo", operation)
    assert page.asked == operation[0] and [t.who for t in page.used] == ["Vera"]
    page = desk.send(Undoing, "keep", page.asked)
    assert page.asked == 0 and office.session.get_one(Lead, lead.id).is_open


def test_many_are_qualified_one_by_one_with_a_line_for_each(desk: Desk, office: Office) -> None:
    first, second = ann(office), ann(office, owner=office.olaf)
    page = desk.send(QualifyMany, "ask", [first.id, second.id], 5)
    assert [p.name for p in page.review.proposals] == ["Ann Lee"] and len(page.review.refused) == 1
