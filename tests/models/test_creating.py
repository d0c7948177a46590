"""Create contact or account now: out of a lead that stays open (issue 4, part 4)."""

from __future__ import annotations

import pytest
from sqlmodel import select

from rxcrm.models import matching
from rxcrm.models.access import Privilege
from rxcrm.models.account import Account
from rxcrm.models.contact import Contact
from rxcrm.models.creating import create_now, offers, use_existing
from rxcrm.models.errors import BadValue, CrmError, NotAllowed, NotFound, NotYet
from rxcrm.models.records import Act
from tests.office import Office

JANE = {"first_name": "Jane", "last_name": "Doe", "email": "jane@fabrikam.example", "company_name": "Fabrikam"}


def known(office: Office, act: Act) -> Contact:
    """A contact with Jane's address, known to the duplicate rules."""
    contact = office.contact(first_name="Jane", last_name="Doe", email="jane@fabrikam.example")
    matching.refresh(act.session, contact)
    return contact


def test_a_contact_gets_what_the_lead_knows_and_the_lead_stays_open(office: Office) -> None:
    lead = office.lead(job_title="Buyer", city="Gdańsk", **JANE)
    row = create_now(office.act(office.sara), lead, "contact").row
    assert (row.first_name, row.last_name, row.job_title, row.city) == ("Jane", "Doe", "Buyer", "Gdańsk")
    assert (row.originating_lead_id, lead.existing_contact_id, lead.is_open) == (lead.id, row.id, True)
    assert office.told(row) == ["Sara created this record"]
    assert office.told(lead)[0] == "Sara changed Existing Contact?"


def test_an_account_is_called_as_the_company(office: Office) -> None:
    lead = office.lead(**JANE)
    row = create_now(office.act(office.sara), lead, "account").row
    assert isinstance(row, Account) and (row.name, lead.existing_account_id) == ("Fabrikam", row.id)


def test_an_account_needs_the_name_of_the_company(office: Office) -> None:
    with pytest.raises(NotYet, match="Fill in the company name first"):
        create_now(office.act(office.sara), office.lead(), "account")
    assert office.session.exec(select(Account)).all() == []


def test_a_contact_joins_the_existing_account(office: Office) -> None:
    account = office.account()
    lead = office.lead(existing_account_id=account.id, **JANE)
    assert create_now(office.act(office.sara), lead, "contact").row.account_id == account.id


def test_the_owner_of_the_lead_owns_what_a_manager_makes_of_it(office: Office) -> None:
    lead = office.lead(office.olaf, **JANE)
    assert create_now(office.act(office.vera), lead, "contact").row.owner_user_id == office.olaf.id


def test_of_a_lead_of_a_team_the_asker_owns_it(office: Office) -> None:
    lead = office.lead(office.fair, **JANE)
    assert create_now(office.act(office.tom), lead, "contact").row.owner_user_id == office.tom.id


def test_one_that_is_certainly_there_already_is_shown_and_nothing_made(office: Office) -> None:
    act = office.act(office.sara)
    contact, lead = known(office, act), office.lead(**JANE)
    found = create_now(act, lead, "contact")
    assert found.row is None and [m.id for m in found.matches] == [contact.id]
    assert len(office.session.exec(select(Contact)).all()) == 1 and lead.existing_contact_id is None
    assert create_now(act, lead, "contact", anyway=True).row.id != contact.id


def test_what_the_asker_may_not_see_is_not_shown(office: Office) -> None:
    office.settle(private=True)
    act = office.act(office.sara)
    hidden = office.contact(office.olaf, first_name="Jane", last_name="Doe", email="jane@fabrikam.example")
    matching.refresh(office.session, hidden)
    lead = office.lead(**JANE)
    assert create_now(act, lead, "contact").matches == []
    with pytest.raises(NotFound):
        use_existing(act, office.lead(**JANE), "contact", hidden.id)


def test_the_one_that_is_there_is_linked_instead(office: Office) -> None:
    act = office.act(office.sara)
    contact, lead = known(office, act), office.lead(**JANE)
    assert use_existing(act, lead, "contact", contact.id) is contact
    assert lead.existing_contact_id == contact.id and contact.originating_lead_id is None


@pytest.mark.parametrize("entity", ["contact", "account"])
def test_a_lead_that_has_one_already_refuses(office: Office, entity: str) -> None:
    held = getattr(office, entity)()
    lead = office.lead(**{f"existing_{entity}_id": held.id}, **JANE)
    with pytest.raises(NotAllowed, match=f"Jane Doe has an existing {entity} already"):
        create_now(office.act(office.sara), lead, entity)
    may = {Privilege.WRITE: office.act(office.sara).may(Privilege.WRITE, lead)}
    assert "already" in offers(office.act(office.sara), lead, may)[f"create_{entity}"]


def test_a_closed_lead_refuses_and_offers_nothing(office: Office) -> None:
    lead = office.lead(status=2, status_reason=4, **JANE)
    with pytest.raises(NotAllowed, match="read-only until it is reactivated"):
        create_now(office.act(office.sara), lead, "contact")
    may = {Privilege.WRITE: office.act(office.sara).may(Privilege.WRITE, lead)}
    assert offers(office.act(office.sara), lead, may) == {}


@pytest.mark.parametrize("entity", ["lead", "opportunity", "user", ""])
def test_other_tables_are_refused(office: Office, entity: str) -> None:
    with pytest.raises((CrmError, BadValue)):
        create_now(office.act(office.sara), office.lead(), entity)
