"""Updating many records by an import: what it costs, and that it does what saving one does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from rxcrm.models.account import Account
from rxcrm.models.base import Record
from rxcrm.models.connection import Connection
from rxcrm.models.connections import linking
from rxcrm.models.contact import Contact
from rxcrm.models.history import History
from rxcrm.models.importing import updating
from rxcrm.models.importing.checked import Checked
from rxcrm.models.importing.judging import UPDATED, Verdict
from rxcrm.models.importing.owners import Owners
from rxcrm.models.lead import Lead
from rxcrm.models.opportunity import Opportunity
from rxcrm.models.tables import RECORDS
from tests.models.import_files import register, text_file
from tests.office import Office, Statements

pytestmark = pytest.mark.usefixtures("uploads")


def update(office: Office, run_id: int, table: type[Record], values: dict[int, dict[str, Any]]) -> list[str]:
    """Write the updates as a run does; returns the statements that it took but for those that write single records."""
    office.commit()
    owner = Owners(office.who(office.sara), table.entity).default
    office.commit()
    office.session.expunge_all()
    verdicts = [
        Verdict(i, UPDATED, Checked(i, [], dict(new), owner, filled=set(new)), record_id)
        for i, (record_id, new) in enumerate(values.items(), 2)
    ]
    with Statements(office.engine) as statements:
        updating.write(office.act(office.sara), run_id, table, verdicts)
        office.session.flush()
    office.commit()
    return [told for told in statements.ran if not told.startswith(f"UPDATE {table.__tablename__} ")]


def run_of(office: Office, folder: Path) -> int:
    office.commit()
    return register(office, office.who(office.sara), text_file(folder, "Topic\nA\n")).id or 0


def changes(office: Office, entity: str, n: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """New records, and new names and look-ups for each of them."""
    for i in range(n):
        old, new = office.account(name=f"Firm {n} {i}"), office.account(name=f"Group {n} {i}")
        if entity == "lead":
            yield office.lead(last_name=f"Roe {i}").id or 0, {"last_name": f"Doe {i}", "existing_account_id": new.id}
        elif entity == "account":
            yield old.id or 0, {"name": f"Company {n} {i}", "parent_account_id": new.id}
        elif entity == "contact":
            yield office.contact(last_name=f"Roe {i}").id or 0, {"last_name": f"Doe {i}", "account_id": new.id}
        else:
            deal = office.opportunity(account_id=old.id)
            yield deal.id or 0, {"topic": f"Deal {i}", "account_id": new.id}


@pytest.mark.parametrize("entity", ["lead", "account", "contact", "opportunity"])
def test_more_updates_cost_no_more_statements(office: Office, tmp_path: Path, entity: str) -> None:
    run_id, ran = run_of(office, tmp_path), []
    for n in (5, 10, 20):
        rows = dict(changes(office, entity, n))
        ran.append(update(office, run_id, RECORDS[entity], rows))
    assert len(ran[1]) == len(ran[2]), "\n".join(ran[2])


def test_new_names_reach_connections_and_opportunities(office: Office, tmp_path: Path) -> None:
    run_id = run_of(office, tmp_path)
    ana = office.contact(first_name="Ana", last_name="Sousa")
    bob = office.contact(first_name="Bob", last_name="Roe")
    firm = office.account(name="Contoso")
    lead = office.lead()
    deal, other = office.opportunity(account_id=firm.id), office.opportunity(account_id=None, contact_id=bob.id)
    linking.connect(office.act(office.sara), lead, ana, None)
    office.commit()
    update(office, run_id, Contact, {ana.id or 0: {"last_name": "Zeta"}, bob.id or 0: {"last_name": "Zorro"}})
    update(office, run_id, Account, {firm.id or 0: {"name": "Zenith"}})
    office.session.expire_all()
    assert office.session.get_one(Opportunity, deal.id).customer_key == "zenith"
    assert office.session.get_one(Opportunity, other.id).customer_key == "bob zorro"
    keys = office.session.exec(select(Connection.other_key).where(col(Connection.other_entity) == "contact")).all()
    assert keys == ["ana zeta"]
    office.commit()


def test_history_names_the_records_of_look_ups(office: Office, tmp_path: Path) -> None:
    run_id = run_of(office, tmp_path)
    old, new, lead = office.account(name="Old"), office.account(name="New"), office.lead()
    office.commit()
    update(office, run_id, Lead, {lead.id or 0: {"existing_account_id": old.id}})
    update(office, run_id, Lead, {lead.id or 0: {"existing_account_id": new.id}})
    entries = office.session.exec(select(History).where(History.entity == "lead").order_by(col(History.id))).all()
    (field, was, now, was_called, now_called) = entries[-1].changes[0]
    assert (field, was, now) == ("existing_account_id", str(old.id), str(new.id))
    assert (was_called, now_called) == ("Old", "New")
    office.commit()
