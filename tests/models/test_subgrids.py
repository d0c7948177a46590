"""The contacts, leads and opportunities on the form of the record that they belong to."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from rxcrm.models import activating, records, subgrids
from rxcrm.models.choices import LeadReason, LeadStatus
from rxcrm.models.errors import NotFound
from rxcrm.models.subgrids import Shown
from tests.office import Office, Statements


def grids(office: Office, row: Any, user: Any = None, **sizes: int) -> dict[str, Shown]:
    return {grid.key: grid for grid in subgrids.of(office.act(user or office.sara), row, sizes)}


def test_every_grid_names_fields_that_exist() -> None:
    subgrids.check()


def test_an_account_shows_its_contacts_leads_and_opportunities(office: Office) -> None:
    account, other = office.account(), office.account(name="Else")
    for owner in (account, other):
        office.contact(account_id=owner.id, first_name="Jane", job_title="Buyer", email="jane@fabrikam.com")
        office.lead(existing_account_id=owner.id)
        office.opportunity(account_id=owner.id, estimated_revenue=Decimal(5000), estimated_close_date=date(2026, 7, 1))
    found = grids(office, account)
    assert [(key, grid.total) for key, grid in found.items()] == [("opportunities", 1), ("contacts", 1), ("leads", 1)]
    assert (found["contacts"].rows[0].name, found["contacts"].rows[0].details) == (
        "Jane Roe",
        ["Buyer", "jane@fabrikam.com"],
    )
    sale = found["opportunities"].rows[0]
    assert (sale.status, sale.details) == ("In Progress", ["€5,000.00", "Jul 1, 2026", "Sara"])
    assert found["leads"].rows[0].details == ["Forklifts", "Sara"]


def test_a_contact_shows_its_leads_and_opportunities(office: Office) -> None:
    contact = office.contact()
    lead, deal = office.lead(existing_contact_id=contact.id), office.opportunity(contact_id=contact.id)
    found = grids(office, contact)
    assert [row.path for row in found["leads"].rows] == [f"/leads/{lead.id}"]
    assert [row.path for row in found["opportunities"].rows] == [f"/opportunities/{deal.id}"]


def test_open_records_come_first(office: Office) -> None:
    account = office.account()
    closed = {"status": LeadStatus.DISQUALIFIED, "status_reason": LeadReason.LOST}
    office.lead(existing_account_id=account.id, last_name="Closed", **closed)
    office.lead(existing_account_id=account.id, last_name="Old", created_on=office.now - timedelta(days=9))
    assert [(row.name, row.open) for row in grids(office, account)["leads"].rows] == [("Old", True), ("Closed", False)]


def test_hidden_deleted_and_merged_records_are_neither_shown_nor_counted(office: Office) -> None:
    office.settle(private=True)
    account = office.account()
    seen = office.lead(existing_account_id=account.id)
    office.lead(office.olaf, existing_account_id=account.id)
    office.lead(existing_account_id=account.id, merged=True)
    records.bin(office.act(office.ada), office.lead(existing_account_id=account.id))
    found = grids(office, account)["leads"]
    assert ([row.id for row in found.rows], found.total) == ([seen.id], 1)


def test_a_few_rows_are_shown_at_first_and_more_when_asked_for(office: Office) -> None:
    account = office.account()
    for number in range(12):
        office.contact(account_id=account.id, last_name=f"Roe {number:02}")
    first, more = grids(office, account)["contacts"], grids(office, account, contacts=15)["contacts"]
    assert ([row.name for row in first.rows], first.total) == ([f"Roe {n:02}" for n in range(5)], 12)
    assert len(more.rows) == more.total == 12


def test_a_grid_costs_one_statement_whatever_it_holds(office: Office) -> None:
    account = office.account()
    costs = []
    for _ in range(2):
        for _ in range(4):
            office.lead(existing_account_id=account.id)
            office.opportunity(account_id=account.id)
        act = office.act(office.sara)
        office.session.flush()
        with Statements(office.engine) as statements:
            subgrids.of(act, account, {})
        costs.append(len(statements))
    assert costs == [3, 3]


def test_a_new_record_begins_with_the_one_that_it_belongs_to(office: Office) -> None:
    account = office.account()
    assert grids(office, account)["opportunities"].new == f"/opportunities/new?account={account.id}"
    assert grids(office, account, office.tim)["opportunities"].new == ""
    activating.deactivate(office.act(office.sara), account)
    assert grids(office, account)["opportunities"].new == ""


def test_a_grid_that_does_not_exist_is_not_found() -> None:
    for entity, key in (("account", "secrets"), ("user", "leads")):
        with pytest.raises(NotFound):
            subgrids.grid_of(entity, key)
