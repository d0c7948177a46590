"""What the form is shown of a record, without a browser."""

from __future__ import annotations

from rxcrm.models import records
from rxcrm.models.access import Privilege
from rxcrm.models.lead import Lead
from rxcrm.models.records import bin
from rxcrm.models.timeline import reading
from rxcrm.state.records import Lost, lost_of, snapshot
from tests.office import Office, Statements


def test_a_linked_record_is_a_card_beside_the_form(office: Office) -> None:
    account = office.account(name="Fabrikam", city="Gdynia")
    lead = office.lead(existing_account_id=account.id)
    found = snapshot(office.act(office.sara), "lead", lead.id)
    assert found.names == {"existing_account_id": "Fabrikam"}
    assert [(c.field, c.path, c.name, c.detail) for c in found.cards] == [
        ("existing_account_id", f"/accounts/{account.id}", "Fabrikam", "Gdynia")
    ]


def test_a_lead_whose_account_was_deleted_opens_without_its_card(office: Office) -> None:
    account = office.account(name="Fabrikam")
    lead = office.lead(existing_account_id=account.id)
    bin(office.act(office.ada), account)
    found = snapshot(office.act(office.sara), "lead", lead.id)
    assert (found.title, found.names, found.cards) == ("Doe", {"existing_account_id": "Fabrikam"}, [])


def test_a_card_of_a_hidden_record_is_not_shown(office: Office) -> None:
    office.settle(private=True)
    lead = office.lead(existing_account_id=office.account(office.olaf).id)
    found = snapshot(office.act(office.sara), "lead", lead.id)
    assert (found.names, found.cards) == ({"existing_account_id": ""}, [])


def test_a_reader_learns_who_deleted_a_record_and_when(office: Office) -> None:
    lead = office.lead()
    assert lost_of(office.act(office.sara), "lead", lead.id) == Lost(lead.id or 0)
    bin(office.act(office.ada), lead)
    assert lost_of(office.act(office.sara), "lead", lead.id) == Lost(lead.id or 0, "Ada", office.now.isoformat())


def test_nobody_learns_who_deleted_a_record_that_he_could_not_read(office: Office) -> None:
    office.settle(private=True)
    lead = office.lead(office.olaf)
    bin(office.act(office.ada), lead)
    for record_id in (lead.id or 0, 999_999, 0, 2**70):
        assert lost_of(office.act(office.sara), "lead", record_id) == Lost(record_id)


def test_a_form_costs_five_statements(office: Office) -> None:
    """Record, shares (it is somebody else's), owner, process, whether it is followed."""
    lead = office.lead(office.olaf)
    act = office.act(office.sara)
    office.session.expunge_all()
    with Statements(office.engine) as statements:
        snapshot(act, "lead", lead.id)
    assert len(statements) == 5


def test_history_shows_amounts_in_the_currency_of_the_record(small_office: Office) -> None:
    lead = small_office.lead(small_office.sara, currency="PLN")
    act = small_office.act(small_office.sara)
    records.save(act, act.find(Lead, lead.id or 0, Privilege.WRITE, 1), {"budget_amount": "360000"})
    told = reading.page(act, reading.Ask("lead", lead.id or 0)).items[0]
    assert told.changes[0].new == "PLN360,000.00"
